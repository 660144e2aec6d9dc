"""The check of npm over small repositories, against real npm and a registry on loopback."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from npm_registry import LoopbackRegistry, npm_registry

from plumbrule.core.clock import ManualClock
from plumbrule.core.errors import InvalidArgument
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.dependencies.engines.build import build_npm_engine
from plumbrule.mcp_server.dependencies.engines.npm import NpmEngine
from plumbrule.mcp_server.dependencies.joining.join import Joined
from plumbrule.mcp_server.dependencies.joint.asks import Published, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Checked, Conflict, Fix
from plumbrule.mcp_server.dependencies.joint.npm import NpmCheck
from plumbrule.mcp_server.dependencies.joint.npm_relaxing import moved
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings

Tree = Mapping[str, str | bytes]
Join = Callable[[Tree], Joined]


@pytest.fixture
def registry() -> Iterator[LoopbackRegistry]:
    with npm_registry() as serving:
        for version in ("16.14.0", "17.0.2", "18.2.0", "18.3.1", "19.0.0"):
            serving.package("react", version)
            serving.package("react-dom", version, peerDependencies={"react": f"^{version}"})
        for version in ("1.0.0", "1.4.0", "2.0.0", "3.1.0"):
            serving.package("lib", version)
        serving.package("tool", "1.0.0", dependencies={"lib": "^1.0.0"}, engines={"node": ">=14"})
        serving.package("tool", "2.0.0", dependencies={"lib": "^2.0.0"}, engines={"node": ">=18"})
        serving.package("table", "1.0.0", peerDependencies={"react": "^16.0.0 || ^17.0.0"})
        serving.package("table", "2.0.0", peerDependencies={"react": "^18.0.0"})
        yield serving


class World:
    """Checks over the registry."""

    def __init__(self, engine: NpmEngine, join: Join) -> None:
        self.engine = engine
        self._join = join

    async def check(self, *trees: Tree | dict[str, Any], node: str = "20.11.0", **wishes: Any) -> Checked:
        subjects = [self.subject(f"repo-{number}", tree) for number, tree in enumerate(trees)]
        return await NpmCheck(self.engine).check(subjects, Target(node=node), Wishes(**wishes))

    def subject(self, label: str, tree: Tree | dict[str, Any]) -> Subject:
        """`tree` is files, or one package.json."""
        files = tree if any("." in path for path in tree) else {"package.json": json.dumps(tree, indent=2)}
        joined = self._join(files)
        published = tuple(
            Published("javascript", fact.name, fact.value, path, fact.line)
            for path, reading in joined.readings.items()
            for fact in reading.of("name")
            if fact.name
        )
        return Subject(label, joined, (), published)


@pytest.fixture
async def world(tmp_path: Path, registry: LoopbackRegistry, joined: Join) -> AsyncIterator[World]:
    cache = MemoryCache(1000, 10_000_000, 1e6)
    engine = build_npm_engine(ResolutionSettings(), NetworkSettings(), registry.url, tmp_path, cache, ManualClock())
    yield World(engine, joined)
    await engine.aclose()


def asks(**dependencies: str) -> dict[str, Any]:
    return {"name": "x", "dependencies": {name.replace("_", "-"): text for name, text in dependencies.items()}}


def sides(conflict: Conflict) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(one.repository, one.requirement, one.via) for one in conflict.members}


def edits(fixes: tuple[Fix, ...]) -> list[list[tuple[str, str, str]]]:
    return [[(one.repository, one.requirement, one.to) for one in fix.changes] for fix in fixes]


def meanings(checked: Checked) -> dict[str, str]:
    return dict(checked.combinations)


async def test_a_clash_of_peers_names_both_sides_and_every_nearest_change(world: World) -> None:  # S-45 S-46
    checked = await world.check(asks(react="^17.0.2", lib="^1.0.0"), asks(react_dom="^18.2.0"))
    assert checked.verdict == "incompatible"
    assert meanings(checked) == {"merged": "incompatible", "workspace": "compatible", "runtime": "unknown"}
    [conflict] = checked.conflicts
    assert sides(conflict) == {("repo-0", "react@^17.0.2", ()), ("repo-1", "react-dom@^18.2.0", ("react",))}
    assert conflict.verified
    assert conflict.kind == "peer"
    assert [one.evidence.at for one in conflict.members if one.evidence] == ["package.json:4", "package.json:4"]
    assert "which needs react@^18.3.1" in conflict.sentence
    assert edits(checked.fixes) == [
        [("repo-0", "react@^17.0.2", "react@^18.3.1")],
        [("repo-1", "react-dom@^18.2.0", "react-dom@^17.0.2")],
    ]
    assert [fix.direction for fix in checked.fixes] == ["upgrade", "downgrade"]
    assert {(one.package, one.version) for one in checked.fixes[1].resulting} == {
        ("react", "17.0.2"),
        ("react-dom", "17.0.2"),
    }
    assert [one.verdict for one in checked.alone] == ["compatible", "compatible"]


async def test_where_npm_takes_a_version_that_clashes_an_older_one_in_the_range_is_proposed(world: World) -> None:
    checked = await world.check(asks(table=">=1"), asks(react="^17.0.2"))
    assert checked.verdict == "incompatible"  # npm itself refuses
    assert [("repo-0", "table@>=1", "table@^1.0.0")] in edits(checked.fixes)
    plugin = await world.check(asks(table="^2.0.0", lib="^1.0.0"), asks(react="^17.0.2"))
    assert [("repo-0", "table@^2.0.0", "table@^1.0.0")] in edits(plugin.fixes)


async def test_every_independent_conflict_is_told(world: World) -> None:
    checked = await world.check(asks(react="^17.0.2", lib="^1.0.0"), asks(react="^18.2.0", lib="^2.0.0"))
    assert [conflict.packages for conflict in checked.conflicts] == [("lib",), ("react",)]
    assert len(checked.fixes) == 4
    assert all(len(fix.changes) == 2 for fix in checked.fixes)
    assert edits(checked.fixes)[0] == [
        ("repo-0", "react@^17.0.2", "react@^18.2.0"),
        ("repo-0", "lib@^1.0.0", "lib@^2.0.0"),
    ]


async def test_what_fits_is_compatible_with_the_joint_set_and_who_asked(world: World) -> None:
    checked = await world.check(asks(tool="^1.0.0"), asks(lib="1.x", react="*"))
    assert checked.verdict == "compatible"
    assert meanings(checked) == {"merged": "compatible", "workspace": "compatible", "runtime": "compatible"}
    assert [(one.name, one.version, one.asked_by) for one in checked.packages] == [
        ("lib", "1.4.0", ("repo-0", "repo-1")),
        ("react", "19.0.0", ("repo-1",)),
        ("tool", "1.0.0", ("repo-0",)),
    ]


async def test_side_by_side_on_request_only_peers_inside_one_repository_clash(world: World) -> None:
    inside = asks(react="^18.2.0", table="^1.0.0")
    checked = await world.check(inside, asks(react="^17.0.2"), combination="workspace")
    assert checked.verdict == "incompatible"
    [conflict] = checked.conflicts
    assert conflict.kind == "alone"
    assert sides(conflict) == {("repo-0", "react@^18.2.0", ()), ("repo-0", "table@^1.0.0", ("react",))}
    assert [one.verdict for one in checked.alone] == ["incompatible", "compatible"]
    fine = await world.check(asks(react="^18.2.0"), asks(react="^17.0.2"), combination="workspace")
    assert fine.verdict == "compatible"
    assert {(one.name, one.version, one.asked_by) for one in fine.packages} >= {
        ("react", "18.3.1", ("repo-0", "repo-1")),
        ("react", "17.0.2", ("repo-0", "repo-1")),
    }


async def test_engines_of_what_is_chosen_count_against_the_node_that_was_named(world: World) -> None:  # S-47
    named = await world.check(asks(tool="^2.0.0"), asks(lib="*"), node="16")
    assert named.verdict == "incompatible"
    assert meanings(named) == {"merged": "compatible", "workspace": "compatible", "runtime": "incompatible"}
    [conflict] = named.conflicts
    assert conflict.kind == "runtime"
    assert conflict.sentence == (
        "repo-0 needs tool@^2.0.0 (package.json:4), which needs Node.js@>=18, and the target is Node 16 on linux."
    )
    assert edits(named.fixes) == [[("repo-0", "tool@^2.0.0", "tool@^1.0.0")]]
    subjects = [world.subject("a", asks(tool="^2.0.0"))]
    derived = Target(node="16.20.2", derived=("node 16.20.2: not given, the newest Node.",))
    told = await NpmCheck(world.engine).check(subjects, derived, Wishes())
    assert told.verdict == "compatible"
    assert any("Every chosen package allows Node >=18.0.0" in note for note in told.notes)
    loose = await world.check(asks(tool="*"), node="16")
    assert [(one.name, one.version) for one in loose.packages] == [("lib", "1.4.0"), ("tool", "1.0.0")]


async def test_a_workspace_that_keeps_two_versions_is_compared_by_the_one_that_suits(
    world: World, registry: LoopbackRegistry
) -> None:
    tree = {
        "package.json": json.dumps({"name": "root", "private": True, "workspaces": ["packages/*"]}),
        "packages/a/package.json": json.dumps({"name": "@own/a", "dependencies": {"react": "^17.0.0"}}),
        "packages/b/package.json": json.dumps(
            {"name": "@own/b", "dependencies": {"react": "^18.0.0", "@own/a": "workspace:*"}}
        ),
        "website/package.json": json.dumps({"name": "site", "dependencies": {"react": "^16.0.0"}}),
    }
    checked = await world.check(tree, asks(react="^18.2.0"))
    assert checked.verdict == "compatible"
    assert any("left nested: react@^17.0.0 (packages/a/package.json:1)" in note for note in checked.notes)
    assert set(registry.requests) == {"/react"}
    clash = await world.check(tree, asks(react="^19.0.0"))
    assert len(clash.conflicts) == 1
    refused = NpmCheck(world.engine).not_checked([world.subject("r", tree)], Wishes())
    assert [(one.reason, one.path) for one in refused] == [("requirement.outside-workspace", "website/package.json")]


async def test_members_that_do_not_merge_with_their_own_workspace_stay_nested(world: World) -> None:
    tree = {
        "package.json": json.dumps({"name": "root", "private": True, "workspaces": ["packages/*"]}),
        "packages/new/package.json": json.dumps(asks(react="^18.0.0", react_dom="^18.0.0")),
        "packages/old/package.json": json.dumps(asks(react="^17.0.0", table="^1.0.0")),
    }
    checked = await world.check(tree, asks(react="^18.2.0"))
    assert checked.verdict == "compatible"
    assert any("left nested: table@^1.0.0 (packages/old/package.json:1)" in note for note in checked.notes)
    clash = await world.check(tree, asks(react="^19.0.0", lib="*"))
    assert clash.verdict == "incompatible"
    assert all(conflict.kind != "alone" for conflict in clash.conflicts)


async def test_a_repository_that_is_what_another_asks_for_is_compared_with_it(
    world: World, registry: LoopbackRegistry
) -> None:
    library = {"name": "our-lib", "version": "2.1.0", "dependencies": {"lib": "^1.0.0"}}
    fits = await world.check(library, asks(our_lib="^2.0.0"))
    assert fits.verdict == "compatible"
    assert not any("our-lib" in path for path in registry.requests)
    clash = await world.check(library, asks(our_lib="^1.0.0"))
    assert clash.verdict == "incompatible"
    [conflict] = clash.conflicts
    assert "repo-0 is our-lib@2.1.0" in conflict.sentence
    assert edits(clash.fixes) == [[("repo-1", "our-lib@^1.0.0", "our-lib@^2.1.0")]]
    assert [one.verdict for one in clash.alone] == ["compatible", "compatible"]
    apart = await world.check(library, asks(our_lib="^1.0.0"), combination="workspace")
    assert apart.verdict == "unknown"  # then the registry's is meant, which this one does not have
    assert apart.blockers == ("our-lib",)


async def test_overrides_count_for_their_own_repository_and_at_the_joint_root(world: World) -> None:
    forcing = {**asks(tool="^1.0.0"), "overrides": {"lib": "3.1.0"}}
    alone = await world.check(forcing)
    assert [(one.name, one.version) for one in alone.packages] == [("lib", "3.1.0"), ("tool", "1.0.0")]
    assert any("Overrides applied" in note and "lib 3.1.0 (package.json:7)" in note for note in alone.notes)
    against = await world.check(forcing, asks(lib="^2.0.0"))
    assert against.verdict == "compatible"
    assert any("speaks against, not applied" in note for note in against.notes)
    patched = {**asks(react="^18.2.0", table="^1.0.0"), "overrides": {"table": {"react": "$react"}}}
    assert (await world.check(patched, asks(lib="*"))).verdict == "compatible"
    yarn = {**asks(tool="^1.0.0"), "resolutions": {"**/lib": "2.0.0"}}
    assert [(one.name, one.version) for one in (await world.check(yarn)).packages] == [
        ("lib", "2.0.0"),
        ("tool", "1.0.0"),
    ]


async def test_peers_and_optional_dependencies_count_as_npm_means_them(world: World) -> None:
    plugin = {"name": "p", "peerDependencies": {"react": "^17.0.0"}, "devDependencies": {"react": "^18.0.0"}}
    assert (await world.check(plugin, asks(react="^18.0.0"))).verdict == "incompatible"
    meta = {**plugin, "peerDependenciesMeta": {"react": {"optional": True}}}
    assert (await world.check(meta, asks(lib="*"))).verdict == "compatible"
    assert (await world.check(meta, asks(react="^18.0.0"))).verdict == "incompatible"
    optional = {"name": "o", "optionalDependencies": {"lib": "^2.0.0"}}
    assert (await world.check(optional, asks(lib="^1.0.0"))).verdict == "compatible"
    assert (await world.check(plugin, scopes=("runtime", "dev"))).verdict == "incompatible"


async def test_added_and_constrained_by_the_caller(world: World) -> None:
    added = await world.check(asks(react="^17.0.2"), added=("npm:react-dom@^18.2.0", "numpy<2"))
    [conflict] = added.conflicts
    assert ("your request", "react-dom@^18.2.0", ("react",)) in sides(conflict)
    held = await world.check(asks(react=">=16"), constraints=("npm:react@<18",))
    assert [(one.name, one.version) for one in held.packages] == [("react", "17.0.2")]
    for text in ("npm:react@git+https://example.com/x", "npm:../x@1", "npm:"):
        with pytest.raises(InvalidArgument):
            await world.check(asks(lib="*"), added=(text,))


async def test_places_are_told_with_their_line_and_never_followed(world: World, registry: LoopbackRegistry) -> None:
    manifest = {
        "name": "x",
        "dependencies": {
            "a": "git+ssh://git@example.com/a.git", "b": "https://example.com/b.tgz", "c": "file:../../etc",
            "d": "link:../d", "e": "owner/repo#v1", "f": "workspace:*", "g": "jsr:@std/path@1", "h": "catalog:",
            "i": "http://127.0.0.1:1/i.tgz", "../../evil": "1.0.0", "__proto__": "1.0.0", "j": "npm:../k@1",
            "lib": "npm:react@^18.2.0", "k": "1.2.3.4.5",
        },
    }  # fmt: skip
    subject = world.subject("r", manifest)
    refused = NpmCheck(world.engine).not_checked([subject], Wishes())
    assert {(one.reason, one.line) for one in refused} == {
        ("requirement.vcs", 4), ("requirement.url", 5), ("requirement.path", 6), ("requirement.path", 7),
        ("requirement.vcs", 8), ("requirement.other-registry", 10), ("requirement.managed", 11),
        ("requirement.url", 12), ("requirement.unreadable", 13), ("requirement.unreadable", 14),
        ("requirement.unreadable", 15), ("requirement.unreadable", 17),
    }  # fmt: skip
    checked = await world.check(manifest)
    assert checked.verdict == "compatible"
    assert set(registry.requests) == {"/react"}
    assert [(one.name, one.version) for one in checked.packages] == [("react", "18.3.1")]


async def test_a_catalog_fills_in_and_pnpms_members_count(world: World) -> None:
    tree = {
        "package.json": json.dumps({"name": "root", "private": True}),
        "pnpm-workspace.yaml": "packages:\n  - 'apps/**'\n  - '!apps/skip'\ncatalog:\n  react: ^17.0.2\n",
        "apps/web/package.json": json.dumps({"name": "web", "dependencies": {"react": "catalog:"}}),
        "apps/skip/package.json": json.dumps({"name": "skip", "dependencies": {"lib": "^1.0.0"}}),
    }
    checked = await world.check(tree, asks(react="^18.2.0", lib="^2.0.0"))
    [conflict] = checked.conflicts
    assert sides(conflict) == {("repo-0", "react@^17.0.2", ()), ("repo-1", "react@^18.2.0", ())}


async def test_locks_hold_their_repository_to_their_versions_on_request(world: World) -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {"name": "x", "dependencies": {"react": ">=17"}},
            "node_modules/react": {"version": "17.0.2", "resolved": "https://evil.example/react.tgz"},
        },
    }
    tree = {"package.json": json.dumps(asks(react=">=17")), "package-lock.json": json.dumps(lock)}
    assert (await world.check(tree, asks(react="^18.2.0"))).verdict == "compatible"
    locked = await world.check(tree, asks(react="^18.2.0"), locked=True)
    [conflict] = locked.conflicts
    assert ("repo-0", "react@17.0.2", ()) in sides(conflict)
    assert edits(locked.fixes)[0] == [("repo-0", "react@17.0.2", "react@18.2.0")]


async def test_what_nobody_can_judge_is_left_out_of_the_reasons_and_named(world: World) -> None:
    unknown = await world.check(asks(react="^18.2.0", ghost="^1.0.0"), asks(react="^18.0.0"))
    assert (unknown.verdict, unknown.reason, unknown.blockers) == ("unknown", "missing_package", ("ghost",))
    clash = await world.check(asks(react="^17.0.2", ghost="^1.0.0"), asks(react="^18.0.0"))
    assert clash.verdict == "incompatible"
    assert not clash.conflicts[0].verified
    assert any("could not be judged: ghost" in note for note in clash.notes)


async def test_without_the_registry_direct_clashes_are_still_certain(
    tmp_path: Path, joined: Join, registry: LoopbackRegistry
) -> None:
    cache = MemoryCache(1000, 10_000_000, 1e6)
    engine = build_npm_engine(
        ResolutionSettings(), NetworkSettings(offline=True), registry.url, tmp_path, cache, ManualClock()
    )
    world = World(engine, joined)
    try:
        clash = await world.check(asks(react="^17.0.2"), asks(react="^18.2.0"))
        assert clash.verdict == "incompatible"
        assert clash.basis == "declared"
        assert clash.conflicts[0].verified
        assert clash.fixes == ()
        unknown = await world.check(asks(react="^18.0.0"), asks(lib="*"))
        assert (unknown.verdict, unknown.reason) == ("unknown", "unreachable")
    finally:
        await engine.aclose()
    assert registry.requests == []


async def test_hostile_manifests_are_bounded(world: World, registry: LoopbackRegistry, tmp_path: Path) -> None:
    many = asks(**{f"p{number}": "^1.0.0" for number in range(10_000)})
    wide = " || ".join(f"^{number}" for number in range(1, 5_001))
    subject = world.subject("r", many)
    refused = NpmCheck(world.engine).not_checked([subject], Wishes())
    assert [one.reason for one in refused] == ["dependencies.cut"]
    checked = await world.check(asks(react=wide), asks(react="^18.2.0 || ^17"))
    assert checked.verdict == "compatible"
    tree = {
        "package.json": json.dumps(asks(lib="^1.0.0")),
        ".npmrc": f"registry=http://127.0.0.1:1/\n//127.0.0.1:{registry.port}/:_authToken=${{HOME}}\n",
        ".pnpmfile.cjs": f"require('child_process').execSync('touch {tmp_path}/executed')",
        "package-lock.json": json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/lib": {
            "version": "1.0.0", "resolved": "http://127.0.0.1:1/lib.tgz"}}}),
    }  # fmt: skip
    assert (await world.check(tree)).verdict == "compatible"
    assert not (tmp_path / "executed").exists()
    assert set(registry.authorizations) == {""}


async def test_nothing_to_ask_is_compatible_without_an_engine(world: World, registry: LoopbackRegistry) -> None:
    checked = await world.check({"name": "a"}, {"name": "b", "devDependencies": {"react": "^1.0.0"}})
    assert (checked.verdict, checked.basis) == ("compatible", "nothing")
    assert registry.requests == []


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("^17.0.2", "18.2.0", "^18.2.0"),
        ("^17", "18.2.0", "^18"),
        ("~1.2.3", "1.4.0", "~1.4.0"),
        ("1.2.3", "2.0.0", "2.0.0"),
        ("1.x", "2.3.4", "2.x"),
        ("^16 || ^17", "18.2.0", "^16 || ^17 || ^18"),
        ("^16.0.0||^17.0.0", "18.2.0", "^16.0.0||^17.0.0||^18.2.0"),
        (">=1.0.0 <2.0.0", "2.3.4", ">=1.0.0 <3.0.0"),
        ("<1.20.0", "1.24.1", "<1.25.0"),
        ("<=1.2.3", "1.4.0", "<=1.4.0"),
        (">=5", "4.9.5", ">=4"),
        ("1.0.0 - 2.0.0", "2.4.0", "1.0.0 - 2.4.0"),
        ("v1.2.3", "1.3.0", "v1.3.0"),
        ("next", "2.0.0", "^2.0.0"),
        ("^0.5.0", "0.6.1", "^0.6.1"),
        ("^18.2.0", "18.3.1", None),
    ],
)
def test_a_range_moves_in_its_authors_style(text: str, version: str, expected: str | None) -> None:
    found = moved(text, version)
    assert (found.range if found else None) == expected
