"""Our side of `dependencies.py`: readings of a folder, and their statements in the words that references use."""

import posixpath
import re
from pathlib import Path
from typing import Any, cast

from dependencies_oracles import expanded
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet

from plumbrule.mcp_server.analysis.reading import inside
from plumbrule.mcp_server.dependencies.ranges.python import specifiers_of
from plumbrule.mcp_server.dependencies.readers import INCLUDED, read, reader_of, results
from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement, unpacked

Facts = set[tuple[str, ...]]


def one_reading(path: Path, reader: str) -> Reading:
    files = [[path.name, reader, path.read_bytes()]]
    return unpacked(results(read({"files": files, "file_limit_s": 60.0, "batch_limit_s": 60.0}))[0])


def readings(folder: Path) -> dict[str, Reading]:
    """Every manifest and lock below a folder, fixtures too, and what requirements files and builds include."""
    found: dict[str, Reading] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        row = reader_of(name)
        if row is not None and path.is_file() and not path.is_symlink() and not name.startswith(".git/"):
            found[name] = one_reading(path, row[1])
    for name, reading in list(found.items()):
        for fact in reading.of("include"):
            target = inside(name, fact.name)
            if target and target not in found and (folder / target).is_file():
                found[target] = one_reading(folder / target, INCLUDED[1])
    return found


def direct(kind: str, reading: Any) -> Facts:
    """The statements of a reading (or of a distribution's readings) as the references of `kind` say them."""
    if kind == "sdist":
        return _of_sdist(cast("dict[str, Reading]", reading))
    make = _SHAPES.get(kind, lambda one: (one.name, one.constraint))
    return {make(one) for one in cast(Reading, reading).asked}


def _cargo(one: Requirement) -> tuple[str, ...]:
    kind = {"dev": "dev", "build": "build"}.get(one.scope, "normal")
    return (one.name, kind, one.marker, one.alias, one.constraint or "*")


def _npm(one: Requirement) -> tuple[str, ...]:
    text = one.reference if one.reference and not one.constraint else one.constraint
    if one.inherits.startswith("catalog:"):
        text = "catalog:" + one.inherits[8:].replace("default", "")
    if one.alias:
        text = f"npm:{one.name}" + (f"@{one.constraint}" if one.constraint else "")
    return (one.alias or one.name, text, one.rule.partition(".")[2])


_SHAPES = {
    "Cargo.toml": _cargo,
    "package.json": _npm,
    "pom.xml": lambda one: (one.name, one.constraint, one.rule),
    "workflow": lambda one: (one.name, one.constraint) if not one.ecosystem else ("image",),
}


def locked(reading: Reading) -> Facts:
    """Packages of a lock with what each asks for, the repository's own left out."""
    packages = reading.packages
    return {
        (one.name, one.version, " ".join(sorted(f"{packages[at].name}@{packages[at].version}" for at in one.asks)))
        for one in packages
        if not one.own
    }


def _of_sdist(found: dict[str, Reading]) -> Facts:
    """Runtime and optional statements of the root manifests, with those of files that they take them from."""
    facts: Facts = set()
    named: dict[str, set[str]] = {}
    for path in ("pyproject.toml", "setup.py", "setup.cfg"):
        reading = found.get(path)
        for one in reading.asked if reading else ():
            own = reading.first("name") if reading else None
            if own and own.name == one.name and one.scope == "optional":
                named.setdefault(normal(one.group), set()).update(map(normal, one.extras))
            elif one.scope in ("runtime", "optional") and not (own and own.name == one.name):
                facts.add(_distribution(one, one.group if one.scope == "optional" else ""))
        for fact in reading.of("include") if reading else ():
            scope, _, extra = fact.value.partition(":")
            target = posixpath.normpath(fact.name)
            if scope in ("runtime", "optional") and target in found:
                facts |= {_distribution(one, extra) for one in found[target].asked}
    return expanded(facts, named)


def _distribution(one: Requirement, extra: str) -> tuple[str, ...]:
    marker = str(Marker(one.marker)) if one.marker and not one.marker.startswith("python ") else one.marker
    poetry = specifiers_of(one.constraint) if re.search(r"\^|~(?!=)|\|", one.constraint) else None
    constraint = shortest(" || ".join(map(str, poetry)) if poetry else str(SpecifierSet(one.constraint)))
    return (one.name, constraint, "".join(sorted(one.extras)), marker.replace(" ", ""), normal(extra))


def shortest(specifiers: str) -> str:
    """Without zeros at the end, which change nothing."""
    return ",".join(sorted(re.sub(r"(?<=[\d])(?:\.0)+$", "", part) for part in specifiers.split(",")))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
