"""What extractors share: signatures, documentation, scopes, complexity, error lines, and bounded captures."""

import time

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors import common

tree_sitter = pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def parsed(raw: bytes, language: str = "javascript"):
    return semble_grammars.get_parser(language).parse(raw)


def test_signature_is_one_line_and_bounded():
    raw = b"function  f(\n  a,\n\tb\n) {"
    assert common.folded(raw, 0, raw.index(b"{")) == "function f( a, b )"
    long = common.folded(b"f(" + b"a, " * 1000, 0, 3000)
    assert 290 < len(long) <= 300
    assert long.endswith("…")


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("/** Hello. */", "Hello."),
        ("/**\n * @param x\n */", ""),
        ("/**\n * ------\n * Says this.\n * And that.\n */", "Says this."),
        ("/**\n * @description Foo bar\n */", "Foo bar"),
        ("/// Rust", "Rust"),
        ("//! Inner", "Inner"),
        ("-- | Haskell", "Haskell"),
        ("--[[ Lua ]]", "Lua"),
        ("; lisp", "lisp"),
        ("# ======\n# Shell", "Shell"),
        ("/*!\n * C style\n */", "C style"),
        ("/**\n * *Bold* words\n */", "*Bold* words"),
    ],
)
def test_documentation_is_the_first_line_that_says_something(comment, said):
    assert common.doc_line(comment) == said


@pytest.mark.parametrize(
    ("raw", "comment"),
    [
        (b"/** a */\nfunction", "/** a */"),
        (b"x=1;\n// one\n  // two\n  function", "// one\n  // two"),
        (b"// one\nfunction", "// one"),
        (b"/**\n * a\n * @example on('/auth/*', b)\n */\nfunction", "/**\n * a\n * @example on('/auth/*', b)\n */"),
        (b"f('a/*'); /* one */\n\tfunction", "/* one */"),
        (b"/* a */ /* src/*.js */\nfunction", "/* src/*.js */"),
        (b"x // one\nfunction", ""),
        (b"// one\n\nfunction", ""),
        (b"/* one */ function", "/* one */"),
        (b"# one\nfunction", ""),
        (b"function", ""),
        (b" " * 9000 + b"function", ""),
    ],
)
def test_comment_above_touches_the_definition(raw, comment):
    assert common.comment_above(raw, raw.index(b"function")).strip() == comment


def test_strings_lose_quotes_and_escapes():
    assert common.unquoted(r"'a\n\u0041\u{1F600}\x41\'\/'") == "a\nA😀A'/"
    assert common.unquoted(r"'\u{FFFFFF}\uD800'") == "��"


def test_names_are_qualified_by_the_spans_around_them():
    spans = [(0, 100), (5, 50), (10, 20), (60, 90), (61, 70), (100, 110)]
    above = common.parents(spans)
    assert above == [-1, 0, 1, 0, 3, -1]
    assert common.qualified(["A", "b", "c", "", "d", "E"], above) == ["A", "A.b", "A.b.c", "A", "A.d", "E"]
    assert common.owners(spans, [0, 12, 55, 65, 95, 105, 120]) == [0, 2, 0, 4, 0, 5, -1]


def test_branches_count_for_the_innermost_function():
    assert common.complexities([(0, 100), (10, 50)], [5, 12, 20, 60]) == [3, 3]


def test_names_of_endless_nesting_stay_short():
    above = list(range(-1, 50_000))
    assert len(common.qualified(["name"] * 50_001, above)[-1]) < 300


def test_lines_count_from_one():
    starts = common.line_starts(b"a\nbc\n\nd")
    assert [common.line_of(starts, at) for at in (0, 1, 2, 5, 6)] == [1, 1, 2, 3, 4]


def test_each_region_of_errors_is_named_once():
    assert common.error_lines(parsed(b"let a = 1;\n")) == []
    assert common.error_lines(parsed(b"let a = 1;\nlet = = ;\n\nf(\n")) == [2, 4]


@pytest.mark.parametrize("raw", [b"{" * 500_000, b"[" * 500_000, b"+ " * 300_000, b"a=>" * 100_000, b"`${" * 200_000])
def test_hostile_nesting_costs_no_more_than_seconds(raw):
    tree = parsed(raw)
    query = tree_sitter.Query(tree.language, "(arrow_function) @f (call_expression) @c")
    before = time.process_time()
    common.captures(query, tree)
    common.error_lines(tree)
    assert time.process_time() - before < 3
