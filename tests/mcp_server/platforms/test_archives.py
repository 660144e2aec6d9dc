"""Archives read in place, honest and hostile ones."""

import bz2
import gzip
import io
import lzma
import os
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from plumbrule.core.errors import InvalidArgument, InvalidRepository, LimitExceeded, PlumbruleError, Unsupported
from plumbrule.mcp_server.platforms.ports.source import Sources

Make = Callable[..., Sources]


def make_tar(members: list[tuple[tarfile.TarInfo, bytes]], format: int = tarfile.PAX_FORMAT) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=format) as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return raw.getvalue()


def file(name: str, content: bytes = b"x", mode: int = 0o644) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.mode = mode
    return member, content


def special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = target
    return member, b""


async def listed(sources: Sources, path: Path) -> tuple[list[str], dict[str, int]]:
    async with sources.open(str(path)) as snapshot:
        return [entry.path for entry in snapshot.entries], {each.reason: each.count for each in snapshot.skipped}


PACKERS = {
    "x.tar": lambda raw: raw,
    "x.tar.gz": gzip.compress,
    "x.tgz": lambda raw: gzip.compress(raw[:1000]) + gzip.compress(raw[1000:]),
    "x.tar.bz2": bz2.compress,
    "x.tar.xz": lzma.compress,
}


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
async def test_every_packing_of_a_tar_reads_the_same(sources: Sources, tmp_path: Path, name: str, format: int) -> None:
    long = "top/" + "folder/" * 12 + "n" * 80
    raw = make_tar([file("top/a.txt", b"hello"), file(long, b"deep"), file("top/run", b"#!", 0o755)], format)
    (tmp_path / name).write_bytes(PACKERS[name](raw))
    async with sources.open(str(tmp_path / name)) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["a.txt", long.removeprefix("top/"), "run"]
        assert [entry.size for entry in snapshot.entries] == [5, 4, 2]
        assert snapshot.entries[2].kind == "executable"
        assert snapshot.origin.name == "x"
        assert snapshot.origin.kind == "archive"
        assert snapshot.origin.content_id.startswith("archive:")
        read = await snapshot.read(snapshot.entries, max_bytes=4)
        assert list(read.values()) == [b"hell", b"deep", b"#!"]
        assert await snapshot.activity() is None


