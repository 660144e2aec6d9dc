"""What the code does at its edges: variables that it reads, ports, routes and commands that it offers.

The language extractors find the uses in syntax trees (`Index.uses`); container files, `.env` examples and the file
routes of web frameworks add theirs. Below lies `published` (what others can import). What only tests, examples or
other people's code do says nothing about the repository and is left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import field

from plumbrule.core.facts import Evidence
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.file_commands import file_commands
from plumbrule.mcp_server.analysis.file_routes import file_routes
from plumbrule.mcp_server.analysis.inventory import is_aside, shows_only
from plumbrule.mcp_server.analysis.mounted_routes import behind, prefixes_of
from plumbrule.mcp_server.analysis.notes import Notes
from plumbrule.mcp_server.analysis.published import api_of
from plumbrule.mcp_server.analysis.python_mounts import placed
from plumbrule.mcp_server.analysis.sections.structure import CommandName, Port, Route, Structure, Variable
from plumbrule.mcp_server.analysis.served import served_by
from plumbrule.mcp_server.analysis.syntax.model import Use, UseKind
from plumbrule.mcp_server.analysis.syntax.use_rules import MOUNTED
from plumbrule.mcp_server.analysis.words import evidence, word

MAX_ROWS = 5_000
"""Of each kind; a repository with more routes than this is generated."""

_ENV_EXAMPLE = re.compile(
    r"(?i)(?:^|/)(?:\.?env[.-](?:example|sample|template|dist|defaults?)|(?:example|sample)\.env)$"
)
_ASSIGNED = re.compile(
    rb"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]{0,99})[ \t]*=[ \t]*([^\r\n#]{0,200})", re.MULTILINE
)
_SECRET_NAME = re.compile(r"(?i)pass(?:wd|word|phrase)?|secret|token|key|credential|private|salt|dsn|auth|cert")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
"""As POSIX has it; `environ["wsgi.errors"]` is a key of something else."""

_OF_A_REQUEST = re.compile(
    r"(?:REQUEST_(?:METHOD|URI)|CONTENT_(?:LENGTH|TYPE)|PATH_(?:INFO|TRANSLATED)|QUERY_STRING|SCRIPT_(?:NAME|URL|FILENAME)|"
    r"SERVER_(?:NAME|PORT|PROTOCOL)|REMOTE_(?:ADDR|HOST|USER|PORT)|AUTH_TYPE|HTTP_(?!PROXY\b)\w+)"
)
"""What a server tells of a request (RFC 3875, PEP 3333): `environ` is that of a call there, not of the process."""

MAX_PORT = 65_535


@dataclass(slots=True)
class _Seen:
    """One name: the first place (own code before files that only configure it), how often, its default."""

    at: Evidence
    places: int = 0
    default: str = ""


@dataclass(slots=True)
class _Table:
    rows: dict[str, _Seen] = field(default_factory=dict[str, _Seen])

    def note(self, name: str, at: Evidence, *, reads: int, default: str = "") -> None:
        seen = self.rows.setdefault(name, _Seen(at))
        seen.places += reads
        seen.default = seen.default or default


def structure_of(deep: Deep, notes: Notes | None = None) -> Structure:
    """The section; every list sorted, each thing once with its first place."""
    uses = _by_kind(deep)
    for one in served_by(deep.gathered.texts):
        uses[one.kind].append((one.path, Use(one.kind, one.value, one.line, one.rule, one.detail)))
    return Structure(
        environment=_environment(deep, uses["env"]),
        ports=_ports(deep, uses["port"]),
        routes=_routes(deep, uses["route"]),
        cli_commands=_commands(deep, uses["command"]),
        api=api_of(deep, notes),
    )


def _by_kind(deep: Deep) -> dict[UseKind, list[tuple[str, Use]]]:
    """Uses in the project's own source, in the order of paths and lines."""
    found: dict[UseKind, list[tuple[str, Use]]] = {"env": [], "port": [], "route": [], "command": [], "danger": []}
    for path, index in deep.facts.items():
        if index.raw_uses and is_own_source(deep, path):
            for use in index.uses():
                found[use.kind].append((path, use))
    return found


def is_own_source(deep: Deep, path: str) -> bool:
    """Whether a file is the project's own code: no test, no example, not vendored, generated or documentation."""
    file = deep.languages.get(path)
    if file is None or file.vendored or file.generated or file.documentation or shows_only(path):
        return False
    return file.type in ("programming", "markup")


