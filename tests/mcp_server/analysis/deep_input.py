"""Makes the input of the deep sections from facts written out in a test."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import take
from plumbrule.mcp_server.analysis.languages.attributes import parse_attributes
from plumbrule.mcp_server.analysis.languages.detection import plan
from plumbrule.mcp_server.analysis.syntax.facts import Facts, Index
from plumbrule.mcp_server.dependencies.ecosystems import match
from plumbrule.mcp_server.dependencies.manifests.batch import parser_named
from plumbrule.mcp_server.dependencies.model import Manifest, ManifestText
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Origin

EMPTY = Index(0, 0, 0, 0, 0, [], [], [], [], [], [], [], [], [], 0, 0, 0, None, "")


def facts(*, symbols: Sequence[Mapping[str, Any]] = (), **fields: Any) -> tuple[Index, bytes]:
    """One file's facts: fields of `Index`, and its symbols as they lie in the cache."""
    return EMPTY._replace(**fields), orjson.dumps(list(symbols))


def deep_of(
    files: Mapping[str, str], known: Mapping[str, tuple[Index, bytes]] | None = None, runnable: Collection[str] = ()
) -> Deep:
    """A repository of these files. Manifests are parsed; of the others `known` gives the facts."""
    known = known or {}
    entries = [
        Entry(path, len(text) or 1, "executable" if path in runnable else "file", "")
        for path, text in sorted(files.items())
    ]
    inventory = take(entries, 100_000)
    manifests: list[Manifest] = []
    for one in inventory.manifests:
        rule = match(one.entry.path)
        assert rule is not None
        name = one.entry.path.rpartition("/")[2]
        said = parser_named(rule.parser)(ManifestText(name, files[one.entry.path].encode())) if rule.parser else []
        manifests.append(Manifest(one.entry.path, rule, tuple(said)))
    aside = frozenset(one.entry.path for one in inventory.manifests if one.aside)
    texts = {path: text.encode() for path, text in files.items()}
    gathered = Gathered(Origin("./demo", "path", "demo"), inventory, tuple(manifests), aside, None, texts)
    index = {path: known[path][0] for path in sorted(known)}
    packed = {path: Facts(b"[]", known[path][1], b"{}") for path in sorted(known)}
    languages = {file.path: file for file in plan(inventory.files, parse_attributes({})).files}
    return Deep(gathered, languages, index, packed)
