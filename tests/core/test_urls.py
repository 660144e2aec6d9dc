"""The URL guard: what it refuses without asking anybody, and which answers it trusts."""

# ruff: noqa: E501 - tables of addresses, grouped by what they try

import threading
from ipaddress import IPv4Address, IPv6Address

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.core.errors import BlockedUrl, ConfigurationError, Unavailable, UpstreamTimeout
from plumbrule.core.security.addresses import SystemResolver, is_public, resolve_public
from plumbrule.core.security.urls import (
    REGISTRY_HOSTS,
    NetworkSettings,
    is_host_name,
    parse_origin,
    parse_remote_url,
    url_policy,
)

SETTINGS = NetworkSettings(
    allowed_hosts=("git.example.org",),
    extra_origins=("http://127.0.0.1:8080", "https://forge.corp:8443", "http://[::1]:9000"),
)
POLICY = url_policy(SETTINGS)

REFUSED = [
    # user names and look-alikes
    "https://github.com@evil.com/a/b", "https://github.com:pass@evil.com/a/b", "https://user@github.com/a/b",
    "https://:@github.com/a/b", "https://@github.com/a/b", "https://github.com%40evil.com/a/b",
    "https://evil.com/github.com", "https://github.com.evil.com/a/b", "https://evilgithub.com/a/b",
    "https://github.co/a/b", "https://githu\u0431.com/a/b", "https://g\u0456thub.com/a/b", "https://xn--githb-5ya.com/a/b",
    "https://github.com\uff0eevil/a", "https://\uff47ithub.com/a/b", "https://github\u3002com/a/b", "https://github\uff61com/a/b",
    "https://www.github.com/a/b", "https://api.github.com/a/b", "https://gist.github.com/a/b", "https://github.com./a/b",
    "https://.github.com/a/b", "https://github..com/a/b", "https://-github.com/a/b", "https://github.com-/a/b",
    # what parsers drop or disagree about
    "https://github.com\n.evil/a", "https://github.com\r\n/a", "https://git\thub.com/a/b", " https://github.com/a/b",
    "https://github.com/a/b ", "https://github.com/a b", "\x00https://github.com/a/b", "https://github.com/a\x00b",
    "https://github.com/a/b\n", "https://github.com/a/b\x7f", "https://github.com\\@evil.com/a", "https://github.com\\a\\b",
    "https:\\\\github.com\\a", "https:/github.com/a/b", "https:github.com/a/b", "https:///github.com/a/b",
    "https:////github.com/a", "//github.com/a/b", "https://github.com//a//b", "https://github.com/a/../b",
    "https://github.com/./a", "https://github.com/a/..", "https://github.com/%2e%2e/b", "https://github.com/a%2fb",
    "https://github.com/a%00b", "https://github.com/a%0ab", "https://github%2ecom/a/b", "https://%67ithub.com/a/b",
    "https://github.com#@evil.com/", "https://github.com/a#b", "https://github.com?@evil.com/", "https://github.com/a?b=c",
    "https://github.com/a?", "https://[github.com]/a", "https://github.com[]/a", "https://github.com/<a>", "https://github.com/a|b",
    "https://github.com/a;b", "https://github.com/$(id)", "https://github.com/`id`", "https://github.com/'a'", 'https://github.com/"a"',
    "https://github.com/a/b\u202e", "https://github.com/a\u200bb", "https://github.com/\ud800",
    # other schemes and git's own
    "javascript:alert(1)", "file:///etc/passwd", "file://github.com/etc/passwd", "FILE:///etc", "ftp://github.com/a/b",
    "gopher://github.com/_x", "dict://github.com/a", "ssh://git@github.com/a/b", "ssh://-oProxyCommand=id/a",
    "git@github.com:a/b", "git://github.com/a/b", "git+ssh://github.com/a", "git+https://github.com/a/b", "ext::sh -c id",
    "ext::https://github.com/a/b", "fd::17", "-oProxyCommand=id", "--upload-pack=id", "https://-oProxyCommand=id/a",
    "https://github.com/-upload-pack=id/b", "https://github.com/a/--output=x", "http://github.com/a/b", "data:text/plain,x",
    "wss://github.com/a", "ldap://github.com/a", "jar:https://github.com/a!/b", "view-source:https://github.com/a",
    "httpss://github.com/a", "htt\u0440s://github.com/a",
    # ports
    "https://github.com:22/a/b", "https://github.com:80/a/b", "https://github.com:6379/", "https://github.com:/a/b",
    "https://github.com:0443/a/b", "https://github.com:443:443/a", "https://github.com:99999/a", "https://github.com:+443/a",
    "https://github.com:-1/a", "https://github.com:44 3/a", "https://github.com:\uff14\uff14\uff13/a", "https://github.com:0/a",
    # addresses in every spelling
    "https://127.0.0.1/a", "https://127.1/a", "https://0/a", "https://2130706433/a", "https://0x7f000001/a",
    "https://0177.0.0.1/a", "https://0x7f.1/a", "https://127.0.0.1./a", "https://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/a",
    "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/a", "https://192.168.0.1/a", "https://[::1]/a",
    "https://[::]/a", "https://[::ffff:127.0.0.1]/a", "https://[::127.0.0.1]/a", "https://[fe80::1%25eth0]/a",
    "https://[64:ff9b::7f00:1]/a", "https://[2002:7f00:1::]/a", "https://[fec0::1]/a", "https://[0:0:0:0:0:0:0:1]/a",
    "https://::1/a", "https://8.8.8.8/a", "https://localhost/a", "https://\u217docalhost/a", "https://localhost.localdomain/a",
    "https://metadata.google.internal/", "https://127.0.0.1.nip.io/a", "http://127.0.0.1/a", "http://127.0.0.1:8081/a",
    "https://127.0.0.1:8080/a", "http://127.1:8080/a", "http://[::1]:9001/a", "http://[0::1]:9000/a", "http://localhost:8080/a",
    "https://forge.corp/a", "http://forge.corp:8443/a", "https://forge.corp:8443@evil.com/a", "http://127.0.0.1:8080@evil.com/",
    # shapes
    "", " ", "https://", "https:///", "github.com/a/b", "https://github.com/" + "a" * 2048, "https://" + "a" * 254 + ".com/",
    "https://git_hub.com/a", "https://github.com*/a", "https://*.github.com/a", "https://evil.com", "https://github.com,evil.com/a",
    "https://github.com;evil.com/a", "https://github.com&evil.com/a", "https://github.com$evil/a", "https://github.com|evil/a",
]  # fmt: skip

