"""The worker's side: many manifests in one round trip, each within its own time, a bad one costing only itself.

`parse` runs inside a worker process (`core.workers` names it "module:function"). It takes and gives plain values. A
parser that crashes the process is found by the caller, which sends the files again in halves.
"""

import signal
import threading
import time
from collections.abc import Callable
from importlib import import_module
from types import FrameType
from typing import cast

from plumbrule.mcp_server.dependencies.model import Declaration, MalformedManifest, ManifestText

MAX_DECLARATIONS = 5000
"""More than any manifest at card level needs; beyond it the file counts as cut."""

MAX_VALUE_CHARS = 2000

# Parser name in the table -> the module that holds it. Modules are imported when a file of theirs turns up: a card of a
# Python project never pays for YAML (20 ms) or XML.
PARSERS: dict[str, str] = {
    **dict.fromkeys(("pyproject", "pipfile", "hatch"), "python"),
    **dict.fromkeys(("setup_cfg", "setup_py", "requirements", "tox", "nox", "pytest_ini"), "python_legacy"),
    **dict.fromkeys(("package_json", "pnpm_workspace", "lerna", "rush", "nx_project", "deno"), "javascript"),
    **dict.fromkeys(("cargo", "rust_toolchain"), "rust"),
    **dict.fromkeys(("go_mod", "go_work"), "golang"),
    **dict.fromkeys(("maven", "gradle", "gradle_settings", "version_catalog", "sbt"), "jvm"),
    **dict.fromkeys(("msbuild", "solution", "slnx", "global_json"), "dotnet"),
    **dict.fromkeys(("gemfile", "gemspec", "rakefile"), "ruby"),
    "composer": "php",
    **dict.fromkeys(("cmake", "meson", "autoconf", "conanfile", "vcpkg"), "native"),
    **dict.fromkeys(("swift_package", "mix", "pubspec", "terraform"), "others"),
    **dict.fromkeys(("dockerfile", "compose", "procfile", "kubernetes"), "containers"),
    **dict.fromkeys(("serverless", "wrangler"), "functions"),
    **dict.fromkeys(
        ("makefile", "justfile", "taskfile", "pre_commit", "version_file", "tool_versions", "mise"), "tasks"
    ),
    **dict.fromkeys(("github_workflow", "github_action", "gitlab_ci", "circleci", "azure"), "ci"),
}


class TooSlow(Exception):
    """The file's own time is over."""


def parse(payload: dict[str, object]) -> list[list[object]]:
    """For each `[name, parser, bytes]` of `files`: `[declarations as lists, fault, fault's line]`.

    `file_limit_s` bounds each file and `batch_limit_s` all of them together: once it is spent the rest are not begun.
    Both are seconds of CPU: what a manifest declares must not depend on what else the machine does.
    Pure-Python parsers are interrupted, the C ones are bounded by size checks and, at worst, by the worker's limits.
    """
    files = payload["files"]
    file_limit_s, batch_limit_s = payload["file_limit_s"], payload["batch_limit_s"]
    assert isinstance(files, list)
    assert isinstance(file_limit_s, int | float)
    assert isinstance(batch_limit_s, int | float)
    end = time.process_time() + batch_limit_s
    results: list[list[object]] = []
    for name, parser, raw in cast(list[tuple[str, str, bytes]], files):
        left_s = min(float(file_limit_s), end - time.process_time())
        results.append(_parse_one(name, parser, raw, left_s) if left_s > 0 else [[], "too_slow", 0])
    return results


def _parse_one(name: str, parser: str, raw: bytes, limit_s: float) -> list[object]:
    if b"\0" in raw[:8192] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return [[], "not_text", 0]
    timer = Timer(limit_s)
    try:
        with timer:
            found = parser_named(parser)(ManifestText(name, raw))
    except MalformedManifest as error:
        return [[], error.reason, error.line]
    except TooSlow:
        return [[], "too_slow", 0]
    except (RecursionError, MemoryError):
        return [[], "too_slow" if timer.expired else "too_deep", 0]
    return [[_plain(one) for one in found[:MAX_DECLARATIONS]], "cut" if len(found) > MAX_DECLARATIONS else "", 0]


def _plain(one: Declaration) -> list[object]:
    return [part[:MAX_VALUE_CHARS] if isinstance(part, str) else part for part in one]


def parser_named(name: str) -> Callable[[ManifestText], list[Declaration]]:
    """The parser behind a name of the table."""
    module = import_module(f"plumbrule.mcp_server.dependencies.manifests.{PARSERS[name]}")
    found: Callable[[ManifestText], list[Declaration]] = getattr(module, name)
    return found


class Timer:
    """Interrupts pure-Python work after `limit_s` of CPU. Only a main thread can be interrupted; workers run there.

    It fires again every `REPEAT_S`: an exception that is raised inside a destructor is lost.
    """

    REPEAT_S = 0.1

    def __init__(self, limit_s: float) -> None:
        self.expired = False
        self._limit_s = limit_s
        self._armed = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
        self._before: Callable[[int, FrameType | None], object] | int | None = None

    def __enter__(self) -> None:
        if self._armed:
            self._before = signal.signal(signal.SIGPROF, self._expire)
            signal.setitimer(signal.ITIMER_PROF, self._limit_s, self.REPEAT_S)

    def __exit__(self, *_: object) -> None:
        if self._armed:
            self._armed = False
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, signal.SIG_DFL if self._before is None else self._before)

    def _expire(self, _signal: int, _frame: FrameType | None) -> None:
        self.expired = True
        if self._armed:
            raise TooSlow
