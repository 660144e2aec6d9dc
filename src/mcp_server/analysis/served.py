"""What configuration files say is served: Play's routes, the ports of Spring, Quarkus, Micronaut, ktor and ASP.NET.

The files are read whole at `full` and looked through line by line, never by a parser that could be harmed: keys by
their indentation (YAML), by their dots (properties) or by their braces (HOCON). `${NAME:8080}` gives its default and
its name. Above it lies `structure`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.syntax.model import UseKind

_PLAY = ("routes", "*.routes")
_ASPNET = ("launchSettings.json", "appsettings*.json")
_OTHERS = ("application*.yml", "application*.yaml", "application*.properties", "application*.conf")
CONFIGURATION = (*_PLAY, *_ASPNET, *_OTHERS)
"""Names of the files that are read for this; one star stands for any text."""

_ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[ \t]+(/\S*)[ \t]+@?[\w.$`]+")
_INCLUDED = re.compile(r"->[ \t]+(/\S*)[ \t]+([\w.]+)\.Routes\b")
_PLAY_FILE = re.compile(r"(?:^|/)conf/(?:(\w[\w.-]*)\.)?routes\Z")
_APPLICATION = re.compile(r"(?:^|/)application(?:-[\w.-]+)?\.(ya?ml|properties|conf)\Z")
_PORT_KEYS = frozenset(
    (
        *("server.port", "management.server.port", "quarkus.http.port", "quarkus.http.ssl-port"),
        *("micronaut.server.port", "ktor.deployment.port", "ktor.deployment.sslport", "play.server.http.port"),
        *("grpc.server.port", "spring.grpc.server.port", "rsocket.server.port", "spring.rsocket.server.port"),
    )
)
_PLACEHOLDER = re.compile(
    r"\$\{\??([A-Z][A-Z0-9_]{1,99})(?::([^${}\n]{0,200}))?\}|\"\$([A-Z][A-Z0-9_]{1,99})(?::([^\"\n]{0,200}))?\""
)
_DEFAULT = re.compile(r"\$\{[\w.?-]+:(\d+)\}|\$\w+:(\d+)|(\d+)")
_YAML_LINE = re.compile(r"( *)(?:- )?[\"']?([\w.-]+)[\"']?[ \t]*:(?:[ \t]+(.*))?\Z")
_HOCON_LINE = re.compile(r"[ \t]*[\"']?([\w.-]+)[\"']?[ \t]*(?:([=:])[ \t]*(.*)|(\{))")
_LAUNCH_URL = re.compile(rb"\"applicationUrl\"\s*:\s*\"([^\"\n]{1,500})\"")
_KESTREL_URL = re.compile(rb"\"(?:Urls?|urls)\"\s*:\s*\"([^\"\n]{1,500})\"")
_URL_PORT = re.compile(rb"https?://[^/:;\s]+:(\d{1,5})")
MAX_LINE_CHARS = 1_000
MAX_DEPTH = 30


class Served(NamedTuple):
    """A route (`value` is the path, `detail` the method), a port or a variable that a file names, and the rule."""

    kind: UseKind
    path: str
    line: int
    rule: str
    value: str
    detail: str = ""


def served_by(texts: Mapping[str, bytes]) -> Iterator[Served]:
    """What the project's own files say, in the order of their paths."""
    prefixes = _prefixes(texts)
    for path in sorted(texts):
        if is_aside(path.rpartition("/")[0] + "/"):
            continue
        if found := _PLAY_FILE.search(path):
            yield from _play(path, texts[path], prefixes.get((path[: found.start()], found[1] or ""), ""))
        elif found := _APPLICATION.search(path):
            yield from _application(path, texts[path], found[1])
        elif path.endswith("launchSettings.json"):
            yield from _urls(path, texts[path], _LAUNCH_URL, "aspnet.launch-settings")
        elif path.rpartition("/")[2].startswith("appsettings"):
            yield from _urls(path, texts[path], _KESTREL_URL, "aspnet.appsettings")


def _lines(raw: bytes) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        if len(line) <= MAX_LINE_CHARS and not line.lstrip().startswith(("#", "//", "!")):
            yield number, line.rstrip()


def _prefixes(texts: Mapping[str, bytes]) -> dict[tuple[str, str], str]:
    """In front of the routes of each file that another includes (`-> /admin admin.Routes`)."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted(texts):
        if own := _PLAY_FILE.search(path):
            for _, line in _lines(texts[path]):
                if one := _INCLUDED.match(line):
                    found.setdefault((path[: own.start()], one[2]), one[1].rstrip("/"))
    return found


def _play(path: str, raw: bytes, prefix: str) -> Iterator[Served]:
    for number, line in _lines(raw):
        if one := _ROUTE.match(line):
            whole = f"{prefix}{one[2]}" if one[2] != "/" or not prefix else prefix
            yield Served("route", path, number, "route.play", whole, one[1])


def _application(path: str, raw: bytes, ending: str) -> Iterator[Served]:
    keys = _properties if ending == "properties" else _hocon if ending == "conf" else _yaml
    for number, key, value in keys(raw):
        for one in _PLACEHOLDER.finditer(value):
            yield Served("env", path, number, "config.env", one[1] or one[3], one[2] or one[4] or "")
        if key.lower() in _PORT_KEYS and (said := _DEFAULT.fullmatch(value.strip("\"' "))):
            yield Served("port", path, number, "config.port", said[1] or said[2] or said[3])


def _properties(raw: bytes) -> Iterator[tuple[int, str, str]]:
    for number, line in _lines(raw):
        key, equals, value = line.partition("=")
        if not equals:
            key, _, value = line.partition(":")
        # A profile of Quarkus and Micronaut stands in front: %dev.quarkus.http.port
        name = key.strip()
        yield number, name.partition(".")[2] if name.startswith("%") else name, value.strip()


def _yaml(raw: bytes) -> Iterator[tuple[int, str, str]]:
    around: list[tuple[int, str]] = []
    for number, line in _lines(raw):
        found = _YAML_LINE.match(line)
        if found is None:
            continue
        indent = len(found[1])
        while around and around[-1][0] >= indent:
            around.pop()
        value = (found[3] or "").partition(" #")[0].strip()
        yield number, ".".join([*(name for _, name in around), found[2]]), value
        if not value and len(around) < MAX_DEPTH:
            around.append((indent, found[2]))


def _hocon(raw: bytes) -> Iterator[tuple[int, str, str]]:
    around: list[str] = []
    for number, line in _lines(raw):
        found = _HOCON_LINE.match(line)
        if found is not None and (found[4] or (found[3] or "").strip() == "{"):
            if len(around) < MAX_DEPTH:
                around.append(found[1])
        elif found is not None:
            yield number, ".".join([*around, found[1]]), (found[3] or "").strip()
        elif line.strip() == "}" and around:
            around.pop()


def _urls(path: str, raw: bytes, pattern: re.Pattern[bytes], rule: str) -> Iterator[Served]:
    start = raw.find(b'"profiles"') if rule == "aspnet.launch-settings" else 0
    for listed in pattern.finditer(raw, max(start, 0)):
        line = raw.count(b"\n", 0, listed.start()) + 1
        for one in _URL_PORT.finditer(listed[1]):
            yield Served("port", path, line, rule, one[1].decode())
