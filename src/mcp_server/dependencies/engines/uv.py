"""The oracle for Python: uv, asked with one package of metadata per party and never with a repository's own files.

Each party becomes a wheel of three files that requires what the repository requires; uv resolves these together, names
in its proof who asked for what, and needs no interpreter of the target. Below: `uv_program`, `uv_answers`, `wheels`.
Above: the search for reasons and fixes.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from anyio import to_thread

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.errors import LimitExceeded, MissingDependency
from plumbrule.core.process import Completed
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.remembered import Remembered
from plumbrule.mcp_server.dependencies.engines.uv_answers import (
    SHOW_TREE,
    Clause,
    Failure,
    Refusal,
    pins_of,
    read_failure,
)
from plumbrule.mcp_server.dependencies.engines.uv_program import WRITTEN, UvProgram, said_too_much
from plumbrule.mcp_server.dependencies.engines.wheels import Metadata, party_name, written
from plumbrule.mcp_server.dependencies.joint.question import (
    Answer,
    Edge,
    Party,
    Question,
    Solved,
    Unknown,
    Unsolved,
)
from plumbrule.mcp_server.dependencies.joint.targets import Target

MAX_ROUNDS = 8
"""How often one question is put again with what an answer showed to be missing."""

_PLATFORMS: Mapping[tuple[str, str], str] = {
    ("linux", "x86_64"): "x86_64-manylinux_2_35",
    ("linux", "aarch64"): "aarch64-manylinux_2_35",
    ("macos", "x86_64"): "x86_64-apple-darwin",
    ("macos", "aarch64"): "aarch64-apple-darwin",
    ("windows", "x86_64"): "x86_64-pc-windows-msvc",
    ("windows", "aarch64"): "aarch64-pc-windows-msvc",
}
"""glibc 2.35 is that of Ubuntu 22.04; Debian 12 and everything newer has more."""


T = TypeVar("T")
Reading = Callable[[str, Mapping[str, str]], T]
"""What a success printed, and the labels of the parties by their names, as what the caller wants of it."""


class Attempt(NamedTuple):
    """One way of putting a question: without packages that do not exist."""

    question: Question
    left_out: tuple[str, ...] = ()


class UvEngine:
    """Answers joint questions about Python packages (`joint/question.Engine`)."""

    def __init__(self, program: UvProgram, cache: Cache, clock: Clock = SYSTEM_CLOCK) -> None:
        self._program = program
        about = ("uv", program.version, str(program.offline), *(f"{one.name}={one.url}" for one in program.indexes))
        self._remembered = Remembered(about, cache, clock)

    @property
    def name(self) -> str:
        return "uv"

    @property
    def version(self) -> str:
        return self._program.version

    async def solve(self, question: Question) -> Answer:
        """See `Engine`. Requirements must be PEP 508 lines without URLs; others are a fault of the caller's.

        Raises:
            ValueError: a requirement, constraint or override is not of that form.
        """
        refused = _refused_by_runtime(question)
        if refused:
            return Unsolved(tuple(refused))
        return await self._remembered.answer(question, lambda: self._answered(question))

    async def lock(self, question: Question) -> tuple[str, Solved] | Unsolved | Unknown:
        """What uv writes into a `pylock.toml` for a question, with the solution that it holds.

        Raises as `solve`. Not remembered: uv's own cache has what it takes.
        """
        answer, attempt = await self._settled(question)
        if not isinstance(answer, Solved):
            return answer
        written = await self._attempted(attempt, lambda text, _: text, ("--format", "pylock.toml"))
        if isinstance(written, Failure):
            return Unknown(written.reason, (), written.said)
        if isinstance(written, Refusal):
            return Unknown("engine_failed", (), "The index changed while it was asked.")
        return written, answer

    async def _answered(self, question: Question) -> Answer:
        return (await self._settled(question))[0]

    async def _settled(self, question: Question) -> tuple[Answer, Attempt]:
        """The answer, and the way of asking that led to it."""
        attempt = Attempt(question)
        for _ in range(MAX_ROUNDS):
            outcome = await self._attempted(attempt, pins_of)
            if isinstance(outcome, Failure):
                return Unknown(outcome.reason, (), outcome.said), attempt
            if not isinstance(outcome, Refusal):
                if attempt.left_out:
                    return Unknown("missing_package", attempt.left_out), attempt
                return Solved(outcome), attempt
            doubtful = [one for one in outcome.clauses if one.kind != "fact"]
            if not doubtful:
                return Unsolved(outcome.edges, outcome.said), attempt
            next_attempt = _without_missing(attempt, doubtful)
            if next_attempt is None:
                return _not_known(doubtful, outcome.said), attempt
            attempt = next_attempt
        return Unknown("limit_hit"), attempt

    async def _attempted(self, attempt: Attempt, read: Reading[T], form: Sequence[str] = ()) -> T | Refusal | Failure:
        """One call, or two where the proof is too long to be printed."""
        try:
            try:
                return await self._called(attempt, SHOW_TREE, read, form)
            except LimitExceeded as error:
                if not said_too_much(error):
                    raise
                return await self._called(attempt, {}, read, form)
        except MissingDependency as error:
            return Failure("engine_missing", error.message)
        except LimitExceeded as error:
            return Failure("limit_hit", error.message)

    async def _called(
        self, attempt: Attempt, env: Mapping[str, str], read: Reading[T], form: Sequence[str]
    ) -> T | Refusal | Failure:
        question = attempt.question
        parties = [(party_name(number, party), party) for number, party in enumerate(question.parties)]
        labels = {name: party.label for name, party in parties}
        with self._program.workplace() as workplace:
            arguments = [*self._arguments(workplace, attempt, parties), *form]
            done = await self._program.run(arguments, workplace, env=env)
            if done.returncode == 0:
                return read(done.stdout.decode("utf-8", "replace"), labels)
            hide = {**labels, f"{workplace}/": "", f"{self._program.folder}/": ""}
            return await _failure(done, offline=self._program.offline, hide=hide)

    def _arguments(self, workplace: Path, attempt: Attempt, parties: Sequence[tuple[str, Party]]) -> list[str]:
        question = attempt.question
        folder = self._program.folder / WRITTEN
        lines: list[str] = []
        for name, party in parties:
            metadata = Metadata(name, "0", tuple(_plain(line) for line in party.requires))
            lines.append(f"{name} @ {written(folder, metadata).as_uri()}")
        arguments = ["pip", "compile", _file(workplace, "parties.in", lines), *_target_options(question.target)]
        arguments += ["--python", sys.executable]  # or uv looks for the target itself, 7 s through the shims of pyenv
        arguments += ["--no-header", "--annotation-style", "line", "--no-sources"]
        arguments += [f"--prerelease={question.prereleases}", f"--resolution={question.preference}"]
        if question.exclude_newer:
            arguments.append(f"--exclude-newer={question.exclude_newer}")
        for option, listed in (
            ("--constraints", [_plain(line) for line in question.constraints]),
            ("--overrides", [_plain(line) for line in question.overrides]),
            ("--excludes", list(attempt.left_out)),
        ):
            if listed:
                arguments += [option, _file(workplace, f"{option[2:]}.txt", listed)]
        for name, _ in parties:
            arguments += ["--no-emit-package", name]
        return arguments


async def _failure(done: Completed, *, offline: bool, hide: Mapping[str, str]) -> Refusal | Failure:
    """A long proof is read in a thread: it may be megabytes."""
    text = done.stderr.decode("utf-8", "replace")
    if len(text) < 200_000:
        return read_failure(done.returncode, text, offline=offline, hide=hide)
    return await to_thread.run_sync(lambda: read_failure(done.returncode, text, offline=offline, hide=hide))


def _without_missing(attempt: Attempt, doubtful: Sequence[Clause]) -> Attempt | None:
    """The same question without packages that no index has: a conflict that remains is one without them too."""
    missing = {one.name for one in doubtful if one.kind == "missing"} - set(attempt.left_out)
    return attempt._replace(left_out=tuple(sorted({*attempt.left_out, *missing}))) if missing else None


def _not_known(doubtful: Sequence[Clause], said: str) -> Unknown:
    kinds = {one.kind for one in doubtful}
    packages = tuple(sorted({one.name for one in doubtful}))
    if "offline" in kinds:
        return Unknown("unreachable", packages, said)
    if kinds & {"build", "platform"}:
        return Unknown("needs_build", packages, said)
    return Unknown("missing_package" if "missing" in kinds else "engine_failed", packages, said)


def _target_options(target: Target) -> list[str]:
    options = [f"--python-version={target.python}"] if target.python else []
    if target.universal:
        return [*options, "--universal"]
    return [*options, f"--python-platform={_PLATFORMS[target.platform, target.machine]}"]


def _file(folder: Path, name: str, lines: Sequence[str]) -> str:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def _refused_by_runtime(question: Question) -> list[Edge]:
    """The parties whose own declared Python excludes the target's.

    uv itself looks at lower bounds alone (`requires-python = "<3.12"` passes on 3.12). A target of `3.12` is every
    3.12.x: a party that admits one of them admits it.
    """
    if not question.target.python:
        return []
    return [
        Edge(party.label, "", "python", party.runtime)
        for party in question.parties
        if party.runtime and not _admits(party.runtime, question.target.python)
    ]


@lru_cache(maxsize=4096)
def _admits(runtime: str, python: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # 15 ms, when an engine is asked

    target = f"=={python}" if python.count(".") > 1 else f"=={python}.*"
    try:
        return not (SpecifierSet(runtime) & SpecifierSet(target)).is_unsatisfiable()
    except InvalidSpecifier:
        raise ValueError("a party's runtime is no PEP 440 specifier") from None


@lru_cache(maxsize=20_000)
def _plain(line: str) -> str:
    """A requirement as packaging writes it: one line, nothing but name, extras, specifier and marker."""
    from packaging.requirements import InvalidRequirement, Requirement  # as above

    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        raise ValueError("an engine was handed something that is no requirement") from None
    if requirement.url is not None:
        raise ValueError("an engine was handed a requirement with a URL")
    return str(requirement)
