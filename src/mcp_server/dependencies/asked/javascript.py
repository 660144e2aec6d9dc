"""`package.json`, `deno.json`, the catalogs of `pnpm-workspace.yaml`."""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.texts import json_tree, yaml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope

_TABLES: tuple[tuple[str, Scope], ...] = (
    ("dependencies", "runtime"),
    ("devDependencies", "dev"),
    ("peerDependencies", "peer"),
    ("optionalDependencies", "optional"),
)
_PLACE = re.compile(r"(?:git\+|git:|git@|https?:|file:|link:|portal:|patch:|exec:|\.{1,2}/|/|~/)")
_HOSTED = re.compile(r"(?:(?:github|gitlab|bitbucket|gist):)?[\w.-]+/[\w.-]+(?:#.*)?$")


def package_json(file: ManifestText) -> Reading:
    """All four tables, `overrides`, `resolutions`, catalogs. A package in two tables is two statements."""
    tree, found = json_tree(file.raw), Reading()
    found.facts.append(Fact("name", tree.text("name"), tree.text("version"), tree.line("name")))
    optional = set(tree.table("optionalDependencies"))
    for table, scope in _TABLES:
        for name in tree.table(table):
            if table == "dependencies" and name in optional:
                continue  # npm: an entry of optionalDependencies overrides one of the same name
            one = stated(name, tree.text(table, name), tree.line(table, name), f"package-json.{table}", scope)
            if scope == "peer" and tree.at("peerDependenciesMeta", name, "optional") is True:
                one = one._replace(group="optional")
            found.asked.append(one)
    for keys in (("overrides",), ("resolutions",), ("pnpm", "overrides")):
        found.offers += _overrides(tree, keys)
    for keys in (("workspaces",), ("workspaces", "packages")):
        found.facts += [Fact("workspace", glob, "", line) for glob, line in tree.strings(*keys)]
    _catalogs(found, tree, ("workspaces",), "package-json.workspaces")
    _catalogs(found, tree, (), "package-json.workspaces")
    return found


def stated(name: str, written: str, line: int, rule: str, scope: Scope) -> Requirement:
    """One entry of a table: a range or tag, an alias, a place, `workspace:` or `catalog:`."""
    one = Requirement(name, written, line, rule, scope)
    if written.startswith("catalog:"):
        return one._replace(constraint="", inherits=f"catalog:{written[8:].strip() or 'default'}")
    if written.startswith("workspace:"):
        return one._replace(reference=written, constraint=written)
    if written.startswith("npm:"):
        real, _, constraint = written[4:].rpartition("@")
        real, constraint = (real, constraint) if real else (written[4:], "")
        return one._replace(name=real, constraint=constraint, alias=name)
    if written.startswith("jsr:"):
        return one._replace(reference="jsr:")
    if _PLACE.match(written) or (_HOSTED.fullmatch(written) and not re.match(r"[\d^~<>=v*]", written)):
        return one._replace(constraint="", reference=written)
    return one


def _overrides(tree: Tree, keys: tuple[str, ...], depth: int = 0) -> Iterator[Requirement]:
    """npm's nested `overrides` and the flat `resolutions`; `extras` are the packages below which one holds."""
    for name in tree.table(*keys):
        below = (*keys, name)
        if tree.table(*below):
            if depth < 20:
                yield from _overrides(tree, below, depth + 1)
            continue
        packages = re.findall(r"(@[^/@>]+/[^/@>]+|[^/@>*]+)(?:@[^/>]*)?", name)
        bare = packages[-1].strip() if packages else name
        above = [key for key in keys if key not in ("overrides", "resolutions", "pnpm")]
        target = above[-1] if name == "." and above else bare
        line = tree.line(*below)
        way = (*above[: -1 if name == "." else None], *(one.strip() for one in packages[:-1]))
        yield Requirement(
            target, tree.text(*below), line, "package-json.overrides", group="override", marker=name, extras=way
        )


def _catalogs(found: Reading, tree: Tree, base: tuple[str, ...], rule: str) -> None:
    """`catalog` and `catalogs` of pnpm, yarn and bun: what `catalog:` means."""
    tables = [("default", (*base, "catalog"))]
    tables += [(name, (*base, "catalogs", name)) for name in tree.table(*base, "catalogs")]
    for catalog, keys in tables:
        for name in tree.table(*keys):
            one = Requirement(name, tree.text(*keys, name), tree.line(*keys, name), rule)
            found.offers.append(one._replace(group=f"catalog:{catalog}"))


def pnpm_workspace(file: ManifestText) -> Reading:
    """`pnpm-workspace.yaml`: catalogs and overrides."""
    tree, found = yaml_tree(file.raw), Reading()
    _catalogs(found, tree, (), "pnpm-workspace.catalog")
    found.facts += [Fact("workspace", glob, "", line) for glob, line in tree.strings("packages")]
    found.offers += _overrides(tree, ("overrides",))
    return found


def deno(file: ManifestText) -> Reading:
    """The import map of `deno.json`: `npm:` and `jsr:` names, places as they stand."""
    tree, found = json_tree(file.raw, comments=True), Reading()
    found.facts.append(Fact("name", tree.text("name"), tree.text("version"), tree.line("name")))
    for name in tree.table("imports"):
        written, line = tree.text("imports", name), tree.line("imports", name)
        specified = re.match(r"(npm|jsr):/?(@?[^@/]+(?:/[^@/]+)?)(?:@([^/]+))?", written)
        if specified and not (not specified[2].startswith("@") and "/" in specified[2]):
            one = Requirement(specified[2], specified[3] or "", line, "deno-json", alias=name.rstrip("/"))
            found.asked.append(one._replace(reference="jsr:" if specified[1] == "jsr" else ""))
        elif re.match(r"https?://", written):
            found.asked.append(Requirement(name.rstrip("/"), "", line, "deno-json", reference=written))
    return found
