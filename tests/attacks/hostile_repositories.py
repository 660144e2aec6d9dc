"""Builders of hostile repositories, by the kinds of docs' threat model; each gives what to name as the source."""

import hashlib
import os
import socket
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hostile_objects import (
    BLOB,
    COMMIT,
    TREE,
    Pack,
    bare,
    commit,
    copying_delta,
    fake,
    git,
    tree,
    write,
    write_zeros,
)

Builder = Callable[[Path], str]
PIECE = 0xFFFFFF


def tree_bomb(folder: Path) -> str:
    """h01: ten levels of ten, 10^10 files in eleven objects."""
    root = bare(folder)
    inner = write(root, "blob", b"boom\n")
    mode = "100644"
    for _ in range(10):
        inner = tree(root, [(mode, b"d%d" % number, inner) for number in range(10)])
        mode = "40000"
    commit(root, inner)
    return str(root)


def tree_bomb_checked_out(folder: Path) -> str:
    """h01 with a work tree that has none of it, as `clone --no-checkout` leaves it."""
    (folder / "work").mkdir(parents=True)
    tree_bomb(folder / "work" / ".git")
    (folder / "work" / ".git" / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n")
    return str(folder / "work")


def deep_tree(folder: Path) -> str:
    """h02: 20,000 folders in one another."""
    root = bare(folder)
    inner, mode = write(root, "blob", b"deep\n"), "100644"
    pack = Pack()
    for _ in range(20_000):
        content = mode.encode() + b" d\0" + bytes.fromhex(inner)
        inner, mode = pack.plain(TREE, content), "40000"
    pack.save(root)
    commit(root, inner)
    return str(root)


def deep_folder(folder: Path) -> str:
    """h02 on disk: 3,000 folders, far beyond PATH_MAX."""
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("d" * 8, dir_fd=here)
        below = os.open("d" * 8, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("a.py", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    (folder / "a.py").write_text("print()\n")
    return str(folder)


def zero_blob(folder: Path) -> str:
    """h03: 1 GiB of nothing under the names that are read."""
    root = bare(folder)
    blob = write_zeros(root, 1 << 30)
    names = (b"LICENSE", b"README.md", b"a.py", b"a.h", b"package.json", b"pyproject.toml")
    commit(root, tree(root, [("100644", name, blob) for name in names]))
    return str(root)


def _delta_pack(root: Path, kind: int, results: int) -> list[str]:
    """`results` objects of 3 GiB each out of a 16 MiB base of zeros."""
    pack = Pack()
    base = pack.plain(kind, bytes(PIECE))
    bomb = copying_delta(PIECE, [(0, PIECE)] * 192)
    names = [pack.delta(base, bomb, fake(number)) for number in range(results)]
    pack.save(root)
    return names


def delta_bomb(folder: Path) -> str:
    """h04: blobs of 3 GiB from 16 KiB of pack."""
    root = bare(folder)
    names = _delta_pack(root, BLOB, 5)
    files = (b"LICENSE", b"README.md", b"a.h", b"package.json", b"setup.py")
    commit(root, tree(root, [("100644", file, name) for file, name in zip(files, names, strict=True)]))
    return str(root)


def small_delta_bomb(folder: Path) -> str:
    """h04, sharper: small files whose delta base is 3 GiB, beside files that are well."""
    root = bare(folder)
    pack = Pack()
    base = pack.plain(BLOB, bytes(PIECE))
    middle = pack.delta(base, copying_delta(PIECE, [(0, PIECE)] * 192), fake(0))
    small = pack.delta(middle, copying_delta(PIECE * 192, [(0, 100)]), fake(1))
    good = pack.plain(BLOB, b"print(1)\n" * 10)
    pack.save(root)
    names = sorted(
        [(b"LICENSE", small), (b"README.md", small), (b"a.py", good), (b"package.json", small), (b"z.py", good)]
    )
    commit(root, tree(root, [("100644", *each) for each in names]))
    return str(root)


def medium_delta_bomb(folder: Path) -> str:
    """h04 just under git's own limit: bases of 800 MiB that fit its address space and fill ours."""
    root = bare(folder)
    pack = Pack()
    base = pack.plain(BLOB, bytes(PIECE))
    middle = pack.delta(base, copying_delta(PIECE, [(0, PIECE)] * 50), fake(0))
    small = [pack.delta(middle, copying_delta(PIECE * 50, [(number, 100)]), fake(number + 1)) for number in range(20)]
    pack.save(root)
    entries = [("100644", b"%03d.h" % number, name) for number, name in enumerate(small)]
    commit(root, tree(root, [*entries, ("100644", b"LICENSE", small[0])]))
    return str(root)


def tree_delta_bomb(folder: Path) -> str:
    """h04 in the tree itself."""
    root = bare(folder)
    (name,) = _delta_pack(root, TREE, 1)
    commit(root, name)
    return str(root)


def commit_delta_bomb(folder: Path) -> str:
    """h04 in the commit itself."""
    root = bare(folder)
    (name,) = _delta_pack(root, COMMIT, 1)
    (root / "refs/heads/main").write_text(name + "\n")
    return str(root)


def many_refs(folder: Path) -> str:
    """h05: 200,000 packed refs, and 2,000 loose ones."""
    root = bare(folder)
    head = commit(root, tree(root, [("100644", b"a.py", write(root, "blob", b"print()\n"))]))
    lines = "".join(f"{head} refs/heads/b{number:06}\n" for number in range(200_000))
    (root / "packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \n" + lines)
    for number in range(2_000):
        (root / "refs" / "tags" / f"t{number}").write_text(head + "\n")
    return str(root)


def many_files(folder: Path) -> str:
    """h06: 300,000 names of one file, and then some."""
    root = bare(folder)
    blob = write(root, "blob", b"print()\n")
    leaf = tree(root, [("100644", b"f%04d.py" % number, blob) for number in range(1000)])
    commit(root, tree(root, [("40000", b"d%03d" % number, leaf) for number in range(310)]))
    return str(root)


def many_manifests(folder: Path) -> str:
    """h06 with names that all want to be read: 100,000 different manifests, licences and workflows."""
    root = bare(folder)
    blob = write(root, "blob", b'{"name": "x", "dependencies": {' + b",".join(
        b'"p%d": "^1"' % number for number in range(500)) + b"}}")  # fmt: skip
    leaf = tree(root, [("100644", name, blob) for name in (b"LICENSE", b"README.md", b"package.json")])
    flows = tree(root, [("100644", b"%04d.yml" % number, blob) for number in range(5000)])
    folders = [("40000", b"d%05d" % number, leaf) for number in range(30_000)]
    github = tree(root, [("40000", b"workflows", flows)])
    commit(root, tree(root, [("40000", b".github", github), *folders]))
    return str(root)


def many_declarations(folder: Path) -> str:
    """1,500 different manifests of 800 dependencies each."""
    root = bare(folder)
    entries: list[tuple[str, bytes, str]] = []
    for number in range(1500):
        wanted = b",".join(b'"p%d-%d": "^1"' % (number, other) for other in range(800))
        blob = write(root, "blob", b'{"name": "x%d", "dependencies": {%s}}' % (number, wanted))
        entries.append(("40000", b"d%05d" % number, tree(root, [("100644", b"package.json", blob)])))
    commit(root, tree(root, entries))
    return str(root)


def evil_names(folder: Path) -> str:
    """h08, h09, h10: names that leave the tree, name .git, collide, or are no names."""
    root = bare(folder)
    blob = write(root, "blob", b'[submodule "x"]\n\tpath = -u./x\n\turl = ext::sh -c touch% x\n')
    hook = write(root, "blob", b"#!/bin/sh\ntouch canary\n")
    inner = tree(root, [("100755", b"post-checkout", hook)])
    names = [b"..", b".", b".git", b".GIT", b".git ", b"git~1", b"a/../../../etc/passwd", b"/etc/passwd", b"a\\..\\b",
             b"c:evil", b"CON", b"README.md", b"readme.MD", b"x" * 5000, b"new\nline", b"\x1b[31mred", b"\xff\xfe",
             "\u202egpj.exe".encode(), b"--upload-pack=x", b"-rf", b".gitmodules"]  # fmt: skip
    entries = [("100644", name, blob) for name in names]
    link = write(root, "blob", b"/etc/passwd")
    entries += [("40000", b".git", inner), ("40000", b"..", inner), ("120000", b"link", link),
                ("160000", b"sub", fake(9)), ("100644", b"", blob), ("777777", b"odd", blob), ("100644", b"same", blob),
                ("100644", b"same", hook)]  # fmt: skip
    commit(root, tree(root, entries))
    return str(root)


def loop_tree(folder: Path) -> str:
    """A tree that contains itself (by a forged pack index), and one named by a wrong kind."""
    root = bare(folder)
    pack = Pack()
    name = fake(5)
    pack.plain(TREE, b"40000 d\0" + bytes.fromhex(name), name)
    pack.save(root)
    commit(root, name)
    return str(root)


def loop_delta(folder: Path) -> str:
    """A delta whose base is itself through another."""
    root = bare(folder)
    pack = Pack()
    pack.delta(fake(2), copying_delta(100, [(0, 100)]), fake(1))
    pack.delta(fake(1), copying_delta(100, [(0, 100)]), fake(2))
    pack.save(root)
    commit(root, tree(root, [("100644", b"LICENSE", fake(1)), ("100644", b"package.json", fake(2))]))
    return str(root)


def lying_sizes(folder: Path) -> str:
    """Loose objects that claim other sizes than they have, a zlib bomb among them."""
    root = bare(folder)
    short = write(root, "blob", b"x" * 100, claim=10)
    long = write(root, "blob", b"x" * 100, claim=10**9)
    header = b"blob 10\0"
    bomb = hashlib.sha1(b"bomb", usedforsecurity=False).hexdigest()
    (root / "objects" / bomb[:2]).mkdir(exist_ok=True)
    packer = zlib.compressobj(1)
    with (root / "objects" / bomb[:2] / bomb[2:]).open("wb") as file:
        file.write(packer.compress(header))
        for _ in range(300):
            file.write(packer.compress(bytes(1 << 20)))
        file.write(packer.flush())
    negative = write(root, "blob", b"x", claim=-1)
    huge = write(root, "blob", b"x", claim=2**64 + 1)
    commit(root, tree(root, [("100644", b"LICENSE", short), ("100644", b"README.md", bomb), ("100644", b"a.py", long),
                             ("100644", b"package.json", negative), ("100644", b"setup.py", huge)]))  # fmt: skip
    return str(root)


def long_history(folder: Path) -> str:
    """h24: 100,000 commits, half of them from the year 2,500 or before 1970, by 100,000 people."""
    root = bare(folder)
    blob = write(root, "blob", b"print()\n")
    top = tree(root, [("100644", b"a.py", blob)])
    pack = Pack()
    parent: bytes = b""
    for number in range(100_000):
        when = (b"1700000000 +0000", b"16725225600 -9999", b"99999999999999999999 +0000", b"-5 +0000")[number % 4]
        who = b"A%d <a%d@example.org> " % (number, number) + when
        content = b"tree " + top.encode() + parent + b"\nauthor " + who + b"\ncommitter " + who + b"\n\nx\n"
        parent = b"\nparent " + pack.plain(COMMIT, content).encode()
    pack.save(root)
    (root / "refs/heads/main").write_text(parent.decode().split()[1] + "\n")
    return str(root)


def wide_merge(folder: Path) -> str:
    """A commit with 50,000 parents, a 20 MB message, and an author of 1 MB."""
    root = bare(folder)
    top = tree(root, [("100644", b"a.py", write(root, "blob", b"print()\n"))])
    first = commit(root, top)
    commit(root, top, parents=[first, *map(fake, range(50_000))], message=b"\x1b[31mx" * 3_000_000,
           who=b"\x1b[2J" + b"A" * 1_000_000 + b" <a> 1700000000 +0000")  # fmt: skip
    return str(root)


def ref_loops(folder: Path) -> str:
    """Symbolic refs in a circle, refs that leave the folder, a HEAD of 50 MB."""
    root = bare(folder)
    (root / "HEAD").write_text("ref: refs/heads/a\n")
    (root / "refs/heads/a").write_text("ref: refs/heads/b\n")
    (root / "refs/heads/b").write_text("ref: refs/heads/a\n")
    return str(root)


def ref_outside(folder: Path) -> str:
    root = bare(folder)
    (root / "HEAD").write_text("ref: refs/heads/../../../../../../../etc/passwd\n")
    return str(root)


def huge_head(folder: Path) -> str:
    root = bare(folder)
    with (root / "HEAD").open("wb") as file:
        file.write(b"ref: ")
        file.truncate(1 << 34)
    with (root / "packed-refs").open("wb") as file:
        file.truncate(1 << 34)
    return str(root)


def _project(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "a.py").write_text("print(1)\n")
    (folder / "package.json").write_text('{"name": "x", "license": "MIT"}')
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
    return folder


def pipes_in_git(folder: Path) -> str:
    """h14 inside .git: named pipes where git opens files."""
    root = _project(folder)
    (root / "new.txt").write_text("untracked")
    places = [place for place in (root / ".git" / "objects").rglob("*") if place.is_file()]
    for place in places:
        place.unlink()
        os.mkfifo(place)
    for name in ("info/exclude", "packed-refs", "shallow", "commondir", "objects/info/alternates", "config.worktree"):
        place = root / ".git" / name
        place.unlink(missing_ok=True)
        place.parent.mkdir(exist_ok=True)
        os.mkfifo(place)
    return str(root)


def pipe_objects(folder: Path) -> str:
    """Loose objects that are named pipes, in a bare repository."""
    root = bare(folder)
    top = commit(root, tree(root, [("100644", b"LICENSE", write(root, "blob", b"x\n"))]))
    for place in [place for place in (root / "objects").rglob("*") if place.is_file() and place.name != top[2:]]:
        place.unlink()
        os.mkfifo(place)
    return str(root)


def pipe_head(folder: Path) -> str:
    root = _project(folder)
    (root / ".git" / "HEAD").unlink()
    os.mkfifo(root / ".git" / "HEAD")
    return str(root)


def pipe_index(folder: Path) -> str:
    root = _project(folder)
    (root / ".git" / "index").unlink()
    os.mkfifo(root / ".git" / "index")
    return str(root)


def pipe_ignore(folder: Path) -> str:
    """A named pipe as .gitignore, at the top and below."""
    root = _project(folder)
    (root / "new.txt").write_text("untracked")
    (root / "below").mkdir()
    (root / "below" / "more.txt").write_text("untracked")
    os.mkfifo(root / ".gitignore")
    os.mkfifo(root / "below" / ".gitignore")
    return str(root)


def pipe_ignore_below(folder: Path) -> str:
    """The same only in an untracked folder, which nobody but git enters."""
    root = _project(folder)
    (root / "new" / "below").mkdir(parents=True)
    (root / "new" / "below" / "more.txt").write_text("untracked")
    os.mkfifo(root / "new" / "below" / ".gitignore")
    return str(root)


def pipe_pack(folder: Path) -> str:
    """A named pipe as pack index."""
    root = _project(folder)
    git(root, "gc", "-q")
    for place in (root / ".git" / "objects" / "pack").glob("*.idx"):
        place.unlink()
        os.mkfifo(place)
    return str(root)


def pipe_git_file(folder: Path) -> str:
    folder.mkdir()
    (folder / "a.py").write_text("print()\n")
    os.mkfifo(folder / ".git")
    return str(folder)


def devices(folder: Path) -> str:
    """h14: a socket, a pipe, a sparse terabyte, links to devices and /proc under names that are read."""
    folder.mkdir()
    (folder / "a.py").write_text("print()\n")
    os.mkfifo(folder / "package.json")
    with (folder / "LICENSE").open("wb") as file:
        file.truncate(1 << 40)
    with (folder / "b.h").open("wb") as file:
        file.truncate(1 << 40)
    (folder / "README.md").symlink_to("/dev/zero")
    (folder / "pyproject.toml").symlink_to("/proc/self/environ")
    (folder / "Cargo.toml").symlink_to("/dev/stdin")
    (folder / "setup.py").symlink_to("/etc/passwd")
    (folder / "proc").symlink_to("/proc")
    (folder / "self").symlink_to(".")
    sock = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)
    try:
        sock.bind("go.mod")
    finally:
        os.chdir(here)
        sock.close()
    with suppress(PermissionError):  # root alone may
        os.mknod(folder / "zero.py", 0o20666, os.makedev(1, 5))
    return str(folder)


def index_bomb(folder: Path) -> str:
    """An index that claims four billion entries, version 4 prefixes that run away, an extension of 4 GiB."""
    root = _project(folder)
    index = root / ".git" / "index"
    content = bytearray(index.read_bytes())
    content[8:12] = struct.pack(">I", 0xFFFFFFFF)
    index.write_bytes(bytes(content))
    return str(root)


def index_zeros(folder: Path) -> str:
    root = _project(folder)
    with (root / ".git" / "index").open("r+b") as file:
        file.truncate(1 << 36)
    return str(root)


def index_dots(folder: Path) -> str:
    """Index entries that lead out of the tree."""
    root = _project(folder)
    for name in ("../../etc/passwd", "/etc/passwd", "a/../../../etc/passwd", ".git/config"):
        content = (root / ".git" / "index").read_bytes()
        body = content[:-20]
        count = struct.unpack(">I", body[8:12])[0]
        raw = name.encode()
        entry = struct.pack(">10I20sH", 0, 0, 0, 0, 0, 0, 0o100644, 0, 0, 1, bytes(20), len(raw)) + raw
        entry += bytes(8 - len(entry) % 8)
        body = body[:8] + struct.pack(">I", count + 1) + entry + body[12:]
        (root / ".git" / "index").write_bytes(body + hashlib.sha1(body, usedforsecurity=False).digest())
    return str(root)


def attributes(folder: Path) -> str:
    """h13: patterns that never end, macros in circles, 100,000 lines, LFS pointers that lie."""
    root = folder
    root.mkdir()
    lines = [f"{'*a' * 30}{number}b linguist-vendored linguist-language=Python filter=lfs" for number in range(20_000)]
    (root / ".gitattributes").write_text("[attr]a b\n[attr]b a\n" + "\n".join(lines))
    (root / ".gitignore").write_text("\n".join("*a" * 40 + f"b{number}" for number in range(20_000)))
    for number in range(200):
        (root / ("a" * 200 + f"{number}.py")).write_text("print()\n")
    (root / "big.py").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9" + "9" * 4000
    )
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".gitattributes")
    git(root, "commit", "-qm", "x")
    return str(root)


