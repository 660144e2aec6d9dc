"""Bytes of the four formats into a `Tree` or an `Element`, bounded: sizes and depths are checked before a parser runs.

The bounds come from measurements of what breaks the parsers (`tomllib` takes minutes for one key with 50,000 dots, the
C YAML loader crashes on 200,000 brackets). The rest is the worker's time and memory limit.
"""

import re
from typing import Any

from plumbrule.mcp_server.dependencies.manifests.toml11 import inline_tables_joined
from plumbrule.mcp_server.dependencies.manifests.tree import Path, Tree
from plumbrule.mcp_server.dependencies.model import MalformedManifest

MAX_DEPTH = 200
MAX_TOML_DOTS = 60
MAX_YAML_NODES = 100_000

_JSON_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}\[\],:\n]')
_TOML_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_TOML_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'))*)\s*="""
)
_TOML_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'""")
_TOML_TOKEN = re.compile(
    r'"""(?:(?!""").)*"""|\'\'\'(?:(?!\'\'\').)*\'\'\'|"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|[\[\]{},]|#|[^\s\[\]{},#"\']+'
)
_YAML_NEST = re.compile(r"(?:[-?][ \t]+){100}")


def decode(raw: bytes) -> str:
    """Text of a manifest: UTF-8 with or without its mark, else Latin-1 (every byte has a meaning there)."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def json_tree(raw: bytes, *, comments: bool = False) -> Tree:
    """JSON, or JSON with comments and trailing commas.

    Raises:
        MalformedManifest: not JSON, with the line where known.
    """
    import orjson  # in the worker only

    text = without_comments(decode(raw)) if comments else decode(raw)
    try:
        root = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise MalformedManifest("malformed", getattr(error, "lineno", 0)) from error
    return Tree(root, _json_lines(text))


def without_comments(text: str) -> str:
    """Comments as spaces, so that lines stay; trailing commas removed."""
    pattern = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|,(?=\s*[}\]])')

    def blank(found: re.Match[str]) -> str:
        word = found.group()
        return word if word[0] == '"' else re.sub(r"[^\n]", " ", word)

    once = pattern.sub(blank, text)
    return pattern.sub(blank, once)  # a comma before a comment is trailing only after the comment is gone


def _json_lines(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    line = 1
    stack: list[list[Any]] = []  # [kind, current key or index, expecting key]
    for found in _JSON_TOKEN.finditer(text):
        mark = found.group()
        if mark == "\n":
            line += 1
        elif mark in "{[":
            _mark_item(stack, lines, line)
            stack.append([mark, 0 if mark == "[" else "", True])
        elif mark in "}]":
            if stack:
                stack.pop()
        elif mark == ",":
            if stack:
                top = stack[-1]
                top[2] = True
                if top[0] == "[":
                    top[1] += 1
        elif mark == ":":
            continue
        elif stack and stack[-1][0] == "{" and stack[-1][2]:
            stack[-1][1] = mark[1:-1]
            stack[-1][2] = False
            if len(stack) <= 8:
                lines.setdefault(tuple(str(frame[1]) for frame in stack), line)
        else:
            _mark_item(stack, lines, line)
    return lines


def _mark_item(stack: list[list[Any]], lines: dict[Path, int], line: int) -> None:
    if stack and stack[-1][0] == "[" and len(stack) <= 8:
        lines.setdefault(tuple(str(frame[1]) for frame in stack), line)


def toml_tree(raw: bytes) -> Tree:
    """TOML.

    Raises:
        MalformedManifest: not TOML, or a key with more dots than any real one.
    """
    import tomllib  # in the worker only

    text = decode(raw)
    for number, line in enumerate(text.splitlines(), 1):
        head = line.partition("=")[0] if not line.lstrip().startswith("[") else line
        if head.count(".") > MAX_TOML_DOTS or line.count("[") > 10 * MAX_DEPTH or line.count("{") > MAX_DEPTH:
            raise MalformedManifest("too_deep", number)
    try:
        try:
            root = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            root = tomllib.loads(inline_tables_joined(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise MalformedManifest("malformed", int(found[1]) if found else 0) from error
    except RecursionError as error:
        raise MalformedManifest("too_deep") from error
    return Tree(root, _toml_lines(text))


def _toml_lines(text: str) -> dict[Path, int]:
    """Lines of keys and of the items of lists."""
    lines: dict[Path, int] = {}
    table: Path = ()
    counts: dict[Path, int] = {}
    fence = ""
    array: _Array | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            if fence in line:
                fence = ""
            continue
        if array is not None:
            if not array.take(line, number):
                array = None
            continue
        fence = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
        header = _TOML_HEADER.match(line)
        if header:
            table = _toml_path(header[1])
            if line.lstrip().startswith("[["):
                position = counts.get(table, 0)
                counts[table] = position + 1
                lines.setdefault(table, number)
                table = (*table, str(position))
            lines.setdefault(table, number)
            continue
        key = _TOML_KEY.match(line)
        if key:
            path = (*table, *_toml_path(key[1]))
            for depth in range(len(table) + 1, len(path) + 1):  # `a.workspace = true` is a table, too
                lines.setdefault(path[:depth], number)
            value = line[key.end() :].strip()
            if value.startswith("["):
                begun = _Array(path, lines)
                array = begun if begun.take(value[1:], number) else None
    return lines


class _Array:
    """A list that is being read, line by line: the line of each of its own items."""

    def __init__(self, path: Path, lines: dict[Path, int]) -> None:
        self._path = path
        self._lines = lines
        self._index = 0
        self._depth = 1
        self._fence = ""

    def take(self, line: str, number: int) -> bool:
        """Read one line of it; False when the list ends there."""
        if self._fence:
            end = line.find(self._fence)
            if end < 0:
                return True
            line, self._fence = line[end + 3 :], ""
        for token in _TOML_TOKEN.finditer(line):
            mark = token.group()
            if mark[0] == "#":
                break
            if mark == ",":
                self._index += self._depth == 1
                continue
            if mark in "]}":
                self._depth -= 1
                if not self._depth:
                    return False
                continue
            if self._depth == 1:
                self._lines.setdefault((*self._path, str(self._index)), number)
            if mark in "[{":
                self._depth += 1
            elif mark in ('"""', "'''"):
                self._fence = mark
                return True
        return True


