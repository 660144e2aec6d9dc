"""Terraform: a local module is the files of a folder, others come from a registry or a URL; providers by source."""

import re

from plumbrule.mcp_server.analysis.graph.resolving.names import folder_of, joined
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
"""Terraform's files are manifests, which are read anyway."""

_REQUIRED = re.compile(rb"\brequired_providers\s*\{")
_PROVIDER = re.compile(rb"""([\w-]+)"?\s*=\s*\{[^{}]*?\bsource\s*=\s*"([^"]+)\"""")
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's HCL files; building is linear in the number of files."""
    return _Resolver(tree).resolve


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self._folders: dict[str, list[str]] = {}
        for path, language in tree.languages.items():
            if language == "HCL" and path.endswith((".tf", ".tofu")):
                self._folders.setdefault(folder_of(path), []).append(path)
        self._sources: dict[tuple[str, str], str] = {}
        for path, raw in tree.texts.items():
            if path.endswith((".tf", ".tofu")):
                for block in _REQUIRED.finditer(raw):
                    for found in _PROVIDER.finditer(raw, block.end(), _closing(raw, block.end())):
                        name = found[1].decode("utf-8", "replace")
                        self._sources[(folder_of(path), name)] = found[2].decode("utf-8", "replace")

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one module or provider of the file at `path` means."""
        here = folder_of(path)
        if "provider" in one.flags:
            if one.target == "terraform":
                return _BUILTIN
            source = self._sources.get((here, one.target), f"hashicorp/{one.target}")
            return Resolution("external", package=source.removeprefix("registry.terraform.io/").lower())
        if one.target.startswith(("./", "../")) or one.target in (".", ".."):
            folder = joined(here, one.target.partition("//")[0])
            files = self._folders.get(folder, ()) if folder is not None else ()
            return Resolution("file", tuple(sorted(files))) if files else _UNKNOWN
        return Resolution("external", package=_registry(one.target))


def _closing(raw: bytes, start: int) -> int:
    """Where the block that opened before `start` ends."""
    depth = 1
    for at in range(start, min(len(raw), start + 20_000)):
        depth += (raw[at] == 0x7B) - (raw[at] == 0x7D)
        if not depth:
            return at
    return len(raw)


def _registry(source: str) -> str:
    """A module's source without its subfolder and version, `git::` and the like apart."""
    plain = source.partition("?")[0].removeprefix("git::").removeprefix("hg::").removeprefix("s3::")
    scheme, mark, rest = plain.partition("://")
    name = (rest if mark else scheme).partition("//")[0]
    return name.removeprefix("git@").replace(":", "/", 1).removesuffix(".git") if mark or "@" in name else name
