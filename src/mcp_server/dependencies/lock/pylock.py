"""`pylock.toml` (PEP 751): what an engine wrote is read, and ours is written with provenance.

The engine's file is not passed on: it names our own folders and says nothing about who asked.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from posixpath import basename
from typing import Any, cast
from urllib.parse import unquote, urlsplit, urlunsplit

from plumbrule.mcp_server.dependencies.lock import toml
from plumbrule.mcp_server.dependencies.lock.model import JointLock, LockedFile, LockedPackage
from plumbrule.mcp_server.dependencies.lock.words import heading

_HASH = re.compile(r"[0-9a-f]{32,128}")


class UnreadableLock(ValueError):
    """What the engine wrote is no lock that can be passed on."""


def read(text: str, sources: Mapping[str, LockedFile] = {}) -> tuple[LockedPackage, ...]:
    """The packages of an engine's lock by name and version, without our own parties, which are files of ours.

    `sources` stand in place of the files of the packages that they are named by.

    Raises:
        UnreadableLock: it is no TOML, or a package has no release, no file, or a file without a hash.
    """
    try:
        rows = tomllib.loads(text).get("packages", [])
    except tomllib.TOMLDecodeError as error:
        raise UnreadableLock("no TOML") from error
    if not isinstance(rows, list):
        raise UnreadableLock("no table of packages")
    packages = [
        _package(row, sources.get(row.get("name", "")))
        for row in cast("list[dict[str, Any]]", rows)
        if "path" not in row.get("archive", {})
    ]
    return tuple(sorted(packages, key=lambda one: (one.name, one.version, one.marker)))


def _package(row: Mapping[str, Any], source: LockedFile | None) -> LockedPackage:
    if "version" not in row or not ("wheels" in row or "sdist" in row):
        raise UnreadableLock(f"{row.get('name')} is no release with files")
    if source is not None:
        return LockedPackage(row["name"], row["version"], row.get("marker", ""), sdist=source)
    wheels = sorted((_file(one) for one in row.get("wheels", ())), key=lambda one: one.name)
    sdist = _file(row["sdist"]) if "sdist" in row else None
    return LockedPackage(
        row["name"], row["version"], row.get("marker", ""), row.get("requires-python", ""), tuple(wheels), sdist
    )


def _file(row: Mapping[str, Any]) -> LockedFile:
    url = without_credentials(row.get("url", ""))
    hashes = cast("dict[str, str]", row.get("hashes", {}))
    if not url or not hashes or not all(_HASH.fullmatch(digits) for digits in hashes.values()):
        raise UnreadableLock("a file without its address or hash")
    uploaded = row.get("upload-time")
    return LockedFile(
        row.get("name") or file_name(url),
        url,
        tuple(sorted(hashes.items())),
        row.get("size", 0),
        moment(uploaded) if isinstance(uploaded, datetime | str) else "",
    )


def file_name(url: str) -> str:
    """The last part of an address."""
    return unquote(basename(urlsplit(url).path))


def moment(when: datetime | str) -> str:
    """A moment in UTC as TOML and RFC 3339 write it; "" for none."""
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when)
        except ValueError:
            return ""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def without_credentials(url: str) -> str:
    """An address without what stands before `@`, and without a query, where tokens travel."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def write(lock: JointLock) -> str:
    """The file; the same lock gives the same text."""
    return "\n".join(_lines(lock)) + "\n"


def _lines(lock: JointLock) -> Iterator[str]:
    yield from map(toml.comment, heading(lock, "pip install -r pylock.toml, or uv pip sync pylock.toml"))
    yield 'lock-version = "1.0"'
    if lock.environments:
        yield f"environments = {toml.strings(lock.environments)}"
    if lock.requires_python:
        yield f"requires-python = {toml.string(lock.requires_python)}"
    yield 'created-by = "plumbrule"'
    for package in lock.packages:
        yield ""
        yield from _package_lines(lock, package)
    yield ""
    yield from _tool(lock)


def _package_lines(lock: JointLock, package: LockedPackage) -> Iterator[str]:
    yield "[[packages]]"
    yield f"name = {toml.string(package.name)}"
    yield f"version = {toml.string(package.version)}"
    if package.marker:
        yield f"marker = {toml.string(package.marker)}"
    if package.requires_python:
        yield f"requires-python = {toml.string(package.requires_python)}"
    if package.sdist:
        yield f"sdist = {_file_table(package.sdist)}"
    if package.wheels:
        yield f"wheels = {toml.rows(map(_file_table, package.wheels))}"
    yield ""
    yield "[packages.tool.plumbrule]"
    yield f"asked-by = {toml.rows(_asked(lock, package.name))}"


def _file_table(file: LockedFile) -> str:
    pairs = [("name", toml.string(file.name)), ("url", toml.string(file.url))]
    if file.uploaded:
        pairs.append(("upload-time", file.uploaded))
    if file.size:
        pairs.append(("size", str(file.size)))
    hashes = toml.table((algorithm, toml.string(digits)) for algorithm, digits in file.hashes)
    return toml.table([*pairs, ("hashes", hashes)])


def _asked(lock: JointLock, name: str) -> Iterator[str]:
    for one in lock.askings(name):
        pairs = [("repository", toml.string(one.repository)), ("requirement", toml.string(one.requirement))]
        if one.at:
            pairs.append(("at", toml.string(one.at)))
        if one.through:
            pairs.append(("through", toml.strings(one.through)))
        yield toml.table(pairs)


def _tool(lock: JointLock) -> Iterator[str]:
    yield "[tool.plumbrule]"
    yield f"target = {toml.string(lock.target)}"
    if lock.exclude_newer:
        yield f"exclude-newer = {toml.string(lock.exclude_newer)}"
    yield f"complete = {'false' if lock.left_out else 'true'}"
    if lock.presumes:
        yield f"presumes = {toml.rows(map(toml.string, lock.presumes))}"
    if lock.left_out:
        rows = (
            toml.table(
                [
                    ("repository", toml.string(one.repository)),
                    ("requirement", toml.string(one.written)),
                    ("at", toml.string(one.at)),
                    ("rule", toml.string(one.rule)),
                ]
            )
            for one in lock.left_out
        )
        yield f"not-checked = {toml.rows(rows)}"
    sides = (
        toml.table(
            [("label", toml.string(side.label)), *([("revision", toml.string(side.revision))] if side.revision else [])]
        )
        for side in lock.sides
    )
    yield f"repositories = {toml.rows(sides)}"
