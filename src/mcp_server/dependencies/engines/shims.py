"""Stand-ins for releases that offer no wheel for the target: their metadata, read and never built.

A proof that rests on "no usable wheels" proves nothing about versions. So the releases that it names first get a
stand-in that requires nothing, which can only make a question easier: no stays no. Where the answer then is yes, the
stand-ins that were chosen get their real metadata, and the question is put again, until the answer rests on what was
read. Below: `listing`, `sdists`, `wheels`. Above: `uv`.
"""

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, cast

import anyio
import orjson

from plumbrule.core.errors import PlumbruleError
from plumbrule.core.http import Digest, Http
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.listing import Listing, Release, before, parsed_version, tried
from plumbrule.mcp_server.dependencies.engines.requirements import admitted, pinned, plain
from plumbrule.mcp_server.dependencies.engines.sdists import Stated, static_metadata, wheel_metadata
from plumbrule.mcp_server.dependencies.engines.uv_answers import Clause
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
    """

    metadata: Metadata
    how: str = ""
    builds: bool = True

    @property
    def key(self) -> tuple[str, str]:
        return self.metadata.name, self.metadata.version


class StandIns:
    """Makes stand-ins. Nothing is asked before a proof names a release without a wheel."""

    def __init__(self, listing: Listing, cache: Cache, http: Callable[[], Http], workers: Workers | None) -> None:
        self._listing = listing
        self._cache = cache
        self._http = http
        self._workers = workers

    async def named_by(self, clauses: Iterable[Clause], question: Question) -> list[StandIn] | None:
        """A stand-in without requirements for each release that the clauses name and the question could choose.

        Yanked releases that nobody pins, those for another Python and those after the cut-off are not among them: of
        these the clause is true. None when an index could not be asked, or when there are more than anybody would try.
        """
        found: dict[tuple[str, str], StandIn] = {}
        lines = [*question.constraints, *(line for party in question.parties for line in party.requires)]
        pins = {pinned(line) for line in lines}
        for clause in clauses:
            if clause.kind not in ("build", "platform"):
                continue
            releases = await tried(self._listing, clause.name)
            if releases is None:
                return None
            for release in releases:
                chosen = _could_be_chosen(release, question, (clause.name, release.version) in pins)
                if chosen and within(release.version, clause.versions):
                    metadata = Metadata(clause.name, release.version)
                    found[metadata.name, metadata.version] = StandIn(metadata, builds=bool(release.sdist))
        return list(found.values()) if len(found) <= MAX_STAND_INS else None

    async def read(self, stand_ins: Sequence[StandIn]) -> dict[tuple[str, str], StandIn | None]:
        """The same with their real requirements; None for one whose metadata only a build could tell."""
        found: dict[tuple[str, str], StandIn | None] = {}
        places = anyio.Semaphore(READ_AT_ONCE)

        async def one(stand_in: StandIn) -> None:
            async with places:
                found[stand_in.key] = await self._read(stand_in)

        async with anyio.create_task_group() as group:
            for stand_in in stand_ins:
                group.start_soon(one, stand_in)
        return found

    async def _read(self, stand_in: StandIn) -> StandIn | None:
        name, version = stand_in.key
        releases = await tried(self._listing, name)
        release = next((one for one in releases or () if one.version == version), None)
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
        except PlumbruleError:  # not reached, too large, or it crashed its reader
            return None
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
        payload = {"raw": packed.getvalue(), "filename": release.sdist.rpartition("/")[2]}
        return _unpacked(await self._workers.run(READ_SDIST, payload))


def _unpacked(fields: object) -> Stated | None:
    if not isinstance(fields, list):
        return None
    requires, extras, requires_python, how = cast("tuple[list[str], list[str], str, str]", fields)
    return Stated(tuple(requires), tuple(extras), requires_python, how)


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
