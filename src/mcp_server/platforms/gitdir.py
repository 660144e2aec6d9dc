"""Where a repository's objects, refs and index lie, found by reading; nothing of its configuration is obeyed.

A `.git` file (linked worktree, submodule) is a pointer that a hostile folder could aim at somebody else's repository:
it is followed only to a place inside the allowed roots that points back. Links inside the git folder are not followed.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from plumbrule.core.errors import AccessDenied, InvalidRepository, Unsupported
from plumbrule.core.security.beneath import BeneathReader
from plumbrule.core.security.paths import open_folder
from plumbrule.core.values import dataclass

MAX_POINTER_BYTES = 8 << 10
MAX_CONFIG_BYTES = 1 << 20
MAX_EXCLUDE_BYTES = 1 << 20
MAX_SHALLOW_BYTES = 16 << 20
MAX_ALTERNATES = 16
MAX_CLIMB = 64

ObjectFormat = Literal["sha1", "sha256"]
Allowed = Callable[[Path], bool]
"""Whether a resolved path lies inside the roots that this caller may read."""


@dataclass(frozen=True, slots=True)
class GitDir:
    """One repository's places.

    `worktree` is None for a bare one. `private` holds HEAD and the index; `common` holds objects and refs: the same
    folder except in a linked worktree.
    """

    worktree: Path | None
    private: Path
    common: Path
    object_format: ObjectFormat
    shallow: tuple[str, ...]
    alternates: tuple[Path, ...]

    @property
    def objects(self) -> Path:
        """The repository's own object folder."""
        return self.common / "objects"

    @property
    def index(self) -> Path:
        """The index of this work tree; it need not exist."""
        return self.private / "index"


def find_git_dir(folder: Path, allowed: Allowed) -> GitDir | None:
    """The repository that the resolved `folder` is, or lies in; None for a folder without git.

    Climbs no further than the allowed roots and never out of a file system.

    Raises:
        InvalidRepository: `.git` is there and is none; AccessDenied: it points outside the roots or at a repository
        that does not point back; Unsupported: a storage that is not read, by name.
    """
    device = os.lstat(folder).st_dev
    for depth, place in enumerate((folder, *folder.parents)):
        if depth > MAX_CLIMB or not allowed(place) or os.lstat(place).st_dev != device:
            return None
        if os.path.lexists(place / ".git"):
            found = _from_dot_git(place, allowed, required=depth == 0)
            if found is not None:
                return found
        elif depth == 0 and _looks_bare(place):
            return _opened(None, place, place, allowed)
    return None


def small_file(folder: Path, name: str, max_bytes: int) -> bytes | None:
    """The beginning of a regular file below `folder`, reached through no link; None when there is none."""
    fd = open_folder(folder)
    try:
        with BeneathReader(fd) as reader:
            found = reader.read(name, max_bytes)
    finally:
        os.close(fd)
    return found if isinstance(found, bytes) else None


def _from_dot_git(place: Path, allowed: Allowed, *, required: bool) -> GitDir | None:
    dot_git = place / ".git"
    if dot_git.is_symlink():
        raise InvalidRepository(
            "The .git of this folder is a symbolic link, which is not followed.",
            hint="Name the repository that it points to by its own path.",
        )
    if dot_git.is_dir():
        if not _looks_bare(dot_git):
            if required and any(dot_git.iterdir()):
                raise InvalidRepository(
                    "The .git folder here is incomplete: HEAD, objects or refs are missing.",
                    hint="Run git fsck there, or analyze a fresh clone.",
                )
            return None
        return _opened(place, dot_git, dot_git, allowed)
    return _through_pointer(place, allowed)


def _looks_bare(place: Path) -> bool:
    return (
        os.path.lexists(place / "HEAD")
        and (place / "objects").is_dir()
        and ((place / "refs").is_dir() or (place / "reftable").is_dir())
    )


