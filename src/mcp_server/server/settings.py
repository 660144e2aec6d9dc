"""The settings of serving: one section per transport. Importing this module loads nothing of the protocol SDK."""

from typing import Annotated

from typing_extensions import Doc

from plumbrule.core.interval import Interval
from plumbrule.core.settings import Secret
from plumbrule.core.values import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StdioSettings:
    """Serving over standard input and output."""

    max_line_bytes: Annotated[
        int,
        Interval(ge=1024, le=64 * MIB),
        Doc("Longest accepted JSON-RPC line in bytes; a longer one is answered with an error."),
    ] = 4 * MIB
    drain_s: Annotated[
        float,
        Interval(ge=0, le=60),
        Doc("Seconds that running calls get to finish after end of input or SIGTERM before they are cancelled."),
    ] = 1.5


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Serving over Streamable HTTP or SSE."""

    host: Annotated[str, Doc("Address or name to listen on; anything but loopback needs `tokens`.")] = "127.0.0.1"
    port: Annotated[
        int,
        Interval(ge=0, le=65535),
        Doc("Port to listen on; 0 takes a free one and the log names it."),
    ] = 8765
    allowed_hosts: Annotated[
        tuple[str, ...],
        Doc("Host header values accepted besides loopback names; `name` stands for any port, `name:port` for one."),
    ] = ()
    allowed_origins: Annotated[
        tuple[str, ...],
        Doc("Origin header values accepted besides loopback ones, such as `https://app.example.com`."),
    ] = ()
    tokens: Annotated[
        tuple[str, ...],
        Secret(),
        Doc("Bearer tokens as `name:sha256hex`; several at once allow rotation. `plumbrule token new` makes one."),
    ] = ()
    insecure_no_auth: Annotated[bool, Doc("Listen on a non-loopback address without any token.")] = False
    grace_s: Annotated[
        float,
        Interval(ge=0, le=600),
        Doc("Seconds that running calls get to finish after SIGTERM before they are cancelled."),
    ] = 10.0
    max_body_bytes: Annotated[
        int,
        Interval(ge=1024, le=64 * MIB),
        Doc("Largest accepted request body in bytes."),
    ] = 4 * MIB
    max_sessions: Annotated[
        int,
        Interval(ge=1, le=100_000),
        Doc("Most open sessions and event streams; further ones are refused with 503 until one ends."),
    ] = 1000
    session_idle_s: Annotated[
        float,
        Interval(ge=1, le=86_400),
        Doc("Seconds after which a session without any request under way is closed."),
    ] = 1800.0
    receive_timeout_s: Annotated[
        float,
        Interval(ge=1, le=300),
        Doc("Seconds a client may take to send one request, headers and body, before its connection is closed."),
    ] = 20.0
