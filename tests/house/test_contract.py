"""What users depend on changes only on purpose, and the documents' tables are the code's."""

import json
import subprocess
import sys
from pathlib import Path


def test_published_names_are_those_of_the_snapshot_and_of_the_documents(root: Path) -> None:
    command = [sys.executable, str(root / "scripts/reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_snapshot_names_everything_that_is_published(root: Path) -> None:
    contract = json.loads((root / "tests/house/contract.json").read_text(encoding="utf-8"))
    assert set(contract) == {"tools", "errors", "settings", "commands", "exit_codes"}
    for part, names in contract.items():
        assert names, f"the snapshot has no {part}"


def test_every_published_argument_setting_and_code_is_described(root: Path) -> None:
    contract = json.loads((root / "tests/house/contract.json").read_text(encoding="utf-8"))
    for name, tool in contract["tools"].items():
        for argument, schema in tool["arguments"].items():
            assert schema.get("description"), f"{name}.{argument}"
    settings = (root / "docs/settings.md").read_text(encoding="utf-8")
    for line in settings.splitlines():
        if line.startswith("| `"):
            assert line.rstrip(" |").endswith("."), f"a setting without a sentence: {line}"
