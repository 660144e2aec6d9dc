"""What the Kotlin extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.kotlin import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("kotlin").parse(raw))


FILE = """\
package a.b

import a.b.C as D
import x.*

/** A shop. */
@Serializable
data class Shop(val name: String, private var y: Int = 1, z: Int) : Base(), C by d {
    constructor(a: Int) : this("", a) { x() }
    companion object {
        const val LIMIT = 1
        fun make() = Shop(1)
    }
    val size: Int get() = 1
    internal suspend fun find(a: Int?): Int {
        // if && when
        if (a != null && true) return when (a) {
            1, 2 -> 3
            else -> 4
        }
        return a ?: 5
    }
    inner class Shelf
}

sealed interface Seller { fun sell(): Int }
enum class Kind { A, B }
fun String.ext(a: Int): Int = 1
val String.len: Int get() = length
private val (p, q) = 1 to 2
typealias Callback = (Int) -> Unit
annotation class Mark(val x: String)
object Only { protected fun f() {} }
"""


def test_definitions_have_kind_name_lines_and_visibility() -> None:  # S-33
    found = [(s.kind, s.name, s.line, s.end_line, s.visibility) for s in read(FILE).symbols]
    assert found == [
        ("class", "Shop", 7, 24, "public"),
        ("property", "Shop.name", 8, 8, "public"),
        ("property", "Shop.y", 8, 8, "private"),
        ("constructor", "Shop.Shop", 9, 9, "public"),
        ("object", "Shop.Companion", 10, 13, "public"),
        ("constant", "Shop.Companion.LIMIT", 11, 11, "public"),
        ("method", "Shop.Companion.make", 12, 12, "public"),
        ("property", "Shop.size", 14, 14, "public"),
        ("method", "Shop.find", 15, 22, "internal"),
        ("class", "Shop.Shelf", 23, 23, "public"),
        ("interface", "Seller", 26, 26, "public"),
        ("method", "Seller.sell", 26, 26, "public"),
        ("enum", "Kind", 27, 27, "public"),
        ("member", "Kind.A", 27, 27, "public"),
        ("member", "Kind.B", 27, 27, "public"),
        ("function", "ext", 28, 28, "public"),
        ("property", "len", 29, 29, "public"),
        ("property", "p", 30, 30, "private"),
        ("property", "q", 30, 30, "private"),
        ("type", "Callback", 31, 31, "public"),
        ("annotation", "Mark", 32, 32, "public"),
        ("property", "Mark.x", 32, 32, "public"),
        ("object", "Only", 33, 33, "public"),
        ("method", "Only.f", 33, 33, "protected"),
    ]


def test_signatures_documentation_modifiers_and_complexity() -> None:  # S-33
    by_name = {s.name: s for s in read(FILE).symbols}
    shop = by_name["Shop"]
    assert shop.signature == ("data class Shop(val name: String, private var y: Int = 1, z: Int) : Base(), C by d")
    assert shop.doc == "A shop."
    assert shop.modifiers == ("data", "@Serializable")
    assert by_name["Shop.find"].signature == "internal suspend fun find(a: Int?): Int"
    assert by_name["Shop.find"].complexity == 5  # if, &&, one case, ?:
    assert by_name["ext"].signature == "fun String.ext(a: Int): Int"
    assert by_name["Shop.size"].signature == "val size: Int"
    assert by_name["Shop.Companion.LIMIT"].signature == "const val LIMIT = 1"
    assert by_name["Shop.Shop"].signature == "constructor(a: Int) :"


def test_imports_and_what_the_file_offers() -> None:  # S-33
    found = read(FILE)
    assert [(i.target, i.line, i.kind, i.names) for i in found.imports] == [
        ("a.b", 1, "package", ()),
        ("a.b.C", 3, "import", ("D",)),
        ("x", 4, "import", ("*",)),
    ]
    assert found.exports == ("Shop", "Seller", "Kind", "ext", "len", "Callback", "Mark", "Only")


KTOR = "import io.ktor.server.routing.*\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('val h = System.getenv("HOME_URL") ?: "x"', [("env", "HOME_URL", "env.read", "")]),
        ("fun main() { embeddedServer(Netty, port = 8080) { f() }.start() }", [("port", "8080", "port.listen", "")]),
        (
            KTOR + 'fun f() { route("/v1") { get("/a") { x() }\n post { y() } } }',
            [("route", "/v1/a", "route.ktor", "GET"), ("route", "/v1", "route.ktor", "POST")],
        ),
        (
            '@RequestMapping("/api") class A {\n @GetMapping("/a") fun f() {}\n}',
            [("route", "/api/a", "route.spring", "GET")],
        ),
        ('class Tool : CliktCommand(name = "tool") {\n}', [("command", "tool", "command.clikt", "")]),
        ("fun f() { ObjectInputStream(x).use { } }", [("danger", "ObjectInputStream(x)", "danger.deserialize", "")]),
        (
            'fun f(x: String) { ProcessBuilder("sh", "-c", x).start() }',
            [("danger", 'ProcessBuilder("sh", "-c", x)', "danger.shell", "")],
        ),
        (
            'fun f(x: String) { db.rawQuery("SELECT a FROM b WHERE c = $x", null) }',
            [("danger", 'db.rawQuery("SELECT a FROM b WHERE c = $x", null)', "danger.sql", "")],
        ),
    ],
)
def test_uses_are_told_with_their_rule(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert [(use.kind, use.value, use.rule, use.detail) for use in read(text + "\n").uses] == expected


@pytest.mark.parametrize(
    "text",
    [
        KTOR + 'fun f() { client.get("/a") { x() }\n map.get("/b") }',
        'fun f() { get("/a") { x() } }',
        'fun f() { db.rawQuery("SELECT a FROM b WHERE c = ?", x) }',
        'fun f() { System.getenv(name) }\n// System.getenv("X")',
    ],
)
def test_what_a_reviewer_would_call_noise_is_no_use(text: str) -> None:
    assert read(text + "\n").uses == []


def test_an_annotated_class_without_a_body_is_a_class() -> None:
    found = read("package a\n\n/** Marks. */\n@Target(X)\nannotation class Mark\n\nfun f() {}\n")
    assert [(s.kind, s.name, s.doc, s.signature) for s in found.symbols] == [
        ("annotation", "Mark", "Marks.", "annotation class Mark"),
        ("function", "f", "", "fun f()"),
    ]


def test_damaged_files_keep_their_types_and_members() -> None:
    found = read("class A {\n fun a() {}\n fun ) {\n fun b() {}\n}\nclass B {\n fun c() {}\n}\n")
    assert {"A", "B.c"} <= {s.name for s in found.symbols}
    assert found.errors
