"""A second opinion on Python: pip's own resolver, dry, over the same parties. Asked only on request: it takes seconds.

It sees wheels alone, knows no overrides and one platform at a time, and mixes all of its indexes; a question beyond
that is unknown to it. Below: `pip_main`, `wheels`. Above: the check of Python, which says whether both agree.
"""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import anyio
import orjson

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.errors import LimitExceeded
from plumbrule.core.process import Completed, run
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines import pip_main
from plumbrule.mcp_server.dependencies.engines.indexes import PythonIndex
from plumbrule.mcp_server.dependencies.engines.remembered import Remembered
from plumbrule.mcp_server.dependencies.engines.requirements import admits, plain
from plumbrule.mcp_server.dependencies.engines.uv_answers import MAX_SAID_CHARACTERS
from plumbrule.mcp_server.dependencies.engines.wheels import Metadata, party_name, written
from plumbrule.mcp_server.dependencies.joint.question import Answer, Party, Pin, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings

GLIBC_MINOR = 35
"""As for uv: glibc 2.35 and everything older."""

_CONFLICT = re.compile(r"ResolutionImpossible|conflicting dependencies")
_NO_FILE = re.compile(r"No matching distribution found for ([A-Za-z0-9][\w.-]*)")
_UNREACHABLE = re.compile(r"Retrying \(|Could not fetch URL|Max retries exceeded|SSLError|timed out")

REPORT = "report.json"


