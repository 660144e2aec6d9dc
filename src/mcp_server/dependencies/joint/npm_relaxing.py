"""npm's grammar for the search: what may be relaxed about an ask, at which cost, and how it is written then.

Below: `ranges/npm_algebra`, `reasons/relaxation`. Above: `npm_case`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.npm_requirement import Asked, parse_requirement
from plumbrule.mcp_server.dependencies.joint.reasons.levels import Ladder
from plumbrule.mcp_server.dependencies.joint.reasons.relaxation import Rewrite, Way
from plumbrule.mcp_server.dependencies.ranges.npm import is_final, parse_version
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import intersection, satisfies, subset, versions_of

LOCK, DIRECT, GONE = 1, 10, 100
"""As for Python: a lock's pin is made anew, a line that a person wrote counts, a requirement that goes counts most."""


class Moved(NamedTuple):
    """A range that allows a version, and which way it went."""

    range: str
    way: Way


class NpmRelaxation:
    """As `reasons.relaxation.Relaxation`. Constraints carry the `@` that stands before them."""

    def ladder(self, ask: Ask) -> Ladder:
        bounded = self.constraint(ask) != ""
        if ask.kind == "lock":
            return Ladder(LOCK if bounded else None, None)
        return Ladder(DIRECT if bounded else None, GONE)

    def weight(self, ask: Ask) -> int:
        if ask.kind == "lock":
            return 0
        return 1 if parse_version(_asked(ask).range, True) is not None else 2

    def bare(self, ask: Ask) -> str:
        asked = _asked(ask)
        if asked.package != asked.name or asked.table == "optional":
            return _told(asked._replace(range="*"))
        return asked.name

    def both(self, first: str, second: str) -> str:
        return f"{first} {second}"

    def constraint(self, ask: Ask) -> str:
        within = _asked(ask).range
        return "" if within in ("", "*", "x", "latest") else f"@{within}"

    def versions(self, told: str) -> str:
        return told if told.startswith("@") else f"@{told or '*'}"

    def disjoint(self, constraints: Sequence[str]) -> bool:
        read = [text for one in constraints if versions_of(text := _plain(one)) is not None]
        shared = intersection(read)
        return shared is not None and shared.empty

    def above(self, ask: Ask) -> str:  # noqa: ARG002 - trees have no preference for the lowest
        return ""

    def no_lower(self, name: str, version: str) -> str:
        return f"{name}@>={version}"

    def hull(self, constraints: Sequence[str]) -> str:  # noqa: ARG002 - what trees need of each other is not joined
        return ""

    def covers(self, wide: str, narrow: str) -> bool:
        return subset(_plain(narrow), _plain(wide))

    def names_prerelease(self, ask: Ask) -> bool:
        found = versions_of(_asked(ask).range)
        # `^18.0.0` ends at `19.0.0-0`, which lets no version in.
        return found is not None and bool(found.before)

    def final(self, version: str) -> bool:  # noqa: ARG002 - the same for all
        return True  # npm takes a pre-release only where a range names one

    def widened(self, ask: Ask, version: str) -> Rewrite | None:
        asked = _asked(ask)
        own = ask.constraint.strip() or asked.range
        # npm takes the newest in a range and no other: a version in it is had by asking for less.
        found = Moved(f"^{version}", "downgrade") if satisfies(version, asked.range) else moved(own, version)
        if found is None:
            return None
        head, mark, _ = ask.written.rpartition("@")
        return Rewrite(_told(asked._replace(range=found.range)), f"{head}{mark}{found.range}", found.way)

    def nearest(self, ask: Ask, others: Sequence[str], versions: Sequence[str]) -> Sequence[str]:
        own = _asked(ask).range
        fitting = [
            (key, one)
            for one in versions
            if (key := parse_version(one)) is not None
            and is_final(key)
            and not satisfies(one, own)
            and all(satisfies(one, text) for other in others if versions_of(text := _plain(other)) is not None)
        ]
        ways = {one: found.way for _, one in fitting if (found := moved(own, one)) is not None}
        ups = [one for _, one in sorted(fitting) if ways.get(one) == "upgrade"]
        downs = [one for _, one in sorted(fitting, reverse=True) if ways.get(one) == "downgrade"]
        return [*ups, *downs]


def _asked(ask: Ask) -> Asked:
    return parse_requirement(ask.requirement)


def _told(asked: Asked) -> str:
    prefix = f"{asked.table}:" if asked.table else ""
    return f"{prefix}{asked.name}@{asked.spec}"


