"""Who it says it is: name and description with their sources."""

from dataclasses import replace

from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.introduction import introduction_of
from plumbrule.mcp_server.analysis.model import Stated
from plumbrule.mcp_server.analysis.words import MAX_DESCRIPTION_CHARS, stated
from plumbrule.mcp_server.dependencies.ecosystems import PACKAGE_ECOSYSTEMS
from plumbrule.mcp_server.dependencies.model import Field, Manifest

BRIEF_CHARS = 120
"""Of a description on a card: more would cost it the runtimes or the tests."""

HEAD_BYTES = 32_768
"""Of a README; what has not said what it is by then is no introduction."""


def name_of(gathered: Gathered) -> Stated:
    """The name that the most telling root manifest declares, else the source's own name."""
    found = _first_word(gathered, "name")
    if found is not None:
        return found
    return stated(gathered.origin.name, ".", "source.name")


def description_of(gathered: Gathered, *, brief: bool = False) -> Stated | None:
    """The manifest's description, else the README's paragraph that says what it is; `brief`: its first sentence."""
    found = _first_word(gathered, "description", max_chars=MAX_DESCRIPTION_CHARS) or _readme_paragraph(gathered)
    return replace(found, value=_first_sentence(found.value)) if found and brief else found


def _first_sentence(text: str) -> str:
    """What ends in a full stop within the bound, else the words that fit."""
    if len(text) <= BRIEF_CHARS:
        return text
    end = text.find(". ", 20, BRIEF_CHARS)
    return text[: end + 1] if end > 0 else f"{text[:BRIEF_CHARS].rpartition(' ')[0] or text[:BRIEF_CHARS]}…"


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


def _readme_paragraph(gathered: Gathered) -> Stated | None:
    readme = gathered.inventory.readme
    raw = gathered.texts.get(readme.path, b"") if readme else b""
    if readme is None or not raw:
        return None
    names = [gathered.origin.name, *(one.value for _, one in gathered.declared("name"))][:20]
    found = introduction_of(raw[:HEAD_BYTES].decode("utf-8", "replace"), names)
    if found is None:
        return None
    return stated(found.words, readme.path, "readme.introduction", found.line, max_chars=MAX_DESCRIPTION_CHARS)
