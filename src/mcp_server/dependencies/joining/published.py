"""Where a published Python package's own metadata speaks: of a wheel always, of a source distribution where its build
files leave requirements to code that nobody runs here.

What the publisher's build wrote is then the statement, with its own place; the build files keep everything else.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import replace

from plumbrule.mcp_server.dependencies.requirement import Reading

_BUILD_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
_COMPUTED = frozenset(("python.computed", "python.computed-optional"))
_REPLACED = frozenset(("runtime", "optional"))


def with_published(readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """The readings with metadata in the place of what it knows better, and without metadata that has nothing to add."""
    wheel = next((path for path in readings if path.count("/") == 1 and path.endswith(".dist-info/METADATA")), None)
    if wheel is not None:  # whatever else lies in a wheel is content and no manifest of it
        return {path: one for path, one in readings.items() if path == wheel or not _of_python(path)}
    metadata = {path for path in readings if _is_metadata(path)}
    if not metadata:
        return dict(readings)
    others = {path: one for path, one in readings.items() if path not in metadata}
    speaker = _speaker(readings)
    built = [readings[name] for name in _BUILD_FILES if name in readings]
    computed = any(one.rule in _COMPUTED for each in built for one in each.not_read)
    if speaker is None or not computed:
        return others
    for name in _BUILD_FILES:
        if name in others:
            others[name] = _without_requirements(others[name])
    return {speaker: readings[speaker], **others}


def _is_metadata(path: str) -> bool:
    name = posixpath.basename(path)
    return name == "PKG-INFO" or path.endswith((".dist-info/METADATA", ".egg-info/requires.txt"))


def _of_python(path: str) -> bool:
    name = posixpath.basename(path)
    return name in (*_BUILD_FILES, "Pipfile", "Pipfile.lock") or name.endswith(".txt") or _is_metadata(path)


def _speaker(readings: Mapping[str, Reading]) -> str | None:
    """`PKG-INFO` when it tells its requirements for sure (PEP 643), else the `requires.txt` that setuptools wrote."""
    root = readings.get("PKG-INFO")
    if root is None or root.fault:
        return None
    if root.asked:
        return "PKG-INFO"
    form = root.first("metadata-version")
    numbers = tuple(int(part) for part in (form.name if form else "").split(".") if part.isdigit())
    if numbers >= (2, 2) and not any(one.name == "requires-dist" for one in root.of("dynamic")):
        return "PKG-INFO"  # it asks for nothing, and says so
    found = sorted(path for path in readings if path.endswith(".egg-info/requires.txt") and path.count("/") <= 2)
    return found[0] if len(found) == 1 else None


def _without_requirements(reading: Reading) -> Reading:
    return replace(
        reading,
        asked=[one for one in reading.asked if one.scope not in _REPLACED],
        not_read=[one for one in reading.not_read if one.rule not in _COMPUTED],
    )
