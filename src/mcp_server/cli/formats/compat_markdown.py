"""A compatibility report as Markdown that one would paste into an issue; nothing in it acts."""

from collections.abc import Iterator

from plumbrule.mcp_server.cli.compat_page import MAX_VERSIONS, further_words, pair_words, target_words
from plumbrule.mcp_server.cli.formats.escaping import code, plain
from plumbrule.mcp_server.cli.more import listed, more
from plumbrule.mcp_server.compatibility.report import CompatibilityReport
from plumbrule.mcp_server.dependencies.joint.findings import Change, Conflict

MAX_ROWS = 50
_VERDICT = {"compatible": "can live together", "incompatible": "cannot live together", "unknown": "not known"}


def compat_markdown(report: CompatibilityReport) -> str:
    """The text: verdict, conflicts, fixes, then what stands around."""
    names = ", ".join(code(one.label) for one in report.repositories)
    reason = f" ({plain(report.reason)})" if report.reason else ""
    lines = [f"## {names}: {_VERDICT[report.verdict]}{reason}", "", f"On {plain(target_words(report.target))}.", ""]
    for one in report.targets:
        lines.append(f"- {plain(target_words(one.target))}: {one.verdict}")
    lines += [""] if report.targets else []
    for conflict in report.conflicts[:MAX_ROWS]:
        lines += _conflict(conflict)
    lines += [f"{one}\n" for one in more(report.conflicts, MAX_ROWS, "conflicts")]
    lines += _fixes(report)
    around = list(_around(report))
    lines += ["### Also", "", *around, ""] if around else []
    asked = ", ".join(f"{one.name} {one.version}" for one in report.engine)
    lines += [f"<sub>Plumbrule{f', asked {plain(asked)}' if asked else ''}.</sub>"]
    return "\n".join(lines).rstrip()


def _conflict(conflict: Conflict) -> Iterator[str]:
    yield f"### {conflict.id}: {', '.join(code(name) for name in conflict.packages)}"
    yield ""
    yield plain(conflict.sentence) + ("" if conflict.verified else " (Not verified.)")
    yield ""
    yield "| repository | asks for | through | where |"
    yield "| --- | --- | --- | --- |"
    for one in conflict.members:
        at = code(one.evidence.at) if one.evidence else "added"
        through = " > ".join(code(name) for name in one.via)
        yield f"| {code(one.repository)} | {code(one.requirement)} | {through} | {at} |"
    yield ""


def _fixes(report: CompatibilityReport) -> Iterator[str]:
    if report.fixes:
        yield from ("### Smallest changes that work, each solved again", "")
    for fix in report.fixes[:MAX_ROWS]:
        versions = listed([code(f"{one.package} {one.version}") for one in fix.resulting], MAX_VERSIONS)
        clears = f", clears {', '.join(map(plain, fix.clears))}" if fix.clears else ""
        yield (
            f"- **{fix.id}**: {'; '.join(map(_change, fix.changes))}"
            + (f" (then {versions})" if versions else "")
            + clears
        )
    yield from (f"- {one}" for one in more(report.fixes, MAX_ROWS, "fixes"))
    if report.fixes:
        yield ""
    if report.blocked_fixes:
        yield from ("These do not help:", "")
    for one in report.blocked_fixes[:MAX_ROWS]:
        yield f"- {'; '.join(map(_change, one.changes))}: {plain(one.reason)}"
    yield from (f"- {one}" for one in more(report.blocked_fixes, MAX_ROWS))
    if report.blocked_fixes:
        yield ""


def _change(change: Change) -> str:
    to = code(change.to) if change.to else "remove it"
    at = f" ({code(change.evidence.at)})" if change.evidence else ""
    return f"in {code(change.repository)}{at} {code(change.requirement)} to {to}"


def _around(report: CompatibilityReport) -> Iterator[str]:
    for runtime in report.runtimes:
        if runtime.blockers or runtime.allows_target is False:
            sides = ", ".join(f"{code(one.repository)} {code(one.constraint)}" for one in runtime.blockers)
            what = "no common version" if runtime.intersection is None else "does not allow the target"
            yield f"- {plain(runtime.name)}: {what} ({sides})"
    if report.licences is not None and report.licences.verdict != "compatible":
        yield f"- Licences ({report.licences.use}): {report.licences.verdict}"
        for pair in report.licences.pairs[:MAX_ROWS]:
            yield f"  - {plain(pair_words(pair))}"
        yield from (f"  - {one}" for one in more(report.licences.pairs, MAX_ROWS, "pairs"))
        for words in further_words(report.licences):
            yield f"  - {plain(words)}"
    for clash in report.interfaces[:MAX_ROWS]:
        yield f"- {plain(clash.kind.replace('_', ' '))} {code(clash.name)}: {plain(clash.explanation)}"
    yield from (f"- {one}" for one in more(report.interfaces, MAX_ROWS))
    known = report.vulnerabilities
    if known is not None and known.state != "none known":
        yield f"- Vulnerabilities: {known.state}" + (f" ({plain(known.reason)})" if known.reason else "")
        for one in known.found[:MAX_ROWS]:
            yield f"  - {code(f'{one.package} {one.version}')}: {plain(one.id)}"
        yield from (f"  - {one}" for one in more(known.found, MAX_ROWS))
    for repository in report.repositories:
        for left in repository.not_checked[:MAX_ROWS]:
            yield f"- Not checked: {code(left.requirement)} in {code(repository.label)} ({code(left.evidence.at)})"
        yield from (f"- Not checked: {one}" for one in more(repository.not_checked, MAX_ROWS))
        if repository.error is not None:
            yield f"- Could not be read: {code(repository.label)}: {plain(str(repository.error.get('message', '')))}"
    for each in report.ecosystems:
        if each.blockers:
            yield f"- {plain(each.ecosystem)}: in the way: {listed([code(one) for one in each.blockers], MAX_ROWS)}"
        yield from (f"- {plain(each.ecosystem)}: {plain(note)}" for note in each.notes)
    if report.limits_hit:
        yield f"- Limits hit: {plain(', '.join(report.limits_hit))}"
