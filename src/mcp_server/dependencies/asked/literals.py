"""Literals of a Python program by its syntax tree: texts, lists and tables, through names and sums; nothing is run.

A value that depends on anything else is given by its line, so that the caller can say what was not read.
"""

import ast
from collections.abc import Iterator

MAX_STEPS = 2_000
"""Names and sums followed for one value: a program may refer to itself without end."""

Texts = tuple[list[tuple[str, int]], list[int]]


class Literals:
    """One module's names and calls."""

    def __init__(self, module: ast.Module, source: str) -> None:
        self._module = module
        self._source = source.split("\n")
        self._names: dict[str, list[ast.expr]] = {}
        self._changed: dict[str, list[ast.AST]] = {}
        for node in ast.walk(module):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self._names.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                    self._changed.setdefault(target.value.id, []).append(node)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            self._names.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self._changed.setdefault(node.target.id, []).append(node)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.attr in ("append", "extend", "insert", "update", "remove", "setdefault")
        ):
            self._changed.setdefault(node.func.value.id, []).append(node)

    def calls(self, name: str) -> Iterator[ast.Call]:
        """Every call of a function of that name, also as an attribute (`setuptools.setup`)."""
        for node in ast.walk(self._module):
            if isinstance(node, ast.Call):
                function = node.func
                called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if called == name:
                    yield node

    def arguments(self, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
        """Keyword arguments, those of a literal `**table` too."""
        for keyword in call.keywords:
            if keyword.arg is not None:
                yield keyword.arg, keyword.value
                continue
            pairs, _ = self.pairs(keyword.value)
            for key, value in pairs:
                if name := self.text(key):
                    yield name, value

    def starred(self, call: ast.Call) -> list[int]:
        """Lines of `**something` that is no literal table."""
        lines: list[int] = []
        for keyword in call.keywords:
            if keyword.arg is None:
                lines += self.pairs(keyword.value)[1]
        return lines

    def text(self, node: ast.expr | None, steps: int = 0) -> str | None:
        """A text, joined texts, or the name of one; None when it is computed."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name) and steps < 20:
            values = self._names.get(node.id, [])
            return self.text(values[0], steps + 1) if len(values) == 1 else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and steps < 20:
            left, right = self.text(node.left, steps + 1), self.text(node.right, steps + 1)
            return None if left is None or right is None else left + right
        return self._formatted(node, steps)

    def _formatted(self, node: ast.expr | None, steps: int) -> str | None:
        if not isinstance(node, ast.JoinedStr) or steps >= 20:
            return None
        parts: list[str] = []
        for value in node.values:
            inner = value.value if isinstance(value, ast.FormattedValue) else value
            if isinstance(value, ast.FormattedValue) and (value.conversion != -1 or value.format_spec is not None):
                return None
            part = self.text(inner, steps + 1)
            if part is None:
                return None
            parts.append(part)
        return "".join(parts)

    def texts(self, node: ast.expr) -> Texts:
        """The texts of a list with their lines, and the lines of what is computed."""
        found: list[tuple[str, int]] = []
        computed: list[int] = []
        stack: list[ast.expr] = [node]
        for _ in range(MAX_STEPS):
            if not stack:
                return found, computed
            stack.extend(reversed(self._step(stack.pop(), found, computed)))
        return found, [*computed, node.lineno]

    def _step(self, node: ast.expr, found: list[tuple[str, int]], computed: list[int]) -> list[ast.expr]:
        """What stands for one node: further nodes, or texts put into `found`."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return list(node.elts)
        if isinstance(node, ast.Starred):
            return [node.value]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and self.text(node) is None:
            return [node.left, node.right]
        text = self.text(node)
        if text is not None:
            found += self._placed(node, text.split("\n"))
            return []
        if isinstance(node, ast.Name):
            return self._named(node, computed)
        if isinstance(node, ast.Subscript):
            return self._item(node, computed)
        if isinstance(node, ast.Call):
            return self._called(node, found, computed)
        computed.append(node.lineno)
        return []

    def _placed(self, node: ast.expr, words: list[str]) -> Iterator[tuple[str, int]]:
        """The words of one literal with their lines, found in the source in their order."""
        at, last = node.lineno, node.end_lineno or node.lineno
        for word in words:
            bare = word.strip()
            if bare:
                lines = range(at, min(last, len(self._source)) + 1)
                at = next((line for line in lines if bare in self._source[line - 1]), at)
                yield word, at

    def _named(self, node: ast.Name, computed: list[int]) -> list[ast.expr]:
        values = self._names.get(node.id, [])
        computed += [getattr(change, "lineno", node.lineno) for change in self._changed.get(node.id, [])]
        if len(values) != 1:
            computed += [value.lineno for value in values] or [node.lineno]
            return []
        return [values[0]]

    def _item(self, node: ast.Subscript, computed: list[int]) -> list[ast.expr]:
        """`table["key"]` of a literal table."""
        key = self.text(node.slice)
        pairs, lines = self.pairs(node.value)
        named = [value for name, value in pairs if key is not None and self.text(name) == key]
        computed += lines if named else [node.lineno]
        return named

    def _called(self, node: ast.Call, found: list[tuple[str, int]], computed: list[int]) -> list[ast.expr]:
        """`"a b".split()`, `list(x)`, `sorted(x)`: the words of a literal, or the literal itself."""
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in ("split", "splitlines", "strip"):
            text = self.text(function.value)
            if text is not None and not node.keywords and len(node.args) <= 1:
                separator = self.text(node.args[0]) if node.args else None
                words = text.split(separator) if function.attr == "split" else text.splitlines()
                found += self._placed(function.value, words)
                return []
        if isinstance(function, ast.Name) and function.id in ("list", "tuple", "sorted", "set") and len(node.args) == 1:
            return [node.args[0]]
        computed.append(node.lineno)
        return []

    def pairs(self, node: ast.expr, steps: int = 0) -> tuple[list[tuple[ast.expr, ast.expr]], list[int]]:
        """Keys and values of a literal table or `dict(...)`, and the lines of what is computed."""
        if isinstance(node, ast.Name) and steps < 20:
            values = self._names.get(node.id, [])
            changed = [getattr(change, "lineno", node.lineno) for change in self._changed.get(node.id, [])]
            found, computed = self.pairs(values[0], steps + 1) if len(values) == 1 else ([], [node.lineno])
            return found, [*computed, *changed]
        if isinstance(node, ast.Dict):
            made: list[tuple[ast.expr, ast.expr]] = []
            lines: list[int] = []
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None:
                    made.append((key, value))
                elif steps < 20:
                    inner, more = self.pairs(value, steps + 1)
                    made += inner
                    lines += more
            return made, lines
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
            keywords = [(ast.Constant(one.arg, lineno=one.value.lineno), one.value) for one in node.keywords if one.arg]
            return [(key, value) for key, value in keywords], []
        return [], [node.lineno]
