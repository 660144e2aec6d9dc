"""An offline upper bound on o200k tokens.

Measured rule of the plan (DECISIONS, "Results"): runs of hex and digits take 1.7 bytes a token, all else 2.8.
It bounds from above on JSON and English; it is not a tokenizer.
"""

import re

_DENSE = re.compile(rb"[0-9a-fA-F]{6,}|[0-9]+")


MOST_TOKENS_PER_BYTE = 1 / 1.7
"""Of the dearest text there is, by the same rule."""


def token_weight(raw: bytes) -> float:
    """The bound as a sum: the weights of parts that do not cut a run of digits add up to the weight of the whole."""
    dense = sum(map(len, _DENSE.findall(raw)))
    return dense / 1.7 + (len(raw) - dense) / 2.8


def token_bound(text: str | bytes) -> int:
    """The most o200k tokens that `text` can cost, for text of the kinds we print."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return int(token_weight(raw)) + 1
