"""tree-sitter gives captures in the order of a set, which differs from run to run: no extractor may depend on it."""

import subprocess
import sys

import orjson
import pytest

SOURCES = {
    "Python": (
        "import b, a\nfrom c import d\nclass K:\n"
        "    def f(self): return a.x(b.y)\n    def g(self): pass\ndef h(): pass\n"
    ),
    "JavaScript": (
        "import a, {b} from 'c';\nconst d = require('e');\nexports.f = () => a(b);\nexports.g = class { m() {} };\n"
    ),
    "TypeScript": (
        "import type {A} from 'a';\nexport interface B extends A { c(): void }\nexport const d = (e: A): B => e.f();\n"
    ),
    "Rust": "use a::{b, c};\npub struct S;\nimpl S { pub fn f(&self) { b(); c(); } }\nmod m { fn g() {} }\n",
    "Go": 'package p\nimport (\n"b"\n"a"\n)\ntype T struct{}\nfunc (t T) F() { a.G(b.H) }\nfunc I() {}\n',
    "Java": "package p;\nimport b.B; import a.A;\nclass K { A f() { return B.g(); } int h() { return 1; } }\n",
    "Kotlin": (
        "package p\nimport b.B\nimport a.A\nclass K { fun f() = A.g()\n"
        " fun h(x: Int) = when (x) { 1 -> 2\n else -> 3 } }\n"
    ),
    "C": '#include <b.h>\n#include "a.h"\nint f(int x) { return x ? g() : h(); }\nstruct s { int a; };\n',
    "C++": "#include <b>\nnamespace n { class K { int f() { return 1; } }; }\nint g() { return h(); }\n",
    "C#": "using B; using A;\nnamespace N { class K : A.B { int F() => 1; string G { get; } } }\n",
    "Ruby": "require 'b'\nrequire_relative 'a'\nclass K < B\n  def f; g(h); end\n  def self.i; end\nend\n",
    "PHP": (
        "<?php\nnamespace N;\nuse B\\C; use A\\D;\n"
        "class K extends C { function f() { return new D(); } }\nfunction g() {}\n"
    ),
    "Swift": "import B\nimport A\nclass K { func f() -> Int { 1 }\n var g: Int { 2 } }\n",
    "Scala": "import b.B\nimport a.{A, C}\nclass K { def f = A.g; def h(x: Int) = x }\nobject O\n",
    "Elixir": "defmodule M do\n  import B\n  alias A.C\n  def f(x), do: C.g(x)\n  defp h(y), do: y\nend\n",
    "Lua": "local b = require('b')\nlocal a = require('a')\nfunction a.f(x) return b.g(x) end\n",
    "Shell": "source ./b.sh\n. ./a.sh\nf() { g; h; }\ni() { f; }\n",
    "SQL": "CREATE TABLE t (a int);\nCREATE VIEW v AS SELECT a FROM t;\nCREATE INDEX i ON t (a);\n",
    "HCL": 'variable "b" {}\nresource "x" "a" { c = var.b }\nmodule "m" { source = "./n" }\n',
}

SCRIPT = """
import os, random, sys
import orjson
from plumbrule.mcp_server.analysis.syntax.extractors import common
given = common.captures
def shuffled(query, tree):
    found = list(given(query, tree).items())
    order.shuffle(found)
    for _, nodes in found:
        order.shuffle(nodes)
    return dict(found)
common.captures = shuffled
from plumbrule.mcp_server.analysis import file_facts
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars
from plumbrule.mcp_server.analysis.syntax.readers import READERS
sources = orjson.loads(sys.stdin.buffer.read())
places = Grammars().places([READERS[language].grammar for language in sources])
told = []
for seed in range(6):
    order = random.Random(seed)
    told.append({language: [
        part.decode()
        for text in (text, text.replace(chr(10), "; "), text.replace(chr(10), " "))  # several things in one line too
        for part in file_facts.facts_of(language, text.encode(), places, 4.0)
    ] for language, text in sources.items()})
sys.stdout.buffer.write(orjson.dumps(told))
"""


@pytest.fixture(scope="module")
def told() -> list[dict[str, list[str]]]:
    """What six orders give; in a process of its own, where no extractor has taken the function yet."""
    run = subprocess.run([sys.executable, "-c", SCRIPT], input=orjson.dumps(SOURCES), capture_output=True, check=True)
    found: list[dict[str, list[str]]] = orjson.loads(run.stdout)
    return found


@pytest.mark.parametrize("language", SOURCES)
def test_facts_do_not_depend_on_the_order_of_captures(language: str, told: list[dict[str, list[str]]]) -> None:
    first, *others = [one[language] for one in told]
    assert first[1] != "[]"
    assert all(one == first for one in others)