def _through_pointer(place: Path, allowed: Allowed) -> GitDir:
    target = _pointer(place, ".git", "gitdir: ")
    private = Path(os.path.realpath(place / target))
    if not allowed(private):
        raise AccessDenied("The .git file here points outside the folders that may be read.", hint="Add its root.")
    if not private.is_dir():
        raise InvalidRepository("The .git file here points at nothing.", hint="Run git worktree repair, or clone anew.")
    if private.parent.name == "worktrees" and (private / "commondir").exists():
        _require_back_pointer(place, private)
        return _opened(place, private, private.parent.parent, allowed)
    if not _points_back(place, private):
        raise AccessDenied(
            "The .git file here points at a repository that does not point back.",
            hint="Name that repository by its own path.",
        )
    return _opened(place, private, private, allowed)


def _require_back_pointer(place: Path, private: Path) -> None:
    back = private / _pointer(private, "gitdir", "")
    common = os.path.realpath(private / _pointer(private, "commondir", ""))
    if os.path.realpath(back) != os.path.realpath(place / ".git") or Path(common) != private.parent.parent:
        raise AccessDenied(
            "The .git file here points at a worktree entry that does not point back.",
            hint="Run git worktree repair there, or name the main repository.",
        )


def _points_back(place: Path, private: Path) -> bool:
    """Whether the git folder of a submodule names `place` as its work tree, as git writes it into core.worktree."""
    config = (small_file(private, "config", MAX_CONFIG_BYTES) or b"").decode("utf-8", "surrogateescape")
    named = _section(config, "core").get("worktree", "")
    return bool(named) and "\0" not in named and os.path.realpath(private / named) == os.path.realpath(place)


def _pointer(folder: Path, name: str, prefix: str) -> str:
    """The one path that a pointer file holds."""
    raw = small_file(folder, name, MAX_POINTER_BYTES)
    text = os.fsdecode(raw or b"").rstrip("\r\n")
    path = text.removeprefix(prefix)
    if not raw or not text.startswith(prefix) or not path or "\0" in path or "\n" in path:
        raise InvalidRepository(
            f"The file {name} here is no pointer to a git folder.", hint="Clone the repository anew."
        )
    return path


def _opened(worktree: Path | None, private: Path, common: Path, allowed: Allowed) -> GitDir:
    if not _looks_bare(common):
        raise InvalidRepository(
            "The git folder here is incomplete: HEAD, objects or refs are missing.", hint="Clone anew."
        )
    for name in ("objects", "refs"):
        if (common / name).is_symlink():
            raise InvalidRepository(f"The {name} folder of this repository is a symbolic link.", hint="Clone anew.")
    if not allowed(common):
        raise AccessDenied("The git folder lies outside the folders that may be read.", hint="Add its root.")
    _require_plain_objects(common / "objects", allowed)
    config = (small_file(common, "config", MAX_CONFIG_BYTES) or b"").decode("utf-8", "replace")
    shallow = small_file(common, "shallow", MAX_SHALLOW_BYTES)
    alternates = small_file(common, "objects/info/alternates", MAX_POINTER_BYTES)
    extensions = {key: value.lower() for key, value in _section(config, "extensions").items()}
    if extensions.get("refstorage", "files") != "files" or (common / "reftable").is_dir():
        raise Unsupported(
            "This repository keeps its refs in the reftable format, which is not read yet.",
            hint="Analyze a clone made with --ref-format=files.",
        )
    return GitDir(
        worktree=worktree,
        private=private,
        common=common,
        object_format=_object_format(extensions.get("objectformat", "sha1")),
        shallow=_ids(shallow or b""),
        alternates=_alternates(common / "objects", alternates or b"", allowed),
    )


