"""The published facts about languages: linguist's names, types, extensions, file names, interpreters and aliases.

Read once, on first use, from `linguist.json` (made by `scripts/build_languages.py`). The modules above decide with it.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

import orjson

LanguageType = Literal["programming", "markup", "data", "prose"]

# Extensions so common outside their language that linguist lets only the content name it (its generic.yml lists them).
GENERIC_EXTENSIONS = frozenset(
    (
        *(f".{section}" for section in range(1, 10)),
        *(".action", ".alg", ".app", ".cmp", ".msg", ".network", ".resource"),
        *(".sol", ".srv", ".stl", ".tag", ".target", ".url"),
    )
)


_Index = dict[str, tuple[str, ...]]


class Language(NamedTuple):
    """One language. `group` is the language its files are counted under (JSX counts as JavaScript)."""

    name: str
    type: LanguageType
    group: str


class Table(NamedTuple):
    """The facts, indexed. Extensions have their dot and are in lower case; aliases are in lower case."""

    languages: dict[str, Language]
    by_extension: dict[str, tuple[str, ...]]
    by_filename: dict[str, tuple[str, ...]]
    by_interpreter: dict[str, tuple[str, ...]]
    by_alias: dict[str, str]
    source: str

    def extension_of(self, name: str) -> str:
        """The longest known extension of a file's bare name, in lower case, or ""."""
        lowered = name.lower()
        start = lowered.find(".")
        while start != -1:
            extension = lowered[start:]
            if extension in self.by_extension:
                return extension
            start = lowered.find(".", start + 1)
        return ""

    def named(self, alias: str) -> Language | None:
        """The language that people mean by a word: its name, alias or hyphenated name, in any case."""
        word = alias.strip().lower()
        found = self.by_alias.get(word) or self.by_alias.get(word.split(",", 1)[0].strip())
        return self.languages[found] if found else None


@cache
def table() -> Table:
    """The indexed facts; about 3 ms on first use."""
    packed = cast(dict[str, object], orjson.loads(Path(__file__).with_name("linguist.json").read_bytes()))
    rows = cast(list[list[object]], packed["languages"])
    languages: dict[str, Language] = {}
    indexes: tuple[_Index, _Index, _Index] = ({}, {}, {})
    by_alias: dict[str, str] = {}
    for row in rows:
        name = cast(str, row[0])
        languages[name] = Language(name, cast(LanguageType, row[1]), cast(str, row[2]) or name)
        extensions, filenames, interpreters = cast(list[list[str]], row[3:6])
        for index, keys in zip(indexes, ([key.lower() for key in extensions], filenames, interpreters), strict=True):
            _add(index, keys, name)
        for alias in cast(list[str], row[6]):
            by_alias.setdefault(alias.lower(), name)
    for name in languages:
        by_alias[name.lower()] = name
        by_alias.setdefault(name.lower().replace(" ", "-"), name)
    return Table(languages, *indexes, by_alias, cast(str, packed["source"]))


def _add(index: dict[str, tuple[str, ...]], keys: Iterable[str], name: str) -> None:
    for key in dict.fromkeys(keys):
        index[key] = (*index.get(key, ()), name)
