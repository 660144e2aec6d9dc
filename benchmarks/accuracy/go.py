"""Go: our symbols and import edges beside `go/parser` and `go list`. Needs `go` on the path.

    python benchmarks/accuracy/go.py FOLDER... [--show N] [--rows FILE]

`go list -e` knows which import path each folder has; what each file imports is read by go/parser. Modules whose go.mod
asks for a newer Go than the one installed are copied with the version lowered, nothing else changed.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TypedDict

from agreement import Sheet, extraction, output, resolving_of, source_files

HERE = Path(__file__).resolve().parent


class Symbol(TypedDict):
    """One row of the reference."""

    Kind: str
    Name: str
    Line: int
    End: int


class Read(TypedDict):
    """What the reference says of one file."""

    Path: str
    Error: str
    Symbols: list[Symbol] | None
    Imports: list[str] | None


def reference(folder: Path, scratch: Path) -> dict[str, Read]:
    """What go/parser finds, by path below the folder."""
    program = scratch / "gosymbols"
    output(["go", "build", "-o", str(program), str(HERE / "reference" / "gosymbols.go")], HERE)
    named = "\n".join(str(path) for path in source_files(folder, (".go",)))
    rows: list[Read] = [json.loads(line) for line in output([str(program)], folder, named.encode()).splitlines()]
    return {os.path.relpath(row["Path"], folder): row for row in rows}


def packages(folder: Path, scratch: Path) -> dict[str, dict[str, str]]:
    """For each module's folder: import path to folder, as `go list` sees them from that module."""
    copy = scratch / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    mods = sorted(source_files(copy, ("go.mod",)))
    for mod in mods:
        text = re.sub(r"^go \S+$", "go 1.19", mod.read_text(), flags=re.MULTILINE)
        text = re.sub(r"^(tool|ignore|godebug) \([^)]*\)", "", text, flags=re.MULTILINE)
        mod.write_text(re.sub(r"^(toolchain|godebug|tool|ignore) .*$", "", text, flags=re.MULTILINE))
    known: dict[str, dict[str, str]] = {}
    for mod in mods:
        environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOWORK": "off"}
        run = subprocess.run(
            ["go", "list", "-e", "-f", "{{.ImportPath}}\t{{.Dir}}", "./..."],
            cwd=mod.parent, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        rows = (line.split("\t") for line in run.stdout.splitlines() if line.count("\t") == 1)
        known[os.path.relpath(mod.parent, copy)] = {
            path: os.path.relpath(at, copy) for path, at in rows if at.startswith(str(copy))
        }
    for mod in mods:
        edited = json.loads(output(["go", "mod", "edit", "-json"], mod.parent))
        for rule in edited.get("Replace") or ():
            if rule["New"]["Path"].startswith("."):
                at = os.path.relpath((mod.parent / rule["New"]["Path"]).resolve(), copy)
                own = known[os.path.relpath(mod.parent, copy)]
                own.update({path: where for path, where in known.get(at, {}).items() if path not in own})
    return known


def folder_of(path: str) -> str:
    """The folder of a relative path, `.` for the top."""
    return Path(path).parent.as_posix()


def main() -> None:
    sheet = Sheet.asked()
    extract = extraction("Go")
    for folder in sheet.folders:
        sheet.start(folder)
        with tempfile.TemporaryDirectory() as scratch:
            theirs, known = reference(folder, Path(scratch)), packages(folder, Path(scratch))
        found = {path: extract((folder / path).read_bytes()) for path in theirs}
        parsed = {path: row for path, row in theirs.items() if not row["Error"]}
        sheet.compare(
            "symbols",
            "symbols (kind, name, lines)",
            {(p, s.kind, s.name, s.line, s.end_line) for p in parsed for s in found[p].symbols},
            {(p, s["Kind"], s["Name"], s["Line"], s["End"]) for p, row in parsed.items() for s in row["Symbols"] or ()},
        )
        sheet.compare(
            "imports",
            "imports",
            {(p, i.target) for p in parsed for i in found[p].imports if i.kind == "import"},
            {(p, i) for p, row in parsed.items() for i in row["Imports"] or ()},
        )
        resolve = resolving_of("go", dict.fromkeys(found, "Go"), folder, found)
        ours: set[object] = set()
        expected: set[object] = set()
        for path in parsed:
            if "/testdata/" in f"/{path}" or "/vendor/" in f"/{path}" or "/_" in f"/{path}":
                continue  # go list leaves these out
            module = folder_of(path)
            while module not in known and module != ".":
                module = folder_of(module)
            seen = known.get(module, {})
            for one in found[path].imports:
                result = resolve(path, one)
                ours.update((path, one.target, folder_of(file)) for file in result.files if "testdata" not in file)
                if one.kind == "import" and one.target in seen:
                    expected.add((path, one.target, seen[one.target]))
        sheet.compare("edges", "import edges (file to folder)", ours, expected)


if __name__ == "__main__":
    main()
