"""How people write licences: from a name, an alias or an address to an SPDX identifier.

`named` answers for a whole phrase (a metadata field); `names_in` finds every licence that a sentence names.
"""

import re
from functools import cache
from typing import NamedTuple

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.licences.spdx import spdx

MAX_PHRASE = 300

_NOISE = LazyPattern(r"\b(?:the|licen[cs]es?|licen[cs]ed|version|ver|under|terms|of|open source|software)\b|[,()\"'“”]")
_VERSION = LazyPattern(r"\bv\.?\s?(?=\d)")
_LETTERS = {"lesser ": "L", "library ": "L", "affero ": "A"}
_GLUED = LazyPattern(r"gpl[- ]?v?\.?(\d)")
_SPACES = LazyPattern(r"[\s\-_:/]+")
_GNU = LazyPattern(
    r"(?:gnu )?(?P<kind>lesser |library |affero )?(?:general )?(?P<short>a|l)?(?:gpl|public|general public)\b ?"
    r"(?P<number>[123](?:\.[01])?)? ?(?P<later>\+|or (?:any )?(?:later|newer|greater)|and (?:later|newer))?\Z"
)
_PARENTHESES = LazyPattern(r"\s*\([^()]{1,40}\)\s*\Z")

_ALIASES: dict[str, str] = {
    alias: expression
    for expression, aliases in {
        "Apache-2.0": "apache|apache 2|apache 2.0|apache2|apache2.0|asl 2.0|asl2|al 2.0|apache software foundation 2.0",
        "Apache-1.1": "apache 1.1",
        "MIT": "mit|expat|mit x11|mit expat|x11 mit|mit style|mitl",
        "MIT-0": "mit 0|mit no attribution",
        "BSD-3-Clause": (
            "bsd 3|bsd3|bsd 3 clause|3 clause bsd|bsd 3 clause new or revised|new bsd|bsd new|modified bsd|revised bsd|"
            "three clause bsd|bsd three clause|new bsd 3 clause|bsd 3 clause new|edl 1.0|eclipse distribution 1.0|"
            "eclipse distribution 1.0 bsd"
        ),
        "BSD-2-Clause": "bsd 2|bsd2|bsd 2 clause|2 clause bsd|simplified bsd|bsd simplified|freebsd|two clause bsd",
        "BSD-4-Clause": "bsd 4 clause|original bsd|4 clause bsd",
        "0BSD": "0bsd|bsd zero clause|zero clause bsd|bsd 0 clause",
        "ISC": "isc|iscl",
        "MPL-2.0": "mpl 2|mpl 2.0|mpl2|mpl2.0|mozilla public 2.0|mozilla public 2|mozilla 2.0",
        "MPL-1.1": "mpl 1.1|mozilla public 1.1",
        "MPL-1.0": "mpl 1.0|mozilla public 1.0",
        "Unlicense": "unlicense",
        "CC0-1.0": (
            "cc0|cc0 1.0|cc0 1.0 universal|creative commons zero|cc0 1.0 universal cc0 1.0 public domain dedication"
        ),
        "CC-BY-4.0": "cc by 4.0|cc by|creative commons attribution 4.0|creative commons attribution 4.0 international",
        "CC-BY-3.0": "cc by 3.0|creative commons attribution 3.0",
        "CC-BY-SA-4.0": "cc by sa 4.0|creative commons attribution share alike 4.0",
        "CC-BY-SA-3.0": "cc by sa 3.0",
        "CC-BY-NC-4.0": "cc by nc 4.0|creative commons attribution noncommercial 4.0",
        "CC-BY-NC-SA-4.0": "cc by nc sa 4.0",
        "Zlib": "zlib|zlib libpng",
        "BSL-1.0": "bsl 1.0|boost 1.0|boost|boost 1",
        "EPL-2.0": "epl 2.0|epl2|eclipse public 2.0|eclipse public 2",
        "EPL-1.0": "epl 1.0|eclipse public 1.0|eclipse public 1",
        "EUPL-1.2": "eupl 1.2|european union public 1.2",
        "EUPL-1.1": "eupl 1.1|european union public 1.1",
        "CDDL-1.0": "cddl 1.0|cddl|common development and distribution 1.0",
        "CDDL-1.1": "cddl 1.1|common development and distribution 1.1",
        "PSF-2.0": "psf|psf 2|psf 2.0|psfl|python foundation",
        "Python-2.0": "python|python 2.0",
        "Artistic-2.0": "artistic 2.0|artistic 2",
        "Artistic-1.0-Perl": "artistic 1.0 perl",
        "Artistic-1.0-Perl OR GPL-1.0-or-later": (
            "perl 5|perl|same terms as perl|same as perl|same as perl itself|same as perl 5|same as perl 5 itself"
        ),
        "OFL-1.1": "ofl|ofl 1.1|sil open font|sil open font 1.1|open font",
        "WTFPL": "wtfpl|do what the fuck you want to public",
        "BUSL-1.1": "busl|busl 1.1|bsl 1.1|business source 1.1|business source",
        "SSPL-1.0": "sspl|sspl 1|sspl 1.0|server side public|server side public 1",
        "Elastic-2.0": "elastic 2.0|elastic 2|elv2",
        "LicenseRef-RSALv2": "rsal 2|rsalv2|redis source available 2|redis source available 2.0|redis source available",
        "Vim": "vim",
        "OpenSSL": "openssl",
        "Ruby": "ruby",
        "NCSA": "ncsa|university illinois ncsa|university of illinois ncsa",
        "PostgreSQL": "postgresql",
        "HPND": "hpnd|historical permission notice and disclaimer",
        "ZPL-2.1": "zpl 2.1|zope public 2.1|zpl|zope public",
        "AFL-3.0": "afl 3.0|academic free 3.0",
        "MS-PL": "ms pl|microsoft public",
        "BlueOak-1.0.0": "blue oak|blueoak 1.0.0|blue oak model 1.0.0",
        "OSL-3.0": "osl 3.0|open 3.0",
        "MulanPSL-2.0": "mulanpsl 2.0|mulan permissive 2",
        "AGPL-3.0-only": "agpl 3",
        "CDDL-1.0 OR GPL-2.0-only WITH Classpath-exception-2.0": (
            "cddl + gplv2 with classpath exception|cddl + gpl 2 with classpath exception|cddl/gplv2+ce|cddl gpl 2 ce"
        ),
        "Apache-2.0 WITH LLVM-exception": "apache 2.0 with llvm exception|apache 2.0 with llvm exceptions",
        "GPL-2.0-only WITH Classpath-exception-2.0": (
            "gpl2 w cpe|gpl 2 with classpath exception|gnu general public 2 with the gnu classpath exception|"
            "gpl2 with classpath exception|gnu general public 2 with classpath exception"
        ),
    }.items()
    for alias in aliases.split("|")
}
# Words that name a family; saying one member of it would be a guess.
AMBIGUOUS = frozenset(
    (
        *("bsd", "bsd style", "bsd like", "bsd derived", "gpl", "gnu gpl", "lgpl", "gnu lgpl", "agpl", "gnu"),
        *("gnu general public", "gnu lesser general public", "gnu affero general public", "mpl", "mozilla public"),
        *("gnu library or lesser general public", "gnu library or lesser general public lgpl", "eclipse public"),
        *("creative commons", "cc", "public domain", "artistic", "european union public", "academic free"),
        *("free", "freeware", "freely distributable", "copyleft", "permissive", "osi approved"),
        *("other", "dual", "mixed", "various"),
    )
)
PROPRIETARY = frozenset(
    (
        *("unlicensed", "proprietary", "other proprietary", "commercial", "all rights reserved", "none", "no"),
        *("private", "closed source", "internal", "free for non commercial use", "restricted"),
    )
)

