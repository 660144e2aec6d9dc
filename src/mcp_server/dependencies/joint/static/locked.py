"""What the locks of the repositories hold together: the joint set as far as it is known, and where locks differ."""

from collections.abc import Sequence

from plumbrule.mcp_server.dependencies.joint.asks import Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Basis, JointPackage
from plumbrule.mcp_server.dependencies.joint.static.rules import Rules
from plumbrule.mcp_server.dependencies.joint.static.statements import OF_CALLER, Statement, locked_in
from plumbrule.mcp_server.dependencies.ranges.unions import common
from plumbrule.mcp_server.dependencies.ranges.wording import shown

MAX_TOLD = 5


def locked_packages(rules: Rules, subjects: Sequence[Subject], wishes: Wishes) -> tuple[JointPackage, ...]:
    """Every package and version that a lock holds for the wished scopes, with the repositories that lock it."""
    found: dict[tuple[str, str], list[str]] = {}
    shown: dict[tuple[str, str], str] = {}
    for subject in subjects:
        for _, package in locked_in(rules, subject, wishes):
            key = (rules.normal(package.name), package.version)
            shown.setdefault(key, package.name)
            labels = found.setdefault(key, [])
            if subject.label not in labels:
                labels.append(subject.label)
    return tuple(
        JointPackage(rules.ecosystem, shown[key], key[1], tuple(labels)) for key, labels in sorted(found.items())
    )


def least_packages(
    rules: Rules, subjects: Sequence[Subject], statements: Sequence[Statement], known: Sequence[JointPackage]
) -> tuple[JointPackage, ...]:
    """Direct packages at the lowest version that all allow, where the resolver takes that and no lock knows better."""
    if not rules.takes_least:
        return ()
    named = {rules.normal(one.name) for one in known}
    by_name: dict[str, list[Statement]] = {}
    for one in statements:
        by_name.setdefault(one.name, []).append(one)
    found: list[JointPackage] = []
    for name, asking in sorted(by_name.items()):
        joint = common(one.ranges for one in asking)
        asking = [one for one in asking if one.subject != OF_CALLER]
        if (
            asking
            and name not in named
            and joint
            and joint[0].low is not None
            and joint[0].low_in
            and any(joint[0].low[0])
        ):
            labels = tuple(dict.fromkeys(subjects[one.subject].label for one in asking))
            found.append(JointPackage(rules.ecosystem, asking[0].stated.asked.name, shown(joint[0].low, 3), labels))
    return tuple(found)


def basis_of(rules: Rules, subjects: Sequence[Subject], wishes: Wishes) -> Basis:
    """`locks` when every repository that asks for something has a lock that answers it."""
    asking = 0
    for subject in subjects:
        mine = [
            one
            for one in subject.joined.direct
            if one.ecosystem == rules.ecosystem and one.asked.scope in wishes.scopes
        ]
        if not mine:
            continue
        asking += 1
        if not any(one.lock is not None and one.position is not None for one in mine):
            return "declared"
    return "locks" if asking else "nothing"


def differing(rules: Rules, packages: Sequence[JointPackage]) -> str:
    """A sentence on packages that the repositories lock at different versions; "" when there are none."""
    versions: dict[tuple[str, tuple[int, ...]], list[JointPackage]] = {}
    for one in packages:
        key = rules.order(one.version)
        line = rules.line(key) if rules.line is not None and key is not None else ()
        versions.setdefault((rules.normal(one.name), line), []).append(one)
    several = [found for found in versions.values() if len({label for one in found for label in one.asked_by}) > 1]
    several = [found for found in several if len(found) > 1]
    if not several:
        return ""
    told = [f"{found[0].name} ({', '.join(one.version for one in found)})" for found in several[:MAX_TOLD]]
    more = f" and {len(several) - MAX_TOLD} more" if len(several) > MAX_TOLD else ""
    return f"Locked at different versions, which a joint resolution would make one: {', '.join(told)}{more}."
