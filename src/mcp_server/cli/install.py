"""`plumbrule install HOST`: add this server to a host's configuration without losing what is there."""

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import click

from plumbrule.core.errors import AccessDenied, InvalidArgument, NotFound
from plumbrule.mcp_server.cli.hosts import HOSTS, Host, config_path, entry, is_temporary, launch_command, system
from plumbrule.mcp_server.cli.session import say

SERVER = "plumbrule"
MAX_CONFIG_BYTES = 10_000_000
BACKUP_SUFFIX = ".before-plumbrule"


@click.command(name="install", help="Add this server to Claude Desktop, Cursor or VS Code, by absolute paths.")
@click.argument("host", type=click.Choice(list(HOSTS)))
@click.option("--print", "print_only", is_flag=True, help="Print the snippet and write nothing.")
@click.option("--dry-run", is_flag=True, help="Print the file as it would become and write nothing.")
@click.option(
    "--root",
    "roots",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder that the server may read (default: your home folder); repeatable.",
)
@click.pass_context
def command(ctx: click.Context, host: str, print_only: bool, dry_run: bool, roots: tuple[Path, ...]) -> None:
    chosen = HOSTS[host]
    executable = Path(sys.executable).absolute()
    ours = entry(chosen, launch_command(executable), [root.resolve() for root in roots])
    if is_temporary(executable):
        say(
            ctx, "This environment is temporary: after `uv tool install plumbrule` or `pipx install plumbrule`, repeat."
        )
    if print_only:
        click.echo(_as_text({chosen.key: {SERVER: ours}}), nl=False)
        return
    path = config_path(chosen, system(), os.environ)
    _require_host(chosen, path)
    before, document = _read(path)
    servers = _servers(chosen, path, document)
    unchanged = servers.get(SERVER) == ours
    servers[SERVER] = ours
    after = _as_text(document)
    if dry_run:
        click.echo(after, nl=False)
        say(ctx, f"This would be written to {path}.")
    elif unchanged:
        say(ctx, f"{chosen.title} has this server already: {path}")
    else:
        backup = _write(path, before, after)
        click.echo(str(path))
        say(ctx, f"Restart {chosen.title} to use it." + (f" The file as it was: {backup}" if backup else ""))


def _require_host(host: Host, path: Path) -> None:
    if not path.parent.is_dir():
        raise NotFound(
            f"{host.title} has no folder {path.parent}.",
            hint=f"Start {host.title} once, or use `plumbrule install {host.name} --print` and place the snippet.",
        )


def _servers(host: Host, path: Path, document: dict[str, Any]) -> dict[str, Any]:
    """The host's list of servers within its document, made when there is none."""
    servers = document.setdefault(host.key, {})
    if not isinstance(servers, dict):
        raise InvalidArgument(f"{path}: `{host.key}` is not an object.", hint="Correct the file, or use --print.")
    return cast("dict[str, Any]", servers)


def _read(path: Path) -> tuple[bytes | None, dict[str, Any]]:
    """The file's bytes and what they say; (None, {}) when there is no file."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_CONFIG_BYTES else None
    except FileNotFoundError:
        return None, {}
    except OSError as error:
        raise AccessDenied(f"{path} cannot be read: {error.strerror}.") from error
    if raw is None:
        raise InvalidArgument(f"{path} is larger than {MAX_CONFIG_BYTES} bytes.", hint="Is this the right file?")
    if not raw.strip():
        return raw, {}
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidArgument(
            f"{path} is not plain JSON ({error}); it was left as it is.",
            hint="Correct it, or use --print and place the snippet yourself (comments are not JSON).",
        ) from error
    if not isinstance(document, dict):
        raise InvalidArgument(f"{path} does not hold a JSON object; it was left as it is.", hint="Correct the file.")
    return raw, cast("dict[str, Any]", document)


def _as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _write(path: Path, before: bytes | None, after: str) -> Path | None:
    """Replace the file in one step, keeping its mode and a copy of what it was; gives the copy's path."""
    target = path.resolve()  # a link into somebody's dotfiles stays a link
    try:
        mode = target.stat().st_mode & 0o777 if before is not None else 0o600
        backup = None
        if before is not None:
            backup = target.with_name(target.name + BACKUP_SUFFIX)
            _replace(backup, before, mode)
        _replace(target, after.encode(), mode)
    except OSError as error:
        raise AccessDenied(f"{target} cannot be written: {error.strerror}.", hint="Use --print.") from error
    return backup


def _replace(target: Path, content: bytes, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        os.replace(name, target)  # noqa: PTH105 - the same call, and symmetrical with the name from mkstemp
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108 - as above
        raise
