"""`pyproject.toml` (PEP 621, 735, 518; the tables of Poetry, PDM, Hatch, uv, Rye, Flit), `hatch.toml`, `Pipfile`."""

from plumbrule.mcp_server.dependencies.asked import poetry
from plumbrule.mcp_server.dependencies.asked.pep508 import group_scope, normal, requirement
from plumbrule.mcp_server.dependencies.manifests.texts import toml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope, Unread

MAX_GROUP_DEPTH = 20


def pyproject(file: ManifestText) -> Reading:
    """Everything that `pyproject.toml` asks for."""
    tree, found = toml_tree(file.raw), Reading()
    base = ("project",) if tree.text("project", "name") else ("tool", "poetry")
    name, version = normal(tree.text(*base, "name")), tree.text(*base, "version")
    found.facts.append(Fact("name", name, version, tree.line(*base, "name") if name else 1))
    take(found, tree, ("build-system", "requires"), "pyproject.build-system", "build")
    _project(found, tree)
    for group in tree.table("dependency-groups"):
        _group(found, tree, group, group, ())
    poetry.read(found, tree)
    _tools(found, tree)
    _sources(found, tree)
    return found


def take(found: Reading, tree: Tree, keys: tuple[str, ...], rule: str, scope: Scope, group: str = "") -> None:
    """The requirement strings of a list; one that cannot be read is named."""
    for text, line in tree.strings(*keys):
        one = editable(text, line, rule, scope, group) or requirement(text, line, rule, scope, group)
        if one is None:
            found.not_read.append(Unread(line, "python.not-a-requirement"))
        else:
            found.asked.append(one)


def editable(text: str, line: int, rule: str, scope: Scope, group: str = "") -> Requirement | None:
    """PDM's `-e file:///…#egg=name` inside a list."""
    if not text.startswith("-e "):
        return None
    reference = text[3:].strip()
    name = reference.partition("#egg=")[2].partition("&")[0].partition("[")[0]
    return Requirement(normal(name) or reference, "", line, rule, scope, group, reference=reference)


def _project(found: Reading, tree: Tree) -> None:
    take(found, tree, ("project", "dependencies"), "pyproject.dependencies", "runtime")
    for extra in tree.table("project", "optional-dependencies"):
        take(found, tree, ("project", "optional-dependencies", extra), "pyproject.extras", "optional", extra)
    for index, (text, line) in enumerate(tree.strings("project", "dynamic")):
        if text in ("dependencies", "optional-dependencies") and not tree.table("tool", "poetry"):
            _dynamic(found, tree, text, tree.lines.get(("project", "dynamic", str(index)), line))
    take(found, tree, ("tool", "flit", "metadata", "requires"), "pyproject.flit", "runtime")
    for extra in tree.table("tool", "flit", "metadata", "requires-extra"):
        keys = ("tool", "flit", "metadata", "requires-extra", extra)
        take(found, tree, keys, "pyproject.flit", "optional", extra)


def _dynamic(found: Reading, tree: Tree, field: str, line: int) -> None:
    """setuptools may name requirements files; anything else is computed by a build backend."""
    base = ("tool", "setuptools", "dynamic", field)
    tables = [("", base)] if field == "dependencies" else [(extra, (*base, extra)) for extra in tree.table(*base)]
    named = 0
    for extra, keys in tables:
        single = tree.text(*keys, "file")
        files = [(single, tree.line(*keys))] if single else list(tree.strings(*keys, "file"))
        for name, at in files:
            named += 1
            found.facts.append(Fact("include", name, f"optional:{extra}" if extra else "runtime", at))
    if not named:
        optional = field == "optional-dependencies"
        found.not_read.append(Unread(line, "python.computed-optional" if optional else "python.computed"))


