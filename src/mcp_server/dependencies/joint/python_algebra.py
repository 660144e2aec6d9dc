"""What is certain about Python's direct requirements without any index: ranges that no version and no Python satisfies.

Exact range algebra over one package at a time, where the markers of all members hold together on the target.
Below: `python_relaxing`. Above: `python`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice, product

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.python_proofs import tightest
from plumbrule.mcp_server.dependencies.joint.python_relaxing import PythonRelaxation, parsed, specifier_of
from plumbrule.mcp_server.dependencies.joint.reasons.levels import full, only
from plumbrule.mcp_server.dependencies.joint.reasons.oracle import AMONG_ALL
from plumbrule.mcp_server.dependencies.joint.reasons.shrinking import Core
from plumbrule.mcp_server.dependencies.joint.targets import Target

MAX_CORES = 25
MAX_DIFFERENT = 40
"""Different bounds on one package that are compared pair by pair."""


def disjoint_cores(asks: Sequence[Ask], target: Target, relaxation: PythonRelaxation) -> tuple[Core, ...]:
    """Minimal sets of direct requirements on one package that exclude each other; the shortest first."""
    found: list[Core] = []
    for members in _by_package(asks, target).values():
        # Constraints and locks ask for nothing: without somebody who does, the package need not be there at all.
        cores = (
            core
            for core in _of_one_package(members, asks, relaxation)
            if any(asks[at].kind not in AMONG_ALL for at in core)
        )
        for core in islice(cores, MAX_CORES - len(found)):
            found.append(Core(only(full(len(asks)), core), minimal=True))
    return tuple(found)


def excluding_target(asks: Sequence[Ask], target: Target) -> tuple[Core, ...]:
    """Each declared range of Python that excludes the target's; one that cannot be read excludes nothing."""
    if not target.python:
        return ()
    return tuple(
        Core(only(full(len(asks)), (at,)), minimal=True)
        for at, ask in enumerate(asks)
        if ask.kind == "runtime" and not admits(ask.requirement, target.python)
    )


def admits(constraint: str, python: str) -> bool:
    """Whether a range of Pythons has a version of the target's line: `3.12` is every 3.12.x."""
    line = f"=={python}" if python.count(".") > 1 else f"=={python}.*"
    return not (specifier_of(constraint) & specifier_of(line)).is_unsatisfiable()


def _by_package(asks: Sequence[Ask], target: Target) -> Mapping[str, list[tuple[int, frozenset[int]]]]:
    """For each package the bounded asks that apply, with the environments in which they do."""
    found: dict[str, list[tuple[int, frozenset[int]]]] = {}
    for at, ask in enumerate(asks):
        if ask.kind == "runtime":
            continue
        requirement = parsed(ask.requirement)
        where = environments(str(requirement.marker or ""), target)
        if where and requirement.specifier:
            found.setdefault(ask.name, []).append((at, where))
    return found


def _of_one_package(
    members: Sequence[tuple[int, frozenset[int]]], asks: Sequence[Ask], relaxation: PythonRelaxation
) -> Iterator[tuple[int, ...]]:
    """The same statement made a thousand times is compared once; of too many different ones the tightest are."""
    alike: dict[tuple[str, frozenset[int]], list[int]] = {}
    for at, where in members:
        alike.setdefault((relaxation.constraint(asks[at]), where), []).append(at)
    bounds = [bound for bound, _ in alike]
    chosen = bounds if len(bounds) <= MAX_DIFFERENT else tightest(bounds, MAX_DIFFERENT)
    kinds = [kind for kind in alike if kind[0] in chosen]
    if not relaxation.disjoint(sorted({bound for bound, _ in kinds})):
        return
    alone = [kind for kind in kinds if relaxation.disjoint([kind[0]])]
    yield from ((at,) for kind in alone for at in alike[kind])
    left = [kind for kind in kinds if kind not in alone]
    pairs = [
        (one, other)
        for one, other in combinations(left, 2)
        if one[1] & other[1] and relaxation.disjoint([one[0], other[0]])
    ]
    for one, other in pairs:
        yield from ((min(pair), max(pair)) for pair in product(alike[one], alike[other]))
    if not pairs and not alone:
        yield from _larger([(alike[kind][0], *kind) for kind in left], relaxation)


def _larger(
    members: Sequence[tuple[int, str, frozenset[int]]], relaxation: PythonRelaxation
) -> Iterator[tuple[int, ...]]:
    """One minimal set of three or more, such as `>=1,<2` and the two halves of it excluded."""
    common = members[0][2] if members else frozenset[int]()
    for _, _, where in members:
        common &= where
    held = {at: bound for at, bound, _ in members}
    if not common or not relaxation.disjoint(list(held.values())):
        return
    for at in list(held):
        fewer = [bound for other, bound in held.items() if other != at]
        if relaxation.disjoint(fewer):
            del held[at]
    yield tuple(sorted(held))


def environments(marker: str, target: Target) -> frozenset[int]:
    """Numbers of the target's environments in which a marker holds; none when it cannot be read: nothing is certain."""
    every = target_environments(target)
    if not marker:
        return frozenset(range(len(every)))
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    try:
        read = Marker(marker)
        return frozenset(at for at, one in enumerate(every) if read.evaluate(dict(one)))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return frozenset()


def target_environments(target: Target) -> tuple[Mapping[str, str], ...]:
    """The markers' environments that a target stands for: one, or the usual ones of all platforms."""
    wanted = _PLATFORMS if target.universal else [one for one in _PLATFORMS if one[0] == target.platform]
    if not target.universal:
        machine = target.machine
        wanted = [(*one[:4], _MACHINES.get((one[0], machine), machine)) for one in wanted[:1]]
    pythons = [target.python or "3.12"]
    if target.universal:
        start = int((target.python or "3.9").split(".")[1])
        pythons = [f"3.{minor}" for minor in range(start, 16)]
    return tuple(
        {
            "python_version": ".".join(python.split(".")[:2]),
            "python_full_version": python if python.count(".") > 1 else f"{python}.0",
            "implementation_version": python if python.count(".") > 1 else f"{python}.0",
            "sys_platform": platform[1],
            "platform_system": platform[2],
            "os_name": platform[3],
            "platform_machine": platform[4],
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_version": "",
            "extra": "",
        }
        for python in pythons
        for platform in wanted
    )


_PLATFORMS = [
    ("linux", "linux", "Linux", "posix", "x86_64"),
    ("macos", "darwin", "Darwin", "posix", "arm64"),
    ("windows", "win32", "Windows", "nt", "AMD64"),
    ("linux", "linux", "Linux", "posix", "aarch64"),
]
_MACHINES = {("macos", "aarch64"): "arm64", ("windows", "x86_64"): "AMD64", ("windows", "aarch64"): "ARM64"}
