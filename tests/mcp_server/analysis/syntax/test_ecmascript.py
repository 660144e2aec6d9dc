"""What is read of JavaScript and TypeScript: definitions, imports, exports, uses; never from strings or comments."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript, ecmascript_flow, ecmascript_types
from plumbrule.mcp_server.analysis.syntax.model import Extracted

semble_grammars = pytest.importorskip("semble_grammars")


def read(source: str, grammar: str = "typescript") -> Extracted:
    raw = source.encode()
    return ecmascript.extract(raw, semble_grammars.get_parser(grammar).parse(raw))


def symbols(source: str, grammar: str = "typescript") -> list[tuple[str, str, str]]:
    return [(one.kind, one.name, one.visibility) for one in read(source, grammar).symbols]


DEFINITIONS = [
    ("export function f() {}", [("function", "f", "public")]),
    ("import 'x'; function f() {}", [("function", "f", "internal")]),
    ("function f() {}", [("function", "f", "public")]),  # a script: everybody shares its top level
    ("export default function () {}", [("function", "default", "public")]),
    ("export default class {}", [("class", "default", "public")]),
    ("export default () => 1", [("function", "default", "public")]),
    ("export const f = async () => 1, n = 1", [("function", "f", "public"), ("constant", "n", "public")]),
    ("export const g = (function* () {}) as any", [("function", "g", "public")]),
    ("export let { a, b: { c }, ...d } = x", [("variable", one, "public") for one in "acd"]),
    ("const f = () => 1; export { f as g }", [("function", "f", "public")]),
    (
        "export abstract class A { #p = 1; private q; protected r() {} static s = () => 1; abstract t(): void }",
        [
            ("class", "A", "public"),
            ("field", "A.#p", "private"),
            ("field", "A.q", "private"),
            ("method", "A.r", "protected"),
            ("method", "A.s", "public"),
            ("method", "A.t", "public"),
        ],
    ),
    (
        "export class A { constructor(private readonly x: number, y) {} get v() { return 1 } set v(n) {} }",
        [
            ("class", "A", "public"),
            ("constructor", "A.constructor", "public"),
            ("field", "A.x", "private"),
            ("property", "A.v", "public"),
        ],
    ),
    ("export function f(a: 1): 1\nexport function f(a: 2): 2\nexport function f(a) { }", [("function", "f", "public")]),
    (
        "export interface I { a: { b: string }; m(): void } interface I { c: 1 }",
        [
            ("interface", "I", "public"),
            ("property", "I.a", "public"),
            ("method", "I.m", "public"),
            ("property", "I.c", "public"),
        ],
    ),
    ("export type T = { a: string }", [("type", "T", "public")]),
    (
        "export enum E { A, 'b-c' = 2 }",
        [("enum", "E", "public"), ("member", "E.A", "public"), ("member", "E.b-c", "public")],
    ),
    (
        "export namespace A.B { export const x = 1; const y = 2 }",
        [
            ("namespace", "A", "public"),
            ("namespace", "A.B", "public"),
            ("constant", "A.B.x", "public"),
            ("constant", "A.B.y", "internal"),
        ],
    ),
    ("import './a'; const b = require('b')", [("constant", "b", "internal")]),
    (
        "export default { data() {}, methods: { run: () => 1 } }",
        [("method", "default.data", "public"), ("method", "default.methods.run", "public")],
    ),
    (
        "export function f() { function g() {} const h = () => 1; const n = 1 }",
        [("function", "f", "public"), ("function", "f.g", "private"), ("function", "f.h", "private")],
    ),
    (
        "export class A { f; constructor(h) { this.f = () => 1; this.g = () => 1 } m() { on(() => { this.k = h }) } }",
        [
            ("class", "A", "public"),
            ("field", "A.f", "public"),
            ("constructor", "A.constructor", "public"),
            ("method", "A.g", "public"),
            ("method", "A.m", "public"),
        ],
    ),
]

COMMON_JS = [
    (
        "exports.a = function () {}; exports.b = 1; exports.c = c;",
        [("function", "a", "public"), ("variable", "b", "public")],
    ),
    ("module.exports = function make() {}", [("function", "make", "public")]),
    ("module.exports = class {}", [("class", "module.exports", "public")]),
    ("module.exports = { a() {}, b: function () {}, c }", [("method", "a", "public"), ("method", "b", "public")]),
    (
        (
            "function A() {}\nA.prototype.b = function () {};\nA.c = () => 1; "
            "xhr.onload = function () {};\nmodule.exports = A"
        ),
        [("function", "A", "public"), ("method", "A.b", "public"), ("function", "A.c", "public")],
    ),
    (
        "var app = exports = module.exports = {}; app.use = function use() {}",
        [("variable", "app", "public"), ("function", "app.use", "public")],
    ),
    ("const fs = require('fs'), { a } = require('b'); const n = 1;", [("constant", "n", "internal")]),
    (
        "var pp = Parser.prototype; pp.eat = function () {}; var all = module.exports; all.go = () => 1",
        [
            ("variable", "pp", "internal"),
            ("function", "pp.eat", "internal"),
            ("variable", "all", "public"),
            ("function", "all.go", "public"),
        ],
    ),
    (
        "exports.x = 1; class A { /** @private */ b() {} /** Says.\n * @protected\n */ c = 1; [ d.e ]() {} }",
        [
            ("variable", "x", "public"),
            ("class", "A", "internal"),
            ("method", "A.b", "private"),
            ("field", "A.c", "protected"),
            ("method", "A.[d.e]", "internal"),
        ],
    ),
    ("(function () { function hidden() {} })()", [("function", "hidden", "private")]),
    (
        "function mix(A) { A.prototype.b = function () {} }",
        [("function", "mix", "public"), ("method", "mix.A.b", "private")],
    ),
    ("// function a() {}\nvar s = 'function b() {}' + `class C {}` + /function d/;", [("variable", "s", "public")]),
]


# S-32
@pytest.mark.parametrize(("source", "expected"), DEFINITIONS)
def test_definitions_are_those_of_the_typescript_compiler(source, expected):
    assert symbols(source) == expected


# S-32
@pytest.mark.parametrize(("source", "expected"), COMMON_JS)
def test_commonjs_forms_define_what_they_export(source, expected):
    assert symbols(source, "javascript") == expected


def test_a_symbol_has_signature_doc_lines_complexity_and_modifiers():
    source = """
