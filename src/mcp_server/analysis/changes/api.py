"""How the published definitions differ between two states of a repository, and which differences break callers.

Pure. Only files whose bytes differ are ever compared: what is in the others is the same. Above it lies `compare`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from plumbrule.mcp_server.analysis.changes.demands import (
    aliases,
    asked_of_implementers,
    is_version,
    only_the_value,
    sealed_owners,
    spelled_out,
)
from plumbrule.mcp_server.analysis.changes.signatures import compatibility
from plumbrule.mcp_server.analysis.sections.changes import ApiChange, Breaking
from plumbrule.mcp_server.analysis.words import evidence

RULE = "changes.api"
RULES = {
    RULE: "a public definition of the project's own source differs between the two states: name, signature or place",
}

NAMED = frozenset(("Python", "Kotlin", "Swift", "C#", "Scala", "PHP", "Ruby"))
"""Languages whose callers may pass parameters by name: renaming one breaks them."""

BY_FOLDER = frozenset(("Go", "C#", "Java", "Kotlin", "Scala", "Swift", "PHP", "Ruby", "Elixir", "HCL", "SQL"))
"""Languages whose callers name a package, namespace or class and never the file."""

_CALLABLE = frozenset(("function", "method", "constructor", "macro", "procedure", "operator"))
_INNER = frozenset(("variable", "index"))
"""What no caller from outside is meant to depend on, whatever its visibility says."""


_UNDOCUMENTED = frozenset(("@doc false", "@moduledoc false"))
"""Elixir's marks of what is public for the project alone ("Writing Documentation", hiding)."""

_OBJECTS = frozenset(("JavaScript", "TypeScript", "JSX", "TSX"))
"""Languages whose exported variables are objects with functions."""

_WORKSHOP = ("scripts", "script", "hack", "ci", "tasks", "benchmarks", "bench", "benches", "fuzz", ".github")
"""Folders at the top with the project's own tools."""

_DERIVABLE = frozenset(("default", "clone", "fmt", "eq", "ne", "hash", "cmp", "partial_cmp"))
"""Methods of Rust that `derive` writes as well as a hand does."""

_BUILDING = frozenset(("setup.py", "conftest.py", "noxfile.py", "fabfile.py", "tasks.py", "dodo.py"))
"""Modules at the top that build and test the rest."""

_PROGRAMS = ("cmd", "hack", "tools")
_NATIVE = ("ext",)
"""Where gems and PECL packages keep what is behind their Ruby or PHP."""

_INSIDE = frozenset(("src", "source", "ext", "internal", "detail"))
"""Folders whose headers are for the sources beside them, unless they lie in `include`."""

_FINAL = re.compile(r"(?<=[(,])(\s*)final\s+")
"""Java's `final` of a parameter is a matter of the body alone."""


class Surface(NamedTuple):
    """One file's definitions: the rows of its facts, and what it offers where the language says so."""

    language: str
    symbols: list[dict[str, Any]]
    exports: list[str] | None = None


class _Definition(NamedTuple):
    path: str
    line: int
    kind: str
    language: str
    signatures: tuple[str, ...]
    body: bool = False
    sealed: bool = False
    """Whether nobody outside may implement it."""


def api_changes(before: Mapping[str, Surface], after: Mapping[str, Surface]) -> tuple[ApiChange, ...]:
    """What differs, certain breaks first, then what may break, then additions; by name within.

    `before` and `after` hold the surfaces of the files that differ, by path.
    """
    old, new = _definitions(before), _definitions(after)
    gone = {key: one for key, one in old.items() if key not in new}
    come = {key: one for key, one in new.items() if key not in old}
    found: list[ApiChange] = []
    moved: set[tuple[str, str | None, str | None]] = set()
    for name in sorted({key[1] for key in gone} & {key[1] for key in come}):
        for change in _moved(name, gone, come):
            # What moved with the class around it is told by the class.
            if (name.rpartition(".")[0], change.before, change.after) not in moved:
                found.append(change)
            moved.add((name, change.before, change.after))
    found += [_removed(key, one, old, new) for key, one in gone.items()]
    found += [
        ApiChange(key[1], "added", _asked(key, one, old), evidence(one.path, RULE, one.line), after=one.signatures[0])
        for key, one in come.items()
    ]
    found += _changed(old, new)
    return tuple(sorted(found, key=_rank))


