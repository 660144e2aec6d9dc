"""What risks and findings both judge by: a pinned revision, a hidden program, a link that leads out, no licence."""

import posixpath
from collections.abc import Iterator

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.text import findings
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.model import Licence, Risk
from plumbrule.mcp_server.analysis.words import evidence
from plumbrule.mcp_server.dependencies.model import Declaration

_FULL_SHA = LazyPattern(r"[0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64}")


def licence_risks(gathered: Gathered, licence: Licence | None) -> Iterator[Risk]:
    own = [entry for entry in gathered.inventory.licences if "/" not in entry.path]
    if licence is None and own:
        message = "a licence file whose words match no known licence"
        yield Risk("medium", message, evidence(own[0].path, "licence.unrecognised"))
    elif licence is None:
        yield Risk("medium", "no licence: without one, all rights are reserved", evidence(".", "licence.missing"))
    elif licence.declared is not None:
        message = "the metadata names another licence than the licence file"
        yield Risk("medium", message, evidence(licence.declared.evidence.at, "licence.disagreement"))


def is_pinned(one: Declaration) -> bool:
    """A local action or one of the same commit needs no pin; an image is pinned by its digest."""
    if one.label.startswith((".", "$/")):
        return True
    if one.label.startswith("docker://"):
        return "@sha256:" in f"{one.label}@{one.value}"
    return _FULL_SHA.fullmatch(one.value) is not None


def has_hidden(path: str) -> bool:
    return any(one.kind in ("bidi", "zero_width", "tag", "terminal") for one in findings(path))


def escapes(path: str, target: bytes) -> bool:
    text = target.decode("utf-8", "surrogateescape")
    if text.startswith("/") or "\\" in text[:3] or text[1:3] == ":\\":
        return True
    reached = posixpath.normpath(posixpath.join(posixpath.dirname(path), text))
    return reached == ".." or reached.startswith("../")
