"""Which Host and Origin headers are accepted: the defence against DNS rebinding and foreign pages. Pure.

Always on, also when listening on every address, where the SDK switches its own check off without a word.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from plumbrule.core.errors import ConfigurationError
from plumbrule.mcp_server.server.settings import HttpSettings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

Headers = Iterable[tuple[bytes, bytes]]


def is_loopback(host: str) -> bool:
    """Whether listening on `host` is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_exposure(settings: HttpSettings) -> None:
    """Refuse to be reachable from outside without any token.

    Raises:
        ConfigurationError: the address is not loopback, there are no tokens, and nobody said that this is wanted.
    """
    if is_loopback(settings.host) or settings.tokens or settings.insecure_no_auth:
        return
    raise ConfigurationError(
        f"Listening on {settings.host} without authentication would open this server to the network.",
        hint="Set http.tokens (`plumbrule token new`), listen on 127.0.0.1, or pass --insecure-no-auth.",
    )


class AllowedHosts:
    """Host header values: loopback names, the address listened on, and what the settings add."""

    def __init__(self, settings: HttpSettings) -> None:
        own = settings.host.lower()
        bound = {own if ":" not in own else f"[{own.strip('[]')}]"} - {"0.0.0.0", "[::]", ""}  # noqa: S104 - excluded, not bound
        entries = {entry.lower() for entry in settings.allowed_hosts}
        self._with_port = frozenset(entry for entry in entries if _split_port(entry)[1] is not None)
        self._any_port = LOOPBACK_NAMES | bound | (entries - self._with_port)

    def accepts(self, headers: Headers) -> bool:
        """Whether there is exactly one Host header and it is allowed."""
        values = [value for name, value in headers if name == b"host"]
        if len(values) != 1:
            return False
        host = values[0].decode("latin-1").lower()
        return host in self._with_port or _split_port(host)[0] in self._any_port


class AllowedOrigins:
    """Origin header values: pages of loopback servers, and what the settings add. No Origin is fine: not a page."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._exact = frozenset(origin.rstrip("/").lower() for origin in allowed)

    def accepts(self, headers: Headers) -> bool:
        return all(self._accepted(value.decode("latin-1").lower()) for name, value in headers if name == b"origin")

    def _accepted(self, origin: str) -> bool:
        if origin in self._exact:
            return True
        scheme, separator, host = origin.partition("://")
        return scheme in ("http", "https") and bool(separator) and _split_port(host)[0] in LOOPBACK_NAMES


def _split_port(host: str) -> tuple[str, str | None]:
    """Name and port; a port that is no number makes the whole text the name, which then matches nothing."""
    name, separator, port = host.rpartition(":")
    if not separator or host.endswith("]"):
        return host, None
    return (name, port) if port.isascii() and port.isdigit() else (host, None)
