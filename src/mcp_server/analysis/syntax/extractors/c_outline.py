"""The outline of a damaged C or C++ file: its declarations without directives, bodies and calls of macros.

What a compiler never shows the parser, or shows it changed, is covered with white space for one more parse: directives
(both halves of a group stay), the inside of function bodies and of initialisers, macros that stand as statements. None
of it defines a symbol of the file, and offsets stay. The brackets left tell a broken file from an expanded one.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.c_repair import directives, is_type_of_next
from plumbrule.mcp_server.analysis.syntax.extractors.common import error_lines
from plumbrule.mcp_server.analysis.syntax.extractors.repairing import better

if TYPE_CHECKING:
    from tree_sitter import Tree

_HEAD_BYTES = 2_000
"""How far before a brace its declaration is read."""
_MAX_CALL_BYTES = 4_000
_ROUNDS = 2
"""Such words stand in rows: each round takes one."""
_SKIP = (
    rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?|R\"\((?:[^)]|\)(?!\"))*(?:\)\")?|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"?"
    rb"|(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\[^\n]{1,8}?){1,8}'"
)
_MARK = re.compile(_SKIP + rb"|([{};])", re.DOTALL)
_BRACKET = re.compile(_SKIP + rb"|([\[\](){}])", re.DOTALL)
_DIRECTIVE = re.compile(rb"^[ \t]*#[^\n\\]*(?:\\(?:\r?\n|.)[^\n\\]*)*", re.MULTILINE)
_COMMENT = re.compile(rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?")
_WHITE = bytes(each if each in b"\t\n\v\f\r" else 32 for each in range(256))
_STATEMENT = re.compile(rb"^[ \t]*([A-Z][A-Z0-9_]{2,}[ \t]*)\(", re.MULTILINE)
_SECTION = re.compile(rb"^[ \t]*([A-Z][A-Z0-9_]{3,}[ \t]*:)(?!:)[ \t]*$", re.MULTILINE)
_NO_DECLARATION = re.compile(
    rb"\benum[ \t]+(?:class[ \t]+|struct[ \t]+)?\w+[ \t]*:[ \t]*[\w: \t]+;|\bextern(?=[ \t]+template\b)"
    rb"|(?<=using )typename\b|\b[A-Z][A-Z0-9_]{3,}(?=\s+template[ \t]*<)"
)
_CALLING = re.compile(
    rb"\b(?:WINAPIV?|APIENTRY|CALLBACK|NTAPI|WSAAPI|PASCAL|STDMETHODCALLTYPE|STDAPICALLTYPE|[A-Z_]*(?:STDCALL|CDECL|"
    rb"APIENTRY|FASTCALL|CAPI))\b(?=[ \t]*(?:\*|[A-Za-z_]\w*[ \t]*\())"
)
_BEFORE_NAME = re.compile(
    rb"\b(?:class|struct|union|enum)\s+((?:(?:[A-Z][A-Z0-9_]{2,}(?:\([^()\n]{0,200}\))?|\[\[[^\[\]\n]{0,200}\]\]"
    rb"|alignas\([^()\n]{0,200}(?:\([^()\n]{0,80}\))?\))\s+){1,6})(?=[A-Za-z_]\w*(?:<[^<>;{}]{0,400}>)?\s*(?:final\b|:(?!:)|\{))"
)
"""`class LIB_API [[nodiscard]] Name`."""
_BEFORE_DECLARATION = re.compile(
    rb"(?:(?<=[;{}>:])|(?<=\n)|\A)[ \t]*(?!(?:const|static|inline|virtual|explicit|constexpr|consteval|extern|typedef|"
    rb"friend|template|public|private|protected|unsigned|signed|long|short|int|char|bool|double|float|void|auto|return|else|"
    rb"register|volatile|constinit|thread_local|export|using|typename|struct|class|enum|union|mutable)\b)([A-Za-z_]\w*)"
    rb"(?=\s+(?:(?:static|inline|virtual|explicit|constexpr|consteval|extern|typedef|friend|template)\b"
    rb"|[A-Z][A-Z0-9]*_[A-Z0-9_]*\s+[A-Za-z_]"
    rb"|(?!(?:const|volatile|operator)\b)[A-Za-z_][\w:]*(?:<[^<>;{}()]{0,200}>)?[ \t*&]+(?!operator\b)[A-Za-z_]\w*"
    rb"[ \t]*\())"
)
"""A word in front of a specifier, where no type can stand: `lib_inline static int f();`."""
_IN_TEMPLATE = re.compile(
    rb"(,\s{0,80}(?:(?:typename|class)\s{0,20}=\s{0,20})?[A-Z][A-Z0-9_]{3,}\((?:[^();{}]|\((?:[^();{}]|\([^();{}]{0,200}+\)){0,200}+\))"
    rb"{0,300}+\)(?:\s{0,20}=\s{0,20}\w+)?)(?=\s{0,80}>)"
)
"""`template <typename T, LIB_ENABLE_IF(...) = 0>`."""
_OPERATOR = re.compile(
    rb"(?:(?<=[;{}>:])|(?<=\n)|\A|\bfriend(?=\s))[ \t]*([A-Z][A-Z0-9]*_[A-Z0-9_]*)"
    rb"(?=[ \t]+[A-Za-z_][^;{}()\n]{0,200}\boperator\b)"
)
_LINKAGE = re.compile(
    rb"(?:(?<=[;{}>:])|(?<=\n)|\A)[ \t]*([A-Z][A-Z0-9_]*(?:API|EXTERN|EXPORT|IMPORT|PUBLIC|LOCAL|INLINE|CONSTEXPR|"
    rb"DISCARD|ATTR|NORETURN|NOTHROW|DEPRECAT|UNUSED|VISIB|DECL|STATIC|FUNC)[A-Z0-9_]*(?:\([^()\n]{0,200}\))?)"
    rb"(?!\s{1,80}[A-Za-z_]\w{0,200}\s{0,80}\()(?=\s+[A-Za-z_][\w:<>*& \t\n,]{0,200}[ \t\n*&(])"
)
"""A macro for linkage in front of a type: `LIB_API const char *(name) (void);`. In front of a name it is the type."""
_OUTER = re.compile(rb"\b(?:namespace|class|struct|union|enum)\b[^()]*+\Z|\bextern ?\"[^\"]*\"\Z")
_ENDED = re.compile(
    rb"\) ?+(?:(?:const|noexcept|override|final|volatile|mutable|try|&&?+|[A-Z][A-Z0-9_]{2,}+(?:\([^()]*+\))?+) ?+)"
    rb"{0,8}+(?:->[^;{}()]*+(?:\([^;{}()]*+\)[^;{}()]*+)?+)?+\Z"
)
_LIST = re.compile(rb"\) ?+(?:noexcept ?+(?:\([^()]*+\) ?+)?+|[A-Z_]{4,}+ ?+)?+:(?!:)")
_SPACES = re.compile(rb"\s+")

_STANDARD = re.compile(
    rb"\s*<(?:assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|stdalign|stdarg|"
    rb"stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath|threads|time|uchar|wchar|wctype)\.h>"
    rb"|\s*<[a-z_]+>"
)
"""Headers of the languages themselves (ISO C 7.1.2, C++ [headers])."""


@dataclass(slots=True)
class _Bodies:
    """What is being read: the open braces, and where the innermost covered one begins."""

    kinds: list[str] = field(default_factory=list[str])
    spans: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    head: int = 0
    start: int = -1


def repaired(raw: bytes, tree: "Tree", covered: bytes) -> "tuple[Tree, list[int]]":
    """The least damaged tree of a file whose own is damaged, and the lines with errors.

    Without a preprocessor damage proves nothing: valid code is full of macros. It counts where brackets do not close,
    or where the file can see no macros but those of the standard library.
    """
    best = better(tree, covered, raw)
    if not best.root_node.has_error:
        return best, []
    broken = not is_balanced(covered) or not _may_see_macros(raw)
    return better(best, outline(covered), raw), error_lines(best) if broken else []


def _may_see_macros(raw: bytes) -> bool:
    return b"#define" in raw or any(
        word == b"include" and not _STANDARD.match(rest) for _, word, rest in directives(raw)
    )


def outline(covered: bytes) -> bytes:
    """As many bytes as before. `covered` is free of conditional groups that tear braces apart."""
    text = _DIRECTIVE.sub(_blank, covered)
    text = _NO_DECLARATION.sub(_blank, _CALLING.sub(_blank, _SECTION.sub(_blank, text)))
    text = _OPERATOR.sub(_without, _IN_TEMPLATE.sub(_without, _BEFORE_NAME.sub(_without, text)))
    for _ in range(_ROUNDS):
        text = _LINKAGE.sub(_without, _BEFORE_DECLARATION.sub(_without, text))
    changed = bytearray(text)
    for start, end in _bodies(text):
        changed[start:end] = text[start:end].translate(_WHITE)
    return _without_calls(bytes(changed))


def is_balanced(text: bytes) -> bool:
    """Whether all brackets outside of comments, strings and directives close in order."""
    closing = {b"(": b")", b"[": b"]", b"{": b"}"}
    waiting: list[bytes] = []
    for found in _BRACKET.finditer(_DIRECTIVE.sub(_blank, text)):
        mark = found[1]
        if mark in closing:
            waiting.append(closing[mark])
        elif mark is not None and (not waiting or waiting.pop() != mark):
            return False
    return not waiting


def _blank(found: re.Match[bytes]) -> bytes:
    return found.group().translate(_WHITE)


def _without(found: re.Match[bytes]) -> bytes:
    """White space for the group alone."""
    whole, at = found.group(), found.start(1) - found.start()
    end = at + len(found[1])
    return whole[:at] + whole[at:end].translate(_WHITE) + whole[end:]


def _bodies(text: bytes) -> list[tuple[int, int]]:
    """The insides of function bodies and initialisers."""
    state = _Bodies()
    for found in _MARK.finditer(text):
        mark = found[1]
        if mark == b"{":
            kind = _kind(text, state, found.start())
            if kind == "body" and "body" not in state.kinds:
                state.start = found.end()
            state.kinds.append(kind)
        elif mark == b"}" and state.kinds:
            if state.kinds.pop() == "list":
                continue  # the declaration goes on
            if state.start >= 0 and "body" not in state.kinds:
                state.spans.append((state.start, found.start()))
                state.start = -1
        if mark is not None and not (mark == b"{" and state.kinds[-1] == "list"):
            state.head = found.end()
    return state.spans


def _kind(text: bytes, state: _Bodies, at: int) -> str:
    """What a brace opens: `outer` holds declarations, `list` initialises a member in front of a body."""
    if state.start >= 0:
        return "inner"
    head = _SPACES.sub(b" ", _COMMENT.sub(b" ", text[max(state.head, at - _HEAD_BYTES) : at])).strip()
    if not head or head.endswith((b"=", b"]")) or _ENDED.search(head[-300:]):
        return "body"
    if _OUTER.search(head):
        return "outer"
    if (head[-1:].isalnum() or head.endswith((b"_", b">"))) and _LIST.search(head):
        return "list"
    return "body" if b"(" in head and not re.search(rb"\b(?:class|struct|union|enum|namespace)\b", head) else "outer"


def _without_calls(text: bytes) -> bytes:
    """The text without macros that stand as statements: `FLAG(int, x, 1);`, `TEST_DECLARE (name)` on a line."""
    changed = bytearray(text)
    done = 0
    budget = 8 * len(text) + _MAX_CALL_BYTES
    for found in _STATEMENT.finditer(text):
        if found.start() < done:
            continue
        end = _closing(text, found.end())
        budget -= end - found.end() if end >= 0 else _MAX_CALL_BYTES
        if budget < 0:
            break
        follows = text[end : end + 200].lstrip(b" \t")
        if end >= 0 and follows.startswith((b"+", b"<<", b".")):
            end = text.find(b";", end, end + _MAX_CALL_BYTES)  # what is done with it
            follows = text[max(end, 0) : end + 1]
        if end < 0 or not follows.startswith((b";", b"\n", b"\r", b"//", b"/*")):
            continue
        if not follows.startswith(b";") and _goes_on(text, end):
            continue
        done = text.index(b";", end) + 1 if follows.startswith(b";") else end
        changed[found.start() : done] = text[found.start() : done].translate(_WHITE)
    return bytes(changed)


def _goes_on(text: bytes, end: int) -> bool:
    """Whether the line behind a macro's call belongs to it."""
    return text[end : end + 400].lstrip()[:1] in (b"{", b":", b",", b"=", b"-", b".") or is_type_of_next(text, end)


def _closing(text: bytes, at: int) -> int:
    """Behind the parenthesis that closes the one before `at`; -1 where it is too far or none."""
    depth, braces = 1, 0
    for found in _BRACKET.finditer(text, at, min(len(text), at + _MAX_CALL_BYTES)):
        mark = found[1]
        if mark == b"(":
            depth += 1
        elif mark == b")":
            depth -= 1
            if depth == 0:
                return found.end() if not braces else -1
        elif mark in (b"{", b"}"):
            braces += 1 if mark == b"{" else -1
            if braces < 0:
                return -1
    return -1
