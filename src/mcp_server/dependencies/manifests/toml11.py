"""TOML 1.1's inline tables over several lines as TOML 1.0 has them: all that `tomllib` reads before Python 3.15.

Cargo takes TOML 1.1. Line numbers of keys outside of such a table stay as they are: the caller maps lines by the text
as it was written.
"""

import re

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' + r"'''.*?'''|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|" + r"#[^\n]*|[{}]|\n|,(?=\s*\})",
    re.DOTALL,
)


def inline_tables_joined(text: str) -> str:
    """The text with the line ends, comments and last commas inside braces taken out; strings stay as they are."""
    depth = 0
    parts: list[str] = []
    at = 0
    for one in _TOKEN.finditer(text):
        piece = one.group()
        parts.append(text[at : one.start()])
        at = one.end()
        if piece in ("{", "}"):
            depth = max(0, depth + (1 if piece == "{" else -1))
        elif depth and (piece in ("\n", ",") or piece[0] == "#"):
            piece = " "
        parts.append(piece)
    return "".join((*parts, text[at:]))
