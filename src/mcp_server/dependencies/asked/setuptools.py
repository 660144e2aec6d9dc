"""`setup.cfg` and `setup.py`. The program is never run: literals are read from its syntax tree, the rest is named."""

import ast
import re

from plumbrule.mcp_server.dependencies.asked.literals import Literals
from plumbrule.mcp_server.dependencies.asked.pep508 import normal, requirement
from plumbrule.mcp_server.dependencies.manifests.python_legacy import IniFile, syntax_of
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import MalformedManifest, ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope, Unread

_NAMED = re.compile(r"%\((\w[\w.-]{0,80})\)s")
_LISTS: tuple[tuple[str, Scope, str], ...] = (
    ("install_requires", "runtime", ""),
    ("tests_require", "test", "tests_require"),
    ("setup_requires", "build", ""),
)


def setup_cfg(file: ManifestText) -> Reading:
    """setuptools' declarative metadata: lists one requirement a line (or separated by `;` before 40), `file:`."""
    config, found = IniFile(file.raw), Reading()
    version = config.get("metadata", "version")
    version = "" if version.startswith(("attr:", "file:")) else version
    found.facts.append(Fact("name", normal(config.get("metadata", "name")), version, config.line("metadata", "name")))
    for key, scope, group in _LISTS:
        _listed(found, config, ("options", key), scope, group)
    for extra in config.options("options.extras_require"):
        _listed(found, config, ("options.extras_require", extra), "optional", extra)
    return found


def _listed(found: Reading, config: IniFile, keys: tuple[str, str], scope: Scope, group: str) -> None:
    text, line = config.get(*keys), config.line(*keys)
    if text.startswith("file:"):
        for name in text[5:].replace("\n", ",").split(","):
            if name.strip():
                found.facts.append(Fact("include", name.strip(), f"{scope}:{group}", line))
        return
    if text.startswith("attr:"):
        found.not_read.append(Unread(line, "python.computed" if scope == "runtime" else "python.computed-optional"))
        return
    for at, item in _items(config, keys):
        bare = item.partition(" #")[0].strip()
        if not bare or bare.startswith("#"):
            continue
        group_name, _, condition = group.partition(":")
        one = requirement(bare, at, "setup-cfg", scope, group_name)
        if one is None:
            found.not_read.append(Unread(at, "python.not-a-requirement"))
        else:
            found.asked.append(_under(one, condition))


def _items(config: IniFile, keys: tuple[str, str]) -> list[tuple[int, str]]:
    """The lines of a value; one that only names another key (`%(asyncio)s`, interpolation) stands for its lines.

    Each key is followed once at most, so that a few lines cannot become millions.
    """
    found: list[tuple[int, str]] = []
    waiting, seen = config.items(*keys)[::-1], {keys[1]}
    while waiting:
        at, item = waiting.pop()
        named = _NAMED.fullmatch(item.strip())
        key = named[1].lower() if named else ""
        if named and key not in seen and (lines := config.items(keys[0], key)):
            seen.add(key)
            waiting += lines[::-1]
        else:
            found.append((at, item))
    return found


def _under(one: Requirement, condition: str) -> Requirement:
    """An extra may be written `name:condition`; the condition then holds for each of its requirements."""
    if not condition:
        return one
    scope: Scope = one.scope if one.group else "runtime"
    return one._replace(marker=f"({one.marker}) and {condition}" if one.marker else condition, scope=scope)


def setup_py(file: ManifestText) -> Reading:
    """The arguments of `setup(...)` as far as they are literals, names of literals, or sums of those."""
    source = decode(file.raw)
    try:
        module = syntax_of(source)
    except SyntaxError as error:
        raise MalformedManifest("malformed", error.lineno or 0) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise MalformedManifest("too_deep") from error
    found, literals = Reading(), Literals(module, source)
    for call in literals.calls("setup"):
        arguments = dict(literals.arguments(call))
        if name := literals.text(arguments.get("name")):
            version, line = literals.text(arguments.get("version")), getattr(arguments["name"], "lineno", 1)
            found.facts.append(Fact("name", normal(name), version or "", line))
        for key, scope, group in _LISTS:
            if key in arguments:
                _values(found, literals, arguments[key], scope, group)
        if "extras_require" in arguments:
            _extras(found, literals, arguments["extras_require"])
        found.not_read += [Unread(line, "python.computed") for line in literals.starred(call)]
        break
    found.not_read = sorted(set(found.not_read))
    return found


def _extras(found: Reading, literals: Literals, value: ast.expr) -> None:
    pairs, computed = literals.pairs(value)
    found.not_read += [Unread(line, "python.computed-optional") for line in computed]
    for name, items in pairs:
        extra = literals.text(name)
        if extra is None:
            found.not_read.append(Unread(name.lineno, "python.computed-optional"))
        else:
            _values(found, literals, items, "optional", extra)


def _values(found: Reading, literals: Literals, value: ast.expr, scope: Scope, group: str) -> None:
    texts, computed = literals.texts(value)
    rule = "python.computed" if scope == "runtime" else "python.computed-optional"
    found.not_read += [Unread(line, rule) for line in computed]
    name, _, condition = group.partition(":")
    for text, line in texts:
        bare = text.partition("#")[0].strip() if "://" not in text else text.strip()
        if not bare:
            continue
        one = requirement(bare, line, "setup-py", scope, name)
        if one is None:
            found.not_read.append(Unread(line, "python.not-a-requirement"))
        else:
            found.asked.append(_under(one, condition))
