"""Forms that are legal and rare, of manifests and locks, each with what its own specification makes of it."""

from collections.abc import Callable, Mapping

import pytest

from plumbrule.mcp_server.dependencies.joining.clashes import clashes_in
from plumbrule.mcp_server.dependencies.joining.join import Joined
from plumbrule.mcp_server.dependencies.requirement import Reading

Join = Callable[[Mapping[str, str]], Joined]

DOCKERFILE = """\
# escape=`
ARG BASE=python:3.12-slim
FROM --platform=$BUILDPLATFORM golang:1.22@sha256:ab AS Build
RUN <<EOF
FROM inside:1
EOF
COPY --from=busybox /bin /x
COPY --from=build /a /b
COPY --from=0 /a /b
RUN --mount=type=bind,from=alpine:3.19,source=/x,target=/y true
RUN --mount=type=cache,target=/root echo
FROM ${BASE} `
  AS last
"""

PRE_COMMIT = """\
repos:
- repo: https://example.org/mirrors-types
  rev: v1
  hooks:
  - id: types
    additional_dependencies: [types-x==1.0, bare]
- repo: local
  hooks:
  - id: fmt
    language: node
    additional_dependencies: ["@s/fmt@3", other]
- repo: https://example.org/unknown
  rev: v2
  hooks:
  - id: u
    additional_dependencies: [whose]
"""

PIXI = """\
[workspace]
channels = ["conda-forge"]
[dependencies]
numpy = { version = "1.26.*", channel = "conda-forge" }
[pypi-dependencies]
My_Lib = { git = "https://example.org/l.git", rev = "abc" }
[feature.test.dependencies]
pytest = "*"
[target.win-64.dependencies]
vs = ">=1"
[build-dependencies]
cmake = "*"
"""

TERRAFORM_JSON = """\
{"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.0"}}},
 "module": [{"vpc": {"source": "a/b/c", "version": "1.0"}}]}
"""

TERRAFORM = """\
module "gh" {
  source = "github.com/o/r?ref=v1"
}
module "sub" { source = "git::https://example.org/r.git//x?depth=1&ref=v2" }
"""

GEMSPEC = """\
Gem::Specification.new do |s|
  s.add_runtime_dependency(%q<rack>.freeze, ["~> 2".freeze, ">= 2.1"])
  s.add_development_dependency %q(rake), '~> 13'
end
"""

NUSPEC = """\
<package><metadata><id>x</id><dependencies>
<group targetFramework="net8.0"><dependency id="N" version="[1.0,2.0)" /></group>
</dependencies></metadata></package>
"""

AZURE = """\
resources:
  containers:
  - container: base
    image: ubuntu:22.04
stages:
- stage: one
  jobs:
  - job: a
    container: base
  - job: b
    container:
      image: python:3.9
"""

BITBUCKET = """\
image: node:18
pipelines:
  default:
  - step:
      image: {name: python:3.9}
      script:
      - pipe: atlassian/deploy:1.1.0
"""

PROPS = '<Project><ItemGroup><PackageReference Include="A" Version="1" /></ItemGroup></Project>'

