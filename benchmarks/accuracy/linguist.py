"""Languages: our shares of bytes beside github-linguist's, for folders that are git repositories with one commit.

    python benchmarks/accuracy/linguist.py FOLDER... [--show N] [--rows FILE]

Overlap is the sum over all languages of the smaller of both shares. `files` compares each file's language for the
files that linguist counts.
"""

import json
import subprocess
import sys
from pathlib import Path

from agreement import Sheet, output


def of_linguist(folder: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Bytes by language, and the language of each counted file."""
    made = json.loads(output(["github-linguist", ".", "--json", "--breakdown"], folder))
    sizes = {name: row["size"] for name, row in made.items()}
    return sizes, {path: name for name, row in made.items() for path in row["files"]}


def of_ours(folder: Path) -> dict[str, int]:
    """Bytes by language as the program itself prints them."""
    command = [sys.executable, "-m", "plumbrule", "analyze", str(folder), "--json", "--detail", "full"]
    done = subprocess.run([*command, "--aspects", "languages"], capture_output=True, check=False)
    shares = json.loads(done.stdout)["languages"]["shares"]
    return {row["name"]: row["bytes"] for row in shares}


def main() -> None:
    sheet = Sheet.asked()
    for folder in sheet.folders:
        sheet.start(folder)
        theirs, files = of_linguist(folder)
        ours = of_ours(folder)
        all_ours, all_theirs = sum(ours.values()) or 1, sum(theirs.values()) or 1
        names = sorted(set(ours) | set(theirs))
        overlap = sum(min(ours.get(name, 0) / all_ours, theirs.get(name, 0) / all_theirs) for name in names)
        if not ours and not theirs:
            overlap = 1.0
        pairs = ((name, ours.get(name, 0), theirs.get(name, 0)) for name in names)
        differs = sorted((row for row in pairs if row[1] != row[2]), key=lambda row: (-abs(row[1] - row[2]), row[0]))
        print(f"  overlap {overlap:.4f}  {len(files)} files", differs[: sheet.show])
        told = [f"{name}: ours {mine} bytes, linguist {other}" for name, mine, other in differs[:4]]
        row = {"what": f"{len(files)} files", "overlap": round(overlap, 5), "languages": len(names), "differs": told}
        sheet.keep({"fact": "languages", **row})


if __name__ == "__main__":
    main()
