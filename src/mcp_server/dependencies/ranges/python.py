"""Python's constraints: PEP 440 specifiers and Poetry's extensions, and whether two markers can hold at once.

`packaging` answers for specifiers (its ranges are exact); Poetry's `^`, `~` and `||` are written out first.
"""

import re
from functools import cache
from itertools import product
from typing import Any

MAX_CHARS = 2_000


@cache
def specifiers_of(text: str) -> tuple[Any, ...] | None:
    """Alternatives as `SpecifierSet`s, None when the text is no constraint."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # 15 ms, where there are two statements to compare

    if len(text) > MAX_CHARS:
        return None
    found: list[Any] = []
    for part in re.split(r"\s*\|\|?\s*", text.strip()):
        terms: list[str] = []
        for term in re.split(r"\s*,\s*|(?<=[\d*a-z])\s+(?=[<>=!~^])", part.strip()):
            written = _written_out(term)
            if written is None:
                return None
            terms.append(written)
        try:
            found.append(SpecifierSet(",".join(filter(None, terms))))
        except InvalidSpecifier:
            return None
    return tuple(found)


def _written_out(term: str) -> str | None:
    """A Poetry term as PEP 440; those of PEP 440 as they are."""
    if term in ("", "*"):
        return ""
    one = re.match(r"(\^|~(?!=))\s*v?(\d+(?:\.\d+)*)(.*)$", term)
    if one:
        numbers = [int(part[:12]) for part in one[2].split(".")]
        at = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
        if one[1] == "~":
            at = min(1, len(numbers) - 1)
        above = [*numbers[:at], numbers[at] + 1]
        return f">={one[2]}{one[3]},<{'.'.join(map(str, above))}"
    if re.match(r"\d", term):
        return f"=={term}"
    return re.sub(r"^(===|==|~=|!=|<=|>=|<|>|=)\s*", lambda found: "==" if found[1] == "=" else found[1], term)


def disjoint(first: str, second: str) -> bool:
    """Whether no version satisfies both constraints; False also when one of them cannot be read."""
    one, other = specifiers_of(first), specifiers_of(second)
    if one is None or other is None:
        return False
    return all(a.is_disjoint(b) for a, b in product(one, other))


def allows(constraint: str, version: str) -> bool:
    """Whether a constraint allows a version, pre-releases too; True when one of them cannot be read."""
    from packaging.version import InvalidVersion, Version

    alternatives = specifiers_of(constraint)
    try:
        number = Version(version)
    except InvalidVersion:
        return True
    return alternatives is None or any(one.contains(number, prereleases=True) for one in alternatives)


_PYTHONS = ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
_PLATFORMS = (
    ("linux", "Linux", "posix", "x86_64"),
    ("linux", "Linux", "posix", "aarch64"),
    ("darwin", "Darwin", "posix", "arm64"),
    ("darwin", "Darwin", "posix", "x86_64"),
    ("win32", "Windows", "nt", "AMD64"),
)
_IMPLEMENTATIONS = (("cpython", "CPython"), ("pypy", "PyPy"))


@cache
def held_in(marker: str) -> frozenset[int] | None:
    """Numbers of the usual environments in which a marker holds (any extra counts as asked for), None if unreadable."""
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    try:
        parsed = Marker(marker)
        return frozenset(at for at, one in enumerate(_environments()) if parsed.evaluate(one))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return None


@cache
def _environments() -> tuple[dict[str, str], ...]:
    return tuple(
        {
            "python_version": python,
            "python_full_version": f"{python}.1",
            "implementation_version": f"{python}.1",
            "sys_platform": platform[0],
            "platform_system": platform[1],
            "os_name": platform[2],
            "platform_machine": platform[3],
            "implementation_name": implementation[0],
            "platform_python_implementation": implementation[1],
            "platform_release": "",
            "platform_version": "",
            "extra": "",
        }
        for python, platform, implementation in product(_PYTHONS, _PLATFORMS, _IMPLEMENTATIONS)
    )


def can_hold_together(first: str, second: str) -> bool:
    """Whether there is a usual environment in which both markers hold; an unreadable one is taken to say no."""
    if not first and not second:
        return True
    sets = [held_in(marker) for marker in (first, second) if marker]
    if any(one is None for one in sets):
        return False
    common = frozenset(range(len(_environments())))
    for one in sets:
        common &= one or frozenset()
    return bool(common)
