"""Package URLs by the specification (package-url/purl-spec): one name for a package across all tools.

Own code, because it is small and one lock needs tens of thousands; agreement with `packageurl-python` is tested.
"""

import re
from urllib.parse import quote

_SAFE = ".-_~:"
"""What stays as it is in names, versions and values: the specification leaves the colon unencoded."""

TYPES = {
    "python": "pypi",
    "conda": "conda",
    "javascript": "npm",
    "rust": "cargo",
    "go": "golang",
    "jvm": "maven",
    "dotnet": "nuget",
    "ruby": "gem",
    "php": "composer",
    "swift": "swift",
    "elixir": "hex",
    "erlang": "hex",
    "dart": "pub",
    "docker": "docker",
    "github_actions": "githubactions",
    "conan": "conan",
    "vcpkg": "vcpkg",
    "terraform": "terraform",
}
"""Our word for an ecosystem to the type of its purls."""

_LOWER = frozenset(("pypi", "composer", "hex", "githubactions", "docker", "golang", "npm"))
_FORGES = {"github.com": "github", "gitlab.com": "gitlab", "bitbucket.org": "bitbucket"}
_HOSTED = re.compile(
    r"(?:git(?:::|\+))?(?:https?://(?:[^/@\s]*@)?|ssh://git@|git@|git://)?([\w.-]+\.[a-z]+)(?::\d+)?[/:](.+?)/([^/?#]+?)"
    r"(?:\.git)?(?://([^?#]*))?/?(?:\?ref=([^&#]*).*)?$"
)
_GIT = re.compile(r"(?:git\+|git:)(?=[\w.+-]*(?:://|@))")
_SHORT = re.compile(r"(?:github:)([\w.-]+/[\w.-]+?)(?:\.git)?(?:#(.*))?$")
_NAMESPACED = frozenset(("maven", "swift", "composer", "githubactions"))
"""Types whose packages have no name without a namespace."""

MAX_REFERENCE_CHARS = 500
"""A longer place names nothing that people write, and the pattern takes the square of it."""


def purl_of(ecosystem: str, name: str, version: str = "", reference: str = "") -> str:
    """The purl of a package, "" where none can be said (a place without a name, a path of the repository's own).

    `version` is a version or a digest and never a range. A package that comes from a git repository says so in
    `vcs_url`: the registry's package of that name is another.
    """
    kind = TYPES.get(ecosystem)
    reference = reference if len(reference) <= MAX_REFERENCE_CHARS else ""
    if kind is None or not name or name[0] in "./~$:" or "://" in name or (kind == "terraform" and reference):
        return _of_place(ecosystem, reference or name, version)
    if reference.startswith("jsr:"):
        kind = "jsr"
    namespace, bare = _split(kind, name)
    subpath = ""
    if kind == "swift" and not namespace:
        namespace, bare = _swift(reference, bare)
    if kind in _NAMESPACED and not namespace:
        return ""
    if kind in _LOWER:
        namespace, bare = namespace.lower(), bare.lower()
    if kind == "pypi":
        bare = bare.replace("_", "-")
    qualifiers: dict[str, str] = {}
    if kind == "docker":
        namespace, bare, qualifiers = _image(namespace, bare)
        version = version.rpartition("@")[2] if "@sha" in version else version
    elif kind not in ("swift", "golang", "githubactions") and (place := _vcs(reference)):
        qualifiers["vcs_url"] = place
    if kind == "githubactions" and "/" in bare:
        bare, _, subpath = bare.partition("/")
    if kind == "terraform" and "//" in name:
        address, _, subpath = name.partition("//")
        namespace, bare = _split(kind, address)
    return _written(kind, namespace, bare, version, qualifiers, subpath)


def _written(kind: str, namespace: str, bare: str, version: str, qualifiers: dict[str, str], subpath: str) -> str:
    text = f"pkg:{kind}/"
    if namespace:
        text += "/".join(quote(part, safe=_SAFE) for part in namespace.split("/") if part) + "/"
    text += quote(bare, safe=_SAFE)
    if version:
        text += f"@{quote(version, safe=_SAFE + '/')}"
    if qualifiers:
        text += "?" + "&".join(f"{key}={quote(value, safe=_SAFE + '/')}" for key, value in sorted(qualifiers.items()))
    parts = [quote(part, safe=_SAFE) for part in subpath.split("/") if part and part not in (".", "..")]
    return text + (f"#{'/'.join(parts)}" if parts else "")


def _split(kind: str, name: str) -> tuple[str, str]:
    if kind in ("npm", "jsr", "composer", "golang", "docker", "swift", "terraform"):
        namespace, _, bare = name.rpartition("/")
        return namespace, bare
    if kind == "maven":
        group, _, artifact = name.partition(":")
        return (group, artifact) if artifact else ("", group)
    if kind == "githubactions":
        owner, _, rest = name.partition("/")
        return owner, rest
    return "", name


def _swift(reference: str, name: str) -> tuple[str, str]:
    """A Swift package is named by its host, owner and repository."""
    found = _HOSTED.match(reference)
    return (f"{found[1]}/{found[2]}", found[3]) if found else ("", name)


def _vcs(reference: str) -> str:
    """SPDX's form of a git place (`git+https://host/path@revision`), "" for any other reference."""
    place = reference.partition(", ")[0]
    if short := _SHORT.match(place):
        return f"git+https://github.com/{short[1]}" + (f"@{short[2]}" if short[2] else "")
    found = _GIT.match(place)
    if not found:
        return ""
    place, _, fragment = place[found.end() :].partition("#")
    revision = "" if "=" in fragment else fragment
    place = re.sub(r"^git@([\w.-]+):", r"ssh://git@\1/", place)
    place = place.partition("?")[0]
    place = re.sub(r"//[^/@]*:[^/@]*@", "//", place)  # a name and a password are no part of it
    return f"git+{place}" + (f"@{revision}" if revision else "")


def _image(namespace: str, bare: str) -> tuple[str, str, dict[str, str]]:
    """A registry's host is a qualifier; Docker Hub needs none, nor do its official images the `library`."""
    host, _, rest = namespace.partition("/")
    if "." in host or ":" in host or host == "localhost":
        if host not in ("docker.io", "index.docker.io", "registry-1.docker.io"):
            return rest, bare, {"repository_url": host}
        namespace = rest
    return "" if namespace == "library" else namespace, bare, {}


def _of_place(ecosystem: str, name: str, version: str) -> str:
    """A repository of a known forge that hooks or Terraform modules are taken from."""
    found = _HOSTED.match(name) if ecosystem in ("pre-commit", "terraform") else None
    kind = _FORGES.get(found[1].lower()) if found else None
    if found is None or kind is None:
        return ""
    owner, repository = found[2].lower(), found[3].lower()
    return _written(kind, owner, repository, version or found[5] or "", {}, found[4] or "")
