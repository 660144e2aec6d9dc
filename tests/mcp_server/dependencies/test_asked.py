"""What every form of manifest asks for: name, constraint as written, scope, line and the rest that it says."""

from collections.abc import Callable

import pytest

from plumbrule.mcp_server.dependencies.requirement import Reading

Row = tuple[str, str, str, int]

PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]

[project]
name = "demo"
dependencies = [
    "Flask_Login >=1, <2",
    "tomli; python_version < '3.11'", "idna",
    "here @ git+https://example.org/x.git@v1 ; sys_platform == 'win32'",
    "extra[b, a]==1.*",
    "no requirement at all",
]
dynamic = ["optional-dependencies"]

[project.optional-dependencies]
fast = ["orjson"]

[dependency-groups]
dev = ["ruff", {include-group = "Test"}]
test = [
    "pytest>=8",
]

[tool.uv]
dev-dependencies = ["mypy"]
constraint-dependencies = ["grpcio<1.65"]

[tool.uv.sources]
idna = { path = "../idna", editable = true }

[tool.hatch.envs.docs]
dependencies = ["mkdocs"]

[tool.pdm.dev-dependencies]
lint = ["-e file:///${PROJECT_ROOT}/sub#egg=sub", "flake8"]
"""

POETRY = """\
[tool.poetry]
name = "verse"
[tool.poetry.dependencies]
python = "^3.10"
requests = {version = "^2.31", extras = ["socks"], optional = true}
here = {path = "../here"}
many = [
    {version = "<2", python = "<3.11"},
    {version = "^2", python = ">=3.11"},
]
git = {git = "https://example.org/g.git", tag = "v1"}
[tool.poetry.extras]
net = ["requests"]
[tool.poetry.group.test.dependencies]
pytest = "*"
[tool.poetry.dev-dependencies]
black = "~24.1"
"""

REQUIREMENTS = """\
# a comment
-r base.txt
-c ../constraints.txt
--index-url https://u:${SECRET}@example.org/simple
Django[argon2]>=4.2,<5  # comment
hashed==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
${NAME}==1
-e git+https://example.org/a.git@main#egg=Edit_Able&subdirectory=x
./local/pkg-2.0-py3-none-any.whl
https://example.org/${TOKEN}/thing-1.5.tar.gz ; python_version > "3"
marked ; python_version<"3.9"
"""

SETUP_PY = (
    """\
import os
from setuptools import setup
COMMON = ["six", "attrs>=20"]
EXTRAS = {"tests": ["pytest"], ":python_version<'3'": ["enum34"]}
VERSION = "2"
config = dict(tests_require="mock")
setup(
    name="demo",
    install_requires=COMMON + ["lib==%s" % VERSION, f"pinned=={VERSION}"] + """
    '"""\\\n  words>1\n"""'
    """.splitlines(),
    extras_require=EXTRAS,
    setup_requires=open("r.txt").read().split(),
    **config,
)
COMMON.append("late")
"""
)

SETUP_CFG = """\
[metadata]
name = demo
[options]
install_requires =
    # why
    requests >=2
    attrs ; python_version < "3.8"
setup_requires = wheel
tests_require = file: test-req.txt
[options.extras_require]
all =
    rich
twice =
    %(all)s
    %(twice)s
"""

CONDA = """\
name: x
dependencies:
  - python=3.11
  - conda-forge::numpy>=1.2,<2=py_0
  - pip:
      - -r more.txt
      - flask==1
