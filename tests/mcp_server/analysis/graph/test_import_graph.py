"""The import graph of small trees: edges, hubs, cycles, orphans, and what leads nowhere."""

from typing import TYPE_CHECKING, Any

import orjson

from plumbrule.mcp_server.analysis.graph.imports import imports_of
from plumbrule.mcp_server.analysis.graph.links import links_of
from plumbrule.mcp_server.analysis.rules import RULES
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.analysis.syntax.model import Import

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.mcp_server.analysis.deep import Deep

    Made = Callable[..., Deep]

TREE = {
    "app/__init__.py": [],
    "app/a.py": ["from . import b", "from .c import x", "import os", "from .b import y"],
    "app/b.py": ["from .c import x"],
    "app/c.py": ["from .d import z"],
    "app/d.py": ["from .b import y"],
    "app/lazy.py": ["from .a import f # lazy"],
    "app/typed.py": ["from .lazy import T # type"],
    "app/barrel/__init__.py": ["from ..c import x", "from ..a import y"],
    "app/backends.py": ["import yaml"],  # settings name it in words
    "app/forgotten.py": ["import app.missing", "import app.gone # optional", "import yaml"],
    "app/main.py": ["from app import typed", "from app.barrel import x"],
    "app/other.py": ["from app.barrel import y", "import app.main"],
    "tests/test_a.py": ["from app import a, other", "from tests import tools"],
    "tests/test_b.py": ["from app import b", "from tests import tools"],
    "tests/__init__.py": [],
    "tests/tools.py": [],
    "lib/Thing.hs": [],
}


def graph(made: "Made", **more: Any) -> Any:
    deep = made(TREE, barrels=("app/barrel/__init__.py",), **more)
    return imports_of(deep, links_of(deep))


def test_edges_stand_at_the_first_line_that_imports_sorted_with_types_marked(made: "Made") -> None:
    rows = [orjson.loads(row) for row in graph(made).edges.rows]
    assert rows[:3] == [
        {"path": "app/a.py", "line": 1, "to": "app/b.py"},
        {"path": "app/a.py", "line": 2, "to": "app/c.py"},
        {"path": "app/b.py", "line": 1, "to": "app/c.py"},
    ]
    assert {"path": "app/typed.py", "line": 1, "to": "app/lazy.py", "type_only": True} in rows
    assert [(row["path"], row["line"]) for row in rows] == sorted((row["path"], row["line"]) for row in rows)
    assert len(rows) == graph(made).edges_count == 18


def test_a_cycle_is_shown_by_a_shortest_ring_and_lazy_or_type_imports_make_none(made: "Made") -> None:
    (cycle,) = graph(made).cycles
    assert cycle.path == ("app/b.py", "app/c.py", "app/d.py", "app/b.py")
    assert (cycle.size, cycle.evidence.at, cycle.evidence.rule) == (3, "app/b.py:1", "imports.cycle")


def test_hubs_count_importing_source_files_and_name_barrels_and_keep_tests_apart(made: "Made") -> None:
    found = graph(made)
    assert [(hub.path, hub.fan_in, hub.fan_out, hub.kind) for hub in found.hubs] == [
        ("app/c.py", 3, 1, None),
        ("app/a.py", 2, 2, None),
        ("app/b.py", 2, 1, None),
        ("app/barrel/__init__.py", 2, 2, "barrel"),
    ]
    assert [(hub.path, hub.fan_in) for hub in found.test_hubs] == [("tests/tools.py", 2)]


def test_an_orphan_is_imported_by_nothing_and_starts_nothing(made: "Made") -> None:
    assert graph(made).orphans == ("app/forgotten.py",)
    named = graph(made, texts={"pyproject.toml": b'[tool.x]\nplugin = "app/forgotten.py"\n'})
    assert named.orphans == ()


def test_public_modules_of_an_archive_are_no_orphans(made: "Made") -> None:
    """Nobody knows who imports them; what is private has no importer elsewhere."""
    deep = made(TREE | {"PKG-INFO": [], "app/_inner.py": ["from .c import x"]})
    assert imports_of(deep, links_of(deep)).orphans == ("app/_inner.py",)


def test_what_leads_nowhere_is_named_and_counted_but_not_what_may_be_absent(made: "Made") -> None:
    found = graph(made)
    assert [(one.target, one.evidence.at) for one in found.unresolved] == [("app.missing", "app/forgotten.py:1")]
    assert found.resolved_share == round(18 / 19, 4)
    assert found.languages_without_rules == ("Haskell",)
    assert {found.evidence.rule, found.unresolved[0].evidence.rule, found.cycles[0].evidence.rule} <= RULES.keys()


def test_a_tree_without_imports_has_an_empty_graph(made: "Made") -> None:
    deep = made({"a.py": []})
    found = imports_of(deep, links_of(deep))
    assert (found.files, found.edges_count, found.resolved_share, found.orphans) == (0, 0, 1.0, ("a.py",))


def test_imports_come_back_from_the_cache_as_an_extractor_gave_them(made: "Made") -> None:
    index = made({"a.py": ["from b import x, y # lazy"]}).facts["a.py"]
    (kept,) = Index(*orjson.loads(orjson.dumps(list(index)))).imports()
    assert kept == Import("b", 1, "from", ("x", "y"), ("lazy",))
