"""Ten extractors on input that nobody would write: they end, they do not recurse, and they say the same twice."""

import importlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")

DEPTH = 4_000
NESTED = {
    "csharp": ("csharp", "class A { void M() { if (a) { "),
    "php": ("php", "<?php Route::group(['prefix' => 'a'], function () { "),
    "ruby": ("ruby", "routes.draw; namespace :a do\n"),
    "swift": ("swift", 'import Vapor\nclass A { func a() { app.group("a") { a in '),
    "scala": ("scala", 'import akka\nobject A { def a = { path("a") {'),
    "elixir": ("elixir", 'use Phoenix.Router\nscope "/a" do\ndefmodule A do\n'),
    "lua": ("lua", "local a = { b = function() "),
    "shell": ("bash", "a() { . ./b; if c; then "),
    "sql": ("sql", "create table a (b int default ("),
    "hcl": ("hcl", 'resource "a" "b" {\n x = ['),
}
PIECES = {
    "csharp": (
        "namespace A;",
        "class B",
        "{",
        "}",
        "[HttpGet(",
        '"x"',
        ")",
        "=>",
        "#if X\n",
        "#else\n",
        "using A.B;",
        "new ",
    ),
    "php": ("<?php ", "class A", "{", "}", "use A\\{B", "function f(", ")", "$x", "'a'", ";", "#[Route(", "?>"),
    "ruby": ("class A\n", "end\n", "def a", "(", ")", ":b", "private ", "require 'a'", "#{", '"', "do |x|", "=begin\n"),
    "swift": ("class A", "{", "}", "func f(", ")", "@B() ", "var x", "= 1", "#if X\n", "import A\n", '"\\(', "case a"),
    "scala": (
        "class A ",
        "@I() ",
        "(",
        ")",
        "{",
        "}",
        "def f",
        "= 1",
        "import a.{b => c}",
        "given ",
        "enum E:\n  case A\n",
        '"',
    ),
    "elixir": (
        "defmodule A do\n",
        "end\n",
        "def f(",
        ")",
        "alias A.{",
        "}",
        ", do: 1",
        "@doc ",
        '"""\n',
        "defimpl P, for: ",
        "->",
        "|>",
    ),
    "lua": ("function a", "(", ")", "end ", "local b = ", "{", "}", "require ", "'a.b'", "M.c = ", "--[[", "]]"),
    "shell": ("a() {", "}", ". ", "$(", ")", "${X:-", "}", "if ", "fi", "<<E\n", "| sh", "export A="),
    "sql": (
        "create table a",
        "(",
        ")",
        ";",
        "create or replace ",
        "procedure p",
        "'",
        "/*",
        "*/",
        "$$",
        "as select ",
        "view v",
    ),
    "hcl": ('resource "a" "b" ', "{", "}", "\n", "x = ", "[", "]", '"${', "var.a", "locals ", "<<E\n", "module "),
}


def extracted(language: str, raw: bytes) -> Extracted:
    module = importlib.import_module(f"plumbrule.mcp_server.analysis.syntax.extractors.{language}")
    found = module.extract(raw, semble_grammars.get_parser(NESTED[language][0]).parse(raw))
    assert isinstance(found, Extracted)
    return found


@pytest.mark.parametrize("language", sorted(NESTED))
def test_nesting_of_any_depth_is_read_without_recursion(language: str) -> None:
    extracted(language, NESTED[language][1].encode() * DEPTH)


@pytest.mark.parametrize("language", sorted(PIECES))
def test_whatever_is_put_together_has_facts_in_bounds_and_the_same_ones_twice(language: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.sampled_from((*PIECES[language], " ", "\n", "\xe9", "\0")), max_size=40))
    def check(pieces: list[str]) -> None:
        raw = "".join(pieces).encode("latin-1")
        found = extracted(language, raw)
        lines = raw.count(b"\n") + 1
        for symbol in found.symbols:
            assert 1 <= symbol.line <= symbol.end_line <= lines
            assert symbol.name
            assert len(symbol.signature) <= 300
            assert "\n" not in symbol.signature
        assert all(1 <= one.line <= lines for one in (*found.imports, *found.uses))
        assert extracted(language, raw) == found

    check()
