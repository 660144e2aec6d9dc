"""Mermaid's own parser reads every diagram that we emit, whatever the names in it are."""

import json
import subprocess
from pathlib import Path

import node_tools
import pytest

from plumbrule.mcp_server.analysis.graph.mermaid import Arrow, Class, Node, classes, dependencies, flow, flowchart

pytestmark = pytest.mark.conformance

HOSTILE = (
    *("end", "subgraph", "end subgraph", "class", "default", "n1", "-->", "graph TD; a-->b", "classDef x fill:#f9f;"),
    *('"quoted" [x] {y} (z)', "|pipe|", "<script>alert(1)</script>", "&amp; &", "#quot;", "style:#35;", "a:::b", "::"),
    *('%%{init: {"theme":"dark"}}%%', "%% comment", "--- title: x ---", "`markdown **x**`", "$$x^2$$", "@{ shape: x }"),
    *("a\nb\r\nc", "\\n", "", " " * 5, "x" * 5_000, "日本語 ünï", "\u202e\u200b\x00\x1b[31m", "😀", "~T~"),
    *('click n1 href "javascript:x"', "direction LR", "x direction\tTB y", "(x)", "+(x)"),
)


def diagrams() -> list[str]:
    made: list[str] = []
    for name in HOSTILE:
        nodes = [Node("a", name, "box", name), Node("b", name, "store", name), Node("c", name, "outside")]
        made.append(flowchart(nodes, [Arrow("a", "b"), Arrow("c", "a", name, dotted=True)]))
        made += [flow(name, [name, name]), dependencies(name, [(name, name), ("z", name)])]
        made.append(classes([Class("a", name, [name, "+run(a: int) -> List~int~"], ["b"]), Class("b", name)]))
    many = [Node(str(number), HOSTILE[number % len(HOSTILE)]) for number in range(10_000)]
    made.append(flowchart(many, [Arrow(str(number), str(number * 7 % 10_000)) for number in range(20_000)]))
    made.append(classes([Class(str(number), HOSTILE[number % len(HOSTILE)], HOSTILE) for number in range(10_000)]))
    return [
        *made,
        dependencies("x", [(str(number), "run") for number in range(10_000)]),
        flowchart([], []),
        classes([]),
    ]


def test_mermaid_parses_every_diagram_whatever_its_names() -> None:  # S-80
    given = [*diagrams(), "flowchart TB\n  n1[unquoted [x]]\n"]
    script = Path(__file__).with_name("parse_mermaid.mjs").read_text()
    command = [node_tools.node(), "--input-type=module", "--eval", script]
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, timeout=300, check=False, cwd=node_tools.TOOLS
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *said, of_wrong = json.loads(done.stdout)
    assert [(text[:200], message) for text, message in zip(given, said, strict=False) if message] == []
    assert of_wrong, "the parser refuses what is wrong"