def _environment(deep: Deep, uses: Iterable[tuple[str, Use]]) -> tuple[Variable, ...]:
    table = _Table()
    for path, use in uses:
        if _VARIABLE.fullmatch(use.value) and not _OF_A_REQUEST.fullmatch(use.value):
            table.note(use.value, evidence(path, use.rule, use.line), reads=1, default=use.detail)
    for path, name, value, line in _in_examples(deep):
        table.note(name, evidence(path, "structure.env-example", line), reads=0, default=value)
    return tuple(
        Variable(word(name, 100), seen.at, max(seen.places, 1), _shown_default(name, seen.default))
        for name, seen in sorted(table.rows.items())[:MAX_ROWS]
    )


def _shown_default(name: str, default: str) -> str | None:
    """The default as it is written; what stands behind a name of a secret is never repeated, example or not."""
    if not default or _SECRET_NAME.search(name):
        return None
    return word(default, 100)


def _in_examples(deep: Deep) -> Iterator[tuple[str, str, str, int]]:
    """Path, name, value and line of each assignment in a `.env` example of the project's own."""
    for path in sorted(deep.gathered.texts):
        if not _ENV_EXAMPLE.search(path) or is_aside(path.rpartition("/")[0] + "/"):
            continue
        raw = deep.gathered.texts[path]
        for found in _ASSIGNED.finditer(raw):
            value = found[2].decode("utf-8", "replace").strip().strip("\"'")
            yield path, found[1].decode(), value, raw.count(b"\n", 0, found.start(1)) + 1


def _ports(deep: Deep, uses: Iterable[tuple[str, Use]]) -> tuple[Port, ...]:
    found: dict[int, Evidence] = {}
    for path, use in uses:
        _note_port(found, use.value, evidence(path, use.rule, use.line))
    for manifest, one in deep.gathered.declared("fact"):
        if one.label == "port":
            _note_port(found, one.value, evidence(manifest.path, one.rule, one.line))
    return tuple(Port(number, found[number]) for number in sorted(found)[:MAX_ROWS])


def _note_port(found: dict[int, Evidence], text: str, at: Evidence) -> None:
    if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) <= MAX_PORT:
        found.setdefault(int(text), at)


def _served_at(path: str, use: Use) -> str:
    """The path of a route; Laravel serves what `routes/api.php` declares below `/api` (Laravel, "Routing")."""
    if use.rule != "route.laravel" or not f"/{path}".endswith("/routes/api.php"):
        return use.value
    return use.value if f"{use.value}/".startswith("/api/") else f"/api{use.value}".rstrip("/")


def _routes(deep: Deep, uses: Iterable[tuple[str, Use]]) -> tuple[Route, ...]:
    found: dict[tuple[str, str], Evidence] = {}
    listed = list(placed(deep, uses))
    prefixes = prefixes_of(deep, listed)
    for path, use in listed:
        if use.rule != MOUNTED:
            value = behind(prefixes[path], use.value) if path in prefixes else _served_at(path, use)
            found.setdefault((value, use.detail), evidence(path, use.rule, use.line))
    for manifest, one in deep.gathered.declared("fact"):
        if one.label == "route":
            found.setdefault((one.value, one.scope), evidence(manifest.path, one.rule, one.line))
    for route in file_routes(deep):
        found.setdefault((route.path, route.method), evidence(route.file, route.rule))
    return tuple(
        Route(word(path, 200), found[path, method], method or None) for path, method in sorted(found)[:MAX_ROWS]
    )


def _commands(deep: Deep, uses: Iterable[tuple[str, Use]]) -> tuple[CommandName, ...]:
    starts = [one for _, one in deep.gathered.declared("entry") if one.scope == "console_script"]
    places = [(one.value.partition(":"), one.label) for one in starts]
    scripts = [(module, function, name) for (module, _, function), name in places]
    found: dict[str, Evidence] = {}
    for path, use in uses:
        if use.value:
            found.setdefault(_installed_name(path, use, scripts), evidence(path, use.rule, use.line))
    for path, name in file_commands(deep):
        found.setdefault(name, evidence(path, "oclif.command-file"))
    return tuple(CommandName(word(name, 100), found[name]) for name in sorted(found)[:MAX_ROWS])


def _installed_name(path: str, use: Use, scripts: Iterable[tuple[str, str, str]]) -> str:
    """The name under which a console script installs a function; its users never see `main` or `cli`."""
    for module, function, name in scripts:
        home = module.strip().replace(".", "/")
        if function.strip() == use.value and (f"/{path}".endswith(f"/{home}.py") or f"/{home}/" in f"/{path}"):
            return name
    return use.value
