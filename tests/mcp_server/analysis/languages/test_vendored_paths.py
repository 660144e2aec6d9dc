"""Vendored, documentation and generated paths, as linguist's published conventions have them."""

import pytest

from plumbrule.mcp_server.analysis.languages.attributes import parse_attributes
from plumbrule.mcp_server.analysis.languages.detection import plan
from plumbrule.mcp_server.analysis.languages.model import RULES, FileLanguage
from plumbrule.mcp_server.platforms.ports.snapshot import Entry


def file(path: str, attributes: bytes = b"") -> FileLanguage:
    [found] = plan([Entry(path, 10, "file", "")], parse_attributes({".gitattributes": attributes})).files
    return found


@pytest.mark.parametrize(
    "path",
    [
        *(
            "node_modules/a/index.js",
            "src/vendor/a.py",
            "Vendor/a.rb",
            "third_party/a.c",
            "my3rdparty/a.c",
            "ThirdParty/x.c",
        ),
        *(
            "deps/a.c",
            "dependencies/a.c",
            "debian/rules",
            "a/testdata/x.go",
            "dist/app.js",
            "a/cache/x.py",
            "env/bin/x.py",
        ),
        *("test/fixtures/a.rb", "a/tests/fixtures/x/y.py", "gradle/wrapper/w.java", ".yarn/releases/yarn.cjs"),
        *("Godeps/_workspace/src/a.go", "docs/_static/a.js", "x/doc/themes/t.css", ".github/x.py", ".vscode/x.js"),
        *("configure", "a/gradlew", "mvnw.cmd", "Vagrantfile", "Jenkinsfile", "aclocal.m4", "tools/cpplint.py", "waf"),
        *("a.min.js", "x-min.css", "types/a.d.ts", "import.css", "js/jquery.js", "js/jquery-1.7.2.js", "jquery-ui.css"),
        *(
            "d3.v3.js",
            "d3/core.js",
            "react.js",
            "react-dom.js",
            "angular/x.js",
            "bootstrap.css",
            "css/font-awesome/x.css",
        ),
        *("modernizr-2.7.1.js", "knockout-3.4.2.debug.js", "codemirror/mode/x.js", "CodeMirror/5.1/lib/x.js"),
        *("packages/jQuery.1.2/x.js", "extjs/a/b.js", "Assets.xcassets/a.imageset/Contents.json", "Carthage/x.m"),
    ],
)
def test_a_vendored_path_is_not_counted(path: str) -> None:  # S-30
    found = file(path)
    assert found.vendored in ("vendored.folder", "vendored.file")
    assert not found.counted


@pytest.mark.parametrize(
    "path",
    [
        *("src/dependencies/a.c", "src/deps/a.c", "a/debian/x.py", "vendored/a.py", "myvendor/a.py", "distance/a.py"),
        *("fixtures/a.py", "testing/fixtures/a.py", "admin.js", "src/configure.py", "a.ts", "d4.js", "predict.js"),
        *("reactor.py", "src/environment/a.py", "caches/a.py", "minjs.js", "rebar/a.erl", "lib/rebar"),
    ],
)
def test_a_path_that_only_resembles_a_convention_is_counted(path: str) -> None:
    assert file(path).vendored == ""


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        *(
            (path, "documentation.folder")
            for path in ("docs/a.py", "Doc/x.c", "examples/a.py", "samples/a.go", "man/x.c")
        ),
        *((path, "documentation.folder") for path in ("a/Documentation/x.c", "x/javadoc/A.java", "demo/a.js")),
        *((path, "documentation.folder") for path in ("inst/doc/a.R", "CHANGES.d/1.py")),
        *(
            (path, "documentation.file")
            for path in ("README.md", "a/CHANGELOG.rst", "LICENSE", "readme", "CITATION.cff")
        ),
        *(
            (path, "")
            for path in ("src/docs/a.py", "lib/examples/a.py", "README-dev.py", "installer.py", "demonstration/a.py")
        ),
    ],
)
def test_documentation_is_told_apart(path: str, rule: str) -> None:  # S-30
    assert file(path).documentation == rule


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        *((path, "lockfile") for path in ("package-lock.json", "a/Cargo.lock", "uv.lock", "poetry.lock", "bun.lock")),
        *(
            (path, "lockfile")
            for path in ("flake.lock", "MODULE.bazel.lock", "Manifest.toml", "mise.lock", "pnpm-lock.yaml")
        ),
        *((path, "folder") for path in (".idea/x.xml", "ios/Pods/a.m", "a/__generated__/x.ts", "htmlcov/a.html")),
        *((path, "folder") for path in ("vendor/github.com/a/b.go", "Carthage/Build/x.h", "node_modules/a.js")),
        *(
            (path, "name")
            for path in ("Form1.Designer.cs", "a.feature.cs", "app.js.map", ".pnp.cjs", "x_TLB.pas", "gradlew")
        ),
        *((path, "name") for path in ("Main.nib", "a.zep.c", ".secrets.baseline", f".sqlx/query-{'a' * 64}.json")),
    ],
)
def test_a_name_that_tools_write_is_generated(path: str, rule: str) -> None:  # S-30
    assert file(path).generated == f"generated.{rule}"
    assert f"generated.{rule}" in RULES


def test_no_name_is_generated_by_resemblance() -> None:
    for path in (
        "src/lock.py",
        "manifest.toml",
        "map.js",
        "idea/a.py",
        "podspec.rb",
        "designer.cs",
        "block.rs",
        "a.lock.py",
    ):
        assert file(path).generated == "", path


def test_attributes_overrule_each_convention() -> None:  # S-30
    assert file("vendor/a.py", b"vendor/** -linguist-vendored").counted
    assert file("docs/a.py", b"docs/* linguist-documentation=false").counted
    assert file("a.pb.go", b"*.pb.go linguist-generated=true").generated == "generated.attributes"
    assert file("mine/a.py", b"mine/** linguist-vendored").vendored == "vendored.attributes"


def test_a_path_thousands_of_folders_deep_is_answered() -> None:
    assert file("a/" * 5_000 + "vendor/x.py").vendored == "vendored.folder"
