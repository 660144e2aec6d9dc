"""Known vulnerabilities: asked of a loopback database that speaks OSV's protocol, and of one that lies."""

import json
from collections.abc import AsyncIterator, Sequence

import anyio
import pytest
from osv_world import OsvWorld, record

from plumbrule.core.clock import ManualClock
from plumbrule.core.errors import ConfigurationError
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.dependencies.advisories.asking import Advisor
from plumbrule.mcp_server.dependencies.advisories.findings import Pinned, Vulnerabilities
from plumbrule.mcp_server.platforms.osv import OsvAdvisories

FLASK = Pinned("python", "Flask", "1.0")


@pytest.fixture
async def osv() -> AsyncIterator[OsvWorld]:
    async with OsvWorld() as world:
        yield world


class Desk:
    """A client over one cache, as a process has it."""

    def __init__(self, osv: OsvWorld, *, wall_s: float = 10.0, **network: object) -> None:
        self.osv = osv
        self.clock = ManualClock()
        self.cache = MemoryCache(10_000, 8 << 20, clock=self.clock)
        settings: dict[str, object] = {"requests_per_minute": 60_000, "read_timeout_s": 0.3, "total_timeout_s": 2.0}
        self.network = NetworkSettings(**{**settings, **network})  # type: ignore[arg-type]
        self.wall_s = wall_s

    async def ask(self, *pins: Pinned) -> Vulnerabilities:
        database = OsvAdvisories(self.network, self.cache, url=self.osv.url, wall_s=self.wall_s)
        return await Advisor(database).vulnerabilities(pins)


def ids(found: Vulnerabilities) -> list[str]:
    return [one.id for one in found.found]


async def test_a_known_vulnerability_is_told_with_what_helps(osv: OsvWorld) -> None:
    severity = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}]
    osv.knows("PyPI", "flask", "1.0", record("GHSA-aaaa-bbbb-cccc", "flask", aliases=["CVE-2026-1"], severity=severity))
    found = await Desk(osv).ask(FLASK, Pinned("python", "werkzeug", "2.0"))
    assert (found.state, found.checked, found.not_checked, found.reason) == ("vulnerable", 2, 0, None)
    (one,) = found.found
    assert (one.id, one.package, one.version, one.ecosystem) == ("GHSA-aaaa-bbbb-cccc", "Flask", "1.0", "python")
    assert (one.aliases, one.severity, one.score, one.fixed_in) == (("CVE-2026-1",), "high", 7.5, ("2.0.0",))
    assert one.summary == "flask does what it should not"


async def test_none_known_is_said_only_when_every_package_was_answered(osv: OsvWorld) -> None:
    desk = Desk(osv)
    assert (await desk.ask(FLASK)).state == "none known"
    some = await desk.ask(FLASK, Pinned("docker", "python", "3.12"), Pinned("python", "x", "*"))
    assert (some.state, some.checked, some.not_checked, some.reason) == ("not checked", 1, 2, "not_covered")
    assert (await desk.ask()).state == "not checked"


async def test_every_ecosystem_is_asked_in_the_databases_own_words(osv: OsvWorld) -> None:
    pins = [
        (Pinned("python", "Zope.Interface", "5.0+local"), ("PyPI", "zope-interface", "5.0")),
        (Pinned("javascript", "@babel/core", "7.0.0"), ("npm", "@babel/core", "7.0.0")),
        (Pinned("rust", "tokio", "1.0.0"), ("crates.io", "tokio", "1.0.0")),
        (Pinned("go", "golang.org/x/net", "v0.1.0"), ("Go", "golang.org/x/net", "0.1.0")),
        (Pinned("jvm", "org.slf4j:slf4j-api", "1.7"), ("Maven", "org.slf4j:slf4j-api", "1.7")),
        (Pinned("dotnet", "Newtonsoft.Json", "12.0.1"), ("NuGet", "Newtonsoft.Json", "12.0.1")),
        (Pinned("ruby", "rails", "6.0.0"), ("RubyGems", "rails", "6.0.0")),
        (Pinned("php", "Symfony/Console", "v5.0.0"), ("Packagist", "symfony/console", "v5.0.0")),
        (Pinned("dart", "http", "0.13.0"), ("Pub", "http", "0.13.0")),
        (Pinned("elixir", "plug", "1.0.0"), ("Hex", "plug", "1.0.0")),
        (Pinned("github_actions", "actions/checkout", "v4.1.0"), ("GitHub Actions", "actions/checkout", "4.1.0")),
        (Pinned("swift", "https://github.com/o/n.git", "4.0.0"), ("SwiftURL", "github.com/o/n", "4.0.0")),
    ]  # fmt: skip
    for number, (_, place) in enumerate(pins):
        osv.knows(*place, record(f"OSV-{number}", place[1], ecosystem=place[0], events=[{"introduced": "0"}]))
    found = await Desk(osv).ask(*(pin for pin, _ in pins))
    assert sorted(ids(found)) == sorted(f"OSV-{number}" for number in range(len(pins)))
    assert found.not_checked == 0


