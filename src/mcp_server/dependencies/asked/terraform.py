"""`.tf` files: `required_providers` and `module` blocks, read by braces."""

import re

from plumbrule.mcp_server.dependencies.manifests.texts import decode, json_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement

_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|//[^\n]*|/\*[\s\S]*?\*/')
_TOKEN = re.compile(
    r'(?P<open>(?<![\w-])(?P<word>[\w-]+)(?P<labels>(?:\s*"[^"\n]*")*)\s*=?\s*\{)|(?P<close>\})|(?P<brace>\{)|'
    r'(?<![\w-])(?P<key>[\w-]+)\s*=\s*"(?P<value>(?:[^"\\\n]|\\.)*)"|"(?:[^"\\\n]|\\.)*"'
)
MAX_DEPTH = 100


def terraform(file: ManifestText) -> Reading:
    """Providers by their source address, modules by theirs; a local module is a path."""
    raw = decode(file.raw)
    text = _COMMENT.sub(lambda one: one.group() if one.group()[0] == '"' else re.sub(r"[^\n]", " ", one.group()), raw)
    found = Reading()
    stack: list[tuple[str, str, int, dict[str, str]]] = []
    for token in _TOKEN.finditer(text):
        if token["open"] or token["brace"]:
            label = re.findall(r'"([^"]*)"', token["labels"] or "")
            line = text.count("\n", 0, token.start()) + 1 if token["word"] else 0
            stack.append((token["word"] or "", label[-1] if label else "", line, {}))
            if len(stack) > MAX_DEPTH:
                return found
        elif token["close"] and stack:
            _close(found, stack)
        elif token["key"] and stack:
            stack[-1][3].setdefault(token["key"], token["value"])
            if stack[-1][0] == "required_providers":  # before 0.13: name = "constraint"
                line = text.count("\n", 0, token.start()) + 1
                found.asked.append(_provider(token["key"], {"version": token["value"]}, line))
    return found


def terraform_json(file: ManifestText) -> Reading:
    """`.tf.json`: the same blocks as JSON; a block may be an object or a list of them."""
    tree, found = json_tree(file.raw), Reading()
    for keys in _objects(tree, ("terraform",)):
        for table in _objects(tree, (*keys, "required_providers")):
            for name in tree.table(*table):
                at = (*table, name)
                values = {key: tree.text(*at, key) for key in ("source", "version")}
                values["version"] = values["version"] or tree.text(*at)
                found.asked.append(_provider(name, values, tree.line(*at)))
    for keys in _objects(tree, ("module",)):
        for name in tree.table(*keys):
            for at in _objects(tree, (*keys, name)):
                values = {key: tree.text(*at, key) for key in ("source", "version")}
                if values["source"]:
                    found.asked.append(_module(name, values, tree.line(*at)))
    return found


def _objects(tree: Tree, keys: tuple[str, ...]) -> list[tuple[str, ...]]:
    items = tree.items(*keys)
    return [(*keys, str(at)) for at in range(len(items))] if items else [keys]


def _close(found: Reading, stack: list[tuple[str, str, int, dict[str, str]]]) -> None:
    word, label, line, values = stack.pop()
    above = [one[0] for one in stack]
    if above[-1:] == ["required_providers"]:
        found.asked.append(_provider(word, values, line))
    elif word == "module" and not stack and "source" in values:
        found.asked.append(_module(label, values, line))


def _module(label: str, values: dict[str, str], line: int) -> Requirement:
    """A module by its address; `?ref=` is the version of one that comes from a repository."""
    source = values["source"]
    registered = re.fullmatch(r"(?:[\w.-]+\.[a-z]+/)?[\w-]+/[\w-]+/[\w-]+(?://.*)?", source)
    if registered and source.startswith(("github.com/", "bitbucket.org/")):
        registered = None
    local = source.startswith((".", "/"))
    revision = re.search(r"[?&]ref=([^&]+)", source)
    version = values.get("version", "") or (revision[1] if revision else "")
    name = label if local else source
    reference = "" if registered else f"path:{source}" if local else source
    return Requirement(name, version, line, "terraform.module", group="module", reference=reference)


def _provider(name: str, values: dict[str, str], line: int) -> Requirement:
    source = values.get("source", "")
    full = source.removeprefix("registry.terraform.io/") if source else f"hashicorp/{name}"
    alias = name if full.rpartition("/")[2] != name else ""
    return Requirement(full, values.get("version", ""), line, "terraform.provider", group="provider", alias=alias)
