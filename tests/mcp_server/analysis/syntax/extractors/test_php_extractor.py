"""What the PHP extractor finds in one file."""
# ruff: noqa: E501 - because a row is a definition

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.php import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("php").parse(raw))


FILE = """\
<html><?php
namespace App\\Models;
use Foo\\Bar, Baz\\Qux as Q;
use function Foo\\helper;
use Foo\\{A, B as C, function d};
use Illuminate\\Console\\Command;
use Symfony\\Component\\Console\\Attribute\\AsCommand;
require_once __DIR__ . '/x.php';
require dirname(__DIR__, 2) . "/y.php";
require $computed;
/**
 * A user of the shop.
 */
#[Route('/shop')]
abstract class User extends Base implements I1 {
  use T1;
  const A = 1, B = 2;
  private ?int $x = 3, $y;
  public function __construct(private readonly int $id, public string $name = "x") {}
  #[Route('/find/{id}', methods: ['GET'])]
  protected static function find(int $a, ...$r): ?string {
    if ($a && $b) {} elseif ($c) {} else {}
    foreach ($a as $b) {}
    $m = match($x) { 1 => 2, default => 3 };
    return $a ?? $b ?: getenv('SHOP') . "if ($a) getenv('NO')";
  }
  abstract function bar();
}
interface I1 {}
trait T1 {}
enum Suit: string { case Hearts = 'h'; const Z = self::Hearts; public function label() {} }
#[AsCommand(name: 'shop:open')]
final class Open extends Command { protected $signature = 'shop:close {now}'; }
function f() {
  env('APP_MODE', 'dev'); unserialize($x); unserialize($x, ['allowed_classes' => false]);
  extract($_GET); eval($x); exec("ls $dir"); exec('ls'); exec("ls " . escapeshellarg($dir));
  $db->query("select * from t where a = $a"); $db->query('select 1'); md5($password); md5($etag);
  new class { function hidden() {} };
}
const TOP = 1;
define('LIMIT', 1);
Route::get('/users/{id}', [A::class, 'x']);
Route::prefix('admin')->group(function () { Route::post('/x', 'y'); Route::group(['prefix' => 'deep'], function () { Route::any('/z', 'q'); }); });
$other->get('/not-a-route', 1);
?>
<b><?= $x ?></b>
<?php function g() {} ?>
</html>
"""

SYMBOLS = """
15-28 public class User 0 #[Route('/shop')] abstract
17-17 public constant User.A 0
17-17 public constant User.B 0
18-18 private property User.x 0
18-18 private property User.y 0
19-19 public constructor User.__construct 1
19-19 private property User.id 0 readonly
19-19 public property User.name 0
21-26 protected method User.find 8 #[Route('/find/{id}', methods: ['GET'])] static
27-27 public method User.bar 0 abstract
29-29 public interface I1 0
30-30 public trait T1 0
31-31 public enum Suit 0
31-31 public member Suit.Hearts 0
31-31 public constant Suit.Z 0
31-31 public method Suit.label 1
33-33 public class Open 0 #[AsCommand(name: 'shop:open')] final
33-33 protected property Open.signature 0
34-39 public function f 1
38-38 public method f.class@anonymous.hidden 1
40-40 public constant TOP 0
41-41 public constant LIMIT 0
47-47 public function g 1
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

IMPORTS = """
2 package App\\Models I1,Open,Suit,T1,User,f,g
3 use Foo\\Bar Bar
3 use Baz\\Qux Q
4 use Foo\\helper helper function
5 use Foo\\A A
5 use Foo\\B C
5 use Foo\\d d function
6 use Illuminate\\Console\\Command Command
7 use Symfony\\Component\\Console\\Attribute\\AsCommand AsCommand
8 require __DIR__/x.php -
9 require __DIR__/../../y.php -
14 use App\\Models\\Route - lazy reference
15 use App\\Models\\Base - reference
15 use App\\Models\\I1 - reference
16 use App\\Models\\T1 - reference
"""

USES = """
20 route.symfony /shop/find/{id} GET
25 env.read SHOP
32 command.symfony-console shop:open
33 command.laravel shop:close
35 danger.deserialize unserialize($x)
35 env.read APP_MODE dev
36 danger.eval eval($x)
36 danger.exec extract($_GET)
36 danger.shell exec("ls $dir")
37 danger.sql $db->query("select * from t where a = $a")
37 danger.weak-hash md5($password)
42 route.laravel /users/{id} GET
43 route.laravel /admin/deep/z
43 route.laravel /admin/x POST
"""

SIGNATURES = {
    "User": "abstract class User extends Base implements I1",
    "User.y": "private ?int $y",
    "User.find": "protected static function find(int $a, ...$r): ?string",
    "Suit.Z": "const Z = self::Hearts",
    "LIMIT": "define('LIMIT', 1)",
}

DOCS = {"User": "A user of the shop."}


# S-33
def test_php_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_php_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


def test_php_imports_have_target_names_and_flags() -> None:
    found = [
        " ".join([str(one.line), one.kind, one.target, ",".join(one.names) or "-", *one.flags])
        for one in read(FILE).imports
    ]
    assert found == IMPORTS.strip().splitlines()


def test_php_uses_are_found_in_code_and_not_in_text() -> None:
    found = [
        " ".join([str(one.line), one.rule, one.value, *([one.detail] if one.detail else [])]) for one in read(FILE).uses
    ]
    assert found == USES.strip().splitlines()


def test_bytes_behind_the_end_of_the_code_are_no_syntax_error() -> None:
    assert read("<?php\nfunction f() {}\n__halt_compiler();\n<?php {{{ (\n").errors == []
    assert read("<?php\nfunction f( {}\n__halt_compiler();\n").errors
