"""The oracle for npm against real npm and a registry on loopback: its answers, its unknowns, what it never does."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread
from npm_registry import LoopbackRegistry, npm_registry

from plumbrule.core.clock import ManualClock
from plumbrule.core.errors import ConfigurationError, MissingDependency
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.dependencies.engines.build import build_npm_engine
from plumbrule.mcp_server.dependencies.engines.npm import NpmEngine
from plumbrule.mcp_server.dependencies.engines.npm_node import NodeProgram, confinement, find_node
from plumbrule.mcp_server.dependencies.engines.npm_program import NpmProgram
from plumbrule.mcp_server.dependencies.joint.npm_requirement import agreed, parse_requirement
from plumbrule.mcp_server.dependencies.joint.question import Edge, Party, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings


@pytest.fixture
def registry() -> Iterator[LoopbackRegistry]:
    with npm_registry() as serving:
        yield serving


class World:
    """An engine over the registry; every program is closed at the end."""

    def __init__(self, folder: Path, registry: LoopbackRegistry) -> None:
        self.folder = folder
        self.registry = registry
        self.cache = MemoryCache(1000, 10_000_000, 1e6)
        self.engines: list[NpmEngine] = []

    def engine(self, settings: ResolutionSettings | None = None, *, offline: bool = False) -> NpmEngine:
        network, clock = NetworkSettings(offline=offline), ManualClock()
        made = build_npm_engine(
            settings or ResolutionSettings(), network, self.registry.url, self.folder, self.cache, clock
        )
        self.engines.append(made)
        return made


@pytest.fixture
async def world(tmp_path: Path, registry: LoopbackRegistry) -> AsyncIterator[World]:
    made = World(tmp_path, registry)
    yield made
    for engine in made.engines:
        await engine.aclose()


def question(*parties: list[str], node: str = "20.11.0", **more: Any) -> Question:
    made = [Party(f"repo-{number}", tuple(one)) for number, one in enumerate(parties)]
    return Question(tuple(made), Target(node=node), **more)


def versions(answer: Any) -> dict[str, str]:
    assert isinstance(answer, Solved), answer
    return {pin.name: pin.version for pin in answer.pins}


def react(registry: LoopbackRegistry) -> None:
    for version in ("17.0.2", "18.2.0", "18.3.1", "19.0.0-rc.1", "19.0.0"):
        registry.package("react", version)
        registry.package("react-dom", version, peerDependencies={"react": f"^{version}"})
    registry.package("table", "1.0.0", peerDependencies={"react": "^17.0.0"}, dependencies={"lib": "^1.0.0"})
    for version in ("1.0.0", "1.4.0", "2.0.0"):
        registry.package("lib", version)


async def test_versions_are_chosen_with_everybody_who_asks_for_them(world: World) -> None:
    react(world.registry)
    answer = await world.engine().solve(question(["react@^18.0.0", "lib@>=1"], ["react-dom@^18.2.0"], ["lib@^1.0.0"]))
    assert isinstance(answer, Solved)
    assert [(pin.name, pin.version, pin.via) for pin in answer.pins] == [
        ("lib", "1.4.0", ("repo-0", "repo-2")),
        ("react", "18.3.1", ("react-dom", "repo-0")),
        ("react-dom", "18.3.1", ("repo-1",)),
    ]
    assert not any("plumbrule" in path for path in world.registry.requests)


async def test_a_peer_that_nobody_can_suit_is_no_with_the_edges_that_took_part(world: World) -> None:
    react(world.registry)
    answer = await world.engine().solve(question(["react@^17.0.2"], ["react-dom@^18.2.0"], ["lib@^1"]))
    assert isinstance(answer, Unsolved)
    assert {(edge.asker, edge.name, edge.constraint) for edge in answer.edges} == {
        ("repo-0", "react", "@^17.0.2"),
        ("repo-1", "react-dom", "@^18.2.0"),
        ("react-dom", "react", "@^18.3.1"),
    }


async def test_side_by_side_each_party_has_its_own_copies(world: World) -> None:
    react(world.registry)
    engine = world.engine()
    both = (["react@^17.0.2", "react-dom@^17.0.2"], ["react@^18.2.0", "react-dom@^18.2.0"])
    assert isinstance(await engine.solve(question(*both)), Unsolved)
    answer = await engine.solve(question(*both, workspace=True))
    assert isinstance(answer, Solved)
    assert [(pin.name, pin.version) for pin in answer.pins if pin.name == "react"] == [
        ("react", "17.0.2"),
        ("react", "18.3.1"),
    ]
    inside_one = question(["react@^18.2.0", "table@^1.0.0"], ["lib@^1"], workspace=True)
    assert isinstance(await engine.solve(inside_one), Unsolved)


async def test_direct_ranges_that_share_nothing_need_no_registry(world: World) -> None:
    answer = await world.engine().solve(question(["react@^17.0.2"], ["react@^18.2.0"], ["react@*"]))
    assert isinstance(answer, Unsolved)
    assert Edge("repo-0", "", "react", "@^17.0.2") in answer.edges
    assert world.registry.requests == []


async def test_every_part_of_the_question_matters(world: World) -> None:
    react(world.registry)
    world.registry.package("old", "1.0.0", published="2019-01-01T00:00:00.000Z")
    world.registry.package("old", "2.0.0", published="2024-01-01T00:00:00.000Z")
    world.registry.package("modern", "1.0.0", engines={"node": ">=18"})
    world.registry.package("modern", "2.0.0", engines={"node": ">=22"})
    world.registry.package("only-mac", "1.0.0", os=["darwin"])
    world.registry.package("top", "1.0.0", dependencies={"lib": "^1.0.0"})
    engine = world.engine()

    async def chosen(*parties: list[str], **more: Any) -> dict[str, str]:
        return versions(await engine.solve(question(*parties, **more)))

    assert await chosen(["react@>=18"]) == {"react": "19.0.0"}
    assert await chosen(["old@*"]) == {"old": "2.0.0"}
    assert await chosen(["old@*"], exclude_newer="2020-06-01") == {"old": "1.0.0"}
    assert await chosen(["modern@*"]) == {"modern": "1.0.0"}
    assert await chosen(["modern@*"], node="22.4.0") == {"modern": "2.0.0"}
    assert await chosen(["modern@2.0.0"]) == {"modern": "2.0.0"}
    assert isinstance(await engine.solve(question(["modern@2.0.0"], constraints=("engines:node@20.11.0",))), Unsolved)
    assert await chosen(["optional:only-mac@1", "lib@1"]) == {"lib": "1.4.0"}
    assert await chosen(["lib@1"], ["optional:lib@2"]) == {"lib": "1.4.0"}
    assert await chosen(["peer-optional:lib@2"], ["react@17"]) == {"react": "17.0.2"}
    assert isinstance(await engine.solve(question(["peer-optional:lib@2"], ["lib@1"])), Unsolved)
    assert await chosen(["peer-optional:lib@2"], ["top@1"]) == {"lib": "1.4.0", "top": "1.0.0"}  # below `top`
    assert await chosen(["other@npm:lib@^1.0.0", "lib@2"]) == {"lib": "2.0.0"}
    assert await chosen(["top@1"], overrides=('["lib","1.0.0"]',)) == {"lib": "1.0.0", "top": "1.0.0"}
    assert await chosen(["top@1"], overrides=('["top","lib","2.0.0"]',)) == {"lib": "2.0.0", "top": "1.0.0"}
    assert await chosen(["lib@^1"], overrides=('["lib","1.0.0"]',)) == {"lib": "1.0.0"}
    assert isinstance(await engine.solve(question(["top@1"], constraints=("lib@2",))), Unsolved)
    assert await chosen(["lib@*"], constraints=("lib@1.0.0",)) == {"lib": "1.0.0"}
    bundling = {"dependencies": {"lib": "^9.0.0", "react": "17.0.2"}, "bundleDependencies": ["lib"]}
    world.registry.package("bundling", "1.0.0", **bundling)  # its lib is in its own archive
    assert await chosen(["bundling@1"], ["lib@1"]) == {"bundling": "1.0.0", "lib": "1.4.0", "react": "17.0.2"}
    assert await chosen([]) == {}


async def test_releases_are_final_fit_the_node_and_come_newest_first(world: World) -> None:
    react(world.registry)
    world.registry.package("react", "20.0.0", engines={"node": ">=22"})
    world.registry.package("react", "18.2.1", deprecated="broken")
    engine = world.engine()
    assert await engine.versions("react", Target(node="20")) == ["19.0.0", "18.3.1", "18.2.0", "17.0.2"]
    assert (await engine.versions("react", Target(node="22")))[0] == "20.0.0"
    assert await engine.versions("ghost", Target()) == []
    assert await engine.versions("../../etc/passwd", Target()) == []


async def test_each_failure_has_its_own_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    react(world.registry)
    world.registry.package("places", "1.0.0", dependencies={"x": "git+https://example.com/x.git"})
    world.registry.package("links", "1.0.0", dependencies={"x": "file:../../../etc"})
    world.registry.package("tars", "1.0.0", dependencies={"x": f"{world.registry.url}/react/-/react-18.2.0.tgz"})
    world.registry.package("patched", "1.0.0", dependencies={"x": "patch:got@npm%3A11.8.2#~/.yarn/patches/got.patch"})
    world.registry.package("nameless", "1.0.0", dependencies={"": "1.0.0", "../../x": "1.0.0"})
    world.registry.package("above", "1.0.0", dependencies=dict.fromkeys(("patched", "lib"), "1.0.0"))
    engine = world.engine()
    missing = await engine.solve(question(["ghost@1", "lib@1"]))
    assert isinstance(missing, Unknown)
    assert (missing.reason, missing.packages) == ("missing_package", ("ghost",))
    none = await engine.solve(question(["lib@^99"]))
    assert isinstance(none, Unsolved)
    assert none.edges == (Edge("repo-0", "", "lib", "@^99"),)
    for name in ("places", "links", "tars", "patched", "above", "nameless"):
        place = await engine.solve(question([f"{name}@1"]))
        assert isinstance(place, Unknown), name
        assert place.reason == ("engine_failed" if name == "nameless" else "not_static")
    assert not any(path.endswith(".tgz") for path in world.registry.requests)
    away = await world.engine(offline=True).solve(question(["lib@^2"]))
    assert isinstance(away, Solved)  # from what was fetched before
    never = await world.engine(offline=True).solve(question(["table@1"]))
    assert isinstance(never, Unknown)
    assert never.reason == "unreachable"
    with pytest.raises(ValueError, match="requirement"):
        await engine.solve(question(["../evil@1"]))


async def test_without_node_the_answer_names_the_extra(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> NodeProgram:
        raise MissingDependency("no", hint="pip install 'plumbrule[npm]'")

    # The machine is the world here: there is no other way to have none.
    monkeypatch.setattr("plumbrule.mcp_server.dependencies.engines.npm_program.find_node", nowhere)
    answer = await world.engine().solve(question(["lib@1"]))
    assert isinstance(answer, Unknown)
    assert answer.reason == "engine_missing"
    assert "plumbrule[npm]" in answer.said
    with pytest.raises(MissingDependency, match="npm"):
        find_node("/nonexistent")


async def test_the_same_question_is_asked_once(world: World) -> None:
    react(world.registry)
    engine, again = world.engine(), world.engine()
    answers: list[Any] = []

    async def ask() -> None:
        answers.append(await engine.solve(question(["react@^18"], ["lib@1"])))

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(ask)
    asked = len(world.registry.requests)
    assert len(set(map(str, answers))) == 1
    assert asked == len(set(world.registry.requests))
    assert await again.solve(question(["react@^18"], ["lib@1"])) == answers[0]
    assert len(world.registry.requests) == asked


async def test_a_token_goes_to_the_registry_and_nowhere_else(world: World, caplog: pytest.LogCaptureFixture) -> None:
    react(world.registry)
    world.registry.token = "npm_" + "s3cr3t" * 6
    refused = await world.engine().solve(question(["lib@1"]))
    assert isinstance(refused, Unknown)
    assert refused.reason == "unreachable"
    engine = world.engine(ResolutionSettings(npm_token=world.registry.token))
    assert versions(await engine.solve(question(["lib@1"]))) == {"lib": "1.4.0"}
    assert world.registry.authorizations[-1] == f"Bearer {world.registry.token}"
    argv = "".join(path.read_text(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path))
    assert "s3cr3t" not in argv + caplog.text
    assert not any(b"s3cr3ts3cr3t" in path.read_bytes() for path in world.folder.rglob("*") if path.is_file())


def _readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


async def test_a_cancelled_question_ends_the_program_and_the_next_one_is_answered(world: World) -> None:
    react(world.registry)
    engine = world.engine()
    assert versions(await engine.solve(question(["lib@1"]))) == {"lib": "1.4.0"}
    before = _nodes()
    world.registry.stall = threading.Event()
    world.registry.asked.clear()
    async with anyio.create_task_group() as group:
        group.start_soon(engine.solve, question(["react@17"]))
        await to_thread.run_sync(world.registry.asked.wait, 20)
        group.cancel_scope.cancel()
    world.registry.stall.set()
    world.registry.stall = None
    assert not before & _nodes()
    assert versions(await engine.solve(question(["react@17"]))) == {"react": "17.0.2"}


def _nodes() -> set[int]:
    """Our own children that are Node."""
    done = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return {int(line.split()[0]) for line in done.stdout.splitlines() if line.split()[1].startswith(("node", "MainTh"))}


async def test_time_and_memory_have_an_end(world: World) -> None:
    world.registry.stall = threading.Event()
    late = await world.engine(ResolutionSettings(wall_s=1.0)).solve(question(["lib@1"]))
    assert isinstance(late, Unknown)
    assert late.reason == "limit_hit"
    world.registry.stall.set()
    world.registry.stall = None
    for number in range(40):  # every layer twice as wide: 2^40 places
        below = {f"l{number + 1}-{side}": "*" for side in "ab"} if number < 39 else {}
        for side in "ab":
            world.registry.package(f"l{number}-{side}", "1.0.0", dependencies=below)
    for number in range(2000):
        world.registry.package("huge", f"1.0.{number}", dependencies={f"d{at}-{number}": "1" for at in range(600)})
    small = world.engine(ResolutionSettings(memory_mb=256))
    large = await small.solve(question(["huge@1"]))
    assert isinstance(large, Unknown)
    assert large.reason == "limit_hit"
    world.registry.package("lib", "1.0.0")
    assert versions(await small.solve(question(["lib@1"]))) == {"lib": "1.0.0"}
    deep = await world.engine().solve(question(["l0-a@*"], ["l0-b@1"]))
    assert len(versions(deep)) == 80


async def test_nothing_is_executed_read_or_written_beside_its_folders(world: World, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    scripts = dict.fromkeys(("preinstall", "install", "postinstall", "prepare"), f"touch {mark}")
    world.registry.package("evil", "1.0.0", scripts=scripts, dependencies={"lib": "1.0.0"}, hasInstallScript=True)
    world.registry.package("lib", "1.0.0", dependencies={"__proto__": "1.0.0"} | {"constructor": "1"})
    world.registry.package("constructor", "1.0.0")
    answer = await world.engine().solve(question(["evil@1"]))
    assert isinstance(answer, Unknown | Solved)
    assert not mark.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"npm"}
    node = find_node()
    probe = tmp_path / "probe.cjs"
    probe.write_text(
        "const fs = require('fs'), tried = {}\n"
        "const attempt = (name, work) => { try { work(); tried[name] = true } catch (e) { tried[name] = e.code } }\n"
        "attempt('read', () => fs.readFileSync('/etc/passwd'))\n"
        f"attempt('write', () => fs.writeFileSync('{tmp_path}/x', ''))\n"
        "attempt('run', () => require('child_process').execSync('true'))\n"
        "console.log(JSON.stringify(tried))\n"
    )
    flags = confinement(node, str(probe), (str(tmp_path / "npm"),), ())
    done = await to_thread.run_sync(
        lambda: subprocess.run([node.node, *flags, probe], capture_output=True, text=True, env={}, check=True)
    )
    assert node.major >= 20
    assert json.loads(done.stdout) == dict.fromkeys(("read", "write", "run"), "ERR_ACCESS_DENIED")


async def test_a_cut_off_over_undated_packages_is_told(world: World) -> None:
    react(world.registry)
    world.registry.times = False
    answer = await world.engine().solve(question(["lib@1"], exclude_newer="2019-01-01"))
    assert isinstance(answer, Solved)
    assert answer.assumed == {"lib": "the registry told no publish times"}


async def test_the_lock_is_one_that_npm_installs_from(world: World, tmp_path: Path) -> None:  # S-57
    react(world.registry)
    world.registry.package("@scope/tool", "1.0.0", dependencies={"lib": "^1.0.0"}, optionalDependencies={"mac": "1"})
    world.registry.package("mac", "1.0.0", os=["darwin"])
    engine = world.engine()
    asked = question(["react@^18.0.0", "@scope/tool@1"], ["lib@^2.0.0"])
    lock = await engine.lock(asked)
    assert not isinstance(lock, Unsolved | Unknown)
    assert await engine.lock(asked) == lock
    digests = {one.name: one.integrity for one in lock.chosen}
    assert set(digests) == {"react", "@scope/tool", "lib"}
    assert all(digest.startswith("sha512-") for digest in digests.values())
    place = tmp_path / "install"
    place.mkdir()
    (place / "package.json").write_text(lock.package_json)
    (place / "package-lock.json").write_text(lock.package_lock)
    npm = shutil.which("npm")
    assert npm is not None, "npm is needed; on Debian and Ubuntu: apt install npm"
    command = [npm, "ci", "--registry", world.registry.url, "--no-audit", "--no-fund", "--cache", str(tmp_path / "c")]
    await to_thread.run_sync(lambda: subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=60))
    installed = json.loads((place / "node_modules/@scope/tool/node_modules/lib/package.json").read_text())
    assert installed["version"] == "1.4.0"
    assert isinstance(await engine.lock(question(["react@17"], ["react-dom@18"])), Unsolved)


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        (["^18.2.0", "^18.0.0"], "^18.2.0"),
        (["^17.0.2 || ^18.0.0", "^18.2.0"], "^18.2.0"),
        (["latest", "^18.2.0"], "^18.2.0"),
        (["next"], "next"),
        (["", "*"], "*"),
        (["^17", "^18"], None),
        ([">=16 <18", ">=17"], "^17.0.0"),
    ],
)
def test_ranges_agree_in_an_authors_words_where_they_can(ranges: list[str], expected: str | None) -> None:
    assert agreed(ranges) == expected


@pytest.mark.parametrize(
    "text",
    ["../x@1", "__proto__@1", "a/b/c@1", "x@git+https://example.com/x", "x@file:../y", "@scope/../x@1", "x@npm:../y@1",
     "x@http://127.0.0.1/x.tgz", "x" * 300 + "@1", "@1", "x@workspace:*", ".bin@1", "x\n@1"],
)  # fmt: skip
def test_what_is_no_name_with_a_range_is_never_put_to_npm(text: str) -> None:
    with pytest.raises(ValueError, match=r"requirement|range"):
        parse_requirement(text)


def test_a_registry_that_is_no_address_stops_the_start(tmp_path: Path) -> None:
    for url in ("ftp://host/", "https://user:pass@host/", "https://host/?x=1", "registry.npmjs.org"):
        with pytest.raises(ConfigurationError):
            NpmProgram(ResolutionSettings(), NetworkSettings(), url, tmp_path)
