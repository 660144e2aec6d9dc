"""How an engine gets a snapshot from what the caller typed."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot


class Sources(Protocol):
    """Opens sources: local path, https git URL, `owner/name[@ref]`, purl, local archive."""

    def open(self, source: str) -> AbstractAsyncContextManager[Snapshot]:
        """The snapshot behind `source`, open until the context ends; temp files and processes go with it.

        Raises:
            InvalidArgument: the text is no source, or an ambiguous one.
            BlockedUrl: the URL guard refused it; nothing was contacted.
            AccessDenied: a path outside the allowed roots.
            NotFound, AuthRequired, Unavailable, Offline, InvalidRepository, LimitExceeded, Unsupported.
        """
        ...
