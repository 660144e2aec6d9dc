"""Ruby, PHP, Scala, Elixir, shell and Terraform: our symbols and imports beside parsers of other hands.

    python benchmarks/accuracy/scripting.py LANGUAGE FOLDER... [--show N] [--rows FILE]

Ripper needs `ruby`, Elixir's parser `elixir`, shell `shfmt`; php-parser and scalameta-parsers come from npm (name their
`node_modules` in NODE_PATH), Terraform's reference is python-hcl2. Edges of PHP and Elixir are compared with the files
that the reference says define the imported class or module.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from agreement import Sheet, extraction, output, resolving_of, source_files

from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import

HERE = Path(__file__).resolve().parent / "reference"
Found = dict[str, Any]
"""What a reference says of one file: rows of kind, name and line, and targets of imports where it tells them."""


class Language(NamedTuple):
    """A language beside its reference: `ours` gives rows that can be compared with the reference's."""

    name: str
    module: str
    suffixes: tuple[str, ...]
    reference: Callable[[list[Path]], dict[str, Found | None]]
    ours: Callable[[Extracted], Iterable[tuple[str, str, int]]]
    imports: frozenset[str] = frozenset()
    """The kinds of imports that the reference tells."""


def program(*command: str) -> Callable[[list[Path]], dict[str, Found | None]]:
    """A reference that reads paths and prints one JSON line for each."""

    def run(paths: list[Path]) -> dict[str, Found | None]:
        rows = output(command, HERE, "\n".join(str(path) for path in paths).encode()).splitlines()
        return {row["path"]: row["found"] for row in map(json.loads, rows)}

    return run


def shfmt(paths: list[Path]) -> dict[str, Found | None]:
    """Functions that shfmt's syntax tree declares."""
    found: dict[str, Found | None] = {}
    for path in paths:
        done = subprocess.run(["shfmt", "-tojson"], input=path.read_bytes(), capture_output=True, check=False)
        if done.returncode:
            found[str(path)] = None
            continue
        symbols: list[tuple[str, str, int]] = []
        waiting: list[Any] = [json.loads(done.stdout)]
        while waiting:
            node = waiting.pop()
            if isinstance(node, dict):
                if node.get("Type") == "FuncDecl":
                    symbols.append(("function", node["Name"]["Value"], node["Pos"]["Line"]))
                waiting.extend(node.values())
            elif isinstance(node, list):
                waiting.extend(node)
        found[str(path)] = {"symbols": symbols}
    return found


LABELS = {"resource": ("", 2), "ephemeral": ("ephemeral.", 2), "data": ("data.", 2)} | {
    "module": ("module.", 1),
    "variable": ("var.", 1),
    "output": ("output.", 1),
}


def hcl2(paths: list[Path]) -> dict[str, Found | None]:
    """Addresses of what python-hcl2 reads."""
    from hcl2 import loads  # pyright: ignore  # because it is installed for this comparison only

    found: dict[str, Found | None] = {}
    for path in paths:
        symbols: list[tuple[str, str, int]] = []
        for kind, blocks in loads(path.read_text(encoding="utf-8")).items():
            for block in blocks if isinstance(blocks, list) else []:
                for label, inner in block.items():
                    if str(label).startswith("__"):
                        continue
                    first = label.strip('"')
                    if kind == "locals":
                        symbols.append(("", f"local.{first}", 0))
                    elif kind == "provider":
                        alias = str(inner.get("alias", "")).strip('"')
                        symbols.append(("", ".".join(part for part in ("provider", first, alias) if part), 0))
                    elif kind in LABELS:
                        prefix, count = LABELS[kind]
                        names = [f"{first}.{name.strip(chr(34))}" for name in inner] if count == 2 else [first]
                        symbols.extend(("", prefix + name, 0) for name in names if "__" not in name[:2])
        found[str(path)] = {"symbols": symbols}
    return found


def ruby(found: Extracted) -> Iterable[tuple[str, str, int]]:
    """Methods and constants by their last name: Ripper does not say what a method in a method belongs to."""
    for one in found.symbols:
        if one.kind == "property" or one.signature.startswith(("define_method", "alias", "define_singleton")):
            continue
        if one.kind in ("class", "module") and one.signature.startswith(one.kind):
            # Containers are compared with all that is around them but classes that are made by a call.
            yield one.kind, one.name, one.line
        else:
            yield "method" if one.kind == "method" else "constant", one.name.rpartition(".")[2], one.line


def scala(found: Extracted) -> Iterable[tuple[str, str, int]]:
    """Extensions and givens apart, which the reference does not name alike."""
    kinds = {"method": "def", "function": "def", "constructor": "def", "property": "value"}
    for one in found.symbols:
        if one.kind not in ("extension", "implementation"):
            yield kinds.get(one.kind, one.kind), one.name, 0


