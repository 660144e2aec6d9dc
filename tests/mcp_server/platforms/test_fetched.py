"""What was fetched is shared by processes, bounded, and never taken from under a reader."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plumbrule.core.errors import BlockedUrl, InvalidArgument, PlumbruleError
from plumbrule.core.security.paths import PathPolicy
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.platforms.fetched import FetchedFolders, fetched_key
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.workspace import Workspace


def made(base: Path, name: str, size: int) -> Path:
    folder = base / name
    folder.mkdir(parents=True)
    (folder / "file").write_bytes(bytes(size))
    return folder


def test_the_folder_used_longest_ago_makes_room(tmp_path: Path) -> None:
    # A59
    folders = FetchedFolders(tmp_path / "kept", 2500)
    for number, key in enumerate(("one", "two")):
        assert folders.put(key, made(tmp_path, key, 1000))
        os.utime(tmp_path / "kept" / key / ".lock", (number, number))
    with folders.held("one") as found:
        assert found is not None  # used now, so `two` is the older one
    assert folders.put("three", made(tmp_path, "three", 1000))
    assert sorted(place.name for place in (tmp_path / "kept").iterdir()) == ["one", "three"]
    assert folders.total_bytes() == 2000
    assert not folders.put("huge", made(tmp_path, "huge", 5000))
    assert (tmp_path / "huge" / "file").exists()


def test_what_another_process_reads_is_not_removed(tmp_path: Path) -> None:
    folders = FetchedFolders(tmp_path / "kept", 1500)
    assert folders.put("one", made(tmp_path, "one", 1000))
    script = (
        "import sys; from pathlib import Path; from plumbrule.mcp_server.platforms.fetched import FetchedFolders\n"
        f"with FetchedFolders(Path({str(tmp_path / 'kept')!r}), 1500).held('one') as found:\n"
        "    print('holding', flush=True); sys.stdin.read(); print((found / 'file').stat().st_size, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "holding\n"
        assert folders.clear() == 0
        assert folders.put("two", made(tmp_path, "two", 1000))
        assert (tmp_path / "kept" / "one" / "file").exists()
        out, _ = reader.communicate("", timeout=20)
        assert out == "1000\n"
    assert folders.clear() == 2
    assert list((tmp_path / "kept").iterdir()) == []


def test_whoever_comes_second_uses_the_first(tmp_path: Path) -> None:
    folders = FetchedFolders(tmp_path / "kept", 10_000)
    assert folders.put("one", made(tmp_path, "first", 10))
    assert folders.put("one", made(tmp_path, "second", 20))
    with folders.held("one") as found:
        assert found is not None
        assert (found / "file").stat().st_size == 10


def test_keys_tell_their_parts_apart() -> None:
    # A35
    assert fetched_key("ab", "c") != fetched_key("a", "bc")
    assert fetched_key("a", "") != fetched_key("a")


def test_a_temporary_folder_of_a_live_process_is_not_swept(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "tmp")
    with workspace.folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert Workspace(tmp_path / "tmp").sweep() == 0
        assert folder.exists()
    assert not folder.exists()


REFUSED = (
    "https://127.0.0.1/o/n",
    "https://github.com@evil.com/o/n",
    "https://evil.com/o/n",
    "https://github.com:8443/o/n",
    "http://github.com/o/n",
    "https://0x7f000001/o/n",
    "https://[::ffff:127.0.0.1]/o/n",
    "https://github.com\uff0fevil/o/n",
    "git@evil.com:o/n.git",
    "ssh://git@github.com/o/n",
    "file:///etc",
    "git://github.com/o/n",
    "ext::sh",
    "o/n@--upload-pack=touch",
    "pkg:pypi/../../x",
)


@pytest.mark.parametrize("source", REFUSED)
async def test_a_refused_source_looks_nothing_up_and_writes_nothing(tmp_path: Path, source: str) -> None:
    # S-28, A38
    asked: list[str] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["140.82.121.4"]

    sources = build_sources(
        SourceSettings(),
        NetworkSettings(),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
        resolver=resolver,
    )
    with pytest.raises(PlumbruleError) as caught:
        async with sources.open(source):
            pass
    assert isinstance(caught.value, BlockedUrl | InvalidArgument)
    assert asked == []
    assert not (tmp_path / "cache").exists()
