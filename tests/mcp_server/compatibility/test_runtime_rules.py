"""Runtimes over several repositories: joint ranges in their own notation, blockers, what the target means."""
# ruff: noqa: E501 - because a case of a table reads best on one line

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from plumbrule.mcp_server.compatibility.rules.dotnet_frameworks import frameworks_in, hosts_of, least_hosts
from plumbrule.mcp_server.compatibility.rules.runtime_fixes import runtime_fixes
from plumbrule.mcp_server.compatibility.rules.runtimes import runtime_conflicts, runtimes_of
from plumbrule.mcp_server.dependencies.joining.join import join
from plumbrule.mcp_server.dependencies.joint.asks import RuntimeAsk, Subject
from plumbrule.mcp_server.dependencies.joint.releases import pythons
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.ranges.intervals import contains, key_of
from plumbrule.mcp_server.dependencies.ranges.pep440 import python
from plumbrule.mcp_server.dependencies.ranges.unions import common, complement, ordered
from plumbrule.mcp_server.dependencies.ranges.wording import worded

RULES = {
    "python": "pyproject.requires-python",
    "node": "package-json.engines",
    "rust": "cargo.rust-version",
    "go": "go-mod.go",
    "java": "maven.java",
    "php": "composer.php",
    "ruby": "gemspec",
    "terraform": "terraform.required_version",
    "dart": "pubspec.environment",
    "elixir": "mix.elixir",
    "swift": "swift.tools-version",
    "dotnet": "msbuild.TargetFramework",
    "npm": "package-json.engines",
}


def subject(label: str, *asks: tuple[str, str] | tuple[str, str, str] | tuple[str, str, str, str]) -> Subject:
    made: list[RuntimeAsk] = []
    for at, ask in enumerate(asks):
        rule = ask[2] if len(ask) > 2 and ask[2] else RULES[ask[0]]
        made.append(RuntimeAsk(ask[0], ask[1], ask[3] if len(ask) > 3 else "manifest", at + 2, rule))
    return Subject(label, join({}), tuple(made))


def each(name: str, ranges: Sequence[str]) -> list[Subject]:
    return [subject(f"r{at}", (name, text)) for at, text in enumerate(ranges)]


JOINT: list[tuple[str, tuple[str, ...], str | None]] = [
    # runtime, ranges, intersection in its own notation
    ("python", (">=3.9,<3.12", ">=3.10"), ">=3.10,<3.12"),
    ("python", (">=3.8,!=3.9.*", "^3.8"), ">=3.8,!=3.9.*,<4.0"),
    ("python", ("~=3.9", ">=3.8,!=3.10.1"), ">=3.9,!=3.10.1,<4.0"),
    ("python", ("~3.10 || ~3.12", ">=3.9"), ">=3.10,!=3.11.*,<3.13"),
    ("python", ("~3.11 || ~3.12",), ">=3.11,<3.13"),
    ("python", ("==3.11.*", ">=3.11.4"), ">=3.11.4,<3.12"),
    ("python", (">=3.12", "<3.10"), None),
    ("python", ("unreadable words",), None),
    ("node", ("^18 || >=20", ">=16 <21"), ">=18 <19 || >=20 <21"),
    ("node", (">=18.17", "<=20"), ">=18.17 <21"),
    ("node", ("20.x", ">= 20.11.0"), ">=20.11 <21"),
    ("rust", ("1.70", "1.75.0"), ">=1.75"),
    ("go", ("1.21", "1.22.3"), ">=1.22.3"),
    ("java", ("1.8", "17"), ">=17"),
    ("java", ("8", "1.8"), ">=8"),
    ("php", ("^8.1", ">=8.2 <8.4"), ">=8.2 <8.4"),
    ("php", ("^7.4 || ^8.0", "^8.1"), ">=8.1 <9.0"),
    ("ruby", (">= 2.7", "~> 3.1"), ">= 3.1, < 4"),
    ("ruby", (">= 2.5 < 4", ">= 3.0"), ">= 3, < 4"),
    ("terraform", ("~> 1.3", ">= 1.5.0"), ">= 1.5, < 2"),
    ("terraform", ("~> 1", ">= 2.0"), ">= 2"),
    ("dart", (">=2.12.0 <3.0.0", "^3.2.0"), ">=3.2.0 <4.0.0"),
    ("elixir", ("~> 1.14", "~> 1.15.2"), ">= 1.15.2 and < 1.16.0"),
    ("swift", ("5.5", "5.9"), ">=5.9"),
    ("dotnet", ("net6.0", "netstandard2.0;net48"), "net6.0"),
    ("dotnet", ("netstandard2.0", "netstandard2.0"), "netcoreapp2.0 || net461"),
    ("dotnet", ("net8.0-windows", "net9.0"), "net9.0"),
]


