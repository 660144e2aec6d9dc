"""What a name of `__all__` is that a Python module only passes on: followed through the modules it comes from.

`published` asks, so that a package's `__init__` tells classes from functions.
"""

from typing import Any

import orjson

from plumbrule.mcp_server.analysis.deep import Deep


def kind_elsewhere(deep: Deep, path: str, name: str) -> str:
    """What a name is in the module that an `__init__` takes it from, through at most four modules."""
    for _ in range(4):
        from_star = [one for one in deep.facts[path].imports() if one.kind == "from" and name in one.names]
        from_star += [one for one in deep.facts[path].imports() if one.names == ("*",)]
        target = next((found for one in from_star if (found := _module_of(deep, path, one.target, name))), "")
        if not target:
            return "reexport"
        kinds = {str(row["name"]): str(row["kind"]) for row in _rows(deep, target)}
        if name in kinds:
            return kinds[name]
        path = target
    return "reexport"


def _module_of(deep: Deep, path: str, target: str, name: str) -> str:
    """The file of a relative import, or of one of the package's own name, where it defines or passes on the name."""
    folder = path.rpartition("/")[0]
    bare = target.lstrip(".")
    for _ in range(len(target) - len(bare) - 1):
        folder = folder.rpartition("/")[0]
    if target == bare:  # absolute: the package that the file lies in
        top, _, bare = bare.partition(".")
        at = f"/{folder}/".find(f"/{top}/")
        if at < 0:
            return ""
        folder = f"{folder}/"[: at + len(top)]
    base = "/".join(part for part in (folder, bare.replace(".", "/")) if part)
    for found in (f"{base}.py", f"{base}/__init__.py"):
        index = deep.facts.get(found)
        if index is not None and found != path and _defines(deep, found, name):
            return found
    return ""


def _defines(deep: Deep, path: str, name: str) -> bool:
    if any(row["name"] == name for row in _rows(deep, path)):
        return True
    return any(name in one.names for one in deep.facts[path].imports())


def _rows(deep: Deep, path: str) -> list[dict[str, Any]]:
    packed = deep.packed.get(path)
    return orjson.loads(packed.symbols) if packed is not None and packed.symbols else []
