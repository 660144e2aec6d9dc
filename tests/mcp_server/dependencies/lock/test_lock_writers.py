"""The formats of a joint lock, from one made up by hand: valid, bounded by nothing that a repository wrote."""

import json
import tomllib
from dataclasses import replace

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st
from packaging.pylock import Pylock
from packaging.requirements import Requirement
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from plumbrule.mcp_server.dependencies.joint.question import Pin
from plumbrule.mcp_server.dependencies.lock import bill, pylock, pyproject, requirements, toml
from plumbrule.mcp_server.dependencies.lock.grammar import npm_grammar, python_grammar
from plumbrule.mcp_server.dependencies.lock.model import (
    Direct,
    JointLock,
    LeftOut,
    LockedFile,
    LockedPackage,
    Side,
)
from plumbrule.mcp_server.dependencies.lock.provenance import askings_of, links_of

HOSTILE = 'x" ]\n[evil]\nrun = 1\\\r\n--index-url http://evil.example/ # \x00\x1b[0m'

DIRECT = (
    Direct("shop", "flask", "flask[async]>=2", "flask[async]>=2", "pyproject.toml:7", "pyproject.dependencies"),
    Direct("shop", "colorama", "colorama; sys_platform == 'win32'", "colorama; ...", "pyproject.toml:8", "x"),
    Direct("api", "idna", "idna<3.7", "idna<3.7", "requirements.txt:1", "requirements"),
    Direct("api", "flask", "flask[async]>=2", "flask[async]>=2", "requirements.txt:2", "requirements"),
)
PINS = (
    Pin("flask", "3.0.0", "", ("api", "shop")),
    Pin("idna", "3.6", "", ("anyio", "api")),
    Pin("anyio", "4.1.0", "", ("flask",)),
    Pin("sniffio", "1.3.0", "", ("anyio",)),
)


def wheel(name: str, version: str, *, tag: str = "py3-none-any", digit: str = "a") -> LockedFile:
    file = f"{name}-{version}-{tag}.whl"
    return LockedFile(file, f"https://index.example/{file}", (("sha256", digit * 64),), 10, "2024-01-02T03:04:05Z")


@pytest.fixture
def lock() -> JointLock:
    packages = tuple(
        LockedPackage(pin.name, pin.version, wheels=(wheel(pin.name, pin.version),)) for pin in sorted(PINS)
    )
    return JointLock(
        "Python 3.12 on linux x86_64",
        (Side("shop", "0123456789abcdef0123"), Side("api")),
        packages,
        tuple(askings_of(PINS, DIRECT).items()),
        links_of(PINS),
        DIRECT,
        constraints=("sniffio<2",),
        requires_python="==3.12.*",
        joint_python=">=3.10",
        environments=("sys_platform == 'linux'",),
        left_out=(LeftOut("api", "git+https://git.example/x", "requirements.txt:9", "requirement.vcs"),),
        exclude_newer="2025-01-01T00:00:00Z",
    )


def test_each_package_names_the_repositories_that_asked_through_what_for_which_requirement(lock: JointLock) -> None:
    # S-57
    asked = {name: [(one.repository, one.at, one.through) for one in found] for name, found in lock.asked}
    assert asked == {
        "flask": [("shop", "pyproject.toml:7", ()), ("api", "requirements.txt:2", ())],
        "anyio": [("shop", "pyproject.toml:7", ("flask",)), ("api", "requirements.txt:2", ("flask",))],
        "sniffio": [
            ("shop", "pyproject.toml:7", ("flask", "anyio")),
            ("api", "requirements.txt:2", ("flask", "anyio")),
        ],
        "idna": [("shop", "pyproject.toml:7", ("flask", "anyio")), ("api", "requirements.txt:1", ())],
    }


def test_a_repository_that_is_called_like_a_package_is_not_taken_for_it() -> None:
    direct = (Direct("web", "idna", "idna", "idna", "a.txt:1"), Direct("app", "web", "web", "web", "b.txt:1"))
    pins = (Pin("idna", "1", "", ("web",)), Pin("web", "1", "", ("app",)), Pin("tpl", "1", "", ("web",)))
    asked = {name: [(one.repository, one.through) for one in found] for name, found in askings_of(pins, direct).items()}
    assert asked == {"idna": [("web", ())], "web": [("app", ())], "tpl": [("app", ("web",))]}


def test_a_pylock_is_valid_by_the_reference_implementation_and_says_who_asked(lock: JointLock) -> None:
    # S-53, S-57
    table = tomllib.loads(pylock.write(lock))
    Pylock.from_dict(table).validate()
    sniffio = next(one for one in table["packages"] if one["name"] == "sniffio")
    assert sniffio["tool"]["plumbrule"]["asked-by"][0] == {
        "repository": "shop",
        "requirement": "flask[async]>=2",
        "at": "pyproject.toml:7",
        "through": ["flask", "anyio"],
    }
    assert table["tool"]["plumbrule"]["complete"] is False
    assert table["tool"]["plumbrule"]["not-checked"][0]["requirement"] == "git+https://git.example/x"
    assert table["requires-python"] == "==3.12.*"


def test_what_an_engine_locked_comes_back_the_same_from_our_own_file(lock: JointLock) -> None:
    assert pylock.read(pylock.write(lock)) == lock.packages


