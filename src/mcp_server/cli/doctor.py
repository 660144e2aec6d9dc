"""`plumbrule doctor`: what works here, what is missing, what to type. Exit code 1 when something needed is missing."""

import click

from plumbrule.core.errors import ConfigurationError
from plumbrule.mcp_server.cli.checks import Check, run_checks, settings_fault
from plumbrule.mcp_server.cli.exits import DONE, POLICY_NOT_MET
from plumbrule.mcp_server.cli.session import load_settings, print_json
from plumbrule.mcp_server.settings import Loaded

_MARK = {"ok": "ok     ", "warning": "warning", "missing": "MISSING"}
_COLOUR = {"ok": "green", "warning": "yellow", "missing": "red"}


@click.command(name="doctor", help="Check what this machine offers: what works, what is missing, what to type.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    checks: list[Check] = []
    try:
        loaded = load_settings(ctx)
    except ConfigurationError as error:
        checks.append(settings_fault(error))
        loaded = Loaded.defaults()
    checks += run_checks(loaded)
    missing = any(check.state == "missing" for check in checks)
    if as_json:
        print_json({"ok": not missing, "checks": [check.as_dict() for check in checks]})
    else:
        _print(checks)
    return POLICY_NOT_MET if missing else DONE


def _print(checks: list[Check]) -> None:
    for check in checks:
        mark = click.style(_MARK[check.state], fg=_COLOUR[check.state])
        click.echo(f"{mark}  {check.name:<14} {check.message}")
        if check.hint:
            click.echo(f"{'':<25}-> {check.hint}")
