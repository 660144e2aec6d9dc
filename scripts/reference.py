"""Print what the code publishes: tables of docs/, configs/default.toml and the snapshot tests/house/contract.json.

`python scripts/reference.py` writes them, `--check` says whether they are what the code says (exit code 1 if not).
The snapshot holds every name that a user can depend on: tools with their arguments and result fields, error codes,
settings, commands with their options, exit codes, health routes. A change of it is a change for users.
"""

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click

from plumbrule.core import errors
from plumbrule.core.fields import describe
from plumbrule.mcp_server.analysis.findings.catalog import CATALOG
from plumbrule.mcp_server.analysis.sections.findings import Category
from plumbrule.mcp_server.cli.exits import BY_CODE, MEANING
from plumbrule.mcp_server.cli.root import COMMANDS, root
from plumbrule.mcp_server.settings import known_settings
from plumbrule.mcp_server.tools.catalog import Engines, all_tools
from plumbrule.mcp_server.tools.spec import PublishedTool

ROOT = Path(__file__).parents[1]
CONTRACT = ROOT / "tests/house/contract.json"
DEFAULTS = ROOT / "configs/default.toml"


class NoEngine:
    """Stands where the engines stand: names and schemas are told from signatures alone."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nothing here needs {name}")


def kinds_of_error() -> Iterator[type[errors.PlumbruleError]]:
    """Every kind, in the order of the source."""
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.PlumbruleError) and kind is not errors.PlumbruleError:
            yield kind


def tools() -> tuple[PublishedTool, ...]:
    nobody: Any = NoEngine()
    return all_tools(Engines(nobody, nobody, nobody, nobody, nobody))


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that can be typed, with its subcommands, by what is typed."""
    context = click.Context(root)
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", leaf) for inner, leaf in command.commands.items())
        else:
            yield name, command


def options(command: click.Command) -> list[str]:
    """What the command takes: options by their names, arguments in capitals."""
    taken = [
        "/".join(each.opts + each.secondary_opts) if isinstance(each, click.Option) else (each.name or "").upper()
        for each in command.params
        if not (isinstance(each, click.Option) and each.hidden)
    ]
    return sorted(taken)


def result_fields(schema: Any, prefix: str = "") -> Iterator[str]:
    """Every field of a result as `a.b[].c`."""
    for name, inner in schema.get("properties", {}).items():
        yield prefix + name
        yield from result_fields(inner, f"{prefix}{name}.")
    for branch in ("anyOf", "oneOf"):
        for inner in schema.get(branch, []):
            yield from result_fields(inner, prefix)
    if isinstance(schema.get("items"), dict):
        yield from result_fields(schema["items"], prefix.removesuffix(".") + "[].")


