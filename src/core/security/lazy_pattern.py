"""A pattern compiled when it is first asked: start-up pays for none of the masker's, which take 10 ms together."""

import re
from collections.abc import Callable, Iterator
from typing import AnyStr, Generic, Protocol


class Sub(Protocol[AnyStr]):
    """`re.Pattern.sub`, so that the type of a function's match is known."""

    def __call__(
        self, repl: AnyStr | Callable[[re.Match[AnyStr]], AnyStr], string: AnyStr, count: int = 0
    ) -> AnyStr: ...


class LazyPattern(Generic[AnyStr]):
    """A regular expression over text or bytes, with the methods of `re.Pattern` that are used here."""

    match: Callable[..., re.Match[AnyStr] | None]
    search: Callable[..., re.Match[AnyStr] | None]
    fullmatch: Callable[..., re.Match[AnyStr] | None]
    finditer: Callable[..., Iterator[re.Match[AnyStr]]]
    findall: Callable[[AnyStr], list[AnyStr]]
    split: Callable[[AnyStr], list[AnyStr]]
    sub: Sub[AnyStr]

    def __init__(self, source: AnyStr, flags: int = 0) -> None:
        self._source: AnyStr = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        """Compile and keep the bound methods as attributes, so that this runs once."""
        if name not in LazyPattern.__annotations__:
            raise AttributeError(name)
        compiled = re.compile(self._source, self._flags)
        for method in LazyPattern.__annotations__:
            setattr(self, method, getattr(compiled, method))
        return self.__dict__[name]
