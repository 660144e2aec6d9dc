"""Java: our symbols and imports beside javac's own parser, our edges beside the types it found. Needs a JDK (17+).

    python benchmarks/accuracy/java.py FOLDER... [--show N] [--rows FILE]

An import's file is the one that declares the type of that name (the longest prefix of the import that is a type; all
types of the package for a wildcard). Where several files declare the type (copies for tests), any of them counts.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from agreement import Sheet, extraction, output, resolving_of, source_files

from plumbrule.mcp_server.analysis.syntax.model import Extracted

HERE = Path(__file__).resolve().parent
TYPES = ("class", "interface", "enum", "record", "annotation")


_Known = tuple[list[str], dict[str, Extracted], Mapping[str, set[str]], dict[str, str]]
"""The files that javac read, ours by path, the files of each type, the package of each file."""


def main() -> None:
    sheet = Sheet.asked()
    for folder in sheet.folders:
        compare(folder, sheet)


def compare(folder: Path, sheet: Sheet) -> None:
    """Prints the agreement over one folder."""
    sheet.start(folder)
    extract = extraction("Java")
    names = [path.relative_to(folder).as_posix() for path in source_files(folder, (".java",))]
    found = {name: extract((folder / name).read_bytes()) for name in names}
    program = str(HERE / "reference" / "JavaSymbols.java")
    rows = output(["java", program], folder, "\n".join(names).encode()).decode().splitlines()
    read: set[str] = set()
    symbols: set[object] = set()
    imports: set[object] = set()
    packages: dict[str, str] = {}
    types: defaultdict[str, set[str]] = defaultdict(set)
    for path, kind, name, first, last in (row.split("\t") for row in rows):
        if kind == "ok":
            read.add(path)
        elif kind == "package":
            packages[path] = name
        elif path in read and kind == "import":
            imports.add((path, name))
        elif path in read:
            symbols.add((path, kind, name, int(first), int(last)))
            if kind in TYPES and "." not in name:
                types[f"{packages[path]}.{name}" if packages[path] else name].add(path)
    ours: set[object] = set()
    for path in read:
        for s in found[path].symbols:
            if s.kind in ("field", "constant", "member"):
                ours.add((path, "field", s.name, s.line, 0))
            else:
                ours.add((path, s.kind, s.name, s.line, s.end_line))
    sheet.compare("symbols", f"symbols ({len(read)} of {len(names)} files)", ours, symbols)
    written = {
        (p, f"{i.target}.*" if i.names == ("*",) else i.target)
        for p in read for i in found[p].imports if i.kind == "import"
    }  # fmt: skip
    sheet.compare("imports", "imports", set(written), imports)
    edges(folder, (sorted(read), found, types, packages), sheet)


def edges(folder: Path, known: _Known, sheet: Sheet) -> None:
    """Compares where imports lead."""
    paths, found, types, packages = known
    resolve = resolving_of("jvm", dict.fromkeys(found, "Java"), folder, found)
    members: defaultdict[str, set[str]] = defaultdict(set)
    for path in paths:
        members[packages[path]].add(path)
    ours: set[object] = set()
    theirs: set[object] = set()
    for path in paths:
        for one in found[path].imports:
            if one.kind != "import":
                continue
            expected: set[str] = set()
            parts = one.target.split(".")
            while parts and not expected:
                expected = types.get(".".join(parts), set())
                parts.pop()
            if not expected and one.names == ("*",):
                expected = members.get(one.target, set())
            got = set(resolve(path, one).files)
            if got & expected or (not got and not expected):
                if got:
                    ours.add((path, one.target))
                    theirs.add((path, one.target))
                continue
            if got:
                ours.add((path, one.target, tuple(sorted(got))[:1]))
            if expected:
                theirs.add((path, one.target, "to", tuple(sorted(expected))[:1]))
    sheet.compare("edges", "import edges", ours, theirs)


if __name__ == "__main__":
    main()
