"""Manifests and locks that are meant to hurt the readers: each costs only itself, nothing is followed or expanded."""

import os

import pytest

from plumbrule.mcp_server.dependencies.joining.clashes import clashes_in
from plumbrule.mcp_server.dependencies.joining.join import join
from plumbrule.mcp_server.dependencies.ranges.grammars import GRAMMARS, ranges_of
from plumbrule.mcp_server.dependencies.readers import (
    BY_NAME,
    BY_PATTERN,
    IN_FOLDER,
    MAX_STATEMENTS,
    read,
    reader_named,
    results,
)
from plumbrule.mcp_server.dependencies.requirement import Reading, unpacked

READERS = sorted(
    {
        *(reader for _, reader in BY_NAME.values()),
        *(row[-1] for row in BY_PATTERN),
        *(row[-1] for rows in IN_FOLDER.values() for row in rows),
    }
)
LIMIT_S = 4.0
HALF = 120_000


def read_one(reader: str, raw: bytes, limit_s: float = LIMIT_S) -> Reading:
    payload = {"files": [["m", reader, raw]], "file_limit_s": limit_s, "batch_limit_s": 60.0}
    return unpacked(results(read(payload))[0])


GENERAL = {
    "nothing": b"",
    "one long line": b"a" * HALF,
    "brackets": b"[" * HALF,
    "braces": b"{" * HALF,
    "closing": b"}])" * (HALF // 3),
    "quotes": b"\"'" * (HALF // 2),
    "blanks": b" " * HALF,
    "line feeds": b"\n" * HALF,
    "open comment": b"/*" * (HALF // 2),
    "keys": b"a: b\n" * (HALF // 5),
    "assignments": b'a = "b"\n' * (HALF // 8),
    "open texts": b'a = """\n' * (HALF // 8),
    "backslashes": b"a \\\n" * (HALF // 4),
    "deep indentation": b"".join(b" " * n + b"a:\n" for n in range(900)),
    "tables": b"[[package]]\n" * (HALF // 12),
    "headers": b"[a]\n" * (HALF // 4),
    "JSON": b'{"a":' * (HALF // 5),
    "no text": b"\x00\x01" * 100,
    "Latin-1": b'dependencies = ["\xe4"]\n',
}


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_is_slow_or_raises_on_nonsense(reader: str) -> None:  # SECURITY 2.4
    for what, raw in GENERAL.items():
        assert read_one(reader, raw).fault != "too_slow", what


PATTERNS = [
    ("asked.requirements_txt:requirements", b"a[" * (HALF // 2)),
    ("asked.requirements_txt:requirements", b"a" + b" --x" * (HALF // 4)),
    ("asked.requirements_txt:requirements", b"a " + b">=1," * (HALF // 4)),
    ("asked.requirements_txt:requirements", b"a==1 \\\n" * (HALF // 7)),
    ("asked.gradle:gradle", b"dependencies {\n" * (HALF // 15)),
    ("asked.gradle:gradle", b"dependencies {\n implementation(" + b"'a:b:1', " * (HALF // 9)),
    ("asked.gradle:gradle", b"dependencies {\n" + b"implementation group: 'a', " * (HALF // 27) + b"\n}"),
    ("asked.gradle:gradle", b"val a = " * (HALF // 8)),
    ("asked.swift:swift_package", b".package(" * (HALF // 9)),
    ("asked.swift:swift_package", b'.package(url: "a", ' * (HALF // 19)),
    ("asked.ruby:gemfile", b"gem 'a', " * (HALF // 9)),
    ("asked.ruby:gemfile", b"gem 'a', :group => [" + b":a, " * (HALF // 4)),
    ("asked.ruby:gemspec", b"s.add_dependency 'a', [" + b"'> 1', " * (HALF // 7)),
    ("asked.elixir:mix", b"defp deps do\n" + b"{:a, " * (HALF // 5)),
    ("asked.elixir:mix", b"defp deps do\n" * (HALF // 13)),
    ("asked.terraform:terraform", b'module "a" {' * (HALF // 12)),
    ("asked.docker:dockerfile", b"ARG A=${A}\n" + b"FROM ${A}${A}${A}${A}\n" * 2_000),
    ("asked.native:cmake", b"find_package(a " * (HALF // 15)),
    ("asked.native:conanfile_py", b" requires = 'a/b', " * (HALF // 19)),
    ("asked.scala:sbt", b'"a" % "b" % ' * (HALF // 12)),
    ("asked.golang:go_mod", b"replace a => b\nrequire a v1\n" * (HALF // 28)),
    ("asked.setuptools:setup_py", b"a = a + a\nsetup(install_requires=a)"),
    ("asked.setuptools:setup_py", b"a = [b, b]\nb = [a, a]\nsetup(install_requires=a, extras_require=a, **a)"),
    ("locks.python:uv", b"[[package]]\nname = 'a'\ndependencies = [\n" + b"    { name = " * (HALF // 13)),
    ("locks.others:mix", b'"a": {:hex, :a, "1", ' + b'{:b, "' * (HALF // 6)),
    ("locks.yarn:yarn", b'"a@' * (HALF // 3) + b":\n  version 1\n"),
    ("locks.pnpm:pnpm", b"packages:\n" + b"  /a@1(" * (HALF // 8) + b":\n    dev: true\n"),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "raw"), PATTERNS)
def test_no_pattern_of_a_reader_backtracks(reader: str, raw: bytes) -> None:  # SECURITY 2.4
    assert read_one(reader, raw).fault != "too_slow"


REFUSED = {
    "YAML that unfolds without end": (
        "asked.conda:environment",
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("j"))),
        "too_deep",
    ),
    "XML entities": ("asked.maven:maven", b'<!DOCTYPE p [<!ENTITY a "aa">]><project>&a;</project>', "hostile_xml"),
    "a document from outside": (
        "asked.dotnet:packages_config",
        b'<!DOCTYPE p SYSTEM "file:///etc/passwd"><packages/>',
        "hostile_xml",
    ),
    "deep JSON": ("locks.npm:package_lock", b'{"packages":' + b"[" * 1_000_000, "malformed"),
    "a key with 50,000 dots": ("asked.pyproject:pyproject", b"a" + b".a" * 50_000 + b" = 1\n", "too_deep"),
    "no text": ("locks.others:cargo", b"\x00" * 100, "not_text"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_bomb_is_refused_with_its_reason(what: str) -> None:  # SECURITY 2.4
    reader, raw, reason = REFUSED[what]
    found = read_one(reader, raw)
    assert (found.fault, found.asked, found.packages) == (reason, [], [])


def test_absurd_counts_are_cut_and_say_so() -> None:
    found = read_one("asked.requirements_txt:requirements", b"a\n" * (MAX_STATEMENTS + 1), 30.0)
    assert (len(found.asked), found.fault) == (MAX_STATEMENTS, "cut")


def test_groups_and_parents_that_include_themselves_end() -> None:
    text = '[dependency-groups]\na = [{include-group = "b"}]\nb = [{include-group = "a"}, "x"]\n'
    assert [one.name for one in read_one("asked.pyproject:pyproject", text.encode()).asked] == ["x", "x"]
    pom = (
        b"<project><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version>"
        b"<parent><groupId>g</groupId><artifactId>a</artifactId><relativePath>pom.xml</relativePath></parent>"
        b"<properties><v>${w}${w}</v><w>${v}${v}</w></properties>"
        b"<dependencies><dependency><groupId>${v}</groupId><artifactId>b</artifactId></dependency></dependencies></project>"
    )
    reading = read_one("asked.maven:maven", pom)
    [one] = join({"pom.xml": reading, "x/pom.xml": reading}).direct[:1]
    assert len(one.asked.name) < 2_000


def test_environment_variables_are_never_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_FOR_TEST", "hunter2")
    text = b"a @ https://example.org/${SECRET_FOR_TEST}/a.whl\n-r ${SECRET_FOR_TEST}.txt\n"
    found = read_one("asked.requirements_txt:requirements", text)
    assert os.environ["SECRET_FOR_TEST"] not in repr(found)
    assert "${SECRET_FOR_TEST}" in found.asked[0].reference


def test_ranges_of_absurd_length_are_answered_or_refused_at_once() -> None:
    for ecosystem in GRAMMARS:
        for text in (">=1 " * 400, "||".join(["1"] * 400), "^" * 1000, "1." * 900, "9" * 1900, "~> 1, " * 300):
            ranges_of(ecosystem, text)
    many = b"".join(b"a>=%d,<%d\n" % (n, n + 1) for n in range(2_000))
    readings = {
        "requirements.txt": read_one("asked.requirements_txt:requirements", many),
        "package.json": read_one("asked.javascript:package_json", b'{"dependencies": {"a": "' + b"1||" * 600 + b'1"}}'),
    }
    assert len(clashes_in(join(readings))) <= 2_000


def test_every_reader_of_the_tables_exists() -> None:
    for reader in READERS:
        assert callable(reader_named(reader))
