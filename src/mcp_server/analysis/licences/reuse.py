"""Licences that a project states for files from outside of them: `REUSE.toml` (REUSE 3.3) and `.reuse/dep5` (Debian's
machine-readable copyright format). Both are read line by line, within bounds: a licence needs no parser of TOML.
"""

import re
from typing import NamedTuple

from plumbrule.mcp_server.analysis.licences.declared import normalise

MAX_ANNOTATIONS = 500
MAX_GLOBS = 100
MAX_STARS = 6
"""A pattern with more could take long to compare; real ones have three at most."""

_TOML_VALUE = r"[ \t]*=[ \t]*(\[[^\]]{0,20000}\]|\"[^\"\n]{0,500}\"|'[^'\n]{0,500}')"
_TOML_PATH = re.compile(r"^[ \t]*path" + _TOML_VALUE, re.MULTILINE)
_TOML_LICENCE = re.compile(r"^[ \t]*SPDX-License-Identifier" + _TOML_VALUE, re.MULTILINE)
_STRING = re.compile(r"\"([^\"\n]{1,500})\"|'([^'\n]{1,500})'")
_DEP5_FILES = re.compile(r"^Files:[ \t]*((?:.*\n(?:[ \t]+\S.*\n)*))", re.MULTILINE)
_DEP5_LICENCE = re.compile(r"^License:[ \t]*([^\n]{1,200})", re.MULTILINE)


class Annotation(NamedTuple):
    """One statement: the pattern of the paths that it holds for, the expression, and its line."""

    covers: re.Pattern[str]
    expression: str
    line: int


def annotations_of(path: str, raw: bytes) -> list[Annotation]:
    """What a `REUSE.toml` or `.reuse/dep5` says, in its order. Patterns are relative to the repository's root."""
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n") + "\n"
    if path.endswith("REUSE.toml"):
        return _of_toml(text, path.rpartition("/")[0])
    return _of_dep5(text)


def _of_toml(text: str, folder: str) -> list[Annotation]:
    found: list[Annotation] = []
    at = text.find("[[annotations]]")
    while at >= 0 and len(found) < MAX_ANNOTATIONS:
        end = text.find("[[annotations]]", at + 1)
        block = text[at : end if end >= 0 else len(text)]
        paths, licence = _TOML_PATH.search(block), _TOML_LICENCE.search(block)
        if paths and licence:
            globs = [first or second for first, second in _STRING.findall(paths[1])]
            said = [first or second for first, second in _STRING.findall(licence[1])]
            _note(found, globs, " AND ".join(said), text.count("\n", 0, at) + 1, folder, stars_cross=False)
        at = end
    return found


def _of_dep5(text: str) -> list[Annotation]:
    found: list[Annotation] = []
    at = 0
    for stanza in re.split(r"\n[ \t]*\n", text)[: 2 * MAX_ANNOTATIONS]:
        files, licence = _DEP5_FILES.search(stanza + "\n"), _DEP5_LICENCE.search(stanza)
        if files and licence:
            line = text.count("\n", 0, text.find(files[0].rstrip("\n"), at)) + 1
            _note(found, files[1].split(), licence[1].strip(), line, "", stars_cross=True)
        at += len(stanza)
    return found


def _note(found: list[Annotation], globs: list[str], said: str, line: int, folder: str, *, stars_cross: bool) -> None:
    expression = normalise(said).expression
    patterns = [_pattern(glob, stars_cross=stars_cross) for glob in globs[:MAX_GLOBS] if glob.count("*") <= MAX_STARS]
    if expression and patterns:
        base = re.escape(folder + "/") if folder else ""
        found.append(Annotation(re.compile(base + "(?:" + "|".join(patterns) + r")\Z"), expression, line))


def _pattern(glob: str, *, stars_cross: bool) -> str:
    """`*` crosses folders in dep5 and does not in REUSE.toml, where `**` does."""
    parts = re.split(r"(\*\*|\*|\?)", glob.removeprefix("./"))
    crossing = {"**": ".*", "*": ".*" if stars_cross else "[^/]*", "?": "." if stars_cross else r"\?"}
    return "".join(crossing.get(part, re.escape(part)) for part in parts)