async def test_a_zip_and_a_wheel_are_read(sources: Sources, tmp_path: Path) -> None:
    for name in ("x.zip", "x-1-py3-none-any.whl"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("a/stored.txt", "stored", zipfile.ZIP_STORED)
            archive.writestr("b/packed.txt", "packed" * 1000, zipfile.ZIP_DEFLATED)
            archive.writestr("b/ünïcode.txt", "x")
        async with sources.open(str(tmp_path / name)) as snapshot:
            assert [entry.path for entry in snapshot.entries] == ["a/stored.txt", "b/packed.txt", "b/ünïcode.txt"]
            read = await snapshot.read(snapshot.entries, max_bytes=6)
            assert read["a/stored.txt"] == b"stored"
            assert read["b/packed.txt"] == b"packed"
            whole = await snapshot.read(snapshot.entries, max_bytes=100_000)
            assert whole["b/packed.txt"] == b"packed" * 1000


async def test_hostile_names_links_and_devices_are_counted_and_never_read(sources: Sources, tmp_path: Path) -> None:
    # S-95, A51
    raw = make_tar(
        [
            file("good.txt"),
            file("good.txt", b"again"),
            file("../escape"),
            file("/absolute"),
            file("a/../../escape"),
            file("back\\slash"),
            file("C:/drive"),
            file(".git/config"),
            special("link", tarfile.SYMTYPE, "/etc/passwd"),
            special("hard", tarfile.LNKTYPE, "../../etc/passwd"),
            special("fifo", tarfile.FIFOTYPE),
            special("dev", tarfile.CHRTYPE),
            special("folder", tarfile.DIRTYPE),
        ]
    )
    (tmp_path / "x.tar").write_bytes(raw)
    assert await listed(sources, tmp_path / "x.tar") == (
        ["good.txt"],
        {"duplicate_path": 1, "git_folder": 1, "link": 2, "special_file": 2, "unsafe_path": 5},
    )


async def test_a_gzip_bomb_is_stopped(make_sources: Make, tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1 << 20)
    with (tmp_path / "bomb.tar.gz").open("wb") as out:
        out.write(packer.compress(make_tar([file("a")])[:512]))
        for _ in range(64):
            out.write(packer.compress(zeros))
        out.write(packer.flush())
    with anyio.fail_after(20), pytest.raises(LimitExceeded):
        async with make_sources().open(str(tmp_path / "bomb.tar.gz")):
            pass


async def test_a_bzip2_bomb_is_stopped(make_sources: Make, tmp_path: Path) -> None:
    (tmp_path / "bomb.tar.bz2").write_bytes(bz2.compress(bytes(40 << 20)))
    with anyio.fail_after(30), pytest.raises(LimitExceeded):
        async with make_sources().open(str(tmp_path / "bomb.tar.bz2")):
            pass


async def test_zip_members_that_overlap_are_refused(sources: Sources, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"f{number}", bytes(100_000))
    raw = bytearray((tmp_path / "x.zip").read_bytes())
    at = raw.find(b"PK\x01\x02")
    first = struct.unpack_from("<L", raw, at + 42)[0]
    second = raw.find(b"PK\x01\x02", at + 4)
    struct.pack_into("<L", raw, second + 42, first)
    (tmp_path / "x.zip").write_bytes(raw)
    with pytest.raises(InvalidRepository) as caught:
        async with sources.open(str(tmp_path / "x.zip")):
            pass
    assert "overlap" in caught.value.message


async def test_a_zip_that_lies_about_sizes_gives_no_bytes(sources: Sources, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lie", bytes(50_000))
        archive.writestr("truth", "truth")
    raw = bytearray((tmp_path / "x.zip").read_bytes())
    at = raw.find(b"PK\x01\x02")
    struct.pack_into("<L", raw, at + 24, 10)
    (tmp_path / "x.zip").write_bytes(raw)
    async with sources.open(str(tmp_path / "x.zip")) as snapshot:
        assert await snapshot.read(snapshot.entries, max_bytes=100_000) == {"truth": b"truth"}


async def test_a_zip_that_promises_too_much_is_refused(make_sources: Make, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(64 << 20))
    with pytest.raises(LimitExceeded):
        async with make_sources().open(str(tmp_path / "x.zip")):
            pass


async def test_two_hundred_thousand_members_are_cut_at_the_limit(make_sources: Make, tmp_path: Path) -> None:
    header = bytearray(make_tar([file("placeholder")])[:512])
    blocks: list[bytes] = []
    for number in range(20_000):
        header[0:100] = f"d/f{number:06}".encode().ljust(100, b"\0")
        header[124:136] = b"00000000000\0"
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        blocks.append(bytes(header))
    (tmp_path / "x.tar").write_bytes(b"".join(blocks) + bytes(1024))
    paths, skipped = await listed(make_sources(max_files=1000), tmp_path / "x.tar")
    assert len(paths) == 1000
    assert skipped["file_limit"] >= 1
    paths, skipped = await listed(make_sources(), tmp_path / "x.tar")
    assert len(paths) == 20_000
    assert skipped == {}


@pytest.mark.parametrize(
    ("head", "word"), [(b"\x28\xb5\x2f\xfd", "zstd"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"Rar!\x1a\x07", "RAR")]
)
async def test_packings_that_are_not_read_are_named(sources: Sources, tmp_path: Path, head: bytes, word: str) -> None:
    (tmp_path / "x.bin").write_bytes(head + bytes(600))
    with pytest.raises(Unsupported) as caught:
        async with sources.open(str(tmp_path / "x.bin")):
            pass
    assert word in caught.value.message


async def test_a_file_that_is_no_archive_is_refused(sources: Sources, tmp_path: Path) -> None:
    for content in (b"", b"hello", bytes(100), os.urandom(2000)):
        (tmp_path / "x.txt").write_bytes(content)
        with pytest.raises(InvalidArgument):
            async with sources.open(str(tmp_path / "x.txt")):
                pass


async def test_nothing_but_unlinked_temporary_files_is_written(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    (tmp_path / "x.tgz").write_bytes(gzip.compress(make_tar([file("a/b"), file("a/c")])))
    async with sources.open(str(tmp_path / "x.tgz")) as snapshot:
        assert len(snapshot.entries) == 2
        assert list(scratch.iterdir()) == []
    assert sorted(place.name for place in tmp_path.iterdir()) == ["scratch", "x.tgz"]


async def test_an_archive_broken_anywhere_ends_in_an_error_or_in_less(sources: Sources, tmp_path: Path) -> None:
    whole_tar = make_tar([file(f"t/{number}", os.urandom(700)) for number in range(20)])
    raw_zip = io.BytesIO()
    with zipfile.ZipFile(raw_zip, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"t/{number}", os.urandom(700))
    chance = random.Random(7)
    codes: set[str] = set()
    for name, whole in (("x.tar", whole_tar), ("x.tgz", gzip.compress(whole_tar)), ("x.zip", raw_zip.getvalue())):
        for _ in range(150):
            broken = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.4 else whole)
            for _ in range(chance.randrange(1, 6)):
                if broken:
                    broken[chance.randrange(len(broken))] = chance.randrange(256)
            (tmp_path / name).write_bytes(broken)
            try:
                async with sources.open(str(tmp_path / name)) as snapshot:
                    assert len(snapshot.entries) <= 20
                    await snapshot.read(snapshot.entries, max_bytes=1000)
            except PlumbruleError as error:
                codes.add(error.code)
    assert codes <= {"invalid_argument", "invalid_repository", "limit_exceeded", "unsupported"}


async def test_a_path_that_is_left_out_takes_nobodys_place(sources: Sources, tmp_path: Path) -> None:
    # ".git/a" and "top/a" are both "a" without their first folder; only the second is a file of the project.
    (tmp_path / "x.tar").write_bytes(make_tar([file("top/a", b"true"), file(".git/a", b"false")]))
    async with sources.open(str(tmp_path / "x.tar")) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["a"]
        assert await snapshot.read(snapshot.entries, max_bytes=10) == {"a": b"true"}
