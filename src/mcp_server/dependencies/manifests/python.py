"""`pyproject.toml` and `Pipfile`: PEP 621, PEP 735, Poetry, PDM, Hatch and uv tables."""

import re

from plumbrule.mcp_server.dependencies.manifests.declare import members, words
from plumbrule.mcp_server.dependencies.manifests.purposes import commands
from plumbrule.mcp_server.dependencies.manifests.python_layout import pyproject_layout
from plumbrule.mcp_server.dependencies.manifests.texts import toml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import DEV_SCOPE, RUNTIME_SCOPE, Declaration, ManifestText

_REQUIREMENT_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def requirement(text: str, line: int, rule: str, scope: str) -> Declaration | None:
    """A PEP 508 requirement as a dependency under its normalised name (PEP 503), or None for a bare URL or path."""
    found = _REQUIREMENT_NAME.match(text)
    if not found or "://" in text.partition("@")[0]:
        return None
    name = re.sub(r"[-_.]+", "-", found[1]).lower()
    return Declaration("dependency", text.strip(), line, rule, name, scope)


def pyproject(file: ManifestText) -> list[Declaration]:
    """Every table of `pyproject.toml` that declares something."""
    tree = toml_tree(file.raw)
    return [*_project(tree), *_groups(tree), *_poetry(tree), *_tools(tree), *pyproject_layout(tree)]


def _project(tree: Tree) -> list[Declaration]:
    rule = "pyproject.project"
    found = words(tree, rule, ("project",), ("name", "name"), ("version", "version"), ("description", "description"))
    licence = tree.text("project", "license") or tree.text("project", "license", "text")
    if licence and "\n" not in licence:
        found.append(Declaration("licence", licence, tree.line("project", "license"), rule))
    python = tree.text("project", "requires-python")
    if python:
        line = tree.line("project", "requires-python")
        found.append(Declaration("runtime", python, line, "pyproject.requires-python", "python"))
    for kind, key in (("console_script", "scripts"), ("gui_script", "gui-scripts")):
        for name in tree.table("project", key):
            target, line = tree.text("project", key, name), tree.line("project", key, name)
            found.append(Declaration("entry", target, line, "pyproject.scripts", name, kind))
    found += _requirements(tree, ("project", "dependencies"), "pyproject.dependencies", RUNTIME_SCOPE)
    for extra in tree.table("project", "optional-dependencies"):
        keys = ("project", "optional-dependencies", extra)
        found += _requirements(tree, keys, "pyproject.extras", "optional")
    if tree.table("build-system"):
        line = tree.line("build-system")
        found.append(Declaration("command", "python -m build", line, "convention.build-system", "build", "build"))
    return found


def _requirements(tree: Tree, keys: tuple[str, ...], rule: str, scope: str) -> list[Declaration]:
    made = (requirement(text, line, rule, scope) for text, line in tree.strings(*keys))
    return [one for one in made if one is not None]


def _groups(tree: Tree) -> list[Declaration]:
    found: list[Declaration] = []
    for group in tree.table("dependency-groups"):
        found += _requirements(tree, ("dependency-groups", group), "pyproject.groups", DEV_SCOPE)
    for group in tree.table("tool", "pdm", "dev-dependencies"):
        found += _requirements(tree, ("tool", "pdm", "dev-dependencies", group), "pyproject.pdm", DEV_SCOPE)
    return found + _requirements(tree, ("tool", "uv", "dev-dependencies"), "pyproject.uv", DEV_SCOPE)


def _poetry(tree: Tree) -> list[Declaration]:
    base, rule = ("tool", "poetry"), "pyproject.poetry"
    found = words(
        tree,
        rule,
        base,
        ("name", "name"),
        ("version", "version"),
        ("description", "description"),
        ("licence", "license"),
    )
    tables: list[tuple[tuple[str, ...], str]] = [((*base, "dependencies"), RUNTIME_SCOPE)]
    tables.append(((*base, "dev-dependencies"), DEV_SCOPE))
    tables += [((*base, "group", group, "dependencies"), DEV_SCOPE) for group in tree.table(*base, "group")]
    for keys, scope in tables:
        for name in tree.table(*keys):
            written = tree.text(*keys, name) or tree.text(*keys, name, "version") or "*"
            if name.lower() == "python":
                found.append(Declaration("runtime", written, tree.line(*keys, name), rule, "python"))
            else:
                found.append(Declaration("dependency", written, tree.line(*keys, name), rule, name.lower(), scope))
    for name in tree.table(*base, "scripts"):
        target = tree.text(*base, "scripts", name) or tree.text(*base, "scripts", name, "reference")
        found.append(Declaration("entry", target, tree.line(*base, "scripts", name), rule, name, "console_script"))
    return found


def _tools(tree: Tree) -> list[Declaration]:
    found: list[Declaration] = []
    for runner, keys, rule in (
        ("pdm run", ("tool", "pdm", "scripts"), "pyproject.pdm"),
        ("poe", ("tool", "poe", "tasks"), "pyproject.poe"),
        ("task", ("tool", "taskipy", "tasks"), "pyproject.taskipy"),
        ("rye run", ("tool", "rye", "scripts"), "pyproject.rye"),
    ):
        found += commands(runner, ((name, tree.line(*keys, name)) for name in tree.table(*keys)), rule)
    found += _hatch(tree, ("tool", "hatch", "envs"), "pyproject.hatch")
    found += members(tree, "pyproject.uv-workspace", "tool", "uv", "workspace", "members")
    for pattern, line in tree.strings("tool", "uv", "workspace", "exclude"):
        found.append(Declaration("without", pattern, line, "pyproject.uv-workspace"))
    if tree.table("tool", "pytest"):
        found.append(Declaration("framework", "pytest", tree.line("tool", "pytest", "ini_options"), "pyproject.pytest"))
    if tree.table("tool", "tox"):
        line = tree.line("tool", "tox")
        found.append(Declaration("command", "tox", line, "convention.tox", "tox", "test"))
    return found


def _hatch(tree: Tree, envs: tuple[str, ...], rule: str) -> list[Declaration]:
    """The default environment's scripts, and Hatch's own test environment where it is set up."""
    scripts = (*envs, "default", "scripts")
    found = commands("hatch run", ((name, tree.line(*scripts, name)) for name in tree.table(*scripts)), rule)
    if tree.table(*envs, "hatch-test"):
        line = tree.line(*envs, "hatch-test")
        found.append(Declaration("command", "hatch test", line, rule, "hatch-test", "test"))
        found.append(Declaration("framework", "pytest", line, rule))
    return found


def hatch(file: ManifestText) -> list[Declaration]:
    """`hatch.toml`: what may also stand in `[tool.hatch]`."""
    return _hatch(toml_tree(file.raw), ("envs",), "hatch-toml")


def pipfile(file: ManifestText) -> list[Declaration]:
    """Pipenv's `Pipfile`."""
    tree, rule = toml_tree(file.raw), "pipfile"
    found: list[Declaration] = []
    for table, scope in (("packages", RUNTIME_SCOPE), ("dev-packages", DEV_SCOPE)):
        for name in tree.table(table):
            written = tree.text(table, name) or tree.text(table, name, "version") or "*"
            found.append(Declaration("dependency", written, tree.line(table, name), rule, name.lower(), scope))
    for key in ("python_full_version", "python_version"):
        if version := tree.text("requires", key):
            found.append(Declaration("runtime", version, tree.line("requires", key), rule, "python"))
            break
    scripts = ((name, tree.line("scripts", name)) for name in tree.table("scripts"))
    return found + commands("pipenv run", scripts, rule)
