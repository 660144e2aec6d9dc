"""Shedding: what goes first when a report must fit a number of tokens, and the call that gets it back.

Works on the frozen report, so the tool and the command line shed alike. The order is fixed, least useful first;
what was cut is counted by field, never silently. Tokens are counted by the offline upper bound of `core.tokens`.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, cast

import orjson

from plumbrule.core.facts import Truncated
from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.analysis.model import Detail, Languages, RepositoryReport, wire, with_live_pointers

STRUCTURED_TOKENS: dict[Detail, int] = {"card": 600, "summary": 1500, "full": 20_000}
"""What the structured content may take at each level; `full` stays below the 25,000 where hosts cut a result off."""

DEFAULT_FACTOR = 1.2
"""Default `max_tokens`, structured content and text together, as a multiple of the level's size (DECISIONS)."""

LEAST_TOKENS = 200
"""Below this not even the source, the name and the way to the rest fit; smaller budgets are treated as this."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One step of shedding: leave at most `keep` items of a field. Fields of one value are kept (1) or not (0)."""

    field: str
    keep: int


ORDER: tuple[Cut, ...] = (
    Cut("manifests", 60),
    Cut("components", 60),
    Cut("ci.workflows", 12),
    Cut("licence.others", 3),
    Cut("coverage.examples", 1),
    Cut("manifests", 15),
    Cut("components", 20),
    Cut("ci.workflows", 4),
    Cut("entry_points", 12),
    Cut("risks", 15),
    Cut("commands", 10),
    Cut("runtimes", 8),
    Cut("documentation", 8),
    Cut("manifests", 6),
    Cut("languages.shares", 6),
    Cut("coverage.examples", 0),
    Cut("components", 10),
    Cut("ci.workflows", 2),
    Cut("entry_points", 5),
    Cut("risks", 8),
    Cut("commands", 6),
    Cut("ecosystems", 5),
    Cut("licence.others", 0),
    Cut("manifests", 3),
    Cut("documentation", 5),
    Cut("tests.frameworks", 3),
    Cut("languages.shares", 4),
    Cut("ci.workflows", 0),
    Cut("runtimes", 3),
    Cut("entry_points", 3),
    Cut("commands", 4),
    Cut("risks", 5),
    Cut("components", 5),
    Cut("manifests", 0),
    Cut("ecosystems", 3),
    Cut("tests.frameworks", 1),
    Cut("risks.slight", 2),
    Cut("languages.shares", 3),
    Cut("coverage.skipped", 3),
    Cut("documentation", 3),
    Cut("entry_points", 2),
    Cut("ecosystems", 2),
    Cut("risks", 3),
    Cut("commands", 3),
    Cut("ci", 2),
    Cut("runtimes", 2),
    Cut("languages.bulks", 0),
    Cut("coverage.skipped", 1),
    Cut("components", 0),
    Cut("documentation", 0),
    Cut("languages.shares", 2),
    Cut("risks.slight", 1),
    Cut("ci", 1),
    Cut("commands", 2),
    Cut("risks", 2),
    Cut("entry_points", 1),
    Cut("ecosystems", 1),
    Cut("runtimes", 1),
    Cut("tests.frameworks", 0),
    Cut("risks.slight", 0),
    Cut("coverage.skipped", 0),
    Cut("activity", 0),
    Cut("ecosystems", 0),
    Cut("languages.shares", 1),
    Cut("risks", 1),
    Cut("entry_points", 0),
    Cut("ci", 0),
    Cut("tests", 0),
    Cut("commands", 1),
    Cut("runtimes", 0),
    Cut("commands", 0),
    Cut("description", 0),
    Cut("languages", 0),
    Cut("licence", 0),
    Cut("risks", 0),
)
"""Ranked by what a reader loses: one of each kind of fact before a second of any. Grave risks and the licence go last:
a short answer must not look harmless."""


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
    plan.shed(bound)
    plan.refill(bound)
    kept = plan.result()
    return kept, _within(render(kept), token_bound(cut_text))


def _enough(structured: int, text: int) -> int:
    """The least budget under which nothing is cut, given that the text may take a quarter."""
    return max(structured + text, 4 * text) + 1


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
        self._wired: dict[tuple[str, tuple[tuple[str, int], ...]], bytes] = {}

    def shed(self, bound: int) -> None:
        """The fewest cuts of the order that fit; all of them when none does."""
        few, many = 0, len(ORDER)
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
            while self._keep[field] < most and self._fits_with_one_more(field, bound):
                pass

    def _fits_with_one_more(self, field: str, bound: int) -> bool:
        keep = self._keep[field]
        self._keep[field] = keep + 1
        if self._lost(field, keep) and self.tokens() <= bound:
            return True
        self._keep[field] = keep
        return False

    def _lost(self, field: str, keep: int) -> int:
        return _apply(self._report, Cut(field, keep))[1]

    def tokens(self) -> int:
        """Of the report as cut so far. Each field is put into JSON once for each way of cutting it."""
        cut = self.result()
        parts: list[bytes] = []
        for field in fields(cut):
            kept = tuple(sorted(item for item in self._keep.items() if item[0].partition(".")[0] == field.name))
            if field.name in ("untrusted", "truncated"):  # these follow from all the others
                parts.append(_json(field.name, getattr(cut, field.name)))
                continue
            if (field.name, kept) not in self._wired:
                self._wired[field.name, kept] = _json(field.name, getattr(cut, field.name))
            parts.append(self._wired[field.name, kept])
        return token_bound(b",".join(part for part in parts if part)) + 1

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


def _json(name: str, value: object) -> bytes:
    """`"name":value` as it stands in the result, nothing for an absent field."""
    wired = wire({name: value})[name]
    return b"" if wired in (None, "", [], {}) else orjson.dumps({name: wired})[1:-1]


def _tokens(report: RepositoryReport) -> int:
    return token_bound(orjson.dumps(wire(report)))


def _apply(report: RepositoryReport, cut: Cut) -> tuple[RepositoryReport, int]:
    """The report after one cut, and how many items it lost."""
    outer, _, inner = cut.field.partition(".")
    if inner:
        return _NESTED[cut.field](report, cut.keep)
    value: object = getattr(report, outer)
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        lost = max(0, len(items) - cut.keep)
        kept: dict[str, Any] = {outer: items[: cut.keep]}
        return (replace(report, **kept), lost) if lost else (report, 0)
    if value is None or cut.keep:
        return report, 0
    gone: dict[str, Any] = {outer: None}
    return replace(report, **gone), 1


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
