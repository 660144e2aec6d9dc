"""Our names of packages as OSV's schema has them (ossf/osv-schema, "affected[].package")."""

import re

from plumbrule.mcp_server.dependencies.advisories.findings import Pinned
from plumbrule.mcp_server.platforms.ports.advisories import Coordinates

ECOSYSTEMS: dict[str, str] = {
    "python": "PyPI",
    "javascript": "npm",
    "rust": "crates.io",
    "go": "Go",
    "jvm": "Maven",
    "dotnet": "NuGet",
    "ruby": "RubyGems",
    "php": "Packagist",
    "dart": "Pub",
    "elixir": "Hex",
    "erlang": "Hex",
    "swift": "SwiftURL",
    "github_actions": "GitHub Actions",
    "conan": "ConanCenter",
}
"""Our word for an ecosystem to the schema's. What has no entry (conda, Docker, Terraform, ...) has no advisories."""

_SEPARATORS = re.compile(r"[-_.]+")
_EXACT = re.compile(r"v?\d[0-9A-Za-z.+!_~-]{0,99}")
_PLAIN = re.compile(r"[^\s\x00-\x1f\x7f]{1,214}")
"""A name without blanks and no longer than any registry allows."""

_SEMVER = frozenset(("npm", "Go", "crates.io", "SwiftURL", "GitHub Actions"))


def coordinates_of(pinned: Pinned) -> Coordinates | None:
    """The package as the database names it; None where it has none, or where no exact version is known."""
    ecosystem = ECOSYSTEMS.get(pinned.ecosystem)
    version = pinned.version.strip()
    name = normal_name(ecosystem, pinned.name) if ecosystem else ""
    if ecosystem is None or not _EXACT.fullmatch(version) or not _PLAIN.fullmatch(name):
        return None
    if ecosystem == "PyPI":
        version = version.partition("+")[0]  # a local version is a build of the public one (PEP 440)
    if ecosystem in _SEMVER:
        version = version.removeprefix("v").removesuffix("+incompatible")
    if ecosystem in ("SwiftURL", "GitHub Actions") and version.count(".") < 2:
        return None  # `v4` is a moving tag
    if ecosystem == "Maven" and ":" not in name:
        return None
    return Coordinates(ecosystem, name, version)


def normal_name(ecosystem: str, name: str) -> str:
    """The spelling under which the database knows a package; also for names that advisories give."""
    name = name.strip()
    if ecosystem == "PyPI":
        return _SEPARATORS.sub("-", name).lower()
    if ecosystem in ("Packagist", "GitHub Actions", "NuGet", "Hex") and ecosystem != "NuGet":
        return name.lower()
    if ecosystem == "SwiftURL":
        return re.sub(r"^(?:https?://|git@)|\.git$", "", name).replace("github.com:", "github.com/").lower()
    return name
