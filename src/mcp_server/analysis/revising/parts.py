"""The parts of a kept report that a changed file changes, each brought up to date in its JSON form.

Above it lies `revise`. Each raises `Beyond` when what it would have to know was not kept. New words are masked as
`kept_report` masks the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, cast

import orjson

from plumbrule.core.facts import Evidence
from plumbrule.core.security.masking import Masker
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.gathered import Gathered, homes_of
from plumbrule.mcp_server.analysis.inventory import Inventory
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.languages.shares import reason_apart, tenths_of_percent
from plumbrule.mcp_server.analysis.model import EntryPoint, wire
from plumbrule.mcp_server.analysis.notes import Public
from plumbrule.mcp_server.analysis.revising.base import Base
from plumbrule.mcp_server.analysis.revising.moved import SECTIONS, with_lines
from plumbrule.mcp_server.analysis.revising.pairs import Beyond, Pair
from plumbrule.mcp_server.analysis.syntax.facts import Facts, Index
from plumbrule.mcp_server.analysis.words import evidence, place
from plumbrule.mcp_server.platforms.ports.snapshot import Origin

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.quality.measures import Bodies, Measures, Place
    from plumbrule.mcp_server.analysis.sections.quality import History

Head = dict[str, Any]

_ROOT = Evidence(".", "")
_NOBODY = Gathered(Origin("", "path", ""), Inventory(), (), frozenset())


def alone(file: FileLanguage, index: Index, facts: Facts) -> Deep:
    """A repository of this one file, for what looks at one file at a time."""
    return Deep(_NOBODY, {file.path: file}, {file.path: index}, {file.path: facts})


def masked(name: str, value: object) -> Any:
    """A part's JSON form as it is kept."""
    return cast("dict[str, Any]", Masker().mask_value({name: wire(value)}))[name]


def lines(head: Head, moved: Mapping[str, Mapping[int, int]]) -> None:
    """Places of what is as before on other lines."""
    for path, now in moved.items():
        for name in SECTIONS:
            if name in head:
                head[name] = with_lines(head[name], path, now)


def size(head: Head, pairs: Sequence[Pair]) -> None:
    head["size"]["bytes"] += sum(one.file.size - one.old_size for one in pairs)
    if "lines" in head["size"]:
        head["size"]["lines"] += sum(one.lines for one in pairs if one.file.counted)


_APART = {"vendored": "vendored", "generated": "generated", "documentation": "documentation"}


def languages(head: Head, base: Base, pairs: Sequence[Pair]) -> None:
    """The shares' sums and percentages, and the largest file of each."""
    part = head.get("languages")
    if part is None:
        return
    shares = {share["name"]: share for share in part["shares"]}
    by_lines = part["counted_by"] == "lines"
    for one in pairs:
        more = one.file.size - one.old_size
        if one.file.counted:
            share = shares[one.file.group]
            share["bytes"] += more
            if "lines" in share:
                share["lines"] += one.lines
            if "code" in share:
                for kind in ("code", "comment", "blank"):
                    share[kind] += getattr(one.new, kind) - getattr(one.old, kind)
        else:
            part[_APART.get(reason_apart(one.file), "other")]["bytes"] += more
    measure = "lines" if by_lines else "bytes"
    tenths = tenths_of_percent({name: share[measure] for name, share in shares.items()})
    ranked = sorted(shares, key=lambda name: (-shares[name][measure], name))
    if homes_of(ranked) != homes_of(shares) or not any(tenths.values()):
        raise Beyond  # manifests are ranked by them
    part["shares"] = [shares[name] for name in ranked]
    for name, share in shares.items():
        share["percent"] = tenths[name] / 10
    for group in {one.file.group for one in pairs if one.file.counted}:
        path, rule = base.largest(group, {one.path: one.file for one in pairs})
        shares[group]["evidence"] = wire(evidence(path, rule))


