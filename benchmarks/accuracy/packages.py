"""The graded set: real packages of all ecosystems, fetched by their registries' own means, unpacked and never built.

Source distributions of PyPI come through the project's own reading of package URLs, which verifies their hash and
runs nothing (pip would run their build to learn their name); packages of npm through `npm pack`; everything else as
the upstream archive that a Debian source package holds, through `apt-get source --tar-only`. Each becomes a
folder with one commit, as linguist wants it.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from plumbrule.core.errors import PlumbruleError
from plumbrule.core.security.paths import PathPolicy
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.settings import load


class Package(NamedTuple):
    """One package. `language` names the comparison of symbols and imports that it serves, "" for none."""

    registry: str
    name: str
    version: str
    language: str

    @property
    def folder(self) -> str:
        return re.sub(r"[^\w.-]+", "-", f"{self.registry}-{self.name}").replace("-@", "-")


class Fetched(NamedTuple):
    """A package that lies unpacked in a folder; `version` is the one that came."""

    package: Package
    version: str
    folder: Path

    @property
    def title(self) -> str:
        return f"{self.package.name} {self.version} ({self.package.registry})"


def listed(registry: str, language: str, names: str) -> Iterator[Package]:
    for word in names.split():
        at = word.rindex("@") if "@" in word[1:] else len(word)
        yield Package(registry, word[:at], word[at + 1 :], language)


PACKAGES = (
    *listed("PyPI", "python", "flask@3.1.2 requests@2.32.5 click@8.3.0 rich@14.1.0 httpx@0.28.1 uvicorn@0.37.0"),
    *listed("PyPI", "python", "attrs@25.3.0 pydantic@2.11.9 sqlalchemy@2.0.43 django@5.2.6 aiohttp@3.12.15"),
    *listed("PyPI", "python", "poetry-core@2.2.1 pytest@8.4.2 scrapy@2.13.3 networkx@3.5"),
    *listed("PyPI", "rust", "rpds-py@0.27.1 pydantic-core@2.41.1"),
    *listed("PyPI", "cpp", "pybind11@3.0.1 contourpy@1.3.3"),
    *listed("PyPI", "c", "psutil@7.1.0"),
    *listed("PyPI", "java", "jpype1@1.6.0"),
    *listed(
        "npm", "typescript", "express@5.1.0 fastify@5.6.1 date-fns@4.1.0 axios@1.12.2 chalk@5.6.2 commander@14.0.1"
    ),
    *listed("npm", "typescript", "zod@4.1.11 rxjs@7.8.2 preact@10.27.2"),
    *listed("npm", "typescript", "@tanstack/query-core@5.90.2 lodash@4.17.21 react@19.1.1 fp-ts@2.16.11"),
    *listed("Debian", "go", "golang-github-spf13-cobra golang-github-gorilla-mux"),
    *listed("Debian", "rust", "rust-ripgrep rust-hashbrown"),
    *listed("Debian", "java", "jsoup commons-io picocli"),
    *listed("Debian", "kotlin", "kotlinx-coroutines"),
    *listed("Debian", "ruby", "ruby-nokogiri rails"),
    *listed("Debian", "php", "php-twig php-guzzlehttp-psr7 php-monolog"),
    *listed("Debian", "elixir", "elixir-lang"),
    *listed("Debian", "c", "jansson libyaml"),
    *listed("Debian", "cpp", "fmtlib"),
    *listed("Debian", "shell", "bash-completion autojump"),
    *listed("Debian", "", "libmojolicious-perl newtonsoft-json lua-cjson luarocks haskell-aeson xmonad r-cran-dplyr"),
    *listed("Debian", "", "iverilog jimtcl gnome-calculator nasm"),
)


async def fetched(home: Path, names: Iterable[str] = ()) -> list[Fetched]:
    """All packages, or those named, below `home`; one that cannot be had is told and costs only itself."""
    chosen = set(names)
    found: list[Fetched] = []
    for package in PACKAGES:
        if chosen and package.name not in chosen:
            continue
        folder = home / package.folder
        mark = home / f"{package.folder}.version"
        if not mark.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            try:
                version = await _from_pypi(package, folder) if package.registry == "PyPI" else _packed(package, folder)
            except (OSError, subprocess.SubprocessError, tarfile.TarError, LookupError, PlumbruleError) as error:
                print(f"not fetched: {package.name}: {type(error).__name__}", file=sys.stderr)
                continue
            _commit(folder)
            mark.write_text(version)
        found.append(Fetched(package, mark.read_text(), folder))
    return found


async def _from_pypi(package: Package, folder: Path) -> str:
    settings = load(os.environ).settings
    paths = PathPolicy(roots=None, home=folder, cwd=folder)
    sources = build_sources(settings.sources, settings.network, paths=paths, cache_folder=folder.parent / "cache")
    async with sources.open(f"pkg:pypi/{package.name}@{package.version}") as snapshot:
        files = [entry for entry in snapshot.entries if entry.kind in ("file", "executable")]
        for path, raw in (await snapshot.read(files, max_bytes=1 << 26)).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(raw)
    return package.version


def _from_npm(package: Package, folder: Path) -> str:
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"]
    _run(command, folder)
    _unpack(next(folder.glob("*.tgz")), folder)
    return package.version


def _from_debian(package: Package, folder: Path) -> str:
    options = _apt_options(folder.parent / "apt")
    _run(["apt-get", *options, "source", "--tar-only", "--download-only", "-qq", package.name], folder)
    archive = next(one for one in folder.iterdir() if ".orig.tar." in one.name and not one.name.endswith(".asc"))
    _unpack(archive, folder)
    return re.sub(r"\+(?:dfsg|ds)[.\d]*$", "", archive.name.partition("_")[2].partition(".orig.")[0])


def _packed(package: Package, folder: Path) -> str:
    return _from_npm(package, folder) if package.registry == "npm" else _from_debian(package, folder)


def _apt_options(home: Path) -> list[str]:
    """apt with this machine's sources read as sources of source packages, its lists kept apart."""
    parts = home / "parts"
    options = [
        "-o",
        "Dir::Etc::sourcelist=-",
        "-o",
        f"Dir::Etc::sourceparts={parts}",
        "-o",
        f"Dir::State::lists={home}/lists",
    ]
    if not parts.exists():
        parts.mkdir(parents=True)
        (home / "lists/partial").mkdir(parents=True)
        for path in (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))):
            if path.is_file() and "debian" in (text := path.read_text()):
                text = re.sub(r"(?m)^Types: .*$", "Types: deb-src", re.sub(r"(?m)^deb ", "deb-src ", text))
                (parts / path.name).write_text(text)
        _run(["apt-get", *options, "update", "-qq"], home)
    return options


def _unpack(archive: Path, folder: Path) -> None:
    """The archive's files without its one top folder; archives of the folder are removed."""
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            member.name = member.name.partition("/")[2] if "/" in member.name.removeprefix("./") else ""
            if member.name and member.isfile():
                opened.extract(member, folder, filter="data")
    for one in folder.iterdir():
        if one.is_file() and re.search(r"\.(?:tgz|dsc|asc|tar\.\w+)$", one.name):
            one.unlink()


def _commit(folder: Path) -> None:
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.excludesFile=/dev/null"]
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-qm", "As published"]):
        _run([*git, *words], folder)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=600)
