"""Credentials in headers: Authorization in any dress, bare Bearer and Basic, cookies.

Beside `masking_structures`, which lists these readers with its own.
"""

# ruff: noqa: ARG001 - because all readers have one signature, whether they look back or ahead or need to remember

import base64
import binascii
import re
from collections.abc import Sequence

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_assignments import QUOTE, Seen, Span, closing_quote
from plumbrule.core.security.randomness import reads_random
from plumbrule.core.security.secret_values import benign_value, is_placeholder

_NOTHING: Sequence[Span] = ()

_AUTHORIZATION = LazyPattern(
    rf"""
    (?P<close>{QUOTE}?\]?\)?)\s{{0,4}}(?:=>|[:=,\uff1a\uff1d|]|%3[AaDd]|\\u003[adAD]|->|&\#58;)(?:\s|%20|\+|\[|\(|SecretStr\(){{0,8}}[bB]?
    (?P<open>{QUOTE})?\s{{0,4}}
    (?:(?P<scheme>[A-Za-z][A-Za-z0-9\-]{{1,30}})(?P<gap>(?:[ \t]|%20|\+(?=[A-Za-z0-9])){{1,4}}))?
    """,
    re.VERBOSE,
)
_HEADER_REST = LazyPattern(r"[^\r\n]{0,8192}+")
_CREDENTIAL = LazyPattern(r"(?:[A-Za-z0-9._~+/=\-:!$*|#@^]++|%(?!22|27|0[AaDd]|20|7[Dd]|2[Cc])|\\/)++")
_PARAMETER = LazyPattern(
    r"(?:Credential|Signature|response|cnonce|nonce|opaque|oauth_token|oauth_signature|oauth_consumer_key|oauth_nonce|mac|id|key|token|password)"
    r"\s{0,2}(?:=|%3D)\s{0,2}(?:\\*\"|%22|&quot;)?([A-Za-z0-9._~+/=\-:%]{8,2048}+)",
    re.IGNORECASE,
)
_QUOTED_PARAMETER = LazyPattern(r"[A-Za-z_]{2,20}=\\{0,3}\"")
_PARAMETER_SCHEMES = frozenset(
    (
        "digest",
        "aws4-hmac-sha256",
        "aws4-ecdsa-p256-sha256",
        "oauth",
        "hawk",
        "mac",
        "signature",
        "hmac",
        "hmac-sha256",
        "eg1-hmac-sha256",
        "goog4-rsa-sha256",
        "acs3-hmac-sha256",
        "tc3-hmac-sha256",
        "algorithm",
    )
)


