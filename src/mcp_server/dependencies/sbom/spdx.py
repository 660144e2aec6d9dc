"""SPDX 2.3 in JSON (ISO/IEC 5962's successor text at spdx.github.io/spdx-spec/v2.3), written from a bill."""

import re
from collections.abc import Iterable
from functools import cache

from plumbrule.mcp_server.dependencies.requirement import Scope
from plumbrule.mcp_server.dependencies.sbom.model import Bill, Part, licence_expression

_UNKNOWN = "NOASSERTION"
_BEGINNING = "1970-01-01T00:00:00Z"
"""`created` is mandatory; without a commit's date the document says that it does not know."""

_COMPLETE = "Every manifest and lock that was found is in this document."
_PARTIAL = "Not every manifest or lock could be read in full."

_RELATIONS: dict[str, str] = {
    "optional": "OPTIONAL_DEPENDENCY_OF",
    "peer": "PROVIDED_DEPENDENCY_OF",
    "build": "BUILD_DEPENDENCY_OF",
    "dev": "DEV_DEPENDENCY_OF",
    "test": "TEST_DEPENDENCY_OF",
    "ci": "BUILD_TOOL_OF",
}


def document(bill: Bill) -> dict[str, object]:
    """The document; the same bill gives the same one."""
    subject = "SPDXRef-Subject"
    names = {part.reference: f"SPDXRef-Package-{number}" for number, part in enumerate(bill.parts, 1)}
    names[bill.subject.reference] = subject
    packages = [_package(part, names[part.reference]) for part in (bill.subject, *bill.parts)]
    packages[0]["primaryPackagePurpose"] = "APPLICATION"
    slug = re.sub(r"[^A-Za-z0-9.-]+", "-", bill.subject.name).strip("-") or "repository"
    made: dict[str, object] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{bill.subject.name} {bill.subject.version}".strip(),
        "documentNamespace": f"https://spdx.org/spdxdocs/{slug}-{bill.identity}",
        "creationInfo": {
            "created": bill.created or _BEGINNING,
            "creators": [f"Tool: plumbrule-{bill.tool_version}"],
            "comment": _COMPLETE if bill.complete else _PARTIAL,
        },
        "packages": packages,
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": subject,
            },
            *_relations(bill, names),
        ],
    }
    if own := _own_licences((bill.subject, *bill.parts)):
        made["hasExtractedLicensingInfos"] = own
    return made


_OWN = re.compile(r"\bLicenseRef-[A-Za-z0-9.-]+")


def _own_licences(parts: Iterable[Part]) -> list[dict[str, str]]:
    """Licences that are not on SPDX's list; the specification (2.3, section 10) wants each named in the document."""
    found = sorted({one for part in parts for one in _OWN.findall(_licence(part.licence))})
    text = "The text is the package's own; the package's metadata or lock names it so."
    return [{"licenseId": one, "name": one.removeprefix("LicenseRef-"), "extractedText": text} for one in found]


def _relations(bill: Bill, names: dict[str, str]) -> list[dict[str, object]]:
    """From the subject by scope (`X is a dev dependency of the subject`); between packages as the locks say.

    Locks that do not tell who asks for a package still say that the subject needs it.
    """
    strongest: Scope = "runtime"
    scopes = {part.reference: part.scope for part in bill.parts}
    made: list[dict[str, object]] = []
    for above, below in bill.edges:
        for one in below:
            relation = _RELATIONS.get(scopes.get(one, strongest)) if above == bill.subject.reference else None
            first, second = (names[one], names[above]) if relation else (names[above], names[one])
            made.append(
                {
                    "spdxElementId": first,
                    "relationshipType": relation or "DEPENDS_ON",
                    "relatedSpdxElement": second,
                }
            )
    below_something = {one for _, below in bill.edges for one in below}
    for part in bill.parts:
        if part.reference not in below_something:
            made.append(
                {
                    "spdxElementId": names[bill.subject.reference],
                    "relationshipType": "DEPENDS_ON",
                    "relatedSpdxElement": names[part.reference],
                    "comment": "locked; the lock does not say what asks for it",
                }
            )
    return made


def _package(part: Part, identifier: str) -> dict[str, object]:
    made: dict[str, object] = {"SPDXID": identifier, "name": part.name}
    if part.version:
        made["versionInfo"] = part.version
    made |= {
        "downloadLocation": _UNKNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": _UNKNOWN,
        "licenseDeclared": _licence(part.licence),
        "copyrightText": _UNKNOWN,
    }
    if part.digest:
        made["checksums"] = [{"algorithm": part.digest[0].replace("-", ""), "checksumValue": part.digest[1]}]
    if part.purl:
        locator = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": part.purl}
        made["externalRefs"] = [locator]
    places = ", ".join(part.at)
    if places:
        made["sourceInfo"] = f"declared or locked at {places}"
    if part.constraint:
        made["comment"] = f"asked for as: {part.constraint}"
    if part.ecosystem == "docker":
        made["primaryPackagePurpose"] = "CONTAINER"
    return made


@cache
def _licence(text: str) -> str:
    return (licence_expression(text) if text else "") or _UNKNOWN
