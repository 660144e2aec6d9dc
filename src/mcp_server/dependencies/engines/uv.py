"""The oracle for Python: uv, asked with one package of metadata per party and never with a repository's own files.

Each party becomes a wheel of three files that requires what the repository requires; uv resolves these together, names
in its proof who asked for what, and needs no interpreter of the target. Below: `uv_program`, `uv_answers`, `wheels`.
Above: the search for reasons and fixes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.listing import Listing, Release, before, parsed_version, tried
from plumbrule.mcp_server.dependencies.engines.remembered import FRESH_S, Remembered
from plumbrule.mcp_server.dependencies.engines.requirements import admits, admitted, direct_name
from plumbrule.mcp_server.dependencies.engines.shims import StandIn, StandIns
from plumbrule.mcp_server.dependencies.engines.uv_answers import (
    Clause,
    Failure,
    Refusal,
    pins_of,
)
from plumbrule.mcp_server.dependencies.engines.uv_calls import Attempt, Reading, T, UvCalls
from plumbrule.mcp_server.dependencies.engines.uv_program import UvProgram
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

MAX_MISSING = 8
"""Packages that are on no index: with more of them a question is put no further: each round asks for all anew."""

MAX_ROUNDS = 12
"""How often one question is put again with what an answer showed to be missing."""

MAX_REMEMBERED = 5_000
"""Stand-ins whose metadata is remembered from one question to the next."""

MAX_READ_AHEAD = 32
"""Releases whose metadata is read in one round although they were not chosen yet."""

ASSUMED = "metadata read, not built: {}"


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
        self._calls = UvCalls(program)
        self._listing = listing
        self._stand_ins = stand_ins
        self._clock = clock
        self._absent: dict[str, float] = {}
        self._present: set[str] = set()
        self._yanked: dict[tuple[object, ...], bool] = {}
        self._read: dict[tuple[str, str], StandIn] = {}
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
            read = await self._stand_ins.read([*unread, *_older(unread, attempt)])
            if len(self._read) > MAX_REMEMBERED:
                self._read.clear()
            self._read |= read.found
            if all(one.key in read.found for one in unread):
                known = tuple(read.found.get(one.key, one) for one in attempt.stand_ins)
                return attempt._replace(stand_ins=known, stride=2 * attempt.stride)
            if read.unreached:
                return Unknown("unreachable", tuple(sorted(read.unreached)))
            unread = [one for one in unread if one.key not in read.found]
        if unread:
            return Unknown("needs_build", tuple(sorted({one.metadata.name for one in unread})))
        if attempt.unjudged or attempt.left_out:
            return Unknown(
                "needs_build" if attempt.unjudged else "missing_package", attempt.unjudged or attempt.left_out
            )
        pins = tuple(attempt.credited(pin) for pin in pins)
        return Solved(pins, {one.metadata.name: ASSUMED.format(one.how) for one in chosen} or None)

    async def _after_refusal(self, attempt: Attempt, refusal: Refusal) -> Answer | Attempt:
        """No, where the proof rests on versions alone; else the question without what made it doubtful."""
        doubtful = [one for one in refusal.clauses if one.kind != "fact"]
        missing = {one.name for one in doubtful if one.kind == "missing"} - set(attempt.left_out)
        if any(one.kind in ("offline", "strange") for one in doubtful):
            return _not_known(doubtful, refusal.said)
        if attempt.stand_ins:
            own = {one.metadata.name for one in attempt.stand_ins}
            hidden = await self._missing(set(refusal.versionless) - own - set(attempt.left_out), attempt.question)
            if hidden is None:
                return Unknown("limit_hit", (), refusal.said)
            missing |= hidden
        known = {one.key for one in attempt.stand_ins}
        fresh = await self._stand_ins.named_by(refusal, attempt.question, known) if self._stand_ins else None
        unjudged = {one.name for one in doubtful if one.kind in ("build", "platform")} - set(attempt.unjudged)
        if fresh is None and unjudged:
            return attempt._replace(unjudged=tuple(sorted({*attempt.unjudged, *unjudged})))
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
        fresh = [self._read.get(one.key, one) for one in fresh]
        self._absent.update(dict.fromkeys(missing, self._clock.monotonic() + FRESH_S))
        left_out = tuple(sorted({*attempt.left_out, *missing}))
        if len(left_out) > MAX_MISSING:
            return Unknown("missing_package", left_out)
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

    async def _missing(self, names: set[str], question: Question) -> set[str] | None:
        """Which of these names no index has; None when that could not be found out.

        With a folder of stand-ins beside the indexes, uv says of an unknown package that it has no versions, as of one
        whose versions do not fit.
        """
        unseen = {name for name in names if name not in self._present and name not in self._absent}
        missing = await self._calls.missing_among(sorted(unseen), question) if unseen else set[str]()
        if missing is None:
            return None
        self._present |= unseen - missing
        return missing | (names & set(self._absent))

    def _known_absent(self, question: Question) -> tuple[str, ...]:
        """What was asked for just now and is on no index: asking for it again takes a request each time."""
        now = self._clock.monotonic()
        self._absent = {name: until for name, until in self._absent.items() if until > now}
        if not self._absent:
            return ()
        asked = {direct_name(line) for party in question.parties for line in party.requires}
        return tuple(sorted(asked & set(self._absent)))

    async def _attempted(self, attempt: Attempt, read: Reading[T], form: Sequence[str] = ()) -> T | Refusal | Failure:
        return await self._calls.outcome(attempt, read, form)


def _older(chosen: Sequence[StandIn], attempt: Attempt) -> list[StandIn]:
    """The next older releases of what was chosen, twice as many each time: who goes back goes back far."""
    found: list[StandIn] = []
    for one in chosen:
        version = parsed_version(one.metadata.version)
        below = [
            (parsed_version(other.metadata.version), other)
            for other in attempt.stand_ins
            if other.metadata.name == one.metadata.name and not other.how and other.builds
        ]
        older = sorted((row for row in below if row[0] < version), key=lambda row: row[0], reverse=True)
        found += [other for _, other in older[: attempt.stride - 1]]
    return found[:MAX_READ_AHEAD]


def _not_known(doubtful: Sequence[Clause], said: str) -> Unknown:
    kinds = {one.kind for one in doubtful}
    packages = tuple(sorted({one.name for one in doubtful}))
    if "offline" in kinds:
        return Unknown("unreachable", packages, said)
    if kinds & {"build", "platform"}:
        return Unknown("needs_build", packages, said)
    return Unknown("missing_package" if "missing" in kinds else "engine_failed", packages, said)


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
