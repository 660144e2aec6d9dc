"""`composer.json`. PHP itself, extensions and Composer's own interfaces are the platform and no packages."""

from plumbrule.mcp_server.dependencies.manifests.texts import json_tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope

_TABLES: tuple[tuple[str, Scope], ...] = (("require", "runtime"), ("require-dev", "dev"))


def composer(file: ManifestText) -> Reading:
    """Both tables; a name without a vendor is the platform's. What it forbids or stands for are facts."""
    tree, found = json_tree(file.raw), Reading()
    found.facts.append(Fact("name", tree.text("name"), tree.text("version"), tree.line("name")))
    for table, scope in _TABLES:
        for name in tree.table(table):
            written, line = tree.text(table, name), tree.line(table, name)
            if "/" in name:
                found.asked.append(Requirement(name.lower(), written, line, f"composer.{table}", scope))
            else:
                found.facts.append(Fact("platform", name, written, line))
    for table in ("conflict", "replace", "provide"):
        for name in tree.table(table):
            found.facts.append(Fact(table, name.lower(), tree.text(table, name), tree.line(table, name)))
    return found