def _plain(constraint: str) -> str:
    """A constraint without its mark, and without the package that an alias stands for."""
    text = constraint.removeprefix("@")
    return text.rpartition("@")[2] if text.startswith("npm:") else text


_TERM = re.compile(r"(\^|~>?|>=|<=|>|<|=)?\s*(v?)([0-9xX*][0-9A-Za-z.+*-]*)$")
_HYPHEN = re.compile(r"(\S+)(\s+-\s+)(\S+)$")


def moved(text: str, version: str) -> Moved | None:
    """The range with as little changed as lets the version in, in its author's style; None when that cannot be written.

    `^17.0.2` becomes `^18.2.0`, `^16 || ^17` gets a third alternative, `<2` becomes `<3`, `1.x` `2.x`.
    """
    if satisfies(version, text) or parse_version(version) is None:
        return None
    alternatives = [part.strip() for part in text.split("||")]
    if len(alternatives) > 1:
        upper = max(alternatives, key=lambda part: _highest(part))
        last = _one(upper, version)
        if last is None:
            return None
        made = Moved(f"{text.rstrip()} || {last.range}" if " " in text or "||" not in text
                     else f"{text}||{last.range}", _way(text, version))  # fmt: skip
    else:
        found = _one(text.strip(), version)
        if found is None:
            return None
        made = found
    return made if satisfies(version, made.range) else None


def _one(text: str, version: str) -> Moved | None:
    hyphen = _HYPHEN.match(text)
    if hyphen:
        up = _way(text, version) == "upgrade"
        ends = (hyphen[1], _like(hyphen[3], version)) if up else (_like(hyphen[1], version), hyphen[3])
        return Moved(hyphen[2].join(ends), "upgrade" if up else "downgrade")
    terms = re.sub(r"(\^|~>?|>=|<=|>|<|=)\s+", r"\1", text).split()
    if not terms or versions_of(text) is None:
        return Moved(f"^{version}", "upgrade")  # a tag, or nothing
    kept: list[str] = []
    ways: set[Way] = set()
    for term in terms:
        if satisfies(version, term):
            kept.append(term)
            continue
        other = _term(term, version)
        if other is None:
            return None
        kept.append(other.range)
        ways.add(other.way)
    return Moved(" ".join(kept), "downgrade" if "downgrade" in ways else "upgrade")


def _term(term: str, version: str) -> Moved | None:
    found = _TERM.match(term)
    if found is None:
        return None
    operator, v, old = found[1] or "", found[2], found[3]
    match operator:
        case "<":
            return Moved(f"<{v}{_next_above(version, old)}", "upgrade")
        case "<=":
            return Moved(f"<={v}{_like(old, version)}", "upgrade")
        case ">" | ">=":
            return Moved(f">={v}{_like(old, version)}", "downgrade")
        case _:
            return Moved(f"{operator}{v}{_like(old, version)}", _way(term, version))


def _like(old: str, version: str) -> str:
    """A version with as many numbers as the old one has, and its placeholders."""
    parts = old.split("-")[0].split("+")[0].split(".")
    numbers = version.split("-")[0].split("+")[0].split(".")
    made = [part if part in ("x", "X", "*") else number for part, number in zip(parts[:3], numbers, strict=False)]
    return version if len(made) == 3 and not set(made) & {"x", "X", "*"} else ".".join(made)


def _next_above(version: str, old: str) -> str:
    """The bound like `old` that is next above a version: `<2.0.0` counts in majors, `<1.20.0` in minors."""
    parts = [int(part) for part in re.findall(r"\d+", old.split("-")[0])[:3]]
    reached = [int(part) for part in version.split("-")[0].split(".")[:3]]
    significant = max((at for at, number in enumerate(parts) if number), default=0)
    made = reached[: significant + 1]
    made[-1] += 1
    made += [0] * (len(parts) - len(made))
    return ".".join(map(str, made))


def _way(text: str, version: str) -> Way:
    """Up when the version lies above everything that the range allows."""
    return "upgrade" if not satisfies_above(text, version) else "downgrade"


def satisfies_above(text: str, version: str) -> bool:
    """Whether a range allows some version above this one."""
    shared = intersection((text, f">{version}"))
    return shared is not None and not shared.empty


def _highest(part: str) -> tuple[int, int, int]:
    versions = versions_of(part)
    ends = [end for _, end in versions.finals] if versions is not None else []
    return max((end for end in ends if end is not None), default=(0, 0, 0))
