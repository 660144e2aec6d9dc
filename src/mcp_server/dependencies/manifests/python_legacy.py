"""Python's older files: `setup.cfg`, `setup.py` (its syntax only, never run), requirements files, tox, nox, pytest."""

import ast
import re
import signal
from configparser import Error as ConfigError
from configparser import RawConfigParser

from plumbrule.mcp_server.dependencies.manifests.python import requirement
from plumbrule.mcp_server.dependencies.manifests.python_layout import folder_fact, package_dir
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import (
    DEV_SCOPE,
    RUNTIME_SCOPE,
    Declaration,
    Field,
    MalformedManifest,
    ManifestText,
)

_WORDS: dict[str, Field] = {
    "name": "name",
    "version": "version",
    "description": "description",
    "license": "licence",
}

_DEV_FILE = re.compile(r"dev|test|lint|doc|ci|check|build|type", re.IGNORECASE)


class IniFile:
    """An ini file with lines. Raw: interpolation turns 9 kB into 122 MB (SECURITY 2.4)."""

    def __init__(self, raw: bytes) -> None:
        text = decode(raw)
        parser = RawConfigParser(strict=False, allow_no_value=True)
        try:
            parser.read_string(text)
        except ConfigError as error:
            raise MalformedManifest("malformed", getattr(error, "lineno", 0) or 0) from error
        self._parser = parser
        self._text = text.splitlines()
        self._lines = _ini_lines(text)

    def sections(self) -> list[str]:
        return self._parser.sections()

    def get(self, section: str, key: str) -> str:
        if not self._parser.has_option(section, key):
            return ""
        return (self._parser.get(section, key) or "").strip()

    def options(self, section: str) -> list[str]:
        return self._parser.options(section) if self._parser.has_section(section) else []

    def items(self, section: str, key: str) -> list[tuple[int, str]]:
        """The lines of a value with their numbers; a value may begin on the key's own line."""
        if not self._parser.has_option(section, key):
            return []
        begun = self.line(section, key)
        values = (self._parser.get(section, key) or "").split("\n")
        if len(values) < 2:
            return [(begun, values[0])]
        return _placed(self._text, begun, values)

    def line(self, section: str, key: str = "") -> int:
        return self._lines.get((section, key.lower()), self._lines.get((section, ""), 1))


def _placed(lines: list[str], begun: int, values: list[str]) -> list[tuple[int, str]]:
    """Each value with its line: the parser leaves out comment lines, so lines are found by their words, in order."""
    found: list[tuple[int, str]] = []
    at = begun
    for value in values:
        text = value.strip()
        number = next((n for n in range(at, min(at + 200, len(lines) + 1)) if text in lines[n - 1]), at)
        if text:
            found.append((number, text))
            at = number + 1
        elif at == begun:
            at = begun + 1
    return found


def _ini_lines(text: str) -> dict[tuple[str, str], int]:
    lines: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\[([^\]]+)\]", line)
        key = re.match(r"([^\s#;=:\[][^=:]*?)\s*[=:]", line)
        if header:
            section = header[1]
            lines.setdefault((section, ""), number)
        elif key:
            lines.setdefault((section, key[1].lower()), number)
    return lines


def setup_cfg(file: ManifestText) -> list[Declaration]:
    """setuptools' declarative metadata, and pytest's section."""
    config, rule = IniFile(file.raw), "setup-cfg"
    found = [
        Declaration(_WORDS[key], text, config.line("metadata", key), rule)
        for key in ("name", "version", "description")
        if (text := config.get("metadata", key)) and not text.startswith(("attr:", "file:"))
    ]
    if licence := config.get("metadata", "license"):
        found.append(Declaration("licence", licence.splitlines()[0], config.line("metadata", "license"), rule))
    if python := config.get("options", "python_requires"):
        found.append(Declaration("runtime", python, config.line("options", "python_requires"), rule, "python"))
    requires_line = config.line("options", "install_requires")
    found += _listed(config.get("options", "install_requires"), requires_line, rule, RUNTIME_SCOPE)
    section = "options.extras_require"
    for extra in config.options(section):
        found += _listed(config.get(section, extra), config.line(section, extra), rule, "optional")
    section = "options.entry_points"
    for text in config.get(section, "console_scripts").splitlines():
        name, _, target = text.partition("=")
        if target:
            line = config.line(section, "console_scripts")
            found.append(Declaration("entry", target.strip(), line, rule, name.strip(), "console_script"))
    found += _layout(config)
    if "tool:pytest" in config.sections():
        found.append(Declaration("framework", "pytest", config.line("tool:pytest"), "setup-cfg.pytest"))
    return found


def _layout(config: IniFile) -> list[Declaration]:
    """Where the packages lie: `package_dir`, `where`, and pytest's `pythonpath`."""
    pairs = (line.partition("=") for line in config.get("options", "package_dir").splitlines() if "=" in line)
    folders = {name.strip(): folder.strip() for name, _, folder in pairs}
    found = package_dir(folders, config.line("options", "package_dir"), "setup-cfg.layout")
    for section, key in (("options.packages.find", "where"), ("tool:pytest", "pythonpath")):
        for folder in config.get(section, key).split():
            found.append(folder_fact(folder, config.line(section, key), "setup-cfg.layout"))
    return found


