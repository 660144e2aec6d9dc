"""Rust: our symbols and `use` paths beside `syn`. Needs cargo, and syn 1 in a local registry (Debian: librust-syn-dev).

    python benchmarks/accuracy/rust.py FOLDER... [--show N] [--rows FILE] [--registry FOLDER]

syn does not look into macro calls, so what we find there is left out. For import edges there is no reference that works
without the crates: how each import was resolved is counted, and what stays unknown is shown to be judged by hand.
"""

import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from agreement import Sheet, extraction, output, resolving_of, source_files

HERE = Path(__file__).resolve().parent


def built(scratch: Path) -> Path:
    """The reference program."""
    registry = "/usr/share/cargo/registry"
    if "--registry" in sys.argv:
        at = sys.argv.index("--registry")
        registry = sys.argv[at + 1]
        del sys.argv[at : at + 2]
    copy = scratch / "rustsymbols"
    shutil.copytree(HERE / "reference" / "rustsymbols", copy)
    (copy / ".cargo").mkdir()
    (copy / ".cargo" / "config.toml").write_text(
        f'[source.crates-io]\nreplace-with = "here"\n[source.here]\ndirectory = "{registry}"\n'
    )
    output(["cargo", "build", "--release", "--offline", "--quiet"], copy)
    return copy / "target" / "release" / "rustsymbols"


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        program = built(Path(scratch))
        sheet = Sheet.asked()
        for folder in sheet.folders:
            compare(folder, program, sheet)


def compare(folder: Path, program: Path, sheet: Sheet) -> None:
    """Prints the agreement over one folder."""
    sheet.start(folder)
    extract = extraction("Rust")
    names = [path.relative_to(folder).as_posix() for path in source_files(folder, (".rs",))]
    found = {name: extract((folder / name).read_bytes()) for name in names}
    symbols: set[object] = set()
    paths: defaultdict[str, Counter[str]] = defaultdict(Counter)
    read: set[str] = set()
    for line in output([str(program)], folder, "\n".join(names).encode()).decode().splitlines():
        path, kind, name, end = line.split("\t")
        if kind == "ok":
            read.add(path)
        elif kind == "use":
            paths[path][name] += 1
        elif kind != "failed" and "?" not in name:
            symbols.add((path, kind, name.replace("r#", ""), int(end)))
    ours: set[object] = set()
    for path in sorted(read):
        text = (folder / path).read_text(errors="replace").split("\n")
        inside = macro_lines(text)
        for s in found[path].symbols:
            if s.line not in inside and s.name.replace(".", "").replace("#", "").replace("_", "").isalnum():
                ours.add((path, s.kind, s.name.replace("r#", ""), s.end_line))
    sheet.compare("symbols", f"symbols ({len(read)} of {len(names)} files)", ours, symbols)
    targets = {(p, i.target) for p in read for i in found[p].imports if i.kind in ("use", "export")}
    missed: set[object] = {
        (p, t) for p in read for t in paths[p] if (p, t) not in targets and (p, f"self::{t}") not in targets
    }
    everything: set[object] = {(p, t) for p in read for t in paths[p]}
    sheet.compare("imports", "use paths outside of inline modules", everything - missed, everything)
    resolve = resolving_of("rust", dict.fromkeys(names, "Rust"), folder, found)
    standings: Counter[str] = Counter()
    unknown: list[str] = []
    for path in names:
        for one in found[path].imports:
            result = resolve(path, one)
            standings[f"{one.kind} {result.standing}"] += 1
            if result.standing == "unknown":
                unknown.append(f"{path}:{one.line} {one.kind} {one.target}")
    print("  resolved:", dict(sorted(standings.items())))
    for line in unknown[: sheet.show]:
        print("      unknown:", line)


def macro_lines(text: list[str]) -> set[int]:
    """The lines inside of macro calls at the level of items, which syn does not read."""
    inside: set[int] = set()
    closing: str | None = None
    for at, line in enumerate(text, 1):
        indent = line[: len(line) - len(line.lstrip())]
        if closing is None:
            word = line.strip().split("!")[0]
            if "!" in line and word.replace("::", "").isidentifier() and not indent and line.rstrip().endswith("{"):
                closing = indent + "}" if word != "macro_rules" else None
        elif line.startswith(closing) and not line[: len(closing) - 1].strip():
            closing = None
        else:
            inside.add(at)
    return inside


if __name__ == "__main__":
    main()
