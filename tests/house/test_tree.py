"""The tree keeps the rules that a reader relies on."""

import ast
import importlib
import re
import subprocess
from pathlib import Path

from plumbrule.core.security.secrets import find_secrets

MAX_LINES = 400
LONGER = {
    "src/mcp_server/analysis/languages/signs_common.py": "a table of signs, ordered by extension",
    "src/mcp_server/analysis/languages/signs_rare.py": "a table of signs, ordered by extension",
}
"""Files above the limit, each with the reason why it is one idea all the same."""

MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|root|Users/[a-z]+|home/(?!you/)[a-z]+)/[\w.-]+")
SUPPRESSION = re.compile(
    r"#\s*(?:noqa|type:\s*ignore|pyright:\s*ignore)(?::\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*|\[[\w,\s-]+\])?(.*)"
)
WORKER_TARGET = re.compile(r"plumbrule(?:\.\w+)+:\w+")
ENGINES = ("analysis", "dependencies", "compatibility", "documentation", "synthesis")


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_every_folder_has_a_sign_of_one_docstring_and_no_more(modules: list[Path], root: Path) -> None:
    folders = {path.parent for path in modules}
    for folder in sorted(folders):
        sign = parsed(folder / "__init__.py")
        assert ast.get_docstring(sign), f"{folder} has no sign"
        if folder != root / "src":  # the package's own holds its version
            assert len(sign.body) == 1, f"{folder}/__init__.py is more than a sign"


def test_no_folder_is_empty_but_for_its_sign(modules: list[Path]) -> None:
    for folder in {path.parent for path in modules}:
        inside = [path for path in modules if path.is_relative_to(folder)]
        assert len(inside) > 1, f"{folder} waits for its first working code"


def test_every_module_says_what_it_is(modules: list[Path]) -> None:
    silent = [path for path in modules if not ast.get_docstring(parsed(path))]
    assert silent == []


def test_nothing_imports_src(tracked: list[Path]) -> None:
    for path in tracked:
        if path.suffix != ".py":
            continue
        for node in ast.walk(parsed(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names.append(node.module or "")
            assert not [name for name in names if name.split(".")[0] == "src"], path


def test_the_package_holds_no_stand_ins(modules: list[Path]) -> None:  # S-09
    """What is missing at run time is an error or a named degraded mode, never something that only looks like it."""
    for path in modules:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(("unittest", "pytest", "hypothesis")), path
            if isinstance(node, ast.Import):
                assert not [each.name for each in node.names if each.name.startswith(("unittest", "pytest"))], path


def test_a_file_is_one_idea(modules: list[Path], root: Path) -> None:
    lengths = {path.relative_to(root).as_posix(): len(path.read_text().splitlines()) for path in modules}
    long = {name: lines for name, lines in lengths.items() if lines > MAX_LINES}
    assert set(long) == set(LONGER), long


def test_no_file_names_a_place_on_some_machine(tracked: list[Path], root: Path) -> None:
    found: list[str] = []
    for path in tracked:
        name = path.relative_to(root)
        text = path.read_bytes().decode("utf-8", "replace")
        if str(root) in text:
            found.append(str(name))
        if name.parts[0] not in ("tests", "benchmarks"):  # hostile inputs there have paths of machines that never were
            found += [f"{name}: {match.group()}" for match in MACHINE_PATH.finditer(text)]
    assert found == []


def test_every_suppression_says_why(tracked: list[Path], root: Path) -> None:
    bare: list[str] = []
    for path in tracked:
        # Tests may bend types to hand in what a hostile caller would: the rule is for what is shipped.
        if path.suffix != ".py" or path.is_relative_to(root / "tests"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = SUPPRESSION.search(line)
            if match and len(match.group(1).strip(" -:#")) < 5:
                bare.append(f"{path.relative_to(root)}:{number}: {match.group()}")
    assert bare == []


def test_worker_targets_exist_and_lie_in_engines(modules: list[Path], root: Path) -> None:
    for path in modules:
        for node in ast.walk(parsed(path)):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            if WORKER_TARGET.fullmatch(node.value):
                module, function = node.value.split(":")
                if module.endswith(".x"):
                    continue  # the example in a docstring
                assert module.split(".")[2] in ENGINES, f"{path.relative_to(root)}: {node.value}"
                assert callable(getattr(importlib.import_module(module), function))


def test_no_shipped_file_holds_a_secret(tracked: list[Path], root: Path) -> None:  # L-16
    """By our own scanner, with the examples that tests plant left out."""
    found: list[str] = []
    for path in tracked:
        name = path.relative_to(root)
        if name.parts[0] in ("tests", "benchmarks"):
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{name}: {each.rule}" for each in find_secrets(text)]
    assert found == []


def test_no_secret_was_ever_committed_to_what_is_shipped(root: Path) -> None:  # L-16
    """Every line that the history of this clone ever added outside of tests and benchmarks."""
    shipped = [".", ":!tests", ":!benchmarks"]
    log = subprocess.run(
        [
            "git",
            "-C",
            str(root),
            "log",
            "-p",
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--format=",
            "--",
            *shipped,
        ],
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8", "replace")
    added = "\n".join(line[1:] for line in log.splitlines() if line.startswith("+") and not line.startswith("+++"))
    assert added
    assert [each.rule for each in find_secrets(added)] == []


def test_the_scanner_of_these_tests_finds_what_it_looks_for() -> None:
    planted = "token = 'ghp_" + "k3Vb9QzT" * 4 + "x1Yz'"
    assert find_secrets(planted) != []
