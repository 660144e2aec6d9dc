"""Foreign text in Markdown: nothing of it acts."""

import re

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&$-])")


def plain(text: str) -> str:
    """Text that Markdown takes as it is."""
    return _ACTIVE.sub(r"\\\1", text)


def code(text: str) -> str:
    """A code span that the text cannot close; a bar would end a cell even inside of one."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{ticks}{pad}{text}{pad}{ticks}".replace("|", "\\|")
