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
