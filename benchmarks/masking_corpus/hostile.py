"""Inputs of 64 kB made to be slow: every literal that the masker knows, repeated alone and with every glue."""

import random
from collections.abc import Iterator

SIZE = 65_536
GLUES = ("", " ", "=", ": ", '"', "='", '="', "\\", '\\"', "&", ",", ";", "<", ">", "/", "@", ":", "%3A", "\n", "A", "a1B2c3", "(", "{", "-", "_")


def named() -> Iterator[tuple[str, str]]:
    """The cases that slowed maskers before."""
    for unit in (
        "sk-", "key=", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n", " ", '"', "'", "\\", "\\\\\"", "://", "://a:b@", "eyJ", "eyJhbGciOiJ", "Bearer ",
        "Basic ", "[", "{", "(((", "password=", "password=\"", "password='", 'password=\\"', "password: ", "token ", "secret", "a=b&", "a=b;", "Cookie: a=b;", "cookie=",
        "Authorization: ", "authorization", "%3A%2F%2F", "\x1b[", "\x1b[1m", "\x1b]", "&quot;", "AKIA", "AKIAAAAAAAAAAAAAAAAA ", "@tcp(", "a:b@tcp(", ":5432:", "input_value='",
        "-p ", " -u ", "mysql -p", "--password ", "token=token=", "key=key_", "x" * 100 + "@", "user:pass", "ghp_", "A" * 39 + "/", "-us1", "0" * 32 + "-us1", "8Q~", "abc8Q~", "\u0130", "password\uff1a", "password" + "_" * 50,
        "password" + " " * 40, "secret" + ":" * 9, "token|", "<token", "<token ", "token>", "token</a><b>", "session", "auth", "AUTH=", "Private-Lines: 9\n", "Digest nonce=", "AWS4-HMAC-SHA256 Signature=", "://" + "a" * 200 + ":", "%25" * 3, "\\u0022", "\\u001b[",
    ):
        yield repr(unit)[:40], (unit * (SIZE // len(unit) + 1))[:SIZE]
    yield "pem unclosed", "-----BEGIN RSA PRIVATE KEY-----\n" + "A" * (SIZE - 40)
    yield "pem lines", "-----BEGIN RSA PRIVATE KEY-----\n" + ("A" * 64 + "\n") * 1000
    yield "quoted unclosed", 'password="' + "x" * SIZE
    yield "quoted escapes", 'password="' + "\\" * SIZE
    yield "backslash pile", "\\" * 32_000 + 'password=\\"x' + "\\" * 32_000
    yield "userinfo", "https://" + "a:" * 32_000
    yield "userinfo at", "https://" + "a@" * 32_000
    yield "one token", "ghp_" + "A1b" * 21_000
    yield "hex", "0123456789abcdef" * 4096
    yield "base64", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo+/" * 1771
    yield "cookie", "Cookie: " + "a=b1c2d3e4f5; " * 4600
    yield "netrc", "machine a login b password " + "c" * SIZE
    yield "digits", "1" * SIZE


def repeats(literals: list[str]) -> Iterator[tuple[str, str]]:
    """Each literal with each glue, as often as it fits."""
    for literal in literals:
        for glue in GLUES:
            unit = literal + glue
            yield repr(unit), (unit * (SIZE // len(unit) + 1))[:SIZE]


FILLS = (
    *GLUES, "xxxxxxxxxxxxx", "Ab3" * 9, "x" * 49 + " ", "aB3dE" * 4 + " ", "word word ", "word " * 8, "\n" * 3, " " * 20, "0123456789abcdef" * 2,
    "a.b.c.d.", "a=b&", '"a":"b",', "=v1a2l3 ", ': "a1b2c3d4e5f6", ', '=x\\"y" ', " = foo(bar) ", "\u4e2d",
)


def mixes(literals: list[str], seed: int, count: int) -> Iterator[tuple[str, str]]:
    """A few literals strewn with a few fillings, in any case: dense and sparse ones, which no single literal shows."""
    rng = random.Random(seed)
    for _ in range(count):
        units = rng.sample(literals, rng.choice((1, 1, 2, 2, 3, 5, 20)))
        fills = rng.sample(FILLS, rng.choice((1, 1, 2, 3, 6)))
        parts: list[str] = []
        size = 0
        while size < SIZE:
            unit = rng.choice(units)
            part = rng.choice((unit, unit, unit.title())) + rng.choice(fills) + rng.choice(("", "", rng.choice(fills)))
            parts.append(part)
            size += len(part)
        yield repr("".join(parts[:3])), "".join(parts)[:SIZE]
