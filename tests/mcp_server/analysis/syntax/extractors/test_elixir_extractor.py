"""What the Elixir extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.elixir import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("elixir").parse(raw))


FILE = '''\
defmodule Shop.Api do
  @moduledoc """
  Sells things.

  More.
  """
  use GenServer, opt: 1
  alias Shop.Thing
  alias Shop.{Z, W.Q}, warn: false
  alias Shop.Long, as: L
  import Ecto.Query, only: [from: 2]
  require Logger
  @doc "Fetches."
  @spec fetch(a, b) :: c
  def fetch(a, b \\\\ 1)
  def fetch(%{x: 1} = a, b) when is_nil(b) and x do
    if a && b do 1 else 2 end
    case a do
      1 -> L.call()
      _ -> "if #{a} do System.get_env(NO)"
    end
    System.get_env("SHOP", "none"); System.fetch_env!("MODE")
    Code.eval_string(x); Code.eval_string("1")
    :os.cmd(name)
    import Late
  end
  def fetch(a, b), do: nil
  defp hidden(x), do: x
  defmacro mac(x) do
    quote do
      def quoted(a), do: unquote(x)
    end
  end
  defguard is_x(a) when a > 1
  defstruct [:a, b: 1]
  def a <> b, do: 1
  def unquote(name)(x), do: 1
  defmodule Inner do
    def z, do: 1
  end
  @type t :: x
  @callback sell(a) :: b
end
defimpl P, for: [List, Map] do
  def size(d), do: 1
end
defmodule Web.Router do
  use Phoenix.Router
  scope "/api", Web do
    pipe_through :api
    get "/users/:id", UserController, :show
    resources "/posts", PostController
  end
end
defmodule Mix.Tasks.Shop.OpenNow do
  use Mix.Task
end
'''

SYMBOLS = """
1-43 public module Shop.Api 0
15-27 public function Shop.Api.fetch/2 6
28-28 private function Shop.Api.hidden/1 1
29-33 public macro Shop.Api.mac/1 1
31-31 public function Shop.Api.quoted/1 1 quote
34-34 public macro Shop.Api.is_x/1 0
35-35 public struct Shop.Api 0
35-35 public field Shop.Api.a 0
35-35 public field Shop.Api.b 0
36-36 public function Shop.Api.<>/2 1
38-40 public module Shop.Api.Inner 0
39-39 public function Shop.Api.Inner.z/0 1
41-41 public type Shop.Api.t 0
42-42 public function Shop.Api.sell/1 0 @callback
44-46 public implementation P.List 0
44-46 public implementation P.Map 0
45-45 public function P.Map.size/1 1
47-54 public module Web.Router 0
55-57 public module Mix.Tasks.Shop.OpenNow 0
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

IMPORTS = """
1 package Shop.Api -
7 use GenServer -
8 import Shop.Thing Thing alias
9 import Shop.Z Z alias
9 import Shop.W.Q Q alias
10 import Shop.Long L alias
11 import Ecto.Query from
12 require Logger -
22 import System - lazy reference
23 import Code - lazy reference
24 import :os - lazy reference
25 import Late - lazy
38 package Shop.Api.Inner -
44 package P.List -
44 package P.Map -
44 import P - lazy reference
47 package Web.Router -
48 use Phoenix.Router -
49 import Web - lazy reference
51 import UserController - lazy reference
52 import PostController - lazy reference
55 package Mix.Tasks.Shop.OpenNow -
56 use Mix.Task -
"""

USES = """
22 env.read MODE
22 env.read SHOP none
23 danger.eval Code.eval_string(x)
24 danger.shell :os.cmd(name)
51 route.phoenix /api/users/:id GET
52 route.phoenix /api/posts GET
52 route.phoenix /api/posts POST
52 route.phoenix /api/posts/:id DELETE
52 route.phoenix /api/posts/:id GET
52 route.phoenix /api/posts/:id PATCH
52 route.phoenix /api/posts/:id PUT
52 route.phoenix /api/posts/:id/edit GET
52 route.phoenix /api/posts/new GET
55 command.mix shop.open_now
"""

SIGNATURES = {
    "Shop.Api.fetch/2": "def fetch(a, b \\\\ 1)",
    "P.Map": "defimpl P, for: [List, Map]",
    "Shop.Api.sell/1": "@callback sell(a) :: b",
}

DOCS = {"Shop.Api": "Sells things.", "Shop.Api.fetch/2": "Fetches."}


# S-33
def test_elixir_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_elixir_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


def test_elixir_imports_have_target_names_and_flags() -> None:
    found = [
        " ".join([str(one.line), one.kind, one.target, ",".join(one.names) or "-", *one.flags])
        for one in read(FILE).imports
    ]
    assert found == IMPORTS.strip().splitlines()


def test_elixir_uses_are_found_in_code_and_not_in_text() -> None:
    found = [
        " ".join([str(one.line), one.rule, one.value, *([one.detail] if one.detail else [])]) for one in read(FILE).uses
    ]
    assert found == USES.strip().splitlines()


def test_what_is_hidden_from_the_documentation_says_so() -> None:
    text = "defmodule A do\n  @moduledoc false\n  @doc false\n  def f, do: 1\n  def g, do: 1\nend\n"
    assert [(one.name, one.modifiers) for one in read(text).symbols] == [
        ("A", ("@moduledoc false",)),
        ("A.f/0", ("@doc false",)),
        ("A.g/0", ()),
    ]
