"""What one repository, or the caller, asks of Python's index: statements become PEP 508 lines, each with its place.

Nothing is followed: a URL, a path, a VCS place, an index option, a computed list is named as not checked. What the
repository itself is (its own name, a workspace member, a folder of it) is not asked of an index, but the extras
that it asks of itself are. Below: `python_words`. Above: the check of Python.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.dependencies.asked.pep508 import normal, requirement
from plumbrule.mcp_server.dependencies.asked.requirements_txt import scope_of
from plumbrule.mcp_server.dependencies.joining.join import Stated
from plumbrule.mcp_server.dependencies.joint.asks import Ask, AskKind, NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.python_words import pep440, requirement_line
from plumbrule.mcp_server.dependencies.joint.runtime_ranges import is_range, python_constraint
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.joint.wished import wished_for
from plumbrule.mcp_server.dependencies.readers import reader_of
from plumbrule.mcp_server.dependencies.requirement import Requirement, Scope

PYTHON = "python"
CALLER = -1
"""The subject of what the caller asks."""

MAX_ASKS = 5_000
_ISOLATED = ("pyproject.build-system", "pyproject.hatch", "hatch-toml", "setup-py", "setup-cfg")
"""Rules whose build requirements are installed apart from everything else (PEP 518)."""

_RUNTIME_FILES = re.compile(
    r"(?i)(?:^|/)(?:requirements|requirements[-_.](?:base|common|core|main|prod|production|runtime|install|app)"
    r"|requirements/(?:requirements|base|common|core|default|main|prod|production|runtime|install|app))\.(?:txt|in)$"
)
"""Requirements files that are for running, where a manifest says what the package itself needs."""

_VCS = re.compile(r"(?i)(?:git|hg|svn|bzr)(?:\+|@|://)")
_URL = re.compile(r"(?i)[a-z][a-z0-9+.-]*://")
_MANIFESTS = ("pyproject.toml", "setup.cfg", "setup.py", "Pipfile")


def python_asks(
    number: int,
    subject: Subject,
    target: Target,  # noqa: ARG001 - as for every ecosystem, and others drop what their target excludes
    wishes: Wishes,
) -> tuple[list[Ask], list[NotChecked]]:
    """What repository `number` asks for, and the statements that no engine will be told; in the order of the files.

    Markers stay in the lines, so that the answer for a target is the engine's. With `wishes.locked` the versions of the
    repository's locks come too, as asks of kind `lock`. `target` is not looked at: the same asks hold for all.
    """
    collected = _Collected(number, subject, wishes)
    collected.runtimes()
    for one in subject.joined.direct:
        if (one.asked.ecosystem or one.ecosystem) == PYTHON:
            collected.state(one)
    collected.constraints()
    if wishes.locked:
        collected.locks()
    collected.unread()
    return collected.asks, collected.refused


def python_wished(wishes: Wishes) -> list[Ask]:
    """What the caller adds and constrains, where it is for Python: without a prefix, or after `pypi:`.

    Raises:
        InvalidArgument: one of them is no requirement that can be asked of an index.
    """
    kinds: Sequence[tuple[AskKind, Sequence[str]]] = (("added", wishes.added), ("constraint", wishes.constraints))
    return [_wished(text, kind) for kind, texts in kinds for text in texts if _is_for_python(text)]


def _is_for_python(text: str) -> bool:
    return wished_for(text)[0] == PYTHON


def _wished(text: str, kind: AskKind) -> Ask:
    bare = text.strip().removeprefix("pypi:").strip()
    one = requirement(bare, 0, f"caller.{kind}")
    line = None
    if one is not None and not one.reference:
        line = requirement_line(one.name, tuple(one.extras), one.constraint, one.marker)
    if one is None or line is None:
        raise InvalidArgument(
            f"{text[:80]!r} is no requirement that can be asked of a package index.",
            hint="Write a name and a version range, as numpy<2 or uvicorn[standard]>=0.30; for npm, npm:react@^18.",
        )
    if kind == "constraint" and (one.extras or not one.constraint):
        raise InvalidArgument(
            f"{text[:80]!r} constrains nothing.", hint="A constraint is a name with a version range, as numpy<2."
        )
    return Ask(CALLER, PYTHON, one.name, one.constraint, line, bare, rule=one.rule, kind=kind)


class _Collected:
    """The asks of one repository while its statements are gone through."""

    def __init__(self, number: int, subject: Subject, wishes: Wishes) -> None:
        self._number = number
        self._subject = subject
        self._scopes = wishes.scopes
        self._own = {normal(one.name) for one in subject.published if one.ecosystem == PYTHON}
        self._members: dict[str, list[str]] = {}
        for path, reading in subject.joined.readings.items():
            name = reading.first("name") if _is_python(path) else None
            if name is not None and name.name:
                self._own.add(normal(name.name))
                self._members.setdefault(normal(name.name), []).append(path)
        self._packaged = [path for paths in self._members.values() for path in paths]
        self._expanded: set[tuple[str, str]] = set()
        self._filled: set[tuple[str, str]] = set()
        self._cut = False
        self.asks: list[Ask] = []
        self.refused: list[NotChecked] = []

    def state(self, one: Stated) -> None:
        """A statement, if its scope counts."""
        asked = one.asked
        if self._counts(one) and not (asked.scope == "build" and asked.rule in _ISOLATED):
            self._take(one)

    def _take(self, one: Stated) -> None:
        asked = one.asked
        if self._is_own(one):
            self._extras_of_own(one)
        elif asked.reference:
            self._refuse(_place_rule(asked.reference), one)
        else:
            self._ask(one)

    def _is_own(self, one: Stated) -> bool:
        """Whether a statement means the repository itself: by its name, as a workspace member, by a folder of it."""
        asked = one.asked
        if asked.reference.startswith("workspace:") or (asked.name in self._own and not _is_remote(asked.reference)):
            return True
        place = asked.reference.removeprefix("path:").partition("[")[0].removeprefix("file:")
        if not place or place.startswith(("/", "~")) or _is_remote(asked.reference):
            return False
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(one.path), place))
        return any(posixpath.normpath(posixpath.join(folder, name)) in self._subject.joined.readings
                   for name in _MANIFESTS)  # fmt: skip

    def _extras_of_own(self, one: Stated) -> None:
        """`pip install -e .[dev]`, `all = ["this[a,b]"]`: what these extras ask for, where it stands."""
        wanted = {normal(extra) for extra in one.asked.extras}
        paths = self._members.get(one.asked.name, ())
        for extra in sorted(wanted):
            for path in paths:
                if (path, extra) not in self._expanded:
                    self._expanded.add((path, extra))
                    for member in self._subject.joined.direct:
                        if member.path == path and _is_of_extra(member.asked, extra) and not self._counts(member):
                            self._take(member)

    def _counts(self, one: Stated) -> bool:
        return self._scope(one) in self._scopes

    def _scope(self, one: Stated) -> Scope:
        """A packaged repository's further requirements files are for working on it: its manifest says what it needs."""
        if one.asked.scope != "runtime" or one.asked.rule != "requirements":
            return one.asked.scope
        if one.path.startswith("."):
            return "ci"
        packaged = any(path.rpartition("/")[0] in _folders_above(one.path) for path in self._packaged)
        return "dev" if packaged and not _RUNTIME_FILES.search(one.path) else "runtime"

    def _ask(self, one: Stated) -> None:
        asked = one.asked
        line = requirement_line(asked.name, tuple(asked.extras), asked.constraint, asked.marker)
        if line is None:
            self._refuse("requirement.unreadable", one)
        elif len(self.asks) >= MAX_ASKS:
            self._cut_off(one.path, asked.line)
        else:
            self._filled.add((asked.name, one.set_at))
            self.asks.append(
                Ask(
                    self._number, PYTHON, asked.name, asked.constraint, line, _written(asked),
                    one.path, asked.line, asked.rule, self._scope(one), set_at=one.set_at,
                )
            )  # fmt: skip

    def runtimes(self) -> None:
        """The ranges of Python that its manifests declare; a pin of the developers' own Python is none."""
        for one in self._subject.runtimes:
            if one.name != PYTHON or not is_range(one):
                continue
            specifier = pep440(python_constraint(one))
            if specifier is None:
                refused = NotChecked(self._number, "requirement.unreadable", one.constraint, one.path, one.line)
                self.refused.append(refused)
            elif specifier:
                written = f"python{one.constraint}"
                self.asks.append(
                    Ask(self._number, PYTHON, PYTHON, one.constraint, specifier, written,
                        one.path, one.line, one.rule, kind="runtime")
                )  # fmt: skip

    def constraints(self) -> None:
        """Constraints that its requirements files and uv's table set; those that filled a bare statement are in it."""
        for path, offer in self._offers():
            if (offer.name, f"{path}:{offer.line}") in self._filled or offer.name in self._own:
                continue
            one = Stated(path, PYTHON, offer)
            line = requirement_line(offer.name, (), offer.constraint, offer.marker)
            if offer.reference:
                self._refuse(_place_rule(offer.reference), one)
            elif line is None:
                self._refuse("requirement.unreadable", one)
            elif offer.group == "override":
                self._refuse("requirement.override", one)
            elif offer.constraint and len(self.asks) < MAX_ASKS:
                self.asks.append(
                    Ask(self._number, PYTHON, offer.name, offer.constraint, line, _written(offer),
                        path, offer.line, offer.rule, kind="constraint")
                )  # fmt: skip

    def _offers(self) -> Iterator[tuple[str, Requirement]]:
        readings = self._subject.joined.readings
        named: dict[str, None] = {}
        for path, reading in readings.items():
            if not _is_python(path):
                continue
            yield from ((path, one) for one in reading.offers if path.endswith(".toml"))
            for fact in reading.of("constraints"):
                if fact.value in self._scopes:
                    named[posixpath.normpath(posixpath.join(posixpath.dirname(path), fact.name))] = None
        for path in named:
            if path in readings:
                yield from ((path, one) for one in readings[path].offers or readings[path].asked)

    def locks(self) -> None:
        """What its locks hold, one version per name: a package that a lock holds twice is for several targets."""
        for lock in self._subject.joined.locks.all:
            if lock.ecosystem != PYTHON:
                continue
            for name, positions in lock.by_name.items():
                package = lock.packages[positions[0]]
                if len(positions) > 1 or package.reference or not package.version or normal(name) in self._own:
                    continue
                line = requirement_line(normal(name), (), f"=={package.version}", "")
                if line is not None and len(self.asks) < MAX_ASKS:
                    pin = f"=={package.version}"
                    self.asks.append(
                        Ask(self._number, PYTHON, normal(name), pin, line, f"{name}{pin}",
                            lock.path, package.line, "lock.package", kind="lock")
                    )  # fmt: skip

    def unread(self) -> None:
        """Index options, which are never followed, and the places that could not be read statically."""
        for path, reading in self._subject.joined.readings.items():
            if _is_python(path) and scope_of(posixpath.basename(path)) in self._scopes:
                for fact in reading.of("index"):
                    written = f"{fact.value} {fact.name}"
                    self.refused.append(NotChecked(self._number, "requirement.index-option", written, path, fact.line))
        for path, line, rule in self._subject.joined.not_read:
            if _is_python(path):
                self.refused.append(NotChecked(self._number, rule, "", path, line))

    def _refuse(self, rule: str, one: Stated) -> None:
        if len(self.refused) < MAX_ASKS:
            place, name = one.asked.reference, one.asked.name
            shown = place if name == place else f"{name} @ {place}"
            written = shown if place else _written(one.asked)
            self.refused.append(NotChecked(self._number, rule, written, one.path, one.asked.line))

    def _cut_off(self, path: str, line: int) -> None:
        if not self._cut:
            self._cut = True
            self.refused.append(NotChecked(self._number, "dependencies.cut", "", path, line))


def _is_python(path: str) -> bool:
    row = reader_of(path)
    return row is None or row[0] == PYTHON  # only an include of a requirements file has no row


def _folders_above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:at]) for at in range(len(parts) + 1)]


def _is_remote(reference: str) -> bool:
    return bool(_VCS.match(reference) or (_URL.match(reference) and not reference.lower().startswith("file:")))


def _place_rule(reference: str) -> str:
    """Which rule a place breaks; with several (one per marker) the first speaks for them."""
    first = reference.partition(", ")[0]
    if _VCS.match(first):
        return "requirement.vcs"
    return "requirement.url" if _is_remote(first) else "requirement.path"


def _is_of_extra(asked: Requirement, extra: str) -> bool:
    """Poetry lists several extras in one word."""
    return asked.scope == "optional" and extra in {normal(part.strip()) for part in asked.group.split(",")}


def _written(asked: Requirement) -> str:
    extras = f"[{','.join(asked.extras)}]" if asked.extras else ""
    joint = " " if re.match(r"[\^~]?\d|\^|~(?!=)|\*", asked.constraint) else ""
    return f"{asked.name}{extras}{joint}{asked.constraint}"
