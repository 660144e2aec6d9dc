"""`plumbrule resolve`, as typed: files, formats, exit codes, and nothing written when there is no lock."""

import json
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from npm_registry import npm_registry
from python_index import LoopbackIndex, python_index

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.cli.resolve import format_of

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    with python_index() as serving:
        serving.wheel("web", "3.0", "tpl>=2")
        for version in ("1.0", "2.0", "3.0"):
            serving.wheel("tpl", version)
        yield serving


@pytest.fixture
def resolve(plumbrule: Any, index: LoopbackIndex) -> Callable[..., Any]:
    for name, text in (("shop", "web\n"), ("api", "tpl<3\n"), ("old", "tpl<2\n"), ("placed", "tpl\n./local\n")):
        (plumbrule.work / name).mkdir()
        (plumbrule.work / name / "requirements.txt").write_text(text)

    def run(*arguments: str) -> Any:
        return plumbrule("resolve", *arguments, "--python", PYTHON, "--set", f"sources.pypi_url={index.url}")

    return run


def test_the_lock_goes_to_standard_output_or_to_a_file_named_by_its_format(
    resolve: Callable[..., Any], plumbrule: Any
) -> None:
    done = resolve("./shop", "./api")
    assert done.returncode == 0, done.stderr
    assert {one["name"] for one in tomllib.loads(done.stdout)["packages"]} == {"web", "tpl"}
    for name, words in (("pylock.toml", "lock-version"), ("requirements.txt", "--hash=sha256:"),
                        ("pyproject.toml", "[project]"), ("all.cdx.json", "CycloneDX"),
                        ("all.spdx.json", "SPDX-2.3")):  # fmt: skip
        done = resolve("./shop", "./api", "-o", name)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert f"{name} written" in done.stderr
        assert words in (plumbrule.work / name).read_text()
    assert sorted(path.name for path in plumbrule.work.iterdir() if path.name.startswith(".")) == []


def test_without_a_solution_nothing_is_written_and_the_reason_is_told(
    resolve: Callable[..., Any], plumbrule: Any
) -> None:  # S-54
    before = "kept"
    (plumbrule.work / "pylock.toml").write_text(before)
    done = resolve("./shop", "./old", "-o", "pylock.toml")
    assert (done.returncode, done.stdout) == (1, "")
    assert "tpl<2" in done.stderr
    assert "fix=F1" in done.stderr
    assert (plumbrule.work / "pylock.toml").read_text() == before
    failed = resolve("./shop", "./old", "--json")
    assert failed.returncode == 1
    error = json.loads(failed.stdout)["error"]
    assert (error["code"], error["retry_with"]["fix"]) == ("incompatible", "F1")
    fixed = resolve("./shop", "./old", "--fix", "F1", "-o", "pylock.toml")
    assert fixed.returncode == 0, fixed.stderr
    assert "It holds only after these changes" in (plumbrule.work / "pylock.toml").read_text()


def test_npms_lock_is_written_with_the_manifest_that_it_belongs_to(plumbrule: Any) -> None:
    with npm_registry() as registry:
        registry.package("tpl", "1.0.0")
        (plumbrule.work / "app").mkdir()
        (plumbrule.work / "app/package.json").write_text('{"name": "app", "dependencies": {"tpl": "^1.0.0"}}')
        asked = ("resolve", "./app", "--node", "20", "--set", f"sources.npm_url={registry.url}", "-o")
        done = plumbrule(*asked, "package-lock.json")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        manifest = plumbrule.work / "package.json"
        assert json.loads(manifest.read_text())["dependencies"] == {"tpl": "^1.0.0"}
        manifest.write_text("{}")
        assert "left as it is" in plumbrule(*asked, "package-lock.json").stderr
        assert manifest.read_text() == "{}"


def test_exit_codes_tell_unknown_from_bad_input(resolve: Callable[..., Any]) -> None:
    assert resolve("./shop", "./api", "--offline").returncode == 4
    for wrong in (
        ("./shop", "-o", "lock.xyz"),
        ("./shop", "-o", "nowhere/pylock.toml"),
        ("./shop", "--target", "python=3.12"),
        ("./shop", "--fix", "F7"),
        ("./gone",),
        ("./shop", "./shop"),
    ):
        done = resolve(*wrong)
        assert (done.returncode, done.stdout) == (2, ""), (wrong, done.stderr)


def test_json_is_the_result_of_the_tool_and_explain_is_a_page(resolve: Callable[..., Any]) -> None:
    report = json.loads(resolve("./shop", "./api", "--json").stdout)
    assert report["schema"] == "plumbrule.resolution/1"
    assert report["output"]["text"].startswith("# Joint lock of 2 repositories: shop, api.")
    assert {one["name"]: one["asked_by"] for one in report["packages"]} == {"web": ["shop"], "tpl": ["shop", "api"]}
    page = resolve("./shop", "./api", "--explain", "tpl").stdout
    assert page.startswith("tpl is 2.0, and there is 3.0. It cannot be taken: api asks for tpl<3.\n")
    assert "asked by shop: web (requirements.txt:1) > web\n" in page
    assert page.endswith("held by api: tpl<3 (requirements.txt:1)\n")


def test_what_is_not_in_the_file_is_told_beside_it(resolve: Callable[..., Any]) -> None:  # S-56
    done = resolve("./placed", "./shop", "-o", "requirements.txt")
    assert done.returncode == 0
    assert "not in it: placed requirements.txt:2: ./local (requirement.path)" in done.stderr


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("pylock.toml", "pylock.toml"),
        ("pylock.dev.toml", "pylock.toml"),
        ("requirements-dev.txt", "requirements.txt"),
        ("pyproject.toml", "pyproject.toml"),
        ("package-lock.json", "package-lock.json"),
        ("bom.json", "cyclonedx"),
        ("x.spdx.json", "spdx"),
    ],
)
def test_a_name_says_its_format(name: str, form: str) -> None:
    assert format_of(Path("somewhere") / name) == form


def test_a_name_that_says_no_format_is_refused_with_the_list() -> None:
    with pytest.raises(InvalidArgument, match=r"lock\.yaml"):
        format_of(Path("lock.yaml"))
