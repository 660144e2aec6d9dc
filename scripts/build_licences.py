"""Makes `src/mcp_server/analysis/licences/spdx.bin` from npm's `spdx-license-list` (texts and names: CC0-1.0).

Run it from the repository's root with npm on the PATH and Plumbrule installed:
`python scripts/build_licences.py [VERSION]`. The layout is what `licences/spdx.py` reads: magic, header length, header,
index (pairs, then owners), compressed texts.
"""

import json
import subprocess
import sys
import tempfile
import zlib
from array import array
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TypedDict

from plumbrule.mcp_server.analysis.licences.spdx import MAGIC
from plumbrule.mcp_server.analysis.licences.words import words_of

PACKAGE = "spdx-license-list"
TARGET = Path(__file__).parents[1] / "src/mcp_server/analysis/licences/spdx.bin"
FIXTURE = Path(__file__).parents[1] / "tests/mcp_server/analysis/licences/spdx_texts.json"
IN_TESTS = (
    *("0BSD", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause", "BSL-1.0", "BUSL-1.1"),
    *("CC0-1.0", "ECL-2.0", "Elastic-2.0", "GPL-2.0-only", "GPL-3.0-only", "ISC", "LGPL-2.1-only", "MIT", "MIT-0"),
    *("MPL-2.0", "OFL-1.1", "PSF-2.0", "Pixar", "Unlicense", "WTFPL", "X11", "Zlib"),
)
RARE_PAIRS = 48  # per text: enough to survive edits, few enough to index in milliseconds
END_OF_TERMS = "END OF TERMS AND CONDITIONS"
GNU = ("GPL-", "LGPL-", "AGPL-", "GFDL-")


class Published(TypedDict):
    name: str
    osiApproved: bool
    licenseText: str


def published_licences(version: str, folder: Path) -> tuple[str, dict[str, Published]]:
    command = ["npm", "install", "--ignore-scripts", "--no-audit", f"{PACKAGE}@{version}"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    package = folder / "node_modules" / PACKAGE
    exact = json.loads((package / "package.json").read_bytes())["version"]
    return exact, json.loads((package / "spdx-full.json").read_bytes())


def has_own_text(identifier: str, known: dict[str, Published]) -> bool:
    """Whether the text is stored under this identifier.

    Deprecated forms (`GPL-2.0`, `GPL-2.0+`, `…-with-…-exception`) repeat the text of the `-only` form, and so does
    `-or-later`: a licence's text alone cannot tell whether later versions are allowed.
    """
    if identifier.startswith(GNU):
        return identifier.endswith("-only") and "-invariants" not in identifier
    return not identifier.endswith("+") and f"{identifier}-only" not in known and "-with-" not in identifier


def variants(text: str) -> list[tuple[bool, str]]:
    """The text, and where it has an appendix (how to apply it; the GPL after LGPL 3) also the text without."""
    upper = text.upper()
    if upper.startswith("GNU LESSER") and (at := upper.find("GNU GENERAL PUBLIC LICENSE\nVERSION 3")) > 0:
        return [(False, text), (True, text[:at])]
    at = upper.find(END_OF_TERMS)
    return [(False, text)] if at < 0 else [(False, text), (True, text[: at + len(END_OF_TERMS)])]


def main() -> None:
    version = sys.argv[1] if len(sys.argv) > 1 else "latest"
    with tempfile.TemporaryDirectory() as folder:
        exact, known = published_licences(version, Path(folder))
    texts: list[tuple[str, bool, array[int]]] = []
    number_of: dict[str, int] = {}
    seen: dict[bytes, int] = {}
    for identifier in sorted(known):
        if not has_own_text(identifier, known):
            continue
        for partial, text in variants(known[identifier]["licenseText"]):
            hashes = words_of(text).hashes
            key = hashes.tobytes()
            if key not in seen:
                seen[key] = len(texts)
                texts.append((identifier, partial, hashes))
            number_of.setdefault(identifier, seen[key])
    pairs_of = [Counter(a << 16 | b for a, b in pairwise(h)) for _, _, h in texts]
    frequency = Counter(pair for pairs in pairs_of for pair in pairs)
    index = [(pair, n) for n, pairs in enumerate(pairs_of) for pair in rarest(pairs, frequency)]
    blobs = [zlib.compress(hashes.tobytes(), 9) for _, _, hashes in texts]
    TARGET.write_bytes(layout(exact, known, number_of, texts, index, blobs))
    FIXTURE.write_text(
        json.dumps({i: known[i]["licenseText"] for i in IN_TESTS}, ensure_ascii=False, indent=0) + "\n",
        encoding="utf-8",
    )
    print(f"{TARGET}: {len(known)} identifiers, {len(texts)} texts")


def rarest(pairs: Counter[int], frequency: Counter[int]) -> list[int]:
    return sorted(pairs, key=lambda pair: (frequency[pair], pair))[:RARE_PAIRS]


def layout(
    exact: str,
    known: dict[str, Published],
    number_of: dict[str, int],
    texts: list[tuple[str, bool, "array[int]"]],
    index: list[tuple[int, int]],
    blobs: list[bytes],
) -> bytes:
    rows: list[list[object]] = []
    start = 0
    for (identifier, partial, hashes), blob in zip(texts, blobs, strict=True):
        rows.append([identifier, partial, len(hashes), start, len(blob)])
        start += len(blob)
    licences = [[i, known[i]["name"], bool(known[i]["osiApproved"]), number_of.get(i, -1)] for i in sorted(known)]
    header = json.dumps(
        {"source": f"{PACKAGE} {exact}, CC0-1.0", "licences": licences, "texts": rows, "index": len(index)},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    pairs, owners = array("I", (pair for pair, _ in index)), array("H", (owner for _, owner in index))
    if sys.byteorder == "big":
        raise SystemExit("the packed form is little-endian: build it on a little-endian machine")
    return b"".join([MAGIC, len(header).to_bytes(4, "little"), header, pairs.tobytes(), owners.tobytes(), *blobs])


if __name__ == "__main__":
    main()
