"""`plumbrule token`: bearer tokens for HTTP. A token is printed once; the settings hold only its digest."""

import hashlib
import re
import secrets

import click

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.cli.session import print_json, say

TOKEN_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@click.group(name="token", help="Make bearer tokens for `serve --transport http`.")
def command() -> None:
    pass


@command.command(name="new", help="Print a new token for the client NAME, and the line that the settings take.")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def new(ctx: click.Context, name: str, as_json: bool) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidArgument(
            f"{name!r} is not a token name.", hint="Use up to 64 letters, digits, dots, dashes and underscores."
        )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    setting = f"{name}:{hashlib.sha256(token.encode()).hexdigest()}"
    if as_json:
        print_json({"name": name, "token": token, "setting": setting})
        return
    click.echo(f"token:   {token}")
    click.echo(f"setting: {setting}")
    say(ctx, "The token is shown this once: give it to the client. The setting goes into `http.tokens`.")
