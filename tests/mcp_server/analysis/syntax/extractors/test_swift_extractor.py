"""What the Swift extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.swift import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("swift").parse(raw))


FILE = """\
import Vapor
@testable import struct Shop.Thing
/// A shop.
@MainActor public final class Shop<T>: Base, Sells where T: X {
  private(set) var size: Int = 1, rest = 3
  @Published var name: String { get { "if" } set { } }
  static let limit = 2
  public init?(a: Int) throws { }
  deinit {}
  subscript(i: Int) -> Int { 1 }
  @available(iOS 13, *)
  func find(_ a: Int, b c: String = "x") async throws -> Int {
    guard let x = y else { return 1 }
    if x == 1 && y { return 2 } else if q { }
    for i in x { }
    switch x { case 1, 2: break
    default: break }
    func inner() {}
    return a ? b : c ?? d
  }
  static func + (l: Shop, r: Shop) -> Shop { l }
  enum Kind: String { case a = "x", b
    case c(Int) }
}
public extension Shop { func more() {} }
protocol Sells { associatedtype T; var p: Int { get }
  func m() }
fileprivate struct S { let a: Int }
actor Till { nonisolated func x() {} }
typealias F = (Int) -> Void
let g = 1
func routes(_ app: Application) throws {
  app.get("hello", ":name") { req in "x" }
  let api = app.grouped("api", "v1")
  api.delete("x", use: z)
  app.group("users") { users in users.get(":id") { _ in } }
  app.client.get("https://no")
  app.http.server.configuration.port = 8080
  _ = Environment.get("PORT")
  _ = ProcessInfo.processInfo.environment["SHOP"]
}
struct OpenShop: AsyncParsableCommand {
  @Option() var name: String
}
#if os(Linux)
func torn() {
#else
func young() {
#endif
}
"""

SYMBOLS = """
4-24 public class Shop 0 @MainActor final
5-5 internal property Shop.size 0
5-5 internal property Shop.rest 0
6-6 internal property Shop.name 1 @Published
7-7 internal property Shop.limit 0 static
8-8 public constructor Shop.init 1
9-9 internal method Shop.deinit 1
10-10 internal property Shop.subscript 1
12-20 internal method Shop.find 9 @available(iOS 13, *)
18-18 private function Shop.find.inner 1
21-21 internal method Shop.+ 1 static
22-23 internal enum Shop.Kind 0
22-22 internal member Shop.Kind.a 0
22-22 internal member Shop.Kind.b 0
23-23 internal member Shop.Kind.c 0
25-25 public extension Shop 0
25-25 public method Shop.more 1
26-27 internal protocol Sells 0
26-26 internal type Sells.T 0
26-26 internal property Sells.p 0
27-27 internal method Sells.m 0
28-28 private struct S 0
28-28 private property S.a 0
29-29 internal class Till 0
29-29 internal method Till.x 1 nonisolated
30-30 internal type F 0
31-31 internal constant g 0
32-41 internal function routes 1
42-44 internal struct OpenShop 0
43-43 internal property OpenShop.name 0 @Option
46-50 internal function torn 1
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

IMPORTS = """
1 import Vapor -
2 import Shop Thing testable
"""

USES = """
33 route.vapor /hello/:name GET
35 route.vapor /api/v1/x DELETE
36 route.vapor /users/:id GET
38 port.listen 8080
39 env.read PORT
40 env.read SHOP
42 command.swift-argument-parser open-shop
"""

SIGNATURES = {
    "Shop": "public extension Shop",
    "Shop.size": "private(set) var size: Int",
    "Shop.find": 'func find(_ a: Int, b c: String = "x") async throws -> Int',
    "Sells.p": "var p: Int { get }",
}

DOCS = {"Shop": "A shop."}


# S-33
def test_swift_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_swift_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


def test_swift_imports_have_target_names_and_flags() -> None:
    found = [
        " ".join([str(one.line), one.kind, one.target, ",".join(one.names) or "-", *one.flags])
        for one in read(FILE).imports
    ]
    assert found == IMPORTS.strip().splitlines()


def test_swift_uses_are_found_in_code_and_not_in_text() -> None:
    found = [
        " ".join([str(one.line), one.rule, one.value, *([one.detail] if one.detail else [])]) for one in read(FILE).uses
    ]
    assert found == USES.strip().splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "func f(isolation: isolated (any Actor)? = #isolation) async {}\n",
        "struct S { let _$registrar = R()\n func _$will() { self.id._$will() } }\n",
        "typealias A<R: P> = B<R.State>\n  where R.State: Q\n",
        "let a = b.filter({ $0.count\n    < limit\n})\n",
        "func f() { g(action: /Action.child, [case: /A.b]) }\n",
        "func f() throws {\n  for try await line in try h.bytes.lines { g(line) }\n}\n",
        "func f(_ g: (Int) throws -> ()\n) rethrows {\n  guard x else { return () }\n  h?.succeed(())\n}\n",
    ],
)
def test_what_the_compiler_takes_is_no_syntax_error(text: str) -> None:  # S-33
    assert read(text).errors == []


def test_routes_on_a_method_and_sockets_are_read() -> None:  # S-31
    found = read('import Vapor\napp.on(.PATCH, "p", ":q") { _ in "" }\napp.webSocket("echo") { r, ws in }\n').uses
    assert [(use.value, use.detail) for use in found] == [("/p/:q", "PATCH"), ("/echo", "GET")]
