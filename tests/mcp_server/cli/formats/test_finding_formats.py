"""Findings in the formats of other programs: valid by their own schemas, and nothing in them that acts."""
# ruff: noqa: E501 - because a table of one case a line reads best

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import orjson
import pytest
from defusedxml import ElementTree

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.facts import Coverage, Evidence
from plumbrule.core.security.masking import Masker
from plumbrule.mcp_server.analysis.findings.place import Place, findings_from
from plumbrule.mcp_server.analysis.model import SCHEMA, RepositoryReport, Size, Source, Stated
from plumbrule.mcp_server.cli.formats.baseline import (
    baseline_of,
    compared,
    read_baseline,
    write_baseline,
)
from plumbrule.mcp_server.cli.formats.github import annotations_of
from plumbrule.mcp_server.cli.formats.junit import junit_of
from plumbrule.mcp_server.cli.formats.markdown import markdown_of
from plumbrule.mcp_server.cli.formats.masked import masked
from plumbrule.mcp_server.cli.formats.policy import policy_of
from plumbrule.mcp_server.cli.formats.sarif import sarif_of

SARIF_SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text(encoding="utf-8"))

HOSTILE = "src/a%0A::error::`|x`<b>\"&' [y](javascript:1) ü\u202e,:.py"
PLACES = (
    Place("ci.script-injection", "high", "words that an outsider chooses are put into a script", ".github/a.yml", 7, "x"),
    Place("secret.committed", "high", "a committed secret (github)", "src/settings.py", 3, "github"),
    Place("danger.eval", "medium", "text is evaluated as code", HOSTILE, 2, "eval(x)"),
    Place("danger.eval", "medium", "text is evaluated as code", HOSTILE, 9, "eval(x)"),
    Place("policy.no-security", "low", "no file says how to report a vulnerability", "."),
    Place("licence.disagreement", "medium", "the metadata says `|@x`, the file reads MIT %0A::warning::x", "package.json", 2),
)  # fmt: skip


def report(places: tuple[Place, ...] = PLACES, *, complete: bool = True) -> RepositoryReport:
    source = Source("./demo", "path", "demo", url="https://github.com/o/demo", commit="a" * 40)
    at = Evidence(".", "source.name")
    coverage = Coverage(3, 3, (), complete)
    name = Stated("demo|@team<img>", at)
    return RepositoryReport(SCHEMA, "full", source, name, Size(3, 30), coverage, findings=findings_from(places))


