"""Words that name a family of licences ("BSD", "GPL") and not one of them: what holds for every member holds for it.

Metadata of packages say this often, and saying one member would be a guess.
"""

from functools import lru_cache

from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.analysis.licences.names import key_of

_OSI = "License :: OSI Approved :: "

_GPL = ("GPL-1.0-or-later", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later")
_LGPL = (
    *("LGPL-2.0-only", "LGPL-2.0-or-later", "LGPL-2.1-only"),
    *("LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"),
)
_MEMBERS: dict[str, tuple[str, ...]] = {
    "bsd": ("BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause"),
    "gpl": _GPL,
    "gnu gpl": _GPL,
    "gnu general public": _GPL,
    "lgpl": _LGPL,
    "gnu lgpl": _LGPL,
    "gnu lesser general public": _LGPL,
    "gnu library or lesser general public": _LGPL,
    "gnu library or lesser general public lgpl": _LGPL,
    "agpl": ("AGPL-3.0-only", "AGPL-3.0-or-later"),
    "mpl": ("MPL-1.1", "MPL-2.0"),
    "mozilla public": ("MPL-1.1", "MPL-2.0"),
    "eclipse public": ("EPL-1.0", "EPL-2.0"),
    "artistic": ("Artistic-1.0", "Artistic-1.0-Perl", "Artistic-2.0"),
    "academic free": ("AFL-2.0", "AFL-2.1", "AFL-3.0"),
    "public domain": ("CC0-1.0", "Unlicense"),
}
_NOT_APPROVED = frozenset(("BSD-4-Clause",))
"""Members that a classifier `OSI Approved` leaves out."""


@lru_cache(maxsize=1024)
def members_of(words: str) -> tuple[str, ...]:
    """The licences that the words could mean; empty for what names no family, or one licence."""
    if len(words) > 300 or normalise(words).expression is not None:
        return ()
    approved = words.startswith(_OSI)
    text = words.rsplit("::", 1)[-1].strip() if words.startswith("License ::") else words
    found = _MEMBERS.get(key_of(text), ()) or _MEMBERS.get(key_of(text.partition("(")[0]), ())
    return tuple(one for one in found if not (approved and one in _NOT_APPROVED))