def _listed(text: str, line: int, rule: str, scope: str) -> list[Declaration]:
    made = (requirement(item, line, rule, scope) for item in text.splitlines() if item.strip())
    return [one for one in made if one is not None]


def tox(file: ManifestText) -> list[Declaration]:
    """`tox.ini`: tox runs the tests when there is an environment at all."""
    config = IniFile(file.raw)
    section = next((name for name in config.sections() if name in ("tox", "testenv")), "")
    if not section:
        return []
    found = [Declaration("command", "tox", config.line(section), "convention.tox", "tox", "test")]
    commands = config.get("testenv", "commands")
    if re.search(r"\bpytest\b|\bpy\.test\b", commands):
        found.append(Declaration("framework", "pytest", config.line("testenv", "commands"), "tox.commands"))
    return found


def pytest_ini(file: ManifestText) -> list[Declaration]:
    """`pytest.ini`: its section configures pytest."""
    config = IniFile(file.raw)
    return [Declaration("framework", "pytest", config.line("pytest"), "pytest-ini")]


def nox(file: ManifestText) -> list[Declaration]:
    """`noxfile.py`: the names of its sessions, from the text."""
    found: list[Declaration] = []
    lines = decode(file.raw).splitlines()
    for number, line in enumerate(lines, 1):
        if not line.startswith(("@nox.session", "@session")):
            continue
        named = re.search(r"name\s*=\s*[\"']([\w.-]+)", line)
        function = re.match(r"\s*(?:async\s+)?def\s+(\w+)", lines[number]) if number < len(lines) else None
        name = named[1] if named else function[1] if function else ""
        if name in ("test", "tests", "unit"):
            found.append(Declaration("command", f"nox -s {name}", number, "noxfile.session", name, "test"))
    return found


def requirements(file: ManifestText) -> list[Declaration]:
    """A requirements file; options, URLs and includes are no dependencies of ours, only counted by resolution."""
    scope = DEV_SCOPE if _DEV_FILE.search(file.name) else RUNTIME_SCOPE
    found: list[Declaration] = []
    for number, line in enumerate(decode(file.raw).splitlines(), 1):
        text = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip().rstrip("\\").strip()
        if text.startswith(("-i ", "--index-url", "--extra-index-url", "-f ", "--find-links", "--trusted-host")):
            found.append(Declaration("fact", text.split()[0], number, "requirements.index", "foreign_index"))
        if not text or text.startswith("-"):
            continue
        one = requirement(text, number, "requirements", scope)
        if one is not None:
            found.append(one)
    return found


def setup_py(file: ManifestText) -> list[Declaration]:
    """The literal arguments of `setup(...)`: read from the syntax tree; a computed argument declares nothing."""
    try:
        module = syntax_of(decode(file.raw))
    except SyntaxError as error:
        raise MalformedManifest("malformed", error.lineno or 0) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise MalformedManifest("too_deep") from error
    constants = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _called_name(node.func) == "setup":
            return _setup_arguments(node, constants)
    return []


def syntax_of(text: str) -> ast.Module:
    """The syntax tree. The file's alarm waits meanwhile: an exception that interrupts CPython's builder crashes it.

    Its time is bounded all the same, by the size of a manifest and by the worker's limit.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
    try:
        return ast.parse(text)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _called_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _setup_arguments(call: ast.Call, constants: dict[str, ast.expr]) -> list[Declaration]:
    rule = "setup-py"
    found: list[Declaration] = []
    for keyword in call.keywords:
        value = keyword.value
        if isinstance(value, ast.Name):
            value = constants.get(value.id, value)
        if keyword.arg is None:
            continue
        text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
        if keyword.arg in _WORDS and text:
            found.append(Declaration(_WORDS[keyword.arg], text.strip(), keyword.value.lineno, rule))
        elif keyword.arg == "python_requires" and text:
            found.append(Declaration("runtime", text, keyword.value.lineno, rule, "python"))
        elif keyword.arg in ("install_requires", "tests_require"):
            scope = RUNTIME_SCOPE if keyword.arg == "install_requires" else DEV_SCOPE
            made = (requirement(item, line, rule, scope) for item, line in _strings(value))
            found += [one for one in made if one is not None]
        elif keyword.arg == "package_dir" and isinstance(value, ast.Dict):
            found += package_dir(_literal_pairs(value), keyword.value.lineno, "setup-py.layout")
        elif keyword.arg == "entry_points" and isinstance(value, ast.Dict):
            found += _entry_points(value, rule)
    return found


def _literal_pairs(table: ast.Dict) -> dict[str, str]:
    pairs = zip(table.keys, table.values, strict=True)
    return {
        key.value: value.value
        for key, value in pairs
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
        if isinstance(key.value, str) and isinstance(value.value, str)
    }


def _entry_points(table: ast.Dict, rule: str) -> list[Declaration]:
    found: list[Declaration] = []
    for key, value in zip(table.keys, table.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "console_scripts":
            for text, line in _strings(value):
                name, _, target = text.partition("=")
                found.append(Declaration("entry", target.strip(), line, rule, name.strip(), "console_script"))
    return found


def _strings(value: ast.expr) -> list[tuple[str, int]]:
    items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    return [
        (item.value, item.lineno) for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]
