"""Commands and starts that no manifest spells out, told as the project's tools would."""

from typing import Any

import orjson
import pytest

from plumbrule.mcp_server.analysis.model import wire

WORKFLOW = """\
name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest --doc
      - run: |
          cargo test \\
          pytest -q tests
      - run: cargo test
        working-directory: sub
      - run: pytest $ARGS | tee log
"""


async def told(surveys: Any, files: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(orjson.dumps(wire(await surveys.of(files))))
    return found


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({".github/workflows/ci.yml": WORKFLOW}, ("pytest -q tests", ".github/workflows/ci.yml:10", None)),
        (
            {".github/workflows/ci.yml": WORKFLOW.replace("pytest --doc", "make test-${{matrix.features}}")},
            ("pytest -q tests", ".github/workflows/ci.yml:10", None),
        ),
        (
            {"manage.py": "import django\n", "requirements.txt": "Django[argon2]==6.1\n"},
            ("python manage.py test", "manage.py", True),
        ),
        ({"runtest": "#!/bin/sh\n", "a.c": "int a;\n"}, ("./runtest", "runtest", None)),
        ({"tests/runtests.py": "1\n"}, ("python tests/runtests.py", "tests/runtests.py", None)),
        (
            {"pyproject.toml": '[dependency-groups]\ndev = ["pytest"]\n', "uv.lock": "version = 1\n"},
            ("uv run pytest", "pyproject.toml:2", True),
        ),
        ({"Makefile": "test:\n\ttrue\n", ".github/workflows/ci.yml": WORKFLOW}, ("make test", "Makefile:1", None)),
    ],
)
async def test_the_first_test_command_is_the_best_evidence_there_is(
    surveys: Any, files: dict[str, str], expected: tuple[str, str, bool | None]
) -> None:
    first = next(one for one in (await told(surveys, files))["commands"] if one["purpose"] == "test")
    assert (first["command"], first["evidence"]["at"], first.get("convention")) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "Cargo.toml": '[package]\nname = "fd-find"\n[[bin]]\nname = "fd"\npath = "src/main.rs"\n',
                "src/main.rs": "",
            },
            [("fd", "Cargo.toml:4")],
        ),
        ({"Cargo.toml": '[package]\nname = "one"\n', "src/main.rs": ""}, [("one", "src/main.rs")]),
        ({"go.mod": "module example.org/x/fzf/v2\n", "main.go": "package main\n"}, [("fzf", "main.go")]),
        ({"package.json": '{"name": "one"}', "index.js": "1\n"}, [("main", "index.js")]),
        ({"package.json": '{"main": "./lib.js"}', "index.js": "1\n"}, [("main", "package.json:1")]),
        ({"fuzz/Cargo.toml": '[package]\nname = "f"\n[[bin]]\nname = "f"\npath = "a.rs"\n', "fuzz/a.rs": ""}, []),
        ({"src/__main__.py": "1\n", "pyproject.toml": '[project]\nname = "one"\n'}, []),
    ],
)
async def test_a_program_has_the_name_that_its_tools_give_it(
    surveys: Any, files: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    points = (await told(surveys, files)).get("entry_points", [])
    assert [(one["name"], one["evidence"]["at"]) for one in points] == expected


async def test_what_members_inherit_does_not_describe_a_workspace(surveys: Any) -> None:
    files = {"Cargo.toml": '[workspace.package]\ndescription = "A part"\n', "README.md": "# All\n\nAll is the whole.\n"}
    assert (await told(surveys, files))["description"]["value"] == "All is the whole."


async def test_a_card_has_the_first_sentence_of_a_long_description(surveys: Any) -> None:
    text = "A tool that does a thing for people. " + "It has many more words to say about itself. " * 4
    report = await surveys.of({"pyproject.toml": f'[project]\nname = "a"\ndescription = "{text}"\n'}, detail="card")
    assert report.description.value == "A tool that does a thing for people."


async def test_one_command_of_each_purpose_stands_first(surveys: Any) -> None:
    files = {"go.mod": "module a.org/b\n", "Makefile": "test:\n\ttrue\nfmt:\n\ttrue\nlint:\n\ttrue\n"}
    report = await surveys.of(files)
    assert [one.command for one in report.commands] == [
        *("make test", "go build ./...", "make fmt", "go test ./...", "make lint"),
    ]


async def test_files_of_a_test_folder_are_tests_where_no_name_marks_them(surveys: Any) -> None:
    tests = ["test/app.js", "test/unit/req.mjs", "tests/core.cc", "tests/unit/list.tcl", "packages/a/__tests__/b.ts"]
    others = ["test/support/env.js", "test/fixtures/a.js", "test/helper.js", "test/a.d.ts", "src/app.js", "test/a.py"]
    report = await surveys.of(dict.fromkeys([*tests, *others], "x\n"))
    assert report.tests.files == len(tests)


async def test_a_requirement_deep_among_the_tests_is_run_there(surveys: Any) -> None:
    report = await surveys.of({"tests/http/requirements.txt": "pytest\n", "a.c": "int a;\n"})
    assert not [one for one in report.commands if one.command == "pytest"]
