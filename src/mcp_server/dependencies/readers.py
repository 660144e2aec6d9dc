"""Which reader answers for which file, and the worker's side: many files in one round trip, a bad one costing itself.

`read` runs inside a worker process. Readers are named `module.function`; a module is imported when a file of its turns
up. Above it lies `analysis/reading`, which reads the bytes and keeps the answers.
"""

import time
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, TypeVar, cast

from plumbrule.mcp_server.dependencies.manifests.batch import Timer, TooSlow
from plumbrule.mcp_server.dependencies.model import MalformedManifest, ManifestText
from plumbrule.mcp_server.dependencies.requirement import Reading, packed

# fmt: off
BY_NAME: dict[str, tuple[str, str]] = {
    # exact file name:        (ecosystem,    reader)
    "pyproject.toml":         ("python",     "asked.pyproject:pyproject"),
    "hatch.toml":             ("python",     "asked.pyproject:hatch"),
    "PKG-INFO":               ("python",     "asked.pkg_info:core_metadata"),
    "Pipfile":                ("python",     "asked.pyproject:pipfile"),
    "setup.cfg":              ("python",     "asked.setuptools:setup_cfg"),
    "setup.py":               ("python",     "asked.setuptools:setup_py"),
    "environment.yml":        ("conda",      "asked.conda:environment"),
    "pixi.toml":              ("conda",      "asked.conda:pixi"),
    "environment.yaml":       ("conda",      "asked.conda:environment"),
    "package.json":           ("javascript", "asked.javascript:package_json"),
    ".yarnrc.yml":            ("javascript", "asked.javascript:pnpm_workspace"),
    "pnpm-workspace.yaml":    ("javascript", "asked.javascript:pnpm_workspace"),
    "deno.json":              ("javascript", "asked.javascript:deno"),
    "deno.jsonc":             ("javascript", "asked.javascript:deno"),
    "Cargo.toml":             ("rust",       "asked.rust:cargo"),
    "go.mod":                 ("go",         "asked.golang:go_mod"),
    "go.sum":                 ("go",         "asked.golang:go_sum"),
    "uv.lock":                ("python",     "locks.python:uv"),
    "poetry.lock":            ("python",     "locks.python:poetry"),
    "pdm.lock":               ("python",     "locks.python:pdm"),
    "pylock.toml":            ("python",     "locks.python:pylock"),
    "Pipfile.lock":           ("python",     "locks.python:pipfile"),
    "pixi.lock":              ("conda",      "locks.pixi:pixi"),
    "conda-lock.yml":         ("conda",      "locks.others:conda_lock"),
    "conda-lock.yaml":        ("conda",      "locks.others:conda_lock"),
    "package-lock.json":      ("javascript", "locks.npm:package_lock"),
    "npm-shrinkwrap.json":    ("javascript", "locks.npm:package_lock"),
    "yarn.lock":              ("javascript", "locks.yarn:yarn"),
    "pnpm-lock.yaml":         ("javascript", "locks.pnpm:pnpm"),
    "bun.lock":               ("javascript", "locks.npm:bun"),
    "bun.lockb":              ("javascript", "locks.npm:bun_binary"),
    "deno.lock":              ("javascript", "locks.json_locks:deno"),
    "Cargo.lock":             ("rust",       "locks.others:cargo"),
    "gradle.lockfile":        ("jvm",        "locks.others:gradle"),
    "buildscript-gradle.lockfile": ("jvm",   "locks.others:gradle"),
    "packages.lock.json":     ("dotnet",     "locks.json_locks:nuget"),
    "Gemfile.lock":           ("ruby",       "locks.others:gemfile"),
    "gems.locked":            ("ruby",       "locks.others:gemfile"),
    "composer.lock":          ("php",        "locks.json_locks:composer"),
    "Package.resolved":       ("swift",      "locks.json_locks:swift"),
    "mix.lock":               ("elixir",     "locks.others:mix"),
    "pubspec.lock":           ("dart",       "locks.others:pub"),
    ".terraform.lock.hcl":    ("terraform",  "locks.others:terraform"),
    "pom.xml":                ("jvm",        "asked.maven:maven"),
    "build.gradle":           ("jvm",        "asked.gradle:gradle"),
    "build.gradle.kts":       ("jvm",        "asked.gradle:gradle"),
    "settings.gradle":        ("jvm",        "asked.gradle:gradle"),
    "settings.gradle.kts":    ("jvm",        "asked.gradle:gradle"),
    "gradle.properties":      ("jvm",        "asked.gradle:properties"),
    "build.sbt":              ("jvm",        "asked.scala:sbt"),
    "Directory.Packages.props": ("dotnet",   "asked.dotnet:msbuild"),
    "Directory.Build.props":  ("dotnet",     "asked.dotnet:msbuild"),
    "Directory.Build.targets": ("dotnet",    "asked.dotnet:msbuild"),
    "Versions.props":         ("dotnet",     "asked.dotnet:msbuild"),
    "packages.config":        ("dotnet",     "asked.dotnet:packages_config"),
    "dotnet-tools.json":      ("dotnet",     "asked.dotnet:tool_manifest"),
    "Gemfile":                ("ruby",       "asked.ruby:gemfile"),
    "gems.rb":                ("ruby",       "asked.ruby:gemfile"),
    "composer.json":          ("php",        "asked.php:composer"),
    "Package.swift":          ("swift",      "asked.swift:swift_package"),
    "mix.exs":                ("elixir",     "asked.elixir:mix"),
    "pubspec.yaml":           ("dart",       "asked.dart:pubspec"),
    "Dockerfile":             ("docker",     "asked.docker:dockerfile"),
    "Containerfile":          ("docker",     "asked.docker:dockerfile"),
    "action.yml":             ("github_actions", "asked.ci:action"),
    "action.yaml":            ("github_actions", "asked.ci:action"),
    ".gitlab-ci.yml":         ("gitlab_ci",  "asked.ci:gitlab_ci"),
    "azure-pipelines.yml":    ("azure_pipelines", "asked.ci:azure"),
    "azure-pipelines.yaml":   ("azure_pipelines", "asked.ci:azure"),
    "bitbucket-pipelines.yml": ("bitbucket_pipelines", "asked.ci:bitbucket"),
    ".pre-commit-config.yaml": ("pre-commit", "asked.ci:pre_commit"),
    "conanfile.txt":          ("native",     "asked.native:conanfile"),
    "conanfile.py":           ("native",     "asked.native:conanfile_py"),
    "vcpkg.json":             ("native",     "asked.native:vcpkg"),
    "CMakeLists.txt":         ("native",     "asked.native:cmake"),
    "meson.build":            ("native",     "asked.native:meson"),
}
"""Readers by the file's exact name."""

