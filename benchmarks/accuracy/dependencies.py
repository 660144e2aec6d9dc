"""Dependencies: what we read of manifests and locks beside the ecosystems' own tools and plain parsers.

    python benchmarks/accuracy/dependencies.py FOLDER... [--show N] [--sdists FOLDER]

Each FOLDER is a checkout. Reference: `cargo metadata --no-deps`, `go mod edit -json`, Ruby's own parser (Ripper, which
runs nothing), npm's arborist (`loadVirtual`), tomllib, PyYAML, ElementTree, json. `--sdists` holds source distributions
of PyPI; there the reference is `Requires-Dist` of their PKG-INFO, read by `packaging`. A tool that is not installed is
named and left out. Prints precision and recall of each kind over all folders, and exits 1 below 100 %.
"""

import sys
import tarfile
import tempfile
from collections import defaultdict
from pathlib import Path
from xml.etree.ElementTree import ParseError

from yaml import YAMLError

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dependencies_oracles import ORACLES, Unavailable, requires_dist
from dependencies_ours import direct, locked, readings

Facts = set[tuple[str, ...]]


class Tally:
    """Agreement by kind over all folders."""

    def __init__(self, show: int) -> None:
        self._show = show
        self._counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        self.missing: set[str] = set()

    def take(self, kind: str, place: str, ours: Facts, theirs: Facts) -> None:
        """Count one file, and print the first differences."""
        counts = self._counts[kind]
        for at, number in enumerate((1, len(ours & theirs), len(ours), len(theirs))):
            counts[at] += number
        for title, rest in (("only ours", ours - theirs), ("only reference", theirs - ours)):
            for one in sorted(rest)[: self._show]:
                print(f"    {kind} {place}: {title}: {' | '.join(one)}")

    def printed(self) -> bool:
        """Print the table; whether all agree."""
        whole = True
        for kind, (files, both, ours, theirs) in sorted(self._counts.items()):
            precision, recall = both / ours if ours else 1.0, both / theirs if theirs else 1.0
            whole &= both == ours == theirs or kind.endswith("computed")  # what code computes is named, not read
            print(f"{kind:28} files {files:5}  precision {precision:8.4%}  recall {recall:8.4%}  facts {theirs:7}")
        for tool in sorted(self.missing):
            print(f"not compared: {tool}")
        return whole


def compare(folder: Path, tally: Tally) -> None:
    """Every file of a checkout for which there is a reference."""
    found = readings(folder)
    for path, reading in sorted(found.items()):
        for kind, pattern, oracle, of_lock in ORACLES:
            if not Path(path).match(pattern):
                continue
            try:
                theirs = oracle(folder / path)
            except Unavailable as error:
                tally.missing.add(str(error))
                continue
            except (ValueError, KeyError, AttributeError, TypeError, SyntaxError, YAMLError, ParseError):
                continue  # the reference cannot read the file: fixtures are often broken on purpose
            if theirs is not None:
                tally.take(kind, f"{folder.name}/{path}", locked(reading) if of_lock else direct(kind, reading), theirs)


def compare_sdists(folder: Path, tally: Tally) -> None:
    """Each source distribution against its own PKG-INFO."""
    for archive in sorted(folder.glob("*.tar.gz")):
        with tempfile.TemporaryDirectory() as scratch, tarfile.open(archive) as opened:
            names = ("PKG-INFO", "pyproject.toml", "setup.py", "setup.cfg")
            wanted = [one for one in opened.getmembers() if one.isfile() and _tells(one.name, names)]
            opened.extractall(scratch, wanted, filter="data")
            for root in Path(scratch).iterdir():
                theirs = requires_dist(root / "PKG-INFO")
                if theirs is None:
                    continue
                found = readings(root)
                unread = [
                    one for reading in found.values() for one in reading.not_read if one.rule == "python.computed"
                ]
                kind = "sdist, part computed" if unread else "sdist"
                tally.take(kind, root.name, direct("sdist", found), theirs)


def _tells(name: str, names: tuple[str, ...]) -> bool:
    at_root = name.count("/") == 1 and name.endswith((*names, ".txt", ".in"))
    return at_root or "/requirements" in name


def main() -> int:
    words, show, sdists = sys.argv[1:], 0, ""
    for option in ("--show", "--sdists"):
        if option in words:
            at = words.index(option)
            value = words[at + 1]
            del words[at : at + 2]
            show, sdists = (int(value), sdists) if option == "--show" else (show, value)
    tally = Tally(show)
    for word in words:
        compare(Path(word).resolve(), tally)
    if sdists:
        compare_sdists(Path(sdists), tally)
    return 0 if tally.printed() else 1


if __name__ == "__main__":
    sys.exit(main())