def _require_plain_objects(objects: Path, allowed: Allowed) -> None:
    """Refuse an object folder through which git would leave the allowed roots, or wait forever.

    Its folders must be real ones; what lies among the packs must be regular, or a link to a place that may be read
    (some tools share packs that way). A loose object must be a file: git waits for whoever writes into a pipe.
    """
    with os.scandir(objects) as items:
        folders = list(items)
    if any(item.is_symlink() for item in folders):
        raise InvalidRepository("The object folder of this repository has symbolic links.", hint="Clone it anew.")
    if not all(_has_only_files(item.path) for item in folders if len(item.name) == 2 and item.is_dir()):
        raise InvalidRepository("An object of this repository is no regular file.", hint="Clone it anew.")
    packs = objects / "pack"
    if not packs.is_dir():
        return
    with os.scandir(packs) as items:
        for item in items:
            target = Path(os.path.realpath(item.path)) if item.is_symlink() else Path(item.path)
            if item.is_symlink() and not allowed(target):
                raise AccessDenied(
                    "A pack of this repository lies outside the folders that may be read.", hint="Add it."
                )
            if not (target.is_file() or target.is_dir()):
                raise InvalidRepository("A pack of this repository is no regular file.", hint="Clone it anew.")


def _has_only_files(folder: str) -> bool:
    """Whether no loose object is a link or something special; 5 ms for the most that git leaves unpacked."""
    try:
        with os.scandir(folder) as items:
            return all(item.is_file(follow_symlinks=False) for item in items)
    except OSError:
        return True  # git cannot read it either, and says so


def _object_format(name: str) -> ObjectFormat:
    if name == "sha1":
        return "sha1"
    if name == "sha256":
        return "sha256"
    raise Unsupported(f"The object format '{name[:20]}' is not read.", hint="sha1 and sha256 are.")


def _ids(raw: bytes) -> tuple[str, ...]:
    return tuple(line.decode() for line in raw.splitlines() if re.fullmatch(rb"[0-9a-f]{40}|[0-9a-f]{64}", line))


def _section(config: str, section: str) -> dict[str, str]:
    """The plain values of one section of a git configuration.

    Two things are ever asked of it: which storage formats the repository has, and which work tree is a submodule's.
    Nothing that it says is obeyed.
    """
    found: dict[str, str] = {}
    inside = False
    for line in config.splitlines():
        text = line.strip()
        if text.startswith("["):
            inside = text.partition("]")[0].strip("[ ").lower() == section
            text = text.partition("]")[2].strip()
        if inside and "=" in text and not text.startswith(("#", ";")):
            key, _, value = text.partition("=")
            found[key.strip().lower()] = _plain(value.strip())
    return found


def _plain(value: str) -> str:
    """A value without its quotes, escapes and comment."""
    if value.startswith('"'):
        return re.sub(r"\\(.)", r"\1", value[1:].partition('" ')[0].removesuffix('"'))
    return re.split(r"\s[#;]", value)[0].strip()


def _alternates(objects: Path, raw: bytes, allowed: Allowed) -> tuple[Path, ...]:
    """The object folders that this one borrows from, theirs included; each must lie inside the allowed roots."""
    found: list[Path] = []
    waiting = _alternate_paths(objects, raw)
    while waiting:
        place = waiting.pop(0)
        if place in found or not place.is_dir():
            continue
        if not allowed(place):
            raise AccessDenied(
                "This repository borrows objects from a folder outside those that may be read.",
                hint="Run git repack -a -d there to make it stand alone, or add that root.",
            )
        _require_plain_objects(place, allowed)
        found.append(place)
        if len(found) > MAX_ALTERNATES:
            raise InvalidRepository(
                "This repository borrows objects from too many others.", hint="Run git repack -a -d."
            )
        waiting += _alternate_paths(place, small_file(place, "info/alternates", MAX_POINTER_BYTES) or b"")
    return tuple(found)


def _alternate_paths(objects: Path, raw: bytes) -> list[Path]:
    lines = [line for line in raw.split(b"\n") if line and not line.startswith(b"#") and b"\0" not in line]
    return [Path(os.path.realpath(objects / os.fsdecode(line))) for line in lines]