def _group(found: Reading, tree: Tree, top: str, group: str, above: tuple[str, ...]) -> None:
    """PEP 735: a group's own requirements, then those of the groups it includes, each with its own line."""
    key = next((name for name in tree.table("dependency-groups") if normal(name) == normal(group)), "")
    if not key or normal(group) in above or len(above) > MAX_GROUP_DEPTH or len(found.asked) > 20_000:
        return
    for index, item in enumerate(tree.items("dependency-groups", key)):
        keys = ("dependency-groups", key, str(index))
        line = tree.line(*keys)
        if isinstance(item, str):
            one = requirement(item, line, "pyproject.groups", group_scope(top), top)
            if one is None:
                found.not_read.append(Unread(line, "python.not-a-requirement"))
            else:
                found.asked.append(one._replace(inherits=f"group:{line}") if above else one)
        elif included := tree.text(*keys, "include-group"):
            _group(found, tree, top, included, (*above, normal(group)))


def _tools(found: Reading, tree: Tree) -> None:
    for group in tree.table("tool", "pdm", "dev-dependencies"):
        take(found, tree, ("tool", "pdm", "dev-dependencies", group), "pyproject.pdm", group_scope(group), group)
    take(found, tree, ("tool", "uv", "dev-dependencies"), "pyproject.uv", "dev", "dev")
    take(found, tree, ("tool", "rye", "dev-dependencies"), "pyproject.rye", "dev", "dev")
    _hatch(found, tree, ("tool", "hatch"), "pyproject.hatch")
    if tree.table("tool", "pixi"):
        from plumbrule.mcp_server.dependencies.asked.conda import take_pixi  # pulls the YAML readers in

        take_pixi(found, tree, ("tool", "pixi"))
    for key, kind in (("constraint-dependencies", "constraint"), ("override-dependencies", "override")):
        for text, line in tree.strings("tool", "uv", key):
            if one := requirement(text, line, "pyproject.uv"):
                found.offers.append(one._replace(group=kind))


def _hatch(found: Reading, tree: Tree, base: tuple[str, ...], rule: str) -> None:
    take(found, tree, (*base, "build", "dependencies"), rule, "build")
    for env in tree.table(*base, "envs"):
        for key in ("dependencies", "extra-dependencies"):
            take(found, tree, (*base, "envs", env, key), rule, group_scope(env), env)


def hatch(file: ManifestText) -> Reading:
    """`hatch.toml`: what may also stand in `[tool.hatch]`."""
    found = Reading()
    _hatch(found, toml_tree(file.raw), (), "hatch-toml")
    return found


def _sources(found: Reading, tree: Tree) -> None:
    """`[tool.uv.sources]`: the place that stands for a package; a list holds one per marker."""
    sources = {normal(name): name for name in tree.table("tool", "uv", "sources")}
    for position, one in enumerate(found.asked):
        key = sources.get(one.name)
        if key is None or one.reference or one.scope == "build":
            continue
        keys = ("tool", "uv", "sources", key)
        tables = [keys] if tree.table(*keys) else [(*keys, str(at)) for at in range(len(tree.items(*keys)))]
        references = [poetry.reference(tree, table) for table in tables]
        if any(tree.at(*table, "workspace") is True for table in tables):
            found.asked[position] = one._replace(reference="workspace:")
        elif text := ", ".join(part for part in references if part):
            found.asked[position] = one._replace(reference=text)


def pipfile(file: ManifestText) -> Reading:
    """Pipenv's `Pipfile`: every table but its own words is a category of packages."""
    tree, found = toml_tree(file.raw), Reading()
    own = ("source", "requires", "scripts", "pipenv")
    for table in tree.table():
        if table in own or not tree.table(table):
            continue
        scope: Scope = "runtime" if table == "packages" else group_scope(table)
        for name in tree.table(table):
            keys = (table, name)
            written = tree.text(*keys) or tree.text(*keys, "version")
            one = Requirement(normal(name), written, tree.line(*keys), "pipfile", scope)
            markers = [tree.text(*keys, "markers")] if tree.text(*keys, "markers") else []
            markers += [
                f"{key} {tree.text(*keys, key)}"
                for key in ("sys_platform", "os_name", "platform_machine", "python_version")
                if tree.text(*keys, key)
            ]
            found.asked.append(
                one._replace(
                    group="" if table in ("packages", "dev-packages") else table,
                    marker=" and ".join(markers),
                    extras=tuple(text for text, _ in tree.strings(*keys, "extras")),
                    reference=poetry.reference(tree, keys),
                )
            )
    return found
