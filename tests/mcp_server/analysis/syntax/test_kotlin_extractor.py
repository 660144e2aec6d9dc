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
    assert [(i.target, i.line, i.kind, i.names) for i in found.imports if "reference" not in i.flags] == [
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
            KTOR + 'fun f() { route("/v1") { route("x", HttpMethod.Put) { handle { } }\n webSocket("/ws") { } } }',
            [("route", "/v1/x", "route.ktor", "PUT"), ("route", "/v1/ws", "route.ktor", "GET")],
        ),
        (
            'const val P = "/p"\n@RequestMapping(P) class A {\n @GetMapping(["/a", P + "/b"]) fun f() {}\n}',
            [("route", "/p/a", "route.spring", "GET"), ("route", "/p/p/b", "route.spring", "GET")],
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


HARD = """\
#!/usr/bin/env kotlin
@file:JvmName("Hard")
package a.`in`.b
import a.b.`when` as Whenever
@Suppress("UNCHECKED_CAST")
fun <T, S : T?> Column<in S>.wrap(value: T): Param<T> =
    Param(value, type as Type<T & Any>)
        .also { println("${"}" + "{${it}"}") }
context(session: Session)
private fun Type.isFun(): Boolean = with(session) { true }
val Type.label
    @OptIn(Internal::class)
    get() = when (this) {
        is A if (x && y) -> 1
        else -> 2
    }
class Sink(d: Sink) : Base by d {
    var size = 0L
        private set
    fun close() = Unit
}
class Door
@Inject
internal constructor(val key: String, vararg ids: Int = intArrayOf(1, 2).map { it }, private val n: (Int) -> Unit) :
    Wall(
        key,
    ),
    Thing<Int, String> where Int : Any {
    val url: String = if (key == "/* no comment")
        "a"
    else
        $$"${not} a $template"
    val owner by lazy {
        object : Thing<Int, String>(key) {
            fun hidden() {}
        }
    }
    init { fun local() {} }
    constructor() : this("a", n = {}) { }
}
enum class Way(val x: Int) {
    LEFT(1) {
        override fun go() = 1
    },
    enum(2),
    ;
    abstract fun go(): Int
    companion object : Maker<Way>
}
fun interface Act { fun act() }
data object Nothing
@JvmInline value class Id(val raw: Long)
annotation class Bare
expect class Far() : Near { companion object Key { val a: Int } }
val (a: Int, _) = 1 to 2; typealias Call<T> = suspend (T) -> Unit
fun (() -> Unit).twice() { this(); this() }
operator fun Int?.get(i: Int) = i /* a /* nested */ comment } */
"""


def test_declarations_are_read_where_the_grammar_tears() -> None:  # S-33
    found = read(HARD)
    assert [(s.kind, s.name, s.line, s.end_line, s.visibility) for s in found.symbols] == [
        ("function", "wrap", 5, 8, "public"),
        ("function", "isFun", 9, 10, "private"),
        ("property", "label", 11, 16, "public"),
        ("class", "Sink", 17, 21, "public"),
        ("property", "Sink.size", 18, 19, "public"),
        ("method", "Sink.close", 20, 20, "public"),
        ("class", "Door", 22, 40, "public"),
        ("property", "Door.key", 24, 24, "public"),
        ("property", "Door.n", 24, 24, "private"),
        ("property", "Door.url", 29, 32, "public"),
        ("property", "Door.owner", 33, 37, "public"),
        ("constructor", "Door.Door", 39, 39, "public"),
        ("enum", "Way", 41, 49, "public"),
        ("property", "Way.x", 41, 41, "public"),
        ("member", "Way.LEFT", 42, 44, "public"),
        ("member", "Way.enum", 45, 45, "public"),
        ("method", "Way.go", 47, 47, "public"),
        ("object", "Way.Companion", 48, 48, "public"),
        ("interface", "Act", 50, 50, "public"),
        ("method", "Act.act", 50, 50, "public"),
        ("object", "Nothing", 51, 51, "public"),
        ("class", "Id", 52, 52, "public"),
        ("property", "Id.raw", 52, 52, "public"),
        ("annotation", "Bare", 53, 53, "public"),
        ("class", "Far", 54, 54, "public"),
        ("object", "Far.Key", 54, 54, "public"),
        ("property", "Far.Key.a", 54, 54, "public"),
        ("property", "a", 55, 55, "public"),
        ("type", "Call", 55, 55, "public"),
        ("function", "twice", 56, 56, "public"),
        ("function", "get", 57, 57, "public"),
    ]
    assert [(i.kind, i.target, i.names) for i in found.imports if "reference" not in i.flags] == [
        ("package", "a.in.b", ()),
        ("import", "a.b.when", ("Whenever",)),
    ]


NAMES = """\
package a.b
import c.Known as Alias
/** Not Said.
 */
class Shop<Item : Stock>(val shelf: Shelf = Shelf("Quoted ${Hidden}")) : Base<Item>() {
    enum class Kind { SMALL }
    fun <Local> go(a: Local, k: Alias) = Till.open(Kind.SMALL, ::Wares, other.Field)
}
"""


def test_types_that_no_import_explains_are_named_at_their_first_use() -> None:  # S-33
    found = [(i.target, i.line) for i in read(NAMES).imports if "reference" in i.flags]
    assert found == [("Stock", 5), ("Shelf", 5), ("Base", 5), ("Till", 7), ("Wares", 7)]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("fun main( {\n}\n", True),
        ("class A {\n fun f() {\n", True),
        ("val x = )\n", True),
        ("fun f() { foo(1,,2) }\n", True),
        ('val s = "abc\n', True),
        ("fun f(a: Int b: Int) {}\n", True),
        ("context(session: Session)\nval Type.isOne: Boolean\n    get() = true\n", False),
        ("fun f(x: Any) = when (x) {\n    is A if (\n        x.y\n    ) -> 1\n    else -> 2\n}\n", False),
        ('@Value($$"${a.b:}#{T(c)}") val x = 1\n', False),
        ("public actual class P<T>\nactual constructor(val x: Int) : Q<T> {\n    init {\n    }\n}\n", False),
    ],
)
def test_only_what_is_no_kotlin_has_syntax_errors(text: str, broken: bool) -> None:  # S-33
    assert bool(read(text).errors) is broken
