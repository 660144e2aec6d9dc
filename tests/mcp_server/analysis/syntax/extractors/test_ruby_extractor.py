"""What the Ruby extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.ruby import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("ruby").parse(raw))


FILE = """\
# frozen_string_literal: true
require 'json'
require_relative "../x/y"
autoload :Foo, 'a/foo'
begin
  require 'maybe'
rescue LoadError
end
require File.expand_path('../z', __FILE__)
require "#{computed}/no"

# Sells things.
# rubocop:disable Metrics
module A::M
  VERSION = "1".freeze
  class B < Base
    attr_accessor :a, :b
    private attr_reader :c
    HIDDEN = 1
    class << self
      def s1; end
      private
      def s2; end
    end
    # Builds one.
    #
    # @return [B]
    def self.build(a, b = 1, *c, k: 2, &blk) = 3
    define_method(:made) { |x| x }
    def foo(x)
      if a && b or c then 1 elsif x then 2 else 3 end
      x = 1 if y
      case q when 1, 2 then 3 end
      begin; rescue Foo => e; end
      ENV['SHOP']; ENV.fetch("MODE", 'dev')
      system("ls #{x}"); system("ls"); `ls #{x}`; eval(x)
      "if #{a} ENV['NO']"
      require 'late'
    end
    private
    def bar?; end
    def self.open; end
    public
    def baz=(x); end
    private def qux; end
    private :foo
    private_class_method :build
    private_constant :HIDDEN
    protected
    def <=>(other); end
    alias_method :again, :foo
    Point = Struct.new(:x, :y) do
      def z; end
    end
  end
end
Rails.application.routes.draw do
  get '/x', to: 'y#z'
  namespace :api do
    resources :users, only: [:index] do
      get :foo, on: :member
      collection { get 'all' }
    end
  end
  root 'a#b'
end
namespace :db do
  task migrate: :environment do
  end
end
class Tool < Thor
  desc "open NAME", "Opens."
  def open(name); end
end
"""

SYMBOLS = """
14-56 public module A.M 0
15-15 public constant A.M.VERSION 0
16-55 public class A.M.B 0
17-17 public property A.M.B.a 0
17-17 public property A.M.B.b 0
18-18 private property A.M.B.c 0
19-19 private constant A.M.B.HIDDEN 0
21-21 public method A.M.B.s1 1 self
23-23 private method A.M.B.s2 1 self
28-28 private method A.M.B.build 1 self
29-29 public method A.M.B.made 0
30-39 private method A.M.B.foo 8
41-41 private method A.M.B.bar? 1
42-42 public method A.M.B.open 1 self
44-44 public method A.M.B.baz= 1
45-45 private method A.M.B.qux 1
50-50 protected method A.M.B.<=> 1
51-51 private method A.M.B.again 0
52-54 public class A.M.B.Point 0
53-53 public method A.M.B.Point.z 1
71-74 public class Tool 0
73-73 public method Tool.open 1
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

IMPORTS = """
2 require json -
3 require ../x/y - relative
4 require a/foo Foo lazy
6 require maybe - optional
9 require __dir__/z -
38 require late - lazy
"""

USES = """
35 env.read MODE dev
35 env.read SHOP
36 danger.eval eval(x)
36 danger.shell `ls #{x}`
36 danger.shell system("ls #{x}")
58 route.rails /x GET
60 route.rails /api/users GET
61 route.rails /api/users/:id/foo GET
62 route.rails /api/users/all GET
65 route.rails / GET
68 command.rake db:migrate
72 command.thor open
"""

SIGNATURES = {
    "A.M.VERSION": 'VERSION = "1".freeze',
    "A.M.B": "class B < Base",
    "A.M.B.build": "def self.build(a, b = 1, *c, k: 2, &blk)",
    "A.M.B.baz=": "def baz=(x)",
}

DOCS = {"A.M": "Sells things.", "A.M.B.build": "Builds one."}


# S-33
def test_ruby_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_ruby_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


def test_ruby_imports_have_target_names_and_flags() -> None:
    found = [
        " ".join([str(one.line), one.kind, one.target, ",".join(one.names) or "-", *one.flags])
        for one in read(FILE).imports
    ]
    assert found == IMPORTS.strip().splitlines()


def test_ruby_uses_are_found_in_code_and_not_in_text() -> None:
    found = [
        " ".join([str(one.line), one.rule, one.value, *([one.detail] if one.detail else [])]) for one in read(FILE).uses
    ]
    assert found == USES.strip().splitlines()


VISIBLE = [
    ("class A; private; def a; end; alias b a; alias c itself; end", "A.a private, A.b private, A.c public"),
    ("class A; def a; end; def b; end; private(*%i[a]); end", "A.a private, A.b public"),
    ("module A\n included do\n private\n def a; end\n end\n def b; end\nend", "A.a private, A.b public"),
    ("module A\n [1].each do\n private\n def a; end\n end\n def b; end\nend", "A.a private, A.b private"),
    ("class A; end\nclass << A\n def a; end\nend", "A.a public"),
]
"""As `private_instance_methods` and its kin answer for the same text."""


@pytest.mark.parametrize(("text", "expected"), VISIBLE)
def test_ruby_visibility_is_that_of_the_running_program(text: str, expected: str) -> None:
    found = [f"{one.name} {one.visibility}" for one in read(text).symbols if one.kind == "method"]
    assert ", ".join(found) == expected


def test_each_constant_of_a_multiple_assignment_is_one() -> None:
    found = [(one.name, one.kind, one.signature) for one in read("module M\n  A, B = 1, 2\nend\n").symbols]
    assert found[1:] == [("M.A", "constant", "A, B = 1, 2"), ("M.B", "constant", "A, B = 1, 2")]


def test_symbols_of_special_globals_are_no_syntax_error() -> None:
    found = read("class A\n  M = { :$' => 1, :$\" => 2, :$` => 3 }\n  def f; end\nend\n")
    assert (found.errors, [one.name for one in found.symbols]) == ([], ["A", "A.M", "A.f"])
