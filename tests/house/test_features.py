"""Each promise that the project says it keeps is named by the test that proves it."""

import re
from pathlib import Path

KEPT = {
    # repository survey, over MCP and the command line
    *(f"S-{number:02}" for number in (*range(1, 10), *range(27, 45))),
    *(f"S-{number}" for number in (91, 92, 93, 94, 95, 96, 97, 102, 103, 111, 112, 113, 114, 115, 116, 117, 118)),
    *(f"S-{number}" for number in (120, 121, 130, 132, 133, 134, 136, 137, 142, 143, 148)),
    "S-80",  # the emitter of diagrams
    # configuration and operation
    *(f"C-{number}" for number in (22, 35, 48, 59, 60, 64, 65, 66)),
    "M-46",
    "L-10",
    "L-16",
}
"""The rows of the feature list that exist today; a row is added with its tests."""

UNPROVEN: dict[str, str] = {}
"""Rows that no test names, each with the reason; shrinks, never grows."""

ROW = re.compile(r"\b([SCMLG]-[0-9]{2,3})\b")
RANGE = re.compile(r"\b([SCMLG])-([0-9]{2,3})(?:\.\.| to )(?:[SCMLG]-)?([0-9]{2,3})\b")


def named(text: str) -> set[str]:
    """The rows that a text names, ranges (S-27..S-30) included."""
    rows = set(ROW.findall(text))
    for letter, first, last in RANGE.findall(text):
        rows |= {f"{letter}-{number:0{len(first)}}" for number in range(int(first), int(last) + 1)}
    return rows


def test_every_kept_promise_is_named_by_a_test(root: Path) -> None:
    proven = set[str]()
    for path in (root / "tests").rglob("*.py"):
        if path != Path(__file__):
            proven |= named(path.read_text(encoding="utf-8"))
    missing = KEPT - proven
    assert sorted(missing - set(UNPROVEN)) == []
    assert sorted(set(UNPROVEN) - missing) == [], "these have tests now"
