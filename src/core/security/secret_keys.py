"""Which names promise a secret, and which values under such a name are none.

Below `masking`: the names open the gate for `key = value` in text and decide about the keys of mappings. A name
is `strong` (password, secret, API key: whatever stands there is hidden unless it is plainly a placeholder, a type or
code) or `weak` (token, session, signature: the value must also look like one).
"""
# ruff: noqa: E501 - because a pattern broken over lines hides which alternatives it has

import re
from functools import lru_cache
from typing import Literal

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_values import lowered
from plumbrule.core.security.randomness import reads_random, shuffled

Strength = Literal["password", "strong", "weak", "vague"]
"""`vague`: only a long value that reads random counts, so that cache keys and ids stay readable."""


def _spellings(*names: str) -> tuple[str, ...]:
    """`api key` as apikey, api_key, api-key, api.key and with a space, plain and percent-encoded."""
    joints = ("", "_", "-", ".", " ", "%20", "+")
    return tuple(name.replace(" ", joint) for name in names for joint in (joints if " " in name else ("",)))


KEYWORDS: dict[str, Strength] = {
    **dict.fromkeys(
        ("password", "passwd", "passwort", "passw=", "passw:", "passphrase", "passcode", "pwd", "passkey", "contrase", "kennwort", "mot_de_passe", "senha", "identified by", "psk", "sshpass",
         "pass=", "pass:", 'pass"', "pass'", "pass>", "pass]", "pass\\", "pass&", "pass%", "pass\uff1a", "_pass ", "-pass ", ".pass ", "pass\n", "pass =", "pass :", "pass\t", "pass|", "pass`", "pass*", "pass\uff1d", "pass ->"),
        "password",
    ),
    **dict.fromkeys(
        ("secret", "credential", "mnemonic", "seed_phrase", "private_token", "_authtoken", "_auth",
         *_spellings("api key", "api secret", "access key", "private key", "auth key", "signing key", "sign key", "encryption key",
                     "decryption key", "encrypt key", "cipher key", "aes key", "master key", "account key", "shared access key", "shared key",
                     "storage key", "service key", "deploy key", "hmac key", "app key", "application key", "consumer key",
                     "subscription key", "session key", "server key", "admin key", "root key", "ssh key", "rsa key",
                     "connection string", "connstr", "conn str", "webhook url", "webhook key", "functions key", "bot key",
                     "integration key", "write key", "host key", "machine key", "validation key", "jwt key", "primary key value",
                     "recovery code", "backup code", "access code", "one time code", "security code", "personal access")),
        "strong",
    ),
    **dict.fromkeys(
        ("token", "session", "sessid", "auth", "bearer", "jwt", "signature", "sig=", "sig%3d", '"sig"', "csrf", "xsrf",
         "cookie", "saml", "samlresponse", "samlrequest", "assertion", "otp=", "ticket=", "pat=", "_pat", "dsn", "sas=", "salt=", "pepper", "cred=", "creds",
         "client_id_secret", "verifier"),
        "weak",
    ),
    **dict.fromkeys(("_key", "-key", "license key", "licensekey", "?key=", "&key=", "&amp;key=", "%26key%3d", "?key%3d"), "vague"),
    **dict.fromkeys(
        ("adafruit", "airtable", "algolia", "alibaba", "artifactory", "asana", "assemblyai", "beamer", "bittrex", "bugsnag", "clickup", "cloudflare",
         "codecov", "cohere", "coinbase", "confluence", "confluent", "contentful", "datadog", "deepgram", "dropbox", "droneci", "etsy", "fastly",
         "finicity", "finnhub", "flickr", "freshbooks", "gitter", "gocardless", "heroku", "honeybadger", "hubspot", "intercom", "kraken", "kucoin",
         "launchdarkly", "linkedin", "looker", "mailgun", "mapbox", "mattermost", "meraki", "messagebird", "mistral", "netlify", "newrelic",
         "new_relic", "newyorktimes", "nytimes", "opsgenie", "pagerduty", "plaid", "privateai", "pubnub", "rapidapi", "rollbar", "sendbird",
         "sonar", "squarespace", "sumologic", "telegr", "travis", "trello", "twitch", "twitter", "typeform", "wandb", "yandex", "zendesk"),
        "vague",
    ),
}  # fmt: skip
"""Lower-cased fragments of key names. Found anywhere in the text, then looked at closely."""

