"""What is dangerous in a Dockerfile or a compose file: who it runs as, what it fetches, what of the host it is given.

Sources: Docker's "Building best practices", the CIS Docker benchmark (4.1, 4.9, 5.4, 5.31). Stages that only build say
nothing about what runs: the user is that of the last stage.
"""

import re
from collections.abc import Iterable, Iterator

from plumbrule.mcp_server.dependencies.manifests.dangers import danger, downloads
from plumbrule.mcp_server.dependencies.manifests.scorecard_facts import commands
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import Declaration

_NOT_ROOT = re.compile(
    r"(?i)nonroot|rootless|unprivileged|chainguard|cgr\.dev|devcontainer|scratch$|windows|nanoserver|servercore"
)
_ROOT = re.compile(r"(?i)(?:root|0)(?::.*)?$")
_REMOTE = re.compile(r"(?i)\bhttps?://\S+")
_SOCKET = "/var/run/docker.sock"

Instruction = tuple[int, str, str]
"""Line, instruction in capitals, arguments."""


def dockerfile_dangers(instructions: Iterable[Instruction]) -> list[Declaration]:
    """The dangers of one Dockerfile."""
    found: list[Declaration] = []
    users: dict[str, str] = {}  # of the named stages
    base, stage, user, user_line, starts = "", "", "", 0, 0
    for line, instruction, arguments in instructions:
        words = [word for word in arguments.split() if not word.startswith("--")]
        if instruction == "FROM" and words:
            base, user, user_line, starts = words[0], users.get(words[0].lower(), ""), line, 0
            stage = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
            if base.lower() not in users and not _is_pinned(base):
                found.append(danger("docker.unpinned-base", "low", base, line))
            users[stage] = user
        elif instruction == "USER" and words:
            user, user_line, users[stage] = words[0], line, words[0]
        elif instruction in ("CMD", "ENTRYPOINT"):
            starts = line
        elif instruction == "ADD":
            found += _added(arguments, line)
        elif instruction == "RUN":
            found += downloads(arguments, line, "docker.download-run")
            found += commands(arguments, line)
    if starts and not _NOT_ROOT.search(base) and (not user or _ROOT.match(user)):
        found.append(danger("docker.root", "low", user or "no USER", user_line))
    return found


def _is_pinned(image: str) -> bool:
    return "@sha256:" in image or image.lower() == "scratch" or "$" in image


def _added(arguments: str, line: int) -> Iterator[Declaration]:
    remote = _REMOTE.search(arguments)
    if remote and "--checksum=" not in arguments:
        yield danger("docker.add-remote", "medium" if remote[0].startswith("http://") else "low", remote[0], line)


def compose_dangers(tree: Tree) -> Iterator[Declaration]:
    """Services that are given the host: all privileges, or its Docker socket."""
    for name in tree.table("services"):
        keys = ("services", name)
        if tree.text(*keys, "privileged") == "true":
            yield danger("docker.privileged", "low", name, tree.line(*keys, "privileged"))
        for text, line in tree.strings(*keys, "volumes"):
            if text.startswith(_SOCKET):
                yield danger("docker.socket", "low", name, line)
