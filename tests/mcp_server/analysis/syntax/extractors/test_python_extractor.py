"""Python's definitions as `ast` sees them over the standard library, and what `ast` does not know."""

import ast
import asyncio
import email
import http
import io
import json
import logging
import tokenize
import unittest
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from semble_grammars import get_parser

from plumbrule.mcp_server.analysis.syntax.extractors.python import extract
from plumbrule.mcp_server.analysis.syntax.lines import lines_of
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import

FILES = [
    path
    for package in (asyncio, email, http, json, logging, unittest)
    for path in sorted(Path(package.__path__[0]).rglob("*.py"))
]
Known = tuple[str, str, int, int]


def read(source: str | bytes) -> Extracted:
    raw = source.encode() if isinstance(source, str) else source
    return extract(raw, get_parser("python").parse(raw))


def defined(node: ast.AST, prefix: str = "", *, in_class: bool = False) -> Iterator[Known]:
    """Every definition below a node of `ast`, as the extractor names it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield ("method" if in_class else "function", prefix + child.name, child.lineno, child.end_lineno or 0)
            yield from defined(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield ("class", prefix + child.name, child.lineno, child.end_lineno or 0)
            yield from defined(child, f"{prefix}{child.name}.", in_class=True)
        else:
            yield from defined(child, prefix, in_class=in_class)


def imported(tree: ast.AST) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            target = "." * node.level + (node.module or "")
            yield (target, node.lineno, tuple(alias.name for alias in node.names))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_definitions_and_imports_are_those_of_ast(path: Path) -> None:  # S-31
    raw = path.read_bytes()
    tree, found = ast.parse(raw), read(raw)
    ours = Counter(
        (one.kind, one.name, one.line, one.end_line)
        for one in found.symbols
        if one.kind in ("function", "method", "class")
    )
    assert ours == Counter(defined(tree))
    assert Counter((one.target, one.line, one.names) for one in found.imports) == Counter(imported(tree))
    assert found.errors == []


SHAPES = '''
"""A module."""
__all__ = ["run", "Client"]
import os, sys as system
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from a.b import C
try:
    import orjson as json
except ImportError:
    import json

LIMIT: int = 3
type Pair = tuple[int, int]
name = other = LIMIT
a, (b) = 1, 2

class Colour(Enum):
    """Of things.

    More."""
    RED = 1
    _ignore_ = "x"

    @property
    def light(self) -> bool: return self is Colour.RED and True

@decorate(1)
async def run(a, /, b: int = 1, *rest, c="x", **more) -> "str":  # words
    # a comment
    """Runs."""
    from .inner import (x,  # one
        y as z)
    class Local: ...
    def helper(): return [i for i in range(3) if i]
    if a or b: return lambda: 1
    elif c: pass
    x = 1
'''


def test_shapes_that_ast_has_no_word_for() -> None:  # S-31
    found = read(SHAPES)
    by_name = {one.name: one for one in found.symbols}
    assert {name: one.kind for name, one in by_name.items()} == {
        "LIMIT": "constant",
        "Pair": "type",
        "name": "variable",
        "a": "variable",
        "b": "variable",
        "Colour": "class",
        "Colour.RED": "member",
        "Colour._ignore_": "field",
        "Colour.light": "method",
        "run": "function",
        "run.Local": "class",
        "run.helper": "function",
    }
    run = by_name["run"]
    assert run.signature == 'async def run(a, /, b: int = 1, *rest, c="x", **more) -> "str"'
    assert run.modifiers == ("async", "@decorate(1)")
    assert run.doc == "Runs."
    assert run.complexity == 4  # if, or, elif
    assert by_name["run.helper"].complexity == 3  # for, if
    assert by_name["Colour"].doc == "Of things."
    assert by_name["Colour._ignore_"].visibility == "private"
    assert found.exports == ("run", "Client")
    assert found.imports == [
        Import("os", 4, "import"),
        Import("sys", 4, "import"),
        Import("typing", 5, "from", ("TYPE_CHECKING",)),
        Import("a.b", 7, "from", ("C",), ("type",)),
        Import("orjson", 9, "import", (), ("optional",)),
        Import("json", 11, "import", (), ("optional",)),
        Import(".inner", 32, "from", ("x", "y"), ("lazy",)),
    ]


USES = '''
import os, subprocess, pickle, yaml, requests
A = os.environ["A_KEY"]
B = os.environ.get("B_KEY", "b")
C = os.getenv(f"{A}_KEY")
os.environ["WRITTEN"] = "1"
"""os.getenv("IN_TEXT") eval(x)"""
# os.getenv("IN_COMMENT")
@app.route("/users/<id>", methods=["GET", "POST"])
def users(): ...
@router.get("/items")
async def items(): ...
urlpatterns = [path("admin/", admin.site.urls), path("api/", include("api.urls"))]
@cli.command()
def build_all_command(): ...
sub.add_parser("serve")
uvicorn.run(app, port=8000)
subprocess.run("ls", shell=True)
subprocess.run("ls " + name, shell=True)
subprocess.run(["ls", name])
eval("1 + 1")
eval(text)
pickle.loads(raw)
yaml.load(raw, Loader=yaml.SafeLoader)
yaml.load(raw)
requests.get(url, verify=False)
cursor.execute(f"SELECT * FROM t WHERE a = {a}")
cursor.execute("SELECT * FROM t WHERE a = ?", (a,))
'''


def test_what_the_code_does_is_read_from_calls_and_never_from_text() -> None:
    found = [(one.kind, one.value, one.rule, one.detail) for one in read(USES).uses if "mounted" not in one.rule]
    assert found == [
        ("env", "A_KEY", "env.read", ""),
        ("env", "B_KEY", "env.read", "b"),
        ("route", "/users/<id>", "route.decorator", "GET"),
        ("route", "/users/<id>", "route.decorator", "POST"),
        ("route", "/items", "route.decorator", "GET"),
        ("route", "/admin/", "route.django", ""),
        ("command", "build-all", "command.click", ""),
        ("command", "serve", "command.argparse", ""),
        ("port", "8000", "port.listen", ""),
        ("danger", 'subprocess.run("ls " + name, shell=True)', "danger.shell", ""),
        ("danger", "eval(text)", "danger.eval", ""),
        ("danger", "pickle.loads(raw)", "danger.deserialize", ""),
        ("danger", "yaml.load(raw)", "danger.deserialize", ""),
        ("danger", "requests.get(url, verify=False)", "danger.tls-off", ""),
        ("danger", 'cursor.execute(f"SELECT * FROM t WHERE a = {a}")', "danger.sql", ""),
    ]


def test_a_broken_file_gives_what_is_whole_and_the_lines_of_its_errors() -> None:
    found = read("def good():\n    return 1\n\ndef bad(:\n    return (\n\nclass Also:\n    pass\n")
    assert "good" in {one.name for one in found.symbols}
    assert found.errors


@pytest.mark.parametrize("raw", [b"(" * 50_000, b"if x:\n" * 2_000, b"\0\xff" * 1000, b"a = " + b"[" * 20_000])
def test_hostile_bytes_end(raw: bytes) -> None:
    assert read(raw).imports == []


def test_a_routers_literal_prefix_stands_before_its_routes() -> None:
    text = (
        'router = APIRouter(\n    prefix="/units",\n    tags=["x"],\n)\nother = APIRouter()\n'
        '@router.get("")\ndef a(): ...\n@router.post("/{id}")\ndef b(): ...\n@other.get("/c")\ndef c(): ...\n'
        'pages = Blueprint("pages", __name__, url_prefix="/p/")\n@pages.route("/q")\ndef q(): ...\n'
    )
    assert [use.value for use in read(text).uses] == ["/units", "/units/{id}", "/c", "/p/q"]


NOT_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def code_lines(raw: bytes) -> int:
    """Lines that are not blank and hold a token which is no comment, nor a string that is a statement."""
    alone = [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in ast.walk(ast.parse(raw))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.JoinedStr)
        if not isinstance(getattr(node.value, "value", ""), int | float | complex | type(...) | None)
    ]
    lines = raw.decode().split("\n")
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(raw.decode()).readline):
        if token.type not in NOT_CODE and not any(start <= token.start < end for start, end in alone):
            found.update(at for at in range(token.start[0], token.end[0] + 1) if lines[at - 1].strip())
    return len(found)


@pytest.mark.parametrize("path", FILES[::3], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_lines_of_code_are_those_with_a_token_that_is_no_comment(path: Path) -> None:
    raw = path.read_bytes()
    assert lines_of("Python", raw, read(raw).comments).code == code_lines(raw)


def test_a_part_of_a_string_on_its_own_line_is_code() -> None:
    raw = b'"""Doc."""\n\nx = f(\n    "a"\n    # why\n    "b"\n)\n\n'
    raw += b'def g():\n    "Doc."\n    return """\n  text\n"""  # end\n'
    counted = lines_of("Python", raw, read(raw).comments)
    assert (counted.code, counted.comment, counted.blank) == (8, 3, 2)
    assert counted.stripped.count(b"\n") == raw.count(b"\n")
    assert read(b"def broken(:\n    # why\n").comments is None


FORKS = """
if A:
    one = 1