ACCEPTED = {
    "https://github.com/psf/requests": "https://github.com/psf/requests",
    "https://github.com/psf/requests.git": "https://github.com/psf/requests.git",
    "HTTPS://GitHub.com/psf/Requests": "https://github.com/psf/Requests",
    "https://github.com:443/psf/requests/": "https://github.com/psf/requests/",
    "https://github.com/psf/requests/tree/feature/x_1.2+3@4": "https://github.com/psf/requests/tree/feature/x_1.2+3@4",
    "https://gitlab.com/group/sub/project/-/tree/main": "https://gitlab.com/group/sub/project/-/tree/main",
    "https://bitbucket.org/a/b": "https://bitbucket.org/a/b",
    "https://codeberg.org/a/b": "https://codeberg.org/a/b",
    "https://huggingface.co/datasets/a/b-c": "https://huggingface.co/datasets/a/b-c",
    "https://git.example.org/a/b": "https://git.example.org/a/b",
    "https://github.com": "https://github.com/",
    "http://127.0.0.1:8080/a/b": "http://127.0.0.1:8080/a/b",
    "https://forge.corp:8443/a": "https://forge.corp:8443/a",
    "http://[::1]:9000/a": "http://[::1]:9000/a",
}


def test_the_table_is_as_long_as_it_claims() -> None:
    assert len(set(REFUSED)) == len(REFUSED) >= 97
    assert len(ACCEPTED) >= 11


@pytest.mark.parametrize("text", REFUSED)
async def test_hostile_addresses_are_refused_before_any_look_up(text: str) -> None:  # S-28 A38 A43
    asked: list[str] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["140.82.112.3"]

    with pytest.raises(BlockedUrl) as caught:
        await resolve_public(parse_remote_url(text, POLICY), resolver=resolver, timeout_s=1)
    assert not asked
    assert len(text) < 10 or text not in caught.value.message


@pytest.mark.parametrize(("text", "canonical"), ACCEPTED.items())
def test_ordinary_addresses_pass_in_canonical_form(text: str, canonical: str) -> None:  # S-28
    url = parse_remote_url(text, POLICY)
    assert str(url) == canonical
    assert url.configured == (":8" in text or ":9" in text)
    assert parse_remote_url(canonical, POLICY) == url


