"""The licence of the whole: what the licence files read, beside what the metadata declares."""

from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.model import Licence, Stated
from plumbrule.mcp_server.analysis.words import stated


def licence_of(gathered: Gathered) -> Licence | None:
    """The licence with its evidence, None when neither a file nor the metadata names one."""
    declared = _declared(gathered)
    return None if declared is None else Licence(declared.value, declared.evidence)


def _declared(gathered: Gathered) -> Stated | None:
    for manifest, one in gathered.declared("licence"):
        if "/" not in manifest.path:
            return stated(one.value, manifest.path, one.rule, one.line)
    return None
