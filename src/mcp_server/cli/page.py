"""A repository report as a page for people: first what it says, as titled rows; `page_print` puts them on paper.

Everything that the repository wrote passes `core.security.text`, so that nothing of it acts on a terminal.
"""

from collections.abc import Callable, Iterable, Iterator

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.model import Bulk, Languages, LanguageShare, Licence, RepositoryReport, Source
from plumbrule.mcp_server.cli.page_words import Row, clean, counted, shortened, where

MAX_ROWS = 60
"""Rows of a block: a page is for reading, and a monorepo has a thousand manifests. `--json` gives all."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under one title."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A head of one to three lines, then blocks in reading order."""

    name: str
    about: tuple[str, ...]
    blocks: tuple[Block, ...]


def page_of(report: RepositoryReport, mask: Callable[[str], str]) -> Page:
    """What the report says, block by block, every line masked; empty blocks are left out."""

    def masked(row: Row) -> Row:
        return Row(mask(row.text), mask(row.where), row.tone)

    blocks = (Block(title, tuple(map(masked, shortened(rows(report), MAX_ROWS)))) for title, rows in _blocks(report))
    about = tuple(mask(line) for line in _about(report))
    return Page(mask(clean(report.name.value)), about, tuple(block for block in blocks if block.rows))


def _blocks(report: RepositoryReport) -> Iterator[tuple[str, Callable[[RepositoryReport], Iterable[Row]]]]:
    """The card's blocks, and before the list of what was not looked at those of the deep sections."""
    yield from _BLOCKS[:-1]
    if report.detail == "full":
        from plumbrule.mcp_server.cli.page_deep import DEEP_BLOCKS  # a card pays for none of it

        yield from DEEP_BLOCKS
    yield _BLOCKS[-1]


def _about(report: RepositoryReport) -> Iterator[str]:
    if report.description:
        yield clean(report.description.value)
    yield _origin(report.source)


def _origin(source: Source) -> str:
    words = [clean(source.url or source.asked)]
    if source.version:
        words.append(f"version {clean(source.version)}")
    if source.ref:
        words.append(f"@ {clean(source.ref)}")
    if source.commit:
        words.append(f"commit {source.commit[:12]}")
    if source.dirty:
        words.append("with changes that are not committed")
    if source.subpath:
        words.append(f"folder {clean(source.subpath)}")
    return ", ".join(words)


def _languages(report: RepositoryReport) -> Iterator[Row]:
    if report.languages is None:
        return
    for share in report.languages.shares:
        yield Row(f"{clean(share.name)} {share.percent:g} %  {_amount(share)}")
    if apart := ", ".join(_apart(report.languages)):
        yield Row(f"apart from these: {apart}", tone="quiet")


def _apart(languages: Languages) -> Iterator[str]:
    for name in ("vendored", "generated", "documentation", "other"):
        bulk: Bulk | None = getattr(languages, name)
        if bulk is not None and bulk.files:
            yield f"{name} {_files(bulk.files)}"


def _amount(share: LanguageShare) -> str:
    lines = "" if share.lines is None else f", {counted(share.lines, 'line')}"
    return f"({_files(share.files)}{lines})"


def _size(report: RepositoryReport) -> Iterator[Row]:
    size = report.size
    lines = "" if size.lines is None else f", {size.lines:,} lines of source"
    yield Row(f"{_files(size.files)}, {size_words(size.bytes)}{lines}")


def _licence(report: RepositoryReport) -> Iterator[Row]:
    licence = report.licence
    if licence is None:
        if "licences" not in report.not_examined:
            yield Row("none found", tone="bad")
        return
    yield Row(_licence_words(licence), where(licence.evidence))
    if licence.declared:
        declared = clean(licence.declared.value)
        yield Row(f"but the metadata declares {declared}", where(licence.declared.evidence), "warn")
    for other in licence.others:
        yield Row(f"also {clean(other.value)}", where(other.evidence), "quiet")


def _licence_words(licence: Licence) -> str:
    sure = "" if licence.confidence is None else f" ({licence.confidence:.0%} of the text matches)"
    return clean(licence.expression) + sure


def _runtimes(report: RepositoryReport) -> Iterator[Row]:
    for runtime in report.runtimes:
        yield Row(f"{clean(runtime.name)} {clean(runtime.constraint)}", where(runtime.evidence))


def _ecosystems(report: RepositoryReport) -> Iterator[Row]:
    for ecosystem in report.ecosystems:
        count = counted(ecosystem.manifests, "manifest")
        yield Row(f"{clean(ecosystem.name)}, {count}", where(ecosystem.evidence))


def _commands(report: RepositoryReport) -> Iterator[Row]:
    for command in report.commands:
        usual = "  (by convention)" if command.convention else ""
        yield Row(f"{command.purpose}: {clean(command.command)}{usual}", where(command.evidence))


def _entry_points(report: RepositoryReport) -> Iterator[Row]:
    for entry in report.entry_points:
        target = f" -> {clean(entry.target)}" if entry.target else ""
        yield Row(f"{clean(entry.name)} ({clean(entry.kind)}){target}", where(entry.evidence))