"""

PIPFILE = """\
[[source]]
url = "https://example.org"
[packages]
requests = "*"
local = {path = "./x", editable = true}
[dev-packages]
pytest = {version = ">=7", extras = ["x"], markers = "sys_platform == 'linux'"}
[docs]
sphinx = "<9"
"""

PACKAGE_JSON = """\
{
  "name": "@acme/web",
  "dependencies": {
    "react": "^18",
    "old-react": "npm:react@^16.0.0",
    "ours": "workspace:^",
    "fork": "github:me/fork#main",
    "short": "me/repo",
    "shared": "catalog:",
    "opt": "1"
  },
  "optionalDependencies": { "opt": "2" },
  "devDependencies": { "vitest": ">=1 <2 || 3.x" },
  "peerDependencies": { "vue": "^3" },
  "peerDependenciesMeta": { "vue": { "optional": true } },
  "overrides": { "a": { "b": "1.0.0", ".": "2" } },
  "resolutions": { "x/**/@s/y": "3" }
}
"""

CARGO = """\
[package]
name = "grind"
[dependencies]
serde = { version = "1", features = ["derive"], optional = true }
log = "0.4"
renamed = { package = "real-name", version = "=2.0.1" }
local = { path = "../local" }
shared = { workspace = true, features = ["more"] }
[dev-dependencies]
git-dep = { git = "https://example.org/x", branch = "main" }
[target.'cfg(windows)'.build-dependencies.winapi]
version = "0.3"
[workspace.dependencies]
shared = { version = "1.5", features = ["base"] }
"""

GO_MOD = """\
module example.org/tool
go 1.22
require example.org/one v1.0.0
require (
\texample.org/two/v2 v2.1.0 // indirect
\texample.org/three v0.0.0-2020 // comment
)
replace example.org/one => ../one
exclude example.org/three v0.1.0
tool example.org/three/cmd/gen
"""

POM = """\
<project>
  <groupId>org.acme</groupId><artifactId>app</artifactId><version>1</version>
  <properties><junit.version>5.10</junit.version></properties>
  <dependencies>
    <dependency><groupId>${project.groupId}</groupId><artifactId>lib</artifactId><version>${project.version}</version></dependency>
    <dependency>
      <groupId>org.junit</groupId>
      <artifactId>junit</artifactId>
      <version>${junit.version}</version>
      <scope>test</scope>
    </dependency>
    <dependency><groupId>a</groupId><artifactId>b</artifactId><version>[1,2)</version><optional>true</optional></dependency>
  </dependencies>
  <profiles><profile><id>p</id><dependencies>
    <dependency><groupId>s</groupId><artifactId>api</artifactId><version>3</version><scope>provided</scope></dependency>
  </dependencies></profile></profiles>
</project>
"""

GRADLE = """\
buildscript { dependencies { classpath "com.x:plugin:1.0" } }
def guava = '31.0'
dependencies {
    // implementation 'not:this:1'
    api platform('org.bom:bom:2.0')
    implementation "com.google.guava:guava:$guava", 'second:one:2'
    implementation group: 'g', name: 'n', version: '1.2'
    testImplementation('org.mock:mock:3') { exclude group: 'x', module: 'y' }
    runtimeOnly project(path: ':core')
    compileOnly computedBy("x")
    annotationProcessor 'p:p:1:classes@jar'
    constraints { implementation 'c:c:9' }
}
"""

GRADLE_KTS = """\
dependencies {
    implementation(kotlin("stdlib"))
    "custom"("a.b:c:1")
    add("kapt", "d:e:2")
    testImplementation(
        "f:g:3",
    )
    api(projects.coreUtils)
    api(rootProject.libs.x.y)
}
kotlin { sourceSets {
    commonTest.dependencies { implementation("t:a:1") }
    val jvmTest by getting { dependencies { api("t:b:2"); } }
    named("jsMain") { dependencies { api(npm("ws", "8.1")) } }
} }
"""

CSPROJ = """\
<Project Sdk="Microsoft.NET.Sdk">
  <ItemGroup Condition="'$(TargetFramework)' == 'net8.0'">
    <PackageReference Include="Serilog" Version="[3.0,4)" />
  </ItemGroup>
  <ItemGroup>
    <PackageReference Include="Analyzers" PrivateAssets="all"><Version>1.0</Version></PackageReference>
    <PackageReference Include="A;B" Version="2" />
  </ItemGroup>
