"""`pixi.lock`, versions 4 to 6: conda and PyPI packages by their places; line by line, because locks have megabytes."""

import re

from plumbrule.core.security.urls import REGISTRY_HOSTS
from plumbrule.mcp_server.dependencies.asked.pep508 import normal
from plumbrule.mcp_server.dependencies.locks.build import Packages
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading

_BEGIN = re.compile(r"- (conda|pypi|kind): (\S+)")
_KEY = re.compile(r"  ([\w-]+):\s*(.*)$")
_ITEM = re.compile(r"  - \W*([A-Za-z0-9_][\w.-]*)")
_CONDA = re.compile(r"([\w.-]+)-([^-]+)-([^-]+?)(?:\.conda|\.tar\.bz2)$")
_LISTS = ("depends", "requires_dist")


def pixi(file: ManifestText) -> Reading:
    """Each package once, whatever environments and platforms have it; what it asks for, where the lock says so."""
    made = Packages()
    inside, line, entry, asks, list_of = False, 0, dict[str, str](), list[str](), ""
    for number, text in enumerate([*decode(file.raw).splitlines(), "- kind: end"], 1):
        if text.startswith("packages:"):
            inside = True
        elif not inside:
            continue
        elif begun := _BEGIN.match(text):
            if entry:
                _put(made, entry, line, asks)
            kind, place = (begun[2], "") if begun[1] == "kind" else (begun[1], begun[2])
            line, entry, asks, list_of = number, {"kind": kind, "place": place}, [], ""
        elif entry and (key := _KEY.match(text)):
            list_of = key[1] if key[1] in _LISTS else ""
            entry.setdefault(key[1], key[2].strip("'\""))
        elif list_of and (item := _ITEM.match(text)):
            asks.append(item[1])
    return made.reading()


def _put(made: Packages, entry: dict[str, str], line: int, asks: list[str]) -> None:
    place = entry["place"] or entry.get("url", "") or entry.get("path", "")
    of_python = entry["kind"] == "pypi"
    file = _CONDA.match(place.rpartition("/")[2])
    name = entry.get("name") or (file[1] if file else "")
    version = entry.get("version") or (file[2] if file else "")
    name = normal(name) if of_python else name
    word = f"pypi:{name}" if of_python else name
    if not name or f"{word}@{version}" in made.keys:
        return
    reference = place if of_python and place.partition("://")[2].partition("/")[0] not in REGISTRY_HOSTS else ""
    package = Locked(
        name,
        version,
        line,
        reference=reference,
        digest=f"sha256:{entry['sha256']}" if "sha256" in entry else "",
        licence=entry.get("license", ""),
        ecosystem="python" if of_python else "",
    )
    wanted = [f"pypi:{normal(one)}" for one in asks] if of_python else list(asks)
    made.add(package, wanted, f"{word}@{version}", word)
