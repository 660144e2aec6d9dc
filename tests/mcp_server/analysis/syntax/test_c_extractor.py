"""What the extractors of C and C++ find in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors import c_family
from plumbrule.mcp_server.analysis.syntax.extractors.c_outline import outline
from plumbrule.mcp_server.analysis.syntax.extractors.c_repair import covered_c, covered_cpp
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def c(text: str) -> Extracted:
    raw = text.encode()
    return c_family.c(raw, semble_grammars.get_parser("c").parse(raw))


def cpp(text: str) -> Extracted:
    raw = text.encode()
    return c_family.cpp(raw, semble_grammars.get_parser("cpp").parse(raw))


HEADER = """\
#ifndef A_H
#define A_H
#include <stdio.h>
#include "a/b.h"
#define MAX 10
#define ADD(a, b) ((a) + (b))
/* A point. */
typedef struct point { int x, *y; int (*cb)(int); } point_t;
typedef struct { int z; } anon_t;
struct opaque;
typedef int (*fn)(int);
enum color { RED, GREEN = 2 };
extern int counter;
static const char *names[] = {"a"};
const int LIMIT = 3;
// Finds.
char *find(const char *s);
char *later(int a);
#ifdef X
int f(void);
#else
static int g(int a) {
  // if && while
  if (a && 1) return a ? 1 : 2;
  switch (a) { case 1: break; default: break; }
  return later(a) != 0;
}
#endif /* X */
char *later(int a) { return 0; }
#endif
"""


def test_c_definitions_have_kind_name_lines_and_visibility() -> None:  # S-33
    found = [(s.kind, s.name, s.line, s.end_line, s.visibility) for s in c(HEADER).symbols]
    assert found == [
        ("macro", "MAX", 5, 5, "public"),
        ("macro", "ADD", 6, 6, "public"),
        ("struct", "point", 8, 8, "public"),
        ("type", "point_t", 8, 8, "public"),
        ("field", "point.x", 8, 8, "public"),
        ("field", "point.y", 8, 8, "public"),
        ("field", "point.cb", 8, 8, "public"),
        ("struct", "anon_t", 9, 9, "public"),
        ("field", "anon_t.z", 9, 9, "public"),
        ("type", "fn", 11, 11, "public"),
        ("enum", "color", 12, 12, "public"),
        ("member", "color.RED", 12, 12, "public"),
        ("member", "color.GREEN", 12, 12, "public"),
        ("variable", "counter", 13, 13, "public"),
        ("variable", "names", 14, 14, "private"),
        ("constant", "LIMIT", 15, 15, "public"),
        ("function", "find", 17, 17, "public"),
        ("function", "f", 20, 20, "public"),
        ("function", "g", 22, 27, "private"),
        ("function", "later", 29, 29, "public"),
    ]


def test_c_signatures_documentation_complexity_and_includes() -> None:  # S-33
    found = c(HEADER)
    by_name = {s.name: s for s in found.symbols}
    assert by_name["find"].signature == "char *find(const char *s)"
    assert by_name["find"].doc == "Finds."
    assert by_name["ADD"].signature == "#define ADD(a, b)"
    assert by_name["MAX"].signature == "#define MAX 10"
    assert by_name["g"].complexity == 5  # if, &&, ?:, case
    assert by_name["g"].modifiers == ("static",)
    assert by_name["later"].doc == ""
    assert [(i.target, i.line, i.kind) for i in found.imports] == [
        ("<stdio.h>", 3, "include"),
        ('"a/b.h"', 4, "include"),
    ]
    assert found.refs["later"] == 1


CLASSES = """\
namespace a::b {
/// A foo.
template <typename T> class Foo : public Bar<T> {
  int hidden_;
 public:
  Foo(int x) : x_(x) {}
  ~Foo();
  virtual void f() const = 0;
  T operator+(const T& o) const { return o && !o ? o : o; }
  operator bool() const;
  enum class Kind { A, B };
  using V = int;
  void late(T&& a);
 protected:
  int x_ = 0, y;
};
template <typename T> void Foo<T>::late(T&& a) { if (a && true) {} }
int Foo::g() { return 1; }
bool operator==(const A& a, const B& b);
constexpr int kMax = 3;
struct S final { int a; void m() {} };
}
extern "C" { int cfun(int); }
namespace { int hidden() { return 2; } }
"""


def test_cpp_definitions_are_qualified_by_namespace_and_type() -> None:  # S-33
    found = [(s.kind, s.name, s.line, s.visibility, s.complexity) for s in cpp(CLASSES).symbols]
    assert found == [
        ("namespace", "a.b", 1, "public", 0),
        ("class", "a.b.Foo", 3, "public", 0),
        ("field", "a.b.Foo.hidden_", 4, "private", 0),
        ("constructor", "a.b.Foo.Foo", 6, "public", 1),
        ("method", "a.b.Foo.~Foo", 7, "public", 0),
        ("method", "a.b.Foo.f", 8, "public", 0),
        ("operator", "a.b.Foo.operator+", 9, "public", 3),
        ("operator", "a.b.Foo.operator bool", 10, "public", 0),
        ("enum", "a.b.Foo.Kind", 11, "public", 0),
        ("member", "a.b.Foo.Kind.A", 11, "public", 0),
        ("member", "a.b.Foo.Kind.B", 11, "public", 0),
        ("type", "a.b.Foo.V", 12, "public", 0),
        ("field", "a.b.Foo.x_", 15, "protected", 0),
        ("field", "a.b.Foo.y", 15, "protected", 0),
        ("method", "a.b.Foo.late", 17, "public", 3),
        ("method", "a.b.Foo.g", 18, "public", 1),
        ("operator", "a.b.operator==", 19, "public", 0),
        ("constant", "a.b.kMax", 20, "public", 0),
        ("struct", "a.b.S", 21, "public", 0),
        ("field", "a.b.S.a", 21, "public", 0),
        ("method", "a.b.S.m", 21, "public", 1),
        ("function", "cfun", 23, "public", 0),
        ("function", "hidden", 24, "private", 1),
    ]
    by_name = {s.name: s for s in cpp(CLASSES).symbols}
    assert by_name["a.b.Foo"].doc == "A foo."
    assert by_name["a.b.Foo"].signature == "template <typename T> class Foo : public Bar<T>"
    assert by_name["a.b.Foo.Foo"].signature == "Foo(int x)"


DAMAGED = """\
#ifdef __cplusplus
extern "C" {
#endif
LIB_BEGIN_DECLS
LIB_EXTERN LIBcode lib_init(int a);
static int f(int a) {
#ifdef WIN
  if (a) {
#else
  if (!a) {
#endif
    return 1;
  }
  return g(a
#ifdef MORE
    , 2
#endif
  );
}
enum e {
  ONE,
  LAST_ONE /* never used */
};
typedef void LIB;
int done(void) LIB_NO_RETURN;
#ifdef __cplusplus
}
#endif
"""


def test_the_preprocessors_work_is_survived() -> None:
    found = c(DAMAGED)
    assert {s.name for s in found.symbols} >= {"lib_init", "f", "e", "e.ONE", "e.LAST_ONE", "LIB", "done"}
    assert found.errors == []
    known = cpp(
        "LIB_NAMESPACE_BEGIN\nclass LIB_API Foo {\n public:\n  LIB_INLINE auto f(int a) -> int;\n};\n"
        "LIB_NAMESPACE_END\n"
    )
    assert {s.name for s in known.symbols} == {"Foo", "Foo.f"}
    assert known.errors == []
    torn = cpp("class Foo\n#if OLD // why\n    : public Base\n#endif\n{\n  int kept;\n};\n")
    assert ({s.name for s in torn.symbols}, torn.errors) == ({"Foo", "Foo.kept"}, [])


@pytest.mark.parametrize("cover", [covered_c, covered_cpp])
def test_covering_moves_nothing(cover: object) -> None:
    assert callable(cover)
    for text in (HEADER, CLASSES, DAMAGED):
        covered = cover(text.encode())
        assert len(covered) == len(text.encode())
        assert covered.count(b"\n") == text.count("\n")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('char *h = getenv("HOME_URL");', ("env", "HOME_URL", "env.read", "")),
        ("a.sin_port = htons(8080);", ("port", "8080", "port.listen", "")),
        ("struct a b = { .sin_port = htons(80) };", ("port", "80", "port.listen", "")),
        ("gets(buffer);", ("danger", "gets(buffer)", "danger.unsafe-c", "")),
        ("strcpy(a, b);", ("danger", "strcpy(a, b)", "danger.unsafe-c", "")),
        ('sprintf(a, "x%s", b);', ("danger", 'sprintf(a, "x%s", b)', "danger.unsafe-c", "")),
        ("system(command);", ("danger", "system(command)", "danger.shell", "")),
        ('popen(command, "r");', ("danger", 'popen(command, "r")', "danger.shell", "")),
        ("mktemp(name);", ("danger", "mktemp(name)", "danger.tempfile", "")),
        (
            "curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);",
            ("danger", "curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L)", "danger.tls-off", ""),
        ),
    ],
)
def test_uses_are_told_with_their_rule(body: str, expected: tuple[str, str, str, str]) -> None:
    for read in (c, cpp):
        assert [(use.kind, use.value, use.rule, use.detail) for use in read(f"void f(void) {{ {body} }}\n").uses] == [
            expected
        ]


@pytest.mark.parametrize(
    "body",
    [
        'strcpy(a, "literal");',
        'sprintf(a, "%d", b);',
        'system("clear");',
        "obj->system(command); other::gets(x);",
        'getenv(name); /* getenv("X") */',
    ],
)
def test_what_a_reviewer_would_call_noise_is_no_use(body: str) -> None:
    assert cpp(f"void f() {{ {body} }}\n").uses == []


def test_deep_nesting_and_endless_macros_take_bounded_time() -> None:
    deep = "int f(void) {" + "{" * 5_000 + "}" * 5_000 + "}\nint g(void);\n"
    assert [s.name for s in c(deep).symbols] == ["f", "g"]
    comments = "#if X\n" + "/* said */\n" * 400 + "void h(void) { (; }\n#endif\n"
    assert [s.name for s in c("void f( {\n" + comments).symbols][-1:] == ["h"]
    wide = "".join(f"#if A{n}\n" for n in range(5_000)) + "AAAA_B " * 5_000
    assert {s.name for s in c(wide).symbols} <= {"AAAA_B"}


OUTLINES = [
    (
        "LIB_EXPORT template <typename T> class A {\n public:\n  A() : x{1} { if LIB_CONSTEXPR (x) f(); }\n};",
        ["A", "A.A"],
    ),
    ("class LIB_API_ [[nodiscard]] B : public C {\n public:\n  virtual ~B();\n  friend class D;\n};", ["B", "B.~B"]),
    ("#if HAS(<x.h>) && \\\n  HAS(a::b)\nnamespace n { struct S { int i; }; }\n#endif", ["n", "n.S", "n.S.i"]),
    ('DEFINE_FLAG(int, a, {}, "") + f();\nLIB_FLAG(bool, b, 1, "");\nstruct S {};', ["S"]),
    (
        "lib_inline constexpr bool f() { return CHECK(throw 1, int&); }\nlib_inline u64 g(int x) { va(int*); }",
        ["f", "g"],
    ),
    (
        "struct T { LIB_PRIVATE_UNLESS_TESTED:\n  static LIB_CONSTEXPR bool v(int) { EXPECT(x, char); }\n};",
        ["T", "T.v"],
    ),
    ("enum class E : int;\nextern template int m<1>(int);\nstruct V { using typename B::t; int k; };", ["V", "V.k"]),
    ("friend_api() { FOO(int*); }\nstruct P { friend LIB_I std::ostream& operator<<(std::ostream& s, P p); };", ["P"]),
    ("namespace a::inline b { namespace inlined { int x = F(char*); } }", ["a.b", "a.b.inlined", "a.b.inlined.x"]),
]


def test_a_macro_above_a_name_is_the_functions_type() -> None:  # S-33
    body = "{\n  if (!STACK(p, p->nodes, node_t*))\n    goto bad;\n  return 1;\nbad:\n  return 0;\n}\n"
    text = f'#include "lib.h"\nLIB_DECLARE(int)\nload_it(p_t *p)\n{body}\nstatic int\nload_more(p_t *p)\n{body}'
    assert [s.name for s in c(text).symbols] == ["load_it", "load_more"]


@pytest.mark.parametrize(("text", "expected"), OUTLINES)
def test_what_only_a_preprocessor_could_read_costs_no_declaration(text: str, expected: list[str]) -> None:  # S-33
    found = cpp('#include "lib.h"\n' + text + "\n")
    assert [s.name for s in found.symbols if s.name in expected] == expected
    assert found.errors == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('#include "lib.h"\nint f(void) { FOREACH(x, int*) g(); }\n', []),
        ('#include "lib.h"\nint f(void) { g(; }\nint h(void);\n', [2]),
        ("#include <stdio.h>\nint f(void) { return 0 }\n", [2]),
        ("int x = ;\n", [1]),
    ],
)
def test_a_syntax_error_of_c_is_one_that_no_macro_could_explain(text: str, expected: list[int]) -> None:  # S-33
    assert c(text).errors == expected


def test_outlines_take_bounded_time() -> None:
    for text in ("AAA(\n" * 20_000, "\n" * 100_000, "f(x) const " * 9_000 + "{", ",AAAA(()(" * 9_000, 'R"(' * 30_000):
        assert len(outline(text.encode())) == len(text)
