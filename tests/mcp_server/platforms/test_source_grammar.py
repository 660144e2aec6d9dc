"""What callers type, read without touching anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.core.errors import BlockedUrl, InvalidArgument, PlumbruleError
from plumbrule.core.security.urls import NetworkSettings, url_policy
from plumbrule.mcp_server.platforms.source import GitSource, PackageSource, PathSource, parse_source

POLICY = url_policy(NetworkSettings(extra_origins=("http://127.0.0.1:8000", "https://git.example.org")))


def git(text: str) -> tuple[str, str | None, str, str]:
    source = parse_source(text, POLICY)
    assert isinstance(source, GitSource)
    return str(source.url), source.ref, source.subpath, source.tail


@pytest.mark.parametrize("text", [".", "..", "./x", "../x", "/x/y", "~", "~/x", "./owner/name@v1", "./a.tar.gz"])
def test_these_are_paths(text: str) -> None:
    assert parse_source(text, POLICY) == PathSource(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/pallets/flask",
        "https://github.com/pallets/flask/",
        "https://github.com/pallets/flask.git",
        "HTTPS://GitHub.com/pallets/flask",
        "git@github.com:pallets/flask.git",
        "pallets/flask",
        "github:pallets/flask",
        "pkg:github/pallets/flask",
    ],
)
def test_all_forms_of_an_address_name_the_same_repository(text: str) -> None:
    # S-27
    url, ref, subpath, tail = git(text)
    assert url.removesuffix(".git") == "https://github.com/pallets/flask"
    assert (ref, subpath, tail) == (None, "", "")


@pytest.mark.parametrize(
    ("text", "url", "ref", "tail"),
    [
        ("https://github.com/o/n/tree/main", "https://github.com/o/n", "main", ""),
        ("https://github.com/o/n/tree/main/src/x", "https://github.com/o/n", None, "main/src/x"),
        ("https://github.com/o/n.git/tree/v1/src", "https://github.com/o/n.git", None, "v1/src"),
        ("https://github.com/o/n/commit/" + "a" * 40, "https://github.com/o/n", "a" * 40, ""),
        ("https://github.com/o/n/releases/tag/v1.0", "https://github.com/o/n", "v1.0", ""),
        ("https://gitlab.com/g/s/p/-/tree/main/docs", "https://gitlab.com/g/s/p", None, "main/docs"),
        ("https://gitlab.com/g/s/p", "https://gitlab.com/g/s/p", None, ""),
        ("https://codeberg.org/o/n/src/branch/main/x", "https://codeberg.org/o/n", None, "main/x"),
        ("https://bitbucket.org/o/n/src/main/x", "https://bitbucket.org/o/n", None, "main/x"),
        ("https://huggingface.co/datasets/o/n/tree/main", "https://huggingface.co/datasets/o/n", "main", ""),
        ("huggingface:spaces/o/n", "https://huggingface.co/spaces/o/n", None, ""),
        ("huggingface:o/n@main", "https://huggingface.co/o/n", "main", ""),
        ("gitlab:g/s/p@v1", "https://gitlab.com/g/s/p", "v1", ""),
        ("o/n@feature/x", "https://github.com/o/n", "feature/x", ""),
        ("o/n@@scope/pkg@1.0.0", "https://github.com/o/n", "@scope/pkg@1.0.0", ""),
        ("pkg:github/o/n@v1", "https://github.com/o/n", "v1", ""),
        ("http://127.0.0.1:8000/o/n.git", "http://127.0.0.1:8000/o/n.git", None, ""),
        ("https://git.example.org/a/b/c", "https://git.example.org/a/b/c", None, ""),
    ],
)
def test_a_ref_and_a_folder_are_read_from_an_address(text: str, url: str, ref: str | None, tail: str) -> None:
    assert git(text) == (url, ref, "", tail)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pkg:pypi/Flask", PackageSource("pypi", "flask", None)),
        ("pkg:pypi/zope.interface@6.0", PackageSource("pypi", "zope-interface", "6.0")),
        ("pkg:npm/express@4.18.2", PackageSource("npm", "express", "4.18.2")),
        ("pkg:npm/@babel/core", PackageSource("npm", "@babel/core", None)),
        ("pkg:npm/%40babel/core@7.0.0", PackageSource("npm", "@babel/core", "7.0.0")),
    ],
)
def test_package_urls_name_packages(text: str, expected: PackageSource) -> None:
    assert parse_source(text, POLICY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "ssh://git@github.com/o/n",
        "ext::sh -c touch% /tmp/x",
        "http://github.com/o/n",
        "https://github.com@evil.com/o/n",
        "https://user:pass@github.com/o/n",
        "https://github.com.evil.com/o/n",
        "https://127.0.0.1/o/n",
        "https://localhost/o/n",
        "https://[::1]/o/n",
        "https://2130706433/o/n",
        "https://github.com:22/o/n",
        "https://github.com\\@evil.com/o/n",
        "https://g\u0131thub.com/o/n",
        "https://evil.com/o/n",
        "git@evil.com:o/n.git",
        "git@127.0.0.1:o/n",
        "https://github.com/o/n?x=1",
        "https://github.com/o/n#x",
        "https://github.com/o/../n",
        "https://github.com/%2e%2e/n",
        "-oProxyCommand=x",
        "--upload-pack=x",
        "o/n@--upload-pack=x",
        "o/n@HEAD~1",
        "o/n@a..b",
        "o/n@HEAD^{/x}",
        "o/n@:/x",
        "o/n@@{upstream}",
        "o/n@",
        "o/n@x\n",
        "https://github.com/o/n/tree/--x",
        "https://github.com/o/n/tree/main/../../x",
        "https://github.com/o/n/issues/1",
        "https://github.com/o",
        "https://github.com/",
        "owner/-name",
        "owner/..",
        "owner",
        "a/b/c",
        "C:\\x",
        "\\\\server\\share",
        "evil:o/n",
        "pkg:pypi/",
        "pkg:pypi/../x",
        "pkg:npm/@/x",
        "pkg:npm/x@latest || rm",
        "pkg:pypi/x?repository_url=https://evil.com",
        "pkg:maven/g/a@1",
        "",
        "   ",
        "x\0y",
        "./x\ny",
        "a" * 3000,
    ],
)
def test_these_are_refused_before_anything_is_contacted(text: str) -> None:
    # S-28, S-95, A38, A43, A54, A55
    with pytest.raises((InvalidArgument, BlockedUrl)) as caught:
        parse_source(text, POLICY)
    assert caught.value.hint
    assert "\n" not in caught.value.message


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_by_an_error_of_ours(text: str) -> None:
    codes: set[str] = set()
    for prefix in ("", "https://github.com/", "git@github.com:", "o/n@", "pkg:npm/", "https://github.com/o/n/tree/"):
        try:
            parse_source(prefix + text, POLICY)
        except PlumbruleError as error:
            codes.add(error.code)
    assert codes <= {"invalid_argument", "blocked_url"}