def test_registry_addresses_may_have_queries_and_harmless_percent_encoding() -> None:
    policy = url_policy(NetworkSettings(), REGISTRY_HOSTS)
    for text in ("https://registry.npmjs.org/@scope%2Fname", "https://pypi.org/a%2e%2e/b", "https://pypi.org/a?b#c",
                 "https://pypi.org/a%0d%0aHost:x", "https://pypi.org/a?b=\"", "https://pypi.org/%5c", "https://pypi.org/%zz"):  # fmt: skip
        with pytest.raises(BlockedUrl):
            parse_remote_url(text, policy, for_git=False)
    for text in (
        "https://registry.npmjs.org/@scope/name",
        "https://pypi.org/search?q=a%20b&c=d",
        "https://pypi.org/a%2Bb",
    ):
        assert str(parse_remote_url(text, policy, for_git=False)) == text


@given(st.text(max_size=60).map("https://github.com".__add__) | st.text(max_size=80))
def test_whatever_passes_names_an_allowed_host_by_every_reading(text: str) -> None:
    from urllib.parse import urlsplit

    try:
        url = parse_remote_url(text, POLICY)
    except BlockedUrl:
        return
    assert urlsplit(str(url)).hostname == url.host
    assert url.configured or url.host in POLICY.hosts


@pytest.mark.parametrize("text", ["", "github.com", "https://a/b", "https://u:p@h", "ftp://h", "https://h?x", "http://0x7f:80",
                                  "http://127.1:80", "http://[::0:1]:80", "http://[1::2::3]", "https://h:0", "https://h:70000", "https://h#"])  # fmt: skip
def test_a_configured_origin_is_exact_or_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_origin(text, "network.extra_origins")
    assert "u:p" not in caught.value.message
    with pytest.raises(ConfigurationError):
        url_policy(NetworkSettings(extra_origins=(text,)))


@pytest.mark.parametrize(
    "host", ["", "localhost", "Git.Example.org", "127.0.0.1", "1.2", "a.0x7f", "a b.c", "a..b", "*.x.y", "x.y."]
)
def test_an_allowed_host_is_a_lower_case_name(host: str) -> None:
    assert not is_host_name(host)
    with pytest.raises(ConfigurationError):
        url_policy(NetworkSettings(allowed_hosts=(host,)))


PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1",
    "2002:7f00:1::", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1",
    "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "", "localhost", "127.1", "0177.0.0.1", "8.8.8.8 ",
    "\u0668.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_special_address_counts_as_public(address: str) -> None:  # A42
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "140.82.112.3", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111",
                                     "2a00:1450::1", "2001:4860:4860::8888", "2001:200::1"])  # fmt: skip
def test_ordinary_addresses_count_as_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_what_counts_as_public_is_global_by_the_standard_library_too(address: IPv4Address | IPv6Address) -> None:
    """The law goes one way only: the library's list lacks blocks, ours must lack none of them."""
    assert not is_public(str(address)) or address.is_global


async def test_one_private_answer_among_public_ones_refuses_the_host() -> None:  # A39 S-102
    async def mixed(host: str, port: int) -> list[str]:
        return ["140.82.112.3", "10.0.0.1"]

    with pytest.raises(BlockedUrl, match="not public"):
        await resolve_public(parse_remote_url("https://github.com/a/b", POLICY), resolver=mixed, timeout_s=1)


async def test_a_configured_origin_may_be_private_and_a_literal_is_not_looked_up() -> None:
    asked: list[str] = []

    async def inside(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["10.0.0.1", "10.0.0.1"]

    named = await resolve_public(parse_remote_url("https://forge.corp:8443/a", POLICY), resolver=inside, timeout_s=1)
    literal = await resolve_public(parse_remote_url("http://[::1]:9000/", POLICY), resolver=inside, timeout_s=1)
    assert (named, literal, asked) == (("10.0.0.1",), ("::1",), ["forge.corp"])


async def test_a_name_that_does_not_resolve_is_unavailable() -> None:  # F23
    async def nothing(host: str, port: int) -> list[str]:
        return []

    async def failing(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    for resolver in (nothing, failing):
        with pytest.raises(Unavailable):
            await resolve_public(parse_remote_url("https://github.com/a/b", POLICY), resolver=resolver, timeout_s=1)


async def test_a_resolver_that_hangs_costs_its_limit_and_not_the_event_loop(  # F23
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: release.wait(10) and [])
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await anyio.sleep(0.01)
            ticks += 1

    url = parse_remote_url("https://github.com/a/b", POLICY)
    async with anyio.create_task_group() as group:
        group.start_soon(tick)
        with pytest.raises(UpstreamTimeout):
            await resolve_public(url, resolver=SystemResolver(), timeout_s=0.2)
        group.cancel_scope.cancel()
    release.set()
    assert ticks >= 3
