"""What the repositories ask for in one ecosystem, as ranges; and what of it could not be compared, with the reason.

Below: `static/rules`. Above: `static/clashing`, the checks.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.dependencies.joining.join import Stated
from plumbrule.mcp_server.dependencies.joint.asks import NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.static.rules import Rules
from plumbrule.mcp_server.dependencies.joint.wished import wished_for
from plumbrule.mcp_server.dependencies.ranges.intervals import EVERYTHING, Interval, Key, Ranges
from plumbrule.mcp_server.dependencies.ranges.unions import complement
from plumbrule.mcp_server.dependencies.ranges.wording import worded
from plumbrule.mcp_server.dependencies.readers import reader_of
from plumbrule.mcp_server.dependencies.requirement import Locked, Requirement

OF_CALLER = -1
"""The subject of what the caller asks for."""

FORBIDDEN = "composer.conflict"
LOCK = "lock.package"
MANAGED = "managed"
COMPUTED = "(computed)"
"""What stands instead of a statement's text where a program makes it."""

MAX_STATEMENTS = 20_000
"""Of one ecosystem over all repositories."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One requirement that takes part. `unit` is what is resolved together with it inside its repository."""

    subject: int
    name: str
    stated: Stated
    ranges: Ranges
    unit: str = ""

    @property
    def constraint(self) -> str:
        return self.stated.asked.constraint

    @property
    def written(self) -> str:
        """Name and constraint as they stand."""
        return f"{self.stated.asked.name} {self.constraint}".strip()