_ADDRESSES: tuple[tuple[LazyPattern[str], str], ...] = tuple(
    (LazyPattern(pattern), expression)
    for pattern, expression in (
        (r"apache\.org/licenses/(?:license-)?2\.0", "Apache-2.0"),
        (r"opensource\.org/licenses?/mit\b", "MIT"),
        (r"opensource\.org/licenses?/apache-2\.0", "Apache-2.0"),
        (r"opensource\.org/licenses?/bsd-3-clause", "BSD-3-Clause"),
        (r"opensource\.org/licenses?/bsd-2-clause", "BSD-2-Clause"),
        (r"opensource\.org/licenses?/isc\b", "ISC"),
        (r"mozilla\.org/(?:[a-z-]{2,5}/)?mpl/2\.0", "MPL-2.0"),
        (r"eclipse\.org/(?:legal/|org/documents/)?epl-(?:v|2\.0)?\D{0,4}2\.?0", "EPL-2.0"),
        (r"eclipse\.org/legal/epl-v10", "EPL-1.0"),
        (r"unlicense\.org", "Unlicense"),
        (r"creativecommons\.org/publicdomain/zero/1\.0", "CC0-1.0"),
        (r"boost\.org/license_1_0", "BSL-1.0"),
        (r"gnu\.org/licenses/(?:old-licenses/)?gpl-3", "GPL-3.0-only"),
        (r"gnu\.org/licenses/(?:old-licenses/)?gpl-2", "GPL-2.0-only"),
        (r"gnu\.org/licenses/(?:old-licenses/)?lgpl-3", "LGPL-3.0-only"),
        (r"gnu\.org/licenses/(?:old-licenses/)?lgpl-2\.1", "LGPL-2.1-only"),
        (r"gnu\.org/licenses/agpl-3", "AGPL-3.0-only"),
    )
)
_CC_ADDRESS = LazyPattern(r"creativecommons\.org/licenses/(by(?:-nc)?(?:-sa|-nd)?)/([1-4]\.[05])")
_LICENCE_ADDRESS = LazyPattern(
    r"(?:licenses\.nuget\.org|spdx\.org/licenses|choosealicense\.com/licenses)/([\w.+-]{1,60})"
)


