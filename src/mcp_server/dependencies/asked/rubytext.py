"""Lines of Ruby and Elixir with comments left out, joined while a bracket is open or a comma stands last."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#(?!\{)[^\n]*|[()\[\]{}]')
MAX_CHARS = 10_000


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number of the first line and the joined text."""
    begun, joined, depth = 0, "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line, change = _bare(raw[:MAX_CHARS])
        if not joined:
            if not line.strip():
                continue
            begun = number
        joined = f"{joined}\n{line}" if joined else line
        depth += change
        ends = line.rstrip()
        if (depth <= 0 and not ends.endswith((",", "\\", "=>"))) or len(joined) > MAX_CHARS:
            yield begun, joined
            joined, depth = "", 0
    if joined:
        yield begun, joined


def _bare(line: str) -> tuple[str, int]:
    """The line without its comment, and how much deeper the brackets are after it."""
    depth = 0
    for token in _TOKEN.finditer(line):
        mark = token.group()
        if mark[0] == "#":
            return line[: token.start()], depth
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
    return line, depth
