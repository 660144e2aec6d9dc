"""Small handmade manifests of every ecosystem: what each declares, on which line, by which rule."""

import pytest

from plumbrule.mcp_server.dependencies.ecosystems import match
from plumbrule.mcp_server.dependencies.manifests.batch import parse
from plumbrule.mcp_server.dependencies.model import Declaration


def declared(path: str, text: str) -> list[Declaration]:
    rule = match(path)
    assert rule is not None
    assert rule.parser, path
    [[declarations, fault, line]] = parse(
        {"files": [[path.rpartition("/")[2], rule.parser, text.encode()]], "file_limit_s": 5, "batch_limit_s": 60}
    )
    assert (fault, line) == ("", 0)
    return [Declaration(*parts) for parts in declarations]


PYPROJECT = """\
[build-system]
requires = ["hatchling"]

[project]
name = "demo"
version = "1.2"
description = "A demo."
license = "MIT"
requires-python = ">=3.9"
dependencies = [
    "Flask_Login>=1",
    "tomli; python_version < '3.11'",
]

[project.optional-dependencies]
fast = ["orjson"]

[project.scripts]
demo = "demo.cli:main"

[dependency-groups]
dev = ["pytest>=8", {include-group = "lint"}]

[tool.uv.workspace]
members = ["packages/*"]
exclude = ["packages/old"]

[tool.pytest.ini_options]
addopts = "-q"
"""

POETRY = """\
[tool.poetry]
name = "verse"
license = "Apache-2.0"

[tool.poetry.dependencies]
python = "^3.10"
requests = {version = "^2.31", extras = ["socks"]}

[tool.poetry.group.dev.dependencies]
black = "*"

[tool.poetry.scripts]
verse = "verse:main"
"""

PACKAGE_JSON = """\
{
  "name": "@acme/web",
  "version": "3.0.0",
  "description": "The web.",
  "license": "MIT",
  "packageManager": "pnpm@9.1.0+sha512.abc",
  "engines": { "node": ">=20" },
  "bin": { "acme": "./cli.js" },
  "main": "dist/index.js",
  "workspaces": ["packages/*", "!packages/old"],
  "scripts": {
    "build": "tsc",
    "test": "vitest run",
    "postinstall": "node setup.js"
  },
  "dependencies": { "react": "^18" },
  "devDependencies": { "vitest": "^1" }
}
"""

CARGO = """\
[package]
name = "grind"
version = "0.3.0"
edition = "2021"
rust-version = "1.74"
license = "MIT OR Apache-2.0"
description = "Grinds."

[[bin]]
name = "grind"
path = "src/main.rs"

[dependencies]
serde = { version = "1", features = ["derive"] }
log = "0.4"

[dev-dependencies]
proptest = "1"

[workspace]
members = ["crates/*"]
"""

GO_MOD = """\
module example.org/tool/v2

go 1.22.0

toolchain go1.22.3

require (
\tgithub.com/spf13/cobra v1.8.0
\tgolang.org/x/sys v0.20.0 // indirect
)

require github.com/stretchr/testify v1.9.0
"""

POM = """\
<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <groupId>org.acme</groupId>
  <artifactId>engine</artifactId>
  <version>2.1</version>
  <description>An engine.</description>
  <licenses><license><name>Apache-2.0</name></license></licenses>
  <modules>
    <module>core</module>
  </modules>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId><version>2.0.13</version>
    </dependency>
    <dependency>
      <groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><scope>test</scope>
    </dependency>
  </dependencies>
</project>
"""

GRADLE = """\
plugins { id("application") }
version = "1.4"
// implementation("com.commented:out:1")
dependencies {
    implementation("com.google.guava:guava:33.0.0-jre")
    testImplementation("org.junit.jupiter:junit-jupiter:5.10.0")
    implementation(libs.okhttp)
}
java { toolchain { languageVersion.set(JavaLanguageVersion.of(21)) } }
application { mainClass.set("org.acme.Main") }
tasks.test { useJUnitPlatform() }
"""

