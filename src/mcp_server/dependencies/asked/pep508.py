"""PEP 508 requirement strings, split and not normalised, so that a constraint stays as it was written."""

import re

from plumbrule.mcp_server.dependencies.requirement import Requirement, Scope

_HEAD = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*", re.DOTALL)
_SPECIFIERS = re.compile(r"(?:\s*(?:===|==|~=|!=|<=|>=|<|>)\s*[^\s,;()]+\s*(?:,|$))*\s*\Z")
_TEST_GROUP = re.compile(r"(?i)(?:^|[^a-z])(?:unit|integration|func)?[-_]?tests?(?:ing)?(?:[^a-z]|$)|pytest")
MAX_REQUIREMENT_CHARS = 20_000


def normal(name: str) -> str:
    """The name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def group_scope(group: str) -> Scope:
    """`test` for a group whose name says so, `dev` for every other one."""
    return "test" if _TEST_GROUP.search(group) else "dev"


def requirement(text: str, line: int, rule: str, scope: Scope = "runtime", group: str = "") -> Requirement | None:
    """One requirement, or None when the text is none (a bare URL or path, a syntax error)."""
    head = _HEAD.match(text)
    if not head or len(text) > MAX_REQUIREMENT_CHARS:
        return None
    rest = text[head.end() :]
    extras = tuple(part.strip() for part in (head[2] or "").split(",") if part.strip())
    made = Requirement(normal(head[1]), line=line, rule=rule, scope=scope, group=group, extras=extras)
    if rest.startswith("@"):
        url, _, marker = re.sub(r"\s+;\s*", " ; ", rest[1:].strip(), count=1).partition(" ; ")
        return made._replace(reference=url.strip(), marker=marker.strip())
    specifiers, _, marker = rest.partition(";")
    specifiers = specifiers.strip()
    if specifiers.startswith("(") and specifiers.endswith(")"):
        specifiers = specifiers[1:-1].strip()
    if not _SPECIFIERS.match(specifiers):
        return None
    return made._replace(constraint=specifiers, marker=marker.strip())
