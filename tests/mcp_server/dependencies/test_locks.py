"""Every lock format: packages with versions and lines, who asks for whom, what the lock says about scope and place."""

from collections.abc import Callable

import pytest

from plumbrule.mcp_server.dependencies.requirement import Reading

UV = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "Demo"
version = "0.1"
source = { editable = "." }
dependencies = [
    { name = "anyio" },
    { name = "numpy", version = "1.26", source = { registry = "x" }, marker = "python_version < '3.12'" },
]

[package.dev-dependencies]
dev = [
    { name = "ruff" },
]

[[package]]
name = "anyio"
version = "4.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "idna" },
]
sdist = { url = "https://x/anyio.tar.gz", hash = "sha256:aa", size = 1 }

[[package]]
name = "idna"
version = "3.7"
source = { git = "https://example.org/idna?rev=1#abc" }

[[package]]
name = "numpy"
version = "1.26"

[[package]]
name = "numpy"
version = "2.0"

[[package]]
name = "ruff"
version = "0.5"
"""

POETRY = """\
[[package]]
name = "requests"
version = "2.32"
optional = false
groups = ["main", "dev"]
files = [
    {file = "requests-2.32-py3-none-any.whl", hash = "sha256:bb"},
    {file = "requests-2.32.tar.gz", hash = "sha256:cc"},
]

[package.dependencies]
idna = ">=2.5,<4"
PySocks = {version = ">=1.5.6", optional = true}

[package.dependencies.certifi]
version = ">=2017"
optional = true

[[package.dependencies.chardet]]
version = ">=3"

[package.extras]
socks = ["PySocks"]

[[package]]
name = "idna"
version = "3.7"
groups = ["dev"]

[[package.files]]
file = "idna-3.7.tar.gz"
hash = "sha256:dd"

[[package]]
name = "certifi"
version = "2024"

[[package]]
name = "chardet"
version = "5"

[package.source]
type = "git"
url = "https://example.org/idna.git"
resolved_reference = "abc"

[metadata]
lock-version = "2.1"
"""

PDM = """\
[metadata]
groups = ["default", "test"]

[[package]]
name = "a"
version = "1"
groups = ["default"]
dependencies = [
    "b>=2",
]

[[package]]
name = "b"
version = "2"
groups = ["test"]
"""

PYLOCK = """\
lock-version = "1.0"
[[packages]]
name = "a"
version = "1"
dependencies = [{name = "b"}]
[[packages]]
name = "b"
version = "2"
"""

PIPFILE_LOCK = """\
{
    "_meta": {"sources": []},
    "default": {
        "idna": {
            "hashes": [],
            "version": "==3.7"
        }
    },
    "develop": {
        "pytest": {"version": "==8"}
    }
}
"""

NPM = """\
{
  "name": "root", "lockfileVersion": 3,
  "packages": {
    "": { "name": "root", "dependencies": { "a": "^1" }, "devDependencies": { "b": "1" } },
    "packages/m": { "name": "@o/m", "version": "1.0.0", "dependencies": { "b": "2" } },
    "node_modules/@o/m": { "resolved": "packages/m", "link": true },
    "node_modules/a": { "version": "1.5.0", "dependencies": { "b": "^1" }, "license": "MIT",
      "integrity": "sha512-AAAA" },
    "node_modules/a/node_modules/b": { "version": "1.9.0" },
    "node_modules/b": { "version": "1.0.0", "dev": true },
    "packages/m/node_modules/b": { "version": "2.0.0" },
    "node_modules/alias": { "name": "real", "version": "3.0.0", "peer": true }
  }
}
"""

NPM_1 = """\
{
  "lockfileVersion": 1,
  "dependencies": {
    "a": {
      "version": "1.0.0",
      "requires": { "b": "^1" },
      "dependencies": {
        "b": { "version": "1.1.0" }
      }
    },
    "b": { "version": "2.0.0", "dev": true },
    "c": { "version": "git+https://example.org/c.git#abc", "requires": { "b": "2" } }
  }
}
"""

YARN_1 = """\
# yarn lockfile v1


"@s/a@^1.0.0", "@s/a@^1.2.0":
  version "1.2.3"
  resolved "https://registry.yarnpkg.com/@s/a/-/a-1.2.3.tgz#abc"
  integrity sha512-AAAA
  dependencies:
    b "^2.0.0"

