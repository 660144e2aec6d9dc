"""What the Scala extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.scala import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("scala").parse(raw))


FILE = """\
package a.b
package c
import scala.util.{Try, Success => S, _}
import java.util.List, java.io._
import foo.bar.*
/** A shop. */
@ann private[foo] sealed abstract class Shop[T](val x: Int, private var y: String)(implicit z: Z) extends B(x) with C {
  type Q = Int
  lazy val (m, n) = (1, 2)
  protected def find[T](a: Int)(implicit b: C): Int = {
    import x.late
    if (a && b) 1 else if (c) 2
    x match { case 1 => 2; case _ if z => 3; case _ => 4 }
    for (i <- x if y) yield z
    try x catch { case e: E => 1 }
    def local() = 1
    sys.env.getOrElse("SHOP", "none")
  }
  def this(q: Int) = this(1, "if")
  def abs: Int
}
case class Thing(a: Int, b: String = "x")
object Shop { implicit val i: Int = 1 }
class Controller @Inject()(cc: CC)(implicit ec: EC) extends Base(cc) { def index = 1 }
trait T[F[_]] { self: X => def m(): Unit }
enum Color(val rgb: Int):
  case Red extends Color(1)
  case Green, Blue
given intOrd: Ord[Int] with
  def compare(x: Int) = 1
given Ord[String] = ???
extension (x: Int)
  def double: Int = x * 2
class Ind:
  def a =
    1
  export foo.bar
opaque type O = Int
@main def run(n: Int) = 1
"""

SYMBOLS = """
7-21 internal class Shop 0 @ann sealed abstract
7-7 public property Shop.x 0
7-7 private property Shop.y 0
8-8 public type Shop.Q 0
9-9 public property Shop.m 0 lazy
9-9 public property Shop.n 0 lazy
10-18 protected method Shop.find 9
16-16 private function Shop.find.local 1
19-19 public constructor Shop.this 1
20-20 public method Shop.abs 0
22-22 public class Thing 0 case
22-22 public property Thing.a 0
22-22 public property Thing.b 0
23-23 public object Shop 0
23-23 public property Shop.i 0 implicit
24-24 public class Controller 0
24-24 public method Controller.index 1
25-25 public trait T 0
25-25 public method T.m 0
26-28 public enum Color 0
26-26 public property Color.rgb 0
27-27 public member Color.Red 0
28-28 public member Color.Green 0
28-28 public member Color.Blue 0
29-30 public implementation intOrd 0
30-30 public method intOrd.compare 1
31-31 public implementation given_Ord_String 0
32-33 public extension Int 0
33-33 public method double 1
34-37 public class Ind 0
35-36 public method Ind.a 1
38-38 public type O 0 opaque
39-39 public function run 1 @main
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

IMPORTS = """
1 package a.b -
2 package a.b.c Color,Controller,Ind,O,Shop,T,Thing,given_Ord_String,intOrd,run
3 import scala.util Try,Success,*
4 import java.util List
4 import java.io *
5 import foo.bar *
11 import x late lazy local
37 export foo bar
"""

USES = """
17 env.read SHOP none
"""

SIGNATURES = {
    "Shop": "object Shop",
    "Shop.find": "protected def find[T](a: Int)(implicit b: C): Int",
    "Thing.b": "b: String",
    "intOrd": "given intOrd: Ord[Int] with",
    "double": "def double: Int",
}

DOCS = {"Shop": "A shop."}


# S-33
def test_scala_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_scala_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


def test_scala_imports_have_target_names_and_flags() -> None:
    found = [
        " ".join([str(one.line), one.kind, one.target, ",".join(one.names) or "-", *one.flags])
        for one in read(FILE).imports
    ]
    assert found == IMPORTS.strip().splitlines()


def test_scala_uses_are_found_in_code_and_not_in_text() -> None:
    found = [
        " ".join([str(one.line), one.rule, one.value, *([one.detail] if one.detail else [])]) for one in read(FILE).uses
    ]
    assert found == USES.strip().splitlines()


ENDS = """\
trait Shop:
  def find = 1

  /** Sells. */
  def sell =
    val x = 2
    x

// of the object
/** Makes. */
object Shop:
  given Ordering[Shop] with
    def compare(a: Shop, b: Shop) = 0

  def take = new Shop {}

  // nothing more

class Spec extends Base
    with Mixed
{
  def run() = 1
}
"""


def test_a_body_by_indentation_ends_with_its_last_line() -> None:  # S-33
    assert [(s.name, s.line, s.end_line) for s in read(ENDS).symbols] == [
        ("Shop", 1, 7),
        ("Shop.find", 2, 2),
        ("Shop.sell", 5, 7),
        ("Shop", 11, 15),
        ("Shop.given_Ordering_Shop", 12, 13),
        ("Shop.given_Ordering_Shop.compare", 13, 13),
        ("Shop.take", 15, 15),
        ("Spec", 19, 23),
        ("Spec.run", 22, 22),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'class A { click on $("#next a")\n\n  $("#x").text must equal("y")\n}\n',
        "object A {\n  def f = new B(c)\n    with D[F] {}\n  def g = 1\n}\n",
    ],
)
def test_what_the_compiler_takes_is_no_syntax_error(text: str) -> None:  # S-33
    assert read(text).errors == []
