"""Where MCP hosts keep their list of servers, per operating system, and how an entry of ours looks there."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from plumbrule.core.values import dataclass

System = Literal["linux", "macos", "windows"]


@dataclass(frozen=True, slots=True)
class Host:
    """A program that starts MCP servers. `key` is the JSON object that holds them; `typed` entries say `stdio`."""

    name: str
    title: str
    key: str
    typed: bool
    folders: Mapping[System, str]
    file: str


HOSTS = {
    host.name: host
    for host in (
        Host(
            "claude-desktop",
            "Claude Desktop",
            "mcpServers",
            False,
            {
                "linux": "{config}/Claude",
                "macos": "{home}/Library/Application Support/Claude",
                "windows": "{appdata}/Claude",
            },
            "claude_desktop_config.json",
        ),
        Host(
            "cursor",
            "Cursor",
            "mcpServers",
            False,
            {"linux": "{home}/.cursor", "macos": "{home}/.cursor", "windows": "{home}/.cursor"},
            "mcp.json",
        ),
        Host(
            "vscode",
            "Visual Studio Code",
            "servers",
            True,
            {
                "linux": "{config}/Code/User",
                "macos": "{home}/Library/Application Support/Code/User",
                "windows": "{appdata}/Code/User",
            },
            "mcp.json",
        ),
    )
}


def system() -> System:
    """The operating system as the table names it."""
    return "windows" if sys.platform == "win32" else "macos" if sys.platform == "darwin" else "linux"


def config_path(host: Host, which: System, environment: Mapping[str, str]) -> Path:
    """The host's own file for the user whose environment this is."""
    home = environment.get("USERPROFILE" if which == "windows" else "HOME") or str(Path.home())
    return Path(
        host.folders[which].format(
            home=home,
            config=environment.get("XDG_CONFIG_HOME") or f"{home}/.config",
            appdata=environment.get("APPDATA") or f"{home}/AppData/Roaming",
        )
    ).joinpath(host.file)


def launch_command(executable: Path) -> list[str]:
    """How to start us by absolute path: hosts often start servers with a PATH that knows nothing.

    The console script beside the interpreter, else the interpreter itself; `-P` keeps the host's working folder off
    the import path.
    """
    script = executable.with_name("plumbrule.exe" if sys.platform == "win32" else "plumbrule")
    return [str(script)] if script.is_file() else [str(executable), "-P", "-m", "plumbrule"]


def is_temporary(executable: Path) -> bool:
    """Whether the environment is one that `uvx` or `pipx run` made for once and may remove."""
    parts = executable.as_posix()
    return "/uv/archive-v" in parts or "/uv/environments-v" in parts or "/pipx/.cache/" in parts


def entry(host: Host, start: Sequence[str], roots: Sequence[Path]) -> dict[str, Any]:
    """Our entry in the host's list."""
    arguments = [*start[1:], "serve", "--transport", "stdio"]
    for root in roots:
        arguments += ["--root", str(root)]
    return ({"type": "stdio"} if host.typed else {}) | {"command": start[0], "args": arguments}
