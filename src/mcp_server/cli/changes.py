"""What `plumbrule analyze SOURCE --since REF` prints: what changed, the gravest first."""

from collections.abc import Iterator
from typing import Any

import click

from plumbrule.core.security.text import clean_line
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.sections.changes import Changes
from plumbrule.mcp_server.app import App
from plumbrule.mcp_server.cli.calls import as_result, call
from plumbrule.mcp_server.cli.exits import DONE, PARTIAL
from plumbrule.mcp_server.cli.page import Block, Page
from plumbrule.mcp_server.cli.page_words import Row, shortened
from plumbrule.mcp_server.cli.session import print_json
from plumbrule.mcp_server.tools.changes_budget import changes_answer

NAME = "analyze_repository"
MAX_CHARACTERS = 240
ROWS = 20
"""Of one kind on a page."""

_TONES = {"yes": "bad", "perhaps": "warn", "no": "plain", "high": "bad", "medium": "warn", "low": "plain"}


_SAID = {"yes": "BREAKING ", "perhaps": "perhaps breaking, ", "no": ""}
"""Colours alone tell nothing in a file or a pipe."""


def print_changes(
    ctx: click.Context, source: str, since: str, max_tokens: int | None, *, as_json: bool, keep: bool
) -> int:
    """Print a page, or the MCP result; without a budget all of it."""

    async def work(app: App) -> tuple[RepositoryReport, dict[str, Any], Page]:
        report = await app.comparer.changes(source, since)
        answer = changes_answer(report, max_tokens, {"source": source, "since": since})
        return report, as_result(app, answer.structured), _masked(_page(report), app)

    (report, structured, page), call_id = call(ctx, NAME, work, keep=keep)
    if as_json:
        print_json(structured | {"call_id": call_id})
    else:
        from plumbrule.mcp_server.cli.page_print import print_page  # not for --json

        print_page(page)
    return DONE if report.coverage.complete else PARTIAL


def _page(report: RepositoryReport) -> Page:
    changes = report.changes
    assert changes is not None
    files = changes.files
    when = f"since {clean_line(changes.since, MAX_CHARACTERS)}"
    counts = f"{files.changed} files changed, {files.added} added, {files.removed} removed, {files.moved} moved"
    if changes.breaking:
        counts += f"; {changes.breaking} breaking changes of the API"
    blocks = [Block(title, tuple(shortened(rows, ROWS))) for title, rows in _blocks(changes)]
    return Page(
        clean_line(report.name.value, MAX_CHARACTERS),
        (f"{when}: {counts}",),
        tuple(block for block in blocks if block.rows),
    )


def _blocks(changes: Changes) -> Iterator[tuple[str, Iterator[Row]]]:
    yield "Licences", (Row(f"{one.before} -> {one.after}", one.evidence.at, "bad") for one in changes.licences)
    yield (
        "API",
        (
            Row(
                _line(_SAID[one.breaking] + one.change, one.name, one.before, one.after),
                one.evidence.at,
                _TONES[one.breaking],
            )
            for one in changes.api
        ),
    )
    yield (
        "Dependencies",
        (
            Row(_line(one.change, f"{one.name} ({one.scope})", one.before, one.after), one.evidence.at)
            for one in changes.dependencies
        ),
    )
    yield (
        "Findings",
        (
            Row(f"{'new' if one.change == 'added' else 'gone'}: {one.message}", one.evidence.at, _TONES[one.severity])
            for one in changes.findings
        ),
    )
    yield "CI", (Row(f"{one.change}: {one.path}") for one in changes.ci)
    yield "Languages", (Row(f"{one.name}: {one.before} % -> {one.after} %") for one in changes.languages)


def _line(change: str, name: str, before: str | None, after: str | None) -> str:
    text = f"{change}: {name}"
    if change.endswith("changed") and before and after:
        text += f": {before} -> {after}"
    elif change.endswith("added") and after:
        text += f": {after}"
    return clean_line(text, MAX_CHARACTERS)


def _masked(page: Page, app: App) -> Page:
    mask = app.runtime.mask
    blocks = (
        Block(one.title, tuple(Row(mask(row.text), mask(row.where), row.tone) for row in one.rows))
        for one in page.blocks
    )
    return Page(mask(page.name), tuple(mask(line) for line in page.about), tuple(blocks))
