"""Maven's inheritance inside one tree: parents by path or coordinates, properties, managed versions, imported BOMs."""

import posixpath
import re
from collections.abc import Iterator, Mapping

from plumbrule.mcp_server.dependencies.asked.maven import MANAGED_SCOPE
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope

_WORD = re.compile(r"\$\{([^${}]+)\}")
MAX_PARENTS = 30
MAX_ROUNDS = 20
MAX_CHARS = 500
_SCOPES: dict[str, Scope] = {"test": "test", "provided": "build"}


class Poms:
    """All poms of a tree."""

    def __init__(self, readings: Mapping[str, Reading]) -> None:
        self._readings = {path: one for path, one in readings.items() if path.rpartition("/")[2] == "pom.xml"}
        self._by_name: dict[str, str] = {}
        for path, reading in self._readings.items():
            name = reading.first("name")
            if name:
                self._by_name.setdefault(name.name, path)

    def settled(self, path: str, asked: Requirement) -> tuple[Requirement, str]:
        """A dependency with its version and scope, and `path:line` of what sets the version when that is elsewhere."""
        one = asked._replace(name=self.filled(path, asked.name)[0])
        if one.constraint:
            text, place = self.filled(path, one.constraint)
            return one._replace(constraint=text), place if "${" not in text else self._outside(path, one.name)
        for place, offer in self._managed(path):
            if self.filled(place, offer.name)[0] == one.name and offer.constraint:
                text, set_at = self.filled(path, offer.constraint)
                if asked.inherits == MANAGED_SCOPE and offer.group in _SCOPES:
                    one = one._replace(scope=_SCOPES[offer.group], group=one.group or offer.group.replace("test", ""))
                return one._replace(constraint=text), set_at or f"{place}:{offer.line}"
        return one, self._outside(path, one.name)

    def _above(self, path: str) -> Iterator[str]:
        """The pom itself, then its parents inside the tree."""
        for _ in range(MAX_PARENTS):
            yield path
            reading = self._readings[path]
            parent, place = reading.first("parent"), reading.first("parent-path")
            if parent is None:
                return
            above = self._parent(path, parent, place.name if place else "../pom.xml")
            if not above:
                return
            path = above

    def _parent(self, path: str, parent: Fact, relative: str) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
        target = target if target.endswith(".xml") else posixpath.join(target, "pom.xml")
        for candidate in (target, self._by_name.get(parent.name, "")):
            reading = self._readings.get(candidate)
            name = reading.first("name") if reading else None
            if name and name.name == parent.name and candidate != path:
                return candidate
        return ""

    def _managed(self, path: str, depth: int = 0) -> Iterator[tuple[str, Requirement]]:
        """What is managed for a pom, nearest first; imported BOMs of the tree count after a pom's own entries."""
        for place in self._above(path):
            imports: list[str] = []
            for offer in self._readings[place].offers:
                if offer.group == "import":
                    bom = self._by_name.get(self.filled(place, offer.name)[0], "")
                    if bom and depth < 5:
                        imports.append(bom)
                else:
                    yield place, offer
            for bom in imports:
                yield from self._managed(bom, depth + 1)

    def _outside(self, path: str, name: str) -> str:
        """The one parent or BOM outside of the tree that can have set a version; "" when several can."""
        candidates: list[tuple[str, str]] = []
        for place in self._above(path):
            reading = self._readings[place]
            for offer in reading.offers:
                named = self.filled(place, offer.name)[0]
                if offer.group == "import" and named not in self._by_name:
                    candidates.append((named, f"{place}:{offer.line}"))
            parent, at = reading.first("parent"), reading.first("parent-path")
            if parent and not self._parent(place, parent, at.name if at else "../pom.xml"):
                candidates.append((parent.name, f"{place}:{parent.line}"))
        if len(candidates) > 1:
            group = name.partition(":")[0]
            same = [one for one in candidates if f"{group}.".startswith(one[0].partition(":")[0] + ".")]
            candidates = same if len(same) == 1 else []
        return candidates[0][1] if candidates else ""

    def filled(self, path: str, text: str) -> tuple[str, str]:
        """The text with properties put in, and the place of the last of them; unknown ones stay as written."""
        place = ""
        for _ in range(MAX_ROUNDS):
            one = next((found for found in _WORD.finditer(text) if self._value(path, found[1]) is not None), None)
            if one is None or len(text) > MAX_CHARS:
                return text, place
            value = self._value(path, one[1])
            assert value is not None
            text, place = text[: one.start()] + value[0] + text[one.end() :], value[1] or place
        return text, place

    def _of_profile(self, path: str, name: str) -> Fact | None:
        """A property that only profiles set, and all of them alike."""
        found = [fact for fact in self._readings[path].of("profile-property") if fact.name == name]
        return found[0] if len({fact.value for fact in found}) == 1 else None

    def _value(self, path: str, name: str) -> tuple[str, str] | None:
        of_project = re.fullmatch(r"(?:project|pom)\.(parent\.)?(groupId|artifactId|version)", name)
        if of_project:
            fact = self._readings[path].first("parent" if of_project[1] else "name")
            if fact is None:
                return None
            group, _, artifact = fact.name.partition(":")
            value = {"groupId": group, "artifactId": artifact, "version": fact.value}[of_project[2]]
            return (value, f"{path}:{fact.line}") if value and f"${{{name}}}" not in value else None
        for place in self._above(path):
            found = self._readings[place].first("property", name) or self._of_profile(place, name)
            if found:
                return (found.value, f"{place}:{found.line}") if f"${{{name}}}" not in found.value else None
        return None
