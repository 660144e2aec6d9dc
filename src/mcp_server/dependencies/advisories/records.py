"""What one advisory says of one package: a record of the OSV schema, read without trust.

A record is another's JSON: every field may be missing, of a wrong type, or about something else.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from plumbrule.core.security.text import clean_line
from plumbrule.mcp_server.dependencies.advisories.coordinates import normal_name
from plumbrule.mcp_server.dependencies.advisories.order import order_of
from plumbrule.mcp_server.dependencies.advisories.severity import Rating, rated
from plumbrule.mcp_server.platforms.ports.advisories import Coordinates

MAX_SUMMARY = 200
MAX_ALIASES = 20
MAX_EVENTS = 200
MAX_RANGES = 200
"""A record of the largest packages has a few dozen; what lies beyond can only be another's joke."""


class Advisory(NamedTuple):
    """What a record says of one package. `fixed_in` are the fixes that end the stretches its version lies in; whether
    it is affected is the database's answer, which knows versions that no range tells."""

    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    rating: Rating = Rating()
    fixed_in: tuple[str, ...] = ()


def advisory_on(package: Coordinates, record: Mapping[str, object]) -> Advisory | None:
    """The record as it concerns a package; None when it does not name that package at all.

    `withdrawn` records are left to the caller: `is_withdrawn`.
    """
    entries = [one for one in _objects(record.get("affected")) if _names(one, package)]
    if not entries:
        return None
    ranges = [one for entry in entries for one in _objects(entry.get("ranges"))][:MAX_RANGES]
    fixed = dict.fromkeys(fix for one in ranges for fix in _fixes(one, package))
    return Advisory(
        id=_text(record.get("id")),
        aliases=tuple(sorted({clean_line(one, 60) for one in _texts(record.get("aliases"))})[:MAX_ALIASES]),
        summary=clean_line(_text(record.get("summary")), MAX_SUMMARY),
        rating=_rating(record, entries),
        fixed_in=tuple(fixed),
    )


def is_withdrawn(record: Mapping[str, object]) -> bool:
    """Whether the database took the advisory back."""
    return bool(_text(record.get("withdrawn")))


def _names(entry: Mapping[str, object], package: Coordinates) -> bool:
    named = _object(entry.get("package"))
    ecosystem = _text(named.get("ecosystem")).partition(":")[0]
    name = normal_name(package.ecosystem, _text(named.get("name")))
    return ecosystem == package.ecosystem and name == normal_name(package.ecosystem, package.name)


def _fixes(one: Mapping[str, object], package: Coordinates) -> tuple[str, ...]:
    """The fix that ends the stretch of a range in which the version lies (OSV schema, "evaluation"); empty where it
    lies in none, where none is named, or where versions cannot be put in order."""
    order = order_of(package.ecosystem)
    version = order(package.version)
    if version is None or _text(one.get("type")) not in ("SEMVER", "ECOSYSTEM"):
        return ()
    events: list[_Event] = []
    for kind, text in _events(one):
        at = None if kind == "introduced" and text == "0" else order(text)
        if at is None and text != "0":
            return ()
        events.append(_Event(at is not None, at or 0, {"introduced": 1, "last_affected": 2}.get(kind, 0), kind, text))
    return _walked(sorted(events), version)


class _Event(NamedTuple):
    """`placed` is False for the beginning of all versions. At one version a fix comes before a new introduction."""

    placed: bool
    at: Any
    turn: int
    kind: str
    text: str


def _walked(events: list[_Event], version: Any) -> tuple[str, ...]:
    affected = False
    for one in events:
        if not one.placed or one.at <= version:
            ends = one.kind == "fixed" or (one.kind == "last_affected" and one.at < version)
            affected = one.kind == "introduced" or (affected and not ends)
        elif affected:
            return (clean_line(one.text, 60),) if one.kind == "fixed" else ()
    return ()


def _events(one: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for event in _objects(one.get("events"))[:MAX_EVENTS]:
        for kind in ("introduced", "fixed", "last_affected"):
            if text := _text(event.get(kind)):
                yield kind, text


def _rating(record: Mapping[str, object], entries: list[Mapping[str, object]]) -> Rating:
    for place in (*entries, record):
        vectors = {_text(one.get("type")): _text(one.get("score")) for one in _objects(place.get("severity"))}
        if found := {kind: vector for kind, vector in vectors.items() if kind.startswith("CVSS_")}:
            return rated(found, _word(record, entries))
    if _text(record.get("id")).startswith("MAL-"):  # a package that is itself an attack
        return Rating("critical")
    return rated({}, _word(record, entries))


def _word(record: Mapping[str, object], entries: list[Mapping[str, object]]) -> str:
    for place in (record, *entries):
        for field in ("database_specific", "ecosystem_specific"):
            if word := _text(_object(place.get(field)).get("severity")):
                return word
    return ""


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, object]]:
    return [found for one in _list(value) if (found := _object(one))]


def _texts(value: object) -> list[str]:
    return [one for one in _list(value) if isinstance(one, str)]


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
