"""Two reports of one repository, laid side by side: what is different, and nothing else.

Pure. `comparer` makes the two reports and gives the surfaces of the files that differ.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from plumbrule.mcp_server.analysis.model import Languages, RepositoryReport
from plumbrule.mcp_server.analysis.sections.changes import (
    Change,
    CiChange,
    DependencyChange,
    FileChanges,
    FindingChange,
    LanguageChange,
    LicenceChange,
)
from plumbrule.mcp_server.analysis.sections.dependencies import Dependencies, Dependency
from plumbrule.mcp_server.platforms.ports.snapshot import Entry

NO_LICENCE = "none"


def file_changes(before: Iterable[Entry], after: Iterable[Entry]) -> FileChanges:
    """Counts by path and content; the same bytes at another path are a move. Needs the blob of every entry."""
    old = {entry.path: entry.blob for entry in before}
    new = {entry.path: entry.blob for entry in after}
    gone = Counter(blob for path, blob in old.items() if path not in new)
    come = Counter(blob for path, blob in new.items() if path not in old)
    moved = (gone & come).total()
    changed = sum(old[path] != new[path] for path in old.keys() & new.keys())
    return FileChanges(come.total() - moved, gone.total() - moved, changed, moved)


def language_changes(before: Languages | None, after: Languages | None) -> tuple[LanguageChange, ...]:
    """Largest movement first."""
    old = {share.name: share.percent for share in before.shares} if before else {}
    new = {share.name: share.percent for share in after.shares} if after else {}
    found = [
        LanguageChange(name, old.get(name, 0.0), new.get(name, 0.0))
        for name in old.keys() | new.keys()
        if old.get(name, 0.0) != new.get(name, 0.0)
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.after - one.before), one.name)))


def dependency_changes(before: Dependencies | None, after: Dependencies | None) -> tuple[DependencyChange, ...]:
    """By name; a dependency that only moved between manifests of the same meaning is no change."""
    old, new = _asked(before), _asked(after)
    found: list[DependencyChange] = []
    for key in old.keys() | new.keys():
        was, is_now = old.get(key), new.get(key)
        shown = is_now or was
        assert shown is not None
        first, second = _wanted(was), _wanted(is_now)
        if was and is_now and first == second:
            if was.locked == is_now.locked or not (was.locked and is_now.locked):
                continue  # a lock that came or went changes nothing that was asked for
            first, second = was.locked, is_now.locked
        change: Change = "changed" if was and is_now else "added" if is_now else "removed"
        found.append(DependencyChange(shown.name, shown.ecosystem, change, shown.scope, shown.evidence, first, second))
    return tuple(sorted(found, key=lambda one: (one.scope != "runtime", one.ecosystem, one.name, one.evidence.at)))


def _asked(dependencies: Dependencies | None) -> dict[tuple[str, ...], Dependency]:
    found: dict[tuple[str, ...], Dependency] = {}
    for one in dependencies.direct if dependencies else ():
        folder = one.evidence.at.rpartition("/")[0]
        found.setdefault((one.ecosystem, one.name, one.scope, one.group or "", one.marker or "", folder), one)
    return found


def _wanted(one: Dependency | None) -> str | None:
    if one is None:
        return None
    return one.constraint or one.reference or one.locked


def licence_changes(before: RepositoryReport, after: RepositoryReport) -> tuple[LicenceChange, ...]:
    """Of the whole, then of components that exist in both states."""
    found: list[LicenceChange] = []
    first = before.licence.expression if before.licence else NO_LICENCE
    second = after.licence.expression if after.licence else NO_LICENCE
    shown = after.licence or before.licence
    if first != second and shown is not None:
        found.append(LicenceChange(first, second, shown.evidence))
    old = {one.component: one for one in before.licences.components} if before.licences else {}
    for one in after.licences.components if after.licences else ():
        was = old.get(one.component)
        if was is not None and was.expression != one.expression and not (was.inherited and one.inherited):
            found.append(LicenceChange(was.expression, one.expression, one.evidence, one.component))
    return tuple(found)


def ci_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[CiChange, ...]:
    """From the CI definitions' paths and blobs."""
    found = [
        CiChange(path, "changed" if path in before and path in after else "added" if path in after else "removed")
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    ]
    return tuple(sorted(found, key=lambda one: one.path))


def finding_changes(before: RepositoryReport, after: RepositoryReport) -> tuple[FindingChange, ...]:
    """New ones first, the grave ones first; a finding that only moved is the same one (its fingerprint is)."""
    old = {one.fingerprint: one for one in before.findings}
    new = {one.fingerprint: one for one in after.findings}
    found = [
        FindingChange("added", one.severity, one.message, one.evidence) for key, one in new.items() if key not in old
    ]
    found += [
        FindingChange("removed", one.severity, one.message, one.evidence) for key, one in old.items() if key not in new
    ]
    grave: Sequence[str] = ("high", "medium", "low")
    return tuple(sorted(found, key=lambda one: (one.change, grave.index(one.severity), one.evidence.at)))
