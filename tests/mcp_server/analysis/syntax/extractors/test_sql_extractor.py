"""What the SQL extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.sql import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("sql").parse(raw))


FILE = """\
-- Who buys.
CREATE TABLE IF NOT EXISTS s.users (id int PRIMARY KEY, name text NOT NULL);
CREATE OR REPLACE VIEW v AS SELECT * FROM users;
CREATE UNIQUE INDEX idx ON users (name);
CREATE FUNCTION f(a int) RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;
CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE `my` (`id` int) ENGINE=InnoDB;
-- CREATE TABLE never (id int);
CREATE PROCEDURE [dbo].[Buy] @a int AS BEGIN SELECT 1 END;
"""

SYMBOLS = """
2-2 public table s.users 0
3-3 public view v 0
4-4 public index idx 0
5-5 public function f 0
6-6 public type e 0
7-7 public table my 0
9-9 public procedure dbo.Buy 0
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

SIGNATURES = {
    "s.users": "CREATE TABLE IF NOT EXISTS s.users",
    "f": "CREATE FUNCTION f(a int) RETURNS int",
    "dbo.Buy": "CREATE PROCEDURE [dbo].[Buy] @a int",
}

DOCS = {"s.users": "Who buys.", "dbo.Buy": "CREATE TABLE never (id int);"}


# S-33
def test_sql_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_sql_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE TABLE a (b int;\n", [1]),
        ("SELECT 1;\nSELECT 'open;\n", [2]),
        ("SELECT 1);\n", [1]),
        ("SELECT 'it\\'s';\nGO\nEXEC x @a = 1\n", []),
        ("COPY a FROM stdin;\n1\tit's (\n\\.\n", []),
        ("DO $x$ BEGIN RAISE 'a ('; END $x$;\n\\echo it's\n", []),
        ("-- it's (\n/* ( */ MERGE x USING y ON (a = b) WHEN MATCHED THEN DO NOTHING;\n", []),
    ],
)
def test_only_what_every_dialect_calls_broken_is_a_syntax_error(text: str, expected: list[int]) -> None:
    assert read(text).errors == expected


def test_statements_that_the_grammar_does_not_know_end_where_their_bodies_do() -> None:
    text = (
        "DELIMITER //\nCREATE PROCEDURE p(IN a INT)\nBEGIN\n  SELECT 1;\n  SELECT 2;\nEND //\nDELIMITER ;\n"
        'CREATE TABLE "a b" . "c d" (x int);\nCREATE INDEX ON t (x);\nCREATE VIRTUAL TABLE v USING fts5(a);\n'
    )
    found = [(one.kind, one.name, one.line, one.end_line) for one in read(text).symbols]
    assert ("procedure", "p", 2, 6) in found
    assert {("table", "a b.c d"), ("table", "v")} == {row[:2] for row in found if row[0] == "table"}
    assert not [row for row in found if row[0] == "index"]
