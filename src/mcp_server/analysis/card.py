"""The short text beside the structured content: one paragraph's worth of the same facts, never a second copy.

It is cut to a number of tokens line by line, most useful line first. The repository's own words stand between
guillemets, on one line, without control or bidi characters, so that a reader can tell whose they are.
"""

from collections.abc import Iterator

from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.analysis.model import RepositoryReport

TEXT_TOKENS = 120
"""A card's text may take 150 tokens (DECISIONS, "Results"); 120 leave its structured content its own 600."""

QUOTED_CHARS = 120


def render_text(report: RepositoryReport, *, max_tokens: int = TEXT_TOKENS) -> str:
    """At most `max_tokens` tokens (upper bound) of text that says what the report says."""
    text = ""
    for line in _lines(report):
        longer = f"{text}\n{line}" if text else line
        if text and token_bound(longer) > max_tokens:
            break
        text = longer
    return text


def _lines(report: RepositoryReport) -> Iterator[str]:
    yield _headline(report)
    if not report.coverage.complete:
        yield "Partial: a limit was hit, see coverage."
    if report.risks:
        yield "Risks: " + "; ".join(f"{risk.message} ({risk.evidence.at})" for risk in report.risks[:3]) + "."
    if report.description:
        yield f"It says: {_quoted(report.description.value)}"
    if report.runtimes:
        yield "Needs " + ", ".join(f"{runtime.name} {_quoted(runtime.constraint)}" for runtime in report.runtimes[:3])
    for command in report.commands[:3]:
        yield f"{command.purpose.capitalize()}: {_quoted(command.command)} ({command.evidence.at})"
    if report.ci:
        yield "CI: " + ", ".join(ci.system for ci in report.ci)
    if report.truncated:
        yield "Cut to the budget; truncated.next has the call for the rest."


def _headline(report: RepositoryReport) -> str:
    parts = [_quoted(report.name.value)]
    if report.languages and report.languages.shares:
        parts.append(", ".join(f"{share.name} {share.percent:g} %" for share in report.languages.shares[:3]))
    parts.append(report.licence.expression if report.licence else "no licence found")
    parts.append(f"{report.size.files:,} files")
    return " · ".join(parts)


def _quoted(words: str) -> str:
    """Words of the repository's, fenced. They were cleaned when the report was made; this only shortens."""
    short = words if len(words) <= QUOTED_CHARS else words[: QUOTED_CHARS - 1] + "…"
    return f"«{short.replace('«', '<').replace('»', '>')}»"
