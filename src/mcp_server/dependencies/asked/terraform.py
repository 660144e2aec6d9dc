"""`.tf` files: `required_providers` and `module` blocks, read by braces."""

import re

from plumbrule.mcp_server.dependencies.manifests.texts import decode
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


def _close(found: Reading, stack: list[tuple[str, str, int, dict[str, str]]]) -> None:
    word, label, line, values = stack.pop()
    above = [one[0] for one in stack]
    if above[-1:] == ["required_providers"]:
        found.asked.append(_provider(word, values, line))
    elif word == "module" and not stack and "source" in values:
        source = values["source"]
        registered = re.fullmatch(r"(?:[\w.-]+\.[a-z]+/)?[\w-]+/[\w-]+/[\w-]+(?://.*)?", source)
        local = source.startswith((".", "/"))
        one = Requirement(
            source if registered or not local else label, values.get("version", ""), line, "terraform.module"
        )
        found.asked.append(
            one._replace(group="module", reference="" if registered else f"path:{source}" if local else source)
        )


def _provider(name: str, values: dict[str, str], line: int) -> Requirement:
    source = values.get("source", "")
    full = source.removeprefix("registry.terraform.io/") if source else f"hashicorp/{name}"
    alias = name if full.rpartition("/")[2] != name else ""
    return Requirement(full, values.get("version", ""), line, "terraform.provider", group="provider", alias=alias)
