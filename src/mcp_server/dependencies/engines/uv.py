"""The oracle for Python: uv, asked with one package of metadata per party and never with a repository's own files.

Each party becomes a wheel of three files that requires what the repository requires; uv resolves these together, names
in its proof who asked for what, and needs no interpreter of the target. Below: `uv_program`, `uv_answers`, `wheels`.
Above: the search for reasons and fixes.
"""

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from anyio import to_thread

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.errors import LimitExceeded, MissingDependency
from plumbrule.core.process import Completed
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.listing import Listing, Release, before, tried
from plumbrule.mcp_server.dependencies.engines.remembered import FRESH_S, Remembered
from plumbrule.mcp_server.dependencies.engines.requirements import admits, admitted, direct_name, plain
from plumbrule.mcp_server.dependencies.engines.shims import StandIn, StandIns
from plumbrule.mcp_server.dependencies.engines.uv_answers import (
    SHOW_TREE,
    Clause,
    Failure,
    Refusal,
    pins_of,
    read_failure,
)
from plumbrule.mcp_server.dependencies.engines.uv_program import WRITTEN, UvProgram, said_too_much
from plumbrule.mcp_server.dependencies.engines.wheels import Metadata, party_name, written, written_together
from plumbrule.mcp_server.dependencies.joint.question import (
    Answer,
    Edge,
    Party,
    Pin,
    Question,
    Solved,
    Unknown,
    Unsolved,
)
from plumbrule.mcp_server.dependencies.joint.targets import Target

MAX_PROBED = 200
MAX_YANKED = 4
"""Of one package: where an index cannot be asked by us, so many releases are asked of uv one by one."""

MAX_ROUNDS = 12
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


ASSUMED = "metadata read, not built: {}"


TOGETHER = "\0together"


