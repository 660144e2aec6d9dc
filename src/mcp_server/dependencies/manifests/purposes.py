"""What a script or target is for, by the names that people give them; other names are no command of ours."""

from collections.abc import Iterable

from plumbrule.mcp_server.dependencies.model import Declaration

_BY_NAME = {
    **dict.fromkeys(("test", "tests", "unit", "unittest", "spec", "test:unit", "test-all", "check-tests"), "test"),
    **dict.fromkeys(("build", "compile", "dist", "all", "package", "bundle", "wheel"), "build"),
    **dict.fromkeys(("start", "serve", "server", "run", "dev", "develop", "up", "preview", "watch"), "run"),
    **dict.fromkeys(("install", "setup", "bootstrap", "deps"), "install"),
    **dict.fromkeys(("lint", "check", "format", "fmt", "typecheck", "type-check", "types", "style", "vet"), "check"),
}


def purpose_of(name: str) -> str:
    """`run`, `build`, `test`, `install` or `check` for a script's name, "" for any other name."""
    return _BY_NAME.get(name.lower(), "")


def commands(runner: str, scripts: Iterable[tuple[str, int]], rule: str) -> list[Declaration]:
    """`runner NAME` for each script (name and line) whose name has a purpose."""
    return [
        Declaration("command", f"{runner} {name}", line, rule, name, purpose)
        for name, line in scripts
        if (purpose := purpose_of(name))
    ]
