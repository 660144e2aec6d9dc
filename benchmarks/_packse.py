"""Packse's scenarios (Apache-2.0 or MIT): fetched from the index, read as text, served from memory on loopback."""

import io
import re
import tarfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_index import LoopbackIndex

from plumbrule.core.http import Digest, Http
from plumbrule.core.security.urls import REGISTRY_HOSTS, NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.dependencies.engines.indexes import PUBLIC_PYPI, index_policy, python_indexes
from plumbrule.mcp_server.dependencies.engines.listing import Listing
from plumbrule.mcp_server.dependencies.joint.targets import Platform, Target

MAX_SDIST_BYTES = 64 << 20
PYTHON = "3.12"
"""What a scenario without a word about it runs on, and what its packages require."""

_PLATFORMS: Mapping[str, tuple[Platform, str]] = {
    "linux": ("linux", "x86_64"),
    "x86_64-manylinux2014": ("linux", "x86_64"),
    "x86_64-manylinux_2_17": ("linux", "x86_64"),
    "aarch64-apple-darwin": ("macos", "aarch64"),
    "macos": ("macos", "aarch64"),
    "windows": ("windows", "x86_64"),
}


@dataclass(frozen=True)
class Scenario:
    """One scenario; `table` is its file."""

    name: str
    table: Mapping[str, Any]

    @property
    def requires(self) -> Sequence[str]:
        return self.table["root"].get("requires", [])

    @property
    def requires_python(self) -> str:
        return self.table["root"].get("requires_python", f">={PYTHON}")

    @property
    def options(self) -> Mapping[str, Any]:
        return self.table.get("resolver_options", {})

    @property
    def target(self) -> Target:
        python = self.options.get("python") or self.table.get("environment", {}).get("python", PYTHON)
        if self.options.get("universal"):
            lowest = re.search(r">=\s*([\d.]+)", self.requires_python)
            return Target(lowest[1] if lowest else python, platform="universal")
        platform, machine = _PLATFORMS[self.options.get("python_platform") or "linux"]
        return Target(python, platform=platform, machine=machine)

    @property
    def untranslated(self) -> str:
        """Why it cannot be put as a question of ours, "" when it can."""
        if self.options.get("required_environments"):
            return "required environments of a universal lock: a question of ours has one target"
        if (self.options.get("python_platform") or "linux") not in _PLATFORMS:
            return f"platform {self.options['python_platform']}"
        return ""

    def publish(self, index: LoopbackIndex) -> None:
        """Offer its packages. Whoever forbids builds or wheels of a package sees none of that kind of file."""
        no_build, no_binary = self.options.get("no_build", []), self.options.get("no_binary", [])
        for name, package in self.table.get("packages", {}).items():
            for version, release in package["versions"].items():
                requires_python = release.get("requires_python", f">={PYTHON}")
                lines = list(release.get("requires", []))
                extras = release.get("extras", {})
                lines += [_under(line, extra) for extra, listed in extras.items() for line in listed]
                common: dict[str, Any] = {
                    "requires_python": requires_python, "extras": list(extras), "yanked": release.get("yanked", False)
                }  # fmt: skip
                if release.get("wheel", True) and name not in no_binary:
                    for tag in release.get("wheel_tags") or ["py3-none-any"]:
                        index.wheel(name, version, *lines, tag=tag, **common)
                if release.get("sdist", True) and name not in no_build:
                    index.sdist(name, version, *lines, **common)


def _under(line: str, extra: str) -> str:
    head, semicolon, marker = line.partition(";")
    return f"{head}; ({marker.strip()}) and extra == '{extra}'" if semicolon else f"{line}; extra == '{extra}'"


async def scenarios() -> tuple[str, list[Scenario]]:
    """The version of the newest packse and its scenarios, in their order.

    The public index is trusted by its origins: behind a mirror its names lead to private addresses.
    """
    network = NetworkSettings(extra_origins=tuple(sorted(f"https://{host}" for host in REGISTRY_HOSTS)))
    indexes = python_indexes(PUBLIC_PYPI)
    policy = index_policy(network, indexes)
    releases = await Listing(indexes, MemoryCache(10, 10_000_000), lambda: Http(network, policy)).releases("packse")
    newest = next(one for one in reversed(releases) if one.sdist and not one.yanked)
    packed = io.BytesIO()
    async with Http(network, policy) as http:
        digest = Digest("sha256", newest.sdist_sha256)
        await http.download(newest.sdist, packed, max_bytes=MAX_SDIST_BYTES, digest=digest, redirects=2)
    packed.seek(0)
    found: list[Scenario] = []
    with tarfile.open(fileobj=packed, mode="r:gz") as archive:
        for entry in archive:
            parts = Path(entry.name).parts
            content = (
                archive.extractfile(entry) if parts[1:2] == ("scenarios",) and parts[-1].endswith(".toml") else None
            )
            if content is not None:
                table = tomllib.loads(content.read().decode())
                found.append(Scenario(f"{parts[-2]}/{table['name']}", table))
    return newest.version, sorted(found, key=lambda one: one.name)
