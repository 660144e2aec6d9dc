"""Published packages from a loopback registry."""

import base64
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.core.errors import BlockedUrl, InvalidRepository, LimitExceeded, NotFound, Unsupported
from plumbrule.mcp_server.platforms.ports.source import Sources

Make = Callable[..., Sources]
SIMPLE = {"Content-Type": "application/vnd.pypi.simple.v1+json"}


def sdist(name: str, version: str) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for path, content in (("PKG-INFO", b"Name: x\n"), (f"{name}/__init__.py", b"x = 1\n")):
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return raw.getvalue()


def wheel(name: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/__init__.py", "x = 2\n")
        archive.writestr(f"{name}-1.dist-info/METADATA", "Name: x\n")
    return raw.getvalue()


def publish(world, name: str, files: dict[str, bytes], **extra: dict[str, object]) -> None:
    entries = []
    for filename, content in files.items():
        world.answers[f"/files/{filename}"] = (200, {}, content)
        entry: dict[str, object] = {
            "filename": filename,
            "url": f"../../files/{filename}#sha256=ignored",
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "size": len(content),
        }
        entries.append(entry | extra.get(filename, {}))
    world.answers[f"/simple/{name}/"] = (200, SIMPLE, json.dumps({"name": name, "files": entries}).encode())


@pytest.fixture
def sources(make_sources: Make, world) -> Sources:
    return make_sources(pypi_url=f"{world.url}/simple", npm_url=f"{world.url}/npm")


async def test_the_newest_final_release_is_read_sdist_before_wheel(sources: Sources, world) -> None:
    publish(
        world,
        "demo",
        {
            "demo-1.9.tar.gz": sdist("demo", "1.9"),
            "demo-1.10-py3-none-any.whl": wheel("demo"),
            "demo-1.10.tar.gz": sdist("demo", "1.10"),
            "demo-2.0rc1.tar.gz": sdist("demo", "2.0rc1"),
            "demo-3.0.tar.gz": sdist("demo", "3.0"),
        },
        **{"demo-3.0.tar.gz": {"yanked": "broken"}},
    )
    async with sources.open("pkg:pypi/Demo") as snapshot:
        assert snapshot.origin.version == "1.10"
        assert snapshot.origin.kind == "purl"
        assert snapshot.origin.name == "demo"
        assert [entry.path for entry in snapshot.entries] == ["PKG-INFO", "demo/__init__.py"]
        assert (await snapshot.read(snapshot.entries, max_bytes=5))["demo/__init__.py"] == b"x = 1"
    async with sources.open("pkg:pypi/demo@3.0") as snapshot:
        assert snapshot.origin.version == "3.0"
    with pytest.raises(NotFound) as caught:
        async with sources.open("pkg:pypi/demo@9"):
            pass
    assert "1.10" in caught.value.hint or "3.0" in caught.value.hint


async def test_a_wheel_is_read_when_there_is_no_sdist(sources: Sources, world) -> None:
    publish(world, "demo", {"demo-1-py3-none-any.whl": wheel("demo")})
    async with sources.open("pkg:pypi/demo") as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["demo-1.dist-info/METADATA", "demo/__init__.py"]


async def test_a_verified_file_is_not_fetched_twice(sources: Sources, world) -> None:
    publish(world, "demo", {"demo-1.tar.gz": sdist("demo", "1")})
    for _ in range(2):
        async with sources.open("pkg:pypi/demo") as snapshot:
            assert len(snapshot.entries) == 2
    assert sum("/files/" in line for line, _ in world.requests) == 1


async def test_a_file_that_does_not_match_its_hash_is_refused(sources: Sources, world, tmp_path: Path) -> None:
    publish(world, "demo", {"demo-1.tar.gz": sdist("demo", "1")})
    world.answers["/files/demo-1.tar.gz"] = (200, {}, sdist("evil", "1"))
    with pytest.raises(InvalidRepository):
        async with sources.open("pkg:pypi/demo"):
            pass
    assert [place for place in (tmp_path / "cache").rglob("*") if place.is_file()] == []


async def test_a_file_without_a_strong_hash_is_refused(sources: Sources, world) -> None:
    publish(world, "demo", {"demo-1.tar.gz": b"x"}, **{"demo-1.tar.gz": {"hashes": {"md5": "0" * 32}}})
    with pytest.raises(InvalidRepository):
        async with sources.open("pkg:pypi/demo"):
            pass


async def test_a_file_on_a_host_that_nobody_allowed_is_not_fetched(sources: Sources, world) -> None:
    # A44, A46
    publish(world, "demo", {"demo-1.tar.gz": b"x"}, **{"demo-1.tar.gz": {"url": "https://169.254.169.254/x.tar.gz"}})
    with pytest.raises(BlockedUrl):
        async with sources.open("pkg:pypi/demo"):
            pass


async def test_a_file_over_the_limit_is_not_fetched(make_sources: Make, world) -> None:
    publish(world, "demo", {"demo-1.tar.gz": b"x" * 5000})
    with pytest.raises(LimitExceeded):
        async with make_sources(pypi_url=f"{world.url}/simple", archive_max_bytes=1024).open("pkg:pypi/demo"):
            pass
    assert not any("/files/" in line for line, _ in world.requests)


async def test_packages_that_do_not_exist_and_indexes_of_no_known_form_say_so(sources: Sources, world) -> None:
    with pytest.raises(NotFound):
        async with sources.open("pkg:pypi/nothing"):
            pass
    with pytest.raises(NotFound):
        async with sources.open("pkg:npm/nothing"):
            pass
    world.answers["/simple/old/"] = (200, {"Content-Type": "text/plain"}, b"flask")
    with pytest.raises(Unsupported):
        async with sources.open("pkg:pypi/old"):
            pass


async def test_only_pre_releases_is_an_error_that_names_the_newest(sources: Sources, world) -> None:
    publish(world, "demo", {"demo-2.0b1.tar.gz": sdist("demo", "2.0b1")})
    with pytest.raises(NotFound) as caught:
        async with sources.open("pkg:pypi/demo"):
            pass
    assert caught.value.retry_with == {"source": "pkg:pypi/demo@2.0b1"}


def npm_document(world, name: str, versions: dict[str, bytes], deprecated: tuple[str, ...] = ()) -> None:
    listed: dict[str, object] = {}
    for version, content in versions.items():
        path = f"/npm/{name}/-/x-{version}.tgz"
        world.answers[path] = (200, {}, content)
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        listed[version] = {"dist": {"tarball": world.url + path, "integrity": integrity}}
        if version in deprecated:
            listed[version] |= {"deprecated": "use another"}
    body = json.dumps({"name": name, "dist-tags": {"latest": "1.2.0"}, "versions": listed}).encode()
    world.answers[f"/npm/{name}"] = (200, {"Content-Type": "application/json", "Content-Encoding": "gzip"},
                                     gzip.compress(body))  # fmt: skip


async def test_npm_gives_the_highest_final_version_that_is_not_deprecated(sources: Sources, world) -> None:
    npm_document(
        world,
        "@scope/demo",
        {version: sdist("package", version) for version in ("1.9.0", "1.10.0", "2.0.0-beta.1", "9.0.0")},
        deprecated=("9.0.0",),
    )
    async with sources.open("pkg:npm/@scope/demo") as snapshot:
        assert snapshot.origin.version == "1.10.0"
        assert snapshot.origin.name == "@scope/demo"
        assert len(snapshot.entries) == 2
    async with sources.open("pkg:npm/@scope/demo@2.0.0-beta.1") as snapshot:
        assert snapshot.origin.version == "2.0.0-beta.1"
    with pytest.raises(NotFound):
        async with sources.open("pkg:npm/@scope/demo@7.0.0"):
            pass


async def test_an_npm_tarball_that_does_not_match_its_integrity_is_refused(sources: Sources, world) -> None:
    npm_document(world, "demo", {"1.0.0": sdist("package", "1.0.0")})
    world.answers["/npm/demo/-/x-1.0.0.tgz"] = (200, {}, sdist("evil", "1.0.0"))
    with pytest.raises(InvalidRepository):
        async with sources.open("pkg:npm/demo"):
            pass


async def test_an_index_that_speaks_only_html_is_read_too(sources: Sources, world) -> None:
    old, new = sdist("demo", "1.0"), sdist("demo", "1.1")
    for name, content in (("demo-1.0.tar.gz", old), ("demo-1.1.tar.gz", new), ("demo-2.0.tar.gz", new)):
        world.answers[f"/files/{name}"] = (200, {}, content)
    page = (
        f'<a href="/files/demo-1.0.tar.gz#sha256={hashlib.sha256(old).hexdigest()}">demo-1.0.tar.gz</a>'
        f'<a href="/files/demo-1.1.tar.gz#sha256={hashlib.sha256(new).hexdigest()}" data-requires-python="&gt;=3">x</a>'
        f'<a data-yanked="" href="/files/demo-2.0.tar.gz#sha256={hashlib.sha256(new).hexdigest()}">demo-2.0</a>'
        '<a href="/files/demo-3.0.exe">no</a><a>none</a>'
    )
    world.answers["/simple/demo/"] = (200, {"Content-Type": "text/html"}, page.encode())
    async with sources.open("pkg:pypi/demo") as snapshot:
        assert snapshot.origin.version == "1.1"
        assert len(snapshot.entries) == 2
