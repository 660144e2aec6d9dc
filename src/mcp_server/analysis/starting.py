"""Where execution starts: what the manifests declare, and files that are starts by their language's own rule."""

import posixpath
import re
from collections.abc import Iterator

from plumbrule.mcp_server.analysis.further_commands import index_file
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.model import EntryPoint
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest
from plumbrule.mcp_server.platforms.ports.snapshot import Entry

_KINDS = (
    *("console_script", "bin", "gui_script", "server", "container", "service", "process", "module", "main", "function"),
    "backing_service",
)

_FOR_DEVELOPERS = frozenset(
    ("configure", "gradlew", "mvnw", "autogen", "bootstrap", "install", "uninstall", "build", "test", "tests", "setup")
) | {"console", "rails", "rake", "bundle", "rspec", "spec", "release", "make", "lint", "format", "update", "dev", "ci"}
"""Programs that build, install, check or release the project that they lie in."""

MAX_STARTS = 1_000
"""Commands come first, so that what a monorepo of a thousand libraries loses are their mains."""


def entry_points_of(gathered: Gathered) -> tuple[EntryPoint, ...]:
    """Declared ones, then files that are starts by their language's rule; commands before servers before mains."""
    found: dict[tuple[str, str], EntryPoint] = {}
    for manifest, one in gathered.declared("entry"):
        if one.rule == "gemspec.executables" and one.value.endswith("/"):
            found.update(_in_folder(gathered, manifest, one))
            continue
        name = word(one.label or one.value)
        target = word(one.value) if one.value and one.value != manifest.path.rpartition("/")[2] else None
        point = EntryPoint(name, one.scope, evidence(manifest.path, one.rule, one.line), target)
        of_file = f"{one.scope} {manifest.path}" if one.scope in ("container", "main") else one.scope
        found.setdefault((name, of_file), point)  # each Dockerfile has a CMD of its own, each package a `main`
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
    return tuple(sorted(found.values(), key=lambda point: order.get(point.kind, len(order)))[:MAX_STARTS])


def _in_folder(
    gathered: Gathered, manifest: Manifest, one: Declaration
) -> Iterator[tuple[tuple[str, str], EntryPoint]]:
    """The programs of a gem whose specification names all that lies in a folder."""
    home = posixpath.join(posixpath.dirname(manifest.path), one.value.rstrip("/"))
    for entry in gathered.inventory.starts:
        folder, _, file = entry.path.rpartition("/")
        if folder == home and "." not in file and file not in _FOR_DEVELOPERS:
            point = EntryPoint(word(file), "bin", evidence(manifest.path, one.rule, one.line), word(entry.path))
            yield (point.name, point.kind), point


def _script(gathered: Gathered, entry: Entry, folder: str, file: str) -> Iterator[EntryPoint]:
    """A program that is one script: executable, without an ending or named as the repository, at the root or in `bin`.

    Beside a manifest that names programs nothing is guessed, and what builds and installs is not the program.
    """
    if entry.kind != "executable" or folder not in ("", "bin"):
        return
    if any(one.scope in ("bin", "console_script") for _, one in gathered.declared("entry")):
        return
    plain = re.sub(r"-(?:core|cli)$", "", gathered.origin.name.rpartition("+")[2].lower())
    named = plain.replace("-", "") in (file.lower().replace("-", ""), _stem(file).replace("-", ""))
    if named or (not folder and _is_alone(gathered, file)):
        yield EntryPoint(word(file), "bin", evidence(entry.path, "script.executable"))


def _stem(file: str) -> str:
    return file.partition(".")[0].lower()


def _is_alone(gathered: Gathered, file: str) -> bool:
    """Whether it is the one executable at the root without an ending, those for developers apart."""
    return [file] == [
        entry.path
        for entry in gathered.inventory.starts
        if entry.kind == "executable" and not set("/.") & set(entry.path) and entry.path not in _FOR_DEVELOPERS
    ]


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
        else:
            yield from _script(gathered, entry, folder, file)


def _program_name(gathered: Gathered) -> str:
    """What the tools call the root's own program: Cargo the package, Go the module's last step before its version."""
    for manifest, one in gathered.declared("name"):
        if "/" not in manifest.path and manifest.rule.parser in ("cargo", "go_mod"):
            steps = [step for step in one.value.split("/") if not re.fullmatch(r"v\d+", step)]
            return steps[-1] if steps else one.value
    return gathered.origin.name


def _is_spring_boot(one: Declaration) -> bool:
    return one.label.startswith("org.springframework.boot:") or one.label in ("spring-boot:run", "bootRun")
