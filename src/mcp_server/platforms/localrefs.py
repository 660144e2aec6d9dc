"""Refs of a local repository, read by our own code: HEAD, loose files, packed-refs."""

from pathlib import Path

from plumbrule.core.errors import InvalidRepository, LimitExceeded
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.gitdir import GitDir, small_file
from plumbrule.mcp_server.platforms.refs import is_object_id, is_ref, is_written_ref

MAX_SYMREF_DEPTH = 5
"""Git's own bound (refs.c, SYMREF_MAXDEPTH)."""

MAX_LOOSE_BYTES = 4 << 10
MAX_PACKED_BYTES = 64 << 20
"""About 900,000 refs; the file is searched as a whole, not parsed."""


@dataclass(frozen=True, slots=True)
class Head:
    """What HEAD says: the `branch` it is on (None when detached) and the `commit` (None before the first one)."""

    branch: str | None
    commit: str | None


class LocalRefs:
    """The refs of one repository, at the moment each is asked for."""

    def __init__(self, git_dir: GitDir) -> None:
        self._private = git_dir.private
        self._common = git_dir.common
        self._packed: bytes | None = None

    def head(self) -> Head:
        """Raises InvalidRepository when HEAD is missing, malformed or goes in a circle."""
        text = _content(self._private, "HEAD")
        if text is None:
            raise InvalidRepository("HEAD of this repository is missing or no file.", hint="Clone it anew.")
        if not text.startswith("ref:"):
            return Head(None, self._id_in(text, "HEAD"))
        target = text.removeprefix("ref:").strip()
        if not target.startswith("refs/") or not is_written_ref(target):
            raise InvalidRepository("HEAD of this repository points at no branch.", hint="Clone it anew.")
        return Head(target.removeprefix("refs/heads/"), self._follow(target, 1))

    def resolve(self, name: str) -> str | None:
        """The object id behind a branch, tag, remote branch or full ref name, in git's own order; None when unknown."""
        if name == "HEAD":
            return self.head().commit
        for pattern in ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/origin/{}"):
            full = pattern.format(name)
            if full.startswith("refs/") and (found := self._follow(full, 0)):
                return found
        return None

    def default_branch(self) -> str | None:
        """The branch that origin calls its default, when the clone recorded it."""
        text = _content(self._common, "refs/remotes/origin/HEAD") or ""
        prefix = "ref: refs/remotes/origin/"
        return text.removeprefix(prefix) if text.startswith(prefix) and is_ref(text.removeprefix(prefix)) else None

    def _follow(self, full: str, depth: int) -> str | None:
        if depth > MAX_SYMREF_DEPTH:
            raise InvalidRepository("A symbolic ref of this repository goes in a circle.", hint="Clone it anew.")
        text = _content(self._common, full)
        if text is None:
            return self._packed_id(full)
        if text.startswith("ref:"):
            target = text.removeprefix("ref:").strip()
            if not target.startswith("refs/") or not is_written_ref(target):
                raise InvalidRepository(
                    "A symbolic ref of this repository points outside refs/.", hint="Clone it anew."
                )
            return self._follow(target, depth + 1)
        return self._id_in(text, full)

    def _id_in(self, text: str, where: str) -> str:
        if not is_object_id(text):
            raise InvalidRepository(
                f"The ref {where[:80]} of this repository holds no object id.", hint="Run git fsck there."
            )
        return text

    def _packed_id(self, full: str) -> str | None:
        if self._packed is None:
            self._packed = _packed(self._common)
        # A literal search: a pattern tried at each of 200,000 lines takes a quarter of a second.
        at = self._packed.find(b" " + full.encode() + b"\n")
        if at < 0:
            return None
        line_start = self._packed.rfind(b"\n", 0, at) + 1
        text = self._packed[line_start:at].decode("ascii", "replace")
        return self._id_in(text, full)


def _content(folder: Path, name: str) -> str | None:
    raw = small_file(folder, name, MAX_LOOSE_BYTES)
    return None if raw is None else raw.decode("utf-8", "replace").strip()


def _packed(common: Path) -> bytes:
    raw = small_file(common, "packed-refs", MAX_PACKED_BYTES + 1) or b""
    if len(raw) > MAX_PACKED_BYTES:
        raise LimitExceeded(
            f"The packed-refs of this repository is over {MAX_PACKED_BYTES >> 20} MiB.", hint="Analyze a fresh clone."
        )
    return raw.replace(b"\r\n", b"\n") + b"\n"
