"""Where a Python distribution keeps its packages, as its build backend and its test runner are told.

Each setting becomes a fact: `python_path` names a folder (from the manifest's) whose content is importable at the top,
`python_package` a folder that is the package named in `scope`. What backends do by themselves is not repeated here.
"""

from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import Declaration

_RULE = "pyproject.layout"


def folder_fact(folder: str, line: int, rule: str, package: str = "") -> Declaration:
    """One importable folder; with `package`, the folder is that package."""
    return Declaration("fact", folder or ".", line, rule, "python_package" if package else "python_path", package)


def package_dir(pairs: dict[str, str], line: int, rule: str) -> list[Declaration]:
    """setuptools' `package_dir`: "" for all packages, else a package's own folder."""
    return [folder_fact(folder, line, rule, name) for name, folder in pairs.items()]


def pyproject_layout(tree: Tree) -> list[Declaration]:
    """The layout settings of setuptools, Hatch, Poetry, uv, PDM, maturin, scikit-build-core and pytest."""
    return [*_setuptools(tree), *_hatch(tree), *_poetry(tree), *_others(tree), *_pytest(tree)]


def _setuptools(tree: Tree) -> Iterator[Declaration]:
    base = ("tool", "setuptools", "package-dir")
    line = tree.line(*base)
    yield from package_dir({name: tree.text(*base, name) for name in tree.table(*base)}, line, _RULE)
    for text, at in tree.strings("tool", "setuptools", "packages", "find", "where"):
        yield folder_fact(text, at, _RULE)


def _hatch(tree: Tree) -> Iterator[Declaration]:
    for base in (("tool", "hatch", "build"), ("tool", "hatch", "build", "targets", "wheel")):
        for text, line in tree.strings(*base, "packages"):
            yield folder_fact(text.strip("/").rpartition("/")[0], line, _RULE)
        for text, line in (*tree.strings(*base, "sources"), *tree.strings(*base, "dev-mode-dirs")):
            yield folder_fact(text, line, _RULE)
        for folder in tree.table(*base, "sources"):
            package, line = tree.text(*base, "sources", folder), tree.line(*base, "sources", folder)
            yield folder_fact(folder, line, _RULE, package.strip("/").replace("/", "."))


def _poetry(tree: Tree) -> Iterator[Declaration]:
    base = ("tool", "poetry", "packages")
    for number in range(len(tree.items(*base))):
        folder = tree.text(*base, str(number), "from")
        if folder:
            yield folder_fact(folder, tree.line(*base, str(number)), _RULE)


def _others(tree: Tree) -> Iterator[Declaration]:
    for keys in (
        ("tool", "uv", "build-backend", "module-root"),
        ("tool", "pdm", "build", "package-dir"),
        ("tool", "pdm", "package-dir"),
        ("tool", "maturin", "python-source"),
    ):
        if tree.text(*keys):
            yield folder_fact(tree.text(*keys), tree.line(*keys), _RULE)
    for text, line in tree.strings("tool", "scikit-build", "wheel", "packages"):
        yield folder_fact(text.strip("/").rpartition("/")[0], line, _RULE)


def _pytest(tree: Tree) -> Iterator[Declaration]:
    for base in (("tool", "pytest", "ini_options", "pythonpath"), ("tool", "pytest", "pythonpath")):
        for folder in tree.text(*base).split():
            yield folder_fact(folder, tree.line(*base), _RULE)
        for text, line in tree.strings(*base):
            yield folder_fact(text, line, _RULE)