CSPROJ = """\
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <OutputType>Exe</OutputType>
    <PackageLicenseExpression>MIT</PackageLicenseExpression>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Serilog" Version="3.1.1" />
    <PackageReference Include="xunit" Version="2.8.0" />
  </ItemGroup>
</Project>
"""

GEMFILE = """\
source "https://rubygems.org"
ruby "3.3.0"
gem "rails", "~> 7.1"
group :development, :test do
  gem "rspec-rails"
end
gem "puma"
"""

GEMSPEC = """\
Gem::Specification.new do |spec|
  spec.name = "shiny"
  spec.summary = "Shines."
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.1"
  spec.executables = ["shiny"]
  spec.add_dependency "rack", ">= 2"
  spec.add_development_dependency "minitest"
end
"""

COMPOSER = """\
{
  "name": "acme/blog",
  "description": "A blog.",
  "license": ["MIT", "GPL-2.0-only"],
  "require": { "php": ">=8.2", "ext-json": "*", "monolog/monolog": "^3" },
  "require-dev": { "phpunit/phpunit": "^11" },
  "scripts": { "test": "phpunit" },
  "bin": ["bin/blog"]
}
"""

CMAKE = """\
cmake_minimum_required(VERSION 3.20)
project(rocket VERSION 1.2.3 DESCRIPTION "Flies" LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(Boost 1.80 REQUIRED)
add_executable(rocket main.cpp)
enable_testing()
"""

SWIFT = """\
// swift-tools-version:5.9
import PackageDescription
let package = Package(
    name: "Swallow",
    products: [.executable(name: "swallow", targets: ["Swallow"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log.git", from: "1.5.0"),
    ],
    targets: [.testTarget(name: "SwallowTests")]
)
"""

MIX = """\
defmodule Potion.MixProject do
  use Mix.Project
  def project do
    [
      app: :potion,
      version: "0.5.0",
      elixir: "~> 1.16",
      deps: deps()
    ]
  end
  def application, do: [mod: {Potion.Application, []}]
  defp deps do
    [
      {:phoenix, "~> 1.7"},
      {:credo, "~> 1.7", only: [:dev, :test]}
    ]
  end
end
"""

TERRAFORM = """\
terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.1.0"
}
"""

DOCKERFILE = """\
FROM golang:1.22 AS build
CMD ["ignored"]
FROM build AS test
FROM --platform=linux/amd64 registry.example:5000/base@sha256:abc
ENTRYPOINT ["/app"]
CMD ["--serve", \\
     "now"]
"""

MAKEFILE = """\
CC := gcc
.PHONY: all build test
all: build
build: ; cc x.c
test:: build
\t./run
VERSION = 1
"""

