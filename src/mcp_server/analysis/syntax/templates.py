"""Whether a file is a template of a program rather than the program: its syntax is for another reader first.

`Vagrantfile.erb`, `values.py.j2` and `config.sh.in` are named and marked after what they become. A compiler never sees
them, so what a grammar cannot read in them is no mistake of their author.
"""

import re
from collections.abc import Iterable

_BLOCK = re.compile(rb"<%[-=#]?[ \t\w][^\n%]{0,200}%>|\{%[-+]?[ \t]*\w[^\n%]{0,200}%\}")
"""ERB, EEx, EJS, Mako and ASP; Jinja, Liquid, Twig and Django."""
_INLINE = re.compile(rb"\{\{[-~#/&>!^]?[ \t]*[.$\w][^\n{}]{0,200}\}\}|@\w{2,60}@|<%=")
"""Mustache, Handlebars, Go and Jinja; Autoconf and CMake. They count on a line that cannot be read alone: `{{` and `@`
mean something in many languages."""
MAX_LINES = 50


def is_template(raw: bytes, errors: Iterable[int]) -> bool:
    """Whether `raw`, which a grammar could not read at the lines `errors`, holds the marks of a template language."""
    if (b"<%" in raw or b"{%" in raw) and _BLOCK.search(raw) is not None:
        return True
    if b"{{" not in raw and b"@" not in raw:
        return False
    lines = raw.split(b"\n")
    wanted = [lines[line - 1] for line in list(errors)[:MAX_LINES] if 0 < line <= len(lines)]
    return any(_INLINE.search(line[:2_000]) for line in wanted)