class PipEngine:
    """As `joint/question.Engine`."""

    def __init__(
        self,
        settings: ResolutionSettings,
        network: NetworkSettings,
        indexes: Sequence[PythonIndex],
        folder: Path,
        cache: Cache,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._settings = settings
        self._network = network
        self._indexes = tuple(indexes)
        self._folder = folder
        self._places = anyio.Semaphore(settings.parallel)
        about = ("pip", self.version, str(network.offline), *(one.url for one in indexes))
        self._remembered = Remembered(about, cache, clock)

    @property
    def name(self) -> str:
        return "pip"

    @property
    def version(self) -> str:
        from importlib.metadata import PackageNotFoundError, version  # 10 ms, when it is asked

        try:
            return version("pip")
        except PackageNotFoundError:
            return ""

    async def solve(self, question: Question) -> Answer:
        """See `Engine`."""
        beyond = self._beyond(question)
        if beyond is not None:
            return beyond
        if any(one.runtime and not admits(one.runtime, question.target.python) for one in question.parties):
            return Unsolved()
        return await self._remembered.answer(question, lambda: self._asked(question))

    async def versions(self, package: str, target: Target, exclude_newer: str = "") -> Sequence[str]:
        """Not asked of a second opinion."""
        del package, target, exclude_newer
        return ()

    def _beyond(self, question: Question) -> Unknown | None:
        """Why pip cannot be asked this."""
        if not self.version:
            return Unknown("engine_missing", (), "pip is not installed beside us: pip install 'plumbrule[pip]'.")
        if self._network.offline:
            return Unknown("unreachable", (), "pip answers nothing without network.")
        reasons = {
            "pip answers for one platform at a time.": question.target.universal,
            "pip needs a version of Python as the target.": not question.target.python,
            "pip knows no overrides.": bool(question.overrides),
            "pip always prefers the highest version.": question.preference != "highest",
            "pip mixes its indexes, so it is not asked where private ones are set.": len(self._indexes) > 1,
        }
        said = next((reason for reason, holds in reasons.items() if holds), "")
        return Unknown("engine_failed", (), said) if said else None

    async def _asked(self, question: Question) -> Answer:
        import tempfile  # 5 ms, when it is asked

        labels: dict[str, str] = {}
        with tempfile.TemporaryDirectory(prefix="plumbrule-pip-", ignore_cleanup_errors=True) as name:
            workplace = Path(name).resolve()  # noqa: ASYNC240 - one system call
            arguments = self._arguments(workplace, question, labels)
            try:
                async with self._places:
                    done = await run(
                        [sys.executable, "-I", pip_main.__file__, *arguments],
                        env=self._environment(workplace),
                        limits=self._settings.process(),
                        cwd=workplace,
                        dies_with_parent=True,
                    )
            except LimitExceeded as error:
                return Unknown("limit_hit", (), error.message)
            report = workplace / REPORT
            if done.returncode == 0:
                return _solved(report.read_bytes() if report.exists() else b"", frozenset(labels))
            return _failed(done, {**labels, f"{workplace}/": "", f"{self._folder}/": ""})

    def _arguments(self, workplace: Path, question: Question, labels: dict[str, str]) -> list[str]:
        lines: list[str] = []
        for number, party in enumerate(question.parties):
            name = party_name(number, party)
            labels[name] = party.label
            lines.append(f"{name} @ {self._wheel(name, party).as_uri()}")
        (workplace / "parties.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        target = question.target
        arguments = [orjson.dumps(marker_environment(target)).decode(), "install", "--dry-run", "--ignore-installed"]
        arguments += ["--only-binary", ":all:", "--target", "nowhere", "--report", REPORT, "--no-input"]
        arguments += ["--python-version", target.python, "--implementation", "cp", "-r", "parties.txt"]
        for platform in _platforms(target):
            arguments += ["--platform", platform]
        if question.constraints:
            text = "\n".join(plain(line) for line in question.constraints)
            (workplace / "constraints.txt").write_text(text + "\n", encoding="utf-8")
            arguments += ["-c", "constraints.txt"]
        if question.exclude_newer:
            arguments += ["--uploaded-prior-to", question.exclude_newer]
        if question.prereleases != "if-necessary":
            arguments += ["--all-releases" if question.prereleases == "allow" else "--only-final", ":all:"]
        return arguments

    def _wheel(self, name: str, party: Party) -> Path:
        return written(self._folder / "written", Metadata(name, "0", tuple(plain(line) for line in party.requires)))

    def _environment(self, workplace: Path) -> dict[str, str]:
        """Everything that it inherits; its configuration is what stands here and nowhere else."""
        home = str(workplace)
        env = {
            "PATH": "",
            "LC_ALL": "C.UTF-8",
            "HOME": home,
            "XDG_CONFIG_HOME": home,
            "TMPDIR": home,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": self._indexes[-1].url,
            "PIP_CACHE_DIR": str(self._folder / "cache"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_KEYRING_PROVIDER": "disabled",
            "PIP_RETRIES": "2",
            "PIP_TIMEOUT": str(max(1, round(self._network.read_timeout_s))),
        }
        if self._network.ca_file is not None:
            env["PIP_CERT"] = self._network.ca_file
        if self._network.proxy is not None:
            env["PIP_PROXY"] = self._network.proxy
        return env


def marker_environment(target: Target) -> dict[str, str]:
    """What markers are answered with (PEP 508), for CPython."""
    windows, mac = target.platform == "windows", target.platform == "macos"
    full = target.python if target.python.count(".") > 1 else f"{target.python}.0"
    machine = {"windows": {"x86_64": "AMD64", "aarch64": "ARM64"}, "macos": {"aarch64": "arm64"}}
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": "nt" if windows else "posix",
        "platform_machine": machine.get(target.platform, {}).get(target.machine, target.machine),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Windows" if windows else "Darwin" if mac else "Linux",
        "platform_version": "",
        "python_full_version": full,
        "python_version": ".".join(full.split(".")[:2]),
        "sys_platform": "win32" if windows else "darwin" if mac else "linux",
    }


def _platforms(target: Target) -> list[str]:
    """Tags of the target, the newest first; pip itself adds the older ones for macOS only."""
    if target.platform == "windows":
        return ["win_amd64" if target.machine == "x86_64" else "win_arm64"]
    if target.platform == "macos":
        machine = "arm64" if target.machine == "aarch64" else "x86_64"
        return [f"macosx_{major}_0_{machine}" for major in (14, 13, 12, 11)] + [f"macosx_10_12_{machine}"]
    newest = [f"manylinux_2_{minor}_{target.machine}" for minor in range(GLIBC_MINOR, 4, -1)]
    return [*newest, f"manylinux2014_{target.machine}", f"linux_{target.machine}"]


def _solved(report: bytes, parties: frozenset[str]) -> Answer:
    try:
        installed = cast("dict[str, Any]", orjson.loads(report))["install"]
        pins = [Pin(_normal(one["metadata"]["name"]), one["metadata"]["version"]) for one in installed]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return Unknown("engine_failed", (), "pip's report could not be read.")
    return Solved(tuple(sorted(pin for pin in pins if pin.name not in parties)))


def _failed(done: Completed, hide: Mapping[str, str]) -> Answer:
    said = done.stderr.decode("utf-8", "replace")
    log = done.stdout.decode("utf-8", "replace")
    for ours, shown in hide.items():
        said = said.replace(ours, shown)
    said = said[-MAX_SAID_CHARACTERS:]
    if done.returncode == pip_main.NO_PIP:
        return Unknown("engine_missing", (), "This pip cannot be told for which Python to answer.")
    if _UNREACHABLE.search(log) or _UNREACHABLE.search(said):
        return Unknown("unreachable", (), said)
    if _CONFLICT.search(said):
        return Unsolved((), said)
    missing = _NO_FILE.search(said)
    if missing:  # an index that answers 503 looks the same, and so does what only a source distribution has
        listed = "(from versions: none)" not in said
        return Unknown("needs_build" if listed else "missing_package", (_normal(missing[1]),), said)
    return Unknown("limit_hit" if done.returncode < 0 else "engine_failed", (), said)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
