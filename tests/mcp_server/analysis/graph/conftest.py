"""Deep surveys of trees that are only paths and imports."""

from collections.abc import Mapping, Sequence

import pytest

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import Inventory
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.dependencies.model import Manifest
from plumbrule.mcp_server.platforms.ports.snapshot import Origin

_LANGUAGES = {
    "py": "Python",
    "pyi": "Python",
    "js": "JavaScript",
    "ts": "TypeScript",
    "rs": "Rust",
    "go": "Go",
    "hs": "Haskell",
}


def index_of(imports: Sequence[str], functions: int = 1) -> Index:
    """Facts of a file with one import a line: `from a import b`, `import a`, with `# lazy type` for flags."""
    raw: list[list[object]] = []
    for line, text in enumerate(imports, 1):
        statement, _, flags = text.partition("#")
        words = statement.replace(",", " ").split()
        names = words[3:] if words[0] == "from" else []
        raw.append([words[1], line, words[0], names, flags.split()])
    return Index(10, 0, 0, functions, 0, raw, [], [], [], [], [], [], [], [], 0, 0, 0, None, "")


def deep_of(
    files: Mapping[str, Sequence[str]],
    manifests: Sequence[Manifest] = (),
    texts: Mapping[str, bytes] | None = None,
    barrels: Sequence[str] = (),
) -> Deep:
    """What a survey of such files holds."""
    paths = sorted(files)
    languages = {
        path: FileLanguage(
            path, 10, _LANGUAGES.get(path.rpartition(".")[2]), "x", "programming", "", "", "", False, True, "", ""
        )
        for path in paths
    }
    gathered = Gathered(
        Origin("./demo", "path", "demo"), Inventory(), tuple(manifests), frozenset(), None, dict(texts or {})
    )
    facts = {path: index_of(files[path], 0 if path in barrels else 1) for path in paths}
    return Deep(gathered, languages, facts, {})


@pytest.fixture
def made() -> object:
    """`deep_of`, for tests that are collected without packages."""
    return deep_of
