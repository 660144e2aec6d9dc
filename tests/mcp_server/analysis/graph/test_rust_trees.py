"""Which files the code of a Rust workspace reaches: sources are read, then their paths are followed."""

import pytest

from plumbrule.mcp_server.analysis.graph.resolving.rust import resolver
from plumbrule.mcp_server.analysis.graph.tree import Tree
from plumbrule.mcp_server.analysis.syntax.facts import Index

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")

SOURCES = {
    "core/src/lib.rs": "mod join;\nmod sink;\npub mod deep;\npub use join::join;\npub use crate::sink::sinks;\n"
    "pub extern crate other as renamed;\npub mod old { pub use crate::deep::utils; }\n",
    "core/src/join.rs": "pub fn join() {}",
    "core/src/sink.rs": "pub mod sinks { pub struct Utf8; }",
    "core/src/deep/mod.rs": "mod inner;\npub use inner::*;\n",
    "core/src/deep/inner.rs": "pub mod utils;\npub use self::utils::Item;\n",
    "core/src/deep/inner/utils.rs": "pub struct Item;",
    "core/src/platform/mod.rs": "",
    "core/tests/a.rs": "use core_lib::join;",
    "core/tests/b.rs": "use core_lib::sinks::Utf8;",
    "core/tests/c.rs": "fn f() { core_lib::join(); core_lib::renamed::go(); }",
    "core/tests/d.rs": "use core_lib::old::utils;",
    "core/tests/e.rs": "use core_lib::deep::Item;",
    "core/tests/f.rs": "use core_lib::*; fn f() { deep::call(); }",
    "other/src/lib.rs": 'pub mod sys { #[path = "linux.rs"] pub mod imp; }\n'
    '#[cfg_attr(unix, path = "os/unix.rs")] mod os;\nfn f() { crate::sys::imp::go(); os::go(); }',
    "other/src/sys/linux.rs": "use super::super::os;",
    "other/src/os/unix.rs": "",
}
TEXTS = {
    "core/Cargo.toml": b'[package]\nname = "core-lib"\n[dependencies]\nother = { path = "../other" }\n',
    "other/Cargo.toml": b'[package]\nname = "other"\n',
}


def read(text: str) -> Index:
    from plumbrule.mcp_server.analysis.syntax.extractors.rust import extract

    raw = text.encode()
    rows = [list(one) for one in extract(raw, semble_grammars.get_parser("rust").parse(raw)).imports]
    return Index(1, 0, 0, 1, 0, rows, [], [], [], [], [], [], [], [], 0, 0, 0, None, "")


@pytest.fixture(scope="module")
def reached() -> dict[str, set[str]]:
    facts = {path: read(text) for path, text in SOURCES.items()}
    resolve = resolver(Tree(dict.fromkeys(SOURCES, "Rust"), facts, TEXTS, ()))
    return {path: {file for one in facts[path].imports() for file in resolve(path, one).files} for path in SOURCES}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("core/tests/a.rs", {"core/src/lib.rs"}),  # the function: the module of that name is private
        ("core/tests/b.rs", {"core/src/sink.rs"}),
        ("core/tests/c.rs", {"core/src/lib.rs", "other/src/lib.rs"}),
        ("core/tests/d.rs", {"core/src/deep/inner/utils.rs"}),
        ("core/tests/e.rs", {"core/src/deep/mod.rs"}),
        ("core/tests/f.rs", {"core/src/lib.rs", "core/src/deep/mod.rs"}),
        ("other/src/lib.rs", {"other/src/sys/linux.rs", "other/src/os/unix.rs"}),
        ("other/src/sys/linux.rs", {"other/src/os/unix.rs"}),
    ],
)
def test_re_exports_globs_and_private_modules_are_followed_as_the_compiler_does(
    reached: dict[str, set[str]], path: str, expected: set[str]
) -> None:  # S-33
    assert reached[path] - {path} == expected
