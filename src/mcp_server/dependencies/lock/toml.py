"""Values as TOML 1.0 writes them: what the standard library reads and does not write. Each function gives one line."""

import re
from collections.abc import Iterable

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f]')


def string(text: str) -> str:
    """A basic string; what no TOML file can hold (lone surrogates) becomes U+FFFD."""
    sound = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return f'"{_SPECIAL.sub(_escaped, sound)}"'


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"


def strings(texts: Iterable[str]) -> str:
    """An array of strings on one line."""
    return f"[{', '.join(map(string, texts))}]"


def key(name: str) -> str:
    return name if _BARE.fullmatch(name) else string(name)


def table(pairs: Iterable[tuple[str, str]]) -> str:
    """An inline table of values that are already written."""
    return "{ " + ", ".join(f"{key(name)} = {value}" for name, value in pairs) + " }"


def rows(lines: Iterable[str], indent: str = "    ") -> str:
    """An array with one value a line; `[]` when there is none."""
    written = "".join(f"{indent}{line},\n" for line in lines)
    return f"[\n{written}]" if written else "[]"


def comment(text: str) -> str:
    """One comment line. Control characters, which TOML and installers would take for more than words, are dropped."""
    return ("# " + "".join(letter for letter in text if letter.isprintable())).rstrip("\\ ")
