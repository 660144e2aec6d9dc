"""A report kept in the cache comes back as it went in, whatever was empty in it (S-43)."""

import orjson
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from plumbrule.mcp_server.analysis.model import Languages, RepositoryReport, hints_of, wire
from plumbrule.mcp_server.analysis.revive import revive
from plumbrule.mcp_server.analysis.sections.ready import Ready

WORDS = st.text("aé/:1 ", max_size=4)
NUMBERS = st.integers(0, 2**40)


def ready(rows: list[bytes]) -> Ready:
    return Ready(tuple(rows))


@settings(max_examples=30, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking takes minutes here
@given(st.data())
def test_reviving_undoes_wiring(data: st.DataObject) -> None:
    """An empty text and an absent one are the same on the wire, so the wire forms are compared."""
    leaves = {str: WORDS, int: NUMBERS, float: NUMBERS.map(lambda number: number / 8), object: WORDS}
    for kind, strategy in leaves.items():
        st.register_type_strategy(kind, strategy)
    st.register_type_strategy(Ready, st.lists(st.dictionaries(WORDS, WORDS).map(orjson.dumps)).map(ready))
    parts = {name: st.from_type(hint) for name, hint in hints_of(RepositoryReport).items()}
    report = data.draw(st.builds(RepositoryReport, **parts))
    sent = orjson.dumps(wire(report))
    assert orjson.dumps(wire(revive(RepositoryReport, orjson.loads(sent)))) == sent


def test_languages_without_any_source_file_come_back() -> None:
    empty = revive(Languages, {"counted_by": "bytes", "evidence": {"at": ".", "rule": "languages.by-bytes"}})
    assert empty.shares == ()
