"""One call of uv: a question written down as wheels and options, and what came of it.

Above: `uv`, which puts a question as often as it takes. Below: `uv_program`, `uv_answers`, `wheels`.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from anyio import to_thread

from plumbrule.core.errors import LimitExceeded, MissingDependency
from plumbrule.core.process import Completed
from plumbrule.mcp_server.dependencies.engines.requirements import direct_name, plain
from plumbrule.mcp_server.dependencies.engines.shims import StandIn
from plumbrule.mcp_server.dependencies.engines.uv_answers import SHOW_TREE, Failure, Refusal, read_failure
from plumbrule.mcp_server.dependencies.engines.uv_program import WRITTEN, UvProgram, said_too_much
from plumbrule.mcp_server.dependencies.engines.wheels import Metadata, party_name, written, written_together
from plumbrule.mcp_server.dependencies.joint.question import Party, Pin, Question
from plumbrule.mcp_server.dependencies.joint.targets import Target

MAX_LOOKED_UP = 200

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


TOGETHER = "\0together"


class Attempt(NamedTuple):
    """One way of putting a question: without packages that do not exist, with stand-ins for what has no wheel.

    `unjudged` are packages that need a build and are left out, because nobody could make stand-ins for them.
    `guessed` says that what is left out is so from memory and was not seen this time. `refused` is the proof against
    the parties one by one; from then on they are asked as one: for every platform at once, uv tells those apart (`a<2`
    here, `a>=2` there) only within the requirements of one package. `stride` is how many releases of a package are
    read at once.
    """

    question: Question
    left_out: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    guessed: bool = False
    refused: Refusal | None = None
    stride: int = 2

    @property
    def parties(self) -> list[tuple[str, Party]]:
        """The parties with the names under which uv is told of them."""
        asked = self.question.parties
        if self.refused is not None:
            together = dict.fromkeys(line for party in asked for line in party.requires)
            asked = (Party(TOGETHER, tuple(together)),)
        return [(party_name(number, party), party) for number, party in enumerate(asked)]

    def credited(self, pin: Pin) -> Pin:
        """A pin with the parties that ask for it by name, where they were asked as one."""
        if TOGETHER not in pin.via:
            return pin
        asking = {
            party.label for party in self.question.parties for line in party.requires if direct_name(line) == pin.name
        }
        return pin._replace(via=tuple(sorted({*pin.via, *asking} - {TOGETHER})))


class UvCalls:
    """Calls uv."""

    def __init__(self, program: UvProgram) -> None:
        self._program = program

    async def outcome(self, attempt: Attempt, read: Reading[T], form: Sequence[str] = ()) -> T | Refusal | Failure:
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
        parties = attempt.parties
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
            metadata = Metadata(name, "0", tuple(plain(line) for line in party.requires))
            lines.append(f"{name} @ {written(folder, metadata).as_uri()}")
        arguments = ["pip", "compile", _file(workplace, "parties.in", lines), *target_options(question.target)]
        arguments += ["--python", sys.executable]  # or uv looks for the target itself, 7 s through the shims of pyenv
        arguments += ["--no-header", "--annotation-style", "line", "--no-sources"]
        arguments += [f"--prerelease={question.prereleases}", f"--resolution={question.preference}"]
        if question.exclude_newer:
            arguments.append(f"--exclude-newer={question.exclude_newer}")
        for option, listed in (
            ("--constraints", [plain(line) for line in question.constraints]),
            ("--overrides", [plain(line) for line in question.overrides]),
            ("--excludes", [*attempt.left_out, *attempt.unjudged]),
        ):
            if listed:
                arguments += [option, _file(workplace, f"{option[2:]}.txt", listed)]
        if attempt.stand_ins:
            arguments += ["--find-links", str(written_together(folder, [one.metadata for one in attempt.stand_ins]))]
        for name, _ in parties:
            arguments += ["--no-emit-package", name]
        return arguments

    async def missing_among(self, names: Sequence[str], question: Question) -> set[str] | None:
        """Which of these packages no index has, None when that could not be found out. Nothing below them is asked for.

        uv names what stops it, and that is one or a few at a time.
        """
        missing: set[str] = set()
        left = set(names)
        for _ in range(len(left) + 1 if len(left) <= MAX_LOOKED_UP else 0):
            if not left:
                return missing
            with self._program.workplace() as workplace:
                lines = _file(workplace, "names.in", sorted(left))
                options = [*target_options(question.target), "--python", sys.executable, "--no-header", "--no-deps"]
                done = await self._program.run(["pip", "compile", lines, *options], workplace, env=SHOW_TREE)
                if done.returncode == 0:
                    return missing
                hide = {f"{workplace}/": ""}
                refusal = await _failure(done, offline=self._program.offline, hide=hide)
            if isinstance(refusal, Failure):
                return None
            found = {one.name for one in refusal.clauses if one.kind == "missing"} & left
            stopped = ({one.name for one in refusal.clauses} | set(refusal.versionless)) & left
            if not stopped:
                return None
            missing |= found
            left -= stopped
        return None


async def _failure(done: Completed, *, offline: bool, hide: Mapping[str, str]) -> Refusal | Failure:
    """A long proof is read in a thread: it may be megabytes."""
    text = done.stderr.decode("utf-8", "replace")
    if len(text) < 200_000:
        return read_failure(done.returncode, text, offline=offline, hide=hide)
    return await to_thread.run_sync(lambda: read_failure(done.returncode, text, offline=offline, hide=hide))


def target_options(target: Target) -> list[str]:
    """The target in uv's words."""
    options = [f"--python-version={target.python}"] if target.python else []
    if target.universal:
        return [*options, "--universal"]
    return [*options, f"--python-platform={_PLATFORMS[target.platform, target.machine]}"]


def _file(folder: Path, name: str, lines: Sequence[str]) -> str:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name
