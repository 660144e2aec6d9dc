"""What the metadata of a release declare as its licence: the words, not yet read as SPDX. Pure.

Python: core metadata (PEP 566, 639), from an index or from the archive's `PKG-INFO`; there, in a worker. npm: the
manifest of one version.
"""

import re
from collections.abc import Mapping
from email.parser import HeaderParser
from typing import Any, cast

from plumbrule.mcp_server.dependencies.sdist_files import UNREADABLE, small_files

MAX_WORDS = 300
_PKG_INFO = re.compile(r"[^/]+/PKG-INFO")
_NOTHING = frozenset(("unknown", "none", "license", "see license", "see license file", "licence"))


def licence_words(metadata: str) -> tuple[str, ...]:
    """What core metadata declare: the licence field first ("" where there is none), then the classifiers."""
    found = HeaderParser().parsestr(metadata)
    if expression := _line(found.get("License-Expression", "")):
        return (expression,)
    classifiers = [_line(one) for one in found.get_all("Classifier", ()) if str(one).startswith("License ::")]
    telling = tuple(one for one in dict.fromkeys(classifiers) if one != "License :: OSI Approved")
    field = _line(found.get("License", ""))
    said = "" if field.lower() in _NOTHING else field
    return (said, *telling) if said or telling else ()


def npm_licence(manifest: Mapping[str, object]) -> tuple[str, ...]:
    """The licence that a version's manifest declares; npm once took a list, of which any could be chosen."""
    stated = manifest.get("license", manifest.get("licence"))
    listed = manifest.get("licenses")
    several = cast("list[object]", listed) if isinstance(listed, list) else []
    words = [_word(one) for one in ([stated] if stated else several)]
    found = [one for one in words if one]
    return (" OR ".join(found),) if found and len(found) == len(words) else ()


def _word(value: object) -> str:
    if isinstance(value, dict):
        value = cast("dict[str, object]", value).get("type")
    return _line(value) if isinstance(value, str) else ""


def _line(text: object) -> str:
    """The first line that says something."""
    return next((line.strip()[:MAX_WORDS] for line in str(text).splitlines() if line.strip()), "")


def read(payload: Mapping[str, Any]) -> list[str] | None:
    """Worker's side: `raw` is a source distribution. The licence's words, or None where it holds no metadata."""
    try:
        found = next(small_files(cast(bytes, payload["raw"]), _PKG_INFO), None)
    except UNREADABLE:
        return None
    return None if found is None else list(licence_words(found[1].decode("utf-8", "replace")))
