"""`pubspec.yaml`: Dart's and Flutter's manifest."""

from plumbrule.mcp_server.dependencies.manifests.texts import yaml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope

_TABLES: tuple[tuple[str, Scope], ...] = (("dependencies", "runtime"), ("dev_dependencies", "dev"))


def pubspec(file: ManifestText) -> Reading:
    """Versions, SDK packages, git and path places, hosted registries; overrides are set apart."""
    tree, found = yaml_tree(file.raw), Reading()
    found.facts.append(Fact("name", tree.text("name"), tree.text("version"), tree.line("name")))
    for table, scope in _TABLES:
        for name in tree.table(table):
            found.asked.append(_stated(tree, (table, name), name, "pubspec", scope))
    for name in tree.table("dependency_overrides"):
        one = _stated(tree, ("dependency_overrides", name), name, "pubspec.overrides", "runtime")
        found.offers.append(one._replace(group="override"))
    return found


def _stated(tree: Tree, keys: tuple[str, ...], name: str, rule: str, scope: Scope) -> Requirement:
    written = tree.text(*keys) or tree.text(*keys, "version")
    written = "" if written in ("null", "~") else written
    place = ""
    if git := tree.text(*keys, "git") or tree.text(*keys, "git", "url"):
        revision = tree.text(*keys, "git", "ref")
        place = f"git+{git}" + (f"@{revision}" if revision else "")
    elif path := tree.text(*keys, "path"):
        place = f"path:{path}"
    elif sdk := tree.text(*keys, "sdk"):
        place = f"sdk:{sdk}"
    elif hosted := tree.text(*keys, "hosted", "url") or tree.text(*keys, "hosted"):
        place = f"hosted:{hosted}"
    return Requirement(name, written, tree.line(*keys), rule, scope, reference=place)
