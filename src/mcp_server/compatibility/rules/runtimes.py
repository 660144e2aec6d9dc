"""Runtimes over all repositories: the versions that everybody allows, who stands in the way, what the target means.

Pure: declared ranges in, facts and conflicts out, proven by exact range algebra. Below: `rules/runtime_sides`,
`rules/dotnet_runtimes`. Above: `compatibility/check`.
"""

from collections.abc import Iterator, Sequence

from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.compatibility.report import RuntimeFact, RuntimeRange
from plumbrule.mcp_server.compatibility.rules.dotnet_runtimes import dotnet_conflicts, dotnet_fact
from plumbrule.mcp_server.compatibility.rules.runtime_sides import Declared, Runtime, runtimes_in
from plumbrule.mcp_server.dependencies.joint.asks import Subject
from plumbrule.mcp_server.dependencies.joint.findings import Conflict, ConflictKind, Member
from plumbrule.mcp_server.dependencies.joint.releases import nodes, pythons
from plumbrule.mcp_server.dependencies.joint.targets import Target, shown
from plumbrule.mcp_server.dependencies.ranges.intervals import Interval, Ranges, contains, floor, key_of, release
from plumbrule.mcp_server.dependencies.ranges.unions import common
from plumbrule.mcp_server.dependencies.ranges.wording import shown as version_shown

MAX_CONSTRAINT_CHARS = 120


def runtimes_of(subjects: Sequence[Subject], target: Target) -> tuple[RuntimeFact, ...]:
    """A fact for every runtime that some repository declares a range or a pin of."""
    facts = [_fact(one, subjects, target) for one in runtimes_in(subjects)]
    dotnet = dotnet_fact(subjects)
    return (*facts, dotnet) if dotnet else tuple(facts)


def runtime_conflicts(subjects: Sequence[Subject], target: Target) -> tuple[Conflict, ...]:
    """Those that make the verdict `incompatible`: ranges without a common version, and the target outside of a range.

    Pins of tools, package managers' versions and minimums never do. A repository that contradicts itself is `alone`.
    """
    found: list[Conflict] = []
    for runtime in runtimes_in(subjects):
        if not runtime.family.decides:
            continue
        found += [_conflict(runtime, subjects, fault, "alone") for fault in runtime.alone]
        blocking = runtime.blocking()
        found += [_conflict(runtime, subjects, one, "runtime") for one in blocking]
        if not blocking:
            found += _outside(runtime, subjects, target)
    found += dotnet_conflicts(subjects)
    return tuple(found)


def _fact(runtime: Runtime, subjects: Sequence[Subject], target: Target) -> RuntimeFact:
    joint = runtime.joint
    blockers = [one for blocking in (*runtime.alone, *runtime.blocking()) for one in blocking]
    blockers += _low_pins(runtime, joint)
    said = not runtime.ranges or any(one.ranges is not None for one in runtime.counting)
    return RuntimeFact(
        runtime.name,
        (runtime.family.shown(joint) or None) if said else None,
        tuple(range_of(one, subjects) for one in (*runtime.ranges, *runtime.pins)),
        tuple(range_of(one, subjects) for one in dict.fromkeys(blockers)),
        _allows(runtime, target),
        _suggested(runtime, joint, target) if joint and said else None,
    )


def range_of(one: Declared, subjects: Sequence[Subject]) -> RuntimeRange:
    """A statement as the report shows it."""
    ask = one.ask
    where = evidence(ask.path, ask.rule, ask.line)
    return RuntimeRange(subjects[one.subject].label, word(ask.constraint, MAX_CONSTRAINT_CHARS), where)


def _low_pins(runtime: Runtime, joint: Ranges) -> list[Declared]:
    """Tools pinned below the joint minimum: shown as in the way, though only their owner's machine minds."""
    if runtime.family.notation != "plain" or not joint:
        return []
    return [one for one in runtime.pins if one.ranges and not common((joint, _point(one.ranges)))]


def _point(ranges: Ranges) -> Ranges:
    low = ranges[0].low
    return (Interval(low, True, low, True),)


