"""What a caller's words for a target mean, and what is worked out where they say nothing."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.dependencies.joining.join import join
from plumbrule.mcp_server.dependencies.joint.asks import Published, RuntimeAsk, Subject
from plumbrule.mcp_server.dependencies.joint.deriving import derived_target
from plumbrule.mcp_server.dependencies.joint.releases import nodes, numbers, pythons
from plumbrule.mcp_server.dependencies.joint.targets import Target, host_platform, parse_target, shown

HOST = host_platform()[0]

FORMS: tuple[tuple[str, str, str, str, str], ...] = (
    # text, python, node, platform, machine ("" for this machine's)
    ("python=3.12 node=20 platform=linux", "3.12", "20", "linux", ""),
    ("3.12", "3.12", "", "", ""),
    ("py312", "3.12", "", "", ""),
    ("cp39", "3.9", "", "", ""),
    ("Python3.12", "3.12", "", "", ""),
    ("python 3.12-linux", "3.12", "", "linux", ""),
    ("python==3.12.4", "3.12.4", "", "", ""),
    ("python:3.11.x, windows", "3.11", "", "windows", "x86_64"),
    ("cp312-manylinux_2_28_aarch64", "3.12", "", "linux", "aarch64"),
    ("macosx_11_0_arm64", "", "", "macos", "aarch64"),
    ("node20", "", "20", "", ""),
    ("node 20.11.0", "", "20.11.0", "", ""),
    ("Node.js v18.x", "", "18", "", ""),
    ("v22.1.0", "", "22.1.0", "", ""),
    ("20", "", "20", "", ""),
    ("python-3.13/node-24/macos", "3.13", "24", "macos", ""),
    ("win32", "", "", "windows", "x86_64"),
    ("linux-aarch64", "", "", "linux", "aarch64"),
    ("platform = linux/amd64", "", "", "linux", "x86_64"),
    ("aarch64-apple-darwin", "", "", "macos", "aarch64"),
    ("x86_64-unknown-linux-gnu", "", "", "linux", "x86_64"),
    ("ubuntu-22.04 3.12", "3.12", "", "linux", ""),
    ("macos-14", "", "", "macos", ""),
    ("universal", "", "", "universal", ""),
    ("2.7 on linux", "2.7", "", "linux", ""),
    ("", "", "", "", ""),
)


@pytest.mark.parametrize(("text", "python", "node", "platform", "machine"), FORMS)
def test_a_target_is_read_as_people_write_it(text: str, python: str, node: str, platform: str, machine: str) -> None:
    target = parse_target(text)
    assert (target.python, target.node, target.platform) == (python, node, platform or HOST)
    assert not machine or target.machine == machine
    assert any(one.startswith("platform") for one in target.derived) is (not platform)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "python",
            "python=3",
            "py3",
            "3",
            "python>=3.12",
            "3.12+",
            "3.13t",
            "3.14rc1",
            "pypy3.10",
            "node=lts",
            "node",
        ),
        *("solaris", "python=3.11 python=3.12", "linux windows", "20.11.0.1", "musllinux_1_2_x86_64", "1.2", "x" * 500),
        *("python=3.12; rm -rf /", "\x00", "${SECRET}"),
    ],
)
def test_what_is_no_target_is_refused_with_the_form_that_is_one(text: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        parse_target(text)
    assert "python=3.12 node=20 platform=linux" in error.value.hint
    assert error.value.message.isprintable()


@given(
    st.sampled_from(("", "3.9", "3.12", "3.12.4", "2.7")),
    st.sampled_from(("", "20", "20.11", "20.11.1", "8.0.0")),
    st.sampled_from((("linux", "x86_64"), ("linux", "aarch64"), ("macos", "aarch64"), ("windows", "x86_64"))),
)
def test_a_target_shown_is_read_back(python: str, node: str, where: tuple[str, str]) -> None:
    target = Target(python, node, where[0], where[1])  # type: ignore[arg-type] # because samples lose the literal
    assert parse_target(shown(target)) == target
    assert " " not in shown(target)


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_refused(text: str) -> None:
    with suppress(InvalidArgument):
        assert parse_target(text).platform


def _subject(label: str, *ranges: tuple[str, str, str]) -> Subject:
    asks = tuple(RuntimeAsk(name, text, "pyproject.toml", 3, rule) for name, text, rule in ranges)
    ecosystem = "javascript" if ranges and ranges[0][0] == "node" else "python"
    return Subject(label, join({}), asks, (Published(ecosystem, label, "", "pyproject.toml", 1),))


def _python(label: str, *ranges: str) -> Subject:
    return _subject(label, *(("python", text, "pyproject.requires-python") for text in ranges))


@pytest.mark.parametrize(
    ("ranges", "cutoff", "python"),
    [
        ((">=3.9,<3.12", ">=3.8"), "", "3.11"),
        ((">=3.9", "^3.8"), "2023-06-01", "3.11"),
        ((">=3.9,!=3.11.*", "<3.12"), "", "3.10"),
        ((">=3.11.4", "<3.12"), "", "3.11.16"),
        (("~3.9 || ~3.11", "<4"), "", "3.11"),
        (("<=3.10",), "", "3.10"),
        (("<3.10", ">=3.12"), "", pythons()[0].rpartition(".")[0]),
        (("what is this",), "", pythons()[0].rpartition(".")[0]),
        ((">=2.7,!=3.*",), "", "2.7"),
        ((">=3.9",), "1999-01-01", ""),
    ],
)
def test_the_newest_released_python_that_all_allow_is_the_target(
    ranges: tuple[str, ...], cutoff: str, python: str
) -> None:
    subjects = [_python(f"r{at}", text) for at, text in enumerate(ranges)]
    target = derived_target(parse_target("linux"), subjects, cutoff)
    assert target.python == python
    assert [one for one in target.derived if one.startswith("python")]
    assert not target.node


def test_a_pin_of_a_tool_moves_no_target() -> None:
    pinned = _subject("a", ("python", "3.8", "version-file"), ("python", ">=3.8", "pyproject.requires-python"))
    assert derived_target(None, [pinned, _python("b", "<3.13")]).python == "3.12"


@pytest.mark.parametrize(
    ("given_text", "requires", "python"),
    [
        ("3.12", ">=3.12.4", "3.12.14"),
        ("3.12", ">=3.9", "3.12"),
        ("3.12", ">=3.13", "3.12"),
        ("3.12.1", ">=3.12.4", "3.12.1"),
    ],
)
def test_what_the_caller_gave_is_made_longer_only_when_needed(given_text: str, requires: str, python: str) -> None:
    assert derived_target(parse_target(given_text), [_python("a", requires)]).python == python


def test_node_is_worked_out_where_javascript_is_asked_for() -> None:
    engines = "package-json.engines"
    subjects = [_subject("a", ("node", "^18 || >=20", engines)), _subject("b", ("node", ">=16 <21", engines))]
    target = derived_target(None, subjects)
    assert target.node.startswith("20.")
    assert not target.python
    assert derived_target(parse_target("node=20"), [_subject("a", ("node", ">=20.11", engines))]).node.startswith(
        "20.2"
    )


def test_the_table_of_releases_is_whole_and_in_order() -> None:
    for table in (pythons(), nodes()):
        assert [numbers(one) for one in table] == sorted(map(numbers, table), reverse=True)
    assert pythons("2024-10-06")[0].startswith("3.12.")
    assert pythons("2024-10-07T00:00:00Z")[0] == "3.13.0"
