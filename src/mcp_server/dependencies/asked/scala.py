"""`build.sbt`: literal `"group" %% "name" % "version"` terms, values by name."""

import re

from plumbrule.mcp_server.dependencies.asked.blocks import code
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement, Scope

_TERM = re.compile(
    r"\"([\w.-]+)\"\s*(%%%?|%)\s*\"([\w.-]+)\"\s*%\s*(?:\"([^\"\n]+)\"|([A-Za-z_][\w.]*))"
    r"(?:\s*%\s*(?:\"([^\"]+)\"|([A-Z]\w*)))?"
)
_VALUE = re.compile(r"\bval\s+(\w+)\s*(?::\s*String\s*)?=\s*\"([^\"\n]+)\"")
_SCOPES: dict[str, Scope] = {"test": "test", "it": "test", "provided": "build", "optional": "optional"}


def sbt(file: ManifestText) -> Reading:
    """Dependencies and compiler plugins; `%%` adds the Scala version to the name, which is not known here."""
    text, found = code(decode(file.raw)), Reading()
    values = {one[1]: (one[2], text.count("\n", 0, one.start()) + 1) for one in _VALUE.finditer(text)}
    for one in _TERM.finditer(text):
        line = text.count("\n", 0, one.start()) + 1
        value, place = values.get((one[5] or "").rpartition(".")[2], ("", 0))
        configuration = (one[6] or one[7] or "").lower()
        before = text[max(0, one.start() - 40) : one.start()]
        scope: Scope = "build" if re.search(r"(?:addSbtPlugin|compilerPlugin)\s*\(\s*\(?\s*$", before) else "runtime"
        for key, named in _SCOPES.items():
            scope = named if configuration.startswith(key) else scope
        asked = Requirement(
            f"{one[1]}:{one[3]}", one[4] or value or one[5], line, "sbt", scope, marker=one[2] * (one[2] != "%")
        )
        found.asked.append(asked._replace(inherits=f"group:{place}" if place else ""))
    return found