async def test_batches_hold_a_thousand_and_pages_are_followed_to_their_end(osv: OsvWorld) -> None:
    osv.page_size = 3
    many = [record(f"GHSA-{n}", "flask") for n in range(10)]
    osv.knows("PyPI", "flask", "1.0", *many)
    pins = [Pinned("python", f"p{n}", "1.0") for n in range(2100)]
    found = await Desk(osv).ask(FLASK, *pins)
    assert (len(found.found), found.checked, found.not_checked) == (10, 2101, 0)
    assert sorted(osv.batches, reverse=True) == [1000, 1000, 101, 1, 1, 1]


async def test_databases_that_describe_the_same_are_one_finding(osv: OsvWorld) -> None:
    osv.knows(
        *("PyPI", "flask", "1.0"),
        record("PYSEC-2026-1", "flask", aliases=["CVE-2026-1"]),
        record("GHSA-a", "flask", aliases=["CVE-2026-1"], database_specific={"severity": "MODERATE"}),
        record("CVE-2026-1", "flask"),
        record("GHSA-other", "flask", aliases=["CVE-2026-2"]),
        record("GHSA-gone", "flask", withdrawn="2026-01-03T00:00:00Z"),
    )
    found = await Desk(osv).ask(FLASK)
    assert [(one.id, one.aliases, one.severity) for one in found.found] == [
        ("GHSA-a", ("CVE-2026-1", "PYSEC-2026-1"), "medium"),
        ("GHSA-other", ("CVE-2026-2",), None),
    ]


async def test_an_advisory_is_read_once_until_it_changes(osv: OsvWorld) -> None:
    osv.knows("PyPI", "flask", "1.0", record("GHSA-a", "flask"))
    desk = Desk(osv)
    first = await desk.ask(FLASK)
    assert await desk.ask(FLASK) == first
    assert osv.asked == ["POST /v1/querybatch", "GET /v1/vulns/GHSA-a"]
    desk.clock.advance(2000)
    assert await desk.ask(FLASK) == first  # asked again which, not what
    assert osv.asked[2:] == ["POST /v1/querybatch"]
    osv.records["GHSA-a"] = record("GHSA-a", "flask", modified="2026-05-05T00:00:00Z", summary="worse")
    desk.clock.advance(2000)
    assert (await desk.ask(FLASK)).found[0].summary == "worse"
    assert osv.asked[3:] == ["POST /v1/querybatch", "GET /v1/vulns/GHSA-a"]


async def test_without_network_memory_answers_and_the_rest_is_not_checked(osv: OsvWorld) -> None:
    osv.knows("PyPI", "flask", "1.0", record("GHSA-a", "flask"))
    desk = Desk(osv)
    await desk.ask(FLASK)
    desk.network = NetworkSettings(offline=True)
    found = await desk.ask(FLASK)
    assert (found.state, ids(found), found.reason) == ("vulnerable", ["GHSA-a"], None)
    both = await desk.ask(FLASK, Pinned("python", "django", "1.0"))
    assert (both.state, both.checked, both.not_checked, both.reason) == ("vulnerable", 1, 1, "offline")
    assert (await desk.ask(Pinned("python", "django", "1.0"))).state == "not checked"
    assert len(osv.asked) == 2