BY_PATTERN: tuple[tuple[str, str, str, str], ...] = (
    # begin of the name, its end, ecosystem, reader
    ("requirements",          ".txt",             "python",     "asked.requirements_txt:requirements"),
    ("requirements",          ".in",              "python",     "asked.requirements_txt:requirements"),
    ("",                      "requirements.txt", "python",     "asked.requirements_txt:requirements"),
    ("constraints",           ".txt",             "python",     "asked.requirements_txt:constraints"),
    ("",                      "constraints.txt",  "python",     "asked.requirements_txt:constraints"),
    ("pylock.",               ".toml",            "python",     "locks.python:pylock"),
    ("",                      "conda-lock.yml",   "conda",      "locks.others:conda_lock"),
    ("",                      ".versions.toml",   "jvm",        "asked.gradle:version_catalog"),
    ("",                      ".gradle.kts",      "jvm",        "asked.gradle:gradle"),
    ("",                      ".gradle",          "jvm",        "asked.gradle:gradle"),
    ("",                      ".csproj",          "dotnet",     "asked.dotnet:msbuild"),
    ("",                      ".fsproj",          "dotnet",     "asked.dotnet:msbuild"),
    ("",                      ".vbproj",          "dotnet",     "asked.dotnet:msbuild"),
    ("",                      ".sqlproj",         "dotnet",     "asked.dotnet:msbuild"),
    ("",                      ".props",           "dotnet",     "asked.dotnet:shared"),
    ("",                      ".targets",         "dotnet",     "asked.dotnet:shared"),
    ("",                      ".nuspec",          "dotnet",     "asked.dotnet:nuspec"),
    ("",                      ".gemspec",         "ruby",       "asked.ruby:gemspec"),
    ("",                      ".tf",              "terraform",  "asked.terraform:terraform"),
    ("",                      ".tofu",            "terraform",  "asked.terraform:terraform"),
    ("",                      ".tf.json",         "terraform",  "asked.terraform:terraform_json"),
    ("Dockerfile.",           "",                 "docker",     "asked.docker:dockerfile"),
    ("",                      ".Dockerfile",      "docker",     "asked.docker:dockerfile"),
    ("",                      ".dockerfile",      "docker",     "asked.docker:dockerfile"),
    ("docker-compose",        ".yml",             "docker",     "asked.docker:compose"),
    ("docker-compose",        ".yaml",            "docker",     "asked.docker:compose"),
    ("compose.",              "yml",              "docker",     "asked.docker:compose"),
    ("compose.",              "yaml",             "docker",     "asked.docker:compose"),
)

IN_FOLDER: dict[str, tuple[tuple[str, str, str], ...]] = {
    # name of the folder:     (end of the name, ecosystem, reader)
    "requirements":           ((".txt", "python", "asked.requirements_txt:requirements"),
                               (".in", "python", "asked.requirements_txt:requirements")),
    "workflows":              ((".yml", "github_actions", "asked.ci:workflow"),
                               (".yaml", "github_actions", "asked.ci:workflow")),
    ".circleci":              (("config.yml", "circleci", "asked.ci:circleci"),
                               ("config.yaml", "circleci", "asked.ci:circleci")),
}
# fmt: on

_BUILT: tuple[tuple[str, str], ...] = (
    (".dist-info/METADATA", "asked.pkg_info:core_metadata"),
    (".egg-info/requires.txt", "asked.pkg_info:requires_txt"),
)
"""What a build of a Python package leaves: the path's end, the reader."""

