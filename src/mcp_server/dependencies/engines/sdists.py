"""What a source distribution says it requires, read as text in a worker; nothing of it is run, imported or unpacked.

In the order of how much it is worth: `PKG-INFO` from version 2.2 on that calls nothing dynamic (PEP 643), the static
table of `pyproject.toml` (PEP 621), what setuptools recorded when the archive was made (`egg-info/requires.txt`), and a
`setup.cfg` and `setup.py` that are literal throughout. Otherwise only building it could tell.
"""

import re
from collections.abc import Mapping, Sequence
from email.parser import HeaderParser
from typing import Any, NamedTuple, cast

from plumbrule.mcp_server.dependencies.model import MalformedManifest, ManifestText
from plumbrule.mcp_server.dependencies.requirement import Reading
from plumbrule.mcp_server.dependencies.sdist_files import UNREADABLE, small_files

_WANTED = re.compile(r"[^/]+/(?:PKG-INFO|pyproject\.toml|setup\.cfg|setup\.py)|(?:[^/]+/){1,4}[^/]+\.egg-info/[^/]+")


class Stated(NamedTuple):
    """What is required, as PEP 508 lines; `how` names where that stands."""

    requires: tuple[str, ...]
    extras: tuple[str, ...]
    requires_python: str
    how: str


def read(payload: Mapping[str, Any]) -> list[Any] | None:
    """Worker's side: `raw` is the archive. The fields of `Stated`, or None."""
    try:
        files = dict(small_files(cast(bytes, payload["raw"]), _WANTED))
    except UNREADABLE:
        return None
    for attempt in (_of_pkg_info, _of_pyproject, _of_egg_info, _of_setup):
        found = attempt(files)
        if found is not None:
            return list(found)
    return None


def static_metadata(text: str) -> Stated | None:
    """What core metadata says, None when it may say something else after a build (PEP 643)."""
    found = HeaderParser().parsestr(text)
    version = found.get("Metadata-Version", "")
    if not re.fullmatch(r"\d+\.\d+", version) or tuple(map(int, version.split("."))) < (2, 2):
        return None
    dynamic = {str(one).strip().lower() for one in found.get_all("Dynamic", ())}
    if dynamic & {"requires-dist", "provides-extra", "requires-python"}:
        return None
    return _of_headers(text, "PKG-INFO")


def wheel_metadata(text: str) -> Stated:
    """What a wheel's core metadata says: it is what was built, whatever its version."""
    return _of_headers(text, "metadata of a wheel")


def _of_headers(text: str, how: str) -> Stated:
    found = HeaderParser().parsestr(text)
    return Stated(
        tuple(str(one) for one in found.get_all("Requires-Dist", ())),
        tuple(str(one) for one in found.get_all("Provides-Extra", ())),
        str(found.get("Requires-Python", "")),
        how,
    )


def _of_pkg_info(files: Mapping[str, bytes]) -> Stated | None:
    raw = files.get("PKG-INFO")
    return static_metadata(raw.decode("utf-8", "replace")) if raw else None


def _of_pyproject(files: Mapping[str, bytes]) -> Stated | None:
    import tomllib

    try:
        project: Any = tomllib.loads(files.get("pyproject.toml", b"").decode("utf-8", "replace")).get("project")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    if not isinstance(project, dict):
        return None
    table = cast("dict[str, Any]", project)
    dynamic = table.get("dynamic", [])
    if not isinstance(dynamic, list):
        return None
    if {"dependencies", "optional-dependencies"} & {str(one) for one in cast("list[object]", dynamic)}:
        return None
    lines, extras = [str(one) for one in table.get("dependencies", ())], list[str]()
    for extra, listed in dict(table.get("optional-dependencies", {})).items():
        extras.append(str(extra))
        lines += [_under(str(one), f"extra == '{extra}'") for one in listed]
    python = table.get("requires-python", "")
    return Stated(tuple(lines), tuple(extras), python if isinstance(python, str) else "", "pyproject.toml")


def _under(line: str, condition: str) -> str:
    head, semicolon, marker = line.partition(";")
    return f"{head}; ({marker.strip()}) and {condition}" if semicolon else f"{line}; {condition}"


def _of_egg_info(files: Mapping[str, bytes]) -> Stated | None:
    """What setuptools wrote when the archive was made; no `requires.txt` there means that nothing is required."""
    folders = sorted({path.rpartition("/")[0] for path in files if path.rpartition("/")[0].endswith(".egg-info")})
    if len(folders) != 1:
        return None
    lines, extras = list[str](), list[str]()
    condition = ""
    for line in files.get(f"{folders[0]}/requires.txt", b"").decode("utf-8", "replace").splitlines():
        text = line.strip()
        section = re.fullmatch(r"\[([^:\]]*)(?::(.*))?\]", text)
        if section:
            extra = section[1].strip()
            extras += [extra] if extra else []
            marker = (section[2] or "").strip()
            conditions = [f"({marker})" if extra and marker else marker, f"extra == '{extra}'" if extra else ""]
            condition = " and ".join(filter(None, conditions))
        elif text:
            lines.append(_under(text, condition) if condition else text)
    return Stated(tuple(lines), tuple(dict.fromkeys(extras)), "", "egg-info")


def _of_setup(files: Mapping[str, bytes]) -> Stated | None:
    from plumbrule.mcp_server.dependencies.asked.setuptools import setup_cfg, setup_py

    if "setup.py" not in files and "setup.cfg" not in files:
        return None
    lines, extras = list[str](), list[str]()
    for name, reader in (("setup.cfg", setup_cfg), ("setup.py", setup_py)):
        if name not in files:
            continue
        try:
            reading = reader(ManifestText(name, files[name]))
        except (MalformedManifest, RecursionError):
            return None
        if reading.not_read or reading.of("include") or (name == "setup.py" and not _calls_setup(reading, files)):
            return None
        for one in reading.asked:
            if one.reference or one.scope not in ("runtime", "optional"):
                continue
            line = f"{one.name}{_bracketed(one.extras)}{one.constraint}"
            line = f"{line}; {one.marker}" if one.marker else line
            if one.group:
                extras.append(one.group)
                line = _under(line, f"extra == '{one.group}'")
            lines.append(line)
    return Stated(tuple(lines), tuple(dict.fromkeys(extras)), "", "setup.py")


def _calls_setup(reading: Reading, files: Mapping[str, bytes]) -> bool:
    """Whether `setup(...)` was found, and not only looked for in a program that does something else."""
    named = reading.first("name") is not None
    return named or ("setup.cfg" in files and re.search(rb"\bsetup\s*\(", files["setup.py"]) is not None)


def _bracketed(extras: Sequence[str]) -> str:
    return f"[{','.join(extras)}]" if extras else ""
