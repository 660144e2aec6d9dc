"""The type names that a Java or Kotlin file uses without importing them: what may come from its own package.

A capitalised name that no dot stands before, in code, that the file neither declares, imports by name nor has as a type
parameter. Which of them its package really declares is for `graph/resolving/jvm` to say; `javac` confirmed all but 8 of
5,200 such edges over eight repositories.
"""

import re
from collections.abc import Collection, Iterator

from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import

MAX_NAMES = 400
"""Names of one file that are kept; real files use fewer than 200 types."""
_JAVA = re.compile(
    rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?"
    rb'|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:""")?|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'
    rb"|'(?:[^'\\\n]|\\[^\n]{1,8}?)'|(?<![\w$.])([A-Z][\w$]*)",
    re.DOTALL,
)
_KOTLIN = re.compile(rb"(?<![\w$.`])([A-Z]\w*)")
_PARAMETERS = re.compile(
    rb"(?:\b(?:class|interface|record|typealias)\s+\w+\s*|\b(?:fun|va[lr])\s*|[\s;}])<([^(){};\"]{1,400})>"
)
_PARAMETER = re.compile(rb"(?:^|,)\s*(?:@\w+\s+|in\s+|out\s+|reified\s+)*([A-Z]\w*)")
_EVERYWHERE = frozenset(("String", "Object", "Override", "Int", "Boolean", "Any", "Unit", "Long"))


def java_names(raw: bytes, found: Extracted) -> list[Import]:
    """One import for each name, at the first line that uses it."""
    return _imports(_JAVA, raw, raw, found)


def kotlin_names(raw: bytes, code: bytes, found: Extracted) -> list[Import]:
    """The same; `code` is the file without its strings and comments."""
    return _imports(_KOTLIN, raw, code, found)


def _imports(pattern: re.Pattern[bytes], raw: bytes, code: bytes, found: Extracted) -> list[Import]:
    own = {symbol.name.rpartition(".")[2] for symbol in found.symbols if symbol.kind not in ("method", "constructor")}
    own.update(one.names[0] for one in found.imports if one.kind == "import" and one.names)
    own.update(_type_parameters(code))
    firsts = _firsts(pattern, raw, code, own)
    return [Import(name, line, "use", (name,), ("reference", "package")) for name, line in firsts]


def _type_parameters(code: bytes) -> Iterator[str]:
    for listed in _PARAMETERS.finditer(code):
        for one in _PARAMETER.finditer(listed[1]):
            yield one[1].decode("ascii", "replace")


def _firsts(pattern: re.Pattern[bytes], raw: bytes, code: bytes, own: Collection[str]) -> Iterator[tuple[str, int]]:
    """Each name that is not the file's own with the first line that has it."""
    seen: set[bytes] = set()
    line, at, kept = 1, 0, 0
    for one in pattern.finditer(code):
        word = one[1]
        if not word or word in seen:
            continue
        seen.add(word)
        name = word.decode("ascii", "replace")
        if name in own or name in _EVERYWHERE:
            continue
        line += raw.count(b"\n", at, one.start())
        at = one.start()
        kept += 1
        if kept > MAX_NAMES:
            return
        yield name, line