b@^2.0.0:
  version "2.5.0"

alias@npm:real@^1.0.0:
  version "1.0.1"
"""

YARN_BERRY = """\
__metadata:
  version: 8

"@s/a@npm:^1.0.0":
  version: 1.2.3
  resolution: "@s/a@npm:1.2.3"
  dependencies:
    b: "npm:^2.0.0"
  checksum: 10/abc
  languageName: node
  linkType: hard

"b@npm:^2.0.0":
  version: 2.5.0
  resolution: "b@npm:2.5.0"

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."
  dependencies:
    "@s/a": "npm:^1.0.0"
  languageName: unknown
  linkType: soft
"""

PNPM_9 = """\
lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      '@s/a':
        specifier: ^1.0.0
        version: 1.2.3(b@2.5.0)
    devDependencies:
      m:
        specifier: workspace:*
        version: link:packages/m

  packages/m:
    dependencies:
      alias:
        specifier: npm:real@^1
        version: real@1.0.1

packages:

  '@s/a@1.2.3':
    resolution: {integrity: sha512-AAAA}
    peerDependencies:
      b: '*'

  b@2.5.0:
    resolution: {integrity: sha512-BBBB}

  real@1.0.1:
    resolution: {integrity: sha512-CCCC}

snapshots:

  '@s/a@1.2.3(b@2.5.0)':
    dependencies:
      b: 2.5.0

  b@2.5.0: {}

  real@1.0.1: {}
"""

PNPM_6 = """\
lockfileVersion: '6.0'

dependencies:
  a:
    specifier: ^1.0.0
    version: 1.2.3(b@2.5.0)

packages:

  /a@1.2.3(b@2.5.0):
    resolution: {integrity: sha512-AAAA}
    dependencies:
      b: 2.5.0
    dev: false

  /b@2.5.0:
    resolution: {integrity: sha512-BBBB}
    dev: true
"""

PNPM_5 = """\
lockfileVersion: 5.4

specifiers:
  '@s/a': ^1.0.0

dependencies:
  '@s/a': 1.2.3_b@2.5.0

packages:

  /@s/a/1.2.3_b@2.5.0:
    resolution: {integrity: sha512-AAAA}
    dependencies:
      b: 2.5.0
    dev: false

  /b/2.5.0:
    resolution: {integrity: sha512-BBBB}
    dev: false
"""

BUN = """\
{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "root", "dependencies": { "a": "^1", }, },
    "packages/m": { "name": "m", "dependencies": { "b": "2" } },
  },
  "packages": {
    "a": ["a@1.5.0", "", { "dependencies": { "b": "^1" } }, "sha512-AAAA"],
    "b": ["b@2.0.0", "", {}, "sha512-BBBB"],
    "a/b": ["b@1.9.0", "", {}, "sha512-CCCC"],
    "m": ["m@workspace:packages/m"],
  }
}
"""

CARGO = """\
version = 4

[[package]]
name = "demo"
version = "0.1.0"
dependencies = [
 "log",
 "rand 0.8.5",
]

[[package]]
name = "log"
version = "0.4.21"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "aa"

[[package]]
name = "rand"
version = "0.7.3"
source = "registry+x"

[[package]]
name = "rand"
version = "0.8.5"
source = "git+https://example.org/rand#abc"
dependencies = [
 "log",
]
"""

GEMFILE = """\
PATH
  remote: .
  specs:
    demo (0.1)
      rack (~> 3)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.16.0)
      racc (~> 1.4)
    nokogiri (1.16.0-x86_64-linux)
      racc (~> 1.4)
    racc (1.8.0)
    rack (3.1.0)

PLATFORMS
  ruby

DEPENDENCIES
  demo!
  nokogiri (~> 1.16)
