"""The drawing of small trees: parts at the right depth, layers, edges against them, cycles, flows."""

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from plumbrule.mcp_server.analysis.graph.architecture import architecture_of
from plumbrule.mcp_server.analysis.graph.layering import layered
from plumbrule.mcp_server.analysis.graph.links import links_of
from plumbrule.mcp_server.analysis.graph.parts import MOST, pieces_of
from plumbrule.mcp_server.analysis.rules import RULES
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest, ManifestRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.mcp_server.analysis.deep import Deep
    from plumbrule.mcp_server.analysis.sections.code import Architecture

    Made = Callable[..., Deep]

SHOP = {
    "src/shop/__init__.py": [],
    "src/shop/cli/__init__.py": [],
    "src/shop/cli/main.py": ["from shop.web import app", "from shop.web import pages"],
    "src/shop/web/__init__.py": [],
    "src/shop/web/app.py": [
        "from shop.orders import book",
        "from shop.orders.book import b",
        "from shop.store import db",
    ],
    "src/shop/web/pages.py": ["from shop.orders import book", "from shop.store import db # type"],
    "src/shop/orders/__init__.py": [],
    "src/shop/orders/book.py": ["from shop.store import db", "from shop.web import app # lazy"],
    "src/shop/store/__init__.py": [],
    "src/shop/store/db.py": [],
    "tests/test_web.py": ["from shop.web import app"],
}
PYPROJECT = Manifest(
    "pyproject.toml",
    ManifestRule("pyproject.toml", "python", "manifest", "pyproject"),
    (Declaration("entry", "shop.cli.main:run", 4, "pyproject.scripts", "shop", "console_script"),),
)


def drawn(made: "Made", files: dict[str, list[str]], *manifests: Manifest) -> "Architecture":
    deep = made(files, manifests)
    found = architecture_of(deep, links_of(deep))
    assert found is not None
    return found


def test_packages_are_parts_in_layers_from_what_depends_on_nothing(made: "Made") -> None:
    found = drawn(made, SHOP, PYPROJECT)
    assert [(part.name, part.path, part.kind, part.layer) for part in found.parts] == [
        ("shop", "src/shop", "package", 0),
        ("cli", "src/shop/cli", "package", 3),
        ("orders", "src/shop/orders", "package", 1),
        ("store", "src/shop/store", "package", 0),
        ("web", "src/shop/web", "package", 2),
    ]


def test_edges_count_statements_and_show_the_first_types_left_out_and_waiting_ones_against(made: "Made") -> None:
    found = drawn(made, SHOP, PYPROJECT)
    names = {part.id: part.name for part in found.parts}
    assert [
        (names[one.source], names[one.target], one.imports, one.evidence.at, one.against) for one in found.edges
    ] == [
        ("cli", "web", 2, "src/shop/cli/main.py:1", None),
        ("orders", "store", 1, "src/shop/orders/book.py:1", None),
        ("orders", "web", 1, "src/shop/orders/book.py:2", True),
        ("web", "orders", 3, "src/shop/web/app.py:1", None),
        ("web", "store", 1, "src/shop/web/app.py:3", None),
    ]
    assert found.cycles == (), "an import inside a function closes no cycle"


def test_a_flow_goes_from_an_entry_point_through_the_parts_it_reaches(made: "Made") -> None:
    found = drawn(made, SHOP, PYPROJECT)
    names = {part.id: part.name for part in found.parts}
    (flow,) = found.flows
    assert (flow.entry, flow.evidence.at) == ("shop", "pyproject.toml:4")
    assert [names[part] for part in flow.through] == ["cli", "web", "orders", "store"]


def test_the_diagram_shows_every_part_and_edge(made: "Made") -> None:
    text = drawn(made, SHOP, PYPROJECT).mermaid
    assert text.startswith("flowchart TB\n")
    assert 'n1(["shop"])' in text
    assert text.count("-->") == 5
    assert text.count("-.->") == 1
    assert {"architecture.parts", "architecture.imports", "architecture.cycle"} <= RULES.keys()


def test_parts_that_import_each_other_form_a_cycle_and_share_a_layer(made: "Made") -> None:
    files = {
        f"src/{name}/x.py": [f"import {other}.x"] for name, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))
    }
    files |= {f"src/{name}/__init__.py": [] for name in "abcd"}
    found = drawn(made, files)
    (cycle,) = found.cycles
    assert (cycle.path, cycle.size) == (("src/a", "src/b", "src/c", "src/a"), 3)
    assert [part.layer for part in found.parts] == [0, 0, 0, 1]


def test_modules_of_a_flat_package_are_parts_and_go_packages_are_not_taken_apart(made: "Made") -> None:
    flat = {f"pkg/{name}.py": [] for name in ("__init__", "app", "views", "t_list", "t_set", "t_hash", "config")}
    assert [part.path for part in drawn(made, flat).parts] == [
        "pkg",
        "pkg/app.py",
        "pkg/config.py",
        "pkg/t*",
        "pkg/views.py",
    ]
    go = {f"{name}.go": [] for name in ("a", "b", "c", "d", "render/x", "render/y")}
    assert [part.path for part in drawn(made, go).parts] == [".", "render"]


def test_nothing_is_drawn_where_no_source_was_parsed(made: "Made") -> None:
    deep = made({"tests/test_a.py": []})
    assert architecture_of(deep, links_of(deep)) is None


def test_a_light_dependency_goes_against_a_heavy_one() -> None:
    assert layered(3, {(0, 1): 9, (1, 2): 9, (2, 0): 1}) == ([2, 1, 0], frozenset({(2, 0)}))
    assert layered(2, {(0, 1): 5, (1, 0): 4}) == ([0, 0], frozenset())


@given(
    st.dictionaries(st.from_regex(r"(?:[a-d]{1,2}/){0,4}[a-z_]{1,8}\.(?:py|go|c)", fullmatch=True), st.integers(1, 900))
)
def test_pieces_part_the_files_and_are_few(weights: dict[str, int]) -> None:
    pieces = pieces_of(weights)
    files = [path for piece in pieces for path in piece.files]
    assert sorted(files) == sorted(weights)
    assert all(piece.weight == sum(weights[path] for path in piece.files) for piece in pieces)
    assert len(pieces) <= MOST


def test_the_files_of_one_go_package_are_one_part() -> None:
    files = {"Makefile": 9, "tx.go": 400, "db.go": 700, "node.go": 300, "cmd/tool/main.go": 200, "internal/x/x.go": 500}
    assert [(piece.path, len(piece.files)) for piece in pieces_of(files)] == [
        (".", 4),
        ("cmd/tool", 1),
        ("internal/x", 1),
    ]


def test_the_root_has_its_packages_name_and_parts_of_one_name_are_told_by_their_paths(made: "Made") -> None:
    manifest = Manifest(
        "package.json",
        ManifestRule("package.json", "javascript", "manifest", "package_json"),
        (Declaration("name", "@acme/shop", 1, "package-json"),),
    )
    files = {
        "index.js": ["import ./lib/a", "import ./web/lib/b"],
        "lib/a.js": [],
        "web/lib/b.js": [],
        "web/page/c.js": ["import ../lib/b"],
    }
    names = {part.path: part.name for part in drawn(made, files, manifest).parts}
    assert names["."] == "shop"
    assert (names["lib"], names["web/lib"]) == ("lib", "web/lib")
