"""A joint question with the statements behind it, and the same question after the edits of a fix.

Below: `joint/reasons/oracle`, which puts a question together. Above: `compatibility/lockers`.
"""

from collections.abc import Callable, Iterable

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.findings import Change
from plumbrule.mcp_server.dependencies.joint.question import Question
from plumbrule.mcp_server.dependencies.joint.reasons.levels import BARE, DROPPED, full, raised
from plumbrule.mcp_server.dependencies.joint.reasons.oracle import JointOracle
from plumbrule.mcp_server.dependencies.joint.reasons.telling import evidence


class ChangeLost(Exception):
    """An edit of a fix belongs to no statement of the question, or cannot be told to an engine."""


@dataclass(frozen=True, slots=True)
class Posed:
    """`asks` are the statements as they stand, or would stand; `question` holds all of them. `siblings` are those about
    packages that a repository of the question itself is: no engine is told."""

    asks: tuple[Ask, ...]
    siblings: tuple[Ask, ...]
    label: Callable[[int], str]
    question: Question


def posed(oracle: JointOracle, changes: Iterable[Change], told: Callable[[Ask, str], str | None]) -> Posed:
    """The question after edits, which may be none. `told` gives what an engine is told for an ask with another
    constraint, written as in its file; None when nothing can be.

    Raises:
        ChangeLost: an edit is not of this question.
    """
    asks: list[Ask | None] = list(oracle.asks)
    levels, texts = full(len(asks)), dict[int, str]()
    for change in changes:
        found = [at for at, ask in enumerate(oracle.asks) if _is_of(change, ask, oracle.label)]
        if not found:
            raise ChangeLost("no such statement")
        for at in found:
            ask = oracle.asks[at]
            if not change.to:
                asks[at] = None
                levels = raised(levels, at, DROPPED)
                continue
            constraint = _constraint(ask, change.to)
            text = told(ask, constraint)
            if text is None:
                raise ChangeLost("no such constraint")
            asks[at] = ask._replace(written=change.to, constraint=constraint, requirement=text)
            levels, texts[at] = raised(levels, at, BARE), text
    kept = [(at in oracle.elsewhere, ask) for at, ask in enumerate(asks) if ask is not None]
    return Posed(
        tuple(ask for sibling, ask in kept if not sibling),
        tuple(ask for sibling, ask in kept if sibling),
        oracle.label,
        oracle.question(levels, texts),
    )


def _is_of(change: Change, ask: Ask, label: Callable[[int], str]) -> bool:
    return (
        label(ask.subject) == change.repository
        and ask.written == change.requirement
        and evidence(ask) == change.evidence
    )


def _constraint(ask: Ask, to: str) -> str:
    """The constraint in a changed statement: what stands where the old one stood."""
    if ask.constraint:
        head, found, tail = ask.written.rpartition(ask.constraint)
        if found and to.startswith(head) and to.endswith(tail) and len(to) >= len(head) + len(tail):
            return to[len(head) : len(to) - len(tail)]
    return to.removeprefix(ask.name)
