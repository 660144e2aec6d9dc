"""What the comparison of two states says about published definitions."""

from typing import Any

from plumbrule.mcp_server.analysis.changes.api import Surface, api_changes


def row(kind: str, name: str, signature: str, line: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "name": name, "line": line, "end": line, "signature": signature, **more}


def told(before: dict[str, Surface], after: dict[str, Surface]) -> list[tuple[str, str, str]]:
    return [(one.name, one.change, one.breaking) for one in api_changes(before, after)]


def test_what_disappears_breaks_and_what_appears_does_not() -> None:
    before = {"a.py": Surface("Python", [row("function", "f", "def f(a)"), row("class", "A", "class A")])}
    after = {"a.py": Surface("Python", [row("function", "f", "def f(a, b)"), row("function", "g", "def g()")])}
    assert told(before, after) == [("A", "removed", "yes"), ("f", "changed", "yes"), ("g", "added", "no")]


def test_what_nobody_outside_may_use_is_no_change() -> None:
    hidden = [
        row("function", "_f", "def _f(a)", visibility="private"),
        row("class", "_A", "class _A", visibility="private"),
        row("method", "_A.run", "def run(self)"),
        row("variable", "log", "log = 1"),
        row("function", "f", "def f()"),
        row("function", "f.inner", "def inner()"),
    ]
    left = {"a.py": Surface("Python", [row("function", "f", "def f()")])}
    assert told({"a.py": Surface("Python", hidden)}, left) == []
    public = [row("function", "f", "def f()")]
    for path, language in (
        ("pkg/_inner.py", "Python"),
        ("internal/x.go", "Go"),
        ("cmd/tool/run.go", "Go"),
        ("src/main/java/a/internal/X.java", "Java"),
        ("src/x.c", "C"),
        ("src/win/x.h", "C"),
        ("ext/p/x.h", "C"),
    ):
        assert told({path: Surface(language, public)}, {}) == []
    assert told({"a.py": Surface("Python", public, ["g"])}, {}) == []  # not in __all__


def test_a_definition_that_only_changed_its_file_is_told_as_moved_where_the_file_is_part_of_its_name() -> None:
    moved = [row("function", "f", "def f()")]
    assert told({"a.py": Surface("Python", moved)}, {"b.py": Surface("Python", moved)}) == [("f", "changed", "perhaps")]
    go = [row("function", "F", "func F()")]
    assert told({"p/a.go": Surface("Go", go)}, {"p/b.go": Surface("Go", go)}) == []


def test_one_more_overload_breaks_nobody() -> None:
    one = row("method", "A.f", "void f(int a)")
    two = row("method", "A.f", "void f(String a)")
    before, after = {"A.java": Surface("Java", [one])}, {"A.java": Surface("Java", [one, two])}
    assert told(before, after) == [("A.f", "added", "no")]
    assert told(after, before) == [("A.f", "changed", "perhaps")]


def test_a_member_of_a_class_with_another_base_may_be_inherited_since() -> None:
    method = row("method", "A.f", "function f()")
    before = {"A.php": Surface("PHP", [row("class", "A", "class A"), method])}
    after = {"A.php": Surface("PHP", [row("class", "A", "class A extends B")])}
    assert told(before, after) == [("A", "changed", "perhaps"), ("A.f", "removed", "perhaps")]


def test_the_word_final_before_a_parameter_is_no_change() -> None:
    before = {"A.java": Surface("Java", [row("method", "A.f", "void f(final int a, final B b)")])}
    assert told(before, {"A.java": Surface("Java", [row("method", "A.f", "void f(int a, B b)")])}) == []


def test_what_a_language_leaves_to_taste_breaks_nobody() -> None:
    ruby = [row("method", "A.f", f"def f({inside})") for inside in ("val=true", "val = true, on: false", "val, on:")]
    states = [{"lib/a.rb": Surface("Ruby", [one])} for one in ruby]
    assert told(states[0], states[1]) == [("A.f", "changed", "no")]
    assert told(states[0], states[2]) == [("A.f", "changed", "yes")]
    java = [row("method", "A.f", f"{word}void f()") for word in ("public ", "")]
    assert told({"A.java": Surface("Java", java[:1])}, {"A.java": Surface("Java", java[1:])}) == []
    enum, made = row("enum", "C", "pub enum C"), row("method", "C.default", "fn default() -> Self")
    before, after = {"c.rs": Surface("Rust", [enum, made])}, {"c.rs": Surface("Rust", [enum])}
    assert told(before, after) == [("C.default", "removed", "perhaps")]
    assert told({"scripts/a.sh": Surface("Shell", [row("function", "f", "f()")])}, {}) == []