def public_rows(surface: Surface) -> Iterator[dict[str, Any]]:
    """The rows that others may use: public themselves, within public ones only, and offered by the file."""
    hidden: set[str] = set()
    offered = None if surface.exports is None else set(surface.exports)
    for row in surface.symbols:
        name = str(row["name"])
        outer = name.rpartition(".")[0]
        shown = (
            "visibility" not in row
            and outer not in hidden
            and row["kind"] not in _INNER
            and _UNDOCUMENTED.isdisjoint(row.get("modifiers", ()))
            and (offered is None or name.partition(".")[0] in offered)
        )
        if shown:
            yield row
        if not shown or row["kind"] in _CALLABLE:  # what a function defines for itself nobody else can name
            hidden.add(name)
        if row["kind"] == "variable" and "visibility" not in row and surface.language in _OBJECTS:
            hidden.discard(name)  # `module.exports = res` and `res.send = function ...`: an object with methods


def _definitions(surfaces: Mapping[str, Surface]) -> dict[tuple[str, str], _Definition]:
    """By place and qualified name; several of one name (overloads, clauses) are one definition."""
    found: dict[tuple[str, str], _Definition] = {}
    for path in sorted(surfaces):
        surface = surfaces[path]
        if _is_private(path, surface.language):
            continue
        place = path.rpartition("/")[0] if surface.language in BY_FOLDER else _module(path, surface.language)
        sealed = sealed_owners(surface.language, surface.symbols)
        for row in public_rows(surface):
            key = (place, str(row["name"]))
            signature = str(row.get("signature", ""))
            if surface.language == "Java":
                signature = _FINAL.sub(r"\1", signature).removeprefix("public ")  # in an interface it goes unsaid
            known = found.get(key)
            if known is None:
                body, closed = bool(row.get("complexity")), key[1] in sealed
                found[key] = _Definition(
                    path, int(row["line"]), str(row["kind"]), surface.language, (signature,), body, closed
                )
            elif signature not in known.signatures:
                found[key] = known._replace(signatures=(*known.signatures, signature))
    return found


def _module(path: str, language: str) -> str:
    """What callers name: of Python the module, which the move to a `src` layout does not change."""
    if language != "Python":
        return path
    return path.removeprefix("src/").removesuffix(".pyi").removesuffix(".py").removesuffix("/__init__")


def _is_private(path: str, language: str) -> bool:
    """Whether the path itself says that it is nobody else's business."""
    steps = path.split("/")
    if steps[0] in _WORKSHOP and len(steps) > 1:
        return True
    if language == "Python":
        return path in _BUILDING or any(step.startswith("_") and not step.startswith("__") for step in steps)
    if language == "Go":
        return "internal" in steps[:-1] or steps[0] in _PROGRAMS or steps[-1] == "main.go"
    if language in ("Java", "Kotlin"):
        return "internal" in steps[:-1] or steps[0] in _NATIVE
    if language in ("C", "C++"):
        header = path.endswith((".h", ".hpp", ".hh", ".hxx"))
        return not header or ("include" not in steps and not _INSIDE.isdisjoint(steps[:-1]))
    return False


def _moved(
    name: str, gone: dict[tuple[str, str], _Definition], come: dict[tuple[str, str], _Definition]
) -> list[ApiChange]:
    """The same definition in another file: whether callers break depends on what is re-exported, which is unknown."""
    before = sorted(key for key in gone if key[1] == name)
    after = sorted(key for key in come if key[1] == name)
    if len(before) != 1 or len(after) != 1 or gone[before[0]].signatures != come[after[0]].signatures:
        return []
    old, new = gone.pop(before[0]), come.pop(after[0])
    return [ApiChange(name, "changed", "perhaps", evidence(new.path, RULE, new.line), old.path, new.path)]


def _asked(key: tuple[str, str], one: _Definition, old: Mapping[tuple[str, str], _Definition]) -> Breaking:
    """What an addition asks of others: nothing, unless it joins an interface that others implement."""
    owner = old.get((key[0], key[1].rpartition(".")[0]))
    if owner is None or owner.sealed:
        return "no"
    return asked_of_implementers(one.language, owner.kind, one.kind, one.signatures[0], body=one.body)


