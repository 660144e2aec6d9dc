"""Secrets known by the shape around them: URL userinfo, PEM blocks, JWTs, flags, files; headers are next door.

Called by `masking` at a literal that the gate found. Each reader gets the text and the literal's span and gives the
spans to hide. Every pattern is anchored at the hit and bounded.
"""
# ruff: noqa: E501 - because a pattern broken over lines hides which alternatives it has
# ruff: noqa: ARG001 - because all readers have one signature, whether they look back or ahead or need to remember

import re
from collections.abc import Sequence

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_assignments import Reader, Seen, Span, closing_quote
from plumbrule.core.security.masking_headers import authorization, basic, bearer, cookies
from plumbrule.core.security.masking_marks import (
    AZURE_MARKS,
    azure_client_secret,
    azure_marked_key,
    facebook_app,
    mailchimp,
    maxmind,
    new_relic_licence,
)
from plumbrule.core.security.masking_private_keys import pem, pem_tail, putty
from plumbrule.core.security.randomness import reads_random
from plumbrule.core.security.secret_values import is_placeholder

_NOTHING: Sequence[Span] = ()

_USERINFO = LazyPattern(
    r"(?P<user>[^\s/?#\"'<>@:\\`]{0,256}+)(?P<colon>:|%(?:25){0,2}3[aA])(?P<password>(?:[^\s\"'<>`:%]|:(?!//)|%(?!3[aA]%2[fF]%2[fF])){1,8192}?)(?P<at>@|%(?:25){0,2}40)(?=[\w\[.\-:({$%/])(?![^\s/?#\"'<>`\\,;]{0,512}(?:@|%(?:25){0,2}40))"
)
_TOKEN_USER = LazyPattern(r"([^\s/?#\"'<>@:\\`]{16,512}+)@")