def test_sarif_is_valid_and_says_where_and_what_to_do() -> None:  # S-41
    document = orjson.loads(orjson.dumps(sarif_of(report())))
    jsonschema.validate(document, SARIF_SCHEMA)
    [run] = document["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(
        dict.fromkeys(one["ruleId"] for one in run["results"])
    )
    assert all(rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])
    assert len({one["partialFingerprints"]["plumbrule/v1"] for one in run["results"]}) == len(PLACES)
    for one in run["results"]:
        place = one["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place["uriBaseId"] == "%SRCROOT%"
        assert not place["uri"].startswith("/")
    hostile = [one for one in run["results"] if one["ruleId"] == "danger.eval"]
    uri = hostile[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert unquote(uri) == HOSTILE.replace("\u202e", "<U+202E>")
    assert [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in hostile] == [2, 9]


def test_an_empty_run_is_valid_sarif_and_a_cut_one_says_so() -> None:
    jsonschema.validate(sarif_of(report(())), SARIF_SCHEMA)
    cut = sarif_of(report((), complete=False))
    jsonschema.validate(cut, SARIF_SCHEMA)
    assert cut["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    for form in (junit_of, annotations_of, markdown_of):
        assert "cut the work short" in form(report((), complete=False))


def test_junit_is_xml_with_a_failure_for_each_finding() -> None:
    root = ElementTree.fromstring(junit_of(report()).encode())
    assert root.tag == "testsuites"
    assert int(root.attrib["failures"]) == len(PLACES) == len(root.findall(".//failure"))
    assert sum(int(suite.attrib["tests"]) for suite in root.findall("testsuite")) == len(PLACES)
    assert {case.attrib["file"] for case in root.findall(".//testcase")} >= {HOSTILE.replace("\u202e", "<U+202E>")}
    passed = ElementTree.fromstring(junit_of(report(())).encode())
    assert (passed.attrib["failures"], len(passed.findall(".//testcase"))) == ("0", 1)


def test_annotations_are_one_command_a_line_and_no_path_starts_another() -> None:
    lines = annotations_of(report()).split("\n")
    assert len(lines) == len(PLACES) + 1
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    [first, _] = [line for line in lines if "danger.eval" in line]
    fields, _, message = first.removeprefix("::warning ").partition("::")
    assert fields.split(",")[0].startswith("file=src/a%250A%3A%3Aerror%3A%3A")
    assert message == "text is evaluated as code"
    assert not any("%0A" in line.replace("%250A", "") for line in lines)


def test_markdown_shows_hostile_names_as_text() -> None:
    text = markdown_of(report())
    rows = [line for line in text.split("\n") if line.startswith("| `")]
    assert len(rows) == len(PLACES)
    for row in rows:
        cells = row.replace("\\|", "").count("|")
        assert cells == 4
    assert "<img>" not in text
    assert "\\@team" in text
    assert markdown_of(report(())).endswith("No findings.")


def test_masking_takes_a_secret_in_a_path_and_leaves_our_own_words() -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    mask = Masker().mask
    assert masked(report(), mask) == report()
    hidden = masked(report((Place("tree.program", "low", "a compiled program or archive", f"bin/{token}.exe"),)), mask)
    for form in (lambda one: orjson.dumps(sarif_of(one)).decode(), junit_of, annotations_of, markdown_of):
        assert token not in form(hidden)


def test_a_baseline_hides_what_it_holds_and_tells_what_is_gone(tmp_path: Path) -> None:
    before = report().findings
    path = tmp_path / "accepted.json"
    write_baseline(path, before[:-1])
    entries = read_baseline(path)
    again = compared(before, entries)
    assert (again.new, again.known, again.stale) == (before[-1:], len(before) - 1, ())
    later = compared(before[1:], entries)
    assert [entry.fingerprint for entry in later.stale] == [before[0].fingerprint]
    moved = report(tuple(one._replace(line=one.line + 5) if one.line else one for one in PLACES)).findings
    assert compared(moved, entries).new == (moved[-1],)
    assert baseline_of(before) == baseline_of(tuple(reversed(before)))
    write_baseline(path, ())
    assert read_baseline(path) == ()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "x", "findings": []}', '{"schema": "plumbrule.baseline/1", "findings": [1]}']
)
def test_a_file_that_is_no_baseline_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(InvalidArgument, match="baseline"):
        read_baseline(tmp_path / "b.json")
    with pytest.raises(InvalidArgument, match="baseline"):
        read_baseline(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("text", "failing"),
    [
        (None, 0),
        ("high", 2),
        ("medium", 5),
        ("low", 6),
        ("danger.eval", 2),
        ("high,policy.no-security", 3),
        ("docker.root", 0),
    ],
)
def test_a_policy_counts_what_is_as_grave_or_of_its_rules(text: str | None, failing: int) -> None:
    assert policy_of(text).failing(report().findings) == failing


def test_a_word_that_is_no_rule_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidArgument) as raised:
        policy_of("danger.evil")
    assert "danger.eval" in raised.value.hint


def test_a_report_of_many_findings_stays_a_text_that_an_issue_takes() -> None:
    many = tuple(
        Place("danger.eval", "medium", "text is evaluated as code", f"src/a{n}.py", 1, "x") for n in range(5000)
    )
    text = markdown_of(replace(report(many)))
    assert len(text) < 20_000
    assert "4900 more" in text
