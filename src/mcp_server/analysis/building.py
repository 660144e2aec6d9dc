"""How it is built, run and tested: ecosystems, runtimes, commands and test set-up, as the files declare."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.conventions import (
    CONVENTIONS,
    FRAMEWORK_COMMANDS,
    TEST_FRAMEWORKS,
)
from plumbrule.mcp_server.analysis.further_commands import in_environment, scripts_of, tested_by_ci
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.model import (
    Command,
    Ecosystem,
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
_COUNTED_KINDS = ("manifest", "workspace", "lock")
_MANAGERS = {"yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "bun.lockb": "bun"}


def ecosystems_of(gathered: Gathered) -> tuple[Ecosystem, ...]:
    """Package ecosystems by their own manifests; tests' and examples' count when there are no others."""
    found = list(_ecosystems(gathered.own()))
    return tuple(found or _ecosystems(gathered.manifests))


def _ecosystems(manifests: Iterable[Manifest]) -> Iterator[Ecosystem]:
    groups: dict[str, list[Manifest]] = {}
    for manifest in _one_per_module(manifests):
        if manifest.rule.ecosystem in PACKAGE_ECOSYSTEMS and manifest.rule.kind in _COUNTED_KINDS:
            groups.setdefault(manifest.rule.ecosystem, []).append(manifest)
    for name, group in groups.items():
        yield Ecosystem(name, len(group), evidence(group[0].path, "manifest.file-name"))


def manifests_of(gathered: Gathered) -> tuple[ManifestFile, ...]:
    """Every manifest and lock with what it declares about itself and how many dependencies."""
    kept = (manifest for manifest in _one_per_module(gathered.manifests) if manifest.rule.kind in _COUNTED_KINDS)
    return tuple(_manifest_file(manifest) for manifest in kept)


def _one_per_module(manifests: Iterable[Manifest]) -> Iterator[Manifest]:
    """A Terraform module is all `.tf` files of a folder: the first that says what it needs stands for them."""
    modules: dict[str, list[Manifest]] = {}
    listed = list(manifests)
    for one in listed:
        if one.rule.parser == "terraform":
            modules.setdefault(one.path.rpartition("/")[0], []).append(one)
    for one in listed:
        files = modules.get(one.path.rpartition("/")[0], []) if one.rule.parser == "terraform" else [one]
        if files[0] is one:
            chosen = next((file for file in files if file.declarations), one)
            yield replace(chosen, declarations=tuple(said for file in files for said in file.declarations))


def _manifest_file(manifest: Manifest) -> ManifestFile:
    read = bool(manifest.rule.parser) and not manifest.fault
    counts = {RUNTIME_SCOPE: 0, DEV_SCOPE: 0}
    for one in manifest.declarations:
        scope = RUNTIME_SCOPE if one.scope in ("provider", "module") else one.scope
        if one.field == "dependency" and scope in counts:
            counts[scope] += 1
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
    """Commands of root files: the best for each purpose (test, build, run, install, check), then the second-best, and
    so on; what a file declares is better than a convention."""
    found: dict[str, Command] = {}
    manager = _package_manager(gathered)
    for manifest, one in gathered.declared("command"):
        if "/" not in manifest.path and one.scope in _PURPOSES:
            text = manager + one.value[3:] if manager and one.value.startswith("npm ") else one.value
            text = _with_wrapper(text, gathered.inventory.wrappers)
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
    return _one_of_each_first(sorted(found.values(), key=lambda one: one.convention is True))


def _one_of_each_first(best_first: list[Command]) -> tuple[Command, ...]:
    seen = dict.fromkeys(_PURPOSES, 0)
    ranked: list[tuple[int, int, Command]] = []
    for command in best_first:
        ranked.append((seen[command.purpose], _PURPOSES.index(command.purpose), command))
        seen[command.purpose] += 1
    return tuple(command for _, _, command in sorted(ranked, key=lambda one: one[:2]))


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
    manager = _package_manager(gathered)
    for manifest in gathered.own():
        if "/" in manifest.path or manifest.path.endswith(".props"):
            continue
        for purpose, command, rule in CONVENTIONS.get(manifest.rule.parser, ()):
            managed = manager + command[3:] if manager and command.startswith("npm ") else command
            text = _with_wrapper(managed, gathered.inventory.wrappers)
            yield Command(purpose, text, evidence(manifest.path, rule), convention=True)
    yield from _solution_below(gathered)
    yield from _of_django(gathered)
    for framework in _frameworks(gathered):
        implied = FRAMEWORK_COMMANDS.get(framework.value)
        by_name = framework.evidence.rule == "tests.file-name" and framework.value in ("phpunit", "rspec")
        unused = framework.value == "rspec" and "rspec" not in gathered.inventory.test_kinds
        if implied and _holds_at_root(framework.evidence) and not (by_name or unused):
            yield Command("test", implied, framework.evidence, convention=True)


_ROOT_FOLDERS = frozenset(("test", "tests", "spec", "specs", "requirements"))


def _holds_at_root(seen: Evidence) -> bool:
    """Whether a framework seen there is run from the root: a part's own framework is run inside of the part."""
    top, slash, inside = seen.at.partition("/")
    return not slash or (top in _ROOT_FOLDERS and not (seen.rule == "requirements" and "/" in inside))


