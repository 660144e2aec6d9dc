"""The declarations of a Kotlin file, read from its tokens by the language's grammar: types, members, top level.

The tree-sitter grammar tears on newer syntax (context parameters, guards, dollar strings) and folds annotations,
delegation and bodies wrongly without an error; a declaration begins with a keyword, which tokens tell for certain.
What stands inside bodies of functions is local and not read. Below lie `kotlin_heads` and its tokens, above `kotlin`.
"""

import re

from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_ends import expression_end, type_end
from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_heads import (
    MODIFIERS,
    Declared,
    Head,
    Heads,
    Imported,
    Sort,
)
from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_tokens import Token

_OPENERS = frozenset((b"class", b"interface", b"fun", b"val", b"var", b"object", b"typealias", b"constructor", b"init"))
_ACCESSORS = frozenset((b"get", b"set", b"field"))
_NAMED = re.compile(
    rb"[ \t]*((?:`[^`\n]*`|[\w\x80-\xff]+)(?:\.(?:`[^`\n]*`|[\w\x80-\xff]+))*)(\.\*)?"
    rb"(?:[ \t]+as[ \t]+(`[^`\n]*`|[\w\x80-\xff]+))?"
)
"""What stands behind `import` or `package`."""


class Reading(Heads):
    """Reads one file. Each body is entered at most once, so it is linear."""

    def read(self) -> list[Declared]:
        """The declarations in the order of the file, outer ones first."""
        waiting: list[tuple[int, int, int, bool]] = [(0, len(self.tokens.code), 0, False)]
        while waiting:
            place, end, depth, entries = waiting.pop()
            if entries:
                place = self._entries(place, end, depth)
            while place < end:
                one = self.tokens.seen(place)
                if one.start >= end or one.kind == "end":
                    break
                after, inner = self._member(one, depth)
                if inner is not None:
                    waiting.append((after, end, depth, False))
                    waiting.append(inner)
                    break
                place = max(after, one.end)
        return self.found

    def _member(self, one: Token, depth: int) -> tuple[int, tuple[int, int, int, bool] | None]:
        """Reads what begins at a token: where it ends, and the body of a type to read first."""
        head = self._head(one)
        said = head.next.text
        if said in (b"class", b"interface", b"object"):
            return self._type(head, depth)
        if said == b"fun":
            ahead = self.tokens.seen(head.next.end)
            if ahead.text == b"interface":
                return self._type(head._replace(next=ahead, words=(*head.words, "fun")), depth)
            return self._function(head, depth), None
        if said in (b"val", b"var"):
            return self._property(head, depth), None
        if said == b"typealias":
            return self._alias(head, depth), None
        if said == b"constructor" and depth:
            return self._constructor(head, depth), None
        if said == b"init" and depth:
            ahead = self.tokens.seen(head.next.end)
            return self.tokens.after(ahead), None
        return self._statement(head.next), None

    def _statement(self, one: Token) -> int:
        """Behind what is no declaration: a statement of a script, `import`, damage."""
        if one.text in (b"import", b"package"):
            return self._imported(one)
        return max(expression_end(self.tokens, one.start), one.end)

    def _imported(self, one: Token) -> int:
        """`import a.b.C as D`, `import a.*`, `package a.b`: the parts of the name, and the last word as the alias."""
        found = _NAMED.match(self.tokens.code, one.end)
        if found is None:
            return one.end
        name, alias = found[1].decode("utf-8", "replace"), (found[3] or b"").decode("utf-8", "replace")
        parts = [*name.replace("`", "").split("."), *(["*"] if found[2] else [])]
        self.imports.append(Imported(one.text.decode(), tuple(parts), alias.strip("`"), one.start))
        return found.end()

    def _type(self, head: Head, depth: int) -> tuple[int, tuple[int, int, int, bool] | None]:
        keyword = head.next
        name, end = self._name(keyword.end)
        if keyword.text == b"object" and (name is None or self.tokens.at(keyword.end).kind == "line"):
            ahead = self.tokens.seen(keyword.end)
            if "companion" not in head.words and ahead.text in (b":", b"{"):
                return self._statement(keyword), None
            name, end = (name, end) if ahead.start == (name.start if name else -1) else (None, keyword.end)
        if name is not None and (name.text in _OPENERS or name.text in MODIFIERS) and "companion" in head.words:
            name, end = None, keyword.end
        if name is None and "companion" not in head.words:
            return keyword.end, None
        at = len(self.found)
        sort: Sort = "class" if keyword.text == b"class" else "interface"
        sort = "object" if keyword.text == b"object" else sort
        self._add(sort, name if name is not None else b"Companion", head, depth, end, end)
        end = self._type_parameters(end)
        end = self._primary(end, depth + 1)
        end = self._supertypes(end)
        end = self._where(end)
        ahead = self.tokens.seen(end)
        if ahead.text != b"{":
            self.found[at] = self.found[at]._replace(body=end, end=end)
            return end, None
        after = self.tokens.after(ahead)
        self.found[at] = self.found[at]._replace(body=ahead.start, end=after)
        return after, (ahead.end, after - 1, depth + 1, "enum" in head.words)

    def _primary(self, place: int, depth: int) -> int:
        """Behind a primary constructor, whose properties are members."""
        one = self.tokens.seen(place)
        if one.text != b"(":
            head = self._head(one)
            if head.next.text != b"constructor":
                return place
            one = self.tokens.seen(head.next.end)
            if one.text != b"(":
                return head.next.end
        close = self.tokens.closed(one.start)
        at = one.end
        while (each := self.tokens.seen(at)).start < close - 1 and each.kind != "end":
            head = self._head(each)
            if head.next.text in (b"val", b"var"):
                name, end = self._name(head.next.end)
                end = self._parameter_end(end)
                if name is not None:
                    self._add("parameter", name, head, depth, end, end)
            else:
                end = self._parameter_end(each.start)
            comma = self.tokens.seen(end)
            at = max(comma.end if comma.text == b"," else end, each.end)
        return close

    def _supertypes(self, place: int) -> int:
        one = self.tokens.seen(place)
        if one.text != b":":
            return place
        end = one.end
        while True:
            end = type_end(self.tokens, end)
            ahead = self.tokens.at(end)
            if ahead.text == b"(":
                end = self.tokens.after(ahead)
            ahead = self.tokens.seen(end)
            if ahead.text == b"by":
                end = expression_end(self.tokens, ahead.end, blocks=False)
                ahead = self.tokens.seen(end)
            if ahead.text != b",":
                return end
            end = ahead.end

    def _entries(self, place: int, end: int, depth: int) -> int:
        """The values of an enum, up to the semicolon or what is none."""
        while True:
            one = self.tokens.seen(place)
            if one.text == b";":
                return one.end
            head = self._head(one)
            name = head.next
            if one.start >= end or name.kind != "word" or name.text in _OPENERS:
                return place
            after = name.end
            ahead = self.tokens.seen(after)
            if ahead.text == b"(":
                after = self.tokens.after(ahead)
                ahead = self.tokens.seen(after)
            if ahead.text == b"{":
                after = self.tokens.after(ahead)
                ahead = self.tokens.seen(after)
            self._add("entry", name, head, depth, after, after)
            if ahead.text == b";":
                return ahead.end
            if ahead.text != b",":
                return after
            place = ahead.end

    def _function(self, head: Head, depth: int) -> int:
        end = self._type_parameters(head.next.end)
        name, end = self._receiver(end)
        ahead = self.tokens.seen(end)
        if name is None or ahead.text not in (b"(", b"<"):
            return max(end, head.next.end)
        if ahead.text == b"<":
            ahead = self.tokens.seen(self.tokens.arguments(ahead.start))
        end = self.tokens.after(ahead) if ahead.text == b"(" else end
        ahead = self.tokens.seen(end)
        if ahead.text == b":":
            end = type_end(self.tokens, ahead.end)
        end = self._where(end)
        ahead = self.tokens.seen(end)
        body = end
        has_body = ahead.text in (b"{", b"=")
        if ahead.text == b"{":
            body, end = ahead.start, self.tokens.after(ahead)
        elif ahead.text == b"=":
            body, end = ahead.start, expression_end(self.tokens, ahead.end)
        self._add("fun", name, head, depth, body, end, has_body=has_body)
        return end

    def _constructor(self, head: Head, depth: int) -> int:
        ahead = self.tokens.seen(head.next.end)
        if ahead.text != b"(":
            return self._statement(head.next)
        body = end = self.tokens.after(ahead)
        ahead = self.tokens.seen(end)
        if ahead.text == b":":
            call = self.tokens.seen(self.tokens.seen(ahead.end).end)
            body = self.tokens.seen(ahead.end).start
            end = self.tokens.after(call)
            ahead = self.tokens.seen(end)
        has_body = ahead.text == b"{"
        if has_body:
            body = body if body < end else ahead.start
            end = self.tokens.after(ahead)
        self._add("constructor", b"", head, depth, body, end, has_body=has_body)
        return end

    def _property(self, head: Head, depth: int) -> int:
        end = self._type_parameters(head.next.end)
        first = self.tokens.seen(end)
        names: list[Token] = []
        if first.text == b"(" and self.tokens.seen(self.tokens.after(first)).text in (b"=", b"by"):
            end = self.tokens.after(first)
            names = self._parts(first.end, end - 1)
        else:
            name, end = self._receiver(end)
            if name is None:
                return max(end, head.next.end)
            names = [name]
        ahead = self.tokens.seen(end)
        if ahead.text == b":":
            end = type_end(self.tokens, ahead.end)
        end = self._where(end)
        body = end
        ahead = self.tokens.seen(end)
        if ahead.text in (b"=", b"by"):
            end = expression_end(self.tokens, ahead.end)
            if "const" in head.words:
                body = end
        end = self._accessors(end)
        for name in names:
            self._add("property", name, head, depth, body, end)
        return end

    def _parts(self, place: int, end: int) -> list[Token]:
        found: list[Token] = []
        while (one := self.tokens.seen(place)).start < end and one.kind != "end":
            if one.kind == "word" and one.text != b"_":
                found.append(one)
            place = max(self._parameter_end(one.start), one.end)
        return found

    def _accessors(self, place: int) -> int:
        """Behind the accessors that follow a property."""
        end = place
        for _ in range(3):
            ahead = self.tokens.seen(end)
            if ahead.text == b";":
                ahead = self.tokens.seen(ahead.end)
            head = self._head(ahead)
            if head.next.text not in _ACCESSORS:
                return end
            then = self.tokens.at(head.next.end)
            if head.next.text == b"field":
                if then.text not in (b"=", b":"):
                    return end
                end = self._parameter_end(head.next.end)
                continue
            bare = then.kind in ("line", "end") or then.text in (b"}", b";")
            if then.text != b"(" and not (bare and (head.words or head.annotations)):
                return end
            end = self._accessor_end(head.next.end) if then.text == b"(" else head.next.end
        return end

    def _accessor_end(self, place: int) -> int:
        end = self.tokens.after(self.tokens.at(place))
        ahead = self.tokens.seen(end)
        if ahead.text == b":":
            end = type_end(self.tokens, ahead.end)
            ahead = self.tokens.seen(end)
        if ahead.text == b"{":
            return self.tokens.after(ahead)
        return expression_end(self.tokens, ahead.end) if ahead.text == b"=" else end

    def _alias(self, head: Head, depth: int) -> int:
        name, end = self._name(head.next.end)
        if name is None:
            return head.next.end
        end = self._type_parameters(end)
        ahead = self.tokens.seen(end)
        if ahead.text == b"=":
            end = type_end(self.tokens, ahead.end)
        self._add("alias", name, head, depth, end, end)
        return end
