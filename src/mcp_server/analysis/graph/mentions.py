"""Where manifests, task, CI and container files mention packages by name: a use that no import shows."""

import re
from collections.abc import Mapping

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.distributions import normalised
from plumbrule.mcp_server.analysis.sections.dependencies import Dependency

MAX_TEXT_BYTES = 500_000

_WORD = re.compile(rb"@?[A-Za-z0-9][\w.@/-]*")
_READ = frozenset(("manifest", "workspace", "lock"))
"""Kinds of files whose dependencies are read as such."""
_PROSE = re.compile(
    r"(?i)(?:\.md|\.rst|\.txt|\.adoc|\.sum|(?:^|/)(?:licen[cs]e|copying|readme|changelog|notice)[^/]*)$"
)


@dataclass(frozen=True, slots=True)
class Mentions:
    """Names by where they stand; compared forms beside the written ones."""

    own: frozenset[str]
    """The repository's own packages."""
    elsewhere: frozenset[str]
    """Words of task, CI, container and configuration files."""
    texts: Mapping[str, bytes]

    def is_used_by_tools(self, one: Dependency) -> bool:
        """Whether a tool is told about a dependency: in its manifest a second time, or in another file."""
        if one.name in self.elsewhere or normalised(one.name) in self.elsewhere:
            return True
        path = one.evidence.at.rpartition(":")[0] or one.evidence.at
        words = [text.decode("ascii", "ignore") for text in _WORD.findall(self.texts.get(path, b""))]
        return sum(1 for text in words if text in (one.name, one.alias) or normalised(text) == normalised(one.name)) > 1


def mentions_of(deep: Deep) -> Mentions:
    """Read the small files that were gathered; documents and locks say nothing here."""
    kinds = {manifest.path: manifest.rule.kind for manifest in deep.gathered.manifests}
    elsewhere: set[str] = set()
    texts: dict[str, bytes] = {}
    for path, raw in deep.gathered.texts.items():
        if len(raw) > MAX_TEXT_BYTES or _PROSE.search(path):
            continue
        if kinds.get(path) in _READ:
            texts[path] = raw
            continue
        for word in _WORD.findall(raw):
            name = word.decode("ascii", "ignore").rstrip("./-@")
            elsewhere.update((name, normalised(name)))
    elsewhere.update(one.value for _, one in deep.gathered.declared_for_tests("framework"))
    return Mentions(_own_names(deep), frozenset(elsewhere), texts)


def _own_names(deep: Deep) -> frozenset[str]:
    """Names of the repository's own packages, compared forms too."""
    found: set[str] = set()
    for manifest in deep.gathered.manifests:
        for one in manifest.declarations:
            if one.field == "name" and one.value:
                found.update((one.value, normalised(one.value), one.value.replace("-", "_")))
    return frozenset(found)