class Attempt(NamedTuple):
    """One way of putting a question: without packages that do not exist, with stand-ins for what has no wheel.

    `guessed` says that what is left out is so from memory and was not seen this time. `refused` is the proof against
    the parties one by one; from then on they are asked as one: for every platform at once, uv tells those apart (`a<2`
    here, `a>=2` there) only within the requirements of one package.
    """

    question: Question
    left_out: tuple[str, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    guessed: bool = False
    refused: Refusal | None = None

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


class Written(NamedTuple):
    """A lock as uv writes it. `sources` are releases of packages whose files in it are stand-ins of ours, by name."""

    text: str
    solved: Solved
    sources: Mapping[str, Release]


class UvEngine:
    """Answers joint questions about Python packages (`joint/question.Engine`)."""

    def __init__(
        self,
        program: UvProgram,
        cache: Cache,
        clock: Clock = SYSTEM_CLOCK,
        *,
        listing: Listing | None = None,
        stand_ins: StandIns | None = None,
    ) -> None:
        self._program = program
        self._listing = listing
        self._stand_ins = stand_ins
        self._clock = clock
        self._absent: dict[str, float] = {}
        self._yanked: dict[tuple[object, ...], bool] = {}
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

    async def versions(self, package: str, target: Target, exclude_newer: str = "") -> Sequence[str]:
        """See `Engine`: neither pre-releases nor what was yanked, nor what is for another Python."""
        releases = await tried(self._listing, package) if self._listing else None
        return [
            one.version
            for one in reversed(releases or ())
            if not one.yanked
            and not one.number.is_prerelease
            and before(one, exclude_newer)
            and admitted(one.requires_python, target.python)
        ]

    async def lock(self, question: Question, *, anew: bool = False) -> Written | Unsolved | Unknown:
        """What uv writes into a `pylock.toml` for a question, with the solution that it should hold: the remembered
        one, and `anew` one that was asked for now. Raises as `solve`."""
        answer, attempt = await self.solve(question), Attempt(question)
        if anew or not isinstance(answer, Solved) or answer.assumed:
            answer, attempt = await self._settled(question)
        if not isinstance(answer, Solved):
            return answer
        sources = await self._sources(answer)
        if sources is None:
            return Unknown("needs_build", tuple(sorted(answer.assumed or ())))
        written = await self._attempted(attempt, lambda text, _: text, ("--format", "pylock.toml"))
        if isinstance(written, Failure):
            return Unknown(written.reason, (), written.said)
        if isinstance(written, Refusal):
            return Unknown("engine_failed", (), "The index changed while it was asked.")
        return Written(written, answer, sources)

    async def _sources(self, solved: Solved) -> Mapping[str, Release] | None:
        """What an installer would have to build, where uv knows our stand-ins alone; None for one without a digest."""
        found: dict[str, Release] = {}
        for pin in solved.pins:
            if pin.name in (solved.assumed or ()):
                releases = await tried(self._listing, pin.name) if self._listing else None
                release = next((one for one in releases or () if one.version == pin.version), None)
                if release is None or not release.sdist_sha256:
                    return None
                found[pin.name] = release
        return found

    async def _answered(self, question: Question) -> Answer:
        return (await self._settled(question))[0]

    async def _settled(self, question: Question) -> tuple[Answer, Attempt]:
        """The answer, and the way of asking that led to it."""
        attempt = Attempt(question, self._known_absent(question), guessed=True)
        for _ in range(MAX_ROUNDS):
            outcome = await self._attempted(attempt, pins_of)
            if isinstance(outcome, Failure):
                return Unknown(outcome.reason, (), outcome.said), attempt
            if isinstance(outcome, Refusal):
                following = await self._after_refusal(attempt, outcome)
            else:
                following = await self._after_success(attempt, outcome)
            if not isinstance(following, Attempt):
                return following, attempt
            attempt = following
        return Unknown("limit_hit"), attempt

    async def _after_success(self, attempt: Attempt, pins: tuple[Pin, ...]) -> Answer | Attempt:
        """The answer, once everything that was chosen is really there."""
        if attempt.left_out and attempt.guessed:
            return attempt._replace(left_out=(), guessed=False)
        versions = {(pin.name, pin.version) for pin in pins}
        chosen = [one for one in attempt.stand_ins if one.key in versions]
        unread = [one for one in chosen if not one.how]
        if self._stand_ins is not None and unread and all(one.builds for one in unread):
            read = await self._stand_ins.read(unread)
            if len(read.found) == len(unread):
                return attempt._replace(stand_ins=tuple(read.found.get(one.key, one) for one in attempt.stand_ins))
            if read.unreached:
                return Unknown("unreachable", tuple(sorted(read.unreached)))
            unread = [one for one in unread if one.key not in read.found]
        if unread:
            return Unknown("needs_build", tuple(sorted({one.metadata.name for one in unread})))
        if attempt.left_out:
            return Unknown("missing_package", attempt.left_out)
        pins = tuple(attempt.credited(pin) for pin in pins)
        return Solved(pins, {one.metadata.name: ASSUMED.format(one.how) for one in chosen} or None)

    async def _after_refusal(self, attempt: Attempt, refusal: Refusal) -> Answer | Attempt:
        """No, where the proof rests on versions alone; else the question without what made it doubtful."""
        doubtful = [one for one in refusal.clauses if one.kind != "fact"]
        missing = {one.name for one in doubtful if one.kind == "missing"} - set(attempt.left_out)
        if any(one.kind in ("offline", "strange") for one in doubtful):
            return _not_known(doubtful, refusal.said)
        known = {one.key for one in attempt.stand_ins}
        fresh = await self._stand_ins.named_by(refusal, attempt.question, known) if self._stand_ins else None
        if fresh is None and any(one.kind in ("build", "platform") for one in doubtful):
            return _not_known(doubtful, refusal.said)
        names = Counter(one.metadata.name for one in fresh or ())
        fresh = [
            one
            for one in fresh or ()
            if one.listed or names[one.metadata.name] > MAX_YANKED or not await self._is_yanked(one, attempt.question)
        ]
        if not missing and not fresh:
            together = attempt.question.target.universal and len(attempt.question.parties) > 1
            if together and attempt.refused is None:
                return attempt._replace(refused=refusal)
            proof = attempt.refused or refusal
            return Unsolved(proof.edges, proof.said)
        self._absent.update(dict.fromkeys(missing, self._clock.monotonic() + FRESH_S))
        left_out = tuple(sorted({*attempt.left_out, *missing}))
        return attempt._replace(left_out=left_out, stand_ins=(*attempt.stand_ins, *fresh), guessed=False)

    async def _is_yanked(self, stand_in: StandIn, question: Question) -> bool:
        """Whether a release has a wheel after all, and was only yanked; asked of uv where no index answers us.

        Of a yanked release without a wheel uv says that it needs a build. Who pins one gets it, so it is pinned here.
        """
        if not stand_in.builds:
            return False
        key = (*stand_in.key, question.target, question.exclude_newer)
        if key not in self._yanked:
            if len(self._yanked) >= MAX_PROBED:
                return False
            pin = "==".join(stand_in.key)
            alone = replace(question, parties=(Party("probe", (pin,)),), constraints=(), overrides=())
            outcome = await self._attempted(Attempt(alone), pins_of)
            found = () if isinstance(outcome, Refusal | Failure) else outcome
            self._yanked[key] = stand_in.key in {(pin.name, pin.version) for pin in found}
        return self._yanked[key]

    def _known_absent(self, question: Question) -> tuple[str, ...]:
        """What was asked for just now and is on no index: asking for it again takes a request each time."""
        now = self._clock.monotonic()
        self._absent = {name: until for name, until in self._absent.items() if until > now}
        if not self._absent:
            return ()
        asked = {direct_name(line) for party in question.parties for line in party.requires}
        return tuple(sorted(asked & set(self._absent)))

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
            ("--excludes", list(attempt.left_out)),
        ):
            if listed:
                arguments += [option, _file(workplace, f"{option[2:]}.txt", listed)]
        if attempt.stand_ins:
            arguments += ["--find-links", str(written_together(folder, [one.metadata for one in attempt.stand_ins]))]
        for name, _ in parties:
            arguments += ["--no-emit-package", name]
        return arguments


async def _failure(done: Completed, *, offline: bool, hide: Mapping[str, str]) -> Refusal | Failure:
    """A long proof is read in a thread: it may be megabytes."""
    text = done.stderr.decode("utf-8", "replace")
    if len(text) < 200_000:
        return read_failure(done.returncode, text, offline=offline, hide=hide)
    return await to_thread.run_sync(lambda: read_failure(done.returncode, text, offline=offline, hide=hide))


def _not_known(doubtful: Sequence[Clause], said: str) -> Unknown:
    kinds = {one.kind for one in doubtful}
    packages = tuple(sorted({one.name for one in doubtful}))
    if "offline" in kinds:
        return Unknown("unreachable", packages, said)
    if kinds & {"build", "platform"}:
        return Unknown("needs_build", packages, said)
    return Unknown("missing_package" if "missing" in kinds else "engine_failed", packages, said)


def target_options(target: Target) -> list[str]:
    """The target in uv's words."""
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
        if party.runtime and not admits(party.runtime, question.target.python)
    ]
