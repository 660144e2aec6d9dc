"""What belongs to this call and not to the content: the source as it was asked for, and its history."""

from plumbrule.mcp_server.analysis.model import RecentActivity, Source
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.platforms.ports.snapshot import Activity, Origin


def source_of(origin: Origin) -> Source:
    """The snapshot's origin in the report's words."""
    return Source(
        asked=word(origin.source, 500),
        kind=origin.kind,
        name=word(origin.name),
        url=origin.url,
        ref=None if origin.ref is None else word(origin.ref),
        commit=origin.commit,
        dirty=origin.dirty,
        version=origin.version,
        subpath=word(origin.subpath) or None,
    )


def activity_of(activity: Activity | None, commit: str | None) -> RecentActivity | None:
    """The snapshot's recent history, where there is some."""
    if activity is None:
        return None
    return RecentActivity(
        last_commit=activity.last_commit,
        commits_last_year=activity.commits_last_year,
        contributors_last_year=activity.contributors_last_year,
        complete=activity.complete,
        evidence=evidence((commit or "HEAD")[:12], "history.log"),
        first_commit=activity.first_commit,
    )