@dataclass(frozen=True, slots=True)
class Gathered:
    """All of one ecosystem. `conditional` counts statements that hold only under conditions nobody here evaluates."""

    statements: tuple[Statement, ...]
    not_checked: tuple[NotChecked, ...]
    conditional: int
    managed: int
    """How many leave their version to a place outside of what was read."""
    faults: tuple[tuple[int, str], ...]
    """Repositories with the path of a manifest that could not be read."""
    cut: bool = False

    def by_name(self) -> Mapping[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for one in self.statements:
            found.setdefault(one.name, []).append(one)
        return found


def gathered(rules: Rules, subjects: Sequence[Subject], wishes: Wishes) -> Gathered:
    """Everything that counts by the wished scopes, sorted as the files are."""
    statements: list[Statement] = []
    not_checked: list[NotChecked] = []
    conditional = managed = 0
    standing_in = _standing_in(rules, subjects)
    for at, subject in enumerate(subjects):
        not_checked += _unread(rules, at, subject)
        held = list(_held(rules, at, subject, wishes)) if wishes.locked else []
        statements += held
        locked = {(one.name, one.unit) for one in held}
        overridden = _overridden(rules, subject)
        own = {rules.normal(one.name) for one in subject.published if one.ecosystem == rules.ecosystem}
        for one in _counting(rules, subject, wishes):
            name = rules.normal(one.asked.name)
            reason = _reason(rules, one)
            if (name in own and (reason or name in overridden)) or _inside(one):
                continue  # a package of this tree, by its place in it
            if reason == MANAGED:
                managed += 1
                continue
            if name in standing_in and standing_in[name] != at:
                reason = "requirement.replaced"
            if reason or name in overridden:
                not_checked.append(_left_out(at, one, reason or "requirement.overridden"))
            elif (name, rules.unit(one, subject.joined)) in locked:
                continue  # its lock says more than it does
            elif one.asked.marker and not rules.conditions:
                conditional += 1
            else:
                ranges = read_once(rules.read, one.asked.constraint) if one.asked.constraint else EVERYTHING
                assert ranges is not None  # an unreadable one has a reason
                statements.append(Statement(at, name, one, ranges, rules.unit(one, subject.joined)))
    statements += _forbidden(rules, subjects, {one.name for one in statements})
    statements += _wished(rules, wishes, {one.name for one in statements})
    statements.sort(key=lambda one: one.subject)
    cut = len(statements) > MAX_STATEMENTS
    faults = tuple(_faults(rules, subjects))
    return Gathered(tuple(statements[:MAX_STATEMENTS]), tuple(not_checked), conditional, managed, faults, cut)


def _held(rules: Rules, at: int, subject: Subject, wishes: Wishes) -> Iterator[Statement]:
    """Every package that the repository's locks hold, at that version and no other."""
    told: set[tuple[str, str, str]] = set()
    for lock, package in locked_in(rules, subject, wishes):
        key = rules.order(package.version)
        name = rules.normal(package.name)
        if key is not None and (lock, name, package.version) not in told:
            told.add((lock, name, package.version))
            text = Requirement(package.name, worded((_exactly(key),), rules.ecosystem), package.line, LOCK)
            yield Statement(at, name, Stated(lock, rules.ecosystem, text), (_exactly(key),), lock)


def locked_in(rules: Rules, subject: Subject, wishes: Wishes) -> Iterator[tuple[str, Locked]]:
    """The lock's path with each package that it holds for the wished scopes, direct ones first."""
    for one in subject.joined.direct:
        package = one.locked
        counts = one.ecosystem == rules.ecosystem and one.asked.scope in wishes.scopes
        if counts and one.lock is not None and package is not None and package.version and not package.own:
            yield one.lock.path, package
    for below in subject.joined.below:
        package, counts = below.package, not below.scope or below.scope in wishes.scopes
        if counts and below.lock.ecosystem == rules.ecosystem and package.version and not package.own:
            yield below.lock.path, package


def _exactly(key: Key) -> Interval:
    return Interval(key, True, key, True)


def _wished(rules: Rules, wishes: Wishes, asked: AbstractSet[str]) -> Iterator[Statement]:
    """The caller's own, `cargo:serde@=1.0.100`; a constraint counts where somebody asks for its package.

    Raises:
        InvalidArgument: a range that cannot be read.
    """
    for kind, texts in (("added", wishes.added), ("constraint", wishes.constraints)):
        for text in texts:
            ecosystem, bare = wished_for(text)
            if ecosystem != rules.ecosystem:
                continue
            name, _, constraint = bare.partition("@")
            ranges = rules.read(constraint.strip()) if constraint.strip() else EVERYTHING
            if not name.strip() or ranges is None:
                raise InvalidArgument(
                    f"{text[:80]!r} is no requirement of {rules.title}.",
                    hint="Write cargo:serde@^1.0, gem:rack@~> 2.2.",
                )
            if kind == "added" or rules.normal(name.strip()) in asked:
                written = Requirement(name.strip(), constraint.strip(), 0, f"caller.{kind}")
                yield Statement(OF_CALLER, rules.normal(name.strip()), Stated("", ecosystem, written), ranges)


def _standing_in(rules: Rules, subjects: Sequence[Subject]) -> Mapping[str, int]:
    """Packages that a repository replaces (Composer), with its position."""
    found: dict[str, int] = {}
    for at, subject in enumerate(subjects) if rules.ecosystem == "php" else ():
        for reading in subject.joined.readings.values():
            for fact in (*reading.of("replace"), *reading.of("provide")):
                found.setdefault(rules.normal(fact.name), at)
    return found


def _forbidden(rules: Rules, subjects: Sequence[Subject], asked: AbstractSet[str]) -> Iterator[Statement]:
    """Composer's `conflict`: the versions that a repository cannot live with, of packages that somebody asks for."""
    for at, subject in enumerate(subjects) if rules.ecosystem == "php" else ():
        for path, reading in subject.joined.readings.items():
            for fact in reading.of("conflict"):
                ranges = rules.read(fact.value)
                if fact.name in asked and ranges is not None:
                    text = Requirement(fact.name, f"not {fact.value}", fact.line, FORBIDDEN)
                    yield Statement(at, fact.name, Stated(path, "php", text), complement(ranges), path)


@lru_cache(4096)
def read_once(read: Callable[[str], Ranges | None], text: str) -> Ranges | None:
    """The ranges of a constraint; the same text stands in many files."""
    return read(text)


def _counting(rules: Rules, subject: Subject, wishes: Wishes) -> Iterator[Stated]:
    for one in subject.joined.direct:
        meets = not rules.groups or one.asked.group in rules.groups
        if meets and one.ecosystem == rules.ecosystem and one.asked.scope in wishes.scopes:
            yield one


def _reason(rules: Rules, one: Stated) -> str:
    """Why a statement cannot be compared, "" when it can."""
    place = one.asked.reference
    if place and not (rules.ecosystem == "swift" and not place.startswith("path:")):
        return f"requirement.{_kind(place)}"
    if one.asked.inherits and not one.asked.constraint:
        return MANAGED
    if one.asked.constraint and read_once(rules.read, one.asked.constraint) is None:
        return "requirement.vcs" if rules.ecosystem == "swift" else "requirement.unreadable"
    return ""


def _inside(one: Stated) -> bool:
    """Whether a statement names a place of its own tree."""
    place = one.asked.reference
    if place.startswith(("project(", "in_umbrella")):
        return True
    bare = place.removeprefix("path:").partition("#")[0]
    if not place.startswith(("path:", "./", "../")) or bare.startswith(("/", "~")):
        return False
    return not posixpath.normpath(posixpath.join(posixpath.dirname(one.path), bare)).startswith("..")


def _kind(place: str) -> str:
    """What stands instead of a version."""
    if place.startswith(("path:", "./", "../", "project(", "in_umbrella", "path")):
        return "path"
    if place.startswith("sdk:"):
        return "sdk"
    if place.startswith(("registry:", "hosted:")):
        return "index-option"
    return "vcs" if place.startswith(("git", "github", "hg", "svn", "ssh", "gist", "bitbucket")) else "url"


def _left_out(subject: int, one: Stated, reason: str) -> NotChecked:
    written = f"{one.asked.name} {one.asked.constraint or one.asked.reference}".strip()
    return NotChecked(subject, reason, written, one.path, one.asked.line)


def _overridden(rules: Rules, subject: Subject) -> frozenset[str]:
    """Packages whose version the repository forces, whatever is asked for."""
    return frozenset(
        rules.normal(offer.name)
        for path, reading in subject.joined.readings.items()
        if (row := reader_of(path)) is not None and row[0] == rules.ecosystem
        for offer in reading.offers
        if offer.group == "override"
    )


def _unread(rules: Rules, at: int, subject: Subject) -> Iterator[NotChecked]:
    for path, line, rule in subject.joined.not_read:
        row = reader_of(path)
        if row is not None and row[0] == rules.ecosystem and not rule.startswith("dependencies."):
            yield NotChecked(at, rule, COMPUTED, path, line)


def _faults(rules: Rules, subjects: Sequence[Subject]) -> Iterator[tuple[int, str]]:
    for at, subject in enumerate(subjects):
        for path, reading in subject.joined.readings.items():
            row = reader_of(path)
            if reading.fault and row is not None and row[0] == rules.ecosystem and not row[1].startswith("locks."):
                yield at, path
