"""Inputs of 64 kB made to be slow: every literal that the masker knows, repeated alone and with every glue."""

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