def _removed(
    key: tuple[str, str],
    one: _Definition,
    old: Mapping[tuple[str, str], _Definition],
    new: Mapping[tuple[str, str], _Definition],
) -> ApiChange:
    """Broken for sure, but for a member of a class that has another head now: it may be inherited since."""
    owner = (key[0], key[1].rpartition(".")[0])
    rebased = owner in old and owner in new and old[owner].signatures != new[owner].signatures
    derived = one.language == "Rust" and owner in new and key[1].rpartition(".")[2] in _DERIVABLE
    breaking: Breaking = "perhaps" if derived or (rebased and one.kind in _CALLABLE) else "yes"
    return ApiChange(key[1], "removed", breaking, evidence(one.path, RULE, one.line), before=one.signatures[0])


def _changed(
    old: Mapping[tuple[str, str], _Definition], new: Mapping[tuple[str, str], _Definition]
) -> Iterator[ApiChange]:
    names = _aliases(old, new)
    for key in old.keys() & new.keys():
        before, after = _comparable(old[key], names), _comparable(new[key], names)
        if is_version(key[1]) and before.kind == after.kind and before.kind not in _CALLABLE:
            continue
        if before.signatures != after.signatures or before.kind != after.kind:
            breaking = _breaking(key[1], before, after)
            if breaking == "yes" and _same_underneath(before, after, names):
                breaking = "perhaps"
            at = evidence(after.path, RULE, after.line)
            if breaking == "no" and set(before.signatures) < set(after.signatures):  # one more overload
                yield ApiChange(key[1], "added", "no", at, after=_differing(after, before))
                continue
            yield ApiChange(key[1], "changed", breaking, at, _differing(before, after), _differing(after, before))


def _breaking(name: str, before: _Definition, after: _Definition) -> Breaking:
    if before.kind != after.kind:
        return "perhaps" if {before.kind, after.kind} <= {"class", "struct", "record", "interface"} else "yes"
    if set(before.signatures) <= set(after.signatures):
        return "no"
    if before.kind in ("constant", "variable") and only_the_value(before.signatures[0], after.signatures[0]):
        return "no"
    overloaded = max(len(before.signatures), len(after.signatures)) > 1
    if overloaded or before.kind not in _CALLABLE:
        return "perhaps"
    bare = name.rpartition(".")[2].partition("/")[0]
    named = before.language in NAMED
    labels = before.language == "Ruby"
    verdict = compatibility(bare, before.signatures[0], after.signatures[0], named=named, labels=labels)
    # Elixir has the number of parameters in the name; what differs is a pattern, which may take less or more.
    return "perhaps" if before.language == "Elixir" and verdict == "yes" else verdict


_GO_NAMED_RESULT = re.compile(r"\) \((\w+ [^,()]+)\)$")


def _comparable(one: _Definition, names: Mapping[str, tuple[str, bool]]) -> _Definition:
    """Go's signatures without what is no part of the type: the name of a result, aliases."""
    if one.language != "Go":
        return one
    plain = (_GO_NAMED_RESULT.sub(lambda found: ") " + found[1].partition(" ")[2], text) for text in one.signatures)
    if one.kind == "type":
        return one
    return one._replace(signatures=tuple(spelled_out(text, names, same=True) for text in plain))


def _aliases(*states: Mapping[tuple[str, str], _Definition]) -> dict[str, tuple[str, bool]]:
    rows = ((one.kind, one.signatures[0]) for state in states for one in state.values() if one.language == "Go")
    return aliases(rows)


def _same_underneath(before: _Definition, after: _Definition, names: Mapping[str, tuple[str, bool]]) -> bool:
    """Whether only a named type stands where its own definition stood: values without a name still fit."""
    if before.language != "Go" or not names:
        return False
    first, second = (spelled_out(one.signatures[0], names, same=False) for one in (before, after))
    return _GO_PARAMETER.sub(r"\1", first) == _GO_PARAMETER.sub(r"\1", second)


_GO_PARAMETER = re.compile(r"([(,] ?)\w+ (?=func\(|\[|map\[|\*|\w)")
"""The names of parameters, which Go's callers never write."""


def _differing(one: _Definition, other: _Definition) -> str:
    return next((text for text in one.signatures if text not in other.signatures), one.signatures[0])


_ORDER = {"yes": 0, "perhaps": 1, "no": 2}


def _rank(change: ApiChange) -> tuple[int, bool, str, str]:
    return (_ORDER[change.breaking], change.change == "added", change.name, change.evidence.at)
