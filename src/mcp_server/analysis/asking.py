"""What one repository asks for, without a survey: its manifests and locks read and joined, no source file opened.

Above it lies `compatibility`, which puts several of these side by side.
"""

import re
from dataclasses import dataclass

from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.inventory import Inventory, take
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.parsing import parse_manifests
from plumbrule.mcp_server.analysis.reading import read_dependencies
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.dependencies.joining.join import Joined, join
from plumbrule.mcp_server.dependencies.joint.asks import Published, RuntimeAsk
from plumbrule.mcp_server.dependencies.model import Manifest
from plumbrule.mcp_server.dependencies.readers import reader_of
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot

FULL_SHARE = 10
"""As many times a card's limit of manifests are read: a joint answer must know them all."""


MAX_PACKAGES = 200
MAX_START_BYTES = 65_536
_SHARES_ITS_NAME = re.compile(rb"pkgutil\b[^\n]{0,100}extend_path|declare_namespace\s*\(")
"""`pkgutil` and `pkg_resources` namespaces (packaging.python.org, "Packaging namespace packages")."""


@dataclass(frozen=True, slots=True)
class AskedBy:
    """Everything that one repository asks for. `cut` counts manifests that a limit left out."""

    joined: Joined
    manifests: tuple[Manifest, ...]
    runtimes: tuple[RuntimeAsk, ...]
    published: tuple[Published, ...]
    cut: int = 0
    packages: tuple[str, ...] = ()
    """Folders of top-level Python packages, as they lie in the tree."""


async def asked_by(snapshot: Snapshot, workers: Workers, cache: Cache, limits: SurveyLimits) -> AskedBy:
    """Reads the manifests and locks of a snapshot; everything untrusted is parsed in workers."""
    inventory = take(snapshot.entries, limits.max_files)
    own = [one for one in inventory.manifests if not one.aside and one.entry.size <= limits.max_manifest_bytes]
    most = limits.max_manifests * FULL_SHARE
    texts = dict(
        await snapshot.read([one.entry for one in own[:most] if one.rule.parser], max_bytes=limits.max_manifest_bytes)
    )
    manifests = await parse_manifests(own[:most], texts, workers, cache, limits.max_manifest_s)
    readings = await read_dependencies(snapshot, inventory, texts, workers, cache)
    joined = join(readings)
    return AskedBy(
        joined,
        tuple(manifests),
        _runtimes(manifests) or _published_runtime(joined),
        _published(joined),
        cut=max(0, len(own) - most) + inventory.over + _too_large(inventory, limits),
        packages=await _packages(snapshot, inventory),
    )


async def _packages(snapshot: Snapshot, inventory: Inventory) -> tuple[str, ...]:
    """Top-level packages that own their name; a namespace package of the older sort shares it on purpose."""
    starts = {f"{folder}/__init__.py": folder for folder in inventory.packages[:MAX_PACKAGES]}
    wanted = [entry for entry in inventory.files if entry.path in starts] if starts else []
    texts = dict(await snapshot.read(wanted, max_bytes=MAX_START_BYTES)) if wanted else {}
    return tuple(folder for path, folder in starts.items() if not _SHARES_ITS_NAME.search(texts.get(path) or b""))


def _too_large(inventory: Inventory, limits: SurveyLimits) -> int:
    return sum(not one.aside and one.entry.size > limits.max_manifest_bytes for one in inventory.manifests)


def _runtimes(manifests: list[Manifest]) -> tuple[RuntimeAsk, ...]:
    """Every declared range, the same range of the same runtime once; shallow files speak first.

    Of .NET every project speaks: its frameworks are alternatives, and stand in several properties.
    """
    found: dict[tuple[str, str, str], RuntimeAsk] = {}
    for manifest in sorted(manifests, key=lambda one: (one.path.count("/"), one.path)):
        for one in manifest.declarations:
            if one.field == "runtime" and one.value:
                ask = RuntimeAsk(one.label, one.value, manifest.path, one.line, one.rule)
                found.setdefault((one.label, one.value, manifest.path if one.label == "dotnet" else ""), ask)
    return tuple(found.values())


def _published_runtime(joined: Joined) -> tuple[RuntimeAsk, ...]:
    """What a published package's own metadata says, where no manifest does."""
    return tuple(
        RuntimeAsk("python", fact.name, path, fact.line, "core-metadata.requires-python")
        for path, reading in joined.readings.items()
        for fact in reading.of("requires-python")
        if fact.name
    )


def _published(joined: Joined) -> tuple[Published, ...]:
    found: dict[tuple[str, str], Published] = {}
    for path, reading in joined.readings.items():
        row = reader_of(path)
        for fact in reading.of("name"):
            if fact.name and row is not None:
                published = Published(row[0], fact.name, fact.value, path, fact.line)
                found.setdefault((row[0], fact.name.lower()), published)
    return tuple(found.values())
