"""C, C++ and Kotlin: our symbols beside Universal Ctags as a second opinion, and our include edges by hand rules.

    python benchmarks/accuracy/c_family.py c|cpp|kotlin FOLDER... [--show N] [--rows FILE]

ctags reads text, not trees: where the two differ, either may be wrong. Names are compared without their scopes. It has
no prototypes whose body is in the file, as we have none; anonymous names are left out. It counts what is local to
Kotlin's functions, too, so recall says little there.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from agreement import Sheet, extraction, output, resolving_of, source_files

ENDINGS = {
    "c": ("C", "C", (".c", ".h")),
    "cpp": ("C++", "C++", (".h", ".hpp", ".cc", ".cpp", ".cxx")),
    "kotlin": ("Kotlin", "Kotlin", (".kt",)),
}
KINDS = {
    "function": "function", "prototype": "function", "method": "function", "struct": "type", "class": "type",
    "union": "type", "enum": "type", "typedef": "type", "interface": "type", "object": "type", "typealias": "type",
    "macro": "macro", "enumerator": "member", "member": "field", "variable": "field", "constant": "field",
    "externvar": "field", "namespace": "namespace",
}  # fmt: skip
OURS = {
    "function": "function", "method": "function", "constructor": "function", "operator": "function", "struct": "type",
    "class": "type", "union": "type", "enum": "type", "type": "type", "interface": "type", "object": "type",
    "annotation": "type", "macro": "macro", "member": "member", "field": "field", "variable": "field",
    "constant": "field", "property": "field", "namespace": "namespace",
}  # fmt: skip


def main() -> None:
    language, tool, endings = ENDINGS[sys.argv.pop(1)]
    sheet = Sheet.asked()
    for folder in sheet.folders:
        compare(folder, (language, tool, endings), sheet)


def compare(folder: Path, which: tuple[str, str, tuple[str, ...]], sheet: Sheet) -> None:
    """Prints the agreement over one folder, kind by kind."""
    language, tool, endings = which
    sheet.start(folder)
    extract = extraction(language)
    names = [path.relative_to(folder).as_posix() for path in source_files(folder, endings)]
    found = {name: extract((folder / name).read_bytes()) for name in names}
    extra = ["--kinds-C=+px", "--kinds-C++=+px", "--fields=+nK", "-o", "-", "--output-format=json", "-L", "-"]
    rows = output(["ctags", f"--language-force={tool}", *extra], folder, "\n".join(names).encode())
    bodies: set[tuple[str, str]] = set()
    theirs: list[tuple[str, str, str, int]] = []
    tags = [json.loads(row) for row in rows.decode("utf-8", "replace").splitlines()]
    bodies = {(tag["path"], tag["name"]) for tag in tags if tag.get("kind") == "function"}
    for tag in tags:
        kind, name = KINDS.get(tag.get("kind", ""), ""), tag.get("name", "")
        if (
            not kind
            or name.startswith(("__anon", "<"))
            or (tag["kind"] == "prototype" and (tag["path"], name) in bodies)
        ):
            continue
        theirs.append((tag["path"], kind, name.split("::")[-1].replace(" ", ""), tag["line"]))
    ours = [
        (path, OURS[s.kind], s.name.rpartition(".")[2].replace(" ", ""), s.line)
        for path in names for s in found[path].symbols if s.kind in OURS
    ]  # fmt: skip
    for kind in ("function", "type", "macro", "member", "field", "namespace"):
        mine = {(p, n) for p, k, n, _ in ours if k == kind}
        other = {(p, n) for p, k, n, _ in theirs if k == kind}
        if other:
            sheet.compare("symbols", kind, set(mine), set(other))
    damaged = [name for name in names if found[name].errors]
    print(f"  files with damage left: {len(damaged)} of {len(names)}")
    if language != "Kotlin":
        resolve = resolving_of("c_family", dict.fromkeys(names, language), folder, found)
        counted: Counter[str] = Counter()
        unknown: list[str] = []
        for path in names:
            for one in found[path].imports:
                result = resolve(path, one)
                counted[result.standing] += 1
                if result.standing == "unknown":
                    unknown.append(f"{path}:{one.line} {one.target}")
        print("  includes:", dict(sorted(counted.items())))
        for line in unknown[: sheet.show]:
            print("      unknown:", line)


if __name__ == "__main__":
    main()
