"""The parts of a repository: workspace members as the workspaces declare them, else folders with a manifest of their
own, else top-level packages. Below lie `component_kinds`, `swift_targets`, `sbt_projects`."""

import posixpath
import re
from collections.abc import Iterator

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.component_kinds import Surroundings, kind_of
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.model import Component
from plumbrule.mcp_server.analysis.sbt_projects import sbt_projects
from plumbrule.mcp_server.analysis.swift_targets import SwiftTarget, swift_targets
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.dependencies.ecosystems import PACKAGE_ECOSYSTEMS
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest

_TERRAFORM_MODULE = re.compile(r"(?:^|/)modules/[^/]+/[^/]+\Z")
"""Terraform's standard structure keeps nested modules there; other folders of .tf files are examples or wrappers."""


def components_of(gathered: Gathered) -> tuple[Component, ...]:
    """In the order of their paths. A member that no manifest stands for is left out: a pattern is no component.

    Workspace members as they are declared; of ecosystems without a workspace at the root the folders with a manifest
    of their own; folders that a compose file builds; targets of Swift packages, projects of sbt builds; and where there
    is none of these, the top-level Python packages.
    """
    by_folder = _manifests_by_folder(gathered)
    around = _Around(gathered)
    found: dict[str, Component] = {}
    governed: set[str] = set()
    refused: dict[str, frozenset[str]] = {}
    for manifest, one in gathered.declared("member"):
        if "/" not in manifest.path:
            governed.add(manifest.rule.ecosystem)
        if manifest.path not in refused:
            refused[manifest.path] = _refused(manifest, by_folder)
        for folder in _expanded(manifest, one, by_folder, refused[manifest.path]):
            members = by_folder[folder]
            same = [member for member in members if member.rule.ecosystem == manifest.rule.ecosystem]
            if same:
                found.setdefault(folder, _component(folder, same[0], one.rule, around))
    for folder, members in by_folder.items():
        if folder and folder not in found and not _is_apart(folder):
            own = [one for one in members if _is_nx(one) or (one.rule.ecosystem not in governed and _stands_alone(one))]
            if own:
                found[folder] = _component(folder, own[0], "component.manifest", around)
    for folder, (service, place) in around.built.items():
        if folder and folder not in found and folder in around.folders and not _is_apart(folder):
            found[folder] = Component(word(service), "service", word(folder), place)
    for target in swift_targets(gathered):
        found.setdefault(target.folder, _of_target(target))
    for project in sbt_projects(gathered):
        place = evidence(project.manifest, "sbt.project", project.line)
        found.setdefault(project.folder, Component(word(project.name), project.kind, word(project.folder), place))
    if not found:
        for folder in gathered.inventory.packages:
            if not is_aside(folder + "/"):
                name = folder.rpartition("/")[2]
                place = evidence(f"{folder}/__init__.py", "component.package")
                found[folder] = Component(word(name), "package", word(folder), place)
    return tuple(found[folder] for folder in sorted(found))


def _is_apart(folder: str) -> bool:
    return is_aside(folder + "/") or folder.startswith(".") or "/." in folder


def _is_nx(manifest: Manifest) -> bool:
    """Whether it is an Nx project, which is one beside any workspace of packages."""
    return manifest.rule.parser == "nx_project" and bool(manifest.declarations)


def _stands_alone(manifest: Manifest) -> bool:
    """Whether a manifest that no workspace names makes its folder a component. Build files of C and C++ lie in every
    folder, and a Gemfile or a package.json may only configure tools: these need a name, or something to start."""
    if manifest.rule.ecosystem == "native" or manifest.rule.parser == "gemfile":
        return any(one.field == "name" for one in manifest.declarations)
    if manifest.rule.parser == "nx_project":
        return False
    if manifest.rule.parser == "package_json":
        return any(one.field in ("name", "dependency", "entry") for one in manifest.declarations)
    return True