/**
 * Adds up.
 * @param a number
 */
@Dec({ get: 1 })
export class A<T> extends B<T> {
  /** Runs it. */
  @Input() static async run(
    a: number,
  ): Promise<void> {
    if (a && b || c) { for (;;) {} } else if (d ?? e) {}
    items.map((x) => x ? 1 : 2);
    switch (a) { case 1: case 2: default: }
    try {} catch {}
    do { while (1) {} } while (2);
  }
}
"""
    cls, method = read(source).symbols
    assert (cls.line, cls.end_line, cls.doc, cls.signature) == (7, 18, "Adds up.", "class A<T> extends B<T>")
    assert cls.modifiers == ("@Dec({ get: 1 })", "export")
    assert method.doc == "Runs it."
    assert method.signature == "static async run( a: number, ): Promise<void>"
    assert method.modifiers == ("@Input()", "static", "async")
    assert method.complexity == 12  # 1, if, &&, ||, for, else if, ??, two cases, catch, do, while; not the arrow's


# S-32
def test_every_form_of_import_is_seen_once_with_its_names():
    source = """/// <reference path="globals.d.ts" />
/// <reference types="node" />
import a, { b as c } from './a';
import * as d from "d";
import './side.css';
import type { E } from './e';
import { type F } from './f';
import g = require('./g');
export { h as i } from './h';
export * from './j';
export * as k from './k';
const l = await import(/* chunk */ './l');
const { m, n: o } = require('m');
function lazily() { return require("./p").q }
try { require('optional') } catch {}
type R = import('./r').R;
jest.mock('./no'); const s = "import 't'"; // require('./u')
require(variable); import(`./${v}`); other.require('./w');
"""
    found = [(one.target, one.line, one.kind, one.names, one.flags) for one in read(source).imports]
    assert found == [
        ("./globals.d.ts", 1, "type", (), ("type", "reference")),
        ("node", 2, "type", (), ("type", "reference")),
        ("./a", 3, "import", ("default", "b"), ()),
        ("d", 4, "import", ("*",), ()),
        ("./side.css", 5, "import", (), ()),
        ("./e", 6, "type", ("E",), ("type",)),
        ("./f", 7, "type", ("F",), ("type",)),
        ("./g", 8, "require", ("*",), ()),
        ("./h", 9, "export", ("h",), ()),
        ("./j", 10, "export", ("*",), ()),
        ("./k", 11, "export", ("*",), ()),
        ("./l", 12, "dynamic", ("*",), ("lazy",)),
        ("m", 13, "require", ("m", "n"), ()),
        ("./p", 14, "require", ("q",), ("lazy",)),
        ("optional", 15, "require", (), ("optional",)),
        ("./r", 16, "type", ("R",), ("type",)),
    ]


@pytest.mark.parametrize(
    ("source", "exports"),
    [
        ("var a = 1", None),
        ("import 'a'; const b = 1", ()),
        (
            "export const a = 1, { b } = c; export default 1; export { d as e }; export * as f from 'f'",
            ("a", "b", "default", "e", "f"),
        ),
        ("exports.a = 1; module.exports.b = 2", ("a", "b")),
        ("module.exports = { a, b: 1, c() {} }", ("a", "b", "c")),
        ("namespace A { export const x = 1 } export { A }", ("A",)),
        ("export namespace A.B.C { export const x = 1 }", ("A",)),
        ("export import Q = A.B", ("Q",)),
    ],
)
def test_exports_are_the_names_that_leave_the_file(source, exports):
    assert read(source).exports == exports


USES = [
    (
        (
            "const { A, B: c } = process.env; process.env.C || 'x'; import.meta.env.D; "
            "Deno.env.get('E'); process.env['F']; process.env.G = '1'"
        ),
        [("env", one, "env.read", "x" if one == "C" else "") for one in "ABCDEF"],
    ),
    (
        (
            "import express from 'express'; const app = express(); app.get('/a', h); "
            "app.get('setting'); axios.get('/b', {}); cache.get('/c', 1)"
        ),
        [("route", "/a", "route.express", "GET")],
    ),
    (
        "import { Hono } from 'hono'; const x = new Hono(); x.post('/a', (c) => c)",
        [("route", "/a", "route.hono", "POST")],
    ),
    (
        "import f from 'fastify'; const server = f(); server.route({ method: 'PUT', url: '/a' })",
        [("route", "/a", "route.fastify", "PUT")],
    ),
    (
        "import { Get } from '@nestjs/common'; @Controller('cats') class A { @Get(':id') one() {} @Post() two() {} }",
        [("route", "/cats", "route.nest", "POST"), ("route", "/cats/:id", "route.nest", "GET")],
    ),
    (
        "const PORT = process.env.PORT || 3000; app.listen(PORT); s.listen(8080, cb); t.listen({ port: 9 })",
        [("env", "PORT", "env.read", "3000"), ("port", "3000", "port.listen", ""), ("port", "8080", "port.listen", "")],
    ),
    (
        "import { program } from 'commander'; program.command('serve <dir>').action(f)",
        [("command", "serve", "command.commander", "")],
    ),
    (
        "import { exec } from 'child_process'; exec(`ls ${dir}`); exec('ls'); /a/.exec(text)",
        [("danger", "exec(`ls ${dir}`)", "danger.shell", "")],
    ),
    (
        "eval(code); eval('1'); new Function(body); new Function('return this'); '.eval(x)'",
        [("danger", "eval(code)", "danger.eval", ""), ("danger", "new Function(body)", "danger.exec", "")],
    ),
    (
        "el.innerHTML = text; el.innerHTML = '<b>'; el.innerHTML = DOMPurify.sanitize(x)",
        [("danger", "el.innerHTML = text", "danger.html", "")],
    ),
    (
        "https.request({ rejectUnauthorized: false }); f({ rejectUnauthorized: true })",
        [("danger", "rejectUnauthorized: false", "danger.tls-off", "")],
    ),
    (
        "db.query(`SELECT * FROM t WHERE a = ${a}`); db.query('SELECT 1 FROM t'); sql`SELECT ${a} FROM t`",
        [("danger", "db.query(`SELECT * FROM t WHERE a = ${a}`)", "danger.sql", "")],
    ),
    (
        "createHash('md5').update(password); createHash('md5').update(file)",
        [("danger", "createHash('md5')", "danger.weak-hash", "")],
    ),
]


@pytest.mark.parametrize(("source", "expected"), USES)
def test_uses_are_read_from_calls_and_not_from_text(source, expected):
    found = [(one.kind, one.value, one.rule, one.detail) for one in read(source).uses]
    assert sorted(found) == sorted(expected)


def test_calls_types_and_elements_are_references():
    found = read("import { a } from 'a'; a(); x.b(); new C(); let d: D; <E.F/>; const g = <G h={a()} />", "tsx").refs
    assert found == {"C": 1, "D": 1, "G": 1, "a": 3, "b": 1}


@pytest.mark.parametrize(
    "source",
    [
        "[" * 500_000,
        "a=>" * 100_000 + "1",
        "x=>{" * 50_000,
        "class A{b(){" * 20_000,
        "import('a')" * 20_000,
        "/** */\n" * 100_000,
        "require(" + "/**/" * 400 + "x);",
        "import 'express';" + "a$" * 300_000,
        "module.exports;" + "a$" * 300_000,
        "x.listen(P);" * 20_000,
    ],
)
def test_hostile_files_are_read_without_recursion(source):
    assert read(source, "javascript").exports is not ...


@pytest.mark.parametrize(
    "piece",
    ["x<a>`", "<<<<", "a\n ", "import('a').b ", "abstract ", "[ symbol", "'a' with {", "using ", "/** */\n", ">>>>`"],
)
def test_covering_costs_no_more_than_the_length_of_the_file(piece):
    source = ("class {" + piece * (300_000 // len(piece))).encode()
    typed = semble_grammars.get_parser("tsx").parse(b"class {")
    for tree in (typed, semble_grammars.get_parser("javascript").parse(b"class {")):
        assert tree.root_node.has_error
        ecmascript_types.readable(source, tree)


def test_types_imported_with_arguments_leave_their_neighbours_whole() -> None:  # the grammar cannot read them
    """Compilers write such declarations into every second declaration file."""
    found = read(
        "/** import('./no').T<1> */\n"
        "export declare const flap: (a: A) =>\n  import('./HKT').Kind<'Array', B>\n"
        "export interface Next { a: import(\"./x\").y.Z<string>\n b: import('./plain').T }\n"
    )
    assert [one.name for one in found.symbols] == ["flap", "Next", "Next.a", "Next.b"]
    assert found.symbols[0].signature.endswith("import('./HKT').Kind<'Array', B>")
    assert [(one.target, one.line, one.kind, one.names) for one in found.imports] == [
        ("./HKT", 3, "type", ("Kind",)),
        ("./x", 4, "type", ("y",)),
        ("./plain", 5, "type", ("T",)),
    ]
    assert found.errors == []
    assert not any("import" in name or "__" in name for name in found.refs)


UNREADABLE = [
    ("export type * from './a'\nexport type * as b from './b'", [], ["./a", "./b"]),
    ("export interface A<in T, out U> { m(): T }", ["A", "A.m"], []),
    ("class A { private accessor x = 1; static accessor y: string }", ["A", "A.x", "A.y"], []),
    ("class A { static [x: string]: number; z = 1 }", ["A", "A.z"], []),
    ("abstract class A { abstract get(a: string): [symbol: number]; f(using: any): void }", ["A", "A.get", "A.f"], []),
    ("import defer * as a from './a'", [], ["./a"]),
    ("export default function (a: string): import('c').Hash;", ["default"], ["c"]),
    ("export default function<T>(a: T): import('c').D[]", ["default"], ["c"]),
    (
        "declare function f(a: import('b').C[], d?: import('e').F['g']): Promise<import('h').I[] | undefined>",
        ["f"],
        ["b", "e", "h"],
    ),
    ("interface A {\n  /** a */\n  <T>(a: T): T;\n  /** b */\n  <U>(b: U): T // c\n  <V>(): V }", ["A"], []),
    (
        "type A<\n  // a\n  in out B extends C,\n> = B; const d = {\n // e\n  [f.g](): h { } }",
        ["A", "d", "d.[f.g]"],
        [],
    ),
    ("function f() { for (using a of b) { c(a) } }", ["f"], []),
    ("interface A {\n  <T>(a: T): T\n  <U>(b: U): T\n  c: U }", ["A", "A.c"], []),
    ("interface A {\n  a: B\n  in2: F\n  in?: C\n  d: E }", ["A", "A.a", "A.in2", "A.in", "A.d"], []),
    ("const a = b<typeof import('./c')>(d)", ["a"], ["./c"]),
    ("using a: B = c(), d = e()", ["a", "d"], []),
    ("const A = styled.div<{\n  a: string }>`b ${(c) => c}`; const D = e(f)<G & { h: I[] }>`j`", ["A", "D"], []),
    ("const a = `b\x00c`", ["a"], []),
    ("abstract class A { abstract private b: 1; readonly public c = 2 }", ["A", "A.b", "A.c"], []),
    ("export class A extends B<import('c').D, import('c').E> { f: string }", ["A", "A.f"], ["c", "c"]),
]


@pytest.mark.parametrize(("source", "names", "targets"), UNREADABLE)
def test_what_the_grammar_cannot_read_but_the_compiler_does_is_read(source, names, targets):  # S-32
    found = read(source)
    assert [one.name for one in found.symbols] == names
    assert [one.target for one in found.imports] == targets
    assert found.errors == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('export const A = () => <label class="b" for={c}>d</label>', ["A"]),
        ('export const A = () => <a href="/b?c=d&e=f">Terms & Conditions &amp; B && C</a>', ["A"]),
        ("class A { accessor b = 1; static accessor c; accessor #d }", ["A", "A.b", "A.c", "A.#d"]),
        ("class A {\n  #b\n  [c] = null\n  d() {} }", ["A", "A.#b", "A.[c]", "A.d"]),
        ("export * from 'a' with { type: 'json' }; import b from 'c' assert { type: 'json' }; const d = 1", ["d"]),
    ],
)
def test_what_the_grammar_of_javascript_cannot_read_is_read(source, names):  # S-32
    found = read(source, "javascript")
    assert ([one.name for one in found.symbols], found.errors) == (names, [])


def test_an_ampersand_in_the_text_of_an_element_breaks_nothing():  # S-32
    found = read('const a = <a href="/?b=c&d=e">F & G</a>; type H = I & J; const k = l && m', "tsx")
    assert ([one.name for one in found.symbols], found.errors) == (["a", "H", "k"], [])


def test_types_of_flow_are_read_with_the_grammar_of_typescript():  # S-32
    raw = b"""// @flow strict
