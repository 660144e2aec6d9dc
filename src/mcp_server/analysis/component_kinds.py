"""What a component is: library, application, service, cli, plugin, example or test.

From where it lies, what its manifest declares to start, and whom its name says it extends. A library is what starts
nothing. Above it lies `components`.
"""

import re
from collections.abc import Iterable

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest

_EXAMPLES = frozenset(("examples", "example", "samples", "sample", "demo", "demos", "playground", "snippets"))
_TESTS = frozenset(
    (
        *("tests", "test", "e2e", "fixtures", "testdata", "__tests__", "__fixtures__", "testing"),
        *("bench", "benches", "benchmarks", "benchmark", "fuzz"),
    )
)
_TEST_STEP = re.compile(
    r"(?i:tests?[-_.].*|.*[-_.]tests?[-_.].*|.*[-_.](?:tests|unittests|functionaltests|integrationtests|benchmarks?|e2e|fuzz))|"
    r".*(?:Unit|Functional|Integration|Acceptance)Tests?|.*[a-z]Tests"
)
_ONE_TEST = re.compile(r"(?i).*[-_.]test")
_UNPUBLISHED = re.compile(rb"^publish\s*=\s*false|\"private\"\s*:\s*true", re.MULTILINE)
_PLUGIN = re.compile(
    r"(?:^|[@/_.-])(?:plugin|addon|extension)[_.-]|[_.-](?:plugin|addon|extension)s?$|^(?:eslint|stylelint)-config-|"
    r"^(?:pytest|flake8|pylint|mkdocs|sphinxcontrib|terraform-provider|babel-preset|kotlinx-.*-gradle)[-_]|"
    r"/terraform-provider-[\w-]+$|GradlePlugin$|MavenPlugin$|vscode-"
)
"""Names by which plugin systems find their plugins, or by which people do."""

_JVM_PLUGIN = re.compile(
    rb"java-gradle-plugin|<packaging>maven-plugin</packaging>|gradlePlugin\s*\{|sbtPlugin\s*:=\s*true"
)
_GRADLE_APPLICATION = re.compile(
    rb"^\s*application\b|id\s*\(?\s*[\"']application[\"']|apply\s+plugin:\s*[\"']application[\"']|`application`",
    re.MULTILINE,
)
_SERVER_PACKAGES = {
    "javascript": frozenset(
        (
            *("express", "fastify", "koa", "@nestjs/core", "@hapi/hapi", "hono", "next", "nuxt", "restify", "polka"),
            *("elysia", "h3", "nitropack", "@remix-run/node", "@sveltejs/kit", "@adonisjs/core", "@apollo/server"),
            *("apollo-server", "graphql-yoga", "socket.io", "@strapi/strapi", "payload", "@feathersjs/feathers"),
            *("sails", "moleculer", "probot", "parse-server", "json-server", "@loopback/rest"),
        )
    ),
    "python": frozenset(
        ("fastapi", "flask", "django", "starlette", "aiohttp", "tornado", "sanic", "litestar", "quart")
    ),
    "ruby": frozenset(("rails", "sinatra", "hanami", "roda")),
    "php": frozenset(("laravel/framework", "symfony/framework-bundle", "slim/slim")),
    "rust": frozenset(("axum", "actix-web", "rocket", "warp", "tonic")),
    "elixir": frozenset(("phoenix", "bandit", "plug_cowboy")),
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands beside the manifest: the paths inside the folder that tell, and the manifest's bytes."""

    raw: bytes = b""
    has_main: bool = False
    """A file that its language starts: `main.go`, `src/main.rs`, `cmd/`, `manage.py`, `__main__.py` below."""
    has_sources: bool = True
    """Sources where the build tool keeps those that are published (`src/main` of Maven and Gradle)."""
    in_container: bool = False
    """A Dockerfile, a Procfile, a compose service or functions of a cloud are made from the folder."""


def kind_of(folder: str, manifest: Manifest, name: str, around: Surroundings) -> str:
    """One of the seven words."""
    apart = _apart(folder, around)
    if apart:
        return apart
    if _PLUGIN.search(name) or _extends(manifest, around.raw):
        return "plugin"
    kind = _by_start(manifest, around)
    if kind in ("library", "application") and around.in_container:
        return "service"
    return kind


def _apart(folder: str, around: Surroundings) -> str:
    steps = [step for step in folder.split("/") if step]
    if any(step.lower().strip("_") in _EXAMPLES for step in steps):
        return "example"
    if any(step.lower() in _TESTS or _TEST_STEP.fullmatch(step) for step in steps):
        return "test"
    if steps and _ONE_TEST.fullmatch(steps[-1]) and (_UNPUBLISHED.search(around.raw) or not around.has_sources):
        return "test"  # `x-test` that is published is a library for testing with x
    return ""


def _extends(manifest: Manifest, raw: bytes) -> bool:
    if manifest.rule.ecosystem == "javascript":
        return any(one.field == "runtime" and one.label == "vscode" for one in manifest.declarations)
    return manifest.rule.ecosystem == "jvm" and _JVM_PLUGIN.search(raw) is not None


def _by_start(manifest: Manifest, around: Surroundings) -> str:
    said = manifest.declarations
    scopes = {one.scope for one in said if one.field == "entry"}
    runs = any(one.field == "command" and one.scope == "run" for one in said)
    serves = _serves(manifest, said)
    ecosystem = manifest.rule.ecosystem
    if stated := next((one.value for one in said if one.label == "nx_type"), ""):
        return "application" if stated == "application" else "library"
    if ecosystem == "dotnet":
        if "bin" in scopes:
            return "cli" if b"<PackAsTool>true" in around.raw else "application"
        return "service" if "server" in scopes or b"Sdk.Worker" in around.raw else "library"
    if ecosystem == "elixir":
        published = b"package:" in around.raw or b"package()" in around.raw
        return "cli" if "bin" in scopes else "service" if "server" in scopes and serves and not published else "library"
    if ecosystem == "jvm":
        if any(one.label.startswith("org.springframework.boot:") for one in said) and runs:
            return "service"
        starts = any(one.rule == "maven.mainClass" for one in said) or _GRADLE_APPLICATION.search(around.raw)
        return "application" if runs or starts else "library"
    if scopes & {"console_script", "bin"} or (around.has_main and ecosystem in ("rust", "go")):
        return "cli"
    if scopes & {"server", "service", "process"}:
        return "service"
    offers = any(one.field == "entry" and one.scope == "main" for one in said) and not (
        ecosystem == "javascript" and serves and runs
    )
    if offers or ("name" not in {one.field for one in said} and not runs and not serves):
        return "library"
    if serves and (runs or around.has_main or around.in_container):
        return "service"
    return "application" if runs or around.has_main else "library"


def _serves(manifest: Manifest, said: Iterable[Declaration]) -> bool:
    known = _SERVER_PACKAGES.get(manifest.rule.ecosystem, frozenset[str]())
    return any(
        one.field == "dependency" and one.scope == "runtime" and re.split(r"[\[ ]", one.label.lower())[0] in known
        for one in said
    )
