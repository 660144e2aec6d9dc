"""What uv said, read: the pins of a success, and of a failure the proof, its reasons, and which kind of failure it is.

Pure. The return code alone says little (1 is also a missing package, a missing wheel, a cold cache without network), so
the text decides. uv has no JSON for failures; with `UV_INTERNAL__SHOW_DERIVATION_TREE` it prints the proof in a regular
grammar, an internal of this minor version: without it we still know yes from no, and only lose the edges.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from plumbrule.mcp_server.dependencies.joint.question import Edge, Pin, UnknownReason

SHOW_TREE: Mapping[str, str] = {"UV_INTERNAL__SHOW_DERIVATION_TREE": "1"}
MAX_EDGES = 2_000
MAX_SAID_CHARACTERS = 4_000

ClauseKind = Literal["build", "platform", "missing", "offline", "fact", "strange"]
"""`build`: only a source distribution. `platform`: wheels, and none for this one. `missing`: no such package.
`offline`: not in the cache. `fact`: true of the release whatever we do (yanked, for another Python, broken)."""


class Clause(NamedTuple):
    """A leaf of the proof: these versions of this package cannot be used, and why. `versions` as uv writes it."""

    kind: ClauseKind
    name: str
    versions: str


class Refusal(NamedTuple):
    """A proof that there is no solution, read. Empty when the tree was not there to be read.

    `unusable` are releases one by one, where `clauses` may speak of ranges: those without a wheel that fits.
    `versionless` are packages of which the proof says that some range holds no version.
    """

    edges: tuple[Edge, ...]
    clauses: tuple[Clause, ...]
    said: str
    unusable: tuple[Clause, ...] = ()
    versionless: tuple[str, ...] = ()


class Failure(NamedTuple):
    """uv could not tell."""

    reason: UnknownReason
    said: str


_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;]+)(?: *; *(.*?))?(?: +# via (.*))?$")


def pins_of(stdout: str, labels: Mapping[str, str]) -> tuple[Pin, ...]:
    """The pins of `uv pip compile --annotation-style line`; `labels` give the names of parties back."""
    found: list[Pin] = []
    for line in stdout.splitlines():
        one = _PIN.match(line)
        if one is None or one[1] in labels:
            continue
        askers = {word.strip() for word in (one[4] or "").split(",")}
        via = sorted(labels.get(word, word) for word in askers if word and not word.startswith("-"))
        found.append(Pin(one[1], one[2], (one[3] or "").strip(), tuple(via)))
    return tuple(sorted(found))


_NO_SOLUTION = "No solution found"
_AFTER = "Resolver derivation tree after reduction"
_BEFORE = "Resolver derivation tree before reduction"
_UNREACHABLE = re.compile(
    r"(?i)error sending request|failed to fetch|dns error|request failed after|timed out|connection (?:refused|reset)"
    r"|error decoding response|HTTP status (?:client|server) error|peer certificate|network connectivity is disabled"
)
_OUT_OF_MEMORY = re.compile(r"memory allocation of \d+ bytes failed|Cannot allocate memory|stack overflow")


def read_failure(returncode: int, stderr: str, *, offline: bool, hide: Mapping[str, str]) -> Refusal | Failure:
    """Whether uv proved that there is no solution, or could not tell. `hide` replaces our own words in what it said.

    Without network a proof is none: what was not in the cache counts as not there, often without a word of it.
    """
    whole, tree, said = _parts(stderr)
    said = _hidden(said, hide)
    if returncode < 0 or _OUT_OF_MEMORY.search(said):
        return Failure("limit_hit", said)
    if returncode == 1 and _NO_SOLUTION in said:
        if offline:
            return Failure("unreachable", said)
        clauses = tuple(clauses_of(tree, hide) if tree else _told(said))
        doubtful = {one.name for one in clauses if one.kind in ("build", "platform")}
        singly = (one for one in clauses_of(whole, hide) if one.name in doubtful and one.versions.startswith("=="))
        return Refusal(
            tuple(edges_of(tree, hide)), clauses, said, tuple(singly) if doubtful else (), _versionless(tree, hide)
        )
    if _UNREACHABLE.search(said):
        return Failure("unreachable", said)
    return Failure("engine_failed", said)


def _parts(stderr: str) -> tuple[str, str, str]:
    """The whole proof, the proof as uv reduced it, and the text for people."""
    head, mark, rest = stderr.rpartition(_AFTER)
    if not mark:
        _, mark, rest = stderr.rpartition(_BEFORE)
        head = rest
    if not mark:
        return "", "", stderr
    tree, begun, said = rest.partition("\nerror: ")
    return head, tree, f"{begun.strip()} {said}".strip()


def _hidden(text: str, hide: Mapping[str, str]) -> str:
    for ours, shown in hide.items():
        text = text.replace(ours, shown)
    return text[:MAX_SAID_CHARACTERS]


_NAME = r"(?P<{0}>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?(?:\{{[^}}]*\}})?"
_RANGE = r"(?P<{0}>\*|(?:[<>=!~]=?[^\s,|]+(?:, | \| )?)*)"
_DEPENDS = re.compile(
    r"^ *" + _NAME.format("asker") + _RANGE.format("at") + r" depends on " + _NAME.format("name") + _RANGE.format("in")
)
_CLAUSE = re.compile(r"^ *" + _NAME.format("name") + _RANGE.format("at") + r" (?P<why>[a-zA-Z].*)$")
_WORDS = ("term", "no")
_TOLD = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?(?P<at>[<>=]\S*)? (?:has|have|was|were|needs?) "
    r"(?P<why>no usable wheels|no wheels with[^,(]*|not found in [a-z ]*|to be downloaded from a registry)"
)


def edges_of(tree: str, labels: Mapping[str, str]) -> Iterator[Edge]:
    """Who asks for what in the proof, each once, the parties by their labels."""
    seen: set[Edge] = set()
    for line in tree.splitlines():
        one = _DEPENDS.match(line)
        if one is None or one["name"] in labels:  # the question's own root asks for the parties
            continue
        party = one["asker"] in labels
        version = "" if party else _range(one["at"]).removeprefix("==")
        edge = Edge(labels.get(one["asker"], one["asker"]), version, one["name"].lower(), _range(one["in"]))
        if edge not in seen and len(seen) < MAX_EDGES:
            seen.add(edge)
            yield edge


def _range(text: str) -> str:
    return "" if text == "*" else text.replace(", ", ",").strip()


_KINDS: Sequence[tuple[str, ClauseKind]] = (
    ("no usable wheels", "build"),
    ("platform tag", "platform"),
    ("-compatible wheels", "platform"),
    ("no wheels", "fact"),
    ("not found in the package registry", "missing"),
    ("not found in the provided package locations", "missing"),
    ("not found in the cache", "offline"),
    ("downloaded from a registry", "offline"),
    ("yanked", "fact"),
    ("published after", "fact"),
    ("invalid metadata", "fact"),
    ("inconsistent metadata", "fact"),
    ("invalid package format", "fact"),
    ("no available distributions", "fact"),
    ("requires", "fact"),
    ("Python", "fact"),
)


def _kind_of(why: str) -> ClauseKind:
    for words, kind in _KINDS:
        if words in why:
            return kind
    return "strange"


def clauses_of(tree: str, labels: Mapping[str, str]) -> Iterator[Clause]:
    """Why versions are not there, each once. A reason that we do not know is `strange`: no proof rests on it."""
    seen: set[Clause] = set()
    for line in tree.splitlines():
        one = _CLAUSE.match(line)
        if one is None or one["name"] in _WORDS or one["why"].startswith("depends on ") or one["name"] in labels:
            continue
        kind = _kind_of(one["why"])
        clause = Clause(kind, one["name"].lower(), _range(one["at"]))
        if clause not in seen:
            seen.add(clause)
            yield clause


_VERSIONLESS = re.compile(r"^ *no versions of " + _NAME.format("name"), re.MULTILINE)


def _versionless(tree: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted({one["name"].lower() for one in _VERSIONLESS.finditer(tree)} - set(labels)))


def _told(said: str) -> Iterator[Clause]:
    """The same from the text for people, for want of a proof."""
    for one in _TOLD.finditer(said):
        kind = _kind_of(one["why"])
        yield Clause(kind, one["name"].lower(), _range((one["at"] or "").rstrip(",")))
