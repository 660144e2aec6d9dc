"""What the Java extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.java import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("java").parse(raw))


FILE = """\
package a.b;

import java.util.*;
import static a.B.c;
import a.B.D;

/**
 * A shop.
 * @since 1
 */
@Deprecated
public sealed abstract class Shop<T> extends Base permits X {
  /** How many. */
  private static final int LIMIT = 3;
  protected String name, city = "if";

  @Inject Shop(int a) { super(); }

  public <T> List<T> find(String... a) throws E {
    // if && case
    for (int i = 0; i < 3 && true; i++) { if (x) y(); }
    switch (a) { case 1: case 2: break; default: }
    try { z(); } catch (E e) { return q ? List.<? super T>of() : null; }
    new Thread() { public void run() { while (true) {} } };
  }

  record Point(int x) { Point { } }
  enum Kind { A(1) { void q() {} }, B; Kind(int x) {} }
  @interface Mark { String value() default ""; }
  interface Seller { int K = 1; void sell(); private void hide() {} }
}
class Second {}
"""


def test_definitions_have_kind_name_lines_and_visibility() -> None:  # S-33
    found = [(s.kind, s.name, s.line, s.end_line, s.visibility) for s in read(FILE).symbols]
    assert found == [
        ("class", "Shop", 11, 31, "public"),
        ("constant", "Shop.LIMIT", 14, 14, "private"),
        ("field", "Shop.name", 15, 15, "protected"),
        ("field", "Shop.city", 15, 15, "protected"),
        ("constructor", "Shop.Shop", 17, 17, "internal"),
        ("method", "Shop.find", 19, 25, "public"),
        ("record", "Shop.Point", 27, 27, "internal"),
        ("constructor", "Shop.Point.Point", 27, 27, "internal"),
        ("enum", "Shop.Kind", 28, 28, "internal"),
        ("member", "Shop.Kind.A", 28, 28, "internal"),
        ("member", "Shop.Kind.B", 28, 28, "internal"),
        ("constructor", "Shop.Kind.Kind", 28, 28, "private"),
        ("annotation", "Shop.Mark", 29, 29, "internal"),
        ("method", "Shop.Mark.value", 29, 29, "public"),
        ("interface", "Shop.Seller", 30, 30, "internal"),
        ("constant", "Shop.Seller.K", 30, 30, "public"),
        ("method", "Shop.Seller.sell", 30, 30, "public"),
        ("method", "Shop.Seller.hide", 30, 30, "private"),
        ("class", "Second", 32, 32, "internal"),
    ]


def test_signatures_documentation_modifiers_and_complexity() -> None:  # S-33
    by_name = {s.name: s for s in read(FILE).symbols}
    shop = by_name["Shop"]
    assert shop.signature == "public sealed abstract class Shop<T> extends Base permits X"
    assert shop.doc == "A shop."
    assert shop.modifiers == ("sealed", "abstract", "@Deprecated")
    assert by_name["Shop.LIMIT"].signature == "private static final int LIMIT = 3"
    assert by_name["Shop.LIMIT"].doc == "How many."
    assert by_name["Shop.find"].signature == "public <T> List<T> find(String... a) throws E"
    assert by_name["Shop.find"].complexity == 9  # for, &&, if, two cases, catch, ?:, while
    assert by_name["Shop.Seller.sell"].complexity == 0


def test_imports_and_what_the_file_offers() -> None:  # S-33
    found = read(FILE)
    assert [(i.target, i.line, i.kind, i.names, i.flags) for i in found.imports if "reference" not in i.flags] == [
        ("a.b", 1, "package", (), ()),
        ("java.util", 3, "import", ("*",), ()),
        ("a.B.c", 4, "import", ("c",), ("static",)),
        ("a.B.D", 5, "import", ("D",), ()),
    ]
    assert found.exports == ("Shop", "Second")
    assert found.refs["Base"] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('class A { String h = System.getenv("HOME_URL"); }', [("env", "HOME_URL", "env.read", "")]),
        ("class A { void f() { new ServerSocket(8080); } }", [("port", "8080", "port.listen", "")]),
        (
            (
                '@RestController @RequestMapping("/api") class A { @GetMapping({"/a", "/b"}) void f() {}\n'
                '@RequestMapping(path = "/c", method = {RequestMethod.PUT, RequestMethod.POST}) void g() {} }'
            ),
            [
                ("route", "/api/a", "route.spring", "GET"),
                ("route", "/api/b", "route.spring", "GET"),
                ("route", "/api/c", "route.spring", "PUT"),
                ("route", "/api/c", "route.spring", "POST"),
            ],
        ),
        (
            '@Path("items") class A { @GET @Path("{id}") void f() {} @POST void g() {} @Path("sub") Sub s() {} }',
            [("route", "/items/{id}", "route.jaxrs", "GET"), ("route", "/items", "route.jaxrs", "POST")],
        ),
        (
            (
                '@RequestMapping({"/v1", "/v2"}) class A { static final String P = "/p";\n'
                '@GetMapping(value = P + "/x", produces = "a/b") void f() {} @PostMapping(Other.P) void g() {} }'
            ),
            [("route", "/v1/p/x", "route.spring", "GET"), ("route", "/v2/p/x", "route.spring", "GET")],
        ),
        (
            (
                'import io.micronaut.http.annotation.*;\n@Controller("/m") class A { @Get void f() {}\n'
                '@Post(uri = "/x", consumes = "a/b") void g() {} @Get(uris = {"/u", "{id}"}) void h() {} }\n'
                '@Client("/c") interface B { @Get("/no") void f(); } class C { @Get("/no") void f() {} }'
            ),
            [
                ("route", "/m", "route.micronaut", "GET"),
                ("route", "/m/x", "route.micronaut", "POST"),
                ("route", "/m/u", "route.micronaut", "GET"),
                ("route", "/m/{id}", "route.micronaut", "GET"),
            ],
        ),
        (
            'import picocli.CommandLine.Command;\n@Command(name = "tool") class A {}',
            [("command", "tool", "command.picocli", "")],
        ),
        (
            "class A { void f() { new ObjectInputStream(in).readObject(); } }",
            [("danger", "new ObjectInputStream(in)", "danger.deserialize", "")],
        ),
        (
            'class A { void f() { Runtime.getRuntime().exec("rm " + x); } }',
            [("danger", 'Runtime.getRuntime().exec("rm " + x)', "danger.shell", "")],
        ),
        (
            'class A { void f() { new ProcessBuilder("sh", "-c", x); } }',
            [("danger", 'new ProcessBuilder("sh", "-c", x)', "danger.shell", "")],
        ),
        (
            'class A { byte[] f(String password) { return MessageDigest.getInstance("MD5"); } }',
            [("danger", 'MessageDigest.getInstance("MD5")', "danger.weak-hash", "")],
        ),
        (
            'class A { void f() { s.executeQuery("SELECT a FROM b WHERE c=" + x); } }',
            [("danger", 's.executeQuery("SELECT a FROM b WHERE c=" + x)', "danger.sql", "")],
        ),
    ],
)
def test_uses_are_told_with_their_rule(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert [(use.kind, use.value, use.rule, use.detail) for use in read(text).uses] == expected


@pytest.mark.parametrize(
    "text",
    [
        'class A { void f() { s.executeQuery("SELECT " + COLUMNS + " FROM b"); } }',
        'class A { void f() { MessageDigest.getInstance("MD5"); } }',
        '@FeignClient("x") interface A { @GetMapping("/a") void f(); }',
        'class A { void f() { new ProcessBuilder("git", "-c", x); System.getenv(name); } }',
        'import java.io.ObjectInputStream; class A { String s = "System.getenv(\\"X\\")"; }',
    ],
)
def test_what_a_reviewer_would_call_noise_is_no_use(text: str) -> None:
    assert read(text).uses == []


def test_damaged_files_and_deep_nesting_keep_what_can_be_read() -> None:
    found = read("class A { void a() {} void ) { }\n void b() {} }\n")
    assert "A.a" in {s.name for s in found.symbols}
    assert found.errors
    deep = "class A { Object o = " + "(" * 5_000 + "1" + ")" * 5_000 + "; }" + "class B { " * 500 + "}" * 500
    assert "A.o" in {s.name for s in read(deep).symbols}


NAMES = """\
package a.b;
import c.Known;
import d.*;
/** Not Said. */
class Shop<Item extends Stock> extends Base<Item> {
    static final int LIMIT = 1;
    private Shelf shelf = new Shelf("Quoted", LIMIT) { Till.open(); };
    class Inner { Outer.Nested x; Known k; }
    <Local> void go(Local a) { helper.Field f; Inner i; Wares::make; // Comment
    }
}
"""


def test_types_that_no_import_explains_are_named_at_their_first_use() -> None:  # S-33
    found = [(i.target, i.line) for i in read(NAMES).imports if "reference" in i.flags]
    assert found == [("Stock", 5), ("Base", 5), ("Shelf", 7), ("Till", 7), ("Outer", 8), ("Wares", 9)]
