"""Text that tries to steer its reader: what one file holds of it, as rows for its facts.

`steering` runs in the workers over every text file, so it asks cheap questions first: one pass of an automaton over
the lowered text, one byte search for invisible characters. It knows neither path nor language; `judged` beside it
weighs a row by the file it stands in. The repository's words are never repeated: repeating them would do their work.
"""

from plumbrule.mcp_server.analysis.findings.hidden import hidden
from plumbrule.mcp_server.analysis.findings.orders import orders
from plumbrule.mcp_server.analysis.findings.seen import Seen

MIN_CHARS = 8
"""Shorter texts hold neither an order nor a payload."""


def steering(text: str, raw: bytes | None = None, small: bytes | None = None) -> list[Seen]:
    """What in `text` hides from a reader, gives orders to a model or runs commands of a stranger's.

    Linear in the text for any input; 45 MB of ordinary files take 0.1 s. At most one row for each rule. `raw` is `text`
    in UTF-8 and `small` is `raw.lower()`, for callers that have them.
    """
    if len(text) < MIN_CHARS:
        return []
    if raw is None:
        raw = text.encode("utf-8", "surrogatepass")
    found = orders(text, raw, small)
    if "\x1b" in text or len(raw) != len(text):
        known = {one.rule for one in found}
        found += [one for one in hidden(text, raw) if one.rule not in known]
    return found
