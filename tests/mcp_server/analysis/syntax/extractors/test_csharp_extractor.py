"""What the C# extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.csharp import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("csharp").parse(raw))


FILE = """\
using System;
global using static System.Math;
using Foo = Shop.Things.List<int>;
namespace Shop.Api;

/// <summary>
/// Sells <see cref="T:Thing"/> to all.
/// </summary>
[Serializable, Obsolete("x")]
public partial record class P<T>(int X, string Y) : Base, IFoo where T : class { }
enum Kind { A = 1, [Mark] B }
public delegate int Change(int a);
public interface ISell { int Price { get; set; } void Sell(); event Action Sold; int this[int i] { get; } }
[Route("api/[controller]")]
public class ShopController {
  const int K = 3, L = 4;
  protected internal readonly string f = "if (a && b)";
  private protected int g;
  public event EventHandler Closed { add { } remove { } }
  public int Size { get => 1; private set; } = 3;
  public ShopController(int a) : base(a) { }
  ~ShopController() { }
  public static Money operator +(Money a, Money b) => a;
  public static implicit operator int(Money a) => 1;
  int ISell.Find<T>(this string s, int b = 3) {
    int Local(int q) => q;
    if (a && b) { } else if (c || d) { }
    foreach (var x in y) { }
    switch (z) { case 1: break; default: break; }
    var k = z switch { 1 => 2, _ => 3 };
    // if (never) { }
    return a ? b : c ?? Environment.GetEnvironmentVariable("SHOP");
  }
  [HttpGet("{id}")] public Task Get(int id) => null;
#if NET20
  public void Old() {
#else
  public void Young() {
#endif
  }
  class Inner { }
}
file static class Extensions {
  public static void Map(this WebApplication app) {
    var api = app.MapGroup("/v1");
    api.MapPost("/things", () => "app.MapGet(\\"/no\\")");
    server.ListenAnyIP(8080);
    Process.Start("cmd.exe", "/c " + name);
    Process.Start("cmd.exe", "/c dir");
    new BinaryFormatter().Deserialize(stream);
    db.Things.FromSqlRaw("select * from t where n = '" + name + "'");
    db.Things.FromSqlRaw("select 1");
    handler.ServerCertificateCustomValidationCallback = (a, b, c, d) => true;
  }
}
"""

SYMBOLS = """
10-10 public record P 0 [Serializable, Obsolete("x")] partial
10-10 public property P.X 0
10-10 public property P.Y 0
11-11 internal enum Kind 0
11-11 public member Kind.A 0
11-11 public member Kind.B 0 [Mark]
12-12 public type Change 0
13-13 public interface ISell 0
13-13 public property ISell.Price 0
13-13 public method ISell.Sell 0
13-13 public event ISell.Sold 0
13-13 public property ISell.this[] 0
15-42 public class ShopController 0 [Route("api/[controller]")]
16-16 private constant ShopController.K 0 const
16-16 private constant ShopController.L 0 const
17-17 protected field ShopController.f 0 readonly
18-18 internal field ShopController.g 0
19-19 public event ShopController.Closed 1
20-20 public property ShopController.Size 1
21-21 public constructor ShopController.ShopController 1
22-22 private method ShopController.~ShopController 1
23-23 public operator ShopController.operator + 1 static
24-24 public operator ShopController.operator int 1 static
25-33 private method ShopController.ISell.Find 10
26-26 private function ShopController.ISell.Find.Local 1
34-34 public method ShopController.Get 1 [HttpGet("{id}")]
36-40 public method ShopController.Old 1
41-41 private class ShopController.Inner 0
43-55 private class Extensions 0 static
44-54 public method Extensions.Map 1 static
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

IMPORTS = """
1 import System -
2 import System.Math - global static
3 import Shop.Things.List Foo alias
4 package Shop.Api Change,Extensions,ISell,Kind,P,ShopController
"""

USES = """
32 env.read SHOP
34 route.aspnet /api/Shop/{id} GET
46 route.aspnet /v1/things POST
47 port.listen 8080
48 danger.shell Process.Start("cmd.exe", "/c " + name)
50 danger.deserialize new BinaryFormatter()
51 danger.sql db.Things.FromSqlRaw("select * from t where n = '" + name + "'")
53 danger.tls-off handler.ServerCertificateCustomValidationCallback = (a, b, c, d) => true
"""

SIGNATURES = {
    "P": "public partial record class P<T>(int X, string Y) : Base, IFoo where T : class",
    "ISell.Price": "int Price { get; set; }",
    "ShopController.K": "const int K = 3",
    "ShopController.f": "protected internal readonly string f",
    "ShopController.ISell.Find": "int ISell.Find<T>(this string s, int b = 3)",
}

DOCS = {"P": "Sells Thing to all."}


# S-33
def test_csharp_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_csharp_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


def test_csharp_imports_have_target_names_and_flags() -> None:
    found = [
        " ".join([str(one.line), one.kind, one.target, ",".join(one.names) or "-", *one.flags])
        for one in read(FILE).imports
    ]
    assert found == IMPORTS.strip().splitlines()


def test_csharp_uses_are_found_in_code_and_not_in_text() -> None:
    found = [
        " ".join([str(one.line), one.rule, one.value, *([one.detail] if one.detail else [])]) for one in read(FILE).uses
    ]
    assert found == USES.strip().splitlines()


SERVED = """\
var app = builder.Build();
var api = app.MapGroup("/api").RequireAuthorization();
api.MapGroup("/chain").WithTags("x").MapDelete("/d", () => 1);
app.MapMethods("/m", new[] { "GET", HttpMethods.Put }, () => 1);
app.Map("/any", () => 1);
app.MapHub<Chat>("/chat");
mapper.Map("x");
app.Urls.Add("http://*:5056");
app.Run("http://localhost:5055");
class OneController {
    [AcceptVerbs("GET", "POST")] [Route("api/[controller]/[action]")] public int Both() => 1;
}
"""


def test_routes_of_chains_and_of_any_method_are_read() -> None:  # S-31
    assert [(use.kind, use.line, use.value, use.detail) for use in read(SERVED).uses] == [
        ("route", 3, "/api/chain/d", "DELETE"),
        ("route", 4, "/m", "GET"),
        ("route", 4, "/m", "PUT"),
        ("route", 5, "/any", ""),
        ("route", 6, "/chat", ""),
        ("port", 8, "5056", ""),
        ("port", 9, "5055", ""),
        ("route", 11, "/api/One/Both", "GET"),
        ("route", 11, "/api/One/Both", "POST"),
    ]


EXTENSIONS = """\
public static class Texts
{
    extension<T>(IEnumerable<T> source) where T : struct
    {
        public bool IsEmpty => !source.Any();
        public int Count() => 1;
    }
    extension(string)
    {
        public static string Of(int n) => "";
    }
}
"""


def test_extension_members_are_members_of_their_block() -> None:  # S-33
    found = read(EXTENSIONS)
    assert found.errors == []
    assert [(s.kind, s.name, s.line, s.end_line, s.visibility, s.signature) for s in found.symbols] == [
        ("class", "Texts", 1, 12, "public", "public static class Texts"),
        (
            *("extension", "Texts.extension", 3, 7, "public"),
            "extension<T>(IEnumerable<T> source) where T : struct",
        ),
        ("property", "Texts.extension.IsEmpty", 5, 5, "public", "public bool IsEmpty"),
        ("method", "Texts.extension.Count", 6, 6, "public", "public int Count()"),
        ("extension", "Texts.extension", 8, 11, "public", "extension(string)"),
        ("method", "Texts.extension.Of", 10, 10, "public", "public static string Of(int n)"),
    ]
