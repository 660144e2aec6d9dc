"""Shedding: what goes first when a report must fit a number of tokens, and the call that gets it back.

Works on the frozen report, so the tool and the command line shed alike. The order is fixed, least useful first;
what was cut is counted by field, never silently. Tokens are counted by the offline upper bound of `core.tokens`.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, cast

import orjson

from plumbrule.core.facts import Truncated
from plumbrule.core.tokens import MOST_TOKENS_PER_BYTE, token_bound, token_weight
from plumbrule.mcp_server.analysis.aspects import Detail
from plumbrule.mcp_server.analysis.model import Languages, RepositoryReport, wire, with_live_pointers
from plumbrule.mcp_server.analysis.sections.ready import NOTHING, Ready
from plumbrule.mcp_server.tools.bounds import LEAST_TOKENS, MOST_TOKENS
from plumbrule.mcp_server.tools.budget_order import ORDER, ROWS, Cut

STRUCTURED_TOKENS: dict[Detail, int] = {"card": 600, "summary": 1500, "full": 20_000}
"""What the structured content may take at each level; `full` stays below the 25,000 where hosts cut a result off."""

DEFAULT_FACTOR = 1.2
"""Default `max_tokens`, structured content and text together, as a multiple of the level's size (DECISIONS)."""

FAR = 4
"""A report so many times over its budget has its rows cut before it is weighed again: it may be many megabytes."""


def default_max_tokens(detail: Detail) -> int:
    """The budget for structured content and text together when the caller names none."""
    return int(STRUCTURED_TOKENS[detail] * DEFAULT_FACTOR)