_HARMLESS_TAIL = LazyPattern(
    r"s?(?:[_.\-]?(?:count|counts|counter|type|types|name|names|length|len|size|limit|limits|min|max|url|uri|uris|endpoint|path|file|files|"
    r"filename|dir|field|fields|policy|policies|expir\w*|expires\w*|ttl|age|lifetime|timeout|created\w*|updated\w*|issued\w*|required|enabled|disabled|"
    r"reset|hint|label|placeholder|error|errors|valid\w*|invalid\w*|budget|usage|used|use|bound|estimate\w*|izer|ized?|ization|izing|"
    r"version|algorithm|alg|method|mode|scheme|scopes?|format|strength|manager|provider|service|store|storage|class|factory|handler|"
    r"generator|helper|input|prompt|rotation|rotated\w*|status|state|index|position|offset|per_\w*|rate|ratio|level|flow|info|config|"
    r"column|table|regex|pattern|header|param\w*|arg|args|var|id|ids|arn|ref|refs|less|ary|aries|ed|ing|ion|ional|or|ors|orized|orization_url|ority|entication|"
    r"enticated|entic\w*|group|owner|kind|category|source|target|server|host|port|user|username|email|date|time\w*|at|on|in|"
    r"changed\w*|change|stream|window|cost|price|total|remaining|left|matched|set|list|map|cache|pool|queue|is\w*|of|kinds?|scanner|scanning|detection|mask\w*|text_|prefix|suffix|length|builder|parser|reader|writer|field\w*|check\w*|encoder|decoder|kinds|cls|header|cookie_name|response|request|model|schema|filter|entry|entries|comment))"
    r"s?(?![a-z])"
    r"s?",
    re.IGNORECASE,
)
"""What follows the keyword in names that hold no secret: `token_count`, `password_field`, `tokenizer`."""

