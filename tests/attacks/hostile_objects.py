"""Git objects that no git would write: made byte by byte."""

import hashlib
import os
import struct
import subprocess
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

WHO = b"A <a@example.org> 1700000000 +0000"
BLOB, TREE, COMMIT = 3, 2, 1


def bare(folder: Path) -> Path:
    """An empty bare repository whose HEAD is main."""
    for part in ("objects/pack", "objects/info", "refs/heads", "refs/tags"):
        (folder / part).mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
    return folder


def write(repository: Path, kind: str, content: bytes, *, claim: int | None = None) -> str:
    """A loose object; `claim` is a size to lie about."""
    header = f"{kind} {len(content) if claim is None else claim}\0".encode()
    name = hashlib.sha1(header + content, usedforsecurity=False).hexdigest()
    place = repository / "objects" / name[:2] / name[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(zlib.compress(header + content, 1))
    return name


def write_zeros(repository: Path, size: int) -> str:
    """A loose blob of `size` zero bytes, never held in memory."""
    digest = hashlib.sha1(usedforsecurity=False)
    packer = zlib.compressobj(1)
    header = b"blob %d\0" % size
    digest.update(header)
    temporary = repository / "objects" / "tmp"
    chunk = bytes(1 << 20)
    with temporary.open("wb") as file:
        file.write(packer.compress(header))
        for _ in range(size >> 20):
            digest.update(chunk)
            file.write(packer.compress(chunk))
        file.write(packer.flush())
    name = digest.hexdigest()
    (repository / "objects" / name[:2]).mkdir(exist_ok=True)
    temporary.rename(repository / "objects" / name[:2] / name[2:])
    return name


def tree(repository: Path, entries: Iterable[tuple[str, bytes, str]]) -> str:
    """A tree of (mode, name, id) in the order given."""
    return write(repository, "tree", b"".join(
        mode.encode() + b" " + name + b"\0" + bytes.fromhex(blob) for mode, name, blob in entries))  # fmt: skip


def commit(repository: Path, tree_id: str, *, parents: Sequence[str] = (), message: bytes = b"x\n", who: bytes = WHO,
           ref: str = "refs/heads/main") -> str:  # fmt: skip
    """A commit of `tree_id`, and the ref that names it."""
    lines = [b"tree " + tree_id.encode(), *(b"parent " + parent.encode() for parent in parents)]
    content = b"\n".join([*lines, b"author " + who, b"committer " + who, b"", message])
    name = write(repository, "commit", content)
    (repository / ref).parent.mkdir(parents=True, exist_ok=True)
    (repository / ref).write_text(name + "\n")
    return name


def _size(value: int) -> bytes:
    out = bytearray()
    while True:
        out.append((value & 127) | (128 if value > 127 else 0))
        value >>= 7
        if not value:
            return bytes(out)


def _copy(offset: int, size: int) -> bytes:
    """A delta's copy instruction."""
    op, rest = 0x80, bytearray()
    for bit in range(4):
        if byte := offset >> 8 * bit & 255:
            op |= 1 << bit
            rest.append(byte)
    for bit in range(3):
        if byte := size >> 8 * bit & 255:
            op |= 16 << bit
            rest.append(byte)
    return bytes([op]) + bytes(rest)


def copying_delta(base_size: int, pieces: Sequence[tuple[int, int]]) -> bytes:
    """A delta that makes its result from copies (offset, size) of the base."""
    return _size(base_size) + _size(sum(size for _, size in pieces)) + b"".join(_copy(*piece) for piece in pieces)


def _header(kind: int, size: int) -> bytes:
    out = bytearray([kind << 4 | size & 15])
    size >>= 4
    while size:
        out[-1] |= 128
        out.append(size & 127)
        size >>= 7
    return bytes(out)


class Pack:
    """A pack written object by object; names of delta results are given, since computing them is the bomb."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 12
        self._offsets: dict[str, tuple[int, int]] = {}

    def _put(self, name: str, data: bytes) -> None:
        self._offsets[name] = (self._at, zlib.crc32(data))
        self._parts.append(data)
        self._at += len(data)

    def plain(self, kind: int, content: bytes, name: str | None = None) -> str:
        if name is None:
            word = {BLOB: "blob", TREE: "tree", COMMIT: "commit"}[kind]
            name = hashlib.sha1(f"{word} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
        self._put(name, _header(kind, len(content)) + zlib.compress(content, 9))
        return name

    def delta(self, base: str, delta: bytes, name: str) -> str:
        self._put(name, _header(7, len(delta)) + bytes.fromhex(base) + zlib.compress(delta, 9))
        return name

    def save(self, repository: Path) -> Path:
        body = b"PACK" + struct.pack(">II", 2, len(self._parts)) + b"".join(self._parts)
        digest = hashlib.sha1(body, usedforsecurity=False).digest()
        stem = repository / "objects" / "pack" / f"pack-{digest.hex()}"
        stem.with_suffix(".pack").write_bytes(body + digest)
        names = sorted(self._offsets)
        fan = [sum(int(name[:2], 16) <= first for name in names) for first in range(256)]
        index = b"\xfftOc" + struct.pack(">I", 2) + struct.pack(">256I", *fan)
        index += b"".join(map(bytes.fromhex, names))
        index += b"".join(struct.pack(">I", self._offsets[name][1]) for name in names)
        index += b"".join(struct.pack(">I", self._offsets[name][0]) for name in names)
        index += digest
        stem.with_suffix(".idx").write_bytes(index + hashlib.sha1(index, usedforsecurity=False).digest())
        return stem


def fake(number: int) -> str:
    """An object's name that belongs to nothing."""
    return hashlib.sha1(b"fake%d" % number, usedforsecurity=False).hexdigest()


def git(folder: Path, *words: str, stdin: bytes | None = None) -> str:
    """The user's git, with a configuration of nobody."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
           "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
           "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}  # fmt: skip
    argv = ["git", "-C", str(folder), "-c", "protocol.file.allow=always", *words]
    return (
        subprocess.run(argv, env=env, input=stdin, capture_output=True, check=True, timeout=120).stdout.decode().strip()
    )
