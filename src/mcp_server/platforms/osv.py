"""An advisory database that speaks OSV's protocol: asked in batches, page by page, each advisory read once.

`POST /v1/querybatch` says which advisories name a package, `GET /v1/vulns/{id}` what one says (google/osv.dev,
docs/api). Advisories are kept by id and date of change, answers about a package for half an hour. What comes back is
another's text: ids are held to a form before they become part of an address, numbers and sizes are bounded, and what
does not fit the question is no answer to it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast
from urllib.parse import quote

import anyio
import orjson

from plumbrule.core.errors import Offline, PlumbruleError, RateLimited, Unavailable
from plumbrule.core.http import Http
from plumbrule.core.security.addresses import Resolver, SystemResolver
from plumbrule.core.security.urls import NetworkSettings, UrlPolicy, parse_origin, url_policy
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.platforms.ports.advisories import Coordinates, Reported, Silence
from plumbrule.mcp_server.platforms.release import mapping, sequence, text

PUBLIC_URL = "https://api.osv.dev"
MAX_QUERIES = 1000
"""Of one batch: the API's own limit."""

MAX_PAGES = 20
MAX_NAMED = 2_000
"""Advisories that one package may have; the most that any has is in the hundreds."""

MAX_RECORDS = 2_000
MAX_BATCH_BYTES = 16 << 20
MAX_RECORD_BYTES = 4 << 20
MAX_KEPT_BYTES = 256 << 10
MAX_SUMMARY = 400
CONCURRENT = 8
ANSWER_TTL_S = 1800.0
SILENCE_TTL_S = 60.0
"""For so long a database that did not answer is not asked again."""

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9:_-]|\.(?!\.)){0,98}[A-Za-z0-9]")
_MODIFIED = re.compile(r"[0-9TZ:.+-]{4,40}")
_UNREAD = ("details", "references", "credits", "schema_version")


class _Named(NamedTuple):
    """An advisory as a batch names it; `modified` is "" when the answer leaves it out."""

    id: str
    modified: str