import typeof A from './a'; import {type B, typeof C} from './b';
const d = require('./d');
export type E = {| +f: ?string, -g: number |};
type H = {i: string, ...};
declare var j: string;
opaque type K = {
  ...L,
  onM?: ?() => void,
};
function n<T>(a: ?T, b?: string = 'x'): boolean %checks { return !!a; }
class O<T> extends P<T> { +q: T; static r: string = 's'; #t: ?T; u(x: T): void { (x: any); } }
declare module.exports: {v: string};
"""
    seen = ecmascript_flow.typed(raw)
    assert (len(seen), seen.count(b"\n")) == (len(raw), raw.count(b"\n"))
    found = ecmascript_flow.extract(seen, semble_grammars.get_parser("tsx").parse(seen))
    assert found.errors == []
    names = ["E", "H", "j", "K", "n", "O", "O.q", "O.r", "O.#t", "O.u", "exports"]
    assert [one.name for one in found.symbols] == names
    assert [(one.target, one.kind) for one in found.imports] == [("./a", "type"), ("./b", "type"), ("./d", "require")]


@pytest.mark.parametrize("piece", [b"{ ", b"...A,\n", b"{+a", b",\n", b"import typeof ", b": ?("])
def test_covering_flow_costs_no_more_than_the_length_of_the_file(piece):
    assert len(ecmascript_flow.typed(piece * (400_000 // len(piece)))) == 400_000 // len(piece) * len(piece)


def test_a_javascript_name_that_became_a_keyword_later_costs_nothing():  # S-32
    found = read("function f() { let using = ''; using += 'a'; return using }\nfunction g() {}", "javascript")
    assert ([one.name for one in found.symbols], found.errors) == (["f", "g"], [])


def test_logical_assignments_are_branches_as_their_operators_are():  # S-32
    found = read("function f(a) { a ??= 1; a ||= 2; a &&= 3; a += 4; return a ?? a || a }")
    assert found.symbols[0].complexity == 6


def test_references_are_read_however_many_lines_come_before_the_code():
    source = "".join(f'/// <reference path="./lib{number}.d.ts" />\n' for number in range(500))
    assert len(read(source + "export {}").imports) == 500


def test_exports_by_assignment_come_in_the_order_of_the_source_however_many_there_are() -> None:
    names = tuple(f"a{number}" for number in range(500))
    found = read("".join(f"exports.{name} = f({name});\n" for name in names), "javascript")
    assert found.exports == names
