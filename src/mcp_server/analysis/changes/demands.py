"""What a state of the published interface asks of those who implement it or name its types.

Pure; `api` asks it. Adding a method to an interface breaks nobody who calls it and everybody who implements it, unless
it brings a body or nobody outside may implement it (Go's compatibility checker `apidiff`, Java Language Specification
13.5.3, SemVer rules of Cargo). A type alias is another name of the same type.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from plumbrule.mcp_server.analysis.sections.changes import Breaking

_OPEN = frozenset(("interface", "trait", "protocol"))
_ASKING = frozenset(("method", "function", "property", "constant", "type", "field"))
_GO_ALIAS = re.compile(r"type (\w+) (= )?(.+)$")
_WORD = re.compile(r"(?<![\w.])\w+(?![\w.])")
_VERSION = re.compile(r"(?i)(?:.*\.)?_{0,2}version(?:_?(?:info|string|number|tuple))?_{0,2}")
_VALUE = re.compile(r"^(?P<head>[^=]*?)\s*=(?![=>])\s*(?P<value>.*)$", re.DOTALL)
_LITERAL = re.compile(
    r"^(?:[-+]?[\d._xa-fA-F]+[a-zA-Z]?|b?[\"'`].*[\"'`](?:\.freeze)?|true|false|True|False|nil|null|None)[;,]?$",
    re.DOTALL,
)


def sealed_owners(language: str, rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Interfaces that only their own package can implement: sealed ones, in Go those with a method of lower case."""
    found: set[str] = set()
    for row in rows:
        name = str(row["name"])
        if language == "Go" and row["kind"] == "method" and "visibility" in row:
            found.add(name.rpartition(".")[0])
        elif "sealed" in row.get("modifiers", ()) or str(row.get("signature", "")).startswith(("sealed ", "pub(")):
            found.add(name)
    return found


def asked_of_implementers(language: str, owner_kind: str, kind: str, signature: str, *, body: bool) -> Breaking:
    """Whether a member that an open interface gains breaks its implementers."""
    if owner_kind not in _OPEN or kind not in _ASKING or body or language in ("Python", "Ruby"):
        return "no"
    if language in ("TypeScript", "TSX"):
        name = re.match(r"[\w$.\[\]\"' ]+\?", signature)
        return "no" if name is not None else "perhaps"
    if re.search(r"\b(?:default|static)\b", signature.partition("(")[0]) or (kind == "type" and "=" in signature):
        return "no"
    if language == "PHP" and kind == "constant":
        return "no"
    return "yes"


def aliases(signatures: Iterable[tuple[str, str]]) -> dict[str, tuple[str, bool]]:
    """Go's names of types from (kind, signature): what each stands for, and whether it is the very same type."""
    found: dict[str, tuple[str, bool]] = {}
    for kind, signature in signatures:
        known = _GO_ALIAS.match(signature) if kind == "type" else None
        if known is not None and (known[2] or known[3].startswith(("func(", "[]", "map["))):
            found[known[1]] = (known[3], bool(known[2]))
    return found


def spelled_out(signature: str, known: Mapping[str, tuple[str, bool]], *, same: bool) -> str:
    """A signature with the names of `known` types written out; only those of the very same type where `same`."""
    for _ in range(3):  # an alias of an alias; more deep is nobody's
        plain = _WORD.sub(lambda one: _written_out(one[0], known, same=same), signature)
        if plain == signature:
            break
        signature = plain
    return signature


def _written_out(name: str, known: Mapping[str, tuple[str, bool]], *, same: bool) -> str:
    one = known.get(name)
    return one[0] if one is not None and (one[1] or not same) else name


def is_version(name: str) -> bool:
    """Whether a constant holds the version, which differs between any two releases."""
    return _VERSION.fullmatch(name) is not None


def only_the_value(before: str, after: str) -> bool:
    """Whether two signatures of a constant differ in a literal value alone."""
    old, new = _VALUE.match(before), _VALUE.match(after)
    if old is None or new is None or old["head"] != new["head"]:
        return False
    return bool(_LITERAL.match(old["value"]) and _LITERAL.match(new["value"]))
