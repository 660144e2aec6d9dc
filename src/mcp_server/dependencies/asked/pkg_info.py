"""What a published Python package says of itself: `PKG-INFO` of a source distribution, `METADATA` of a wheel (core
metadata, packaging.python.org), and setuptools' `requires.txt` beside an older `PKG-INFO`.

These were written when the package was built by its publisher; `joining/published` decides when they speak.
"""

import re

from plumbrule.mcp_server.dependencies.asked.pep508 import normal, requirement
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Unread

MAX_LINES = 20_000
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


def core_metadata(file: ManifestText) -> Reading:
    """The headers `Requires-Dist`, `Name`, `Version`, `Metadata-Version` and `Dynamic`."""
    found = Reading()
    name, version, line_of_name = "", "", 1
    for number, line in enumerate(file.raw.decode("utf-8", "replace").splitlines()[:MAX_LINES], 1):
        if not line.strip():
            break  # the description follows
        key, colon, value = line.partition(":")
        value = value.strip()
        if not colon or line[0] in " \t":
            continue
        match key.lower():
            case "requires-dist":
                _take(found, value, number)
            case "name":
                name, line_of_name = normal(value), number
            case "version":
                version = value
            case "metadata-version":
                found.facts.append(Fact("metadata-version", value, "", number))
            case "requires-python":
                found.facts.append(Fact("requires-python", value, "", number))
            case "dynamic":
                found.facts.append(Fact("dynamic", value.lower(), "", number))
            case _:
                pass
    found.facts.append(Fact("name", name, version, line_of_name))
    return found


def _take(found: Reading, text: str, line: int, group: str = "") -> None:
    one = requirement(text, line, "core-metadata.requires-dist")
    if one is None:
        found.not_read.append(Unread(line, "python.not-a-requirement"))
        return
    extra = _EXTRA.search(one.marker)
    group = group or (normal(extra[1]) if extra else "")
    found.asked.append(one._replace(scope="optional", group=group) if group else one)


def requires_txt(file: ManifestText) -> Reading:
    """Lines by section: `[extra]`, `[:marker]`, `[extra:marker]`; those of no section are for everybody."""
    found = Reading()
    extra, marker = "", ""
    for number, line in enumerate(file.raw.decode("utf-8", "replace").splitlines()[:MAX_LINES], 1):
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
        elif line and not line.startswith("#"):
            _take(found, f"{line} ; {marker}" if marker else line, number, normal(extra) if extra else "")
    return found