def symbols(head: Head, pairs: Sequence[Pair]) -> None:
    """The counts by language; the rows are `revise`'s."""
    part = head.get("symbols")
    if part is None:
        return
    rows = {row["language"]: row for row in part["languages"]}
    for one in pairs:
        if one.file.is_code and one.file.language is not None:
            row = rows[one.file.language]
            row["functions"] += one.new.functions - one.old.functions
            row["classes"] += one.new.classes - one.old.classes
            row["files_with_errors"] += bool(one.new.errors) - bool(one.old.errors)


def architecture(head: Head, base: Base, pairs: Sequence[Pair]) -> None:
    """The lines of the parts, as long as the weights still divide the files in the same way."""
    part = head.get("architecture")
    inside = [one for one in pairs if one.path in base.weights]
    if part is None or not any(one.lines or one.new.code != one.old.code for one in inside):
        return
    from plumbrule.mcp_server.analysis.graph.parts import pieces_of  # where some line was added

    weights = dict(base.weights)
    pieces = pieces_of(weights)
    for one in inside:
        weights[one.path] += one.new.code - one.old.code
    now = pieces_of(weights)
    if [replace(one, weight=0) for one in pieces] != [replace(one, weight=0) for one in now]:
        raise Beyond
    for row, piece in zip(part["parts"], pieces, strict=True):
        row["lines"] += sum(one.lines for one in inside if one.path in piece.files)


def quality(head: Head, base: Base, pairs: Sequence[Pair]) -> None:
    """The section from the kept counts, without what the files were counted for and with what they are."""
    if "quality" not in head:
        return
    from plumbrule.mcp_server.analysis.quality.score import scored

    head["quality"] = masked("quality", scored(base.standing, _counts(base, pairs)))
    _point(head, "/quality/outliers", live="outliers" in head["quality"])


def _point(head: Head, pointer: str, *, live: bool) -> None:
    """Name a field with the repository's words as long as it is there.

    Raises: Beyond: nothing was named before, or nothing is now.
    """
    named: list[str] = head.get("untrusted", [])
    if (pointer in named) == live:
        return
    from plumbrule.mcp_server.analysis.report_frame import UNTRUSTED  # for its order

    head["untrusted"] = [one for one in UNTRUSTED if (one in named if one != pointer else live)]
    if not named or not head["untrusted"]:
        raise Beyond


def _counts(base: Base, pairs: Sequence[Pair]) -> "Measures":
    from plumbrule.mcp_server.analysis.quality.measures import Bodies, Measures, count, finish

    found, without, with_ = base.measures, Measures(), Measures()
    bodies: Bodies = {}
    same = True
    for one in pairs:
        was = one.file._replace(size=one.old_size)
        before: Bodies = {}
        as_what = count(without, alone(was, one.old, one.old_facts), one.path, was, one.old, before)
        if as_what != count(with_, alone(one.file, one.new, one.new_facts), one.path, one.file, one.new, bodies):
            raise Beyond
        same = same and (as_what != "source" or one.old.bodies == one.new.bodies)
    if without.tested_inside != with_.tested_inside:
        raise Beyond
    _sum_up(found, without, with_, {one.path for one in pairs})
    if same:
        bodies = {}
    else:
        _join(bodies, base.bodies, {one.path for one in pairs})
        found.copied_lines = 0
        found.copied_places = []
    finish(found, bodies)
    return found


def _sum_up(found: "Measures", without: "Measures", with_: "Measures", paths: set[str]) -> None:
    for field in fields(found):
        now, less, more = (getattr(one, field.name) for one in (found, without, with_))
        if type(now) is int:
            setattr(found, field.name, now - less + more)
        elif isinstance(now, list) and field.name != "copied_places":
            setattr(found, field.name, [one for one in cast("list[Place]", now) if one.path not in paths] + more)
    for language in with_.lines_by_language:
        more = with_.lines_by_language[language] - without.lines_by_language[language]
        found.lines_by_language[language] += more


