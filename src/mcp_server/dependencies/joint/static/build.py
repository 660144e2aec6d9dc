"""Every ecosystem that is answered statically, as checks."""

from plumbrule.mcp_server.dependencies.joint.checking import EcosystemCheck
from plumbrule.mcp_server.dependencies.joint.static.declared import DeclaredCheck
from plumbrule.mcp_server.dependencies.joint.static.golang import GoCheck
from plumbrule.mcp_server.dependencies.joint.static.jvm import JvmCheck
from plumbrule.mcp_server.dependencies.joint.static.rules import RULES


def static_checks() -> tuple[EcosystemCheck, ...]:
    """One check for each of Cargo, Go, Maven and Gradle, Bundler, Composer, NuGet, Pub, Mix, SwiftPM, Terraform, conda.

    Images, actions and hooks (Docker, CI) never clash: each lives by itself.
    """
    return (*(DeclaredCheck(rules) for rules in RULES), GoCheck(), JvmCheck())
