"""Which declared dependencies the code imports: the third of the states declared, locked, imported.

A statement is held against the imports of the files below its manifest's folder. Names are compared by each ecosystem's
own rule (`distributions` for Python, module prefixes for Go, groups for Maven). Nothing is installed or asked.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.graph.distributions import (
    normalised,
    perhaps_imported_as,
    python_distributions,
    python_imports,
)
from plumbrule.mcp_server.analysis.graph.inside import Inside
from plumbrule.mcp_server.analysis.graph.links import Links, Outside
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.sections.dependencies import Dependency, State
from plumbrule.mcp_server.analysis.words import place

ECOSYSTEMS: dict[str, str] = {
    **dict.fromkeys(("JavaScript", "TypeScript", "TSX", "JSX", "Vue", "Svelte", "Astro"), "javascript"),
    **dict.fromkeys(("Java", "Kotlin", "Scala", "Groovy"), "jvm"),
    "Python": "python",
    "Rust": "rust",
    "Go": "go",
    "PHP": "php",
    "Ruby": "ruby",
    "C#": "dotnet",
    "F#": "dotnet",
    "Elixir": "elixir",
    "Swift": "swift",
    "Dart": "dart",
    "HCL": "terraform",
}
"""Whose packages a language's imports name."""

_ALIKE = {"conda": "python"}
_RENAMING = frozenset(("rust", "javascript"))
"""Ecosystems whose manifests give packages another name in code; elsewhere an alias is a name in build files."""

_FOLDERS = ("requirements", "reqs", ".requirements", "dependencies")
"""Folders of requirements files: what lies in them speaks for the folder above."""

_SOURCE_FIRST = {"source": 0, "test": 2, "tooling": 1}


@dataclass(frozen=True, slots=True)
class Imported:
    """One outside package's imports, by path."""

    paths: tuple[str, ...]
    """Sorted, with repetitions; `uses` has the same order."""
    uses: tuple[Outside, ...]

    def below(self, home: str) -> tuple[Outside, ...]:
        """The imports of files below a folder."""
        if not home:
            return self.uses
        first = bisect_left(self.paths, home + "/")
        return self.uses[first : bisect_left(self.paths, home + "0")]  # "0" is the character after "/"


@dataclass(frozen=True, slots=True)
class Usage:
    """The imports of outside packages by ecosystem and package."""

    packages: Mapping[str, Mapping[str, Imported]]
    by_name: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By ecosystem: from the name that a manifest would have, compared form, to packages as the code names them."""
    artifacts: Mapping[str, Imported] = field(default_factory=dict[str, Imported])
    """By coordinates the imports that are certainly of one artifact of the JVM (`jvm_artifacts`)."""

    def of(self, one: Dependency, claimed: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
        """The packages, as the code names them, that a dependency provides."""
        ecosystem = _ALIKE.get(one.ecosystem, one.ecosystem)
        names = self.by_name.get(ecosystem)
        if not names:
            return ()
        found = {package for key in keys_of(one) for package in names.get(key, ())}
        if not found and ecosystem == "python":
            known = self.packages[ecosystem]
            guesses = (guess for guess in perhaps_imported_as(one.name) if guess in known)
            found = {guess for guess in guesses if guess not in claimed.get(ecosystem, frozenset())}
        return tuple(sorted(found))


def usage_of(links: Links) -> Usage:
    """Sort the outside imports; linear but for sorting each package's paths."""
    grouped: dict[str, dict[str, list[Outside]]] = {}
    for one in links.outside:
        ecosystem = ECOSYSTEMS.get(one.language)
        if ecosystem and one.package:
            grouped.setdefault(ecosystem, {}).setdefault(one.package, []).append(one)
    packages: dict[str, dict[str, Imported]] = {}
    by_name: dict[str, dict[str, tuple[str, ...]]] = {}
    for ecosystem, found in grouped.items():
        packages[ecosystem] = {}
        names: dict[str, list[str]] = {}
        for package, uses in sorted(found.items()):
            uses.sort(key=lambda use: (use.path, use.line))
            packages[ecosystem][package] = Imported(tuple(use.path for use in uses), tuple(uses))
            for name in names_of(ecosystem, package):
                names.setdefault(name, []).append(package)
        by_name[ecosystem] = {name: tuple(given) for name, given in names.items()}
    return Usage(packages, by_name)


