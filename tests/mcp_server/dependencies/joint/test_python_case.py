"""The Python check over an invented index: verdicts, reasons with their places, verified changes, honest unknowns."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_index import Index, InventedEngine, ask

from plumbrule.mcp_server.dependencies.joining.join import join
from plumbrule.mcp_server.dependencies.joint.asks import Ask, Published, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Checked
from plumbrule.mcp_server.dependencies.joint.python_case import PythonCase
from plumbrule.mcp_server.dependencies.joint.question import Pin, Question, Solved
from plumbrule.mcp_server.dependencies.joint.reasons.securing import Affected
from plumbrule.mcp_server.dependencies.joint.targets import Target

INDEX: Index = {
    "num": {version: [] for version in ("1.19.5", "1.26.4", "2.0.0", "2.1.0", "2.2.0")},
    "plot": {"1.0": ["num<2"], "1.2": ["num>=1.20,<2"], "1.3": ["num>=2"], "1.4": ["num>=2.1"]},
    "chart": {"5": ["plot>=1.3"], "4": ["plot<1.3"]},
    "old": {"1.0": ["num<2"], "1.1": ["num<2"]},
    "web": {"3.0": ["core>=3,<4"], "4.0": ["core>=4,<5"]},
    "core": {"3.5": [], "4.1": [], "5.0rc1": []},
    "edge": {"1.0": ["core<4"], "2.0rc1": []},
    "new": {"1.0": [], "2.0": ["python>=3.12"]},
    "x": {"1": ["y>=2"], "2": []},
    "y": {"1": [], "2": ["z<2"]},
    "z": {"1": [], "2": []},
}


async def checked(
    asks: Sequence[Ask],
    engine: InventedEngine | None = None,
    *,
    python: str = "3.11",
    derived: tuple[str, ...] = (),
    published: Sequence[tuple[int, str, str]] = (),
    wishes: Wishes | None = None,
) -> Checked:
    subjects = [
        Subject(
            label,
            join({}),
            published=tuple(
                Published("python", name, version, "setup.cfg", 3) for own, name, version in published if own == at
            ),
        )
        for at, label in enumerate("abc")
    ]
    case = PythonCase(
        engine or InventedEngine(INDEX), subjects, asks, Target(python=python, derived=derived), wishes or Wishes()
    )
    return await case.checked()


def changes(found: Checked) -> list[list[tuple[str, str, str]]]:
    return [[(one.repository, one.requirement, one.to) for one in fix.changes] for fix in found.fixes]


SENTENCES = {
    "direct": (
        [ask(0, "num<2", 12), ask(1, "num>=2", 7)],
        "a needs num<2 (pyproject.toml:12), and b needs num>=2 (pyproject.toml:7).",
    ),
    "through a package": (
        [ask(0, "num<2", 12), ask(1, "plot>=1.3", 3)],
        "a needs num<2 (pyproject.toml:12), and b needs plot>=1.3 (pyproject.toml:3), which needs num>=2.",
    ),
    "through two": (
        [ask(0, "num<2"), ask(1, "chart==5", 3)],
        (
            "a needs num<2 (pyproject.toml:1), and b needs chart==5 (pyproject.toml:3), which needs plot>=1.3, "
            "which needs num>=2."
        ),
    ),
    "three together only": (
        [ask(0, "x==1"), ask(1, "y", 2), ask(2, "z>=2", 3)],
        "a needs x==1 (pyproject.toml:1), which needs y>=2, which needs z<2, and c needs z>=2 (pyproject.toml:3).",
    ),
    "the caller's": (
        [ask(0, "plot>=1.3"), ask(-1, "num<2", kind="constraint")],
        "a needs plot>=1.3 (pyproject.toml:1), which needs num>=2, and your request allows only num<2.",
    ),
    "no such version": (
        [ask(0, "num==9"), ask(1, "core")],
        "a needs num==9 (pyproject.toml:1), and no version of it can be had for Python 3.11 on linux.",
    ),
    "the target's Python": (
        [ask(0, "new>=2"), ask(1, "core")],
        "a needs new>=2 (pyproject.toml:1), which needs python>=3.12, and the target is Python 3.11 on linux.",
    ),
    "a declared Python": (
        [ask(0, ">=3.12", 5, "runtime"), ask(1, "core")],
        "a needs python>=3.12 (pyproject.toml:5), and the target is Python 3.11 on linux.",
    ),
    "two declared Pythons": (
        [ask(0, ">=3.12", 5, "runtime"), ask(1, "<3.12", 6, "runtime"), ask(1, "core")],
        "a needs python>=3.12 (pyproject.toml:5), and b needs python<3.12 (pyproject.toml:6).",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
async def test_a_conflict_is_one_sentence_made_from_its_members(name: str) -> None:
    asks, sentence = SENTENCES[name]
    found = await checked(asks)
    assert found.verdict == "incompatible"
    assert [one.sentence for one in found.conflicts] == [sentence]
    assert found.conflicts[0].verified


async def test_a_python_that_only_another_repository_excludes_is_no_fault_of_its_own() -> None:
    apart = await checked(SENTENCES["two declared Pythons"][0])
    assert [one.verdict for one in apart.alone] == ["compatible", "compatible"]
    outside = await checked(SENTENCES["a declared Python"][0])
    assert [one.verdict for one in outside.alone] == ["incompatible", "compatible"]


async def test_members_carry_file_line_and_the_packages_between() -> None:  # S-45
    found = await checked([ask(0, "num<2", 12), ask(1, "chart==5", 3)])
    [conflict] = found.conflicts
    assert conflict.kind == "packages"
    assert set(conflict.packages) == {"num", "chart"}
    assert [(one.repository, one.package, one.requirement, one.via) for one in conflict.members] == [
        ("a", "num", "num<2", ()),
        ("b", "chart", "chart==5", ("plot", "num")),
    ]
    assert [one.evidence and one.evidence.at for one in conflict.members] == ["pyproject.toml:12", "pyproject.toml:3"]


FIXES = {
    "upgrade before downgrade, as its author writes": (
        [ask(0, "num<2"), ask(1, "num>=2.1")],
        [[("a", "num<2", "num<3")], [("b", "num>=2.1", "num>=1.26.4")]],
    ),
    "the nearest version of a pin": (
        [ask(0, "num==1.26.4"), ask(1, "num>=2")],
        [[("a", "num==1.26.4", "num==2.0.0")], [("b", "num>=2", "num>=1.26.4")]],
    ),
    "other clauses, extras and markers stay": (
        [ask(0, "num>=1.20,<2,!=1.21"), ask(1, "num>=2 ; python_version >= '3.8'")],
        [
            [("a", "num>=1.20,<2,!=1.21", "num>=1.20,<3,!=1.21")],
            [("b", "num>=2", "num>=1.26.4")],
        ],
    ),
    "the package that pulls in the other": (
        [ask(0, "num~=1.26"), ask(1, "plot==1.3")],
        [[("a", "num~=1.26", "num~=2.0")], [("b", "plot==1.3", "plot==1.2")]],
    ),
    "both of two conflicts, all four ways": (
        [ask(0, "num<2"), ask(0, "core<4"), ask(1, "num>=2"), ask(2, "core>=4")],
        [
            [("a", "num<2", "num<3"), ("a", "core<4", "core<5")],
            [("a", "num<2", "num<3"), ("c", "core>=4", "core>=3.5")],
            [("a", "core<4", "core<5"), ("b", "num>=2", "num>=1.26.4")],
            [("b", "num>=2", "num>=1.26.4"), ("c", "core>=4", "core>=3.5")],
        ],
    ),
    "a declared Python moved to the target": (
        [ask(0, ">=3.12", kind="runtime"), ask(1, "core")],
        [[("a", "python>=3.12", "python>=3.11")]],
    ),
    "what has no bound goes when nothing else helps": (
        [ask(0, "old"), ask(1, "plot==1.4")],
        [[("b", "plot==1.4", "plot==1.2")]],
    ),
}


@pytest.mark.parametrize("name", FIXES)
@pytest.mark.parametrize("proofs", [True, False])
async def test_all_smallest_changes_are_shown_and_hold_when_they_are_made(name: str, proofs: bool) -> None:
    asks, expected = FIXES[name]
    engine = InventedEngine(INDEX, proofs=proofs)
    found = await checked(asks, engine)
    assert all(one.verified for one in found.fixes)
    if proofs:
        assert sorted(changes(found)) == sorted(expected)
        ways = [one.direction for one in found.fixes]
        assert ways == sorted(ways, key=["upgrade", "mixed", "downgrade"].index)
    for fix in found.fixes:
        edited = list(asks)
        for change in fix.changes:
            at = next(at for at, one in enumerate(asks) if one.written == change.requirement)
            kind = asks[at].kind
            text = change.to.removeprefix("python") if kind == "runtime" else change.to
            edited[at] = ask(asks[at].subject, text, kind=kind)
        assert (await checked(edited)).verdict == "compatible"


async def test_a_version_is_given_for_what_can_live_together() -> None:  # S-48
    found = await checked([ask(0, "num>=1.20"), ask(1, "num<2.1"), ask(2, "plot")])
    assert found.verdict == "compatible"
    versions = {one.name: (one.version, one.asked_by) for one in found.packages}
    assert versions == {"num": ("2.0.0", ("a", "b", "c")), "plot": ("1.3", ("c",))}
    assert [one.verdict for one in found.alone] == ["compatible"] * 3
    assert found.engines[0].calls == 1


async def test_a_fault_of_one_repository_is_its_own_and_hides_nothing_else() -> None:
    found = await checked([ask(0, "num<2", 1), ask(0, "num>=2", 2), ask(1, "core<4"), ask(2, "web==4.0")])
    assert {(one.kind, tuple(m.repository for m in one.members)) for one in found.conflicts} == {
        ("alone", ("a", "a")),
        ("packages", ("b", "c")),
    }
    assert [one.verdict for one in found.alone] == ["incompatible", "compatible", "compatible"]


async def test_the_same_package_asked_twice_by_one_repository_stays_two_members() -> None:
    found = await checked([ask(0, "num<2", 1), ask(0, "num<2", 9), ask(1, "num>=2")])
    places = sorted(tuple(m.evidence.at for m in one.members if m.evidence) for one in found.conflicts)
    assert places == [("pyproject.toml:1", "pyproject.toml:1"), ("pyproject.toml:9", "pyproject.toml:1")]
    assert [len(fix) for fix in changes(found)] == [1]
    assert changes(found) == [[("b", "num>=2", "num>=1.26.4")]]


async def test_a_change_that_looks_right_and_does_not_help_is_named_with_what_stands_in_the_way() -> None:
    found = await checked([ask(0, "old>=1.1"), ask(1, "num>=2")])
    [blocked] = found.blocked
    assert [(one.requirement, one.to) for one in blocked.changes] == [("old>=1.1", "old")]
    assert blocked.reason == (
        "It does not help: a needs any old (pyproject.toml:1), which needs num<2, "
        "and b needs num>=2 (pyproject.toml:1)."
    )
    assert changes(found) == [[("b", "num>=2", "num>=1.26.4")]]


async def test_no_pre_release_is_proposed() -> None:
    found = await checked([ask(0, "edge<2"), ask(1, "core>=4")])
    assert changes(found) == [[("b", "core>=4", "core>=3.5")]]
    assert [one.reason for one in found.blocked] == ["It does not help: only a pre-release would do."]
    wanted = await checked([ask(0, "edge<2"), ask(1, "core>=4")], wishes=Wishes(prereleases=True))
    assert [("a", "edge<2", "edge<3")] in changes(wanted)


OWN = {
    "allowed": ("3.1.0", "core>=3", "compatible", 0),
    "not allowed": ("3.1.0", "core>=4", "incompatible", 0),
    "under development": ("4.0.dev1", "core>=4", "compatible", 0),
    "not static": ("", "core>=4", "compatible", 1),
}


@pytest.mark.parametrize("name", OWN)
async def test_what_one_repository_is_is_compared_with_what_the_other_asks(name: str) -> None:
    version, asked, verdict, notes = OWN[name]
    engine = InventedEngine({"num": INDEX["num"]})  # nobody asks an index for what is in the question
    found = await checked([ask(0, "num"), ask(1, asked, 4)], engine, published=[(0, "core", version)])
    assert found.verdict == verdict
    assert len(found.notes) == notes
    if verdict == "incompatible":
        told = f"b needs {asked} (pyproject.toml:4), and a is core 3.1.0 (setup.cfg:3)."
        assert [one.sentence for one in found.conflicts] == [told]
        assert changes(found) == [[("b", "core>=4", "core>=3.1.0")]]
        assert [(one.package, one.version) for one in found.fixes[0].resulting] == [("core", "3.1.0")]


async def test_what_a_repository_is_also_holds_for_packages_between() -> None:
    asks = [ask(0, "num"), ask(1, "web==4.0", 5)]
    found = await checked(asks, published=[(0, "core", "3.5")])
    assert [one.sentence for one in found.conflicts] == [
        "b needs web==4.0 (pyproject.toml:5), which needs core>=4,<5, and a is core 3.5 (setup.cfg:3)."
    ]
    assert changes(found) == [[("b", "web==4.0", "web==3.0")]]
    assert [one.verdict for one in found.alone] == ["compatible", "compatible"]
    agreeing = await checked(asks, published=[(0, "core", "4.1")])
    assert agreeing.verdict == "compatible"
    itself = await checked(asks, published=[(0, "core", "3.5"), (1, "core", "4.1")])
    assert itself.verdict == "compatible"  # two states of one project: which of them is there is not for us to say
    unknown = await checked(asks, published=[(0, "core", "3.6.dev1")])
    assert (unknown.verdict, len(unknown.notes)) == ("compatible", 1)


async def test_by_itself_a_repository_has_the_index_where_another_is_what_it_asks_for() -> None:
    asks = [ask(0, "num"), ask(1, "core>=4", 4), ask(1, "web==4.0", 5)]
    found = await checked(asks, published=[(0, "core", "3.1.0")])
    assert [one.verdict for one in found.alone] == ["compatible", "compatible"]
    broken = await checked([ask(0, "num"), ask(1, "core>=9", 4)], published=[(0, "core", "3.1.0")])
    assert [one.verdict for one in broken.alone] == ["compatible", "incompatible"]


@pytest.mark.parametrize("reason", ["unreachable", "engine_missing"])
async def test_without_an_engine_what_algebra_proves_is_told_and_the_rest_is_unknown(reason: str) -> None:  # S-55
    down = InventedEngine(INDEX, down=reason)  # type: ignore[arg-type] # a word of the set
    known = await checked([ask(0, "num<2"), ask(1, "num>=2")], down)
    assert (known.verdict, known.basis, len(known.conflicts), known.fixes) == ("incompatible", "declared", 1, ())
    assert known.conflicts[0].verified
    unknown = await checked([ask(0, "num<2"), ask(1, "plot>=1.3")], down)
    assert (unknown.verdict, unknown.reason) == ("unknown", reason)


async def test_packages_that_nobody_can_judge_make_it_unknown_unless_the_others_clash_without_them() -> None:
    engine = InventedEngine({**INDEX, "built": {"1": []}}, unjudged=frozenset({"built"}))
    unknown = await checked([ask(0, "built"), ask(1, "num")], engine)
    assert (unknown.verdict, unknown.reason, unknown.blockers) == ("unknown", "needs_build", ("built",))
    assert [one.verdict for one in unknown.alone] == ["unknown", "compatible"]
    clash = await checked([ask(0, "built"), ask(0, "num<2"), ask(1, "plot>=1.3")], engine)
    assert clash.verdict == "incompatible"
    assert [one.verdict for one in clash.alone] == ["unknown", "compatible"]
    assert [one.repository for one in clash.conflicts[0].members] == ["a", "b"]
    assert not clash.conflicts[0].verified
    assert any("built" in note for note in clash.notes)


async def test_a_change_that_nobody_can_judge_is_said_to_be_one() -> None:
    index = {**INDEX, "web": {"4.0": ["core>=4"], "3.0": ["built"]}, "built": {"1": []}}
    found = await checked([ask(0, "core<4"), ask(1, "web>=4")], InventedEngine(index, unjudged=frozenset({"built"})))
    assert changes(found) == [[("a", "core<4", "core<5")]]
    assert found.notes == ("Whether another bound of web>=4 would help could not be told.",)


async def test_what_only_constrains_clashes_when_somebody_asks_for_the_package() -> None:
    locks = [ask(0, "num==1.26.4", 3, "lock", "uv.lock"), ask(1, "num==2.0.0", 4, "lock", "uv.lock")]
    assert (await checked([*locks, ask(0, "core"), ask(1, "core")])).verdict == "compatible"
    found = await checked([*locks, ask(0, "core"), ask(1, "plot", 9)])
    assert [one.sentence for one in found.conflicts] == [
        (
            "the lock of a holds num==1.26.4 (uv.lock:3); the lock of b holds num==2.0.0 (uv.lock:4); "
            "and b needs plot (pyproject.toml:9), which needs num."
        )
    ]
    assert sorted(changes(found)) == [[("a", "num==1.26.4", "num==2.0.0")], [("b", "num==2.0.0", "num==1.26.4")]]
    single = await checked([locks[0], ask(0, "num"), ask(1, "num>=2", 9)])
    assert [one.sentence for one in single.conflicts] == [
        "the lock of a holds num==1.26.4 (uv.lock:3), and b needs num>=2 (pyproject.toml:9)."
    ]
    assert changes(single) == [[("a", "num==1.26.4", "num==2.0.0")]]  # a lock is made anew more easily than a line


async def test_two_repositories_that_do_not_meet_on_a_python_are_one_conflict_even_where_markers_differ() -> None:
    asks = [ask(0, "num<2 ; sys_platform == 'win32'"), ask(1, "num>=2")]
    assert (await checked(asks)).verdict == "compatible"


async def test_a_fix_that_clears_known_vulnerabilities_comes_first_when_wished() -> None:
    async def known(pins: Sequence[Pin]) -> list[Affected]:
        return [Affected(one.name, one.version, "V-1") for one in pins if (one.name, one.version) == ("num", "2.2.0")]

    asks = [ask(0, "num<2"), ask(1, "num>=2")]
    subjects = [Subject(label, join({})) for label in "ab"]
    case = PythonCase(InventedEngine(INDEX), subjects, asks, Target(python="3.11"), Wishes(secure=True), known)
    found = await case.checked()
    assert [(one.direction, one.clears) for one in found.fixes] == [("downgrade", ("V-1",)), ("upgrade", ())]


async def test_another_engine_that_disagrees_is_told() -> None:
    class Agreeable(InventedEngine):
        async def solve(self, question: Question):  # type: ignore[no-untyped-def] # as its base
            return Solved(())

    subjects = [Subject(label, join({})) for label in "ab"]
    asks = [ask(0, "num<2"), ask(1, "num>=2")]
    case = PythonCase(InventedEngine(INDEX), subjects, asks, Target(python="3.11"), Wishes())
    found = await case.checked(Agreeable(INDEX, name="other"))
    assert [one.name for one in found.engines] == ["invented", "other"]
    assert any("other disagrees" in note for note in found.notes)


async def test_thousands_of_statements_are_compared_and_searched_in_bounded_work() -> None:
    same = [ask(0, f"num>=2,!=0.{line}", line) for line in range(1, 2_000)]
    others = [ask(1, f"p{line}", line) for line in range(1, 2_000)]
    index = {**INDEX, **{f"p{line}": {"1": []} for line in range(1, 2_000)}}
    found = await checked([*same, *others, ask(2, "num<2", 7)], InventedEngine(index, down="unreachable"))
    assert found.verdict == "incompatible"
    assert 0 < len(found.conflicts) <= 25
    assert all([one.repository for one in each.members] == ["a", "c"] for each in found.conflicts)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Index, list[Ask]]:
    """A few packages that need each other, and what three repositories ask of them."""
    names = ["p", "q", "r"]
    bound = st.sampled_from(["", ">=2", "<2", "==1", "==2", "!=2", "~=1.0", ">=2,<3"])
    index = {
        name: {
            f"{number}.0": draw(
                st.lists(st.builds("{}{}".format, st.sampled_from(names[at + 1 :]), bound), max_size=2)
                if names[at + 1 :]
                else st.just([])
            )
            for number in range(1, draw(st.integers(2, 4)))
        }
        for at, name in enumerate(names)
    }
    asks = draw(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(names), bound), min_size=1, max_size=5))
    return index, [ask(subject, name + text, line) for line, (subject, name, text) in enumerate(asks, 1)]


@given(questions(), st.booleans())
async def test_every_reason_is_minimal_and_every_fix_heals_when_its_edits_are_made(
    question: tuple[Index, list[Ask]], proofs: bool
) -> None:
    index, asks = question
    found = await checked(asks, InventedEngine(index, proofs=proofs))

    async def holds(some: Sequence[Ask]) -> bool:
        return not some or (await checked(some, InventedEngine(index))).verdict == "compatible"

    assert (found.verdict == "compatible") == await holds(asks)
    for conflict in found.conflicts:
        lines = {int(one.evidence.at.rpartition(":")[2]) for one in conflict.members if one.evidence}
        members = [one for one in asks if one.line in lines]
        assert not await holds(members)
        for left_out in members:
            assert await holds([one for one in members if one is not left_out])
    assert found.verdict == "compatible" or found.fixes
    for fix in found.fixes:
        to = {int(one.evidence.at.rpartition(":")[2]): one.to for one in fix.changes if one.evidence}
        edited = [ask(one.subject, to.get(one.line, one.written), one.line) for one in asks if to.get(one.line, "x")]
        assert await holds(edited), (index, [one.written for one in asks], to)
    assert len({len(fix.changes) for fix in found.fixes if fix.direction != "drop"}) <= 1
