"""What Go imports mean in a tree."""

import pytest

from plumbrule.mcp_server.analysis.graph.resolving.go import resolver
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Tree
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.analysis.syntax.model import Import


def facts(*targets: str) -> Index:
    raw: list[list[object]] = [[target, 1, "import", [], []] for target in targets]
    return Index(1, 0, 0, 1, 0, raw, [], [], [], [], [], [], [], [], 0, 0, 0, None, "")


PATHS = (
    "main.go",
    "main_test.go",
    "internal/a/a.go",
    "internal/a/b.go",
    "internal/a/a_test.go",
    "sdk/sdk.go",
    "sdk/deep/d.go",
    "tools/gen/gen.go",
    "vendor/github.com/x/y/y.go",
)
TEXTS = {
    "go.mod": b"module example.com/app // the app\n\ngo 1.22\n\nrequire (\n\tgithub.com/x/y/v2 v2.0.0\n"
    b"\texample.com/sdk v0.0.0\n\tgopkg.in/yaml.v3 v3.0.1 // indirect\n)\n\nreplace example.com/sdk => ./sdk\n",
    "sdk/go.mod": b"module example.com/sdk\n",
    "tools/go.mod": b"module example.com/tools\nrequire example.com/app v1.0.0\n",
}


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(dict.fromkeys(PATHS, "Go"), {}, TEXTS, ())


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        ("main.go", "fmt", Resolution("builtin")),
        ("main.go", "C", Resolution("builtin")),
        ("main.go", "net/http", Resolution("builtin")),
        ("main.go", "example.com/app/internal/a", Resolution("file", ("internal/a/a.go", "internal/a/b.go"))),
        ("internal/a/a_test.go", "example.com/app", Resolution("file", ("main.go",))),
        ("main.go", "example.com/app/missing", Resolution("unknown")),
        ("main.go", "example.com/sdk/deep", Resolution("file", ("sdk/deep/d.go",))),
        ("main.go", "github.com/x/y/v2/z", Resolution("external", (), "github.com/x/y/v2")),
        ("main.go", "gopkg.in/yaml.v3", Resolution("external", (), "gopkg.in/yaml.v3")),
        ("main.go", "github.com/un/declared/v3/pkg", Resolution("external", (), "github.com/un/declared/v3")),
        ("sdk/sdk.go", "example.com/app", Resolution("external", (), "example.com/app")),
        ("tools/gen/gen.go", "example.com/app/internal/a", Resolution("external", (), "example.com/app")),
        ("main.go", "./internal/a", Resolution("file", ("internal/a/a.go", "internal/a/b.go"))),
    ],
)
def test_imports_follow_the_modules_reference(tree: Tree, path: str, target: str, expected: Resolution) -> None:  # S-33
    assert resolver(tree)(path, Import(target, 1, "import")) == expected


def test_modules_of_a_workspace_see_each_other(tree: Tree) -> None:
    work = {**TEXTS, "go.work": b"go 1.22\nuse (\n\t.\n\t./tools\n)\n"}
    resolve = resolver(Tree(tree.languages, {}, work, ()))
    assert resolve("tools/gen/gen.go", Import("example.com/app", 1, "import")).files == ("main.go",)


def test_a_repository_without_a_module_is_known_by_what_it_imports_of_itself() -> None:
    languages = dict.fromkeys(("main.go", "pkg/a/a.go", "pkg/b/b.go"), "Go")
    imports = {"main.go": facts("github.com/o/n/pkg/a", "github.com/z/z"), "pkg/a/a.go": facts("github.com/o/n/pkg/b")}
    resolve = resolver(Tree(languages, imports, {}, ()))
    assert resolve("main.go", Import("github.com/o/n/pkg/a", 1, "import")).files == ("pkg/a/a.go",)
    assert resolve("main.go", Import("github.com/z/z", 1, "import")).package == "github.com/z/z"
