"""How grave a vulnerability is: the CVSS base score from its vector, else the word of the database.

Own code for versions 2 and 3 (first.org, CVSS v2.0 3.2.1 and v3.1 7.1): one page of arithmetic. Version 4 scores come
from a table of 270 rows that is not repeated here; there the database's own word stands, beside the vector.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple, get_args

from plumbrule.mcp_server.dependencies.advisories.findings import Severity

_V3: dict[str, dict[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES_CHANGED = {"N": 0.85, "L": 0.68, "H": 0.5}
_V2: dict[str, dict[str, float]] = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": {"N": 0.0, "P": 0.275, "C": 0.66},
}
_WORDS: dict[str, Severity] = {"moderate": "medium", "important": "high", "negligible": "low"}
MAX_VECTOR = 200


class Rating(NamedTuple):
    """All None where nobody rated it."""

    severity: Severity | None = None
    score: float | None = None
    vector: str | None = None


def rated(vectors: Mapping[str, str], word: str = "") -> Rating:
    """The rating by `vectors` (the schema's type to the vector) and the database's own word.

    A version 3 vector counts before a version 4 one, which counts before version 2: the order in which we can tell.
    """
    for kind in ("CVSS_V3", "CVSS_V4", "CVSS_V2"):
        vector = vectors.get(kind, "")[:MAX_VECTOR]
        if not vector:
            continue
        score = base_score(vector)
        severity = _severity(score, old=kind == "CVSS_V2") if score is not None else worded(word)
        if score is not None or kind == "CVSS_V4":
            return Rating(severity, score, vector)
    return Rating(worded(word))


def worded(word: str) -> Severity | None:
    """A database's word as one of ours; None for what is none."""
    lowered = word.strip().lower()
    known = _WORDS.get(lowered)
    if known is not None:
        return known
    return next((one for one in get_args(Severity) if one == lowered), None)


def base_score(vector: str) -> float | None:
    """The base score of a version 2 or 3 vector, 0 to 10; None for another version and for what is none."""
    parts = dict(part.split(":", 1) for part in vector.strip().strip("()").split("/") if ":" in part)
    try:
        if parts.get("CVSS") in ("3.0", "3.1"):
            return _third(parts)
        return _second(parts) if "Au" in parts and "CVSS" not in parts else None
    except KeyError:
        return None


def _third(parts: Mapping[str, str]) -> float:
    changed = {"U": False, "C": True}[parts["S"]]
    impact = 1 - math.prod(1 - _V3["C"][parts[part]] for part in ("C", "I", "A"))
    reach = 7.52 * (impact - 0.029) - 3.25 * (impact - 0.02) ** 15 if changed else 6.42 * impact
    privileges = (_PRIVILEGES_CHANGED if changed else _V3["PR"])[parts["PR"]]
    ease = 8.22 * _V3["AV"][parts["AV"]] * _V3["AC"][parts["AC"]] * privileges * _V3["UI"][parts["UI"]]
    if reach <= 0:
        return 0.0
    return _up(min((1.08 if changed else 1.0) * (reach + ease), 10.0))


def _up(number: float) -> float:
    """Rounded up to one decimal, as version 3.1 defines it (appendix A), so that no float's last digit shows."""
    whole = round(number * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10


def _second(parts: Mapping[str, str]) -> float:
    impact = 10.41 * (1 - math.prod(1 - _V2["C"][parts[part]] for part in ("C", "I", "A")))
    ease = 20 * _V2["AV"][parts["AV"]] * _V2["AC"][parts["AC"]] * _V2["Au"][parts["Au"]]
    return round((0.6 * impact + 0.4 * ease - 1.5) * (1.176 if impact else 0.0), 1) + 0.0


def _severity(score: float, *, old: bool) -> Severity:
    """The rating scale of version 3.1, section 5; that of the NVD for version 2, which knows neither none nor
    critical."""
    if old:
        return "high" if score >= 7 else "medium" if score >= 4 else "low"
    for least, severity in ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low")):
        if score >= least:
            return worded(severity) or "none"
    return "none"
