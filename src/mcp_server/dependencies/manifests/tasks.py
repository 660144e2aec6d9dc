"""Task runners: make, just, task, pre-commit; and the files that name a runtime's version."""

import re

from plumbrule.mcp_server.dependencies.manifests.lines import Lines
from plumbrule.mcp_server.dependencies.manifests.purposes import commands
from plumbrule.mcp_server.dependencies.manifests.texts import toml_tree, yaml_tree
from plumbrule.mcp_server.dependencies.model import CI_SCOPE, Declaration, ManifestText

_RUNTIME_BY_FILE = {
    ".python-version": "python",
    "runtime.txt": "python",
    ".nvmrc": "node",
    ".node-version": "node",
    ".java-version": "java",
    ".ruby-version": "ruby",
    ".php-version": "php",
    ".swift-version": "swift",
}

_ASDF_NAMES = {"golang": "go", "nodejs": "node"}


def makefile(file: ManifestText) -> list[Declaration]:
    """Targets with a known purpose. `all` counts as a build only when nothing else does."""
    targets: list[tuple[str, int]] = []
    for number, line in Lines(file.raw):
        one = re.match(r"([A-Za-z0-9][\w.-]*(?:[ \t]+[A-Za-z0-9][\w.-]*)*)[ \t]*::?(?!=)", line)
        if one:
            targets += [(name, number) for name in one[1].split()]
    names = {name for name, _ in targets}
    kept = [(name, number) for name, number in targets if name != "all" or "build" not in names]
    return _first_of_each(commands("make", kept, "makefile.target"))


def _first_of_each(found: list[Declaration]) -> list[Declaration]:
    """A target may stand several times (prerequisites apart from its recipe); the first line speaks for it."""
    return list({one.value: one for one in reversed(found)}.values())[::-1]


def justfile(file: ManifestText) -> list[Declaration]:
    """Recipes with a known purpose."""
    recipes: list[tuple[str, int]] = []
    for number, line in Lines(file.raw):
        if one := re.match(r"@?([A-Za-z_][\w-]*)(?:[ \t]+[^:=\n]*)?:(?!=)", line):
            recipes.append((one[1], number))
    return commands("just", recipes, "justfile.recipe")


def taskfile(file: ManifestText) -> list[Declaration]:
    """Tasks with a known purpose."""
    tree = yaml_tree(file.raw)
    tasks = ((name, tree.line("tasks", name)) for name in tree.table("tasks"))
    return commands("task", tasks, "taskfile.task")


def pre_commit(file: ManifestText) -> list[Declaration]:
    """The hooks' repositories with their revisions."""
    tree = yaml_tree(file.raw)
    found: list[Declaration] = []
    for index in range(len(tree.items("repos"))):
        keys = ("repos", str(index))
        name = tree.text(*keys, "repo")
        if name and name != "local":
            line = tree.line(*keys, "repo")
            found.append(Declaration("dependency", tree.text(*keys, "rev"), line, "pre-commit.repo", name, CI_SCOPE))
    line = tree.line("repos")
    if tree.items("repos"):
        command = "pre-commit run --all-files"
        found.append(Declaration("command", command, line, "convention.pre-commit", "", "check"))
    return found


def version_file(file: ManifestText) -> list[Declaration]:
    """A file that holds one runtime's version, or several, one a line."""
    name = _RUNTIME_BY_FILE[file.name]
    for number, line in Lines(file.raw):
        text = line.strip()
        if text:
            return [Declaration("runtime", text[:40].removeprefix(f"{name}-"), number, "version-file", name)]
    return []


def tool_versions(file: ManifestText) -> list[Declaration]:
    """asdf's `.tool-versions`."""
    found: list[Declaration] = []
    for number, line in Lines(file.raw):
        name, _, version = line.partition("#")[0].strip().partition(" ")
        if version:
            named = _ASDF_NAMES.get(name, name)
            found.append(Declaration("runtime", version.strip(), number, "tool-versions", named))
    return found


def mise(file: ManifestText) -> list[Declaration]:
    """The tools and tasks of `mise.toml`."""
    tree = toml_tree(file.raw)
    found = [
        Declaration("runtime", text, tree.line("tools", name), "mise.tools", name)
        for name in tree.table("tools")
        if (text := tree.text("tools", name) or tree.text("tools", name, "version"))
    ]
    return found + commands(
        "mise run", ((name, tree.line("tasks", name)) for name in tree.table("tasks")), "mise.tasks"
    )
