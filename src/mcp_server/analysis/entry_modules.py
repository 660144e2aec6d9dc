"""Where a JavaScript or TypeScript package begins, and the files beside a module that its re-exports mean.

`published` follows them from the entry to everything that a package offers.
"""

import re
from collections.abc import Container

from plumbrule.mcp_server.analysis.deep import Deep

_ECMASCRIPT_ENDS = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs", "/index.ts", "/index.tsx", "/index.js")
_ENTRIES = ("src/index", "src/main", "index", "lib/index", "src/lib/index", "src/mod", "mod", "source/index")


def entry_of(deep: Deep, folder: str, scripts: set[str]) -> str:
    """The entry module: what package.json names where it is a source file, else the usual places."""
    base = f"{folder}/" if folder else ""
    for manifest in deep.gathered.manifests:
        for one in manifest.declarations if manifest.path == f"{base}package.json" else ():
            target = base + one.value.removeprefix("./")
            if one.field == "entry" and one.scope == "main" and target in scripts:
                return target
    for entry in _ENTRIES:
        for end in _ECMASCRIPT_ENDS:
            if f"{base}{entry}{end}" in scripts:
                return f"{base}{entry}{end}"
    return ""


def beside(path: str, target: str, known: Container[str]) -> str:
    """The file that a relative import means."""
    if not target.startswith("."):
        return ""
    steps = path.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in (".", ""):
            steps.append(step)
    base = "/".join(steps)
    stem = re.sub(r"\.[mc]?[jt]sx?$", "", base)
    return next((name for name in (base, *(stem + end for end in _ECMASCRIPT_ENDS)) if name in known), "")
