"""git as we run it: an environment and settings of our own, never the user's, never the repository's.

Every line removes a way in which git has run or fetched something for a repository (SECURITY.md 2.1 and 2.2).
Repositories are reached through a skeleton: an empty private git folder that borrows the objects, so that no
configuration, hook, attribute or replacement of theirs is ever looked at.
"""

from collections.abc import Sequence
from pathlib import Path

from plumbrule.core.process import Completed, ProcessLimits, base_env, run
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.gitdir import GitDir, ObjectFormat

INSTALL_HINT = "Install git (apt install git, brew install git)."

SETTINGS = (
    "protocol.allow=never",
    "core.hooksPath=/dev/null",
    "core.symlinks=false",
    "core.fsmonitor=false",
    "core.untrackedCache=false",  # the index may carry a cache that hides files
    "core.commitGraph=false",  # a forged graph can name another tree than the commit does
    "core.multiPackIndex=false",
    "core.protectNTFS=true",
    "core.protectHFS=true",
    "core.bigFileThreshold=1m",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.quotePath=false",
    "submodule.recurse=false",
    "credential.helper=",
    "gc.auto=0",
    "maintenance.auto=false",
    "init.templateDir=",
    "pack.threads=1",
    "core.deltaBaseCacheLimit=16m",
    "core.packedGitLimit=128m",
    "core.packedGitWindowSize=16m",
    "log.showSignature=false",
    "log.mailmap=false",
    "safe.bareRepository=explicit",
)
"""Given by -c, above any file."""


def git_env(home: Path) -> dict[str, str]:
    """The whole environment of a git child; `home` is an empty folder of ours."""
    return base_env(home) | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "SSH_ASKPASS": "/bin/false",
        "GIT_SSH_COMMAND": "/bin/false",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_CEILING_DIRECTORIES": str(home),
        "GIT_PAGER": "cat",
        "GIT_LITERAL_PATHSPECS": "1",
    }


def git_argv(*words: str, settings: Sequence[str] = SETTINGS) -> list[str]:
    """`git -c … words`."""
    argv = ["git", "--no-pager"]
    for setting in settings:
        argv += ("-c", setting)
    return [*argv, *words]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A private git folder through which one repository's objects are read. `path` is GIT_DIR."""

    path: Path
    home: Path

    async def git(
        self,
        *words: str,
        limits: ProcessLimits,
        stdin: bytes | None = None,
        truncate: bool = False,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Completed:
        """Run git on the borrowed objects. Errors as for `core.process.run`."""
        return await run(
            git_argv(*words),
            env=self.env() | (env or {}),
            limits=limits,
            stdin=stdin,
            cwd=cwd or self.home,
            overflow="truncate" if truncate else "raise",
            install_hint=INSTALL_HINT,
        )

    def env(self) -> dict[str, str]:
        """The environment of a git child that works on this skeleton."""
        return git_env(self.home) | {"GIT_DIR": str(self.path)}


def make_skeleton(folder: Path, git_dir: GitDir, *, exclude: bytes = b"") -> Skeleton:
    """A skeleton for `git_dir` below the empty private `folder`; `exclude` becomes its info/exclude."""
    path, home = folder / "git", folder / "home"
    home.mkdir(mode=0o700)
    write_skeleton(path, git_dir.object_format, git_dir.shallow)
    (path / "objects" / "info" / "alternates").write_bytes(_quoted(git_dir.objects) + b"\n")
    if exclude:
        (path / "info").mkdir()
        (path / "info" / "exclude").write_bytes(exclude)
    return Skeleton(path, home)


def write_skeleton(path: Path, object_format: ObjectFormat, shallow: Sequence[str] = ()) -> None:
    """The files of an empty bare repository, without starting `git init` for it (4 ms)."""
    for part in ("", "refs", "objects", "objects/info", "objects/pack"):
        (path / part).mkdir(mode=0o700)
    (path / "HEAD").write_text("ref: refs/heads/none\n")
    sha256 = object_format == "sha256"
    version = "1" if sha256 else "0"
    extensions = "[extensions]\n\tobjectformat = sha256\n" if sha256 else ""
    (path / "config").write_text(f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extensions}")
    if shallow:
        (path / "shallow").write_text("".join(f"{commit}\n" for commit in shallow))


def _quoted(path: Path) -> bytes:
    """A line of info/alternates: git takes a C-quoted string when it begins with a quote."""
    raw = bytes(path)
    if not any(char in raw for char in b'\n"\\#'):
        return raw
    return b'"' + b"".join(b"\\%03o" % char if char < 32 or char in b'"\\' else bytes([char]) for char in raw) + b'"'
