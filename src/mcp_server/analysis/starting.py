"""Where execution starts: what the manifests declare, and files that are starts by their language's own rule."""

import posixpath
import re
from collections.abc import Iterator

from plumbrule.mcp_server.analysis.further_commands import index_file
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.model import EntryPoint
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.dependencies.model import Declaration

_KINDS = (
    *("console_script", "bin", "gui_script", "server", "container", "service", "process", "module", "main", "function"),
    "backing_service",
)


def entry_points_of(gathered: Gathered) -> tuple[EntryPoint, ...]:
    """Declared ones, then files that are starts by their language's rule; commands before servers before mains."""
    found: dict[tuple[str, str], EntryPoint] = {}
    for manifest, one in gathered.declared("entry"):
        name = word(one.label or one.value)
        target = word(one.value) if one.value and one.value != manifest.path.rpartition("/")[2] else None
        point = EntryPoint(name, one.scope, evidence(manifest.path, one.rule, one.line), target)
        of_file = f"{one.scope} {manifest.path}" if one.scope == "container" else one.scope
        found.setdefault((name, of_file), point)  # each Dockerfile has a CMD of its own
    declared = {
        posixpath.normpath(posixpath.join(posixpath.dirname(manifest.path), one.value))
        for manifest, one in gathered.declared("entry")
        if one.value
    }
    if not any(manifest.path == "package.json" for manifest, _ in gathered.declared("entry")):
        found.update(index_file(gathered))
    for point in _started_files(gathered):
        if point.evidence.at not in declared:  # otherwise it is there under its own name
            found.setdefault((point.name, point.kind), point)
    for name, kind in list(found):
        if kind == "backing_service" and (name, "service") in found:
            del found[name, kind]
    order = {kind: number for number, kind in enumerate(_KINDS)}
    return tuple(sorted(found.values(), key=lambda point: order.get(point.kind, len(order))))


def _started_files(gathered: Gathered) -> Iterator[EntryPoint]:
    spring = any(_is_spring_boot(one) for _, one in gathered.declared("dependency", "command"))
    gems = any(manifest.rule.parser == "gemspec" for manifest in gathered.own())
    for entry in gathered.inventory.starts:
        folder, _, file = entry.path.rpartition("/")
        parent = folder.rpartition("/")[2] or _program_name(gathered)
        if spring and file.endswith(("Application.java", "Application.kt")) and not is_aside(entry.path):
            name = file.rpartition(".")[0]
            yield EntryPoint(word(name), "main", evidence(entry.path, "spring-boot.application-file"))
        if is_aside(entry.path) or folder.count("/") > 3:
            continue
        if file == "main.go":
            yield EntryPoint(word(parent), "bin", evidence(entry.path, "go.main-file"))
        elif file.endswith(".rs"):
            crate = folder.removesuffix("src").rstrip("/").rpartition("/")[2] or _program_name(gathered)
            name = crate if file == "main.rs" else file.removesuffix(".rs")
            if file == "main.rs" and not (folder == "src" or folder.endswith("/src")):
                continue
            yield EntryPoint(word(name), "bin", evidence(entry.path, "cargo.bin-file"))
        elif file == "__main__.py" and folder and parent not in ("src", "lib"):
            yield EntryPoint(word(f"python -m {parent}"), "module", evidence(entry.path, "python.main-module"))
        elif file == "artisan" and not folder:
            yield EntryPoint("php artisan", "main", evidence(entry.path, "laravel.artisan"))
        elif folder == "exe" and gems:
            yield EntryPoint(word(file), "bin", evidence(entry.path, "ruby.exe-file"))
        elif file == "manage.py":
            yield EntryPoint("manage.py", "main", evidence(entry.path, "django.manage"))


def _program_name(gathered: Gathered) -> str:
    """What the tools call the root's own program: Cargo the package, Go the module's last step before its version."""
    for manifest, one in gathered.declared("name"):
        if "/" not in manifest.path and manifest.rule.parser in ("cargo", "go_mod"):
            steps = [step for step in one.value.split("/") if not re.fullmatch(r"v\d+", step)]
            return steps[-1] if steps else one.value
    return gathered.origin.name


def _is_spring_boot(one: Declaration) -> bool:
    return one.label.startswith("org.springframework.boot:") or one.label in ("spring-boot:run", "bootRun")
