"""What the shell grammar stumbles over and a shell does not, covered for a second parse.

Parameter expansions have small languages of their own (`${a%]*}`, `${@:$#}`, zsh's `${(f)a}`); what they say after the
name is no business of the grammar's. Which shell a file is for decides whether its errors are worth telling.
"""

import re

_PLAIN = re.compile(rb"\$\{\w+(?:\[[@*\w]+\])?(?::?[-=?][^\n]*)?\}|\$\{#\w+(?:\[[@*]\])?\}")
"""Expansions that the grammar knows: a name or an element, with a default or a demand, and a length."""
_INNERMOST = re.compile(rb"\$\{(?:[^}$`\\\n]|\\.|\$(?![{(])){0,300}\}")
_AROUND = re.compile(rb"\$\{(?:[^}$`\\\n]|\\.|\$(?![{(])|\$\{[\w#]+\}){0,300}\}")
_COUNTED = re.compile(rb"\bfor[ \t]*\(\([^\n;(]{0,100}\[\w+\][^\n()]{0,200}\)\)")
_INDEX = re.compile(rb"\[\w+\]")
_END_OF_LINE = re.compile(rb"(?<=\w)\$(?=\))")
_HEXADECIMAL = re.compile(rb"\b0x(?=\$)")
_AFTER_HERE = re.compile(rb"(<<-?[ \t]*['\"]?\w+['\"]?[^\n;<]{0,200});(?=[ \t]*$)", re.MULTILINE)
_ZSH = re.compile(
    rb"\A#!.*\bzsh\b|\A#(?:compdef|autoload)\b"
    rb"|^[ \t]*(?:(?:setopt|unsetopt|zstyle|zmodload|compdef|bindkey)[ \t]|(?:autoload|emulate)[ \t]+-)"
    rb"|\$\{\(\w",
    re.MULTILINE,
)


def covered(raw: bytes) -> bytes:
    """The bytes with expansions that the grammar does not know as plain ones: as many as before."""
    for pattern in (_INNERMOST, _AROUND):
        raw = pattern.sub(_as_plain, raw)
    raw = _COUNTED.sub(lambda loop: _INDEX.sub(lambda index: b"_" * len(index[0]), loop[0]), raw)
    raw = _END_OF_LINE.sub(b" ", raw)
    raw = _HEXADECIMAL.sub(b"  ", raw)
    return _AFTER_HERE.sub(rb"\1 ", raw)


def for_zsh(raw: bytes) -> bool:
    """Whether a script speaks zsh, whose syntax the grammar does not know."""
    return _ZSH.search(raw) is not None


def _as_plain(found: re.Match[bytes]) -> bytes:
    whole = found[0]
    return whole if _PLAIN.fullmatch(whole) else b"${" + b"_" * (len(whole) - 3) + b"}"
