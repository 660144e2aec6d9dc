"""The projects of an sbt build, which are its components: they lie in folders without a manifest of their own.

`lazy val core = project` lies in the folder `core`, `(project in file("x"))` and `project.in(file("x"))` in `x` (sbt
reference, "Multi-project builds"); the same for `projectMatrix` and `crossProject`. Above it lies `components`.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from plumbrule.mcp_server.analysis.component_kinds import Surroundings, kind_of
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.dependencies.model import Manifest

_PROJECT = re.compile(
    r"^[ \t]*(?:lazy[ \t]+)?val[ \t]+`?([\w-]{1,100})`?[ \t]*(?::[ \t]*\w+[ \t]*)?=\s*\(?\s*"
    r"(project|projectMatrix|crossProject|Project)\b",
    re.MULTILINE,
)
_FOLDER = re.compile(r"\bfile\s*\(\s*\"([^\"\n]{1,200})\"\s*\)")
_ELSEWHERE = re.compile(r"^\S", re.MULTILINE)
_SERVES = re.compile(r"\bPlay(?:Scala|Java|Service|Web)\b")
_STARTS = re.compile(
    r"\b(?:mainClass\s*(?:in\s|:=)|Compile\s*/\s*(?:run\s*/\s*)?mainClass\s*:=|Java(?:App|Server)Packaging\b)"
)
_EXTENDS = re.compile(r"\bSbtPlugin\b|\bsbtPlugin\s*:=\s*true")
MAX_PROJECTS = 500
MAX_SETTINGS = 6_000
"""How much of the text behind a project's name is taken for its settings."""


class SbtProject(NamedTuple):
    """A project with the folder of its sources, and where it is declared."""

    name: str
    kind: str
    folder: str
    manifest: str
    line: int


def sbt_projects(gathered: Gathered) -> Iterator[SbtProject]:
    """Projects whose folder is there, the root apart, in the order of the build files."""
    manifests = [one for one in gathered.own() if one.rule.parser == "sbt" and one.path in gathered.texts]
    if not manifests:
        return
    folders = {entry.path.rpartition("/")[0] for entry in gathered.inventory.files}
    folders |= {folder[:at] for folder in folders for at in range(len(folder)) if folder[at] == "/"}
    for manifest in manifests:
        text = gathered.texts[manifest.path].decode("utf-8", "replace")
        base = manifest.path.rpartition("/")[0]
        for one in list(_PROJECT.finditer(text))[:MAX_PROJECTS]:
            settings = _settings(text, one.end())
            stated = _FOLDER.search(settings.partition(".settings")[0])
            if stated is None and one[2] == "Project":
                continue
            folder = posixpath.normpath(posixpath.join(base, stated[1] if stated else one[1]))
            if folder not in folders or folder in (base, "."):
                continue
            kind = _kind(folder, manifest, one[1], settings)
            yield SbtProject(one[1], kind, folder, manifest.path, text.count("\n", 0, one.start(1)) + 1)


def _settings(text: str, start: int) -> str:
    """What belongs to a project: up to the next line that is not indented and does not close a bracket."""
    rest = text[start : start + MAX_SETTINGS]
    for line in _ELSEWHERE.finditer(rest):
        if line.start() and line[0] not in ")}].":
            return rest[: line.start()]
    return rest


def _kind(folder: str, manifest: Manifest, name: str, settings: str) -> str:
    said = kind_of(folder, Manifest(manifest.path, manifest.rule), name, Surroundings())
    if said != "library":
        return said
    if _EXTENDS.search(settings):
        return "plugin"
    if _SERVES.search(settings):
        return "service"
    return "application" if _STARTS.search(settings) else "library"
