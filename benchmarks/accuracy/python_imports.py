"""Python: our import edges beside grimp's inside packages, and beside the interpreter's own file finder everywhere.

    python benchmarks/accuracy/python_imports.py FOLDER... [--show N] [--rows FILE]

Nothing of the folders is run: grimp parses, and the finder only looks files up. For it a file's `sys.path` is the
folder that its top-level package lies in (its own for a script), folders of `conftest.py` above it, and the folders of
all distributions of the tree with their `src` and `python`, those around the file first.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

import grimp
from agreement import Sheet, extraction, resolving_of, source_files

Edges = set[object]
MORE: dict[str, tuple[str, ...]] = {
    "PyPI-sqlalchemy": ("lib",),  # `where` of its pyproject.toml
    "PyPI-poetry-core": ("src/poetry/core/_vendor",),  # its __init__ puts it on the path
    "PyPI-flask": ("tests/test_apps",),  # its conftest.py puts it on the path
}
"""Folders on the path of some packages, found by hand."""


def packages(folder: Path) -> list[Path]:
    """Top-level packages of the folder and of `src`."""
    tops = [at for at in (folder, folder / "src") if at.is_dir()]
    return [one.parent for at in tops for one in sorted(at.glob("*/__init__.py")) if one.parent.name.isidentifier()]


def of_grimp(folder: Path, package: Path) -> tuple[Edges, set[str]]:
    """Edges between the files of one package, and these files."""
    sys.path.insert(0, str(package.parent))
    try:
        graph = grimp.build_graph(package.name, cache_dir=None, exclude_type_checking_imports=False)
    finally:
        sys.path.pop(0)

    def file_of(module: str) -> str:
        at = package.parent / module.replace(".", "/")
        found = at / "__init__.py" if (at / "__init__.py").exists() else at.with_suffix(".py")
        return found.relative_to(folder).as_posix()

    pairs = {(one, other) for one in graph.modules for other in graph.find_modules_directly_imported_by(one)}
    edges: Edges = {(file_of(one), file_of(other)) for one, other in pairs if one != other}
    return edges, {file_of(module) for module in graph.modules}


@cache
def distributions(folder: Path) -> tuple[Path, ...]:
    """Folders of the distributions of a tree, and where these keep packages by convention."""
    homes = sorted({one.parent for one in source_files(folder, ("pyproject.toml", "setup.py"))})
    return tuple(at for home in homes for at in (home / "src", home / "python", home) if at.is_dir())


def paths_of(folder: Path, file: Path) -> tuple[str, ...]:
    """Its `sys.path`, nearest distributions first."""
    base = file.parent
    while (base / "__init__.py").exists() and base != folder:
        base = base.parent
    roots = sorted(distributions(folder), key=lambda root: (not file.is_relative_to(root), -len(root.parts)))
    first = [] if (folder / "src") in base.parents else [base]  # a part of a namespace is no root
    above = [one for one in file.parents if one.is_relative_to(folder) and (one / "conftest.py").exists()]
    above = [one for one in above if not (one / "__init__.py").exists()]
    more = (folder / one for one in MORE.get(folder.name, ()))
    places = dict.fromkeys((*first, *above, *more, *roots, folder / "src", folder))
    return tuple(str(one) for one in places if one.is_dir())


@cache
def finder(folder: str) -> FileFinder:
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


@cache
def found_by_interpreter(name: str, path: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """A module's file ("" for a namespace) and where its submodules lie: the loop of `PathFinder` (PEP 420)."""
    portions: list[str] = []
    for entry in path:
        spec = finder(entry).find_spec(name)
        if spec is not None and spec.loader is not None:
            return spec.origin or "", tuple(spec.submodule_search_locations or ())
        portions += list(spec.submodule_search_locations or ()) if spec is not None else []
    return ("", tuple(portions)) if portions else None


def module_of(dotted: str, path: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    found: tuple[str, tuple[str, ...]] | None = ("", path)
    name = ""
    for part in dotted.split("."):
        name = f"{name}.{part}" if name else part
        found = found_by_interpreter(name, found[1]) if found and found[1] else None
    return found


def of_interpreter(folder: Path, file: Path) -> Iterator[str]:
    """The files that the import statements of a file reach."""
    tree = ast.parse(file.read_bytes())
    path = paths_of(folder, file)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] not in sys.stdlib_module_names:
                    yield from (found[0] for found in [module_of(alias.name, path)] if found)
        elif isinstance(node, ast.ImportFrom):
            at: tuple[str, ...] = (str(file.parents[node.level - 1]),) if node.level else path
            if not node.level and (node.module or "").partition(".")[0] in sys.stdlib_module_names:
                continue
            inside = Path(at[0]) / "__init__.py"
            module = module_of(node.module, at) if node.module else (str(inside) if inside.exists() else "", at)
            for alias in node.names if module else ():
                assert module is not None
                below = module_of(alias.name, module[1]) if module[1] and alias.name != "*" else None
                yield below[0] if below else module[0]


def main() -> None:
    sheet = Sheet.asked()
    extract = extraction("Python")
    for folder in sheet.folders:
        files = list(source_files(folder, (".py",)))
        names = {file: file.relative_to(folder).as_posix() for file in files}
        found = {names[file]: extract(file.read_bytes()) for file in files}
        resolve = resolving_of("python", dict.fromkeys(found, "Python"), folder, found)
        ours: Edges = set()
        for path, each in found.items():
            ours.update((path, to) for one in each.imports for to in resolve(path, one).files if to != path)
        sheet.start(folder)
        for package in packages(folder):
            edges, members = of_grimp(folder, package)
            kept: Edges = {pair for pair in ours if isinstance(pair, tuple) and set(pair) <= members}
            sheet.compare("edges", f"{package.name} (grimp)", kept, edges)
        expected: Edges = set()
        parsed: set[str] = set()
        for file in files:
            try:
                reached = set(of_interpreter(folder, file))
            except (SyntaxError, ValueError, IndexError):
                continue  # older or newer Python than ours, or input of a test
            parsed.add(names[file])
            inside = [Path(one) for one in reached if one and Path(one).is_relative_to(folder)]
            targets = {one.relative_to(folder).as_posix() for one in inside}
            expected.update((names[file], to) for to in targets if to != names[file])
        seen: Edges = {pair for pair in ours if isinstance(pair, tuple) and pair[0] in parsed}
        sheet.compare("edges", "all files (file finder)", seen, expected)


if __name__ == "__main__":
    main()
