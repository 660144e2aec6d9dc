"""The older form of a Python package index (PEP 503, 592, 658, 714): links on a page, in the words of the JSON form.

Company mirrors often speak only it. Who opens a package and who lists its releases both read it.
"""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

MAX_PAGE_CHARACTERS = 16 << 20
_DIGEST = re.compile(r"sha256=([0-9a-f]{64})")


class _Links(HTMLParser):
    """Collects the page's links with their attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append({name: value or "" for name, value in attrs})


def files_of_page(page: str) -> list[dict[str, Any]]:
    """The page's files: filename, url, hashes, requires-python, upload-time, core-metadata, yanked."""
    links = _Links()
    links.feed(page[:MAX_PAGE_CHARACTERS])
    links.close()
    files: list[dict[str, Any]] = []
    for link in links.found:
        url, _, fragment = link.get("href", "").partition("#")
        filename = unquote(url.partition("?")[0].rpartition("/")[2])
        if not filename:
            continue
        digest = _DIGEST.search(fragment)
        known = link.get("data-core-metadata", link.get("data-dist-info-metadata"))
        found = _DIGEST.search(known or "")
        files.append(
            {
                "filename": filename,
                "url": url,
                "hashes": {"sha256": digest[1]} if digest else {},
                "requires-python": link.get("data-requires-python", ""),
                "upload-time": link.get("data-upload-time", ""),
                "core-metadata": {"sha256": found[1]} if found else known in ("true", ""),
                "yanked": "data-yanked" in link,
            }
        )
    return files
