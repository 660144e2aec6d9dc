"""The report's `sbom`: direct and locked packages as one bill of materials, and its two renderings.

CycloneDX is what the report holds; SPDX is made from that, so that the command line needs nothing but the report.
"""

from collections.abc import Mapping
from typing import Any, Literal, cast

import orjson

from plumbrule import __version__
from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.dependency_facts import exact, shown_purl
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.identity import name_of
from plumbrule.mcp_server.analysis.licensing import licence_of
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.words import place, word
from plumbrule.mcp_server.dependencies.joining.join import Joined, Stated, join
from plumbrule.mcp_server.dependencies.joining.locks import Lock
from plumbrule.mcp_server.dependencies.requirement import Locked, Scope, scope_named
from plumbrule.mcp_server.dependencies.sbom import cyclonedx, spdx
from plumbrule.mcp_server.dependencies.sbom.model import Bill, Draft, Part, digest_of

Format = Literal["cyclonedx", "spdx"]
_SUBJECT = "subject"


def sbom_of(deep: Deep) -> dict[str, object]:
    """CycloneDX 1.6 of what manifests ask for and locks hold."""
    return cyclonedx.document(bill_of(deep.gathered))


def render(report: RepositoryReport, kind: Format) -> bytes:
    """The document for a file, indented, with a line feed at its end.

    Raises:
        InvalidArgument: the report was made without the aspect `sbom`.
    """
    if report.sbom is None:
        raise InvalidArgument("This report holds no SBOM.", hint="Ask for the aspect `sbom`.")
    made = cast("dict[str, Any]", report.sbom)
    if kind == "spdx":
        bill = cyclonedx.read(made)
        made = spdx.document(_dated(bill, report))
    return orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _dated(bill: Bill, report: RepositoryReport) -> Bill:
    """With the day of the last commit, where it is known: SPDX demands a date, and the clock's would change."""
    if bill.created or report.activity is None:
        return bill
    day = report.activity.last_commit[:10]
    return Bill(bill.subject, bill.tool_version, bill.parts, bill.edges, f"{day}T00:00:00Z", bill.complete)


def bill_of(gathered: Gathered) -> Bill:
    """The bill: one part for each package and version, edges from the subject and between packages as locks say."""
    joined = join(gathered.readings)
    own_names = frozenset(fact.name for reading in joined.readings.values() for fact in reading.of("name") if fact.name)
    draft = Draft()
    subject = _subject(gathered)
    draft.link(subject.reference, ())
    for one in joined.direct:
        if _is_own(one, own_names) or "$" in one.asked.name:
            continue  # a name that the build fills in names no package
        reference = draft.add(_direct_part(one))
        draft.link(subject.reference, (reference,))
    _transitive(draft, joined)
    return draft.bill(subject, __version__, "", complete=not joined.not_read)


def _subject(gathered: Gathered) -> Part:
    origin = gathered.origin
    version = next((one.value for manifest, one in gathered.declared("version") if "/" not in manifest.path), "")
    licence = licence_of(gathered)
    name = name_of(gathered).value
    return Part(
        _SUBJECT,
        word(name),
        "",
        word(origin.version or ("" if "$" in version else version) or origin.commit or ""),
        licence=licence.expression if licence else "",
    )


def _is_own(one: Stated, own_names: frozenset[str]) -> bool:
    """A workspace member or another project of the same build is no part from outside."""
    reference = one.asked.reference
    own = one.lock is not None and one.position is not None and one.lock.packages[one.position].own
    local = reference.startswith(("workspace:", "project(", "in_umbrella", "sdk:", "path:", "link:", "file:", "."))
    return own or local or (one.asked.name in own_names and one.locked is None)


def _direct_part(one: Stated) -> Part:
    asked, locked = one.asked, one.locked
    version = locked.version if locked else exact(one)
    at = [place(one.path, asked.line)]
    if locked and one.lock and one.lock.path != one.path:
        at.append(place(one.lock.path, locked.line))
    return _part(
        one.ecosystem,
        asked.name,
        version,
        asked.reference,
        locked,
        scope=asked.scope,
        direct=True,
        constraint=word(asked.constraint),
        at=tuple(at),
    )


def _part(
    ecosystem: str,
    name: str,
    version: str,
    reference: str,
    locked: Locked | None,
    *,
    scope: Scope,
    direct: bool,
    constraint: str = "",
    at: tuple[str, ...],
) -> Part:
    purl = shown_purl(ecosystem, name, version, reference)
    shown, number = word(name), word(version)
    return Part(
        purl or f"{ecosystem}:{shown}" + (f"@{number}" if number else ""),
        shown,
        ecosystem,
        number,
        purl,
        scope,
        word(locked.licence) if locked else "",
        digest_of(locked.digest) if locked else None,
        direct,
        constraint,
        at,
    )


def _transitive(draft: Draft, joined: Joined) -> None:
    """Packages that only locks name, and every edge of every lock."""
    references: dict[int, dict[int, str]] = {}
    for one in joined.direct:
        if one.lock is not None and one.position is not None and not one.lock.packages[one.position].own:
            part = _direct_part(one)
            if part.reference in draft.parts:
                references.setdefault(id(one.lock), {}).setdefault(one.position, part.reference)
    for below in joined.below:
        lock, package = below.lock, below.package
        scope: Scope = scope_named(below.scope) or "runtime"
        ecosystem = package.ecosystem or lock.ecosystem
        at = (place(lock.path, package.line),)
        name, version = package.name, package.version
        part = _part(ecosystem, name, version, package.reference, package, scope=scope, direct=False, at=at)
        references.setdefault(id(lock), {})[below.position] = draft.add(part)
    for lock in joined.locks.all:
        _edges(draft, lock, references.get(id(lock), {}))


def _edges(draft: Draft, lock: Lock, references: Mapping[int, str]) -> None:
    for position, reference in sorted(references.items()):
        needed = [references[at] for at in lock.packages[position].asks if at in references]
        draft.link(reference, needed)
