"""A compatibility report as a page: the verdict, each conflict with its places, each fix, then what stands around."""

from collections.abc import Iterator

from plumbrule.core.security.text import clean_line
from plumbrule.mcp_server.cli.more import listed, more
from plumbrule.mcp_server.cli.page_words import counted
from plumbrule.mcp_server.compatibility.report import (
    CompatibilityReport,
    LicencePair,
    Licences,
    LicenceSide,
    TargetFact,
)
from plumbrule.mcp_server.dependencies.joint.findings import Change, Member

WIDTH = 400
MAX_ROWS = 20
MAX_VERSIONS = 8
MAX_NAMES = 5
"""Of one kind; `--json` has all."""


def compat_page(report: CompatibilityReport) -> str:
    """The page as text; nothing in it acts on a terminal."""
    lines = [report.verdict.upper() + (f" ({report.reason})" if report.reason else ""), *_target(report)]
    for block in (_repositories, _conflicts, _fixes, _blocked, _around, _ends):
        rows = list(block(report))
        if rows:
            lines += ["", *rows]
    return "\n".join(clean_line(line, WIDTH) for line in lines)


def target_words(target: TargetFact) -> str:
    """Python 3.12, Node 20, linux."""
    parts = [f"Python {target.python}" if target.python else "", f"Node {target.node}" if target.node else ""]
    return ", ".join([*filter(None, parts), f"{target.platform} {target.machine or ''}".strip()])


def _target(report: CompatibilityReport) -> Iterator[str]:
    yield f"on {target_words(report.target)}"
    told = [one for one in report.target.derived if not one.startswith(("platform", "machine"))]
    yield from (f"   {one}" for one in told)
    for one in report.targets:
        reason = f" ({one.reason})" if one.reason else ""
        yield f"   {target_words(one.target)}: {one.verdict}{reason}"


def _repositories(report: CompatibilityReport) -> Iterator[str]:
    for one in report.repositories:
        if one.error is not None:
            yield f"could not be read: {one.error.get('message', '')}"
            continue
        alone = f", alone {one.resolves_alone}" if one.resolves_alone else ""
        licence = f", {one.licence}" if one.licence else ""
        yield f"{one.label}: {counted(one.parsed, 'requirement')}{alone}{licence}"
        for left in one.not_checked[:MAX_ROWS]:
            yield f"   not checked  {left.requirement}  [{left.evidence.at} {left.evidence.rule}]"
        yield from (f"   {words}" for words in more(one.not_checked, MAX_ROWS))


def _conflicts(report: CompatibilityReport) -> Iterator[str]:
    for one in report.conflicts[:MAX_ROWS]:
        yield f"{one.id}  {one.sentence}" + ("" if one.verified else "  (not verified)")
        yield from (f"   {member_words(member)}" for member in one.members)
    yield from more(report.conflicts, MAX_ROWS, "conflicts")


def member_words(member: Member) -> str:
    """Who asks for what, through what, and where that stands."""
    through = f"  through {' > '.join(member.via)}" if member.via else ""
    at = f"  [{member.evidence.at}]" if member.evidence else "  [added]"
    return f"{member.repository}: {member.requirement}{through}{at}"


def change_words(change: Change) -> str:
    """One edit as a sentence without its full stop."""
    at = f"  [{change.evidence.at}]" if change.evidence else "  [added]"
    return f"{change.repository}: {change.requirement} -> {change.to or '(remove)'}{at}"


def _fixes(report: CompatibilityReport) -> Iterator[str]:
    for one in report.fixes[:MAX_ROWS]:
        versions = listed([f"{each.package} {each.version}" for each in one.resulting], MAX_VERSIONS)
        yield f"{one.id}  fix" + (f" (then {versions})" if versions else "")
        yield from (f"   {change_words(change)}" for change in one.changes)
        if one.clears:
            yield f"   clears {', '.join(one.clears)}"
    yield from more(report.fixes, MAX_ROWS, "fixes")


def _blocked(report: CompatibilityReport) -> Iterator[str]:
    for one in report.blocked_fixes[:MAX_ROWS]:
        changes = "; ".join(change_words(change) for change in one.changes)
        yield f"does not help: {changes}: {one.reason}"
    yield from more(report.blocked_fixes, MAX_ROWS)


def _around(report: CompatibilityReport) -> Iterator[str]:
    for one in report.runtimes:
        if one.intersection is None and not one.blockers:
            continue  # pins of tools only
        yield f"{one.name}: {one.intersection or 'no common version'}"
    for each in report.ecosystems:
        if each.blockers:
            yield f"{each.ecosystem}: in the way: {listed(each.blockers, MAX_ROWS)}"
        for note in each.notes:
            yield f"{each.ecosystem}: {note}"
    if report.licences is not None:
        yield f"licences ({report.licences.use}): {report.licences.verdict}"
        yield from (f"   {pair_words(pair)}" for pair in report.licences.pairs[:MAX_ROWS])
        yield from (f"   {words}" for words in more(report.licences.pairs, MAX_ROWS, "pairs"))
        yield from (f"   {words}" for words in further_words(report.licences))
    for clash in report.interfaces[:MAX_ROWS]:
        yield f"{clash.kind.replace('_', ' ')} {clash.name}: {clash.explanation}"
    yield from more(report.interfaces, MAX_ROWS)
    known = report.vulnerabilities
    if known is not None:
        reason = f" ({known.reason})" if known.reason else ""
        yield f"vulnerabilities: {known.state}{reason}"
        for bad in known.found[:MAX_ROWS]:
            fixed = f", fixed in {', '.join(bad.fixed_in)}" if bad.fixed_in else ""
            yield f"   {bad.package} {bad.version}: {bad.id}{f' ({bad.severity})' if bad.severity else ''}{fixed}"
        yield from (f"   {words}" for words in more(known.found, MAX_ROWS))


def pair_words(pair: LicencePair) -> str:
    """Whose licence meets whose, and what that means."""
    return f"{_side(pair.inbound)} into {_side(pair.outbound)}: {pair.explanation}"


def further_words(licences: Licences) -> Iterator[str]:
    """What stands beside the pairs: under what the whole can be given out, and whose licence could not be told."""
    if licences.combined_under and licences.verdict != "compatible":
        yield f"as one work the whole can be given out under {' or '.join(licences.combined_under)}"
    if licences.unknown:
        names = list(dict.fromkeys(one.package or one.repository for one in licences.unknown))
        yield f"no licence that can be read: {listed(names, MAX_NAMES)}"


def _side(side: LicenceSide) -> str:
    return f"{side.package or side.repository} ({side.expression or 'no licence'})"


def _ends(report: CompatibilityReport) -> Iterator[str]:
    if report.limits_hit:
        yield f"limits hit: {', '.join(report.limits_hit)}"
    for one in report.engine:
        yield f"asked {one.name} {one.version}, {counted(one.calls, 'time')}"
