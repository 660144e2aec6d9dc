"""Workspaces of every ecosystem, and what a repository without one is made of."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Surveys

CASES: dict[str, tuple[dict[str, bytes | str], list[tuple[str, str, str]]]] = {
    "npm": (
        {
            "package.json": '{"name": "root", "workspaces": ["packages/*", "!packages/old"]}',
            "packages/a/package.json": '{"name": "@r/a"}',
            "packages/b/package.json": '{"name": "@r/b", "bin": "b.js"}',
            "packages/old/package.json": '{"name": "@r/old"}',
            "elsewhere/package.json": '{"name": "e"}',
        },
        [("@r/a", "library", "packages/a"), ("@r/b", "cli", "packages/b")],
    ),
    "pnpm": (
        {
            "package.json": '{"name": "root"}',
            "pnpm-workspace.yaml": "packages:\n  - apps/**\n",
            "apps/deep/web/package.json": '{"name": "web", "scripts": {"start": "x"}}',
        },
        [("web", "application", "apps/deep/web")],
    ),
    "uv": (
        {
            "pyproject.toml": '[project]\nname = "root"\n[tool.uv.workspace]\nmembers = ["libs/*"]\n',
            "libs/one/pyproject.toml": '[project]\nname = "one"\n',
        },
        [("one", "library", "libs/one")],
    ),
    "cargo": (
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/core", "examples/*"]\n',
            "crates/core/Cargo.toml": '[package]\nname = "core"\n',
            "examples/hello/Cargo.toml": '[package]\nname = "hello"\n',
        },
        [("core", "library", "crates/core"), ("hello", "example", "examples/hello")],
    ),
    "go": (
        {"go.work": "use (\n\t./a\n\t./b\n)\n", "a/go.mod": "module x/a\n", "b/go.mod": "module x/b\n"},
        [("x/a", "library", "a"), ("x/b", "library", "b")],
    ),
    "maven": (
        {
            "pom.xml": "<project><artifactId>p</artifactId><modules><module>core</module></modules></project>",
            "core/pom.xml": "<project><artifactId>core</artifactId></project>",
        },
        [("core", "library", "core")],
    ),
    "gradle": (
        {
            "settings.gradle.kts": 'rootProject.name = "p"\ninclude(":app", ":lib:util")\n',
            "app/build.gradle.kts": 'application { mainClass.set("a.Main") }\n',
            "lib/util/build.gradle.kts": "dependencies {}\n",
        },
        [("app", "application", "app"), ("util", "library", "lib/util")],
    ),
    "dotnet": (
        {
            "All.sln": 'Project("{F}") = "Web", "src\\Web\\Web.csproj", "{1}"\n',
            "src/Web/Web.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup/></Project>',
        },
        [("Web", "service", "src/Web")],
    ),
    "an Elixir umbrella": (
        {"mix.exs": '[\n  apps_path: "apps"\n]\n', "apps/one/mix.exs": "[\n  app: :one,\n]\n"},
        [("one", "library", "apps/one")],
    ),
    "folders with manifests of their own": (
        {"api/go.mod": "module x/api\n", "web/package.json": '{"name": "web"}', "tests/go.mod": "module t\n"},
        [("x/api", "library", "api"), ("web", "library", "web")],
    ),
    "Swift targets, by their usual folder or their own": (
        {
            "Package.swift": (
                'let package = Package(name: "P", targets: [\n  .target(name: "Core"),\n'
                '  .executableTarget(name: "tool", path: "Tools/tool"),\n  .target(name: "Gone"),\n'
                '  .executableTarget(name: "App", dependencies: [.product(name: "Vapor", package: "v")]),\n'
                '  .testTarget(name: "CoreTests"),\n])\n'
            ),
            "Sources/Core/a.swift": "",
            "Tools/tool/main.swift": "",
            "Sources/App/main.swift": "",
            "Tests/CoreTests/b.swift": "",
        },
        [
            ("App", "service", "Sources/App"),
            ("Core", "library", "Sources/Core"),
            ("CoreTests", "test", "Tests/CoreTests"),
            ("tool", "cli", "Tools/tool"),
        ],
    ),
    "sbt projects, by their name or their folder": (
        {
            "build.sbt": (
                'lazy val root = (project in file(".")).aggregate(core, web)\n'
                'lazy val core = project\n  .settings(name := "x")\n'
                'lazy val web = project.in(file("apps/web")).enablePlugins(PlayScala)\n'
                "lazy val both = crossProject(JSPlatform, JVMPlatform)\n"
                '  .crossType(CrossType.Pure)\n  .in(file("both"))\n'
                'lazy val plug: Project = (projectMatrix in (file("plug")))\n  .settings(sbtPlugin := true)\n'
                '// lazy val no = project\nlazy val gone = (project in file("gone"))\nval version = project.x\n'
            ),
            "core/a.scala": "",
            "apps/web/b.scala": "",
            "both/shared/c.scala": "",
            "plug/d.scala": "",
            "no/e.scala": "",
        },
        [
            ("web", "service", "apps/web"),
            ("both", "library", "both"),
            ("core", "library", "core"),
            ("plug", "plugin", "plug"),
        ],
    ),
    "rush": (
        {
            "rush.json": '{ /* all */ "projects": [{"packageName": "@r/a", "projectFolder": "libs/a"}] }',
            "libs/a/package.json": '{"name": "@r/a"}',
            "libs/b/package.json": '{"name": "@r/b"}',
        },
        [("@r/a", "library", "libs/a")],
    ),
    "Nx projects, with and without a package": (
        {
            "package.json": '{"name": "root", "workspaces": ["libs/*"]}',
            "nx.json": "{}",
            "apps/shop/project.json": '{"name": "shop", "projectType": "application", "targets": {}}',
            "apps/shop-e2e/project.json": '{"name": "shop-e2e", "projectType": "application"}',
            "libs/ui/project.json": '{"name": "ui", "projectType": "library"}',
            "libs/ui/package.json": '{"name": "@r/ui"}',
            "old/project.json": '{"dependencies": {}}',
        },
        [("shop", "application", "apps/shop"), ("shop-e2e", "test", "apps/shop-e2e"), ("@r/ui", "library", "libs/ui")],
    ),
    "what a compose file builds": (
        {
            "compose.yaml": "services:\n  vote:\n    build: ./vote\n  db:\n    image: postgres\n",
            "vote/requirements.txt": "flask\n",
            "vote/Dockerfile": "FROM python\n",
        },
        [("vote", "service", "vote")],
    ),
    "folders of one native build are none, a project of its own is": (
        {
            "CMakeLists.txt": "project(top)\nadd_subdirectory(src)\nadd_subdirectory(lib)\n",
            "src/CMakeLists.txt": "add_executable(top main.c)\n",
            "lib/CMakeLists.txt": "project(lib)\n",
            "lib/meson.build": "x = 1\n",
        },
        [("lib", "library", "lib")],
    ),
    "a workspace governs its own ecosystem only": (
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
            "crates/a/Cargo.toml": '[package]\nname = "a"\n',
            "crates/a/src/main.rs": "fn main() {}\n",
            "other/Cargo.toml": '[package]\nname = "other"\n',
            "python/pyproject.toml": '[project]\nname = "py"\n[project.scripts]\npy = "py:main"\n',
            ".hidden/go.mod": "module hidden\n",
        },
        [("a", "cli", "crates/a"), ("py", "cli", "python")],
    ),
    "kinds by what they declare and by their names": (
        {
            "package.json": '{"name": "root", "workspaces": ["packages/*", "apps/*"]}',
            "packages/lib/package.json": '{"name": "lib", "main": "i.js", "scripts": {"dev": "x"}}',
            "packages/vite-plugin-x/package.json": '{"name": "vite-plugin-x", "main": "i.js"}',
            "packages/ext/package.json": '{"name": "ext", "main": "i.js", "engines": {"vscode": "^1"}}',
            "packages/unit-test/package.json": '{"name": "unit-test", "private": true}',
            "packages/render-test/package.json": '{"name": "render-test", "main": "i.js"}',
            "apps/api/package.json": '{"name": "api", "scripts": {"start": "x"}, "dependencies": {"express": "4"}}',
        },
        [
            ("api", "service", "apps/api"),
            ("ext", "plugin", "packages/ext"),
            ("lib", "library", "packages/lib"),
            ("render-test", "library", "packages/render-test"),
            ("unit-test", "test", "packages/unit-test"),
            ("vite-plugin-x", "plugin", "packages/vite-plugin-x"),
        ],
    ),
    "Python packages": (
        {"pyproject.toml": '[project]\nname = "p"\n', "src/one/__init__.py": "", "tests/__init__.py": ""},
        [("one", "package", "src/one")],
    ),
}


@pytest.mark.parametrize("what", CASES)
async def test_the_components_are_those_that_the_workspace_declares(surveys: "Surveys", what: str) -> None:
    files, expected = CASES[what]
    report = await surveys.of(files)
    assert [(one.name, one.kind, one.path) for one in report.components] == expected


async def test_a_hostile_pattern_of_members_costs_nothing(surveys: "Surveys") -> None:
    pattern = "*a" * 2000 + "/**" * 2000
    files = {"package.json": f'{{"name": "x", "workspaces": ["{pattern}"]}}'}
    files |= {f"{'a' * 200}/{number}/package.json": "{}" for number in range(50)}
    assert (await surveys.of(files)).coverage.complete is True
