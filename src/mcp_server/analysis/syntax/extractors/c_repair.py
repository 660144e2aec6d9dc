"""What the C and C++ grammars stumble over without a preprocessor, covered for a second parse.

Conditional groups whose halves do not balance, or that lie inside a body, keep one half; macros that stand for
attributes, linkage or the beginning of a namespace become white space. Nothing moves: offsets stay those of the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_EVENT = re.compile(
    rb"(?P<skip>//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"?|'(?:[^'\\\n]|\\[^\n]{1,8}?)+')"
    rb"|^[ \t]*#[ \t]*(?P<word>\w+)(?P<rest>[^\n\\]*(?:\\(?:\r?\n|.)[^\n\\]*)*)|(?P<open>\{)|(?P<close>\})",
    re.MULTILINE,
)
_OUTER = re.compile(rb"(?:\bnamespace\b[\w:\s]*|\bextern\s*\"C(?:\+\+)?\"\s*)$")
_NAME = rb"[A-Za-z_~][\w:]*(?:<[^;{}()\n]{0,200}>)?"
_SPECIFIERS = (
    rb"(?:const|static|inline|unsigned|struct|enum|extern|virtual|explicit|constexpr|friend|typedef|class|auto)"
)
_CAPITALS = re.compile(
    rb"(?<!\w)((?:[A-Z][A-Z0-9_]{3,}|__[a-z]\w+)(?:\((?:[^()\n;{}]|\([^()\n;{}]{0,200}\)){0,300}\))?)(?!\w)(?:"
    rb"(?=[ \t]*(?P<alone>\n|//|/\*))"
    rb"|(?=\s*(?P<behind>[;{=]|,[ \t]*\n))"
    rb"|(?=[ \t]*(?P<within>[,)]))"
    rb"|(?=\s+[A-Za-z_]\w*\s*(?P<type>final\b|[:{<]))"
    rb"|(?=\s+(?:"
    + _SPECIFIERS
    + rb"\s+){0,6}"
    + _NAME
    + rb"(?:[\s*&]+"
    + _NAME
    + rb"){1,8}\s*(?P<declaration>[(;=\[{]))"
    rb"|(?=[ \t]+\**[A-Za-z_~]\w*[ \t]*(?P<call>\()))"
)
"""A macro in capitals, with what follows it."""
_SPECIFIED = re.compile(
    rb"^[ \t]*(?:(?:static|inline|extern|\"C\"|constexpr|virtual|explicit|typedef|template[ \t]*<.*>"
    rb"|\[\[[^\]]*\]\])[ \t]+)*$"
)
_ATTRIBUTE = re.compile(
    rb"API|EXTERN|EXPORT|IMPORT|PUBLIC|LOCAL|INLINE|CONSTEXPR|DISCARD|ATTR|NORETURN|NO_?THROW|NOEXCEPT|COLD|HOT|PURE|WEAK"
    rb"|DEPRECAT|UNUSED|VISIB|CALL|LINKAGE|CONST|MUST_USE|LIFETIME|DECL|SANITIZE|FORCE|^__"
)
_NAMED = re.compile(rb"[\w>*&][ \t]+[*&]*[a-z_]\w*[ \t]+$")
_QUALIFIER = re.compile(
    rb"\b(?:const|struct|unsigned|signed|enum|volatile|union|class|typename|return|sizeof|case)[ \t]+$"
)
_CONDITION = re.compile(
    rb"(,\s{0,80}[A-Z][A-Z0-9_]{3,}\((?:[^();{}]|\((?:[^();{}]|\([^();{}]{0,200}+\)){0,200}+\)){0,300}+\))(?=\s{0,80}>)"
)
"""`template <typename T, LIB_ENABLE_IF(...)>`."""
_TYPE_HEAD = re.compile(
    rb"\b(?:class|struct|union|enum)[ \t]+(?:(?:\[\[[^\[\]]{0,80}\]\]|[A-Z][A-Z0-9_]{2,80})[ \t]+){0,4}$"
)
_NULLNESS = re.compile(rb"(?<=[\s*&>])((?:\w+_)?_?[Nn](?:onnull|ullable|ull_unspecified))(?=\s*[\w,)(&])")
_FRIEND = re.compile(rb">\s*(friend)(?=\s+(?:struct|class)\s)|\b(?:class|public|private|protected)[ \t]+(::)(?=\w)")
_COMMENT = re.compile(rb"/\*[^*]*(?:\*(?!/)[^*]*)*\*/|//[^\n]*")
_ROUNDS = 2
"""Macros stand in rows: each round takes one."""
_OWN_NAME = re.compile(rb"[ \t]{0,80}\r?\n(?![A-Z][A-Z0-9_]{0,200}[ \t]{0,80}\()[A-Za-z_]\w{0,200}[ \t]{0,80}\(")
"""`LIB_DECLARE(int)` on a line, `name(void)` where the next begins."""
_NEVER = re.compile(rb"\b(?:return|else|case|goto|new|delete|throw|do|define)[ \t]+$")


_CONTINUES = re.compile(rb"\s*(?:(?://[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*\*/)\s*){0,20}(?::(?!:)|[,{=?]|&&|\|\|)")
"""What goes on with a statement that began above the group: the base of a class, an initialiser."""


@dataclass(slots=True)
class _Group:
    """A conditional group: its branches as (start of directive, end of directive) and the braces at its beginning."""

    condition: bytes
    braces: list[bool]
    inside: bool
    directives: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    after: list[list[bool]] = field(default_factory=list["list[bool]"])


def covered_c(raw: bytes) -> bytes:
    """C with what stumbles covered; as many bytes as before."""
    return _covered(raw, plus=False)


def covered_cpp(raw: bytes) -> bytes:
    """C++ with what stumbles covered; as many bytes as before."""
    return _covered(raw, plus=True)


def directives(raw: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Every directive outside of comments: its first byte, its word, and what follows on its lines."""
    for event in _EVENT.finditer(raw):
        if event.lastgroup == "rest":
            yield event.start(), event["word"], event["rest"]


