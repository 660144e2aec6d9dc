"""Bills of materials: valid by the official schema and validator, complete, and the same for the same content."""

import dataclasses
import json
from typing import Any, cast

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.facts import Coverage, Evidence
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import Inventory
from plumbrule.mcp_server.analysis.model import RecentActivity, RepositoryReport, Size, Source, Stated
from plumbrule.mcp_server.analysis.sbom_facts import render, sbom_of
from plumbrule.mcp_server.dependencies.readers import read, reader_of, results
from plumbrule.mcp_server.dependencies.requirement import unpacked
from plumbrule.mcp_server.platforms.ports.snapshot import Origin

TREE = {
    "package.json": '{"name": "w", "dependencies": {"@s/a": "^1"}, "devDependencies": {"d": "*", "o": "workspace:^"}}',
    "package-lock.json": """{"lockfileVersion": 3, "packages": {
 "": {"dependencies": {"@s/a": "^1"}, "devDependencies": {"d": "*"}},
 "node_modules/@s/a": {"version": "1.5.0", "dependencies": {"b": "1"}, "license": "MIT OR Apache-2.0",
   "integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="},
 "node_modules/b": {"version": "1.0.0", "license": "SEE LICENSE IN x"},
 "node_modules/d": {"version": "3.0.0", "dev": true}}}""",
    "requirements.txt": "flask>=2\nhttps://user:hunter2xyz@example.org/thing-1.5.tar.gz\n",
    "pom.xml": "<project><groupId>g</groupId><artifactId>a</artifactId><dependencies><dependency>"
    "<groupId>org.x</groupId><artifactId>y</artifactId><version>1</version></dependency></dependencies></project>",
    "Dockerfile": "FROM python:3.12-slim\n",
    "setup.py": "setup(install_requires=read())",
}


def deep(tree: dict[str, str]) -> Deep:
    readings = {}
    for path, text in tree.items():
        row = reader_of(path)
        assert row is not None
        payload = {"files": [[path, row[1], text.encode()]], "file_limit_s": 5.0, "batch_limit_s": 60.0}
        readings[path] = unpacked(results(read(payload))[0])
    origin = Origin("x", "git", "demo", commit="a" * 40)
    return Deep(Gathered(origin, Inventory(), (), frozenset(), readings=readings), {}, {}, {})


def report(sbom: dict[str, object] | None) -> RepositoryReport:
    evidence = Evidence("x", "history.log")
    made = RepositoryReport(
        schema="1",
        detail="full",
        source=Source("x", "git", "x"),
        name=Stated("demo", evidence),
        size=Size(1, 1, 1),
        coverage=Coverage(1, 1),
        activity=RecentActivity("2026-01-02", 1, 1, True, evidence),
    )
    return dataclasses.replace(made, sbom=sbom)


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return cast("dict[str, Any]", sbom_of(deep(TREE)))


def test_the_cyclonedx_document_is_valid_by_the_official_schema(made: dict[str, Any]) -> None:
    text = render(report(made), "cyclonedx").decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_the_spdx_document_is_valid_by_the_project_s_own_validator(made: dict[str, Any]) -> None:
    document = JsonLikeDictParser().parse(json.loads(render(report(made), "spdx")))
    assert [one.validation_message for one in validate_full_spdx_document(document)] == []


def test_every_package_is_there_with_purl_version_licence_and_digest(made: dict[str, Any]) -> None:
    parts = {one["bom-ref"]: one for one in made["components"]}
    assert sorted(parts) == [
        "pkg:docker/python@3.12-slim",
        "pkg:maven/org.x/y@1",
        "pkg:npm/%40s/a@1.5.0",
        "pkg:npm/b@1.0.0",
        "pkg:npm/d@3.0.0",
        "pkg:pypi/flask",
        "pkg:pypi/thing",
    ]
    first = parts["pkg:npm/%40s/a@1.5.0"]
    assert (first["group"], first["name"], first["version"], first["scope"]) == ("@s", "a", "1.5.0", "required")
    assert first["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert first["hashes"][0]["alg"] == "SHA-512"
    assert first["hashes"][0]["content"].startswith("cf83e1357eefb8bd")
    assert parts["pkg:npm/b@1.0.0"]["licenses"] == [{"license": {"name": "SEE LICENSE IN x"}}]
    assert parts["pkg:npm/d@3.0.0"]["scope"] == "excluded"
    assert parts["pkg:docker/python@3.12-slim"]["type"] == "container"


def test_relations_are_those_of_the_locks(made: dict[str, Any]) -> None:
    edges = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    assert edges["pkg:npm/%40s/a@1.5.0"] == ["pkg:npm/b@1.0.0"]
    assert "pkg:npm/b@1.0.0" not in edges["subject"]
    assert "pkg:npm/d@3.0.0" in edges["subject"]
    spdx = json.loads(render(report(made), "spdx"))
    names = {one["SPDXID"]: one["name"] for one in spdx["packages"]}
    relations = {
        (names.get(one["spdxElementId"], ""), one["relationshipType"], names[one["relatedSpdxElement"]])
        for one in spdx["relationships"]
    }
    assert ("d", "DEV_DEPENDENCY_OF", "demo") in relations
    assert ("@s/a", "DEPENDS_ON", "b") in relations
    assert spdx["creationInfo"]["created"] == "2026-01-02T00:00:00Z"


def test_what_could_not_be_read_makes_it_incomplete(made: dict[str, Any]) -> None:
    assert made["compositions"][0]["aggregate"] == "incomplete"
    whole = sbom_of(deep({path: text for path, text in TREE.items() if path != "setup.py"}))
    assert cast("Any", whole)["compositions"][0]["aggregate"] == "unknown"


def test_no_secret_gets_into_it(made: dict[str, Any]) -> None:
    assert b"hunter2xyz" not in render(report(made), "cyclonedx")


def test_the_same_content_gives_the_same_bytes_and_other_content_another_serial_number() -> None:
    first, second = sbom_of(deep(TREE)), sbom_of(deep(TREE))
    assert render(report(first), "cyclonedx") == render(report(second), "cyclonedx")
    other = sbom_of(deep({**TREE, "requirements.txt": "flask>=3\n"}))
    assert first["serialNumber"] != other["serialNumber"]


def test_a_report_without_one_says_what_to_ask_for() -> None:
    with pytest.raises(InvalidArgument, match="SBOM"):
        render(report(None), "spdx")


OWN_LICENCE = {
    "pixi.lock": """version: 6
packages:
- conda: https://conda.example/c/linux-64/sdk-10.0-1_0.conda
  license: LicenseRef-Vendor-SDK AND MIT
- conda: https://conda.example/c/linux-64/alone-2.0-1_0.conda
""",
    "Dockerfile": "FROM ${BASE}\n",
}


def test_a_licence_of_a_package_s_own_is_named_and_each_package_is_related() -> None:
    made = render(report(sbom_of(deep(OWN_LICENCE))), "spdx")
    spdx = cast("dict[str, Any]", json.loads(made))
    assert validate_full_spdx_document(JsonLikeDictParser().parse(spdx)) == []
    assert [one["licenseId"] for one in spdx["hasExtractedLicensingInfos"]] == ["LicenseRef-Vendor-SDK"]
    names = {one["SPDXID"]: one["name"] for one in spdx["packages"]}
    related = {names.get(one["relatedSpdxElement"]) for one in spdx["relationships"]}
    assert related == {"demo", "alone", "sdk"}
    assert sorted(names.values()) == ["alone", "demo", "sdk"]  # the image has no name before the build gives it one
