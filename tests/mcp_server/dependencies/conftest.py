"""Readings of small trees: `{path: text}` through the worker's own function, joined as the survey joins them."""

from collections.abc import Callable, Mapping

import pytest

from plumbrule.mcp_server.analysis.reading import inside
from plumbrule.mcp_server.dependencies.joining.join import Joined, join
from plumbrule.mcp_server.dependencies.readers import CONSTRAINING, INCLUDED, read, reader_of, results
from plumbrule.mcp_server.dependencies.requirement import Reading, unpacked

Read = Callable[[Mapping[str, str | bytes]], dict[str, Reading]]


def one_reading(path: str, reader: str, text: str | bytes, limit_s: float = 20.0) -> Reading:
    raw = text.encode() if isinstance(text, str) else text
    files = [[path.rpartition("/")[2], reader, raw]]
    [packed] = results(read({"files": files, "file_limit_s": limit_s, "batch_limit_s": 60.0}))
    return unpacked(packed)


def readings_of(tree: Mapping[str, str | bytes]) -> dict[str, Reading]:
    """As `analysis.reading` does it, without a snapshot: files by name, then what they include."""
    found: dict[str, Reading] = {}
    for path, text in tree.items():
        row = reader_of(path)
        if row is not None:
            found[path] = one_reading(path, row[1], text)
    for _ in range(3):
        for path, reading in list(found.items()):
            for kind, (_, reader) in (("include", INCLUDED), ("constraints", CONSTRAINING)):
                for fact in reading.of(kind):
                    target = inside(path, fact.name)
                    if target in tree and target not in found:
                        found[target] = one_reading(target, reader, tree[target])
    return found


@pytest.fixture
def joined() -> Callable[[Mapping[str, str | bytes]], Joined]:
    return lambda tree: join(readings_of(tree))


@pytest.fixture
def reading() -> Callable[[str, str | bytes], Reading]:
    return lambda path, text: readings_of({path: text})[path]
