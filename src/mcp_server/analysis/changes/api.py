"""How the published definitions differ between two states of a repository, and which differences break callers.

Pure. Only files whose bytes differ are ever compared: what is in the others is the same. Above it lies `compare`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

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


def api_changes(before: Mapping[str, Surface], after: Mapping[str, Surface]) -> tuple[ApiChange, ...]:
    """What differs, certain breaks first, then what may break, then additions; by name within.

    `before` and `after` hold the surfaces of the files that differ, by path.
    """
    old, new = _definitions(before), _definitions(after)
    gone = {key: one for key, one in old.items() if key not in new}
    come = {key: one for key, one in new.items() if key not in old}
    changes = [_moved(name, gone, come) for name in sorted({key[1] for key in gone} & {key[1] for key in come})]
    found = [change for batch in changes for change in batch]
    found += [_removed(key[1], one) for key, one in gone.items()]
    found += [
        ApiChange(key[1], "added", "no", evidence(one.path, RULE, one.line), after=one.signatures[0])
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
            and (offered is None or name.partition(".")[0] in offered)
        )
        if shown:
            yield row
        if not shown or row["kind"] in _CALLABLE:  # what a function defines for itself nobody else can name
            hidden.add(name)


def _definitions(surfaces: Mapping[str, Surface]) -> dict[tuple[str, str], _Definition]:
    """By place and qualified name; several of one name (overloads, clauses) are one definition."""
    found: dict[tuple[str, str], _Definition] = {}
    for path in sorted(surfaces):
        surface = surfaces[path]
        if _is_private(path, surface.language):
            continue
        place = path.rpartition("/")[0] if surface.language in BY_FOLDER else path
        for row in public_rows(surface):
            key = (place, str(row["name"]))
            signature = str(row.get("signature", ""))
            known = found.get(key)
            if known is None:
                found[key] = _Definition(path, int(row["line"]), str(row["kind"]), surface.language, (signature,))
            elif signature not in known.signatures:
                found[key] = known._replace(signatures=(*known.signatures, signature))
    return found


def _is_private(path: str, language: str) -> bool:
    """Whether the path itself says that it is nobody else's business."""
    steps = path.split("/")
    if language == "Python":
        return any(step.startswith("_") and not step.startswith("__") for step in steps)
    if language == "Go":
        return "internal" in steps[:-1]
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


def _removed(name: str, one: _Definition) -> ApiChange:
    return ApiChange(name, "removed", "yes", evidence(one.path, RULE, one.line), before=one.signatures[0])


def _changed(
    old: Mapping[tuple[str, str], _Definition], new: Mapping[tuple[str, str], _Definition]
) -> Iterator[ApiChange]:
    for key in old.keys() & new.keys():
        before, after = old[key], new[key]
        if before.signatures != after.signatures or before.kind != after.kind:
            breaking = _breaking(key[1], before, after)
            at = evidence(after.path, RULE, after.line)
            yield ApiChange(key[1], "changed", breaking, at, _differing(before, after), _differing(after, before))


def _breaking(name: str, before: _Definition, after: _Definition) -> Breaking:
    if before.kind != after.kind:
        return "perhaps" if {before.kind, after.kind} <= {"class", "struct", "record", "interface"} else "yes"
    if set(before.signatures) <= set(after.signatures):
        return "no"
    overloaded = max(len(before.signatures), len(after.signatures)) > 1
    if overloaded or before.kind not in _CALLABLE:
        return "perhaps"
    bare = name.rpartition(".")[2].partition("/")[0]
    named = before.language in NAMED
    return compatibility(bare, before.signatures[0], after.signatures[0], named=named)


def _differing(one: _Definition, other: _Definition) -> str:
    return next((text for text in one.signatures if text not in other.signatures), one.signatures[0])


_ORDER = {"yes": 0, "perhaps": 1, "no": 2}


def _rank(change: ApiChange) -> tuple[int, bool, str, str]:
    return (_ORDER[change.breaking], change.change == "added", change.name, change.evidence.at)