def test_an_interface_that_asks_for_more_breaks_those_who_implement_it() -> None:
    cases = [
        ("Go", "type I interface", row("method", "I.M", "M() error"), "yes"),
        ("Java", "public interface I", row("method", "I.m", "void m()"), "yes"),
        ("Java", "public interface I", row("method", "I.m", "default void m()", complexity=1), "no"),
        ("PHP", "interface I", row("method", "I.m", "public function m()"), "yes"),
        ("Rust", "pub trait I", row("method", "I.m", "fn m(&self)"), "yes"),
        ("Rust", "pub trait I", row("method", "I.m", "fn m(&self) -> u8", complexity=1), "no"),
        ("TypeScript", "interface I", row("property", "I.p", "p?: string"), "no"),
        ("TypeScript", "interface I", row("property", "I.p", "p: string"), "perhaps"),
    ]
    for language, head, member, expected in cases:
        owner = row("trait" if language == "Rust" else "interface", "I", head)
        before, after = {"p/a": Surface(language, [owner])}, {"p/a": Surface(language, [owner, member])}
        assert told(before, after) == [(member["name"], "added", expected)], (language, member)
    sealed = [row("interface", "I", "type I interface"), row("method", "I.m", "m()", visibility="private")]
    more = [*sealed, row("method", "I.N", "N()")]
    assert told({"p/a": Surface("Go", sealed)}, {"p/a": Surface("Go", more)}) == [("I.N", "added", "no")]


def test_go_s_names_of_one_type_and_of_results_are_no_change() -> None:
    alias = row("type", "C", "type C = string")
    named = row("type", "F", "type F func(a string) []string")
    for before, after, expected in (
        ("func G(a []string) error", "func G(a []C) error", []),
        ("func G() (err error)", "func G() error", []),
        ("func G(f func(b string) []string)", "func G(f F)", [("G", "changed", "perhaps")]),
        ("func G()", "func G(a ...string)", [("G", "changed", "perhaps")]),
        ("func G(a int)", "func G(a string)", [("G", "changed", "yes")]),
    ):
        old, new = ([alias, named, row("function", "G", text)] for text in (before, after))
        assert told({"p/a.go": Surface("Go", old)}, {"p/a.go": Surface("Go", new)}) == expected, after


def test_a_value_that_differs_breaks_nobody_and_a_version_is_no_change() -> None:
    for name, before, after, expected in (
        ("VERSION", 'VERSION = "1"', 'VERSION = "2"', []),
        ("__version__", "__version__ = '1'", "__version__ = '2'", []),
        ("LIMIT", "LIMIT = 1", "LIMIT = 2", [("LIMIT", "changed", "no")]),
        ("LIMIT", "LIMIT = 1", "LIMIT = f()", [("LIMIT", "changed", "perhaps")]),
    ):
        old, new = ({"a.py": Surface("Python", [row("constant", name, text)])} for text in (before, after))
        assert told(old, new) == expected


def test_another_pattern_of_as_many_parameters_may_break_in_elixir() -> None:
    old, new = (
        {"lib/a.ex": Surface("Elixir", [row("function", "A.f/1", text)])}
        for text in ("def f({a, b})", "def f({a, b, c})")
    )
    assert told(old, new) == [("A.f/1", "changed", "perhaps")]


def test_the_functions_of_an_exported_object_are_public() -> None:
    old = [row("variable", "res", "var res = {}"), row("function", "res.send", "res.send = function (a)")]
    assert told({"lib/r.js": Surface("JavaScript", old)}, {"lib/r.js": Surface("JavaScript", old[:1])}) == [
        ("res.send", "removed", "yes")
    ]


def test_a_python_module_keeps_its_name_in_a_src_layout_and_a_moved_class_is_told_once() -> None:
    rows = [row("class", "A", "class A"), row("method", "A.f", "def f(self)")]
    assert told({"p/a.py": Surface("Python", rows)}, {"src/p/a.py": Surface("Python", rows)}) == []
    assert told({"p/a.py": Surface("Python", rows)}, {"p/b.py": Surface("Python", rows)}) == [
        ("A", "changed", "perhaps")
    ]


def test_what_elixir_hides_from_its_documentation_is_no_api() -> None:
    rows = [row("module", "A", "defmodule A"), row("function", "A.f/0", "def f", modifiers=["@doc false"])]
    assert told({"a.ex": Surface("Elixir", rows)}, {"a.ex": Surface("Elixir", rows[:1])}) == []
    inside = [row("module", "A", "defmodule A", modifiers=["@moduledoc false"]), row("function", "A.f/0", "def f")]
    assert told({"a.ex": Surface("Elixir", inside)}, {"a.ex": Surface("Elixir", [])}) == []
