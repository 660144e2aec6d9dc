"""What MSBuild takes from files above a project: central versions and literal properties."""

import posixpath
import re
from collections.abc import Iterator, Mapping

from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement

_SHARED = ("Directory.Packages.props", "Directory.Build.props", "Directory.Build.targets", "Versions.props")
_WORD = re.compile(r"\$\(([\w.]+)\)")


class Projects:
    """The MSBuild files of a tree."""

    def __init__(self, readings: Mapping[str, Reading]) -> None:
        self._readings = readings

    def settled(self, path: str, asked: Requirement) -> tuple[Requirement, str]:
        """The statement with its version, and the place that sets it when that is another."""
        if asked.constraint:
            text, place = self.filled(path, asked.constraint)
            return asked._replace(constraint=text), place
        for name in ("Directory.Packages.props", "Directory.Build.props", "Directory.Build.targets"):
            for place in self._above(path, name):
                for offer in (*self._readings[place].offers, *self._readings[place].asked):
                    if offer.name.lower() == asked.name.lower() and offer.constraint:
                        text, set_at = self.filled(place, offer.constraint)
                        return asked._replace(constraint=text), set_at or f"{place}:{offer.line}"
        return asked, ""

    def _above(self, path: str, name: str) -> Iterator[str]:
        folder: str = posixpath.dirname(path)
        while True:
            place = posixpath.join(folder, name)
            if place in self._readings and place != path:
                yield place
            if not folder:
                return
            folder = posixpath.dirname(folder)

    def filled(self, path: str, text: str) -> tuple[str, str]:
        """The text with properties put in that this file or one above sets without a condition."""
        set_at = ""
        for _ in range(10):
            values = ((one, self._value(path, one[1])) for one in _WORD.finditer(text))
            known = next(((one, value) for one, value in values if value), None)
            if known is None or len(text) > 500:
                break
            one, (value, set_at) = known
            text = text[: one.start()] + value + text[one.end() :]
        return text, set_at

    def _value(self, path: str, name: str) -> tuple[str, str] | None:
        places = [path]
        for shared in (
            "Directory.Packages.props",
            "Directory.Build.props",
            "Directory.Build.targets",
            "Versions.props",
        ):
            places += [*self._above(path, shared)]
        places += [place for place in self._readings if place.endswith("eng/Versions.props")]
        for place in places:
            fact = self._readings[place].first("property", name) if place in self._readings else None
            if fact and f"$({name})" not in fact.value:
                return fact.value, f"{place}:{fact.line}"
        return None