@pytest.mark.parametrize(("name", "ranges", "intersection"), JOINT)
def test_the_joint_range_of_a_runtime_is_told_in_its_own_notation(
    name: str, ranges: tuple[str, ...], intersection: str | None
) -> None:
    subjects = each(name, ranges)
    [fact] = runtimes_of(subjects, Target())
    assert (fact.name, fact.intersection) == (name, intersection)
    assert [one.constraint for one in fact.ranges] == list(ranges)
    assert all(one.evidence.at.startswith("manifest:") for one in fact.ranges)
    [backwards] = runtimes_of(subjects[::-1], Target())
    assert backwards.intersection == intersection


CLASHES: list[tuple[str, tuple[str, ...], list[tuple[str, str]]]] = [
    # runtime, ranges, members of each conflict
    ("python", (">=3.12", "<3.10"), [("r0", "r1")]),
    ("python", (">=3.12", "<3.10", ">=3.8"), [("r0", "r1")]),
    ("python", ("<3.9", ">=3.10", ">=3.12"), [("r0", "r1"), ("r0", "r2")]),
    ("node", ("^16", ">=18"), [("r0", "r1")]),
    ("node", ("16 || 18", "18 || 20", "16 || 20"), [("r0", "r1", "r2")]),  # type: ignore[list-item] # because three take part
    ("ruby", ("3.2.2", "3.3.0"), [("r0", "r1")]),
    ("php", ("^7.4", "^8.0"), [("r0", "r1")]),
    ("terraform", ("~> 0.12.0", ">= 1.0"), [("r0", "r1")]),
    ("dotnet", ("net48", "net8.0"), [("r0", "r1")]),
    ("rust", ("1.60", "1.90"), []),
    ("go", ("1.12", "1.24"), []),
    ("java", ("1.5", "25"), []),
    ("npm", ("^6", ">=9"), []),
]


@pytest.mark.parametrize(("name", "ranges", "conflicts"), CLASHES)
def test_ranges_without_a_common_version_are_minimal_conflicts(
    name: str, ranges: tuple[str, ...], conflicts: list[tuple[str, str]]
) -> None:
    found = runtime_conflicts(each(name, ranges), Target())
    assert [tuple(member.repository for member in one.members) for one in found] == conflicts
    assert all(one.kind == "runtime" and one.verified and one.sentence.endswith(".") for one in found)
    assert len({one.id for one in found}) == len(found)


def test_a_target_outside_of_a_range_is_a_conflict_that_names_the_needed_version() -> None:  # S-47
    subjects = [subject("old", ("python", ">=3.8")), subject("new", ("python", ">=3.11"))]
    [conflict] = runtime_conflicts(subjects, Target(python="3.9"))
    assert [one.repository for one in conflict.members] == ["new"]
    assert conflict.sentence == "new needs Python >=3.11, and the target is Python 3.9; Python 3.11 is needed."
    assert conflict.targets == ("python3.9-linux-x86_64",)
    [fact] = runtimes_of(subjects, Target(python="3.9"))
    assert (fact.allows_target, fact.suggested_version) == (False, "3.11")


