"""Grammars in memory and the batch that reads with them, in this process: what crosses to workers is tested apart."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from plumbrule.mcp_server.analysis.file_facts import facts_of
from plumbrule.mcp_server.analysis.syntax.facts import Index, index_of
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars

Read = Callable[[str, str | bytes], tuple[Index, list[dict[str, Any]]]]


@pytest.fixture(scope="session")
def grammars() -> Iterator[Grammars]:
    held = Grammars()
    yield held
    held.close()


@pytest.fixture
def read_file(grammars: Grammars) -> Read:
    """The index and the symbols of one file's text in a language."""
    from plumbrule.mcp_server.analysis.syntax.readers import READERS

    def read(language: str, text: str | bytes) -> tuple[Index, list[dict[str, Any]]]:
        raw = text.encode() if isinstance(text, str) else text
        names = [READERS[language].grammar] if language in READERS else []
        facts = facts_of(language, raw, grammars.places(names), 20.0)
        return index_of(facts), orjson.loads(facts.symbols)

    return read
