"""What an import of Java, Kotlin or Scala means: files of this repository, the platform, or a library.

A class is found by the package that files declare and by the names that they offer, never by folders. Where several
files offer a name (copies for tests, platforms of a multiplatform module), those nearest to the importing file count,
and a test's file only for tests. A type of the same package needs no import: a name that a file uses and does not
import is that of the one file of its package that declares it, or means nothing here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
_LANGUAGES = frozenset(("Java", "Kotlin", "Scala", "Groovy"))
_NOTHING = Resolution("file")
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")
_PLATFORM = re.compile(
    r"(?:java|jdk|sun|kotlin|scala|dalvik|android|netscape|groovy)\.(?!test\b|library\b)"
    r"|com\.sun\.(?:net\.httpserver|management|source|tools|nio|security|jdi|java)\b|org\.(?:w3c\.dom|xml\.sax|ietf\.jgss)\b"
    r"|javax\.(?:accessibility|annotation\.processing|crypto|imageio|lang\.model|management|naming|net|print|rmi|script"
    r"|security\.(?:auth|cert|sasl)|sound|sql|swing|tools|transaction\.xa|xml\.(?!bind|ws|soap))"
)
"""Packages of the JDK's modules (Java SE 17 API), Android's and the languages' own standard libraries."""
_TEST_SET = re.compile(r"(?:^|/)(?:\w*[tT]ests?|\w*Test|testFixtures|it)/")
_DOMAIN_LIST = (
    "ai app br ch cn com cz de dev edu es eu fi fr gov info io it jp kr me net nl no org pl ru se tech uk us xyz"
)
_DOMAINS = frozenset(_DOMAIN_LIST.split())


@dataclass(slots=True)
class _World:
    offered: Mapping[str, Mapping[str, list[str]]]
    """Package to name to the files that offer it."""
    members: Mapping[str, list[str]]
    """Package to its files."""
    declared: Mapping[tuple[str, str], list[str]]
    """Package and name to the files that are known to declare it."""
    packages: Mapping[str, str]
    """The package of each file."""
    groups: tuple[str, ...]
    """Groups and coordinates of declared dependencies that begin a package name, the longest first."""


def resolver(tree: Tree) -> Resolve:
    """A resolver for the files of all languages of the Java platform."""
    world = _world(tree)
    known: dict[tuple[str, str, bool], Resolution] = {}

    def resolve(path: str, one: Import) -> Resolution:
        if one.kind == "package":
            return _NOTHING
        if "reference" in one.flags:
            return _named(world, path, one.target)
        wild = one.names == ("*",)
        key = (path.rpartition("/")[0], one.target, wild)
        found = known.get(key)
        if found is None:
            found = known[key] = _resolved(world, path, one.target, wild)
        return found

    return resolve


def _world(tree: Tree) -> _World:
    offered: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    members: defaultdict[str, list[str]] = defaultdict(list)
    declared: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    packages: dict[str, str] = {}
    for path in sorted(tree.facts):
        facts = tree.facts[path]
        if tree.languages.get(path) not in _LANGUAGES:
            continue
        package = ".".join(one.target for one in facts.imports() if one.kind == "package")
        stem = path.rpartition("/")[2].partition(".")[0]
        members[package].append(path)
        packages[path] = package
        for name in facts.exports or ():
            if name[:1].isupper():
                declared[package, name].append(path)
        for name in dict.fromkeys((*(facts.exports or ()), stem)):
            offered[package][name].append(path)
    return _World(offered, members, declared, packages, _groups(tree))


def _groups(tree: Tree) -> tuple[str, ...]:
    """From `group:artifact` as Maven and Gradle declare it: the group, and the group with the artifact behind it."""
    groups: set[str] = set()
    for manifest in tree.manifests:
        if manifest.rule.ecosystem != "jvm":
            continue
        for one in manifest.declarations:
            group, colon, artifact = (one.label or one.value).partition(":")
            if one.field == "dependency" and colon and "." in group:
                groups.add(group)
                groups.add(f"{group}.{artifact.partition(':')[0].replace('-', '.')}")
    return tuple(sorted(groups, key=lambda group: (-len(group), group)))


def _resolved(world: _World, path: str, target: str, wild: bool) -> Resolution:
    parts = target.split(".")
    if wild and target in world.members:
        return Resolution("file", tuple(_near(world.members[target], path, every=True)))
    for at in range(len(parts) - 1, -1, -1):
        package = ".".join(parts[:at])
        files = world.offered.get(package, {}).get(parts[at])
        if files:
            return Resolution("file", tuple(_near(files, path)))
    if _PLATFORM.match(target + "."):
        return _BUILTIN
    above = target if wild else target.rpartition(".")[0]
    if above in world.members or (parts[-2:-1] and ".".join(parts[:-2]) in world.members and parts[-2][:1].isupper()):
        return _UNKNOWN  # a class of our own package that no file declares: made by the build
    return Resolution("external", (), _library(world, parts))


def _named(world: _World, path: str, name: str) -> Resolution:
    """A name that no import explains: the file of the same package that alone declares it.

    A library's type of that name, from an import with a star, would be hidden by it (JLS 6.4.1).
    """
    package = world.packages.get(path, "")
    files = world.declared.get((package, name), [])
    if not package:  # the unnamed package of one folder has nothing to do with that of another
        files = [each for each in files if each.rpartition("/")[0] == path.rpartition("/")[0]]
    if not files or path in files:
        return _BUILTIN
    found = _near(files, path)
    if len(found) != 1 or (_TEST_SET.search(found[0]) and not _TEST_SET.search(path)):
        return _BUILTIN
    return Resolution("file", tuple(found))


def _near(files: Iterable[str], path: str, *, every: bool = False) -> list[str]:
    """The files that the importing file most likely means: no tests for what is none, then the nearest."""
    found = list(files)
    if len(found) > 1 and not _TEST_SET.search(path):
        found = [each for each in found if not _TEST_SET.search(each)] or found
    if every or len(found) < 2:
        return found
    folders = path.split("/")[:-1]
    shared = {each: _shared(folders, each.split("/")) for each in found}
    most = max(shared.values())
    return [each for each in found if shared[each] == most]


def _shared(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _library(world: _World, parts: list[str]) -> str:
    """The longest declared group that begins the name, else the usual length of one."""
    target = ".".join(parts)
    for group in world.groups:
        if target.startswith(group) and target[len(group) : len(group) + 1] in ("", "."):
            return group
    take = 3 if parts[0] in _DOMAINS else 2
    lower = 0
    while lower < min(take, len(parts)) and not parts[lower][:1].isupper():
        lower += 1
    return ".".join(parts[: max(lower, 1)])
