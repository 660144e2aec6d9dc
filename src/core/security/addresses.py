"""What a host name may resolve to: every answer must be public, and only what was checked is connected to.

`ipaddress.is_global` is not asked: up to 3.12 it calls 192.0.0.192, multicast, NAT64, 6to4, 3fff::/20 and 5f00::/16
global, and later versions differ again. The blocks below are the IANA special-purpose registries (RFC 6890 and its
updates) read the strict way: also what is nominally reachable but no host of anybody's.
"""

import ipaddress
import socket
from collections.abc import Awaitable, Callable
from functools import partial

import anyio
import anyio.to_thread

from plumbrule.core.errors import BlockedUrl, Unavailable, UpstreamTimeout
from plumbrule.core.security.urls import RemoteUrl

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Takes a host name and a port and returns its addresses as text. Raises `OSError` when there are none."""

MAX_ADDRESSES = 8
"""How many of the answers are kept to try, all having been checked."""

RESOLVER_THREADS = 8
"""Look-ups at once. A thread stuck in a dead resolver cannot be ended, so there must be a bound on them."""

_BLOCKED_V4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4",
    )
)  # fmt: skip
"""168.63.129.16 is Azure's host service: a public number that means the machine next to us."""

_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
"""All that is assigned as global unicast. Outside it lie mapped and compatible IPv4, NAT64 (64:ff9b::), 5f00::,
fc00::, fe80::, fec0:: and multicast, so embedded IPv4 addresses need no unpacking: they are refused."""

_BLOCKED_V6 = tuple(
    ipaddress.IPv6Network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
"""Teredo, ORCHID and other IETF protocols; documentation; 6to4; AS112; documentation."""


def is_public(address: str) -> bool:
    """Whether `address` is one of a public host. False for anything that is no plain address (zone ids, names)."""
    if "%" in address:
        return False
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in block for block in _BLOCKED_V4)
    return parsed in _UNICAST_V6 and not any(parsed in block for block in _BLOCKED_V6)


class SystemResolver:
    """Asks the system's resolver, off the event loop, in threads that a cancelled caller leaves behind."""

    def __init__(self) -> None:
        self._threads = anyio.CapacityLimiter(RESOLVER_THREADS)

    async def __call__(self, host: str, port: int) -> list[str]:
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        answers = await anyio.to_thread.run_sync(ask, abandon_on_cancel=True, limiter=self._threads)
        return [str(answer[4][0]) for answer in answers]


async def resolve_public(url: RemoteUrl, *, resolver: Resolver, timeout_s: float) -> tuple[str, ...]:
    """The addresses to connect to for `url`, looked up once; the caller must connect to these and ask nobody again.

    A configured origin may be private; for any other host every single answer must be public.

    Raises:
        BlockedUrl: an answer is not public.
        Unavailable: the name does not resolve.
        UpstreamTimeout: no answer within `timeout_s`.
    """
    if url.configured and _is_literal(url.host):
        return (url.host,)
    answers: list[str] = []
    with anyio.move_on_after(timeout_s) as limit:
        try:
            answers = await resolver(url.host, url.origin.port)
        except (OSError, UnicodeError) as error:
            raise Unavailable(f"The host name {url.host} does not resolve.", hint="Check the network.") from error
    if limit.cancelled_caught:
        raise UpstreamTimeout(f"The host name {url.host} was not resolved within {timeout_s:g} s.")
    if not answers:
        raise Unavailable(f"The host name {url.host} has no address.")
    if not url.configured and not all(is_public(answer) for answer in answers):
        raise BlockedUrl(
            f"The host name {url.host} leads to an address that is not public.",
            hint="A host of a private network must be configured as an exact origin in network.extra_origins.",
        )
    return tuple(dict.fromkeys(answers))[:MAX_ADDRESSES]


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
