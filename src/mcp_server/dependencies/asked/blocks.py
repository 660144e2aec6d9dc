"""Programs as text with braces (Gradle, Swift): comments blanked, named blocks found, statements joined over lines."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_COMMENT = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|//[^\n]*|/\*[\s\S]*?\*/')
_TOKEN = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|[{}]')
_NAMED = re.compile(
    r"(\w+)\s+by\s+(?:getting|creating|registering)\s*(?:\([^(){}\n]*\)\s*)?$|"
    r"\b(?:named|getByName|maybeCreate|create|register)\s*\(\s*[\"'](\w+)[\"'][^(){}\n]*\)\s*$"
)
_NAME = re.compile(r"([A-Za-z_][\w.]*)\s*(?:\([^(){}\n]*\)\s*)?$")
MAX_DEPTH = 100
MAX_STATEMENT_CHARS = 20_000


class Block(NamedTuple):
    """A block's inside, the line it begins on, the names of the blocks around it from the outermost."""

    text: str
    line: int
    above: tuple[str, ...]


def code(text: str) -> str:
    """The text with comments as spaces; lines and positions stay."""

    def blank(found: re.Match[str]) -> str:
        word = found.group()
        return re.sub(r"[^\n]", " ", word) if word.startswith(("//", "/*")) else word

    return _COMMENT.sub(blank, text)


def blocks(text: str, name: str) -> Iterator[Block]:
    """Every block of that name, also inside others, in the order in which they end."""
    stack: list[tuple[tuple[str, ...], int]] = []
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark == "{":
            stack.append((_called(text[max(0, token.start() - 200) : token.start()].rstrip()), token.end()))
            if len(stack) > MAX_DEPTH:
                return
        elif mark == "}" and stack:
            called, begin = stack.pop()
            if called and called[-1] == name:
                line = text.count("\n", 0, begin) + 1
                above = (*(part for names, _ in stack for part in names), *called[:-1])
                yield Block(text[begin : token.start()], line, above)


def _called(before: str) -> tuple[str, ...]:
    """The names in front of a brace: `commonTest.dependencies`, `val jvmTest by getting`, `named("x")`."""
    named = _NAMED.search(before)
    if named:
        return (named[1] or named[2],)
    found = _NAME.search(before)
    return tuple(found[1].split(".")) if found else ()


def joined_lines(block: Block) -> Iterator[tuple[int, str]]:
    """Statements with the line they begin on: lines are joined while a bracket is open or a comma stands last."""
    begun, joined, depth = 0, "", 0
    for offset, line in enumerate(block.text.split("\n")):
        if not joined and not line.strip():
            continue
        if not joined:
            begun = block.line + offset
        joined = f"{joined}\n{line}" if joined else line
        bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', '""', line)
        depth += sum(bare.count(mark) for mark in "([{") - sum(bare.count(mark) for mark in ")]}")
        if (depth <= 0 and not bare.rstrip().endswith((",", "="))) or len(joined) > MAX_STATEMENT_CHARS:
            yield begun, joined
            joined, depth = "", 0
    if joined.strip():
        yield begun, joined
