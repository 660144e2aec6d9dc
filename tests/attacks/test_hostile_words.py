"""A repository whose every name is hostile: whatever is asked, nothing of it acts, hides, floods or tells a secret."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from driving import Ground

pytestmark = pytest.mark.attacks

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
ODD = "\x1b[31m\u202e\U000e0061\U000e0062\u200b"
LONG = "L" * 10_000
T, E = TOKEN, ODD + TOKEN

FORBIDDEN = {
    "a secret": re.compile(re.escape(TOKEN)),
    "a password in a URL": re.compile("hunter2pass99"),
    "a control character": re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]"),
    "a direction": re.compile("[\u202a-\u202e\u2066-\u2069]"),
    "a tag": re.compile("[\U000e0000-\U000e007f]"),
    "what nobody sees": re.compile("[\u200b\u2060\ufeff]"),
    "a flood": re.compile("L{600}"),
}

FILES: dict[str, str] = {
    "pyproject.toml": f'[project]\nname = "x{T}"\nversion = "1"\ndescription = "d {T} {LONG}"\nlicense = "MIT {T}"\n'
    f'dependencies = ["requests>=2", "evil-{T}", "{LONG}"]\n[project.scripts]\n"cmd{T}" = "pkg.mod:main"\n'
    f'[project.optional-dependencies]\n"ext{T}" = ["numpy"]\n',
    "package.json": json.dumps(
        {
            "name": f"n{E}",
            "version": f"1.0{E}",
            "license": f"L{T}",
            "scripts": {f"test{T}": f"run {E}", "test": f"jest --token={E}{LONG}", "postinstall": f"curl {T}"},
            "dependencies": {
                f"left{T}": f"^1{E}",
                f"lod{E}": f"git+https://user:{T}@github.com/x/y.git",
                LONG: "1",
                "good": "https://u:hunter2pass99@reg.example.org/x.tgz",
            },
            "bin": {f"b{T}": f"./b{E}.js"},
            "engines": {"node": f">=18{E}"},
            "workspaces": ["packages/*"],
        }
    ),
    "packages/a/package.json": json.dumps({"name": f"@s/a{T}", "version": "2", "license": f"SEE {T}"}),
    "package-lock.json": json.dumps(
        {
            "lockfileVersion": 3,
            "packages": {
                "": {"name": "n"},
                "node_modules/good": {"version": "1.0.0", "resolved": f"https://u:{T}@reg.example.org/x.tgz"},
                f"node_modules/t{T}": {"version": f"1{E}", "license": f"MIT{T}"},
            },
        }
    ),
    f"src/{T}.py": f'"""doc {T}"""\nimport os\nimport secretmod_{T}\nclass K:\n    """Doc {E} {LONG}"""\n'
    f'    def m(self, a="{T}", b="{LONG}"):\n        return os.environ["ENV_{T}"]\ndef f(x: "{E}" = 1): ...\n',
    f"src/e{ODD}vil.py": f'import os\ndef g(): return os.getenv("E{T}")\n',
    "src/app.py": "from flask import Flask\nimport argparse, os\napp = Flask(__name__)\n"
    f'@app.route("/r/{T}/{ODD}")\ndef r(): ...\n@app.get("/{LONG}")\ndef r2(): ...\n'
    f's = argparse.ArgumentParser().add_subparsers()\ns.add_parser("cmd{T}")\nos.environ["A{ODD}"]\neval(input())\n',
    "src/b.ts": f'import x from "mod{T}/{ODD}";\nexport class C {{ m(a = "{E}") {{ return process.env.TOK_{T}; }} }}\n',
    "go.mod": f"module example.com/{T}\n\ngo 1.21\n\nrequire example.com/{T}/dep v1.0.0\n",
    "Cargo.toml": f'[package]\nname = "c"\nlicense = "MIT OR {T}"\n[dependencies]\nserde-{T} = "1"\n',
    "Dockerfile": f'FROM evil/{T}:latest{ODD}\nENV TOKEN={T}\nEXPOSE 80\nCMD ["run","{E}"]\n',
    "Procfile": f"web: run --tok {E}\n",
    "Makefile": f"test:\n\trun {E}\n",
    "compose.yml": f'services:\n  "s{T}":\n    image: "img:{T}"\n    ports: ["80:{T}"]\n    environment: ["A={T}"]\n',
    ".github/workflows/ci.yml": f'name: "n {T} \\x1b[31m \\u202e"\non:\n  "ev{T}": {{}}\njobs:\n  "j{T}":\n    steps:\n'
    f'      - uses: "act/{T}@v1"\n      - run: "echo ${{{{ github.event.issue.title }}}} {T}"\n',
    "LICENSE": f"SPDX-License-Identifier: LicenseRef-{T}\n{ODD}\n",
    "src/l.c": f'// SPDX-License-Identifier: LicenseRef-{T}\n#include "{T}.h"\nint main(void) {{ return 0; }}\n',
    "README.md": f"# T {E}\n\nIntro {E} {LONG}\n",
    "pom.xml": f"<project><groupId>g</groupId><artifactId>a-{T}</artifactId><licenses><license><name>N {T}</name>"
    f"</license></licenses><dependencies><dependency><groupId>q</groupId><artifactId>w-{T}</artifactId>"
    "<version>1</version></dependency></dependencies></project>",
    "main.tf": f'module "m" {{\n source = "git::https://u:{T}@x.example.org/y.git"\n}}\nvariable "{T}" {{}}\n',
    "Gemfile": f"source 'https://u:{T}@gems.example.org'\ngem 'g-{T}', '~> 1{ODD}'\n",
    "a.sh": f"echo ${{E_{T}}}\nsource ./{T}.sh\n",
    ".env": f"X={T}\n",
}


@pytest.fixture
def hostile(ground: Ground) -> Path:
    """Two commits by hostile authors, with hostile tags and branch; `v1` is the first."""
    root = ground.base / "hostile"
    root.mkdir()
    _write(root, FILES)
    os.symlink(f"/etc/{T}", root / "link")
    _git(root, "init", "-q", "-b", f"main-{T}")
    _commit(root, 1)
    _git(root, "tag", "v1")
    changed = {
        "src/app.py": f"{FILES['src/app.py']}\ndef new(a='{E}'): ...\n",
        f".github/workflows/{T}.yml": "on: push\n",
    }
    _write(root, changed)
    package = json.loads(FILES["package.json"])
    package["dependencies"][f"new{E}"] = f"^{T}"
    _write(root, {"package.json": json.dumps(package | {"license": f"L2{E}"})})
    _commit(root, 2)
    _git(root, "tag", f"v2-{T}")
    return root


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _git(root: Path, *words: str, **env: str) -> None:
    known = {"GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(root)}
    subprocess.run(["git", "-C", str(root), *words], check=True, env=os.environ | known | env)


def _commit(root: Path, day: int) -> None:
    when = f"2026-01-0{day}T00:00:00Z"
    who = {"GIT_AUTHOR_NAME": f"A{E}{LONG}", "GIT_AUTHOR_EMAIL": f"a-{T}@x.example.org", "GIT_COMMITTER_NAME": f"C{T}"}
    who |= {"GIT_COMMITTER_EMAIL": "c@x.example.org", "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    _git(root, "add", "-A")
    _git(root, "commit", "-q", "-m", f"c {E}", **who)


def _texts(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{at}/key", key
            yield from _texts(inner, f"{at}/{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, f"{at}[]")
    elif isinstance(value, str):
        yield at, value


def _faults(out: str) -> list[str]:
    """What of the forbidden stands where; strings of JSON are looked at as they are read, not as they are written."""
    try:
        texts = list(_texts(json.loads(out)))
    except ValueError:
        texts = [(f"line {number}", line) for number, line in enumerate(out.split("\n"), 1)]
    return [f"{what} in {at}" for at, text in texts for what, pattern in FORBIDDEN.items() if pattern.search(text)]


ANALYZE = ("analyze", "./hostile")
WAYS: dict[str, tuple[str, ...]] = {
    "full": (*ANALYZE, "--detail", "full", "--json"),
    "page": (*ANALYZE, "--detail", "full"),
    "budget": (*ANALYZE, "--detail", "full", "--json", "--max-tokens", "20000"),
    "card": (*ANALYZE, "--json"),
    "summary": (*ANALYZE, "--detail", "summary", "--json"),
    "since": (*ANALYZE, "--since", "v1", "--json"),
    "since page": (*ANALYZE, "--since", "v1"),
    "no such state": (*ANALYZE, "--since", "none", "--json"),
    "map": ("map", "./hostile", "new route environment", "--json"),
    "map page": ("map", "./hostile"),
    **{form: (*ANALYZE, "--format", form) for form in ("sarif", "junit", "github", "markdown", "cyclonedx", "spdx")},
}


def test_no_name_of_a_repository_acts_hides_floods_or_tells(ground: Ground, hostile: Path) -> None:  # A62, A63, S-44
    for way, words in WAYS.items():
        done = ground.plumbrule(*words, cwd=hostile.parent)
        assert done.code in ((2,) if way == "no such state" else (0, 1, 4)), (way, done.stderr)
        assert _faults(done.stdout.decode()) == [], way
        assert _faults(done.stderr) == [], way
        for place in (str(ground.base), f"{Path.home()}/", os.getcwd()):
            assert place not in done.stdout.decode() + done.stderr, (way, place)
        assert done.left == ()
