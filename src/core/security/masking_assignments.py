"""Reads what is assigned to a secret's name: `password = "x"`, `--token x`, `<pwd>x</pwd>`, `\\"apiKey\\": \\"x\\"` and kin.

Called by `masking` with the end of a keyword that the gate found; gives back the span of the value, or None. All
patterns are anchored there and every repeat is bounded or possessive, so a hit costs no more than its own value.
"""
# ruff: noqa: E501 - because a pattern broken over lines hides which alternatives it has

import re
from collections.abc import Callable, Sequence

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.randomness import reads_random, shuffled
from plumbrule.core.security.secret_keys import Strength, harmless_name, names_a_vendors_key
from plumbrule.core.security.secret_values import JUDGED_CHARS, benign_value

Span = tuple[int, int]

Seen = dict[object, int]
"""How far a reader has looked in this text without success; it need not look there again."""

Reader = Callable[[str, int, int, Seen], Sequence[Span]]

QUOTE = r"(?:\\{0,7}[\"'`]|&(?:amp;)?(?:quot|apos|\#0?3[49]|\#[xX]2[27]);|%(?:25)?2[27]|\\{1,4}u002[27]|\\{1,4}x2[27]|[\u201c\u201d\u2018\u2019\u300c\u300d])"
_BLANK = r"(?:[ \t\u00a0\u3000]|%(?:25)?20|&nbsp;)"
_EQUALS = r"(?:=>|::?=|={1,3}|[?.]=|!==?|\+=|->|:{1,2}|[\uff1a\uff1d\ufe55\u2192\u2236]|%(?:25){0,2}3[ADad]|\\{1,4}u003[adAD]|\\{1,4}x3[adAD]|&(?:amp;)?\#(?:58|61|x3[adAD]);|&equals;|&colon;)"
_AFTER = LazyPattern(
    rf"""
    (?P<close>\*{{0,2}}{QUOTE}?(?:\]|\)|%5[Dd]|\*{{1,2}})?)
    (?![ \t]{{25}})
    (?:
        (?P<yaml>:[ \t]{{0,4}}[|>][+\-]?\d?[ \t]{{0,4}}\r?\n[ \t]{{1,40}}|:[ \t]{{0,4}}\r?\n[ \t]{{1,40}}(?=["'][^"'\n]{{4,400}}["']))
      | (?P<typed>{_BLANK}{{0,4}}:{_BLANK}{{0,4}}[A-Za-z_][\w\[\]|. ]{{0,40}}={_BLANK}{{0,4}}|{_BLANK}{{1,4}}(?:string|String|str)\s{{0,4}}:?=\s{{0,4}})(?=[bBrRuUfF]{{0,2}}["'`])
      | (?P<sep>(?:{_BLANK}|\\[tn]|\+(?={_EQUALS})){{0,24}}+{_EQUALS}(?:\*\*)?(?:{_BLANK}|\\[tn]|\+(?=%2[27])){{0,8}}(?:\r?\n[ \t]{{0,40}}(?=["']))?)
      | (?P<pipe>{_BLANK}{{0,8}}\|{_BLANK}{{0,8}})
      | (?P<pair>\s{{0,8}}(?:(?:\r?\n|\\r\\n){{2}}|[,;{{]?\s{{0,40}}["']?(?:value|val|default|content|Value|VALUE)["']?\s{{0,4}}[:=]\s{{0,4}}|\nV[ ]\d{{1,5}}\n|&lt;/\w{{1,30}}&gt;\s{{0,40}}&lt;\w{{1,30}}&gt;|</\w{{1,30}}>\s{{0,40}}<\w{{1,30}}>\s{{0,8}}))
      | (?P<xml>(?:\s[^<>&%\\\n]{{0,80}}+)?(?:>|&gt;|\\{{1,4}}u003[eE]|%3[Ee])(?:<!\[CDATA\[)?\s{{0,8}})
      | (?P<list>\s{{0,4}},\s{{0,8}}(?=[bBrRuU]?{QUOTE}))
      | (?P<is>\s{{1,4}}(?:is|was|are|IS)\s{{1,4}}(?::\s{{0,4}})?)
      | (?P<blank>(?:{_BLANK}|\s){{1,4}}(?:BY[ ])?)
    )
    (?:\[\s{{0,4}}(?=["'\\&])|\{{\s{{0,4}}\\{{0,3}}["']value\\{{0,3}}["']\s{{0,4}}:\s{{0,4}})?
    (?:(?:SecretStr|SecretBytes|Secret|Some|Just|String|bytes|str|Optional)\()?
    (?:[bBrRuU](?=["'\\]))?
    (?P<open>{QUOTE})?
    (?:(?:[Bb]earer|BEARER|[Bb]asic|[Tt]oken|Api[Kk]ey|Bot|SSWS|JWT|GenieKey|OAuth|[Kk]ey)(?:[ ]|%20|\+){{1,3}})?
    """,
    re.VERBOSE,
)
_ARN = LazyPattern(r"arn:[a-z\-]{3,12}:[a-z\-]{2,20}:[\w\-]{0,20}:\d{0,12}:\Z")
_TAIL = LazyPattern(r"[\w.\-]{0,48}+")
_STARTERS = frozenset(
    " \t\r\n\u00a0\u3000=:\"'`*])>|<,;&%\\?!+-{\uff1a\uff1d\ufe55\u2192\u2236\u201c\u201d\u2018\u2019\u300c\u300d"
)
"""What can follow a name that is given something; `(` and the end of the text cannot."""

