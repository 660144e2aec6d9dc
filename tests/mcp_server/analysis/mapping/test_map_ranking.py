"""Laws of ranking, and of fitting what was ranked into a budget."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.analysis.mapping.choosing import Candidate, Row, choose, row_of
from plumbrule.mcp_server.analysis.mapping.index import MapIndex, MappedSource, build
from plumbrule.mcp_server.analysis.mapping.ranking import DAMPING, Edges, matched, neighbours, pagerank, walked

EDGES = st.integers(1, 12).flatmap(
    lambda count: st.lists(
        st.dictionaries(st.integers(0, count - 1), st.floats(0.1, 9), max_size=4).map(lambda one: sorted(one.items())),
        min_size=count,
        max_size=count,
    )
)


@given(EDGES)
def test_importance_sums_to_one_and_is_nowhere_negative(edges: Edges) -> None:
    ranks = pagerank(edges, [1.0] * len(edges))
    assert sum(ranks) == pytest.approx(1.0)
    assert min(ranks) > 0


@given(EDGES)
def test_a_walk_hands_on_no_more_than_it_got(edges: Edges) -> None:
    found = walked(neighbours(edges), {0: 2.0})
    assert 0 < sum(found.values()) <= 1.0
    assert found[0] >= 1 - DAMPING - 1e-9


def test_what_everybody_uses_matters_most() -> None:
    ranks = pagerank([[(3, 1.0)], [(3, 1.0)], [(3, 1.0)], [(0, 0.1)]], [1.0] * 4)
    assert ranks.index(max(ranks)) == 3


def test_a_rare_word_says_more_than_a_common_one() -> None:
    postings = {"rare": [(0, 1.0)], "common": [(1, 1.0), (2, 1.0), (3, 1.0)]}
    scores = matched({"rare": 1.0, "common": 1.0}, postings, [10.0] * 4)
    assert scores[0] > scores[1]


def source(path: str, defined: list[str], used: dict[str, int], *, own: bool = True) -> MappedSource:
    rows = [
        {"kind": "function", "name": name, "line": at, "end": at, "signature": f"def {name}()"}
        for at, name in enumerate(defined, 1)
    ]
    return MappedSource(path, own, orjson.dumps(rows), orjson.dumps(used))


def indexed(*sources: MappedSource) -> MapIndex:
    return build(sources)


def test_a_file_refers_to_those_that_define_what_it_uses() -> None:
    index = indexed(
        source("a.py", ["open_session"], {}),
        source("b.py", ["main"], {"open_session": 3}),
        source("c.py", ["other"], {"nothing_known": 1}),
    )
    assert index.users == [1, 0, 0]
    assert index.uses == {"open_session": 1}
    assert index.ranks[0] == max(index.ranks)
    assert [number for number, _ in index.around[1]] == [0]


def test_a_name_that_everybody_defines_connects_nobody() -> None:
    files = [source(f"{number}.py", ["run"], {"run": 1}) for number in range(20)]
    assert all(not targets for targets in indexed(*files).around)


ROWS = st.builds(
    Row,
    kind=st.sampled_from(["class", "method", "field"]),
    name=st.text("ab.", min_size=1, max_size=8),
    line=st.integers(1, 99),
    end=st.integers(100, 200),
    signature=st.text("ab() ", max_size=300),
    doc=st.text("ab ", max_size=20),
    private=st.booleans(),
)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        path=st.text("ab/", min_size=1, max_size=20),
        score=st.floats(0, 5),
        why=st.just(("used by 3",)),
        symbols=st.lists(ROWS, max_size=20),
    ),
    max_size=12,
    unique_by=lambda one: one.path,
)


@given(CANDIDATES, st.integers(0, 2_000))
def test_what_is_chosen_fits_and_is_in_the_order_of_its_lines(candidates: list[Candidate], budget: int) -> None:
    files, left = choose(candidates, {"ab": 1.0}, {"ab": 1.0}, {}, budget)
    shown = orjson.dumps([[file.path, file.why, file.symbols] for file in files])
    assert left >= 0
    assert not files or token_bound(shown) <= budget
    for file in files:
        lines = [int(row.partition("-")[0]) for row in file.symbols]
        assert len(lines) + file.more == len(next(one.symbols for one in candidates if one.path == file.path))


@pytest.mark.parametrize(
    ("name", "signature", "row"),
    [
        ("Client.fetch", "def fetch(self)", "1-2 def Client.fetch(self)"),
        ("fetch", "def fetch()", "1-2 def fetch()"),
        ("app.init", "app.init = function()", "1-2 app.init = function()"),
        ("Repo.get/2", "def get(a, b)", "1-2 def Repo.get(a, b)"),
        ("this", 'resource "aws_vpc" "x"', '1-2 this: resource "aws_vpc" "x"'),
    ],
)
def test_a_row_shows_lines_and_the_qualified_name(name: str, signature: str, row: str) -> None:
    assert row_of(Row("function", name, 1, 2, signature, "", False)) == row
