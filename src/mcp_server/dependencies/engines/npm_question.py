"""A joint question as npm's tree builder is put it: package.json texts of our own, from names and ranges alone.

`merged` is one package.json with every direct dependency once; `workspace` one member for each party, side by side.
A party's `requires` are `name@range`, with `optional:`, `peer:` or `peer-optional:` in front where its table is
another; a range may be `npm:other@range`. `name` alone is any version that works, which npm by itself does not look
for: it takes the newest. Below: `joint/npm_requirement`. Above: `npm`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import orjson

from plumbrule.mcp_server.dependencies.joint.npm_requirement import (
    ENGINES,
    WRITTEN,
    Asked,
    Table,
    agreed,
    parse_requirement,
)
from plumbrule.mcp_server.dependencies.joint.question import Edge, Question

ROOT = "plumbrule-question"
MEMBER = "plumbrule-party-"


class Posed(NamedTuple):
    """What the script is told. `dropped` are optional requirements that others leave no room for."""

    root: str
    members: Mapping[str, str]
    dropped: tuple[str, ...] = ()


def parties_of(question: Question) -> list[list[Asked]]:
    """Each party's requirements, parsed."""
    return [[parse_requirement(text) for text in party.requires] for party in question.parties]


def posed(question: Question, parties: Sequence[Sequence[Asked]]) -> Posed | tuple[Edge, ...]:
    """The texts; or the clash that needs no registry to be seen."""
    if question.workspace:
        return _side_by_side(question, parties)
    merged = _Merged(question, parties)
    clash = merged.clash()
    return clash or merged.posed()


def engines_node(question: Question) -> str:
    """The Node that every chosen package must allow, "" when none is asked for."""
    for text in question.constraints:
        name, _, version = text.rpartition("@")
        if name == ENGINES:
            return version
    return ""


def bounds(question: Question) -> dict[str, list[str]]:
    """What constraints hold for whatever is chosen, by name."""
    found: dict[str, list[str]] = {}
    for text in question.constraints:
        if not text.startswith((f"{ENGINES}@", WRITTEN)):
            one = parse_requirement(text)
            found.setdefault(one.name, []).append(one.range)
    return found


def written(question: Question) -> dict[str, str]:
    """What asks said where they stand, by name."""
    found: dict[str, str] = {}
    for text in question.constraints:
        if text.startswith(WRITTEN):
            one = parse_requirement(text.removeprefix(WRITTEN))
            found.setdefault(one.name, one.range)
    return found


class _Merged:
    """All parties in one package.json."""

    def __init__(self, question: Question, parties: Sequence[Sequence[Asked]]) -> None:
        self._question = question
        self._by_name: dict[str, list[tuple[str, Asked]]] = {}
        for party, asked in zip(question.parties, parties, strict=True):
            for one in asked:
                self._by_name.setdefault(one.name, []).append((party.label, one))
        self._bounds = bounds(question)

    def clash(self) -> tuple[Edge, ...]:
        """Of the first name on which the parties cannot agree."""
        for name, stated in sorted(self._by_name.items()):
            must = [(label, one) for label, one in stated if one.table in ("", "peer")]
            if must:
                # What is there anyway must suit those who would also do without.
                must += [(label, one) for label, one in stated if one.table == "peer-optional"]
            if len({one.package for _, one in must}) > 1 or self._agreed(name, [one for _, one in must]) is None:
                return tuple(Edge(label, "", name, f"@{one.spec}") for label, one in must)
        return ()

    def _agreed(self, name: str, asked: Iterable[Asked]) -> str | None:
        return agreed([*(one.range for one in asked), *self._bounds.get(name, ())])

    def posed(self) -> Posed:
        tables: dict[str, dict[str, str]] = {"dependencies": {}, "optionalDependencies": {}, "peerDependencies": {}}
        meta: dict[str, dict[str, bool]] = {}
        dropped: list[str] = []
        for name, stated in sorted(self._by_name.items()):
            asked = [one for _, one in stated]
            table = _table(asked)
            must = (
                [one for one in asked if one.table in ("", "peer", "peer-optional")] if table == "dependencies" else []
            )
            kept, left = self._compromise(name, must, [one for one in asked if one not in must])
            dropped += [f"{one.name}@{one.range}" for one in left]
            if kept is None:
                continue
            tables[table][name] = kept
            if table == "peerDependencies":
                meta[name] = {"optional": True}
        root: dict[str, Any] = {"name": ROOT, "version": "0.0.0", "private": True}
        root |= {table: asks for table, asks in tables.items() if asks}
        if meta:
            root["peerDependenciesMeta"] = meta
        _override(root, self._question.overrides, tables["dependencies"])
        return Posed(orjson.dumps(root).decode(), {}, tuple(dropped))

    def _compromise(self, name: str, must: list[Asked], may: list[Asked]) -> tuple[str | None, list[Asked]]:
        """The spec that all of `must` and as many of `may` as fit agree on; and those that do not."""
        kept, left = list(must), list[Asked]()
        for one in may:
            fits = all(one.package == other.package for other in kept)
            if fits and self._agreed(name, [*kept, one]) is not None:
                kept.append(one)
            else:
                left.append(one)
        if not kept:
            return None, left
        return kept[0]._replace(range=self._agreed(name, kept) or "*").spec, left


