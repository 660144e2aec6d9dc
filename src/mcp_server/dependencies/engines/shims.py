"""Stand-ins for releases that offer no wheel for the target: their metadata, read and never built.

A proof that rests on "no usable wheels" proves nothing about versions. So the releases that it names first get a
stand-in that requires nothing, which can only make a question easier: no stays no. Where the answer then is yes, the
stand-ins that were chosen get their real metadata, and the question is put again, until the answer rests on what was
read. Below: `listing`, `sdists`, `wheels`. Above: `uv`.
"""

import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol, cast

import anyio
import orjson

from plumbrule.core.errors import InvalidRepository, LimitExceeded, PlumbruleError, WorkerCrashed
from plumbrule.core.http import Digest, Http
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.listing import Listing, Release, before, parsed_version, tried
from plumbrule.mcp_server.dependencies.engines.requirements import admitted, pinned, plain
from plumbrule.mcp_server.dependencies.engines.sdists import Stated, static_metadata, wheel_metadata
from plumbrule.mcp_server.dependencies.engines.uv_answers import Clause, Refusal
from plumbrule.mcp_server.dependencies.engines.wheels import Metadata
from plumbrule.mcp_server.dependencies.joint.question import Question

MAX_STAND_INS = 400
MAX_SDIST_BYTES = 32 << 20
MAX_METADATA_BYTES = 2 << 20
READ_AT_ONCE = 4
FORM = "1"
READ_SDIST = "plumbrule.mcp_server.dependencies.engines.sdists:read"


class Workers(Protocol):
    """What is needed of `core.workers.WorkerPool`."""

    async def run(self, target: str, payload: object, *, limit_s: float | None = None) -> object: ...


class StandIn(NamedTuple):
    """A release without a usable wheel. `how` says where its metadata was read, "" while it requires nothing.

    `builds` is false for one that has no source distribution either: whatever it requires, nobody can install it there.
    `listed` is false where no index could be asked: then it may have been yanked, wheel and all.
    """

    metadata: Metadata
    how: str = ""
    builds: bool = True
    listed: bool = True

    @property
    def key(self) -> tuple[str, str]:
        return self.metadata.name, self.metadata.version


class Read(NamedTuple):
    """What reading came to: by name and version, and the names for which it failed this time."""

    found: Mapping[tuple[str, str], StandIn]
    unreached: frozenset[str]


