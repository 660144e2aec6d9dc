"""Which remote addresses may be contacted: one strict grammar and an exact host list, before any look-up.

No URL library judges here: urlsplit drops newlines, and urlsplit, httpx and yarl disagree on a third of hostile URLs.
What this grammar takes means the same to all of them and to git. `core.security.addresses` checks what a name
resolves to; `core.http` and the git adapter connect only to what was checked.
"""

import re
from typing import Annotated

from typing_extensions import Doc

from plumbrule.core.errors import BlockedUrl, ConfigurationError
from plumbrule.core.interval import Interval
from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass

FORGE_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co"})
"""Where repositories are fetched from unless settings add more."""

REGISTRY_HOSTS = frozenset({"pypi.org", "files.pythonhosted.org", "registry.npmjs.org"})
"""Where published packages are named and fetched."""

MAX_URL_CHARS = 2048
HTTPS_PORT = 443

_URL = LazyPattern(
    r"(?P<scheme>[A-Za-z]{4,5})://(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?"
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = LazyPattern(rf"{_LABEL}(?:\.{_LABEL})*")
_LOOKS_NUMERIC = LazyPattern(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
"""What inet_aton would read as an address (WHATWG URL 3.5, ends-in-a-number)."""

_GIT_PATH = LazyPattern(r"(?:/(?:-|[A-Za-z0-9._~+,=@][A-Za-z0-9._~+,=@-]*))*/?")
_FILE_PATH = LazyPattern(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[eEfF5]|5[cC]|[01]|7[fF])[0-9A-Fa-f]{2})+)*/?")
_QUERY = LazyPattern(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Settings section `network`: whether and how the outside world is reached."""

    offline: Annotated[bool, Doc("Refuse everything that needs the network.")] = False
    allowed_hosts: Annotated[
        tuple[str, ...], Doc("More public hosts (https, port 443) that repositories may be fetched from.")
    ] = ()
    extra_origins: Annotated[
        tuple[str, ...],
        Doc("Exact origins trusted as configured, also private ones, such as https://git.example.org:8443."),
    ] = ()
    proxy: Annotated[
        str | None, Doc("HTTP proxy for everything, as an origin; behind it only names can be checked.")
    ] = None
    ca_file: Annotated[str | None, Doc("PEM file of certificate authorities to trust instead of the system's.")] = None
    connect_timeout_s: Annotated[
        float, Interval(ge=0.1, le=120), Doc("Seconds to wait for a name look-up and for a connection.")
    ] = 5.0
    read_timeout_s: Annotated[
        float, Interval(ge=0.1, le=600), Doc("Seconds without a byte after which an answer is given up.")
    ] = 15.0
    total_timeout_s: Annotated[
        float, Interval(ge=0.1, le=3600), Doc("Seconds for one request with its retries and its whole answer.")
    ] = 45.0
    requests_per_minute: Annotated[
        int, Interval(ge=1, le=100_000), Doc("Requests to one host a minute; a tenth of it may come at once.")
    ] = 600


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host (lower case, IPv6 without brackets) and port: what a permission or a credential is bound to."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = HTTPS_PORT if self.scheme == "https" else 80
        return f"{self.scheme}://{host}" + ("" if self.port == default else f":{self.port}")


@dataclass(frozen=True, slots=True)
class RemoteUrl:
    """An address that the guard let through. `configured` tells that the operator named its origin exactly, so that
    private addresses are fine there."""

    origin: Origin
    path: str
    query: str = ""
    configured: bool = False

    @property
    def host(self) -> str:
        return self.origin.host

    def __str__(self) -> str:
        return f"{self.origin}{self.path}" + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """Which hosts (https, port 443) and which exact origins may be contacted."""

    hosts: frozenset[str]
    origins: frozenset[Origin] = frozenset()


def url_policy(network: NetworkSettings, hosts: frozenset[str] = FORGE_HOSTS) -> UrlPolicy:
    """The policy that the settings ask for, over a set of hosts of ours.

    Raises:
        ConfigurationError: a setting is no host or no origin.
    """
    for host in network.allowed_hosts:
        if not is_host_name(host):
            raise ConfigurationError("network.allowed_hosts holds something that is no lower-case host name.")
    origins = frozenset(parse_origin(text, "network.extra_origins") for text in network.extra_origins)
    return UrlPolicy(hosts | frozenset(network.allowed_hosts), origins)


def parse_origin(text: str, setting: str) -> Origin:
    """An origin that an operator configured: http or https, a name or an IP literal, any port, nothing else.

    The text is not repeated in the error: somebody may have put a password in it.

    Raises:
        ConfigurationError: it is none.
    """
    match = _URL.fullmatch(text)
    origin = _origin(match) if match else None
    if (
        match is None
        or origin is None
        or match["path"] not in (None, "/")
        or match["query"] is not None
        or not _is_plain_host(origin.host)
    ):
        raise ConfigurationError(
            f"{setting} holds something that is no origin.", hint="Write it as https://host or http://host:port."
        )
    return origin


def _is_plain_host(host: str) -> bool:
    """Whether `host` is a name, or an IP address in the one form that everybody reads alike."""
    if ":" not in host and not _LOOKS_NUMERIC.fullmatch(host):
        return True
    import ipaddress  # 1 ms that only somebody with such an origin pays

    try:
        return str(ipaddress.ip_address(host)) == host
    except ValueError:
        return False


def is_host_name(text: str) -> bool:
    """Whether `text` is a lower-case DNS name of two labels or more that nothing reads as an address."""
    return len(text) <= 253 and "." in text and bool(_HOST.fullmatch(text)) and not _LOOKS_NUMERIC.fullmatch(text)


def parse_remote_url(text: str, policy: UrlPolicy, *, for_git: bool = True) -> RemoteUrl:
    """The address that `text` names, when the policy lets it through. Nothing is looked up or contacted.

    `for_git` refuses queries, percent-encoding and characters that no repository's address has; without it they may
    be what an API or a registry needs. Scheme and host come out in lower case, the default port is dropped.

    Raises:
        BlockedUrl: with the reason; the text itself is not repeated, because it may hold a credential.
    """
    if len(text) > MAX_URL_CHARS:
        raise _blocked(f"it is longer than {MAX_URL_CHARS} characters")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise _blocked("it has characters that no address has")
    match = _URL.fullmatch(text)
    if match is None:
        raise _blocked("it is not of the form https://host/path without user name, fragment or odd characters")
    origin = _origin(match)
    if origin is None:
        raise _blocked("its scheme, host or port is not one that is contacted")
    path, query = match["path"] or "/", match["query"]
    if not (_GIT_PATH if for_git else _FILE_PATH).fullmatch(path) or _climbs(path):
        raise _blocked("its path has characters or steps that are not taken")
    if query is not None and (for_git or not _QUERY.fullmatch(query)):
        raise _blocked("its query is not taken")
    return RemoteUrl(origin, path, query or "", _is_configured(origin, policy))


def _origin(match: "re.Match[str]") -> Origin | None:
    scheme = match["scheme"].lower()
    if scheme not in ("http", "https"):
        return None
    host = match["host"].lower()
    port = int(match["port"] or (HTTPS_PORT if scheme == "https" else 80))
    if host.startswith("["):
        host = host[1:-1]
    elif not _HOST.fullmatch(host):
        return None
    return Origin(scheme, host, port) if port <= 65535 else None


def _is_configured(origin: Origin, policy: UrlPolicy) -> bool:
    """Whether the operator named this very origin; refuses what nobody named."""
    if origin in policy.origins:
        return True
    if origin.scheme != "https":
        raise _blocked("only https is spoken")
    if origin.host not in policy.hosts:
        raise _blocked("its host is not one of the allowed ones")
    if origin.port != HTTPS_PORT:
        raise _blocked("its port is not 443")
    return False


def _climbs(path: str) -> bool:
    return "//" in path or any(step in (".", "..") for step in path.split("/"))


def _blocked(reason: str) -> BlockedUrl:
    return BlockedUrl(
        f"This address was refused: {reason}.",
        hint="Use https on an allowed host, or have the operator add it to network.allowed_hosts or "
        "network.extra_origins.",
    )
