"""`.gitattributes` as git itself reads them: the same answers as `git check-attr`."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plumbrule.mcp_server.analysis.languages.attributes import (
    MAX_RULES,
    Overrides,
    parse_attributes,
)
from plumbrule.mcp_server.analysis.languages.globs import matches_name, matches_path

GIT = ["git", "-c", "core.attributesFile=/dev/null"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attributes")
    subprocess.run([*GIT, "init", "-q", str(folder)], check=True)
    return folder


def git_says(repository: Path, files: dict[str, str], paths: list[str]) -> dict[str, str]:
    """linguist-language of each path by git, with `unspecified` for none."""
    for old in repository.rglob(".gitattributes"):
        old.unlink()
    for name, text in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_bytes(text.encode())
    asked = "\0".join(paths).encode() + b"\0"
    command = [*GIT, "-C", str(repository), "check-attr", "-z", "--stdin", "linguist-language"]
    out = subprocess.run(command, input=asked, check=True, capture_output=True).stdout.decode().split("\0")
    return dict(zip(out[0::3], out[2::3], strict=False))


def we_say(files: dict[str, str], paths: list[str]) -> dict[str, str]:
    attributes = parse_attributes({name: text.encode() for name, text in files.items()})
    return {path: (attributes.of(path) or Overrides()).language or "unspecified" for path in paths}


PATHS = [
    *(
        "a.py",
        "b.js",
        "src/a.py",
        "src/deep/a.py",
        "src/deep/er/b.js",
        "docs/x.md",
        "docs/a/x.md",
        "a/b/c/d.txt",
        "x y.py",
    ),
    *(
        "src/[a].py",
        "src/deep",
        ".hidden",
        "a-b.py",
        "A.PY",
        "vendor/a/b.c",
        "lib/vendor/c.c",
        "docs",
        "a*b",
        "foo/bar/baz",
    ),
]
CASES = [
    {".gitattributes": "*.py linguist-language=One\n"},
    {".gitattributes": "*.py linguist-language=One\nsrc/*.py linguist-language=Two\n"},
    {".gitattributes": "/*.py linguist-language=One\nsrc/** linguist-language=Two\n"},
    {".gitattributes": "src/**/b.js linguist-language=One\n**/x.md linguist-language=Two\n"},
    {".gitattributes": "docs/ linguist-language=One\ndocs linguist-language=Two\n"},
    {".gitattributes": "a/**/d.txt linguist-language=One\na/** linguist-language=Two\n"},
    {".gitattributes": "*.py linguist-language=One\n*.py !linguist-language\n"},
    {".gitattributes": "*.py linguist-language=One", "src/.gitattributes": "*.py linguist-language=Two\n"},
    {".gitattributes": "deep/a.py linguist-language=One", "src/.gitattributes": "deep/a.py linguist-language=Two\n"},
    {".gitattributes": "[ab].py linguist-language=One\n[!a].js linguist-language=Two\n"},
    {".gitattributes": "src/\\[a\\].py linguist-language=One\n*.py/** linguist-language=Two\n"},
    {".gitattributes": '"x y.py" linguist-language=One\n# *.py linguist-language=Two\n'},
    {".gitattributes": "[attr]mine linguist-language=One\n*.js mine\n"},
    {".gitattributes": "?.py linguist-language=One\n?-?.py linguist-language=Two\n.* linguist-language=Dot\n"},
    {".gitattributes": "vendor/** linguist-language=One\n**/vendor/** linguist-language=Two\n"},
    {".gitattributes": "foo/**/baz linguist-language=One\nfoo/** linguist-language=Two\n** linguist-language=All\n"},
    {".gitattributes": "*.py text eol=lf linguist-language=One -diff\n!*.js linguist-language=Two\n"},
    {".gitattributes": "*.py\tlinguist-language=One\r\n"},
    {".gitattributes": "a\\*b linguist-language=One\n"},
    {".gitattributes": "[attr]mine linguist-language=One\n", "src/.gitattributes": "*.py mine\n"},
    {".gitattributes": "*.py mine\n[attr]mine linguist-language=One\n*.js -mine\n"},
    {".gitattributes": "[attr]outer inner -diff\n[attr]inner linguist-language=One\n*.py outer\n"},
    {".gitattributes": "[attr]own own linguist-language=One\n*.py own linguist-language=Two\n*.js own\n"},
    {".gitattributes": "[attr]mine linguist-language=One\n[attr]mine linguist-language=Two\n*.py mine\n"},
    {"src/.gitattributes": "[attr]mine linguist-language=One\n*.py mine\n"},
    {".gitattributes": "*.py linguist-language=One\n", "src/.gitattributes": "*.py !linguist-language\n"},
    {".gitattributes": "\ufeff*.py linguist-language=One\n *.js linguist-language=Two\n"},
]


@pytest.mark.parametrize("files", CASES)
def test_patterns_match_as_git_matches_them(repository: Path, files: dict[str, str]) -> None:  # S-30
    assert we_say(files, PATHS) == git_says(repository, files, PATHS)


segment = st.sampled_from(["a", "b", "ab", "*.py", "a*", "*b*", "?", "[ab]", "[!b]*", "**", "*"])
pattern = st.tuples(st.sampled_from(["", "/"]), st.lists(segment, min_size=1, max_size=4)).map(
    lambda made: made[0] + "/".join(made[1])
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pattern, min_size=1, max_size=3))
def test_any_pattern_matches_as_git_matches_it(repository: Path, patterns: list[str]) -> None:
    """Generated patterns agree with `git check-attr`. Stars glued to a name are left out.

    (`a**/b` is a quirk of git: it strips the literal `a` first and then takes the stars for a whole segment.)
    """
    files = {".gitattributes": "".join(f"{each} linguist-language=L{n}\n" for n, each in enumerate(patterns))}
    paths = ["a", "b", "a.py", "ab.py", "a/b", "a/b.py", "a/a/b", "b/a/a.py", "a-b", "ab/ab/ab.py"]
    assert we_say(files, paths) == git_says(repository, files, paths)


def test_flags_are_read_as_linguist_reads_them() -> None:
    text = b"a linguist-vendored\nb linguist-vendored=false\nc -linguist-vendored\nd linguist-vendored=true\ne x\n"
    attributes = parse_attributes({".gitattributes": text})
    said = [(attributes.of(name) or Overrides()).vendored for name in "abcde"]
    assert said == [True, False, False, True, None]


def test_lines_beyond_the_bound_are_counted_and_not_applied() -> None:
    text = "\n".join(f"f{n} linguist-vendored" for n in range(MAX_RULES + 5))
    attributes = parse_attributes({".gitattributes": text.encode()})
    assert (len(attributes.rules), attributes.ignored) == (MAX_RULES, 5)


@pytest.mark.parametrize("unit", ["*a", "**/", "?", "[a", "*", "\\*"])
def test_hostile_patterns_cost_bounded_work(unit: str) -> None:
    many = unit * 200
    matches_name(many.replace("/", ""), "a" * 4_000)
    matches_path(many, "a/" * 1_000 + "b")


def test_undecodable_attributes_do_no_harm() -> None:
    attributes = parse_attributes(
        {".gitattributes": b'\xff\xfe* linguist-vendored\n\x00 linguist-vendored\n"open linguist-x'}
    )
    assert attributes.of("a.py") is None