_PROSE_FOLLOWS = LazyPattern(
    r"[ \t]{1,4}(?!(?:is|was|are|IS|BY|string|String|str)\s)[A-Za-z][a-z']{0,6}(?:[\s,.;:)?!]|\Z)"
)
_WORDS_FOLLOW = LazyPattern(
    r"[ \t]{1,4}(?!(?:is|was|are|IS|BY|string|String|str)\s)[A-Za-z][a-z']{0,15}(?:[\s,.;:)?!]|\Z)"
)
_UNQUOTED = LazyPattern(
    r"""
    (?:
        [^\s"'`,;&<>()\[\]{}\\|%\u201c\u201d\uff0c\u3002]++
      | [,;](?![\s"'`\\&]|$|%20|[\w.\-%]{1,60}[=:])
      | &(?!(?:amp;)?[\w.\-\[\]%]{1,60}=|(?:amp;)?(?:quot|apos|lt|gt|nbsp|\#\w{2,4});|$|\s)
      | [()\[\]{}](?=[^\s"'`,;.:()\[\]{}<>\\])
      | <(?![/\s]) | >(?=[\w])
      | %(?!(?:25)?(?:26|22|27|0[AaDd]|20|7[Dd]|5[Dd]|2[Cc]|3[BbCcEe]))
      | \\(?![nrt"'\\]|u00|x[0-9a-fA-F]{2}|/) | \\/ | \\u00(?!2[267]|3[cCeE]|0)
      | \|(?=\S)
    )++
    """,
    re.VERBOSE,
)
_NARROW = LazyPattern(r"\)[.,;:]*\Z|[.,:;!?]+\Z")
_LINE_END = LazyPattern(r"[^\r\n]{0,8192}+")
_VERSION = LazyPattern(r"v?\d{1,4}\.\d{1,4}\.\d{1,6}(?:[\-+/.)]|\Z)")
_ANOTHER_FIELD = LazyPattern(r"[A-Za-z_]{2,24}=[^=]")
_OPENS_PLACEHOLDER = LazyPattern(
    r"<[A-Za-z](?:[^<>\n\d]{0,80}\d){0,3}[^<>\n\d]{0,80}>|\$\{[^{}\n]{0,120}\}|\{\{[^{}\n]{0,120}\}\}|\$\([^()\n]{0,120}\)|%\([\w.]{1,40}\)s|\{[\w.\[\]!:'\"()]{0,60}\}|\$\{\{[^{}\n]{0,120}\}\}|#\{[^{}\n]{0,120}\}|&lt;[^&\n]{0,80}&gt;"
)
_SHELL_DEFAULT = LazyPattern(r"[?+][^{}\n]{0,80}\}|-\$[({]")
_FLAG_BEFORE = LazyPattern(r"(?:^|[\s\"'`,\[(=:|])-{1,2}[\w\-.]{0,60}\Z")
_SETTERS = (
    "machine ", "login ", "default ", "account ", "identified ", "env ", "arg ", "setx ", "export ", "set ", "user ",
    "username ",
)  # fmt: skip
"""Words on the same line that make `password x` an assignment: netrc, Dockerfile, shell, SQL."""


