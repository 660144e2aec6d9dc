"""What the Rust grammar stumbles over although the compiler does not, covered for a second parse. Nothing moves.

Attributes of fields in patterns and expressions, macros that bear the name of a primitive type, tokens in macro calls
that no expression has, and the white space that generators of code leave.
"""

import re

_SKIP = (
    rb"(?:/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?|//[^\n]*|\"[^\"\\]*(?:\\.[^\"\\]*)*\"?"
    rb"|r#\"[^\"]*(?:\"(?!#)[^\"]*)*(?:\"#)?)"
)
_STUMBLING = re.compile(
    _SKIP
    + rb"|(?P<attribute>#\[[^\[\]\n]{0,200}\])(?=\s*(?:ref\s+|mut\s+){0,2}[a-z_]\w*\s*[,}:])"
    + rb"|\b(?P<type>str|bool|char|u8|u16|u32|u64|u128|usize|i8|i16|i32|i64|i128|isize|f32|f64)(?=!\s*[\[({])"
    + rb"|(?P<rules>\bmacro_rules !)(?= )"
    + rb"|\[(?P<token>[~@#?\\]{1,2})\]"
    + rb"|(?P<dollar>\$ )(?=[a-z_(])"
    + rb"|(?P<turbofish>::<>)(?=\()",
    re.DOTALL,
)


def covered(raw: bytes) -> bytes:
    """As many bytes as before."""
    return _STUMBLING.sub(_cover, raw)


def _cover(found: re.Match[bytes]) -> bytes:
    whole, kind = found.group(), found.lastgroup
    if kind in ("attribute", "turbofish"):
        return b" " * len(whole)
    if kind == "type":
        return b"x" * len(whole)
    if kind == "token":
        return b"[" + b"+" * (len(whole) - 2) + b"]"
    if kind == "rules":
        return b" macro_rules!"
    return b" $" if kind == "dollar" else whole
