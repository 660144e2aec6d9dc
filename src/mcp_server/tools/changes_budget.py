"""Shedding for what changed: the gravest of each kind first, so that a short answer is not a harmless one.

Works on the frozen report like `budget`, which is for reports about a state. Counts stay when lists are cut; before a
change is left out, the signatures of all are: the names and places of many say more than the wording of a few.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from plumbrule.core.facts import Truncated
from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.analysis.model import RepositoryReport, wire
from plumbrule.mcp_server.analysis.sections.changes import ApiChange, Changes
from plumbrule.mcp_server.tools.spec import Answer

DEFAULT_TOKENS = 690
"""By the bound of `core.tokens`, which lies about two fifths above o200k on these answers: under 500 real tokens."""

LEAST_TOKENS = 200
MOST_TOKENS = 1_000_000
_LISTS = ("licences", "dependencies", "api", "findings", "ci", "languages", "api_unknown")


_TURN = ("licences", "api", "dependencies", "api", "findings", "api")
"""Of what the next is shown, over and over; the other lists follow when these are through."""

_NOT_NEEDED = ("detail", "name", "size")
"""What the caller knows, or finds on the card."""


def changes_text(changes: Changes) -> str:
    """One line on how much, one on what breaks."""
    files = changes.files
    lines = [
        f"Since {changes.since}: {files.changed} files changed, {files.added} added, {files.removed} removed."
        + (f" {changes.breaking} breaking changes of the API." if changes.breaking else "")
    ]
    broken = [one.name for one in changes.api if one.breaking == "yes"][:3]
    if broken:
        lines.append(f"Breaking: {', '.join(broken)}.")
    return "\n".join(lines)


def changes_answer(report: RepositoryReport, max_tokens: int | None, arguments: dict[str, object]) -> Answer:
    """The comparison within `max_tokens` for structured content and text together; None gives all of it."""
    assert report.changes is not None
    text = changes_text(report.changes)
    whole = _wired(report)
    most = max(max_tokens or 0, LEAST_TOKENS)
    if max_tokens is None or _tokens(whole) + token_bound(text) <= most:
        return Answer(whole, text)
    again = {**arguments, "max_tokens": min(_tokens(whole) + 4 * token_bound(text), MOST_TOKENS)}
    return Answer(_cut(report, most - token_bound(text), {"tool": "analyze_repository", "arguments": again}), text)


def _cut(report: RepositoryReport, tokens: int, call: dict[str, object]) -> dict[str, Any]:
    assert report.changes is not None
    nothing: dict[str, Any] = dict.fromkeys(_LISTS, ())
    empty = replace(report.changes, **nothing)
    total = sum(len(getattr(report.changes, name)) for name in _LISTS)
    bare = replace(
        report,
        changes=empty,
        coverage=replace(report.coverage, skipped=()),
        truncated=Truncated({"changes": total}, call),
    )
    left = tokens - _tokens(_wired(bare))
    kept: dict[str, list[Any]] = {name: [] for name in _LISTS}
    for name, item in _in_turn(report.changes):
        brief = replace(item, before=None, after=None) if isinstance(item, ApiChange) else item
        cost = token_bound(orjson.dumps(wire(brief))) + 1 + (len(name) + 6 if not kept[name] else 0)
        if cost <= left:
            left -= cost
            kept[name].append(brief)
    parts: dict[str, Any] = {name: tuple(items) for name, items in kept.items()}
    shown = sum(map(len, kept.values()))
    return _wired(replace(bare, changes=replace(empty, **parts), truncated=Truncated({"changes": total - shown}, call)))


def _in_turn(changes: Changes) -> Iterator[tuple[str, Any]]:
    """Turn by turn, the definitions that break callers more often than anything else."""
    waiting = {name: list(reversed(getattr(changes, name))) for name in _LISTS}
    while any(waiting[name] for name in _TURN):
        yield from ((name, waiting[name].pop()) for name in _TURN if waiting[name])
    for name in _LISTS:
        yield from ((name, item) for item in reversed(waiting[name]))


def _wired(report: RepositoryReport) -> dict[str, Any]:
    wired: dict[str, Any] = wire(report)
    source = wired["source"]
    slim = {name: source[name] for name in ("asked", "commit", "version", "dirty") if source.get(name)}
    return {name: value for name, value in wired.items() if name not in _NOT_NEEDED} | {"source": slim}


def _tokens(wired: dict[str, Any]) -> int:
    return token_bound(orjson.dumps(wired))
