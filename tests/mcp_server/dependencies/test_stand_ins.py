"""Releases without a usable wheel: read where their metadata is static, unknown where only a build could tell."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from python_index import LoopbackIndex, metadata_text, python_index

from plumbrule.core.clock import ManualClock
from plumbrule.core.errors import Unavailable
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.dependencies.engines.build import build_uv_engine, build_uv_program
from plumbrule.mcp_server.dependencies.engines.listing import Listing, Release
from plumbrule.mcp_server.dependencies.engines.sdists import read
from plumbrule.mcp_server.dependencies.engines.shims import StandIns, within
from plumbrule.mcp_server.dependencies.engines.uv import UvEngine
from plumbrule.mcp_server.dependencies.joint.question import Party, Question, Solved, Unsolved
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    with python_index() as serving:
        yield serving


@pytest.fixture
async def oracle(tmp_path: Path, index: LoopbackIndex) -> AsyncIterator[UvEngine]:
    async with WorkerPool() as workers:
        program = build_uv_program(ResolutionSettings(), NetworkSettings(), index.url, tmp_path)
        yield build_uv_engine(program, MemoryCache(1000, 10_000_000, 1e6), workers, ManualClock())


def question(*parties: Sequence[str], python: str = "3.12", platform: Any = "linux", **more: Any) -> Question:
    made = tuple(Party(f"repo-{number}", tuple(one)) for number, one in enumerate(parties))
    return Question(made, Target(python, platform=platform), **more)


def told(answer: Any) -> Any:
    """Versions and what was assumed; `no` with the names in the proof; or why nobody knows."""
    if isinstance(answer, Solved):
        return {pin.name: pin.version for pin in answer.pins}, dict(answer.assumed or {})
    if isinstance(answer, Unsolved):
        return "no", sorted({edge.name for edge in answer.edges})
    return answer.reason, answer.packages


async def test_static_metadata_stands_for_a_wheel_and_is_said_to(index: LoopbackIndex, oracle: UvEngine) -> None:
    index.sdist("old", "1.0", "lib<2", "more; extra == 'x'", extras=["x"])
    for version in ("1.0", "2.0"):
        index.wheel("lib", version)
    index.wheel("more", "3.0")
    read_it = {"old": "metadata read, not built: PKG-INFO"}
    assert told(await oracle.solve(question(["old"]))) == ({"old": "1.0", "lib": "1.0"}, read_it)
    assert told(await oracle.solve(question(["old[x]"]))) == ({"old": "1.0", "lib": "1.0", "more": "3.0"}, read_it)
    assert told(await oracle.solve(question(["old"], ["lib>=2"]))) == ("no", ["lib", "old"])


async def test_only_a_build_can_tell_what_is_dynamic(index: LoopbackIndex, oracle: UvEngine, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    setup = f"open({str(marker)!r}, 'w')\nfrom setuptools import setup\nsetup(install_requires=[x for x in 'ab'])\n"
    index.sdist("old", "1.0", form="2.2", dynamic=["Requires-Dist"], setup=setup)
    index.sdist("older", "1.0", form="1.1", setup=setup)
    index.wheel("lib", "1.0")
    index.wheel("lib", "2.0")
    assert told(await oracle.solve(question(["old"]))) == ("needs_build", ("old",))
    assert told(await oracle.solve(question(["older", "old"]))) == ("needs_build", ("old", "older"))
    # Whatever it requires, the others clash without it.
    assert told(await oracle.solve(question(["old", "lib<2"], ["lib>=2"]))) == ("no", ["lib"])
    assert not marker.exists()


async def test_a_missing_wheel_alone_never_makes_incompatible(index: LoopbackIndex, oracle: UvEngine) -> None:
    index.wheel("native", "1.0", tag="cp312-cp312-win_amd64")
    index.wheel("lib", "1.0")
    assert told(await oracle.solve(question(["native", "lib"]))) == ("needs_build", ("native",))
    assert told(await oracle.solve(question(["native"], platform="windows"))) == ({"native": "1.0"}, {})
    # The newer one has no wheel for this platform; the older one has, and is what can be installed.
    index.wheel("mixed", "1.0", tag="cp312-cp312-win_amd64")
    index.wheel("mixed", "0.9")
    assert told(await oracle.solve(question(["mixed"], ["lib"]))) == ({"mixed": "0.9", "lib": "1.0"}, {})


async def test_a_wheel_of_another_target_speaks_for_a_release(index: LoopbackIndex, oracle: UvEngine) -> None:
    index.wheel("native", "1.0", "lib<2", tag="cp310-cp310-manylinux_2_17_x86_64")
    index.sdist("native", "1.0", form="1.0")
    index.wheel("lib", "1.0")
    index.wheel("lib", "2.0")
    wanted = {"native": "metadata read, not built: metadata of a wheel"}
    assert told(await oracle.solve(question(["native"]))) == ({"native": "1.0", "lib": "1.0"}, wanted)
    assert told(await oracle.solve(question(["native"], ["lib>=2"]))) == ("no", ["lib", "native"])


async def test_releases_that_could_not_be_chosen_anyway_are_no_doubt(index: LoopbackIndex, oracle: UvEngine) -> None:
    index.sdist("old", "1.0", yanked=True)
    index.sdist("old", "2.0", requires_python="<3.9")
    index.sdist("old", "3.0", uploaded="2024-06-01T00:00:00.000000Z")
    cut = {"exclude_newer": "2024-01-01T00:00:00Z"}
    assert told(await oracle.solve(question(["old>=1"], **cut))) == ("no", ["old"])
    assert told(await oracle.solve(question(["old==1.0"], **cut)))[0] == {"old": "1.0"}  # who pins it gets it
    assert told(await oracle.solve(question(["old>=1"])))[0] == {"old": "3.0"}


async def test_many_releases_are_gone_through_until_one_fits(index: LoopbackIndex, oracle: UvEngine) -> None:
    for number in range(1, 8):
        index.sdist("old", f"{number}.0", f"lib=={number}.0")
        index.wheel("lib", f"{number}.0")
    answer = await oracle.solve(question(["old"], ["lib<4"]))
    assert told(answer)[0] == {"old": "3.0", "lib": "3.0"}
    assert told(await oracle.solve(question(["old>3"], ["lib<4"]))) == ("no", ["lib", "old"])


async def test_a_package_that_is_missing_below_a_stand_in_is_missing(index: LoopbackIndex, oracle: UvEngine) -> None:
    index.sdist("old", "1.0", "ghost", "lib<9")
    index.wheel("lib", "1.0")
    index.wheel("lib", "2.0")
    assert told(await oracle.solve(question(["old"]))) == ("missing_package", ("ghost",))
    for parties in ((["old"], ["lib>=9"]), (["old", "lib>5"],)):
        verdict, names = told(await oracle.solve(question(*parties)))
        assert verdict == "no"
        assert set(names) <= {"lib", "old"}  # what is known of `old` by now may stand in the proof too
        assert "lib" in names


async def test_more_releases_than_anybody_tries_are_no_reason(index: LoopbackIndex, oracle: UvEngine) -> None:
    for number in range(500):
        index.sdist("old", f"1.{number}", form="1.0")
    for version in ("1.0", "2.0"):
        index.wheel("lib", version)
    assert told(await oracle.solve(question(["old"]))) == ("needs_build", ("old",))
    assert told(await oracle.solve(question(["old", "lib<2"], ["lib>=2"]))) == ("no", ["lib"])


async def test_a_no_needs_no_listing_of_ours(index: LoopbackIndex, tmp_path: Path) -> None:
    index.wheel("app", "1.0", "lib<2")
    index.wheel("app", "2.0", yanked=True)
    index.sdist("app", "2.0", yanked=True)
    index.sdist("old", "1.0")
    for version in ("1.0", "2.0"):
        index.wheel("lib", version)
    program = build_uv_program(ResolutionSettings(), NetworkSettings(), index.url, tmp_path)
    cache = MemoryCache(1000, 10_000_000, 1e6)
    blind = UvEngine(program, cache, ManualClock(), stand_ins=StandIns(Unasked((), cache, unused), cache, unused, None))
    assert told(await blind.solve(question(["app>=1"], ["lib>=2"]))) == ("no", ["app", "lib"])
    assert told(await blind.solve(question(["old"]))) == ("unreachable", ("old",))
    # What nobody could ask is asked again.
    async with WorkerPool() as workers:
        seeing = build_uv_engine(program, cache, workers, ManualClock())
        assert told(await seeing.solve(question(["old"])))[0] == {"old": "1.0"}


class Unasked(Listing):
    """A listing whose index cannot be reached by us, as behind a guard that uv does not know."""

    async def releases(self, package: str) -> Sequence[Release]:
        raise Unavailable("not from here")


def unused() -> Any:
    raise AssertionError("nothing is fetched without a listing")


async def test_versions_are_final_fitting_and_newest_first(index: LoopbackIndex, oracle: UvEngine) -> None:
    index.wheel("lib", "1.0")
    index.wheel("lib", "1.10", uploaded="2024-06-01T00:00:00.000000Z")
    index.wheel("lib", "1.9", yanked=True)
    index.wheel("lib", "2.0rc1")
    index.wheel("lib", "2.0", requires_python=">=3.13")
    index.sdist("lib", "1.2")
    target = Target("3.12")
    assert await oracle.versions("lib", target) == ["1.10", "1.2", "1.0"]
    assert await oracle.versions("lib", Target("3.13")) == ["2.0", "1.10", "1.2", "1.0"]
    assert await oracle.versions("lib", target, "2024-01-01T00:00:00Z") == ["1.2", "1.0"]
    assert await oracle.versions("ghost", target) == []
    index.broken = True
    assert await oracle.versions("other", target) == []
    asked = len(index.requests)
    assert await oracle.versions("another", target) == []
    assert len(index.requests) == asked  # an index that failed just now is left alone for a while


def archive(files: dict[str, str], kind: str = ".tar.gz") -> bytes:
    raw = io.BytesIO()
    if kind == ".zip":
        with zipfile.ZipFile(raw, "w") as packed:
            for path, text in files.items():
                packed.writestr(path, text)
    else:
        with tarfile.open(fileobj=raw, mode="w:gz") as packed:
            for path, text in files.items():
                entry = tarfile.TarInfo(path)
                entry.size = len(text.encode())
                packed.addfile(entry, io.BytesIO(text.encode()))
    return raw.getvalue()


REQUIRES_TXT = """idna>=2