class Named(NamedTuple):
    """A licence that a sentence names, and where (`start` to `end` in the sentence)."""

    expression: str
    start: int
    end: int


def identifier(word: str) -> str | None:
    """The current SPDX identifier for an identifier in any case, deprecated forms included; None for another word."""
    known = spdx().identifier(word)
    if known is None:
        return (
            word
            if word.startswith(("LicenseRef-", "DocumentRef-")) and re.fullmatch(r"[\w.:+-]{12,100}", word)
            else None
        )
    return _current(known)


def named(phrase: str) -> str | None:
    """The SPDX expression that a whole phrase means, or None. The phrase is a name, an identifier or an address."""
    phrase = phrase.strip()[:MAX_PHRASE]
    if not phrase:
        return None
    if "://" in phrase or phrase.startswith("www."):
        return _at_address(phrase.lower())
    known = identifier(phrase)
    if known:
        return known
    for form in (phrase, _PARENTHESES.sub("", phrase)):
        key = key_of(form)
        found = _ALIASES.get(key) or _spdx_names().get(key) or _gnu(key)
        if found:
            return found
    return None


def key_of(phrase: str) -> str:
    """A phrase reduced to what tells one licence from another."""
    lowered = _NOISE.sub(" ", _VERSION.sub("", _GLUED.sub(r"gpl \1", phrase.lower())))
    return _SPACES.sub(" ", lowered).strip(" .")


@cache
def _spdx_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for licence in spdx().licences.values():
        names.setdefault(key_of(licence.name), _current(licence.identifier))
    return names


def _current(known: str) -> str:
    """Deprecated GNU forms in today's spelling: `GPL-2.0` is read as `-only`, `GPL-2.0+` as `-or-later`."""
    if not known.startswith(("GPL-", "LGPL-", "AGPL-", "GFDL-")) or known.endswith(("-only", "-or-later")):
        return known
    base, _, exception = known.partition("-with-")
    if exception:
        return f"{base}-only WITH {_EXCEPTIONS.get((base, exception), exception)}"
    if "invariants" in base:
        return base
    return base[:-1] + "-or-later" if base.endswith("+") else base + "-only"


_EXCEPTIONS = {
    ("GPL-2.0", "autoconf-exception"): "Autoconf-exception-2.0",
    ("GPL-2.0", "bison-exception"): "Bison-exception-2.2",
    ("GPL-2.0", "classpath-exception"): "Classpath-exception-2.0",
    ("GPL-2.0", "font-exception"): "Font-exception-2.0",
    ("GPL-2.0", "GCC-exception"): "GCC-exception-2.0",
    ("GPL-3.0", "autoconf-exception"): "Autoconf-exception-3.0",
    ("GPL-3.0", "GCC-exception"): "GCC-exception-3.1",
}


def _gnu(key: str) -> str | None:
    found = _GNU.fullmatch(key)
    if found is None or found["number"] is None:
        return None
    letter = _LETTERS.get(found["kind"] or "", (found["short"] or "").upper())
    number = found["number"] if "." in found["number"] else found["number"] + ".0"
    base = f"{letter}GPL-{number}"
    full = f"{base}-or-later" if found["later"] else f"{base}-only"
    return full if spdx().identifier(full) else None


def address(lowered: str) -> str | None:
    """The licence that stands at a web address (in lower case), or None."""
    return _at_address(lowered)


def _at_address(lowered: str) -> str | None:
    for pattern, expression in _ADDRESSES:
        if pattern.search(lowered):
            return expression
    if found := _CC_ADDRESS.search(lowered):
        return identifier(f"CC-{found.group(1).upper()}-{found.group(2)}")
    if found := _LICENCE_ADDRESS.search(lowered):
        return identifier(found.group(1).removesuffix(".html").removesuffix("/"))
    return None


