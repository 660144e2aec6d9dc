"""What a ref and a path inside a repository may look like; anything else is refused before git or a network sees it.

Only names and object ids pass: no option (leading `-`), no revision syntax (`^ ~ : @{ ..`), no control characters.
The rules are those of `git check-ref-format`, narrowed to printable ASCII. A name that passed is still never handed
to git as a revision: our own code turns it into an object id first.
"""

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.security.lazy_pattern import LazyPattern

MAX_REF_CHARS = 255
MAX_SUBPATH_CHARS = 1024

_PLAIN = LazyPattern(r"[A-Za-z0-9._/+@#=,%!-]+")
_BAD_REF = LazyPattern(r"\A[-/]|\A@\Z|\.\.|//|/\.|\A\.|@\{|[/.]\Z|\.lock(?:/|\Z)|/-")
OBJECT_ID = LazyPattern(r"[0-9a-f]{40}|[0-9a-f]{64}")
SHORT_ID = LazyPattern(r"[0-9a-f]{7,63}")
_BAD_PART = LazyPattern(r"[\x00-\x1f\x7f\\]")


def is_ref(text: str) -> bool:
    """Whether `text` is a branch, a tag, a full ref name or an object id by our grammar."""
    return len(text) <= MAX_REF_CHARS and bool(_PLAIN.fullmatch(text)) and not _BAD_REF.search(text)


def is_written_ref(text: str) -> bool:
    """Whether `text` is a ref that a repository itself holds: as `is_ref`, and letters of any script.

    Callers name refs in ASCII; a branch that somebody is on may be called anything that git allows. The name is only
    ever looked up as a file below `refs/` or in `packed-refs`, never given to git.
    """
    plain = "".join("x" if char.isalnum() and not char.isascii() else char for char in text)
    return len(text.encode("utf-8", "replace")) <= MAX_REF_CHARS and is_ref(plain)


def checked_ref(text: str) -> str:
    """`text` when it is a ref.

    Raises:
        InvalidArgument: it is not; the message does not repeat more than its beginning.
    """
    if not is_ref(text):
        raise InvalidArgument(
            f"{_quoted(text)} is not a branch, tag or commit name.",
            hint="Give a plain name such as main or v1.2.0, or a commit id; revision syntax (~ ^ : @{ ..) is not read.",
        )
    return text


def is_object_id(text: str) -> bool:
    """Whether `text` is a full SHA-1 or SHA-256 object id in lower-case hex."""
    return bool(OBJECT_ID.fullmatch(text))


def is_subpath(text: str) -> bool:
    """Whether `text` is a relative POSIX path without `.`, `..`, empty parts, backslashes and control characters."""
    if len(text) > MAX_SUBPATH_CHARS or _BAD_PART.search(text):
        return False
    return all(part not in ("", ".", "..") and part.lower() != ".git" for part in text.split("/"))


def checked_subpath(text: str) -> str:
    """`text` without a closing slash when it is a path inside a repository ("" for its root).

    Raises:
        InvalidArgument: it could leave the repository or is no path.
    """
    trimmed = text.removesuffix("/")
    if trimmed and not is_subpath(trimmed):
        raise InvalidArgument(
            f"{_quoted(text)} is not a path inside a repository.",
            hint="Give a relative path with forward slashes, without . and .. parts.",
        )
    return trimmed


def _quoted(text: str) -> str:
    shown = "".join(char if char.isascii() and char.isprintable() else "?" for char in text[:60])
    return f"'{shown}{'...' if len(text) > 60 else ''}'"
