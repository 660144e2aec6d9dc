"""`.gitattributes` overrides: which paths a repository's authors say are of a language, vendored, generated and so on.

git's rules: a pattern without a slash matches the bare name at any depth, one with a slash is anchored at its file's
folder, there is no negation and no recursion into a matched folder; the last matching line wins, and a file deeper in
the tree wins over one above it.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.languages.globs import matches_name, matches_path

ATTRIBUTES_FILE = ".gitattributes"
MAX_FILE_BYTES = 256 * 1024
MAX_RULES = 1_000  # lines that set a linguist attribute, over all files; the Linux kernel has none, Chromium about 40
_MAX_PATTERN = 1_024
_MAX_DEPTH = 4  # macros within macros
_Macros = dict[str, dict[str, str | bool | None]]
MAX_STEPS = 20_000_000
"""The most work that matching may cost one repository, about 5 s; 300,000 files under ten usual patterns take
6 million. A thousand patterns of stars over as many files would take minutes."""
_KNOWN = frozenset(f"linguist-{name}" for name in ("language", "vendored", "generated", "documentation", "detectable"))


class Overrides(NamedTuple):
    """What the attributes say of one path; None where they say nothing."""

    language: str | None = None
    vendored: bool | None = None
    generated: bool | None = None
    documentation: bool | None = None
    detectable: bool | None = None


class _Rule(NamedTuple):
    folder: str
    pattern: str
    anchored: bool
    settings: tuple[tuple[str, str | bool | None], ...]
    restarts: bool
    """Whether one segment has several stars: then a match may cost the product of both lengths."""

    def steps(self, path: str) -> int:
        """About what one match costs, in units of a plain comparison."""
        return 2 + len(self.pattern) * len(path) // 4 if self.restarts else 2

    def matches(self, path: str, name: str) -> bool:
        if not self.anchored:
            return matches_name(self.pattern, name)
        return matches_path(self.pattern, path[len(self.folder) :])


@dataclass(slots=True)
class _Work:
    """What matching may still cost."""

    left: int = MAX_STEPS


@dataclass(frozen=True, slots=True)
class Attributes:
    """The linguist attributes of a repository. `ignored` counts lines past the bound or with an unusable pattern."""

    rules: tuple[_Rule, ...] = ()
    ignored: int = 0
    _work: _Work = field(default_factory=_Work, compare=False, repr=False)

    @property
    def exhausted(self) -> bool:
        """Whether matching cost more than it may, so that later paths were asked in vain."""
        return self._work.left <= 0

    def of(self, path: str) -> Overrides | None:
        """The overrides of a path, or None when nothing matches or all of `MAX_STEPS` is spent."""
        work = self._work
        if not self.rules or work.left <= 0:
            return None
        name = path.rpartition("/")[2]
        values: dict[str, str | bool | None] = {}
        for rule in self.rules:
            work.left -= 1
            if not path.startswith(rule.folder):
                continue
            work.left -= rule.steps(path)
            if work.left <= 0:
                return None
            if rule.matches(path, name):
                values.update(rule.settings)
        return _overrides(values) if values else None


def parse_attributes(files: Mapping[str, bytes]) -> Attributes:
    """The rules of all `.gitattributes` files (path to content), those of deeper folders last.

    Lines that set none of linguist's attributes are left out, so the usual file costs nothing later.
    """
    rules: list[_Rule] = []
    ignored = 0
    macros: _Macros = {}
    for path in sorted(files, key=lambda each: (each.count("/"), each)):
        folder = path[: -len(ATTRIBUTES_FILE)]
        text = files[path][:MAX_FILE_BYTES].decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        lines = [split for line in text.split("\n") if (split := _split(line.strip(" \t\r"))) is not None]
        if not folder:  # git takes macros from the root alone, wherever they stand in it, for the whole tree
            macros = _macros({pattern[6:]: words for pattern, words in lines if pattern.startswith("[attr]")})
        for pattern, words in lines:
            settings = _settings(words, macros)
            if not settings or pattern.startswith(("!", "[attr]")):
                continue
            if len(rules) >= MAX_RULES or not pattern or len(pattern) > _MAX_PATTERN:
                ignored += 1
                continue
            rules.append(_rule(folder, pattern, settings))
    return Attributes(tuple(rules), ignored)


def _split(line: str) -> tuple[str, list[str]] | None:
    """A line's pattern and its words; None for a blank line or a comment."""
    if not line or line.startswith("#"):
        return None
    pattern, rest = _unquote(line) if line.startswith('"') else _first_word(line)
    return pattern, rest.split()


def _macros(written: Mapping[str, list[str]]) -> _Macros:
    """What each macro sets of what is known, with those inside of it, a few deep."""
    made: _Macros = {}
    for _ in range(_MAX_DEPTH):
        made = {name: _settings(words, made) for name, words in written.items()}
    return made


def _settings(words: list[str], macros: _Macros) -> dict[str, str | bool | None]:
    """What the words set of what is known, macros written out."""
    settings: dict[str, str | bool | None] = {}
    for word in words:
        name, value = _setting(word)
        if name in _KNOWN:
            settings[name] = value
        elif value is True and name in macros:
            settings.update(macros[name])
    return settings


def _rule(folder: str, pattern: str, settings: Mapping[str, str | bool | None]) -> _Rule:
    anchored = "/" in pattern
    restarts = any(part.count("*") > 1 and part != "**" for part in pattern.split("/"))
    return _Rule(folder, pattern.removeprefix("/"), anchored, tuple(settings.items()), restarts)


def _first_word(line: str) -> tuple[str, str]:
    parts = line.split(None, 1)
    return parts[0], parts[1] if len(parts) > 1 else ""


def _unquote(line: str) -> tuple[str, str]:
    """A C-quoted pattern and the rest of its line; an unclosed quote is no pattern."""
    out: list[str] = []
    i = 1
    while i < len(line):
        char = line[i]
        if char == '"':
            return "".join(out), line[i + 1 :]
        if char == "\\" and i + 1 < len(line):
            i += 1
            char = {"n": "\n", "t": "\t", "\\": "\\\\"}.get(line[i], line[i])
        out.append(char)
        i += 1
    return "", ""


def _setting(word: str) -> tuple[str, str | bool | None]:
    if word.startswith("-"):
        return word[1:], False
    if word.startswith("!"):
        return word[1:], None
    name, equals, value = word.partition("=")
    return name, value if equals else True


def _overrides(values: Mapping[str, str | bool | None]) -> Overrides | None:
    language = values.get("linguist-language")
    flags = {name[9:]: _flag(values.get(name)) for name in _KNOWN if name != "linguist-language"}
    found = Overrides(language=language if isinstance(language, str) else None, **flags)
    return None if found == Overrides() else found


def _flag(value: str | bool | None) -> bool | None:
    """As linguist reads it: unset and the word `false` are false, every other value is true."""
    return None if value is None else value not in (False, "false")