def deep_attributes(folder: Path) -> str:
    """h13: a .gitattributes in each of 3,000 folders of folders."""
    root = bare(folder)
    blob = write(
        root, "blob", b"".join(b"%s%d.py linguist-generated\n" % (b"*?" * 20, number) for number in range(2000))
    )
    code = write(root, "blob", b"print()\n")
    inner = tree(root, [("100644", b".gitattributes", blob), ("100644", b"x" * 150 + b".py", code)])
    for _ in range(900):
        inner = tree(
            root, [("100644", b".gitattributes", blob), ("40000", b"d", inner), ("100644", b"x" * 150 + b".py", code)]
        )
    commit(root, inner)
    return str(root)


KINDS: dict[str, Builder] = {
    build.__name__: build
    for build in (
        tree_bomb, tree_bomb_checked_out, deep_tree, deep_folder, zero_blob, delta_bomb, small_delta_bomb,
        medium_delta_bomb, tree_delta_bomb, commit_delta_bomb, many_refs, many_files, many_manifests,
        many_declarations, evil_names,
        loop_tree, loop_delta, lying_sizes, long_history, wide_merge, ref_loops, ref_outside, huge_head, pipes_in_git,
        pipe_objects, pipe_head, pipe_index, pipe_ignore, pipe_ignore_below, pipe_pack, pipe_git_file,
        devices, index_bomb, index_zeros, index_dots, attributes, deep_attributes,
    )
}  # fmt: skip
