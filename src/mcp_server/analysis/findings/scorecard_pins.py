"""Scorecard's Pinned-Dependencies: the share of what builds and releases name by a hash.

Its weights: every ecosystem 10; actions split into GitHub's own (2) and those of others (8) where there are both.
Counted are actions, base images, downloads that are run, and `pip`, `npm` and `go` installations of workflows and
Dockerfiles; of shell scripts only the downloads (they are read for text, not parsed as commands).
"""

from collections import Counter
from collections.abc import Iterator

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.risk_signs import is_pinned
from plumbrule.mcp_server.analysis.sections.findings import ScorecardCheck
from plumbrule.mcp_server.analysis.words import evidence
from plumbrule.mcp_server.dependencies.manifests.scorecard_facts import SCORECARD

_NAME = "Pinned-Dependencies"
_RULE = "scorecard.pinned-dependencies"
_OFFICIAL, _OTHERS = "official action", "action"


def pinned_dependencies(deep: Deep) -> ScorecardCheck:
    """Pinned over all, weighted, of ten; inconclusive where nothing is asked for."""
    totals: Counter[str] = Counter()
    pinned: Counter[str] = Counter()
    first: Evidence | None = None
    for kind, path, line, is_hash in _counted(deep):
        totals[kind] += 1
        pinned[kind] += is_hash
        if not is_hash and first is None:
            first = evidence(path, _RULE, line)
    if not totals:
        return ScorecardCheck(_NAME, -1, "no dependencies found", Evidence(".", _RULE))
    both = totals[_OFFICIAL] and totals[_OTHERS]
    weights = {kind: {_OFFICIAL: 2, _OTHERS: 8}.get(kind, 10) if both else 10 for kind in totals}
    reached = sum(pinned[kind] * weights[kind] for kind in totals)
    score = 10 * reached // sum(totals[kind] * weights[kind] for kind in totals)
    reason = f"{sum(pinned.values())} of {sum(totals.values())} dependencies of builds are pinned by hash"
    return ScorecardCheck(_NAME, score, reason, first or Evidence(".", _RULE))


def _counted(deep: Deep) -> Iterator[tuple[str, str, int, bool]]:
    """Kind, place and whether it is pinned, in the order of the manifests."""
    for manifest in deep.gathered.manifests:
        workflow = manifest.path.startswith(".github/workflows/")
        if not workflow and manifest.rule.kind != "container":
            continue
        for one in manifest.declarations:
            if one.rule == "github-workflow.uses" and workflow and not one.label.startswith((".", "$/")):
                kind = _OFFICIAL if one.label.startswith(("actions/", "github/")) else _OTHERS
                yield kind, manifest.path, one.line, is_pinned(one)
            elif one.rule == "dockerfile.from":
                yield "image", manifest.path, one.line, one.value.startswith("sha256:")
            elif one.label == SCORECARD and one.rule == "scorecard.pinned":
                kind, _, state = one.value.partition(" ")
                yield kind, manifest.path, one.line, state == "pinned"
    for path, index in deep.facts.items():
        if index.texts and path.endswith((".sh", ".bash")) and not is_aside(path):
            for row in index.texts:
                if row[0] == "shell.download-run" and isinstance(row[3], int):
                    yield "download", path, row[3], False
