"""Side by side every manifest is a party of its own; to the reader it is its repository. And the joint set, told.

Above: `npm`.
"""

from collections.abc import Callable, Sequence

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.findings import JointPackage
from plumbrule.mcp_server.dependencies.joint.npm_asks import JAVASCRIPT
from plumbrule.mcp_server.dependencies.joint.question import Solved


class Parts:
    """The asks of several repositories by manifest. Called with a part's label it gives the repository's."""

    def __init__(self, asks: Sequence[Ask], label: Callable[[int], str]) -> None:
        self._labels: list[str] = []
        self._subjects: list[int] = []
        self._repositories: dict[str, str] = {}
        numbers: dict[tuple[int, str], int] = {}
        several = {
            subject
            for subject in {ask.subject for ask in asks}
            if len({a.path for a in asks if a.subject == subject}) > 1
        }
        made: list[Ask] = []
        for ask in asks:
            if ask.subject < 0:
                made.append(ask)
                continue
            # What a lock holds is of the manifest that it answers; locks of members lie at the root.
            at = numbers.get((ask.subject, ask.path))
            if at is None:
                at = numbers[ask.subject, ask.path] = len(self._labels)
                repository = label(ask.subject)
                own = f"{repository} ({ask.path})" if ask.subject in several else repository
                self._labels.append(own)
                self._subjects.append(ask.subject)
                self._repositories[own] = repository
            made.append(ask._replace(subject=at))
        self.asks: tuple[Ask, ...] = tuple(made)
        self._caller = label(-1)

    def label(self, part: int) -> str:
        """What the engine calls a part."""
        return self._labels[part] if 0 <= part < len(self._labels) else self._caller

    def subject(self, part: int) -> int:
        """The repository that a part is of."""
        return self._subjects[part] if 0 <= part < len(self._subjects) else part

    def single(self) -> list[int]:
        """The repositories of one manifest only."""
        return [one for one in sorted(set(self._subjects)) if self._subjects.count(one) == 1]

    def several(self) -> list[int]:
        """The repositories of several manifests."""
        return [one for one in sorted(set(self._subjects)) if self._subjects.count(one) > 1]

    def __call__(self, label: str) -> str:
        return self._repositories.get(label, label)


def joint_packages(solved: Solved, labels: Sequence[str], name: Callable[[str], str]) -> tuple[JointPackage, ...]:
    """Every package of a solution with the repositories that ask for it, directly or through others."""
    known = frozenset(labels)
    askers: dict[str, set[str]] = {}
    below: dict[str, set[str]] = {}
    for pin in solved.pins:
        own = askers.setdefault(pin.name, set())
        for asker in pin.via:
            if name(asker) in known:
                own.add(name(asker))
            else:
                below.setdefault(asker, set()).add(pin.name)
    waiting = [one for one, found in askers.items() if found]
    while waiting:
        at = waiting.pop()
        for each in below.get(at, ()):
            if not askers[at] <= askers[each]:
                askers[each] |= askers[at]
                waiting.append(each)
    order = {label: at for at, label in enumerate(labels)}
    return tuple(
        JointPackage(JAVASCRIPT, package, version, tuple(sorted(askers[package], key=order.__getitem__)))
        for package, version in sorted({(pin.name, pin.version) for pin in solved.pins})
    )