"""

COMPOSER = """\
{
    "packages": [
        {
            "name": "monolog/monolog",
            "version": "3.5.0",
            "require": {"php": ">=8", "psr/log": "^3"},
            "license": ["MIT"]
        },
        {"name": "psr/log", "version": "3.0.0"}
    ],
    "packages-dev": [
        {"name": "phpunit/phpunit", "version": "10.5"}
    ]
}
"""

NUGET = """\
{
  "version": 1,
  "dependencies": {
    "net8.0": {
      "Serilog": {
        "type": "Direct",
        "requested": "[3, )",
        "resolved": "3.1.1",
        "dependencies": { "Other": "1.0.0" }
      },
      "Other": { "type": "Transitive", "resolved": "1.0.0" },
      "mine": { "type": "Project" }
    },
    "net9.0": { "Serilog": { "type": "Direct", "resolved": "3.1.1" } }
  }
}
"""

GRADLE = (
    "# comment\na.b:c:1.0=compileClasspath,runtimeClasspath\nt:t:2=testCompileClasspath\nempty=annotationProcessor\n"
)

SWIFT = """\
{
  "pins" : [
    {
      "identity" : "swift-nio",
      "kind" : "remoteSourceControl",
      "location" : "https://github.com/apple/swift-nio.git",
      "state" : { "revision" : "abc", "version" : "2.65.0" }
    }
  ],
  "version" : 2
}
"""

PUB = """\
packages:
  http:
    dependency: "direct main"
    description:
      name: http
      sha256: "aa"
      url: "https://pub.dev"
    source: hosted
    version: "1.2.0"
  meta:
    dependency: transitive
    description:
      name: meta
    source: hosted
    version: "1.9.0"
sdks:
  dart: ">=3.0.0"
"""

MIX = """\
%{
  "plug": {:hex, :plug, "1.15.0", "AA", [:mix], [{:mime, "~> 1.0", [hex: :mime, repo: "hexpm"]}], "hexpm", "x"},
  "mime": {:hex, :mime, "2.0.5", "BB", [:mix], [], "hexpm", "y"},
  "git_dep": {:git, "https://example.org/g.git", "abc", [tag: "v1"]},
}
""".replace("AA", "a" * 64).replace("BB", "b" * 64)

TERRAFORM = """\
provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.1.0"
  constraints = "~> 5.0"
}
"""

CONDA = """\
version: 1
package:
- name: numpy
  version: 1.26.0
  manager: conda
  platform: linux-64
  dependencies:
    python: '>=3.9'
  url: https://x
  hash:
    md5: a
    sha256: bb
  category: main
- name: numpy
  version: 1.26.0
  manager: conda
  platform: osx-64
- name: python
  version: 3.11.0
  manager: conda
- name: flask
  version: '3.0'
  manager: pip
"""

COMPILED = """\
#
# This file is autogenerated by pip-compile with Python 3.11
#
asgiref==3.8
    # via django
django==4.2 \\
    --hash=sha256:aa
    # via -r requirements.in
sqlparse==0.5
    # via
    #   django
    #   other
