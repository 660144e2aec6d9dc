"""Puts the asking for licences together from the settings; nothing is asked before the first question."""

from functools import partial

from plumbrule.core.security.urls import NetworkSettings, UrlPolicy, parse_origin
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.indexes import index_policy, python_indexes
from plumbrule.mcp_server.dependencies.engines.shims import Workers
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings
from plumbrule.mcp_server.dependencies.published.licences import LastingHttp, PublishedLicences

PUBLIC_NPM = "https://registry.npmjs.org"


def build_licences(
    settings: ResolutionSettings,
    network: NetworkSettings,
    pypi_url: str,
    npm_url: str,
    cache: Cache,
    workers: Workers | None = None,
) -> PublishedLicences:
    """What asks the registries for licences. Private indexes are asked without credentials: what they refuse to tell
    is unknown.

    Raises:
        ConfigurationError: an address is malformed.
    """
    indexes = python_indexes(pypi_url, settings.indexes, settings.index_credentials)
    policy = index_policy(network, indexes)
    if npm_url.rstrip("/") != PUBLIC_NPM:
        scheme, _, rest = npm_url.partition("://")
        npm = parse_origin(f"{scheme}://{rest.partition('/')[0]}", "sources.npm_url")
        policy = UrlPolicy(policy.hosts, policy.origins | {npm})
    return PublishedLicences(
        indexes,
        npm_url,
        cache,
        partial(LastingHttp, network, policy),
        workers,
        requests_per_minute=network.requests_per_minute,
    )
