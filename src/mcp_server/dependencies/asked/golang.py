"""`go.mod` and `go.work` by their published grammar (go.dev/ref/mod)."""

import re

from plumbrule.mcp_server.dependencies.manifests.golang import directives
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Locked, Reading, Requirement

_REPLACE = re.compile(r"(\S+)(?:\s+(v\S+))?\s*=>\s*(\S+)(?:\s+(v\S+))?$")


def go_mod(file: ManifestText) -> Reading:
    """Direct requirements; since Go 1.17 the indirect ones too are the build list, so the file is a lock as well."""
    found = Reading()
    go = ""
    direct: list[int] = []
    for number, word, rest, comment in directives(file.raw):
        if word == "module":
            found.facts.append(Fact("name", rest.strip('"`'), "", number))
        elif word == "go":
            go = rest
        elif word == "require":
            name, _, version = rest.partition(" ")
            name, version = name.strip('"`'), version.strip().strip('"`')
            indirect = re.match(r"indirect\b", comment) is not None
            if not indirect:
                direct.append(len(found.packages))
                found.asked.append(Requirement(name, version, number, "go-mod.require"))
            found.packages.append(Locked(name, version, number))
        elif word == "tool":
            found.facts.append(Fact("tool", rest.strip('"`'), "", number))
        elif word == "replace" and (one := _REPLACE.match(rest)):
            place = one[3].strip('"`') + (f" {one[4]}" if one[4] else "")
            found.facts.append(Fact("replace", f"{one[1].strip(chr(34))} {one[2] or ''}".strip(), place, number))
        elif word == "exclude":
            found.facts.append(Fact("exclude", rest, "", number))
    _apply(found)
    if _since_117(go):
        found.packages.append(Locked("", "", 1, direct, own=True, place="."))
    else:
        found.packages.clear()
    return found


def _since_117(go: str) -> bool:
    one = re.match(r"(\d+)\.(\d+)", go)
    return one is not None and (int(one[1]), int(one[2])) >= (1, 17)


def _apply(found: Reading) -> None:
    """`replace` stands instead of what is required; `tool` marks what is needed to build."""
    replaced = {fact.name: fact.value for fact in found.of("replace")}
    tools = [fact.name for fact in found.of("tool")]
    for at, one in enumerate(found.asked):
        place = replaced.get(f"{one.name} {one.constraint}") or replaced.get(one.name)
        if place:
            found.asked[at] = one = one._replace(reference=place)
        if any(tool == one.name or tool.startswith(one.name + "/") for tool in tools):
            found.asked[at] = one._replace(group="tool")
    for at, package in enumerate(found.packages):
        place = replaced.get(f"{package.name} {package.version}") or replaced.get(package.name)
        if place:
            version = place.partition(" ")[2]
            found.packages[at] = package._replace(reference=place, version=version or package.version)


def go_sum(file: ManifestText) -> Reading:
    """Digests of modules; `h1:` of the module itself, not of its go.mod, means that its code was needed."""
    found = Reading()
    for number, line in enumerate(file.raw.decode("utf-8", "replace").splitlines(), 1):
        parts = line.split()
        if len(parts) == 3 and not parts[1].endswith("/go.mod"):
            found.packages.append(Locked(parts[0], parts[1], number, digest=parts[2]))
    return found