CASES: dict[str, tuple[str, str, list[tuple[str, str, str, int]]]] = {
    "Dockerfile": (
        "Dockerfile",
        DOCKERFILE,
        [
            ("golang", "1.22@sha256:ab", "build", 3),
            ("busybox", "", "build", 7),
            ("alpine", "3.19", "build", 10),
            ("python", "3.12-slim", "runtime", 12),
        ],
    ),
    "pre-commit": (
        ".pre-commit-config.yaml",
        PRE_COMMIT,
        [
            ("https://example.org/mirrors-types", "v1", "ci", 2),
            ("types-x", "==1.0", "ci", 6),
            ("bare", "", "ci", 6),
            ("@s/fmt", "3", "ci", 11),
            ("other", "", "ci", 11),
            ("https://example.org/unknown", "v2", "ci", 12),
        ],
    ),
    "pixi": (
        "pixi.toml",
        PIXI,
        [
            ("numpy", "1.26.*", "runtime", 4),
            ("my-lib", "", "runtime", 6),
            ("cmake", "*", "build", 12),
            ("pytest", "*", "test", 8),
            ("vs", ">=1", "runtime", 10),
        ],
    ),
    "pixi in pyproject": (
        "pyproject.toml",
        '[project]\nname="y"\n[tool.pixi.dependencies]\nscipy=">=1"\n',
        [("scipy", ">=1", "runtime", 4)],
    ),
    "terraform json": (
        "main.tf.json",
        TERRAFORM_JSON,
        [("hashicorp/aws", "~> 5.0", "runtime", 1), ("a/b/c", "1.0", "runtime", 2)],
    ),
    "terraform places": (
        "main.tofu",
        TERRAFORM,
        [
            ("github.com/o/r?ref=v1", "v1", "runtime", 1),
            ("git::https://example.org/r.git//x?depth=1&ref=v2", "v2", "runtime", 4),
        ],
    ),
    "gemspec of rubygems": (
        "x.gemspec",
        GEMSPEC,
        [("rack", "~> 2, >= 2.1", "runtime", 2), ("rake", "~> 13", "dev", 3)],
    ),
    "nuspec": ("x.nuspec", NUSPEC, [("N", "[1.0,2.0)", "runtime", 2)]),
    "props": ("build/Common.props", PROPS, [("A", "1", "runtime", 1)]),
    "props of Java": ("log4j.props", "log4j.rootLogger=<Project ", []),
    "azure": ("azure-pipelines.yml", AZURE, [("ubuntu", "22.04", "ci", 4), ("python", "3.9", "ci", 12)]),
    "bitbucket": (
        "bitbucket-pipelines.yml",
        BITBUCKET,
        [("node", "18", "ci", 1), ("python", "3.9", "ci", 5), ("atlassian/deploy", "1.1.0", "ci", 7)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_rare_form_asks_for_what_its_specification_says(  # S-34, S-35
    case: str, reading: Callable[[str, str], Reading]
) -> None:
    path, text, expected = CASES[case]
    found = reading(path, text)
    assert found.fault == ""
    assert [(one.name, one.constraint, one.scope, one.line) for one in found.asked] == expected


UNREAD = [
    (".pre-commit-config.yaml", PRE_COMMIT, [(16, "pre-commit.no-language")]),
    ("build.gradle", "dependencies {\n  api deps.junit\n  implementation own['x']\n}\n", [(3, "gradle.computed")]),
    ("Gemfile", "%w[a b].each { |one| gem one }\n", [(1, "ruby.computed")]),
]


@pytest.mark.parametrize(("path", "text", "expected"), UNREAD)
def test_a_name_that_nobody_can_tell_is_said_to_be_unread(
    path: str, text: str, expected: list[tuple[int, str]], reading: Callable[[str, str], Reading]
) -> None:
    assert [(one.line, one.rule) for one in reading(path, text).not_read] == expected


def test_bun_s_binary_lock_is_named_as_no_text(reading: Callable[[str, str], Reading]) -> None:
    assert reading("bun.lockb", "#!/usr/bin/env bun\n").fault == "not_text"


PIXI_LOCK = """\
version: 6
environments:
  default:
    packages:
      linux-64:
      - conda: https://conda.example/conda-forge/linux-64/numpy-1.26.4-py311h64_0.conda
packages:
- conda: https://conda.example/conda-forge/linux-64/numpy-1.26.4-py311h64_0.conda
  sha256: ab
  depends:
  - libblas >=3.9.0,<4.0a0
  license: BSD-3-Clause
- conda: https://conda.example/conda-forge/linux-64/libblas-3.9.0-1_openblas.conda
  sha256: cd
- pypi: https://files.pythonhosted.org/packages/aa/requests-2.31.0-py3-none-any.whl
  name: requests
  version: 2.31.0
  requires_dist:
  - certifi>=2017.4.17
- pypi: https://files.pythonhosted.org/packages/aa/certifi-1-py3-none-any.whl
  name: certifi
  version: '1'
"""


def test_a_pixi_lock_holds_packages_of_both_registries(reading: Callable[[str, str], Reading]) -> None:
    found = reading("pixi.lock", PIXI_LOCK).packages
    assert [(one.name, one.version, one.ecosystem, one.line) for one in found] == [
        ("numpy", "1.26.4", "", 8),
        ("libblas", "3.9.0", "", 13),
        ("requests", "2.31.0", "python", 15),
        ("certifi", "1", "python", 20),
    ]
    assert [list(one.asks) for one in found] == [[1], [], [3], []]
    assert found[0].licence == "BSD-3-Clause"


def test_a_pipfile_s_categories_may_lock_two_versions(joined: Join) -> None:
    tree = {
        "Pipfile": '[packages]\nflask = "*"\n[dev-packages]\nflask = "*"\n',
        "Pipfile.lock": '{"_meta": {}, "default": {"flask": {"version": "==2.0"}},\n'
        '"develop": {"flask": {"version": "==3.0"}}}',
    }
    found = joined(tree)
    assert [(one.asked.scope, one.locked.version if one.locked else "") for one in found.direct] == [
        ("runtime", "2.0"),
        ("dev", "3.0"),
    ]


def test_pip_s_lines_of_a_conda_environment_are_answered_by_its_lock(joined: Join) -> None:
    tree = {
        "pixi.toml": '[dependencies]\nnumpy = "*"\n[pypi-dependencies]\nrequests = "*"\n',
        "pixi.lock": PIXI_LOCK,
    }
    versions = [one.locked.version if one.locked else "" for one in joined(tree).direct]
    assert versions == ["1.26.4", "2.31.0"]


def test_a_hook_s_own_dependencies_are_in_no_lock_and_clash_with_nothing(joined: Join) -> None:
    tree = {
        "pyproject.toml": '[project]\nname = "x"\ndependencies = ["black==23.1"]\n',
        ".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks:\n  - id: a\n    language: python\n"
        "    additional_dependencies: [black==24.1]\n",
        "uv.lock": '[[package]]\nname = "black"\nversion = "23.1"\nsource = { registry = "https://index.example" }\n',
    }
    found = joined(tree)
    assert [(one.path, one.locked.version if one.locked else "") for one in found.direct] == [
        ("pyproject.toml", "23.1"),
        (".pre-commit-config.yaml", ""),
    ]
    assert list(clashes_in(found)) == []
