"""Shedding for what changed: the gravest of each kind first, so that a short answer is not a harmless one.

Works on the frozen report like `budget`, which is for reports about a state. Counts stay when lists are cut.
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import orjson

from plumbrule.core.facts import Truncated
from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.analysis.model import RepositoryReport, wire, with_live_pointers
from plumbrule.mcp_server.analysis.sections.changes import Changes

DEFAULT_TOKENS = 500
LEAST_TOKENS = 200
MOST_TOKENS = 1_000_000
_LISTS = ("licences", "dependencies", "api", "findings", "ci", "languages", "api_unknown")
"""In the order in which the first of each is shown; then the second of each, and so on."""

_ENOUGH = {"languages": 4, "ci": 6}
"""Of these a few tell the story; the rest waits until everything else is shown."""


def text_of(changes: Changes) -> str:
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


def shed_changes(
    report: RepositoryReport, max_tokens: int | None, arguments: dict[str, object]
) -> tuple[RepositoryReport, str]:
    """The report cut to `max_tokens` for structured content and text together (None: 500), and its text."""
    assert report.changes is not None
    total = DEFAULT_TOKENS if max_tokens is None else max(max_tokens, LEAST_TOKENS)
    text = text_of(report.changes)
    if _tokens(report) + token_bound(text) <= total:
        return report, text
    slim = replace(report, coverage=replace(report.coverage, skipped=()))
    nothing: dict[str, Any] = dict.fromkeys(_LISTS, ())
    empty = replace(report.changes, **nothing)
    call: dict[str, object] = {
        "tool": "analyze_repository",
        "arguments": {**arguments, "max_tokens": min(2 * _tokens(report), MOST_TOKENS)},
    }
    omitted = sum(len(getattr(report.changes, name)) for name in _LISTS)
    bare = replace(slim, changes=empty, truncated=Truncated({"changes": omitted}, call))
    left = total - token_bound(text) - _tokens(bare)
    kept: dict[str, list[Any]] = {name: [] for name in _LISTS}
    shown = 0
    for name, item in _in_turn(report.changes):
        cost = token_bound(orjson.dumps(wire(item))) + 1 + (len(name) + 6 if not kept[name] else 0)
        if cost > left:
            continue
        left -= cost
        kept[name].append(item)
        shown += 1
    parts: dict[str, Any] = {name: tuple(items) for name, items in kept.items()}
    cut = replace(bare, changes=replace(empty, **parts), truncated=Truncated({"changes": omitted - shown}, call))
    return with_live_pointers(cut), text


def _in_turn(changes: Changes) -> Iterator[tuple[str, Any]]:
    """One of each list, then the next of each; lists of which a few suffice come again at the end."""
    longest = max(len(getattr(changes, name)) for name in _LISTS)
    for late in (False, True):
        for at in range(longest):
            for name in _LISTS:
                items = getattr(changes, name)
                if at < len(items) and (at >= _ENOUGH.get(name, longest)) == late:
                    yield name, items[at]


def _tokens(report: RepositoryReport) -> int:
    named = {field.name: getattr(report, field.name) for field in fields(report)}
    return token_bound(orjson.dumps(wire(named)))
