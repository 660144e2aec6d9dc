"""The older form of a Python package index (PEP 503, PEP 592): links on a page. Company mirrors often speak only it."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

_FRAGMENT = re.compile(r"(sha256)=([0-9a-f]{64})")


class _Links(HTMLParser):
    """Collects the page's links with their attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append({name: value or "" for name, value in attrs})


def files_of_page(page: str) -> list[dict[str, object]]:
    """The page's files in the words of the JSON form: filename, url, hashes, yanked."""
    links = _Links()
    links.feed(page)
    links.close()
    files: list[dict[str, object]] = []
    for link in links.found:
        url, _, fragment = link.get("href", "").partition("#")
        filename = unquote(url.partition("?")[0].rpartition("/")[2])
        if not filename:
            continue
        digest = _FRAGMENT.fullmatch(fragment)
        files.append(
            {
                "filename": filename,
                "url": url,
                "hashes": {digest[1]: digest[2]} if digest else {},
                "yanked": "data-yanked" in link,
            }
        )
    return files