_HARMLESS_HEADS = frozenset((
    "page", "next", "prev", "continuation", "continue", "sync", "max", "min", "num", "n", "total", "prompt",
    "completion", "input", "output", "cached", "reasoning", "public", "special", "eos", "bos", "pad", "unk",
    "mask", "sep", "cls", "no", "is", "has", "use", "with", "without", "per", "stop", "foreign", "primary",
    "cache", "sort", "partition", "dict", "hash", "lookup", "design", "jquery", "lint",
))  # fmt: skip
"""What precedes the keyword in names that hold no secret: `max_tokens`, `next_page_token`, `public_key`."""
_PLACEHOLDER_WORDS = frozenset(
    [
        "none",
        "null",
        "nil",
        "true",
        "false",
        "undefined",
        "nan",
        "yes",
        "no",
        "on",
        "off",
        "empty",
        "unset",
        "default",
        "required",
        "optional",
        "redacted",
        "masked",
        "hidden",
        "filtered",
        "removed",
        "omitted",
        "unknown",
        "missing",
        "invalid",
        "valid",
        "expired",
        "changeme",
        "change_me",
        "change-me",
        "placeholder",
        "dummy",
        "example",
        "sample",
        "todo",
        "tbd",
        "n/a",
        "ok",
        "secretstr",
        "bytes",
        "string",
        "str",
        "int",
        "integer",
        "bool",
        "boolean",
        "float",
        "number",
        "object",
        "any",
        "void",
        "char",
        "text",
        "varchar",
        "byte",
        "uuid",
        "list",
        "dict",
        "array",
        "map",
        "set",
        "callable",
        "function",
        "self",
        "this",
        "await",
        "async",
        "lambda",
        "new",
        "not",
        "and",
        "or",
        "if",
        "else",
        "in",
        "is",
        "the",
        "a",
        "an",
        "return",
        "const",
        "let",
        "var",
        "failed",
        "success",
        "accepted",
        "rejected",
        "denied",
        "refused",
        "loaded",
        "found",
        "provided",
        "configured",
        "present",
        "absent",
        "disabled",
        "enabled",
        "ignored",
        "file",
        "env",
        "environment",
        "vault",
        "keychain",
        "keyring",
        "prompt",
        "stdin",
        "inherit",
        "auto",
        "basic",
        "bearer",
        "digest",
        "negotiate",
        "ntlm",
        "oauth",
        "oauth2",
        "jwt",
        "saml",
        "oidc",
        "ldap",
        "pat",
        "mfa",
        "totp",
        "sso",
        "kerberos",
        "anonymous",
        "public",
        "private",
        "internal",
        "reset",
        "rotated",
        "revoked",
        "generated",
        "encrypted",
        "hashed",
        "access",
        "refresh",
        "x-www-form-urlencoded",
        "password",
        "passwd",
        "token",
        "secret",
        "key",
        "apikey",
        "credential",
        "credentials",
        "username",
        "user",
        "admin_password",
        "test",
        "login",
    ]
)
_SYMBOLIC = LazyPattern(
    r"""(?ix)
      [*\u2022x.\-_\#?=~\u2026]+
    | <(?:[^<>\d]*\d){0,3}[^<>\d]*> | &lt;.{0,200}&gt; | %3C.{0,200}%3E | \\+u003c.{0,200}\\+u003e
    | \[[^\[\]\d]{0,200}\] | \([^\d]{0,200}\)
    | \$?\{{1,3}[^{}]{0,200}\}{1,3} | \$\([^()]{0,200}\)
    | \#\{[^{}]{0,200}\} | %\(?[a-z_]*\)?[sdrv]? | %[a-z_]+% | @[a-z_.]+@ | __[a-z_]+__ | :[a-z_]+
    | (?:%[sdr]|[^\w\s])+ | \$[a-z_]+ | \$env:[a-z_]+ | \{[^{}]{0,100}
    """
)
_OPENINGS = (
    "your", "my", "the", "some", "any", "insert", "enter", "replace", "put", "add", "paste", "set", "use", "example",
    "sample", "dummy", "fake", "placeholder", "change", "choose",
)  # fmt: skip
_ENDINGS = ("here", "placeholder", "redacted", "example", "masked", "changeme", "here>", "placeholder>")


def is_placeholder(value: str) -> bool:
    """Whether `value` stands for a secret instead of being one: `<token>`, `${TOKEN}`, `****`, `your-key-here`, `none`."""
    if len(value) > MAX_PLACEHOLDER_CHARS:
        return False
    low = value.lower()
    if low in _PLACEHOLDER_WORDS or "xxxxxx" in low:
        return True
    if not low[:1].isalnum() or low[0] == "x":
        return _SYMBOLIC.fullmatch(value) is not None
    if low.startswith(("env:", "env.", "env(", "env[")):
        return True
    if low.endswith(_ENDINGS):
        return not reads_random(low[:-4]) or low.endswith("example")
    return low.startswith(_OPENINGS) and _JOINT.search(value, 2, 12) is not None and not reads_random(value)