def url_userinfo(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The password of `scheme://user:password@host`, or a user that is a token itself."""
    bare = _TOKEN_USER.match(text, end)
    if bare is not None:
        return ((bare.start(1), bare.end(1)),) if reads_random(bare[1]) else _NOTHING
    limit = end + 9000
    if text.find("@", end, limit) < 0 and text.find("%40", end, limit) < 0 and text.find("%2540", end, limit) < 0:
        return _NOTHING
    found = _USERINFO.match(text, end)
    if found is None:
        return _NOTHING
    password = found["password"]
    if "://" in password or is_placeholder(password) or _is_port_and_path(password):
        return _NOTHING
    spans: list[Span] = [found.span("password")]
    if found["user"] and len(found["user"]) >= 20 and reads_random(found["user"]):
        spans.append(found.span("user"))
    return spans


def _is_port_and_path(password: str) -> bool:
    """Whether what looked like a password is `port/path` of a URL with an `@` further on."""
    return re.match(r"\d{1,5}(?:[/?#]|%2[fF]|$)", password) is not None and "/" in password


_JWT = LazyPattern(r"[A-Za-z0-9_\-=]{4,}+(?:(?:\.|%2[eE])[A-Za-z0-9_\-=+/]*+){1,4}")
_JWT_CUT = LazyPattern(r"[A-Za-z0-9_\-=.]{12,}+")


def jwt(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """A JSON web token: base64 of `{"`, a dot, more. Without a dot only a header that names its algorithm."""
    before = text[start - 1 : start]
    if before.isalnum() and not _escaped_before(text, start):
        return _NOTHING
    found = _JWT.match(text, end)
    if found is not None and found.end() - start >= 24:
        return ((start, found.end()),)
    if text.startswith(("eyJhbGci", "eyJ0eXAi", "eyJraWQi", "eyJlbmMi"), start):
        found = _JWT_CUT.match(text, end)
        return ((start, found.end()),) if found else _NOTHING
    return _NOTHING


_ESCAPED = LazyPattern(r"(?:%[0-9A-Fa-f]{2}|\\[nrtbfv0]|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\e|\[[0-9;]{0,8}m|_)\Z")


def _escaped_before(text: str, start: int) -> bool:
    return _ESCAPED.search(text, max(0, start - 10), start) is not None


opens_word_after_escape = _escaped_before

_CURL_USER = LazyPattern(
    r"(?:[ =]{1,4}|[\"'],\s{0,4})(?P<open>[\"'])?[^\s:\"'/]{1,128}:(?P<password>(?(open)[^\"'\n]|[^\s\"']){3,512}+)"
)


def curl_user(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The password of `-u user:password` and `--user user:password`."""
    found = _CURL_USER.match(text, end)
    if found is None or is_placeholder(found["password"]):
        return _NOTHING
    if re.fullmatch(r"\d{1,6}", found["password"]):
        return _NOTHING  # `docker run -u 1000:1000`
    return (found.span("password"),)


_P_FLAG = LazyPattern(r"(?:[ \t=]?|[\"'],\s{0,4})(?P<open>[\"'])?(?P<password>(?(open)[^\"'\n]|[^\s\"']){4,256}+)")
_DB_PROGRAM = LazyPattern(
    r"\b(?:mysql\w*|mariadb\w*|mysqladmin|mysqldump|mongo\w*|sqlcmd|bcp|sshpass|redis-cli|docker login|podman login|helm registry login|cqlsh|"
    r"ldap\w+|twine upload|az login|expect|rabbitmqadmin|influx|zip|7z|unzip|psexec|net use|smbclient|freerdp|xfreerdp)\b[^\n|;&]{0,300}\Z"
)


_DB_NAMES = (
    "mysql", "mariadb", "mongo", "sqlcmd", "bcp", "sshpass", "redis-cli", "login", "cqlsh", "twine", "ldap", "rabbitmqadmin",
    "influx", "zip", "7z", "psexec", "net use", "smbclient", "freerdp",
)  # fmt: skip
"""A cheaper look than the pattern's; every name in that one holds one of these."""


def p_flag(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The value of `-p`, `-a`, `-w` or `-P` on a command line of a program that takes its password so."""
    window = text[max(0, start - 300) : start]
    if not any(map(window.__contains__, _DB_NAMES)) or _DB_PROGRAM.search(window) is None:
        return _NOTHING
    found = _P_FLAG.match(text, end)
    if found is None:
        return _NOTHING
    value = found["password"]
    if value.startswith("-") or is_placeholder(value) or re.fullmatch(r"\d{1,5}(?::\d+)?", value):
        return _NOTHING
    return (found.span("password"),)


_DSN_BEFORE = LazyPattern(r"(?:^|[\s\"'=(`\[,;])([^\s:@\"'=/]{1,64}):([^\s\"']{1,256})\Z")


def go_dsn(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The password before `@tcp(` of a Go MySQL address."""
    lowest = max(0, start - 330)
    found = _DSN_BEFORE.search(text, lowest, start)
    return (found.span(2),) if found else _NOTHING


_ORACLE = LazyPattern(r"[\w.\-]{1,64}/([^\s@\"'/]{1,128})@")


def oracle(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The password of `jdbc:oracle:thin:user/password@`."""
    found = _ORACLE.match(text, end)
    return (found.span(1),) if found else _NOTHING


_INPUT_VALUE = LazyPattern(r"(b?[\"'])")
_SECRET_LOCATION = LazyPattern(
    r"(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api_?-?key|credential|private_?key|access_?key|auth\w*|session|dsn|\w+_key)[\w.\-]{0,40}\s{0,4}\n[^\n]{0,200}\Z",
    re.IGNORECASE,
)


def input_value(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The value that a pydantic error quotes under the name of a secret field."""
    found = _INPUT_VALUE.match(text, end)
    if found is None or _SECRET_LOCATION.search(text, max(0, start - 320), start) is None:
        return _NOTHING
    stop = closing_quote(text, found.end(), found[1][-1])
    return ((found.end(), stop),) if stop - found.end() >= 4 else _NOTHING


_AWS_SECRET_NEAR = LazyPattern(
    r"[A-Z0-9]{12,20}(?:[^A-Za-z0-9+/]|%3[aA]|%2[cC]|%20){1,4}(?:[A-Za-z_\-]{0,40}[^A-Za-z0-9+/]{1,8})?((?:[A-Za-z0-9+/]|%2[BbFf]|\\/){40}(?![A-Za-z0-9+/]))"
)


def aws_secret(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The 40-character secret that stands next to an AWS key id without a name of its own."""
    if not text.startswith(("AKIA", "ASIA"), start):
        return _NOTHING
    found = _AWS_SECRET_NEAR.match(text, end)
    return (found.span(1),) if found and reads_random(found[1]) else _NOTHING


_PGPASS = LazyPattern(r"\d{2,5}:[\w*.\-]{1,64}:[\w*.\-@]{1,64}:((?:[^\s:\\\"']|\\.){4,256}+)(?=\s|$|[\"'\\])")


def pgpass(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The last field of a `host:5432:database:user:password` line."""
    found = _PGPASS.match(text, start + 1)
    return (found.span(1),) if found and not is_placeholder(found[1]) else _NOTHING


_KUBERNETES_DATA = LazyPattern(
    r"(?:^|\n)([ \t]{0,20})(?:string)?[dD]ata:[ \t]{0,4}\r?\n((?:\1[ \t]{1,20}[^\n]{0,8192}(?:\n|\Z)){1,200})"
)
_KUBERNETES_PAIR = LazyPattern(r"(?:^|\n)[ \t]{1,40}[\w.\-]{1,120}:[ \t]{1,4}[\"']?([^\s\"'{}]{6,8192}+)")


def kubernetes_secret(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The values under `data:` of a manifest of kind Secret, before or after the kind."""
    if start < seen.get(kubernetes_secret, 0):
        return _NOTHING
    lowest, highest = max(0, start - 16_384), min(len(text), end + 16_384)
    seen[kubernetes_secret] = highest
    spans: list[Span] = []
    for block in _KUBERNETES_DATA.finditer(text, lowest, highest):
        spans.extend(pair.span(1) for pair in _KUBERNETES_PAIR.finditer(text, block.start(2) - 1, block.end(2)))
    return spans


_SAID = LazyPattern(r"[ \t]{0,4}([^\s\"'<>]{6,1024})")


def said_aloud(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """What a mail, file or build protocol is told as a secret: `AUTH PLAIN x`, `::add-mask::x`."""
    found = _SAID.match(text, end)
    if found is None or is_placeholder(found[1]):
        return _NOTHING
    return (found.span(1),) if text[end - 1] in ":]'=" or reads_random(found[1]) else _NOTHING


_LOGIN = LazyPattern(r"[ \t]{1,4}[\w.@+\-]{1,64}[ \t]{1,4}([^\s\"'<>]{6,256})(?=\s|\Z)")


def imap_login(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The password of IMAP's `LOGIN user password`; capitals alone, since prose logs in too."""
    found = _LOGIN.match(text, end) if text[start:end].isupper() else None
    return (found.span(1),) if found and reads_random(found[1]) and not is_placeholder(found[1]) else _NOTHING


_SQLPLUS = LazyPattern(r"(?:-[A-Za-z]{1,8} ){0,4}[\w.\-]{1,64}/([^\s@\"'/]{3,128})(?:@|\s|\Z)")


def sqlplus(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The password of `sqlplus user/password@database`."""
    found = _SQLPLUS.match(text, end)
    return (found.span(1),) if found else _NOTHING


READERS: dict[str, Reader] = {
    **dict.fromkeys([f"-us{number}" for number in range(1, 10)], mailchimp),
    "_mmk": maxmind,
    **dict.fromkeys(AZURE_MARKS, azure_marked_key),
    "ffffnral": new_relic_licence,
    "|": facebook_app,
    "%7c": facebook_app,
    "auth plain": said_aloud,
    "auth login": said_aloud,
    "auth xoauth2": said_aloud,
    "::add-mask::": said_aloud,
    "issecret=true]": said_aloud,
    "sqlplus ": sqlplus,
    " login": imap_login,
    "--with-token": said_aloud,
    " /p:": said_aloud,
    "contribsys__com=": said_aloud,
    "-----end ": pem_tail,
    "---- end ": pem_tail,
    "= password('": said_aloud,
    "---- begin ": pem,
    "kind: secret": kubernetes_secret,
    **dict.fromkeys([f"{number}q~" for number in range(10)], azure_client_secret),
    "://": url_userinfo,
    ":\\/\\/": url_userinfo,
    "%3a%2f%2f": url_userinfo,
    "%253a%252f%252f": url_userinfo,
    "authorization": authorization,
    "x-registry-auth": authorization,
    "bearer": bearer,
    "basic": basic,
    "cookie": cookies,
    "-----begin ": pem,
    "-----begin%20": pem,
    "-----begin+": pem,
    "private-lines:": putty,
    "eyj": jwt,
    " -u": curl_user,
    "'-u'": curl_user,
    '"-u"': curl_user,
    "--user": curl_user,
    "--proxy-user": curl_user,
    " -p": p_flag,
    "'-p": p_flag,
    '"-p': p_flag,
    " -a ": p_flag,
    " -w ": p_flag,
    "@tcp(": go_dsn,
    "@unix(": go_dsn,
    "jdbc:oracle:thin:": oracle,
    "input_value=": input_value,
    "akia": aws_secret,
    "asia": aws_secret,
    ":5432:": pgpass,
    ":5433:": pgpass,
    ":6432:": pgpass,
    ":*:": pgpass,
}
"""Which reader looks at which (lower-cased) literal."""
