"""The common input of the deep sections: what `Gathered` holds, and the facts of every file that was read."""

from collections.abc import Mapping

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.syntax.facts import Facts, Index


@dataclass(frozen=True, slots=True)
class Deep:
    """Everything a `full` survey has read. Sections are functions of it, without awaiting anything."""

    gathered: Gathered
    languages: Mapping[str, FileLanguage]
    """Every file, by path."""
    facts: Mapping[str, Index]
    """The text files whose bytes were looked at, by path, in byte order of the paths."""
    packed: Mapping[str, Facts]
    """The same files' symbols and references, still in JSON."""
