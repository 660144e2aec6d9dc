"""Puts every case of the set to uv and to pip themselves, and records what they say: `python verify.py PIP [CASE …]`.

Nothing of ours takes part: each repository becomes a wheel of three files that this script writes, both programs get
these wheels, and uv also gets the plain lines. A minimal set that a case expects is checked with uv: the whole set has
no solution, and has one as soon as one member is left out. `PIP` is the python of an environment with a recent pip.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RECORD = FOLDER / "verified.json"
UV = str(Path(sys.executable).with_name("uv"))
UV_PLATFORMS = {"linux": "x86_64-manylinux_2_35", "windows": "x86_64-pc-windows-msvc"}
PIP_PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in (35, 34, 28, 27, 26, 24, 17, 12, 5)] + [
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
    "linux_x86_64",
]
LIMIT_S = 600

Case = dict[str, Any]


def wheel(folder: Path, name: str, asked: list[str], runtime: str) -> Path:
    """A package of metadata alone."""
    place = folder / f"zz_{name}-1.0-py3-none-any.whl"
    lines = ["Metadata-Version: 2.1", f"Name: zz-{name}", "Version: 1.0"]
    lines += [f"Requires-Python: {runtime}"] if runtime else []
    lines += [f"Requires-Dist: {one}" for one in asked]
    stem = f"zz_{name}-1.0.dist-info"
    texts = {
        "METADATA": "\n".join(lines) + "\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: verify\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{stem}/{file},,\n" for file in (*texts, "RECORD"))
    with zipfile.ZipFile(place, "w") as archive:
        for file, text in {**texts, "RECORD": record}.items():
            archive.writestr(f"{stem}/{file}", text)
    return place


def said(command: list[str], folder: Path, none: str, unknown: str) -> str:
    """`solved`, `none`, or what it could not do."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode == 0:
        return "solved"
    text = re.sub(r"\s+", " ", done.stderr + done.stdout)
    if re.search(none, text) and not re.search(unknown, text):
        return "none"
    return f"cannot tell: {text[-300:]}"


def uv(case: Case, asked: dict[str, list[str]], folder: Path, *, plain: bool = False) -> str:
    lines: list[str] = []
    for name, own in asked.items():
        place = wheel(folder, name, own, case.get("runtimes", {}).get(name, ""))
        lines += own if plain else [f"zz-{name} @ {place.as_uri()}"]
    (folder / "all.in").write_text("\n".join(lines) + "\n")
    platform = case.get("platform", "linux")
    options = ["--universal"] if platform == "universal" else ["--python-platform", UV_PLATFORMS[platform]]
    options += [] if case.get("builds") else ["--no-build"]
    command = [UV, "pip", "compile", "all.in", "-q", "--python", sys.executable, *options]
    command += ["--python-version", case.get("python", "3.11")]
    return said(command, folder, "No solution found", "no usable wheels|not found in the package registry|network")


def pip(case: Case, folder: Path, python: str) -> str:
    if "pip" in case:
        return f"not asked: {case['pip']}"
    wheels = [
        str(wheel(folder, name, own, case.get("runtimes", {}).get(name, ""))) for name, own in case["asked"].items()
    ]
    command = [
        python,
        "-m",
        "pip",
        "--isolated",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--disable-pip-version-check",
    ]
    if "python" in case or not case.get("builds"):  # for another target pip takes wheels alone
        command += ["--only-binary", ":all:", "--target", str(folder / "target"), "--implementation", "cp"]
        command += ["--python-version", case.get("python", "3.11")]
        command += [word for one in PIP_PLATFORMS for word in ("--platform", one)]
    none = "ResolutionImpossible|No matching distribution found|requires a different Python"
    return said([*command, *wheels], folder, none, "ConnectionError|Temporary failure")


def members(case: Case, names: list[str]) -> dict[str, list[str]]:
    """What the named requirements ask, by repository."""
    found: dict[str, list[str]] = {}
    for name in names:
        repository, _, package = name.partition(":")
        own = found.setdefault(repository, [])
        own += [line for line in case["asked"][repository] if normal(line) == package]
    return found


def normal(line: str) -> str:
    name = re.match(r"[\w.-]+", line)
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else ""


def minimal(case: Case, names: list[str], folder: Path) -> bool:
    """Whether uv has no solution for the set and one for each set without one member."""
    if any(name.endswith(":python") for name in names):
        return True  # ranges of Python: uv looks at lower bounds alone
    if uv(case, members(case, names), folder) != "none":
        return False
    return all(
        uv(case, members(case, [one for one in names if one != left_out]), folder) == "solved" for left_out in names
    )


def main(python: str, wanted: list[str]) -> int:
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    cases = tomllib.loads((FOLDER / "pypi.toml").read_text())["case"]
    wrong = 0
    for case in cases:
        if wanted and case["name"] not in wanted:
            continue
        expected = "none" if case["conflicts"] else "solved"
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            answers: dict[str, Any] = {"uv": uv(case, case["asked"], folder)}
            if "runtimes" not in case:
                answers["uv, plain lines"] = uv(case, case["asked"], folder, plain=True)
            answers["pip"] = pip(case, folder, python)
            answers["minimal"] = all(minimal(case, one, folder) for one in case["conflicts"])
        record[case["name"]] = answers
        told = [str(one) for label, one in answers.items() if label != "minimal"]
        held = all(one == expected or one.startswith("not asked") for one in told) and answers["minimal"]
        wrong += not held
        print(
            f"{'ok   ' if held else 'WRONG'} {case['name']:40} expected {expected}: {answers if not held else ''}",
            flush=True,
        )
    RECORD.write_text(json.dumps({one["name"]: record.get(one["name"]) for one in cases}, indent=1) + "\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
