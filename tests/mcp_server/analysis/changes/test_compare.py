"""What two lists of files and two reports say beside each other."""

from typing import Any

from plumbrule.mcp_server.analysis.changes.compare import file_changes, finding_changes
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.sections.changes import FileChanges
from plumbrule.mcp_server.analysis.sections.findings import Finding
from plumbrule.mcp_server.analysis.words import evidence
from plumbrule.mcp_server.platforms.ports.snapshot import Entry


def entry(path: str, size: int, blob: str) -> Entry:
    return Entry(path, size, "file", blob)


def test_a_file_that_is_found_again_is_moved() -> None:
    before = [entry("a/x.py", 100, "1"), entry("a/y.py", 100, "2"), entry("a/same", 5, "s"), entry("k", 5, "k")]
    after = [entry("b/x.py", 120, "3"), entry("b/y.py", 900, "4"), entry("b/other", 5, "s"), entry("k", 5, "kk")]
    assert file_changes(before, after) == FileChanges(added=1, removed=1, changed=1, moved=2)
    twins = [entry("b/x.py", 100, "5"), entry("c/x.py", 100, "6")]
    assert file_changes([entry("a/x.py", 100, "1")], twins) == FileChanges(added=2, removed=1)


def finding(at: str, mark: str, rule: str = "ci.pin", category: Any = "ci") -> Finding:
    return Finding(rule, "low", category, "an action by a tag", evidence(at, rule, 3), mark)


def test_a_finding_whose_text_changed_is_neither_new_nor_gone() -> None:
    def told(before: list[Finding], after: list[Finding]) -> list[str]:
        states = (RepositoryReport.__new__(RepositoryReport) for _ in range(2))
        reports: list[RepositoryReport] = []
        for report, findings in zip(states, (before, after), strict=True):
            object.__setattr__(report, "findings", tuple(findings))
            reports.append(report)
        return [f"{one.change} {one.evidence.at}" for one in finding_changes(*reports)]

    assert told([finding("a.yml", "v1")], [finding("a.yml", "v2")]) == []
    assert told([finding("a.yml", "v1")], [finding("a.yml", "v2"), finding("a.yml", "v3")]) == ["added a.yml:3"]
    assert told([finding("a.yml", "v1")], [finding("b.yml", "v1b")]) == ["added b.yml:3", "removed a.yml:3"]
    old, new = finding("a", "k1", "secret.key", "secret"), finding("a", "k2", "secret.key", "secret")
    assert told([old], [new]) == ["added a:3", "removed a:3"]