elif B:
    left_out = 1
else:
    two = 2
    if C:
        left_out = 1
try:
    three = 3
except E:
    four = 4
else:
    left_out = 1
finally:
    left_out = 1
for x in y:
    left_out = 1
"""


def test_variables_of_a_module_may_stand_in_the_branches_of_an_if_or_a_try() -> None:  # S-31
    assert [(one.name, one.line) for one in read(FORKS).symbols] == [
        ("one", 3),
        ("two", 7),
        ("three", 11),
        ("four", 13),
    ]


def test_a_string_that_goes_on_as_a_tuple_is_no_docstring() -> None:
    assert [one.doc for one in read('def f():\n    "a", b\ndef g():\n    # why\n\n    # and\n    "G."\n').symbols] == [
        "",
        "G.",
    ]


def test_an_import_below_its_guard_by_a_joined_line_is_guarded() -> None:
    found = read("from typing import TYPE_CHECKING\nif TYPE_CHECKING: \\\nimport a\nimport b\n").imports
    assert [(one.target, one.line, one.flags) for one in found[1:]] == [("a", 3, ("type",)), ("b", 4, ())]


@pytest.mark.parametrize(
    ("source", "errors"),
    [
        (b"def f():\n    print 'x'\n", [2]),
        (b"import os\nexec code in scope\n", [2]),
        (b"raise ValueError, 'x'\n", [1]),
        (b"try: pass\nexcept ValueError, e: pass\n", [2]),
        (b"if a <> b: pass\n", [1]),
        (b"def f(a, (b, c)): pass\nf = lambda (a, b): a\n", [1, 2]),
        (b"x = 1\nchmod(path, 0755)\ny = 10L\n", [2, 3]),
        (b"def f(async=True): pass\n", [1]),
        (b"def f():\n\nx = 1\n", [3]),
        (b"class A:\n    # nothing\n", [2]),
        (b"x := 1\n", [1]),
        (b"x = 1\ny = '\xe9'\n", [2]),
        (b"x = 1\n\0\n", [2]),
        (b"print >>out, 'x'\nprint -1\nprint (1), 2\nexec (x)\nprint [1]\n", []),
        (b"try: pass\nexcept (A, e): pass\ntry: pass\nexcept A, B: pass\n", []),
        (b"x = '0755 10L async'  # async 0755\ny = 0o755 + 00 + 0.07 + 1e07 + 0x07\n", []),
        (b"async def f(*, a=1, b): await g()\n", []),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", []),
    ],
)
def test_what_no_python_3_reads_is_an_error_and_nothing_else(source: bytes, errors: list[int]) -> None:  # S-31
    assert read(source).errors == errors


@pytest.mark.parametrize(
    "source",
    [
        b"class A:\r    def f(self):\r        return 1\rdef g():\r    pass\r",
        b"class A:\r\n    def f(self):\r        return 1\n    def h(self): pass\r\n",
        "# coding: latin-1\ndef f\u00e9():\n    'caf\u00e9'\nclass \u00c0: pass\n".encode("latin-1"),
        "def \ufb01x():\n    # \u00e9\n    return 1\n".encode(),
        b'class A:\n    def f(self):\n        return 1\n\n    # def g(self):\n    #     """Gone."""\n    # b\n',
        b"class B:\n    x = '''\n# text'''\n    # end\n",
    ],
)
def test_line_ends_encodings_and_trailing_comments_are_read_as_python_does(source: bytes) -> None:  # S-31
    found = [(one.kind, one.name, one.line, one.end_line) for one in read(source).symbols if one.kind != "field"]
    assert Counter(found) == Counter(defined(ast.parse(source)))


def test_docstrings_and_signatures_are_what_python_makes_of_them() -> None:  # S-31
    source = (
        'def a(x="#1", # why\n      y=2): "A\\x42b\\x41\\\n c."\n'
        'def b(x, \\\n      y): f"B {x}"\ndef c(): b"C"\ndef d(): "D" \'d\'\ndef e():\n    r"\\E"\n'
        'def f():\n    """\\\n    F \\N{BULLET}\n    more"""\ndef g(): "G\\"" # "no"\n'
        "@h(1, # why\n   2)\ndef h(): pass\n"
    )
    found = read(source).symbols
    tree = ast.parse(source)
    docs = [ast.get_docstring(one) or "" for one in tree.body if isinstance(one, ast.FunctionDef)]
    assert [one.doc for one in found] == [doc.partition("\n")[0] for doc in docs]
    assert [one.signature for one in found[:2]] == ['def a(x="#1", y=2)', "def b(x, y)"]
    assert found[-1].modifiers == ("@h(1, 2)",)


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        (
            """
class Base(BaseSettings):
    '''Doc.
    note: no
    '''
    model_config = SettingsConfigDict(env_prefix="APP_")
    host: str = "localhost"
    port: int = 80
    key: str = Field(..., alias="API_KEY")
    kept: ClassVar[int] = 1
    def f(self, a: int): ...
class Sub(Base):
    name: str
class No(Model):
    x: int
""",
            [("APP_HOST", "localhost"), ("APP_PORT", "80"), ("API_KEY", ""), ("APP_NAME", "")],
        ),
        (
            """
import environ
env = environ.Env()
DEBUG = env.bool("DEBUG", default=False)
KEY = env("KEY")
DB = env.db()
HOST = env.str("HOST", "here")
x = str("NO")
""",
            [("DEBUG", ""), ("KEY", ""), ("DATABASE_URL", ""), ("HOST", "here")],
        ),
        ("from decouple import config\nA = config('A', default='b', cast=str)\n", [("A", "b")]),
        ("def f(config, env):\n    config('A')\n    env.str('B')\n", []),
    ],
)
def test_settings_libraries_read_the_environment(source: str, variables: list[tuple[str, str]]) -> None:  # S-32
    assert [(use.value, use.detail) for use in read(source).uses if use.kind == "env"] == variables
