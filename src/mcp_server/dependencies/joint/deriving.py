"""The target where a caller named none or half of one: the highest released version that every declared range allows.

Below: `joint/releases` (the dated table), `joint/runtime_ranges`. Above: `compatibility/`, which prints it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from plumbrule.mcp_server.dependencies.joint.asks import Subject
from plumbrule.mcp_server.dependencies.joint.releases import nodes, pythons
from plumbrule.mcp_server.dependencies.joint.runtime_ranges import python_constraint, ranges_of, satisfying
from plumbrule.mcp_server.dependencies.joint.targets import Target, parse_target

_Runtime = Literal["python", "node"]
_ECOSYSTEMS: dict[_Runtime, str] = {"python": "python", "node": "javascript"}
_TITLES: dict[_Runtime, str] = {"python": "Python", "node": "Node"}
_FIELDS: dict[_Runtime, str] = {"python": "requires-python", "node": "engines.node"}
_RELEASES: dict[_Runtime, Callable[[str], tuple[str, ...]]] = {"python": pythons, "node": nodes}


def derived_target(given: Target | None, subjects: Sequence[Subject], cutoff: str = "") -> Target:
    """The target with Python and Node filled in where a repository speaks of them and the caller did not.

    Python is given as a minor (`3.12`) whose first release every range allows, or with the patch that they need; Node
    in full. A version that the caller gave in short (`3.12`) is made longer only when some range excludes its first
    release and allows a later one. Where nothing satisfies all, the newest that most allow: the conflict is the runtime
    rule's to tell. `cutoff` is a date or a moment; releases after its day do not exist yet.
    """
    target = given or parse_target("")
    for name in ("python", "node"):
        said = target.python if name == "python" else target.node
        if said:
            found, why = _refined(name, said, subjects, cutoff)
        elif _speaks(subjects, name):
            found, why = _highest(name, subjects, cutoff)
        else:
            continue
        target = replace(target, derived=(*target.derived, why) if why else target.derived)
        target = replace(target, python=found) if name == "python" else replace(target, node=found)
    return target


def _speaks(subjects: Sequence[Subject], name: _Runtime) -> bool:
    ecosystem = _ECOSYSTEMS[name]
    return any(
        any(one.ecosystem == ecosystem for one in subject.joined.direct)
        or any(one.ecosystem == ecosystem for one in subject.published)
        or any(one.name == name for one in subject.runtimes)
        for subject in subjects
    )


def _constraints(name: _Runtime, subjects: Sequence[Subject]) -> list[str]:
    asks = ranges_of(subjects, name)
    return [python_constraint(ask) if name == "python" else ask.constraint for _, ask in asks]


def _highest(name: _Runtime, subjects: Sequence[Subject], cutoff: str) -> tuple[str, str]:
    constraints = list(dict.fromkeys(_constraints(name, subjects)))
    found, count = satisfying(_RELEASES[name](cutoff), constraints, _ECOSYSTEMS[name])
    if not found:
        return "", f"{name}: none had been released on {cutoff[:10]}."
    shown = _short(name, found, constraints)
    until = f" released by {cutoff[:10]}" if cutoff else ""
    title, declared = _TITLES[name], _FIELDS[name]
    if not constraints:
        return shown, f"{name} {shown}: not given and no {declared} declared, the newest {title}{until}."
    if count == len(constraints):
        listed = ", ".join(constraints[:4]) + (", ..." if len(constraints) > 4 else "")
        return shown, f"{name} {shown}: not given, the newest {title}{until} that every {declared} allows ({listed})."
    return shown, (
        f"{name} {shown}: not given, and no {title}{until} satisfies every {declared}; "
        f"the newest that {count} of {len(constraints)} allow."
    )


def _short(name: _Runtime, found: str, constraints: list[str]) -> str:
    """Python's minor, when the constraints treat its first release as they treat this one."""
    if name == "node":
        return found
    minor = found.rpartition(".")[0]
    ecosystem = _ECOSYSTEMS[name]
    first, here = satisfying([f"{minor}.0"], constraints, ecosystem)[1], satisfying([found], constraints, ecosystem)[1]
    return minor if first >= here else found


def _refined(name: _Runtime, said: str, subjects: Sequence[Subject], cutoff: str) -> tuple[str, str]:
    """What the caller gave, or the release of it that all ranges need."""
    full = 3
    if said.count(".") + 1 >= full:
        return said, ""
    constraints = list(dict.fromkeys(_constraints(name, subjects)))
    ecosystem = _ECOSYSTEMS[name]
    first = said + ".0" * (full - 1 - said.count("."))
    if not constraints or satisfying([first], constraints, ecosystem)[1] == len(constraints):
        return said, ""
    among = [version for version in _RELEASES[name](cutoff) if version.startswith(f"{said}.")]
    found, count = satisfying(among, constraints, ecosystem)
    if not among or count < len(constraints):
        return said, ""
    return found, f"{name} {found}: the newest {_TITLES[name]} {said} that every {_FIELDS[name]} allows."