</Project>
"""

GEMFILE = """\
source "https://rubygems.org"
gem "rails", "~> 7.0", ">= 7.0.1" # not this
gem 'pg', require: false, group: :production
group :development, :test do
  gem "rspec"
  platforms :jruby do
    gem "jdbc"
  end
end
gem "local", path: "../l"
gem "multi",
    "1.0",
    group: [:test]
if ENV["X"]
  gem "maybe", git: "https://example.org/m.git", branch: "b"
end
gem name_of_gem
gem "last", ENV["LAST"], "> 1"
"""

GEMSPEC = """\
Gem::Specification.new do |spec|
  spec.name = "demo"
  spec.add_dependency "rack", "~> 3.0", "< 4"
  spec.add_development_dependency("rake", ["> 12"])
  spec.add_runtime_dependency 'x', VERSION
end
"""

COMPOSER = """\
{
  "name": "acme/app",
  "require": { "php": ">=8.1", "ext-json": "*", "Symfony/Console": "^6.4 || ^7.0" },
  "require-dev": { "phpunit/phpunit": "~10.5@dev" }
}
"""

SWIFT = """\
// swift-tools-version:5.9
let package = Package(name: "x", dependencies: [
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.0.0"),
    .package(url: "https://example.org/a/b", .upToNextMinor(from: "1.2.3")),
    // .package(url: "https://example.org/not/this", from: "1.0.0"),
    .package(path: "../Local"),
    .package(id: "mona.LinkedList", "1.0.0"..<"2.0.0"),
], targets: [
    .target(name: "X", dependencies: [.product(name: "NIO", package: "swift-nio")]),
    .testTarget(name: "T", dependencies: ["X", .product(name: "B", package: "b")]),
])
"""

MIX = """\
defmodule A.MixProject do
  def project, do: [app: :a, deps: deps()]
  defp deps do
    [
      {:plug, "~> 1.14"},
      # {:not, "1"},
      {:ex_doc, ">= 0.0.0",
       only: [:dev, :test], runtime: false},
      {:git_dep, github: "a/b", tag: "v1"},
      {:real, "1.0", hex: :published, optional: true}
    ]
  end
end
"""

PUBSPEC = """\
name: x
dependencies:
  flutter:
    sdk: flutter
  http: ^1.0.0
  local:
    path: ../l
dev_dependencies:
  test: any
dependency_overrides:
  meta: 1.9.0
"""

TERRAFORM = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" } # {
    random = "2.0"
  }
}
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.1.0"
}
module "own" { source = "./modules/own" }
"""

DOCKERFILE = """\
ARG BASE=python
ARG TAG=3.12-slim
FROM --platform=linux/amd64 golang:1.22@sha256:abc AS build
FROM ${BASE}:${TAG} AS run
COPY --from=build /x /x
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /uv
FROM run
"""

WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: x
    container: node:20
    services: { db: { image: "postgres:16" } }
    steps:
      - uses: actions/checkout@v4
      - uses: ./local
      - uses: docker://alpine:3
      - uses: actions/cache/save@1234
  b:
    uses: org/repo/.github/workflows/w.yml@main
  c:
    steps: [{ uses: actions/checkout@v4 }]
"""

PRE_COMMIT = """\
repos:
  - repo: https://github.com/psf/black.git
    rev: 24.1.0
  - repo: local
    hooks: []
