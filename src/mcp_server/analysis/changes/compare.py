"""Two reports of one repository, laid side by side: what is different, and nothing else.

Pure. `comparer` makes the two reports and gives the surfaces of the files that differ.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

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
from plumbrule.mcp_server.analysis.sections.findings import Finding
from plumbrule.mcp_server.analysis.words import word
from plumbrule.mcp_server.platforms.ports.snapshot import Entry

NO_LICENCE = "none"


def file_changes(before: Iterable[Entry], after: Iterable[Entry]) -> FileChanges:
    """Counts by path and content. Needs the blob of every entry.

    The same bytes at another path are a move, and so is a file that went in one folder and came in another under the
    same name, where no other of that name came or went and its size is not another altogether.
    """
    old, new = {entry.path: entry for entry in before}, {entry.path: entry for entry in after}
    gone = [entry for path, entry in old.items() if path not in new]
    come = [entry for path, entry in new.items() if path not in old]
    same = Counter(entry.blob for entry in gone) & Counter(entry.blob for entry in come)
    left, right = ({name: one for name, one in _by_name(some, same).items() if one} for some in (gone, come))
    moved = same.total() + sum(_alike(left[name], right[name]) for name in left.keys() & right.keys())
    changed = sum(old[path].blob != new[path].blob for path in old.keys() & new.keys())
    return FileChanges(len(come) - moved, len(gone) - moved, changed, moved)


def _by_name(entries: Iterable[Entry], apart: Mapping[str, int]) -> dict[str, Entry | None]:
    """Entries whose bytes are not among `apart` by their file names; None where several have one."""
    found: dict[str, Entry | None] = {}
    for entry in entries:
        if entry.blob not in apart:
            name = entry.path.rpartition("/")[2]
            found[name] = None if name in found else entry
    return found


def _alike(one: Entry | None, other: Entry | None) -> bool:
    return one is not None and other is not None and 2 * min(one.size, other.size) >= max(one.size, other.size) > 0


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
    found = list(_paired(found))
    return tuple(sorted(found, key=lambda one: (one.scope != "runtime", one.ecosystem, one.name, one.evidence.at)))


def _paired(found: Sequence[DependencyChange]) -> Iterator[DependencyChange]:
    """What went in one form and came in another (a group, a target, a manifest elsewhere) is one change."""
    come: dict[tuple[str, str], list[DependencyChange]] = {}
    for one in found:
        if one.change == "added":
            come.setdefault((one.ecosystem, one.name), []).append(one)
    gone = [one for one in found if one.change == "removed"]
    taken: set[int] = set()
    for one in gone:
        others = come.get((one.ecosystem, one.name), ())
        if len(others) == 1 and id(others[0]) not in taken:
            now = others[0]
            taken |= {id(one), id(now)}
            if one.before != now.after or one.scope != now.scope:
                first = one.before if one.scope == now.scope else word(f"{one.before or 'any'} ({one.scope})")
                yield replace(now, change="changed", before=first)
    yield from (one for one in found if id(one) not in taken)


def runtime_changes(before: RepositoryReport, after: RepositoryReport) -> tuple[DependencyChange, ...]:
    """What the whole needs to run on: `requires-python`, `engines`, `go`, `php`. By name."""
    old, new = ({one.name: one for one in reversed(report.runtimes)} for report in (before, after))
    found: list[DependencyChange] = []
    for name in sorted(old.keys() | new.keys()):
        was, is_now = old.get(name), new.get(name)
        shown = is_now or was
        if shown is None or (was and is_now and was.constraint == is_now.constraint):
            continue
        change: Change = "changed" if was and is_now else "added" if is_now else "removed"
        first, second = was.constraint if was else None, is_now.constraint if is_now else None
        found.append(DependencyChange(word(name), "runtime", change, "platform", shown.evidence, first, second))
    return tuple(found)


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
    """New ones first, the grave ones first; a finding that only moved is the same one (its fingerprint is).

    What is seen may change with what it is seen in (`uses: a/b@v1` becomes `@v2`): of one sort in one file, as many as
    went are left out of what came.
    """
    old = {one.fingerprint: one for one in before.findings}
    new = {one.fingerprint: one for one in after.findings}
    come = [one for key, one in new.items() if key not in old]
    gone = [one for key, one in old.items() if key not in new]
    found = [FindingChange("added", one.severity, one.message, one.evidence) for one in _beyond(come, gone)]
    found += [FindingChange("removed", one.severity, one.message, one.evidence) for one in _beyond(gone, come)]
    grave: Sequence[str] = ("high", "medium", "low")
    return tuple(sorted(found, key=lambda one: (one.change, grave.index(one.severity), one.evidence.at)))


def _beyond(some: Sequence[Finding], others: Sequence[Finding]) -> Iterator[Finding]:
    """Those of `some` that no other of the same sort in the same file stands for."""
    left = Counter(map(_sort_of, others))
    for one in some:
        if left[_sort_of(one)] > 0 and one.category != "secret":
            left[_sort_of(one)] -= 1
        else:
            yield one


def _sort_of(one: Finding) -> tuple[str, str, str]:
    return one.rule, one.severity, one.evidence.at.rpartition(":")[0]
