"""`Package.swift`: a program, read as text: the literal `.package(…)` calls."""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.asked.blocks import code
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement, Scope, Unread

_CALL = re.compile(r"\.package\s*\(")
_BRACKET = re.compile(r'"(?:[^"\\\n]|\\.)*"|[()]')
_TARGET = re.compile(r"\.(testTarget|target|executableTarget|macro|plugin)\s*\(")
_USED = re.compile(r"\.product\s*\(\s*name\s*:\s*\"[^\"]*\"\s*,\s*package\s*:\s*\"([^\"]+)\"|\"([\w.-]+)\"")
MAX_CALL_CHARS = 5_000
MAX_CALLS = 2_000


def swift_package(file: ManifestText) -> Reading:
    """Packages by place or registry identity; one that only test targets name is for tests."""
    text, found = code(decode(file.raw)), Reading()
    tests, others = _users(text)
    for call, begin in _arguments(text, _CALL):
        line = text.count("\n", 0, begin) + 1
        place = re.search(r"\b(url|path|id)\s*:\s*\"([^\"]+)\"", call)
        if not place:
            found.not_read.append(Unread(line, "swift.computed"))
            continue
        name = place[2].rstrip("/").rpartition("/")[2].removesuffix(".git")
        rest = call[place.end() :].strip(" ,\n\t")
        constraint = " ".join(re.sub(r",?\s*traits\s*:.*$", "", rest, flags=re.DOTALL).split())
        declared = re.search(r"\bname\s*:\s*\"([^\"]+)\"", call[: place.start()])
        known = {name.lower(), declared[1].lower() if declared else name.lower()}
        scope: Scope = "test" if known & tests and not known & others else "runtime"
        reference = place[2] if place[1] == "url" else f"path:{place[2]}" if place[1] == "path" else ""
        label = place[2] if place[1] == "id" else name
        found.asked.append(Requirement(label, constraint, line, "swift.dependencies", scope, reference=reference))
    return found


def _arguments(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """The text between the brackets of each call, and where the call begins."""
    for number, one in enumerate(pattern.finditer(text)):
        if number >= MAX_CALLS:
            return
        depth = 1
        for token in _BRACKET.finditer(text, one.end(), one.end() + MAX_CALL_CHARS):
            depth += {"(": 1, ")": -1}.get(token.group(), 0)
            if not depth:
                yield text[one.end() : token.start()], one.start()
                break


def _users(text: str) -> tuple[set[str], set[str]]:
    """Packages that test targets name, and those that other targets name, in small letters."""
    tests: set[str] = set()
    others: set[str] = set()
    for call, begin in _arguments(text, _TARGET):
        kind = _TARGET.match(text, begin)
        names = {(first or second).lower() for first, second in _USED.findall(call)}
        (tests if kind and kind[1] == "testTarget" else others).update(names)
    return tests, others
