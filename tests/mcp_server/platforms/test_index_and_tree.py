"""The index parser and the tree hash against git itself, and against anything at all."""

import os
import random
import subprocess
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plumbrule.core.errors import InvalidRepository
from plumbrule.mcp_server.platforms.gitindex import parse_index
from plumbrule.mcp_server.platforms.treehash import TreeItem, tree_hash

ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"

names = st.lists(
    st.text(st.sampled_from("ab.-0/é \n"), min_size=1, max_size=12).filter(
        lambda text: all(part not in ("", ".", "..") for part in text.split("/"))
    ),
    min_size=1,
    max_size=25,
    unique=True,
)


def index_of(folder: Path, paths: list[str], version: int) -> tuple[bytes, str, list[bytes]]:
    """The index file, the tree it writes and the paths it lists, all by git."""
    env = ENV | {"GIT_DIR": str(folder / "git"), "GIT_INDEX_FILE": str(folder / "index")}
    (folder / "index").unlink(missing_ok=True)

    def git(*words: str, stdin: bytes = b"") -> bytes:
        return subprocess.run(["git", *words], input=stdin, env=env, capture_output=True, check=True).stdout

    if not (folder / "git").exists():
        git("init", "-q", "--bare", str(folder / "git"))
        git("hash-object", "-w", "-t", "blob", "/dev/null")
    lines = b"".join(f"100644 {BLOB} 0\t".encode() + path.encode() + b"\0" for path in paths)
    git("update-index", "-z", "--index-info", stdin=lines)
    git("update-index", "--index-version", str(version))
    tree = git("write-tree").decode().strip()
    listed = git("ls-files", "-z").split(b"\0")[:-1]
    return (folder / "index").read_bytes(), tree, listed


def conflicts(paths: list[str]) -> bool:
    """Whether one path needs a folder where another is a file: git drops one of them."""
    folders = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 1)}
    return not folders.isdisjoint(paths)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paths=names, version=st.sampled_from([2, 3, 4]))
def test_any_index_is_read_as_git_reads_it_and_makes_the_same_tree(
    tmp_path: Path, paths: list[str], version: int
) -> None:
    kept = paths if not conflicts(paths) else paths[:1]
    raw, tree, listed = index_of(tmp_path, kept, version)
    entries = parse_index(raw, "sha1").entries
    assert [entry.path for entry in entries] == listed
    assert {entry.blob.hex() for entry in entries} == {BLOB}
    assert tree_hash([TreeItem(entry.path, b"100644", BLOB) for entry in entries], "sha1") == tree


def test_a_damaged_index_is_refused_or_read_but_never_a_fault_of_ours(tmp_path: Path) -> None:
    chance = random.Random(3)
    outcomes: set[str] = set()
    for version in (2, 4):
        raw, _, _ = index_of(tmp_path, [f"folder{n % 5}/file{n}" for n in range(40)], version)
        zeroed = raw[:-20] + bytes(20)  # no checksum, so that the damage is parsed
        for _ in range(2000):
            broken = bytearray(zeroed if chance.random() < 0.9 else raw)
            for _ in range(chance.randrange(1, 5)):
                broken[chance.randrange(len(broken) - 20)] = chance.randrange(256)
            if chance.random() < 0.2:
                del broken[chance.randrange(len(broken)) : -20]
            try:
                parse_index(bytes(broken), "sha1")
                outcomes.add("read")
            except InvalidRepository:
                outcomes.add("refused")
    assert outcomes == {"read", "refused"}


@given(st.binary(max_size=300))
def test_any_bytes_are_no_fault_of_ours(raw: bytes) -> None:
    for prefix in (b"", b"DIRC\0\0\0\x02\0\0\0\x01", b"DIRC\0\0\0\x04\0\0\0\x02"):
        try:
            parse_index(prefix + raw + bytes(20), "sha1")
        except InvalidRepository as error:
            hint = error.hint
            assert hint.endswith(".")


def test_an_empty_set_is_git_s_empty_tree() -> None:
    assert tree_hash([], "sha1") == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
