"""Whether the tree is what a registry hands out rather than a repository: such archives leave tests and CI out.

The quality's indicators ask, so that nobody is told of missing tests that were only not packed, and the search for
orphans, since who uses a public module of a library is not in its archive.
"""

from plumbrule.mcp_server.analysis.deep import Deep

_NEVER_PACKED = (
    *(".gitignore", ".gitattributes", ".github", ".npmignore", ".npmrc"),
    *("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"),
)
"""npm leaves these out of every package, or hardly anybody packs them; a repository has one of them at least."""


def packed_as(deep: Deep) -> str:
    """The kind of archive in words, "" for a repository."""
    if "PKG-INFO" in deep.languages:  # setuptools, hatchling, flit, poetry and meson write it into each sdist
        return "a source distribution"
    root = next((one for one in deep.gathered.manifests if one.path == "package.json"), None)
    if root is None or any(path.partition("/")[0] in _NEVER_PACKED for path in deep.languages):
        return ""
    said = {one.field for one in root.declarations}
    return "a published package" if {"name", "version", "entry"} <= said else ""
