"""Poetry's tables in `pyproject.toml`: its own constraint grammar, kept as written (`^1.2`, `~1.2`, `>=1,<2 || ^3`)."""

from plumbrule.mcp_server.dependencies.asked.pep508 import group_scope, normal
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement, Scope

_BASE = ("tool", "poetry")
_RULE = "pyproject.poetry"


def read(found: Reading, tree: Tree) -> None:
    """Main dependencies, the old dev table, groups.

    Beside `[project]` dependencies the main table only adds to those."""
    if not tree.table(*_BASE):
        return
    extras = _extras(tree)
    stated = {one.name: at for at, one in enumerate(found.asked) if one.scope in ("runtime", "optional")}
    listed = tree.at("project", "dependencies") is not None
    for name in tree.table(*_BASE, "dependencies"):
        made = _statements(tree, (*_BASE, "dependencies", name), name, "runtime", "", extras)
        if listed and normal(name) in stated:
            position = stated[normal(name)]
            places = ", ".join(one.reference for one in made if one.reference)
            if places:
                found.asked[position] = found.asked[position]._replace(reference=places)
        elif not listed:
            found.asked += made
    tables: list[tuple[tuple[str, ...], str]] = [((*_BASE, "dev-dependencies"), "dev")]
    tables += [((*_BASE, "group", group, "dependencies"), group) for group in tree.table(*_BASE, "group")]
    for keys, group in tables:
        scope: Scope = "runtime" if group == "main" else group_scope(group)
        for name in tree.table(*keys):
            found.asked += _statements(tree, (*keys, name), name, scope, group, {})


def _extras(tree: Tree) -> dict[str, str]:
    """Package to the extras that name it, joined by commas."""
    by_name: dict[str, list[str]] = {}
    for extra in tree.table(*_BASE, "extras"):
        for text, _ in tree.strings(*_BASE, "extras", extra):
            by_name.setdefault(normal(text.partition(" ")[0].partition("[")[0]), []).append(extra)
    return {name: ", ".join(extras) for name, extras in by_name.items()}


def _statements(
    tree: Tree, keys: tuple[str, ...], name: str, scope: Scope, group: str, extras: dict[str, str]
) -> list[Requirement]:
    """One statement, or one for each of multiple constraints; `python` is the runtime and none of them."""
    if normal(name) == "python":
        return []
    if tree.items(*keys):
        tables = [(*keys, str(at)) for at in range(len(tree.items(*keys)))]
        return [_statement(tree, table, name, scope, group, extras) for table in tables]
    return [_statement(tree, keys, name, scope, group, extras)]


def _statement(
    tree: Tree, keys: tuple[str, ...], name: str, scope: Scope, group: str, extras: dict[str, str]
) -> Requirement:
    written = tree.text(*keys) or tree.text(*keys, "version")
    markers = [tree.text(*keys, "markers")] if tree.text(*keys, "markers") else []
    markers += [f"{key} {text}" for key in ("python", "platform") if (text := tree.text(*keys, key))]
    optional = tree.at(*keys, "optional") is True
    return Requirement(
        normal(name),
        written,
        tree.line(*keys),
        _RULE,
        "optional" if optional and scope == "runtime" else scope,
        extras.get(normal(name), "") if scope == "runtime" else group,
        " and ".join(markers),
        tuple(text for text, _ in tree.strings(*keys, "extras")),
        reference(tree, keys),
    )


def reference(tree: Tree, keys: tuple[str, ...]) -> str:
    """The place of a table with `git`, `path`, `file` or `url`, "" for one without; nobody goes there."""
    if git := tree.text(*keys, "git"):
        revision = next((text for key in ("rev", "tag", "branch", "ref") if (text := tree.text(*keys, key))), "")
        below = tree.text(*keys, "subdirectory")
        return f"git+{git}" + (f"@{revision}" if revision else "") + (f"#subdirectory={below}" if below else "")
    for key in ("path", "file"):
        if text := tree.text(*keys, key):
            return f"path:{text}"
    return tree.text(*keys, "url")
