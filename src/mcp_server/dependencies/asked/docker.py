"""Dockerfiles and compose files: the images that they start from."""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.containers import instructions, tagged
from plumbrule.mcp_server.dependencies.manifests.texts import yaml_tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement, Scope

MAX_IMAGE_CHARS = 1_000
_WORD = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)")


def image(text: str, line: int, rule: str, scope: Scope) -> Requirement:
    """An image with its tag as the constraint; a digest stands behind the tag, or alone."""
    name, _, digest = text.partition("@")
    bare, tag = tagged(name)
    constraint = f"{tag}@{digest}" if tag and digest else tag or digest
    return Requirement(bare, constraint, line, rule, scope)


_COPY = re.compile(r"(?:^|\s)--from=(\S+)")
_MOUNT = re.compile(r"(?:^|\s)--mount=(\S*\bfrom=\S+)")


def dockerfile(file: ManifestText) -> Reading:
    """`FROM` of every stage, images that `COPY --from` and `RUN --mount` take from.

    Only stages that the last one is built from run. `group` is the stage's own name.
    """
    found = Reading()
    defaults: dict[str, tuple[str, int]] = {}
    stages: dict[str, int] = {}
    bases: list[str] = []
    images: list[tuple[int, Requirement]] = []
    for line, word, rest in instructions(file.raw):
        if word == "ARG" and not bases:
            for name, value in re.findall(r"(\w+)(?:=(\"[^\"]*\"|'[^']*'|\S*))?", rest):
                defaults[name] = (value.strip("\"'"), line)
        elif word == "FROM":
            words = [part for part in rest.split() if not part.startswith("--")]
            base = words[0].strip("\"'") if words else ""
            number = len(bases)
            bases.append(base.lower())
            called = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
            if base and base.lower() not in stages and base != "scratch":
                images.append((number, _from(base, line, defaults)._replace(group=called)))
            if called:
                stages[called.lower()] = number
        elif word in ("COPY", "ADD", "RUN"):
            images += [(-1, one) for one in _taken(word, rest, line, defaults, stages)]
    running = _running(bases, stages)
    for number, one in images:
        found.asked.append(one if number < 0 else one._replace(scope="runtime" if number in running else "build"))
    return found


def _taken(
    word: str, rest: str, line: int, defaults: dict[str, tuple[str, int]], stages: dict[str, int]
) -> Iterator[Requirement]:
    """Images that a step takes files from: neither a stage above, nor its number, nor a named context's variable."""
    if word == "RUN":
        sources = [part[5:] for one in _MOUNT.findall(rest) for part in one.split(",") if part.startswith("from=")]
    else:
        sources = _COPY.findall(rest)[:1]
    for source in sources:
        one = _from(source.strip("\"'"), line, defaults)
        if source.lower() not in stages and not source.isdigit() and "$" not in one.name and one.name != "scratch":
            rule = "dockerfile.copy-from" if word != "RUN" else "dockerfile.mount-from"
            yield one._replace(rule=rule, scope="build")


def _from(base: str, line: int, defaults: dict[str, tuple[str, int]]) -> Requirement:
    """The base with the defaults of `ARG` lines before the first stage; what has none stays as written."""
    place = 0

    def filled(word: re.Match[str]) -> str:
        nonlocal place
        name = word[1] or word[3]
        value, at = defaults.get(name, ("", 0))
        place = at if value else place
        return value or (word[2] or "") or word.group()

    text = base
    for _ in range(5):
        text = _WORD.sub(filled, text)[:MAX_IMAGE_CHARS]
    one = image(text, line, "dockerfile.from", "runtime")
    return one._replace(inherits=f"group:{place}" if place else "", marker=base if text != base else "")


def _running(bases: list[str], stages: dict[str, int]) -> set[int]:
    """The last stage and those that it stands on."""
    number = len(bases) - 1
    found: set[int] = set()
    while number >= 0 and number not in found:
        found.add(number)
        number = stages.get(bases[number], -1)
    return found


def compose(file: ManifestText) -> Reading:
    """Images of services; a service that is built here has none of somebody else's."""
    tree, found = yaml_tree(file.raw), Reading()
    for name in tree.table("services"):
        keys = ("services", name)
        text = tree.text(*keys, "image")
        if text and tree.at(*keys, "build") is None:
            plain = _WORD.sub(lambda word: word[2] or word.group(), text)
            one = image(plain, tree.line(*keys, "image"), "compose.image", "runtime")
            found.asked.append(one._replace(group=name, marker=text if plain != text else ""))
    return found
