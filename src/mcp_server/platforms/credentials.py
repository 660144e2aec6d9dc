"""Tokens for private repositories: from settings, bound to one exact origin, handed to git through a descriptor."""

import hashlib
import os
import re
import shlex
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path

from plumbrule.core.errors import ConfigurationError
from plumbrule.core.security.urls import Origin, is_host_name, parse_origin
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms import askpass

SETTING = "sources.tokens"
ASKED_AT_MOST = 16
"""How often git may ask in one run; each answer takes one portion from the pipe (which holds 64 kB)."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,2048}")
_USERS = {"bitbucket.org": "x-token-auth", "gitlab.com": "oauth2"}
_USER = "x-access-token"


@dataclass(frozen=True, slots=True)
class Token:
    """A secret for one origin."""

    origin: Origin
    value: str = field(repr=False)

    @property
    def scope(self) -> str:
        """Tells credentials apart in cache keys without giving anything of them away."""
        return hashlib.sha256(b"plumbrule/token-scope\0" + self.value.encode()).hexdigest()


def parse_tokens(lines: Sequence[str]) -> Mapping[Origin, Token]:
    """The tokens in settings, each `host=token` or `https://host:port=token`.

    Raises:
        ConfigurationError: a line is malformed; it is not repeated, since it holds a secret.
    """
    found: dict[Origin, Token] = {}
    for number, line in enumerate(lines, 1):
        place, equals, value = line.partition("=")
        if not equals or not _TOKEN.fullmatch(value):
            raise ConfigurationError(f"Entry {number} of {SETTING} is not of the form host=token.")
        if is_host_name(place):
            origin = Origin("https", place, 443)
        elif "://" in place:
            origin = parse_origin(place, SETTING)
        else:
            raise ConfigurationError(f"Entry {number} of {SETTING} does not begin with a host name or an origin.")
        found[origin] = Token(origin, value)
    return found


@dataclass(frozen=True, slots=True)
class Asking:
    """What a git child needs to get at the token: environment and the descriptor it inherits."""

    env: Mapping[str, str]
    pass_fds: tuple[int, ...]


@contextmanager
def asking(token: Token | None, home: Path) -> Generator[Asking]:
    """The means to answer git's prompts from `token`; git is told that nobody answers when there is none."""
    if token is None:
        yield Asking({}, ())
        return
    secret = token.value.encode()
    reader, writer = os.pipe()
    try:
        try:
            for _ in range(min(ASKED_AT_MOST, 60_000 // len(secret))):
                os.write(writer, secret)
        finally:
            os.close(writer)
        script = home / "askpass"
        user = _USERS.get(token.origin.host, _USER)
        words = [sys.executable, "-I", "-S", "-B", askpass.__file__, str(reader), str(len(secret))]
        command = shlex.join([*words, str(token.origin), user])
        script.write_text(f'#!/bin/sh\nexec {command} "$1"\n')
        script.chmod(0o700)
        yield Asking({"GIT_ASKPASS": str(script)}, (reader,))
    finally:
        os.close(reader)
