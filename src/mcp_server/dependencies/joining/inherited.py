"""What sets a constraint that a statement leaves open: a workspace, a parent, a catalog, central management."""

import posixpath
from collections.abc import Mapping
from typing import Protocol, TypeVar

from plumbrule.mcp_server.dependencies.joining.dotnet import Projects
from plumbrule.mcp_server.dependencies.joining.gradle import Builds
from plumbrule.mcp_server.dependencies.joining.maven import Poms
from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement

Made = TypeVar("Made", covariant=True)


class Makes(Protocol[Made]):
    """A maker of statements with their place."""

    def __call__(self, path: str, ecosystem: str, asked: Requirement, set_at: str = "") -> Made: ...


class Offers:
    """The versions that files of a repository set for others."""

    def __init__(self, readings: Mapping[str, Reading]) -> None:
        self._readings = readings
        self._poms = Poms(readings)
        self._builds = Builds(readings)
        self._projects = Projects(readings)
        self._constraints = {
            path: _reached(readings, path) for path, reading in readings.items() if reading.of("constraints")
        }

    def includes(self, path: str, name: str) -> bool:
        """Whether an include was read."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) in self._readings

    def settled(self, make: Makes[Made], path: str, ecosystem: str, asked: Requirement) -> list[Made]:
        """The statement with the constraint that another place sets for it; several for a catalog's bundle."""
        if (ecosystem == "jvm" or path.endswith(".kts")) and not asked.inherits.startswith("group:"):
            made = [self._poms.settled(path, asked)] if path.endswith(".xml") else self._builds.settled(path, asked)
            return [make(path, ecosystem, one, place) for one, place in made]
        if ecosystem == "dotnet":
            one, place = self._projects.settled(path, asked)
            return [make(path, ecosystem, one, place)]
        return [self._settled(make, path, ecosystem, asked)]

    def _settled(self, make: Makes[Made], path: str, ecosystem: str, asked: Requirement) -> Made:
        if asked.inherits.startswith("group:"):
            return make(path, ecosystem, asked, f"{path}:{asked.inherits[6:]}")
        found: tuple[str, Requirement] | None = None
        if ecosystem == "rust" and asked.inherits == "workspace":
            found = self._above(path, "Cargo.toml", asked.alias or asked.name)
        elif asked.inherits.startswith("catalog:") and ecosystem == "javascript":
            found = self._catalog(path, asked)
        elif ecosystem == "python" and not asked.constraint and not asked.reference:
            found = self._constrained(path, asked.name)
        if found is None:
            return make(path, ecosystem, asked)
        place, offer = found
        return make(path, ecosystem, _filled(asked, offer), f"{place}:{offer.line}")

    def _above(self, path: str, name: str, package: str) -> tuple[str, Requirement] | None:
        """Cargo: the entry of the nearest workspace at or above; members ask by the key, which may be a rename."""
        folder: str = posixpath.dirname(path)
        while True:
            place = posixpath.join(folder, name)
            reading = self._readings.get(place)
            if reading and reading.first("workspace"):
                offers = [one for one in reading.offers if (one.alias or one.name) == package and not one.group]
                return (place, offers[0]) if offers else None
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def _catalog(self, path: str, asked: Requirement) -> tuple[str, Requirement] | None:
        """pnpm, yarn and bun: the catalog of the nearest workspace root."""
        folder: str = posixpath.dirname(path)
        while True:
            for name in ("pnpm-workspace.yaml", ".yarnrc.yml", "package.json"):
                place = posixpath.join(folder, name)
                for one in self._readings[place].offers if place in self._readings else ():
                    if one.name == (asked.alias or asked.name) and one.group == asked.inherits:
                        return place, one
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def _constrained(self, path: str, name: str) -> tuple[str, Requirement] | None:
        for place in self._constraints.get(path, ()):
            for one in self._readings[place].offers or self._readings[place].asked:
                if one.name == name and one.constraint:
                    return place, one
        return None


def _reached(readings: Mapping[str, Reading], path: str) -> list[str]:
    folder = posixpath.dirname(path)
    places = (posixpath.normpath(posixpath.join(folder, fact.name)) for fact in readings[path].of("constraints"))
    return [place for place in places if place in readings]


def _filled(asked: Requirement, offer: Requirement) -> Requirement:
    """The statement with what the offer says; extras and features add up, as Cargo does it."""
    return asked._replace(
        name=offer.name if offer.alias else asked.name,
        alias=offer.alias or asked.alias,
        constraint=asked.constraint or offer.constraint,
        reference=asked.reference or offer.reference,
        extras=(*offer.extras, *(one for one in asked.extras if one not in offer.extras)),
    )


def offers_in(readings: Mapping[str, Reading]) -> Offers:
    """The offers of a repository."""
    return Offers(readings)
