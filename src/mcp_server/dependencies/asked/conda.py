"""conda's `environment.yml` and pixi's tables: match specs as written; what pip installs is Python's."""

import re

from plumbrule.mcp_server.dependencies.asked import poetry
from plumbrule.mcp_server.dependencies.asked.pep508 import group_scope, normal, requirement
from plumbrule.mcp_server.dependencies.asked.requirements_txt import placed
from plumbrule.mcp_server.dependencies.manifests.texts import toml_tree, yaml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope, Unread

_SPEC = re.compile(r"\s*(?:([^\s:]+)::?)?([A-Za-z0-9_][\w.-]*)\s*(.*)$")


def environment(file: ManifestText) -> Reading:
    """Channels before `::` are kept as the group; build strings belong to the constraint."""
    tree, found = yaml_tree(file.raw), Reading()
    for index, item in enumerate(tree.items("dependencies")):
        keys = ("dependencies", str(index))
        if isinstance(item, str):
            spec = _SPEC.match(item.partition(" #")[0])
            if spec:
                channel = (spec[1] or "").rstrip(":")
                one = Requirement(spec[2].lower(), spec[3].strip(), tree.line(*keys), "conda-environment", "runtime")
                found.asked.append(one._replace(group=channel))
            else:
                found.not_read.append(Unread(tree.line(*keys), "conda.not-a-spec"))
        elif tree.items(*keys, "pip"):
            _pip(found, tree, (*keys, "pip"))
    return found


def _pip(found: Reading, tree: Tree, keys: tuple[str, ...]) -> None:
    for text, line in tree.strings(*keys):
        option = re.match(r"(-r|--requirement|-c|--constraint|-e|--editable)[\s=]+(\S.*)$", text)
        if option and option[1] in ("-r", "--requirement"):
            found.facts.append(Fact("include", option[2], "runtime", line))
        elif option and option[1] in ("-c", "--constraint"):
            found.facts.append(Fact("constraints", option[2], "runtime", line))
        elif option or "://" in text.partition("@")[0] or text.startswith((".", "/")):
            place = placed(option[2] if option else text, line, "conda-environment.pip", "runtime")
            found.asked.append(place._replace(ecosystem="python"))
        elif text.startswith("-"):
            continue
        elif one := requirement(text, line, "conda-environment.pip"):
            found.asked.append(one._replace(ecosystem="python"))
        else:
            found.not_read.append(Unread(line, "python.not-a-requirement"))


_PIXI_TABLES: tuple[tuple[str, Scope], ...] = (
    ("dependencies", "runtime"),
    ("pypi-dependencies", "runtime"),
    ("host-dependencies", "build"),
    ("build-dependencies", "build"),
)


def pixi(file: ManifestText) -> Reading:
    """`pixi.toml`."""
    found, tree = Reading(), toml_tree(file.raw)
    take_pixi(found, tree, ())
    return found


def take_pixi(found: Reading, tree: Tree, base: tuple[str, ...]) -> None:
    """pixi's tables below `base`, those of features and targets too."""
    places: list[tuple[tuple[str, ...], str]] = [(base, "")]
    places += [((*base, "feature", name), name) for name in tree.table(*base, "feature")]
    for keys, feature in list(places):
        places += [((*keys, "target", name), feature) for name in tree.table(*keys, "target")]
    for keys, feature in places:
        marker = keys[-1] if "target" in keys[len(base) :] else ""
        for table, scope in _PIXI_TABLES:
            for name in tree.table(*keys, table):
                one = _of_pixi(tree, (*keys, table, name), name, python=table.startswith("pypi"))
                scoped: Scope = group_scope(feature) if feature and scope == "runtime" else scope
                found.asked.append(one._replace(scope=scoped, group=feature, marker=marker))


def _of_pixi(tree: Tree, keys: tuple[str, ...], name: str, *, python: bool) -> Requirement:
    return Requirement(
        normal(name) if python else name.lower(),
        tree.text(*keys) or tree.text(*keys, "version"),
        tree.line(*keys),
        "pixi.pypi-dependencies" if python else "pixi.dependencies",
        extras=tuple(text for text, _ in tree.strings(*keys, "extras")),
        reference=poetry.reference(tree, keys),
        ecosystem="python" if python else "conda",
    )
