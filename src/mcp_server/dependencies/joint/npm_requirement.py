"""What npm is asked for, as texts that cross between repositories and the engine: `name@range`, read and compared.

Below: `ranges/npm_algebra`. Above: `npm_asks` and its neighbours, `engines/npm_question`.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, cast

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.joint.question import Edge, Engine, Question
from plumbrule.mcp_server.dependencies.joint.releases import nodes
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import as_range, intersection, satisfies, subset, versions_of

NODE = "Node.js"
"""What edges call the runtime: there is a package named `node`."""

ENGINES = "engines:node"
"""The constraint that has every chosen package's `engines.node` hold too: `engines:node@20.11.0`."""

WRITTEN = "written:"
"""What an ask says where it stands; it bounds nothing, and tells from where any version is the nearest."""

Table = Literal["", "optional", "peer", "peer-optional"]
TABLES: tuple[Table, ...] = ("", "optional", "peer", "peer-optional")
NAME = re.compile(r"(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*", re.ASCII)
"""npm's names, with the capitals that old ones have. None begins with `_` or `.`, so none is `__proto__` or a path."""

MAX_NAME_CHARS = 214
TAG = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,60}", re.ASCII)
_REQUIREMENT = re.compile(rf"(?:(optional|peer|peer-optional):)?({NAME.pattern})(?:@(.*))?", re.DOTALL)
_ALIAS = re.compile(rf"npm:({NAME.pattern})(?:@(.*))?", re.DOTALL)


class Asked(NamedTuple):
    """One requirement: the name under which it is installed, the package that it is, and within what."""

    table: Table
    name: str
    package: str
    range: str
    any: bool = False

    @property
    def spec(self) -> str:
        """As package.json has it."""
        return self.range if self.package == self.name else f"npm:{self.package}@{self.range or '*'}"


def parse_requirement(text: str) -> Asked:
    """Raises ValueError for what is none; callers sort out places and slips before."""
    found = _REQUIREMENT.fullmatch(text)
    if not found or len(found[2]) > MAX_NAME_CHARS:
        raise ValueError("no requirement of npm's")
    table: Table = cast(Table, found[1] or "")
    if found[3] is None:
        return Asked(table, found[2], found[2], "*", any=True)
    spec = found[3].strip()
    alias = _ALIAS.fullmatch(spec)
    package, within = (alias[1], (alias[2] or "").strip()) if alias else (found[2], spec)
    if versions_of(within) is None and not TAG.fullmatch(within):
        raise ValueError("neither a range nor a tag")
    return Asked(table, found[2], package, within)


def is_name(text: str) -> bool:
    """Whether npm could publish something under it."""
    return len(text) <= MAX_NAME_CHARS and NAME.fullmatch(text) is not None


def agreed(ranges: Sequence[str]) -> str | None:
    """One range for all, None when there is none: in an author's words where one of them says it all.

    A tag is met by whatever version is there, as npm sees it; alone it stands for itself.
    """
    wanted = list(dict.fromkeys(ranges))
    read = [one for one in wanted if versions_of(one) is not None]
    if not read:
        return wanted[0] if wanted else "*"
    for one in read:
        if all(one == other or subset(one, other) for other in read) and (len(read) == 1 or not _nothing(one)):
            return one or "*"
    shared = intersection(read)
    return None if shared is None or shared.empty else as_range(shared)


def _nothing(text: str) -> bool:
    versions = versions_of(text)
    return versions is not None and versions.empty


def full_node(target: Target) -> str:
    """The target's Node with all three numbers: of a short one the newest release that is known."""
    if not target.node or target.node.count(".") >= 2:
        return target.node
    known = next((one for one in nodes() if one.startswith(f"{target.node}.")), None)
    return known or target.node + ".0" * (2 - target.node.count("."))


def allows_node(constraint: str, version: str) -> bool:
    """As npm checks `engines`: pre-releases count, and what is no range is not held against a package."""
    return versions_of(constraint) is None or satisfies(version, constraint, prereleases=True)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One package of a tree. `path` are the edges down to it, `node` its `engines.node`."""

    name: str
    version: str
    via: tuple[str, ...]
    node: str
    optional: bool
    integrity: str
    resolved: str
    path: tuple[Edge, ...]


class NpmOracle(Engine, Protocol):
    """An engine for npm that can also tell what its packages say of themselves."""

    async def chosen(self, question: Question) -> Sequence[Chosen]:
        """The packages of a tree; empty when there is no tree."""
        ...
