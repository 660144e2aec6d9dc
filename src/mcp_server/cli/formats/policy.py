"""`--fail-on`: which findings a caller does not accept."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.analysis.sections.findings import Finding

_AT_LEAST = {"high": ("high",), "medium": ("high", "medium"), "low": ("high", "medium", "low")}


class Policy(NamedTuple):
    """Severities and rules that fail a run. Empty: nothing does."""

    severities: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()

    def failing(self, findings: Iterable[Finding]) -> int:
        """How many of `findings` are not accepted."""
        return sum(one.severity in self.severities or one.rule in self.rules for one in findings)


def policy_of(text: str | None) -> Policy:
    """The policy that `high`, `medium`, `low` (each with what is graver) or names of rules, separated by commas, say.

    Raises:
        InvalidArgument: a word is neither, with the nearest name.
    """
    from plumbrule.mcp_server.analysis.findings.catalog import CATALOG  # only when somebody asks

    severities: set[str] = set()
    rules: set[str] = set()
    for word in filter(None, (part.strip() for part in (text or "").split(","))):
        if word in _AT_LEAST:
            severities.update(_AT_LEAST[word])
        elif word in CATALOG:
            rules.add(word)
        else:
            near = get_close_matches(word, [*_AT_LEAST, *CATALOG], 1)
            hint = f"Did you mean {near[0]}?" if near else "Rules are listed by plumbrule://rules and docs/findings."
            raise InvalidArgument(f"--fail-on does not know {word[:80]!r}.", hint=hint)
    return Policy(frozenset(severities), frozenset(rules))
