"""Lines of code, comment and blank ones: each row is a file of one language with its three counts."""

import signal
from collections.abc import Iterator

import pytest

from plumbrule.mcp_server.analysis.languages.table import table
from plumbrule.mcp_server.analysis.syntax.comment_marks import TABLE
from plumbrule.mcp_server.analysis.syntax.lines import lines_of

VUE = """<template>
<!-- c -->
<a href="//x"/>
</template>
<script>
// c
let a = "// no";
/* x
y */
</script>
<style>
/* c */
a{}
</style>
"""
ROWS = [
    ("C", '/* a\n\nb */\nchar *s = "/* no */"; // x\n', (1, 2, 1)),
    ("Rust", "/* a /* b */\nc */\nfn f() {}\n", (1, 2, 0)),
    ("D", "/+ a /+ b +/ c\n+/\nvoid f(){}\n", (1, 2, 0)),
    ("Haskell", "{- a {- b -}\n c -}\nmain = x -- y\n-- z\n", (1, 3, 0)),
    ("Haskell", "{-# LANGUAGE GADTs #-}\n{- a {-# b #-}\n-}\nmain = x\n", (2, 2, 0)),
    ("Pascal", "{$IFDEF A}\n{ a\nb }\nx := '{'; // c\n(*$I x*)\n", (3, 2, 0)),
    ("Maven POM", "<project>\n<!-- a\nb -->\n</project>\n", (2, 2, 0)),
    ("reStructuredText", "..\n   a\n\n   b\n\ntext\n", (1, 3, 2)),
    ("OCaml", "(* a (* b *)\n*)\nlet x = 1\n", (1, 2, 0)),
    ("Common Lisp", "#| a #| b |#\n|#\n(x) ; y\n; z\n", (1, 3, 0)),
    ("Lua", "--[===[\na\n--]==]\n]===]\nprint(1)\n--[[\nx\n]]\nx=[[\n-- no\n]]\n", (4, 7, 0)),
    ("Ruby", "=begin\nx\n=end foo\nputs 1\n__END__\na\n", (1, 5, 0)),
    ("Perl", "=pod\n\nx\n\n=cut\n\nprint 1; # x\n\n=over\n\n=cut\n__END__\nfoo\n", (1, 7, 5)),
    ("Python", '"""Doc.\n"""\nx = """\n# no\n"""\n# yes\n', (3, 3, 0)),
    ("MATLAB", "%{\na\n%}\nx = 1; % y\n% z\n", (1, 4, 0)),
    ("Prolog", "/* a\nb */\nx :- y. % c\n", (1, 2, 0)),
    ("COBOL", "000100* comment\n000200 IDENTIFICATION.\n* c\n", (1, 2, 0)),
    ("Fortran", "C first line\n      x = 1\n", (1, 1, 0)),
    ("Forth", ": x ( a -- b ) dup ; \\ c\n\\ comment\n( more\n lines )\n", (1, 3, 0)),
    ("INI", "; a\n# b\n[x]\na = 1 ; c\n", (2, 2, 0)),
    ("Batchfile", "@echo off\nREM x\n:: y\nREMOTE x\n", (2, 2, 0)),
    ("Visual Basic 6.0", "' a\nRem b\nRemove x\n", (1, 2, 0)),
    ("reStructuredText", ".. comment\n\n.. note:: x\n\n.. _ref:\n\ntext\n", (3, 1, 3)),
    ("Literate Haskell", "text\n\n> main = x\n\nmore\n", (1, 2, 2)),
    ("Handlebars", "{{!-- a\nb --}}\n<p>{{x}}</p>\n{{! c }}\n", (1, 3, 0)),
    ("Gettext Catalog", '#, fuzzy\nmsgid "# a"\n', (1, 1, 0)),
    ("fish", "# a\nset x 1\n", (1, 1, 0)),
    ("Gleam", "//// module\npub fn f() { 1 }\n", (1, 1, 0)),
    ("Vue", VUE, (9, 5, 0)),
    ("HTML", '<p>/* no */</p>\n<script src="a.js"></script>\n<!-- x\ny -->\n', (2, 2, 0)),
]


@pytest.mark.parametrize(("language", "text", "counts"), ROWS)
def test_comments_are_told_from_code_as_the_language_writes_them(
    language: str, text: str, counts: tuple[int, int, int]
) -> None:  # S-30
    counted = lines_of(language, text.encode())
    assert (counted.code, counted.comment, counted.blank) == counts


def test_marks_of_an_encoding_are_no_code() -> None:
    assert lines_of("C#", b"\xef\xbb\xbf\n")[:3] == (0, 0, 1)
    assert lines_of("C#", b"\xef\xbb\xbf// a\n")[:3] == (0, 1, 0)
    assert lines_of("C#", "// a\nint x;\n\n".encode("utf-16"))[:3] == (1, 1, 1)


def test_every_language_with_comments_is_one_that_files_can_have() -> None:
    assert sorted(set(TABLE) - set(table().languages)) == []


@pytest.fixture
def _work_is_bounded() -> Iterator[None]:
    """Ends a test that has used 20 s of processor time: quadratic matching would take minutes."""

    def give_up(signum: int, frame: object) -> None:
        raise TimeoutError("more than linear work")

    previous = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, 20)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, previous)


@pytest.mark.usefixtures("_work_is_bounded")
@pytest.mark.parametrize(
    "unit", ["/* ", "(* ", "{- ", '"', "\n", "\n#", "\n=begin\n", "<script>", "\n=a\n", "{{!", "'", " "]
)
def test_hostile_repeats_cost_linear_work(unit: str) -> None:
    data = (unit.encode() * 200_000)[:200_000]
    for language in {syntax: language for language, syntax in TABLE.items()}.values():
        lines_of(language, data)
