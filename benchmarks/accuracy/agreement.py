"""What the accuracy scripts share: files of folders, our extraction and resolution over them, agreement of two sets.

Each script beside this one takes folders and compares with a reference tool that must be installed.
"""

import importlib
import os
import subprocess
import sys
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


def agreement(title: str, ours: set[object], theirs: set[object], show: int = 0) -> None:
    """Prints precision and recall of a set against the reference, and the first few that differ."""
    both = len(ours & theirs)
    recall = both / len(theirs) if theirs else 1.0
    precision = both / len(ours) if ours else 1.0
    print(
        f"  {title:34} precision {precision:8.4%}  recall {recall:8.4%}  ours {len(ours):6}  reference {len(theirs):6}"
    )
    for name, rest in (("only ours", ours - theirs), ("only reference", theirs - ours)):
        for each in sorted(rest, key=str)[:show]:
            print(f"      {name}: {each}")


def folders() -> tuple[list[Path], int]:
    """The folders named on the command line, and how many differences to show (`--show N`)."""
    words = sys.argv[1:]
    show = 0
    if "--show" in words:
        at = words.index("--show")
        show = int(words[at + 1])
        del words[at : at + 2]
    return [Path(word).resolve() for word in words], show


def output(command: Iterable[str], cwd: Path, given: bytes = b"") -> bytes:
    """What a reference tool prints."""
    return subprocess.run(list(command), cwd=cwd, input=given, capture_output=True, check=True).stdout
