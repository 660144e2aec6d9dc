"""`docs/accuracy.md` from the measured rows: a section for each kind of fact, its table, and what differs and why."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from comparisons import COMPARISONS, NOT_COMPARED
from reasons import OLDER, REASONS

Row = dict[str, Any]


class Section(NamedTuple):
    """A kind of fact. Rows belong to it by their fact and comparison; `bar` is the least precision and recall."""

    title: str
    fact: str
    comparisons: tuple[str, ...]
    bar: float | None
    text: str


_OTHERS = ("go", "rust", "java", "kotlin", "c", "cpp", "ruby", "php", "elixir", "shell")
SECTIONS = (
    Section(
        "Languages",
        "languages",
        ("languages",),
        0.99,
        "Overlap is the sum over all languages of the smaller of both shares of bytes.",
    ),
    Section(
        "Python symbols",
        "symbols",
        ("python-symbols",),
        1.0,
        "Functions, methods and classes wherever they stand: kind, qualified name, first and last line.",
    ),
    Section(
        "What Python packages offer",
        "public",
        ("python-symbols",),
        None,
        "A second opinion: which of the public names that griffe collects are ours, too.",
    ),
    Section(
        "TypeScript and JavaScript symbols",
        "symbols",
        ("typescript",),
        0.98,
        "What the compiler's binder made: kind, name and line. Files with syntax errors are left out.",
    ),
    Section(
        "Symbols of other languages",
        "symbols",
        _OTHERS,
        None,
        "Beside parsers of other hands. Universal Ctags reads text, not trees: where we differ, either may be wrong.",
    ),
    Section(
        "Imports as written",
        "imports",
        ("typescript", *_OTHERS),
        0.97,
        "The statement and what it names, before anything is resolved.",
    ),
    Section(
        "Import edges",
        "edges",
        ("python-imports", "typescript", *_OTHERS),
        0.97,
        "Which file of the package an import leads to.",
    ),
    Section(
        "Manifests and locks",
        "manifests",
        ("manifests",),
        1.0,
        "Names, constraints as written, scopes, markers and locked versions, over all packages together.",
    ),
    Section(
        "Licences",
        "licences",
        ("licences",),
        0.98,
        "Right are an identifier whose words are the same, and a verdict that agrees with the metadata.",
    ),
)
COMPUTED = "computed"
"""Manifests whose values a program computes: what is not read is named in the result, so no bar is set."""


def page(measured: dict[str, Any]) -> str:
    """The whole page."""
    names = {row["package"] for one in measured.values() for row in one.get("rows", ()) if row["package"] != "all"}
    lines = [
        "# Accuracy",
        "",
        "What the program says of published packages, beside what the tool says that knows best.",
        f"The set has {len(names)} packages of PyPI, npm and Debian's sources.",
        "`make accuracy` fetches them, compares, and writes this page.",
        "Precision is the share of our facts that the reference has, recall the share of its facts that we have.",
        "",
        *_absent(measured),
    ]
    for section in SECTIONS:
        lines += _section(section, measured)
    return "\n".join(lines).rstrip() + "\n"


def missed(measured: dict[str, Any]) -> list[str]:
    """Rows below their bar."""
    return [
        f"{section.title}: {row['package']}, {row['what']}"
        for section in SECTIONS
        for _, row in _rows(section, measured)
        if not _held(section, row)
    ]


def _absent(measured: dict[str, Any]) -> Iterator[str]:
    found: list[str] = []
    for comparison in COMPARISONS:
        one = measured.get(comparison.name)
        if one is None:
            found.append(f"- `{comparison.name}` (beside {comparison.beside}): not run yet.")
        elif one.get("missing"):
            kept = "; its figures are of an earlier run" if one.get("rows") else ""
            found.append(f"- `{comparison.name}`: {', '.join(one['missing'])} is not installed{kept}.")
        elif one.get("failed"):
            found.append(f"- `{comparison.name}`: the comparison failed; its figures are of an earlier run.")
        for row in (one or {}).get("rows", ()):
            if row["fact"] == "missing":
                found.append(f"- `{comparison.name}`: {row['what']} is not installed, what it would tell is left out.")
            elif row["fact"] == "failed":
                found.append(f"- `{comparison.name}`: the comparison ended early ({row['what']}).")
    yield from ("Not compared:", "", f"- {NOT_COMPARED}", *found, "")


def _rows(section: Section, measured: dict[str, Any]) -> Iterator[tuple[str, Row]]:
    for name in section.comparisons:
        for row in measured.get(name, {}).get("rows", ()):
            if row["fact"] == section.fact:
                yield name, row


def _section(section: Section, measured: dict[str, Any]) -> list[str]:
    rows = list(_rows(section, measured))
    bar = f"Bar: {section.bar:.0%}." if section.bar else "No bar is set."
    lines = [f"## {section.title}", "", *section.text.replace(". ", ".\n").split("\n"), bar, ""]
    if section.fact == "languages":
        lines += ["| package | files | languages | overlap | |", "| --- | --- | --- | --- | --- |"]
        lines += [_cells(row["package"], row["what"], row["languages"], f"{row['overlap']:.4f}", _mark(section, row))
                  for _, row in rows]  # fmt: skip
    elif section.fact == "licences":
        lines += ["| texts | right | of | wrong above 0.95 | |", "| --- | --- | --- | --- | --- |"]
        lines += [_cells(row["what"], *row["counts"], _mark(section, row)) for _, row in rows]
    else:
        lines += ["| package | compared | agreeing | ours | reference | precision | recall | |"]
        lines += ["| --- | --- | --- | --- | --- | --- | --- | --- |"]
        lines += [_counted(section, name, row) for name, row in rows]
    return [*lines, "", *_differences(section, rows)]


def _counted(section: Section, name: str, row: Row) -> str:
    both, ours, theirs = row["counts"]
    precision, recall = _shares(row)
    what = row["what"] if name in row["what"] or len(section.comparisons) == 1 else f"{name}: {row['what']}"
    return _cells(row["package"], what, both, ours, theirs, _percent(precision), _percent(recall), _mark(section, row))


def _cells(*cells: object) -> str:
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def _percent(share: float) -> str:
    """Rounded down, so that 100 % means all."""
    return f"{int(share * 10_000) / 100:.2f} %"


def _shares(row: Row) -> tuple[float, float]:
    both, ours, theirs = row["counts"]
    return (both / ours if ours else 1.0), (both / theirs if theirs else 1.0)


def _held(section: Section, row: Row) -> bool:
    if section.bar is None or COMPUTED in row["what"] or _older(section, row):
        return True
    if section.fact == "languages":
        return bool(row["overlap"] >= section.bar)
    if section.fact == "licences":
        right, total, sure = row["counts"]
        return bool(right >= section.bar * total and not sure)
    return min(_shares(row)) >= section.bar


def _older(section: Section, row: Row) -> bool:
    return any(section.title == title and row["package"].startswith(f"{name} ") for title, name in OLDER)


def _mark(section: Section, row: Row) -> str:
    if _older(section, row):
        return "reference is older"
    return "" if section.bar is None or COMPUTED in row["what"] else "held" if _held(section, row) else "**missed**"


def _differences(section: Section, rows: list[tuple[str, Row]]) -> list[str]:
    """The reasons that hold for what differs, and the first differences of each row."""
    lines = [f"- {text}" for text in REASONS.get(section.title, ())]
    lines = ["What differs, and why:", "", *lines, ""] if lines else []
    told = [(row, [text for text in row["differs"] if text][:3]) for _, row in rows if row.get("differs")]
    if told:
        lines += ["<details><summary>The first differences of each package</summary>", ""]
        lines += ["| package | difference |", "| --- | --- |"]
        lines += [_cells(row["package"], f"`{_short(text)}`") for row, texts in told for text in texts]
        lines += ["", "</details>", ""]
    return lines


def _short(text: str) -> str:
    text = " ".join(text.replace("`", "'").split())
    return text if len(text) <= 160 else f"{text[:157]}..."