_JOINT = LazyPattern(r"[ _\-]")
MAX_PLACEHOLDER_CHARS = 240
_NUMBER = LazyPattern(r"[+\-]?\d+(?:[.,:/_\-]\d+)*(?:e[+\-]?\d+)?\s?[A-Za-z%]{0,3}")
_DATE = LazyPattern(r"\d{4}-\d\d-\d\d(?:[T ][\d:.,+Z\-]*)?")
_UUID = LazyPattern(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_DIGEST = LazyPattern(r"(?:sha\d+|md5)[:\-=].*|[0-9a-f]{7,64}", re.IGNORECASE)
_CALL = LazyPattern(r"[&*]?(?:new |await )?[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*){0,8}[!?]?[(\[<]")
_PATH_OF_NAMES = LazyPattern(r"[&*!@$]{0,2}[A-Za-z_][A-Za-z_0-9]*(?:(?:\.|->|::|\?\.)[A-Za-z_][A-Za-z_0-9]*)+[?!]?")
_NAME = LazyPattern(r"[&*!@$]{0,2}[A-Za-z_][A-Za-z_\-]*\d{0,2}[?!]?")
_IDENTIFIER = LazyPattern(r"[A-Za-z_]\w{2,60}")
_CONSTANT = LazyPattern(r"[A-Z]{2,20}(?:_[A-Z]{2,20}){1,6}")
_FILE = LazyPattern(r"(?:\.{0,2}|~)/[\w.\-/]+|[\w\-]+\.(?:py|js|ts|json|ya?ml|toml|md|txt|html|go|rs|java|pem|crt)")
_NAMES_A_SECRET = LazyPattern(
    r"passw|secret|token|key|cred|auth|session|pwd|cookie|signature|csrf|pass\b", re.IGNORECASE
)
_PROSE = LazyPattern(r"[A-Za-z][a-z']*(?:[ ,]+[A-Za-z(][a-z'\-)]*)+[.:!?\u2026]*")
_CODE_START = LazyPattern(r"[({\[\\/!^|+*]|\.\.|//|#|--")


JUDGED_CHARS = 400
"""Whether text reads random shows in its first few hundred characters."""


def benign_value(value: str, strength: Strength, *, quoted: bool, spaced: bool) -> bool:
    """Whether `value` under a key of `strength` is no secret.

    `quoted`: it stood in quotes, so it is no code. `spaced`: the separator was a colon or had blanks around it,
    as in prose, annotations and code.
    """
    size = len(value)
    if size < (4 if strength in ("password", "strong") else 8):
        return True
    if is_placeholder(value):
        return True
    if _NUMBER.fullmatch(value):
        return (strength not in ("password", "strong") and size < 16) or size < 6
    if strength == "vague":
        return (
            size < 16
            or not shuffled(value[:JUDGED_CHARS])
            or _identifies(value)
            or (not quoted and _is_code(value, spaced))
        )
    if size > 200:
        return False
    if not quoted and _is_code(value, spaced):
        return True
    if quoted and (_BETWEEN_STRINGS.match(value) or _REGEX_LIKE.search(value)):
        return True
    if strength == "weak":
        return (
            _identifies_weakly(value)
            or _is_wordy(value)
            or _is_punctuation(value)
            or (_FILE.fullmatch(value) is not None and not shuffled(value))
        )
    if quoted:
        return _is_prose(value, strength)
    return False


_REGEX_LIKE = LazyPattern(r"\(\?[:=!<i]|\[\^?[\w\\]-?[a-zA-Z0-9]-[a-zA-Z0-9]|\[\^?[a-zA-Z0-9]-[a-zA-Z0-9]")
_BETWEEN_STRINGS = LazyPattern(
    r"\s{0,4}(?:[+%.,)\]]\s|\+\w+[.(\s]|[,)](?:\Z|[\w.]+\()|\.\w+\()|\)?\s->\s|\s(?:for|if|in|and|or|else|HTTP|header)\s"
)
"""What lies after a string that ended right after the name: `"token=" + x + "…"`."""


def _is_punctuation(value: str) -> bool:
    return sum(map(str.isalnum, value)) * 2 < len(value)


def _identifies(value: str) -> bool:
    return _UUID.fullmatch(value) is not None or _DIGEST.fullmatch(value) is not None


def _identifies_weakly(value: str) -> bool:
    return (
        _UUID.fullmatch(value) is not None
        or _DATE.fullmatch(value) is not None
        or value.startswith(("sha256", "sha512-", "sha384-"))
    )


def _is_wordy(value: str) -> bool:
    """Letters, joints and blanks that read like words."""
    if " " in value:
        words = value.split()
        plain = sum(word.strip(".,:;!?()'").isalpha() and not reads_random(word) for word in words)
        return len(words) > 1 and plain * 5 >= len(words) * 3
    return (
        sum(map(str.isdigit, value)) <= 1
        and not reads_random(value)
        and all(c.isalnum() or c in "_-./,:;'!?()" for c in value)
    )


def _is_prose(value: str, strength: Strength) -> bool:
    if _NAMES_A_SECRET.search(value) and _is_wordy(value):
        return True
    if strength == "strong" and _CONSTANT.fullmatch(value):
        return True
    return strength == "strong" and " " in value and _PROSE.fullmatch(value) is not None and not reads_random(value)


def _is_code(value: str, spaced: bool) -> bool:
    if _CODE_START.match(value):
        return (spaced or len(value) < 12) and not shuffled(value)
    call = _CALL.match(value)
    if call is not None:
        return not shuffled(call.group())
    if _PATH_OF_NAMES.fullmatch(value):
        return not shuffled(value)
    if _IDENTIFIER.fullmatch(value) and _NAMES_A_SECRET.search(value) and not shuffled(value):
        return sum(map(str.isdigit, value)) <= 2
    if reads_random(value):
        return False
    if _NAME.fullmatch(value) is None:
        return False
    return spaced or value[-1] in "?!" or _NAMES_A_SECRET.search(value) is not None or value.isupper() or "_" in value


_GLUED = LazyPattern(
    r"(?:s|id|key|keys|token|value|val|string|str|text|hash|b64|base64|hex|bytes|data|plain|plaintext|raw|accesskey|access|secret|code|pass|word|"
    r"base|seed|current|old|new|confirm\w*|env|prod|production|dev|staging|live|main|master|default)?\d{0,4}(?:[_.\-].*)?",
    re.IGNORECASE,
)
"""How a keyword may go on without a joint (`sessionid`, `secretkey`, `passwords`); `author` and `tokenizer` do not."""


def harmless_name(head: str, tail: str, *, session: bool = False) -> bool:
    """Whether a name with `head` before the keyword and `tail` after it holds no secret although the keyword is in it.

    `session`: the keyword is one, whose id is the secret.
    """
    if tail and _harmless_tail(tail, head[-1:].isupper(), session):
        return True
    word = head[:-1] if head[-1:] in ("_", "-", ".") else head
    at = len(word)
    while at and word[at - 1].isalpha():
        at -= 1
    if word[at - 1 : at] == "\\":
        at += 1  # the letter belongs to an escape such as `\\n`, not to the name
    return word[at:].lower() in _HARMLESS_HEADS


@lru_cache(maxsize=4096)
def _harmless_tail(tail: str, after_capital: bool, session: bool) -> bool:
    if session and tail.lower().lstrip("_-.") == "id":
        return False
    if _HARMLESS_TAIL.match(tail):
        return True
    same_word = tail[0].islower() or (tail[0].isupper() and after_capital and tail.isupper())
    return same_word and _GLUED.fullmatch(tail) is None


@lru_cache(maxsize=2048)
def key_strength(name: str) -> Strength | None:
    """What a mapping's key named `name` promises, None for nothing. Cached, since keys repeat."""
    low = lowered(name)
    best: Strength | None = None
    for written, strength in KEYWORDS.items():
        keyword = (
            "pass"
            if written.lstrip("_-.").startswith("pass") and not written.lstrip("_-.")[4:5].isalpha()
            else written.strip("\"'=:?&>]\\%\uff1a \n")
        )
        at = low.rfind(keyword)
        if at < 0:
            continue
        head, tail = name[max(0, at - 24) : at], name[at + len(keyword) :]
        if keyword != written and (head[-1:].isalpha() or tail[:1].isalpha()):
            continue  # in text a separator had to follow; here the word must stand alone
        if harmless_name(head, tail, session=keyword == "session"):
            continue
        if best is None or _ORDER[strength] < _ORDER[best]:
            best = strength
    return best


_ORDER: dict[Strength, int] = {"password": 0, "strong": 1, "weak": 2, "vague": 3}
