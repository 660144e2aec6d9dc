"""What `map_repository` answers: files by importance, each with the definitions that matter, and why."""

from typing import Annotated

from typing_extensions import Doc

from plumbrule.core.facts import Coverage, Truncated, Words
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.model import Source

SCHEMA = "plumbrule.map/1"


@dataclass(frozen=True, slots=True)
class MappedFile:
    """One file. Each symbol reads `first-last signature`: its lines, then its signature with the qualified name in it.

    `why` says what brought it here: words of the question that it matched, `focus`, `used by N files`.
    `more` counts the file's definitions that are not shown.
    """

    path: Words
    why: tuple[Words, ...] = ()
    symbols: tuple[Words, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class RepositoryMap:
    """The files and definitions that matter most, the best first; paths and signatures are the repository's words.

    `words` are the words of the question as they were looked up; those that stand nowhere are in `unknown_words`.
    `unmatched_focus` names focus paths that no file has. `evidence_rule` is the rule of every place here: lines come
    from syntax trees, the order from references between files.
    """

    schema: str
    source: Source
    files: Annotated[tuple[MappedFile, ...], Doc("The best first; `symbols` read `first-last signature`.")]
    coverage: Coverage
    evidence_rule: str
    others: tuple[Words, ...] = ()
    """Paths of the next best files, without their definitions."""
    words: tuple[Words, ...] = ()
    unknown_words: Annotated[tuple[Words, ...], Doc("Words of the question that stand nowhere.")] = ()
    unmatched_focus: tuple[Words, ...] = ()
    untrusted: tuple[str, ...] = ()
    truncated: Truncated | None = None
    retry_with: dict[str, object] | None = None
    """Set when the deadline cut the reading: the arguments of the call that goes on from what was kept."""


RULE = "map.references"
RULES = {
    RULE: "definitions from syntax trees, ranked by PageRank over references between files, leaning to the question",
}
