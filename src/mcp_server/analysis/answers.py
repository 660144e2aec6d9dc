"""What a worker answers about a batch of files: taken apart, judged for the cache, stood in for where it died.

`file_facts` makes the answers; `reading_code`, above, asks.
"""

import orjson

from plumbrule.mcp_server.analysis.syntax.facts import NOTHING_KNOWN, Facts, unpacked

LENGTH_BYTES = 4
_PASSING = frozenset(("crashed", "too_slow", "no_grammar"))
"""Faults that may pass on a better day: not kept."""


def split(raw: bytes) -> list[Facts]:
    """The facts of each file of one batch."""
    found: list[Facts] = []
    at = 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + LENGTH_BYTES], "big")
        at += LENGTH_BYTES
        found.append(unpacked(raw[at : at + length]))
        at += length
    return found


def lasts(facts: Facts) -> bool:
    """Whether the facts are worth keeping: the fault stands last in the index."""
    fault = facts.indexed[facts.indexed.rfind(b",") + 2 : -2].decode("ascii", "replace")
    return fault not in _PASSING


def faulty(reason: str) -> Facts:
    """The facts of a file of which no more is known than why."""
    index = [*orjson.loads(NOTHING_KNOWN.indexed)[:-1], reason]
    return NOTHING_KNOWN._replace(indexed=orjson.dumps(index))
