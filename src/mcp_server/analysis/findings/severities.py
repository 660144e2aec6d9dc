"""How grave a rule is where nothing speaks for less, and the words that a finding says it with."""
# ruff: noqa: E501 - because a table of one rule a line reads best

import re

from plumbrule.mcp_server.analysis.inventory import shows_only
from plumbrule.mcp_server.analysis.model import Severity

DANGERS: dict[str, tuple[Severity, str]] = {
    "danger.eval": ("medium", "text is evaluated as code"),
    "danger.exec": ("medium", "code is made or loaded from text"),
    "danger.shell": ("medium", "a shell is given a command that is not literal"),
    "danger.deserialize": ("medium", "a format is read that can run code"),
    "danger.tls-off": ("medium", "the other side's certificate is not checked"),
    "danger.weak-hash": ("low", "a weak hash for a password or a signature"),
    "danger.html": ("medium", "HTML is set from a value that is not literal"),
    "danger.sql": ("medium", "an SQL statement is put together from strings"),
    "danger.tempfile": ("low", "a temporary file's name is chosen before the file is made"),
    "danger.unsafe-c": ("low", "a C function without bounds"),
    "danger.debug": ("medium", "a debugger that runs what visitors type is on"),
    "danger.xml": ("medium", "XML is read with external entities allowed"),
}
"""The rules that extractors know; others are not shown."""

CI_MESSAGES: dict[str, str] = {
    "ci.target-checkout": "a privileged workflow checks out the pull request's code: it runs beside the repository's secrets",
    "ci.script-injection": "words that an outsider chooses are put into a script",
    "ci.input-in-script": "a free input of the workflow is put into a script",
    "ci.pull-request-target": "a workflow runs on pull_request_target, with the repository's secrets",
    "ci.workflow-run": "a workflow runs on workflow_run, with the repository's secrets",
    "ci.write-all": "a workflow's token may write everything",
    "ci.default-permissions": "a workflow names no permissions for its token",
    "ci.broad-permissions": "all jobs of a workflow may write",
    "ci.unpinned-image": "a container image without a digest",
    "ci.unpinned-orb": "an orb by a version that moves",
    "ci.unpinned-include": "a definition of another project without a ref",
    "ci.remote-include": "a definition from an address whose content can change",
    "ci.secrets-inherit": "all secrets are handed to a workflow of another repository",
    "ci.all-secrets": "every secret is given to a step",
    "ci.self-hosted-runner": "a trigger that strangers can set off runs on a self-hosted runner",
    "ci.cache-poisoning": "a privileged workflow fills a cache after foreign code ran",
    "ci.spoofable-actor": "a privileged workflow trusts the actor's name",
    "ci.insecure-commands": "output of a step may set variables and paths",
    "ci.environment-file": "words that an outsider chooses set variables of the steps that follow",
    "ci.kept-token": "an artifact holds the token that the checkout left behind",
    "ci.written-password": "a registry's password stands in the workflow",
    "ci.debug-trace": "every variable is written into the job's log",
    "ci.download-run": "a download is run unseen",
    "docker.root": "the container's process runs as root",
    "docker.add-remote": "a remote file is added without a checksum",
    "docker.download-run": "a download is run unseen while the image is built",
    "docker.unpinned-base": "a base image without a digest",
    "docker.privileged": "a service runs with all privileges of the host",
    "docker.socket": "a service is given Docker's socket",
}
"""For the dangers that manifest parsers tell of, with the severity that they give."""

_TOOLS = re.compile(
    r"(?i)(?:^|/)(?:\.?scripts?|hack|\.ci|\.github|contrib)/|^(?:tools?|utils?|ci|build|dev|misc|maint|release|tasks|projects)/"
    r"|(?:^|/)(?:setup|conf|conftest|noxfile|tasks|fabfile|build|gruntfile|gulpfile)\.\w+$|(?:^|/)(?:Rakefile|Makefile|Dangerfile|Fastfile)$|\.rake$"
)
_STEP: dict[Severity, Severity] = {"high": "medium", "medium": "low", "low": "low"}


def lowered(severity: Severity, path: str) -> Severity:
    """Low among tests, examples and documents; a step less grave in what only developers run."""
    if shows_only(path):
        return "low"
    return _STEP[severity] if _TOOLS.search(path) else severity
