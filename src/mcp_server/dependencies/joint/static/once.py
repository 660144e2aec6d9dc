"""What can be there only once whatever its version: a native library (Cargo's `links`), the place of a package.

Cargo: "there can be at most one package per links value". Bundler, Pub and Mix take a package from one place only,
SwiftPM and Composer at one branch or revision only.
Below: the joined readings. Above: `static/declared`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.dependencies.joint.asks import Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Conflict, Member
from plumbrule.mcp_server.dependencies.joint.static.rules import Rules
from plumbrule.mcp_server.dependencies.ranges.swiftpm import revision_of

_ONE_PLACE = frozenset(("ruby", "dart", "elixir"))
_REMOTE = re.compile(r"(?:git|github|gist|bitbucket|gitlab|hg|svn|https?)\b")
_BRANCH = re.compile(r"dev-([\w./-]+)(?:#\w+)?(?:@dev)?$")


class Once(NamedTuple):
    """One claim: who makes it, to what, where."""

    subject: int
    name: str
    value: str
    written: str
    evidence: Evidence


_Tell = Callable[[Sequence[Subject], Rules, Once, Once], str]


def once_clashes(rules: Rules, subjects: Sequence[Subject], wishes: Wishes) -> Iterator[Conflict]:
    """Claims of two repositories to the same thing, one conflict for each thing."""
    if rules.ecosystem == "rust":
        yield from _told(rules, subjects, list(_links(subjects)), _told_links)
    else:
        yield from _told(rules, subjects, list(_places(rules, subjects, wishes)), _told_place)


def _told(rules: Rules, subjects: Sequence[Subject], claims: Sequence[Once], told: _Tell) -> Iterator[Conflict]:
    by_name: dict[str, dict[int, Once]] = {}
    for claim in claims:
        by_name.setdefault(claim.name, {}).setdefault(claim.subject, claim)
    for number, (name, sides) in enumerate(sorted(by_name.items()), 1):
        first, *others = sides.values()
        other = next((one for one in others if one.value != first.value), None)
        if other is not None:
            members = tuple(
                Member(subjects[one.subject].label, one.written, one.evidence, name) for one in (first, other)
            )
            yield Conflict(
                f"{rules.ecosystem}-once-{number}",
                "static",
                rules.ecosystem,
                (name,),
                members,
                told(subjects, rules, first, other),
                verified=True,
            )


def _links(subjects: Sequence[Subject]) -> Iterator[Once]:
    for at, subject in enumerate(subjects):
        for path, reading in subject.joined.readings.items():
            name = reading.first("name")
            for fact in reading.of("links"):
                package = name.name if name else ""
                place = Evidence(f"{path}:{fact.line}", "cargo.links")
                yield Once(at, fact.name, f"{package} {at}", f"{package} links {fact.name}", place)


def _told_links(subjects: Sequence[Subject], rules: Rules, first: Once, other: Once) -> str:
    both = " and ".join(f"{subjects[one.subject].label} ({one.written.partition(' ')[0]})" for one in (first, other))
    return f"{both} link the native library {first.name}: {rules.title} takes at most one package that does."


def _places(rules: Rules, subjects: Sequence[Subject], wishes: Wishes) -> Iterator[Once]:
    """The places, branches or revisions from which a package is taken; "" for the registry."""
    for at, subject in enumerate(subjects):
        own = {rules.normal(one.name) for one in subject.published if one.ecosystem == rules.ecosystem}
        for one in subject.joined.direct:
            asked = one.asked
            name = rules.normal(asked.name)
            if one.ecosystem != rules.ecosystem or asked.scope not in wishes.scopes or asked.marker or name in own:
                continue
            value = _value(rules, asked.reference, asked.constraint)
            if value is not None:
                written = f"{asked.name} {asked.reference or asked.constraint}".strip()
                yield Once(at, name, value, written, Evidence(f"{one.path}:{asked.line}", asked.rule))


def _value(rules: Rules, reference: str, constraint: str) -> str | None:
    """What has to be the same for all, None where nothing has to."""
    if rules.ecosystem == "swift":
        return revision_of(constraint) or None
    if rules.ecosystem == "php":
        branch = _BRANCH.match(constraint.strip())
        return branch[1] if branch else None
    if rules.ecosystem not in _ONE_PLACE:
        return None
    if not reference:
        return ""
    return reference.rstrip("/").removesuffix(".git") if _REMOTE.match(reference) else None


def _told_place(subjects: Sequence[Subject], rules: Rules, first: Once, other: Once) -> str:
    both = " and ".join(f"{subjects[one.subject].label} takes {one.written}" for one in (first, other))
    return f"{both}: {rules.title} takes a package from one place only."
