"""Shedding for answers about several repositories: a fixed order of cuts, each counted, with the call that undoes them.

Works on frozen results like `budget`, which is for reports about one repository.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, TypeVar, cast

import orjson

from plumbrule.core.facts import Truncated
from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.analysis.model import wire
from plumbrule.mcp_server.tools.bounds import LEAST_TOKENS, MOST_TOKENS
from plumbrule.mcp_server.tools.budget_order import Cut

R = TypeVar("R")
TEXT_SHARE = 3
"""The text takes at most this part of the budget: what a host drops must not crowd out what it keeps."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How an answer is shed. `order` cuts the least useful first; `live` brings pointers in line with what is left."""

    order: Sequence[Cut]
    tool: str
    live: Callable[[Any], Any]


def shed_joint(
    result: R, text_of: Callable[[R], str], budget: Budget, arguments: dict[str, object], max_tokens: int | None
) -> tuple[R, str]:
    """The result within `max_tokens` for structured content and text together, and its text; None leaves it whole."""
    text = text_of(result)
    if max_tokens is None:
        return result, text
    most = max(max_tokens, LEAST_TOKENS)
    text = _within(text, most // TEXT_SHARE)
    whole = _tokens(result)
    left = most - token_bound(text)
    if whole <= left:
        return result, text
    again = {**arguments, "max_tokens": min(int((whole + token_bound(text)) * 1.5) + 1, MOST_TOKENS)}
    current: Any = result
    omitted: dict[str, int] = {}
    for cut in budget.order:
        current, lost = _cut(current, cut.field.split("."), cut.keep)
        if lost:
            outer = cut.field.partition(".")[0]
            omitted[outer] = omitted.get(outer, 0) + lost
        told = Truncated(dict(sorted(omitted.items())), {"tool": budget.tool, "arguments": again})
        shown = budget.live(replace(current, truncated=told))
        if omitted and _tokens(shown) <= left:
            return shown, text
    told = Truncated(dict(sorted(omitted.items())), {"tool": budget.tool, "arguments": again})
    return budget.live(replace(current, truncated=told if omitted else None)), text


def _cut(value: Any, path: Sequence[str], keep: int) -> tuple[Any, int]:
    """`value` with the list at `path` cut to `keep` items; of a list on the way, in each of its items."""
    if value is None:
        return None, 0
    if isinstance(value, tuple):
        parts = [_cut(one, path, keep) for one in cast("tuple[object, ...]", value)]
        return tuple(one for one, _ in parts), sum(lost for _, lost in parts)
    assert is_dataclass(value)
    assert not isinstance(value, type)
    name, rest = path[0], path[1:]
    inner: Any = getattr(value, name)
    if rest:
        changed, lost = _cut(inner, rest, keep)
    elif isinstance(inner, tuple):
        items = cast("tuple[object, ...]", inner)
        changed, lost = items[:keep], max(0, len(items) - keep)
    elif inner and not keep:
        changed, lost = ("" if isinstance(inner, str) else None), 1
    else:
        changed, lost = inner, 0
    return (replace(value, **{name: changed}), lost) if lost else (value, 0)


def _tokens(result: object) -> int:
    return token_bound(orjson.dumps(wire(result)))


def _within(text: str, max_tokens: int) -> str:
    """As many of the text's lines, from the first, as fit; the first line always stays."""
    lines = text.split("\n")
    while len(lines) > 1 and token_bound("\n".join(lines)) > max_tokens:
        lines.pop()
    return "\n".join(lines)
