"""The parts of a repository: workspace members as the workspaces declare them, else folders with a manifest of their
own, else top-level packages."""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.model import Component
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.dependencies.ecosystems import PACKAGE_ECOSYSTEMS
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest

_TERRAFORM_MODULE = re.compile(r"(?:^|/)modules/[^/]+/[^/]+\Z")
"""Terraform's standard structure keeps nested modules there; other folders of .tf files are examples or wrappers."""


def components_of(gathered: Gathered) -> tuple[Component, ...]:
    """In the order of their paths. A member that no manifest stands for is left out: a pattern is no component."""
    by_folder = _manifests_by_folder(gathered)
    found: dict[str, Component] = {}
    for manifest, one in gathered.declared("member"):
        without = [other.value for other in manifest.declarations if other.field == "without"]
        for folder in _expanded(manifest, one, by_folder, without):
            members = by_folder[folder]
            same = [member for member in members if member.rule.ecosystem == manifest.rule.ecosystem]
            if same:
                found.setdefault(folder, _component(folder, same[0], one.rule))
    if not any("/" not in manifest.path for manifest, _ in gathered.declared("member")):
        for folder, members in by_folder.items():
            if folder and not is_aside(folder + "/"):
                found.setdefault(folder, _component(folder, members[0], "component.manifest"))
    if not found:
        for folder in gathered.inventory.packages:
            if not is_aside(folder + "/"):
                name = folder.rpartition("/")[2]
                place = evidence(f"{folder}/__init__.py", "component.package")
                found[folder] = Component(word(name), "package", word(folder), place)
    return tuple(found[folder] for folder in sorted(found))


def _manifests_by_folder(gathered: Gathered) -> dict[str, list[Manifest]]:
    folders: dict[str, list[Manifest]] = {}
    for manifest in gathered.manifests:
        if manifest.rule.kind == "manifest" and manifest.rule.ecosystem in PACKAGE_ECOSYSTEMS:
            if manifest.rule.parser in ("requirements", "version_catalog") or not manifest.rule.parser:
                continue
            if manifest.path.endswith(".props"):
                continue
            if manifest.rule.parser == "terraform" and not _TERRAFORM_MODULE.search(manifest.path):
                continue
            folders.setdefault(manifest.path.rpartition("/")[0], []).append(manifest)
    return folders


def _expanded(
    manifest: Manifest, one: Declaration, by_folder: dict[str, list[Manifest]], without: list[str]
) -> Iterator[str]:
    base = manifest.path.rpartition("/")[0]
    pattern = _joined(base, one.value)
    if pattern.endswith("proj"):  # a solution names project files, not folders
        pattern = pattern.rpartition("/")[0]
    if not any(mark in pattern for mark in "*?[{"):
        if pattern in by_folder and pattern != base:
            yield pattern
        return
    refused = [_joined(base, text).split("/") for text in without]
    parts = pattern.split("/")
    for folder in by_folder:
        steps = folder.split("/")
        if folder != base and _fits(steps, parts) and not any(_fits(steps, refuse) for refuse in refused):
            yield folder


def _joined(base: str, pattern: str) -> str:
    text = pattern.replace("\\", "/").strip().removeprefix("./").strip("/")
    return f"{base}/{text}" if base and text else base or text


def _fits(steps: list[str], parts: list[str]) -> bool:
    """Whether a path fits a glob, step by step; `**` stands for any number of steps. Linear tables, no backtracking."""
    reachable = {0}
    for step in steps:
        reachable = _closed(reachable, parts)
        following: set[int] = set()
        for at in reachable:
            if at < len(parts):
                if parts[at] == "**":
                    following.add(at)
                elif _step_fits(step, parts[at]):
                    following.add(at + 1)
        reachable = following
    return len(parts) in _closed(reachable, parts)


def _closed(reachable: set[int], parts: list[str]) -> set[int]:
    closed = set(reachable)
    for at in range(len(parts)):
        if at in closed and parts[at] == "**":
            closed.add(at + 1)
    return closed


def _step_fits(step: str, pattern: str) -> bool:
    """`*` only: what workspace globs use. Pieces are sought left to right, which is right for `*`."""
    if "*" not in pattern:
        return step == pattern
    first, *middle, last = pattern.split("*")
    if not step.startswith(first) or not step.endswith(last) or len(step) < len(first) + len(last):
        return False
    inner = step[len(first) : len(step) - len(last)]
    at = 0
    for piece in middle:
        at = inner.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def _component(folder: str, manifest: Manifest, rule: str) -> Component:
    named = next((one for one in manifest.declarations if one.field == "name"), None)
    name = named.value if named else folder.rpartition("/")[2]
    place = evidence(manifest.path, rule, named.line if named else 0)
    return Component(word(name), _kind(folder, manifest), word(folder), place)


def _kind(folder: str, manifest: Manifest) -> str:
    """From where it lies and what it declares to start; a library is what starts nothing."""
    steps = {step.lower() for step in folder.split("/")}
    if steps & {"examples", "example", "samples", "sample", "demo", "demos"}:
        return "example"
    if steps & {"tests", "test", "e2e", "fixtures", "testdata"} or folder.lower().endswith(("tests", ".test", "-test")):
        return "test"
    kinds = {one.scope for one in manifest.declarations if one.field == "entry"}
    if kinds & {"console_script", "bin"}:
        return "cli"
    if kinds & {"server", "service", "process"}:
        return "service"
    if any(one.field == "command" and one.scope == "run" for one in manifest.declarations):
        return "application"
    return "library"
