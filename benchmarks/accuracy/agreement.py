"""What the accuracy scripts share: files of folders, our extraction and resolution over them, agreement of two sets.

Each script beside this one takes folders and compares with a reference tool that must be installed.
"""

import argparse
import importlib
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from plumbrule.mcp_server.analysis.graph.resolving import __name__ as resolving
from plumbrule.mcp_server.analysis.graph.tree import Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.analysis.syntax.model import Extracted
from plumbrule.mcp_server.analysis.syntax.readers import READERS

CONFIGURATION = (
    "go.mod",
    "go.work",
    "Cargo.toml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle.kts",
    "composer.json",
)


def source_files(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Regular files with one of the endings, in order."""
    for top, folders, names in os.walk(folder):
        folders.sort()
        folders[:] = [name for name in folders if name != ".git"]
        for name in sorted(names):
            path = Path(top, name)
            if name.endswith(suffixes) and not path.is_symlink():
                yield path


def extraction(language: str) -> Callable[[bytes], Extracted]:
    """The extractor of a language with its parser."""
    from semble_grammars import get_parser  # pyright: ignore[reportMissingTypeStubs]  # it ships none

    reader = READERS[language]
    parser = get_parser(reader.grammar)
    module = importlib.import_module(f"plumbrule.mcp_server.analysis.syntax.extractors.{reader.module}")
    extract = getattr(module, reader.function)
    return lambda raw: extract(raw, parser.parse(raw))


def indexed(found: Extracted) -> Index:
    """An index that holds what resolvers read."""
    empty: dict[str, object] = {name: list[object]() for name in Index._fields}
    empty.update(
        dict.fromkeys(("code", "comment", "blank", "functions", "classes", "typed", "documented", "public"), 0)
    )
    empty.update(raw_imports=[list(one) for one in found.imports], fault="")
    empty["exports"] = list(found.exports) if found.exports is not None else None
    return Index(**empty)  # type: ignore[arg-type]  # a record of lists and numbers, made by name


def resolving_of(module: str, language_of: dict[str, str], folder: Path, found: dict[str, Extracted]) -> Resolve:
    """The resolver of a module of `graph/resolving` over the files of a folder."""
    texts = {path.relative_to(folder).as_posix(): path.read_bytes() for path in source_files(folder, CONFIGURATION)}
    tree = Tree(language_of, {path: indexed(each) for path, each in found.items()}, texts, ())
    return importlib.import_module(f"{resolving}.{module}").resolver(tree)


class Sheet:
    """The folders to compare, and where the figures go: printed, and kept as JSON lines where that is asked for.

    On the command line: `FOLDER... [--show N] [--rows FILE]`.
    """

    def __init__(self, folders: Iterable[Path], show: int = 0, rows: Path | None = None) -> None:
        self.folders = [folder.resolve() for folder in folders]
        self.show = show
        self._rows = rows
        self._folder = ""

    @classmethod
    def asked(cls) -> "Sheet":
        """As the command line says."""
        parser = argparse.ArgumentParser()
        parser.add_argument("folders", nargs="*", type=Path)
        parser.add_argument("--show", type=int, default=0)
        parser.add_argument("--rows", type=Path)
        given = parser.parse_args()
        return cls(given.folders, given.show, given.rows)

    def start(self, folder: Path) -> None:
        """Name the folder that the figures to come are about."""
        self._folder = folder.name
        print(folder.name)

    def compare(self, fact: str, title: str, ours: set[object], theirs: set[object]) -> None:
        """Precision and recall of a set against the reference, and the first few that differ."""
        both, only, missed = len(ours & theirs), sorted(ours - theirs, key=str), sorted(theirs - ours, key=str)
        differs = [f"only ours: {worded(one)}" for one in only] + [f"only reference: {worded(one)}" for one in missed]
        self.count(fact, title, (both, len(ours), len(theirs)), differs)
        for name, rest in (("only ours", only), ("only reference", missed)):
            for each in rest[: self.show]:
                print(f"      {name}: {each}")

    def count(self, fact: str, title: str, counts: tuple[int, int, int], differs: list[str]) -> None:
        """The same from counts: agreeing, ours, the reference's. `differs` are what a reader sees of the rest."""
        both, ours, theirs = counts
        recall = both / theirs if theirs else 1.0
        precision = both / ours if ours else 1.0
        print(f"  {title:34} precision {precision:8.4%}  recall {recall:8.4%}  ours {ours:6}  reference {theirs:6}")
        firsts = [one for start in ("only ours", "only ref") for one in [d for d in differs if d.startswith(start)][:3]]
        others = [one for one in differs if not one.startswith(("only ours", "only ref"))][:6]
        self.keep({"fact": fact, "what": title, "counts": [both, ours, theirs], "differs": firsts + others})

    def keep(self, row: dict[str, object]) -> None:
        """One line more in the file of rows."""
        if self._rows is not None:
            with self._rows.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"folder": self._folder} | row, sort_keys=True) + "\n")


def worded(each: object) -> str:
    """A difference as a reader sees it."""
    return " ".join(worded(part) for part in each) if isinstance(each, tuple) else str(each)


def output(command: Iterable[str], cwd: Path, given: bytes = b"") -> bytes:
    """What a reference tool prints."""
    return subprocess.run(list(command), cwd=cwd, input=given, capture_output=True, check=True).stdout
