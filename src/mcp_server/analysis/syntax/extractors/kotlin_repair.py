"""What the Kotlin grammar stumbles over and a compiler does not, covered for a second parse."""

import re

_COVERED = re.compile(
    rb"(?<=[^\s{;,(])(?P<close>[ \t])(?=\})"
    rb"|\b(?P<name>[gs]et)(?=[ \t]+[A-Za-z]|\.|\?\.|[ \t]*[:=,)\[]|[ \t]*$)(?<!\.[gs]et)(?<!private [gs]et)"
    rb"(?<!protected [gs]et)(?<!internal [gs]et)"
    rb"|^[ \t]*(?P<call>get)(?=\([^)\s])"
    rb"|^[ \t]*(?P<put>set)(?=\((?![ \t]*\w+[ \t]*(?::[^)\n]*)?\)[ \t]*[{=]))"
    rb"|\b(?P<where>where)(?=\?\.|\.|[ \t]*(?:=[^=]|:))"
    rb"|(?<=\} )(?P<infix>get)(?= \()"
    rb"|^[ \t]*(?:!?is|else)\b(?:[^\n{-]|-(?!>))*?(?P<guard>[ \t]if\b[^{}]{0,400}?)(?=->)"
    rb"|^[ \t]*(?P<context>context[ \t]*\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))(?=[ \t]*(?:\n|[a-z]))"
    rb"|^[ \t]*(?P<accessor>@\w+(?:\([^()\n]*\))?)(?=[ \t]*\n?[ \t]*(?:get|set)\()"
    rb"|\b(?P<suspend>suspend)(?=[ \t]*\{)|(?<=\w)(?P<any>[ \t]&[ \t]Any)\b"
    rb"|\b(?P<bare>annotation)(?=[ \t]+class[ \t]+\w+[ \t]*$)"
    rb'|(?P<dollars>(?<!\$)\$\$+"(?!"")[^"\n]*")|\b(?P<digits>in)(?=\d)',
    re.MULTILINE,
)
_VISIBLE = re.compile(rb"[^\n]")
_INSTEAD = {
    "close": b";",
    "name": b"_et",
    "call": b"_et",
    "put": b"_et",
    "infix": b"_et",
    "where": b"_here",
    "digits": b"_n",
    "dollars": b'""',
}


def covered(raw: bytes) -> bytes:
    """The bytes with the stumbling blocks covered: as many as before.

    A body that ends on the line of its last declaration; `get`, `set` and `where` as names; `$$"` strings, guards in
    `when`, context parameters, annotations in front of accessors, lambdas with `suspend`, and `T & Any`.
    """
    return _COVERED.sub(_cover, raw)


def _cover(found: re.Match[bytes]) -> bytes:
    kind = found.lastgroup or ""
    start, end = found.span(kind)
    whole = found.group()
    at = start - found.start()
    instead = _INSTEAD.get(kind) or _VISIBLE.sub(b" ", found[kind])
    return whole[:at] + instead.ljust(end - start) + whole[at + end - start :]
