"""`Cargo.toml`: dependency tables, those of targets, and what the workspace sets for its members."""

from plumbrule.mcp_server.dependencies.asked.poetry import reference
from plumbrule.mcp_server.dependencies.manifests.texts import toml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope

_TABLES: tuple[tuple[str, str, Scope], ...] = (
    ("dependencies", "dependencies", "runtime"),
    ("dev-dependencies", "dev-dependencies", "dev"),
    ("dev_dependencies", "dev-dependencies", "dev"),
    ("build-dependencies", "build-dependencies", "build"),
    ("build_dependencies", "build-dependencies", "build"),
)


def cargo(file: ManifestText) -> Reading:
    """Optional dependencies have their own scope; features asked for stand as extras."""
    tree, found = toml_tree(file.raw), Reading()
    line = tree.line("package", "name")
    found.facts.append(Fact("name", tree.text("package", "name"), tree.text("package", "version"), line))
    if links := tree.text("package", "links"):
        found.facts.append(Fact("links", links, "", tree.line("package", "links")))
    if tree.table("workspace"):
        found.facts.append(Fact("workspace", "", "", tree.line("workspace")))
    _tables(found, tree, (), "")
    for target in tree.table("target"):
        _tables(found, tree, ("target", target), target)
    for name in tree.table("workspace", "dependencies"):
        found.offers.append(_stated(tree, ("workspace", "dependencies", name), name, "cargo.workspace", "runtime"))
    for source in tree.table("patch"):
        for name in tree.table("patch", source):
            one = _stated(tree, ("patch", source, name), name, "cargo.patch", "runtime")
            found.offers.append(one._replace(group="override"))
    for name in tree.table("replace"):
        one = _stated(tree, ("replace", name), name.rpartition("#")[2], "cargo.patch", "runtime")
        found.offers.append(one._replace(group="override"))
    return found


def _tables(found: Reading, tree: Tree, base: tuple[str, ...], target: str) -> None:
    for table, rule, scope in _TABLES:
        for name in tree.table(*base, table):
            one = _stated(tree, (*base, table, name), name, f"cargo.{rule}", scope)
            found.asked.append(one._replace(marker=target))


def _stated(tree: Tree, keys: tuple[str, ...], name: str, rule: str, scope: Scope) -> Requirement:
    written = tree.text(*keys) or tree.text(*keys, "version")
    real = tree.text(*keys, "package") or name
    place = reference(tree, keys)
    registry = tree.text(*keys, "registry")
    return Requirement(
        real,
        written,
        tree.line(*keys),
        rule,
        "optional" if tree.at(*keys, "optional") is True and scope == "runtime" else scope,
        extras=tuple(text for text, _ in tree.strings(*keys, "features")),
        reference=place or (f"registry:{registry}" if registry else ""),
        inherits="workspace" if tree.at(*keys, "workspace") is True else "",
        alias=name if real != name else "",
    )
