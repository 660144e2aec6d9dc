"""What the code imports is what an installation brings: also what is imported by name, which linters do not see."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
WHERE_INSTALLED = {"ahocorasick": "the masker's second choice, for platforms without the first"}
"""Modules that no installation of ours brings, and why the code names them all the same."""

CHOSEN_BY_NAME = {"semble-grammars", "httptools", "uvloop"}
"""Loaded by others where they are there: by uvicorn, and by anyio when `app` finds it."""

PARTS = {"mcp_types": "mcp", "httpcore2": "httpx2"}
"""Distributions that a declared one is made of, in step with it."""


def imported() -> Iterator[tuple[str, Path]]:
    """Every top-level module that a file of the package imports, by statement or by a constant name."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
                names = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            yield from ((name.partition(".")[0], path) for name in names)


def test_every_declared_dependency_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    providers = packages_distributions()
    used = {canonicalize_name(name) for module, _ in imported() for name in providers.get(module, ())}
    declared = {canonicalize_name(Requirement(word).name) for word in project["dependencies"]}
    assert declared - used <= CHOSEN_BY_NAME


def test_every_module_that_is_imported_comes_with_a_declared_dependency() -> None:  # C-64
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    words = [*project["dependencies"], *(word for extra in project["optional-dependencies"].values() for word in extra)]
    declared = {canonicalize_name(Requirement(word).name) for word in words}
    assert set(PARTS.values()) <= declared
    ours = {*sys.stdlib_module_names, "plumbrule", *WHERE_INSTALLED, *PARTS}
    providers = packages_distributions()
    missing = {
        f"{path.relative_to(ROOT)} imports {module}"
        for module, path in imported()
        if module not in ours and not {canonicalize_name(name) for name in providers.get(module, ())} & declared
    }
    assert missing == set()