@pytest.mark.parametrize(
    ("name", "ranges", "target", "allows", "suggested"),
    [
        ("python", (">=3.9",), Target(python="3.12"), True, "3.12"),
        ("python", (">=3.12.4",), Target(python="3.12"), True, "3.12"),
        ("python", (">=3.12.4",), Target(python="3.12.1"), False, "3.12.4"),
        ("python", ("<3.11",), Target(python="3.12"), False, "3.10"),
        ("python", ("nobody knows", ">=3.9"), Target(python="3.12"), None, "3.12"),
        ("python", (">=3.9",), Target(), None, pythons()[0].rpartition(".")[0]),
        ("node", ("^20.11",), Target(node="20"), True, "20"),
        ("node", (">=20",), Target(node="18.20.0"), False, "20.0.0"),
        ("go", ("1.22.3", "1.20"), Target(), None, "1.22.3"),
    ],
)
def test_the_target_is_held_against_the_ranges(
    name: str, ranges: tuple[str, ...], target: Target, allows: bool | None, suggested: str
) -> None:
    [fact] = runtimes_of(each(name, ranges), target)
    assert (fact.allows_target, fact.suggested_version) == (allows, suggested)


def test_pins_of_tools_are_shown_and_block_nobody() -> None:
    subjects = [
        subject(
            "a", ("python", "3.8", "version-file", ".python-version"), ("pnpm", "9.1.0", "package-json.packageManager")
        ),
        subject("b", ("python", ">=3.12"), ("pnpm", ">=10", "package-json.engines")),
    ]
    assert runtime_conflicts(subjects, Target(python="3.12")) == ()
    facts = {one.name: one for one in runtimes_of(subjects, Target(python="3.12"))}
    assert facts["python"].allows_target is True
    assert [one.constraint for one in facts["python"].ranges] == [">=3.12", "3.8"]
    assert facts["pnpm"].blockers == ()


def test_a_toolchain_below_the_joint_minimum_is_shown_as_in_the_way() -> None:
    subjects = [subject("a", ("rust", "1.70.0", "rust-toolchain")), subject("b", ("rust", "1.80"))]
    [fact] = runtimes_of(subjects, Target())
    assert [(one.repository, one.constraint) for one in fact.blockers] == [("a", "1.70.0")]
    assert fact.intersection == ">=1.80"
    assert runtime_conflicts(subjects, Target()) == ()


def test_a_repository_that_contradicts_itself_is_told_as_its_own_fault() -> None:
    own = subject("own", ("python", ">=3.12", "", "pyproject.toml"), ("python", "<3.10", "setup.py", "setup.py"))
    [conflict] = runtime_conflicts([own, subject("b", ("python", ">=3.8"))], Target(python="3.12"))
    assert conflict.kind == "alone"
    assert {one.repository for one in conflict.members} == {"own"}
    assert "pyproject.toml:2" in conflict.sentence
    assert "setup.py:3" in conflict.sentence


def test_packages_of_one_tree_may_need_different_runtimes() -> None:
    tree = subject("tree", ("node", ">=18", "", "package.json"), ("node", "^16", "", "packages/old/package.json"))
    assert runtime_conflicts([tree, subject("b", ("node", ">=20"))], Target(node="20.11.0")) == ()
    [conflict] = runtime_conflicts([tree, subject("b", ("node", "<18"))], Target())
    assert [one.requirement for one in conflict.members] == ["node >=18", "node <18"]


def test_extensions_of_php_are_runtimes() -> None:
    from plumbrule.mcp_server.dependencies.requirement import Fact, Reading

    reading = Reading(facts=[Fact("platform", "ext-json", "*", 4), Fact("platform", "php", "^8", 3)])
    [fact] = runtimes_of([Subject("a", join({"composer.json": reading}))], Target())
    assert (fact.name, fact.intersection, fact.ranges[0].evidence.at) == ("ext-json", "*", "composer.json:4")


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("net8.0", ("net8.0",)),
        ("netstandard2.1", ("netcoreapp3.0",)),
        ("netstandard1.3", ("netcoreapp1.0", "net46")),
        ("v4.7.2", ("net472",)),
        ("netcoreapp3.1;net462", ("netcoreapp3.1", "net462")),
        ("net40", ("net40",)),
        ("uap10.0", ()),
    ],
)
def test_the_hosts_of_a_framework_are_those_of_the_published_table(text: str, hosts: tuple[str, ...]) -> None:
    assert least_hosts(hosts_of(frameworks_in(text))) == hosts


