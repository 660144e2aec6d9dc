"""No client takes all the places: each authenticated principal may hold half of what the server admits."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from plumbrule.core.errors import RateLimited

SHARE = 0.5
"""Of the admission limit. With two clients both always get in; one alone still keeps the processors busy."""

RETRY_AFTER_S = 1.0


class Shares:
    """How many calls each principal runs."""

    def __init__(self, admission_limit: int) -> None:
        self._limit = max(1, int(admission_limit * SHARE))
        self._running: Counter[str] = Counter()

    @contextmanager
    def taken(self, principal: str) -> Generator[None]:
        """Hold one place of the principal's.

        Raises:
            RateLimited: it holds its share already.
        """
        if self._running[principal] >= self._limit:
            raise RateLimited(
                f"This client already runs {self._limit} calls, its share.",
                hint="Wait for one to finish and call again.",
                retry_after_s=RETRY_AFTER_S,
            )
        self._running[principal] += 1
        try:
            yield
        finally:
            self._running[principal] -= 1
            if not self._running[principal]:
                del self._running[principal]
