"""Literals that stand without quotes of their own behind a secret's name, and what tells a name from a drawn value.

A line of an environment, properties or YAML file, an element of XML, a text inside a text: nothing but the value's own
shape says that it is no name. Above it lies `secrets`.
"""

import re
from functools import cache

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.randomness import shuffled

_LITERAL = (
    r"[\w.\-]{0,40}+(?:\\?[\"'])?[ \t]{0,3}+(?:=|:[ \t]|>|:(?=\\?[\"'`]))[ \t]{0,3}+(?:(?:\\[\"'])|`)?+"
    r"([A-Za-z0-9+/_\-]{20,200}+={0,2}+)(?=[ \t]*+(?:\r?\n|\Z|#|;|&|<|`|\\[\"']))"
)
BARE = LazyPattern(_LITERAL)


@cache
def bare_bytes() -> re.Pattern[bytes]:
    """`BARE` for text in UTF-8."""
    return re.compile(_LITERAL.encode())


MIN_DIFFERENT = 10


def is_drawn(value: str) -> bool:
    """Whether a value without quotes has what no name has."""
    bare = value.rstrip("=")
    mixed = any(map(str.isdigit, bare)) and (
        _HEX.fullmatch(bare) is not None or (any(map(str.islower, bare)) and any(map(str.isupper, bare)))
    )
    return mixed and shuffled(value) and len(set(value)) >= MIN_DIFFERENT and not names_something(value)


_HEX = LazyPattern(r"[0-9a-f]{32,}|[0-9A-F]{32,}")


_SOMETHING = LazyPattern(
    r"(?:https?:|/|\./|\$|[a-z]+[.\-_/][a-z0-9]+[.\-_/][a-z0-9.\-_/]*\Z|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-|sha\d+[:\-]|(?:[A-Z][A-Z0-9]*_)+[A-Z0-9]*\Z|"
    r"(?:[a-z]+\d?[_\-.])+[a-z0-9]+\Z|[A-Z][a-z]+(?:[A-Z][a-z0-9]+)+\Z)"
)


def names_something(value: str) -> bool:
    """Whether a value is an address, a path, a digest or the name of something."""
    return _SOMETHING.match(value) is not None
