"""A repository's languages in total."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.mcp_server.analysis.languages.detection import classify, plan
from plumbrule.mcp_server.analysis.languages.shares import Amount, count_lines, tally
from plumbrule.mcp_server.platforms.ports.snapshot import Entry


@pytest.mark.parametrize(
    ("data", "lines"),
    [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"\n", 1), (b"a\r\nb\r\n", 2), (b"a\rb", 1), (b"a\n\n", 2)],
)
def test_lines_are_counted_as_an_editor_counts_them(data: bytes, lines: int) -> None:  # S-30
    assert count_lines(data) == lines


def test_percentages_by_lines_sum_to_a_hundred_and_leave_out_what_is_not_counted() -> None:  # S-30
    files = {
        "a.py": b"x = 1\n" * 7,
        "b.py": b"y = 2\n" * 3,
        "c.go": b"package c\n" * 5,
        "node_modules/d.js": b"d\n" * 99,
        "docs/e.py": b"e\n" * 50,
        "package-lock.json": b"{}\n",
        "f.json": b"{}\n",
        "g.png": b"\x89PNG\0",
        "h": b"words\n",
    }
    settled = classify([Entry(p, len(d), "file", "") for p, d in files.items()], files)
    result = tally(settled, {path: count_lines(data) for path, data in files.items()})
    assert result.by_lines
    assert [(s.name, s.files, s.lines, s.percent) for s in result.shares] == [
        ("Python", 2, 10, 66.7),
        ("Go", 1, 5, 33.3),
    ]
    assert result.vendored == Amount(1, 198, 99)
    assert result.documentation == Amount(1, 100, 50)
    assert result.generated == Amount(1, 3, 1)
    assert result.data_and_prose == Amount(1, 3, 1)
    assert (result.binary.files, result.unknown.files) == (1, 1)


def test_percentages_are_by_bytes_while_lines_are_unknown_or_when_asked() -> None:
    planned = plan([Entry("a.py", 300, "file", ""), Entry("b.go", 100, "file", "")])
    assert [share.percent for share in tally(planned.files, {"a.py": 1}).shares] == [75.0, 25.0]
    by_bytes = tally(planned.files, {"a.py": 1, "b.go": 3}, by_bytes=True)
    assert (by_bytes.by_lines, by_bytes.shares[0].name) == (False, "Python")


def test_a_dialect_is_counted_under_its_group() -> None:
    planned = plan([Entry("a.tsx", 10, "file", ""), Entry("b.ts", 10, "file", "")])
    assert [share.name for share in tally(planned.files, {}).shares] == ["TypeScript"]


def test_nothing_counted_is_no_share() -> None:
    assert tally([], {}).shares == ()
    assert tally(plan([Entry("a.json", 5, "file", ""), Entry("e.py", 0, "file", "")]).files, {}).shares == ()


@given(st.lists(st.integers(min_value=1, max_value=10**9), min_size=1, max_size=40))
def test_percentages_sum_to_exactly_a_hundred(sizes: list[int]) -> None:  # S-30
    """Largest remainder: the sum is exact and no share is off by a tenth or more."""
    suffixes = [
        "py",
        "go",
        "rb",
        "rs",
        "java",
        "kt",
        "c",
        "cpp",
        "swift",
        "ex",
        "erl",
        "hs",
        "jl",
        "lua",
        "scala",
        "zig",
    ]
    entries = [Entry(f"f{n}.{suffixes[n % len(suffixes)]}", size, "file", "") for n, size in enumerate(sizes)]
    result = tally(plan(entries).files, {})
    assert round(sum(round(share.percent * 10) for share in result.shares)) == 1000
    total = sum(sizes)
    assert all(abs(share.percent - 100 * share.bytes / total) < 0.1 + 1e-9 for share in result.shares)
