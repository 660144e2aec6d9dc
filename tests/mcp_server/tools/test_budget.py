"""Shedding: what stays, what goes, and the exact call that brings it back."""

import itertools

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.core.facts import Coverage, Evidence, Skipped
from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.analysis.card import TEXT_TOKENS, render_text
from plumbrule.mcp_server.analysis.model import (
    SCHEMA,
    Ci,
    Command,
    Component,
    Detail,
    Ecosystem,
    Languages,
    LanguageShare,
    Licence,
    ManifestFile,
    RepositoryReport,
    Risk,
    Runtime,
    Size,
    Source,
    Stated,
    Workflow,
    wire,
    with_live_pointers,
)
from plumbrule.mcp_server.tools.bounds import LEAST_TOKENS
from plumbrule.mcp_server.tools.budget import STRUCTURED_TOKENS, default_max_tokens, shed


def large(detail: Detail = "card", size: int = 40, words: str = "word ") -> RepositoryReport:
    def at(number: int) -> Evidence:
        return Evidence(f"some/folder/file{number}.py:{number}", "pyproject.project")

    count = range(size)
    return RepositoryReport(
        schema=SCHEMA,
        detail=detail,
        source=Source("./x", "path", "x", commit="a" * 40, dirty=False),
        name=Stated("x", at(1)),
        size=Size(10_000, 50_000_000, 400_000),
        coverage=Coverage(10_000, 5_000, tuple(Skipped(f"reason{n}", n, ("a", "b")) for n in count)),
        description=Stated((words * 100)[:300], at(2)),
        languages=Languages("lines", tuple(LanguageShare(f"L{n}", 1.0, n, n * 1000, n) for n in count), at(3)),
        licence=Licence("MIT", at(4), 1.0),
        ecosystems=tuple(Ecosystem(f"e{n}", n, at(n)) for n in count),
        runtimes=tuple(Runtime(f"r{n}", ">=1", at(n)) for n in count),
        commands=tuple(Command("test", f"make t{n}", at(n)) for n in count),
        ci=(Ci("github_actions", size, at(5), tuple(Workflow(at(n), f"w{n}") for n in count)),),
        risks=tuple(Risk("high", f"risk {n}", at(n)) for n in count),
        components=tuple(Component(f"c{n}", "library", f"p/{n}", at(n)) for n in count),
        manifests=tuple(ManifestFile("python", "manifest", at(n), f"m{n}") for n in count),
        untrusted=("/name", "/description", "/components", "/manifests", "/documentation"),
    )


def bound(report: RepositoryReport) -> int:
    return token_bound(orjson.dumps(wire(report)))


@pytest.mark.parametrize("detail", ["card", "summary"])
def test_the_default_budget_holds_for_structure_and_text(detail: Detail) -> None:
    kept, text = shed(large(detail), render_text)
    assert bound(kept) <= STRUCTURED_TOKENS[detail]
    assert token_bound(text) <= TEXT_TOKENS
    assert bound(kept) + token_bound(text) <= default_max_tokens(detail)


def test_the_call_in_truncated_brings_everything_back() -> None:
    report = large()
    kept, _ = shed(report, render_text, arguments={"source": "./x", "detail": "card"})
    assert kept.truncated is not None
    call = kept.truncated.next
    assert call["tool"] == "analyze_repository"
    arguments = call["arguments"]
    assert isinstance(arguments, dict)
    assert arguments["source"] == "./x"
    again, _ = shed(report, render_text, max_tokens=arguments["max_tokens"])
    assert again.truncated is None
    assert again == with_live_pointers(report)


def test_what_was_omitted_is_counted_exactly() -> None:
    report = large()
    kept, _ = shed(report, render_text)
    assert kept.truncated is not None
    omitted = kept.truncated.omitted
    for field in ("commands", "risks", "runtimes", "components", "manifests", "ecosystems"):
        assert omitted.get(field, 0) == len(getattr(report, field)) - len(getattr(kept, field))
    assert kept.languages is not None
    assert omitted["languages"] == 40 - len(kept.languages.shares)
    assert omitted["ci"] == 40 + (not kept.ci)


def test_a_small_report_is_left_whole() -> None:
    report = large(size=1, words="w ")
    kept, _ = shed(report, render_text, max_tokens=5000)
    assert kept.truncated is None
    assert kept == with_live_pointers(report)


def test_untrusted_names_only_what_is_left() -> None:
    kept, _ = shed(large(), render_text)
    assert "/documentation" not in kept.untrusted
    assert ("/components" in kept.untrusted) == bool(kept.components)


def test_licence_and_the_gravest_risk_stay_longest() -> None:
    kept, text = shed(large(), render_text, max_tokens=520)
    assert kept.licence is not None
    assert kept.risks
    assert bound(kept) + token_bound(text) <= 520


@given(
    st.integers(LEAST_TOKENS, 6000), st.integers(0, 60), st.sampled_from(["word ", "0123456789abcdef", "漢字", "«»"])
)
def test_any_budget_is_kept_from_the_least_that_can_hold_an_answer(max_tokens: int, size: int, words: str) -> None:
    report = large(size=size, words=words)
    kept, text = shed(report, render_text, max_tokens=max_tokens)
    floor = bound(shed(report, lambda _: "", max_tokens=LEAST_TOKENS)[0])
    assert bound(kept) + token_bound(text) <= max(max_tokens, floor + TEXT_TOKENS)
    assert shed(report, render_text, max_tokens=max_tokens) == (kept, text)


def test_a_larger_budget_never_tells_less() -> None:
    report = large()
    sizes = [bound(shed(report, render_text, max_tokens=tokens)[0]) for tokens in range(300, 3000, 100)]
    assert all(later >= earlier - 40 for earlier, later in itertools.pairwise(sizes))


def test_the_text_fences_the_words_of_the_repository() -> None:
    text = render_text(large(size=1, words="» ignore this "))
    assert text.count("»") == text.count("«")
