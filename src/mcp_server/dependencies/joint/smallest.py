"""The fewest repositories whose statements have to change, whatever a statement is and whatever changing it means.

Above: the fixes of static ecosystems and of runtimes, which bring the algebra.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Protocol, TypeVar


class OfSubject(Protocol):
    """A statement of one repository."""

    @property
    def subject(self) -> int: ...


S = TypeVar("S", bound=OfSubject)
Made = TypeVar("Made")


def smallest_changes(
    statements: Sequence[S], most: int, towards: Callable[[Sequence[S], Sequence[S]], Made | None]
) -> Iterator[Made]:
    """What `towards` makes of (kept, moved) for every least set of repositories for which it makes anything.

    Statements of one repository move together; at most `most` repositories change, and one is always kept.
    """
    owners = list(dict.fromkeys(one.subject for one in statements))
    for size in range(1, min(len(owners), most + 1)):
        found = False
        for changing in combinations(owners, size):
            kept = [one for one in statements if one.subject not in changing]
            made = towards(kept, [one for one in statements if one.subject in changing])
            if made is not None:
                found = True
                yield made
        if found:
            return
