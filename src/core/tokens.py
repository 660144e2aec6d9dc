"""An offline upper bound on o200k tokens.

Measured rule of the plan (DECISIONS, "Results"): runs of hex and digits take 1.7 bytes a token, all else 2.8.
It bounds from above on JSON and English; it is not a tokenizer.
"""

import re

_DENSE = re.compile(rb"[0-9a-fA-F]{6,}|[0-9]+")


def token_bound(text: str | bytes) -> int:
    """The most o200k tokens that `text` can cost, for text of the kinds we print."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    dense = sum(map(len, _DENSE.findall(raw)))
    return int(dense / 1.7 + (len(raw) - dense) / 2.8) + 1
