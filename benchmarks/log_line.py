"""One masked JSON log line of a call costs at most 15 us of CPU, or three times the standard library's bare line.

The floor is `logging.StreamHandler` with its default format, to the same place, which masks nothing and writes no
fields. The smaller of the two bars would tell of the machine more than of the line, so the larger counts.
"""

import logging
import os
import sys
import time
from collections.abc import Callable
from typing import TextIO

from plumbrule.core import context
from plumbrule.core.observability.logging import configure
from plumbrule.core.security.masking import Masker

COUNT = 10_000
ROUNDS = 5
BAR_US = 15.0
BAR_RATIO = 3.0
FIELDS = {"tool": "analyze_repository", "code": "ok", "duration_ms": 12.345, "principal": "local"}


def each_us(work: Callable[[], object]) -> float:
    """CPU microseconds per call, the best round of five."""
    rounds: list[float] = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(COUNT):
            work()
        rounds.append((time.process_time() - started) / COUNT * 1e6)
    return min(rounds)


def bare(sink: TextIO) -> float:
    log = logging.getLogger("bare")
    log.addHandler(logging.StreamHandler(sink))
    log.setLevel(logging.INFO)
    log.propagate = False
    return each_us(lambda: log.info("call", extra=FIELDS))


def ours(sink: TextIO) -> float:
    pipe = configure(Masker(), "json", "info", sink)
    token = context.enter(context.Call(context.new_call_id(), "analyze_repository"))
    log = logging.getLogger("plumbrule.calls")
    try:
        return each_us(lambda: log.info("call", extra=FIELDS))
    finally:
        context.leave(token)
        pipe.close()


def main() -> int:
    with open(os.devnull, "w", encoding="utf-8") as sink:
        floor, masked = bare(sink), ours(sink)
    print(f"standard library, bare   {floor:6.1f} us")
    print(
        f"ours, masked JSON        {masked:6.1f} us   {masked / floor:.1f} times (bar {BAR_US:g} us or {BAR_RATIO:g})"
    )
    return 0 if masked <= max(BAR_US, BAR_RATIO * floor) else 1


if __name__ == "__main__":
    sys.exit(main())
