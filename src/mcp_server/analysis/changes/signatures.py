"""Whether one signature still takes what the other took: parameters read from one line of source, in any language.

A signature is text as it was written, so this reads what all languages share: a parenthesis after the name, commas at
its own depth, `=` or `?` for what may be left out, `:` before a type. What it cannot tell it calls `perhaps`.
"""

import re
from typing import NamedTuple

from plumbrule.mcp_server.analysis.sections.changes import Breaking

_OPENS, _CLOSES = "([{<", ")]}>"
_PAIRS = dict(zip(_CLOSES, _OPENS, strict=True))
_SPACE = re.compile(r"\s+")
_REST = ("*", "...", "vararg ", "params ", "&")
_MARKS = ("/", "*")
"""Python's marks between sorts of parameters; they are no parameters."""

_TAKES_ANYTHING = frozenset(("any", "Object", "object", "Any", "dynamic", "mixed"))
"""Types that every argument of before still has; only who implements or stores the function may notice."""

_COLON_TYPED = re.compile(r"^[\w$@ ?!*&.'`]+:")


_LABEL = re.compile(r"([a-z_]\w*):(?!:)\s*(.*)$", re.DOTALL)


class Parameter(NamedTuple):
    """One parameter. `name` is "" where the language puts the type first and callers never see names."""

    name: str
    type: str
    optional: bool
    keyword_only: bool
    rest: bool


def compatibility(name: str, before: str, after: str, *, named: bool, labels: bool = False) -> Breaking:
    """Whether callers of `before` still work with `after`.

    `name` is the definition's bare name. `named` is true where callers may pass parameters by name (Python, Kotlin,
    Swift, C#, Scala, PHP, Ruby), so that renaming one breaks them. `labels` is true for Ruby, where a colon after a
    name makes it a keyword and what follows is its default.
    """
    old, new = parameters(name, before, labels=labels), parameters(name, after, labels=labels)
    if old is None or new is None:
        return "no" if _plain(before) == _plain(after) else "perhaps"
    verdict = _parameters_kept(old, new, named=named)
    if verdict == "no" and _result(name, before) != _result(name, after):
        return "perhaps"
    return verdict


def parameters(name: str, signature: str, *, labels: bool = False) -> list[Parameter] | None:
    """The parameters in the parenthesis after the name, None when there is no such parenthesis or it has no end."""
    inside = _inside(name, signature)
    if inside is None:
        return None
    found: list[Parameter] = []
    keyword_only = False
    for piece in _split(inside[0]):
        if piece in _MARKS:
            keyword_only = keyword_only or piece == "*"
        elif labels and (label := _LABEL.match(piece)):
            found.append(Parameter(label[1], "", bool(label[2]), keyword_only=True, rest=False))
        elif piece:
            one = _parameter(piece, keyword_only=keyword_only, type_last=signature.startswith("func"))
            keyword_only = keyword_only or (one.rest and piece.startswith("*") and not piece.startswith("**"))
            found.append(one)
    return found


def _parameters_kept(old: list[Parameter], new: list[Parameter], *, named: bool) -> Breaking:
    """By position for what is passed by position, by name for the rest."""
    verdict: Breaking = "no"
    old_plain = [one for one in old if not one.keyword_only and not one.rest]
    new_plain = [one for one in new if not one.keyword_only and not one.rest]
    if len(new_plain) < len(old_plain):
        return "yes"
    for before, after in zip(old_plain, new_plain, strict=False):
        if before.optional and not after.optional:
            return "yes"
        if before.name != after.name and named:
            return "yes"
        if before.type != after.type:
            verdict = "perhaps" if before.name or after.type in _TAKES_ANYTHING else "yes"
            if verdict == "yes":
                return verdict
    if any(not one.optional for one in new_plain[len(old_plain) :]):
        return "yes"
    if type_first_rest(new) and not type_first_rest(old):
        verdict = "perhaps"  # every call still fits, the type of the function does not
    kept = {one.name: one for one in new if not one.rest}
    for before in old:
        if before.rest:
            if not any(one.rest for one in new):
                return "yes"
        elif before.keyword_only:
            now = kept.get(before.name)
            if now is None or (before.optional and not now.optional):
                return "yes"
            if before.type != now.type:
                verdict = "perhaps"
    known = {one.name for one in old}
    if any(one.keyword_only and not one.optional and not one.rest and one.name not in known for one in new):
        return "yes"
    return verdict


