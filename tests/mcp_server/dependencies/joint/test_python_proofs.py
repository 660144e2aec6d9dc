"""What people read of a resolver's proof is in the words of requirements, and says no less than the proof does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from plumbrule.mcp_server.dependencies.joint.python_bounds import moved
from plumbrule.mcp_server.dependencies.joint.python_proofs import hull, said
from plumbrule.mcp_server.dependencies.ranges.python import allows

SAID = {
    "2.15.0": "==2.15.0",
    ">=1.23.5,<2.0.0": ">=1.23.5,<2.0.0",
    ">=4.9.dev0,<4.10.dev0": "==4.9.*",
    ">=2.0,<3.dev0": ">=2.0,<3",
    ">=1.5.6,<1.5.7 | >1.5.7": ">=1.5.6,!=1.5.7",
    "<1.8.dev0 | >=1.9.dev0": "!=1.8.*",
    ">=1,<1.1 | >1.1,<1.2 | >1.2,<1.3 | >1.3,<2": ">=1,<2",
    "<1 | >=2": "<1 | >=2",
    "": "",
}


@pytest.mark.parametrize("told", SAID)
def test_a_range_of_a_proof_is_said_as_a_requirement_says_it(told: str) -> None:
    assert said(told) == SAID[told]


numbers = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda pair: f"{pair[0]}.{pair[1]}")
ranges = st.builds(
    lambda low, high: f">={low},<{high}" if SpecifierSet(f">={low},<{high}").contains(low) else f">={low}",
    numbers,
    numbers,
)


@given(st.lists(ranges | numbers.map("=={}".format), min_size=1, max_size=4), numbers)
def test_what_is_said_of_several_holds_for_each(constraints: list[str], version: str) -> None:
    if any(SpecifierSet(one).contains(version) for one in constraints):
        assert allows(hull(constraints), version)


MOVED = {
    ("<2", "2.1.0"): "<3",
    ("<1.20", "2.3.1"): "<2.4",
    ("<2.0.0", "2.3.1"): "<3.0.0",
    ("<=1.5", "1.7.2"): "<=1.7.2",
    ("==1.26.4", "2.1.0"): "==2.1.0",
    ("==1.26.*", "2.1.0"): "==2.1.*",
    ("===1.0", "2.0"): "===2.0",
    ("~=1.26.4", "2.1.0"): "~=2.1.0",
    (">=2,<3", "1.26.4"): ">=1.26.4,<3",
    (">=1.5, <2", "2.1"): ">=1.5, <3",
    ("!=1.5,<2", "1.5"): "<2",
    ("<1!2.0", "1!2.1"): "<1!3.0",
    ("^1.26", "2.3.1"): "^2.3",
    ("^0.3", "1.2.0"): "^1.2",
    ("~1.2", "2.3.1"): "~2.3",
    ("1.2.3", "2.3.1"): "2.3.1",
    ("^1.2 || ^2.0", "3.1"): "^1.2 || ^2.0 || ^3.1",
}


@pytest.mark.parametrize(("written", "version"), MOVED)
def test_a_bound_is_moved_as_far_as_needed_in_its_authors_style(written: str, version: str) -> None:
    found = moved(written, version)
    assert found is not None
    assert found.constraint == MOVED[written, version]


clauses = st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!=", "~="]), numbers).map("".join)


@given(st.lists(clauses, min_size=1, max_size=3).map(",".join), numbers)
def test_a_moved_bound_allows_the_version_and_still_all_that_other_clauses_said(written: str, version: str) -> None:
    found = moved(written, version)
    if allows(written, version):
        assert found is None
        return
    assert found is not None
    assert allows(found.constraint, version)
    standing = [one for one in written.split(",") if allows(one, version)]
    assert set(standing) <= set(found.constraint.split(","))