def shed(
    report: RepositoryReport,
    render: Callable[[RepositoryReport], str],
    *,
    max_tokens: int | None = None,
    arguments: dict[str, object] | None = None,
) -> tuple[RepositoryReport, str]:
    """The report cut to its budget, and its text.

    `max_tokens` bounds structured content plus text; None takes the level's default, where structured content keeps
    within the level's own size too. `arguments` are those of the call, for the exact call in `truncated.next`
    (default: source and detail). `untrusted` is brought in line with what is left.
    """
    total = default_max_tokens(report.detail) if max_tokens is None else max(max_tokens, LEAST_TOKENS)
    most = total if max_tokens is not None else STRUCTURED_TOKENS[report.detail]
    text = _within(render(report), total // 4)
    whole = _tokens(report)
    if whole <= min(most, total - token_bound(text)):
        return with_live_pointers(report), text
    # Cutting adds a line to the text, so the cut result has a little less room than the whole had.
    cut_text = _within(render(replace(report, truncated=Truncated({}, {"": ""}))), total // 4)
    bound = min(most, total - token_bound(cut_text))
    asked = arguments or {"source": report.source.asked, "detail": report.detail}
    again = {**asked, "max_tokens": _enough(whole, token_bound(text))}
    plan = _Plan(report, {"tool": "analyze_repository", "arguments": again})
    plan.shed(bound, at_least=len(ROWS) if whole > FAR * bound else 0)
    plan.refill(bound)
    kept = plan.result()
    return kept, _within(render(kept), token_bound(cut_text))


def _enough(structured: int, text: int) -> int:
    """The least budget under which nothing is cut, given that the text may take a quarter."""
    return min(max(structured + text, 4 * text) + 1, MOST_TOKENS)


def _within(text: str, max_tokens: int) -> str:
    """As many of the text's lines, from the first, as fit; the first line always stays."""
    lines = text.split("\n")
    while len(lines) > 1 and token_bound("\n".join(lines)) > max_tokens:
        lines.pop()
    return "\n".join(lines)


class _Plan:
    """How many items of each field stay. Fields that no cut has touched are whole."""

    def __init__(self, report: RepositoryReport, call: dict[str, object]) -> None:
        self._report = report
        self._call = call
        self._keep: dict[str, int] = {}
        self._weights: dict[tuple[str, tuple[tuple[str, int], ...]], float] = {}

    def shed(self, bound: int, *, at_least: int = 0) -> None:
        """The fewest cuts of the order that fit, from `at_least` on; all of them when none does."""
        few, many = at_least, len(ORDER)
        while few < many:
            middle = (few + many) // 2
            self._cut(middle)
            few, many = (few, middle) if self.tokens() <= bound else (middle + 1, many)
        self._cut(few)

    def _cut(self, number: int) -> None:
        self._keep = {cut.field: cut.keep for cut in ORDER[:number]}  # a field's cuts only get deeper

    def refill(self, bound: int) -> None:
        """Cuts are coarse: undo them one item at a time from the last, the most useful first, where it still fits."""
        for number in range(len(ORDER) - 1, -1, -1):
            field = ORDER[number].field
            if field not in self._keep or (self._keep.get(field.partition(".")[0]) == 0 and "." in field):
                continue
            before = [cut.keep for cut in ORDER[:number] if cut.field == field]
            most = before[-1] if before else self._keep[field] + self._lost(field, self._keep[field])
            self._keep[field] = self._most_that_fits(field, self._keep[field], most, bound)

    def _most_that_fits(self, field: str, keep: int, most: int, bound: int) -> int:
        """The largest number of items between `keep`, which fits, and `most` that fits; found by ever larger steps, so
        that what is far too large is never weighed."""
        step = 1
        while keep < most:
            more = min(keep + step, most)
            self._keep[field] = more
            if self._lost(field, keep) and self.tokens() <= bound:
                keep, step = more, step * 2
            elif step == 1:
                break
            else:
                step = max(1, step // 4)
        return keep

    def _lost(self, field: str, keep: int) -> int:
        return _apply(self._report, Cut(field, keep))[1]

    def tokens(self) -> int:
        """Of the report as cut so far. Each field is put into JSON once for each way of cutting it."""
        cut = self.result()
        weight = 0.0
        for field in fields(cut):
            kept = tuple(sorted(item for item in self._keep.items() if item[0].partition(".")[0] == field.name))
            if field.name in ("untrusted", "truncated"):  # these follow from all the others
                weight += _weight(field.name, getattr(cut, field.name))
                continue
            if (field.name, kept) not in self._weights:
                self._weights[field.name, kept] = _weight(field.name, getattr(cut, field.name))
            weight += self._weights[field.name, kept]
        return int(weight) + 2

    def result(self) -> RepositoryReport:
        """The report as cut so far, with `truncated` when anything is missing."""
        current, omitted = self._report, dict[str, int]()
        for field in sorted(self._keep, key=lambda name: "." not in name):  # inner fields before the whole
            current, lost = _apply(current, Cut(field, self._keep[field]))
            if lost:
                outer = field.partition(".")[0]
                omitted[outer] = omitted.get(outer, 0) + lost
        current = with_live_pointers(current)
        if not omitted:
            return current
        return replace(current, truncated=Truncated(dict(sorted(omitted.items())), self._call))


def _weight(name: str, value: object) -> float:
    """What `"name":value,` costs as it stands in the result, nothing for an absent field."""
    wired = wire({name: value})[name]
    return 0.0 if wired in (None, "", [], {}) else token_weight(orjson.dumps({name: wired})[:-1])


def _tokens(report: RepositoryReport) -> int:
    """Of the whole. Rows are taken for the dearest text there is: megabytes are not worth counting."""
    bare, rows = report, 0
    for cut in ROWS:
        outer, _, inner = cut.field.partition(".")
        room: Any = getattr(bare, outer)
        ready = getattr(room, inner, None) if inner else room
        if not isinstance(ready, Ready):
            continue
        rows += ready.total_bytes() + len(ready.rows)
        empty: dict[str, Any] = {outer: replace(room, **{inner: NOTHING}) if inner else NOTHING}
        bare = replace(bare, **empty)
    structured = token_bound(orjson.dumps(wire(bare)))
    return structured if not rows else structured + int(rows * MOST_TOKENS_PER_BYTE)


def _apply(report: RepositoryReport, cut: Cut) -> tuple[RepositoryReport, int]:
    """The report after one cut, and how many items it lost."""
    outer, _, inner = cut.field.partition(".")
    if cut.field in _NESTED:
        return _NESTED[cut.field](report, cut.keep)
    room: Any = getattr(report, outer)
    if not inner:
        short, lost = _shortened(room, cut.keep)
        changed: dict[str, Any] = {outer: short}
    elif room is None:
        return report, 0
    else:
        short, lost = _shortened(getattr(room, inner), cut.keep)
        changed = {outer: replace(room, **{inner: short})} if lost else {}
    return (replace(report, **changed), lost) if lost else (report, 0)


def _shortened(value: object, keep: int) -> tuple[object, int]:
    """At most `keep` items of a list or of rows; any other value whole or, with 0, not at all."""
    if isinstance(value, Ready):
        return Ready(value.rows[:keep]), max(0, len(value.rows) - keep)
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        return items[:keep], max(0, len(items) - keep)
    if value is None or value == "" or keep:
        return value, 0
    return ("" if isinstance(value, str) else None), 1


def _cut_shares(report: RepositoryReport, keep: int) -> tuple[RepositoryReport, int]:
    if report.languages is None:
        return report, 0
    shares = report.languages.shares
    lost = max(0, len(shares) - keep)
    return replace(report, languages=replace(report.languages, shares=shares[:keep])), lost


def _cut_bulks(report: RepositoryReport, keep: int) -> tuple[RepositoryReport, int]:
    languages = report.languages
    if languages is None or keep:
        return report, 0
    bulks = (languages.vendored, languages.generated, languages.documentation, languages.other)
    lost = sum(bulk is not None for bulk in bulks)
    bare = Languages(languages.counted_by, languages.shares, languages.evidence)
    return replace(report, languages=bare), lost


def _cut_slight(report: RepositoryReport, keep: int) -> tuple[RepositoryReport, int]:
    """Risks of low severity; they stand last."""
    grave = sum(risk.severity != "low" for risk in report.risks)
    kept = report.risks[: grave + keep]
    return replace(report, risks=kept), len(report.risks) - len(kept)


def _cut_others(report: RepositoryReport, keep: int) -> tuple[RepositoryReport, int]:
    if report.licence is None:
        return report, 0
    others = report.licence.others
    lost = max(0, len(others) - keep)
    return replace(report, licence=replace(report.licence, others=others[:keep])), lost


def _cut_workflows(report: RepositoryReport, keep: int) -> tuple[RepositoryReport, int]:
    lost = sum(max(0, len(ci.workflows) - keep) for ci in report.ci)
    return replace(report, ci=tuple(replace(ci, workflows=ci.workflows[:keep]) for ci in report.ci)), lost


def _cut_frameworks(report: RepositoryReport, keep: int) -> tuple[RepositoryReport, int]:
    if report.tests is None:
        return report, 0
    frameworks = report.tests.frameworks
    lost = max(0, len(frameworks) - keep)
    return replace(report, tests=replace(report.tests, frameworks=frameworks[:keep])), lost


def _cut_skipped(report: RepositoryReport, keep: int) -> tuple[RepositoryReport, int]:
    skipped = report.coverage.skipped
    lost = max(0, len(skipped) - keep)
    return replace(report, coverage=replace(report.coverage, skipped=skipped[:keep])), lost


def _cut_examples(report: RepositoryReport, keep: int) -> tuple[RepositoryReport, int]:
    skipped = report.coverage.skipped
    lost = sum(max(0, len(item.examples) - keep) for item in skipped)
    short = tuple(replace(item, examples=item.examples[:keep]) for item in skipped)
    return replace(report, coverage=replace(report.coverage, skipped=short)), lost


_NESTED: dict[str, Callable[[RepositoryReport, int], tuple[RepositoryReport, int]]] = {
    "languages.shares": _cut_shares,
    "languages.bulks": _cut_bulks,
    "risks.slight": _cut_slight,
    "licence.others": _cut_others,
    "ci.workflows": _cut_workflows,
    "tests.frameworks": _cut_frameworks,
    "coverage.skipped": _cut_skipped,
    "coverage.examples": _cut_examples,
}