MAX_UNQUOTED_CHARS = 256
"""So much of an unquoted value is judged; what goes on longer is hidden to its end."""

MAX_ELEMENT_CHARS = 4_096
"""The text of an XML element that is looked through for its end."""

MAX_QUOTED_CHARS = 16_384
"""A quoted value longer than this is hidden to the end of its line only."""


def assigned_span(text: str, start: int, end: int, strength: Strength) -> Span | None:
    """The span of the secret that the name with the keyword at `start:end` is given, None when it is given none."""
    tail = _TAIL.match(text, end)
    at = tail.end() if tail else end
    if text[at : at + 1] not in _STARTERS:
        return None
    before = text[start - 1] if start else " "
    joined = before.isalnum() or before in "_-."
    if not joined and at == end and (_PROSE_FOLLOWS if strength == "password" else _WORDS_FOLLOW).match(text, at):
        return None
    if before == ":" and _ARN.search(text, max(0, start - 80), start):
        return None  # the name of a secret, not its value
    if (joined or at > end) and _names_nothing(text, start, end, at, strength):
        return None
    after = _AFTER.match(text, at)
    if after is None or (after["sep"] and "->" in after["sep"] and after["close"].endswith(")")):
        return None  # an arrow after a bracket is what a function returns
    return _given(text, start, after, strength)


def _names_nothing(text: str, start: int, end: int, tail_end: int, strength: Strength) -> bool:
    session = text[start:end].lower() == "session"
    return harmless_name(text[max(0, start - 24) : start], text[end:tail_end], strength, session=session)


_ATTRIBUTE = LazyPattern(r"(?:class|href|src|title|rel|style|alt|data-[\w\-]{1,40})=\\{0,3}[\"'][^\"'<>]{0,120}\Z")


def _ends_an_attribute(text: str, start: int) -> bool:
    """Whether the name is part of a link or a style, so that what follows the tag is text for readers."""
    return _ATTRIBUTE.search(text, max(0, start - 140), start) is not None


_SEPARATORS = ("sep", "yaml", "typed", "pipe", "pair", "xml", "list", "is", "blank")
_LOOSE = frozenset(("blank", "list", "is", "pipe", "xml"))


def _given(text: str, start: int, after: re.Match[str], strength: Strength) -> Span | None:
    """The value after a name and its separator, judged."""
    how = next(name for name in _SEPARATORS if after[name] is not None)
    at = after.end()
    if how == "xml" and _ends_an_attribute(text, start):
        return None
    if strength == "vague" and names_a_vendors_key(text, start, after.start()):
        strength = "firm"
    quote = after["open"]
    if quote is not None:
        stop = closing_quote(text, at, quote)
        value = text[at:stop]
        if not value or (how in ("blank", "list") and not _fits_loose_quoted(text, start, value, how, strength)):
            return None
        return None if benign_value(value, strength, quoted=True, spaced=how == "typed") else (at, stop)
    if text[at : at + 1] in _PLACEHOLDER_STARTS and _is_held_open(text, at):
        return None
    stop = _unquoted_end(text, at, how)
    value = text[at : min(stop, at + MAX_UNQUOTED_CHARS)]
    if not value or (how in _LOOSE and not _fits_loose(text, start, value, how, strength)):
        return None
    if value.isidentifier() and _continues_as_code(text, stop, value):
        return None
    if benign_value(value, strength, quoted=False, spaced=_is_spaced(text, stop, value, how, after, strength)):
        return None
    if len(value) >= MAX_UNQUOTED_CHARS and how != "xml":
        longer = _UNQUOTED.match(text, at)
        stop = longer.end() if longer else stop
    return at, stop


def _continues_as_code(text: str, stop: int, name: str) -> bool:
    """Whether what follows an unquoted `name` shows that it is one: `(`, `[`, or the next argument after a plain word."""
    following = text[stop : stop + 1]
    if following in ("[", "("):
        return not shuffled(name)
    return following in (",", ")") and name.islower() and name.isalpha() and not reads_random(name)


_PLACEHOLDER_STARTS = frozenset("<${%#&?+/-")


def _is_held_open(text: str, at: int) -> bool:
    """Whether a placeholder begins at `at`, a shell's default after one, or the rest of a URL."""
    return (
        text.startswith("//", at)
        or _OPENS_PLACEHOLDER.match(text, at) is not None
        or (_SHELL_DEFAULT.match(text, at) is not None and "${" in text[max(0, at - 60) : at])
    )


