"""Which Python indexes are asked, and what opens them: from settings alone, never from a repository.

Below: `limits`. Above: `uv_program`, `uv`, `listing`, `pip`.
"""

import re
from collections.abc import Sequence
from dataclasses import field
from urllib.parse import urlsplit

from plumbrule.core.errors import ConfigurationError
from plumbrule.core.security.urls import REGISTRY_HOSTS, NetworkSettings, UrlPolicy, parse_origin, url_policy
from plumbrule.core.values import dataclass

PUBLIC_PYPI = "https://pypi.org/simple"
DEFAULT = "plumbrule-default"
"""The name of the public index; settings cannot take it."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}\Z")
_URL = re.compile(r"https?://[^\s\"\\@?#]+\Z")


@dataclass(frozen=True, slots=True)
class PythonIndex:
    """One index (PEP 503, 691). `user` and `password` are "" for an open one."""

    name: str
    url: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def variable(self) -> str:
        """What names it in uv's environment variables."""
        return self.name.upper().replace("-", "_")

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def python_indexes(pypi_url: str, more: Sequence[str] = (), credentials: Sequence[str] = ()) -> tuple[PythonIndex, ...]:
    """The indexes in the order in which they are asked: private ones first, so that nobody can take their names.

    Raises:
        ConfigurationError: an entry is malformed, or a credential names no index. Secrets are not repeated.
    """
    secrets: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(credentials, 1):
        name, equals, secret = line.partition("=")
        user, colon, password = secret.partition(":")
        if not (equals and colon and user and re.fullmatch(r"[\x20-\x7e]+", secret)):
            raise ConfigurationError(
                f"Entry {number} of resolution.index_credentials is not of the form name=user:password."
            )
        secrets[name] = (user, password)
    found: list[PythonIndex] = []
    for number, line in enumerate(more, 1):
        name, _, url = line.partition("=")
        if not _NAME.match(name) or name == DEFAULT or not _URL.match(url) or name in [one.name for one in found]:
            raise ConfigurationError(
                f"Entry {number} of resolution.indexes is not of the form name=https://host/simple.",
                hint="Names are lower case, and credentials belong into resolution.index_credentials.",
            )
        found.append(PythonIndex(name, url.rstrip("/"), *secrets.pop(name, ("", ""))))
    if secrets:
        raise ConfigurationError("resolution.index_credentials names an index that resolution.indexes does not list.")
    if not _URL.match(pypi_url):
        raise ConfigurationError("sources.pypi_url holds something that is no URL of an index.")
    return (*found, PythonIndex(DEFAULT, pypi_url.rstrip("/")))


def index_policy(network: NetworkSettings, indexes: Sequence[PythonIndex]) -> UrlPolicy:
    """Whom we ask for ourselves: the registries' hosts, and each index that an operator named as that exact origin."""
    policy = url_policy(network, REGISTRY_HOSTS)
    named = {parse_origin(one.origin, "an index") for one in indexes if one.url != PUBLIC_PYPI}
    return UrlPolicy(policy.hosts, policy.origins | named)
