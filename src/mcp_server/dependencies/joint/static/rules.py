"""What static checks know of each ecosystem: its range grammar, its names, what is resolved together, what co-exists.

Below: `ranges/`. Above: `statements`, `declared`.
"""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from plumbrule.mcp_server.dependencies.joining.join import Joined, Stated
from plumbrule.mcp_server.dependencies.ranges.conda import conda
from plumbrule.mcp_server.dependencies.ranges.grammars import cargo, composer, gems, mix, nuget, pub
from plumbrule.mcp_server.dependencies.ranges.intervals import Key, Ranges, key_of
from plumbrule.mcp_server.dependencies.ranges.maven import hard_range, order_of
from plumbrule.mcp_server.dependencies.ranges.swiftpm import swift


def _same(name: str) -> str:
    return name


def _folder(one: Stated, joined: Joined) -> str:
    """What one lock resolves, else what one folder holds."""
    del joined
    return one.lock.path if one.lock is not None else posixpath.dirname(one.path)


def _file(one: Stated, joined: Joined) -> str:
    del joined
    return one.path


def _workspace(one: Stated, joined: Joined) -> str:
    """Cargo: the nearest workspace at or above, else the package itself."""
    folder: str = posixpath.dirname(one.path)
    while True:
        reading = joined.readings.get(posixpath.join(folder, "Cargo.toml"))
        if reading is not None and reading.first("workspace"):
            return posixpath.join(folder, "Cargo.toml")
        if not folder:
            return one.path
        folder = posixpath.dirname(folder)


def _terraform(text: str) -> Ranges | None:
    """As RubyGems has it, but `~> 1` knows no upper bound."""
    return gems(re.sub(r"~>\s*(\d+)(?=\s*(?:,|$))", r">= \1", text.strip()))


def compatible_line(version: Key) -> tuple[int, ...]:
    """The numbers that all semver-compatible versions share: up to the first that is not zero (Cargo's rule)."""
    numbers = version[0][:3]
    at = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
    return numbers[: at + 1]


@dataclass(frozen=True, slots=True)
class Rules:
    """One ecosystem. `line` groups versions of which only one of each group can be there at once; None where a package
    is there once. `conditions` says that statements with a condition count too, because all conditions are resolved
    together. `unit` is what is resolved together inside one repository. `transitive` ends the sentence on what was not
    known."""

    ecosystem: str
    title: str
    read: Callable[[str], Ranges | None]
    unit: Callable[[Stated, Joined], str] = _folder
    normal: Callable[[str], str] = _same
    order: Callable[[str], Key | None] = key_of
    line: Callable[[Key], tuple[int, ...]] | None = None
    conditions: bool = False
    groups: frozenset[str] = frozenset()
    """Only statements of these groups meet; empty: all."""
    takes_least: bool = False
    """Whether the resolver takes the lowest version that everybody allows, so that direct ones are known (NuGet)."""


def _underscored(name: str) -> str:
    return name.replace("-", "_").lower()


RULES: tuple[Rules, ...] = (
    Rules("rust", "Cargo", cargo, _workspace, _underscored, line=compatible_line, conditions=True),
    Rules("ruby", "Bundler", gems),
    Rules("php", "Composer", composer, normal=str.lower),
    Rules("dotnet", "NuGet", nuget, _file, str.lower, takes_least=True),
    Rules("dart", "Pub", pub),
    Rules("elixir", "Mix", mix),
    Rules("swift", "SwiftPM", swift, normal=str.lower),
    Rules("terraform", "Terraform", _terraform, normal=str.lower, groups=frozenset(("provider",))),
    Rules("conda", "conda", conda, _file, str.lower),
)
"""The ecosystems that one pattern of rules answers for. Go and the JVM have their own mediation."""

JVM = Rules("jvm", "Maven and Gradle", hard_range, _file, order=order_of)
