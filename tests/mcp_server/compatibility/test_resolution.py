"""Joint locks of folders against a package index on loopback, by the whole program; installed by uv and by pip."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.pylock import Pylock
from python_index import LoopbackIndex, python_index
from uv import find_uv_bin

from plumbrule.core.errors import Incompatible, InvalidArgument, NotFound, Undecided
from plumbrule.core.security.masking import Masker
from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.app import App, build_app
from plumbrule.mcp_server.compatibility.resolution_report import ResolutionQuestion, ResolutionReport
from plumbrule.mcp_server.settings import load
from plumbrule.mcp_server.tools.resolve_dependencies import budgeted

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

INSTALLED = "import web, tpl; assert (web.version, tpl.version) == ('3.0', '2.0')"


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    with python_index() as serving:
        serving.wheel("web", "2.0", "tpl>=1", "color; sys_platform == 'win32'")
        serving.wheel("web", "3.0", "tpl>=2")
        for version in ("1.0", "2.0", "3.0"):
            serving.wheel("tpl", version)
        serving.wheel("color", "1.0")
        serving.wheel("idna", "2.8")
        serving.wheel("idna", "3.4")
        yield serving


@pytest.fixture
def program(tmp_path: Path, index: LoopbackIndex) -> Iterator[Callable[..., App]]:
    """The program over the index; `cache` names one of several caches, cold at first."""
    apps: list[App] = []

    def made(cache: str = "cache", **flags: Any) -> App:
        named = {"sources.pypi_url": index.url, "sources.npm_url": index.origin, "cache.folder": str(tmp_path / cache)}
        named |= {name.replace("__", "."): value for name, value in flags.items()}
        apps.append(build_app(load({}, flags=named, flag_origins=dict.fromkeys(named, "flag --set")), "command"))
        return apps[-1]

    yield made
    for app in apps:
        app.logs.close()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Writes a folder with files; gives its source."""
    monkeypatch.setenv("HOME", str(tmp_path))

    def made(name: str, **files: str) -> str:
        folder = tmp_path / "work" / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            (folder / file.replace("__", ".")).write_text(text)
        return str(folder)

    return made


def project(*requirements: str, python: str = ">=3.9") -> str:
    rows = "".join(f"  {json.dumps(one)},\n" for one in requirements)
    return f'[project]\nname = "x"\nversion = "1"\nrequires-python = "{python}"\ndependencies = [\n{rows}]\n'


async def resolved(app: App, *sources: str, **more: Any) -> ResolutionReport:
    question = ResolutionQuestion(sources, **{"target": f"python={PYTHON}", **more})
    async with app.running():
        return await app.resolver.resolve(question)


def text_of(report: ResolutionReport) -> str:
    assert report.output is not None
    assert report.output.sha256 == hashlib.sha256(report.output.text.encode()).hexdigest()
    return report.output.text


def run(*argv: str, cwd: Path) -> str:
    env = {"PATH": os.environ["PATH"], "HOME": str(cwd), "NO_COLOR": "1"}
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