def plain(language: Language, one: Import) -> bool:
    """Whether an import is one that the reference tells: a statement, in Ruby a require or load of a literal path."""
    if language.name == "Ruby" and (one.names or one.target.startswith("__dir__/")):
        return False
    return "reference" not in one.flags


def elixir(found: Extracted) -> Iterable[tuple[str, str, int]]:
    """Callbacks apart, which declare what others define."""
    kinds = ("function", "macro", "module", "protocol", "implementation")
    return ((s.kind, s.name, 0) for s in found.symbols if s.kind in kinds and not s.signature.startswith("@"))


LANGUAGES = {
    "ruby": Language(
        "Ruby",
        "ruby",
        (".rb",),
        program("ruby", str(HERE / "ruby_symbols.rb")),
        ruby,
        frozenset(("require", "include")),
    ),
    "php": Language(
        "PHP",
        "php",
        (".php",),
        program("node", str(HERE / "php_symbols.js")),
        lambda found: ((s.kind, s.name, s.line) for s in found.symbols if not s.signature.startswith("define(")),
        frozenset(("use",)),
    ),
    "scala": Language("Scala", "scala", (".scala",), program("node", str(HERE / "scala_symbols.js")), scala),
    "elixir": Language(
        "Elixir",
        "elixir",
        (".ex", ".exs"),
        program("elixir", str(HERE / "elixir_symbols.exs")),
        elixir,
        frozenset(("import", "use", "require")),
    ),
    "shell": Language(
        "Shell",
        "shell",
        (".sh", ".bash"),
        shfmt,
        lambda found: (
            ("function", s.name.rpartition(".")[2], s.line) for s in found.symbols if s.kind == "function"
        ),
    ),
    "terraform": Language(
        "HCL", "hcl", (".tf",), hcl2, lambda found: (("", s.name, 0) for s in found.symbols)
    ),
}  # fmt: skip


def main() -> None:
    language = LANGUAGES[sys.argv.pop(1)]
    sheet = Sheet.asked()
    for folder in sheet.folders:
        compare(language, folder, sheet)


def compare(language: Language, folder: Path, sheet: Sheet) -> None:
    """Prints the agreement over one folder."""
    sheet.start(folder)
    extract = extraction(language.name)
    paths = list(source_files(folder, language.suffixes))
    reference = language.reference(paths)
    found: dict[str, Extracted] = {}
    ours: set[object] = set()
    theirs: set[object] = set()
    written: set[object] = set()
    named: set[object] = set()
    for path in paths:
        name = path.relative_to(folder).as_posix()
        found[name] = extract(path.read_bytes())
        read = reference.get(str(path))
        if read is None:
            continue
        theirs |= {(name, *row) for row in read["symbols"]}
        ours |= {(name, *row) for row in language.ours(found[name])}
        named |= {(name, target) for target in read.get("imports", ())}
        written |= {
            (name, one.target)
            for one in found[name].imports
            # The reference reads literal paths of require and load; not autoload, nor paths put together.
            if one.kind in language.imports and plain(language, one)
        }
    skipped = sum(1 for each in reference.values() if each is None)
    sheet.compare("symbols", f"symbols ({len(paths) - skipped} of {len(paths)} files)", ours, theirs)
    if language.imports:
        sheet.compare("imports", "imports", written, named)
        edges(language, folder, found, reference, sheet)


def edges(
    language: Language, folder: Path, found: dict[str, Extracted], reference: dict[str, Found | None], sheet: Sheet
) -> None:
    """Compares what imports reach with the files that the reference says define their targets."""
    defined: defaultdict[str, set[str]] = defaultdict(set)
    for path, read in reference.items():
        name = Path(path).relative_to(folder).as_posix()
        for each in (read or {}).get("types", ()):
            defined[each].add(name)
        for kind, each, _ in (read or {}).get("symbols", ()) if language.name == "Elixir" else ():
            if kind in ("module", "protocol", "implementation"):
                defined[each].add(name)
    if not defined:
        return
    resolve = resolving_of(language.module, dict.fromkeys(found, language.name), folder, found)
    ours: set[object] = set()
    theirs: set[object] = set()
    for name, each in found.items():
        for one in each.imports:
            if one.kind not in language.imports or {"function", "const"} & set(one.flags):
                continue
            files = resolve(name, one).files
            right = defined.get(one.target, set())
            # Where several files define it (copies for tests), any of them counts.
            theirs |= {(name, one.target)} if right else set()
            ours |= {(name, one.target) if right & set(files) else (name, one.target, files)} if files else set()
    sheet.compare("edges", "edges", ours, theirs)


if __name__ == "__main__":
    main()
