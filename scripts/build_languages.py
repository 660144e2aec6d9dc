"""Makes `src/mcp_server/analysis/languages/linguist.json` from npm's `linguist-languages` (MIT).

Run it from the repository's root with Node and npm on the PATH: `python scripts/build_languages.py [VERSION]`.
Only published facts are taken: names, types, groups, extensions, file names, interpreters and aliases. The rules that
decide between candidates are ours. One language a line, so that an update reads as a diff.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "linguist-languages"
TARGET = Path(__file__).parents[1] / "src/mcp_server/analysis/languages/linguist.json"
DUMP = "import * as all from {index}; console.log(JSON.stringify(Object.values(all.default ?? all)))"
FIELDS = ("extensions", "filenames", "interpreters", "aliases")


def published_languages(version: str, folder: Path) -> tuple[str, list[dict[str, object]]]:
    """The package's exact version and its language records."""
    subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", f"{PACKAGE}@{version}"], cwd=folder, check=True)
    package = folder / "node_modules" / PACKAGE
    exact = json.loads((package / "package.json").read_bytes())["version"]
    script = DUMP.format(index=json.dumps((package / "index.js").as_uri()))
    dumped = subprocess.run(["node", "--input-type=module", "-e", script], check=True, capture_output=True)
    return exact, json.loads(dumped.stdout)


def packed(languages: list[dict[str, object]]) -> list[str]:
    rows: list[str] = []
    for language in sorted(languages, key=lambda each: str(each["name"])):
        row = [language["name"], language["type"], language.get("group") or "", *(language.get(f, []) for f in FIELDS)]
        rows.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    return rows


def main() -> None:
    version = sys.argv[1] if len(sys.argv) > 1 else "latest"
    with tempfile.TemporaryDirectory() as folder:
        exact, languages = published_languages(version, Path(folder))
    source = json.dumps(f"{PACKAGE} {exact}, MIT; see THIRD_PARTY.txt")
    rows = ",\n".join(packed(languages))
    TARGET.write_text(f'{{"source":{source},\n"languages":[\n{rows}\n]}}\n', encoding="utf-8")
    print(f"{TARGET}: {len(languages)} languages, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