async def _status(_: str, __: bytes) -> tuple[int, bytes] | None:
    return 500, b"{}"


async def _busy(_: str, __: bytes) -> tuple[int, bytes] | None:
    return 429, b"{}"


async def _words(_: str, __: bytes) -> tuple[int, bytes] | None:
    return 200, b"<html>all is well</html>"


async def _slow(_: str, __: bytes) -> tuple[int, bytes] | None:
    await anyio.sleep(30)
    return None


async def _huge(_: str, __: bytes) -> tuple[int, bytes] | None:
    return 200, b'{"results": [{"vulns": "' + b"a" * (17 << 20) + b'"}]}'


def _says(document: object) -> object:
    async def said(asked: str, _: bytes) -> tuple[int, bytes] | None:
        return (200, json.dumps(document).encode()) if asked.startswith("POST") else None

    return said


@pytest.mark.parametrize(
    ("misbehaviour", "reason"),
    [
        (_status, "unreachable"),
        (_busy, "rate_limited"),
        (_words, "unreachable"),
        (_slow, "unreachable"),
        (_huge, "malformed"),
        (_says([]), "malformed"),
        (_says({}), "malformed"),
        (_says({"results": []}), "malformed"),
        (_says({"results": [{}, {}]}), "malformed"),
        (_says({"results": [None]}), "malformed"),
        (_says({"results": ["none"]}), "malformed"),
        (_says({"results": [{"vulns": [{"id": "../../v1/other"}]}]}), "malformed"),
        (_says({"results": [{"vulns": [{"id": "GHSA-a/../../x"}]}]}), "malformed"),
        (_says({"results": [{"vulns": [{"id": "a..b"}]}]}), "malformed"),
        (_says({"results": [{"vulns": [{"id": "GHSA-a?x=1"}]}]}), "malformed"),
        (_says({"results": [{"vulns": [{"id": "http://127.0.0.1:1/"}]}]}), "malformed"),
        (_says({"results": [{"vulns": [{"id": 7}]}]}), "malformed"),
        (_says({"results": [{"vulns": [{"id": f"GHSA-{n}"} for n in range(3000)]}]}), "malformed"),
        (_says({"results": [{"next_page_token": "for ever"}]}), "limit_hit"),
    ],
)
async def test_no_failure_is_ever_an_all_clear(osv: OsvWorld, misbehaviour: object, reason: str) -> None:
    osv.misbehave = misbehaviour  # type: ignore[assignment]  # parametrize gives objects
    found = await Desk(osv).ask(FLASK)
    assert (found.state, found.checked, found.not_checked, found.found) == ("not checked", 0, 1, ())
    assert found.reason == reason
    assert not [one for one in osv.asked if not one.startswith("POST /v1/querybatch")], "an id became an address"


async def test_a_redirect_is_not_followed(osv: OsvWorld) -> None:
    async def moved(_: str, __: bytes) -> tuple[int, bytes]:
        return 307, b""

    osv.misbehave = moved
    osv.extra["location"] = f"{osv.url}/v1/elsewhere"
    found = await Desk(osv).ask(FLASK)
    assert (found.state, found.reason) == ("not checked", "malformed")
    assert set(osv.asked) == {"POST /v1/querybatch"}


@pytest.mark.parametrize(
    "said",
    [
        {"id": "GHSA-b", "affected": [{"package": {"ecosystem": "PyPI", "name": "flask"}}]},  # another advisory
        [],
        None,
        "x" * (5 << 20),
        "404",
    ],
)
async def test_an_advisory_that_cannot_be_read_still_counts(osv: OsvWorld, said: object) -> None:
    """That it exists is known, and what it says is not."""
    osv.knows("PyPI", "flask", "1.0", record("GHSA-a", "flask"))

    async def lie(asked: str, _: bytes) -> tuple[int, bytes] | None:
        status = 404 if said == "404" else 200
        return (status, json.dumps(said).encode()) if asked.startswith("GET") else None

    osv.misbehave = lie
    found = await Desk(osv).ask(FLASK)
    assert (found.state, ids(found), found.found[0].severity) == ("vulnerable", ["GHSA-a"], None)


