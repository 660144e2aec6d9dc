"""What the Lua extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.lua import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("lua").parse(raw))


FILE = """\
local M = {}
local x = require "a.b"
local ok, y = pcall(require, "maybe")
-- Finds one.
local function find(a, ...)
  if a and b then elseif c then end
  for i = 1, 2 do end
  -- if never then
  local z = require("late")
  return os.getenv("SHOP") or "os.getenv('NO')"
end
function M.foo(a) end
function M:bar() end
M.baz = function(x) end
M.K = 1
function global() end
local t = { z = function() end, deep = { w = function() end } }
os.execute("ls " .. x)
os.execute("ls")
loadstring(x)()
return M
"""

SYMBOLS = """
5-11 private function find 6
12-12 public function M.foo 1
13-13 public method M.bar 1
14-14 public function M.baz 1
15-15 public field M.K 0
16-16 public function global 1
17-17 public function t.z 1
17-17 public function t.deep.w 1
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

IMPORTS = """
2 require a.b -
3 require maybe - optional
9 require late - lazy
"""

USES = """
10 env.read SHOP
18 danger.shell os.execute("ls " .. x)
20 danger.eval loadstring(x)
"""

SIGNATURES = {
    "find": "local function find(a, ...)",
    "M.bar": "function M:bar()",
    "M.baz": "M.baz = function(x)",
}

DOCS = {"find": "Finds one."}


# S-33
def test_lua_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_lua_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


def test_lua_imports_have_target_names_and_flags() -> None:
    found = [
        " ".join([str(one.line), one.kind, one.target, ",".join(one.names) or "-", *one.flags])
        for one in read(FILE).imports
    ]
    assert found == IMPORTS.strip().splitlines()


def test_lua_uses_are_found_in_code_and_not_in_text() -> None:
    found = [
        " ".join([str(one.line), one.rule, one.value, *([one.detail] if one.detail else [])]) for one in read(FILE).uses
    ]
    assert found == USES.strip().splitlines()


def test_a_key_in_quotes_names_a_function_as_a_plain_one_does() -> None:
    text = 'local t = { ["get"] = function() end, [1] = function() end }\nM["h"] = function() end\n'
    assert [one.name for one in read(text).symbols] == ["t.get", "M.h"]
