"""A text manifest line by line, comments and over-long lines left out. For programs, read literally."""

from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.texts import decode

MAX_LINE_CHARS = 2000
"""A longer line is no declaration that people write; it would only feed patterns."""


class Lines:
    """Lines with their numbers (from 1). A line that is only a comment is left out; `comment` may be several marks."""

    def __init__(self, raw: bytes, *, comment: str | tuple[str, ...] = "#") -> None:
        self._lines = decode(raw).splitlines()
        self._comment = comment

    def __iter__(self) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(self._lines, 1):
            if len(line) <= MAX_LINE_CHARS and not line.lstrip().startswith(self._comment):
                yield number, line
