"""How it is built, run and tested: ecosystems, runtimes, commands, entry points, test set-up, as the files declare."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from plumbrule.mcp_server.analysis.conventions import (
    CONVENTIONS,
    FRAMEWORK_COMMANDS,
    TEST_FRAMEWORKS,
    framework_of_file,
)
from plumbrule.mcp_server.analysis.further_commands import in_environment, scripts_of, tested_by_ci
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.model import (
    Command,
    Ecosystem,
    EntryPoint,
    ManifestFile,
    Purpose,
    Runtime,
    Stated,
    Tests,
)
from plumbrule.mcp_server.analysis.words import evidence, stated, word
from plumbrule.mcp_server.dependencies.ecosystems import PACKAGE_ECOSYSTEMS
from plumbrule.mcp_server.dependencies.model import DEV_SCOPE, RUNTIME_SCOPE, Declaration, Manifest

_PURPOSES: tuple[Purpose, ...] = ("test", "build", "run", "install", "check")
_BY_SCOPE: dict[str, Purpose] = {str(purpose): purpose for purpose in _PURPOSES}
_KINDS = ("console_script", "bin", "gui_script", "server", "container", "service", "process", "module", "main")
_COUNTED_KINDS = ("manifest", "workspace", "lock")
_MANAGERS = {"yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "bun.lockb": "bun"}


def ecosystems_of(gathered: Gathered) -> tuple[Ecosystem, ...]:
    """Package ecosystems by their own manifests; tests' and examples' count when there are no others."""
    found = list(_ecosystems(gathered.own()))
    return tuple(found or _ecosystems(gathered.manifests))


def _ecosystems(manifests: Iterable[Manifest]) -> Iterator[Ecosystem]:
    groups: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        if manifest.rule.ecosystem in PACKAGE_ECOSYSTEMS and manifest.rule.kind in _COUNTED_KINDS:
            groups.setdefault(manifest.rule.ecosystem, []).append(manifest)
    for name, group in groups.items():
        yield Ecosystem(name, len(group), evidence(group[0].path, "manifest.file-name"))


def manifests_of(gathered: Gathered) -> tuple[ManifestFile, ...]:
    """Every manifest and lock with what it declares about itself and how many dependencies."""
    kept = (manifest for manifest in gathered.manifests if manifest.rule.kind in _COUNTED_KINDS)
    return tuple(_manifest_file(manifest) for manifest in kept)


def _manifest_file(manifest: Manifest) -> ManifestFile:
    read = bool(manifest.rule.parser) and not manifest.fault
    counts = {RUNTIME_SCOPE: 0, DEV_SCOPE: 0}
    for one in manifest.declarations:
        if one.field == "dependency" and one.scope in counts:
            counts[one.scope] += 1
    return ManifestFile(
        ecosystem=manifest.rule.ecosystem,
        kind=manifest.rule.kind,
        evidence=evidence(manifest.path, "manifest.file-name"),
        name=_word(manifest, "name"),
        version=_word(manifest, "version"),
        runtime_dependencies=counts[RUNTIME_SCOPE] if read else None,
        dev_dependencies=counts[DEV_SCOPE] if read else None,
    )


def _word(manifest: Manifest, field: str) -> str | None:
    return next((word(one.value) for one in manifest.declarations if one.field == field), None)


def runtimes_of(gathered: Gathered) -> tuple[Runtime, ...]:
    """Declared runtimes; the same constraint said twice counts once, the more telling file speaks."""
    found: dict[tuple[str, str], Runtime] = {}
    for manifest, one in gathered.declared("runtime"):
        if one.value:
            runtime = Runtime(word(one.label), word(one.value), evidence(manifest.path, one.rule, one.line))
            found.setdefault((runtime.name, runtime.constraint), runtime)
    return tuple(found.values())


def commands_of(gathered: Gathered) -> tuple[Command, ...]:
    """Commands of root files, declared ones before conventions, by purpose: test, build, run, install, check."""
    found: dict[str, Command] = {}
    manager = _package_manager(gathered)
    for manifest, one in gathered.declared("command"):
        if "/" not in manifest.path and one.scope in _PURPOSES:
            text = manager + one.value[3:] if manager and one.value.startswith("npm ") else one.value
            command = _command(one.scope, text, manifest, one)
            found.setdefault(command.command, command)
    declared = {command.purpose for command in found.values() if not command.convention}
    for command in scripts_of(gathered):
        if command.purpose not in declared:
            found.setdefault(command.command, command)
    for command in tested_by_ci(gathered, list(found.values())):
        found.setdefault(command.command, command)
    for command in _conventional(gathered):
        text = in_environment(command.command, gathered)
        found.setdefault(text, replace(command, command=text))
    order = {purpose: number for number, purpose in enumerate(_PURPOSES)}
    return tuple(sorted(found.values(), key=lambda one: (one.convention is True, order[one.purpose])))


def _command(scope: str, text: str, manifest: Manifest, one: Declaration) -> Command:
    purpose = _BY_SCOPE[scope]
    implied = True if one.rule.startswith("convention.") else None
    return Command(purpose, word(text), evidence(manifest.path, one.rule, one.line), implied)


def _package_manager(gathered: Gathered) -> str:
    """The JavaScript package manager that `packageManager` or the root lock names, "" for npm."""
    for manifest in gathered.own():
        if manifest.path == "package.json":
            for one in manifest.declarations:
                if one.rule == "package-json.packageManager":
                    return one.label if one.label in ("yarn", "pnpm", "bun") else ""
    return next((_MANAGERS[one.path] for one in gathered.own() if one.path in _MANAGERS), "")


def _conventional(gathered: Gathered) -> Iterator[Command]:
    for manifest in gathered.own():
        if "/" in manifest.path:
            continue
        for purpose, command, rule in CONVENTIONS.get(manifest.rule.parser, ()):
            text = _with_wrapper(command, gathered.inventory.wrappers)
            yield Command(purpose, text, evidence(manifest.path, rule), convention=True)
    for framework in _frameworks(gathered):
        implied = FRAMEWORK_COMMANDS.get(framework.value)
        if implied:
            yield Command("test", implied, framework.evidence, convention=True)


def _with_wrapper(command: str, wrappers: set[str]) -> str:
    """`./gradlew` and `./mvnw` where the tree brings them."""
    if command.startswith("gradle ") and "gradlew" in wrappers:
        return f"./gradlew {command[7:]}"
    if command.startswith("mvn ") and "mvnw" in wrappers:
        return f"./mvnw {command[4:]}"
    return command


def entry_points_of(gathered: Gathered) -> tuple[EntryPoint, ...]:
    """Declared ones, then files that are starts by their language's rule; commands before servers before mains."""
    found: dict[tuple[str, str], EntryPoint] = {}
    for manifest, one in gathered.declared("entry"):
        name = word(one.label or one.value)
        target = word(one.value) if one.value and one.value != manifest.path.rpartition("/")[2] else None
        point = EntryPoint(name, one.scope, evidence(manifest.path, one.rule, one.line), target)
        found.setdefault((name, one.scope), point)
    declared = {
        posixpath.normpath(posixpath.join(posixpath.dirname(manifest.path), one.value))
        for manifest, one in gathered.declared("entry")
        if one.value
    }
    for point in _started_files(gathered):
        if point.evidence.at not in declared:  # otherwise it is there under its own name
            found.setdefault((point.name, point.kind), point)
    order = {kind: number for number, kind in enumerate(_KINDS)}
    return tuple(sorted(found.values(), key=lambda point: order.get(point.kind, len(order))))