def type_first_rest(parameters_: list[Parameter]) -> bool:
    """Whether the last parameter takes any number in a language whose functions have types by position, as Go's do."""
    return bool(parameters_) and parameters_[-1].rest and not parameters_[-1].name


def _parameter(piece: str, *, keyword_only: bool, type_last: bool) -> Parameter:
    head, has_default, _ = _partition(piece, "=")
    head = head.strip()
    rest = head.startswith(_REST) or head.endswith("...") or (type_last and " ..." in head)
    if _COLON_TYPED.match(head):
        name, _, kind = head.partition(":")
        optional = bool(has_default) or rest or name.rstrip().endswith("?")
        return Parameter(name.strip(" ?").lstrip("*."), _plain(kind), optional, keyword_only, rest)
    if re.fullmatch(r"[\w$@*&.]+\??", head):  # a bare name
        optional = bool(has_default) or rest or head.endswith("?")
        return Parameter(head.strip("?").lstrip("*.&@"), "", optional, keyword_only, rest)
    kind = head.partition(" ")[2] if type_last else _without_name(head)
    return Parameter("", _plain(kind), bool(has_default) or rest, keyword_only, rest)


def _without_name(head: str) -> str:
    """`const char *path` without `path`: names are no part of the contract where types come first."""
    return re.sub(r"(?<=[\s*&>\]])[$A-Za-z_]\w*(?=(?:\[\d*\])*$)", "", head)


def _inside(name: str, signature: str) -> tuple[str, int] | None:
    """What stands in the parenthesis that follows the name, and where it ends."""
    at = signature.find(name)
    while at >= 0:
        start = at + len(name)
        while start < len(signature) and signature[start] in "<[ ?!":
            if signature[start] in "<[":
                end = _end(signature, start)
                if end is None:
                    return None
                start = end
            start += 1
        if start < len(signature) and signature[start] == "(":
            end = _end(signature, start)
            return None if end is None else (signature[start + 1 : end], end)
        at = signature.find(name, at + 1)
    return None


def _end(text: str, start: int) -> int | None:
    """Where the bracket at `start` closes; quotes are passed over, an arrow is no bracket."""
    stack: list[str] = []
    quote = ""
    for at in range(start, len(text)):
        char = text[at]
        if quote:
            quote = "" if char == quote and text[at - 1] != "\\" else quote
        elif char in "\"'`":
            quote = char if char != "'" or _is_quote(text, at) else ""
        elif char in _OPENS:
            stack.append(char)
        elif char in _CLOSES and not (char == ">" and text[at - 1] in "-="):
            while stack and stack[-1] != _PAIRS[char] and stack[-1] == "<":  # a less-than that was no bracket
                stack.pop()
            if stack and stack[-1] == _PAIRS[char]:
                stack.pop()
            if not stack:
                return at
    return None


def _is_quote(text: str, at: int) -> bool:
    """Whether an apostrophe begins a literal: a Rust lifetime does not."""
    return text.find("'", at + 1) > 0 and not re.match(r"'[a-z_]\w*(?!')", text[at:])


def _split(inside: str) -> list[str]:
    """At commas of its own depth."""
    pieces: list[str] = []
    start = at = 0
    while at < len(inside):
        if inside[at] in _OPENS:
            end = _end(inside, at)
            at = at if end is None else end
        elif inside[at] in '"`':
            end = inside.find(inside[at], at + 1)
            at = at if end < 0 else end
        elif inside[at] == ",":
            pieces.append(inside[start:at].strip())
            start = at + 1
        at += 1
    return [*pieces, inside[start:].strip()]


def _partition(piece: str, mark: str) -> tuple[str, str, str]:
    """At the first `=` of its own depth that is no comparison or arrow."""
    at = 0
    while at < len(piece):
        if piece[at] in _OPENS:
            end = _end(piece, at)
            at = at if end is None else end
        elif (
            piece[at] == mark and piece[at + 1 : at + 2] not in ("=", ">") and piece[at - 1 : at] not in ("=", "!", "<")
        ):
            return piece[:at], mark, piece[at + 1 :]
        at += 1
    return piece, "", ""


def _result(name: str, signature: str) -> str:
    """What follows the parameters, and what stands before the name where types come first."""
    inside = _inside(name, signature)
    if inside is None:
        return ""
    return _plain(signature[: signature.find(name)]) + "|" + _plain(signature[inside[1] + 1 :])


def _plain(text: str) -> str:
    """Without white space, and Go's two names of its empty interface as one."""
    return _SPACE.sub("", text).replace("interface{}", "any").rstrip(";:{")
