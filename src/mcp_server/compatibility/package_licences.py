"""The licence of each package of a joint set: what a lock says, else what its registry declares, else nobody knows."""

from collections.abc import Iterable, Sequence

from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.compatibility.report import LicenceSide
from plumbrule.mcp_server.compatibility.subject import Side
from plumbrule.mcp_server.dependencies.advisories.coordinates import ECOSYSTEMS, normal_name
from plumbrule.mcp_server.dependencies.advisories.findings import Pinned
from plumbrule.mcp_server.dependencies.joint.findings import JointPackage
from plumbrule.mcp_server.dependencies.published.licences import PublishedLicences
from plumbrule.mcp_server.platforms.ports.advisories import Silence

MAX_PACKAGES = 2_000
"""Of one joint set; further ones have no side, and that is told."""

_Key = tuple[str, str, str]


class PackageLicences:
    """Finds the licences of packages; `published` asks registries, None asks nobody."""

    def __init__(self, published: PublishedLicences | None) -> None:
        self._published = published

    async def sides(
        self, sides: Sequence[Side], packages: Sequence[JointPackage]
    ) -> tuple[list[LicenceSide], Silence | None]:
        """A side for each package and each repository that uses it, and why not every package could be asked about.

        Direct packages are asked about first.
        """
        silence: Silence | None = "limit_hit" if len(packages) > MAX_PACKAGES else None
        listed = packages[:MAX_PACKAGES]
        known: dict[_Key, tuple[str, ...]] = {key: (text,) for key, text in _locked(sides).items()}
        direct = _direct(sides)
        missing = [one for one in listed if _key(one.ecosystem, one.name, one.version) not in known]
        missing.sort(key=lambda one: (one.ecosystem, _normal(one.ecosystem, one.name)) not in direct)
        if self._published is not None and missing:
            declared = await self._published.of([Pinned(one.ecosystem, one.name, one.version) for one in missing])
            known |= {_key(*pinned): words for pinned, words in declared.words.items()}
            silence = declared.silence or silence
        labels = tuple(side.label for side in sides)
        found = [
            LicenceSide(label, expression_of(words), None, f"{one.name} {one.version}".strip())
            for one in listed
            for words in (known.get(_key(one.ecosystem, one.name, one.version), ()),)
            for label in one.asked_by or labels
        ]
        return found, silence


def expression_of(words: Sequence[str]) -> str | None:
    """What a release declares as one expression: its licence field where that names a licence, else its classifiers,
    of which all hold for all that the metadata say. Words that name none stay, so that a reader sees what to review."""
    if not words:
        return None
    field, *classifiers = words
    if field and (known := normalise(field).expression):
        return known
    found = [normalise(one).expression for one in classifiers]
    if found and all(found):
        return " AND ".join(f"({one})" if one and " OR " in one else one or "" for one in found)
    return "; ".join(one for one in classifiers or [field] if one)


def _locked(sides: Sequence[Side]) -> dict[_Key, str]:
    """What the locks of the repositories say."""
    found: dict[_Key, str] = {}
    for side in sides:
        for lock in side.subject.joined.locks.all if side.subject is not None else ():
            for package in lock.packages:
                if package.licence and not package.own:
                    ecosystem = package.ecosystem or lock.ecosystem
                    found.setdefault(_key(ecosystem, package.name, package.version), package.licence)
    return found


def _direct(sides: Sequence[Side]) -> set[tuple[str, str]]:
    """The packages that a repository asks for itself."""
    stated: Iterable[tuple[str, str]] = (
        (one.ecosystem, _normal(one.ecosystem, one.asked.name))
        for side in sides
        if side.subject is not None
        for one in side.subject.joined.direct
    )
    return set(stated)


def _key(ecosystem: str, name: str, version: str) -> _Key:
    return ecosystem, _normal(ecosystem, name), version.removeprefix("v")


def _normal(ecosystem: str, name: str) -> str:
    return normal_name(ECOSYSTEMS.get(ecosystem, ""), name)
