"""The recipes around the code (Makefile, CI, image) name what exists and keep their promises."""

import re
import shutil
import subprocess
import sys
from pathlib import Path


def test_the_menu_has_every_promised_target(root: Path) -> None:
    menu = subprocess.run(["make", "-C", str(root), "help"], capture_output=True, text=True, check=True).stdout
    offered = set(re.findall(r"^([a-z]+) ", menu, re.MULTILINE))
    assert {"run", "test", "check", "bench", "conformance", "docs", "wheel", "image"} <= offered


def test_every_session_that_make_names_exists(root: Path) -> None:
    sessions = set(re.findall(r"^def ([a-z]+)\(session: ", (root / "noxfile.py").read_text(), re.MULTILINE))
    named = re.findall(r"\$\(NOX\) ([a-z ]+)", (root / "Makefile").read_text())
    assert {name for line in named for name in line.split()} <= sessions


def test_an_old_python_is_refused_with_what_to_type(root: Path, tmp_path: Path) -> None:
    shutil.copy(root / "Makefile", tmp_path)
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / "src").mkdir()
    old = tmp_path / "python3"
    old.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        "from collections import namedtuple\n"
        "sys.version_info = (3, 9, 2)\n"
        "assert sys.argv[1] == '-c'\n"
        "exec(sys.argv[2])\n"
    )
    old.chmod(0o755)
    done = subprocess.run(["make", "test", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_ci_is_strict_and_runs_the_command_of_the_readme(root: Path) -> None:
    script = (root / ".ci/run").read_text()
    assert "set -euo pipefail" in script
    assert (root / ".ci/run").stat().st_mode & 0o111
    assert "make test" in (root / "README.md").read_text().replace("$ ", "")
    assert subprocess.run(["bash", "-n", str(root / ".ci/run")], check=False).returncode == 0


def test_the_image_recipe_is_clean(root: Path) -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, root / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_somebody_without_rights_and_holds_no_secret(root: Path) -> None:  # C-48
    recipe = (root / "Dockerfile").read_text()
    final = recipe.rsplit("\nFROM ", 1)[1]
    user = re.findall(r"^USER (\d+):(\d+)$", final, re.MULTILINE)
    assert user
    assert all(int(number) >= 10000 for number in user[-1])
    assert recipe.count("\nFROM ") == 2
    assert "COPY src" not in final
    assert "HEALTHCHECK" in final
    assert not re.search(r"(?i)(token|password|secret|key)\s*=", recipe)
