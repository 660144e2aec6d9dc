"""Kotlin: our symbols and imports beside the compiler's own parser (PSI). Needs a JDK (17+) and the compiler's jars.

    pip download --no-deps kotlin-jupyter-kernel && unzip kotlin_jupyter_kernel-*.whl -d kernel
    python benchmarks/accuracy/kotlin.py FOLDER... --jars kernel/run_kotlin_kernel/jars [--show N] [--rows FILE]

Kind, qualified name, first and last line and visibility are compared. Primary constructors and what the bodies of enum
values declare are no symbols of ours.
"""

import sys
from pathlib import Path

from agreement import Sheet, extraction, output, source_files

PROGRAM = Path(__file__).resolve().parent / "reference" / "KotlinSymbols.java"
_Parts = tuple[set[object], set[object], set[object]]
"""The files that the reference could read, their symbols, their imports."""


def main() -> None:
    at = sys.argv.index("--jars")
    jars = sorted(str(path.resolve()) for path in Path(sys.argv[at + 1]).glob("*.jar"))
    del sys.argv[at : at + 2]
    sheet = Sheet.asked()
    for folder in sheet.folders:
        compare(folder, ":".join(jars), sheet)


def compare(folder: Path, jars: str, sheet: Sheet) -> None:
    """Prints the agreement over one folder."""
    sheet.start(folder)
    names = [path.relative_to(folder).as_posix() for path in source_files(folder, (".kt", ".kts"))]
    read, symbols, imports = reference(folder, jars, names)
    extract = extraction("Kotlin")
    ours: set[object] = set()
    written: set[object] = set()
    for name in names:
        if name not in read:
            continue
        found = extract((folder / name).read_bytes())
        for one in found.symbols:
            kind = "property" if one.kind == "constant" else one.kind
            ours.add((name, kind, one.name, one.line, one.end_line, one.visibility))
        for each in found.imports:
            if each.kind == "import":
                last = each.target.rpartition(".")[2]
                alias = "" if each.names in (("*",), (last,)) else each.names[0]
                written.add((name, f"{each.target}.*" if each.names == ("*",) else each.target, alias))
    sheet.compare("symbols", f"symbols ({len(read)} of {len(names)} files)", ours, symbols)
    sheet.compare("imports", "imports", written, imports)


def reference(folder: Path, jars: str, names: list[str]) -> _Parts:
    """What the compiler's parser says of the files that it reads without an error."""
    rows = output(["java", "-cp", jars, str(PROGRAM)], folder, "\n".join(names).encode()).decode().splitlines()
    read: set[object] = set()
    symbols: set[object] = set()
    imports: set[object] = set()
    for path, kind, name, first, last, more in (row.split("\t") for row in rows):
        if kind == "ok":
            read.add(path)
        elif path in read and kind == "import":
            imports.add((path, name.replace("`", ""), more))
        elif path in read and kind != "package":
            symbols.add((path, kind, name, int(first), int(last), more))
    return read, symbols, imports


if __name__ == "__main__":
    main()
