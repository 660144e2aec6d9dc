"""Diagrams as Mermaid text that always parses, whatever the names: ids are `n1`, `n2`, …; labels are quoted and every
character that Mermaid could read as its own is written as its code (`#34;`). Sizes are bounded below Mermaid's limits.

Checked against the real parser in `tests/conformance`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

MAX_NODES = 60
MAX_EDGES = 200
"""Mermaid refuses more than 500 edges and 50,000 characters; people give up well before."""

MAX_LABEL_CHARS = 60
MAX_CODED_CHARS = 150
MAX_ARROW_CHARS = 50
"""The same after writing characters as codes, which makes one up to nine."""

MAX_MEMBERS = 8

Shape = Literal["box", "round", "start", "store", "outside"]
_SHAPES: dict[Shape, tuple[str, str]] = {
    "box": ("[", "]"),
    "round": ("(", ")"),
    "start": ("([", "])"),
    "store": ("[(", ")]"),
    "outside": ("[[", "]]"),
}
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _-./@+,*()")


class Node(NamedTuple):
    """`key` is the caller's name for it, any text; nodes of one `group` are drawn in one frame."""

    key: str
    label: str
    shape: Shape = "box"
    group: str = ""


class Arrow(NamedTuple):
    """From one node to another, by their keys."""

    source: str
    target: str
    label: str = ""
    dotted: bool = False


class Class(NamedTuple):
    """A class with its members as they are written and the keys of what it extends."""

    key: str
    name: str
    members: Sequence[str] = ()
    parents: Sequence[str] = ()


def flowchart(nodes: Iterable[Node], arrows: Iterable[Arrow], direction: Literal["TB", "LR"] = "TB") -> str:
    """A flowchart: architecture, flow and dependency diagrams are this with other nodes.

    Nodes and arrows beyond the limits are left out, and a last node says how many.
    """
    listed = list(nodes)
    shown, left = listed[:MAX_NODES], len(listed) - MAX_NODES
    ids = {node.key: f"n{number}" for number, node in enumerate(shown, 1)}
    lines = [f"flowchart {direction}"]
    groups: dict[str, list[Node]] = {}
    for node in shown:
        groups.setdefault(node.group, []).append(node)
    for number, (group, members) in enumerate(groups.items(), 1):
        inside = "  " if group else ""
        if group:
            lines.append(f'  subgraph g{number}["{escaped(group)}"]')
        lines += [f"  {inside}{_node(node, ids)}" for node in members]
        if group:
            lines.append("  end")
    if left > 0:
        lines.append(f'  more["and {left} more"]')
    lines += _arrows(arrows, ids)
    return "\n".join(lines) + "\n"


def _node(node: Node, ids: Mapping[str, str]) -> str:
    opening, closing = _SHAPES[node.shape]
    return f'{ids[node.key]}{opening}"{escaped(node.label)}"{closing}'


def _arrows(arrows: Iterable[Arrow], ids: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for arrow in arrows:
        if arrow.source in ids and arrow.target in ids and len(lines) < MAX_EDGES:
            label = f'|"{escaped(arrow.label, MAX_ARROW_CHARS)}"|' if arrow.label else ""
            lines.append(f"  {ids[arrow.source]} {'-.->' if arrow.dotted else '-->'}{label} {ids[arrow.target]}")
    return lines


def flow(entry: str, steps: Sequence[str]) -> str:
    """One way through the parts, left to right."""
    nodes = [Node("entry", entry, "start"), *(Node(f"{number}", step) for number, step in enumerate(steps))]
    arrows = [Arrow(one.key, other.key) for one, other in pairwise(nodes)]
    return flowchart(nodes, arrows, "LR")


def dependencies(name: str, packages: Iterable[tuple[str, str]]) -> str:
    """What one project depends on: (package, scope), a frame for each scope."""
    nodes = [Node("", name, "round")]
    nodes += [Node(f"{scope} {package}", package, "outside", scope) for package, scope in packages]
    return flowchart(nodes, [Arrow("", node.key) for node in nodes[1:]], "LR")


def classes(found: Iterable[Class]) -> str:
    """A class diagram with inheritance."""
    listed = list(found)
    ids = {one.key: f"n{number}" for number, one in enumerate(listed[:MAX_NODES], 1)}
    lines = ["classDiagram"]
    for one in listed[:MAX_NODES]:
        lines.append(f'  class {ids[one.key]}["{escaped(one.name)}"]')
        lines += [f"  {ids[one.key]} : {text}" for member in one.members[:MAX_MEMBERS] if (text := _member(member))]
    arrows = 0
    for one in listed[:MAX_NODES]:
        for parent in one.parents:
            if parent in ids and arrows < MAX_EDGES:
                lines.append(f"  {ids[parent]} <|-- {ids[one.key]}")
                arrows += 1
    if not listed:
        lines.append('  class none["no classes"]')
    if len(listed) > MAX_NODES:
        lines.append(f'  class more["and {len(listed) - MAX_NODES} more"]')
    return "\n".join(lines) + "\n"


def _member(text: str) -> str:
    """A member's text; only letters, digits and the marks of a signature stand in Mermaid's grammar unquoted."""
    kept = "".join(char if char.isalnum() or char in "_()[],.*=+- " else " " for char in text[:MAX_LABEL_CHARS])
    plain = _DIRECTION.sub(r"\1_", " ".join(kept.split()))
    return plain if not plain or _NAMED.match(plain) else f"_{plain}"


_DIRECTION = re.compile(r"(direction)\s+(?=TB|TD|BT|RL|LR)")
"""Mermaid's lexers take this for a statement wherever in a line it stands, also inside quotes."""
_NAMED = re.compile(r"[-+*=. ]*\w")
"""A member must have a name: `(x)` alone makes the parser fail."""


def escaped(text: str, most: int = MAX_CODED_CHARS) -> str:
    """A label's text in one line: what is no plain character is written as its decimal code; about `most` at most."""
    short = text if len(text) <= MAX_LABEL_CHARS else text[: MAX_LABEL_CHARS - 1] + "…"
    made: list[str] = []
    left = most
    safe = _DIRECTION.sub("\\1\u00a0", " ".join(short.split()))
    for char in safe:
        coded = char if char in _PLAIN or _is_letter(char) else f"#{ord(char)};"
        left -= len(coded)
        if left < 0:
            made.append("...")
            break
        made.append(coded)
    return "".join(made) or " "


def _is_letter(char: str) -> bool:
    return ord(char) > 127 and char.isalnum() and char.isprintable()
