"""The check of Python from manifests to fixes: real files read, the real uv, an index on loopback."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import anyio
import pytest
from python_index import LoopbackIndex, python_index

from plumbrule.core.clock import ManualClock
from plumbrule.core.context import Call, enter, leave
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.dependencies.engines.build import build_uv_engine, build_uv_program
from plumbrule.mcp_server.dependencies.joining.join import Joined
from plumbrule.mcp_server.dependencies.joint.asks import RuntimeAsk, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Checked
from plumbrule.mcp_server.dependencies.joint.python import PythonCheck
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings

Join = Callable[[Mapping[str, str | bytes]], Joined]
Check = Callable[..., "Asked"]


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    with python_index() as serving:
        for version in ("1.19.5", "1.26.4", "2.0.0", "2.1.0"):
            serving.wheel("num", version)
        serving.wheel("plot", "1.2", "num>=1.20,<2")
        serving.wheel("plot", "1.3", "num>=1.23")
        serving.wheel("plot", "1.4", "num>=2")
        serving.wheel("web", "3.0", "core>=3,<4")
        serving.wheel("web", "4.0", "core>=4,<5")
        for version in ("3.5", "4.1", "5.0rc1"):
            serving.wheel("core", version)
        yield serving


class Asked:
    """Repositories by name, each a tree of manifests, and what the check says of them."""

    def __init__(self, join: Join, folder: Path, index: LoopbackIndex) -> None:
        self._join = join
        self._folder = folder
        self._index = index

    def check(self, *, offline: bool = False) -> PythonCheck:
        program = build_uv_program(
            ResolutionSettings(), NetworkSettings(offline=offline), self._index.url, self._folder
        )
        return PythonCheck(build_uv_engine(program, MemoryCache(1000, 10_000_000, 1e6), None, ManualClock()))

    def subjects(self, repositories: Mapping[str, Mapping[str, str]], pythons: Mapping[str, str]) -> list[Subject]:
        return [
            Subject(
                label,
                self._join(tree),
                (RuntimeAsk("python", pythons[label], "pyproject.toml", 3, "pyproject.requires-python"),)
                if label in pythons
                else (),
            )
            for label, tree in repositories.items()
        ]

    async def __call__(
        self,
        repositories: Mapping[str, Mapping[str, str] | str],
        *,
        target: Target | None = None,
        wishes: Wishes | None = None,
        pythons: Mapping[str, str] | None = None,
        offline: bool = False,
    ) -> Checked:
        trees = {name: {"requirements.txt": one} if isinstance(one, str) else one for name, one in repositories.items()}
        check = self.check(offline=offline)
        return await check.check(self.subjects(trees, pythons or {}), target or Target("3.12"), wishes or Wishes())


@pytest.fixture
def asked(joined: Join, tmp_path: Path, index: LoopbackIndex) -> Asked:
    return Asked(joined, tmp_path, index)


def told(found: Checked) -> list[str]:
    return [one.sentence for one in found.conflicts]


def edits(found: Checked) -> list[list[tuple[str, str]]]:
    return [[(one.requirement, one.to) for one in fix.changes] for fix in found.fixes]


async def test_two_repositories_that_cannot_agree_are_both_named_with_what_they_ask(asked: Asked) -> None:  # S-45
    pyproject = '[project]\nname = "app"\nversion = "1"\ndependencies = [\n  "plot",\n  "num<1.20",\n]\n'
    found = await asked({"app": {"pyproject.toml": pyproject}, "tool": "plot>=1.3\nnum>=2.0\n"})
    assert found.verdict == "incompatible"
    assert "app needs num<1.20 (pyproject.toml:6), and tool needs num>=2.0 (requirements.txt:2)." in told(found)
    assert all(one.verified for one in (*found.conflicts, *found.fixes))
    assert [one.verdict for one in found.alone] == ["incompatible", "compatible"]
    agreeing = await asked({"app": "num<2\n", "tool": "num>=1.20\n"})
    assert agreeing.verdict == "compatible"


RANGES = {  # S-46
    "~= that overlaps": ("num~=1.20", "num<1.27", "compatible"),
    "~= that does not": ("num~=1.19.0", "num>=1.26", "incompatible"),
    "!= of the only one left": ("num>=2.1", "num!=2.1.0", "incompatible"),
    "=== of what there is": ("num===2.0.0", "num>=2", "compatible"),
    "=== of something else": ("num===2.0.0", "num===2.1.0", "incompatible"),
    "a pre-release that nobody asked for": ("core>=5", "num", "incompatible"),
    "a pre-release asked for by name": ("core>=5.0rc1", "num", "compatible"),
    "a marker that does not hold": ("num<2; python_version < '3.9'", "num>=2", "compatible"),
    "a marker that holds": ("num<2; python_version >= '3.9'", "num>=2", "incompatible"),
    "another platform's": ("num<2; sys_platform == 'win32'", "num>=2", "compatible"),
}


@pytest.mark.parametrize("name", RANGES)
async def test_ranges_are_judged_by_the_rules_of_the_language(asked: Asked, name: str) -> None:
    one, other, verdict = RANGES[name]
    assert (await asked({"a": one, "b": other})).verdict == verdict


async def test_the_way_through_other_packages_is_told_and_the_nearest_edits_are_proposed(asked: Asked) -> None:
    found = await asked({"a": "num==1.26.4\n", "b": "plot>=1.4\n"})
    assert told(found) == [
        "a needs num==1.26.4 (requirements.txt:1), and b needs plot>=1.4 (requirements.txt:1), which needs num>=2."
    ]
    assert [one.via for one in found.conflicts[0].members] == [(), ("num",)]
    assert edits(found) == [[("num==1.26.4", "num==2.0.0")], [("plot>=1.4", "plot>=1.3")]]
    versions = [{one.package: one.version for one in fix.resulting} for fix in found.fixes]
    assert versions == [{"num": "2.0.0", "plot": "1.4"}, {"num": "1.26.4", "plot": "1.3"}]


async def test_every_independent_conflict_is_told_and_fixes_heal_all(asked: Asked) -> None:
    found = await asked({"a": "num<2\ncore<4\n", "b": "num>=2\n", "c": "web==4.0\n"})
    assert {tuple(one.repository for one in each.members) for each in found.conflicts} == {("a", "b"), ("a", "c")}
    assert len(found.fixes) == 4
    assert all(len(one.changes) == 2 for one in found.fixes)


async def test_a_declared_python_that_excludes_the_target_is_a_reason_of_its_own(asked: Asked) -> None:  # S-47
    found = await asked({"a": "num\n", "b": "num\n"}, pythons={"a": ">=3.13"})
    assert [one.kind for one in found.conflicts] == ["runtime"]
    assert told(found) == ["a needs python>=3.13 (pyproject.toml:3), and the target is Python 3.12 on linux."]
    assert edits(found) == [[("python>=3.13", "python>=3.12")]]
    assert (await asked({"a": "num\n"}, pythons={"a": ">=3.11,<3.13"})).verdict == "compatible"


async def test_a_version_inside_the_overlap_is_given_with_who_asked(asked: Asked) -> None:  # S-48
    found = await asked({"a": "num>=1.20\n", "b": "num<2.1\n", "c": "web\n"})
    versions = {one.name: (one.version, one.asked_by) for one in found.packages}
    assert versions["num"] == ("2.0.0", ("a", "b"))
    assert versions["core"] == ("4.1", ("c",))


async def test_what_a_caller_adds_or_constrains_is_a_side_of_its_own(asked: Asked) -> None:
    added = await asked({"a": "num<2\n"}, wishes=Wishes(added=("plot>=1.4",)))
    assert told(added) == ["a needs num<2 (requirements.txt:1), and your request needs plot>=1.4, which needs num>=2."]
    assert [one.evidence is None for one in added.conflicts[0].members] == [False, True]
    constrained = await asked({"a": "num\n"}, wishes=Wishes(constraints=("num<2",)))
    assert {one.name: one.version for one in constrained.packages} == {"num": "1.26.4"}
    clashing = await asked({"a": "num>=2\n"}, wishes=Wishes(constraints=("num<2",)))
    assert clashing.verdict == "incompatible"


async def test_without_network_what_ranges_prove_is_told_and_the_rest_is_unknown(asked: Asked) -> None:  # S-55
    known = await asked({"a": "num<2\n", "b": "num>=2\n"}, offline=True)
    assert (known.verdict, known.basis, len(known.conflicts)) == ("incompatible", "declared", 1)
    unknown = await asked({"a": "num<2\n", "b": "plot>=1.4\n"}, offline=True)
    assert (unknown.verdict, unknown.reason) == ("unknown", "unreachable")


async def test_a_package_that_no_index_has_leaves_the_verdict_open_unless_the_others_clash(asked: Asked) -> None:
    unknown = await asked({"a": "num\nours-alone\n", "b": "plot\n"})
    assert (unknown.verdict, unknown.reason, unknown.blockers) == ("unknown", "missing_package", ("ours-alone",))
    clash = await asked({"a": "num<2\nours-alone\n", "b": "plot>=1.4\n"})
    assert clash.verdict == "incompatible"
    assert {one.package for one in clash.conflicts[0].members} == {"num", "plot"}


async def test_the_reasons_stay_when_time_is_up_before_the_fixes(asked: Asked) -> None:
    token = enter(Call("deadline-1", "check_compatibility", anyio.current_time() + 0.001))
    try:
        found = await asked({"a": "num<2\n", "b": "num>=2\n"})
    finally:
        leave(token)
    assert found.verdict == "incompatible"
    assert found.limits_hit == ("explanation.seconds",)
    assert len(found.conflicts) == 1


async def test_statements_that_no_engine_is_told_are_listed_once(asked: Asked, joined: Join) -> None:
    tree = {
        "requirements.txt": "num\n--index-url https://elsewhere.example/simple\nx @ https://elsewhere.example/x.whl\n"
    }
    subjects = asked.subjects({"a": tree}, {})
    listed: Sequence[str] = sorted(one.reason for one in asked.check().not_checked(subjects, Wishes()))
    assert listed == ["requirement.index-option", "requirement.url"]


async def test_a_package_that_is_missing_is_named_beside_a_conflict_of_others(asked: Asked) -> None:
    found = await asked({"a": "num<2\nours-alone\n", "b": "num>=2\n"})
    assert (found.verdict, found.blockers) == ("incompatible", ("ours-alone",))
    assert "a by itself is unknown: the index does not have ours-alone." in found.notes
    assert [one.verdict for one in found.alone] == ["unknown", "compatible"]
    assert [one.verified for one in found.conflicts] == [True]
    assert edits(found) == [[("num<2", "num<3")], [("num>=2", "num>=1.26.4")]]
    assert not any(one.verified for one in found.fixes)  # solved without what nobody has seen