def _wanted(runtime: Runtime, target: Target) -> tuple[str, Ranges] | None:
    """The versions that the target's word stands for: `3.12` for all of 3.12, `3.12.4` for itself."""
    text = {"python": target.python, "node": target.node}.get(runtime.name, "")
    if not text:
        return None
    numbers = [int(part) for part in text.split(".")]
    full = 3
    if len(numbers) >= full:
        return text, (Interval(release(*numbers), True, release(*numbers), True),)
    return text, (Interval(release(*numbers), True, floor(*numbers[:-1], numbers[-1] + 1)),)


def _allows(runtime: Runtime, target: Target) -> bool | None:
    """None also when a range that cannot be read might forbid it."""
    wanted = _wanted(runtime, target)
    if wanted is None or not runtime.ranges:
        return None
    known = [one.ranges for one in runtime.ranges if one.ranges is not None]
    if not common((*known, wanted[1])):
        return False
    return True if len(known) == len(runtime.ranges) else None


def _suggested(runtime: Runtime, joint: Ranges, target: Target) -> str | None:
    """The target's version where it is allowed, else the allowed release nearest to it, else the newest allowed."""
    wanted = _wanted(runtime, target)
    if wanted is not None and common((joint, wanted[1])):
        return wanted[0]
    table = {"python": pythons(), "node": nodes()}.get(runtime.name, ())
    allowed = [one for one in table if (key := key_of(one)) is not None and contains(joint, key)]
    if not allowed:
        least = joint[0].low
        return version_shown(least, 2 if runtime.family.notation != "plain" else 1) if least else None
    chosen = allowed[0]
    if wanted is not None:
        low = wanted[1][0].low
        above = [one for one in allowed if low is not None and (key_of(one) or low) > low]
        chosen = above[-1] if above else allowed[0]
    return _line(runtime, chosen, joint)


def _line(runtime: Runtime, version: str, joint: Ranges) -> str:
    """Python's minor where its first release is allowed too."""
    minor = version.rpartition(".")[0]
    first = key_of(f"{minor}.0")
    return minor if runtime.name == "python" and first is not None and contains(joint, first) else version


def _outside(runtime: Runtime, subjects: Sequence[Subject], target: Target) -> Iterator[Conflict]:
    wanted = _wanted(runtime, target)
    if wanted is None:
        return
    needed = _suggested(runtime, runtime.joint, target)
    title = runtime.family.title
    for one in runtime.counting:
        if one.ranges is None or common((one.ranges, wanted[1])):
            continue
        label, constraint = subjects[one.subject].label, word(one.ask.constraint, MAX_CONSTRAINT_CHARS)
        sentence = f"{label} needs {title} {constraint}, and the target is {title} {wanted[0]}"
        sentence += f"; {title} {needed} is needed." if needed else "."
        yield _made(runtime, subjects, (one,), "runtime", sentence, (shown(target),))


def _conflict(
    runtime: Runtime, subjects: Sequence[Subject], members: tuple[Declared, ...], kind: ConflictKind
) -> Conflict:
    title = runtime.family.title
    told: dict[str, list[str]] = {}
    for one in members:
        constraint = word(one.ask.constraint, MAX_CONSTRAINT_CHARS)
        where = f" ({evidence(one.ask.path, one.ask.rule, one.ask.line).at})" if kind == "alone" else ""
        told.setdefault(subjects[one.subject].label, []).append(f"{constraint}{where}")
    needs = [f"{label} needs {title} {' and '.join(texts)}" for label, texts in told.items()]
    pair = 2
    all_of = "it" if len(members) == 1 else "both" if len(members) == pair else "all of them"
    sentence = f"{' and '.join(needs)}: no {title} version satisfies {all_of}."
    return _made(runtime, subjects, members, kind, sentence, ())


def _made(
    runtime: Runtime,
    subjects: Sequence[Subject],
    members: tuple[Declared, ...],
    kind: ConflictKind,
    sentence: str,
    targets: tuple[str, ...],
) -> Conflict:
    where = "-".join(f"{one.subject + 1}.{one.ask.line}" for one in members)
    return Conflict(
        f"runtime-{runtime.name}-{where}",
        kind,
        runtime.family.ecosystem,
        (runtime.name,),
        tuple(_member(runtime, subjects, one) for one in members),
        sentence,
        verified=True,
        targets=targets,
    )


def _member(runtime: Runtime, subjects: Sequence[Subject], one: Declared) -> Member:
    shown_range = range_of(one, subjects)
    written = f"{runtime.name} {shown_range.constraint}"
    return Member(shown_range.repository, written, shown_range.evidence, runtime.name)