def _of_django(gathered: Gathered) -> Iterator[Command]:
    """What `manage.py` offers at the root of a Django project, and how pip installs what its list names."""
    if not any(one.label.partition("[")[0].lower() == "django" for _, one in gathered.declared("dependency")):
        return
    if any(entry.path == "manage.py" for entry in gathered.inventory.starts):
        yield Command("run", "python manage.py runserver", evidence("manage.py", "convention.django"), convention=True)
        yield Command("test", "python manage.py test", evidence("manage.py", "convention.django"), convention=True)
    if any(one.path == "requirements.txt" for one in gathered.own()):
        place = evidence("requirements.txt", "convention.pip")
        yield Command("install", "pip install -r requirements.txt", place, convention=True)


def _solution_below(gathered: Gathered) -> Iterator[Command]:
    """The dotnet command takes the one solution of a folder of the root, where the root has none."""
    own = [manifest for manifest in gathered.own() if manifest.rule.ecosystem == "dotnet"]
    solutions = [one for one in own if one.rule.parser in ("solution", "slnx") and one.path.count("/") == 1]
    if len(solutions) == 1 and all("/" in one.path or one.path.endswith(".props") for one in own):
        for purpose, command, rule in CONVENTIONS["solution"]:
            path = solutions[0].path
            text = f"{command} '{path}'" if " " in path else f"{command} {path}"
            yield Command(purpose, word(text), evidence(path, rule), convention=True)


def _with_wrapper(command: str, wrappers: set[str]) -> str:
    """`./gradlew` and `./mvnw` where the tree brings them."""
    if command.startswith("gradle ") and "gradlew" in wrappers:
        return f"./gradlew {command[7:]}"
    if command.startswith("mvn ") and "mvnw" in wrappers:
        return f"./mvnw {command[4:]}"
    return command


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
    for manifest, one in gathered.declared_for_tests("framework", "dependency"):
        name = one.value if one.field == "framework" else TEST_FRAMEWORKS.get(one.label, "")
        if not name and manifest.rule.ecosystem == "jvm":
            name = next((known for prefix, known in _JVM if one.label.startswith(prefix)), "")
        if name and name not in found:
            found[name] = stated(name, manifest.path, one.rule, one.line)
    for built_in, first in gathered.inventory.test_kinds.items():
        if built_in == "phpunit" and found.keys() & {"pest", "codeception", "symfony phpunit-bridge"}:
            continue
        found.setdefault(built_in, stated(built_in, first, "tests.file-name"))
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