def _is_spaced(text: str, stop: int, value: str, how: str, after: re.Match[str], strength: Strength) -> bool:
    """Whether blanks around the separator make prose or code likely."""
    spaced = how in ("typed", "is", "blank", "pipe") or (how == "sep" and " " in after["sep"])
    return spaced and not (strength == "password" and _may_be_plain_password(text, stop, value))


def closing_quote(text: str, at: int, quote: str) -> int:
    """Where the value that `quote` opened before `at` ends; the end of the line when it never closes."""
    mark = quote[-1] if quote[0] == "\\" and quote[-1] in "\"'`" else quote
    closing = {"\u201c": "\u201d", "\u2018": "\u2019", "\u300c": "\u300d"}.get(mark, mark)
    level = len(quote) - 1 if quote[0] == "\\" and mark != quote else 0
    limit = min(len(text), at + MAX_QUOTED_CHARS)
    place = text.find(closing, at, limit)
    while place >= 0:
        slashes = 0
        while place - slashes > at and text[place - slashes - 1] == "\\":
            slashes += 1
        if len(closing) > 1:
            return place
        if slashes % (2 * (level + 1)) == level:
            return place - level
        if slashes < level:
            return place - slashes  # an outer string ended first: the record was cut
        place = text.find(closing, place + 1, limit)
    line = _LINE_END.match(text, at)
    return line.end() if line else at


def _unquoted_end(text: str, at: int, how: str) -> int:
    found = _UNQUOTED.match(text, at, at + MAX_UNQUOTED_CHARS)
    if found is None:
        return at
    if how == "xml":
        stop = text.find("<", at, at + MAX_ELEMENT_CHARS)
        return max(stop, at)
    trimmed = _NARROW.search(text, max(at, found.end() - 8), found.end())
    return trimmed.start() if trimmed else found.end()


def _may_be_plain_password(text: str, stop: int, value: str) -> bool:
    """Whether a word after `password: ` stands alone on its line and is no type's name."""
    return (
        (stop >= len(text) or text[stop] in "\r\n") and value.isalnum() and len(value) >= 6 and not value[0].isupper()
    )


def _fits_loose(text: str, start: int, value: str, how: str, strength: Strength) -> bool:
    """Whether a value that only blanks, a bar or a tag set off looks like a secret, or stands where one must."""
    if how == "blank" and _FLAG_BEFORE.search(text, max(0, start - 64), start):
        return not value.startswith("-")
    if not value.isascii() and not any(map(str.isdigit, value)):
        return False  # the next words of another language
    telling = sum(not c.isalpha() for c in value)
    if how == "xml":
        return "\n" not in value.strip() and (telling > 0 or strength == "password" or _random_enough(value))
    if how == "blank" and strength == "password" and _is_set_by_words(text, start):
        return telling > 0 or len(value) >= 8
    if how == "is" and strength == "password" and len(value) >= 6 and any(map(str.isdigit, value)):
        return True
    least = 6 if strength == "password" else 12
    return len(value) >= least and _random_enough(value)


def _is_set_by_words(text: str, start: int) -> bool:
    line = text[text.rfind("\n", max(0, start - 200), start) + 1 or max(0, start - 200) : start].lower()
    return not line.strip() or any(map(line.__contains__, _SETTERS))


def _fits_loose_quoted(text: str, start: int, value: str, how: str, strength: Strength) -> bool:
    if _FLAG_BEFORE.search(text, max(0, start - 64), start):
        return not value.startswith("-")
    if not value.isascii() and " " in value:
        return False
    if how == "blank" and strength == "password":
        plain = value.replace(" ", "")
        return not plain.isalpha() or reads_random(plain)
    if strength == "password" and value.isdigit() and len(value) >= 8:
        return True
    if strength == "password" and reads_random(value[:JUDGED_CHARS]) and not value.isidentifier():
        return True
    return len(value) >= 8 and _random_enough(value)


def _random_enough(value: str) -> bool:
    value = value[:JUDGED_CHARS]
    if value.startswith(("http", "<http", "(http")) or _ANOTHER_FIELD.match(value):
        return False
    if value.startswith(("/", "./")):
        return shuffled(value)
    if _VERSION.match(value):
        return False
    return shuffled(value) if value.isidentifier() else reads_random(value)
