"""Dependencies: what we read of manifests and locks beside the ecosystems' own tools and plain parsers.

    python benchmarks/accuracy/dependencies.py FOLDER... [--show N] [--rows FILE]

Each FOLDER is a checkout or an unpacked package. Reference: `cargo metadata --no-deps`, `go mod edit -json`, Ruby's own
parser (Ripper, which runs nothing), npm's arborist (`loadVirtual`), tomllib, PyYAML, ElementTree, json; of source
distributions of PyPI `Requires-Dist` of their PKG-INFO, read by `packaging`. A tool that is not installed is named and
left out. Prints precision and recall of each kind over all folders, and exits 1 below 100 %.
"""

import sys
from collections import defaultdict
from pathlib import Path
from xml.etree.ElementTree import ParseError

from yaml import YAMLError

sys.path.insert(0, str(Path(__file__).resolve().parent))
from agreement import Sheet
from dependencies_oracles import ORACLES, Unavailable, requires_dist
from dependencies_ours import direct, locked, readings

Facts = set[tuple[str, ...]]


class Tally:
    """Agreement by kind over all folders."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._differs: defaultdict[str, list[str]] = defaultdict(list)
        self._counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        self.missing: set[str] = set()

    def take(self, kind: str, place: str, ours: Facts, theirs: Facts) -> None:
        """Count one file, and print the first differences."""
        counts = self._counts[kind]
        for at, number in enumerate((1, len(ours & theirs), len(ours), len(theirs))):
            counts[at] += number
        for title, rest in (("only ours", ours - theirs), ("only reference", theirs - ours)):
            self._differs[kind] += [f"{title}: {place} {' | '.join(one)}" for one in sorted(rest)]
            for one in sorted(rest)[: self._sheet.show]:
                print(f"    {kind} {place}: {title}: {' | '.join(one)}")

    def printed(self) -> bool:
        """Print the table, and keep its rows; whether all agree."""
        whole = True
        self._sheet.start(Path("all"))
        for kind, (files, both, ours, theirs) in sorted(self._counts.items()):
            precision, recall = both / ours if ours else 1.0, both / theirs if theirs else 1.0
            whole &= both == ours == theirs or kind.endswith("computed")  # what code computes is named, not read
            print(f"{kind:28} files {files:5}  precision {precision:8.4%}  recall {recall:8.4%}  facts {theirs:7}")
            self._sheet.count("manifests", f"{kind}: {files} files", (both, ours, theirs), self._differs[kind])
        for tool in sorted(self.missing):
            print(f"not compared: {tool}")
            self._sheet.keep({"fact": "missing", "what": tool})
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


def compare_sdist(folder: Path, tally: Tally) -> None:
    """An unpacked source distribution against its own PKG-INFO."""
    theirs = requires_dist(folder / "PKG-INFO")
    if theirs is not None:
        found = readings(folder)
        unread = [one for reading in found.values() for one in reading.not_read if one.rule == "python.computed"]
        tally.take("sdist, part computed" if unread else "sdist", folder.name, direct("sdist", found), theirs)


def main() -> int:
    sheet = Sheet.asked()
    tally = Tally(sheet)
    for folder in sheet.folders:
        compare(folder, tally)
        compare_sdist(folder, tally)
    return 0 if tally.printed() else 1


if __name__ == "__main__":
    sys.exit(main())
