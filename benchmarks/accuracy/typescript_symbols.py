"""Agreement with the TypeScript compiler on symbols, imports and resolved files, for given package folders.

    python benchmarks/accuracy/typescript_symbols.py --typescript PATH/node_modules/typescript FOLDER...

Needs Node and an installed `typescript`. A symbol agrees when kind, name and line do; an import when target and line
do; an edge when the same file, the same outside package or the same builtin is reached. Files that the compiler finds
syntax errors in are left out of the symbols. `--show N` prints N differences, `--rows FILE` keeps the figures.
"""

import collections
import json
import subprocess
import sys
from pathlib import Path

from agreement import Sheet, worded
from semble_grammars import get_parser

from plumbrule.mcp_server.analysis.graph.resolving.ecmascript import resolver
from plumbrule.mcp_server.analysis.graph.resolving.table import is_configuration
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

HERE = Path(__file__).parent
GRAMMARS = {"ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx"}


def compiler_view(folder: Path, typescript: str) -> list[dict[str, object]]:
    """What the compiler says of every source file."""
    done = subprocess.run(
        ["node", str(HERE / "typescript_symbols.mjs"), str(folder), typescript],
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def our_view(path: Path) -> Extracted:
    raw = path.read_bytes()
    grammar = GRAMMARS.get(path.suffix[1:], "javascript")
    return extract(raw, get_parser(grammar).parse(raw))


def same_symbols(ours: Extracted, theirs: list[list[object]]) -> tuple[int, list[object], list[object]]:
    """Pairs by kind, line and last name: (agreeing, only ours, only theirs)."""
    waiting: dict[tuple[object, object], list[str]] = collections.defaultdict(list)
    for kind, name, line in theirs:
        waiting[(kind, line)].append(str(name))
    agreeing, extra = 0, []
    for symbol in ours.symbols:
        names = waiting[(symbol.kind, symbol.line)]
        match = next((one for one in names if symbol.name == one or symbol.name.endswith("." + one)), None)
        if match is None:
            extra.append((symbol.kind, symbol.name, symbol.line))
        else:
            names.remove(match)
            agreeing += 1
    missing = [(kind, name, line) for (kind, line), names in waiting.items() for name in names]
    return agreeing, extra, missing


def same_imports(ours: Extracted, theirs: list[list[object]]) -> tuple[int, list[object], list[object]]:
    mine = collections.Counter((one.target, one.line) for one in ours.imports)
    other = collections.Counter((str(one[0]), one[1]) for one in theirs)
    return sum((mine & other).values()), list((mine - other).elements()), list((other - mine).elements())


def tree_of(folder: Path) -> Tree:
    """The folder as resolvers see it."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and "node_modules" not in path.parts]
    names = {str(path.relative_to(folder)): path for path in paths}
    texts = {name: path.read_bytes() for name, path in names.items() if is_configuration(name)}
    return Tree(dict.fromkeys(names, "any"), {}, texts, ())


def same_edges(
    file: str, ours: Extracted, theirs: list[list[object]], resolve: Resolve, own: str
) -> tuple[int, list[object], list[object]]:
    """Imports seen by both whose goal both know: (agreeing, ours that differ or are wrong, theirs that we miss)."""
    answers: dict[tuple[str, object], Resolution] = {}
    for one in ours.imports:
        answers[one.target, one.line] = resolve(file, one)
    agreeing, wrong, missed = 0, [], []
    for target, line, standing, goal in theirs:
        answer = answers.get((str(target), line))
        if answer is None or standing == "builtin":
            continue
        if standing == "built":  # the compiler finds no build of a member: its source must be ours
            same = answer.standing == "file" and answer.files[0].startswith(f"{goal}/")
        elif standing == "file":
            same = answer.files == (goal,)
        else:
            same = answer.standing == standing or (standing == "unknown" and answer.standing == "file")
            same = same or (standing == "external" and answer.standing == "unknown")
        # Nothing is installed here; where it is, a package finds itself under its own name, and we know that.
        same = same or (standing == "external" and own == goal and answer.standing == "file")
        row = (target, line, (standing, goal), (answer.standing, answer.files or answer.package))
        if same:
            agreeing += standing == "file" or (standing == "built" and answer.standing == "file")
        else:
            if answer.standing == "file":
                wrong.append(row)
            if standing in ("file", "built"):
                missed.append(row)
    return agreeing, wrong, missed


def measure(folder: Path, typescript: str, sheet: Sheet) -> None:
    """Compares one package."""
    sheet.start(folder)
    totals = {"symbols": [0, 0, 0], "imports": [0, 0, 0], "edges": [0, 0, 0]}
    differs: dict[str, list[str]] = collections.defaultdict(list)
    resolve = resolver(tree_of(folder))
    manifest = folder / "package.json"
    own = json.loads(manifest.read_text("utf-8")).get("name", "") if manifest.exists() else ""
    rows = compiler_view(folder, typescript)
    for row in rows:
        ours = our_view(folder / str(row["file"]))
        pairs = {"imports": same_imports(ours, row["imports"])}  # type: ignore[arg-type] # because JSON has no types
        pairs["edges"] = same_edges(str(row["file"]), ours, row["imports"], resolve, own)  # type: ignore[arg-type] # because JSON has no types
        if not row["errors"]:
            pairs["symbols"] = same_symbols(ours, row["symbols"])  # type: ignore[arg-type] # because JSON has no types
        for fact, (agreeing, extra, missing) in pairs.items():
            total = totals[fact]
            for at, number in enumerate((agreeing, agreeing + len(extra), agreeing + len(missing))):
                total[at] += number
            for word, found in (("only ours", extra), ("only reference", missing)):
                differs[fact] += [f"{word}: {row['file']} {worded(one)}" for one in found]
    broken = sum(bool(row["errors"]) for row in rows)
    for fact, (agreeing, mine, other) in totals.items():
        what = f"{len(rows) - broken} of {len(rows)} files" if fact == "symbols" else f"{len(rows)} files"
        sheet.count(fact, what, (agreeing, mine, other), differs[fact])
        for line in differs[fact][: sheet.show]:
            print("     ", line)


def main() -> None:
    typescript = "typescript"
    if "--typescript" in sys.argv:
        at = sys.argv.index("--typescript")
        typescript = sys.argv[at + 1]
        del sys.argv[at : at + 2]
    sheet = Sheet.asked()
    for folder in sheet.folders:
        measure(folder, typescript, sheet)


if __name__ == "__main__":
    main()
