"""Mermaid text is made of our own marks alone, whatever the names are. The real parser judges in tests/conformance."""

import re

from hypothesis import given
from hypothesis import strategies as st

from plumbrule.mcp_server.analysis.graph.mermaid import Arrow, Class, Node, classes, dependencies, flow, flowchart

LINE = re.compile(
    r"flowchart (?:TB|LR)|classDiagram|  end|  subgraph g\d+\[\"[^\"\n]*\"\]|"
    r"(?:  |    )(?:n\d+|more)(?:\[\[|\(\[|\[\(|\[|\()\"[^\"\n]*\"(?:\]\]|\]\)|\)\]|\]|\))|"
    r"  n\d+ (?:-->|-\.->)(?:\|\"[^\"\n]*\"\|)? n\d+|  class (?:n\d+|none|more)\[\"[^\"\n]*\"\]|"
    r"  n\d+ : [\w()\[\],.*=+ -]+|  n\d+ <\|-- n\d+"
)
SPECIAL = re.compile(r"\"([^\"]*)\"")


def judge(text: str) -> None:
    *lines, last = text.split("\n")
    assert last == ""
    for line in lines:
        assert LINE.fullmatch(line), line
        for label in SPECIAL.findall(line):
            assert not re.search(r"[\"<>{}\[\]|`%:;&\n](?<!;)", re.sub(r"#\d+;", "", label)), label


@given(st.lists(st.text(max_size=90), max_size=6))
def test_any_name_leaves_the_grammar_alone(names: list[str]) -> None:  # S-80
    nodes = [Node(f"{number}{name}", name, "box", name) for number, name in enumerate(names)]
    judge(flowchart(nodes, [Arrow(one.key, other.key, one.label, True) for one in nodes for other in nodes]))
    judge(flow("".join(names), names))
    judge(dependencies("".join(names), [(name, name) for name in names]))
    judge(classes([Class(str(number), name, names, ["0"]) for number, name in enumerate(names)]))


def test_sizes_are_bounded_and_what_is_left_out_is_counted() -> None:
    text = flowchart([Node(str(number), "x" * 500) for number in range(10_000)], [Arrow("0", "1")] * 10_000)
    assert len(text) < 50_000
    assert 'more["and 9940 more"]' in text
    hostile = [Node(str(number), "\U0010ffff" * 500, "box", "%" * 99 + str(number)) for number in range(10_000)]
    assert len(flowchart(hostile, [Arrow("0", "1", "\U0010ffff" * 99)] * 10_000)) < 50_000
    assert len(classes([Class(str(number), "\U0010ffff" * 500, ["z" * 500] * 50, "0") for number in range(99)])) < 5e4


def test_the_same_diagram_gives_the_same_text() -> None:
    made = [flowchart([Node("a", "A"), Node("b", "end", "store", "g")], [Arrow("a", "b", "3")]) for _ in range(2)]
    assert (
        made[0]
        == made[1]
        == ('flowchart TB\n  n1["A"]\n  subgraph g2["g"]\n    n2[("end")]\n  end\n  n1 -->|"3"| n2\n')
    )