def _tests(report: RepositoryReport) -> Iterator[Row]:
    tests = report.tests
    if tests is not None:
        frameworks = ", ".join(clean(each.value) for each in tests.frameworks)
        yield Row(counted(tests.files, "test file") + (f", {frameworks}" if frameworks else ""), where(tests.evidence))


def _ci(report: RepositoryReport) -> Iterator[Row]:
    for ci in report.ci:
        yield Row(f"{clean(ci.system)}, {_files(ci.files)}", where(ci.evidence))
        for workflow in ci.workflows:
            on = f" on {', '.join(map(clean, workflow.triggers))}" if workflow.triggers else ""
            yield Row(f"{clean(workflow.name or 'workflow')}{on}", where(workflow.evidence), "quiet")


def _risks(report: RepositoryReport) -> Iterator[Row]:
    for risk in report.risks:
        often = f" ({risk.count} times)" if risk.count > 1 else ""
        tone = {"high": "bad", "medium": "warn", "low": "plain"}[risk.severity]
        yield Row(f"{risk.severity}: {clean(risk.message)}{often}", where(risk.evidence), tone)


def _findings(report: RepositoryReport) -> Iterator[Row]:
    for one in report.findings:
        tone = {"high": "bad", "medium": "warn", "low": "plain"}[one.severity]
        yield Row(f"{one.severity}: {clean(one.message)} ({one.rule})", where(one.evidence), tone)


def _scorecard(report: RepositoryReport) -> Iterator[Row]:
    for check in report.scorecard:
        score = "inconclusive" if check.score < 0 else f"{check.score} of 10"
        yield Row(f"{check.name}: {score}, {clean(check.reason)}", where(check.evidence))


def _components(report: RepositoryReport) -> Iterator[Row]:
    for part in report.components:
        yield Row(f"{clean(part.name)} ({clean(part.kind)}) in {clean(part.path)}", where(part.evidence))


def _activity(report: RepositoryReport) -> Iterator[Row]:
    seen = report.activity
    if seen is not None:
        since = f", first {seen.first_commit}" if seen.first_commit else ""
        yield Row(f"last commit {seen.last_commit}{since}")
        commits, people = (
            counted(seen.commits_last_year, "commit"),
            counted(seen.contributors_last_year, "contributor"),
        )
        yield Row(f"{commits} by {people} in the year before it")
        if not seen.complete:
            yield Row("the history here is cut short", tone="quiet")


def _documentation(report: RepositoryReport) -> Iterator[Row]:
    for document in report.documentation:
        value = f" {clean(document.value)}" if document.value else ""
        yield Row(f"{clean(document.kind)}{value}", where(document.evidence))


def _manifests(report: RepositoryReport) -> Iterator[Row]:
    for manifest in report.manifests:
        named = " ".join(clean(word) for word in (manifest.name, manifest.version) if word)
        counts = ", ".join(
            f"{count} {kind}"
            for count, kind in (
                (manifest.runtime_dependencies, "dependencies"),
                (manifest.dev_dependencies, "for work"),
            )
            if count is not None
        )
        words = " · ".join(part for part in (f"{manifest.ecosystem} {manifest.kind}", named, counts) if part)
        yield Row(words, where(manifest.evidence))


def _not_looked_at(report: RepositoryReport) -> Iterator[Row]:
    for skipped in report.coverage.skipped:
        examples = f", such as {', '.join(map(clean, skipped.examples))}" if skipped.examples else ""
        yield Row(f"{clean(skipped.reason)}: {_files(skipped.count)}{examples}", tone="quiet")
    if report.not_examined:
        more = "; --detail summary looks further" if report.detail == "card" else ""
        yield Row(f"at this level: {', '.join(map(clean, report.not_examined))}{more}", tone="quiet")
    if not report.coverage.complete:
        yield Row("a limit cut the work: this page is not the whole truth", tone="warn")


_BLOCKS: tuple[tuple[str, Callable[[RepositoryReport], Iterable[Row]]], ...] = (
    ("Risks", _risks),
    ("Findings", _findings),
    ("Licence", _licence),
    ("Size", _size),
    ("Languages", _languages),
    ("Ecosystems", _ecosystems),
    ("Runtimes", _runtimes),
    ("How to", _commands),
    ("Entry points", _entry_points),
    ("Tests", _tests),
    ("CI", _ci),
    ("Components", _components),
    ("Activity", _activity),
    ("Documentation", _documentation),
    ("Scorecard", _scorecard),
    ("Manifests", _manifests),
    ("Not looked at", _not_looked_at),
)


_UNITS = ("bytes", "kB", "MB", "GB")


def size_words(count: int) -> str:
    """Bytes for people, in powers of ten."""
    if count < 1000:
        return f"{count} bytes"
    power = 1 if count < 999_500 else 2 if count < 999_500_000 else 3
    amount = count / 1000**power
    return f"{amount:.3g} {_UNITS[power]}" if amount < 1000 else f"{amount:,.0f} {_UNITS[power]}"


def _files(count: int) -> str:
    return counted(count, "file")
