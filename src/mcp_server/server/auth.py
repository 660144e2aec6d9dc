"""Who is calling over HTTP: bearer tokens, compared in constant time, each with a name.

Settings hold `name:sha256hex`, never the token. Tokens are random (256 bits from `plumbrule token new`), so a plain
digest is enough: there is nothing to guess that slow hashing would protect.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

from plumbrule.core.errors import ConfigurationError
from plumbrule.core.values import dataclass

MAX_TOKEN_BYTES = 512
_ENTRY = re.compile(r"([A-Za-z0-9._-]{1,64}):([0-9a-fA-F]{64})")
_URL_TOKEN = re.compile(rb"(?:^|&)(?:access_token|token|api_key|apikey|key|authorization)=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Credential:
    """One accepted token: the client's name and the SHA-256 of the token."""

    name: str
    digest: bytes


class Authenticator:
    """Tells the client's name from its `Authorization` header."""

    def __init__(self, credentials: Sequence[Credential]) -> None:
        self._credentials = tuple(credentials)

    @property
    def required(self) -> bool:
        """Whether requests need a token at all."""
        return bool(self._credentials)

    def identify(self, authorization: bytes | None) -> str | None:
        """The name that the token stands for, or None. Takes the same time whichever token is wrong and where."""
        scheme, _, token = (authorization or b"").partition(b" ")
        token = token.strip(b" ")
        if scheme.lower() != b"bearer" or not token or len(token) > MAX_TOKEN_BYTES:
            return None
        digest = hashlib.sha256(token).digest()
        found = None
        for credential in self._credentials:
            if hmac.compare_digest(digest, credential.digest):
                found = credential.name
        return found


def parse_tokens(entries: Sequence[str]) -> tuple[Credential, ...]:
    """The credentials in `name:sha256hex` entries.

    Raises:
        ConfigurationError: an entry is not of this form; it names the position, never the text.
    """
    credentials: list[Credential] = []
    for position, entry in enumerate(entries, 1):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ConfigurationError(
                f"http.tokens: entry {position} is not `name:sha256hex`.",
                hint="`plumbrule token new` prints a token and its entry.",
            )
        credentials.append(Credential(match[1], bytes.fromhex(match[2])))
    return tuple(credentials)


def has_token_in_query(query: bytes) -> bool:
    """Whether a URL carries a credential, which would end up in logs and histories."""
    return _URL_TOKEN.search(query) is not None
