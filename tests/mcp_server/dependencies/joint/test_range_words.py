"""Ranges of every static ecosystem: what is joined is in both, and what is said of a range reads back as the range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.mcp_server.dependencies.joint.static.rules import JVM, RULES, Rules
from plumbrule.mcp_server.dependencies.ranges.intervals import contains
from plumbrule.mcp_server.dependencies.ranges.maven import hard_range, order_of, prefix_range
from plumbrule.mcp_server.dependencies.ranges.unions import common, complement
from plumbrule.mcp_server.dependencies.ranges.wording import worded

_NUMBERS = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
_FULL = st.lists(st.integers(0, 4), min_size=3, max_size=3).map(lambda parts: ".".join(map(str, parts)))
_TERMS = {
    "rust": (("^", "~", "=", ">=", "<", "<=", ">", ""), _NUMBERS, ", "),
    "ruby": (("~> ", "= ", ">= ", "< ", "<= ", "> ", "!= ", ""), _NUMBERS, ", "),
    "php": (("^", "~", ">=", "<", "<=", ">", "!=", ""), _NUMBERS, " "),
    "elixir": (("~> ", "== ", ">= ", "< ", "<= ", "> ", "!= "), _FULL, " and "),
    "dart": (("^", ">=", "<", "<=", ">", ""), _FULL, " "),
    "terraform": (("~> ", "= ", ">= ", "< ", "<= ", "> ", "!= "), _NUMBERS, ", "),
    "conda": (("==", "=", ">=", "<", "<=", ">", "!="), _NUMBERS, ","),
}
_BY_NAME = {rules.ecosystem: rules for rules in (*RULES, JVM)}


@st.composite
def _ranges(draw: st.DrawFn) -> tuple[Rules, str]:
    name = draw(st.sampled_from((*_TERMS, "jvm", "dotnet")))
    rules = _BY_NAME[name]
    if name in ("jvm", "dotnet"):
        low, high = draw(_NUMBERS), draw(_NUMBERS)
        forms = [f"[{low},{high})", f"({low},{high}]", f"[{low}]", f"[{low},)", f"(,{high})"]
        return rules, draw(st.sampled_from(forms))
    operators, numbers, joint = _TERMS[name]
    terms = st.builds(lambda operator, version: f"{operator}{version}", st.sampled_from(operators), numbers)
    return rules, joint.join(draw(st.lists(terms, min_size=1, max_size=3)))


@given(_ranges(), _FULL)
def test_a_range_that_is_told_reads_back_as_itself(asked: tuple[Rules, str], version: str) -> None:
    rules, text = asked
    ranges, key = rules.read(text), rules.order(version)
    assert ranges is not None
    assert key is not None
    told = worded(common((ranges,)), rules.ecosystem)
    if not told or " or " in told or " || " in told:
        return
    again = rules.read(told)
    assert again is not None, told
    assert contains(again, key) is contains(ranges, key), told


@given(_ranges(), st.data(), _FULL)
def test_what_two_ranges_share_is_in_both_and_the_same_either_way(
    asked: tuple[Rules, str], data: st.DataObject, version: str
) -> None:
    rules, text = asked
    _, second = data.draw(_ranges().filter(lambda one: one[0] is rules))
    one, other, key = rules.read(text), rules.read(second), rules.order(version)
    assert one is not None
    assert other is not None
    assert key is not None
    assert common((one, other)) == common((other, one))
    assert contains(common((one, other)), key) is (contains(one, key) and contains(other, key))
    assert contains(complement(one), key) is not contains(one, key)


@given(st.text(max_size=80))
def test_any_text_is_a_range_or_none(text: str) -> None:
    for rules in _BY_NAME.values():
        ranges = rules.read(text)
        assert ranges is None or isinstance(worded(ranges, rules.ecosystem), str)


@pytest.mark.parametrize(
    "versions",
    [
        ("1-alpha", "1-beta", "1-milestone-1", "1-rc1", "1-SNAPSHOT", "1", "1-sp", "1-whatever"),
        ("1.0.0.Final", "1.0.1.Alpha1", "1.0.1.Final", "1.1"),
        ("31.1-android", "31.1-jre", "32.0.0-android", "33.0.0-jre"),
        ("2.9.9", "2.10.0", "2.10.0.1"),
        ("1.0-alpha-2", "1.0-alpha-10"),
    ],
)
def test_versions_stand_in_the_order_of_maven(versions: tuple[str, ...]) -> None:
    keys = [order_of(one) for one in versions]
    assert None not in keys
    assert keys == sorted(keys)  # type: ignore[type-var] # because None was ruled out a line above
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("one", "other"), [("1", "1.0"), ("1.0", "1.0.0.Final"), ("1.ga", "1"), ("1.0-ALPHA", "1.0-alpha")]
)
def test_versions_that_maven_holds_equal_are_equal(one: str, other: str) -> None:
    assert order_of(one) == order_of(other)


def test_gradle_and_maven_write_ranges_alike() -> None:
    assert hard_range("]1.0,2.0[") == hard_range("(1.0,2.0)")
    assert hard_range("[1.0],[2.0]") == hard_range("[1.0] , [2.0]")
    assert hard_range("1.0") is None
    assert hard_range("[1.0,2.0") is None
    assert prefix_range("1.+") == hard_range("[1,2)")
    assert prefix_range("+") is not None