def _covered(raw: bytes, *, plus: bool) -> bytes:
    changed = bytearray(raw)
    for start, end in _dropped(raw, plus=plus):
        changed[start:end] = _blank(raw[start:end])
    text = bytes(changed).replace(b" __restrict ", b"            ").replace(b" __restrict__ ", b" " * 14)
    for _ in range(_ROUNDS):
        before = text
        text = _CAPITALS.sub(_macro, text)
        if text == before:
            break
    if b"onnull" in text or b"ullable" in text:
        text = _NULLNESS.sub(_without, text)
    return _CONDITION.sub(_without, _FRIEND.sub(_without, text)) if plus else text


def _blank(part: bytes) -> bytes:
    return re.sub(rb"[^\n]", b" ", part)


def _without(found: re.Match[bytes]) -> bytes:
    start, end = found.span(found.lastindex or 1)
    whole, at = found.group(), start - found.start()
    return whole[:at] + _blank(whole[at : at + end - start]) + whole[at + end - start :]


def _macro(found: re.Match[bytes]) -> bytes:
    """White space where the place of a word in capitals tells that it is no name."""
    text, start, word = found.string, found.start(), found[1]
    before = text[text.rfind(b"\n", max(0, start - 300), start) + 1 : start]
    follows = found.lastgroup
    if follows == "alone":
        covers = not before.strip() and _begins_anew(text, start - len(before))
        covers = covers and not _follows_comma(text, start) and not is_type_of_next(text, found.end())
    elif follows == "behind":
        covers = _is_annotation(found, before)
    elif follows == "within":
        covers = bool(_NAMED.search(before)) and not _QUALIFIER.search(before)
    elif follows == "type":
        covers = bool(_TYPE_HEAD.search(before))
    elif follows == "declaration":
        covers = bool(_SPECIFIED.match(before)) or bool(_TYPE_HEAD.search(before))
    else:
        covers = bool(_SPECIFIED.match(before)) and bool(_ATTRIBUTE.search(word)) and not before.endswith(b"*")
        covers = covers or (b"CONSTEXPR" in word and before.rstrip().endswith(b"if"))
        covers = covers or (before.strip() != b"" and before.rstrip()[-1:] in (b"*", b"&") and b"(" not in word)
    return _blank(found.group()) if covers else found.group()