def authorization(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The credentials of an Authorization header in any dress; the scheme stays readable."""
    if start < seen.get(authorization, 0):
        return _NOTHING
    found = _AUTHORIZATION.match(text, end)
    if found is None:
        return _NOTHING
    at = found.end()
    stop = closing_quote(text, at, found["open"]) if found["open"] else _rest_of_header(text, at)
    scheme = (found["scheme"] or "").lower()
    if scheme in _PARAMETER_SCHEMES:
        seen[authorization] = stop
        return [match.span(1) for match in _PARAMETER.finditer(text, at, stop)]
    if _QUOTED_PARAMETER.match(text, at, stop):
        seen[authorization] = stop
        return [match.span(1) for match in _PARAMETER.finditer(text, at, stop)]
    credential = _CREDENTIAL.match(text, at, stop)
    if credential is None:
        return _NOTHING
    value = credential[0].rstrip(".,:")
    if found["scheme"] and not _is_credential(value, scheme):
        if not reads_random(found["scheme"]):
            return _NOTHING
        at, value = found.start("scheme"), found["scheme"]
    if not found["scheme"] and (len(value) < 8 or benign_value(value, "firm", quoted=bool(found["open"]), spaced=True)):
        return _NOTHING
    return ((at, at + len(value)),)


def _rest_of_header(text: str, at: int) -> int:
    rest = _HEADER_REST.match(text, at)
    return rest.end() if rest else at


_SCHEMES = frozenset(
    (
        "bearer",
        "basic",
        "token",
        "apikey",
        "api-key",
        "bot",
        "negotiate",
        "ntlm",
        "ssws",
        "jwt",
        "geniekey",
        "sharedkey",
        "sharedkeylite",
        "sharedaccesssignature",
        "key",
        "splunk",
        "dpop",
        "privatetoken",
        "private-token",
        "klaviyo-api-key",
        "discogs",
        "deepl-auth-key",
        "flyv1",
        "app",
        "aws",
        "goog1",
        "vapid",
        "zoho-oauthtoken",
        "aps",
        "x-auth",
        "apitoken",
        "pve",
    )
)


def _is_credential(value: str, scheme: str) -> bool:
    if is_placeholder(value) or len(value) < 4:
        return False
    if scheme in _SCHEMES:
        return any(not c.isalpha() for c in value) or reads_random(value) or (len(value) >= 8 and not value.islower())
    return len(value) >= 8 and reads_random(value)


_AFTER_SCHEME = LazyPattern(
    r"(?:[ \t]|%20|\+|\\t){1,4}(?:[\"']?)((?:[A-Za-z0-9._~+/=\-:]++|%(?:2[BbFf]|3[Dd])|\\/){8,})"
)


def bearer(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """What follows the word Bearer, unless it is prose."""
    found = _AFTER_SCHEME.match(text, end)
    if found is None:
        return _NOTHING
    value = found[1].rstrip(".:")
    if not _random_credential(value):
        return _NOTHING
    return ((found.start(1), found.start(1) + len(value)),)


_ANOTHER_FIELD = LazyPattern(r"[A-Za-z_]{2,24}=[^=]")


def _random_credential(value: str) -> bool:
    if is_placeholder(value) or _ANOTHER_FIELD.match(value):
        return False
    return reads_random(value) or sum(map(str.isdigit, value)) > 1


_BASIC = LazyPattern(r"(?:[ \t]|%20|\+|\\t){1,4}[\"']?((?:[A-Za-z0-9+/\-_]++|%(?:25)?(?:2[BbFf]|3[Dd])|\\/)++={0,2})")


def basic(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """What follows the word Basic when it decodes to `user:password`, or was cut in the middle of doing so."""
    found = _BASIC.match(text, end)
    if found is None:
        return _NOTHING
    value = re.sub(
        "%(?:25)?2[Ff]", "/", re.sub("%(?:25)?2[Bb]", "+", re.sub("%(?:25)?3[Dd]", "=", found[1].replace("\\/", "/")))
    )
    try:
        decoded = base64.b64decode(value.rstrip("=")[: len(value.rstrip("=")) // 4 * 4], altchars=None)
    except (binascii.Error, ValueError):
        return _NOTHING
    if len(value) >= 8 and (b":" in decoded or reads_random(value)):
        return (found.span(1),)
    return _NOTHING


_COOKIE_HEAD = LazyPattern(
    rf"(?:2|s|_jar)?{QUOTE}?\]?\s{{0,4}}(?:=>|[:=,\uff1a\uff1d]|%3[Aa]|->)\s{{0,4}}[bB]?(?P<open>{QUOTE}|\{{)?\s{{0,4}}"
)
_COOKIE_PAIR = LazyPattern(r"([\w.\-!#$^|~\[\]:%]{1,80}+)(?:=|%3D)(\"?)([^\s;,\"'&\\<>]{1,4096}+)")
_COOKIE_ATTRIBUTES = frozenset(
    (
        "path",
        "domain",
        "expires",
        "max-age",
        "samesite",
        "version",
        "priority",
        "comment",
        "lang",
        "theme",
        "locale",
        "charset",
    )
)


def cookies(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The values in a Cookie or Set-Cookie header; names and attributes stay."""
    if start < seen.get(cookies, 0):
        return _NOTHING  # within a header whose pairs were read
    head = _COOKIE_HEAD.match(text, end)
    if head is None:
        return _NOTHING
    at = head.end()
    if _COOKIE_PAIR.match(text, at) is None:
        return _NOTHING
    opened = head["open"]
    stop = closing_quote(text, at, opened) if opened and opened != "{" else _rest_of_header(text, at)
    seen[cookies] = stop
    spans: list[Span] = []
    for pair in _COOKIE_PAIR.finditer(text, at, stop):
        if pair[1].lower() in _COOKIE_ATTRIBUTES:
            continue
        value = pair[3]
        if (
            len(value) >= 8
            and not is_placeholder(value)
            and (any(map(str.isdigit, value)) or reads_random(value))
            and "(" not in value
        ):
            spans.append(pair.span(3))
    return spans
