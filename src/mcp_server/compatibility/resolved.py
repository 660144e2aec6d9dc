"""A lock as the public result has it: the file, its packages, who asked for each, what is not in it.

Below: `lockers`, the writers of `dependencies/lock`. Above: `resolution`. Texts that are shown are made safe here; the
file's own text was when it was made.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.compatibility.answered import Answered
from plumbrule.mcp_server.compatibility.check import Opened
from plumbrule.mcp_server.compatibility.cleaned import cleaned
from plumbrule.mcp_server.compatibility.lockers import Locked
from plumbrule.mcp_server.compatibility.locking import Settled, side_of, words_of
from plumbrule.mcp_server.compatibility.resolution_report import (
    SCHEMA,
    NotInLock,
    OutputFile,
    Reason,
    ResolutionQuestion,
    ResolutionReport,
    ResolvedPackage,
    ResolvedSide,
    with_live_pointers,
)
from plumbrule.mcp_server.compatibility.rules.target_facts import target_fact
from plumbrule.mcp_server.compatibility.stated import stated_parts
from plumbrule.mcp_server.dependencies.joint.findings import Checked, EngineFact
from plumbrule.mcp_server.dependencies.lock.bill import Format, JointPart, write
from plumbrule.mcp_server.dependencies.lock.model import Asking


def report_of(
    question: ResolutionQuestion, opened: Opened, answered: Answered, settled: Settled, locked: Locked
) -> ResolutionReport:
    """The result for one ecosystem's lock."""
    text, manifest = locked.files(question.output)
    frame = _frame(opened, answered, settled, {"": locked})
    labels = frozenset(side.label for side in settled.sides)
    asked = {pin.name: tuple(locked.askings(pin.name)) for pin in locked.pins}
    return with_live_pointers(
        replace(
            frame,
            output=_file(question, text),
            manifest=manifest,
            packages=tuple(
                ResolvedPackage(
                    word(pin.name),
                    pin.version,
                    tuple(dict.fromkeys(one.repository for one in asked[pin.name])),
                    tuple(word(name) for name in pin.via if name not in labels),
                    pin.marker,
                )
                for pin in locked.pins
            ),
            provenance=tuple(_reason(name, one) for name, found in asked.items() for one in found),
        )
    )


def bill_report(
    question: ResolutionQuestion, opened: Opened, answered: Answered, settled: Settled, made: Mapping[str, Locked]
) -> ResolutionReport:
    """The result for a bill of materials of every ecosystem: resolved ones in full, others as they state them."""
    parts: list[JointPart] = []
    complete = not settled.not_checked
    for one in answered.checked:
        if one.ecosystem in made:
            parts += made[one.ecosystem].parts()
        else:
            parts += stated_parts(opened, one)
            complete = complete and one.verdict != "unknown"
    form: Format = "spdx" if question.output == "spdx" else "cyclonedx"
    text = write([side_of(side) for side in settled.sides], parts, form, complete=complete)
    frame = _frame(opened, answered, settled, made)
    return with_live_pointers(
        replace(
            frame,
            complete=complete,
            output=_file(question, text),
            packages=tuple(
                ResolvedPackage(
                    word(one.name),
                    one.version,
                    tuple(dict.fromkeys(asking.repository for asking in one.asked)),
                    tuple(word(name) for name in one.askers),
                    ecosystem=one.ecosystem,
                )
                for one in parts
            ),
            provenance=tuple(_reason(one.name, asking) for one in parts for asking in one.asked),
        )
    )


def _frame(opened: Opened, answered: Answered, settled: Settled, made: Mapping[str, Locked]) -> ResolutionReport:
    """Everything but the file and its packages."""
    counts = Counter(ask.subject for one in made.values() for ask in one.asks)
    count = sum(len(one.pins) for one in made.values())
    labels = ", ".join(side.label for side in settled.sides)
    presumes = f" after {len(settled.changes)} changes" if settled.changes else ""
    left = f"; {len(settled.not_checked)} requirements were not followed" if settled.not_checked else ""
    report = ResolutionReport(
        schema=SCHEMA,
        verdict="compatible",
        summary=f"{labels}: {count} packages together for {words_of(settled.about)}{presumes}{left}.",
        target=target_fact(settled.about),
        repositories=tuple(
            ResolvedSide(side.label, side.source, counts[number]) for number, side in enumerate(opened.sides)
        ),
        complete=not settled.not_checked,
        not_checked=tuple(
            NotInLock(settled.sides[one.subject].label, one.written, evidence(one.path, one.reason, one.line))
            for one in settled.not_checked
        ),
        changes=settled.changes,
        notes=tuple(dict.fromkeys(note for one in answered.checked for note in one.notes)),
        engine=_engines(answered.checked, [one.engine for one in made.values()]),
        limits_hit=tuple(dict.fromkeys(limit for one in answered.checked for limit in one.limits_hit))
        + (("survey.manifests",) if any(side.asked is not None and side.asked.cut for side in opened.sides) else ()),
    )
    return cleaned(report)


def _engines(checked: Sequence[Checked], locking: Sequence[EngineFact]) -> tuple[EngineFact, ...]:
    """Each engine once, with all its calls."""
    calls: Counter[tuple[str, str]] = Counter()
    for one in (*(engine for each in checked for engine in each.engines), *locking):
        calls[one.name, one.version] += one.calls
    return tuple(EngineFact(name, version, count) for (name, version), count in sorted(calls.items()))


def _reason(name: str, one: Asking) -> Reason:
    place = Evidence(one.at, one.rule) if one.at else None
    return Reason(word(name), one.repository, one.requirement, place, tuple(map(word, one.through)))


def _file(question: ResolutionQuestion, text: str) -> OutputFile:
    raw = text.encode()
    return OutputFile(question.output, hashlib.sha256(raw).hexdigest(), len(raw), question.command(), text)