_ENDS = tuple({end for _, end, _, _ in BY_PATTERN if end} | {end for rows in IN_FOLDER.values() for end, _, _ in rows})
_BEGINS = tuple(begin for begin, end, _, _ in BY_PATTERN if not end)
"""One question each turns away most files: asking row by row took 6 us a file."""

_WORKFLOWS = frozenset((".github/workflows", ".gitea/workflows", ".forgejo/workflows"))

INCLUDED = ("python", "asked.requirements_txt:requirements")
"""The reader of a file that only an include names."""

CONSTRAINING = ("python", "asked.requirements_txt:constraints")


def reader_of(path: str) -> tuple[str, str] | None:
    """Ecosystem and reader of a repository-relative POSIX path, or None; about half a microsecond for most files."""
    folder, _, name = path.rpartition("/")
    found = BY_NAME.get(name)
    if found is not None and folder not in _WORKFLOWS:  # there every file is a workflow, whatever its name
        return found
    if folder.endswith("-info"):
        return next((("python", reader) for end, reader in _BUILT if path.endswith(end)), None)
    if not name.endswith(_ENDS) and not name.startswith(_BEGINS):
        return None
    for begin, end, ecosystem, reader in BY_PATTERN:
        if name.endswith(end) and name.startswith(begin) and len(name) >= len(begin) + len(end):
            return ecosystem, reader
    for end, ecosystem, reader in IN_FOLDER.get(folder.rpartition("/")[2], ()):
        if name.endswith(end) and (ecosystem != "github_actions" or folder in _WORKFLOWS):
            return ecosystem, reader
    return None


def read(payload: dict[str, object]) -> bytes:
    """For each `[name, reader, bytes]` of `files` what `packed` makes of its reading, as one JSON array.

    `file_limit_s` and `batch_limit_s` are seconds of CPU, as in `manifests.batch.parse`.
    """
    files = cast(list[tuple[str, str, bytes]], payload["files"])
    file_limit_s, batch_limit_s = cast(float, payload["file_limit_s"]), cast(float, payload["batch_limit_s"])
    end = time.process_time() + batch_limit_s
    parts: list[bytes] = []
    for name, reader, raw in files:
        left_s = min(float(file_limit_s), end - time.process_time())
        reading = _one(name, reader, raw, left_s) if left_s > 0 else Reading(fault="too_slow")
        parts.append(packed(reading))
    return b"\n".join(parts)


def _one(name: str, reader: str, raw: bytes, limit_s: float) -> Reading:
    if b"\0" in raw[:8192] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Reading(fault="not_text")
    timer = Timer(limit_s)
    try:
        with timer:
            return bounded(reader_named(reader)(ManifestText(name, raw)))
    except MalformedManifest as error:
        return Reading(fault=error.reason, fault_line=error.line)
    except TooSlow:
        return Reading(fault="too_slow")
    except (RecursionError, MemoryError):
        return Reading(fault="too_slow" if timer.expired else "too_deep")


MAX_STATEMENTS = 20_000
MAX_PACKAGES = 200_000
"""Of one file. The largest locks that are known hold some 30,000 packages."""

MAX_CHARS = 2_000


def bounded(reading: Reading) -> Reading:
    """No more statements than anybody writes, none longer than anybody reads; a cut says so."""
    long = len(reading.asked) > MAX_STATEMENTS or len(reading.offers) > MAX_STATEMENTS
    if long or len(reading.packages) > MAX_PACKAGES or len(reading.facts) > MAX_STATEMENTS:
        reading.fault = "cut"
    reading.asked = [_short(one) for one in reading.asked[:MAX_STATEMENTS]]
    reading.offers = [_short(one) for one in reading.offers[:MAX_STATEMENTS]]
    reading.facts = [_short(one) for one in reading.facts[:MAX_STATEMENTS]]
    reading.not_read = sorted(set(reading.not_read[:MAX_STATEMENTS]))
    if len(reading.packages) > MAX_PACKAGES:
        reading.packages = [
            one._replace(asks=[at for at in one.asks if at < MAX_PACKAGES]) for one in reading.packages[:MAX_PACKAGES]
        ]
    return reading


T = TypeVar("T", bound=tuple[object, ...])


def _short(one: T) -> T:
    if all(len(part) <= MAX_CHARS for part in one if isinstance(part, str)):
        return one
    parts: Iterable[Any] = (part[:MAX_CHARS] if isinstance(part, str) else part for part in one)
    make = cast("Callable[..., T]", type(one))
    return make(*parts)


def reader_named(name: str) -> Callable[[ManifestText], Reading]:
    """The reader behind a name of the tables."""
    module, _, function = name.partition(":")
    found = import_module(f"plumbrule.mcp_server.dependencies.{module}")
    return cast("Callable[[ManifestText], Reading]", getattr(found, function))


def results(raw: bytes) -> list[bytes]:
    """The packed readings of a batch; JSON never holds a bare line feed."""
    return raw.split(b"\n") if raw else []
