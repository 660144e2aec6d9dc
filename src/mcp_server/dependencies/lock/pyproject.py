"""A `pyproject.toml` of one project that asks for everything the repositories ask for: ready for `uv lock`."""

from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.lock import toml
from plumbrule.mcp_server.dependencies.lock.model import Direct, JointLock
from plumbrule.mcp_server.dependencies.lock.words import heading

NAME = "joint"


def write(lock: JointLock) -> str:
    """The file: every direct requirement as its repository states it, with markers and extras, where it stands."""
    return "\n".join(_lines(lock)) + "\n"


def _lines(lock: JointLock) -> Iterator[str]:
    yield from map(toml.comment, heading(lock, "uv lock"))
    yield "[project]"
    yield f'name = "{NAME}"'
    yield 'version = "0"'
    if lock.joint_python:
        yield f"requires-python = {toml.string(lock.joint_python)}"
    yield "dependencies = ["
    for requirement, places in _merged(lock).items():
        yield f"    {toml.string(requirement)},  {toml.comment('; '.join(places))}"
    yield "]"
    yield ""
    yield "[tool.uv]"
    yield "package = false"
    if lock.solving_environments:
        yield f"environments = {toml.strings(lock.solving_environments)}"
    if lock.exclude_newer:
        yield f"exclude-newer = {toml.string(lock.exclude_newer)}"
    if lock.prereleases:
        yield 'prerelease = "allow"'
    for name, requirements in (("constraint", lock.constraints), ("override", lock.overrides)):
        if requirements:
            yield f"{name}-dependencies = {toml.rows(map(toml.string, requirements))}"


def _merged(lock: JointLock) -> dict[str, list[str]]:
    """Requirements sorted by name, equal ones once with all their places."""
    merged: dict[str, list[str]] = {}
    for one in sorted(lock.direct, key=_order):
        place = f"{one.repository} {one.at}".rstrip()
        places = merged.setdefault(one.requirement, [])
        if place not in places:
            places.append(place)
    return merged


def _order(one: Direct) -> tuple[str, str, str, str]:
    return one.name, one.requirement, one.repository, one.at
