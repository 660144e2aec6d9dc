"""`package.json`, `deno.json`, and the workspace files of pnpm and Lerna."""

import re

from plumbrule.mcp_server.dependencies.manifests.declare import members, words
from plumbrule.mcp_server.dependencies.manifests.purposes import purpose_of
from plumbrule.mcp_server.dependencies.manifests.texts import json_tree, yaml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import DEV_SCOPE, RUNTIME_SCOPE, Declaration, ManifestText

_SCOPES = {
    "dependencies": RUNTIME_SCOPE,
    "devDependencies": DEV_SCOPE,
    "peerDependencies": "peer",
    "optionalDependencies": "optional",
}
# npm's own short forms; every other script needs `run` (npm help 7 scripts).
_INSTALL_HOOKS = frozenset(("preinstall", "install", "postinstall"))
_SHORT = frozenset(("test", "start"))
_PORT = re.compile(
    r"\bPORT=(\d{2,5})\b|\b(?:next|vite|nuxi?|astro|remix|wrangler|serve|http-server|ng|vue-cli-service|gatsby|parcel|"
    r"json-server|live-server|webpack-dev-server|webpack|rsbuild|rspack|docusaurus|vitepress)\s[^&|;]{0,200}?"
    r"(?:-p|-l|--port)[ =](\d{2,5})\b"
)
"""A server that a script starts with a port of its own."""


def package_json(file: ManifestText) -> list[Declaration]:
    """npm's manifest."""
    tree, rule = json_tree(file.raw), "package-json"
    found = words(tree, rule, (), ("name", "name"), ("version", "version"), ("description", "description"))
    licence = tree.text("license") or tree.text("license", "type")
    if licence:
        found.append(Declaration("licence", licence, tree.line("license"), rule))
    for name in tree.table("engines"):
        line = tree.line("engines", name)
        found.append(Declaration("runtime", tree.text("engines", name), line, "package-json.engines", name))
    for name in tree.table("volta"):
        if (version := tree.text("volta", name)) and name != "extends":
            line = tree.line("volta", name)
            found.append(Declaration("runtime", version, line, "package-json.volta", name))
    manager = tree.text("packageManager")
    if manager:
        name, _, version = manager.partition("@")
        line = tree.line("packageManager")
        found.append(Declaration("runtime", version.partition("+")[0], line, "package-json.packageManager", name))
    return [*found, *_entries(tree), *_scripts(tree), *_dependencies(tree), *_workspaces(tree)]


def _entries(tree: Tree) -> list[Declaration]:
    rule = "package-json.bin"
    name = tree.text("name").rpartition("/")[2]
    found: list[Declaration] = []
    if tree.text("bin"):
        found.append(Declaration("entry", tree.text("bin"), tree.line("bin"), rule, name, "bin"))
    for command in tree.table("bin"):
        found.append(Declaration("entry", tree.text("bin", command), tree.line("bin", command), rule, command, "bin"))
    for key in ("main", "module", "browser"):
        if target := tree.text(key):
            found.append(Declaration("entry", target, tree.line(key), "package-json.main", key, "main"))
    exported = tree.text("exports") or tree.text("exports", ".") or tree.text("exports", ".", "import")
    exported = exported or tree.text("exports", ".", "default") or tree.text("exports", ".", "import", "default")
    if exported:
        found.append(Declaration("entry", exported, tree.line("exports"), "package-json.exports", "exports", "main"))
    return found


def _scripts(tree: Tree) -> list[Declaration]:
    found: list[Declaration] = []
    for name in tree.table("scripts"):
        purpose, text = purpose_of(name), tree.text("scripts", name)
        if name in _INSTALL_HOOKS:
            line = tree.line("scripts", name)
            found.append(Declaration("fact", name, line, "package-json.install-script", "install_script"))
        if purpose == "run" and (port := _PORT.search(text)):
            line = tree.line("scripts", name)
            number = port[1] or port[2]
            found.append(Declaration("fact", number, line, "package-json.script-port", "port"))
        if not purpose or "no test specified" in text:  # what `npm init` writes is no test command
            continue
        command = f"npm {name}" if name in _SHORT else f"npm run {name}"
        found.append(Declaration("command", command, tree.line("scripts", name), "package-json.scripts", text, purpose))
    return found


def _dependencies(tree: Tree) -> list[Declaration]:
    return [
        Declaration("dependency", tree.text(table, name), tree.line(table, name), f"package-json.{table}", name, scope)
        for table, scope in _SCOPES.items()
        for name in tree.table(table)
    ]


def _workspaces(tree: Tree) -> list[Declaration]:
    rule = "package-json.workspaces"
    return [*members(tree, rule, "workspaces"), *members(tree, rule, "workspaces", "packages")]


def pnpm_workspace(file: ManifestText) -> list[Declaration]:
    """`pnpm-workspace.yaml`."""
    return members(yaml_tree(file.raw), "pnpm-workspace", "packages")


def lerna(file: ManifestText) -> list[Declaration]:
    """`lerna.json`."""
    return members(json_tree(file.raw), "lerna", "packages")


def rush(file: ManifestText) -> list[Declaration]:
    """`rush.json`: the folders of its projects."""
    tree = json_tree(file.raw, comments=True)
    keys = [("projects", str(number), "projectFolder") for number in range(len(tree.items("projects")))]
    return [Declaration("member", tree.text(*key), tree.line(*key), "rush") for key in keys if tree.text(*key)]


def nx_project(file: ManifestText) -> list[Declaration]:
    """`project.json` of Nx: a project's name and type. Files of this name that are none of Nx's declare nothing."""
    tree = json_tree(file.raw)
    if not tree.text("projectType") and not tree.table("targets"):
        return []
    found = words(tree, "nx-project", (), ("name", "name"))
    kind = tree.text("projectType") or "library"
    return [*found, Declaration("fact", kind, tree.line("projectType"), "nx-project", "nx_type")]


def deno(file: ManifestText) -> list[Declaration]:
    """`deno.json` and `deno.jsonc`."""
    tree, rule = json_tree(file.raw, comments=True), "deno-json"
    found = words(tree, rule, (), ("name", "name"), ("version", "version"), ("licence", "license"))
    for name in tree.table("tasks"):
        if purpose := purpose_of(name):
            line = tree.line("tasks", name)
            found.append(Declaration("command", f"deno task {name}", line, "deno-json.tasks", name, purpose))
    for name in tree.table("imports"):
        line, written = tree.line("imports", name), tree.text("imports", name)
        found.append(Declaration("dependency", written, line, rule, name, RUNTIME_SCOPE))
    if tree.text("exports"):
        found.append(Declaration("entry", tree.text("exports"), tree.line("exports"), rule, "exports", "main"))
    for keys in (("workspace",), ("workspace", "members")):
        found += members(tree, rule, *keys)
    return found
