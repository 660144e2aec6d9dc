"""An engine as the oracle of a search: configurations become questions, edges of its proofs become suspects.

Below: `relaxation`, `joint/question`. Above: `explaining`, the checks of each ecosystem.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.question import Answer, Engine, Party, Question, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.levels import DROPPED, FULL, Levels
from plumbrule.mcp_server.dependencies.joint.reasons.relaxation import Relaxation

Label = Callable[[int], str]

AMONG_ALL = ("constraint", "lock")
"""Kinds that ask for nothing by themselves: they hold for whatever is chosen."""


class JointOracle:
    """One question over several parties. `frame` is everything of it but the parties and what asks constrain.

    `settled` are asks about something whose version no engine chooses, and that version: a runtime, or a package that
    another repository of the question is. `elsewhere` are those of them that no engine is told.
    """

    def __init__(
        self,
        engine: Engine,
        asks: Sequence[Ask],
        label: Label,
        frame: Question,
        relaxation: Relaxation,
        settled: Mapping[int, str] | None = None,
        elsewhere: frozenset[int] = frozenset(),
    ) -> None:
        self.engine = engine
        self.asks = tuple(asks)
        self.label = label
        self.frame = frame
        self.relaxation = relaxation
        self.settled = settled or {}
        self.elsewhere = elsewhere

    def question(self, levels: Levels, rewritten: Mapping[int, str] | None = None) -> Question:
        """The question at a configuration, with other texts for some asks."""
        requires: dict[int, list[str]] = {}
        runtimes: dict[int, str] = {}
        constraints = list(self.frame.constraints)
        for at, ask in enumerate(self.asks):
            if levels[at] == DROPPED or at in self.elsewhere:
                continue
            text = (rewritten or {}).get(at) or self._text(ask, levels[at])
            own = requires.setdefault(ask.subject, [])
            if ask.kind == "runtime":
                before = runtimes.get(ask.subject)
                runtimes[ask.subject] = self.relaxation.both(before, text) if before else text
            elif ask.kind in AMONG_ALL:
                constraints.append(text)
            else:
                own.append(text)
        parties = tuple(
            Party(self.label(subject), tuple(dict.fromkeys(own)), runtimes.get(subject, ""))
            for subject, own in sorted(requires.items())
            if own or subject in runtimes
        )
        return replace(self.frame, parties=parties, constraints=tuple(dict.fromkeys(constraints)))

    def _text(self, ask: Ask, level: int) -> str:
        return ask.requirement if level == FULL else self.relaxation.bare(ask)

    async def answer(self, levels: Levels) -> Answer:
        return await self.engine.solve(self.question(levels))

    def suspects(self, answer: Unsolved, levels: Levels) -> Sequence[int]:
        """The asks whose package a proof reaches from their own party; constraints on any package it reaches."""
        direct = {(edge.asker, edge.name) for edge in answer.edges}
        reached = {edge.name for edge in answer.edges}
        found: list[int] = []
        for at, ask in enumerate(self.asks):
            if levels[at] == DROPPED:
                continue
            among_all = ask.kind in AMONG_ALL and ask.name in reached
            if among_all or (self.label(ask.subject), ask.name) in direct:
                found.append(at)
        return found