other==1  # via -r requirements.in
"""

Row = tuple[str, str, int, list[str]]
CASES: dict[str, tuple[str, str, list[Row]]] = {
    "uv": (
        "uv.lock",
        UV,
        [
            ("demo", "0.1", 5, ["anyio 4.0", "numpy 1.26", "ruff 0.5"]),
            ("anyio", "4.0", 19, ["idna 3.7"]),
            ("idna", "3.7", 28, []),
            ("numpy", "1.26", 33, []),
            ("numpy", "2.0", 37, []),
            ("ruff", "0.5", 41, []),
        ],
    ),
    "poetry": (
        "poetry.lock",
        POETRY,
        [
            ("requests", "2.32", 2, ["idna 3.7", "certifi 2024", "chardet 5"]),
            ("idna", "3.7", 26, []),
            ("certifi", "2024", 35, []),
            ("chardet", "5", 39, []),
        ],
    ),
    "pdm": ("pdm.lock", PDM, [("a", "1", 5, ["b 2"]), ("b", "2", 13, [])]),
    "pylock": ("pylock.toml", PYLOCK, [("a", "1", 3, ["b 2"]), ("b", "2", 7, [])]),
    "pipenv": ("Pipfile.lock", PIPFILE_LOCK, [("idna", "3.7", 4, []), ("pytest", "8", 10, [])]),
    "npm 3": (
        "package-lock.json",
        NPM,
        [
            ("root", "", 4, ["a 1.5.0", "b 1.0.0"]),
            ("@o/m", "1.0.0", 5, ["b 2.0.0"]),
            ("a", "1.5.0", 7, ["b 1.9.0"]),
            ("b", "1.9.0", 9, []),
            ("b", "1.0.0", 10, []),
            ("b", "2.0.0", 11, []),
            ("real", "3.0.0", 12, []),
        ],
    ),
    "npm 1": (
        "package-lock.json",
        NPM_1,
        [("a", "1.0.0", 4, ["b 1.1.0"]), ("b", "1.1.0", 8, []), ("b", "2.0.0", 11, []), ("c", "", 12, ["b 2.0.0"])],
    ),
    "yarn 1": (
        "yarn.lock",
        YARN_1,
        [("@s/a", "1.2.3", 4, ["b 2.5.0"]), ("b", "2.5.0", 11, []), ("real", "1.0.1", 14, [])],
    ),
    "yarn berry": (
        "yarn.lock",
        YARN_BERRY,
        [("@s/a", "1.2.3", 4, ["b 2.5.0"]), ("b", "2.5.0", 13, []), ("root", "", 17, ["@s/a 1.2.3"])],
    ),
    "pnpm 9": (
        "pnpm-lock.yaml",
        PNPM_9,
        [
            ("", "", 1, ["@s/a 1.2.3"]),
            ("", "", 1, ["real 1.0.1"]),
            ("@s/a", "1.2.3", 23, ["b 2.5.0"]),
            ("b", "2.5.0", 28, []),
            ("real", "1.0.1", 31, []),
        ],
    ),
    "pnpm 6": (
        "pnpm-lock.yaml",
        PNPM_6,
        [("", "", 1, ["a 1.2.3"]), ("a", "1.2.3", 10, ["b 2.5.0"]), ("b", "2.5.0", 16, [])],
    ),
    "pnpm 5": (
        "pnpm-lock.yaml",
        PNPM_5,
        [("", "", 1, ["@s/a 1.2.3"]), ("@s/a", "1.2.3", 11, ["b 2.5.0"]), ("b", "2.5.0", 17, [])],
    ),
    "bun": (
        "bun.lock",
        BUN,
        [
            ("root", "", 4, ["a 1.5.0"]),
            ("m", "", 5, ["b 2.0.0"]),
            ("a", "1.5.0", 8, ["b 1.9.0"]),
            ("b", "2.0.0", 9, []),
            ("b", "1.9.0", 10, []),
        ],
    ),
    "cargo": (
        "Cargo.lock",
        CARGO,
        [
            ("demo", "0.1.0", 4, ["log 0.4.21", "rand 0.8.5"]),
            ("log", "0.4.21", 12, []),
            ("rand", "0.7.3", 18, []),
            ("rand", "0.8.5", 23, ["log 0.4.21"]),
        ],
    ),
    "go": (
        "go.mod",
        "module m\ngo 1.22\nrequire (\n\ta.b/c v1.0.0\n\td.e/f v2.0.0 // indirect\n)\n",
        [("a.b/c", "v1.0.0", 4, []), ("d.e/f", "v2.0.0", 5, []), ("", "", 1, ["a.b/c v1.0.0"])],
    ),
    "bundler": (
        "Gemfile.lock",
        GEMFILE,
        [
            ("demo", "0.1", 4, ["rack 3.1.0"]),
            ("nokogiri", "1.16.0", 10, ["racc 1.8.0"]),
            ("racc", "1.8.0", 14, []),
            ("rack", "3.1.0", 15, []),
            ("", "", 1, ["demo 0.1", "nokogiri 1.16.0"]),
        ],
    ),
    "composer": (
        "composer.lock",
        COMPOSER,
        [
            ("monolog/monolog", "3.5.0", 4, ["psr/log 3.0.0"]),
            ("psr/log", "3.0.0", 9, []),
            ("phpunit/phpunit", "10.5", 12, []),
        ],
    ),
    "nuget": (
        "packages.lock.json",
        NUGET,
        [("Serilog", "3.1.1", 5, ["Other 1.0.0"]), ("Other", "1.0.0", 11, []), ("", "", 1, ["Serilog 3.1.1"])],
    ),
    "gradle": ("gradle.lockfile", GRADLE, [("a.b:c", "1.0", 2, []), ("t:t", "2", 3, [])]),
    "swift": ("Package.resolved", SWIFT, [("swift-nio", "2.65.0", 6, [])]),
    "pub": ("pubspec.lock", PUB, [("http", "1.2.0", 2, []), ("meta", "1.9.0", 10, [])]),
    "mix": ("mix.lock", MIX, [("plug", "1.15.0", 2, ["mime 2.0.5"]), ("mime", "2.0.5", 3, []), ("git_dep", "", 4, [])]),
    "terraform": (".terraform.lock.hcl", TERRAFORM, [("hashicorp/aws", "5.1.0", 1, [])]),
    "conda": (
        "conda-lock.yml",
        CONDA,
        [("numpy", "1.26.0", 3, ["python 3.11.0"]), ("python", "3.11.0", 18, []), ("flask", "3.0", 21, [])],
    ),
    "pip-compile": (
        "requirements.txt",
        COMPILED,
        [
            ("asgiref", "3.8", 4, []),
            ("django", "4.2", 6, ["asgiref 3.8", "sqlparse 0.5"]),
            ("sqlparse", "0.5", 9, []),
            ("other", "1", 13, ["sqlparse 0.5"]),
            ("", "", 1, ["django 4.2", "other 1"]),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_lock_holds_its_packages_and_who_asks_for_whom(  # S-34, S-35, S-36
    case: str, reading: Callable[[str, str], Reading]
) -> None:
    path, text, expected = CASES[case]
    found = reading(path, text)
    assert found.fault == ""
    names = [f"{one.name} {one.version}" for one in found.packages]
    assert [(one.name, one.version, one.line, [names[at] for at in one.asks]) for one in found.packages] == expected


DETAILS = [
    ("uv.lock", UV, "demo", "own", True),
    ("uv.lock", UV, "anyio", "digest", "sha256:aa"),
    ("uv.lock", UV, "idna", "reference", "git+https://example.org/idna?rev=1#abc"),
    ("poetry.lock", POETRY, "requests", "scope", "runtime"),
    ("poetry.lock", POETRY, "requests", "digest", "sha256:cc"),
    ("poetry.lock", POETRY, "idna", "scope", "dev"),
    ("poetry.lock", POETRY, "chardet", "reference", "git+https://example.org/idna.git@abc"),
    ("poetry.lock", POETRY, "idna", "digest", "sha256:dd"),
    ("pdm.lock", PDM, "b", "scope", "dev"),
    ("Pipfile.lock", PIPFILE_LOCK, "pytest", "scope", "dev"),
    ("package-lock.json", NPM, "a", "licence", "MIT"),
    ("package-lock.json", NPM, "a", "digest", "sha512-AAAA"),
    ("package-lock.json", NPM, "@o/m", "place", "packages/m"),
    ("package-lock.json", NPM, "real", "spec", ["alias"]),
    ("package-lock.json", NPM_1, "c", "reference", "git+https://example.org/c.git#abc"),
    ("yarn.lock", YARN_1, "@s/a", "spec", ["@s/a@^1.0.0", "@s/a@^1.2.0"]),
    ("yarn.lock", YARN_BERRY, "root", "own", True),
    ("pnpm-lock.yaml", PNPM_6, "b", "scope", "dev"),
    ("Cargo.lock", CARGO, "log", "digest", "sha256:aa"),
    ("composer.lock", COMPOSER, "phpunit/phpunit", "scope", "dev"),
    ("gradle.lockfile", GRADLE, "t:t", "scope", "test"),
    ("pubspec.lock", PUB, "http", "scope", "runtime"),
    ("mix.lock", MIX, "plug", "digest", f"sha256:{'a' * 64}"),
    ("mix.lock", MIX, "git_dep", "reference", "git+https://example.org/g.git@abc"),
    ("conda-lock.yml", CONDA, "flask", "ecosystem", "python"),
]


@pytest.mark.parametrize(("path", "text", "name", "field", "value"), DETAILS)
def test_what_else_a_lock_says_is_kept(
    path: str, text: str, name: str, field: str, value: object, reading: Callable[[str, str], Reading]
) -> None:
    one = next(one for one in reading(path, text).packages if one.name == name)
    assert getattr(one, field) == value
