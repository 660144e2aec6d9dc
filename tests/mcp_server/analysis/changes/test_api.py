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
    for path, language in (("pkg/_inner.py", "Python"), ("internal/x.go", "Go")):
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
    assert told(before, after) == [("A.f", "changed", "no")]
    assert told(after, before) == [("A.f", "changed", "perhaps")]
