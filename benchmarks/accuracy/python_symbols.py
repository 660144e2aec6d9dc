"""Python: our symbols beside the interpreter's own `ast`, and our public functions and classes beside griffe's.

    python benchmarks/accuracy/python_symbols.py FOLDER... [--show N] [--rows FILE]

From `ast` come all functions and classes wherever they stand, with their kind, qualified name, first line (of the
definition, not of its decorators) and last line. Files that this Python cannot parse are left out and counted. griffe
collects what a package offers; it is a second opinion on names, since it folds overloads and branches into one object.
"""

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path

from agreement import Sheet, extraction, source_files

Row = tuple[str, str, int, int]


def of_ast(tree: ast.Module) -> Iterator[Row]:
    """Definitions with their names as `outer.inner`, in no order."""
    waiting: list[tuple[ast.AST, str, bool]] = [(tree, "", False)]
    while waiting:
        node, above, in_class = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                is_class = isinstance(child, ast.ClassDef)
                kind = "class" if is_class else "method" if in_class else "function"
                name = f"{above}.{child.name}" if above else child.name
                yield kind, name, child.lineno, child.end_lineno or 0
                waiting.append((child, name, is_class))
            else:
                waiting.append((child, above, in_class))


KINDS = {"constructor": "method", "property": "method", "enum": "class", "protocol": "class", "interface": "class"}


def of_griffe(folder: Path, package: Path) -> set[object]:
    """Public functions and classes of the modules of a package: file and qualified name; none where griffe fails."""
    import griffe

    found: set[object] = set()
    try:
        top = griffe.load(package.name, search_paths=[package.parent], allow_inspection=False)
    except griffe.GriffeError as error:
        print(f"  griffe cannot read {package.name}: {type(error).__name__}")
        return found
    waiting: list[griffe.Object] = [top]
    while waiting:
        for member in waiting.pop().members.values():
            if member.is_alias:
                continue
            if member.is_module:
                waiting.append(member)
            elif (member.is_function or member.is_class) and isinstance(member.filepath, Path):
                inside = member.path.removeprefix(f"{member.module.path}.")
                if not any(part.startswith("_") for part in inside.split(".")):
                    found.add((member.filepath.relative_to(folder).as_posix(), inside))
                if member.is_class:
                    waiting.append(member)
    return found


def packages(folder: Path) -> list[Path]:
    """Top-level packages of the folder and of `src`, tests and examples apart."""
    tops = [at for at in (folder, folder / "src") if at.is_dir()]
    found = [one.parent for at in tops for one in sorted(at.glob("*/__init__.py"))]
    return [one for one in found if one.name.isidentifier() and one.name not in ("tests", "test", "docs", "examples")]


def main() -> None:
    sheet = Sheet.asked()
    extract = extraction("Python")
    warnings.simplefilter("ignore")  # of string escapes in what is parsed
    for folder in sheet.folders:
        sheet.start(folder)
        ours: set[object] = set()
        theirs: set[object] = set()
        public: dict[str, set[object]] = {}
        left_out = 0
        files = list(source_files(folder, (".py", ".pyi")))
        for file in files:
            raw = file.read_bytes()
            try:
                tree = ast.parse(raw)
            except (SyntaxError, ValueError):
                left_out += 1
                continue
            name = file.relative_to(folder).as_posix()
            theirs |= {(name, *row) for row in of_ast(tree)}
            defined = [(KINDS.get(s.kind, s.kind), s) for s in extract(raw).symbols]
            defined = [(kind, s) for kind, s in defined if kind in ("class", "method", "function")]
            ours |= {(name, kind, s.name, s.line, s.end_line) for kind, s in defined}
            public[name] = {(name, s.name) for _, s in defined}
        sheet.compare("symbols", f"beside ast ({len(files) - left_out} of {len(files)} files)", ours, theirs)
        for package in packages(folder):
            second = of_griffe(folder, package)
            second = {one for one in second if isinstance(one, tuple) and one[0] in public}  # stubs apart
            mine = {one for name in public for one in public[name]}
            if second:
                sheet.compare("public", f"{package.name} beside griffe", mine & second, second)


if __name__ == "__main__":
    main()
