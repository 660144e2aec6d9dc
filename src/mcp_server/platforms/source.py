"""What the caller typed, read once into a closed union; nothing is opened, resolved or contacted here.

    ./x ../x /x ~/x .            a path, with an optional @ref          -> PathSource
    https://host/owner/name      also .git, /tree/<ref>/<path>,
                                 /-/tree/, git@host:owner/name.git      -> GitSource
    owner/name[@ref]             GitHub; gitlab:o/n, huggingface:o/n    -> GitSource
    pkg:pypi/name[@version]      also pkg:npm, pkg:github, pkg:gitlab   -> PackageSource or GitSource

A local archive is a path too: only the opened file can tell. Below lie `refs` (grammar of refs and inner paths) and
`core.security.urls` (grammar and guard of hosts); above it `build` opens what was read.
"""

import re
from dataclasses import replace
from typing import Literal
from urllib.parse import unquote

from plumbrule.core.errors import BlockedUrl, InvalidArgument
from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.urls import RemoteUrl, UrlPolicy, parse_remote_url
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.refs import checked_ref, checked_subpath, is_ref, is_subpath

MAX_SOURCE_CHARS = 2048

FORGES = {
    "github": "https://github.com",
    "gitlab": "https://gitlab.com",
    "huggingface": "https://huggingface.co",
    "bitbucket": "https://bitbucket.org",
    "codeberg": "https://codeberg.org",
}
"""The prefixes of the short form and their origins; the URL policy still decides whether the host is allowed."""

