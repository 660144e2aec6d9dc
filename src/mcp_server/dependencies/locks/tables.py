"""TOML locks as tools write them (uv, Poetry, PDM, pylock, Cargo), line by line: tomllib takes a second a megabyte.

Only what those writers produce is understood: one key a line, lists one item a line or all on one line.
"""

import re
from collections.abc import Iterator
from dataclasses import field

from plumbrule.core.values import dataclass

_KEY = re.compile(r"""([A-Za-z0-9_.-]+|"[^"]*"|'[^']*')\s*=\s*(.*)$""")
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'")
_PAIR = re.compile(r"([A-Za-z0-9_-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|(true|false))")


@dataclass(slots=True)
class Entry:
    """One `[[package]]` with its subtables; values are as written, a list's as its lines."""

    line: int
    values: dict[str, str] = field(default_factory=dict[str, str])
    lists: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    tables: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def text(self, key: str) -> str:
        """A value without its quotes."""
        return text_of(self.values.get(key, ""))

    def items(self, *keys: str) -> list[str]:
        """The items of the lists of those names, and of lists below the tables of those names."""
        found: list[str] = []
        for key in keys:
            found += self.lists.get(key, [])
            for name, items in self.lists.items():
                if name.startswith(f"{key}/"):
                    found += items
        return found


def entries(text: str, name: str) -> Iterator[Entry]:
    """Every `[[name]]` of the text."""
    entry: Entry | None = None
    table, array = "", ""
    head, below, inside = f"[[{name}]]", f"[{name}.", f"[[{name}."
    for number, line in enumerate(text.splitlines(), 1):
        if array:
            if line.startswith("]"):
                array = ""
            elif entry is not None and (item := line.strip().rstrip(",")):
                entry.lists[array].append(item)
            continue
        if not line or line[0] == "#":
            continue
        if line[0] == "[":
            if entry is not None and line.startswith(below):
                table = line[len(below) :].rstrip().rstrip("]").replace('"', "")
                continue
            if entry is not None and line.startswith(inside):  # the items of a list, as tables of their own
                table = line[len(inside) :].rstrip().rstrip("]")
                entry.lists.setdefault(table, []).append("")
                continue
            if entry is not None:
                yield entry
            table = ""
            entry = Entry(number) if line.rstrip() == head else None
            continue
        if entry is not None and (one := _KEY.match(line)):
            array = _put(entry, table, one[1].strip("\"'"), one[2].rstrip())
    if entry is not None:
        yield entry


def _put(entry: Entry, table: str, key: str, value: str) -> str:
    """Put one value in; the name of the list that goes on over the next lines, "" when none does."""
    path = f"{table}/{key}" if table else key
    if value == "[":
        entry.lists[path] = []
        return path
    if value.startswith("[") and value.endswith("]"):
        entry.lists[path] = _inline(value[1:-1])
    if table in entry.lists:
        entry.lists[table][-1] += f"{key} = {value}, "
    elif table:
        entry.tables.setdefault(table, {})[key] = value
    else:
        entry.values[key] = value
    return ""


def _inline(text: str) -> list[str]:
    """The items of a list on one line: tables when there are braces, else strings."""
    if "{" in text:
        return re.findall(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", text)
    return [one.group() for one in _STRING.finditer(text)]


def text_of(value: str) -> str:
    """A quoted value's text, "" for another."""
    one = _STRING.match(value)
    return (one[1] or one[2] or "").replace('\\"', '"') if one else ""


def pairs_of(value: str) -> dict[str, str]:
    """The plain pairs of an inline table; those of tables inside it do not overwrite outer ones."""
    found: dict[str, str] = {}
    for key, double, single, word in _PAIR.findall(value):
        found.setdefault(key, double or single or word)
    return found