def _table(asked: Sequence[Asked]) -> str:
    tables = {one.table for one in asked}
    if tables & {"", "peer"}:
        return "dependencies"
    return "optionalDependencies" if "optional" in tables else "peerDependencies"


_KEYS: Mapping[Table, str] = {
    "": "dependencies",
    "optional": "optionalDependencies",
    "peer": "peerDependencies",
    "peer-optional": "peerDependencies",
}


def _side_by_side(question: Question, parties: Sequence[Sequence[Asked]]) -> Posed | tuple[Edge, ...]:
    members: dict[str, str] = {}
    for number, (party, asked) in enumerate(zip(question.parties, parties, strict=True)):
        member: dict[str, Any] = {"name": f"{MEMBER}{number}", "version": "0.0.0", "private": True}
        clash = _fill(member, party.label, asked)
        if clash:
            return clash
        members[f"p{number}"] = orjson.dumps(member).decode()
    root: dict[str, Any] = {"name": ROOT, "version": "0.0.0", "private": True, "workspaces": sorted(members)}
    _override(root, question.overrides, {})
    return Posed(orjson.dumps(root).decode(), members)


def _fill(member: dict[str, Any], label: str, asked: Sequence[Asked]) -> tuple[Edge, ...]:
    """One member's tables; a clash inside one table is none that npm could be told."""
    by_place: dict[tuple[str, str], list[Asked]] = {}
    for one in asked:
        by_place.setdefault((_KEYS[one.table], one.name), []).append(one)
    for (table, name), alike in by_place.items():
        shared = agreed([one.range for one in alike])
        if shared is None or len({one.package for one in alike}) > 1:
            return tuple(Edge(label, "", name, f"@{one.spec}") for one in alike)
        member.setdefault(table, {})[name] = alike[0]._replace(range=shared).spec
        if all(one.table == "peer-optional" for one in alike):
            member.setdefault("peerDependenciesMeta", {})[name] = {"optional": True}
    return ()


def _override(root: dict[str, Any], overrides: Sequence[str], direct: dict[str, str]) -> None:
    """npm's `overrides`, each `[key, ..., spec]` as JSON. For what the root itself asks for npm wants both to be the
    same text; so the direct spec becomes the override's where the two can agree, and else stays as it is."""
    tree: dict[str, Any] = {}
    for text in overrides:
        *keys, spec = cast("list[str]", orjson.loads(text))
        if len(keys) == 1 and keys[0] in direct:
            if agreed([direct[keys[0]], spec]) is None:
                continue
            direct[keys[0]] = spec
        below = tree
        for key in keys[:-1]:
            inner = below.setdefault(key, {})
            if isinstance(inner, str):
                inner = below[key] = {".": inner}
            below = cast("dict[str, Any]", inner)
        last = below.get(keys[-1])
        if isinstance(last, dict):
            last["."] = spec
        else:
            below[keys[-1]] = spec
    if tree:
        root["overrides"] = tree
