"""Source-available licences, which open the source and keep rights that an open source licence gives: which these are,
and the parameters that a Business Source License leaves to the licensor.
"""

import re
from typing import NamedTuple

SOURCE_AVAILABLE = frozenset(
    (
        *("BUSL-1.1", "SSPL-1.0", "Elastic-2.0", "FSL-1.1-ALv2", "FSL-1.1-MIT"),
        *("PolyForm-Noncommercial-1.0.0", "PolyForm-Small-Business-1.0.0", "Parity-6.0.0", "Parity-7.0.0"),
        *("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-3.0", "CC-BY-NC-SA-3.0"),
        *("LicenseRef-RSALv2", "LicenseRef-Commons-Clause", "LicenseRef-Confluent-Community"),
        *("LicenseRef-Timescale", "LicenseRef-Elastic-1.0", "LicenseRef-Sustainable-Use", "LicenseRef-FCL-1.0"),
    )
)
_PREFIXES = ("LicenseRef-PolyForm-", "CC-BY-NC-")
_JOINT = re.compile(r"\s+(?:OR|AND|WITH)\s+|[()]")

_NAMES = ("Licensor", "Licensed Work", "Additional Use Grant", "Change Date", "Change License")
_PARAMETER = re.compile(r"^[ \t*]*(?:#+ )?(" + "|".join(_NAMES) + r")[* \t]*:[* \t]*(.*)$")
MAX_LINES = 200
MAX_CHARS = 400


class Term(NamedTuple):
    """A parameter of a Business Source License: its name, what it says on one line, and its line."""

    name: str
    text: str
    line: int


def source_available_in(expression: str) -> list[str]:
    """The licences of an expression that are not open source, in its order."""
    names = [part for part in _JOINT.split(expression) if part]
    return [name for name in names if name in SOURCE_AVAILABLE or name.startswith(_PREFIXES)]


def terms_of(text: str) -> list[Term]:
    """The parameters that stand before the terms of a Business Source License."""
    found: list[Term] = []
    name, words, began = "", list[str](), 0
    for number, line in enumerate(text.splitlines()[:MAX_LINES], 1):
        begun = _PARAMETER.match(line)
        if begun or (name and not line.strip() and words):
            if name and words:
                found.append(Term(name, " ".join(words)[:MAX_CHARS], began))
            name, words, began = ("", [], 0) if begun is None else (begun[1], begun[2].split(), number)
        elif name:
            words += line.split()
    if name and words:
        found.append(Term(name, " ".join(words)[:MAX_CHARS], began))
    return found
