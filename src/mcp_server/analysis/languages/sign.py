"""What one sign of a language is; `signs_common` and `signs_rare` list them, `signs` looks for them."""

from typing import NamedTuple


class Sign(NamedTuple):
    """One reason for a language. `name` is what is reported; a sign without patterns always holds."""

    language: str
    name: str
    patterns: tuple[bytes, ...] = ()
    refusals: tuple[bytes, ...] = ()


Signs = dict[str, tuple[Sign, ...]]


def either(*patterns: bytes) -> bytes:
    """One pattern for any of several, each of which may begin with `(?i)`."""
    return b"|".join(
        b"(?i:" + pattern[4:] + b")" if pattern.startswith(b"(?i)") else b"(?:" + pattern + b")" for pattern in patterns
    )
