"""A lock that does not hold what its manifest asks for: a note, or a fault where repositories are held to their locks.

Below: `joining/clashes`. Above: `static/declared`.
"""

from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.joining.clashes import clashes_in
from plumbrule.mcp_server.dependencies.joining.join import Stated
from plumbrule.mcp_server.dependencies.joint.asks import Subject
from plumbrule.mcp_server.dependencies.joint.static.rules import Rules
from plumbrule.mcp_server.dependencies.joint.static.statements import LOCK, Statement
from plumbrule.mcp_server.dependencies.ranges.intervals import Interval
from plumbrule.mcp_server.dependencies.ranges.wording import worded
from plumbrule.mcp_server.dependencies.requirement import Requirement

Outdated = tuple[Statement, Statement]
"""What the manifest asks for, what the lock holds."""


def outdated_in(rules: Rules, at: int, subject: Subject) -> Iterator[Outdated]:
    """Every such pair of one repository in one ecosystem."""
    for pair in clashes_in(subject.joined):
        one = pair.first
        package, lock = one.locked, one.lock
        if pair.second is not None or one.ecosystem != rules.ecosystem or package is None or lock is None:
            continue
        asked, key = rules.read(one.asked.constraint), rules.order(package.version)
        if asked is None or key is None:
            continue
        exactly = (Interval(key, True, key, True),)
        text = Requirement(package.name, worded(exactly, rules.ecosystem), package.line, LOCK)
        name = rules.normal(one.asked.name)
        held = Statement(at, name, Stated(lock.path, rules.ecosystem, text), exactly, lock.path)
        yield Statement(at, name, one, asked, lock.path), held


def told(pair: Outdated) -> str:
    """One sentence."""
    asked, held = pair
    place = f"{asked.stated.path}:{asked.stated.asked.line}"
    return f"{place} asks for {asked.written}, {held.stated.path} holds {held.constraint}; the lock is out of date."
