"""Where a Kotlin type or expression ends: what a line's end means depends on what stands before and behind it.

By the Kotlin grammar (kotlinlang.org/docs/reference/grammar.html): an expression goes on while an operand is missing,
and on the next line only with an operator that may stand in front of it. Below lie the tokens, above the declarations.
"""

from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_tokens import Token, Tokens

_LEADING = frozenset((b".", b"?.", b"?:", b"&&", b"||", b"as", b"else", b"catch", b"finally"))
"""What goes on with the line above."""
_ENDING = frozenset((b")", b"]", b"}", b",", b";"))
_POSTFIX = frozenset((b"!!", b"++", b"--"))
_JUMPS = frozenset((b"return", b"throw", b"else", b"do"))
_CONDITIONS = frozenset((b"if", b"while", b"for"))
_INFIX = frozenset((b"as", b"is", b"in", b"else", b"catch", b"finally"))


def type_end(tokens: Tokens, place: int) -> int:
    """Behind the type that begins at `place`; `place` where none does."""
    end = place
    wanted = True
    while True:
        one = tokens.seen(end) if wanted else tokens.at(end)
        said = one.text
        if said == b"<" and not wanted:
            after = tokens.arguments(one.start)
            if after == one.start:
                return end
            end = after
        elif said in (b".", b"?.", b"->", b"&", b"?", b"!!", b"*") and (not wanted or said == b"*"):
            end = one.end
            wanted = said not in (b"?", b"!!", b"*")
        elif not wanted:
            ahead = tokens.seen(end)
            if one.kind == "line" and ahead.text == b"->":
                end = ahead.start
                continue
            return end
        elif said == b"@":
            end = annotation_end(tokens, one)
        elif said == b"(":
            end, wanted = tokens.after(one), False
        elif one.kind == "word":
            end, wanted = one.end, said in (b"suspend", b"in", b"out")
        else:
            return end


def annotation_end(tokens: Tokens, one: Token) -> int:
    """Behind an annotation whose `@` is given, its arguments with it."""
    first = tokens.at(one.end)
    if first.text == b"[":
        return tokens.after(first)
    end = one.end
    while first.kind == "word":
        end = first.end
        then = tokens.at(end)
        if then.text == b"<" and then.start == end and (after := tokens.arguments(end)) > end:
            end = after
            then = tokens.at(end)
        if then.text == b":" and then.start == end:
            first = tokens.at(then.end)
            if first.text == b"[":
                return tokens.after(first)
        elif then.text == b"." and then.start == end:
            first = tokens.at(then.end)
        else:
            return tokens.after(then) if then.text == b"(" and then.start == end else end
    return end


def expression_end(tokens: Tokens, place: int, *, blocks: bool = True) -> int:
    """Behind the expression that begins at `place`. Without `blocks` no lambda stands behind a call in it."""
    end = place
    wanted = True
    while True:
        one = tokens.at(end)
        if one.kind == "end":
            return end
        if one.kind == "line":
            ahead = tokens.seen(one.end)
            if not wanted and ahead.text not in _LEADING:
                return end
            end = ahead.start
            if ahead.kind == "end":
                return end
            continue
        if one.text in _ENDING or (one.text == b"{" and not (wanted or blocks)):
            return end
        end, wanted = _operand(tokens, one) if wanted else _operator(tokens, one)


def _operand(tokens: Tokens, one: Token) -> tuple[int, bool]:
    """Behind a token where an operand is wanted, and whether one is still."""
    said = one.text
    if said in (b"(", b"[", b"{"):
        return tokens.after(one), False
    if said == b"@":
        return annotation_end(tokens, one), True
    if one.kind == "value":
        return one.end, False
    if one.kind != "word":
        return one.end, said not in _POSTFIX
    if said in _CONDITIONS:
        ahead = tokens.seen(one.end)
        return (tokens.after(ahead), True) if ahead.text == b"(" else (one.end, True)
    if said in (b"when", b"try", b"object", b"fun"):
        return _block_end(tokens, one), said == b"fun" and _is_short(tokens, one)
    if said in _JUMPS:
        ahead = tokens.at(one.end)
        return one.end, said in (b"else", b"throw", b"do") or ahead.kind != "line"
    label = tokens.at(one.end)
    if label.text == b"@" and label.start == one.end:
        return label.end, True
    return one.end, False


def _operator(tokens: Tokens, one: Token) -> tuple[int, bool]:
    """Behind a token where an operand has just ended, and whether the next is wanted."""
    said = one.text
    if said in (b"(", b"[", b"{"):
        return tokens.after(one), False
    if said in (b"catch", b"finally"):
        ahead = tokens.seen(one.end)
        end = tokens.after(ahead) if ahead.text in (b"(", b"{") else one.end
        return end, said == b"catch"
    if said in (b"as", b"is", b"!is", b"! is"):
        ahead = tokens.at(one.end)
        begins = ahead.end if ahead.text == b"?" and ahead.start == one.end else one.end
        return type_end(tokens, begins), False
    if said == b"<":
        after = tokens.arguments(one.start)
        return (after, False) if after > one.start else (one.end, True)
    if said == b"@":  # a label behind `return`, `this`, `super`, or in front of a lambda
        ahead = tokens.at(one.end)
        return (ahead.end, False) if ahead.kind == "word" else (one.end, False)
    if one.kind == "value":
        return one.end, False
    return one.end, said not in _POSTFIX


def _block_end(tokens: Tokens, one: Token) -> int:
    """Behind the braces that `when`, `try`, `object` or `fun` open; behind the `=` of a short function."""
    end = one.end
    while True:
        ahead = tokens.seen(end)
        if ahead.text == b"{":
            return tokens.after(ahead)
        if ahead.kind == "end" or (ahead.text in _ENDING and (ahead.text != b"," or one.text != b"object")):
            return end
        if ahead.text == b"=" and one.text == b"fun":
            return ahead.end
        end = tokens.after(ahead)


def _is_short(tokens: Tokens, one: Token) -> bool:
    end = _block_end(tokens, one)
    return tokens.code[end - 1 : end] == b"="
