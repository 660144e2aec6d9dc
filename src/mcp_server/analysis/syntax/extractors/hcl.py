"""HCL, which is Terraform's language first: what a file declares, by the addresses that Terraform writes.

`resource "aws_vpc" "this"` is `aws_vpc.this`, `data`, `module`, `var`, `local` and `output` stand in front of theirs.
A reference is the address it names. Modules are imports by their `source`, providers by the name that resources use.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import NAME_CHARS, doc_above, doc_line, error_lines, folded
from plumbrule.mcp_server.analysis.syntax.extractors.outline import captured, part, row, said, shown
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Symbol, SymbolKind, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(config_file (body (block) @block))
(variable_expr) @ref
"""
_ADDRESS = re.compile(rb"[A-Za-z_][\w-]*(?:(?:\[[^\]\n]{0,80}\])?\.[A-Za-z_][\w-]*){1,3}")
_INDEX = re.compile(rb"\[[^\]]*\]")
_OWN = frozenset(("each", "count", "self", "path", "terraform"))
_BLOCKS: dict[str, tuple[SymbolKind, str, int]] = {
    "resource": ("resource", "", 2),
    "data": ("data", "data.", 2),
    "ephemeral": ("resource", "ephemeral.", 2),
    "source": ("resource", "source.", 2),
    "module": ("module", "module.", 1),
    "variable": ("variable", "var.", 1),
    "output": ("output", "output.", 1),
    "provider": ("provider", "provider.", 1),
}
"""Kind, what stands before the labels in an address, and the number of labels. `source` is Packer's."""
_MARKS = (b"#", b"//")


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one HCL file declares and refers to."""
    captures = captured(tree, _QUERY)
    found = Extracted(errors=error_lines(tree), refs=_refs(raw, captures.get("ref", ())))
    providers: dict[str, int] = {}
    for block in sorted(captures.get("block", ()), key=lambda node: node.start_byte):
        kind, labels, body = _parts(raw, block)
        if kind == "locals":
            found.symbols.extend(_locals(raw, body))
            continue
        if kind not in _BLOCKS or len(labels) != _BLOCKS[kind][2]:
            continue
        attributes = _attributes(raw, body)
        found.symbols.append(_symbol(raw, block, kind, labels, attributes))
        if kind == "module" and (source := _literal(raw, attributes.get("source"))):
            found.imports.append(Import(source, row(block), "import", (labels[0],)))
        if kind in ("resource", "data", "ephemeral"):
            chosen = attributes.get("provider")
            own = said(raw, chosen).partition(".")[0] if chosen is not None else labels[0].partition("_")[0]
            providers.setdefault(own.strip('"'), row(block))
    found.imports.extend(Import(name, line, "use", (), ("provider",)) for name, line in providers.items() if name)
    found.imports.sort(key=lambda each: each.line)
    return found


def _parts(raw: bytes, block: "Node") -> tuple[str, list[str], "Node | None"]:
    """A block's word, its labels and its body."""
    words: list[str] = []
    body: Node | None = None
    for child in block.named_children:
        if child.type in ("identifier", "string_lit"):
            words.append(said(raw, child).strip('"'))
        elif child.type == "body":
            body = child
    return words[0] if words else "", words[1:], body


def _attributes(raw: bytes, body: "Node | None") -> dict[str, "Node"]:
    """The expressions of a body's own attributes, by name."""
    found: dict[str, Node] = {}
    for child in body.named_children if body is not None else ():
        if child.type == "attribute" and child.named_child_count > 1:
            names = child.named_children
            found[said(raw, names[0])] = names[-1]
    return found


def _literal(raw: bytes, node: "Node | None") -> str | None:
    """The value of a plain string; None for anything else."""
    if node is None:
        return None
    written = said(raw, node)
    plain = len(written) > 1 and written[0] == written[-1] == '"' and "${" not in written and "\n" not in written
    return written[1:-1] if plain else None


def _symbol(raw: bytes, block: "Node", kind: str, labels: list[str], attributes: dict[str, "Node"]) -> Symbol:
    sort, prefix, _ = _BLOCKS[kind]
    name = prefix + ".".join(labels)
    if kind == "provider" and (alias := _literal(raw, attributes.get("alias"))):
        name += "." + alias
    signature = f"{kind} " + " ".join(f'"{label}"' for label in labels)
    if kind == "variable":
        given = [f"{key} = {shown(raw, attributes[key], 80)}" for key in ("type", "default") if key in attributes]
        signature += f" {{ {', '.join(given)} }}" if given else ""
    doc = doc_above(raw, block.start_byte, _MARKS)
    if kind in ("variable", "output") and (described := attributes.get("description")) is not None:
        doc = doc_line(_described(raw, described)) or doc
    last = block.end_point.row + 1
    return Symbol(sort, name[:NAME_CHARS], row(block), last, signature[:300], "public", doc)


def _described(raw: bytes, node: "Node") -> str:
    written = said(raw, node)[:4000]
    if written.startswith("<<"):
        return written.partition("\n")[2]
    return written.strip('"').replace("\\n", "\n").replace('\\"', '"')


def _locals(raw: bytes, body: "Node | None") -> list[Symbol]:
    visibility: Visibility = "private"
    return [
        Symbol(
            "constant",
            "local." + said(raw, name),
            row(child),
            child.end_point.row + 1,
            folded(raw, child.start_byte, child.end_byte, 160),
            visibility,
            doc_above(raw, child.start_byte, _MARKS),
        )
        for child in (body.named_children if body is not None else ())
        if child.type == "attribute" and (name := part(child, 0)) is not None
    ]


def _refs(raw: bytes, nodes: "list[Node] | tuple[()]") -> dict[str, int]:
    names: Counter[str] = Counter()
    for node in nodes:
        written = _ADDRESS.match(raw, node.start_byte)
        if written is None:
            continue
        steps = _INDEX.sub(b"", written[0]).decode("ascii", "replace").split(".")
        if steps[0] in _OWN or len(steps) < 2:
            continue
        names[".".join(steps[: 3 if steps[0] in ("data", "ephemeral") else 2])] += 1
    return {name: names[name] for name in sorted(names) if len(name) <= NAME_CHARS}
