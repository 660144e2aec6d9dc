"""A pattern compiled when it is first asked: start-up pays for none of the masker's, which take 10 ms together."""

import re
from collections.abc import Callable, Iterator
from typing import Protocol


class Sub(Protocol):
    """`re.Pattern.sub`, so that the type of a function's match is known."""

    def __call__(self, repl: str | Callable[[re.Match[str]], str], string: str, count: int = 0) -> str: ...


class LazyPattern:
    """A regular expression with the methods of `re.Pattern` that the masker uses."""

    match: Callable[..., re.Match[str] | None]
    search: Callable[..., re.Match[str] | None]
    fullmatch: Callable[..., re.Match[str] | None]
    finditer: Callable[..., Iterator[re.Match[str]]]
    findall: Callable[[str], list[str]]
    split: Callable[[str], list[str]]
    sub: Sub

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        """Compile and keep the bound methods as attributes, so that this runs once."""
        if name not in LazyPattern.__annotations__:
            raise AttributeError(name)
        compiled = re.compile(self._source, self._flags)
        for method in LazyPattern.__annotations__:
            setattr(self, method, getattr(compiled, method))
        return self.__dict__[name]