class _Around:
    """What the paths and the container files tell about folders."""

    def __init__(self, gathered: Gathered) -> None:
        self.texts = gathered.texts
        self.built: dict[str, tuple[str, Evidence]] = {}
        self.containers: set[str] = set()
        for manifest in gathered.manifests:
            folder = manifest.path.rpartition("/")[0]
            if manifest.rule.parser in ("dockerfile", "procfile") or any(
                one.scope == "function" for one in manifest.declarations if one.field == "entry"
            ):
                self.containers.add(folder)
            for one in manifest.declarations:
                if one.label == "build_folder" and "$" not in one.value and manifest.path not in gathered.aside:
                    place = evidence(manifest.path, one.rule, one.line)
                    self.built.setdefault(_joined(folder, posixpath.normpath(one.value)), (one.scope, place))
        self.folders = _folders_of(gathered) if self.built else frozenset[str]()
        self.mains = _folders_with_a_start(gathered)
        self.main_sources = {
            entry.path.partition("/src/main/")[0] for entry in gathered.inventory.files if "/src/main/" in entry.path
        }

    def of(self, folder: str, manifest: Manifest) -> Surroundings:
        by_gradle_or_maven = manifest.rule.ecosystem == "jvm"
        return Surroundings(
            raw=self.texts.get(manifest.path, b""),
            has_main=folder in self.mains,
            has_sources=not by_gradle_or_maven or folder in self.main_sources,
            in_container=folder in self.built or folder in self.containers,
        )


def _folders_of(gathered: Gathered) -> frozenset[str]:
    found: set[str] = set()
    for entry in gathered.inventory.files:
        folder = entry.path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)


def _folders_with_a_start(gathered: Gathered) -> set[str]:
    """Folders of packages that hold a file which their language starts."""
    found: set[str] = set()
    for entry in gathered.inventory.starts:
        folder, _, name = entry.path.rpartition("/")
        if name == "main.go":
            found.add(folder)
            if "/cmd/" in f"/{folder}/":
                found.add(f"/{folder}/".partition("/cmd/")[0].strip("/"))
        elif name == "main.rs" or (name.endswith(".rs") and folder.endswith("src/bin")):
            found.add(folder.removesuffix("/bin").removesuffix("src").rstrip("/"))
        elif name in ("manage.py", "artisan"):
            found.add(folder)
    return found


def _of_target(target: SwiftTarget) -> Component:
    place = evidence(target.manifest, "swift.target", target.line)
    return Component(word(target.name), target.kind, word(target.folder), place)


def _manifests_by_folder(gathered: Gathered) -> dict[str, list[Manifest]]:
    folders: dict[str, list[Manifest]] = {}
    for manifest in gathered.manifests:
        if _is_nx(manifest) or (manifest.rule.kind == "manifest" and manifest.rule.ecosystem in PACKAGE_ECOSYSTEMS):
            if manifest.rule.parser in ("requirements", "version_catalog") or not manifest.rule.parser:
                continue
            if manifest.path.endswith(".props"):
                continue
            if manifest.rule.parser == "terraform" and not _TERRAFORM_MODULE.search(manifest.path):
                continue
            folders.setdefault(manifest.path.rpartition("/")[0], []).append(manifest)
    return folders


def _refused(manifest: Manifest, by_folder: dict[str, list[Manifest]]) -> frozenset[str]:
    """The folders that the manifest leaves out of its workspace."""
    base = manifest.path.rpartition("/")[0]
    patterns = [_joined(base, one.value).split("/") for one in manifest.declarations if one.field == "without"]
    return frozenset(folder for folder in by_folder if any(_fits(folder.split("/"), pattern) for pattern in patterns))


def _expanded(
    manifest: Manifest, one: Declaration, by_folder: dict[str, list[Manifest]], refused: frozenset[str]
) -> Iterator[str]:
    base = manifest.path.rpartition("/")[0]
    pattern = _joined(base, one.value)
    if pattern.endswith("proj"):  # a solution names project files, not folders
        pattern = pattern.rpartition("/")[0]
    if not any(mark in pattern for mark in "*?[{"):
        if pattern in by_folder and pattern != base:
            yield pattern
        return
    parts = pattern.split("/")
    for folder in by_folder:
        steps = folder.split("/")
        if folder != base and folder not in refused and _fits(steps, parts):
            yield folder


def _joined(base: str, pattern: str) -> str:
    text = pattern.replace("\\", "/").strip().removeprefix("./").strip("/")
    return f"{base}/{text}" if base and text else base or text


def _fits(steps: list[str], parts: list[str]) -> bool:
    """Whether a path fits a glob, step by step; `**` stands for any number of steps. Linear tables, no backtracking."""
    if "**" not in parts:
        return len(steps) == len(parts) and all(map(_step_fits, steps, parts))
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


def _component(folder: str, manifest: Manifest, rule: str, around: _Around) -> Component:
    named = next((one for one in manifest.declarations if one.field == "name"), None)
    name = named.value if named else folder.rpartition("/")[2]
    place = evidence(manifest.path, rule, named.line if named else 0)
    return Component(word(name), kind_of(folder, manifest, name, around.of(folder, manifest)), word(folder), place)
