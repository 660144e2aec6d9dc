"""The licence of the whole: which files at the root decide, and whether the metadata agree with them."""

import re
from collections.abc import Iterable, Mapping, Sequence

from plumbrule.mcp_server.analysis.licences.model import (
    Declared,
    LicenceEvidence,
    LicenceMatch,
    LicenceVerdict,
)
from plumbrule.mcp_server.analysis.licences.names import identifier

MAX_CANDIDATES = 12

_MAIN = re.compile(r"(?:UN)?LICEN[CS]E(?:\.(?:txt|md|markdown|rst|adoc|html|rtf))?\Z", re.IGNORECASE)
_COPYING = re.compile(r"COPYING(?:\.(?:txt|md|markdown|rst|lib|lesser))?\Z", re.IGNORECASE)
_SUFFIXED = re.compile(
    r"(?:LICEN[CS]ES?|COPYING)[-_.][\w.+-]{1,60}\Z|[\w.+-]{1,40}[-_.]LICEN[CS]E(?:\.(?:txt|md|rst))?\Z", re.IGNORECASE
)
_OTHER = re.compile(r"(?:COPYRIGHT|LICENSING|LEGAL)(?:\.(?:txt|md|rst))?\Z", re.IGNORECASE)
_README = re.compile(r"README(?:\.(?:txt|md|markdown|rst|adoc))?\Z", re.IGNORECASE)
_CODE = re.compile(r"\.(?:py|js|ts|go|rs|java|c|h|cpp|rb|php|json|ya?ml|toml|xml|spdx|cs|sh)\Z", re.IGNORECASE)
_THIRD_PARTY = re.compile(
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
    disagreements = _among_declared(declared)
    if from_files is None and not stated:
        return LicenceVerdict(None, 0.0, "verdict.none", evidence, tuple(disagreements))
    if from_files is None:
        return LicenceVerdict(stated[0].expression, 0.7, "verdict.declared", evidence, tuple(disagreements))
    if not stated:
        return LicenceVerdict(from_files, score, "verdict.text", evidence, tuple(disagreements))
    agreed = _agreed(from_files, stated[0].expression or "")
    if agreed is not None:
        return LicenceVerdict(agreed, score, "verdict.agreed", evidence, tuple(disagreements))
    at = next(where for where, each in declared if each is stated[0])
    disagreements.insert(0, f"the licence files say {from_files}, {at} says {stated[0].expression}")
    return LicenceVerdict(from_files, round(score * 0.6, 3), "verdict.disagreed", evidence, tuple(disagreements))


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
        choice = next((m for m in files[path] if m.rule == "licences.choice" and m.expression), None)
        if choice is not None:
            return choice.expression, choice.score
    if suffixed and (not main or any(not match.expression for match in pointers)):
        return _offered(suffixed)
    if main:
        return _required(main)
    for rank in (2, 3, 4, 5):
        if others := by_rank.get(rank):
            _, expression, score = others[0]
            return _required(others) if rank == 4 else (expression, min(score, 0.8) if rank == 5 else score)
    return None, 0.0


def _said_by_one(matches: Sequence[LicenceMatch]) -> tuple[str, float] | None:
    """One file's expression: a choice, else its header, else its texts, else its notices."""
    for rule in ("licences.choice", "licences.header"):
        for match in matches:
            if match.rule == rule and match.expression:
                return match.expression, match.score
    riders = [match for match in matches if match.rule == "licences.rider"]
    for rules in (("licences.text",), ("licences.title",), ("licences.notice",), ("licences.similar",)):
        chosen = [match for match in matches if match.rule in rules]
        if chosen:
            distinct = list(dict.fromkeys(match.expression for match in [*chosen[:1], *riders]))
            return " AND ".join(distinct), min(match.score for match in chosen[:1])
    return None


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


def _agreed(from_files: str, stated: str) -> str | None:
    """The expression on which files and metadata agree, the more precise of the two; None where they differ."""
    if _parts(from_files) == _parts(stated):
        return from_files if " " in from_files else stated
    narrow, wide = from_files.replace("-only", ""), stated.replace("-or-later", "").replace("-only", "")
    if narrow == wide:  # the text alone cannot say "or later"; the metadata do
        return stated
    if " OR " in stated and " AND " not in stated and from_files in stated.split(" OR "):
        return stated
    if {from_files, stated} <= {"Python-2.0", "Python-2.0.1", "PSF-2.0"}:
        return stated  # the stack that ships with Python contains the PSF licence
    return None


def _parts(expression: str) -> frozenset[str]:
    if "(" in expression:
        return frozenset({expression})
    joined = " OR " if " OR " in expression else " AND "
    return frozenset({joined if joined in expression else "", *(_current(part) for part in expression.split(joined))})


def _current(part: str) -> str:
    return identifier(part) or part


def _among_declared(declared: Sequence[tuple[str, Declared]]) -> list[str]:
    """Sentences for metadata that contradict each other."""
    stated = [(at, each.expression) for at, each in declared if each.expression]
    if not stated:
        return []
    first_at, first = stated[0]
    return [
        f"{first_at} says {first}, {at} says {expression}"
        for at, expression in stated[1:]
        if _agreed(expression or "", first or "") is None and _agreed(first or "", expression or "") is None
    ]
