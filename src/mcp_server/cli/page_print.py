"""A page on paper: plain text for pipes and files, colours and wrapped columns for terminals.

rich is imported for terminals only: a pipe does not see the difference and saves 40 ms.
"""

import sys

from plumbrule.mcp_server.cli.page import Page
from plumbrule.mcp_server.cli.page_words import Row

_STYLES = {"plain": "", "quiet": "dim", "warn": "yellow", "bad": "bold red"}
TITLE_WIDTH = 14


def print_page(page: Page) -> None:
    """Print on stdout, as fits what stdout is."""
    if sys.stdout.isatty():
        _print_rich(page)
    else:
        sys.stdout.write(plain_page(page))


def plain_page(page: Page) -> str:
    """The page as text: title column, words, and where it stands after two spaces in brackets."""
    lines = [page.name, *page.about, ""]
    for block in page.blocks:
        for number, row in enumerate(block.rows):
            title = block.title if number == 0 else ""
            lines.append(f"{title:<{TITLE_WIDTH}} {_plain_row(row)}")
    return "\n".join(lines) + "\n"


def _plain_row(row: Row) -> str:
    return f"{row.text}  [{row.where}]" if row.where else row.text


def _print_rich(page: Page) -> None:
    from rich.console import Console  # for a terminal only, see above
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)  # honours NO_COLOR, TERM and COLUMNS
    console.print(Text(page.name, style="bold"))
    for line in page.about:
        console.print(Text(line))
    console.print()
    for block in page.blocks:
        table = Table.grid(padding=(0, 1))
        table.add_column(width=TITLE_WIDTH, no_wrap=True)
        table.add_column(overflow="fold")
        for number, row in enumerate(block.rows):
            title = Text(block.title if number == 0 else "", style="bold cyan")
            where = f"  {row.where}" if row.where else ""
            table.add_row(title, Text.assemble((row.text, _STYLES[row.tone]), (where, "dim")))
        console.print(table)
