"""The public result of `resolve_dependencies`. Below: `dependencies/joint/findings`, whose values it holds."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

from plumbrule.core.facts import Evidence, Truncated, Words
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.model import Source
from plumbrule.mcp_server.compatibility.report import TargetFact
from plumbrule.mcp_server.compatibility.wishes import PolicyWord
from plumbrule.mcp_server.dependencies.joint.findings import Change, EngineFact

SCHEMA = "plumbrule.resolution/1"

OutputName = Literal["pylock.toml", "requirements.txt", "pyproject.toml", "package-lock.json", "cyclonedx", "spdx"]
OUTPUTS: tuple[OutputName, ...] = get_args(OutputName)

UNTRUSTED = (
    "/summary",
    "/repositories",
    "/output/text",
    "/manifest",
    "/explanation",
    "/packages",
    "/provenance",
    "/not_checked",
    "/changes",
    "/notes",
    "/engine",
)


@dataclass(frozen=True, slots=True)
class ResolutionQuestion:
    """What a caller asks. `target` as `joint/targets.parse_target` reads it, "": worked out. `fix` is an id of the
    compatibility report, `explain` a package."""

    sources: tuple[str, ...]
    target: str = ""
    constraints: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    output: OutputName = "pylock.toml"
    fix: str = ""
    explain: str = ""
    exclude_newer: str = ""
    policy: tuple[PolicyWord, ...] = ()

    def arguments(self) -> dict[str, object]:
        """The arguments of the same call of the tool, those that are empty left out."""
        named: dict[str, object] = {
            "sources": list(self.sources),
            "target": self.target,
            "constraints": list(self.constraints),
            "add": list(self.added),
            "output": "" if self.output == "pylock.toml" else self.output,
            "fix": self.fix,
            "explain": self.explain,
            "exclude_newer": self.exclude_newer,
            "policy": list(self.policy),
        }
        return {name: value for name, value in named.items() if value}

    def command(self) -> str:
        """The command line that writes the same file."""
        words = ["plumbrule", "resolve", *self.sources]
        for flag, values in (("--target", [self.target]), ("--constraint", self.constraints), ("--with", self.added)):
            words += [part for value in values if value for part in (flag, value)]
        words += _policy_words(self.policy)
        for flag, value in (("--exclude-newer", self.exclude_newer), ("--fix", self.fix)):
            words += [flag, value] if value else []
        return shlex.join([*words, *_FILES[self.output]])


_FILES: dict[OutputName, tuple[str, ...]] = {
    "pylock.toml": ("-o", "pylock.toml"),
    "requirements.txt": ("-o", "requirements.txt"),
    "pyproject.toml": ("-o", "pyproject.toml"),
    "package-lock.json": ("-o", "package-lock.json"),
    "cyclonedx": ("-o", "bom.cdx.json"),
    "spdx": ("-o", "bom.spdx.json"),
}


def _policy_words(policy: Sequence[PolicyWord]) -> list[str]:
    """As the command line writes them; how the code meets decides nothing here."""
    words = [["--combine", "workspace"] if word == "workspace" else [f"--{word}"] for word in policy]
    return [part for pair in words for part in pair if part not in ("--bundled", "--network")]


@dataclass(frozen=True, slots=True)
class OutputFile:
    """The file: its text, and the SHA-256 of its UTF-8 bytes. `command` writes the same to a file."""

    name: str
    sha256: str
    bytes: int
    command: str
    text: Words = ""


@dataclass(frozen=True, slots=True)
class ResolvedSide:
    """One repository. `asks` counts its requirements that took part."""

    label: Words
    source: Source | None
    asks: int = 0


@dataclass(frozen=True, slots=True)
class ResolvedPackage:
    """One package of the lock. `asked_by` are labels of repositories; `via` are the packages and labels right above."""

    name: Words
    version: str
    asked_by: tuple[Words, ...] = ()
    via: tuple[Words, ...] = ()
    marker: str = ""
    ecosystem: str | None = None
    """Only where the output holds several."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a package is there. `through` are the packages from the requirement's own down to it."""

    package: Words
    repository: Words
    requirement: Words
    evidence: Evidence | None = None
    """None for what the caller added."""
    through: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """One constraint on the explained package: whose it is (a repository, or a package at its version), and how a
    repository's requirement leads to it."""

    asker: Words
    constraint: Words
    evidence: Evidence | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a package is at its version. `newer` are later releases, newest first, `newer_count` all of them;
    `held_by` are the constraints that an engine's proof against them names. `verified`: an engine was asked for a
    newer one and said no; otherwise `sentence` says what it said."""

    package: Words
    version: str
    sentence: Words
    reasons: tuple[Reason, ...] = ()
    newer: tuple[str, ...] = ()
    newer_count: int = 0
    held_by: tuple[Holder, ...] = ()
    verified: bool = False


@dataclass(frozen=True, slots=True)
class NotInLock:
    """A statement that was not followed, and is not in the lock; the rule says why."""

    repository: Words
    requirement: Words
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ResolutionReport:
    """The joint lock of several repositories, each package with who asked for it."""

    schema: str
    verdict: Literal["compatible"]
    """Anything else is an error that tells the reason and fixes."""
    summary: Words
    target: TargetFact
    repositories: tuple[ResolvedSide, ...]
    output: OutputFile | None = None
    manifest: Words = ""
    """The package.json that a package-lock.json belongs to."""
    complete: bool = True
    """False: `not_checked` is not in it."""
    explanation: Explanation | None = None
    packages: tuple[ResolvedPackage, ...] = ()
    provenance: tuple[Reason, ...] = ()
    """Who asked for each, by which requirement, through what."""
    not_checked: tuple[NotInLock, ...] = ()
    changes: tuple[Change, ...] = ()
    """Of the fix: edits that the lock presumes."""
    notes: tuple[Words, ...] = ()
    engine: tuple[EngineFact, ...] = ()
    limits_hit: tuple[str, ...] = ()
    untrusted: tuple[str, ...] = ()
    truncated: Truncated | None = None


def with_live_pointers(report: ResolutionReport) -> ResolutionReport:
    """The report with `untrusted` naming only fields that are there."""
    return replace(report, untrusted=tuple(one for one in UNTRUSTED if _is_there(report, one)))


def _is_there(report: ResolutionReport, pointer: str) -> bool:
    if pointer == "/output/text":
        return report.output is not None and bool(report.output.text)
    return bool(getattr(report, pointer[1:]))