_TWO_PART_HOSTS = frozenset({"github.com", "bitbucket.org", "codeberg.org"})
_NAME = LazyPattern(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|\.[A-Za-z0-9_-][A-Za-z0-9._-]{0,126}")
_SHORT = LazyPattern(r"(?:([a-z]+):)?([^:@]+)(?:@(.*))?", re.S)
_SCP = LazyPattern(r"git@([A-Za-z0-9.-]+):([^:@\s]+)")
_SCHEME = LazyPattern(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_CONTROL = LazyPattern(r"[\x00-\x1f\x7f]")
_PYPI_NAME = LazyPattern(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?")
_NPM_NAME = LazyPattern(r"(?:@[a-z0-9~_-][a-z0-9._~-]{0,100}/)?[a-zA-Z0-9~_-][a-zA-Z0-9._~-]{0,200}")
_VERSION = LazyPattern(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,127}")

FORMS_HINT = (
    "Give a path (./folder), an https git URL, owner/name on GitHub, gitlab:owner/name, huggingface:owner/name, "
    "pkg:pypi/name or pkg:npm/name."
)


@dataclass(frozen=True, slots=True)
class PathSource:
    """A path on this machine, as typed; it may end in `@ref`, which only the file system can tell apart."""

    text: str


@dataclass(frozen=True, slots=True)
class GitSource:
    """A repository reached over https.

    `ref` None is the default branch. `tail` is what followed `/tree/`: a ref and perhaps a path, which only the
    remote's own refs can divide; then `ref` is None and `subpath` "".
    """

    url: RemoteUrl
    ref: str | None = None
    subpath: str = ""
    tail: str = ""
    short: bool = False


@dataclass(frozen=True, slots=True)
class PackageSource:
    """A published package. `version` None is the newest final release."""

    registry: Literal["pypi", "npm"]
    name: str
    version: str | None = None


Source = PathSource | GitSource | PackageSource


def parse_source(text: str, policy: UrlPolicy) -> Source:
    """What `text` names.

    Raises:
        InvalidArgument: no form fits, or a ref, path or version in it is malformed.
        BlockedUrl: an address that the URL guard refuses.
    """
    if not text or not text.strip():
        raise InvalidArgument("The source is empty.", hint=FORMS_HINT)
    if len(text) > MAX_SOURCE_CHARS or _CONTROL.search(text):
        raise InvalidArgument("The source is too long or holds control characters.", hint=FORMS_HINT)
    if text.startswith(("/", "./", "../", "~")) or text.partition("@")[0] in (".", ".."):
        return PathSource(text)
    if text.startswith("pkg:"):
        return _purl(text.removeprefix("pkg:"), policy)
    if scp := _SCP.fullmatch(text):
        host, path = scp.groups()
        return _git_url(f"https://{host}/{path.removeprefix('/')}", policy)
    if scheme := _SCHEME.match(text):
        return _any_url(text, scheme[1].lower(), policy)
    return _short_form(text, policy)


def _any_url(text: str, scheme: str, policy: UrlPolicy) -> GitSource:
    if scheme not in ("https", "http"):
        raise BlockedUrl(
            f"Addresses with {scheme[:20]}:// are not read; only https is.",
            hint="Give the https address of the repository, or a path for a local one.",
        )
    return _git_url(text, policy)


def _git_url(text: str, policy: UrlPolicy) -> GitSource:
    url = parse_remote_url(text, policy)
    segments = url.path.strip("/").split("/")
    if not all(part and is_subpath(part) for part in segments):
        raise InvalidArgument("The path of this address is not a repository's.", hint=FORMS_HINT)
    repository, rest = _divided(segments, url.host)
    if not repository or not all(_NAME.fullmatch(part) for part in repository):
        raise InvalidArgument("The address names no repository.", hint="It should end in /owner/name.")
    return _page(replace(url, path="/" + "/".join(repository)), rest)


def _divided(segments: list[str], host: str) -> tuple[list[str], list[str]]:
    """The repository's own path and what its web pages put behind it."""
    for at, part in enumerate(segments):
        if part.endswith(".git") and part != ".git":
            return segments[: at + 1], segments[at + 1 :]
        if part == "-" and at >= 2:
            return segments[:at], segments[at + 1 :]
    if host in _TWO_PART_HOSTS:
        return segments[:2] if len(segments) >= 2 else [], segments[2:]
    if host == "huggingface.co":
        own = 3 if segments[0] in ("datasets", "spaces") else 2
        return segments[:own] if len(segments) >= own else [], segments[own:]
    for at, part in enumerate(segments):
        if part in ("tree", "blob") and at >= 2:
            return segments[:at], segments[at:]
    return segments, []


def _page(url: RemoteUrl, rest: list[str]) -> GitSource:
    """The source that a forge's web page shows: /tree/<ref>/<path>, /commit/<id>, /releases/tag/<tag>."""
    match rest:
        case []:
            return GitSource(url)
        case ["tree", *tail] if tail:
            return _tree(url, tail)
        case ["src", "branch" | "tag" | "commit", *tail] if tail:
            return _tree(url, tail)
        case ["src", *tail] if tail and url.host == "bitbucket.org":
            return _tree(url, tail)
        case ["commit" | "commits", ref]:
            return GitSource(url, ref=checked_ref(ref))
        case ["releases", "tag", *tag] if tag:
            return GitSource(url, ref=checked_ref("/".join(tag)))
        case _:
            raise InvalidArgument(
                f"The page /{'/'.join(rest)[:60]} of this repository is not a source.",
                hint="Give the repository's address, or a folder of it as /tree/<ref>/<path>.",
            )


def _tree(url: RemoteUrl, tail: list[str]) -> GitSource:
    if len(tail) == 1:
        return GitSource(url, ref=checked_ref(tail[0]))
    joined = "/".join(tail)
    if not is_ref(tail[0]) or not is_subpath(joined):
        checked_ref(tail[0])
        checked_subpath(joined)
    return GitSource(url, tail=joined)


def _short_form(text: str, policy: UrlPolicy) -> GitSource:
    form = _SHORT.fullmatch(text)
    if form is None:
        raise InvalidArgument("This is no source that can be read.", hint=FORMS_HINT)
    prefix, path, ref = form[1] or "github", form[2], form[3]
    parts = path.removesuffix("/").removesuffix(".git").split("/")
    if prefix not in FORGES:
        raise InvalidArgument(f"'{prefix[:20]}:' is no forge that is known.", hint=f"Known: {', '.join(FORGES)}.")
    if not all(_NAME.fullmatch(part) for part in parts) or not _fits(prefix, parts):
        raise InvalidArgument(
            "This is no source that can be read.",
            hint=f"For a local folder write ./{path[:80]}. {FORMS_HINT}" if path.isprintable() else FORMS_HINT,
        )
    url = parse_remote_url(f"{FORGES[prefix]}/{'/'.join(parts)}", policy)
    return GitSource(url, ref=None if ref is None else checked_ref(ref), short=form[1] is None)


def _fits(forge: str, parts: list[str]) -> bool:
    if forge == "gitlab":
        return 2 <= len(parts) <= 20
    if forge == "huggingface" and parts[0] in ("datasets", "spaces"):
        return len(parts) == 3
    return len(parts) == 2


def _purl(text: str, policy: UrlPolicy) -> Source:
    """The purl subset that names one package or repository (ECMA-427): no qualifiers, no subpath."""
    kind, _, rest = text.partition("/")
    if not rest or "?" in rest or "#" in rest:
        raise InvalidArgument(
            "This package URL cannot be read.", hint="The form is pkg:pypi/name@version or pkg:npm/name@version."
        )
    kind = kind.lower()
    if kind in ("github", "gitlab", "bitbucket", "huggingface"):
        path, _, ref = unquote(rest).partition("@")
        return _short_form(f"{kind}:{path}" + (f"@{ref}" if ref else ""), policy)
    name, version = _name_and_version(rest)
    if version is not None and not _VERSION.fullmatch(version):
        raise InvalidArgument("The version of this package URL is malformed.", hint="Give one exact version.")
    if kind == "pypi" and _PYPI_NAME.fullmatch(name):
        return PackageSource("pypi", re.sub(r"[-_.]+", "-", name).lower(), version)
    if kind == "npm" and _NPM_NAME.fullmatch(name):
        return PackageSource("npm", name, version)
    raise InvalidArgument(
        f"'pkg:{kind[:20]}' with this name is not read.", hint="Read are pkg:pypi, pkg:npm, pkg:github and pkg:gitlab."
    )


def _name_and_version(rest: str) -> tuple[str, str | None]:
    """Divide at the last `@` that is not the first character: an npm scope begins with one (also as %40)."""
    head, at, version = rest.rpartition("@")
    if not at or not head:
        return unquote(rest), None
    return unquote(head), unquote(version)
