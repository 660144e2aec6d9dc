"""Rows of the file table answer why a file has its language, and what part it plays (S-30, S-33)."""

from typing import Any

import orjson

from plumbrule.mcp_server.analysis.model import wire

FILES = {
    "bin/tool": "#!/usr/bin/env python3\nprint(1)  # done\n\n",
    "src/app.py": '"""An app."""\n\n\ndef run():\n    return 1\n',
    "tests/test_app.py": "def test_run():\n    assert True\n",
    "vendor/x.js": "var x = 1;\n",
    "docs/guide.md": "# Guide\n",
    "settings.json": "{}\n",
    "notes.zig": "pub fn main() void {}\n",
    ".gitattributes": "odd.py linguist-language=Ruby\n",
    "odd.py": "puts 1\n",
}


async def test_every_file_says_why_it_has_its_language(surveys: Any) -> None:
    report = await surveys.of(FILES, detail="full")
    rows = {row["path"]: row for row in orjson.loads(orjson.dumps(wire(report)))["files"]}
    assert set(rows) == set(FILES)
    told = {path: (row.get("language"), row["rule"], row.get("seen"), row["role"]) for path, row in rows.items()}
    assert told["bin/tool"] == ("Python", "languages.shebang", "python3", "source")
    assert told["src/app.py"] == ("Python", "languages.extension", ".py", "source")
    assert told["odd.py"][:2] == ("Ruby", "languages.attributes")
    assert told["tests/test_app.py"][3] == "test"
    assert told["vendor/x.js"][3] == "vendored"
    assert told["docs/guide.md"][3] == "documentation"
    assert told["settings.json"][3] == "data"
    assert (rows["bin/tool"]["code"], rows["bin/tool"]["comment"], rows["bin/tool"]["blank"]) == (1, 1, 1)


async def test_a_language_without_a_grammar_says_metrics_only(surveys: Any) -> None:  # S-33
    report = await surveys.of(FILES, detail="full")
    told = {one["language"]: one.get("metrics_only") for one in wire(report.symbols)["languages"]}
    assert told["Zig"] is True
    assert told["Python"] is None
