"""Package URLs agree with the reference library, and what has no name has none."""

import pytest
from packageurl import PackageURL

from plumbrule.mcp_server.dependencies.purl import TYPES, purl_of

NAMES = [
    ("python", "Foo_Bar.baz", "1.0+local"),
    ("python", "flask", ""),
    ("javascript", "@scope/name", "1.0.0-rc.1+build"),
    ("javascript", "lodash", "4"),
    ("rust", "serde_json", "1.0"),
    ("jvm", "org.apache:commons-lang3", "3.1"),
    ("dotnet", "Newtonsoft.Json", "13.0"),
    ("ruby", "http_parser.rb", "0.6"),
    ("php", "Symfony/Console", "v6.4"),
    ("elixir", "Plug", "1"),
    ("dart", "http", "1"),
    ("conda", "numpy", "1.26"),
    ("go", "github.com/gin-gonic/gin", "v1.9.1"),
    ("docker", "library/python", "3.12-slim"),
    ("github_actions", "actions/checkout", "v4"),
    ("github_actions", "pypa/gh-action-pypi-publish", "release/v1"),
    ("javascript", "JSONStream", "1.3.5"),
    ("terraform", "hashicorp/aws", "5.31.0"),
]


@pytest.mark.parametrize(("ecosystem", "name", "version"), NAMES)
def test_a_purl_is_what_the_reference_library_writes(ecosystem: str, name: str, version: str) -> None:
    made = purl_of(ecosystem, name, version)
    read = PackageURL.from_string(made)
    assert read.type == TYPES[ecosystem]
    assert read.to_string() == made
    assert (read.version or "") == version


@pytest.mark.parametrize(
    ("ecosystem", "name", "reference", "expected"),
    [
        ("docker", "ghcr.io/astral-sh/uv", "", "pkg:docker/astral-sh/uv?repository_url=ghcr.io"),
        ("docker", "localhost:5000/app", "", "pkg:docker/app?repository_url=localhost:5000"),
        ("docker", "docker.io/library/nginx", "", "pkg:docker/nginx"),
        ("docker", "docker.io/bitnami/redis", "", "pkg:docker/bitnami/redis"),
        ("terraform", "x", "git::https://github.com/O/r.git//sub/d?ref=v1.2.0", "pkg:github/o/r@v1.2.0#sub/d"),
        ("terraform", "github.com/o/r?ref=v1", "github.com/o/r?ref=v1", "pkg:github/o/r@v1"),
        ("terraform", "a/b/c//modules/x", "", "pkg:terraform/a/b/c#modules/x"),
        ("terraform", "own", "path:./modules/own", ""),
        ("terraform", "s3", "s3::https://bucket.example/b/vpc.zip", ""),
        ("pre-commit", "https://gitlab.com/foo/bar", "", "pkg:gitlab/foo/bar"),
        ("jvm", "libs/x.jar", "path:libs/x.jar", ""),
        ("swift", "mona.LinkedList", "", ""),
        (
            "python",
            "g",
            "git+https://u:p@example.org/g.git@v1#egg=g",
            "pkg:pypi/g?vcs_url=git%2Bhttps://example.org/g.git%40v1",
        ),
        ("javascript", "g", "github:o/g#abc", "pkg:npm/g?vcs_url=git%2Bhttps://github.com/o/g%40abc"),
        ("rust", "g", "git+https://example.org/g?branch=x", "pkg:cargo/g?vcs_url=git%2Bhttps://example.org/g"),
        ("ruby", "g", "git:https://example.org/g.git#b", "pkg:gem/g?vcs_url=git%2Bhttps://example.org/g.git%40b"),
        ("docker", "python", "", "pkg:docker/python"),
        ("github_actions", "actions/cache/save", "", "pkg:githubactions/actions/cache#save"),
        ("swift", "swift-nio", "https://github.com/apple/swift-nio.git", "pkg:swift/github.com/apple/swift-nio"),
        ("pre-commit", "https://github.com/psf/Black", "", "pkg:github/psf/black"),
        ("javascript", "@std/fs", "jsr:", "pkg:jsr/%40std/fs"),
        ("python", "./local", "./local", ""),
        ("python", "https://example.org/x", "https://example.org/x", ""),
        ("jvm", ":core", "project(:core)", ""),
        ("native", "Boost", "", ""),
    ],
)
def test_a_purl_names_what_can_be_named(ecosystem: str, name: str, reference: str, expected: str) -> None:
    made = purl_of(ecosystem, name, "", reference)
    assert made == expected
    assert not made or PackageURL.from_string(made).type == made[4:].partition("/")[0]


def test_an_image_with_tag_and_digest_is_named_by_its_digest() -> None:
    assert purl_of("docker", "redis", "7@sha256:ab") == "pkg:docker/redis@sha256:ab"
