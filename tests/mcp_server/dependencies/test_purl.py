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
        ("docker", "ghcr.io/astral-sh/uv", "", "pkg:docker/astral-sh/uv?repository_url=ghcr.io/astral-sh/uv"),
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
    assert purl_of(ecosystem, name, "", reference) == expected
