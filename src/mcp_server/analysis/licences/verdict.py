"""The licence of the whole: which files at the root decide, and whether the metadata agree with them."""

import re
from collections.abc import Iterable, Mapping, Sequence

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.licences.model import (
    Declared,
    LicenceEvidence,
    LicenceMatch,
    LicenceVerdict,
)
from plumbrule.mcp_server.analysis.licences.names import identifier

MAX_CANDIDATES = 12
HEAD_LINES = 3
HEAD_LINES_OF_BUNDLES = 15
BUNDLE = 4
"""Where a file says at once whose licence it gives; one of so many licences has a longer head."""

OPENING_LINES = 40
"""A text that begins within so many lines is what the file opens with; what stands further below is apart."""

DEEP_LINES = 100
IN_DOUBT = 0.5
"""A file whose first known words stand below so many lines opens with a licence that nobody knows; what is known is one
of its parts, and what the metadata say stands before it."""

SEVERAL = 0.95
"""One file with several texts and no word on how they combine: what it opens with is most likely the work's."""

_MAIN = LazyPattern(r"(?:UN)?LICEN[CS]E(?:\.(?:txt|md|markdown|rst|adoc|html|rtf))?\Z", re.IGNORECASE)
_COPYING = LazyPattern(r"COPYING(?:\.(?:txt|md|markdown|rst|lib|lesser))?\Z", re.IGNORECASE)
_SUFFIXED = LazyPattern(
    r"(?:LICEN[CS]ES?|COPYING)[-_.][\w.+-]{1,60}\Z|[\w.+-]{1,40}[-_.]LICEN[CS]E(?:\.(?:txt|md|rst))?\Z", re.IGNORECASE
)
_OTHER = LazyPattern(
    r"(?:COPYRIGHT|LICENSING|LEGAL|OFL|[AL]?GPL(?:[-_]?v?[23](?:\.[01])?)?)(?:\.(?:txt|md|rst))?\Z", re.IGNORECASE
)
_JOINT = LazyPattern(r"\s+(?:OR|AND)\s+")
_README = LazyPattern(r"README(?:\.(?:txt|md|markdown|rst|adoc))?\Z", re.IGNORECASE)
_CODE = LazyPattern(r"\.(?:py|js|ts|go|rs|java|c|h|cpp|rb|php|json|ya?ml|toml|xml|spdx|cs|sh)\Z", re.IGNORECASE)
_THIRD_PARTY = LazyPattern(
    r"third|3rd|vendor|depend|bundle|notice|contrib|docs?\b|fonts?\b|logo|images?\b|python\Z", re.IGNORECASE
)


def candidates(paths: Iterable[str]) -> list[str]:
    """The paths whose text can decide the licence of the whole, the deciding ones first; at most twelve.

    Licence files at the root, then the texts of a REUSE `LICENSES/` folder, then the README. A NOTICE is not a licence.
    """
    ranked: list[tuple[int, str]] = []
    for path in paths:
        folder, _, name = path.rpartition("/")
        rank = _rank(folder, name)
        if rank is not None:
            ranked.append((rank, path))
    return [path for _, path in sorted(ranked)[:MAX_CANDIDATES]]


def _rank(folder: str, name: str) -> int | None:
    if folder in ("LICENSES", "LICENCES", "licenses") and name.lower().endswith((".txt", ".md")):
        return 4
    if folder or _CODE.search(name):
        return None
    for rank, pattern in enumerate((_MAIN, _COPYING, _SUFFIXED, _OTHER)):
        if pattern.fullmatch(name):
            return rank
    return 5 if _README.fullmatch(name) else None


def combine(
    files: Mapping[str, Sequence[LicenceMatch]], declared: Sequence[tuple[str, Declared]] = ()
) -> LicenceVerdict:
    """The licence of the whole from the candidate files' matches and the metadata (each with where it was read).

    Files stand before metadata where the two differ, because the text is what a licensor grants. Differences are told.
    """
    evidence = _evidence(files, declared)
    from_files, score = _from_files(files)
    stated = [each for _, each in declared if each.expression]
    disagreements = _among_declared(declared, from_files or "")
    if from_files is None and not stated:
        return LicenceVerdict(None, 0.0, "verdict.none", evidence, tuple(disagreements))
    if from_files is None or (stated and score <= IN_DOUBT):
        return LicenceVerdict(stated[0].expression, 0.7, "verdict.declared", evidence, tuple(disagreements))
    if not stated:
        return LicenceVerdict(from_files, score, "verdict.text", evidence, tuple(disagreements))
    in_words = any(match.rule == "licences.choice" and match.expression for found in files.values() for match in found)
    in_folder = all(_rank(*_parted(path)) in (4, 5) for path, found in files.items() if found)
    agreed = _agreed(from_files, stated[0].expression or "", chosen_in_words=in_words)
    if agreed is None and "only" not in stated[0].original.lower() and _later_of(from_files, stated[0].expression):
        agreed = from_files  # "LGPLv3" does not say whether later versions are allowed; the notice does
    if agreed is None and in_folder and _identifiers(stated[0].expression or "") < _identifiers(from_files):
        agreed = stated[0].expression  # REUSE keeps the texts of all files' licences side by side
    if agreed is not None:
        return LicenceVerdict(agreed, score, "verdict.agreed", evidence, tuple(disagreements))
    at = next(where for where, each in declared if each is stated[0])
    disagreements.insert(0, f"the licence files say {from_files}, {at} says {stated[0].expression}")
    return LicenceVerdict(from_files, round(score * 0.6, 3), "verdict.disagreed", evidence, tuple(disagreements))


