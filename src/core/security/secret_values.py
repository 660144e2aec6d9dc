"""Which values under a secret's name are none: placeholders, code, types, prose, ids, files, figures.

Below `masking_assignments` and `masking_headers`, which found a name and ask about what it is given.
"""
# ruff: noqa: E501 - because a pattern broken over lines hides which alternatives it has

import re

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.randomness import reads_random, shuffled
from plumbrule.core.security.secret_keys import Strength

_PLACEHOLDER_WORDS = frozenset((
    "none", "null", "nil", "true", "false", "undefined", "nan", "yes", "no", "on", "off", "empty", "unset",
    "default", "required", "optional", "redacted", "masked", "hidden", "filtered", "removed", "omitted", "unknown",
    "missing", "invalid", "valid", "expired", "changeme", "change_me", "change-me", "placeholder", "dummy",
    "example", "sample", "todo", "tbd", "n/a", "ok", "secretstr", "bytes", "string", "str", "int", "integer",
    "bool", "boolean", "float", "number", "object", "any", "void", "char", "text", "varchar", "byte", "uuid",
    "list", "dict", "array", "map", "set", "callable", "function", "self", "this", "await", "async", "lambda",
    "new", "not", "and", "or", "if", "else", "in", "is", "the", "a", "an", "return", "const", "let", "var",
    "failed", "success", "accepted", "rejected", "denied", "refused", "loaded", "found", "provided", "configured",
    "present", "absent", "disabled", "enabled", "ignored", "file", "env", "environment", "vault", "keychain",
    "keyring", "prompt", "stdin", "inherit", "auto", "basic", "bearer", "digest", "negotiate", "ntlm", "oauth",
    "oauth2", "jwt", "saml", "oidc", "ldap", "pat", "mfa", "totp", "sso", "kerberos", "anonymous", "public",
    "private", "internal", "reset", "rotated", "revoked", "generated", "encrypted", "hashed", "access", "refresh",
    "x-www-form-urlencoded", "password", "passwd", "token", "secret", "key", "apikey", "credential", "credentials",
    "username", "user", "admin_password", "test", "login", "same-origin", "include", "omit", "workspace:*", "x-oauth-basic",
    "x-token-auth",
))  # fmt: skip
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
        return _SYMBOLIC.fullmatch(value) is not None and not _braces_a_secret(value)
    if low.startswith(("env:", "env.", "env(", "env[")):
        return True
    if low.endswith(_ENDINGS):
        return not reads_random(low[:-4]) or low.endswith("example")
    return low.startswith(_OPENINGS) and _JOINT.search(value, 2, 12) is not None and not reads_random(value)


_JOINT = LazyPattern(r"[ _\-]")
_LONG_WORD = LazyPattern(r"[\w\-+/=.]{16,}")


def _braces_a_secret(value: str) -> bool:
    """Whether single braces hold a drawn word, as Jenkins writes its credentials: `{AQAAABAAAA…}`."""
    if value[0] != "{" or value[1:2] == "{":
        return False
    return any(shuffled(word) for word in _LONG_WORD.findall(value))


MAX_PLACEHOLDER_CHARS = 240
_NUMBER = LazyPattern(r"[+\-]?\d+(?:[.,:/_\-]\d+)*(?:e[+\-]?\d+)?\s?[A-Za-z%]{0,3}")
_DATE = LazyPattern(r"\d{4}-\d\d-\d\d(?:[T ][\d:.,+Z\-]*)?")
_UUID = LazyPattern(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_DIGEST = LazyPattern(r"(?:sha\d+|md5)[:\-=].*|[0-9a-f]{7,64}", re.IGNORECASE)
_CALL = LazyPattern(
    r"[&*]?(?:new |await )?[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*){0,8}[!?]?[(\[<]|[&*]?(?:\w+\.)?[A-Z][a-z]\w*\{"
)
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
        if strength == "firm" and quoted:
            return size < 10
        if strength == "vague":
            return True
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
    if quoted and value.startswith("$("):
        return True  # a shell's substitution, cut at the next quote
    if strength in ("firm", "weak"):
        return (
            (strength == "weak" and _UUID.fullmatch(value) is not None)
            or _identifies_weakly(value)
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
    if _UUID.fullmatch(value) is not None or _DIGEST.fullmatch(value) is not None:
        return True
    rest = _IDS_INSIDE.sub("", value[:JUDGED_CHARS])
    return len(rest) < min(len(value), JUDGED_CHARS) and not reads_random(rest)


_IDS_INSIDE = LazyPattern(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{7,64})(?![0-9A-Za-z])"
)
"""In names made of words and ids, as caches and object stores have: `Linux-pip-3f5a…`, `tree/<uuid>/a.json`."""


def _identifies_weakly(value: str) -> bool:
    return _DATE.fullmatch(value) is not None or value.startswith(("sha256", "sha512-", "sha384-"))


def _is_wordy(value: str) -> bool:
    """Letters, joints and blanks that read like words."""
    if " " in value:
        words = value.split()
        plain = sum(word.strip(".,:;!?()'").isalpha() and not reads_random(word) for word in words)
        return len(words) > 1 and plain * 5 >= len(words) * 3
    word = value.rstrip(".,:;!?)'")
    return (
        sum(map(str.isdigit, word)) <= 1
        and not reads_random(word)
        and all(c.isalnum() or c in "_-./,:;'()" for c in word)
        and _LETTERS_AROUND_A_DIGIT.fullmatch(word) is None
    )


_LETTERS_AROUND_A_DIGIT = LazyPattern(r"(?!oauth|utf|base|http|web|sha|v\d)[a-z]{4,}\d[a-z]{4,}")
"""`hunter2again` is a password; `oauth2proxy` is a word."""


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