def _begins_anew(text: bytes, at: int) -> bool:
    """Whether the line that begins at a byte begins a new statement, by the end of the line above."""
    above = text[text.rfind(b"\n", max(0, at - 300), max(at - 1, 0)) + 1 : max(at - 1, 0)].strip()
    above = above if above.startswith(b"//") else above.partition(b"//")[0].rstrip()
    return not above or above.endswith((b";", b"{", b"}", b"*/", b":")) or above.startswith((b"#", b"//"))


def is_type_of_next(text: bytes, end: int) -> bool:
    """Whether a macro's call that ends here is the type of the function on the next line."""
    return text.startswith(b")", end - 1) and bool(_OWN_NAME.match(text, end))


def _follows_comma(text: bytes, start: int) -> bool:
    """Whether a word is the last of a list, such as the last value of an enum."""
    return _COMMENT.sub(b"", text[max(0, start - 400) : start]).rstrip()[-1:] == b","


def _is_annotation(found: re.Match[bytes], before: bytes) -> bool:
    """Whether a word in front of `;`, `{` or `=` belongs to what stands before it: `int x GUARDED_BY(mu);`."""
    text, start, word = found.string, found.start(), found[1]
    last = before.rstrip()[-1:] or text[max(0, start - 200) : start].rstrip()[-1:]
    if last in (b")", b"]") and last:
        return not _NEVER.search(before)
    if not (last.isalnum() or last == b"_") or not before.strip() or _NEVER.search(before):
        return False
    return b"typedef" not in before and (b"(" in word or bool(_ATTRIBUTE.search(word)))


def _dropped(raw: bytes, *, plus: bool) -> list[tuple[int, int]]:
    """The spans of directives and branches to cover, in the order in which their groups end."""
    spans: list[tuple[int, int]] = []
    groups: list[_Group] = []
    braces: list[bool] = []
    """The open braces: whether each opens a body (and no namespace)."""
    for event in _EVENT.finditer(raw):
        kind = event.lastgroup
        if kind == "open":
            braces.append(not _OUTER.search(raw, max(0, event.start() - 120), event.start()))
        elif kind == "close":
            if braces:
                braces.pop()
        elif kind == "rest":
            braces = _directive(event, groups, braces, spans, plus=plus)
    return spans


def _directive(
    event: re.Match[bytes], groups: list[_Group], braces: list[bool], spans: list[tuple[int, int]], *, plus: bool
) -> list[bool]:
    """Follows one directive; gives the braces that are open behind it."""
    word = event["word"]
    if word in (b"if", b"ifdef", b"ifndef"):
        group = _Group(word + b" " + event["rest"].strip(), list(braces), any(braces))
        group.directives.append(event.span())
        groups.append(group)
        return braces
    if not groups or word not in (b"else", b"elif", b"elifdef", b"elifndef", b"endif"):
        return braces
    group = groups[-1]
    group.directives.append(event.span())
    group.after.append(list(braces))
    if word != b"endif":
        return list(group.braces)
    groups.pop()
    kept = _kept(group, plus=plus)
    torn = any(len(after) != len(group.braces) for after in group.after)
    if group.inside or kept != 0 or torn or _CONTINUES.match(event.string, group.directives[0][1]):
        _cover(group, kept, spans)
    return group.after[kept] if 0 <= kept < len(group.after) else group.braces


def _kept(group: _Group, *, plus: bool) -> int:
    """The branch to keep; -1 for none. What only the other language sees, and `#if 0`, is not kept."""
    condition = group.condition
    never = condition.startswith(b"if 0") or condition == (b"ifndef __cplusplus" if plus else b"ifdef __cplusplus")
    if not never:
        return 0
    return 1 if len(group.after) > 1 else -1


def _cover(group: _Group, kept: int, spans: list[tuple[int, int]]) -> None:
    for at, (start, end) in enumerate(group.directives):
        stop = end
        if at < len(group.directives) - 1 and at != kept:
            stop = group.directives[at + 1][0]
        spans.append((start, stop))
