"""Quality as six indicators: what raises and lowers each, the grade, and what stands out."""

from collections.abc import Mapping

import pytest

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.licensing import licence_of
from plumbrule.mcp_server.analysis.quality.indicators import WEIGHTS
from plumbrule.mcp_server.analysis.quality.score import grade_of, quality_of
from plumbrule.mcp_server.analysis.sections.quality import Quality
from plumbrule.mcp_server.analysis.syntax.facts import Index

from .deep_input import deep_of, facts

SOUND = facts(code=400, functions=40, public=30, documented=27, typed=40)
TESTS = facts(code=300, functions=30, symbols=[{"name": f"test_{number}", "kind": "function"} for number in range(30)])
WORKFLOW = "on: [push, pull_request]\njobs:\n  t:\n    steps:\n      - run: pytest\n"
README = (
    "# Demo\n\n"
    + "It does things well. " * 80
    + "\n\n## Installation\n\n```\npip\n```\n\n## Usage\n\n## Contributing\n"
)
PYPROJECT = """[project]
name = 'pack'
license = 'MIT'
[tool.ruff]
[tool.mypy]
[tool.black]
[dependency-groups]
test = ['pytest']
"""
GOOD: dict[str, str] = {
    "pyproject.toml": PYPROJECT,
    "README.md": README,
    ".github/workflows/ci.yml": WORKFLOW,
    ".pre-commit-config.yaml": "repos: []\n",
    **dict.fromkeys(("docs/index.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", ".gitignore"), "x"),
    **dict.fromkeys((".github/dependabot.yml", ".coveragerc", "pack/core.py", "tests/test_core.py"), "x"),
}
KNOWN = {"pack/core.py": SOUND, "tests/test_core.py": TESTS}


def _quality(files: Mapping[str, str], known: Mapping[str, tuple[Index, bytes]]) -> Quality:
    deep: Deep = deep_of(files, known)
    return quality_of(deep, licence_of(deep.gathered))


def _scores(told: Quality) -> dict[str, float]:
    return {one.name: one.score for one in told.indicators}


def test_six_weights_sum_to_one_and_make_the_score() -> None:  # S-39
    told = _quality(GOOD, KNOWN)
    assert sorted(WEIGHTS.values(), reverse=True) == [0.25, 0.25, 0.20, 0.15, 0.10, 0.05]
    assert [one.weight for one in told.indicators] == list(WEIGHTS.values())
    assert told.score == round(sum(one.weight * one.score for one in told.indicators), 3)
    assert all(one.reason and one.evidence.at and one.evidence.rule for one in told.indicators)


def test_a_project_that_looks_after_itself_is_an_a_and_a_bare_script_an_f() -> None:
    assert _quality(GOOD, KNOWN).grade == "A"
    bare = _quality({"run.py": ""}, {"run.py": facts(code=900, functions=20, complex=[["f", 1, 30]] * 8)})
    assert bare.grade == "F"
    assert _scores(bare)["tests"] == _scores(bare)["documentation"] == _scores(bare)["automation"] == 0


def test_the_same_input_gives_the_same_score() -> None:
    assert _quality(GOOD, KNOWN) == _quality(dict(reversed(GOOD.items())), dict(reversed(KNOWN.items())))


@pytest.mark.parametrize(
    ("indicator", "without"),
    [
        ("tests", ("tests/test_core.py",)),
        ("documentation", ("README.md",)),
        ("documentation", ("docs/index.md",)),
        ("documentation", ("CHANGELOG.md",)),
        ("automation", (".github/workflows/ci.yml",)),
        ("automation", (".github/dependabot.yml",)),
        ("automation", (".pre-commit-config.yaml",)),
        ("automation", (".coveragerc",)),
        ("types and style", ("pyproject.toml",)),
        ("hygiene", ("pyproject.toml",)),
        ("hygiene", (".gitignore",)),
        ("hygiene", ("SECURITY.md",)),
    ],
)
def test_each_thing_that_is_missing_lowers_its_indicator(indicator: str, without: tuple[str, ...]) -> None:
    files = {path: text for path, text in GOOD.items() if path not in without}
    known = {path: one for path, one in KNOWN.items() if path in files}
    assert _scores(_quality(files, known))[indicator] < _scores(_quality(GOOD, KNOWN))[indicator]


PACKAGE_JSON = '{"name": "p", "version": "1.0.0", "main": "index.js"}'


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        ({"PKG-INFO": "x", "pyproject.toml": PYPROJECT}, "a source distribution leaves"),
        ({"package.json": PACKAGE_JSON}, "a published package leaves"),
        ({"package.json": PACKAGE_JSON, ".gitignore": "x"}, "no "),  # a repository
        ({"package.json": '{"name": "p"}'}, "no "),
    ],
)
def test_what_an_archive_leaves_out_is_not_held_against_it(archive: dict[str, str], said: str) -> None:
    told = _quality({"index.js": "x", "README.md": README, **archive}, {"index.js": SOUND})
    reasons = {one.name: (one.reason, one.score) for one in told.indicators}
    for name in ("tests", "automation"):
        reason, score = reasons[name]
        assert reason.startswith(said)
        assert (score > 0.3) == said.startswith("a ")