"""

SBT = """\
val akka = "2.6"
libraryDependencies ++= Seq(
  "org.typelevel" %% "cats-core" % "2.10.0", // "not" % "this" % "1"
  "com.akka" %% "akka" % akka,
  "org.scalatest" %% "scalatest" % "3.2" % Test
)
"""

CASES: dict[str, tuple[str, str, list[Row]]] = {
    "pyproject": (
        "pyproject.toml",
        PYPROJECT,
        [
            ("hatchling", ">=1.27", "build", 2),
            ("flask-login", ">=1, <2", "runtime", 7),
            ("tomli", "", "runtime", 8),
            ("idna", "", "runtime", 8),
            ("here", "", "runtime", 9),
            ("extra", "==1.*", "runtime", 10),
            ("orjson", "", "optional", 16),
            ("ruff", "", "dev", 19),
            ("pytest", ">=8", "dev", 21),
            ("pytest", ">=8", "test", 21),
            ("sub", "", "dev", 35),
            ("flake8", "", "dev", 35),
            ("mypy", "", "dev", 25),
            ("mkdocs", "", "dev", 32),
        ],
    ),
    "poetry": (
        "pyproject.toml",
        POETRY,
        [
            ("requests", "^2.31", "optional", 5),
            ("here", "", "runtime", 6),
            ("many", "<2", "runtime", 8),
            ("many", "^2", "runtime", 9),
            ("git", "", "runtime", 11),
            ("black", "~24.1", "dev", 17),
            ("pytest", "*", "test", 15),
        ],
    ),
    "requirements": (
        "requirements.txt",
        REQUIREMENTS,
        [
            ("django", ">=4.2,<5", "runtime", 5),
            ("hashed", "==1.0", "runtime", 6),
            ("edit-able", "", "runtime", 10),
            ("pkg", "", "runtime", 11),
            ("thing", "", "runtime", 12),
            ("marked", "", "runtime", 13),
        ],
    ),
    "requirements of tests": ("test-requirements.txt", "a\n", [("a", "", "test", 1)]),
    "setup.py": (
        "setup.py",
        SETUP_PY,
        [
            ("six", "", "runtime", 3),
            ("attrs", ">=20", "runtime", 3),
            ("pinned", "==2", "runtime", 9),
            ("words", ">1", "runtime", 10),
            ("mock", "", "test", 6),
            ("pytest", "", "optional", 4),
            ("enum34", "", "runtime", 4),
        ],
    ),
    "setup.cfg": (
        "setup.cfg",
        SETUP_CFG,
        [
            ("requests", ">=2", "runtime", 6),
            ("attrs", "", "runtime", 7),
            ("wheel", "", "build", 8),
            ("rich", "", "optional", 12),
            ("rich", "", "optional", 12),
        ],
    ),
    "conda": (
        "environment.yml",
        CONDA,
        [("python", "=3.11", "runtime", 3), ("numpy", ">=1.2,<2=py_0", "runtime", 4), ("flask", "==1", "runtime", 7)],
    ),
    "pipfile": (
        "Pipfile",
        PIPFILE,
        [
            ("requests", "*", "runtime", 4),
            ("local", "", "runtime", 5),
            ("pytest", ">=7", "dev", 7),
            ("sphinx", "<9", "dev", 9),
        ],
    ),
    "package.json": (
        "package.json",
        PACKAGE_JSON,
        [
            ("react", "^18", "runtime", 4),
            ("react", "^16.0.0", "runtime", 5),
            ("ours", "workspace:^", "runtime", 6),
            ("fork", "", "runtime", 7),
            ("short", "", "runtime", 8),
            ("shared", "", "runtime", 9),
            ("vitest", ">=1 <2 || 3.x", "dev", 13),
            ("vue", "^3", "peer", 14),
            ("opt", "2", "optional", 12),
        ],
    ),
    "Cargo.toml": (
        "Cargo.toml",
        CARGO,
        [
            ("serde", "1", "optional", 4),
            ("log", "0.4", "runtime", 5),
            ("real-name", "=2.0.1", "runtime", 6),
            ("local", "", "runtime", 7),
            ("shared", "", "runtime", 8),
            ("git-dep", "", "dev", 10),
            ("winapi", "0.3", "build", 11),
        ],
    ),
    "go.mod": (
        "go.mod",
        GO_MOD,
        [("example.org/one", "v1.0.0", "runtime", 3), ("example.org/three", "v0.0.0-2020", "runtime", 6)],
    ),
    "pom.xml": (
        "pom.xml",
        POM,
        [
            ("${project.groupId}:lib", "${project.version}", "runtime", 5),
            ("org.junit:junit", "${junit.version}", "test", 6),
            ("a:b", "[1,2)", "optional", 12),
            ("s:api", "3", "build", 15),
        ],
    ),
    "build.gradle": (
        "build.gradle",
        GRADLE,
        [
            ("com.x:plugin", "1.0", "build", 1),
            ("org.bom:bom", "2.0", "runtime", 5),
            ("com.google.guava:guava", "$guava", "runtime", 6),
            ("second:one", "2", "runtime", 6),
            ("g:n", "1.2", "runtime", 7),
            ("org.mock:mock", "3", "test", 8),
            (":core", "", "runtime", 9),
            ("p:p", "1", "build", 11),
        ],
    ),
    "build.gradle.kts": (
        "build.gradle.kts",
        GRADLE_KTS,
        [
            ("org.jetbrains.kotlin:kotlin-stdlib", "", "runtime", 2),
            ("a.b:c", "1", "build", 3),
            ("d:e", "2", "build", 4),
            ("f:g", "3", "test", 6),
            (":core-utils", "", "runtime", 8),
            ("libs.x.y", "", "runtime", 9),
            ("t:a", "1", "test", 12),
            ("t:b", "2", "test", 13),
            ("ws", "8.1", "runtime", 14),
        ],
    ),
    "csproj": (
        "src/App.csproj",
        CSPROJ,
        [
            ("Serilog", "[3.0,4)", "runtime", 3),
            ("Analyzers", "1.0", "build", 6),
            ("A", "2", "runtime", 7),
            ("B", "2", "runtime", 7),
        ],
    ),
    "packages.config": (
        "packages.config",
        '<packages>\n<package id="X" version="1.0" developmentDependency="true" />\n</packages>',
        [("X", "1.0", "dev", 2)],
    ),
    "Gemfile": (
        "Gemfile",
        GEMFILE,
        [
            ("rails", "~> 7.0, >= 7.0.1", "runtime", 2),
            ("pg", "", "runtime", 3),
            ("rspec", "", "dev", 5),
            ("jdbc", "", "dev", 7),
            ("local", "", "runtime", 10),
            ("multi", "1.0", "test", 11),
            ("maybe", "", "runtime", 15),
            ("last", "> 1", "runtime", 18),
        ],
    ),
    "Gemfile of a gem": (
        "Gemfile",
        'gemspec\ngem "rake"\ngroup :test do\n  gem "minitest"\nend\n',
        [("rake", "", "dev", 2), ("minitest", "", "test", 4)],
    ),
    "gemspec": (
        "demo.gemspec",
        GEMSPEC,
        [("rack", "~> 3.0, < 4", "runtime", 3), ("rake", "> 12", "dev", 4), ("x", "", "runtime", 5)],
    ),
    "composer.json": (
        "composer.json",
        COMPOSER,
        [("symfony/console", "^6.4 || ^7.0", "runtime", 3), ("phpunit/phpunit", "~10.5@dev", "dev", 4)],
    ),
    "Package.swift": (
        "Package.swift",
        SWIFT,
        [
            ("swift-nio", 'from: "2.0.0"', "runtime", 3),
            ("b", '.upToNextMinor(from: "1.2.3")', "test", 4),
            ("Local", "", "runtime", 6),
            ("mona.LinkedList", '"1.0.0"..<"2.0.0"', "runtime", 7),
        ],
    ),
    "mix.exs": (
        "mix.exs",
        MIX,
        [
            ("plug", "~> 1.14", "runtime", 5),
            ("ex_doc", ">= 0.0.0", "dev", 7),
            ("git_dep", "", "runtime", 9),
            ("published", "1.0", "optional", 10),
        ],
    ),
    "pubspec.yaml": (
        "pubspec.yaml",
        PUBSPEC,
        [
            ("flutter", "", "runtime", 3),
            ("http", "^1.0.0", "runtime", 5),
            ("local", "", "runtime", 6),
            ("test", "any", "dev", 9),
        ],
    ),
    "terraform": (
        "main.tf",
        TERRAFORM,
        [
            ("hashicorp/aws", "~> 5.0", "runtime", 3),
            ("hashicorp/random", "2.0", "runtime", 4),
            ("terraform-aws-modules/vpc/aws", "5.1.0", "runtime", 7),
            ("own", "", "runtime", 11),
        ],
    ),
    "Dockerfile": (
        "Dockerfile",
        DOCKERFILE,
        [
            ("golang", "1.22@sha256:abc", "build", 3),
            ("python", "3.12-slim", "runtime", 4),
            ("ghcr.io/astral-sh/uv", "0.5", "build", 6),
        ],
    ),
    "compose": (
        "docker-compose.yml",
        "services:\n  db:\n    image: ${IMAGE:-postgres:16}\n  app:\n    build: .\n    image: mine\n",
        [("postgres", "16", "runtime", 3)],
    ),
    "workflow": (
        ".github/workflows/action.yml",
        WORKFLOW,
        [
            ("node", "20", "ci", 5),
            ("postgres", "16", "ci", 6),
            ("actions/checkout", "v4", "ci", 8),
            ("alpine", "3", "ci", 10),
            ("actions/cache/save", "1234", "ci", 11),
            ("org/repo/.github/workflows/w.yml", "main", "ci", 13),
        ],
    ),
    "pre-commit": (".pre-commit-config.yaml", PRE_COMMIT, [("https://github.com/psf/black", "24.1.0", "ci", 2)]),
    "sbt": (
        "build.sbt",
        SBT,
        [
            ("org.typelevel:cats-core", "2.10.0", "runtime", 3),
            ("com.akka:akka", "2.6", "runtime", 4),
            ("org.scalatest:scalatest", "3.2", "test", 5),
        ],
    ),
    "conanfile": (
        "conanfile.txt",
        "[requires]\nzlib/1.3@a/b\n[tool_requires]\ncmake/3\n",
        [("zlib", "1.3", "runtime", 2), ("cmake", "3", "build", 4)],
    ),
    "vcpkg": (
        "vcpkg.json",
        '{"dependencies": [\n"fmt",\n{"name": "boost", "version>=": "1.80"}]}',
        [("fmt", "", "runtime", 2), ("boost", ">=1.80", "runtime", 3)],
    ),
    "cmake": (
        "CMakeLists.txt",
        "find_package(Boost 1.70 REQUIRED COMPONENTS system)\nfind_package(ZLIB)\n# find_package(No)\n",
        [("Boost", "1.70", "runtime", 1), ("ZLIB", "", "optional", 2)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_manifest_asks_for_what_it_says(case: str, reading: Callable[[str, str], Reading]) -> None:  # S-34, S-35
    path, text, expected = CASES[case]
    found = reading(path, text)
    assert found.fault == ""
    assert [(one.name, one.constraint, one.scope, one.line) for one in found.asked] == expected


DETAILS: list[tuple[str, str, str, str, object]] = [
    ("pyproject.toml", PYPROJECT, "here", "reference", "git+https://example.org/x.git@v1"),
    ("pyproject.toml", PYPROJECT, "here", "marker", "sys_platform == 'win32'"),
    ("pyproject.toml", PYPROJECT, "extra", "extras", ["b", "a"]),
    ("pyproject.toml", PYPROJECT, "idna", "reference", "path:../idna"),
    ("pyproject.toml", PYPROJECT, "orjson", "group", "fast"),
    ("pyproject.toml", POETRY, "git", "reference", "git+https://example.org/g.git@v1"),
    ("pyproject.toml", POETRY, "requests", "group", "net"),
    ("pyproject.toml", POETRY, "requests", "extras", ["socks"]),
    ("pyproject.toml", POETRY, "many", "marker", "python <3.11"),
    ("requirements.txt", REQUIREMENTS, "hashed", "hashes", 2),
    ("requirements.txt", REQUIREMENTS, "thing", "reference", "https://example.org/${TOKEN}/thing-1.5.tar.gz"),
    ("setup.py", SETUP_PY, "enum34", "marker", "python_version<'3'"),
    ("environment.yml", CONDA, "flask", "ecosystem", "python"),
    ("environment.yml", CONDA, "numpy", "group", "conda-forge"),
    ("Pipfile", PIPFILE, "pytest", "marker", "sys_platform == 'linux'"),
    ("package.json", PACKAGE_JSON, "fork", "reference", "github:me/fork#main"),
    ("package.json", PACKAGE_JSON, "shared", "inherits", "catalog:default"),
    ("package.json", PACKAGE_JSON, "vue", "group", "optional"),
    ("Cargo.toml", CARGO, "real-name", "alias", "renamed"),
    ("Cargo.toml", "[dependencies]\na = '1'\nb.workspace = true\n", "b", "line", 3),
    ("Cargo.toml", CARGO, "winapi", "marker", "cfg(windows)"),
    ("Cargo.toml", CARGO, "git-dep", "reference", "git+https://example.org/x@main"),
    ("Cargo.toml", CARGO, "serde", "extras", ["derive"]),
    ("go.mod", GO_MOD, "example.org/one", "reference", "../one"),
    ("go.mod", GO_MOD, "example.org/three", "group", "tool"),
    ("pom.xml", POM, "s:api", "group", "p"),
    ("src/App.csproj", CSPROJ, "Serilog", "marker", "'$(TargetFramework)' == 'net8.0'"),
    ("Gemfile", GEMFILE, "maybe", "reference", "git:https://example.org/m.git#b"),
    ("Gemfile", GEMFILE, "maybe", "marker", 'if ENV["X"]'),
    ("Gemfile", GEMFILE, "jdbc", "group", "development, test"),
    ("Gemfile", 'if A\n  gem "x", "1"\nelse\n  gem "y", "2"\nend\n', "y", "marker", "if not (A)"),
    ("Gemfile", 'case V\nwhen "a"\n  gem "x", "1"\nelse\n  gem "y", "2"\nend\n', "y", "marker", 'if not (when "a")'),
    ("mix.exs", MIX, "published", "alias", "real"),
    ("mix.exs", MIX, "git_dep", "reference", "github:a/b#v1"),
    ("main.tf", TERRAFORM, "own", "reference", "path:./modules/own"),
]


@pytest.mark.parametrize(("path", "text", "name", "field", "value"), DETAILS)
def test_what_else_a_statement_says_is_kept(  # S-34, S-35
    path: str, text: str, name: str, field: str, value: object, reading: Callable[[str, str], Reading]
) -> None:
    one = next(one for one in reading(path, text).asked if one.name == name)
    assert getattr(one, field) == value


NOT_READ = [
    ("pyproject.toml", PYPROJECT, [(11, "python.not-a-requirement"), (13, "python.computed-optional")]),
    ("requirements.txt", REQUIREMENTS, [(9, "python.not-a-requirement")]),
    ("setup.py", SETUP_PY, [(9, "python.computed"), (13, "python.computed-optional"), (16, "python.computed")]),
    ("build.gradle", GRADLE, [(10, "gradle.computed")]),
    ("Gemfile", GEMFILE, [(17, "ruby.computed"), (18, "ruby.computed")]),
    ("demo.gemspec", GEMSPEC, [(5, "ruby.computed")]),
]


@pytest.mark.parametrize(("path", "text", "expected"), NOT_READ)
def test_what_is_computed_is_named_with_its_line(
    path: str, text: str, expected: list[tuple[int, str]], reading: Callable[[str, str], Reading]
) -> None:
    assert [tuple(one) for one in reading(path, text).not_read] == expected


def test_overrides_name_the_package_and_the_path_to_it(reading: Callable[[str, str], Reading]) -> None:
    found = [(one.name, one.constraint) for one in reading("package.json", PACKAGE_JSON).offers]
    assert found == [("b", "1.0.0"), ("a", "2"), ("@s/y", "3")]
