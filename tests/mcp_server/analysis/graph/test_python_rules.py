"""Python's import rules over trees that are only paths: what each import reaches."""
# ruff: noqa: E501 - because a case is a row

import pytest

from plumbrule.mcp_server.analysis.graph.resolving.python import resolver
from plumbrule.mcp_server.analysis.graph.resolving.table import RESOLVERS, configuration_files, is_configuration
from plumbrule.mcp_server.analysis.graph.tree import Tree
from plumbrule.mcp_server.analysis.syntax.model import Import
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest, ManifestRule

PYPROJECT = ManifestRule("pyproject.toml", "python", "manifest", "pyproject")


def tree(paths: str, **manifests: list[Declaration]) -> Tree:
    """A tree of Python files (others by their ending); manifests by folder, `_` for the root."""
    languages = {path: "C" if path.endswith(".c") else "Python" for path in paths.split()}
    made = [
        Manifest(f"{'' if folder == '_' else folder + '/'}pyproject.toml", PYPROJECT, tuple(found))
        for folder, found in manifests.items()
    ]
    return Tree(languages, {}, {}, tuple(made))


def statement(text: str) -> Import:
    """`import a.b` or `from .x import y, z` as an extractor gives it."""
    words = text.replace(",", " ").split()
    if words[0] == "import":
        return Import(words[1], 1, "import")
    return Import(words[1], 1, "from", tuple(words[3:]))


def on_path(folder: str) -> Declaration:
    return Declaration("fact", folder, 1, "pyproject.layout", "python_path")


def depends(name: str) -> Declaration:
    return Declaration("dependency", name, 1, "pyproject.dependencies", name, "runtime")


FLAT = "pkg/__init__.py pkg/a.py pkg/sub/__init__.py pkg/sub/b.py pkg/sub/c.py tests/test_a.py tests/helper.py"
SRC = "src/pkg/__init__.py src/pkg/a.py src/pkg/_fast.c tests/unit/test_a.py tests/conftest.py tests/shared.py"
MONO = (
    "libs/one/src/one/__init__.py libs/one/src/one/x.py libs/one/tests/__init__.py libs/one/tests/tools.py "
    "libs/two/src/two/__init__.py libs/two/src/two/y.py libs/two/tests/__init__.py libs/two/tests/tools.py "
    "libs/two/tests/test_y.py"
)
SPACES = "src/google/cloud/blob/__init__.py src/google/cloud/blob/io.py src/google/cloud/core.py yaml/run.py"

