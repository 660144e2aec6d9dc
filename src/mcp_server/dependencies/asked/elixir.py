"""`mix.exs`: the literal tuples of `deps`, also over several lines."""

import re

from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')
_TUPLE = re.compile(r"\{\s*:(\w+)\s*,\s*([^{}]{0,2000})\}")
_OPTION = re.compile(r"\b(git|github|path|in_umbrella|hex|only|optional|runtime|tag|ref|branch|env|override)\s*:\s*"
                     r"(\"[^\"]*\"|\[[^\]]*\]|:\w+|\w+)")  # fmt: skip
_DEPS = re.compile(r"\bdefp?\s+(\w*deps\w*)\b[^\n]*\bdo\b")


def _blank(one: re.Match[str]) -> str:
    return " " * len(one.group()) if one.group()[0] == "#" else one.group()


def mix(file: ManifestText) -> Reading:
    """Tuples inside functions that are named for dependencies; `@version`-like attributes stand for their literal."""
    text = _STRING_OR_COMMENT.sub(_blank, decode(file.raw))
    found = Reading()
    if app := re.search(r"\bapp:\s*:(\w+)", text):
        found.facts.append(Fact("name", app[1], "", text.count("\n", 0, app.start()) + 1))
    attributes = {name: f'"{value}"' for name, value in re.findall(r"(?m)^[ \t]*@(\w+)\s+\"([^\"]*)\"", text)}
    for begin in _DEPS.finditer(text):
        end = re.compile(r"(?m)^[ \t]*(?:defp?|@doc|@spec)\b|^end\b").search(text, begin.end())
        body = text[begin.end() : end.start() if end else len(text)]
        for one in _TUPLE.finditer(body):
            line = text.count("\n", 0, begin.end() + one.start()) + 1
            rest = re.sub(r"@(\w+)", lambda name: attributes.get(name[1], name.group()), one[2])
            if re.match(r"\s*(?:\"|\w+:|>|~)", rest):
                found.asked.append(_stated(one[1], rest, line))
    return found


def _stated(name: str, rest: str, line: int) -> Requirement:
    options = {key: value.strip('"') for key, value in _OPTION.findall(rest)}
    version = re.match(r"\s*\"([^\"]*)\"", rest)
    only = re.findall(r":(\w+)", options.get("only", ""))
    scope: Scope = "runtime"
    if only and "prod" not in only:
        scope = "test" if set(only) == {"test"} else "dev"
    elif options.get("optional") == "true":
        scope = "optional"
    elif options.get("runtime") == "false":
        scope = "build"
    revision = next((f"#{options[key]}" for key in ("tag", "ref", "branch") if key in options), "")
    place = next((f"{key}:{options[key]}" for key in ("git", "github", "path") if key in options), "")
    if options.get("in_umbrella") == "true":
        place = "in_umbrella"
    real = options.get("hex", "").lstrip(":") or name
    return Requirement(
        real,
        version[1] if version else "",
        line,
        "mix.deps",
        scope,
        ", ".join(only),
        reference=place + revision,
        alias=name if real != name else "",
    )
