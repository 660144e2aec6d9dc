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

_LOWER = frozenset(("pypi", "composer", "hex", "githubactions", "github", "bitbucket", "docker"))
_GITHUB = re.compile(r"(?:git\+)?(?:https?://|ssh://git@|git@|git://)github\.com[/:]([^/]+)/([^/#@?]+?)(?:\.git)?/?$")


_HOSTED = re.compile(r"(?:https?://|ssh://git@|git@|git://)([\w.-]+)[/:](.+)/([^/]+?)(?:\.git)?/?$")


def purl_of(ecosystem: str, name: str, version: str = "", reference: str = "") -> str:
    """The purl of a package, "" where none can be said (a place without a name, a path of the repository's own).

    `version` is a version or a digest and never a range.
    """
    kind = TYPES.get(ecosystem)
    if kind is None or not name or name[0] in "./~$:" or "://" in name:
        return _of_place(ecosystem, name, version)
    if reference.startswith("jsr:"):
        kind = "jsr"
    namespace, bare = _split(kind, name)
    if kind == "swift" and not namespace:
        namespace, bare = _swift(reference, bare)
    if kind in _LOWER:
        namespace, bare = namespace.lower(), bare.lower()
    if kind == "pypi":
        bare = bare.replace("_", "-")
    if kind == "golang":
        namespace, bare = namespace.lower(), bare.lower()
    qualifiers: dict[str, str] = {}
    if kind == "docker":
        namespace, bare, qualifiers = _image(namespace, bare)
    subpath = ""
    if kind == "githubactions" and "/" in bare:
        bare, _, subpath = bare.partition("/")
    text = f"pkg:{kind}/"
    if namespace:
        text += "/".join(quote(part, safe=_SAFE) for part in namespace.split("/") if part) + "/"
    text += quote(bare, safe=_SAFE)
    if version:
        text += f"@{quote(version, safe=_SAFE)}"
    if qualifiers:
        text += "?" + "&".join(f"{key}={quote(value, safe=_SAFE + '/')}" for key, value in sorted(qualifiers.items()))
    return text + (f"#{subpath}" if subpath else "")


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


def _image(namespace: str, bare: str) -> tuple[str, str, dict[str, str]]:
    """A registry's host is a qualifier, Docker Hub's needs none, its official images lie in `library`."""
    host, _, rest = namespace.partition("/")
    if "." in host or ":" in host or host == "localhost":
        if host in ("docker.io", "index.docker.io"):
            return rest, bare, {}
        return rest, bare, {"repository_url": f"{host}/{rest}/{bare}" if rest else f"{host}/{bare}"}
    return namespace, bare, {}


def _of_place(ecosystem: str, name: str, version: str) -> str:
    found = _GITHUB.match(name)
    if found and ecosystem == "pre-commit":
        owner, repository = quote(found[1].lower(), safe=_SAFE), quote(found[2].lower(), safe=_SAFE)
        return f"pkg:github/{owner}/{repository}" + (f"@{quote(version, safe=_SAFE)}" if version else "")
    return ""
