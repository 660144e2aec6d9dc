"""Dockerfiles, compose files and Procfiles: base images, what is started, services."""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.lines import Lines
from plumbrule.mcp_server.dependencies.manifests.texts import decode, yaml_tree
from plumbrule.mcp_server.dependencies.model import RUNTIME_SCOPE, Declaration, ManifestText


def dockerfile(file: ManifestText) -> list[Declaration]:
    """Base images, and the last CMD and ENTRYPOINT (the earlier ones do not count in Docker either)."""
    found: list[Declaration] = []
    started: dict[str, Declaration] = {}
    stages: set[str] = set()
    for number, instruction, arguments in _instructions(file.raw):
        if instruction == "FROM":
            words = [word for word in arguments.split() if not word.startswith("--")]
            if words and words[0].lower() not in stages and words[0] != "scratch":
                image, mark, version = words[0].partition("@")
                if not mark:
                    image, version = _tagged(image)
                found.append(Declaration("dependency", version, number, "dockerfile.from", image, RUNTIME_SCOPE))
            if len(words) > 2 and words[1].lower() == "as":
                stages.add(words[2].lower())
            started.clear()
        elif instruction in ("CMD", "ENTRYPOINT"):
            rule = f"dockerfile.{instruction.lower()}"
            started[instruction] = Declaration("entry", arguments, number, rule, instruction, "container")
    return found + list(started.values())


def _tagged(image: str) -> tuple[str, str]:
    name, colon, tag = image.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (image, "")


def _instructions(raw: bytes) -> Iterator[tuple[int, str, str]]:
    """Line of the start, instruction in capitals, arguments with continued lines joined."""
    begun, text = 0, ""
    for number, line in enumerate(decode(raw).splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        begun = begun if text else number
        text = (text + " " + line.strip()).strip()[:4000]
        if text.endswith("\\"):
            text = text[:-1].rstrip()
            if text:
                continue
        word, _, rest = text.partition(" ")
        if word:
            yield begun, word.upper(), rest.strip()
        text = ""


def compose(file: ManifestText) -> list[Declaration]:
    """The services of a compose file; one that only runs somebody's image is a backing service."""
    tree = yaml_tree(file.raw)
    found: list[Declaration] = []
    for name in tree.table("services"):
        keys = ("services", name)
        target = tree.text(*keys, "command") or tree.text(*keys, "image") or tree.text(*keys, "build")
        target = target or tree.text(*keys, "build", "context")
        built = any(tree.at(*keys, key) is not None for key in ("build", "command"))
        kind = "service" if built else "backing_service"
        found.append(Declaration("entry", target, tree.line(*keys), "compose.service", name, kind))
    if found:
        found.append(
            Declaration(
                "command",
                f"docker compose{_named(file.name)} up",
                tree.line("services"),
                "convention.compose",
                "",
                "run",
            )
        )
    return found


def _named(name: str) -> str:
    """Compose finds files of its four names by itself."""
    return "" if re.fullmatch(r"(?:docker-)?compose\.ya?ml", name) else f" -f {name}"


def procfile(file: ManifestText) -> list[Declaration]:
    """The process types of a Procfile."""
    found: list[Declaration] = []
    for number, line in Lines(file.raw):
        if one := re.match(r"([\w-]+):\s*(\S.*)$", line):
            found.append(Declaration("entry", one[2].strip(), number, "procfile", one[1], "process"))
    return found
