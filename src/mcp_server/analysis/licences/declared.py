"""What metadata declare, as SPDX: identifiers, expressions, names, classifiers, addresses, pointers to files."""

import re

from plumbrule.mcp_server.analysis.licences.model import Declared
from plumbrule.mcp_server.analysis.licences.names import AMBIGUOUS, MAX_PHRASE, PROPRIETARY, identifier, key_of, named

_OPERATOR = re.compile(r"\s+(OR|AND|or|and|Or|And|\|\|?|&&?)\s+|\s*(/|;)\s*")
_STRUCTURE = re.compile(r"[()]|\bWITH\b", re.IGNORECASE)
_MAX_PARTS = 20


def normalise(declared: str) -> Declared:
    """The SPDX expression that a declaration means. A family ("BSD") has none, and the rule says so."""
    text = " ".join(declared.split())[: 2 * MAX_PHRASE]
    if not text:
        return Declared(None, declared, "declared.empty")
    if text.startswith("License ::"):
        return _classifier(text, declared)
    if text.upper().startswith(("SEE LICENSE IN", "SEE LICENCE IN", "FILE:", "LICENSE.", "SEE FILE")):
        return Declared(None, declared, "declared.file")
    if known := identifier(text):
        return Declared(known, declared, "declared.spdx")
    if expression := _expression(text):
        return Declared(expression, declared, "declared.spdx")
    if alias := named(text):
        return Declared(alias, declared, "declared.alias")
    if parts := _of_aliases(text):
        return Declared(parts, declared, "declared.alias")
    return _without_expression(text, declared)


_UPL = {"Universal Permissive License (UPL)": "UPL-1.0"}
"""The only classifier without a version of a licence that has one."""


def _classifier(text: str, declared: str) -> Declared:
    last = text.rsplit("::", 1)[1].strip()
    bracketed = last[last.rfind("(") + 1 : -1] if last.endswith(")") else ""
    if found := named(last) or identifier(bracketed) or _UPL.get(last):
        return Declared(found, declared, "declared.classifier")
    return _without_expression(last, declared)


def _without_expression(text: str, declared: str) -> Declared:
    key = key_of(text)
    if key in PROPRIETARY or text.upper() == "UNLICENSED":
        return Declared("LicenseRef-Proprietary", declared, "declared.proprietary")
    return Declared(None, declared, "declared.ambiguous" if key in AMBIGUOUS else "declared.unknown")


def _expression(text: str) -> str | None:
    """A valid SPDX expression in canonical spelling; None for anything else."""
    if not _STRUCTURE.search(text):
        return _flat(text)
    # 11 ms on first use, and most declarations are one identifier: imported where an expression has structure.
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        canonical: str = canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return None
    return _bare(_WORD.sub(lambda word: identifier(word[0]) or word[0], canonical))  # GPL-2.0 is GPL-2.0-only by now


_WORD = re.compile(r"[^\s()]+")
_AROUND_ONE = re.compile(r"\(((?:(?! OR | AND )[^()])*)\)")


def _bare(expression: str) -> str:
    """The expression without parentheses that change nothing: around all of it, and around one licence."""
    before = ""
    while before != expression:
        before, expression = expression, _AROUND_ONE.sub(r"\1", expression)
        if expression.startswith("(") and expression.endswith(")") and _closes_last(expression):
            expression = expression[1:-1]
    return expression


def _closes_last(expression: str) -> bool:
    """Whether the first parenthesis is closed by the last one."""
    depth = 0
    for at, char in enumerate(expression):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return at == len(expression) - 1
    return False


def _flat(text: str) -> str | None:
    """`A OR B` and `A AND B` of identifiers, without parentheses; the mixture binds AND first, as SPDX says."""
    words = text.split(" ")
    if len(words) < 3 or len(words) % 2 == 0 or len(words) > 2 * _MAX_PARTS:
        return None
    if any(operator.upper() not in ("OR", "AND") for operator in words[1::2]):
        return None
    known = [identifier(word) for word in words[::2]]
    if not all(known):
        return None
    joined = [each or "" for each in known]
    return " ".join([joined[0], *(f"{op.upper()} {each}" for op, each in zip(words[1::2], joined[1:], strict=True))])


def _of_aliases(text: str) -> str | None:
    """Aliases joined by "or", "and", or a slash or semicolon, which Cargo and older metadata use for "or"."""
    pieces = _OPERATOR.split(text)
    parts, operators = pieces[::3], [word or slash for word, slash in zip(pieces[1::3], pieces[2::3], strict=True)]
    if not 2 <= len(parts) <= _MAX_PARTS:
        return None
    known = [named(part) for part in parts]
    if not all(known):
        return None
    words = {"AND" if operator.upper() in ("AND", "&", "&&") else "OR" for operator in operators}
    if len(words) > 1:
        return None
    return f" {words.pop()} ".join(dict.fromkeys(each or "" for each in known))
