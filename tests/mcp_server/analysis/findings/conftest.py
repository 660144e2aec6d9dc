"""Small repositories as the deep sections see them, made by the real parsers and the real text rules."""

from collections.abc import Mapping

import pytest

from plumbrule.core.security.secrets import find_secrets
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.findings.texts import steering
from plumbrule.mcp_server.analysis.gathered import Gathered, ranked
from plumbrule.mcp_server.analysis.inventory import take
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.analysis.syntax.model import Use
from plumbrule.mcp_server.dependencies.manifests.batch import parser_named
from plumbrule.mcp_server.dependencies.model import Manifest, ManifestText
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Origin


def _index(text: str, uses: list[Use]) -> Index:
    secrets = [[one.rule, text.count("\n", 0, one.start) + 1, False] for one in find_secrets(text)]
    texts = [list(row) for row in steering(text)]
    lines = text.count("\n")
    return Index(
        lines, 0, 0, 0, 0, [], [list(use) for use in uses], [], [], [], [], secrets, texts, [], 0, 0, 0, None, ""
    )


def deep_of(files: Mapping[str, str], uses: Mapping[str, list[Use]] | None = None) -> Deep:
    """What `full` would have read of `files`; `uses` are those that an extractor would give."""
    entries = [Entry(path, len(text.encode()), "file", "") for path, text in sorted(files.items())]
    inventory = take(entries, 100_000)
    aside = frozenset(one.entry.path for one in inventory.manifests if one.aside)
    manifests: list[Manifest] = []
    for one in inventory.manifests:
        path = one.entry.path
        declared = ()
        if one.rule.parser:
            declared = tuple(parser_named(one.rule.parser)(ManifestText(path.rpartition("/")[2], files[path].encode())))
        manifests.append(Manifest(path, one.rule, declared))
    origin = Origin("./demo", "path", "demo")
    texts = {path: text.encode() for path, text in files.items()}
    gathered = Gathered(origin, inventory, ranked(manifests, None, aside), aside, None, texts)
    known = uses or {}
    facts = {path: _index(text, known.get(path, [])) for path, text in sorted(files.items())}
    return Deep(gathered, {}, facts, {})


@pytest.fixture
def deep():
    return deep_of
