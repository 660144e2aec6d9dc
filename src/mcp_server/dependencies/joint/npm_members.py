"""How several repositories become one package.json although each may be a workspace that disagrees with itself.

A workspace keeps two versions of a package side by side; one package.json cannot. Of statements of one repository that
exclude each other those are compared that suit the other repositories; the rest stays nested, and that is told.
Below: `npm_asks`, `ranges/npm_algebra`. Above: `npm`.
"""

from collections.abc import Callable, Sequence

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.npm_asks import Override
from plumbrule.mcp_server.dependencies.joint.npm_requirement import agreed, parse_requirement

MAX_NOTES = 20


def mergeable(asks: Sequence[Ask], label: Callable[[int], str]) -> tuple[list[Ask], list[str]]:
    """The asks that take part when all are merged, and what was left nested, one sentence for each package."""
    by_name: dict[str, list[Ask]] = {}
    for ask in asks:
        if ask.kind in ("package", "added"):
            by_name.setdefault(ask.name, []).append(ask)
    nested: set[Ask] = set()
    notes: list[str] = []
    for name, stated in sorted(by_name.items()):
        for subject in sorted({ask.subject for ask in stated}):
            own = [ask for ask in stated if ask.subject == subject]
            if len({ask.path for ask in own}) < 2 or _agree(own):
                continue
            left = _left_nested(own, [ask for ask in stated if ask.subject != subject])
            nested.update(left)
            if left and len(notes) < MAX_NOTES:
                places = ", ".join(f"{ask.written} ({ask.path}:{ask.line})" for ask in left[:3])
                notes.append(
                    f"{label(subject)} keeps several versions of {name} apart by itself; left nested: {places}."
                )
    return [ask for ask in asks if ask not in nested], notes


def _agree(asks: Sequence[Ask]) -> bool:
    parsed = [parse_requirement(ask.requirement) for ask in asks]
    return len({one.package for one in parsed}) == 1 and agreed([one.range for one in parsed]) is not None


def _left_nested(own: Sequence[Ask], others: Sequence[Ask]) -> list[Ask]:
    """Greedy: what suits the others first, shallow manifests before deep ones."""
    ordered = sorted(own, key=lambda ask: (not _agree([ask, *others]), ask.path.count("/"), ask.path, ask.line))
    kept: list[Ask] = []
    for ask in ordered:
        suits = _agree([ask, *others])
        if not kept or (_agree([*kept, ask]) and (suits or not _agree([kept[0], *others]))):
            kept.append(ask)
    return [ask for ask in own if ask not in kept]


def shared_overrides(
    overrides: Sequence[Sequence[Override]], asks: Sequence[Ask], label: Callable[[int], str]
) -> tuple[list[Override], list[str]]:
    """What a joint root forces: every repository's overrides, apart from those that another one speaks against."""
    found: dict[tuple[str, ...], tuple[int, Override]] = {}
    left: list[tuple[int, Override]] = []
    for subject, own in enumerate(overrides):
        for one in own:
            before = found.get(one.keys)
            others = [ask for ask in asks if ask.subject != subject]
            if (before is not None and before[1].spec != one.spec) or _spoken_against(one, others):
                left.append((subject, one))
            else:
                found.setdefault(one.keys, (subject, one))
    notes: list[str] = []
    applied = sorted({f"{label(subject)}: {one.shown} ({one.path}:{one.line})" for subject, one in found.values()})
    if applied:
        notes.append(f"Overrides applied at the joint root: {_listed(applied)}.")
    if left:
        shown = [f"{label(subject)}: {one.shown} ({one.path}:{one.line})" for subject, one in left]
        notes.append(f"Overrides that another repository speaks against, not applied: {_listed(shown)}.")
    return [one for _, one in found.values()], notes


def _spoken_against(one: Override, others: Sequence[Ask]) -> bool:
    """Whether somebody asks directly for another version than is forced everywhere."""
    first, *below = one.keys
    if below:
        return False
    spec = parse_requirement(f"{first}@{one.spec}")
    asked = [parse_requirement(ask.requirement) for ask in others if ask.name == first]
    return any(each.package != spec.package or agreed([each.range, spec.range]) is None for each in asked)


def _listed(texts: Sequence[str]) -> str:
    return "; ".join(texts[:8]) + (f"; and {len(texts) - 8} more" if len(texts) > 8 else "")
