"""Which local paths a caller may name. Every path argument goes through `admit`; files below go through `beneath`.

A path is parsed as text first (nothing touches the file system for a malformed one), then resolved, then held
against the allowed roots component by component, then opened from `/` downwards without following any symlink:
whatever is swapped in between makes the opening fail instead of leading elsewhere. Where roots are set, a path
that is missing and a path that is forbidden get one text, so that nobody can map the disk by asking.
"""

import os
import re
from pathlib import Path

from plumbrule.core.errors import AccessDenied, InvalidArgument, NotFound
from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass

MAX_PATH_BYTES = 4096
"""PATH_MAX of Linux; nothing longer can be opened."""

CREDENTIAL_NAMES = frozenset(
    {
        ".ssh", ".aws", ".azure", ".gnupg", ".kube", ".docker", ".netrc", "_netrc", ".git-credentials", ".npmrc",
        ".pypirc", ".pgpass", ".my.cnf", ".password-store", ".vault-token", ".terraform.d", ".oci", ".boto",
        ".s3cfg", ".mozilla", ".thunderbird", ".gem", ".cargo", ".m2", ".gradle", ".bitcoin", ".ethereum",
    }
)  # fmt: skip
"""Files and folders that hold credentials, by a component's name wherever it lies."""

CREDENTIAL_PATHS = (
    (".config", "gcloud"), (".config", "gh"), (".config", "git", "credentials"), (".config", "op"),
    (".config", "containers"), (".config", "google-chrome"), (".config", "chromium"), (".config", "huggingface"),
    (".config", "plumbrule"), (".cache", "huggingface", "token"), (".huggingface", "token"),
    (".local", "share", "keyrings"), ("library", "keychains"), ("library", "application support"),
)  # fmt: skip
"""The same for places that only several components in a row give away; lower case, as they are compared."""

SPECIAL_FOLDERS = ("/proc", "/sys", "/dev")
"""File systems whose files are no files."""

REFUSED_TEXT = "This path does not exist or is not allowed."
REFUSED_HINT = "Name a folder below one of the allowed roots (setting `sources.roots`)."

_CONTROL = LazyPattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DRIVE = LazyPattern(r"[A-Za-z]:([/\\]|$)")
_SCHEME = LazyPattern(r"[A-Za-z][A-Za-z0-9+.-]*:/*")
_VARIABLE = LazyPattern(r"\$\{?\w+\}?|%\w+%|\$env:\w+")
_ENCODED = LazyPattern(r"%(?:25)*(?:2e|2f|5c|00)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PathPolicy:
    """What may be named. `roots` None means everything (the command line: its user may read what he may read).

    `home` is what `~` means, None when it means nothing. `cwd` is where relative paths start, None when they are
    refused (HTTP: the server's folder is none of the client's business).
    """

    roots: tuple[Path, ...] | None = ()
    home: Path | None = None
    cwd: Path | None = None


def parse_path(text: str, policy: PathPolicy) -> Path:
    """The absolute path that `text` names, by text alone: `..` and symlinks still in it.

    Raises:
        InvalidArgument: `text` is no plain local path. The message says which form was refused.
    """
    fault = _fault(text)
    if fault:
        raise InvalidArgument(f"This is not a usable local path: {fault}.", hint="Give a plain path such as ./project.")
    if text == "~" or text.startswith("~/"):
        if policy.home is None:
            raise InvalidArgument("`~` means nothing here.", hint="Give an absolute path.")
        return policy.home / text[2:].lstrip("/")
    path = Path(text)
    if path.is_absolute():
        return path
    if policy.cwd is None:
        raise InvalidArgument("Relative paths mean nothing here.", hint="Give an absolute path.")
    return policy.cwd / path


def admit(text: str, policy: PathPolicy) -> Path:
    """The canonical path behind `text` (no symlink, no `..`), existing and allowed.

    Raises:
        InvalidArgument: as `parse_path`.
        AccessDenied: missing or outside the roots or a place of credentials; one text for all.
        NotFound: missing, when there are no roots to keep secret.
    """
    named = parse_path(text, policy)
    try:
        real = Path(os.path.realpath(named, strict=True))
    except (OSError, ValueError):
        if policy.roots is None:
            raise NotFound("There is no such path.", hint="Check the spelling.") from None
        raise _refused() from None
    if _is_special(real):
        raise _refused()
    if policy.roots is not None and not (
        any(_is_within(real, root) for root in policy.roots) and not is_credential_path(real.parts)
    ):
        raise _refused()
    return real


def open_folder(real: Path) -> int:
    """A descriptor of the folder that `admit` returned, reached from `/` without following a symlink.

    Raises:
        AccessDenied: something on the way is no longer a plain folder.
    """
    fd = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in real.parts[1:]:
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=fd)
            os.close(fd)
            fd = below
    except OSError:
        os.close(fd)
        raise _refused() from None
    return fd


def is_credential_path(parts: tuple[str, ...]) -> bool:
    """Whether a path with these components is, or lies in, a place where credentials are kept."""
    folded = tuple(part.casefold() for part in parts)
    if not CREDENTIAL_NAMES.isdisjoint(folded):
        return True
    return any(
        folded[start : start + len(place)] == place
        for place in CREDENTIAL_PATHS
        for start in range(len(folded) - len(place) + 1)
    )


def _fault(text: str) -> str:
    checks = (
        (not text.strip(), "it is empty"),
        (len(os.fsencode(text)) > MAX_PATH_BYTES if _encodes(text) else True, "it is too long or not text"),
        (_CONTROL.search(text), "it has control characters"),
        (text.startswith(("//", "\\\\")), "network paths are not read"),
        (_DRIVE.match(text), "drive letters are not read"),
        (_SCHEME.match(text) and "/" in text[: text.find(":") + 2], "URLs with this scheme are not read"),
        ("\\" in text, "it has backslashes"),
        (text.startswith("~") and text != "~" and not text.startswith("~/"), "another user's home is not read"),
        (_VARIABLE.search(text), "variables are not expanded"),
        (_ENCODED.search(text), "it is percent-encoded"),
    )
    return next((fault for found, fault in checks if found), "")


def _encodes(text: str) -> bool:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True


def _is_within(path: Path, root: Path) -> bool:
    """Whether `path` is `root` or below it, by whole components: /allowed-evil is not in /allowed."""
    real_root = Path(os.path.realpath(root)).parts
    return path.parts[: len(real_root)] == real_root


def _is_special(path: Path) -> bool:
    return any(_is_within(path, Path(place)) for place in SPECIAL_FOLDERS) and not _is_within(path, Path("/dev/shm"))  # noqa: S108 - a memory-backed folder that people work in


def _refused() -> AccessDenied:
    return AccessDenied(REFUSED_TEXT, hint=REFUSED_HINT)
