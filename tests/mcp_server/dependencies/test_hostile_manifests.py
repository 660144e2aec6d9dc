"""Manifests that are meant to hurt: each costs only itself, within its time, with its reason."""

import pytest

from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.dependencies.manifests.batch import parse

BOMBS = {
    "a key with 50,000 dots": ("pyproject", b"a" + b".a" * 50_000 + b" = 1\n", "too_deep"),
    "a header with 50,000 dots": ("cargo", b"[a" + b".a" * 50_000 + b"]\n", "too_deep"),
    "nested TOML arrays": ("pyproject", b"a = " + b"[" * 50_000, "too_deep"),
    "no TOML": ("pyproject", b"[project\nname = 1", "malformed"),
    "nested YAML brackets": ("compose", b"a: " + b"[" * 200_000, "too_deep"),
    "nested YAML questions": ("compose", b"? " * 30_000 + b"x", "too_deep"),
    "billion laughs in YAML": (
        "compose",
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("j"))),
        "too_deep",
    ),
    "XML entities": (
        "maven",
        b'<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><project><name>&b;</name></project>',
        "hostile_xml",
    ),
    "XML from outside": ("maven", b'<!DOCTYPE p SYSTEM "file:///etc/passwd"><project/>', "hostile_xml"),
    "nested XML": ("msbuild", b"<a>" * 100_000, "too_deep"),
    "nested JSON": ("package_json", b"[" * 1_000_000, "malformed"),
    "cut JSON": ("package_json", b'{\n"name": "x",\n', "malformed"),
    "nested Python": ("setup_py", b"setup(name=" + b"(" * 100_000, "malformed"),
    "a deep Python expression": ("setup_py", b"setup(name=" + b"-" * 50_000 + b"1)", "too_deep"),
    "bytes that are no text": ("makefile", b"\x00\x01" * 100, "not_text"),
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_refused_with_its_reason(what: str) -> None:
    parser, raw, reason = BOMBS[what]
    [[declarations, fault, _]] = parse({"files": [["m", parser, raw]], "file_limit_s": 5, "batch_limit_s": 60})
    assert declarations == []
    assert fault == reason


def test_a_bad_manifest_costs_only_itself_and_names_its_line() -> None:
    good = b'{"name": "x"}'
    results = parse(
        {
            "files": [
                ["package.json", "package_json", good],
                ["pyproject.toml", "pyproject", b"[project]\nname = \n"],
                ["package.json", "package_json", good],
            ],
            "file_limit_s": 5,
            "batch_limit_s": 60,
        }
    )
    assert [fault for _, fault, _ in results] == ["", "malformed", ""]
    assert results[1][2] == 2


async def test_a_parser_that_takes_too_long_is_stopped_and_the_next_file_is_read() -> None:
    slow = b"setup(name=[" + b"'x'," * 400_000 + b"])"
    files = [["setup.py", "setup_py", slow], ["package.json", "package_json", b'{"name": "x"}']]
    async with WorkerPool() as pool:
        payload = {"files": files, "file_limit_s": 0.02, "batch_limit_s": 60}
        results = await pool.run("plumbrule.mcp_server.dependencies.manifests.batch:parse", payload)
    assert isinstance(results, list)
    assert results[0] == [[], "too_slow", 0]
    assert results[1][1] == ""


@pytest.mark.parametrize(
    ("parser", "raw"),
    [
        ("makefile", b"a" * 500_000 + b":"),
        ("makefile", b"a " * 250_000 + b"!"),
        ("cmake", b"project(" * 60_000),
        ("cmake", b"project( " + b" " * 300_000),
        ("meson", b"project('x'" * 40_000),
        ("swift_package", b".package(" * 60_000),
        ("swift_package", b'.package(url: "' * 30_000),
        ("gradle", b"implementation " * 40_000),
        ("dockerfile", b"RUN x \\\n" * 60_000),
        ("gemfile", b"gem '" * 100_000),
        ("mix", b"{:a, " * 100_000),
        ("terraform", b'module "x" {\n' * 40_000),
        ("terraform", b'"a" ' * 120_000),
        ("justfile", b"a b " * 120_000),
        ("autoconf", b"AC_INIT(" * 60_000),
        ("github_workflow", b"on: push\njobs:\n  a:\n    steps:\n      - run: " + b"${{ github.event.issue." * 20_000),
        *(
            (
                "github_workflow",
                b"on: [issues, workflow_run]\njobs:\n  a:\n    steps:\n      - run: |\n         "
                + piece * (500_000 // len(piece)),
            )
            for piece in (
                b"curl https://a ",
                b"curl ",
                b"sh -c $(curl https://",
                b"${{ " + b"a" * 1900 + b" }} ",
                b"npm ",
                b"pip install ",
                b"${{ contains(contains(",
                b"${{ commits[",
                b"irm ",
                b"docker push ",
                b"git fetch ",
                b"'",
                b"${{ env.",
            )
        ),
        (
            "github_workflow",
            b"on: workflow_run\njobs:\n  a:\n    if: '"
            + b"head.repo. " * 20_000
            + b"'\n    steps:\n"
            + b"      - run: x\n" * 5_000,
        ),
        ("gitlab_ci", b"a:\n  script: " + b"eval sh -c " * 45_000),
        ("circleci", b"jobs:\n  a:\n    steps:\n      - run: " + b"<< pipeline.git." * 30_000),
        ("azure", b"steps:\n  - script: " + b"$(Build." * 60_000),
        ("dockerfile", b"RUN curl https://x " * 25_000),
        ("dockerfile", b"FROM a AS b\nUSER c\n" * 25_000),
        ("setup_cfg", b"[metadata]\nname = %(name)s\n" + b"a=b\n" * 100_000),
        ("deno", b"/*" * 250_000),
        ("deno", b"," * 250_000),
        ("requirements", b"a " * 250_000),
        ("go_mod", b"require (\n" * 50_000),
        ("procfile", b"a" * 500_000),
    ],
)
def test_no_pattern_backtracks_on_half_a_megabyte(parser: str, raw: bytes) -> None:
    [[_, fault, _]] = parse({"files": [["m", parser, raw]], "file_limit_s": 4, "batch_limit_s": 60}) or [[]]
    assert fault != "too_slow"
