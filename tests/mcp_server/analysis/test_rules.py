"""Every rule id that can stand in an evidence is one that `plumbrule://rules` explains."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript_commands, ecmascript_routes, go_uses, rust_uses
from plumbrule.mcp_server.app import rules_shown

RULES = rules_shown()
"""What the resource shows."""

SOURCE = Path(__file__).parents[3] / "src"
PLACE_OF_RULE = {"evidence": 1, "stated": 2, "Evidence": 1}
"""Which argument of the calls that make evidence is the rule."""

OF_USES = re.compile(r"(?:env|port|route|command|danger)\.[a-z][a-z0-9-]*")


def trees() -> Iterator[ast.Module]:
    for engine in ("analysis", "dependencies"):
        for path in sorted((SOURCE / "mcp_server" / engine).rglob("*.py")):
            yield ast.parse(path.read_bytes())


def written() -> Iterator[str]:
    """The rules that the code spells: where evidence is made, and as what extractors report."""
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                at = PLACE_OF_RULE.get(ast.unparse(node.func).rpartition(".")[2])
                if at is not None and len(node.args) > at:
                    rule = node.args[at]
                    if isinstance(rule, ast.Constant) and rule.value:
                        yield str(rule.value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and OF_USES.fullmatch(node.value):
                yield node.value


def composed() -> Iterator[str]:
    """The rules of extractors that are put together from the names of frameworks."""
    for web in (*ecmascript_routes.WEB_FRAMEWORKS.values(), *(name for _, name in go_uses.ROUTERS + rust_uses.WEB)):
        yield f"route.{web}"
    for name in ecmascript_commands.COMMAND_FRAMEWORKS.values():
        yield f"command.{name}"


def test_every_rule_in_the_code_is_explained() -> None:
    used = {*written(), *composed()}
    assert len(used) > 100
    assert sorted(used - RULES.keys()) == []


def test_every_table_of_rules_is_part_of_the_one_list() -> None:
    for path in sorted((SOURCE / "mcp_server").rglob("*.py")):
        if re.search(r"^RULES(?:: dict\[str, str\])? = \{$", path.read_text(encoding="utf-8"), re.MULTILINE):
            name = "plumbrule." + path.relative_to(SOURCE).with_suffix("").as_posix().replace("/", ".")
            assert set(importlib.import_module(name).RULES) <= RULES.keys(), name


def test_every_explanation_is_one_line() -> None:
    assert [rule for rule, text in RULES.items() if not text.strip() or "\n" in text] == []
