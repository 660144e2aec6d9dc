"""What belongs to this call and not to the content: the source as it was asked for, and its history."""

from typing import TYPE_CHECKING, Any

from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.platforms.ports.snapshot import Activity, Origin

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.model import RecentActivity, Source


def source_of(origin: Origin) -> "Source":
    """The snapshot's origin in the report's words."""
    from plumbrule.mcp_server.analysis.model import Source  # a kept answer is told without it, 10 ms less

    return Source(**_source(origin))


def told_source(origin: Origin) -> dict[str, object]:
    """The wire form of `source_of`."""
    return _present(_source(origin))


def _source(origin: Origin) -> dict[str, Any]:
    return {
        "asked": word(origin.source, 500),
        "kind": origin.kind,
        "name": word(origin.name),
        "url": origin.url,
        "ref": None if origin.ref is None else word(origin.ref),
        "commit": origin.commit,
        "dirty": origin.dirty,
        "version": origin.version,
        "subpath": word(origin.subpath) or None,
    }


def activity_of(activity: Activity | None, commit: str | None) -> "RecentActivity | None":
    """The snapshot's recent history, where there is some."""
    if activity is None:
        return None
    from plumbrule.mcp_server.analysis.model import RecentActivity  # as above

    return RecentActivity(**_activity(activity, commit))


def told_activity(activity: Activity | None, commit: str | None) -> dict[str, object] | None:
    """The wire form of `activity_of`."""
    if activity is None:
        return None
    fields = _activity(activity, commit)
    seen = fields["evidence"]
    return _present(fields | {"evidence": _present({"at": seen.at, "rule": seen.rule})})


def _activity(activity: Activity, commit: str | None) -> dict[str, Any]:
    return {
        "last_commit": activity.last_commit,
        "commits_last_year": activity.commits_last_year,
        "contributors_last_year": activity.contributors_last_year,
        "complete": activity.complete,
        "evidence": evidence((commit or "HEAD")[:12], "history.log"),
        "first_commit": activity.first_commit,
    }


def _present(fields: dict[str, Any]) -> dict[str, object]:
    """As `model.wire` leaves out what is absent."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}