_VERSIONS = st.builds(lambda minor, patch: f"3.{minor}.{patch}", st.integers(6, 15), st.integers(0, 4))
_TERMS = st.one_of(
    st.builds(
        lambda operator, minor, patch: f"{operator}3.{minor}{patch}",
        st.sampled_from((">=", "<=", "<", ">", "==", "!=", "~=")),
        st.integers(6, 15),
        st.sampled_from(("", ".1", ".2", ".0")),
    ),
    st.builds(lambda operator, minor: f"{operator}3.{minor}.*", st.sampled_from(("==", "!=")), st.integers(6, 15)),
)
_SPECIFIERS = st.lists(_TERMS, min_size=1, max_size=4).map(",".join)


@given(_SPECIFIERS, _VERSIONS)
def test_intervals_of_a_specifier_hold_what_packaging_says(specifier: str, version: str) -> None:
    ranges, key = python(specifier), key_of(version)
    assert ranges is not None
    assert key is not None
    expected = Version(version) in SpecifierSet(specifier)
    assert contains(ranges, key) is expected
    told = worded(ranges, "python")
    if told:
        again = python(told)
        assert again is not None
        assert contains(again, key) is expected
    assert contains(complement(ranges), key) is not expected


@given(_SPECIFIERS, _SPECIFIERS, _VERSIONS)
def test_a_joint_range_is_symmetric_and_inside_of_both(first: str, second: str, version: str) -> None:
    one, other, key = python(first), python(second), key_of(version)
    assert one is not None
    assert other is not None
    assert key is not None
    assert common((one, other)) == common((other, one))
    assert contains(common((one, other)), key) is (contains(one, key) and contains(other, key))
    assert ordered(ordered(one)) == ordered(one)


def test_all_that_one_project_targets_are_alternatives_and_tests_bind_nobody() -> None:
    many = subject("many", ("dotnet", "net48", "", "Lib.csproj"), ("dotnet", "net8.0", "", "Lib.csproj"))
    old = subject("old", ("dotnet", "netstandard2.0", "", "Lib.csproj"), ("dotnet", "net48", "", "Lib.Tests/T.csproj"))
    new = subject("new", ("dotnet", "net8.0", "", "App.csproj"))
    assert runtime_conflicts([many, old, new], Target()) == ()
    [fact] = runtimes_of([many, old, new], Target())
    assert fact.intersection == "net8.0"
    split = subject("split", ("dotnet", "net461", "", "Old.csproj"), ("dotnet", "netstandard2.0", "", "New.csproj"))
    assert runtime_conflicts([split, new], Target()) == ()
    assert runtimes_of([split, new], Target())[-1].intersection == "net8.0"
    assert runtimes_of([subject("a", ("node", "20", "version-file"))], Target())[0].intersection == "*"


FIXES: list[tuple[str, tuple[str, ...], list[tuple[str, str, str, str]]]] = [
    # runtime, ranges, (repository, from, to, direction) of each fix
    ("node", ("^16", ">=18"), [("r0", "node ^16", "node >=18", "upgrade"), ("r1", "node >=18", "node ^16", "downgrade")]),
    ("ruby", ("3.2.2", "~> 3.3", ">= 3.0"), [("r0", "ruby 3.2.2", "ruby >= 3.3, < 4", "upgrade"), ("r1", "ruby ~> 3.3", "ruby = 3.2.2", "downgrade")]),
    ("php", ("^7.4", "^8.0", "^8.2"), [("r0", "php ^7.4", "php >=8.2 <9.0", "upgrade")]),
    ("python", ("<3.9", ">=3.10"), []),
    ("rust", ("1.60", "1.80"), []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ranges", "fixes"), FIXES)
def test_the_fewest_ranges_are_rewritten_to_what_the_others_leave(
    name: str, ranges: tuple[str, ...], fixes: list[tuple[str, str, str, str]]
) -> None:
    subjects = each(name, ranges)
    found = runtime_fixes(subjects)
    told = [(one.repository, one.requirement, one.to, fix.direction) for fix in found for one in fix.changes]
    assert told == fixes
    for fix in found:
        at = int(fix.changes[0].repository[1:])
        after = [*ranges[:at], fix.changes[0].to.partition(" ")[2], *ranges[at + 1 :]]
        assert runtime_conflicts(each(name, after), Target()) == ()
