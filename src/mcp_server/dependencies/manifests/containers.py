"""Dockerfiles, compose files, Kubernetes objects and Procfiles: images, starts, services, ports."""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.container_dangers import compose_dangers, dockerfile_dangers
from plumbrule.mcp_server.dependencies.manifests.lines import Lines
from plumbrule.mcp_server.dependencies.manifests.texts import decode, yaml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import RUNTIME_SCOPE, Declaration, ManifestText


def dockerfile(file: ManifestText) -> list[Declaration]:
    """Base images, and the last CMD and ENTRYPOINT (the earlier ones do not count in Docker either)."""
    found: list[Declaration] = []
    started: dict[str, Declaration] = {}
    stages: set[str] = set()
    for number, instruction, arguments in instructions(file.raw):
        if instruction == "FROM":
            words = [word for word in arguments.split() if not word.startswith("--")]
            if words and words[0].lower() not in stages and words[0] != "scratch":
                image, mark, version = words[0].partition("@")
                if not mark:
                    image, version = tagged(image)
                found.append(Declaration("dependency", version, number, "dockerfile.from", image, RUNTIME_SCOPE))
            if len(words) > 2 and words[1].lower() == "as":
                stages.add(words[2].lower())
            started.clear()
        elif instruction == "EXPOSE":
            found += [_port(word.partition("/")[0], number, "dockerfile.expose") for word in arguments.split()]
        elif instruction in ("CMD", "ENTRYPOINT"):
            rule = f"dockerfile.{instruction.lower()}"
            started[instruction] = Declaration("entry", arguments, number, rule, instruction, "container")
    return [*found, *started.values(), *dockerfile_dangers(instructions(file.raw))]


def _port(text: str, line: int, rule: str) -> Declaration:
    return Declaration("fact", text, line, rule, "port")


def tagged(image: str) -> tuple[str, str]:
    name, colon, tag = image.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (image, "")


_HEREDOC = re.compile(r"<<-?[\"']?([A-Za-z_]\w*)[\"']?")
_ESCAPE = re.compile(r"#\s*escape\s*=\s*(\S)\s*$", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*\w+\s*=")


def instructions(raw: bytes) -> Iterator[tuple[int, str, str]]:
    """Line of the start, instruction in capitals, arguments with continued lines joined.

    The escape directive and here-documents are the Dockerfile reference's: what stands inside one is no instruction.
    """
    lines = decode(raw).splitlines()
    escape, begun, text = _escape(lines), 0, ""
    ends: list[str] = []
    for number, line in enumerate(lines, 1):
        if ends:
            if line.strip() == ends[0]:
                del ends[0]
            continue
        if line.lstrip().startswith("#"):
            continue
        begun = begun if text else number
        text = (text + " " + line.strip()).strip()[:4000]
        if text.endswith(escape):
            text = text[:-1].rstrip()
            if text:
                continue
        word, _, rest = text.partition(" ")
        if word:
            yield begun, word.upper(), rest.strip()
            if "<<" in rest and word.upper() in ("RUN", "COPY", "ADD"):
                ends = _HEREDOC.findall(rest)[:20]
        text = ""


def _escape(lines: list[str]) -> str:
    """What a parser directive at the very top makes of the backslash."""
    for line in lines[:10]:
        if not _DIRECTIVE.match(line):
            break
        if found := _ESCAPE.match(line):
            return "`" if found[1] == "`" else "\\"
    return "\\"


def compose(file: ManifestText) -> list[Declaration]:
    """The services of a compose file; one that only runs somebody's image is a backing service."""
    tree = yaml_tree(file.raw)
    found = list(compose_dangers(tree))
    for name in tree.table("services"):
        keys = ("services", name)
        target = tree.text(*keys, "command") or tree.text(*keys, "image") or tree.text(*keys, "build")
        target = target or tree.text(*keys, "build", "context")
        built = any(tree.at(*keys, key) is not None for key in ("build", "command"))
        kind = "service" if built else "backing_service"
        found.append(Declaration("entry", target, tree.line(*keys), "compose.service", name, kind))
        if built:
            found += [_port(port, line, "compose.ports") for port, line in _container_ports(tree, *keys)]
        found += [
            Declaration("fact", port, line, "compose.host-port", "host-port", name)
            for port, line in _host_ports(tree, *keys)
        ]
        if context := tree.text(*keys, "build") or tree.text(*keys, "build", "context"):
            found.append(Declaration("fact", context, tree.line(*keys), "compose.build", "build_folder", name))
    if tree.table("services"):
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


def _container_ports(tree: Tree, *keys: str) -> Iterator[tuple[str, int]]:
    """The ports inside the container: `target` of the long form, else what stands last in `host:container/protocol`,
    with the default of a variable."""
    for number in range(len(tree.items(*keys, "ports"))):
        at = (*keys, "ports", str(number))
        text = (tree.text(*at, "target") or tree.text(*at)).partition("/")[0]
        if found := re.search(r"(?:^|[:-])(\d{1,5})\}?$", text):
            yield found[1], tree.line(*at)


def _host_ports(tree: Tree, *keys: str) -> Iterator[tuple[str, int]]:
    """The ports on the host: `published` of the long form, else what stands before the container's."""
    for number in range(len(tree.items(*keys, "ports"))):
        at = (*keys, "ports", str(number))
        text = tree.text(*at, "published") or tree.text(*at).partition("/")[0].rpartition(":")[0]
        if found := re.search(r"(?:^|[:-])(\d{1,5})\}?$", text):
            yield found[1], tree.line(*at)


def kubernetes(file: ManifestText) -> list[Declaration]:
    """Container ports of Kubernetes objects; files that hold no object declare nothing. Templates are read too."""
    if not re.search(rb"^apiVersion:", file.raw, re.MULTILINE):
        return []
    return [
        _port(found[1], number, "kubernetes.container-port")
        for number, line in Lines(file.raw)
        if (found := re.match(r"[\s-]*containerPort:\s*(\d{1,5})\s*$", line))
    ]


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
