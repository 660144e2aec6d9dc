"""The runner of the claims says which held, and its exit code says whether all did."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CLAIM = '"""{sentence}\n\nMore.\n"""\nimport sys\nprint("ours 1.0 ms, floor 1.0 ms")\nsys.exit({code})\n'


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    (tmp_path / "benchmarks").mkdir()
    shutil.copy(root / "benchmarks/__main__.py", tmp_path / "benchmarks")
    (tmp_path / "benchmarks/fast.py").write_text(CLAIM.format(sentence="It is fast.", code=0))
    (tmp_path / "benchmarks/_shared.py").write_text("raise SystemExit('not a claim')")
    return tmp_path


def run(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *names]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_a_claim_that_holds_passes_with_its_figures(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0
    assert "ours 1.0 ms, floor 1.0 ms" in done.stdout
    assert done.stdout.splitlines()[-1].split("  ") == ["fast", "held", "0 s", "It is fast."]


def test_one_missed_claim_fails_the_run_and_the_others_are_measured_all_the_same(folder: Path) -> None:
    (folder / "benchmarks/broken.py").write_text(CLAIM.format(sentence="It works.", code=7))
    (folder / "benchmarks/slow.py").write_text(CLAIM.format(sentence="It is not slow.", code=1))
    done = run(folder)
    assert done.returncode == 1
    verdicts = [re.split(r" {2,}", line)[:2] for line in done.stdout.splitlines()[-3:]]
    assert verdicts == [
        ["broken", "FAILED (7)"],
        ["fast", "held"],
        ["slow", "MISSED"],
    ]


def test_only_what_was_named_is_measured_and_a_wrong_name_is_refused(folder: Path) -> None:
    (folder / "benchmarks/slow.py").write_text(CLAIM.format(sentence="It is not slow.", code=1))
    assert run(folder, "fast").returncode == 0
    wrong = run(folder, "quick")
    assert wrong.returncode == 2
    assert "fast, slow" in wrong.stderr


def test_every_claim_states_itself_in_one_sentence_and_can_be_run_alone(root: Path) -> None:
    for path in sorted((root / "benchmarks").glob("[!_]*.py")):
        text = path.read_text(encoding="utf-8")
        assert text.startswith('"""'), path
        assert text.splitlines()[0].rstrip('"').endswith("."), f"{path.name}: its first line is its claim"
        assert re.search(r"^def main\(.*\) -> int:$", text, re.MULTILINE), path
        assert 'if __name__ == "__main__":' in text, path