[fast]
orjson

[fast:python_version < '3.9']
ujson

[:sys_platform == 'win32']
colorama
"""
PROJECT = """[project]
name = "x"
dependencies = ["a>1"]
optional-dependencies = {t = ["b; python_version>'3'"]}
"""
SETUP = "from setuptools import setup\nsetup(name='x', install_requires=%s)"


@pytest.mark.parametrize("kind", [".tar.gz", ".zip"])
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"PKG-INFO": metadata_text("x", "1", ["a>1"])}, (["a>1"], "PKG-INFO")),
        ({"PKG-INFO": metadata_text("x", "1", ["a>1"], form="2.1")}, None),
        ({"PKG-INFO": metadata_text("x", "1", ["a>1"], dynamic=["Requires-Dist"])}, None),
        (
            {"pyproject.toml": PROJECT},
            (["a>1", "b; (python_version>'3') and extra == 't'"], "pyproject.toml"),
        ),
        ({"pyproject.toml": '[project]\nname="x"\ndynamic=["dependencies"]\n'}, None),
        (
            {"src/x.egg-info/requires.txt": REQUIRES_TXT, "setup.py": "boom("},
            (
                [
                    "idna>=2",
                    "orjson; extra == 'fast'",
                    "ujson; (python_version < '3.9') and extra == 'fast'",
                    "colorama; sys_platform == 'win32'",
                ],
                "egg-info",
            ),
        ),
        ({"x.egg-info/SOURCES.txt": "", "setup.py": "boom("}, ([], "egg-info")),
        ({"setup.py": SETUP % "['a>1']"}, (["a>1"], "setup.py")),
        ({"setup.py": SETUP % "open('r').readlines()"}, None),
        ({"setup.cfg": "[options]\ninstall_requires =\n  a>1\n", "setup.py": "from setuptools import setup\nsetup()"},
         (["a>1"], "setup.py")),
        ({"setup.py": "raise SystemExit('no')"}, None),
        ({"setup.py": "import build\nbuild.setup_all()"}, None),
        ({"README": "nothing"}, None),
    ],
)  # fmt: skip
def test_what_a_source_distribution_says_is_read_as_text(files: dict[str, str], expected: Any, kind: str) -> None:
    raw = archive({f"x-1/{path}": text for path, text in files.items()}, kind)
    found = read({"raw": raw})
    assert (None if found is None else (list(found[0]), found[3])) == expected


def test_what_is_no_archive_or_a_bomb_says_nothing() -> None:
    assert read({"raw": b"\x1f\x8bnonsense"}) is None
    assert read({"raw": b"PK\x03\x04"}) is None
    entry = tarfile.TarInfo("x-1/zeros")
    entry.size = 1 << 40
    bomb = gzip.compress(entry.tobuf() + bytes(1 << 20))
    assert read({"raw": bomb}) is None


@pytest.mark.parametrize(
    ("version", "versions", "inside"),
    [
        ("1.0", "", True),
        ("1.0", "==1.0", True),
        ("1.0", "==1", True),
        ("1.5", ">=1,<2", True),
        ("2.0", ">=1,<2", False),
        ("2.0a1", ">=1,<2", True),
        ("3.0", "<1 | >2", True),
        ("1.5", "<1 | >2", False),
        ("1.0", "<1 | ==1.0 | >2", True),
    ],
)
def test_a_range_is_read_as_uv_orders_versions(version: str, versions: str, inside: bool) -> None:
    assert within(version, versions) is inside


async def test_a_file_that_is_not_what_the_index_lists_is_not_read(index: LoopbackIndex, oracle: UvEngine) -> None:
    index.sdist("old", "1.0")
    index.sdist("good", "1.0")
    index.tampered["old-1.0.tar.gz"] = index.files["good"][0].content
    assert told(await oracle.solve(question(["good"])))[0] == {"good": "1.0"}
    assert told(await oracle.solve(question(["old"]))) == ("needs_build", ("old",))