def _join(bodies: "Bodies", kept: Mapping[str, Sequence[Sequence[Any]]], paths: set[str]) -> None:
    """Add the bodies of the other files, in the order of the paths."""
    from plumbrule.mcp_server.analysis.quality.measures import Place

    for digest, rows in kept.items():
        if digest in bodies or len(rows) > 1:
            others = [Place(value, "", path, line) for value, path, line in rows if path not in paths]
            places = bodies.setdefault(digest, [])
            places += others
            places.sort(key=lambda one: one.path.encode())


def structure(head: Head, base: Base, pairs: Sequence[Pair]) -> None:
    """What components offer, and that the code names no other entry points."""
    from plumbrule.mcp_server.analysis.published import public_of
    from plumbrule.mcp_server.analysis.starting_code import starts_in

    if base.by_lines and any(one.new.code != one.old.code for one in pairs):
        raise Beyond
    for one in pairs:
        before, after = (alone(one.file, *it) for it in ((one.old, one.old_facts), (one.new, one.new_facts)))
        if one.old_facts.symbols == one.new_facts.symbols:
            continue
        _start(head, list(starts_in(before, one.path)), list(starts_in(after, one.path)))
        elsewhere: set[str] = set()
        old, new = (list(public_of(deep, one.path, elsewhere)) for deep in (before, after))
        _require_unasked(base, one)
        if old != new:
            _offer(head, base, one.path, old, new, passes_on=bool(elsewhere))


def _start(head: Head, old: Sequence[EntryPoint], new: Sequence[EntryPoint]) -> None:
    """Entry points that moved.

    Raises: Beyond: there are others.
    """
    if [replace(one, evidence=_ROOT) for one in old] != [replace(one, evidence=_ROOT) for one in new]:
        raise Beyond
    for before, after in zip(old, new, strict=True):
        for row in head.get("entry_points", ()):
            if row["evidence"] == wire(before.evidence):
                row["evidence"] = wire(after.evidence)


def _require_unasked(base: Base, pair: Pair) -> None:
    """Raises: Beyond: another file passes on what this one has gained, lost or made into something else."""
    old, new = (
        {(row["name"], row["kind"]) for row in orjson.loads(facts.symbols)}
        for facts in (pair.old_facts, pair.new_facts)
    )
    names = {name for name, _ in old ^ new}
    if names and not names.isdisjoint(base.asked):
        raise Beyond


def _offer(head: Head, base: Base, path: str, old: Public, new: Public, *, passes_on: bool) -> None:
    from plumbrule.mcp_server.analysis.published import api_again

    rows: list[Any] = head.get("structure", {}).get("api", [])
    named = [one[:2] for one in old] == [one[:2] for one in new]
    if named and not any(row["evidence"]["at"].rpartition(":")[0] == path for row in rows):
        return  # only lines are different, and no component's first is among them
    offering = next((one for one in base.offerings if any(file == path for file, _ in one.files)), None)
    if offering is None:
        return
    if passes_on or offering.entry:
        raise Beyond
    at = next(number for number, (file, _) in enumerate(offering.files) if file == path)
    offering.files[at] = (path, new)
    component = place(offering.folder) or "."
    shown = next((number for number, row in enumerate(rows) if row["component"] == component), None)
    api = api_again(offering, base.used)
    if api is None or shown is None:
        raise Beyond
    rows[shown] = masked("structure", {"api": (api,)})["api"][0]


def history(head: Head, base: Base, pairs: Sequence[Pair], past: "History | None") -> None:
    """The whole section where it is another one, else the hot spots, which are ranked by their lines too."""
    if past is not None:
        if "history" not in head:
            raise Beyond
        head["history"] = masked("history", past)
        return
    more = {one.path: one.lines for one in pairs if one.lines}
    spots = base.spots
    if "history" not in head or not any(one.path in more for one in spots):
        return
    from plumbrule.mcp_server.analysis.history import hottest

    now = [one._replace(lines=(one.lines or 0) + more[one.path]) if one.path in more else one for one in spots]
    head["history"]["hot_spots"] = masked("history", {"hot_spots": hottest(now)})["hot_spots"]
