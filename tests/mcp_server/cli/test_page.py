"""The page says what the report says, in words for people, and nothing of a repository acts on a terminal."""

import os
import pty
import re
import subprocess
import sys

import pytest

from plumbrule.core.facts import Coverage, Evidence, Skipped
from plumbrule.mcp_server.analysis import model
from plumbrule.mcp_server.cli.page import MAX_ROWS, page_of, size_words
from plumbrule.mcp_server.cli.page_print import plain_page

AT = Evidence("pyproject.toml:3", "python.project")


def report(**changes: object) -> model.RepositoryReport:
    fields: dict[str, object] = {
        "schema": model.SCHEMA,
        "detail": "card",
        "source": model.Source("./x", "path", "x", commit="a" * 40, dirty=True),
        "name": model.Stated("demo", AT),
        "size": model.Size(1234, 5_600_000, 98_765),
        "coverage": Coverage(1234, 10, (Skipped("submodule", 1, ("vendor/x",)),)),
        "description": model.Stated("Does \x1b[31mthings\x1b[0m.\u202egnihton", AT),
        "languages": model.Languages(
            "lines", (model.LanguageShare("Python", 90.5, 100, 5000, 4000),), AT, vendored=model.Bulk(3, 10)
        ),
        "not_examined": ("components", "history"),
        "runtimes": (model.Runtime("python", ">=3.11", AT),),
        "commands": (model.Command("test", "pytest", AT, convention=True),),
        "risks": (model.Risk("high", "A secret is committed.", Evidence("a/b.py:9", "secret"), 2),),
    }
    return model.RepositoryReport(**(fields | changes))  # type: ignore[arg-type] - a builder of test values


def unmasked(text: str) -> str:
    return text


def test_the_plain_page_holds_every_fact_with_where_it_stands() -> None:
    text = plain_page(page_of(report(), unmasked))
    for line in (
        "demo",
        "./x, commit aaaaaaaaaaaa, with changes that are not committed",
        "Risks          high: A secret is committed. (2 times)  [a/b.py:9]",
        "Licence        none found",
        "Size           1,234 files, 5.6 MB, 98,765 lines of source",
        "Languages      Python 90.5 %  (100 files, 4,000 lines)",
        "               apart from these: vendored 3 files",
        "Runtimes       python >=3.11  [pyproject.toml:3]",
        "How to         test: pytest  (by convention)  [pyproject.toml:3]",
        "Not looked at  submodule: 1 file, such as vendor/x",
        "               at this level: components, history; --detail summary looks further",
    ):
        assert f"{line}\n" in text


def test_the_words_of_a_repository_are_made_harmless_and_masked() -> None:
    text = plain_page(page_of(report(), lambda line: line.replace("thing", "[hidden]")))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[hidden]s" in text


def test_a_partial_answer_says_so() -> None:
    cut = report(coverage=Coverage(5, 1, complete=False))
    assert "not the whole truth" in plain_page(page_of(cut, unmasked))


def test_of_a_thousand_manifests_the_page_shows_the_first_and_how_many_there_are_beside() -> None:
    many = tuple(model.ManifestFile("javascript", "manifest", Evidence(f"{n}/package.json", "x")) for n in range(1_000))
    text = plain_page(page_of(report(manifests=many), unmasked))
    assert text.count("javascript manifest") == MAX_ROWS
    assert f"and {1_000 - MAX_ROWS} more; --json gives all\n" in text


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (45_300_000, "45.3 MB"),
        (999_999, "1 MB"),
        (7 * 10**12, "7,000 GB"),
    ],
)
def test_sizes_are_short(count: int, words: str) -> None:
    assert size_words(count) == words


SCRIPT = (
    "import sys; sys.path.insert(0, {folder!r}); from test_page import report, unmasked; "
    "from plumbrule.mcp_server.cli.page import page_of; from plumbrule.mcp_server.cli.page_print import print_page; "
    "print_page(page_of(report(), unmasked))"
)


def _on_terminal(**environment: str) -> str:
    """What the page looks like on a terminal of 80 columns."""
    main, other = pty.openpty()
    script = SCRIPT.format(folder=os.path.dirname(__file__))
    base = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": "80", "LANG": "C.UTF-8"}
    with subprocess.Popen([sys.executable, "-c", script], stdout=other, env=base | environment) as child:
        os.close(other)
        seen = b""
        while True:
            try:
                chunk = os.read(main, 4096)
            except OSError:  # Linux's way of saying that the other end is closed
                break
            if not chunk:
                break
            seen += chunk
        assert child.wait(timeout=20) == 0
    os.close(main)
    return seen.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_colours_and_its_own_width() -> None:
    seen = _on_terminal()
    assert "\x1b[1" in seen
    bare = re.sub(r"\x1b\[[0-9;]*m", "", seen)
    assert max(map(len, bare.splitlines())) <= 80
    assert "A secret is committed." in bare


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_no_color_is_honoured() -> None:
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", _on_terminal(NO_COLOR="1"))