PIP = (sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check")


@pytest.fixture
def two(repository: Callable[..., str]) -> tuple[str, str]:
    shop = repository("shop", pyproject__toml=project("web>=2", "color; sys_platform == 'win32'"))
    return shop, repository("api", requirements__txt="tpl<3\n")


async def test_uv_installs_what_a_pylock_says(
    tmp_path: Path, index: LoopbackIndex, program: Callable[..., App], two: tuple[str, str]
) -> None:  # S-53, S-57
    text = text_of(await resolved(program(), *two))
    Pylock.from_dict(tomllib.loads(text)).validate()
    (tmp_path / "pylock.toml").write_text(text)
    target = str(tmp_path / "site")
    run(find_uv_bin(), "pip", "install", "--no-config", "--preview-features", "pylock", "-r", "pylock.toml",
        "--python", sys.executable, "--target", target, "--cache-dir", str(tmp_path / "uv"), cwd=tmp_path)  # fmt: skip
    run(
        sys.executable,
        "-c",
        "import web, tpl; assert (web.version, tpl.version) == ('3.0', '2.0')",
        cwd=tmp_path / "site",
    )
    assert "/simple/color/" not in index.requests or "color" not in text


async def test_pip_installs_what_a_pylock_says(
    tmp_path: Path, program: Callable[..., App], two: tuple[str, str]
) -> None:  # S-53, S-57
    (tmp_path / "pylock.toml").write_text(text_of(await resolved(program(), *two)))
    run(*PIP, "install", "--no-cache-dir", "--target", str(tmp_path / "site"), "-r", "pylock.toml", cwd=tmp_path)
    run(sys.executable, "-c", INSTALLED, cwd=tmp_path / "site")


async def test_pip_installs_what_hashed_requirements_say(
    tmp_path: Path, index: LoopbackIndex, program: Callable[..., App], two: tuple[str, str]
) -> None:  # S-53, S-57
    text = text_of(await resolved(program(), *two, output="requirements.txt"))
    assert "# shop: web>=2 (pyproject.toml:6)\n" in text
    assert "# shop: web>=2 (pyproject.toml:6) > web\n    # api: tpl<3 (requirements.txt:1)\n" in text
    (tmp_path / "requirements.txt").write_text(text)
    run(*PIP, "install", "--require-hashes", "--no-cache-dir", "--index-url", index.url, "--target",
        str(tmp_path / "site"), "-r", "requirements.txt", cwd=tmp_path)  # fmt: skip
    run(
        sys.executable,
        "-c",
        "import web, tpl; assert (web.version, tpl.version) == ('3.0', '2.0')",
        cwd=tmp_path / "site",
    )


async def test_uv_locks_the_project_that_asks_for_everything(
    tmp_path: Path, index: LoopbackIndex, program: Callable[..., App], two: tuple[str, str]
) -> None:  # S-56, S-57
    text = text_of(await resolved(program(), *two, output="pyproject.toml"))
    table = tomllib.loads(text)
    assert table["project"]["dependencies"] == ['color; sys_platform == "win32"', "tpl<3", "web>=2"]
    assert table["project"]["requires-python"] == ">=3.9"
    (tmp_path / "pyproject.toml").write_text(text)
    run(find_uv_bin(), "lock", "--python", sys.executable, "--default-index", index.url, "--cache-dir",
        str(tmp_path / "uv"), cwd=tmp_path)  # fmt: skip
    packages = tomllib.loads((tmp_path / "uv.lock").read_text())["package"]
    assert {("tpl", "2.0"), ("web", "3.0")} <= {(one["name"], one["version"]) for one in packages}


async def test_the_same_question_gives_the_same_bytes_until_its_date(
    index: LoopbackIndex, program: Callable[..., App], two: tuple[str, str]
) -> None:  # S-53
    for output in ("pylock.toml", "requirements.txt", "pyproject.toml", "cyclonedx", "spdx"):
        asked = {"output": output, "exclude_newer": "2024-01-01"}
        cold = text_of(await resolved(program("cold"), *two, **asked))
        index.wheel("tpl", "2.5", uploaded="2025-01-01T00:00:00Z")
        warm = text_of(await resolved(program("cold"), *two, **asked))
        other = text_of(await resolved(program("other"), *two, **asked))
        assert cold == warm == other
        assert str(Path(two[0]).parent) not in cold
        assert Masker().mask(cold) == cold
        index.files["tpl"].pop()


async def test_every_requirement_reaches_the_solver_and_a_clash_is_an_error_with_its_ways_out(
    program: Callable[..., App], repository: Callable[..., str]
) -> None:  # S-52, S-54
    old = repository("old", requirements__txt="idna==2.8\n")
    new = repository("new", requirements__txt="# ours\nidna==3.4\n")
    with pytest.raises(Incompatible) as failed:
        await resolved(program(), old, new)
    error = failed.value
    for told in ("old", "idna==2.8", "requirements.txt:1", "new", "idna==3.4", "requirements.txt:2"):
        assert told in error.message
    assert "F1: " in error.hint
    assert error.retry_with is not None
    assert error.retry_with["fix"] == "F1"
    fixed = await resolved(program(), old, new, fix="F1")
    (change,) = fixed.changes
    assert change.requirement in ("idna==2.8", "idna==3.4")
    lock = tomllib.loads(text_of(fixed))
    (package,) = lock["packages"]
    assert package["version"] in change.to
    assert change.to in lock["tool"]["plumbrule"]["presumes"][0]
    assert f"# It holds only after these changes:\n#   {change.repository} " in text_of(fixed)
    with pytest.raises(InvalidArgument, match="no fix 'F9'"):
        await resolved(program(), old, new, fix="F9")


async def test_places_are_named_and_never_visited(
    index: LoopbackIndex, program: Callable[..., App], repository: Callable[..., str]
) -> None:  # S-56
    one = repository(
        "one",
        requirements__txt=f"--extra-index-url {index.origin}/private/simple\n"
        f"tpl @ {index.origin}/files/tpl.whl\n"
        f"git+{index.origin}/repo.git#egg=gitted\n"
        "-r /etc/passwd\n"
        "./local\n"
        "idna\n",
    )
    two = repository("two", requirements__txt="web\n")
    for output in ("pylock.toml", "requirements.txt", "pyproject.toml"):
        report = await resolved(program(), one, two, output=output)
        assert {part.evidence.at for part in report.not_checked} >= {
            f"requirements.txt:{line}" for line in (1, 2, 3, 5)
        }
        assert report.complete is False
        text = text_of(report)
        comments = [line for line in text.splitlines() if line.startswith("#")]
        assert any("requirements.txt:3" in line and "gitted" in line for line in comments)
        assert "Not complete" in text
    assert all(path.startswith(("/simple/", "/files/")) for path in index.requests)
    assert not any("private" in path or "tpl.whl" in path or "repo.git" in path for path in index.requests)


async def test_without_network_the_cache_answers_or_nobody_does(
    index: LoopbackIndex, program: Callable[..., App], two: tuple[str, str]
) -> None:  # S-55
    with pytest.raises(Undecided, match="not reachable"):
        await resolved(program("empty", network__offline=True), *two)
    online = text_of(await resolved(program("warm"), *two))
    before = len(index.requests)
    offline = text_of(await resolved(program("warm", network__offline=True), *two))
    assert offline == online
    assert len(index.requests) == before


async def test_what_was_published_meanwhile_is_in_the_lock_with_its_own_solution(
    tmp_path: Path, index: LoopbackIndex, program: Callable[..., App], two: tuple[str, str]
) -> None:
    await resolved(program(), *two)
    index.wheel("tpl", "2.5")
    shutil.rmtree(tmp_path / "cache" / "uv")  # uv forgets the index; our own memory of the answer does not
    report = await resolved(program(), *two)
    locked = {one["name"]: one["version"] for one in tomllib.loads(text_of(report))["packages"]}
    assert locked == {one.name: one.version for one in report.packages} == {"web": "3.0", "tpl": "2.5"}


async def test_a_source_that_cannot_be_read_ends_the_call(program: Callable[..., App], two: tuple[str, str]) -> None:
    # S-58
    with pytest.raises(NotFound, match="gone could not be read"):
        await resolved(program(), two[0], str(Path(two[0]).parent / "gone"))


async def test_an_output_of_another_ecosystem_says_which_one_fits(
    program: Callable[..., App], two: tuple[str, str]
) -> None:
    with pytest.raises(InvalidArgument, match=r"package-lock\.json is for javascript") as failed:
        await resolved(program(), *two, output="package-lock.json")
    assert failed.value.retry_with is not None
    assert failed.value.retry_with["output"] == "pylock.toml"


async def test_a_package_that_is_source_alone_is_locked_by_its_source(
    tmp_path: Path, index: LoopbackIndex, program: Callable[..., App], repository: Callable[..., str]
) -> None:
    index.sdist("doc", "0.6", "tpl<3")
    one = repository("one", requirements__txt="doc\ntpl\n")
    lock = text_of(await resolved(program(), one))
    Pylock.from_dict(tomllib.loads(lock)).validate()
    found = {part["name"]: part for part in tomllib.loads(lock)["packages"]}
    assert found["tpl"]["version"] == "2.0"
    assert "wheels" not in found["doc"]
    assert found["doc"]["sdist"]["url"] == f"{index.origin}/files/doc-0.6.tar.gz"
    assert found["doc"]["sdist"]["hashes"] == {"sha256": hashlib.sha256(index.files["doc"][0].content).hexdigest()}
    hashed = text_of(await resolved(program(), one, output="requirements.txt"))
    assert f"doc==0.6 \\\n    --hash=sha256:{hashlib.sha256(index.files['doc'][0].content).hexdigest()}\n" in hashed


async def test_why_a_version_names_who_holds_it_and_what_is_newer(
    program: Callable[..., App], two: tuple[str, str]
) -> None:
    told = (await resolved(program(), *two, explain="tpl")).explanation
    assert told is not None
    assert (told.version, told.newer, told.verified) == ("2.0", ("3.0",), True)
    (holder,) = told.held_by
    assert (holder.asker, holder.constraint) == ("api", "tpl<3")
    assert holder.evidence is not None
    assert holder.evidence.at == "requirements.txt:1"
    assert [(one.repository, one.through) for one in told.reasons] == [("shop", ("web",)), ("api", ())]
    newest = (await resolved(program(), *two, explain="Web")).explanation
    assert newest is not None
    assert "newest" in newest.sentence
    with pytest.raises(InvalidArgument, match=r"'tp' is not in the joint set\. Did you mean 'tpl'"):
        await resolved(program(), *two, explain="tp")


async def test_why_a_version_names_the_packages_that_hold_it_and_what_would_fall(
    index: LoopbackIndex, program: Callable[..., App], repository: Callable[..., str]
) -> None:
    for version, bound in (("1.0", ""), ("2.0", "<3")):
        index.wheel("kit", version, f"part{bound}")
    for version in ("1.0", "2.0", "3.0", "4.0"):
        index.wheel("part", version)
    index.wheel("pinned", "1.0", "idna<3")
    loose = repository("loose", requirements__txt="kit\npinned\n")
    told = (await resolved(program(), loose, explain="part")).explanation
    assert told is not None
    assert told.sentence == (
        "part is 2.0, and there are 2 newer, up to 4.0: kit 2.0 asks for part<3. part 4.0 could be taken; then "
        "kit falls from 2.0 to 1.0."
    )
    held = (await resolved(program(), loose, explain="idna")).explanation
    assert held is not None
    assert held.sentence == "idna is 2.8, and there is 3.4. It cannot be taken: pinned 1.0 asks for idna<3."
    (holder,) = held.held_by
    assert [(one.repository, one.requirement, one.through) for one in holder.reasons] == [("loose", "pinned", ())]
    free = (
        await resolved(program(), loose, repository("older", requirements__txt="web<3\n"), explain="web")
    ).explanation
    assert free is not None
    assert [(one.asker, one.constraint) for one in free.held_by] == [("older", "web<3")]


async def test_a_universal_lock_holds_on_every_platform_and_from_its_python_on(
    index: LoopbackIndex, program: Callable[..., App], repository: Callable[..., str]
) -> None:  # S-56
    index.wheel("np", "1.0", requires_python=">=3.9")
    index.wheel("np", "2.0", requires_python=">=3.12")
    one = repository("one", pyproject__toml=project("np", "web<3", python=">=3.10"))
    two = repository("two", pyproject__toml=project("tpl", python=">=3.9,<4"))
    text = text_of(await resolved(program(), one, two, target="python=3.10 universal"))
    assert "# For Python 3.10 and newer on every platform.\n" in text
    lock = tomllib.loads(text)
    assert lock["requires-python"] == ">=3.10,<4"
    assert "environments" not in lock
    found = {(part["name"], part["version"]): part.get("marker", "") for part in lock["packages"]}
    assert found["np", "1.0"] == "python_full_version >= '3.10' and python_full_version < '3.12'"
    assert found["np", "2.0"] == "python_full_version >= '3.12'"
    assert "sys_platform == 'win32'" in found["color", "1.0"]


async def test_a_lock_speaks_of_its_own_runtime_alone(
    program: Callable[..., App], repository: Callable[..., str]
) -> None:
    mixed = repository("mixed", requirements__txt="idna\n", package__json='{"dependencies": {"x": "1.0.0"}}')
    report = await resolved(program(), mixed, target="python=3.12 node=20")
    assert (report.target.python, report.target.node) == ("3.12", None)
    assert text_of(report).splitlines()[1].startswith("# For Python 3.12 on ")
    with pytest.raises(Incompatible, match=r"no joint lock for python3\.12-[a-z]") as failed:
        await resolved(program(), mixed, target="python=3.12 node=20", constraints=("idna<1",))
    assert "node" not in failed.value.message


async def test_one_repository_has_a_lock_and_constraints_and_additions_count(
    program: Callable[..., App], two: tuple[str, str]
) -> None:  # S-56
    report = await resolved(program(), two[0], constraints=("tpl<3", "web<3"), added=("idna",))
    versions = {one.name: one.version for one in report.packages}
    assert versions == {"web": "2.0", "tpl": "2.0", "idna": "3.4"}
    reasons = {(one.package, one.repository): one.evidence for one in report.provenance}
    assert reasons["idna", "your request"] is None


async def test_what_a_repository_of_the_question_is_itself_is_never_asked_of_an_index(
    index: LoopbackIndex, program: Callable[..., App], repository: Callable[..., str]
) -> None:
    index.wheel("engine", "9.0")
    engine = repository("engine", pyproject__toml=project("tpl").replace('"x"', '"engine"'))
    car = repository("car", requirements__txt="engine>=1\nweb\n")
    for output in ("pylock.toml", "requirements.txt", "pyproject.toml"):
        text = text_of(await resolved(program(), engine, car, output=output))
        told = [line for line in text.splitlines() if "engine>=1" in line]
        assert told == ["#   car requirements.txt:1: engine>=1"]
    assert "/simple/engine/" not in index.requests


async def test_a_bill_holds_every_repository_with_what_it_asks_for(
    program: Callable[..., App], two: tuple[str, str]
) -> None:
    document = json.loads(text_of(await resolved(program(), *two, output="cyclonedx")))
    below = {one["ref"]: one["dependsOn"] for one in document["dependencies"]}
    assert below["repository:shop"] == ["pkg:pypi/web@3.0"]
    assert below["repository:api"] == ["pkg:pypi/tpl@2.0"]


async def test_a_bill_of_mixed_repositories_has_what_static_rules_know_beside_what_was_locked(
    program: Callable[..., App], repository: Callable[..., str]
) -> None:
    cargo = '[package]\nname = "mixed"\nversion = "1.0.0"\n[dependencies]\nserde = "1.0"\n'
    lock = 'version = 3\n[[package]]\nname = "mixed"\nversion = "1.0.0"\ndependencies = ["serde"]\n'
    lock += '[[package]]\nname = "serde"\nversion = "1.0.200"\nsource = "registry+https://index.example"\n'
    lock += f'checksum = "{"ab" * 32}"\n'
    mixed = repository("mixed", requirements__txt="web<3\n", Cargo__toml=cargo, Cargo__lock=lock)
    for output in ("cyclonedx", "spdx"):
        report = await resolved(program(), mixed, output=output)
        found = {(one.ecosystem, one.name, one.version) for one in report.packages}
        assert {("python", "web", "2.0"), ("rust", "serde", "1.0.200")} <= found
        assert "pkg:cargo/serde@1.0.200" in text_of(report)
        assert "ab" * 32 in text_of(report)
        assert [one.at for part in report.provenance if part.package == "serde" and (one := part.evidence)] == [
            "Cargo.toml:5"
        ]


async def test_a_small_budget_keeps_who_asked_and_leaves_out_the_text_first(
    program: Callable[..., App], two: tuple[str, str]
) -> None:
    question = ResolutionQuestion(two, target=f"python={PYTHON}")
    report = await resolved(program(), *two)
    for most in (600, 900, 100_000):
        answer = budgeted(report, question, most)
        raw = json.dumps(answer.structured, separators=(",", ":"))
        assert token_bound(raw) + token_bound(answer.text) <= most
    small = budgeted(report, question, 900).structured
    assert "text" not in small["output"]
    assert small["output"]["command"].startswith("plumbrule resolve ")
    assert small["truncated"]["omitted"]["output"] == 1
    again = small["truncated"]["next"]["arguments"]
    assert again.pop("max_tokens") > 900
    assert again == question.arguments()
    assert budgeted(report, question, 100_000).structured["output"]["text"] == text_of(report)


async def test_no_stranger_can_be_asked_for_by_a_bad_word(program: Callable[..., App], two: tuple[str, str]) -> None:
    # S-59
    for wrong in ({"added": ("web @ http://x.example/",)}, {"target": "python=nine"}, {"exclude_newer": "soon"}):
        with pytest.raises(InvalidArgument):
            await resolved(program(), *two, **wrong)
    assert replace(ResolutionQuestion(two), fix="F1").arguments()["fix"] == "F1"
