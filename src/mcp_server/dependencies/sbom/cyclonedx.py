"""CycloneDX 1.6 in JSON (ECMA-424): written from a bill, and read back so that SPDX can be made from a report."""

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from plumbrule.mcp_server.dependencies.requirement import Scope, scope_named
from plumbrule.mcp_server.dependencies.sbom.model import Bill, Part, licence_expression

_CATEGORY = {"docker": "container"}
_NEEDED = {"runtime": "required", "optional": "optional", "peer": "optional"}
"""CycloneDX's `scope`; what only builds and tests is `excluded`."""

_OURS = "plumbrule:"


def document(bill: Bill) -> dict[str, object]:
    """The document; the same bill gives the same one."""
    metadata: dict[str, object] = {}
    if bill.created:
        metadata["timestamp"] = bill.created
    tool = {"type": "application", "name": "plumbrule", "version": bill.tool_version}
    metadata["tools"] = {"components": [tool]}
    metadata["component"] = {**_component(bill.subject), "type": "application"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{bill.identity}",
        "version": 1,
        "metadata": metadata,
        "components": [_component(part) for part in bill.parts],
        "dependencies": [{"ref": above, "dependsOn": list(below)} for above, below in bill.edges],
        "compositions": [
            {"aggregate": "unknown" if bill.complete else "incomplete", "assemblies": [bill.subject.reference]}
        ],
    }


def _component(part: Part) -> dict[str, object]:
    made: dict[str, object] = {"type": _CATEGORY.get(part.ecosystem, "library"), "bom-ref": part.reference}
    group, name = _grouped(part)
    if group:
        made["group"] = group
    made["name"] = name
    if part.version:
        made["version"] = part.version
    if part.direct or part.at:
        made["scope"] = _NEEDED.get(part.scope, "excluded")
    if part.digest:
        made["hashes"] = [{"alg": part.digest[0], "content": part.digest[1]}]
    if part.licence:
        made["licenses"] = [_licence(part.licence)]
    if part.purl:
        made["purl"] = part.purl
    if part.at:
        made["evidence"] = {"occurrences": [_occurrence(place) for place in part.at]}
    properties = list(_properties(part))
    if properties:
        made["properties"] = properties
    return made


def _grouped(part: Part) -> tuple[str, str]:
    """Maven's group and npm's scope stand apart from the name."""
    if part.ecosystem == "jvm" and ":" in part.name.strip(":"):
        group, _, name = part.name.partition(":")
        return group, name
    if part.ecosystem in ("javascript", "php") and "/" in part.name.strip("/"):
        group, _, name = part.name.partition("/")
        return (group, name) if name else ("", part.name)
    return "", part.name


@cache
def _licence(text: str) -> dict[str, object]:
    expression = licence_expression(text)
    return {"expression": expression} if expression else {"license": {"name": text}}


def _occurrence(place: str) -> dict[str, object]:
    path, mark, line = place.rpartition(":")
    return {"location": path, "line": int(line)} if mark and line.isdigit() else {"location": place}


def _properties(part: Part) -> Iterator[dict[str, str]]:
    yield {"name": f"{_OURS}ecosystem", "value": part.ecosystem}
    yield {"name": f"{_OURS}scope", "value": part.scope}
    if part.direct:
        yield {"name": f"{_OURS}direct", "value": "true"}
    if part.constraint:
        yield {"name": f"{_OURS}constraint", "value": part.constraint}


def read(made: dict[str, Any]) -> Bill:
    """The bill of a document of ours."""
    metadata = made["metadata"]
    edges = tuple((one["ref"], tuple(one.get("dependsOn", ()))) for one in made.get("dependencies", ()))
    return Bill(
        _part(metadata["component"]),
        metadata["tools"]["components"][0].get("version", ""),
        tuple(_part(one) for one in made.get("components", ())),
        edges,
        metadata.get("timestamp", ""),
        made["compositions"][0]["aggregate"] != "incomplete",
    )


def _part(made: dict[str, Any]) -> Part:
    ours = {one["name"].removeprefix(_OURS): one["value"] for one in made.get("properties", ())}
    ecosystem = ours.get("ecosystem", "")
    joint = ":" if ecosystem == "jvm" else "/"
    licences: list[dict[str, Any]] = made.get("licenses") or [{}]
    digests = made.get("hashes") or ()
    places = cast("list[dict[str, Any]]", made.get("evidence", {}).get("occurrences", []))
    return Part(
        made["bom-ref"],
        f"{made['group']}{joint}{made['name']}" if "group" in made else made["name"],
        ecosystem,
        made.get("version", ""),
        made.get("purl", ""),
        _scope(ours.get("scope", "")),
        licences[0].get("expression") or licences[0].get("license", {}).get("name", ""),
        (digests[0]["alg"], digests[0]["content"]) if digests else None,
        ours.get("direct") == "true",
        ours.get("constraint", ""),
        tuple(f"{one['location']}:{one['line']}" if "line" in one else one["location"] for one in places),
    )


def _scope(text: str) -> Scope:
    return scope_named(text) or "runtime"
