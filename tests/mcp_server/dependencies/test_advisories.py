"""What an advisory says of a version: ranges, orders, scores. By the OSV schema and the CVSS specifications."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from osv_world import record

from plumbrule.mcp_server.dependencies.advisories.coordinates import coordinates_of
from plumbrule.mcp_server.dependencies.advisories.findings import Pinned
from plumbrule.mcp_server.dependencies.advisories.order import order_of
from plumbrule.mcp_server.dependencies.advisories.records import advisory_on
from plumbrule.mcp_server.dependencies.advisories.severity import base_score, rated
from plumbrule.mcp_server.platforms.ports.advisories import Coordinates

FIELDS = [
    *("id", "affected", "package", "ranges", "events", "introduced", "fixed", "last_affected", "type", "severity"),
    *("score", "aliases", "summary", "versions", "database_specific", "name", "ecosystem"),
]

# fmt: off
SCORES = [
    # CVSS 3.1 examples, first.org
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, "medium"),    # CVE-2013-1937
    ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:L", 6.3, "medium"),    # CVE-2013-0375's kind
    ("CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, "low"),       # CVE-2014-3566
    ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, "critical"),  # CVE-2012-1516
    ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2, "medium"),    # CVE-2009-0783
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5, "high"),      # CVE-2014-0160
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, "critical"),
    ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0, "none"),
    # with temporal metrics, which the base score leaves out
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:P/RL:O", 7.5, "high"),
    # CVSS 2 examples, first.org
    ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, "high"),     # CVE-2002-0392
    ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0, "high"),    # CVE-2003-0818
    ("(AV:L/AC:H/Au:N/C:C/I:C/A:C)", 6.2, "medium"),  # CVE-2003-0062
    ("AV:L/AC:H/Au:N/C:N/I:N/A:N", 0.0, "low"),
]
# fmt: on


@pytest.mark.parametrize(("vector", "score", "severity"), SCORES)
def test_a_score_is_the_specifications(vector: str, score: float, severity: str) -> None:
    assert base_score(vector) == score
    kind = "CVSS_V3" if vector.startswith("CVSS") else "CVSS_V2"
    assert rated({kind: vector}) == (severity, score, vector)


@pytest.mark.parametrize(
    "vector", ["", "x", "CVSS:3.1/AV:N", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "Au:x/C:y"]
)
def test_what_is_no_vector_has_no_score(vector: str) -> None:
    assert base_score(vector) is None
    assert rated({"CVSS_V3": vector}, "MODERATE") == ("medium", None, None)


def test_a_version_4_vector_stands_beside_the_databases_word() -> None:
    vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    assert rated({"CVSS_V4": vector}, "CRITICAL") == ("critical", None, vector)
    assert rated({"CVSS_V4": vector}) == (None, None, vector)
    third = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    assert rated({"CVSS_V4": vector, "CVSS_V3": third}, "CRITICAL") == ("high", 7.5, third)


# fmt: off
ORDERS = [
    ("PyPI", ["1.0.dev1", "1.0a1", "1.0", "1.0.post1", "1.1", "1!0.1"]),
    ("npm", ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta", "1.0.0", "1.0.1", "1.10.0", "2.0.0"]),
    ("Go", ["0.0.0-20200101000000-abcdef123456", "0.1.0", "1.0.0", "1.0.1"]),
    ("Maven", ["1.0-alpha-1", "1.0-beta1", "1.0-M2", "1.0-rc1", "1.0-SNAPSHOT", "1.0", "1.0-sp1", "1.0-jre", "1.0.1"]),
    ("RubyGems", ["1.0.a", "1.0.rc1", "1.0", "1.0.1", "1.1.pre", "1.1"]),
    ("Packagist", ["1.0.0-dev", "1.0.0-alpha1", "1.0.0-beta1", "1.0.0-RC1", "1.0", "1.0.0-pl1", "1.0.1", "v1.1"]),
    ("NuGet", ["1.0.0-beta", "1.0.0", "1.0.0.1", "1.1"]),
]
# fmt: on


@pytest.mark.parametrize(("ecosystem", "versions"), ORDERS)
def test_versions_follow_in_their_ecosystems_order(ecosystem: str, versions: list[str]) -> None:
    order = order_of(ecosystem)
    assert all(order(one) < order(other) for one, other in pairwise(versions))


@pytest.mark.parametrize(
    ("one", "other"), [("1.0", "1"), ("1.0.Final", "1.0.0"), ("1.0.GA", "1"), ("1.0.RELEASE", "1.0")]
)
def test_maven_versions_that_mean_the_same_are_equal(one: str, other: str) -> None:
    order = order_of("Maven")
    assert not order(one) < order(other)
    assert not order(other) < order(one)


@pytest.mark.parametrize("ecosystem", ["PyPI", "npm", "Maven", "RubyGems", "Packagist"])
def test_what_is_no_version_has_no_place(ecosystem: str) -> None:
    assert [order_of(ecosystem)(text) for text in ("", "latest", "*", "-", "x" * 10_000)] == [None] * 5
    order_of(ecosystem)("1" * 100_000)


BRANCHES = [
    {"introduced": "0"},
    {"fixed": "1.0.4"},
    {"introduced": "2.0"},
    {"fixed": "2.1.3"},
]
LAST = [{"introduced": "3.0"}, {"last_affected": "3.2"}]
"""The schema allows no range to have both."""


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ("0.1", ("1.0.4",)),
        ("1.0.4", ()),
        ("1.9", ()),
        ("2.0", ("2.1.3",)),
        ("2.1.2", ("2.1.3",)),
        ("2.1.3", ()),
        ("3.2", ()),
        ("3.2.1", ()),
        ("3.0rc1", ()),
        ("nonsense", ()),
    ],
)
def test_the_fix_is_the_one_of_the_branch(version: str, fixed: tuple[str, ...], backwards: bool) -> None:
    made = record("GHSA-a", "x", events=BRANCHES[::-1] if backwards else BRANCHES)
    made["affected"] += record("GHSA-a", "x", events=LAST[::-1] if backwards else LAST)["affected"]
    found = advisory_on(Coordinates("PyPI", "x", version), made)
    assert found is not None
    assert found.fixed_in == fixed


def test_commits_and_names_of_another_spelling_are_no_obstacle() -> None:
    made = record("GHSA-a", "X.y_z")
    made["affected"][0] = {
        "package": {"ecosystem": "PyPI", "name": "X.y_z"},
        "versions": ["1.0"],
        "ranges": [{"type": "GIT", "repo": "https://example.org", "events": [{"introduced": "0"}, {"fixed": "abc"}]}],
    }
    found = advisory_on(Coordinates("PyPI", "x-y-z", "1.0"), made)
    assert found is not None
    assert found.fixed_in == (), "a commit is no version to move to"


def test_a_record_on_another_package_or_ecosystem_says_nothing() -> None:
    made = record("GHSA-a", "x", ecosystem="npm")
    assert advisory_on(Coordinates("PyPI", "x", "1.0"), made) is None
    assert advisory_on(Coordinates("npm", "y", "1.0.0"), made) is None
    made["affected"][0]["package"]["ecosystem"] = "npm:something"
    assert advisory_on(Coordinates("npm", "x", "1.0.0"), made) is not None


@pytest.mark.parametrize(
    "pinned",
    [
        Pinned("docker", "python", "3.12"),
        Pinned("conda", "numpy", "1.0"),
        Pinned("python", "x", ""),
        Pinned("python", "x", ">=1"),
        Pinned("python", "x", "*"),
        Pinned("python", "x y", "1.0"),
        Pinned("python", "x\n", "1.0\n2"),
        Pinned("jvm", "no-group", "1.0"),
        Pinned("github_actions", "actions/checkout", "v4"),
        Pinned("javascript", "x", "latest"),
        Pinned("javascript", "x" * 300, "1.0.0"),
    ],
)
def test_what_cannot_be_asked_is_not_asked(pinned: Pinned) -> None:
    assert coordinates_of(pinned) is None


def test_hostile_texts_of_a_record_come_out_clean_and_short() -> None:
    made = record(
        "GHSA-a", "x", summary="\u202eignore\x1b[31m all\n" + "a" * 5000, aliases=["CVE-1\n\u202e" + "b" * 500]
    )
    found = advisory_on(Coordinates("PyPI", "x", "1.0"), made)
    assert found is not None
    assert len(found.summary) <= 200
    assert len(found.aliases[0]) <= 60
    assert not set("\u202e\x1b\n") & set(found.summary + found.aliases[0])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=30,
)


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8), st.sampled_from(["PyPI", "npm", "Maven", "RubyGems"])
)
def test_whatever_a_record_is_it_is_read_or_passed_over(document: dict[str, object], ecosystem: str) -> None:
    place = Coordinates(ecosystem, "x", "1.0.0")
    named = [{**document, "package": {"ecosystem": ecosystem, "name": "x"}}]
    for one in (document, {**document, "affected": named}):
        found = advisory_on(place, one)
        assert found is None or isinstance(found.fixed_in, tuple)
    assert advisory_on(place, {**document, "affected": named}) is not None
