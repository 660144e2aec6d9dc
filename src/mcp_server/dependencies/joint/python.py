"""Whether Python's requirements of several repositories hold together: the verdict, why not, and what would help.

Below: `python_asks` (what counts), `python_case` (one question), an engine. Above: `compatibility/`.
"""

from collections.abc import Sequence

from plumbrule.mcp_server.dependencies.joint.asks import NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Checked
from plumbrule.mcp_server.dependencies.joint.python_asks import python_asks, python_wished
from plumbrule.mcp_server.dependencies.joint.python_case import PythonCase
from plumbrule.mcp_server.dependencies.joint.python_told import ECOSYSTEM
from plumbrule.mcp_server.dependencies.joint.question import Engine
from plumbrule.mcp_server.dependencies.joint.reasons.securing import Vulnerable
from plumbrule.mcp_server.dependencies.joint.targets import Target


class PythonCheck:
    """As `checking.EcosystemCheck`. `second` is asked beside when wished; `vulnerable` tells a solution's known
    vulnerabilities, for fixes that should clear them."""

    def __init__(self, engine: Engine, second: Engine | None = None, vulnerable: Vulnerable | None = None) -> None:
        self._engine = engine
        self._second = second
        self._vulnerable = vulnerable

    @property
    def ecosystem(self) -> str:
        return ECOSYSTEM

    def not_checked(self, subjects: Sequence[Subject], wishes: Wishes) -> Sequence[NotChecked]:
        target = Target()  # the same statements are left out for all targets
        return [one for at, each in enumerate(subjects) for one in python_asks(at, each, target, wishes)[1]]

    async def check(self, subjects: Sequence[Subject], target: Target, wishes: Wishes) -> Checked:
        case = python_case(self._engine, subjects, target, wishes, self._vulnerable)
        return await case.checked(self._second if wishes.second_engine else None)


def python_case(
    engine: Engine,
    subjects: Sequence[Subject],
    target: Target,
    wishes: Wishes,
    vulnerable: Vulnerable | None = None,
) -> PythonCase:
    """The question that several repositories and the caller ask together."""
    asks = [ask for at, each in enumerate(subjects) for ask in python_asks(at, each, target, wishes)[0]]
    asks += python_wished(wishes)
    return PythonCase(engine, subjects, asks, target, wishes, vulnerable)
