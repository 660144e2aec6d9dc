"""Puts the checker together: one check for each ecosystem, over engines and rules. `app` hands in what they share."""

from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.compatibility.check import CompatibilityChecker
from plumbrule.mcp_server.compatibility.subject import SubjectReader
from plumbrule.mcp_server.compatibility.surroundings import Surroundings, Surveys
from plumbrule.mcp_server.dependencies.joint.checking import EcosystemCheck
from plumbrule.mcp_server.platforms.ports.source import Sources


def build_checker(
    sources: Sources, workers: Workers, cache: Cache, limits: SurveyLimits, surveys: Surveys
) -> CompatibilityChecker:
    """The checker. Nothing is started or contacted before the first question."""
    checks: list[EcosystemCheck] = []
    return CompatibilityChecker(SubjectReader(sources, workers, cache, limits), checks, Surroundings(surveys))