CASES: list[tuple[str, Tree, str, str, str]] = [
    ("relative name", tree(FLAT), "pkg/sub/b.py", "from . import c", "pkg/sub/c.py"),
    ("relative attribute", tree(FLAT), "pkg/sub/b.py", "from . import nothing", "pkg/sub/__init__.py"),
    ("both", tree(FLAT), "pkg/sub/b.py", "from . import c, other", "pkg/sub/__init__.py pkg/sub/c.py"),
    ("parent", tree(FLAT), "pkg/sub/b.py", "from .. import a", "pkg/a.py"),
    ("parent's module", tree(FLAT), "pkg/sub/b.py", "from ..a import f", "pkg/a.py"),
    ("above the root", tree(FLAT), "pkg/a.py", "from ....x import f", "unknown"),
    ("missing neighbour", tree(FLAT), "pkg/a.py", "from ._version import v", "unknown"),
    ("star", tree(FLAT), "tests/test_a.py", "from pkg.sub import *", "pkg/sub/__init__.py"),
    ("dotted", tree(FLAT), "tests/test_a.py", "import pkg.sub.b", "pkg/sub/b.py"),
    ("generated module", tree(FLAT), "tests/test_a.py", "import pkg.made", "unknown"),
    ("a script's own folder", tree(FLAT), "tests/test_a.py", "import helper", "tests/helper.py"),
    ("its own name", tree("pkg/__init__.py pkg/yaml.py"), "pkg/yaml.py", "import yaml", "external yaml"),
    ("library", tree(FLAT), "pkg/a.py", "import os.path", "builtin"),
    ("library before the tree", tree(FLAT + " tests/json.py"), "tests/test_a.py", "import json", "builtin"),
    ("weakly the library's", tree("test/__init__.py test/x.py"), "test/x.py", "from test import x", "test/__init__.py"),
    ("src", tree(SRC, _=[]), "tests/unit/test_a.py", "from pkg import a", "src/pkg/a.py"),
    ("conftest", tree(SRC, _=[]), "tests/unit/test_a.py", "import shared", "tests/shared.py"),
    ("compiled", tree(SRC, _=[]), "src/pkg/a.py", "from . import _fast", "src/pkg/_fast.c"),
    ("nearest tests", tree(MONO, **{"libs/one": [], "libs/two": []}), "libs/two/tests/test_y.py", "from tests import tools", "libs/two/tests/tools.py"),
    ("another distribution", tree(MONO, **{"libs/one": [], "libs/two": []}), "libs/two/src/two/y.py", "import one.x", "libs/one/src/one/x.py"),
    ("a declared neighbour", tree(MONO, **{"libs/one": [Declaration("name", "one", 1, "r")], "libs/two": [depends("one")]}), "libs/two/src/two/y.py", "import one.x", "libs/one/src/one/x.py"),
    ("namespace", tree(SPACES, _=[]), "src/google/cloud/blob/io.py", "from google.cloud import core", "src/google/cloud/core.py"),
    ("namespace outside", tree(SPACES, _=[]), "src/google/cloud/core.py", "from google.cloud import storage", "external google.cloud.storage"),
    ("a folder is no package", tree(SPACES, _=[]), "src/google/cloud/core.py", "import yaml", "external yaml"),
    ("configured", tree("source/deep/pkg/__init__.py t.py", _=[on_path("source/deep")]), "t.py", "import pkg", "source/deep/pkg/__init__.py"),
    ("renamed", tree("src/__init__.py src/core/x.py t.py", _=[Declaration("fact", "src", 1, "r", "python_package", "real")]), "t.py", "from real.core import x", "src/core/x.py"),
    ("declared beats a fixture", tree("a.py tests/fx/yaml/__init__.py tests/t.py", _=[depends("pyyaml")]), "tests/t.py", "import yaml", "external yaml"),
    ("a fixture is unseen by source", tree("a.py tests/fx/thing/__init__.py"), "a.py", "import thing", "external thing"),
    ("a copy that the package carries", tree("src/pkg/__init__.py src/pkg/a.py src/pkg/_vendor/lark/__init__.py"), "src/pkg/a.py", "import lark", "src/pkg/_vendor/lark/__init__.py"),
    ("another's copy", tree("a.py src/pkg/__init__.py src/pkg/_vendor/lark/__init__.py"), "a.py", "import lark", "external lark"),
    ("tests inside of the package", tree("pkg/__init__.py pkg/a.py pkg/tests/fx/lark/__init__.py"), "pkg/a.py", "import lark", "external lark"),
    ("made by a module", tree("pkg/__init__.py pkg/six.py pkg/a.py"), "pkg/a.py", "from .six.moves import map", "pkg/six.py"),
    ("stub", tree("pkg/__init__.py pkg/_c.pyi pkg/a.py"), "pkg/a.py", "from pkg._c import f", "pkg/_c.pyi"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "of", "path", "text", "reached"), CASES, ids=[case[0] for case in CASES])
def test_an_import_reaches_what_python_would_import(case: str, of: Tree, path: str, text: str, reached: str) -> None:
    found = resolver(of)(path, statement(text))
    shown = " ".join(found.files) if found.standing == "file" else f"{found.standing} {found.package}".strip()
    assert shown == reached, case


def test_every_resolver_of_the_table_can_be_asked_and_names_its_files() -> None:
    for language in RESOLVERS:
        assert isinstance(language, str)
    for pattern in configuration_files():
        assert pattern.count("*") <= 1
        assert is_configuration("some/folder/" + pattern.replace("*", "x"))
    assert not is_configuration("README.md")
