"""How each runtime's declared versions are read and shown, and whether two of them can exclude each other.

Below: the interval grammars. Above: `rules/runtimes`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from plumbrule.mcp_server.dependencies.joint.asks import RuntimeAsk
from plumbrule.mcp_server.dependencies.joint.runtime_ranges import python_constraint
from plumbrule.mcp_server.dependencies.ranges.grammars import composer, gems, mix, npm, pub
from plumbrule.mcp_server.dependencies.ranges.intervals import Interval, Ranges, floor, key_of, release
from plumbrule.mcp_server.dependencies.ranges.pep440 import python
from plumbrule.mcp_server.dependencies.ranges.wording import worded


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of runtime. `decides` says that two ranges without a common version make repositories incompatible;
    minimums always have one. `title` is what a sentence calls it."""

    title: str
    ecosystem: str
    read: Callable[[RuntimeAsk], Ranges | None]
    notation: str
    decides: bool = True

    def shown(self, ranges: Ranges) -> str:
        """A range in the notation of those who declare it."""
        return worded(ranges, self.notation)


def _npm(ask: RuntimeAsk) -> Ranges | None:
    return npm(ask.constraint.strip())


def _composer(ask: RuntimeAsk) -> Ranges | None:
    return composer(ask.constraint.strip())


def _python(ask: RuntimeAsk) -> Ranges | None:
    return python(python_constraint(ask))


def _ruby(ask: RuntimeAsk) -> Ranges | None:
    """Also `%w[>= 2.7 < 4]`, where blanks part the terms; a bare version in a Gemfile is that version."""
    text = re.sub(r"(?<=[\d.*])\s+(?=[<>=!~])", ", ", ask.constraint.strip())
    return gems(text)


def _elixir(ask: RuntimeAsk) -> Ranges | None:
    return mix(ask.constraint.strip())


def _dart(ask: RuntimeAsk) -> Ranges | None:
    """Pub reads `<3.0.0` as `<4.0.0` where the least SDK has null safety (2.12): Dart 3 runs such packages."""
    ranges = pub(ask.constraint.strip())
    least, three = release(2, 12), (floor(3), release(3))
    if ranges and len(ranges) == 1 and ranges[0].low is not None and ranges[0].low >= least and ranges[0].high in three:
        return (ranges[0]._replace(high=floor(4), high_in=False),)
    return ranges


def _least_of_range(ask: RuntimeAsk) -> Ranges | None:
    """Flutter: pub ignores an upper bound of it."""
    ranges = pub(ask.constraint.strip())
    return None if not ranges else (Interval(ranges[0].low, ranges[0].low_in),)


def _terraform(ask: RuntimeAsk) -> Ranges | None:
    """As RubyGems has it, but `~> 1` knows no upper bound."""
    return gems(re.sub(r"~>\s*(\d+)(?=\s*(?:,|$))", r">= \1", ask.constraint.strip()))


def _minimum(ask: RuntimeAsk) -> Ranges | None:
    """A version that is the least one: `rust-version`, `go`, Swift's tools version."""
    text = ask.constraint.strip().removeprefix("go").removeprefix("v")
    version = key_of(text.partition("...")[0])
    return None if version is None else (Interval(version),)


def _java(ask: RuntimeAsk) -> Ranges | None:
    """A language level: 1.8 and 8 are the same; in what tools pin, words stand before the number (`temurin-21.0.2`)."""
    found = re.search(r"(?:^|[-_@])(?:1[._])?(\d{1,3})(?:[._+-]|$)", ask.constraint.strip())
    return (Interval(release(int(found[1]))),) if found else None


FAMILIES: dict[str, Family] = {
    "python": Family("Python", "python", _python, "python"),
    "node": Family("Node", "javascript", _npm, "javascript"),
    "php": Family("PHP", "php", _composer, "php"),
    "ruby": Family("Ruby", "ruby", _ruby, "ruby"),
    "elixir": Family("Elixir", "elixir", _elixir, "elixir"),
    "dart": Family("Dart", "dart", _dart, "dart"),
    "flutter": Family("Flutter", "dart", _least_of_range, "dart"),
    "terraform": Family("Terraform", "terraform", _terraform, "terraform"),
    "rust": Family("Rust", "rust", _minimum, "plain"),
    "go": Family("Go", "go", _minimum, "plain"),
    "java": Family("Java", "jvm", _java, "plain"),
    "swift": Family("Swift", "swift", _minimum, "plain"),
    "cmake": Family("CMake", "native", _minimum, "plain"),
    "meson": Family("Meson", "native", _minimum, "plain"),
    "npm": Family("npm", "javascript", _npm, "javascript", decides=False),
    "pnpm": Family("pnpm", "javascript", _npm, "javascript", decides=False),
    "yarn": Family("Yarn", "javascript", _npm, "javascript", decides=False),
    "bun": Family("Bun", "javascript", _npm, "javascript", decides=False),
    "vscode": Family("VS Code", "javascript", _npm, "javascript"),
}
"""By the name that manifests' readers give; `dotnet` has a table of its own. What is not here is not compared
(language editions, standards, SDK names)."""

EXTENSION = Family("PHP extension", "php", _composer, "php")
"""Of `ext-*`, which composer.json asks for like a package."""


def family_of(name: str) -> Family | None:
    """The family of a runtime's name, None for what is not compared."""
    return EXTENSION if name.startswith("ext-") else FAMILIES.get(name)
