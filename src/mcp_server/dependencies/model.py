"""What a manifest declares, as written: the one value that all parsers give and that analysis and resolution read.

A declaration is a word of the repository's with its line and the rule that took it; nothing is evaluated or resolved.
"""

from typing import Literal, NamedTuple

from plumbrule.core.values import dataclass

ManifestKind = Literal["manifest", "lock", "workspace", "toolchain", "container", "ci", "task"]

Field = Literal[
    "name",
    "version",
    "description",
    "licence",
    "runtime",
    "entry",
    "command",
    "member",
    "without",
    "dependency",
    "framework",
    "trigger",
    "fact",
]
"""What a declaration is about. `member` is a glob of workspace members, `without` one of what they leave out;
`fact` is a fact for a risk rule, named by its label."""

RUNTIME_SCOPE = "runtime"
DEV_SCOPE = "dev"
CI_SCOPE = "ci"


class Declaration(NamedTuple):
    """One statement of a manifest.

    `value` is as written; `line` counts from 1. `label` is what the value belongs to (the runtime's, script's or
    dependency's name), `scope` narrows the field: the kind of an entry point, the purpose of a command,
    runtime/dev/ci for dependencies. A NamedTuple because it crosses from a worker as a plain list.
    """

    field: Field
    value: str
    line: int
    rule: str
    label: str = ""
    scope: str = ""


class ManifestText(NamedTuple):
    """One manifest's bytes and its bare file name; a parser's answer never depends on the folder."""

    name: str
    raw: bytes


class MalformedManifest(Exception):
    """A manifest that cannot be read. `reason` is of the documented set of skip reasons, `line` 0 when unknown."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"{reason} at line {line}" if line else reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class ManifestRule:
    """One row of the table: which file is what, and which parser reads it ("" when its presence is all we use)."""

    pattern: str
    ecosystem: str
    kind: ManifestKind
    parser: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest found, and what it declares. `fault` is a skip reason, "" when it was read or needs no reading."""

    path: str
    rule: ManifestRule
    declarations: tuple[Declaration, ...] = ()
    fault: str = ""
    fault_line: int = 0
