"""The joint set as a bill of materials: the repositories are parts of their own, packages hang below who asks."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import orjson

from plumbrule import __version__
from plumbrule.mcp_server.dependencies.lock.model import Asking, JointLock, LockedPackage, Side
from plumbrule.mcp_server.dependencies.purl import purl_of
from plumbrule.mcp_server.dependencies.sbom import cyclonedx, spdx
from plumbrule.mcp_server.dependencies.sbom.model import Bill, Draft, Part, digest_of

Format = Literal["cyclonedx", "spdx"]


class JointPart(NamedTuple):
    """One package of the joint set, of any ecosystem. `askers` are labels of repositories, or names of packages of
    the same ecosystem. `digest` is `algorithm:hex` or npm's form, "" where the release has several files."""

    ecosystem: str
    name: str
    version: str
    askers: tuple[str, ...] = ()
    asked: tuple[Asking, ...] = ()
    digest: str = ""


def python_parts(lock: JointLock) -> list[JointPart]:
    """The packages of a Python lock as parts."""
    askers: dict[str, list[str]] = {}
    for asker, name in lock.links:
        askers.setdefault(name, []).append(asker)
    asked = dict(lock.asked)
    return [
        JointPart(
            "python", one.name, one.version, tuple(askers.get(one.name, ())), asked.get(one.name, ()), _digest(one)
        )
        for one in lock.packages
    ]


def _digest(package: LockedPackage) -> str:
    """Of a release with one file; of several, none stands for all."""
    hashes = dict(package.files[0].hashes) if len(package.files) == 1 else {}
    return f"sha256:{hashes['sha256']}" if "sha256" in hashes else ""


def write(sides: Sequence[Side], parts: Iterable[JointPart], form: Format, *, complete: bool) -> str:
    """The document, indented; the same parts give the same text."""
    bill = bill_of(sides, list(parts), complete=complete)
    document = cyclonedx.document(bill) if form == "cyclonedx" else spdx.document(bill)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def bill_of(sides: Sequence[Side], parts: Sequence[JointPart], *, complete: bool) -> Bill:
    """All ecosystems' packages in one bill, below a subject that stands for the repositories together."""
    draft = Draft()
    subject = Part("joint", " + ".join(side.label for side in sides), "")
    repositories = {
        side.label: draft.add(Part(f"repository:{side.label}", side.label, "", side.revision)) for side in sides
    }
    draft.link(subject.reference, repositories.values())
    references: dict[tuple[str, str], list[str]] = {}
    for one in parts:
        references.setdefault((one.ecosystem, one.name), []).append(draft.add(_part(one)))
    for one in parts:
        for asker in one.askers:
            above = [repositories[asker]] if asker in repositories else references.get((one.ecosystem, asker), [])
            for reference in above:
                draft.link(reference, references[one.ecosystem, one.name])
    return draft.bill(subject, __version__, "", complete=complete)


def _part(one: JointPart) -> Part:
    purl = purl_of(one.ecosystem, one.name, one.version)
    own = [asking for asking in one.asked if not asking.through]
    return Part(
        purl or f"{one.ecosystem}:{one.name}" + (f"@{one.version}" if one.version else ""),
        one.name,
        one.ecosystem,
        one.version,
        purl,
        digest=digest_of(one.digest) if one.digest else None,
        direct=bool(own),
        constraint=own[0].requirement if own else "",
        at=tuple(dict.fromkeys(f"{asking.repository}/{asking.at}" for asking in own if asking.at)),
    )
