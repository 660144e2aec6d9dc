"""Everything a survey has read, before it is made into a report: the common input of the fact rooms beside it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.inventory import Inventory, is_of_tests
from plumbrule.mcp_server.analysis.model import Languages
from plumbrule.mcp_server.dependencies.ecosystems import TABLE
from plumbrule.mcp_server.dependencies.model import Declaration, Field, Manifest
from plumbrule.mcp_server.dependencies.requirement import Reading
from plumbrule.mcp_server.platforms.ports.snapshot import Origin

# The ecosystem that a repository in this language is most likely published in, to rank several manifests at one depth.
_HOME: dict[str, str] = {
    "Python": "python",
    "JavaScript": "javascript",
    "TypeScript": "javascript",
    "Rust": "rust",
    "Go": "go",
    "Java": "jvm",
    "Kotlin": "jvm",
    "Scala": "jvm",
    "Groovy": "jvm",
    "C#": "dotnet",
    "F#": "dotnet",
    "Visual Basic .NET": "dotnet",
    "Ruby": "ruby",
    "PHP": "php",
    "C": "native",
    "C++": "native",
    "Swift": "swift",
    "Elixir": "elixir",
    "Dart": "dart",
    "HCL": "terraform",
}
_ROW = {pattern: number for number, (pattern, *_) in enumerate(TABLE)}


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read. `texts` holds the heads of the small files by path; `manifests` are in rank order."""

    origin: Origin
    inventory: Inventory
    manifests: tuple[Manifest, ...]
    aside: frozenset[str]
    """Paths of manifests that lie among tests, examples and the like: they say nothing about the whole."""
    languages: Languages | None = None
    texts: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    readings: Mapping[str, Reading] = field(default_factory=dict[str, Reading])
    """What manifests and locks say about dependencies, by path; read at `full` only."""

    def own(self) -> Iterator[Manifest]:
        """The project's own manifests, the most telling first."""
        return (manifest for manifest in self.manifests if manifest.path not in self.aside)

    def declared(self, *fields: Field) -> Iterator[tuple[Manifest, Declaration]]:
        """What the project's own manifests declare, in their rank order."""
        return ((manifest, one) for manifest in self.own() for one in manifest.declarations if one.field in fields)

    def declared_for_tests(self, *fields: Field) -> Iterator[tuple[Manifest, Declaration]]:
        """As `declared`, then what the manifests among the tests declare: a test project names its framework there."""
        yield from self.declared(*fields)
        for manifest in self.manifests:
            if manifest.path in self.aside and is_of_tests(manifest.path):
                yield from ((manifest, one) for one in manifest.declarations if one.field in fields)


def homes_of(languages: Iterable[str]) -> list[str]:
    """The ecosystems that repositories in these languages are published in, each once and the first first."""
    return list(dict.fromkeys(_HOME.get(name, "") for name in languages))


def ranked(manifests: list[Manifest], languages: Languages | None, aside: frozenset[str]) -> tuple[Manifest, ...]:
    """By: own before aside, depth, the main language's ecosystem, the table's order, path."""
    homes = homes_of(share.name for share in languages.shares) if languages else []

    def rank(manifest: Manifest) -> tuple[bool, int, int, int, str]:
        home = homes.index(manifest.rule.ecosystem) if manifest.rule.ecosystem in homes else len(homes)
        depth = manifest.path.count("/")
        return (manifest.path in aside, depth, home, _ROW[manifest.rule.pattern], manifest.path)

    return tuple(sorted(manifests, key=rank))
