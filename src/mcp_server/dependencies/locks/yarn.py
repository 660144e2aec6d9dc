"""`yarn.lock`, both grammars: version 1's own, and berry's, which looks like YAML; both line by line."""

import re

from plumbrule.mcp_server.dependencies.locks.build import Packages
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading

_DEPENDENCY = re.compile(r"\s+\"?(@?[^\"\s:]+)\"?:?\s+\"?([^\"]+)\"?\s*$")
_TABLES = ("  dependencies:", "  optionalDependencies:", "  peerDependencies:")


def yarn(file: ManifestText) -> Reading:
    """Every entry with its descriptors; workspaces of berry are the repository's own."""
    made = Packages()
    head, line, values, asks, inside = "", 0, dict[str, str](), list[str](), False
    for number, text in enumerate([*decode(file.raw).splitlines(), "end:"], 1):
        if not text or text[0] == "#":
            continue
        if text[0] != " ":
            if head and head != "__metadata":
                _put(made, head, line, values, asks)
            head, line, values, asks, inside = text.rstrip().rstrip(":"), number, {}, [], False
        elif text[2] != " ":
            inside = text.rstrip() in _TABLES
            key, _, value = text.strip().partition(" ")
            values[key.rstrip(":")] = value.strip().strip('"')
        elif inside and (one := _DEPENDENCY.match(text)):
            asks.append(f"{one[1]}@{_bare(one[2])}")
    return made.reading()


def _bare(text: str) -> str:
    return text.removeprefix("npm:")


def _put(made: Packages, head: str, line: int, values: dict[str, str], asks: list[str]) -> None:
    descriptors = [part.strip().strip('"') for part in head.strip('"').split(", ")]
    specs: list[str] = []
    for descriptor in descriptors:
        at = descriptor.find("@", 1)
        specs.append(f"{descriptor[:at]}@{_bare(descriptor[at + 1 :])}" if at > 0 else descriptor)
    resolution = values.get("resolution", "")
    name = specs[0][: specs[0].find("@", 1)] if "@" in specs[0][1:] else specs[0]
    real = re.match(r"(@?[^@]+)@(?:npm:)?(.*)$", resolution)
    aliased = re.match(r"[^@]+@npm:(@?[^@]+)@", descriptors[0].lstrip("@"))
    place = re.search(r"@workspace:(.+)$", resolution)
    resolved = values.get("resolved", "")
    reference = ""
    if real and not re.match(r"\d", real[2]) and not place:
        reference = real[2]
    elif re.match(r"git|https?://(?:codeload\.)?github|ssh", resolved):
        reference = resolved
    package = Locked(
        real[1] if real else aliased[1] if aliased else name,
        "" if place else values.get("version", ""),
        line,
        own=place is not None,
        place=place[1] if place else "",
        spec=specs,
        reference=reference,
        digest=values.get("integrity", "").partition(" ")[0],
    )
    made.add(package, asks, *specs)
