"""Who it says it is: name and description with their sources."""

import re

from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.model import Stated
from plumbrule.mcp_server.analysis.text_risks import comments
from plumbrule.mcp_server.analysis.words import MAX_DESCRIPTION_CHARS, stated
from plumbrule.mcp_server.dependencies.ecosystems import PACKAGE_ECOSYSTEMS
from plumbrule.mcp_server.dependencies.model import Field, Manifest

_BADGE = re.compile(
    r"^\s*(?:\[?!\[|<(?!/?(?:em|strong|b|i|code)\b)|\.\. |:[\w-]+:|\|\w|\[!\[|={3,}|-{3,}|~{3,}|\*{3,}|#|>?\s*\[!)"
)
_UNDERLINE = re.compile(r"^\s*([=\-~^*#`'\"+_.:])\1{2,}\s*$")
HEAD_BYTES = 32_768
"""Of a README; what has not said what it is by then is no introduction."""

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)|`([^`<]+?)\s*<[^>`]+>`__?")


def name_of(gathered: Gathered) -> Stated:
    """The name that the most telling root manifest declares, else the source's own name."""
    found = _first_word(gathered, "name")
    if found is not None:
        return found
    return stated(gathered.origin.name, ".", "source.name")


def description_of(gathered: Gathered) -> Stated | None:
    """The manifest's description, else the README's first paragraph."""
    return _first_word(gathered, "description", max_chars=MAX_DESCRIPTION_CHARS) or _readme_paragraph(gathered)


def _first_word(gathered: Gathered, field: Field, max_chars: int = MAX_DESCRIPTION_CHARS) -> Stated | None:
    for manifest in gathered.own():
        if not _speaks_for_the_whole(manifest):
            continue
        for one in manifest.declarations:
            if one.field == field and one.value.strip() and "${" not in one.value:
                return stated(" ".join(one.value.split()), manifest.path, one.rule, one.line, max_chars=max_chars)
    return None


def _speaks_for_the_whole(manifest: Manifest) -> bool:
    """Root manifests of package ecosystems; one folder down is a part."""
    return "/" not in manifest.path and manifest.rule.ecosystem in PACKAGE_ECOSYSTEMS


def _without_comments(text: str) -> str:
    """HTML comments as their line breaks, so that lines keep their numbers."""
    parts: list[str] = []
    at = 0
    for start, end in comments(text):
        parts += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end
    return "".join([*parts, text[at:]])


def _readme_paragraph(gathered: Gathered) -> Stated | None:
    readme = gathered.inventory.readme
    raw = gathered.texts.get(readme.path, b"") if readme else b""
    if readme is None or not raw:
        return None
    text = _without_comments(raw[:HEAD_BYTES].decode("utf-8", "replace"))
    paragraph: list[str] = []
    begun = 0
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        titled = number < len(lines) and _UNDERLINE.match(lines[number]) is not None
        if not line.strip() or _BADGE.match(line) or _UNDERLINE.match(line) or titled:
            if len(" ".join(paragraph)) >= 20:
                break
            paragraph = []
            continue
        begun = begun if paragraph else number
        paragraph.append(line.strip())
    words = _LINK.sub(lambda found: found[1] or found[2] or "", " ".join(paragraph))
    if not words.strip():
        return None
    return stated(words, readme.path, "readme.first-paragraph", begun, max_chars=MAX_DESCRIPTION_CHARS)
