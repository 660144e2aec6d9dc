"""One changed file before and after, and whether a kept report can be brought up to date for it.

What sections other than those of `parts` read of a file's facts is asked for here, and in `moved` for what stands on
lines. A test makes real changes and compares every revision with a survey from nothing.
"""

from typing import NamedTuple

import orjson

from plumbrule.mcp_server.analysis.graph.orphans import LEAST_CODE
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.syntax.facts import Facts, Index
from plumbrule.mcp_server.analysis.words import place


class Beyond(Exception):
    """More is different than can be brought up to date; a full survey can."""


class Pair(NamedTuple):
    """A file that changed. Its language is the same before and after."""

    file: FileLanguage
    old_size: int
    old: Index
    new: Index
    old_facts: Facts
    new_facts: Facts

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def lines(self) -> int:
        """How many lines more it has."""
        return sum(self.new[:3]) - sum(self.old[:3])


def require_same(pair: Pair) -> None:
    """Raises: Beyond: the change reaches sections that look at other files too."""
    old, new = pair.old, pair.new
    same = (
        old.exports == new.exports
        and not old.fault
        and not new.fault
        and _defines(old) == _defines(new)
        and (old.code < LEAST_CODE) == (new.code < LEAST_CODE)
        and _has_row(old, pair.old_facts) == _has_row(new, pair.new_facts)
        and place(pair.path) == pair.path
    )
    if not same or not _same_words(pair):
        raise Beyond


def _defines(index: Index) -> bool:
    """Barrels and tables define nothing."""
    return bool(index.functions or index.classes)


def _has_row(index: Index, facts: Facts) -> bool:
    """Whether `symbols` shows the file."""
    return bool(index.errors) or facts.symbols != b"[]"


def _same_words(pair: Pair) -> bool:
    """What two languages' files are searched for besides: crates named by a path, and functions that fuzz."""
    if pair.file.language == "Rust":
        return bool(orjson.loads(pair.old_facts.refs).keys() == orjson.loads(pair.new_facts.refs).keys())
    return b"func Fuzz" not in pair.old_facts.symbols + pair.new_facts.symbols
