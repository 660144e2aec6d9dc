"""What the Rust extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.rust import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("rust").parse(raw))


FILE = """\
//! A crate.
use std::{io, fs::{self, File as F}};
pub use crate::a::*;

/// A point.
#[derive(Debug)]
pub struct Point<T> {
    /// Across.
    pub x: T,
    y: u8,
}

pub struct Pair(pub u8, u8);

impl<T> std::fmt::Display for Point<T> {
    const SIDES: u8 = 1;
    fn fmt(&self) -> Result<(), E> { Ok(()) }
}

impl Point<u8> {
    pub(crate) async fn new(x: u8) -> Self
    where
        u8: Copy,
    {
        // if while "for"
        if x > 0 && true { return f(|| x)?; }
        match x { 0 => 1, _ => 2 };
        loop { break }
    }
}

pub trait Shape: Sized {
    type Out;
    fn area(&self) -> f64;
    fn name(&self) -> String { "if".into() }
}

enum Kind { A, B(u8) }

static mut COUNT: u8 = 0;
type Alias = u8;

#[macro_export]
macro_rules! hello { ($x:expr) => { fn no() {} }; }

cfg_rt! {
    /// Runs.
    pub fn run() {}
    mod inner;
}

extern "C" { fn puts(s: *const u8); }

#[cfg(test)]
mod tests {
    //! Tests it.
    use super::*;
    use crate::x::Y;
    mod helper;