_IN_TEXT: tuple[tuple[str, str], ...] = (
    (r"apache(?: software)?(?: licen[cs]e)?,?(?: \(?version| v\.?|-)? ?v?2(?:\.0)?\b", "Apache-2.0"),
    (r"mit[- ](?:no attribution|0)\b", "MIT-0"),
    (r"mit-cmu\b", "MIT-CMU"),
    (r"(?:mit(?:/x11|/expat)?|expat)(?: \(?expat\)?)?(?:[- ](?:style|licen[cs]ed?))?(?![-\w])", "MIT"),
    (r"(?:bsd[- ](?:3|three)[- ]clause|(?:3|three)[- ]clause bsd|(?:new|modified|revised) bsd)", "BSD-3-Clause"),
    (r"(?:bsd[- ](?:2|two)[- ]clause|(?:2|two)[- ]clause bsd|simplified bsd)", "BSD-2-Clause"),
    (r"(?:zero[- ]clause bsd|bsd zero[- ]clause|0bsd)\b", "0BSD"),
    (r"(?:mozilla public licen[cs]e|mpl)[-, ]{0,2}(?:version |v\.? ?)?2(?:\.0)?\b", "MPL-2.0"),
    (r"(?:mozilla public licen[cs]e|mpl)[-, ]{0,2}(?:version |v\.? ?)?1\.1\b", "MPL-1.1"),
    (r"unlicense\b", "Unlicense"),
    (r"cc0(?:[- ]1\.0)?\b", "CC0-1.0"),
    (r"isc licen[cs]e\b", "ISC"),
    (r"zlib(?:/libpng)? licen[cs]e\b", "Zlib"),
    (r"boost software licen[cs]e\b", "BSL-1.0"),
    (r"(?:eclipse public licen[cs]e|epl)[-, ]{0,2}(?:- )?(?:version |v\.? ?)?2(?:\.0)?\b", "EPL-2.0"),
    (r"(?:eclipse public licen[cs]e|epl)[-, ]{0,2}(?:- )?(?:version |v\.? ?)?1(?:\.0)?\b", "EPL-1.0"),
    (r"(?:eupl|european union public licen[cs]e)[-, ]{0,2}(?:version |v\.? ?)?1\.2\b", "EUPL-1.2"),
    (r"artistic licen[cs]e(?:,? version)? 2(?:\.0)?\b", "Artistic-2.0"),
    (r"wtfpl\b", "WTFPL"),
    (r"(?:business source licen[cs]e(?:,? version)?(?: 1\.1)?|busl-1\.1)", "BUSL-1.1"),
    (r"(?:server side public licen[cs]e(?:,? (?:version|v) ?1)?(?: \(ssplv?1?\))?|sspl(?:v1|-1\.0)?\b)", "SSPL-1.0"),
    (r"(?:elastic licen[cs]e(?:,? version)? ?(?:v|version )?2(?:\.0)?|elv2)\b", "Elastic-2.0"),
    (r"(?:redis source available licen[cs]e(?: v?2(?:\.0)?)?(?: \(rsalv2\))?|rsalv2)", "LicenseRef-RSALv2"),
    (r"(?:sil )?open font licen[cs]e\b", "OFL-1.1"),
    (r"(?:psf licen[cs]e|python software foundation licen[cs]e)\b", "PSF-2.0"),
    (r"cc[- ]by[- ]sa[- ]4\.0", "CC-BY-SA-4.0"),
    (r"cc[- ]by[- ]4\.0", "CC-BY-4.0"),
)
_GNU_IN_TEXT = LazyPattern(
    r"\b(?:gnu )?(?P<kind>lesser |library |affero )?general public licen[cs]e(?: ?\([al]?gpl\))?"
    r"|\b(?:gnu )?(?P<short>[al])?gpl"
)
_GNU_NUMBER = LazyPattern(
    r"(?:[-, (]{0,4}(?:as )?(?:published by the free software foundation[,;:]? )?(?:either )?"
    r"(?:version|v)?\.? ?)(?P<number>[123](?:\.[01])?)\b"
)
_GNU_LATER = LazyPattern(r"\+|[^.]{0,60}?\b(?:any later|or later|or newer|or greater)\b")


@cache
def _names_pattern() -> LazyPattern[str]:
    return LazyPattern("|".join(rf"(?P<n{n}>(?<![\w-]){pattern})" for n, (pattern, _) in enumerate(_IN_TEXT)))


def names_in(lowered: str) -> list[Named]:
    """Every licence named in a sentence (lower case, single spaces), in order; not families without a version."""
    found: list[Named] = []
    for match in _names_pattern().finditer(lowered):
        number = int((match.lastgroup or "n0")[1:])
        found.append(Named(_IN_TEXT[number][1], match.start(), match.end()))
    for match in _GNU_IN_TEXT.finditer(lowered):
        version = _GNU_NUMBER.match(lowered, match.end())
        if version is None:
            continue
        letter = {"lesser ": "L", "library ": "L", "affero ": "A"}.get(
            match["kind"] or "", (match["short"] or "").upper()
        )
        later = _GNU_LATER.match(lowered, version.end())
        base = f"{letter}GPL-{version['number'] if '.' in version['number'] else version['number'] + '.0'}"
        known = identifier(f"{base}-or-later" if later else f"{base}-only")
        if known:
            found.append(Named(known, match.start(), later.end() if later else version.end()))
    return sorted(found, key=lambda each: each.start)