def _started_files(gathered: Gathered) -> Iterator[EntryPoint]:
    for entry in gathered.inventory.starts:
        folder, _, file = entry.path.rpartition("/")
        parent = folder.rpartition("/")[2] or _program_name(gathered)
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
        elif file == "manage.py":
            yield EntryPoint("manage.py", "main", evidence(entry.path, "django.manage"))


def _program_name(gathered: Gathered) -> str:
    """What the tools call the root's own program: Cargo the package, Go the module's last step before its version."""
    for manifest, one in gathered.declared("name"):
        if "/" not in manifest.path and manifest.rule.parser in ("cargo", "go_mod"):
            steps = [step for step in one.value.split("/") if not re.fullmatch(r"v\d+", step)]
            return steps[-1] if steps else one.value
    return gathered.origin.name


def tests_of(gathered: Gathered) -> Tests | None:
    """Test frameworks and files; None when there is neither."""
    inventory = gathered.inventory
    frameworks = _frameworks(gathered)
    if not frameworks and not inventory.tests:
        return None
    if inventory.tests:
        return Tests(inventory.tests, evidence(inventory.first_test, "tests.file-name"), frameworks)
    return Tests(0, frameworks[0].evidence, frameworks)


def _frameworks(gathered: Gathered) -> tuple[Stated, ...]:
    found: dict[str, Stated] = {}
    for manifest, one in gathered.declared("framework", "dependency"):
        name = one.value if one.field == "framework" else TEST_FRAMEWORKS.get(one.label, "")
        if not name and manifest.rule.ecosystem == "jvm":
            name = next((known for prefix, known in _JVM if one.label.startswith(prefix)), "")
        if name and name not in found:
            found[name] = stated(name, manifest.path, one.rule, one.line)
    first = gathered.inventory.first_test
    built_in = framework_of_file(first) if first else ""
    if built_in and built_in not in found:
        found[built_in] = stated(built_in, first, "tests.file-name")
    return tuple(found.values())


_JVM = (
    ("org.junit.jupiter:", "junit5"),
    ("org.junit:", "junit5"),
    ("junit:", "junit4"),
    ("org.testng:", "testng"),
    ("io.kotest:", "kotest"),
    ("org.spockframework:", "spock"),
    ("org.scalatest:", "scalatest"),
    ("org.scalameta:munit", "munit"),
    ("org.springframework.boot:spring-boot-starter-test", "junit5"),
)