def resolved(schema: Any, definitions: Any) -> Any:
    """The schema with its `$ref`s replaced; results nest only a few levels and never themselves."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return resolved(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
        return {key: resolved(value, definitions) for key, value in schema.items() if key != "$defs"}
    if isinstance(schema, list):
        return [resolved(item, definitions) for item in schema]
    return schema


def contract() -> dict[str, Any]:
    """Everything published, as names."""
    published: dict[str, Any] = {"tools": {}, "errors": {}, "settings": {}, "commands": {}, "exit_codes": {}}
    for tool in tools():
        full = tool.full_output_schema
        published["tools"][tool.name] = {
            "toolset": tool.toolset,
            "arguments": tool.input_schema["properties"],
            "required": sorted(tool.input_schema.get("required", [])),
            "result": sorted(set(result_fields(resolved(full, full.get("$defs", {}))))),
        }
    for kind in kinds_of_error():
        published["errors"][kind.code] = {"retryable": kind.retryable, "exit_code": BY_CODE[kind.code]}
    for setting in known_settings().values():
        published["settings"][setting.name] = {"default": shown(setting.default), "is": describe(setting.shape)}
    for typed, command in commands():
        published["commands"][typed] = options(command)
    published["exit_codes"] = {str(code): meaning for code, meaning in MEANING.items()}
    return published


def shown(value: Any) -> Any:
    """A default as JSON has it."""
    if isinstance(value, (tuple, list)):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def table(*rows: tuple[str, ...]) -> str:
    head, *rest = rows
    lines = [head, tuple("---" for _ in head), *rest]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)


def default_file() -> str:
    """A settings file that says what holds without one."""
    lines = [
        "# Every setting at its default. Made by scripts/reference.py; copy what you change into a file of your own."
    ]
    section = ""
    for setting in known_settings().values():
        if setting.section != section:
            section = setting.section
            lines += ["", f"[{section}]"]
        lines += [f"# {line}" for line in textwrap.wrap(setting.shape.doc, 110)]
        value = shown(setting.default)
        # JSON writes strings, numbers, booleans and lists as TOML does.
        unset = value is None or setting.shape.secret or value == {}
        lines.append(f"# {setting.key} =" if unset else f"{setting.key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def settings_table() -> str:
    """All settings, a heading and a table per section."""
    parts: list[str] = []
    section = ""
    rows: list[tuple[str, ...]] = []
    for setting in known_settings().values():
        if setting.section != section:
            parts += [table(*rows)] if rows else []
            parts.append(f"### `[{setting.section}]`")
            section, rows = setting.section, [("setting", "default", "is", "means")]
        default = "" if setting.shape.secret or setting.default is None else json.dumps(shown(setting.default))
        rows.append((f"`{setting.key}`", f"`{default}`" if default else "", describe(setting.shape), setting.shape.doc))
    return "\n\n".join([*parts, table(*rows)])


def tools_table() -> str:
    """Each tool with its arguments."""
    parts: list[str] = []
    for tool in tools():
        parts += [f"### `{tool.name}`", tool.description]
        rows = [("argument", "default", "means")]
        for name, schema in tool.input_schema["properties"].items():
            default = "required" if name in tool.input_schema.get("required", []) else f"`{schema.get('default')}`"
            rows.append((f"`{name}`", default, schema.get("description", "")))
        parts.append(table(*rows))
    return "\n\n".join(parts)


def errors_table() -> str:
    rows = [("code", "means", "again?", "exit code")]
    for kind in kinds_of_error():
        again = "yes" if kind.retryable else "no"
        rows.append((f"`{kind.code}`", first_sentence(kind.__doc__ or ""), again, str(BY_CODE[kind.code])))
    return table(*rows)


def exits_table() -> str:
    return table(("exit code", "means"), *((str(code), meaning) for code, meaning in MEANING.items()))


def commands_table() -> str:
    rows = [("command", "does")]
    for typed, command in commands():
        summary = command.help or COMMANDS[typed.split()[0]].summary
        rows.append((f"`plumbrule {typed}`", first_sentence(summary)))
    return table(*rows)


def findings_table() -> str:
    """Every rule of findings, by category."""
    parts: list[str] = []
    for category in get_args(Category):
        rules = [(name, about) for name, about in CATALOG.items() if about.category == category]
        if rules:
            parts.append(f"### {category.capitalize()}")
            rows = [(f"`{name}`", about.seen, about.advice, about.scorecard or "") for name, about in rules]
            parts.append(table(("rule", "seen", "what to do", "Scorecard"), *rows))
    return "\n\n".join(parts)


TABLES = {
    "findings": findings_table,
    "settings": settings_table,
    "tools": tools_table,
    "errors": errors_table,
    "exit codes": exits_table,
    "commands": commands_table,
}
BLOCK = re.compile(r"(<!-- from the code: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """A page with every marked block as the code has it now."""
    return BLOCK.sub(lambda match: f"{match[1]}\n{TABLES[match[2]]()}\n\n{match[4]}", text)


def main(arguments: list[str]) -> int:
    fresh = {CONTRACT: json.dumps(contract(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"}
    fresh[DEFAULTS] = default_file()
    for page in sorted((ROOT / "docs").glob("*.md")):
        fresh[page] = filled(page.read_text(encoding="utf-8"))
    stale = [path for path, text in fresh.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what the code says: run python scripts/reference.py")
        return int(bool(stale))
    for path in stale:
        path.write_text(fresh[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
