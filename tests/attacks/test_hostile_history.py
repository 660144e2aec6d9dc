"""Histories that are made to cost: the walk over the log and the tags stay within their bounds."""

import sys

import pytest
from driving import MIB, Ground
from hostile_repositories import KINDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a process tree uses is read from /proc")


@pytest.mark.attacks
@pytest.mark.parametrize("kind", ["many_refs", "delta_bomb"])
def test_a_history_that_is_made_to_cost_ends_within_its_bounds(ground: Ground, kind: str) -> None:
    source = KINDS[kind](ground.base / "repository")
    done = ground.analyze(source, "--aspects", "history", detail="full", limit_s=60)
    assert done.code in (0, 4), (done.code, done.stdout[:500], done.stderr[:500])
    assert done.document["history"]["commits"] == 1
    assert done.peak_bytes <= 600 * MIB
    assert (done.orphans, done.left) == ((), ())