def _parted(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def _evidence(
    files: Mapping[str, Sequence[LicenceMatch]], declared: Sequence[tuple[str, Declared]]
) -> tuple[LicenceEvidence, ...]:
    found = [
        LicenceEvidence(f"{path}:{match.start_line}", match.expression or match.detail, match.rule, match.score)
        for path, matches in files.items()
        for match in matches
    ]
    found += [LicenceEvidence(at, each.expression or each.original, each.rule, 1.0) for at, each in declared]
    return tuple(found)


def _from_files(files: Mapping[str, Sequence[LicenceMatch]]) -> tuple[str | None, float]:
    """What the files say together, and how surely."""
    by_rank: dict[int, list[tuple[str, str, float]]] = {}
    for path, matches in files.items():
        folder, _, name = path.rpartition("/")
        said = _said_by_one(matches)
        rank = _rank(folder, name)
        if said is not None and rank is not None:
            by_rank.setdefault(rank, []).append((path, *said))
    pointers = [match for matches in files.values() for match in matches if match.rule == "licences.choice"]
    main = by_rank.get(0, []) + by_rank.get(1, [])
    suffixed = [each for each in by_rank.get(2, []) if not _THIRD_PARTY.search(each[0])]
    for path in (path for path, _, _ in main):
        first = min(files[path], key=lambda match: match.start_line)
        choices = (match for match in files[path] if match.rule == "licences.choice" and match.expression)
        choice = next((match for match in choices if not _of_a_part(match, first)), None)
        if choice is not None:
            return choice.expression, choice.score
    if main and (offered := _offered_by_readme(files, main)):
        return offered
    if suffixed and (not main or any(not match.expression for match in pointers)):
        return _offered(suffixed)
    if main:
        return _required(main)
    for rank in (2, 3, 4, 5):
        if others := by_rank.get(rank):
            _, expression, score = others[0]
            return _required(others) if rank == 4 else (expression, min(score, 0.8) if rank == 5 else score)
    return None, 0.0


def _offered_by_readme(
    files: Mapping[str, Sequence[LicenceMatch]], main: Sequence[tuple[str, str, float]]
) -> tuple[str, float] | None:
    """The choice that a README's SPDX line offers among the texts that one licence file holds side by side."""
    texts = {match.expression for path, _, _ in main for match in files[path]}
    for path, matches in files.items():
        for match in matches if _README.fullmatch(path) else ():
            offered = match.rule == "licences.header" and " OR " in match.expression
            if offered and _identifiers(match.expression) <= texts:
                return match.expression, match.score
    return None


def _said_by_one(matches: Sequence[LicenceMatch]) -> tuple[str, float] | None:
    """One file's expression: a choice, else its header, else its texts, else its notices."""
    first = min(matches, key=lambda match: match.start_line, default=None)
    for rule in ("licences.choice", "licences.header"):
        for match in matches:
            if match.rule == rule and match.expression and not _of_a_part(match, first):
                return match.expression, match.score
    head = HEAD_LINES if len(matches) < BUNDLE else HEAD_LINES_OF_BUNDLES
    if first is not None and first.rule == "licences.notice" and first.expression and first.start_line <= head:
        return first.expression, first.score  # what the file opens with is the work's; texts below may be of its parts
    riders = [match for match in matches if match.rule == "licences.rider"]
    for rules in (("licences.text",), ("licences.title",), ("licences.notice",), ("licences.similar",)):
        chosen = [match for match in matches if match.rule in rules]
        if chosen and first is not None:
            distinct = list(dict.fromkeys(match.expression for match in [*chosen[:1], *riders]))
            sure = SEVERAL if len({match.expression for match in chosen}) > 1 else 1.0
            return " AND ".join(distinct), min(chosen[0].score, sure if first.start_line <= DEEP_LINES else IN_DOUBT)
    return None


def _of_a_part(match: LicenceMatch, first: LicenceMatch | None) -> bool:
    """Whether a choice or a tag stands far below what a file opens with: among those of bundled parts."""
    if first is None or not first.expression:
        return False
    if first.start_line > OPENING_LINES:
        return match.start_line > DEEP_LINES
    return match.start_line > first.end_line + OPENING_LINES and first.expression not in _identifiers(match.expression)


def _offered(said: Sequence[tuple[str, str, float]]) -> tuple[str, float]:
    """Files named after licences (LICENSE-MIT beside LICENSE-APACHE) offer a choice; GPL beside LGPL does not."""
    distinct = sorted({expression for _, expression, _ in said})
    score = min(each[2] for each in said)
    lesser = [each for each in distinct if each.startswith("LGPL-")]
    if lesser and all(each.startswith(("LGPL-", "GPL-")) for each in distinct):
        return lesser[0], score
    return " OR ".join(distinct), score


def _required(said: Sequence[tuple[str, str, float]]) -> tuple[str, float]:
    """Several files of general names each hold for the work; the LGPL's text repeats by reference the GPL beside it."""
    distinct = list(dict.fromkeys(expression for _, expression, _ in said))
    lesser = [each for each in distinct if each.startswith("LGPL-")]
    if lesser:
        distinct = [each for each in distinct if not each.startswith("GPL-")]
    score = min(each[2] for each in said)
    return " AND ".join(f"({each})" if " OR " in each and len(distinct) > 1 else each for each in distinct), score


def _agreed(from_files: str, stated: str, *, chosen_in_words: bool) -> str | None:
    """The expression on which files and metadata agree, the more precise of the two; None where they differ.

    Files named after licences do not say how these combine and metadata do, unless a sentence in a file says it.
    """
    if _same(from_files, stated):
        return from_files if " " in from_files else stated
    if from_files.replace("-only", "") == stated.replace("-or-later", "").replace("-only", ""):
        return stated  # the text alone cannot say "or later"; the metadata do
    if {from_files, stated} <= {"Python-2.0", "Python-2.0.1", "PSF-2.0"}:
        return stated  # the stack that ships with Python contains the PSF licence
    if from_files.replace("BSD-2-Clause-Views", "BSD-2-Clause") == stated:
        return from_files  # FreeBSD's variant of the text, which metadata seldom tell apart
    in_files, in_words = _identifiers(from_files), _identifiers(stated)
    if "BSD-2-Clause-Views" in from_files and _identifiers(from_files.replace("-Views", "")) == in_words:
        return from_files
    if chosen_in_words and " OR " in from_files and _without_later(in_files) == _without_later(in_words):
        return stated
    if in_files == in_words:
        return None if chosen_in_words else stated
    if in_files < in_words:
        return stated  # one of the offered licences, or the main part of several, is the one whose text is there
    if in_words < in_files and " OR " in from_files and " AND " not in from_files:
        return from_files  # the metadata name one of the licences that the files offer
    return None


def _later_of(from_files: str, stated: str | None) -> bool:
    return "-or-later" in from_files and from_files.replace("-or-later", "-only") == stated


def _same(one: str, other: str) -> bool:
    """Whether two expressions differ in the order of their parts only."""
    if "(" in one or "(" in other or (" OR " in one) != (" OR " in other) or (" AND " in one) != (" AND " in other):
        return one == other
    return _identifiers(one) == _identifiers(other)


def _identifiers(expression: str) -> frozenset[str]:
    """The licences that an expression names, each with its exception."""
    parts = _JOINT.split(expression.replace("(", " ").replace(")", " "))
    return frozenset(identifier(part.strip()) or part.strip() for part in parts)


def _without_later(identifiers: frozenset[str]) -> frozenset[str]:
    return frozenset(re.sub(r"-(?:only|or-later)\b", "", each) for each in identifiers)


def _among_declared(declared: Sequence[tuple[str, Declared]], from_files: str) -> list[str]:
    """Sentences for metadata that contradict each other; naming a part of what the files say is no contradiction."""
    stated = [(at, each.expression) for at, each in declared if each.expression]
    if not stated:
        return []
    first_at, first = stated[0]
    return [
        f"{first_at} says {first}, {at} says {expression}"
        for at, expression in stated[1:]
        if not _overlap(expression, first) and not _identifiers(expression) <= _identifiers(from_files)
    ]


def _overlap(one: str, other: str) -> bool:
    names, others = _identifiers(one), _identifiers(other)
    return names <= others or others <= names or _agreed(one, other, chosen_in_words=True) is not None
