"""What resolvers look through: the source files of one repository and the small files that configure imports."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.analysis.syntax.model import Import
from plumbrule.mcp_server.dependencies.model import Manifest

Standing = Literal["file", "external", "builtin", "unknown"]


class Resolution(NamedTuple):
    """What one import means.

    `file`: `files` are the paths it reaches (several where a package or a wildcard is imported). `external`: `package`
    is the outside package as the code names it (`yaml`, `@scope/name`, `serde`, `github.com/x/y`, `org.junit.jupiter`).
    `builtin`: the language's or platform's own (`os`, `node:fs`, `std`, `java.util`). `unknown`: neither could be
    told; it should have been a file (a relative path that leads nowhere) or depends on what a build makes.
    """

    standing: Standing
    files: tuple[str, ...] = ()
    package: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """One repository, as far as imports go."""

    languages: Mapping[str, str]
    """Every file with a language, by path, vendored and generated ones too."""
    facts: Mapping[str, Index]
    """The facts of the parsed ones."""
    texts: Mapping[str, bytes]
    """Manifests and import configuration that were read whole: tsconfig.json, package.json, go.mod, Cargo.toml, ..."""
    manifests: tuple[Manifest, ...]
    """In rank order, the project's own first."""


Resolve = Callable[[str, Import], Resolution]
"""From the importing file's path and one import. Resolvers are built once for a tree (`resolver(tree) -> Resolve`)
and answer in microseconds: they look up, they never walk."""