def _toml_path(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _TOML_PART.findall(dotted))


def yaml_tree(raw: bytes) -> Tree:
    """YAML's first document, scalars as written (nothing is resolved: `on` stays `on`, `1.20` stays `1.20`).

    Raises:
        MalformedManifest: not YAML, nested too deep, or aliases that unfold without end.
    """
    import yaml  # in the worker only: 20 ms

    text = decode(raw)
    _refuse_deep_yaml(text)
    try:
        loader = yaml.CSafeLoader(text)
        try:
            node = loader.get_single_node() if text.count("\n---") == 0 else _first_node(loader)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise MalformedManifest("malformed", mark.line + 1 if mark else 0) from error
    lines: dict[Path, int] = {}
    left = [MAX_YAML_NODES]
    return Tree(None if node is None else _yaml_value(node, (), lines, left), lines)


def _first_node(loader: Any) -> Any:
    return loader.get_node() if loader.check_node() else None


def _refuse_deep_yaml(text: str) -> None:
    depth = 0
    for found in re.finditer(r"[\[\]{}]", text):
        depth += 1 if found.group() in "[{" else -1
        if depth > MAX_DEPTH:
            raise MalformedManifest("too_deep", text.count("\n", 0, found.start()) + 1)
        depth = max(depth, 0)
    nested = _YAML_NEST.search(text)
    if nested:
        raise MalformedManifest("too_deep", text.count("\n", 0, nested.start()) + 1)


def _yaml_value(node: Any, path: Path, lines: dict[Path, int], left: list[int]) -> object:
    left[0] -= 1
    if left[0] < 0 or len(path) > MAX_DEPTH:
        raise MalformedManifest("too_deep", node.start_mark.line + 1)
    if node.id == "scalar":
        return str(node.value)
    if node.id == "sequence":
        items: list[object] = []
        for index, item in enumerate(node.value):
            here = (*path, str(index))
            lines.setdefault(here, item.start_mark.line + 1)
            items.append(_yaml_value(item, here, lines, left))
        return items
    table: dict[str, object] = {}
    for key, value in node.value:
        if key.id == "scalar":
            here = (*path, str(key.value))
            lines.setdefault(here, key.start_mark.line + 1)
            table[str(key.value)] = _yaml_value(value, here, lines, left)
    return table
