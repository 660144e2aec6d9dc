"""What Gradle's build files take from elsewhere in the tree: catalogs, `gradle.properties`, values of parents."""

import posixpath
import re
from collections.abc import Iterator, Mapping

from plumbrule.mcp_server.dependencies.requirement import STRICT, Reading, Requirement

_EMBEDDED = re.compile(r"\$\{([^${}]+)\}|\$([A-Za-z_]\w*)")
Settled = list[tuple[Requirement, str]]


class Builds:
    """The Gradle files of a tree."""

    def __init__(self, readings: Mapping[str, Reading]) -> None:
        self._readings = readings

    def settled(self, path: str, asked: Requirement) -> Settled:
        """The statement, or those of a bundle, with versions from catalogs and properties and their places."""
        if asked.inherits.startswith("catalog:"):
            return list(self._from_catalog(path, asked))
        text, place = self.filled(path, asked.constraint)
        name, _ = self.filled(path, asked.name)
        return [(asked._replace(name=name, constraint=text), place)]

    def _from_catalog(self, path: str, asked: Requirement) -> Iterator[tuple[Requirement, str]]:
        catalog, _, alias = asked.name.partition(".")
        place = self._catalog(path, catalog)
        if not place:
            yield asked, ""
            return
        reading = self._readings[place]
        bundle = reading.first("bundle", alias.removeprefix("bundles.")) if alias.startswith("bundles.") else None
        for name in bundle.value.split(",") if bundle else [alias]:
            offer = next((one for one in reading.offers if one.group.lower() == name.lower()), None)
            if offer is None:
                yield asked, ""
                continue
            made = asked._replace(name=offer.name, constraint=offer.constraint, alias=f"{catalog}.{name}")
            if offer.rule == STRICT:
                made = made._replace(rule=STRICT)
            yield made._replace(inherits="" if offer.constraint else "managed"), f"{place}:{offer.line}"

    def _catalog(self, path: str, catalog: str) -> str:
        for folder in _above(path):
            place = posixpath.join(folder, f"gradle/{catalog}.versions.toml")
            if place in self._readings:
                return place
        return ""

    def filled(self, path: str, text: str) -> tuple[str, str]:
        """The text with values put in that the file, those above it or `gradle.properties` set once and literally."""
        place = ""
        for _ in range(10):
            one = next((found for found in _EMBEDDED.finditer(text) if self._value(path, found) is not None), None)
            if one is None or len(text) > 500:
                break
            value = self._value(path, one)
            assert value is not None
            text, place = text[: one.start()] + value[0] + text[one.end() :], value[1]
        return text, place

    def _value(self, path: str, found: re.Match[str]) -> tuple[str, str] | None:
        versioned = re.match(r"(\w+)\.versions\.([\w.]+?)\.get\(\)", found[1] or "")
        if versioned:
            place = self._catalog(path, versioned[1])
            fact = self._readings[place].first("version", versioned[2]) if place else None
            return (fact.value, f"{place}:{fact.line}") if fact else None
        named = re.sub(r"^(?:(?:rootProject|project|ext|extra|versions)\.)+|\.get\(\)$|[()]", "", found[1] or found[2])
        named = re.sub(r"^(?:property|extra\[|findProperty)?[\"']|[\"'\]]+$", "", named).rpartition(".")[2]
        for folder in _above(path):
            names = ("build.gradle", "build.gradle.kts", "gradle.properties")
            for place in (path, *(posixpath.join(folder, name) for name in names)):
                facts = self._readings[place].of("property") if place in self._readings else []
                values = {fact.value for fact in facts if fact.name == named}
                if len(values) == 1:
                    fact = next(one for one in facts if one.name == named)
                    return fact.value, f"{place}:{fact.line}"
        return None


def _above(path: str) -> Iterator[str]:
    folder: str = posixpath.dirname(path)
    while True:
        yield folder
        if not folder:
            return
        folder = posixpath.dirname(folder)
