"""What is counted for quality: one pass over the facts of every file, sources and tests apart, nothing sampled.

Above it lie the indicators, which turn counts into scores.
"""

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Literal

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.inventory import is_aside, is_of_tests, shows_only
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.syntax.facts import Index

LONG_FILE = 1_000
"""Lines of code from which a file is an outlier: the limit of pylint's `too-many-lines`."""

_TEST_NAMED = re.compile(rb"\"name\":\"(?:[^\"]*\.)?(?:test_|test[A-Z]|Test[A-Z_]|Fuzz[A-Z]|Benchmark[A-Z])")
"""Python, Go, PHP, Swift, JUnit 3, Ruby's minitest."""

_TEST_MARKED = re.compile(
    rb"\"(?:@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|Property)\b|\[(?:Fact|Theory|Test|TestMethod|TestCase|DataTestMethod)\b|"
    rb"#\[(?:[\w:]+::)?(?:test|rstest|test_case|wasm_bindgen_test|proptest)\b)"
)
"""JUnit, xUnit, NUnit, MSTest, Swift Testing, Rust."""

_TEST_CALLED = re.compile(rb"\"(?:it|test|specify|scenario|test_that|TEST|TEST_F|TEST_P|TEST_CASE)\":(\d+)")
"""Jest, Mocha, Vitest, RSpec, ExUnit, GoogleTest, Catch2: tests are calls there."""

_JVM_TESTS = re.compile(r"(?:^|/)src/(?:\w*[tT]est|\w+Test)/(?:java|kotlin|scala|groovy)/")
_RESULT = re.compile(rb"\"signature\":\"[^\"]*\) ?(?:->|:) ?[\w\\]")
"""A function's signature with a result type: `) -> int` in Python, `): int` in PHP."""

_NAMED_LANGUAGES = frozenset(("Python", "Go", "PHP", "Swift", "Ruby", "Java"))


@dataclass(slots=True)
class Place:
    """A function or file that stands out."""

    value: int
    name: str
    path: str
    line: int


@dataclass(slots=True)
class Measures:
    """Counts of the project's own source, and of its tests."""

    source_files: int = 0
    source_lines: int = 0
    first_source: str = ""
    test_files: int = 0
    test_lines: int = 0
    test_functions: int = 0
    first_test: str = ""
    functions: int = 0
    complex_functions: int = 0
    long_functions: int = 0
    long_files: int = 0
    lines_in_long_files: int = 0
    copied_lines: int = 0
    public: int = 0
    documented: int = 0
    typed: int = 0
    functions_with_choice: int = 0
    """Functions of languages where annotations are a choice, and were counted."""
    files_with_errors: int = 0
    lines_by_language: dict[str, int] = field(default_factory=dict[str, int])
    tested_inside: bool = False
    """Whether tests stand in the source files themselves (Rust)."""
    complex_places: list[Place] = field(default_factory=list[Place])
    long_places: list[Place] = field(default_factory=list[Place])
    large_places: list[Place] = field(default_factory=list[Place])
    copied_places: list[Place] = field(default_factory=list[Place])
    """`value` is how many copies there are, the place is the first."""


MINIFIED_LINE_BYTES = 110
"""Mean bytes a line above which linguist takes a script for minified."""

OPTIONAL_TYPES = frozenset(("Python", "PHP", "Ruby"))
"""Languages in which the extractors count annotated functions."""


Bodies = dict[str, list[Place]]
"""Where each body of a function stands, by its hash; in the order of paths and lines."""


def measured(deep: Deep, bodies: Bodies | None = None) -> Measures:
    """The counts of the whole repository. `bodies` is filled too, where it is given."""
    found = Measures()
    bodies = {} if bodies is None else bodies
    for path, index in deep.facts.items():
        file = deep.languages.get(path)
        if file is not None:
            count(found, deep, path, file, index, bodies)
    finish(found, bodies)
    return found


Counted = Literal["test", "source", ""]


def count(found: Measures, deep: Deep, path: str, file: FileLanguage, index: Index, bodies: Bodies) -> Counted:
    """Add one file; what it was counted as. `deep` needs to hold no other file."""
    if not _is_code(file):
        return ""
    if is_test(path):
        _count_test(found, deep, path, file, index)
        return "test"
    if shows_only(path) or _is_data(index) or _is_built(file, index):
        return ""
    _count_source(found, deep, path, file, index, bodies)
    return "source"


