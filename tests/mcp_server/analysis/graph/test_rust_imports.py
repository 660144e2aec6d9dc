"""What Rust paths mean in a tree."""

import pytest

from plumbrule.mcp_server.analysis.graph.resolving.rust import resolver
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Tree
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.analysis.syntax.model import Import, ImportKind


def facts(*rows: tuple[str, str, str]) -> Index:
    raw: list[list[object]] = [[target, 1, kind, [name], ["public"]] for kind, target, name in rows]
    return Index(1, 0, 0, 1, 0, raw, [], [], [], [], [], [], [], [], 0, 0, 0, None, "")


FACTS = {
    "core/src/lib.rs": facts(("module", "net", "net"), ("module", "util", "util"), ("export", "self::net::tcp", "tcp")),
    "core/src/net/mod.rs": facts(("module", "tcp", "tcp")),
    "core/src/net/tcp.rs": facts(),
    "core/src/util.rs": facts(("module", "odd.rs", "odd"), ("module", "inline::deep", "deep")),
    "core/src/odd.rs": facts(),
    "core/src/util/inline/deep.rs": facts(),
    "core/src/lone/macro_made.rs": facts(),
    "core/tests/it.rs": facts(("module", "common", "common")),
    "core/tests/common/mod.rs": facts(),
    "core/tests/big/main.rs": facts(),
    "core/tests/big/one.rs": facts(("module", "r#type", "r#type")),
    "core/tests/big/type.rs": facts(),
    "core/tests/big/utils.rs": facts(),
    "app/src/main.rs": facts(("module", "cli", "cli"), ("use", "std::io", "io")),
    "app/src/cli.rs": facts(),
    "app/src/bin/other.rs": facts(),
}
TEXTS = {
    "Cargo.toml": b'[workspace]\nmembers = ["core", "app"]\n[workspace.dependencies]\nmy-core = { path = "core" }\n',
    "core/Cargo.toml": b'[package]\nname = "my-core"\n\n[dependencies]\nserde_json = "1"\n'
    b'old = { version = "1",\n  package = "ancient-one" }\n[dev-dependencies.tempfile]\nversion = "3"\n',
    "app/Cargo.toml": b'[package]\nname = "app"\n[dependencies]\nmy-core.workspace = true\n'
    b"[target.'cfg(unix)'.dependencies]\nnix = \"1\"\n",
}


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(dict.fromkeys(FACTS, "Rust"), FACTS, TEXTS, ())


@pytest.mark.parametrize(
    ("path", "kind", "target", "expected"),
    [
        ("core/src/lib.rs", "module", "net", "core/src/net/mod.rs"),
        ("core/src/util.rs", "module", "odd.rs", "core/src/odd.rs"),
        ("core/src/util.rs", "module", "inline::deep", "core/src/util/inline/deep.rs"),
        ("core/src/net/tcp.rs", "use", "super::super::util::f", "core/src/util.rs"),
        ("core/src/net/tcp.rs", "use", "crate::net::tcp::Stream", "core/src/net/tcp.rs"),
        ("core/src/odd.rs", "use", "super::g", "core/src/util.rs"),
        ("core/src/util/inline/deep.rs", "use", "super::super::g", "core/src/util.rs"),
        ("core/src/lib.rs", "use", "net::tcp::Stream", "core/src/net/tcp.rs"),
        ("core/tests/it.rs", "use", "my_core::tcp::Stream", "core/src/net/tcp.rs"),
        ("core/tests/it.rs", "use", "common::setup", "core/tests/common/mod.rs"),
        ("core/tests/big/one.rs", "use", "super::utils", "core/tests/big/utils.rs"),
        ("core/src/lone/macro_made.rs", "use", "crate::util", "core/src/util.rs"),
        ("app/src/main.rs", "use", "cli::run", "app/src/cli.rs"),
        ("app/src/cli.rs", "use", "my_core::net", "core/src/net/mod.rs"),
        ("app/src/bin/other.rs", "use", "my_core::Thing", "core/src/lib.rs"),
    ],
)
def test_paths_lead_to_the_file_of_their_deepest_module(
    tree: Tree, path: str, kind: ImportKind, target: str, expected: str
) -> None:  # S-33
    assert resolver(tree)(path, Import(target, 1, kind, ("x",))) == Resolution("file", (expected,))


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        ("core/src/lib.rs", "std::fmt", Resolution("builtin")),
        ("app/src/main.rs", "io::Read", Resolution("builtin")),
        ("core/src/lib.rs", "serde_json::Value", Resolution("external", (), "serde_json")),
        ("core/src/lib.rs", "::old::X", Resolution("external", (), "ancient-one")),
        ("core/tests/it.rs", "tempfile::tempdir", Resolution("external", (), "tempfile")),
        ("app/src/main.rs", "nix::unistd", Resolution("external", (), "nix")),
        ("app/src/main.rs", "undeclared::x", Resolution("unknown")),
    ],
)
def test_other_paths_are_crates_the_standard_library_or_unknown(
    tree: Tree, path: str, target: str, expected: Resolution
) -> None:
    assert resolver(tree)(path, Import(target, 1, "use", ("x",))) == expected
