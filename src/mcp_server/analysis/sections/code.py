"""Files, symbols, imports and architecture: what the code itself says."""

from typing import Annotated, Literal

from plumbrule.core.facts import Evidence, Words
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.sections.ready import NOTHING, Ready, RowOf
from plumbrule.mcp_server.analysis.syntax.model import SymbolKind, Visibility

Role = Literal["source", "test", "example", "vendored", "generated", "documentation", "data", "binary"]


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file: its language with the rule that told it, and its lines by sort where they were counted.

    `rule` is the id of the rule for the language and `seen` what it saw (an extension, an interpreter, a sign);
    `apart` is the rule that made it vendored, generated or documentation.
    """

    path: Words
    role: Role
    bytes: int
    language: str | None = None
    rule: str | None = None
    seen: Words | None = None
    apart: str | None = None
    lines: int | None = None
    code: int | None = None
    comment: int | None = None
    blank: int | None = None


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """One definition, as `syntax.model.Symbol` describes it; absent parts are left out. `end` is its last line."""

    kind: SymbolKind
    name: Words
    line: int
    end: int
    signature: Words
    visibility: Visibility | None = None
    """Left out when public."""
    doc: Words | None = None
    complexity: int | None = None
    modifiers: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSymbols:
    """The definitions of one file in the order of their lines. `errors` are the lines that its grammar could
    not read: a syntax error, or syntax that the grammar does not know."""

    path: Words
    language: str
    symbols: tuple[SymbolRow, ...] = ()
    errors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageSymbols:
    """What was found in one language. `metrics_only` is true where no grammar reads it: lines, no symbols."""

    language: str
    files: int
    functions: int = 0
    classes: int = 0
    files_with_errors: int = 0
    metrics_only: bool | None = None


@dataclass(frozen=True, slots=True)
class Symbols:
    """Definitions by file, files that others depend on most first."""

    languages: tuple[LanguageSymbols, ...]
    evidence: Evidence
    files: Annotated[Ready, RowOf(FileSymbols)] = NOTHING


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One file that imports another, at the first line that does. `type_only` where all such imports are for types.

    `rule` is `imports.same_package` where it uses a type of its own package or namespace, for which none is needed.
    """

    path: Words
    line: int
    to: Words
    type_only: bool | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Hub:
    """A file and how many others import it (`fan_in`) and it imports (`fan_out`), tests and the like not counted.

    `kind` is `barrel` for a file that defines nothing and only passes on what others define, `package` for a folder
    whose files are all imported together (Go packages, C# namespaces, Swift modules).
    """

    path: Words
    fan_in: int
    fan_out: int
    kind: Literal["barrel", "package"] | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """Files or components that import each other in a ring; `path` is a shortest one, first repeated at the end.

    `size` counts all members of the strongly connected part that holds it.
    """

    path: tuple[Words, ...]
    size: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Unresolved:
    """An import of the repository's own that leads nowhere."""

    target: Words
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ImportGraph:
    """Imports between the files of the repository. Tests, examples and generated files are in `edges` and in counts of
    files; hubs, cycles and orphans are of source files alone. Imports for types only and imports that wait until a
    function runs close no cycle. `test_hubs` are the files among tests that most tests import.
    """

    files: int
    edges_count: int
    evidence: Evidence
    resolved_share: float
    """Imports of the repository's own files that lead to one, of all that should; 0 to 1."""
    hubs: tuple[Hub, ...] = ()
    test_hubs: tuple[Hub, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    cycles_count: int = 0
    """Strongly connected parts; `cycles` shows a shortest ring of each of the largest."""
    orphans: tuple[Words, ...] = ()
    """Source files that nothing imports and that start nothing."""
    orphans_count: int = 0
    unresolved: tuple[Unresolved, ...] = ()
    unresolved_count: int = 0
    languages_without_rules: tuple[str, ...] = ()
    edges: Annotated[Ready, RowOf(ImportRow)] = NOTHING


@dataclass(frozen=True, slots=True)
class Part:
    """A node of the architecture: a component, package, folder or module. `kind` is the component's kind, or `package`,
    `folder`, `module`, or `group` for the lightest parts together. `layer` counts from 0, what depends on nothing;
    edges `against` the layers left out, parts of one cycle share a layer."""

    id: str
    name: Words
    path: Words
    kind: str
    layer: int
    files: int
    lines: int | None = None


@dataclass(frozen=True, slots=True)
class PartEdge:
    """`imports` counts import statements from one part to another, those for types only left out; the evidence is the
    first. `against` is true where the way back is at least three times as strong: it goes against the layers."""

    source: str
    target: str
    imports: int
    evidence: Evidence
    against: bool | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """From an entry point through the parts that it reaches, nearest first."""

    entry: Words
    evidence: Evidence
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Architecture:
    """Parts, layers and main flows, and the same as a Mermaid flowchart."""

    parts: tuple[Part, ...]
    edges: tuple[PartEdge, ...]
    evidence: Evidence
    flows: tuple[Flow, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    mermaid: Words = ""
