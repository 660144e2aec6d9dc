"""A joint lock before any format: packages with their files, who asked for each, what is not in it.

All texts that come from repositories are clean when they get here (`compatibility/resolution` puts them through the
door); requirements are in the form that engines were told. The writers lie beside: `pylock`, `requirements`,
`pyproject`, `bill`.
"""

from typing import NamedTuple

from plumbrule.core.values import dataclass


class LockedFile(NamedTuple):
    """One file of a release. `hashes` are (algorithm, hexadecimal digits), sorted. `uploaded` is RFC 3339, `size` in
    bytes; "" and 0 where the index does not say."""

    name: str
    url: str
    hashes: tuple[tuple[str, str], ...]
    size: int = 0
    uploaded: str = ""


class LockedPackage(NamedTuple):
    """One release that is in the lock. A universal lock holds several of one name, told apart by `marker`."""

    name: str
    version: str
    marker: str = ""
    requires_python: str = ""
    wheels: tuple[LockedFile, ...] = ()
    sdist: LockedFile | None = None

    @property
    def files(self) -> tuple[LockedFile, ...]:
        return (*self.wheels, *(() if self.sdist is None else (self.sdist,)))


class Asking(NamedTuple):
    """Why a package is there: the repository (its label), its requirement as written and where, and the packages from
    that requirement's own down to the one asked for, which is left out. `at` is "" for what the caller added."""

    repository: str
    requirement: str
    at: str = ""
    rule: str = ""
    through: tuple[str, ...] = ()


class Direct(NamedTuple):
    """One requirement of a repository's own: `requirement` in its engine's form, `written` as it stands in the file."""

    repository: str
    name: str
    requirement: str
    written: str
    at: str = ""
    rule: str = ""


class LeftOut(NamedTuple):
    """A statement that no engine was told: a place nobody follows, or text nobody can read."""

    repository: str
    written: str
    at: str
    rule: str


class Side(NamedTuple):
    """One repository: its label, and the commit or version it was read at ("" for a work tree as it stands)."""

    label: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class JointLock:
    """Everything the writers need; the same lock gives the same bytes.

    `target` is for people. `requires_python` and `environments` (markers, empty for universal) say where the lock
    holds; `joint_python` is the intersection of what the repositories declare, and `solving_environments` are the
    markers under which a project that declares it is resolved. `asked` goes by package name.
    `links` are (asker, package), askers being packages or labels of repositories.
    """

    target: str
    sides: tuple[Side, ...]
    packages: tuple[LockedPackage, ...] = ()
    asked: tuple[tuple[str, tuple[Asking, ...]], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    direct: tuple[Direct, ...] = ()
    constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    requires_python: str = ""
    joint_python: str = ""
    environments: tuple[str, ...] = ()
    solving_environments: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    siblings: tuple[str, ...] = ()
    """Requirements that another of the repositories meets by itself, one sentence each."""
    presumes: tuple[str, ...] = ()
    """The changes of a fix under which alone this lock holds, one sentence each."""
    exclude_newer: str = ""
    prereleases: bool = False

    def askings(self, name: str) -> tuple[Asking, ...]:
        """Who asked for the package of this name."""
        return dict(self.asked).get(name, ())
