"""What npm's tree builder answered, as an answer to the joint question: labels in place of our own package names.

Below: `npm_question`. Above: `npm`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from plumbrule.mcp_server.dependencies.engines.npm_question import MEMBER, ROOT, bounds, engines_node
from plumbrule.mcp_server.dependencies.joint.npm_requirement import NODE, Asked, Chosen, allows_node
from plumbrule.mcp_server.dependencies.joint.question import (
    Answer,
    Edge,
    Pin,
    Question,
    Solved,
    Unknown,
    UnknownReason,
    Unsolved,
)
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import satisfies

MAX_SAID = 2_000
_REASONS: Mapping[str, UnknownReason] = {
    "E404": "missing_package",
    "ENOVERSIONS": "missing_package",
    "EALLOWGIT": "not_static",
    "EALLOWREMOTE": "not_static",
    "EALLOWFILE": "not_static",
    "EALLOWDIRECTORY": "not_static",
    "EPLUMBRULEPLACE": "not_static",
    "EPLUMBRULEHOST": "not_static",
    "EINVALIDPACKAGENAME": "not_static",
    "EINVALIDTAGNAME": "not_static",
    "EUNSUPPORTEDPROTOCOL": "not_static",
    "EPLUMBRULE": "engine_failed",
    "EUNKNOWN": "engine_failed",
}
"""`not_static`: a package asks for a place, which is not followed. What is not here is a fault of the network."""


class Names:
    """The names in the script's answers and what they stand for."""

    def __init__(self, question: Question, parties: Sequence[Sequence[Asked]]) -> None:
        self._labels = [party.label for party in question.parties]
        self._asked: dict[str, list[tuple[str, Asked]]] = {}
        for label, asked in zip(self._labels, parties, strict=True):
            for one in asked:
                self._asked.setdefault(one.name, []).append((label, one))

    def edges(self, raw: Sequence[Sequence[str]]) -> tuple[Edge, ...]:
        """An edge of the root is one of every party that asks for that name."""
        found: dict[Edge, None] = {}
        for asker, version, name, constraint in raw:
            if asker == ROOT:
                for label, one in self._asked.get(name, ()):
                    found[Edge(label, "", name, f"@{one.spec}")] = None
            elif asker.startswith(MEMBER):
                found[Edge(self._labels[int(asker[len(MEMBER) :])], "", name, f"@{constraint}")] = None
            elif not name.startswith(MEMBER):
                found[Edge(asker, version, name, f"@{constraint or '*'}")] = None
        return tuple(found)

    def via(self, raw: Sequence[str], name: str) -> tuple[str, ...]:
        """Who asks for a package."""
        found: set[str] = set()
        for asker in raw:
            if asker == ROOT:
                found |= {label for label, _ in self._asked.get(name, ())}
            elif asker.startswith(MEMBER):
                found.add(self._labels[int(asker[len(MEMBER) :])])
            else:
                found.add(asker)
        return tuple(sorted(found))


def chosen_in(raw: Mapping[str, Any], names: Names) -> tuple[Chosen, ...]:
    """The packages of a tree, by name and version; the same version at two places once."""
    found: dict[tuple[str, str], Chosen] = {}
    for node in cast("list[dict[str, Any]]", raw["nodes"]):
        name, version, alias = str(node["name"]), str(node["version"]), str(node["alias"])
        via = names.via(node["via"], alias or name)
        before = found.get((name, version))
        optional = bool(node["optional"]) and (before is None or before.optional)
        merged_via = tuple(sorted({*via, *(before.via if before else ())}))
        path = before.path if before else names.edges(node["path"])
        digest, place = str(node["integrity"]), str(node["resolved"])
        found[name, version] = Chosen(name, version, merged_via, str(node["node"]), optional, digest, place, path)
    return tuple(found[key] for key in sorted(found))


def answer_of(raw: Mapping[str, Any], question: Question, names: Names) -> Answer:
    """The answer, constraints and engines taken into account."""
    kind, said = raw.get("kind"), str(raw.get("said", ""))[:MAX_SAID]
    if kind == "solved":
        chosen = chosen_in(raw, names)
        stands = _against(chosen, question)
        if stands:
            return Unsolved(stands)
        undated = [str(one) for one in raw.get("undated", ())]
        assumed = dict.fromkeys(undated, "the registry told no publish times") or None
        labels = {party.label for party in question.parties}
        # Of several versions of one package, the one that somebody asks for directly comes last.
        pinned = sorted(chosen, key=lambda one: (one.name, bool(labels.intersection(one.via))))
        return Solved(tuple(Pin(one.name, one.version, "", one.via) for one in pinned), assumed)
    if kind == "conflict":
        return Unsolved(names.edges(raw.get("edges", ())), said)
    code, asked = str(raw.get("code", "")), str(raw.get("asked", ""))
    reason = _REASONS.get(code, "unreachable")
    return Unknown(reason, (asked,) if asked else (), f"{code}: {said}")


def _against(chosen: Sequence[Chosen], question: Question) -> tuple[Edge, ...]:
    """The ways down to packages that a constraint or the target's Node excludes, and what excludes them."""
    node, within = engines_node(question), bounds(question)
    outside = [one for one in chosen if not all(satisfies(one.version, text) for text in within.get(one.name, ()))]
    found = dict.fromkeys(edge for one in outside for edge in one.path)
    excluding = [one for one in chosen if node and one.node and not one.optional and not allows_node(one.node, node)]
    nearest: dict[tuple[Edge, ...], Chosen] = {}
    for one in sorted(excluding, key=lambda each: (len(each.path), each.name)):
        nearest.setdefault(one.path[:1], one)  # of all below one direct requirement the first says enough
    for one in nearest.values():
        found |= dict.fromkeys((*one.path, Edge(one.name, one.version, NODE, f"@{one.node}")))
    return tuple(found)
