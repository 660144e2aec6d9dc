"""A statement that is put together on one line and executed on another is as dangerous as on one."""
# ruff: noqa: E501 - because a row is a program

from collections.abc import Callable
from typing import Any

import pytest

from plumbrule.mcp_server.analysis.syntax.facts import Index

Read = Callable[[str, str], tuple[Index, list[dict[str, Any]]]]

BUILT = {
    "python": (
        "Python",
        "def f(cur, a):\n    q = f\"SELECT x FROM t WHERE a = '{a}'\"\n    cur.execute(q)\n",
        "def f(cur, a):\n    q = 'SELECT x FROM t WHERE a = ?'\n    cur.execute(q, (a,))\n",
    ),
    "javascript": (
        "JavaScript",
        "function f(db, a) {\n  const q = `SELECT x FROM t WHERE a = ${a}`;\n  if (a) {\n    db.query(q);\n  }\n}\n",
        "function f(db, a) {\n  const q = 'SELECT x FROM t WHERE a = ?';\n  db.query(q, [a]);\n}\n",
    ),
    "java": (
        "Java",
        'class A { void f(Statement s, String a) throws Exception {\n  String q = "SELECT x FROM t WHERE a = \'" + a + "\'";\n  s.executeQuery(q);\n} }\n',
        'class A { void f(Statement s, String a) throws Exception {\n  String q = "SELECT x FROM " + TABLE;\n  s.executeQuery(q);\n} }\n',
    ),
    "php": (
        "PHP",
        "<?php\nfunction f($db, $a) {\n  $q = \"SELECT x FROM t WHERE a = '$a';\";\n  mysqli_query($db, $q);\n}\n",
        "<?php\nfunction f($db, $a) {\n  $q = 'SELECT x FROM t';\n  mysqli_query($db, $q);\n}\n",
    ),
    "csharp": (
        "C#",
        'class A { void F(Conn c, string a) {\n  var q = "select x from t where a = \'" + a + "\'";\n  var d = new SqlCommand(q, c);\n} }\n',
        'class A { void F(Conn c, string a) {\n  var q = "select x from t where a = @a";\n  var d = new SqlCommand(q, c);\n} }\n',
    ),
    "go": (
        "Go",
        'package a\n\nfunc f(db *sql.DB, a string) {\n\tq := fmt.Sprintf("SELECT x FROM t WHERE a = \'%s\'", a)\n\tdb.Query(q)\n}\n',
        'package a\n\nfunc f(db *sql.DB, a string) {\n\tq := "SELECT x FROM t WHERE a = $1"\n\tdb.Query(q, a)\n}\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BUILT)
def test_a_statement_that_is_built_above_its_execution_is_found(case: str, read_file: Read) -> None:  # S-41
    language, dangerous, harmless = BUILT[case]
    assert [use.rule for use in read_file(language, dangerous)[0].uses() if use.kind == "danger"] == ["danger.sql"]
    assert [use.rule for use in read_file(language, harmless)[0].uses() if use.kind == "danger"] == []


def test_what_another_function_assigns_is_another_name(read_file: Read) -> None:
    text = (
        "def g(a):\n    q = f\"SELECT x FROM t WHERE a = '{a}'\"\n    return q\n\ndef f(cur, q):\n    cur.execute(q)\n"
    )
    assert [use for use in read_file("Python", text)[0].uses() if use.kind == "danger"] == []


def test_many_statements_above_are_looked_at_within_bounds(read_file: Read) -> None:
    text = (
        "def f(cur, a):\n    q = f\"SELECT x FROM t WHERE a = '{a}'\"\n" + "    b = 1\n" * 60 + "    cur.execute(q)\n"
    )
    assert [use for use in read_file("Python", text)[0].uses() if use.kind == "danger"] == []


def test_a_short_name_for_a_password_is_one(read_file: Read) -> None:
    index, _ = read_file("PHP", "<?php\n$a = md5($pass);\n$b = md5($passenger);\n$c = sha1($pwd);\n")
    assert [use.line for use in index.uses() if use.rule == "danger.weak-hash"] == [2, 4]


CALLS = [
    ("Python", "import numpy as np\nnp.load(p, allow_pickle=True)\nnp.load(p)\n", [(2, "danger.deserialize")]),
    ("Python", "torch.load(p, weights_only=False)\ntorch.load(p)\n", [(1, "danger.deserialize")]),
    ("Python", "import jsonpickle\njsonpickle.decode(s)\njson.decode(s)\n", [(2, "danger.deserialize")]),
    ("Python", "c.set_missing_host_key_policy(paramiko.AutoAddPolicy())\n", [(1, "danger.tls-off")]),
    ("Python", "asyncio.create_subprocess_shell(c)\nasyncio.create_subprocess_shell('ls')\n", [(1, "danger.shell")]),
    ("Python", "etree.XMLParser(resolve_entities=True)\netree.XMLParser()\n", [(1, "danger.xml")]),
    ("Python", "app.run(debug=True)\nbuild.run(debug=True)\napp.run(debug=flag)\n", [(1, "danger.debug")]),
    ("JavaScript", "setTimeout(\"f('\" + x + \"')\", 1);\nsetTimeout('f()', 1);\nsetTimeout(a + b, 1);\n", [(1, "danger.eval")]),
    ("TypeScript", "this.s.bypassSecurityTrustHtml(x);\nthis.s.bypassSecurityTrustHtml('<b>');\n", [(1, "danger.html")]),
    ("PHP", "<?php\ninclude($_GET['p']);\nrequire __DIR__ . '/x.php';\n", [(2, "danger.exec")]),
    ("PHP", "<?php\npreg_replace('/a/e', $x, $y);\npreg_replace('/abe/', $x, $y);\n", [(2, "danger.eval")]),
    ("Java", "class A {\nvoid f(String c) throws Exception { Runtime.getRuntime().exec(c); }\nvoid g(String[] c) throws Exception { Runtime.getRuntime().exec(c); }\n}\n", [(2, "danger.shell")]),
    ("Java", "class A { void f() {\nc.setDefaultHostnameVerifier((h, s) -> true);\nc.setHostnameVerifier((h, s) -> check(h));\n} }\n", [(2, "danger.tls-off")]),
    ("C#", "class A { void F() {\nvar s = new J { TypeNameHandling = TypeNameHandling.All };\nvar t = new J { TypeNameHandling = TypeNameHandling.None };\n} }\n", [(2, "danger.deserialize")]),
    ("C#", 'class A { object F(string x) {\nHtml.Raw("<b>");\nreturn Html.Raw(x);\n} }\n', [(3, "danger.html")]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), CALLS)
def test_a_dangerous_call_is_told_from_its_harmless_neighbour(  # S-41
    language: str, text: str, expected: list[tuple[int, str]], read_file: Read
) -> None:
    found = [(use.line, use.rule) for use in read_file(language, text)[0].uses() if use.kind == "danger"]
    assert found == expected
