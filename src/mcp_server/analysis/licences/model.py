"""The values that leave licence detection, and the closed list of its rules."""

from plumbrule.core.values import dataclass

RULES: dict[str, str] = {
    "licences.text": "the words of an SPDX licence text, compared pair by pair",
    "licences.similar": "a text that is close to an SPDX licence and not the same",
    "licences.title": "the title of a licence whose text SPDX does not list",
    "licences.header": "an SPDX-License-Identifier line",
    "licences.reuse": "REUSE.toml or .reuse/dep5 says it of the file",
    "licences.term": "a parameter of a Business Source License",
    "licences.notice": "a sentence that places the work under a named licence",
    "licences.choice": "a sentence that offers a choice of licences",
    "licences.exception": "the words of an exception that widens a licence",
    "licences.rider": "words that take back a right the licence grants",
    "declared.spdx": "an SPDX identifier or expression",
    "declared.alias": "a usual way to write an SPDX licence",
    "declared.classifier": "a Python trove classifier",
    "declared.file": "the metadata points to a file",
    "declared.proprietary": "the metadata says that no licence is granted",
    "declared.ambiguous": "the words name a family of licences and not one of them",
    "declared.unknown": "the words name no licence that is known",
    "declared.empty": "nothing is declared",
    "verdict.agreed": "the licence files and the metadata say the same",
    "verdict.text": "the licence files say it; the metadata says nothing, or less precisely the same",
    "verdict.declared": "the metadata says it and no licence file was recognised",
    "verdict.disagreed": "the licence files and the metadata differ; the files stand",
    "verdict.none": "neither a licence file nor the metadata names a licence",
}


@dataclass(frozen=True, slots=True)
class LicenceMatch:
    """One licence named by a text. `expression` is SPDX (`LicenseRef-…` where SPDX has no id).

    `score` is 0 to 1: for texts the share of word pairs in common, for sentences how little doubt the words leave.
    Lines count from 1 and are inclusive.
    """

    expression: str
    score: float
    start_line: int
    end_line: int
    rule: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """What metadata say, as an SPDX expression. `expression` is None where the words name none; `rule` says why."""

    expression: str | None
    original: str
    rule: str


@dataclass(frozen=True, slots=True)
class LicenceEvidence:
    """Where a part of the verdict was read: a path with lines, or the manifest key that the caller gave."""

    at: str
    expression: str
    rule: str
    score: float


@dataclass(frozen=True, slots=True)
class LicenceVerdict:
    """The licence of the whole. `confidence` is 0 to 1; `disagreements` are sentences for a reader."""

    expression: str | None
    confidence: float
    rule: str
    evidence: tuple[LicenceEvidence, ...] = ()
    disagreements: tuple[str, ...] = ()
