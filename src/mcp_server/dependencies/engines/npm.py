"""The oracle for npm: its own tree builder, told package.json texts of ours and never a repository's files.

Below: `npm_program`, `npm_question`, `npm_answers`. Above: the search for reasons and fixes, `joint/npm`, the lock.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.errors import LimitExceeded, MissingDependency, PlumbruleError
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.npm_answers import Names, answer_of, chosen_in
from plumbrule.mcp_server.dependencies.engines.npm_program import NpmProgram
from plumbrule.mcp_server.dependencies.engines.npm_question import Posed, parties_of, posed
from plumbrule.mcp_server.dependencies.engines.npm_versions import Release, any_names, candidates
from plumbrule.mcp_server.dependencies.engines.remembered import FRESH_S, Remembered
from plumbrule.mcp_server.dependencies.joint.npm_requirement import Chosen, full_node, is_name
from plumbrule.mcp_server.dependencies.joint.question import Answer, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import satisfies

_OS = {"linux": "linux", "macos": "darwin", "windows": "win32"}
_CPU = {"x86_64": "x64", "aarch64": "arm64"}
MAX_RELEASES = 64
"""Packages whose releases are remembered."""

MAX_ANY = 3
"""Packages of one question for which any version is looked for."""

MAX_TREES = 16
"""Trees whose packages are remembered with their engines, which answers do not hold."""


class NpmLock(NamedTuple):
    """A tree as npm writes it: `package_json` and the `package_lock` that belongs to it, and its packages."""

    package_json: str
    package_lock: str
    chosen: tuple[Chosen, ...]


class NpmEngine:
    """Answers joint questions about npm packages (`joint/question.Engine`). Close it when done."""

    def __init__(self, program: NpmProgram, cache: Cache, clock: Clock = SYSTEM_CLOCK) -> None:
        self._program = program
        self._clock = clock
        self._cache = cache
        self._releases: dict[tuple[str, str, str], Sequence[Release]] = {}
        self._trees: dict[Question, tuple[Chosen, ...]] = {}
        self._remembered: Remembered | None = None

    @property
    def name(self) -> str:
        return "npm"

    @property
    def version(self) -> str:
        """npm's, "" when there is none."""
        try:
            return self._program.node.npm_version
        except MissingDependency:
            return ""

    async def aclose(self) -> None:
        """End the program, if there is one. The next question starts it again."""
        await self._program.aclose()

    async def solve(self, question: Question) -> Answer:
        """See `Engine`. Requirements must be as `npm_question` has them; others are a fault of the caller's.

        Raises:
            ValueError: a requirement or constraint is not of that form.
        """
        parties = parties_of(question)
        told = posed(question, parties)
        if not isinstance(told, Posed):
            return Unsolved(told)
        if not any(parties):
            return Solved(())
        return await self._memory().answer(question, lambda: self._asked(question, told, Names(question, parties)))

    async def versions(self, package: str, target: Target, exclude_newer: str = "") -> Sequence[str]:
        """See `Engine`. Deprecated releases are left out, and those whose `engines.node` excludes the target's Node."""
        return [one.version for one in await self._fitting(package, target, exclude_newer)]

    async def _fitting(self, package: str, target: Target, exclude_newer: str) -> Sequence[Release]:
        if not is_name(package):
            return ()
        key = (package, exclude_newer, self._bucket())
        releases = self._releases.get(key)
        if releases is None:
            question = {"package": package, "before": _moment(exclude_newer), **self._frame(target)}
            raw = await self._told(question)
            if isinstance(raw, Unknown) or raw.get("kind") != "versions":
                return ()
            releases = [
                Release(one[0], one[1], tuple((name, text) for name, text in one[2])) for one in raw["versions"]
            ]
            if len(self._releases) >= MAX_RELEASES:
                self._releases.pop(next(iter(self._releases)))
            self._releases[key] = releases
        node = full_node(target)
        return [one for one in releases if not (node and one.node) or satisfies(node, one.node, prereleases=True)]

    async def lock(self, question: Question) -> NpmLock | Unsolved | Unknown:
        """The tree of a question that has one, as the two files that npm takes. Raises as `solve`."""
        parties = parties_of(question)
        told = posed(question, parties)
        if not isinstance(told, Posed):
            return Unsolved(told)
        names = Names(question, parties)
        raw = await self._told({**self._put(question, told), "lock": True})
        if isinstance(raw, Unknown):
            return raw
        answer = answer_of(raw, question, names)
        if not isinstance(answer, Solved):
            return answer
        manifest = orjson.dumps(orjson.loads(told.root), option=orjson.OPT_INDENT_2).decode() + "\n"
        return NpmLock(manifest, str(raw["lock"]), chosen_in(raw, names))

    async def chosen(self, question: Question) -> tuple[Chosen, ...]:
        """The packages of a tree with what they say of engines; empty when there is no tree."""
        if question in self._trees:
            return self._trees[question]
        parties = parties_of(question)
        told = posed(question, parties)
        if not isinstance(told, Posed) or not any(parties):
            return ()
        await self._asked(question, told, Names(question, parties))
        return self._trees.get(question, ())

    async def _asked(self, question: Question, told: Posed, names: Names) -> Answer:
        answer = await self._once(question, told, names)
        if not isinstance(answer, Unsolved):
            return answer
        for pinned in await self._pinned(question, answer):
            other = posed(pinned, parties_of(pinned))
            again = await self._once(pinned, other, names) if isinstance(other, Posed) else answer
            if isinstance(again, Solved):
                return again
        return answer

    async def _pinned(self, question: Question, answer: Unsolved) -> Sequence[Question]:
        """The question with versions in place of "any": npm by itself tries the newest and no other."""
        names = any_names(question)
        releases = {
            name: await self._fitting(name, question.target, question.exclude_newer) for name in names[:MAX_ANY]
        }
        return candidates(question, releases, answer) if releases else ()

    async def _once(self, question: Question, told: Posed, names: Names) -> Answer:
        raw = await self._told(self._put(question, told))
        if isinstance(raw, Unknown):
            return raw
        if raw.get("kind") == "solved":
            if len(self._trees) >= MAX_TREES:
                self._trees.pop(next(iter(self._trees)))
            self._trees[question] = chosen_in(raw, names)
        return answer_of(raw, question, names)

    async def _told(self, question: dict[str, object]) -> dict[str, Any] | Unknown:
        try:
            return await self._program.ask({"bucket": self._bucket(), **question})
        except MissingDependency as error:
            return Unknown("engine_missing", (), f"{error.message} {error.hint}")
        except LimitExceeded as error:
            return Unknown("limit_hit", (), error.message)
        except PlumbruleError as error:
            return Unknown("engine_failed", (), error.message)

    def _put(self, question: Question, told: Posed) -> dict[str, object]:
        return {
            "root": told.root,
            "members": dict(told.members),
            "before": _moment(question.exclude_newer),
            **self._frame(question.target),
        }

    def _frame(self, target: Target) -> dict[str, object]:
        """`universal` leaves platforms open: what is optional for one of them is then in the tree."""
        return {"node": full_node(target), "os": _OS.get(target.platform, ""), "cpu": _CPU.get(target.machine, "")}

    def _bucket(self) -> str:
        return str(int(self._clock.wall() // FRESH_S))

    def _memory(self) -> Remembered:
        if self._remembered is None:
            about = ("npm", self.version, str(self._program.offline), self._program.registry)
            self._remembered = Remembered(about, self._cache, self._clock)
        return self._remembered


def _moment(exclude_newer: str) -> str:
    """A day means until its end, as uv takes it."""
    return f"{exclude_newer}T23:59:59.999Z" if len(exclude_newer) == len("2026-01-31") else exclude_newer