def test_a_lock_with_a_file_that_has_no_hash_is_refused_and_credentials_never_pass() -> None:
    good = 'hashes = { sha256 = "%s" }' % ("b" * 64)
    row = '[[packages]]\nname = "a"\nversion = "1"\nwheels = [{ url = "%s", %s }]'
    url = "https://user:secret@index.example/a-1-py3-none-any.whl?token=secret"
    (package,) = pylock.read(row % (url, good))
    assert package.wheels[0].url == "https://index.example/a-1-py3-none-any.whl"
    for bad in (row % (url, "size = 1"), row % ("", good), "packages = 1", "not toml ="):
        with pytest.raises(pylock.UnreadableLock):
            pylock.read(bad)


def test_requirements_are_pins_with_hashes_and_a_comment_for_each_repository(lock: JointLock) -> None:
    # S-53, S-57
    lines = requirements.write(lock).splitlines()
    at = lines.index("idna==3.6 \\")
    assert lines[at + 1] == f"    --hash=sha256:{'a' * 64}"
    assert lines[at + 2] == "    # shop: flask[async]>=2 (pyproject.toml:7) > flask > anyio"
    assert lines[at + 3] == "    # api: idna<3.7 (requirements.txt:1)"
    assert any("git+https://git.example/x" in line and line.startswith("#") for line in lines)


def test_a_project_asks_for_every_direct_requirement_with_markers_and_extras_once(lock: JointLock) -> None:
    # S-56, S-57
    text = pyproject.write(lock)
    table = tomllib.loads(text)
    assert [str(Requirement(one)) for one in table["project"]["dependencies"]] == [
        'colorama; sys_platform == "win32"',
        "flask[async]>=2",
        "idna<3.7",
    ]
    assert table["project"]["requires-python"] == ">=3.10"
    assert table["tool"]["uv"]["constraint-dependencies"] == ["sniffio<2"]
    assert table["tool"]["uv"]["exclude-newer"] == "2025-01-01T00:00:00Z"
    assert "# api requirements.txt:2; shop pyproject.toml:7" in text


def test_a_bill_hangs_packages_below_the_repositories_that_ask(lock: JointLock) -> None:
    parts = bill.python_parts(lock)
    text = bill.write(lock.sides, parts, "cyclonedx", complete=False)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document = json.loads(text)
    below = {one["ref"]: one["dependsOn"] for one in document["dependencies"]}
    assert below["joint"] == ["repository:api", "repository:shop"]
    assert below["repository:api"] == ["pkg:pypi/flask@3.0.0", "pkg:pypi/idna@3.6"]
    assert below["pkg:pypi/anyio@4.1.0"] == ["pkg:pypi/idna@3.6", "pkg:pypi/sniffio@1.3.0"]
    flask = next(one for one in document["components"] if one["name"] == "flask")
    assert flask["evidence"]["occurrences"][0] == {"location": "shop/pyproject.toml", "line": 7}
    assert flask["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert document["compositions"][0]["aggregate"] == "incomplete"
    spdx = json.loads(bill.write(lock.sides, parts, "spdx", complete=False))
    assert [one.validation_message for one in validate_full_spdx_document(JsonLikeDictParser().parse(spdx))] == []
    assert {one["name"] for one in spdx["packages"]} >= {"flask", "idna", "shop", "api"}


def test_words_of_a_repository_stay_words_in_every_format(lock: JointLock) -> None:
    direct = tuple(one._replace(written=f"{HOSTILE}\\", at="") for one in DIRECT)
    hostile = replace(
        lock,
        target=HOSTILE,
        sides=(Side(HOSTILE), Side("api")),
        asked=tuple(askings_of(PINS, direct).items()),
        left_out=(LeftOut("api", HOSTILE, HOSTILE, HOSTILE),),
        presumes=(HOSTILE,),
    )
    table = tomllib.loads(pylock.write(hostile))
    assert "evil" not in table
    assert table["packages"][0]["tool"]["plumbrule"]["asked-by"][0]["requirement"] == f"{HOSTILE}\\"
    assert tomllib.loads(pyproject.write(hostile)).keys() == {"project", "tool"}
    for line in requirements.write(hostile).splitlines():
        assert not line.lstrip().startswith(("-i", "--index", "[")) or line.lstrip().startswith("--hash")
        assert not (line.lstrip().startswith("#") and line.endswith("\\"))


@given(st.text())
def test_any_text_comes_back_from_a_toml_string(text: str) -> None:
    """TOML 1.0, Strings: every Unicode scalar value can be written."""
    sound = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert tomllib.loads(f"x = {toml.string(text)}\n{toml.comment(text)}\ny = 1") == {"x": sound, "y": 1}


def test_ranges_as_a_proof_prints_them_are_read_with_their_alternatives() -> None:
    allows = python_grammar().allows
    assert allows(">=4.5.2,<4.5.5 | >4.5.5,<6.5", "6.4.0")
    assert not allows(">=4.5.2,<4.5.5 | >4.5.5,<6.5", "6.5")
    assert allows("2.0", "2.0.0")
    assert not allows("2.0", "2.1")
    assert allows("", "1")
    assert not npm_grammar().allows("@>=1 <3", "3.0.0")