    #[test]
    fn works() { use std::env; }
}
"""


def test_definitions_have_kind_name_lines_visibility_and_documentation() -> None:  # S-33
    found = [(s.kind, s.name, s.line, s.end_line, s.visibility, s.doc) for s in read(FILE).symbols]
    assert found == [
        ("struct", "Point", 7, 11, "public", "A point."),
        ("field", "Point.x", 9, 9, "public", "Across."),
        ("field", "Point.y", 10, 10, "private", ""),
        ("struct", "Pair", 13, 13, "public", ""),
        ("constant", "Point.SIDES", 16, 16, "public", ""),
        ("method", "Point.fmt", 17, 17, "public", ""),
        ("method", "Point.new", 21, 29, "internal", ""),
        ("trait", "Shape", 32, 36, "public", ""),
        ("type", "Shape.Out", 33, 33, "public", ""),
        ("method", "Shape.area", 34, 34, "public", ""),
        ("method", "Shape.name", 35, 35, "public", ""),
        ("enum", "Kind", 38, 38, "private", ""),
        ("member", "Kind.A", 38, 38, "private", ""),
        ("member", "Kind.B", 38, 38, "private", ""),
        ("variable", "COUNT", 40, 40, "private", ""),
        ("type", "Alias", 41, 41, "private", ""),
        ("macro", "hello", 44, 44, "public", ""),
        ("function", "run", 48, 48, "public", "Runs."),
        ("module", "inner", 49, 49, "private", ""),
        ("function", "puts", 52, 52, "private", ""),
        ("module", "tests", 55, 63, "private", "Tests it."),
        ("module", "tests.helper", 59, 59, "private", ""),
        ("function", "tests.works", 62, 62, "private", ""),
    ]


def test_signatures_modifiers_and_complexity() -> None:  # S-33
    by_name = {s.name: s for s in read(FILE).symbols}
    new = by_name["Point.new"]
    assert new.signature == "pub(crate) async fn new(x: u8) -> Self where u8: Copy,"
    assert new.complexity == 7  # if, &&, ?, two arms, loop
    assert new.modifiers == ("async",)
    assert by_name["Point"].modifiers == ("#[derive(Debug)]",)
    assert by_name["Pair"].signature == "pub struct Pair(pub u8, u8)"
    assert by_name["tests.works"].modifiers == ("test", "#[test]")
    assert by_name["hello"].signature == "macro_rules! hello"


def test_imports_are_single_paths_from_the_files_own_module() -> None:  # S-33
    found = [(i.kind, i.target, i.names, i.flags) for i in read(FILE).imports]
    assert found == [
        ("use", "std::io", ("io",), ()),
        ("use", "std::fs", ("fs",), ()),
        ("use", "std::fs::File", ("F",), ()),
        ("export", "crate::a", ("*",), ()),
        ("module", "inner", ("inner",), ()),
        ("module", "tests", ("tests",), ("inline", "test")),
        ("use", "self", ("*",), ("test",)),
        ("use", "crate::x::Y", ("Y",), ("test",)),
        ("module", "tests::helper", ("helper",), ("test",)),
        ("use", "std::env", ("env",), ("test",)),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('fn f() { std::env::var("HOME_URL"); }', ("env", "HOME_URL", "env.read", "")),
        ('const X: &str = option_env!("BUILT_BY");', ("env", "BUILT_BY", "env.read", "")),
        (
            'use clap::Parser;\n#[derive(Parser)] struct A { #[arg(env = "TOKEN")] t: u8 }',
            ("env", "TOKEN", "env.read", ""),
        ),
        ('use clap::Command;\nfn f() { Command::new("tool"); }', ("command", "tool", "command.clap", "")),
        ('use actix_web::get;\n#[get("/a/{id}")] async fn f() {}', ("route", "/a/{id}", "route.actix", "GET")),
        ('use axum::Router;\nfn f() { r.route("/a", post(h)); }', ("route", "/a", "route.axum", "POST")),
        ('#[rocket::get("/a")] fn f() {}', ("route", "/a", "route.rocket", "GET")),
        ('fn f() { TcpListener::bind("127.0.0.1:8080"); }', ("port", "8080", "port.listen", "")),
        (
            'fn f(x: &str) { Command::new("sh").arg("-c").arg(x); }',
            ("danger", 'Command::new("sh").arg("-c").arg(x)', "danger.shell", ""),
        ),
        (
            "fn f() { Client::builder().danger_accept_invalid_certs(true); }",
            ("danger", "danger_accept_invalid_certs(true)", "danger.tls-off", ""),
        ),
        (
            'fn f() { sqlx::query(&format!("DELETE FROM a WHERE b = {}", x)); }',
            ("danger", 'sqlx::query(&format!("DELETE FROM a WHERE b = {}", x))', "danger.sql", ""),
        ),
    ],
)
def test_uses_are_told_with_their_rule(body: str, expected: tuple[str, str, str, str]) -> None:
    assert [(use.kind, use.value, use.rule, use.detail) for use in read(body).uses] == [expected]


@pytest.mark.parametrize(
    "body",
    [
        'fn f() { Command::new("sh").arg("-c").arg("ls"); }',
        'use std::process::Command; fn f() { Command::new("git"); }',
        'const V: &str = env!("CARGO_PKG_VERSION");',
        '#[cfg(test)]\nmod tests { fn f() { std::env::var("X"); } }',
        '// std::env::var("X")\nconst S: &str = r#"env::var("Y")"#;',
        'fn f() { map.get("/a"); x.bind("a"); }',
    ],
)
def test_what_a_reviewer_would_call_noise_is_no_use(body: str) -> None:
    assert read(body).uses == []


def test_damaged_files_and_deep_nesting_keep_what_can_be_read() -> None:
    found = read("fn a() {}\nfn ) {\nfn b() {}\n")
    assert "a" in {s.name for s in found.symbols}
    assert found.errors
    deep = "mod m {" * 3_000 + "fn f() {}" + "}" * 3_000
    assert len(read(deep).symbols) == 3_001


FOLLOWED = """\
//! crate::doc::link
use std::fmt;
use crate::a;
mod inline { pub(crate) mod deep; fn f() { super::own::g(); deep::h(); self::deep::z(); } }
/// See crate::nothing::f
#[tokio::main]
async fn main() { // crate::comment::f()
    let s = "crate::string::f()";
    crate::b::c::f(); a::b::g(); a::f(); fmt::Write::x(); u8::from(1); std::mem::drop(s);
    println!("{}", crate::called::f()); ::regex::Regex::new("x"); crate::top(); super::up();
    quote! { ::serde::Serialize; crate::quoted::f() };
}
#[derive(thiserror::Error)]
pub(in crate::vis::a) struct S(serde_json::Value);
#[cfg(test)]
mod tests { fn t() { super::own::g(); pretty::eq(); } }
"""


def test_a_path_is_an_import_without_use_where_it_is_code_of_this_file() -> None:  # S-33
    found = [(i.line, i.target, i.flags) for i in read(FOLLOWED).imports if "path" in i.flags]
    assert found == [
        (4, "self::own", ("path",)),
        (4, "self::inline::deep", ("path",)),
        (4, "self::inline::deep", ("path",)),
        (6, "tokio", ("path",)),
        (9, "crate::b::c", ("path",)),
        (9, "a::b", ("path",)),
        (10, "crate::called", ("path",)),
        (10, "regex::Regex", ("path",)),
        (10, "crate", ("path",)),
        (10, "super", ("path",)),
        (13, "thiserror", ("path",)),
        (14, "serde_json", ("path",)),
        (16, "self::own", ("path", "test")),
        (16, "pretty", ("path", "test")),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('#[path = "b.rs"] mod a;', [("b.rs", ("a",), ())]),
        ('mod o { #[path = "b.rs"] pub mod a; }', [("o", ("o",), ("inline",)), ("b.rs", ("a", "o"), ("public",))]),
        (
            '#[cfg_attr(unix, path = "u.rs")] #[cfg_attr(windows, path = "w.rs")] pub(crate) mod a;',
            [
                ("a", ("a",), ("internal", "optional")),
                ("u.rs", ("a",), ("internal",)),
                ("w.rs", ("a",), ("internal",)),
            ],
        ),
    ],
)
def test_modules_name_each_file_that_they_may_be(text: str, expected: list[object]) -> None:  # S-33
    assert [(i.target, i.names, i.flags) for i in read(text).imports] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fn f() { let Self { a, #[cfg(test)] b } = self; }", []),
        ('fn f() { g(str![[r#"x"#]]); u8!(1) }', []),
        ("macro_rules ! T { [!] => { $ crate :: A } ; ($ x : expr) => {} ; }", []),
        ("fn f() { at(T![~]); let x = p.parent::<>(); }", []),
        ("fn f( { }", [1]),
    ],
)
def test_what_the_compiler_accepts_is_no_syntax_error(text: str, expected: list[int]) -> None:  # S-33
    assert read(text).errors == expected


ROUTES = """
use axum::{routing::get, Router};
fn api() -> Router { Router::new().route("/users", get(list).post(create)) }
fn all() -> Router { Router::new().nest("/v1", api()) }
fn main() {
    let admin = Router::new().route("/stats", get(stats));
    Router::new().route("/", get(home)).nest("/api", all()).nest("/admin", admin)
        .nest("/in", Router::new().route("/", get(a)).route("/b/{id}", get(b)));
}
"""
SCOPES = """
use actix_web::web;
fn f(c: &mut web::ServiceConfig) {
    c.service(web::scope("/api").route("/x", web::put().to(x)).service(
        web::scope("/v1").service(web::resource("/items").route(web::get().to(a)).route(web::post().to(b)))));
}
"""
COMMANDS = """
use clap::{Parser, Subcommand};
#[derive(Parser)] #[command(name = "tool")]
struct Cli { #[arg(long, env)] api_key: String, #[arg(env = "TOOL_HOME")] home: String }
#[derive(Debug, Subcommand)]
enum Cmd {
    /// Runs.
    RunAll { x: u8 },
    #[command(name = "ls", about = "x")]
    List(Args),
    #[command(flatten)]
    Other(Other),
}
#[derive(clap::Subcommand)] #[command(rename_all = "snake_case")] enum More { DoIt }
"""


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (
            ROUTES,
            "route",
            ["/api/v1/users GET", "/api/v1/users POST", "/admin/stats GET", "/ GET", "/in GET", "/in/b/{id} GET"],
        ),
        (SCOPES, "route", ["/api/x PUT", "/api/v1/items GET", "/api/v1/items POST"]),
        (COMMANDS, "command", ["tool", "run-all", "ls", "do_it"]),
        (COMMANDS, "env", ["API_KEY", "TOOL_HOME"]),
    ],
)
def test_routes_have_their_prefixes_and_subcommands_their_names(
    text: str, kind: str, expected: list[str]
) -> None:  # S-38
    assert [f"{use.value} {use.detail}".strip() for use in read(text).uses if use.kind == kind] == expected


def test_derive_macros_name_crates_in_strings() -> None:  # S-35
    found = read('#[serde(with = "humantime_serde")] struct A; #[default(_code = "f(is_ci::x)")] struct B;').imports
    assert [one.target for one in found] == ["humantime_serde", "is_ci"]
