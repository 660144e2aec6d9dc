"""Which versions to try for a package of which any will do: those whose peers suit what everybody asks for.

npm takes the newest version in a range and never goes back, so it refuses where an older one would do. What its own
metadata excludes is not tried; of the rest the newest of each major, those nearest to the old range first.
Below: `npm_question`, `ranges/npm_algebra`. Above: `npm`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.engines.npm_question import bounds, parties_of, written
from plumbrule.mcp_server.dependencies.joint.npm_requirement import Asked
from plumbrule.mcp_server.dependencies.joint.question import Party, Question, Unsolved
from plumbrule.mcp_server.dependencies.ranges.npm import parse_version, release_of
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import intersection, satisfies, versions_of

MAX_MAJORS = 4
MAX_TRIED = 8


class Release(NamedTuple):
    """One published version: its `engines.node` and its peers as (name, range)."""

    version: str
    node: str
    peers: tuple[tuple[str, str], ...]


def any_names(question: Question) -> list[str]:
    """The packages of which any version will do, and nobody says more."""
    asked = [one for party in parties_of(question) for one in party]
    return sorted({one.name for one in asked if one.any})


def candidates(question: Question, releases: Mapping[str, Sequence[Release]], answer: Unsolved) -> Sequence[Question]:
    """The question with versions pinned, the most promising first. `answer` tells what the newest ran into."""
    asked = [one for party in parties_of(question) for one in party]
    direct = _direct(asked, bounds(question))
    old = written(question)
    labels = {party.label for party in question.parties}
    wanted: dict[str, list[str]] = {}
    for edge in answer.edges:
        if edge.asker not in labels and edge.asker not in releases:
            wanted.setdefault(edge.name, []).append(edge.constraint.removeprefix("@"))
    choices = [
        [(name, one.version) for one in _promising(of_name, direct, wanted.get(name, ()), old.get(name, ""), name)]
        for name, of_name in releases.items()
    ]
    return [_with(question, dict(picked)) for picked in islice(product(*choices), MAX_TRIED)]


def _direct(asked: Sequence[Asked], bound: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: list(texts) for name, texts in bound.items()}
    for one in asked:
        if not one.any and one.table != "optional":
            found.setdefault(one.name, []).append(one.range)
    return found


def _promising(
    releases: Sequence[Release], direct: Mapping[str, Sequence[str]], wanted: Sequence[str], old: str, name: str
) -> list[Release]:
    fitting = [
        one
        for one in releases
        if all(satisfies(one.version, text) for text in direct.get(name, ()))
        and all(_meets(text, direct[peer]) for peer, text in one.peers if peer in direct)
    ]
    suiting = [one for one in fitting if all(satisfies(one.version, text) for text in wanted)]
    of_major: dict[tuple[int, int], Release] = {}
    for one in suiting or fitting:
        of_major.setdefault(_line(one.version), one)
    lines = sorted(of_major)
    above = [line for line in lines if _above(of_major[line].version, old)]
    below = [line for line in reversed(lines) if line not in above]
    return [of_major[line] for line in (*above, *below)][:MAX_MAJORS]


def _meets(text: str, ranges: Sequence[str]) -> bool:
    shared = intersection([one for one in (text, *ranges) if versions_of(one) is not None])
    return shared is None or not shared.empty


def _line(version: str) -> tuple[int, int]:
    """What one caret covers: a major, before 1.0.0 a minor."""
    key = parse_version(version, True)
    assert key is not None  # the engine lists versions only
    major, minor, _ = release_of(key)
    return (major, 0 if major else minor)


def _above(version: str, old: str) -> bool:
    """Whether a version lies above everything that the old range allows."""
    shared = intersection((old, f">={version}"))
    return shared is not None and shared.empty


def _with(question: Question, versions: Mapping[str, str]) -> Question:
    parties = tuple(
        Party(party.label, tuple(f"{one}@{versions[one]}" if one in versions else one for one in party.requires))
        for party in question.parties
    )
    return replace(question, parties=parties)
