"""npm's ranges: graded on node-semver's published rows, and against every version of a small world."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plumbrule.mcp_server.dependencies.ranges.npm import parse_range, parse_version
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import (
    as_range,
    intersection,
    intersects,
    ordered,
    satisfies,
    subset,
    versions_of,
)

ROWS = json.loads((Path(__file__).parent / "node_semver_rows.json").read_text(encoding="utf-8"))


def _wrong(rows: list[list[str]], expected: bool) -> list[list[str]]:
    return [
        row
        for row in rows
        if satisfies(row[1] if isinstance(row[1], str) else "", row[0], loose="l" in row[2], prereleases="p" in row[2])
        is not expected
    ]


def test_every_published_row_of_inclusion_and_exclusion_holds() -> None:  # S-46
    assert _wrong(ROWS["include"], True) == []
    assert _wrong(ROWS["exclude"], False) == []
    assert len(ROWS["include"]) + len(ROWS["exclude"]) == 224


def test_every_published_row_of_intersections_holds() -> None:  # S-46
    rows = [*ROWS["intersections"], *ROWS["comparators"]]
    assert len(rows) == 88
    assert [row for row in rows if intersects(row[0], row[1]) is not row[2]] == []
    assert [row for row in rows if intersects(row[1], row[0]) is not row[2]] == []


def test_every_published_row_of_parsing_means_what_its_canonical_form_means() -> None:
    for text, canonical, options in ROWS["parsed"]:
        loose, prereleases = "l" in options, "p" in options
        read = parse_range(text, loose=loose, prereleases=prereleases)
        assert (read is None) == (canonical is None), text
        if canonical is not None and not prereleases:
            assert versions_of(text, loose=loose) == versions_of(canonical, loose=loose), text


def test_every_published_row_of_order_holds() -> None:
    for greater, less, options in ROWS["greater"]:
        one, other = parse_version(greater, "l" in options), parse_version(less, "l" in options)
        assert one is not None
        assert other is not None
        assert one > other, greater
    for one, other, options in ROWS["equal"]:
        assert parse_version(one, "l" in options) == parse_version(other, "l" in options) is not None, one


_WORLD = [
    f"{major}.{minor}.{patch}{before}"
    for major, minor, patch in itertools.product(range(4), repeat=3)
    for before in ("", "-0", "-alpha", "-alpha.1", "-beta", "-rc.2")
]
_ONE = st.builds(
    lambda operator, parts, before: (
        f"{operator}{'.'.join(parts)}{before if len(parts) == 3 and 'x' not in parts else ''}"
    ),
    st.sampled_from(["", "^", "~", ">", ">=", "<", "<=", "="]),
    st.lists(st.sampled_from("0123"), min_size=1, max_size=3),
    st.sampled_from(["", "", "", "-alpha", "-beta", "-0"]),
)
_RANGE = st.lists(st.lists(_ONE, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=3).map(" || ".join)


def _held(text: str) -> set[str]:
    return {version for version in _WORLD if satisfies(version, text)}


@settings(max_examples=150, deadline=None)
@given(_RANGE, _RANGE)
@example("0 || 0 0.0.0-alpha || >0", "0 || 0 0.0.0-alpha || >0")  # everything, and one pre-release
def test_what_two_ranges_share_is_what_satisfies_both(first: str, second: str) -> None:
    shared = intersection((first, second))
    assert shared is not None
    assert {one for one in _WORLD if shared.has(parse_version(one) or ((), (), ()))} == _held(first) & _held(second)
    assert _held(as_range(shared)) == _held(first) & _held(second)
    assert versions_of(as_range(shared)) == shared
    if _held(first) & _held(second):
        assert intersects(first, second)
    if subset(first, second):
        assert _held(first) <= _held(second)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("^17.0.2", "^18.2.0", "<0.0.0-0"),
        ("^17.0.2 || ^18.0.0", ">=18.2", "^18.2.0"),
        ("^1.2.0", "^1.4.1", "^1.4.1"),
        ("~1.2.3", "1.x", "~1.2.3"),
        (">=14", "<=16.x", ">=14.0.0 <17.0.0"),
        ("1.2.3", "*", "1.2.3"),
        ("", "", "*"),
        (">=1.2.0-beta.1 <2", ">=1.2.0", "^1.2.0"),
    ],
)
def test_a_shared_range_is_said_in_few_words(first: str, second: str, expected: str) -> None:
    shared = intersection((first, second))
    assert shared is not None
    assert as_range(shared) == expected


def test_tags_and_places_are_no_ranges() -> None:
    for text in (
        "latest",
        "next",
        "git+https://example.com/x.git",
        "file:../x",
        "workspace:*",
        "constructor",
        "1.2.3.4",
    ):
        assert versions_of(text) is None, text


def test_five_thousand_alternatives_are_harmless() -> None:
    wide = " || ".join(f"^{number}.0.0" for number in range(1, 5001))
    odd = " || ".join(f"{number}.1.0-rc.{number}" for number in range(1, 5001))
    assert intersects(wide, wide)
    assert not intersects(wide, odd)
    assert subset("^4999.1.0", wide)
    assert versions_of("1" * 200_000) is None
    assert versions_of("^1.2.3" + " " * 90_000 + "|| 2") == versions_of("^1.2.3 || 2")


def test_versions_are_put_in_order_newest_first() -> None:
    assert ordered(["1.0.0", "2.0.0-rc.1", "no", "10.0.0", "2.0.0"]) == ["10.0.0", "2.0.0", "2.0.0-rc.1", "1.0.0"]
