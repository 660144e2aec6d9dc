"""Which paragraph of a README says what the project is."""

import pytest

from plumbrule.mcp_server.analysis.introduction import introduction_of

CASES = {
    "an announcement is passed over": (
        "# Gin\n\n## Gin 1.12 is now out now!\n\nWe're excited to say it.\n\n---\n\nGin is a framework in [Go](x).\n",
        ("Gin is a framework in Go.", 9),
    ),
    "a pointer to other documents is passed over": (
        "This README is just a *quick start* document.\n\nWhat is Gin?\n---\n\nGin is often called a server.\n",
        ("Gin is often called a server.", 6),
    ),
    "a row of links is passed over": (
        "[Docs](a) | [Start](b) |\n[API](c)\n\n# gin\n\n**Gin** is a next _generation_ framework.\n",
        ("Gin is a next generation framework.", 6),
    ),
    "a tagline before a list": (
        "# gin\n\n[![b](x)](y)\n\nFast package manager:\n\n* one\n",
        ("Fast package manager", 5),
    ),
    "the beginning of a list is cut": (
        "# Gin\n\nA runtime for things. Gin is:\n\n* fast\n",
        ("A runtime for things.", 3),
    ),
    "a note in a quote is passed over": (
        "# Other\n\n> [!NOTE]\n> Gin is a dead project.\n\nA clone of cat.\n",
        ("A clone of cat.", 6),
    ),
    "a tagline in a quote counts": ("# Other\n\n> Next Generation Tooling\n", ("Next Generation Tooling", 3)),
    "a directive's options are no prose": (
        "gin\n===\n\n.. image:: x\n    :target: y\n\nASGI is a standard for ``apps``.\n",
        ("ASGI is a standard for apps.", 7),
    ),
    "a paragraph in markup counts without it": (
        '<h1 align="center">Gin\n</h1>\n\n<p align="center">An HTTP client <b>for all</b>.</p>\n',
        ("An HTTP client for all.", 4),
    ),
    "code is no prose": ("# Gin\n\n```sh\nGin is a command\n```\n\nGin is the tool.\n", ("Gin is the tool.", 7)),
    "sections about its use only speak when they name it": (
        "# Some\n\n## Install\n\nIt is a matter of one command.\n\nGin is a tool of ours.\n",
        ("Gin is a tool of ours.", 7),
    ),
    "a title that says what it is": (
        "# Bash Automated Testing\n\n## Install\n\nRun make.\n",
        ("Bash Automated Testing", 1),
    ),
    "what stands under related projects speaks of others": (
        "# Other\n\n## Related projects\n\nGin Runner is a GUI for gin.\n\n## Welcome to Gin!\n\nThis is a merger.\n",
        ("This is a merger.", 9),
    ),
    "a heading in a quote is its words": (
        "# Other\n\n> ### A codebase of examples\n",
        ("A codebase of examples", 3),
    ),
    "a reference link loses its brackets": ("# Gin\n\nGin is a [WSGI] framework.\n", ("Gin is a WSGI framework.", 3)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_paragraph_that_says_what_it_is_speaks(case: str) -> None:
    text, expected = CASES[case]
    found = introduction_of(text, ["gin"])
    assert found is not None
    assert (found.words, found.line) == expected


@pytest.mark.parametrize(
    "text", ["", "# Gin\n", "# Gin\n\n- [a](b)\n- c\n", "# Gin\n\n## Usage\n\nType the letters.\n", "See the docs.\n"]
)
def test_a_readme_that_does_not_say_it_gives_nothing(text: str) -> None:
    assert introduction_of(text, ["gin"]) is None


@pytest.mark.parametrize("piece", ["[", "![", "**", "_a", "<", "a b ", "`", "> ", "[a](", "is a "])
def test_a_hostile_readme_costs_little(piece: str) -> None:
    introduction_of(piece * (32_768 // len(piece)), ["gin"])
