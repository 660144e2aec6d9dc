"""What Kotlin's declarations share: modifiers in front, type parameters, receivers, constraints, values of parameters.

Below lie the tokens and where types and expressions end, above `kotlin_reading`, which knows each sort of declaration.
"""

from typing import Literal, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_ends import annotation_end, expression_end, type_end
from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_tokens import Token, Tokens

Sort = Literal["class", "interface", "object", "fun", "constructor", "property", "parameter", "entry", "alias"]
_MODIFIER_LIST = """
public private protected internal abstract final open sealed annotation data enum inner value inline external
override lateinit tailrec operator infix noinline crossinline suspend const vararg expect actual companion reified
"""
MODIFIERS = frozenset(word.encode() for word in _MODIFIER_LIST.split())


class Declared(NamedTuple):
    """One declaration. `head` is where it goes on behind its modifiers, `body` where its signature ends."""

    sort: Sort
    name: str
    words: tuple[str, ...]
    annotations: tuple[tuple[int, int], ...]
    start: int
    head: int
    body: int
    end: int
    depth: int
    """How many types are around it."""
    has_body: bool = False


class Imported(NamedTuple):
    """An import or the package: the word, the parts of the name, the alias, where it stands."""

    word: str
    parts: tuple[str, ...]
    alias: str
    start: int


class Head(NamedTuple):
    words: tuple[str, ...]
    annotations: tuple[tuple[int, int], ...]
    start: int
    head: int
    """Where the last modifier ends; the start of what follows where there is none."""
    next: Token


class Heads:
    """One file and what was found in it so far. Every reader gives the place behind what it read."""

    def __init__(self, raw: bytes) -> None:
        self.tokens = Tokens(raw)
        self.found: list[Declared] = []
        self.imports: list[Imported] = []

    def _head(self, one: Token) -> Head:
        """Modifiers and annotations from a token on, as far as a declaration follows them."""
        words: list[str] = []
        annotations: list[tuple[int, int]] = []
        start, head = one.start, -1
        while True:
            if one.text == b"@":
                end = annotation_end(self.tokens, one)
                annotations.append((one.start, end))
            elif one.text in MODIFIERS and self._goes_on(one.end):
                end = one.end
                words.append(one.text.decode())
            elif one.text == b"context" and (ahead := self.tokens.seen(one.end)).text == b"(":
                end = self.tokens.after(ahead)
            else:
                return Head(tuple(words), tuple(annotations), start, head if head >= 0 else one.start, one)
            head = end
            one = self.tokens.seen(end)

    def _goes_on(self, place: int) -> bool:
        """Whether a declaration may follow: each modifier is a name as well."""
        one = self.tokens.seen(place)
        return one.kind == "word" or one.text == b"@"

    def _add(
        self, sort: Sort, name: Token | bytes, head: Head, depth: int, body: int, end: int, *, has_body: bool = False
    ) -> None:
        said = (name if isinstance(name, bytes) else name.text).decode("utf-8", "replace").strip("`")
        self.found.append(
            Declared(sort, said, head.words, head.annotations, head.start, head.head, body, end, depth, has_body)
        )

    def _name(self, place: int) -> tuple[Token | None, int]:
        one = self.tokens.seen(place)
        return (one, one.end) if one.kind == "word" else (None, place)

    def _type_parameters(self, place: int) -> int:
        one = self.tokens.seen(place)
        return self.tokens.arguments(one.start) if one.text == b"<" else place

    def _parameter_end(self, place: int) -> int:
        """Behind `: Type = value`, with which a name goes on."""
        end = place
        while (one := self.tokens.seen(end)).kind == "word" or one.text == b"@":
            end = annotation_end(self.tokens, one) if one.text == b"@" else one.end
        if one.text == b":":
            end = type_end(self.tokens, one.end)
            one = self.tokens.seen(end)
        return expression_end(self.tokens, one.end) if one.text == b"=" else end

    def _where(self, place: int) -> int:
        one = self.tokens.seen(place)
        if one.text != b"where":
            return place
        end = one.end
        while True:
            end = type_end(self.tokens, end)
            colon = self.tokens.seen(end)
            if colon.text != b":":
                return end
            end = type_end(self.tokens, colon.end)
            comma = self.tokens.seen(end)
            if comma.text != b",":
                return end
            end = comma.end

    def _receiver(self, place: int) -> tuple[Token | None, int]:
        """The name behind a receiver's type, and where it ends."""
        one = self.tokens.seen(place)
        name: Token | None = None
        end = place
        while True:
            if one.text == b"@":
                end = annotation_end(self.tokens, one)
            elif one.text == b"(" and name is None:
                end = self.tokens.after(one)
            elif one.kind == "word":
                name, end = one, one.end
            elif one.text == b"<":
                end = self.tokens.arguments(one.start)
                if end == one.start:
                    return name, end
            elif one.text in (b".", b"?.", b"?", b"&"):
                end = one.end
                if one.text != b"?":
                    name = None
            else:
                return name, name.end if name is not None else end
            ahead = self.tokens.at(end)
            if ahead.kind == "line":
                following = self.tokens.seen(end)
                if name is not None and following.text not in (b".", b"?."):
                    return name, name.end
                ahead = following
            if name is not None and ahead.kind == "word" and one.kind == "word":
                return name, name.end
            one = ahead