class StandIns:
    """Makes stand-ins. Nothing is asked before a proof names a release without a wheel."""

    def __init__(self, listing: Listing, cache: Cache, http: Callable[[], Http], workers: Workers | None) -> None:
        self._listing = listing
        self._cache = cache
        self._http = http
        self._workers = workers

    async def named_by(
        self, refusal: Refusal, question: Question, known: Collection[tuple[str, str]]
    ) -> list[StandIn] | None:
        """A stand-in without requirements for each release that a proof calls unusable and a question could choose.

        Yanked releases that nobody pins, those for another Python and those after the cut-off are not among them: of
        these the proof is true. Where no index can be asked nobody knows these, and all that it names stand in.
        Those that are `known` are left out. None when nothing is left and nobody knows why, or when there are more than
        anybody would try.
        """
        found: dict[tuple[str, str], StandIn] = {}
        unasked = False
        lines = [*question.constraints, *(line for party in question.parties for line in party.requires)]
        pins = {pinned(line) for line in lines}
        for name in sorted({one.name for one in refusal.clauses if one.kind in ("build", "platform")}):
            releases = await tried(self._listing, name)
            if releases is None:
                unasked = True
                stand_ins = [one for one in _unlisted(refusal.unusable) if one.metadata.name == name]
            else:
                clauses = [one for one in refusal.clauses if one.name == name and one.kind in ("build", "platform")]
                stand_ins = [
                    StandIn(Metadata(name, one.version), builds=bool(one.sdist))
                    for one in releases
                    if _could_be_chosen(one, question, (name, one.version) in pins)
                    and any(within(one.version, clause.versions) for clause in clauses)
                ]
            found |= {one.key: one for one in stand_ins if one.key not in known}
        if len(found) > MAX_STAND_INS or (unasked and not found):
            return None
        return list(found.values())

    async def read(self, stand_ins: Sequence[StandIn]) -> Read:
        """The same with their real requirements."""
        found: dict[tuple[str, str], StandIn] = {}
        unreached: set[str] = set()
        places = anyio.Semaphore(READ_AT_ONCE)

        async def one(stand_in: StandIn) -> None:
            async with places:
                try:
                    made = await self._read(stand_in)
                except PlumbruleError:
                    unreached.add(stand_in.metadata.name)
                else:
                    if made is not None:
                        found[stand_in.key] = made

        async with anyio.create_task_group() as group:
            for stand_in in stand_ins:
                group.start_soon(one, stand_in)
        return Read(found, frozenset(unreached))

    async def _read(self, stand_in: StandIn) -> StandIn | None:
        """None where only a build could tell."""
        name, version = stand_in.key
        releases = await self._listing.releases(name)
        release = next((one for one in releases if one.version == version), None)
        if release is None or not release.sdist:
            return None
        stated = await self._stated(release)
        if stated is None:
            return None
        try:
            requires = tuple(plain(line) for line in stated.requires)
        except ValueError:  # a place, or nothing that anybody can read
            return None
        extras = tuple(extra for extra in stated.extras if re.fullmatch(r"[\w.-]+", extra))
        return StandIn(Metadata(name, version, requires, extras=extras), stated.how)

    async def _stated(self, release: Release) -> Stated | None:
        key = f"sdist-metadata:{FORM}:{release.sdist_sha256}" if release.sdist_sha256 else ""
        kept = self._cache.get(key) if key else None
        if kept is not None:
            return _unpacked(orjson.loads(kept))
        try:
            stated = await self._core_metadata(release) or await self._of_archive(release)
        except (LimitExceeded, InvalidRepository, WorkerCrashed):  # of the file, and so for next time too
            stated = None
        if key:
            self._cache.put(key, orjson.dumps(stated, default=tuple))
        return stated

    async def _core_metadata(self, release: Release) -> Stated | None:
        """What the index offers beside the files (PEP 658): of a wheel for another target, or of the source itself."""
        if not release.metadata:
            return None
        text = io.BytesIO()
        async with self._http() as http:
            digest = Digest("sha256", release.metadata_sha256) if release.metadata_sha256 else None
            await http.download(release.metadata, text, max_bytes=MAX_METADATA_BYTES, digest=digest, redirects=2)
        read = text.getvalue().decode("utf-8", "replace")
        return wheel_metadata(read) if release.metadata.endswith(".whl.metadata") else static_metadata(read)

    async def _of_archive(self, release: Release) -> Stated | None:
        if self._workers is None or not release.sdist_sha256 or release.sdist_size > MAX_SDIST_BYTES:
            return None
        packed = io.BytesIO()
        async with self._http() as http:
            digest = Digest("sha256", release.sdist_sha256)
            await http.download(release.sdist, packed, max_bytes=MAX_SDIST_BYTES, digest=digest, redirects=2)
        return _unpacked(await self._workers.run(READ_SDIST, {"raw": packed.getvalue()}))


def _unpacked(fields: object) -> Stated | None:
    if not isinstance(fields, list):
        return None
    requires, extras, requires_python, how = cast("tuple[list[str], list[str], str, str]", fields)
    return Stated(tuple(requires), tuple(extras), requires_python, how)


def _unlisted(unusable: Sequence[Clause]) -> list[StandIn]:
    """What a proof names release by release."""
    named = ((one, str(parsed_version(one.versions.removeprefix("==")))) for one in unusable)
    return [StandIn(Metadata(one.name, version), builds=one.kind == "build", listed=False) for one, version in named]


def _could_be_chosen(release: Release, question: Question, pinned_exactly: bool) -> bool:
    return (
        (not release.yanked or pinned_exactly)
        and before(release, question.exclude_newer)
        and admitted(release.requires_python, question.target.python)
    )


_ONE = re.compile(r"(==|<=|>=|<|>)\s*(\S+)")
_HOLDS: Mapping[str, Callable[[int], bool]] = {
    "==": lambda order: order == 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
}


def within(version: str, versions: str) -> bool:
    """Whether a version lies in a range as uv writes it: `==1.0`, `>=1,<2`, `<1 | >2`, "" for all.

    These are ranges of uv's own order of versions, without the exceptions that PEP 440 makes for pre-releases.
    """
    if not versions:
        return True
    number = parsed_version(version)
    for part in versions.split("|"):
        clauses = _ONE.findall(part.replace(",", " "))
        orders = [
            (operator, (number > bound) - (number < bound))
            for operator, bound in ((operator, parsed_version(text)) for operator, text in clauses)
        ]
        if clauses and all(_HOLDS[operator](order) for operator, order in orders):
            return True
    return False
