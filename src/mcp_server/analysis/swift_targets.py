"""The targets of Swift packages, which are their components: each has a folder of its own by SwiftPM's rule.

`Sources/<name>`, `Tests/<name>` or `Plugins/<name>` unless the target sets `path` (Package Description, Target).
"""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import is_aside

_TARGET = re.compile(rb"\.(target|executableTarget|testTarget|macro|plugin)\s*\(\s*name:\s*\"([\w.+ -]{1,100})\"")
_PATH = re.compile(rb"\bpath:\s*\"([^\"\\\n]{1,200})\"")
_PLACES = {b"testTarget": ("Tests", "Sources", "Source", "src"), b"plugin": ("Plugins",)}
_USUAL = ("Sources", "Source", "src", "srcs")
_KINDS = {b"executableTarget": "cli", b"testTarget": "test", b"macro": "plugin", b"plugin": "plugin"}
_SERVES = re.compile(rb"\bname:\s*\"(?:Vapor|Hummingbird)\"")
"""Products of web frameworks: what starts with one serves."""
MAX_TARGETS = 500


class SwiftTarget(NamedTuple):
    """A target with the folder of its sources, and where it is declared."""

    name: str
    kind: str
    folder: str
    manifest: str
    line: int


def swift_targets(gathered: Gathered) -> Iterator[SwiftTarget]:
    """Targets whose folder is there, in the order of the manifests."""
    manifests = [
        one.path for one in gathered.own() if one.rule.parser == "swift_package" and one.path in gathered.texts
    ]
    if not manifests:
        return
    folders = {entry.path.rpartition("/")[0] for entry in gathered.inventory.files}
    folders |= {folder[:at] for folder in folders for at in range(len(folder)) if folder[at] == "/"}
    for path in manifests:
        raw = gathered.texts[path]
        found = list(_TARGET.finditer(raw))[:MAX_TARGETS]
        for number, one in enumerate(found):
            end = found[number + 1].start() if number + 1 < len(found) else len(raw)
            folder = _folder(path.rpartition("/")[0], one, raw[one.end() : end], folders)
            if folder:
                name = one[2].decode()
                kind = (
                    "example" if is_aside(folder + "/") and one[1] != b"testTarget" else _KINDS.get(one[1], "library")
                )
                if kind == "cli" and _SERVES.search(raw, one.end(), end):
                    kind = "service"
                yield SwiftTarget(name, kind, folder, path, raw.count(b"\n", 0, one.start()) + 1)


def _folder(base: str, one: re.Match[bytes], rest: bytes, folders: set[str]) -> str:
    """The folder of the target's sources, "" where it is the package's own folder or is not there."""
    stated = _PATH.search(rest)
    name = one[2].decode()
    places = _PLACES.get(one[1], _USUAL)
    tried = [stated[1].decode("utf-8", "replace")] if stated else [f"{place}/{name}" for place in places]
    for place in tried:
        folder = posixpath.normpath(posixpath.join(base, place))
        if folder in folders:
            return folder
    return ""
