"""Words of questions and of code, brought to one form: identifiers split, endings cut, small words left out.

`index` builds on it for what the code says and `ranking` for what was asked. No dictionary and no model: the same
letters give the same words everywhere.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

MIN_LETTERS = 2
MAX_LETTERS = 40
"""Longer runs of letters are hashes and packed data, not words."""

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_IDENTIFIER = re.compile(r"[^\W\d]\w*", re.UNICODE)

_SMALL_WORDS = """
a about after all an and any are as at be been before being between but by can code could do does doing done each file
files find for from function functions get gets give given go goes had has have how i if in into is it its just like
line lines list locate look make makes me method methods my need not of off on one only or other our out over own part
parts place places please project repo repository returns same see set sets should show so some such tell than that the
their them then there these they thing things this those through to under up us use used uses using very via want was
way we were what when where which while who why will with within without work works would you your class classes module
modules implement implemented implementation implements define defined defines definition happen happens responsible
handle handled handles logic source
"""
_SMALL = frozenset(_SMALL_WORDS.split())
"""Left out of questions, not of code: they say how one asks, not what about."""

_KIN: tuple[tuple[str, ...], ...] = (
    ("config", "configuration", "configure", "setting", "option", "preference"),
    ("auth", "authentication", "authenticate", "login", "credential"),
    ("authz", "authorization", "authorize", "permission", "access"),
    ("db", "database", "sql"),
    ("error", "exception", "failure", "fault"),
    ("log", "logging", "logger"),
    ("param", "parameter", "argument", "arg"),
    ("env", "environment"),
    ("dir", "directory", "folder"),
    ("url", "uri", "route", "link"),
    ("msg", "message"),
    ("req", "request"),
    ("res", "resp", "response", "reply", "answer"),
    ("delete", "remove", "drop", "erase"),
    ("create", "make", "build", "new", "construct"),
    ("fetch", "download", "load", "retrieve"),
    ("store", "save", "persist", "write"),
    ("parse", "parser", "decode", "read"),
    ("serialize", "dump", "encode", "marshal"),
    ("async", "asynchronous", "await", "coroutine"),
    ("cmd", "command", "cli"),
    ("dep", "dependency", "requirement"),
    ("init", "initialize", "setup", "start", "bootstrap"),
    ("stop", "shutdown", "close", "terminate"),
    ("conn", "connection", "connect"),
    ("tmp", "temp", "temporary"),
    ("ctx", "context"),
    ("doc", "documentation", "docs"),
    ("spec", "test", "testing"),
    ("cache", "memoize"),
    ("retry", "backoff"),
    ("limit", "throttle", "quota"),
    ("hash", "digest", "checksum"),
    ("encrypt", "cipher", "crypto"),
    ("template", "render", "view"),
    ("middleware", "hook", "interceptor", "filter"),
    ("event", "signal", "listener"),
    ("job", "task", "queue", "worker"),
    ("validate", "validation", "validator", "check", "verify"),
)
"""Words that programmers use for one thing. A word of the same row counts half of the word that was asked."""


def identifiers(text: str) -> list[str]:
    """The identifiers in a text, as they stand."""
    return _IDENTIFIER.findall(text)


@lru_cache(maxsize=65_536)
def words_of(identifier: str) -> tuple[str, ...]:
    """The words that an identifier, a path or a line is made of, in their order: `parseURLPath` is parse, url, path."""
    found = (stem(part.lower()) for part in _PARTS.findall(identifier) if MIN_LETTERS <= len(part) <= MAX_LETTERS)
    return tuple(word for word in found if word)


def stem(word: str) -> str:
    """A word without the common English endings. Crude on purpose: both sides go through the same cut."""
    for ending, least, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] in "bdgmnprt":  # `running` is run
        return word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


_ENDINGS: tuple[tuple[str, int, str], ...] = (
    *(
        (f"{begin}{end}", 3, "")
        for begin in ("iz", "is")
        for end in ("ations", "ation", "ers", "er", "ing", "ed", "es")
    ),
    ("ize", 3, ""),
    ("ations", 4, "at"),
    ("ation", 4, "at"),
    ("ables", 4, ""),
    ("able", 4, ""),
    ("ments", 4, ""),
    ("ment", 4, ""),
    ("sses", 2, "ss"),
    ("ies", 2, "y"),
    ("ings", 3, ""),
    ("ing", 3, ""),
    ("ers", 4, ""),
    ("ors", 4, ""),
    ("er", 4, ""),
    ("or", 4, ""),
    ("ed", 3, ""),
    ("ss", 1, "ss"),
    ("us", 2, "us"),
    ("is", 2, "is"),
    ("s", 3, ""),
    ("ly", 4, ""),
)


def asked(question: str) -> dict[str, float]:
    """The words of a question with their weights: 1 for its own, one half for their kin.

    Quoted names and identifiers count as they are split; small words count only when nothing else is there.
    """
    own = [word for word in _split(question) if word]
    telling = [word for name, word in _named(question) if name not in _SMALL]
    weights: dict[str, float] = dict.fromkeys(telling or own, 1.0)
    for letters in _initials(question):
        weights.setdefault(letters, 0.5)
    for word in list(weights):
        for kin in _kin().get(word, ()):
            weights.setdefault(kin, 0.5)
    return weights


def spelled(question: str) -> dict[str, str]:
    """How each word of the question was written, in small letters; the first way where there are several."""
    found: dict[str, str] = {}
    for name, one in _named(question):
        found.setdefault(one, name)
    return found


def _initials(question: str) -> Iterator[str]:
    """What three to five words in a row are often called: `cross site request forgery` is csrf."""
    firsts = [part[0].lower() for identifier in identifiers(question) for part in _PARTS.findall(identifier)]
    for length in (3, 4, 5):
        for at in range(len(firsts) - length + 1):
            yield "".join(firsts[at : at + length])


def _split(text: str) -> Iterator[str]:
    for identifier in identifiers(text):
        yield from words_of(identifier)


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Each word beside the small letters that it came from, so that `used` is still known as a small word."""
    for identifier in identifiers(text):
        for part in _PARTS.findall(identifier):
            for word in words_of(part):
                yield part.lower(), word


@lru_cache(maxsize=1)
def _kin() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for row in _KIN:
        stems = list(dict.fromkeys(stem(word) for word in row))
        for word in stems:
            table.setdefault(word, []).extend(other for other in stems if other != word)
    return {word: tuple(dict.fromkeys(kin)) for word, kin in table.items()}


def counted(texts: Iterable[str]) -> dict[str, int]:
    """How often each word stands in the texts."""
    found: dict[str, int] = {}
    for text in texts:
        for word in words_of(text):
            found[word] = found.get(word, 0) + 1
    return found
