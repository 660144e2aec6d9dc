"""Which changes of a signature break callers, over the languages' ways of writing parameters."""

import re

import pytest

from plumbrule.mcp_server.analysis.changes.signatures import compatibility, parameters
from plumbrule.mcp_server.analysis.sections.changes import Breaking


@pytest.mark.parametrize(
    ("before", "after", "named", "expected"),
    [
        ("def f(a, b)", "def f(a, b, c=1)", True, "no"),
        ("def f(a, b)", "def f(a, b, c)", True, "yes"),
        ("def f(a, b=1)", "def f(a)", True, "yes"),
        ("def f(a, b)", "def f(b, a)", True, "yes"),
        ("def f(a, *, b=1)", "def f(a, *, b)", True, "yes"),
        ("def f(a, *, b)", "def f(a, *, c, b)", True, "yes"),
        ("def f(a, *, b)", "def f(a, *, c=None, b)", True, "no"),
        ("def f(a, *args, **kw)", "def f(a, **kw)", True, "no"),
        ("def f(a, **kw)", "def f(a)", True, "yes"),
        ("def f(a: int) -> str", "def f(a: int | None) -> str", True, "perhaps"),
        ("def f(a: dict[str, int] = {}, /, b=(1, 2))", "def f(a: dict[str, int] = {}, /, b=(3,))", True, "no"),
        ("def f(a) -> int", "def f(a) -> str", True, "perhaps"),
        ("function f(a: string, b?: number): void", "function f(a: string, b?: number, c = 1): void", False, "no"),
        ("function f(a: string, b?: number): void", "function f(a: string, b: number): void", False, "yes"),
        ("f(cb: (x: number) => void)", "f(cb: (x: number) => void, ...rest: string[])", False, "no"),
        (
            "func (c *Client) Get(url string) (*R, error)",
            "func (c *Client) Get(url string, n int) (*R, error)",
            False,
            "yes",
        ),
        ("func Get[T any](url string) T", "func Get[T any](address string) T", False, "no"),
        ("pub fn f<'a>(&self, x: &'a str) -> u8", "pub fn f<'a>(&self, x: &'a str, y: u8) -> u8", False, "yes"),
        (
            "public Map<String, Integer> get(String k, int n)",
            "public Map<String, Integer> get(String key, int n)",
            False,
            "no",
        ),
        ("public int get(String k)", "public int get(Object k)", False, "perhaps"),
        ("public int get(Object k)", "public int get(String k)", False, "yes"),
        ("func (c *C) Get(o interface{}) error", "func (c *C) Get(o any) error", False, "no"),
        ("int open(const char *path, int flags);", "int open(const char *p, int flags);", False, "no"),
        ('fun f(a: Int, b: String = "x, y"): Int', 'fun f(a: Int, b: String = "z", c: Int = 0): Int', True, "no"),
        ("class A", "class A", True, "no"),
        ("MAX = 3", "MAX = 4", True, "perhaps"),
    ],
)
def test_what_callers_can_still_do_is_told_from_the_two_signatures(
    before: str, after: str, named: bool, expected: Breaking
) -> None:
    name = next(name for name in ("MAX", "Get", "get", "open", "A", "f") if re.search(rf"\b{name}\b", before))
    assert compatibility(name, before, after, named=named) == expected


def test_a_signature_without_an_end_is_not_read() -> None:
    assert parameters("f", "def f(a, (((") is None
    assert compatibility("f", "def f(a, (((", "def f(a, (((", named=True) == "no"