CASES = {
    "pyproject.toml": (
        PYPROJECT,
        [
            ("name", "demo", 5, "pyproject.project", "", ""),
            ("version", "1.2", 6, "pyproject.project", "", ""),
            ("description", "A demo.", 7, "pyproject.project", "", ""),
            ("licence", "MIT", 8, "pyproject.project", "", ""),
            ("runtime", ">=3.9", 9, "pyproject.requires-python", "python", ""),
            ("dependency", "Flask_Login>=1", 11, "pyproject.dependencies", "flask-login", "runtime"),
            ("dependency", "tomli; python_version < '3.11'", 12, "pyproject.dependencies", "tomli", "runtime"),
            ("dependency", "orjson", 16, "pyproject.extras", "orjson", "optional"),
            ("entry", "demo.cli:main", 19, "pyproject.scripts", "demo", "console_script"),
            ("dependency", "pytest>=8", 22, "pyproject.groups", "pytest", "dev"),
            ("member", "packages/*", 25, "pyproject.uv-workspace", "", ""),
            ("without", "packages/old", 26, "pyproject.uv-workspace", "", ""),
            ("framework", "pytest", 28, "pyproject.pytest", "", ""),
            ("command", "python -m build", 1, "convention.build-system", "build", "build"),
        ],
    ),
    "poetry/pyproject.toml": (
        POETRY,
        [
            ("name", "verse", 2, "pyproject.poetry", "", ""),
            ("licence", "Apache-2.0", 3, "pyproject.poetry", "", ""),
            ("runtime", "^3.10", 6, "pyproject.poetry", "python", ""),
            ("dependency", "^2.31", 7, "pyproject.poetry", "requests", "runtime"),
            ("dependency", "*", 10, "pyproject.poetry", "black", "dev"),
            ("entry", "verse:main", 13, "pyproject.poetry", "verse", "console_script"),
        ],
    ),
    "package.json": (
        PACKAGE_JSON,
        [
            ("name", "@acme/web", 2, "package-json", "", ""),
            ("version", "3.0.0", 3, "package-json", "", ""),
            ("description", "The web.", 4, "package-json", "", ""),
            ("licence", "MIT", 5, "package-json", "", ""),
            ("runtime", "9.1.0", 6, "package-json.packageManager", "pnpm", ""),
            ("runtime", ">=20", 7, "package-json.engines", "node", ""),
            ("entry", "./cli.js", 8, "package-json.bin", "acme", "bin"),
            ("entry", "dist/index.js", 9, "package-json.main", "main", "main"),
            ("member", "packages/*", 10, "package-json.workspaces", "", ""),
            ("without", "packages/old", 10, "package-json.workspaces", "", ""),
            ("command", "npm run build", 12, "package-json.scripts", "tsc", "build"),
            ("command", "npm test", 13, "package-json.scripts", "vitest run", "test"),
            ("fact", "postinstall", 14, "package-json.install-script", "install_script", ""),
            ("dependency", "^18", 16, "package-json.dependencies", "react", "runtime"),
            ("dependency", "^1", 17, "package-json.devDependencies", "vitest", "dev"),
        ],
    ),
    "Cargo.toml": (
        CARGO,
        [
            ("name", "grind", 2, "cargo.package", "", ""),
            ("version", "0.3.0", 3, "cargo.package", "", ""),
            ("runtime", "2021", 4, "cargo.edition", "rust edition", ""),
            ("runtime", "1.74", 5, "cargo.rust-version", "rust", ""),
            ("licence", "MIT OR Apache-2.0", 6, "cargo.package", "", ""),
            ("description", "Grinds.", 7, "cargo.package", "", ""),
            ("entry", "src/main.rs", 10, "cargo.bin", "grind", "bin"),
            ("dependency", "1", 14, "cargo.dependencies", "serde", "runtime"),
            ("dependency", "0.4", 15, "cargo.dependencies", "log", "runtime"),
            ("dependency", "1", 18, "cargo.dev-dependencies", "proptest", "dev"),
            ("member", "crates/*", 21, "cargo.workspace", "", ""),
        ],
    ),
    "go.mod": (
        GO_MOD,
        [
            ("name", "example.org/tool/v2", 1, "go-mod.module", "", ""),
            ("runtime", "1.22.0", 3, "go-mod.go", "go", ""),
            ("runtime", "go1.22.3", 5, "go-mod.toolchain", "go toolchain", ""),
            ("dependency", "v1.8.0", 8, "go-mod.require", "github.com/spf13/cobra", "runtime"),
            ("dependency", "v0.20.0", 9, "go-mod.require", "golang.org/x/sys", "indirect"),
            ("dependency", "v1.9.0", 12, "go-mod.require", "github.com/stretchr/testify", "runtime"),
        ],
    ),
    "go.work": (
        "go 1.22\n\nuse (\n\t./a\n\t./b\n)\nuse ./c\n",
        [
            ("runtime", "1.22", 1, "go-work.go", "go", ""),
            ("member", "a", 4, "go-work.use", "", ""),
            ("member", "b", 5, "go-work.use", "", ""),
            ("member", "c", 7, "go-work.use", "", ""),
        ],
    ),
    "pom.xml": (
        POM,
        [
            ("name", "org.acme:engine", 4, "maven", "", ""),
            ("version", "2.1", 5, "maven", "", ""),
            ("description", "An engine.", 6, "maven", "", ""),
            ("licence", "Apache-2.0", 7, "maven", "", ""),
            ("member", "core", 9, "maven.modules", "", ""),
            ("runtime", "17", 12, "maven.java", "java", ""),
            ("dependency", "2.0.13", 15, "maven.dependencies", "org.slf4j:slf4j-api", "runtime"),
            ("dependency", "", 18, "maven.dependencies", "org.junit.jupiter:junit-jupiter", "dev"),
        ],
    ),
    "build.gradle.kts": (
        GRADLE,
        [
            ("version", "1.4", 2, "gradle", "", ""),
            ("dependency", "33.0.0-jre", 5, "gradle.dependencies", "com.google.guava:guava", "runtime"),
            ("dependency", "5.10.0", 6, "gradle.dependencies", "org.junit.jupiter:junit-jupiter", "dev"),
            ("dependency", "", 7, "gradle.catalog", "libs.okhttp", "runtime"),
            ("runtime", "21", 9, "gradle.java", "java", ""),
            ("entry", "org.acme.Main", 10, "gradle.mainClass", "Main", "main"),
            ("framework", "junit5", 11, "gradle.junit", "", ""),
        ],
    ),
    "settings.gradle": (
        "rootProject.name = 'shop'\ninclude ':api', ':web:ui'\ninclude(\"core\")\n",
        [
            ("name", "shop", 1, "gradle.settings", "", ""),
            ("member", "api", 2, "gradle.settings", "", ""),
            ("member", "web/ui", 2, "gradle.settings", "", ""),
            ("member", "core", 3, "gradle.settings", "", ""),
        ],
    ),
    "gradle/libs.versions.toml": (
        '[versions]\nok = "4"\n[libraries]\nokhttp = { module = "com.squareup:okhttp", version.ref = "ok" }\n',
        [("dependency", "ref:ok", 4, "gradle.catalog", "com.squareup:okhttp", "catalog")],
    ),
    "src/App.csproj": (
        CSPROJ,
        [
            ("runtime", "net8.0", 3, "msbuild.TargetFramework", "dotnet", ""),
            ("entry", "App.csproj", 4, "msbuild.OutputType", "App", "bin"),
            ("licence", "MIT", 5, "msbuild", "", ""),
            ("dependency", "3.1.1", 8, "msbuild.PackageReference", "Serilog", "runtime"),
            ("dependency", "2.8.0", 9, "msbuild.PackageReference", "xunit", "dev"),
        ],
    ),
    "App.sln": (
        'Project("{FAE}") = "App", "src\\App.csproj", "{1}"\nEndProject\n',
        [("name", "App", 1, "solution.name", "", ""), ("member", "src/App.csproj", 1, "solution", "App", "")],
    ),
    "Gemfile": (
        GEMFILE,
        [
            ("runtime", "3.3.0", 2, "gemfile.ruby", "ruby", ""),
            ("dependency", "~> 7.1", 3, "gemfile.gem", "rails", "runtime"),
            ("dependency", "", 5, "gemfile.gem", "rspec-rails", "dev"),
            ("dependency", "", 7, "gemfile.gem", "puma", "runtime"),
        ],
    ),
    "shiny.gemspec": (
        GEMSPEC,
        [
            ("name", "shiny", 2, "gemspec", "", ""),
            ("description", "Shines.", 3, "gemspec", "", ""),
            ("licence", "MIT", 4, "gemspec", "", ""),
            ("runtime", ">= 3.1", 5, "gemspec", "ruby", ""),
            ("entry", "shiny", 6, "gemspec.executables", "shiny", "bin"),
            ("dependency", ">= 2", 7, "gemspec", "rack", "runtime"),
            ("dependency", "", 8, "gemspec", "minitest", "dev"),
        ],
    ),
    "composer.json": (
        COMPOSER,
        [
            ("name", "acme/blog", 2, "composer", "", ""),
            ("description", "A blog.", 3, "composer", "", ""),
            ("licence", "MIT OR GPL-2.0-only", 4, "composer", "", ""),
            ("runtime", ">=8.2", 5, "composer.php", "php", ""),
            ("dependency", "^3", 5, "composer.require", "monolog/monolog", "runtime"),
            ("dependency", "^11", 6, "composer.require-dev", "phpunit/phpunit", "dev"),
            ("command", "composer test", 7, "composer.scripts", "test", "test"),
            ("entry", "bin/blog", 8, "composer.bin", "blog", "bin"),
        ],
    ),
    "CMakeLists.txt": (
        CMAKE,
        [
            ("runtime", "3.20", 1, "cmake.minimum", "cmake", ""),
            ("name", "rocket", 2, "cmake.project", "", ""),
            ("version", "1.2.3", 2, "cmake.project", "", ""),
            ("description", "Flies", 2, "cmake.project", "", ""),
            ("runtime", "20", 3, "cmake.standard", "c++", ""),
            ("dependency", "1.80", 4, "cmake.find_package", "Boost", "runtime"),
            ("entry", "CMakeLists.txt", 5, "cmake.executable", "rocket", "bin"),
            ("framework", "ctest", 6, "cmake.testing", "", ""),
        ],
    ),
    "meson.build": (
        (
            "project('kite', 'c', version: '0.9', license: 'MIT', meson_version: '>=1.0')\n"
            "dep = dependency('zlib')\nexecutable('kite', 'k.c')\ntest('t', exe)\n"
        ),
        [
            ("name", "kite", 1, "meson.project", "", ""),
            ("version", "0.9", 1, "meson.project", "", ""),
            ("licence", "MIT", 1, "meson.project", "", ""),
            ("runtime", ">=1.0", 1, "meson.project", "meson", ""),
            ("dependency", "", 2, "meson.dependency", "zlib", "runtime"),
            ("entry", "meson.build", 3, "meson.executable", "kite", "bin"),
            ("framework", "meson test", 4, "meson.test", "", ""),
        ],
    ),
    "Package.swift": (
        SWIFT,
        [
            ("runtime", "5.9", 1, "swift.tools-version", "swift", ""),
            ("name", "Swallow", 4, "swift.package", "", ""),
            ("dependency", 'from: "1.5.0"', 7, "swift.dependencies", "swift-log", "runtime"),
            ("entry", "Package.swift", 5, "swift.executable", "swallow", "bin"),
            ("framework", "XCTest or Swift Testing", 9, "swift.testTarget", "", ""),
        ],
    ),
    "mix.exs": (
        MIX,
        [
            ("name", "potion", 5, "mix.project", "", ""),
            ("version", "0.5.0", 6, "mix.project", "", ""),
            ("runtime", "~> 1.16", 7, "mix.elixir", "elixir", ""),
            ("entry", "Potion.Application", 11, "mix.application", "application", "server"),
            ("dependency", "~> 1.7", 14, "mix.deps", "phoenix", "runtime"),
            ("dependency", "~> 1.7", 15, "mix.deps", "credo", "dev"),
        ],
    ),
    "infra/main.tf": (
        TERRAFORM,
        [
            ("runtime", ">= 1.6", 2, "terraform.required_version", "terraform", ""),
            ("dependency", "~> 5.0", 4, "terraform.provider", "hashicorp/aws", "provider"),
            ("dependency", "5.1.0", 10, "terraform.module", "terraform-aws-modules/vpc/aws", "module"),
        ],
    ),
    "Dockerfile": (
        DOCKERFILE,
        [
            ("dependency", "1.22", 1, "dockerfile.from", "golang", "runtime"),
            ("dependency", "sha256:abc", 4, "dockerfile.from", "registry.example:5000/base", "runtime"),
            ("entry", '["/app"]', 5, "dockerfile.entrypoint", "ENTRYPOINT", "container"),
            ("entry", '["--serve", "now"]', 6, "dockerfile.cmd", "CMD", "container"),
            ("fact", "golang:1.22", 1, "docker.unpinned-base", "danger", "low"),
            ("fact", "no USER", 4, "docker.root", "danger", "low"),
        ],
    ),
    "compose.yaml": (
        "services:\n  web:\n    image: nginx\n    command: serve\n",
        [
            ("entry", "serve", 2, "compose.service", "web", "service"),
            ("command", "docker compose up", 1, "convention.compose", "", "run"),
        ],
    ),
    "serverless.yml": (
        (
            "service: orders\nfunctions:\n  create:\n    handler: src/create.main\n    events:\n"
            "      - http: { path: 'orders/{id}', method: get }\n      - httpApi: 'POST /items'\n      - sqs: x\n"
        ),
        [
            ("name", "orders", 1, "serverless.service", "", ""),
            ("entry", "src/create.main", 3, "serverless.function", "create", "function"),
            ("fact", "/orders/{id}", 6, "serverless.http", "route", "GET"),
            ("fact", "/items", 7, "serverless.http", "route", "POST"),
        ],
    ),
    "wrangler.toml": (
        'name = "edge"\nmain = "src/index.ts"\n',
        [("entry", "src/index.ts", 2, "wrangler.main", "edge", "function")],
    ),
    "wrangler.jsonc": (
        '{ // worker\n "main": "w.js",\n}\n',
        [("entry", "w.js", 2, "wrangler.main", "w.js", "function")],
    ),
    "Procfile": (
        "web: gunicorn app\n# no\nworker: rq\n",
        [
            ("entry", "gunicorn app", 1, "procfile", "web", "process"),
            ("entry", "rq", 3, "procfile", "worker", "process"),
        ],
    ),
    "Makefile": (
        MAKEFILE,
        [
            ("command", "make build", 4, "makefile.target", "build", "build"),
            ("command", "make test", 5, "makefile.target", "test", "test"),
        ],
    ),
    "requirements-dev.txt": (
        "-r base.txt\n--extra-index-url https://x\nDjango>=4 # web\ngit+https://x/y.git\npkg @ https://z/p.whl\n",
        [
            ("fact", "--extra-index-url", 2, "requirements.index", "foreign_index", ""),
            ("dependency", "Django>=4", 3, "requirements", "django", "dev"),
            ("dependency", "pkg @ https://z/p.whl", 5, "requirements", "pkg", "dev"),
        ],
    ),
    "setup.py": (
        (
            "from setuptools import setup\nNAME = 'old'\nsetup(\n  name=NAME,\n  version=open('v').read(),\n"
            "  python_requires='>=3.6',\n  install_requires=['six', 'attrs>=20'],\n"
            "  entry_points={'console_scripts': ['old = old:main']},\n)\n"
        ),
        [
            ("name", "old", 4, "setup-py", "", ""),
            ("runtime", ">=3.6", 6, "setup-py", "python", ""),
            ("dependency", "six", 7, "setup-py", "six", "runtime"),
            ("dependency", "attrs>=20", 7, "setup-py", "attrs", "runtime"),
            ("entry", "old:main", 8, "setup-py", "old", "console_script"),
        ],
    ),
    "setup.cfg": (
        (
            "[metadata]\nname = cfg\nversion = attr: cfg.__version__\nlicense = BSD\n[options]\n"
            "python_requires = >=3.7\n"
            "install_requires =\n    click\n[options.entry_points]\nconsole_scripts =\n    cfg = cfg:main\n"
        ),
        [
            ("name", "cfg", 2, "setup-cfg", "", ""),
            ("licence", "BSD", 4, "setup-cfg", "", ""),
            ("runtime", ">=3.7", 6, "setup-cfg", "python", ""),
            ("dependency", "click", 7, "setup-cfg", "click", "runtime"),
            ("entry", "cfg:main", 10, "setup-cfg", "cfg", "console_script"),
        ],
    ),
    "Pipfile": (
        '[packages]\nflask = "*"\n[dev-packages]\npytest = {version = "~=8.0"}\n[requires]\npython_version = "3.12"\n',
        [
            ("dependency", "*", 2, "pipfile", "flask", "runtime"),
            ("dependency", "~=8.0", 4, "pipfile", "pytest", "dev"),
            ("runtime", "3.12", 6, "pipfile", "python", ""),
        ],
    ),
    "hatch.toml": (
        '[envs.default.scripts]\nlint = "ruff"\nother = "x"\n\n[envs.hatch-test]\nextra-args = []\n',
        [
            ("command", "hatch run lint", 2, "hatch-toml", "lint", "check"),
            ("command", "hatch test", 5, "hatch-toml", "hatch-test", "test"),
            ("framework", "pytest", 5, "hatch-toml", "", ""),
        ],
    ),
    "tox.ini": (
        "[tox]\nenvlist = py\n[testenv]\ncommands = pytest -q\n",
        [
            ("command", "tox", 1, "convention.tox", "tox", "test"),
            ("framework", "pytest", 4, "tox.commands", "", ""),
        ],
    ),
    "pnpm-workspace.yaml": (
        "packages:\n  - 'apps/*'\n  - '!apps/old'\n",
        [
            ("member", "apps/*", 2, "pnpm-workspace", "", ""),
            ("without", "apps/old", 3, "pnpm-workspace", "", ""),
        ],
    ),
    "deno.jsonc": (
        '{\n  // a comment\n  "tasks": { "test": "deno test", },\n}\n',
        [("command", "deno task test", 3, "deno-json.tasks", "test", "test")],
    ),
    ".tool-versions": (
        "nodejs 20.1.0\n# x\nruby 3.3.0 # y\n",
        [
            ("runtime", "20.1.0", 1, "tool-versions", "node", ""),
            ("runtime", "3.3.0", 3, "tool-versions", "ruby", ""),
        ],
    ),
    ".nvmrc": ("v20\n", [("runtime", "v20", 1, "version-file", "node", "")]),
    "rust-toolchain": ("nightly-2024-01-01\n", [("runtime", "nightly-2024-01-01", 1, "rust-toolchain", "rust", "")]),
    "global.json": ('{"sdk": {"version": "8.0.100"}}', [("runtime", "8.0.100", 1, "global-json", "dotnet sdk", "")]),
    "vcpkg.json": (
        '{"name": "v", "dependencies": ["fmt", {"name": "zlib", "version>=": "1.3"}]}',
        [
            ("name", "v", 1, "vcpkg", "", ""),
            ("dependency", "", 1, "vcpkg", "fmt", "runtime"),
            ("dependency", "1.3", 1, "vcpkg", "zlib", "runtime"),
        ],
    ),
    "configure.ac": (
        "dnl x\nAC_INIT([tar], [1.35])\n",
        [("name", "tar", 2, "autoconf.init", "", ""), ("version", "1.35", 2, "autoconf.init", "", "")],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_a_manifest_declares_exactly_what_it_says(path: str) -> None:  # S-34, S-35
    text, expected = CASES[path]
    assert sorted(declared(path, text)) == sorted(Declaration(*parts) for parts in expected)


WORKFLOW = """\
name: CI
on:
  push:
  pull_request_target:
    branches: [main]
permissions: write-all
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: echo ${{ github.event.issue.title }}
      - uses: ./.github/actions/own
"""


def test_a_workflow_gives_its_triggers_its_actions_and_what_is_dangerous_in_it() -> None:
    found = declared(".github/workflows/ci.yml", WORKFLOW)
    assert [one.value for one in found if one.label == "scorecard"] == [
        "top write-all",
        "job undeclared",
        "untrusted checkout",
        "script injection",
    ]
    assert [one for one in found if one.label != "scorecard"] == [
        Declaration("name", "CI", 1, "github-workflow"),
        Declaration("trigger", "push", 3, "github-workflow.on"),
        Declaration("trigger", "pull_request_target", 4, "github-workflow.on"),
        Declaration("dependency", "v4", 11, "github-workflow.uses", "actions/checkout", "ci"),
        Declaration("dependency", "", 15, "github-workflow.uses", "./.github/actions/own", "ci"),
        Declaration("fact", "write-all", 6, "ci.write-all", "danger", "medium"),
        Declaration("fact", "pull_request_target", 4, "ci.pull-request-target", "danger", "medium"),
        Declaration("fact", "github.event.issue.title", 14, "ci.script-injection", "danger", "high"),
        Declaration("fact", "${{ github.event.pull_request.head.sha }}", 11, "ci.target-checkout", "danger", "high"),
    ]


def test_every_parser_of_the_table_exists_and_none_is_left_over() -> None:
    from plumbrule.mcp_server.dependencies.ecosystems import TABLE
    from plumbrule.mcp_server.dependencies.manifests.batch import PARSERS, parser_named

    assert {parser for *_, parser in TABLE if parser} == set(PARSERS)
    for name in PARSERS:
        assert parser_named(name)
