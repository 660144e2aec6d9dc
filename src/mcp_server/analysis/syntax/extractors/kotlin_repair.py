"""What the Kotlin grammar stumbles over and a compiler does not, covered for a second parse."""

import re

_COVERED = re.compile(
    rb"(?<=[^\s{;,(])(?P<close>[ \t])(?=\})"
    rb"|\b(?P<name>[gs]et)(?=[ \t]+[A-Za-z]|\.|\?\.|[ \t]*[:=,)\[]|[ \t]*$)(?<!\.[gs]et)(?<!private [gs]et)"
    rb"(?<!protected [gs]et)(?<!internal [gs]et)"
    rb"|^[ \t]*(?P<call>get)(?=\([^)\s])"
    rb"|^[ \t]*(?P<put>set)(?=\((?![ \t]*\w+[ \t]*(?::[^)\n]*)?\)[ \t]*[{=]))"
    rb"|\b(?P<where>where)(?=\?\.|\.)"
    rb"|^[ \t]*(?:!?is|else)\b[^\n{]*?(?P<guard>[ \t]if\b[^\n]*?)(?=->)"
    rb"|\b(?P<suspend>suspend)(?=[ \t]*\{)|(?<=\w)(?P<any>[ \t]&[ \t]Any)\b"
    rb"|\b(?P<bare>annotation)(?=[ \t]+class[ \t]+\w+[ \t]*$)"
    rb'|(?P<dollars>\$\$)(?=")',
    re.MULTILINE,
)
_INSTEAD = {"close": b";", "name": b"_et", "call": b"_et", "put": b"_et", "where": b"_here"}


BARE_ANNOTATION = re.compile(rb"\bannotation[ \t]+class[ \t]+\w+[ \t]*$", re.MULTILINE)
"""`@A annotation class B` without a body is three words behind an annotation to the grammar, and no error."""


def covered(raw: bytes) -> bytes:
    """The bytes with the stumbling blocks covered: as many as before.

    A body that ends on the line of its last declaration; `get`, `set` and `where` as names; `$$"` strings, guards in
    `when`, lambdas with `suspend`, and `T & Any`.
    """
    return _COVERED.sub(_cover, raw)


def _cover(found: re.Match[bytes]) -> bytes:
    kind = found.lastgroup or ""
    start, end = found.span(kind)
    whole = found.group()
    at = start - found.start()
    return whole[:at] + _INSTEAD.get(kind, b"").ljust(end - start) + whole[at + end - start :]
