"""`Cargo.toml` and `rust-toolchain`."""

from plumbrule.mcp_server.dependencies.manifests.declare import members, words
from plumbrule.mcp_server.dependencies.manifests.texts import decode, toml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import (
    DEV_SCOPE,
    RUNTIME_SCOPE,
    Declaration,
    MalformedManifest,
    ManifestText,
)

_TABLES = {"dependencies": RUNTIME_SCOPE, "dev-dependencies": DEV_SCOPE, "build-dependencies": "build"}


def cargo(file: ManifestText) -> list[Declaration]:
    """A package, a workspace, or both. A value that says `workspace = true` is left to the workspace's own table."""
    tree = toml_tree(file.raw)
    inherited = [one for one in _package(tree, ("workspace", "package")) if one.field != "description"]
    found = [*_package(tree, ("package",)), *inherited]  # what members inherit does not describe the whole
    found += members(tree, "cargo.workspace", "workspace", "members")
    found += [
        Declaration("without", pattern, line, "cargo.workspace")
        for pattern, line in tree.strings("workspace", "exclude")
    ]
    for index in range(len(tree.items("bin"))):
        keys = ("bin", str(index))
        name = tree.text(*keys, "name")
        target = tree.text(*keys, "path")
        found.append(Declaration("entry", target, tree.line(*keys, "name"), "cargo.bin", name, "bin"))
    if tree.table("lib"):
        target = tree.text("lib", "path") or "src/lib.rs"
        found.append(Declaration("entry", target, tree.line("lib"), "cargo.lib", tree.text("lib", "name"), "main"))
    found += _dependencies(tree, ())
    for target in tree.table("target"):
        found += _dependencies(tree, ("target", target))
    found += _dependencies(tree, ("workspace",))
    return found


def _package(tree: Tree, base: tuple[str, ...]) -> list[Declaration]:
    rule = "cargo.package"
    found = words(
        tree,
        rule,
        base,
        ("name", "name"),
        ("version", "version"),
        ("description", "description"),
        ("licence", "license"),
    )
    for label, key in (("rust", "rust-version"), ("rust edition", "edition")):
        if text := tree.text(*base, key):
            found.append(Declaration("runtime", text, tree.line(*base, key), f"cargo.{key}", label))
    if name := tree.text(*base, "default-run"):
        line = tree.line(*base, "default-run")
        found.append(Declaration("command", f"cargo run --bin {name}", line, "cargo.default-run", name, "run"))
    return found


def _dependencies(tree: Tree, base: tuple[str, ...]) -> list[Declaration]:
    found: list[Declaration] = []
    for table, scope in _TABLES.items():
        for name in tree.table(*base, table):
            keys = (*base, table, name)
            written = tree.text(*keys) or tree.text(*keys, "version") or "*"
            found.append(Declaration("dependency", written, tree.line(*keys), f"cargo.{table}", name, scope))
    return found


def rust_toolchain(file: ManifestText) -> list[Declaration]:
    """`rust-toolchain.toml`, or the older file with a bare channel."""
    try:
        tree = toml_tree(file.raw)
    except MalformedManifest:
        channel, line = decode(file.raw).strip(), 1
    else:
        channel, line = tree.text("toolchain", "channel"), tree.line("toolchain", "channel")
    if not channel or "\n" in channel:
        return []
    return [Declaration("runtime", channel, line, "rust-toolchain", "rust")]