def test_javascript_that_ships_declarations_is_half_typed() -> None:
    script = {"index.js": facts(code=100, functions=10)}
    bare = _quality({"package.json": "{}", "index.js": "x"}, script)
    declared = _quality({"package.json": '{"types": "./index.d.ts"}', "index.js": "x"}, script)
    assert (_scores(bare)["types and style"], _scores(declared)["types and style"]) == (0.0, 0.25)


def test_other_peoples_copies_are_not_judged() -> None:
    copied = facts(code=4_000, functions=40, complex=[["f", 1, 80]])
    for folder in ("pack/_vendor", "pack/vendored", "third_party"):
        path = f"{folder}/lib.py"
        assert _quality({**GOOD, path: "x"}, {**KNOWN, path: copied}).counts["source_files"] == 1, folder


def test_scripts_in_long_lines_are_not_judged() -> None:
    """A bundle's functions stand out everywhere, and nobody wrote them so."""
    built = facts(code=4, functions=40, complex=[["f", 1, 800]])
    told = _quality({**GOOD, "pack/built.mjs": "x" * 4_000}, {**KNOWN, "pack/built.mjs": built})
    assert told.counts["source_files"] == 1
    assert not told.outliers


@pytest.mark.parametrize(
    ("indicator", "worse"),
    [
        ("structure", {"complex": [["f", 1, 11]] * 4}),
        ("structure", {"long": [["f", 1, 90]] * 2}),
        ("structure", {"code": 1_400}),
        ("structure", {"bodies": [["same", 1, 10], ["same", 20, 10]]}),
        ("documentation", {"documented": 3}),
        ("types and style", {"typed": 4}),
        ("tests", {"code": 4_000, "functions": 400}),
    ],
)
def test_each_measure_of_the_code_moves_its_indicator(indicator: str, worse: dict[str, object]) -> None:
    index, symbols = SOUND
    known = KNOWN | {"pack/core.py": (index._replace(**worse), symbols)}
    assert _scores(_quality(GOOD, known))[indicator] < _scores(_quality(GOOD, KNOWN))[indicator]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a/.DS_Store", "macOS"),
        ("x/__pycache__/a.pyc", "compiled Python"),
        ("src/a.py.orig", "merge"),
        (".env", ".env files"),
    ],
)
def test_what_should_not_be_there_is_told(path: str, kind: str) -> None:
    told = _quality(GOOD | {path: "A=1\n"}, KNOWN)
    hygiene = next(one for one in told.indicators if one.name == "hygiene")
    assert kind in hygiene.reason
    assert hygiene.evidence.at == path


def test_functions_and_files_that_stand_out_are_named_with_their_places() -> None:
    known = KNOWN | {
        "pack/core.py": facts(
            code=1_200,
            functions=40,
            complex=[["big", 3, 40], ["less", 9, 12]],
            long=[["big", 3, 200], ["short", 9, 85]],
            bodies=[["h1", 30, 12], ["h2", 60, 9], ["h1", 90, 12]],
        ),
        "tests/test_core.py": facts(code=10, complex=[["untold", 1, 99]], bodies=[["h2", 1, 9]]),
    }
    told = _quality(GOOD, known)
    assert [(one.measure, one.value, one.name, one.evidence.at) for one in told.outliers] == [
        ("complexity", 40, "big", "pack/core.py:3"),
        ("lines", 200, "big", "pack/core.py:3"),
        ("lines", 1_200, "core.py", "pack/core.py"),
        ("copies", 2, "", "pack/core.py:30"),
    ]
    assert (told.counts["complex_functions"], told.counts["copied_lines"], told.counts["long_files"]) == (2, 12, 1)


@pytest.mark.parametrize(
    ("path", "one", "expected"),
    [
        ("pkg/a_test.go", facts(symbols=[{"name": "TestA"}, {"name": "helper"}, {"name": "FuzzB"}]), 2),
        ("src/test/java/org/samples/ATest.java", facts(symbols=[{"name": "A.b", "modifiers": ["@Test"]}]), 1),
        ("tests/a.rs", facts(symbols=[{"name": "x", "modifiers": ["#[tokio::test]"]}, {"name": "y"}]), 1),
        ("tests/ATests.cs", facts(symbols=[{"name": "A.b", "modifiers": ["[Fact]"]}]), 1),
    ],
)
def test_test_functions_are_counted_by_their_languages_convention(
    path: str, one: tuple[Index, bytes], expected: int
) -> None:
    assert _quality(GOOD | {path: ""}, KNOWN | {path: one}).counts["test_functions"] == 30 + expected


def test_rust_tests_inside_the_sources_count() -> None:
    inside = facts(code=100, functions=10, symbols=[{"name": "tests.a", "modifiers": ["#[test]"]}])
    told = _quality({"Cargo.toml": "[package]\nname = 'a'\n", "src/lib.rs": ""}, {"src/lib.rs": inside})
    assert told.counts["test_functions"] == 1
    assert _scores(told)["tests"] > 0


@pytest.mark.parametrize(
    ("score", "grade"), [(1.0, "A"), (0.8, "A"), (0.65, "B"), (0.5, "C"), (0.35, "D"), (0.349, "F")]
)
def test_a_grade_begins_at_its_least_score(score: float, grade: str) -> None:
    assert grade_of(score) == grade