class OsvAdvisories:
    """Satisfies the port `Advisories`. `wall_s` bounds one question with all that it takes."""

    def __init__(
        self,
        network: NetworkSettings,
        cache: Cache,
        *,
        url: str = PUBLIC_URL,
        wall_s: float = 10.0,
        resolver: Resolver | None = None,
    ) -> None:
        self._network = network
        self._cache = cache
        self._url = url.rstrip("/")
        self._wall_s = wall_s
        self._resolver = resolver or SystemResolver()
        self._policy = _policy(network, url)
        self._scope = hashlib.sha256(self._url.encode()).hexdigest()[:16]

    async def reported(self, packages: Sequence[Coordinates]) -> Reported:
        """See the port."""
        wanted = list(dict.fromkeys(packages))
        asking = _Asking(self._cache, self._scope)
        missing = asking.remembered(wanted)
        if missing or asking.unread():
            if self._network.offline:
                asking.silence = "offline"
            elif (silent := self._cache.get(f"osv:{self._scope}:silent")) is not None:
                asking.silence = cast(Silence, silent.decode("ascii", "replace"))
            else:
                await self._ask(asking, missing)
        return Reported(asking.ids(), asking.records, asking.silence)

    async def _ask(self, asking: "_Asking", missing: list[Coordinates]) -> None:
        with anyio.move_on_after(self._wall_s) as limit:
            async with Http(self._network, self._policy, resolver=self._resolver) as http:
                try:
                    await self._match(http, asking, missing)
                except PlumbruleError as error:
                    asking.silence = _silence_of(error)
                if asking.silence not in ("offline", "unreachable", "rate_limited"):
                    await self._read(http, asking)
        if limit.cancelled_caught:
            asking.silence = "limit_hit"
        if asking.silence in ("unreachable", "rate_limited"):
            self._cache.put(f"osv:{self._scope}:silent", asking.silence.encode(), SILENCE_TTL_S)

    async def _match(self, http: Http, asking: "_Asking", missing: list[Coordinates]) -> None:
        """Which advisories name which package, in batches; each batch until its last page."""
        try:
            for start in range(0, len(missing), MAX_QUERIES):
                await self._match_batch(http, asking, missing[start : start + MAX_QUERIES])
        finally:
            asking.keep()

    async def _match_batch(self, http: Http, asking: "_Asking", packages: list[Coordinates]) -> None:
        batch = [(one, "") for one in packages]
        for _ in range(MAX_PAGES):
            question = {"queries": [_query(one, token) for one, token in batch]}
            answer = await http.post_json(f"{self._url}/v1/querybatch", question, max_bytes=MAX_BATCH_BYTES)
            batch = asking.take(batch, sequence(mapping(answer).get("results")))
            if not batch:
                return
        asking.silence = "limit_hit"
        asking.forget(one for one, _ in batch)

    async def _read(self, http: Http, asking: "_Asking") -> None:
        """Every named advisory that is not here yet, several at a time, no faster than a host is asked."""
        unread = asking.unread()
        if len(unread) > MAX_RECORDS:
            asking.silence = "limit_hit"
        pause_s = 60 / self._network.requests_per_minute
        free = max(1, self._network.requests_per_minute // 10 - MAX_PAGES)
        limiter = anyio.CapacityLimiter(CONCURRENT)

        async def read(one: _Named) -> None:
            async with limiter:
                if asking.silence in ("unreachable", "rate_limited"):
                    return
                try:
                    address = f"{self._url}/v1/vulns/{quote(one.id, safe='')}"
                    asking.hold(one, await http.get_json(address, max_bytes=MAX_RECORD_BYTES))
                except PlumbruleError as error:
                    asking.silence = _silence_of(error)

        async with anyio.create_task_group() as group:
            for number, one in enumerate(unread[:MAX_RECORDS]):
                if number >= free:
                    await anyio.sleep(pause_s)
                group.start_soon(read, one)


class _Asking:
    """One question while it is answered: what is known so far, from memory and from the database."""

    def __init__(self, cache: Cache, scope: str) -> None:
        self._cache = cache
        self._scope = scope
        self._named: dict[Coordinates, tuple[_Named, ...]] = {}
        self._fresh: set[Coordinates] = set()
        self._pages: dict[Coordinates, list[_Named]] = {}
        self.records: dict[str, Mapping[str, object]] = {}
        self.silence: Silence | None = None

    def ids(self) -> dict[Coordinates, tuple[str, ...]]:
        return {package: tuple(sorted({one.id for one in named})) for package, named in sorted(self._named.items())}

    def remembered(self, wanted: Iterable[Coordinates]) -> list[Coordinates]:
        """Take what the cache still knows; gives the rest."""
        keys = {self._key_at(one): one for one in wanted}
        found = self._cache.get_many(keys)
        for key, raw in found.items():
            rows = cast("list[list[str]]", orjson.loads(raw))
            self._named[keys[key]] = tuple(_Named(*row) for row in rows)
        return [one for key, one in keys.items() if key not in found]

    def take(self, batch: list[tuple[Coordinates, str]], results: list[object]) -> list[tuple[Coordinates, str]]:
        """One page of a batch; gives the packages that have another one, with its token."""
        if len(results) != len(batch):
            self.silence = "malformed"
            self.forget(one for one, _ in batch)
            return []
        further: list[tuple[Coordinates, str]] = []
        for (package, _), result in zip(batch, results, strict=True):
            page = _named_in(result)
            so_far = self._pages.setdefault(package, [])
            if page is None or len(so_far) + len(page) > MAX_NAMED:
                self.silence = "malformed"
                self.forget([package])
                continue
            so_far += page
            token = text(mapping(result).get("next_page_token"))
            if token:
                further.append((package, token))
            else:
                self._named[package] = tuple(dict.fromkeys(so_far))
                self._fresh.add(package)
        return further

    def forget(self, packages: Iterable[Coordinates]) -> None:
        """These were not answered as a whole, so they were not answered."""
        for one in packages:
            self._pages.pop(one, None)
            self._named.pop(one, None)

    def keep(self) -> None:
        """Remember the answers about packages for a while."""
        for package in self._fresh & self._named.keys():
            rows = [[one.id, one.modified] for one in self._named[package]]
            self._cache.put(self._key_at(package), orjson.dumps(rows), ANSWER_TTL_S)

    def unread(self) -> list[_Named]:
        """The named advisories that neither this question nor the cache has read yet, each once."""
        newest = {one.id: one for one in sorted({one for each in self._named.values() for one in each})}
        keys = {self._key_of(one): name for name, one in newest.items() if one.modified and name not in self.records}
        for key, raw in self._cache.get_many(keys).items():
            self.records[keys[key]] = mapping(orjson.loads(raw))
        return [one for name, one in newest.items() if name not in self.records]

    def hold(self, one: _Named, document: object) -> None:
        """An advisory that was read, unless it is another than was asked for."""
        record = {key: value for key, value in mapping(document).items() if key not in _UNREAD}
        if record.get("id") != one.id:
            self.silence = "malformed"
            return
        if not text(record.get("summary")):
            record["summary"] = text(mapping(document).get("details"))[:MAX_SUMMARY]
        self.records[one.id] = record
        raw = orjson.dumps(record)
        if one.modified and len(raw) <= MAX_KEPT_BYTES:
            self._cache.put(self._key_of(one), raw)

    def _key_at(self, package: Coordinates) -> str:
        return f"osv:{self._scope}:at:{package.ecosystem}/{package.name}@{package.version}"

    def _key_of(self, one: _Named) -> str:
        return f"osv:{self._scope}:of:{one.id}@{one.modified}"


def _query(package: Coordinates, token: str) -> dict[str, object]:
    asked: dict[str, object] = {
        "package": {"name": package.name, "ecosystem": package.ecosystem},
        "version": package.version,
    }
    return {**asked, "page_token": token} if token else asked


def _named_in(result: object) -> list[_Named] | None:
    """The advisories of one result; None when it is not what the API answers."""
    page = mapping(result)
    if result != page:  # no object
        return None
    found: list[_Named] = []
    for each in sequence(page.get("vulns")):
        advisory = mapping(each)
        name, modified = text(advisory.get("id")), text(advisory.get("modified"))
        if not _ID.fullmatch(name):
            return None
        found.append(_Named(name, modified if _MODIFIED.fullmatch(modified) else ""))
    return found


def _silence_of(error: PlumbruleError) -> Silence:
    if isinstance(error, Offline):
        return "offline"
    if isinstance(error, RateLimited):
        return "rate_limited"
    return "unreachable" if isinstance(error, Unavailable) else "malformed"


def _policy(network: NetworkSettings, url: str) -> UrlPolicy:
    """The public database's host, or the origin that an operator configured instead.

    Raises:
        ConfigurationError: `url` is no address of one.
    """
    if url.rstrip("/") == PUBLIC_URL:
        return url_policy(network, frozenset({"api.osv.dev"}))
    policy = url_policy(network, frozenset())
    scheme, _, rest = url.partition("://")
    origin = parse_origin(f"{scheme}://{rest.partition('/')[0]}", "sources.osv_url")
    return UrlPolicy(policy.hosts, policy.origins | {origin})
