"""What uv writes for a joint question, against an index on loopback: files with hashes, nothing of our own parties."""

from pathlib import Path

from python_index import python_index

from plumbrule.core.clock import ManualClock
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.dependencies.engines.build import build_uv_program
from plumbrule.mcp_server.dependencies.engines.uv import UvEngine, Written
from plumbrule.mcp_server.dependencies.joint.question import Party, Question, Unsolved
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings
from plumbrule.mcp_server.dependencies.lock.pylock import read


async def test_a_solution_is_written_with_files_and_hashes_and_nothing_of_ours(tmp_path: Path) -> None:
    with python_index() as index:
        index.wheel("app", "1.0", "lib>=1")
        index.wheel("lib", "1.0")
        index.wheel("lib", "2.0")
        program = build_uv_program(ResolutionSettings(), NetworkSettings(), index.url, tmp_path)
        engine = UvEngine(program, MemoryCache(1000, 10_000_000, 1e6), ManualClock())
        parties = (Party("a", ("app",)), Party("b", ("lib<2",)))
        made = await engine.lock(Question(parties, Target("3.12")))
        assert isinstance(made, Written)
        packages = read(made.text)
        assert [(one.name, one.version) for one in packages] == [(pin.name, pin.version) for pin in made.solved.pins]
        assert [file.name for one in packages for file in one.files] == [
            "app-1.0-py3-none-any.whl",
            "lib-1.0-py3-none-any.whl",
        ]
        assert str(tmp_path) not in "".join(file.url for one in packages for file in one.files)
        refused = await engine.lock(Question((Party("a", ("lib>=3",)),), Target("3.12")))
        assert isinstance(refused, Unsolved)