def finish(found: Measures, bodies: Bodies) -> None:
    """What only the whole tells: the copies, and the order of what stands out."""
    _count_copies(found, bodies)
    for places in (found.complex_places, found.long_places, found.large_places, found.copied_places):
        places.sort(key=lambda one: (-one.value, one.path, one.line))


def _is_code(file: FileLanguage) -> bool:
    return file.is_code and not (file.vendored or file.generated or file.documentation)


def _is_data(index: Index) -> bool:
    """A long file without a function is a table in the form of code."""
    return index.code > LONG_FILE and not index.functions and not index.classes and not index.fault


def _is_built(file: FileLanguage, index: Index) -> bool:
    """A script that a bundler packed into long lines; linguist's bound, which it holds to `.js` alone."""
    lines = index.code + index.comment + index.blank
    return file.language in ("JavaScript", "TypeScript") and file.size > MINIFIED_LINE_BYTES * lines > 0


def is_test(path: str) -> bool:
    """Whether a code file holds tests: by its folder, or by its name where that is the language's convention."""
    if _JVM_TESTS.search(path):  # below it the folders are package names: org.springframework.samples
        return True
    return is_of_tests(path) or (shows_only(path) and not is_aside(path))


def _count_test(found: Measures, deep: Deep, path: str, file: FileLanguage, index: Index) -> None:
    found.test_files += 1
    found.test_lines += index.code
    found.first_test = found.first_test or path
    found.test_functions += _tests_in(deep, path, file.language or "")


def _tests_in(deep: Deep, path: str, language: str) -> int:
    """Test functions of a file. Names count in languages whose runners go by names, marks and calls elsewhere."""
    packed = deep.packed.get(path)
    if packed is None:
        return 0
    marked = len(_TEST_MARKED.findall(packed.symbols))
    if marked:
        return marked
    if language in _NAMED_LANGUAGES and (named := len(_TEST_NAMED.findall(packed.symbols))):
        return named
    return sum(int(count) for count in _TEST_CALLED.findall(packed.refs))


def _count_source(found: Measures, deep: Deep, path: str, file: FileLanguage, index: Index, bodies: Bodies) -> None:
    found.source_files += 1
    found.source_lines += index.code
    found.first_source = found.first_source or path
    language = file.language or ""
    found.lines_by_language[language] = found.lines_by_language.get(language, 0) + index.code
    found.functions += index.functions
    found.public += index.public
    found.documented += index.documented
    found.files_with_errors += bool(index.errors)
    if language in OPTIONAL_TYPES:
        found.typed += index.typed if language == "Python" else index.typed or _annotated(deep, path)
        found.functions_with_choice += index.functions
    found.complex_functions += len(index.complex)
    found.complex_places += _places(index.complex, path)
    found.long_functions += len(index.long)
    found.long_places += _places(index.long, path)
    if index.code > LONG_FILE:
        found.long_files += 1
        found.lines_in_long_files += index.code
        found.large_places.append(Place(index.code, path.rpartition("/")[2], path, 0))
    for row in index.bodies:
        digest, line, lines = str(row[0]), _number(row[1]), _number(row[2])
        bodies.setdefault(digest, []).append(Place(lines, "", path, line))
    if language == "Rust" and (inside := _tests_in(deep, path, language)):
        found.test_functions += inside
        found.tested_inside = True
        found.first_test = found.first_test or path


def _annotated(deep: Deep, path: str) -> int:
    """Functions whose signature states a result, where the extractor counts no annotations."""
    packed = deep.packed.get(path)
    return len(_RESULT.findall(packed.symbols)) if packed is not None else 0


def _places(rows: list[list[object]], path: str) -> Iterator[Place]:
    for name, line, value in rows:
        yield Place(_number(value), str(name), path, _number(line))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _count_copies(found: Measures, bodies: Bodies) -> None:
    """Bodies that stand in more than one place; all but the first of each are copies."""
    for places in bodies.values():
        if len(places) < 2:
            continue
        first, *others = places
        found.copied_lines += sum(place.value for place in others)
        found.copied_places.append(Place(len(places), "", first.path, first.line))
