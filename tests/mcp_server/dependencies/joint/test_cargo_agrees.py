"""Pairs of requirements as Cargo 1.95 itself resolved them, over a vendored crate of many versions.

Each row was one `cargo generate-lockfile --offline` of a workspace with two members; 580 such pairs agreed.
"""

import pytest

from plumbrule.mcp_server.dependencies.joining.join import Stated
from plumbrule.mcp_server.dependencies.joint.static.clashing import agree, minimal
from plumbrule.mcp_server.dependencies.joint.static.rules import RULES
from plumbrule.mcp_server.dependencies.joint.static.statements import Statement
from plumbrule.mcp_server.dependencies.requirement import Requirement

RESOLVED: list[tuple[str, str]] = [
    ("^1.1.0-alpha", "=1.1.0"),
    (">0.0.3, <0.4", "=0.1.2"),
    ("~1.1.3", "=0.0.2"),
    (">=1.0, <1.1", "~0.2.2"),
    ("^0.1.0", "~0.3"),
    ("0.0.*", "=1.1.0-alpha"),
    (">=0.2, <0.4", "~0.2.2"),
    ("~1.0", "~0.3"),
    ("=1.1.0-alpha", "=1.1.0-alpha"),
    ("=1.2", "^1.1.0-alpha"),
    ("^1.1.0-alpha", ">=1.0, <=1.3.1"),
    (">1.1.1, <1.4", "~0.0.2"),
    ("^1.1.0-alpha", "~1.2.3"),
    ("=1.0", ">1.0.1, <1.4"),
    ("^1.1.0-alpha", ">=0.2, <0.3"),
    ("1.1.*", "0.1.*"),
    ("^0.3.2", ">=0.0, <0.1"),
    ("=0.2.2", "0.0.*"),
    ("~1.3.0", ">0.1.2, <0.4"),
    ("0.3.*", "~1.0"),
    ("=1.3", ">1.1.2, <1.4"),
    ("=0.1", ">=0.0, <0.1"),
    ("0.3.*", ">=1.1, <1.2"),
    ("=1.1.0-alpha", "~0.1"),
    ("~0.0.2", "^1.1.0-alpha"),
    ("^0.0.1", ">1.2.1, <1.4"),
    ("~0.3", "=1.1.0-alpha"),
    ("^1.1.0-alpha", "=1.1"),
    ("^1.1.3", ">=1.0, <=1.2.3"),
    (">0.0.2, <0.4", "^1.1.0-alpha"),
    (">=0.0, <=0.3.1", "=1.1.0-alpha"),
    (">1.0.1, <1.4", "~0.1.3"),
    (">0.3.0, <0.4", "1.3.*"),
    ("=1.2.2", "^1.1.0-alpha"),
    ("~1.3.0", ">=0.3, <0.4"),
    ("=1.1.0-alpha", ">=0.3, <0.4"),
    (">1.1.0, <1.4", "^1.3.2"),
    (">=1.1, <1.2", "=1.1.0"),
    ("^1.3.2", ">1.1.0, <1.4"),
    ("=1.1", "=0.2"),
]

REFUSED: list[tuple[str, str]] = [
    ("~1.3", "=1.1"),
    ("=1.2", "=1.1.0-alpha"),
    ("~1.0.2", "=1.0.1"),
    ("=1.1.0-alpha", "=1.2"),
    ("~1.0.1", ">1.3.1, <1.4"),
    ("~1.1", "=1.1.0-alpha"),
    (">=1.1, <1.2", ">=1.0, <1.1"),
    ("=1.2.1", "=1.1.0-alpha"),
    ("~1.2.0", "=1.1.0-alpha"),
    ("~1.0.0", "=1.1.0-alpha"),
    ("~1.1.3", ">1.3.1, <1.4"),
    (">=1.3, <1.4", "=1.2"),
    ("1.1.*", "1.3.*"),
    ("=1.1.0-alpha", "1.0.*"),
    ("^1.3.0", "=1.1.0-alpha"),
    (">=1.0, <=1.0.1", "=1.1.0-alpha"),
    ("^1.1.0-alpha", "~1.0"),
    (">=1.1, <1.2", "=1.2"),
    (">=1.0, <1.1", "^1.1.0-alpha"),
    ("=1.1.0-alpha", "~1.1.1"),
    ("1.0.*", "=1.1.0-alpha"),
    (">=1.0, <=1.1.2", "=1.2"),
    (">1.1.1, <1.4", ">=1.0, <1.1"),
    ("=1.0", "1.2.*"),
    (">=1.3, <1.4", "1.0.*"),
    ("=1.1.0-alpha", "~1.1.0"),
    ("=1.1.0-alpha", "=1.2.3"),
    ("=1.1.0-alpha", ">1.0.1, <1.4"),
    ("1.0.*", "~1.2.3"),
    (">=1.2, <1.3", "1.0.*"),
    ("=1.1.0-alpha", "=1.0"),
    ("=1.3.0", "=1.2.2"),
    ("=1.1.0-alpha", "=1.3"),
    ("=1.1", "~1.2.2"),
]

CARGO = next(rules for rules in RULES if rules.ecosystem == "rust")


def asked(subject: int, text: str) -> Statement:
    ranges = CARGO.read(text)
    assert ranges is not None
    return Statement(subject, "x", Stated("Cargo.toml", "rust", Requirement("x", text)), ranges)


@pytest.mark.parametrize(
    ("one", "other", "resolved"),
    [*((*pair, True) for pair in RESOLVED), *((*pair, False) for pair in REFUSED)],
)
def test_two_requirements_go_together_when_cargo_says_so(one: str, other: str, resolved: bool) -> None:  # S-46
    both = [asked(0, one), asked(1, other)]
    assert agree(CARGO, both) is resolved
    assert agree(CARGO, both[::-1]) is resolved
    assert [len(members) for members in minimal(CARGO, both)] == ([] if resolved else [2])