async def test_an_advisory_about_another_package_leaves_the_package_unchecked(osv: OsvWorld) -> None:
    osv.knows("PyPI", "flask", "1.0", record("GHSA-a", "somebody-else"))
    found = await Desk(osv).ask(FLASK, Pinned("python", "django", "1.0"))
    assert (found.state, found.checked, found.not_checked, found.reason) == ("not checked", 1, 1, "malformed")


@pytest.mark.parametrize(
    "affected",
    [
        None,
        {},
        [],
        [None, 1, "x", []],
        [{"package": None}],
        [{"package": {"ecosystem": 1, "name": []}}],
    ],
)
async def test_a_malformed_record_is_no_all_clear(osv: OsvWorld, affected: object) -> None:
    osv.knows("PyPI", "flask", "1.0", record("GHSA-a", "flask"))

    async def lie(asked: str, _: bytes) -> tuple[int, bytes] | None:
        body = json.dumps({"id": "GHSA-a", "affected": affected, "aliases": 5, "summary": {}, "severity": "x"}).encode()
        return (200, body) if asked.startswith("GET") else None

    osv.misbehave = lie
    found = await Desk(osv).ask(FLASK)
    assert (found.state, found.not_checked) == ("not checked", 1)


async def test_a_late_answer_leaves_what_was_proven(osv: OsvWorld) -> None:
    osv.knows("PyPI", "flask", "1.0", record("GHSA-a", "flask"), record("GHSA-b", "flask"))

    async def slow(asked: str, _: bytes) -> tuple[int, bytes] | None:
        if asked.endswith("GHSA-b"):
            await anyio.sleep(30)
        return None

    osv.misbehave = slow
    found = await Desk(osv, wall_s=3.0, read_timeout_s=20.0, total_timeout_s=20.0).ask(FLASK)
    assert found.state == "vulnerable"
    assert {one.id: one.fixed_in for one in found.found} == {"GHSA-a": ("2.0.0",), "GHSA-b": ()}


async def test_a_silent_database_is_left_alone_for_a_while(osv: OsvWorld) -> None:
    osv.misbehave = _status
    desk = Desk(osv)
    await desk.ask(FLASK)
    asked = len(osv.asked)
    again = await desk.ask(FLASK)
    assert (again.state, again.reason, len(osv.asked)) == ("not checked", "unreachable", asked)
    osv.misbehave = None
    desk.clock.advance(61)
    assert (await desk.ask(FLASK)).state == "none known"


async def test_cancellation_passes(osv: OsvWorld) -> None:
    osv.misbehave = _slow
    with anyio.move_on_after(0.2) as scope:
        await Desk(osv, read_timeout_s=20.0, total_timeout_s=20.0).ask(FLASK)
    assert scope.cancelled_caught


async def test_without_a_database_nothing_is_checked() -> None:
    found = await Advisor(None).vulnerabilities([FLASK])
    assert (found.state, found.not_checked, found.reason) == ("not checked", 1, "switched_off")


@pytest.mark.parametrize("url", ["", "api.osv.dev", "https://user:secret@osv.example.org", "ftp://osv.example.org"])
def test_an_address_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"sources\.osv_url") as caught:
        OsvAdvisories(NetworkSettings(), MemoryCache(10, 1 << 20), url=url)
    assert "secret" not in str(caught.value)


async def test_the_same_question_has_the_same_answer_in_any_order(osv: OsvWorld) -> None:
    pins = [Pinned("python", f"p{n}", "1.0") for n in range(20)]
    for n, pin in enumerate(pins):
        osv.knows("PyPI", pin.name, "1.0", record(f"GHSA-{n}", pin.name), record(f"PYSEC-{n}", pin.name))

    async def asked(order: Sequence[Pinned]) -> Vulnerabilities:
        return await Desk(osv).ask(*order)

    assert await asked(pins) == await asked(pins[::-1])