def names_of(ecosystem: str, package: str) -> Iterator[str]:
    """Names under which manifests may list an imported package, in compared form."""
    yield package
    if ecosystem == "python":
        yield from python_distributions(package)
    elif ecosystem == "rust":
        yield package.replace("-", "_")
    elif ecosystem == "go":
        parts = package.split("/")
        yield from ("/".join(parts[:length]) for length in range(2, len(parts)))
    elif ecosystem in ("jvm", "php", "elixir", "ruby", "dotnet", "swift"):
        yield from _spellings(package)


def keys_of(one: Dependency) -> Iterator[str]:
    """The compared forms of a declared dependency's name; of the name in code where the manifest gives it another."""
    ecosystem = _ALIKE.get(one.ecosystem, one.ecosystem)
    if one.alias and ecosystem in _RENAMING:
        yield one.alias.replace("-", "_") if ecosystem == "rust" else one.alias
    name = one.name
    if ecosystem == "python":
        yield normalised(name)
        yield from python_imports(name)
    elif ecosystem == "rust":
        yield name.replace("-", "_")
    elif ecosystem == "jvm":
        yield from _maven_keys(name)
    elif ecosystem in ("php", "elixir", "ruby", "dotnet", "swift"):
        yield from (name, name.lower(), _letters(name), _letters(name.replace("/", "")))
        yield _letters(name.rpartition("/")[2])
    else:
        yield name


def _maven_keys(name: str) -> Iterator[str]:
    """A package begins with the group, or with the words of the artifact (`kotlinx.coroutines`, `okio`)."""
    group, _, artifact = name.partition(":")
    words = artifact.split("-")
    yield from (group, f"{group}.{artifact.replace('-', '.')}")
    yield from (".".join(words[:length]) for length in range(2, len(words) + 1))
    if len(words) == 1 and len(artifact) > 3:
        yield artifact


def _spellings(package: str) -> Iterator[str]:
    """The leading parts of a dotted, slashed or back-slashed name, and their letters alone."""
    parts = package.replace("\\", ".").replace("::", ".").replace("/", ".").split(".")
    for length in range(len(parts), 0, -1):
        yield ".".join(parts[:length])
        yield _letters("".join(parts[:length]))


def _letters(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def home_of(one: Dependency) -> str:
    """The folder whose files a statement speaks for: for requirements of tests and documents what they are about."""
    path, _, line = one.evidence.at.rpartition(":")
    folder = (path if line.isdigit() else one.evidence.at).rpartition("/")[0]
    head, _, last = folder.rpartition("/")
    folder = head if last in _FOLDERS else folder
    if ".txt" in one.evidence.at:
        while folder and is_aside(folder + "/"):
            folder = folder.rpartition("/")[0]
    return folder


def claimed_of(usage: Usage, direct: Iterable[Dependency]) -> dict[str, frozenset[str]]:
    """Packages that some declared dependency provides for certain, by ecosystem."""
    claimed: dict[str, set[str]] = {}
    for one in direct:
        ecosystem = _ALIKE.get(one.ecosystem, one.ecosystem)
        names = usage.by_name.get(ecosystem, {})
        for key in keys_of(one):
            claimed.setdefault(ecosystem, set()).update(names.get(key, ()))
    return {ecosystem: frozenset(found) for ecosystem, found in claimed.items()}


def with_uses(
    one: Dependency, usage: Usage, links: Links, claimed: Mapping[str, frozenset[str]], inside: Inside | None = None
) -> Dependency:
    """The dependency with its third state, the number of files that import it and the first of them."""
    home = home_of(one)
    ecosystem = _ALIKE.get(one.ecosystem, one.ecosystem)
    known = usage.packages.get(ecosystem, {})
    if ecosystem == "jvm":
        uses = list(usage.artifacts[one.name].below(home)) if one.name in usage.artifacts else []
    else:
        uses = [use for package in usage.of(one, claimed) for use in known[package].below(home)]
    if not uses:
        return inside.with_uses(one, home) if inside is not None else one
    files = {use.path for use in uses}
    first = min(uses, key=lambda use: (_SOURCE_FIRST.get(links.parts.get(use.path, ""), 3), use.path, use.line))
    states: tuple[State, ...] = (*(state for state in one.states if state != "imported"), "imported")
    return replace(one, states=states, used_by=len(files), first_use=place(first.path, first.line))
