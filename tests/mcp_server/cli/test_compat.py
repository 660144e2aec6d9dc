"""`plumbrule compat` on folders and a package index on loopback: verdicts, places, formats, exit codes."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import jsonschema
import orjson
import pytest
from python_index import LoopbackIndex, python_index

SARIF_SCHEMA = json.loads((Path(__file__).parent / "formats/sarif-2.1.0.json").read_text(encoding="utf-8"))


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    """`apple` in two majors; `pie` 1 wants the first of them, `pie` 2 the second."""
    with python_index() as index:
        for version in ("1.0", "1.5", "2.0", "2.1"):
            index.wheel("apple", version)
        index.wheel("pie", "1.0", "apple<2")
        index.wheel("pie", "2.0", "apple>=2")
        index.wheel("cake", "1.0", "apple>=2")
        yield index


def project(folder: Path, name: str, requires: Sequence[str], python: str = ">=3.11") -> str:
    """A folder with a manifest; as a source."""
    (folder / name).mkdir()
    lines = [
        f'[project]\nname = "{name}"\nversion = "1.0"\nlicense = "MIT"\nrequires-python = "{python}"\ndependencies = ['
    ]
    lines += [f'    "{one}",' for one in requires]
    (folder / name / "pyproject.toml").write_text("\n".join([*lines, "]\n"]))
    return f"./{name}"


def asked(plumbrule, index: LoopbackIndex, *arguments: str) -> tuple[int, dict]:
    """The exit code and the result of `compat --json` against the index."""
    done = plumbrule("compat", *arguments, "--json", environment={"PLUMBRULE_SOURCES__PYPI_URL": index.url})
    told = orjson.loads(done.stdout)
    assert "error" not in told, done.stderr
    return done.returncode, told


def test_disjoint_ranges_are_incompatible_without_a_network(plumbrule) -> None:  # S-45
    a, b = project(plumbrule.work, "a", ["numpy<1.20"]), project(plumbrule.work, "b", ["numpy>=2.0"])
    done = plumbrule("compat", a, b, "--offline", "--json")
    told = orjson.loads(done.stdout)
    assert (done.returncode, told["verdict"]) == (1, "incompatible")
    (conflict,) = told["conflicts"]
    members = {(one["repository"], one["requirement"], one["evidence"]["at"]) for one in conflict["members"]}
    assert members == {("a", "numpy<1.20", "pyproject.toml:7"), ("b", "numpy>=2.0", "pyproject.toml:7")}
    assert conflict["verified"] is True
    assert "numpy<1.20" in conflict["sentence"]


def test_what_agrees_gives_versions_and_exit_0(plumbrule, index: LoopbackIndex) -> None:  # S-45, S-48
    a, b = project(plumbrule.work, "a", ["apple>=1.2"]), project(plumbrule.work, "b", ["pie<2"])
    code, told = asked(plumbrule, index, a, b, "--python", "3.12")
    assert (code, told["verdict"]) == (0, "compatible")
    assert {(one["name"], one["version"]) for one in told["packages"]} == {("apple", "1.5"), ("pie", "1.0")}
    assert {tuple(one["asked_by"]) for one in told["packages"] if one["name"] == "apple"} == {("a", "b")}
    assert [one["resolves_alone"] for one in told["repositories"]] == ["compatible", "compatible"]
    assert told["target"]["python"] == "3.12"


def test_a_clash_through_a_package_names_the_way_and_a_fix_that_works(plumbrule, index: LoopbackIndex) -> None:
    a, b = project(plumbrule.work, "a", ["apple<2"]), project(plumbrule.work, "b", ["cake"])
    code, told = asked(plumbrule, index, a, b)
    assert (code, told["verdict"]) == (1, "incompatible")
    (conflict,) = told["conflicts"]
    assert {(one["repository"], one["requirement"]) for one in conflict["members"]} == {("a", "apple<2"), ("b", "cake")}
    fixes = [[(change["repository"], change["to"]) for change in fix["changes"]] for fix in told["fixes"]]
    assert fixes, told
    assert fixes[0][0][0] == "a"
    _, repaired = asked(plumbrule, index, project(plumbrule.work, "c", [fixes[0][0][1]]), b)
    assert repaired["verdict"] == "compatible"


def test_a_package_that_is_added_in_thought_counts(plumbrule, index: LoopbackIndex) -> None:
    a = project(plumbrule.work, "a", ["apple<2"])
    assert asked(plumbrule, index, a)[0] == 0
    code, told = asked(plumbrule, index, a, "--with", "cake")
    assert (code, told["verdict"]) == (1, "incompatible")
    assert {one["requirement"] for one in told["conflicts"][0]["members"]} == {"apple<2", "cake"}
    assert asked(plumbrule, index, a, "--constraint", "cake>5")[0] == 0  # a bound asks for nothing by itself


def test_several_targets_are_answered_one_by_one(plumbrule, index: LoopbackIndex) -> None:
    a = project(plumbrule.work, "a", ["apple<2; sys_platform == 'win32'"])
    b = project(plumbrule.work, "b", ["apple>=2"])
    code, told = asked(plumbrule, index, a, b, "--target", "python=3.12 linux", "--target", "python=3.12 windows")
    assert code == 1
    assert [one["verdict"] for one in told["targets"]] == ["compatible", "incompatible"]
    assert told["conflicts"][0]["targets"] == ["python3.12-windows-x86_64"]


def test_ranges_of_python_without_a_common_version_are_a_conflict(plumbrule, index: LoopbackIndex) -> None:  # S-47
    a = project(plumbrule.work, "a", ["apple"], python=">=3.12")
    b = project(plumbrule.work, "b", ["apple"], python="<3.12")
    code, told = asked(plumbrule, index, a, b)
    assert code == 1
    assert [one["kind"] for one in told["conflicts"]] == ["runtime"]
    assert {one["repository"] for one in told["conflicts"][0]["members"]} == {"a", "b"}


def test_what_cannot_be_read_is_told_and_keeps_the_verdict_open(plumbrule, index: LoopbackIndex) -> None:  # S-50
    a = project(plumbrule.work, "a", ["apple"])
    code, told = asked(plumbrule, index, a, "./missing")
    assert (code, told["verdict"], told["reason"]) == (4, "unknown", "unreadable")
    assert told["repositories"][1]["error"]["code"] == "not_found"
    done = plumbrule("compat", "./nothing", "./missing")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing: There is no such path." in done.stderr


def test_a_list_that_code_makes_leaves_the_verdict_open(plumbrule, index: LoopbackIndex) -> None:
    a = project(plumbrule.work, "a", ["apple<2"])
    (plumbrule.work / "c").mkdir()
    (plumbrule.work / "c/setup.py").write_text(
        "from setuptools import setup\nsetup(install_requires=open('r').read())\n"
    )
    code, told = asked(plumbrule, index, a, "./c")
    assert (code, told["verdict"], told["reason"]) == (4, "unknown", "not_static")
    b = project(plumbrule.work, "b", ["cake"])
    assert asked(plumbrule, index, a, b, "./c")[1]["verdict"] == "incompatible"  # whatever it asks for beside


def test_lines_that_lead_elsewhere_are_listed_and_never_followed(plumbrule, index: LoopbackIndex) -> None:  # S-56
    a = project(plumbrule.work, "a", ["apple"])
    b = project(plumbrule.work, "b", [])
    evil = f"{index.url.replace('/simple', '/evil')}"
    lines = [
        f"--index-url {evil}",
        f"x @ {evil}/${{HOME}}/x.zip",
        "git+https://example.org/y.git#egg=y",
        "-r /etc/passwd",
        "pie",
    ]
    (plumbrule.work / "b/requirements.txt").write_text("\n".join(lines) + "\n")
    _, told = asked(plumbrule, index, a, b)
    left = {one["evidence"]["at"] for one in told["repositories"][1]["not_checked"]}
    assert left == {f"requirements.txt:{line}" for line in (1, 2, 3, 4)}
    assert "-r /etc/passwd" in {one.get("requirement") for one in told["repositories"][1]["not_checked"]}
    assert not [path for path in index.requests if "evil" in path]
    assert {one["name"] for one in told["packages"]} == {"apple", "pie"}


def test_a_page_that_cuts_a_long_list_says_so(plumbrule) -> None:
    a, b = project(plumbrule.work, "a", []), project(plumbrule.work, "b", [])
    elsewhere = [f"git+https://example.org/{number}.git#egg=n{number}" for number in range(60)]
    (plumbrule.work / "b/requirements.txt").write_text("\n".join(elsewhere) + "\n")
    page = plumbrule("compat", a, b, "--offline").stdout
    assert page.count("   not checked  ") == 20
    assert "   and 40 more; --json gives all\n" in page
    text = plumbrule("compat", a, b, "--offline", "--format", "markdown").stdout
    assert text.count("Not checked: `") == 50
    assert "- Not checked: and 10 more; --json gives all" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("./a", "./a/"), "named twice"),
        (("./a", "./b", "--python", "three"), "python"),
        (("./a", "./b", "--exclude-newer", "soon"), "no date"),
        (("./a", "./b", "--with", "=="), "=="),
        (("./a", "./b", "--platform", "linux", "--universal"), "every platform"),
        (("./a", "./b", "--json", "--format", "sarif"), "two ways"),
    ],
)
def test_a_wrong_question_says_what_to_do(plumbrule, arguments: tuple[str, ...], words: str) -> None:  # S-51
    for name in "ab":
        project(plumbrule.work, name, ["apple"])
    done = plumbrule("compat", *arguments, "--offline")
    assert done.returncode == 2
    assert words in done.stderr + done.stdout


def test_each_form_tells_the_conflict_with_its_place(plumbrule) -> None:
    a, b = project(plumbrule.work, "a", ["numpy<1.20"]), project(plumbrule.work, "b", ["numpy>=2.0"])
    page = plumbrule("compat", a, b, "--offline").stdout
    assert page.startswith("INCOMPATIBLE\n")
    assert "   a: numpy<1.20  [pyproject.toml:7]\n" in page
    markdown = plumbrule("compat", a, b, "--offline", "--format", "markdown").stdout
    assert "| `a` | `numpy<1.20` |  | `pyproject.toml:7` |" in markdown
    github = plumbrule("compat", a, b, "--offline", "--format", "github").stdout
    assert github.startswith("::error file=pyproject.toml,line=7,title=plumbrule C1::")
    sarif = orjson.loads(plumbrule("compat", a, b, "--offline", "--format", "sarif").stdout)
    jsonschema.validate(sarif, SARIF_SCHEMA)
    assert sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}


def test_the_result_fits_its_schema_and_a_budget_names_the_call_that_gets_the_rest(plumbrule, index) -> None:
    a, b = project(plumbrule.work, "a", ["apple<2", "pie"]), project(plumbrule.work, "b", ["cake"])
    _, whole = asked(plumbrule, index, a, b)
    schema = orjson.loads(plumbrule("schema", "check_compatibility").stdout)["output"]
    jsonschema.validate(whole, schema)
    _, short = asked(plumbrule, index, a, b, "--max-tokens", "400")
    assert len(orjson.dumps(short)) < len(orjson.dumps(whole))
    arguments = orjson.dumps(short["truncated"]["next"]["arguments"]).decode()
    environment = {"PLUMBRULE_SOURCES__PYPI_URL": index.url}
    again = orjson.loads(plumbrule("call", "check_compatibility", "--args", arguments, environment=environment).stdout)
    assert again | {"call_id": ""} == whole | {"call_id": ""}


def test_the_same_question_gives_the_same_bytes(plumbrule, index: LoopbackIndex) -> None:
    a, b = project(plumbrule.work, "a", ["apple<2", "pie"]), project(plumbrule.work, "b", ["cake"])
    first, again, anew = (asked(plumbrule, index, a, b, *more)[1] for more in ((), (), ("--no-cache",)))
    assert first | {"call_id": ""} == again | {"call_id": ""} == anew | {"call_id": ""}


def test_nothing_that_a_repository_wrote_acts_on_a_terminal(plumbrule) -> None:
    a = project(plumbrule.work, "a", ["numpy<1.20\\u001b[31m"])
    b = project(plumbrule.work, "b", ["numpy>=2.0"])
    token = "ghp_" + "a1B2" * 9
    (plumbrule.work / "b/requirements.txt").write_text(f"x @ https://u:{token}@example.org/x.zip\n")
    for form in ((), ("--json",), ("--format", "markdown"), ("--format", "github"), ("--format", "sarif")):
        done = plumbrule("compat", a, b, "--offline", *form)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", done.stdout)
        assert token not in done.stdout + done.stderr
