"""The six indicators: each a score from 0 to 1 with the reason in words and the place to look at.

Weights and what they stand for are explained in `docs/quality.md`. A part that cannot be judged (no grammar reads the
language, nothing public to document) is left out of its indicator, and the others take its weight.
"""

import re
from collections.abc import Callable, Iterable
from math import sqrt

from plumbrule.core.facts import Evidence
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.building import tests_of
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.model import Licence
from plumbrule.mcp_server.analysis.packed import packed_as
from plumbrule.mcp_server.analysis.quality.measures import OPTIONAL_TYPES, Measures
from plumbrule.mcp_server.analysis.quality.signs import Signs
from plumbrule.mcp_server.analysis.sections.quality import Indicator
from plumbrule.mcp_server.analysis.surroundings import ci_of, documents_of
from plumbrule.mcp_server.analysis.words import evidence

WEIGHTS = {
    "tests": 0.25,
    "structure": 0.25,
    "documentation": 0.20,
    "automation": 0.15,
    "types and style": 0.10,
    "hygiene": 0.05,
}

FULL_TEST_RATIO = 0.6
"""Lines of tests for one of source at which more tests tell no more: the middle of well-tested projects."""

FULL_TEST_DENSITY = 0.35
"""Test functions for one function of source."""

MOST_COMPLEX = 0.20
MOST_LONG = 0.10
MOST_IN_LONG_FILES = 0.80
MOST_COPIED = 0.10
"""Shares at which a part of `structure` is worth nothing."""

DECLARED = 0.5
"""JavaScript whose package ships declarations: its users have types, its own code is not checked by them."""

UNKNOWN = 0.7
"""What functions that no grammar reads, and CI that a source distribution leaves out, are taken for: neither praised
nor blamed."""

_ALWAYS_TYPED = frozenset(
    (
        *("Go", "Rust", "Java", "Kotlin", "C#", "Swift", "Scala", "TypeScript", "TSX", "C++", "C", "Dart", "Haskell"),
        *("F#", "OCaml", "Zig", "Nim", "Objective-C", "Ada", "Fortran", "Pascal", "Elm", "Crystal", "D", "Solidity"),
    )
)
_UNTYPED = frozenset(("JavaScript", "JSX", "Lua", "Perl", "Elixir", "Clojure", "R", "Julia", "Erlang", "Vue", "Svelte"))
_ONE_STYLE = frozenset(("Go", "Rust", "Zig", "Dart", "Elm"))
"""Languages whose own tools format in one way, with nothing to set up."""

_COMPILED_LINT = frozenset(("Go", "Rust", "Java", "Kotlin", "C#", "Swift", "Scala"))
"""Languages whose compiler or standard tool (vet, clippy) says much of what linters say elsewhere."""

_BEGINS = rb"(?im)^[^\n]{0,30}\b(?:"
_WRAPPERS = ("gradle-wrapper.jar", "maven-wrapper.jar")
"""Programs that their build tools want to be committed."""

_SECTIONS = (
    ("installation", re.compile(_BEGINS + rb"install|getting started|quick ?start|set ?up|download|build)")),
    ("usage", re.compile(_BEGINS + rb"usage|example|how to|tutorial|guide|features|documentation|docs|demo)")),
    ("contributing", re.compile(_BEGINS + rb"contribut|develop|hacking|testing)")),
)
"""What a README should tell; a heading in any markup is a line that says so at its beginning."""

_CODE = re.compile(rb"```|^    \S|::\s*$|\.\. code|<pre|\[source", re.MULTILINE)
SHORT_README = 300
LONG_README = 1_500


@dataclass(frozen=True, slots=True)
class Standing:
    """What the indicators look at beside the counts: no line of a source file changes it."""

    root: str
    """Where what is absent is looked for: the README, or "."."""
    packed: str
    framework: bool
    runs: bool
    first_test: str
    readme: str
    readme_bytes: int
    readme_score: float
    readme_sections: tuple[str, ...]
    documents: tuple[str, ...]
    """Kinds, sorted."""
    signs: dict[str, str]
    """The first file of each sign."""
    strict_typescript: bool
    typescript_config: bool
    automation: Indicator
    hygiene: Indicator


def standing_of(deep: Deep, signs: Signs, licence: Licence | None) -> Standing:
    """Everything but the counts."""
    gathered = deep.gathered
    readme = gathered.inventory.readme
    text = gathered.texts.get(readme.path, b"") if readme else b""
    sections = tuple(name for name, pattern in _SECTIONS if pattern.search(text))
    length = min(1.0, max(0.0, (len(text) - SHORT_README) / (LONG_README - SHORT_README)))
    readme_score = 0.25 * bool(readme) + 0.25 * length + 0.35 * len(sections) / len(_SECTIONS)
    told, root, packed = tests_of(gathered), readme.path if readme else ".", packed_as(deep)
    return Standing(
        root=root,
        packed=packed,
        framework=told is not None and bool(told.frameworks),
        runs=any(one.scope == "test" for _, one in gathered.declared("command")),
        first_test=gathered.inventory.first_test,
        readme=readme.path if readme else "",
        readme_bytes=len(text),
        readme_score=readme_score + 0.15 * bool(_CODE.search(text)),
        readme_sections=sections,
        documents=tuple(sorted({one.kind for one in documents_of(gathered)})),
        signs=signs.first,
        strict_typescript=bool(signs.strict_typescript),
        typescript_config=bool(signs.typescript_config),
        automation=_automation(gathered, signs, packed, root),
        hygiene=_hygiene(gathered, signs, licence, root),
    )


def indicators_of(standing: Standing, counts: Measures) -> tuple[Indicator, ...]:
    """All six, in the order of their weights."""
    return (
        _tests(standing, counts),
        _structure(standing, counts),
        _documentation(standing, counts),
        standing.automation,
        _types(standing, counts),
        standing.hygiene,
    )


def _indicator(name: str, score: float, reason: str, at: Evidence) -> Indicator:
    return Indicator(name, WEIGHTS[name], round(min(max(score, 0.0), 1.0), 3), reason, at)


def _weighted(parts: Iterable[tuple[float, float | None]]) -> float:
    """The mean of the parts that could be judged."""
    judged = [(weight, score) for weight, score in parts if score is not None]
    whole = sum(weight for weight, _ in judged)
    return sum(weight * score for weight, score in judged) / whole if whole else 0.0


def _tests(standing: Standing, counts: Measures) -> Indicator:
    framework = standing.framework
    if not counts.test_files and not counts.test_functions:
        packed = standing.packed
        reason = f"{packed} leaves tests out" if packed else "no tests were found"
        reason += "; a test framework is declared" if framework else ""
        score = UNKNOWN if packed else 0.05 if framework else 0.0
        return _indicator("tests", score, reason, evidence(standing.root, "quality.tests"))
    ratio = counts.test_lines / max(counts.source_lines, 1)
    density = counts.test_functions / max(counts.functions, 1) if counts.functions else 0.0
    much = min(1.0, max(ratio / FULL_TEST_RATIO, density / FULL_TEST_DENSITY))
    score = _weighted(
        (
            (0.85, sqrt(much)),
            (0.10, float(framework or counts.tested_inside)),
            (0.05, float(standing.runs or framework)),
        )
    )
    first = standing.first_test or counts.first_test
    functions = f", {counts.test_functions} test functions" if counts.test_functions else ""
    inside = " (some inside the sources)" if counts.tested_inside else ""
    reason = f"{counts.test_files} test files{functions}{inside}; {ratio:.2f} lines of tests for one of source"
    return _indicator("tests", score, reason, evidence(first or ".", "quality.tests"))


def _structure(standing: Standing, counts: Measures) -> Indicator:
    if not counts.source_files:
        return _indicator("structure", 0.0, "no source files were read", evidence(standing.root, "quality.structure"))
    parts: list[tuple[float, float | None]] = []
    said: list[str] = []
    if not counts.functions:
        parts.append((0.6, UNKNOWN))
        said.append("functions were not read")
    else:
        complexity = counts.complex_functions / counts.functions
        length = counts.long_functions / counts.functions
        parts += [(0.4, 1 - complexity / MOST_COMPLEX), (0.2, 1 - length / MOST_LONG)]
        said += [
            f"{complexity:.1%} of {counts.functions} functions are above a complexity of 10",
            f"{length:.1%} are longer than 80 lines",
        ]
    in_long = counts.lines_in_long_files / max(counts.source_lines, 1)
    copied = counts.copied_lines / max(counts.source_lines, 1)
    parts += [(0.2, 1 - in_long / MOST_IN_LONG_FILES), (0.2, 1 - copied / MOST_COPIED)]
    said += [f"{in_long:.0%} of the code is in files of over 1,000 lines", f"{copied:.1%} is copied"]
    score = _weighted((weight, None if part is None else max(part, 0.0)) for weight, part in parts)
    worst = next(iter((*counts.complex_places, *counts.long_places, *counts.large_places)), None)
    at = (
        evidence(worst.path, "quality.structure", worst.line)
        if worst
        else evidence(counts.first_source, "quality.structure")
    )
    return _indicator("structure", score, "; ".join(said), at)


def _documentation(standing: Standing, counts: Measures) -> Indicator:
    kinds = frozenset(standing.documents)
    known = counts.public >= 20
    share = counts.documented / counts.public if known else None
    parts = (
        (0.40, standing.readme_score),
        (0.20, 1.0 if kinds & {"docs", "generator"} else 0.0),
        (0.25, None if share is None else min(1.0, share / 0.8)),
        (0.075, float("changelog" in kinds)),
        (0.075, float("contributing" in kinds)),
    )
    sections = standing.readme_sections
    said = [
        f"the README has {standing.readme_bytes} bytes" + (f" with {', '.join(sections)}" if sections else "")
        if standing.readme
        else "no README"
    ]
    if share is not None:
        said.append(f"{share:.0%} of {counts.public} public definitions are documented")
    said += [kind for kind in ("docs", "generator", "changelog", "contributing") if kind in kinds]
    at = evidence(standing.readme or ".", "quality.documentation")
    return _indicator("documentation", _weighted(parts), "; ".join(said), at)


def _automation(gathered: Gathered, signs: Signs, packed: str, root: str) -> Indicator:
    systems = ci_of(gathered, workflows=True)
    first = signs.first
    checks = any(
        trigger in ("push", "pull_request", "merge_request", "pull_request_target")
        for system in systems
        for flow in system.workflows
        for trigger in flow.triggers
    ) or any(system.system not in ("github_actions", "gitea_actions", "forgejo_actions") for system in systems)
    packaged = "" if systems else packed
    parts = (
        (0.50, UNKNOWN if packaged else float(bool(systems))),
        (0.20, UNKNOWN if packaged else float(checks)),
        (0.12, float("updates" in first)),
        (0.10, float("hooks" in first)),
        (0.08, float("coverage" in first)),
    )
    words = {"updates": "dependency updates", "hooks": "commit hooks", "coverage": "coverage"}
    absent = f"{packaged} leaves CI out" if packaged else "no CI is set up"
    said = [f"{system.system} ({system.files} files)" for system in systems] or [absent]
    said += [word for sign, word in words.items() if sign in first]
    at = systems[0].evidence.at if systems else evidence(root, "quality.automation").at
    return _indicator("automation", _weighted(parts), "; ".join(said), evidence(at, "quality.automation"))


def _types(standing: Standing, counts: Measures) -> Indicator:
    signs = standing.signs
    lines = {name: count for name, count in counts.lines_by_language.items() if count}
    if not lines:
        return _indicator("types and style", 0.0, "no source files were read", evidence(standing.root, "quality.types"))
    typed = _mean(lines, lambda name: _typed(name, counts, standing))
    formatted = _mean(lines, lambda name: 1.0 if "format" in signs or name in _ONE_STYLE else 0.0)
    linted = _mean(lines, lambda name: 1.0 if "lint" in signs else 0.6 if name in _COMPILED_LINT else 0.0)
    said = [f"types {typed:.0%}" if typed is not None else "types are not judged"]
    if counts.functions_with_choice:
        said.append(f"{counts.typed} of {counts.functions_with_choice} functions are annotated")
    tools = {
        "types": "a type checker",
        "declarations": "declarations for users",
        "format": "a formatter",
        "lint": "a linter",
    }
    said += [words for sign, words in tools.items() if sign in signs]
    where = next((signs[sign] for sign in ("types", "lint", "format") if sign in signs), counts.first_source)
    parts = ((0.5, typed), (0.25, formatted), (0.25, linted))
    return _indicator("types and style", _weighted(parts), "; ".join(said), evidence(where, "quality.types"))


def _mean(lines: dict[str, int], score: Callable[[str], float | None]) -> float | None:
    """By lines of code, over the languages that can be judged."""
    judged = [(count, value) for name, count in lines.items() if (value := score(name)) is not None]
    whole = sum(count for count, _ in judged)
    return sum(count * value for count, value in judged) / whole if whole else None


def _typed(language: str, counts: Measures, standing: Standing) -> float | None:
    """How far types are stated and checked: for a language with a choice by what is annotated and by a checker."""
    if language in ("TypeScript", "TSX"):
        return 1.0 if standing.strict_typescript or not standing.typescript_config else 0.8
    if language in _ALWAYS_TYPED:
        return 1.0
    if language in OPTIONAL_TYPES and counts.functions_with_choice:
        share = counts.typed / counts.functions_with_choice
        return 0.75 * share + 0.25 * float("types" in standing.signs)
    if language == "JavaScript" and "declarations" in standing.signs:
        return DECLARED
    return 0.0 if language in _UNTYPED or language in OPTIONAL_TYPES else None


def _hygiene(gathered: Gathered, signs: Signs, licence: Licence | None, root: str) -> Indicator:
    inventory = gathered.inventory
    kinds = {kind for kind, _ in inventory.documents}
    left, programs = (
        signs.left_over,
        [one for one in inventory.programs if not is_aside(one.path) and not one.path.endswith(_WRAPPERS)],
    )
    envs = [one for one in inventory.env_files if not is_aside(one.path)]
    parts = (
        (0.35, float(licence is not None)),
        (0.15, float("ignore" in signs.first)),
        (0.15, float("security" in kinds)),
        (0.15, float(not envs)),
        (0.10, 1.0 if not programs else 0.5 if len(programs) < 5 else 0.0),
        (0.10, 1.0 if not left else 0.0),
    )
    said = ["a licence" if licence else "no licence"]
    said += ["a security policy"] if "security" in kinds else []
    said += [f"{len(envs)} committed .env files"] if envs else []
    said += [f"{len(programs)} compiled files"] if programs else []
    said += [f"{kind} ({count})" for kind, (_, count) in sorted(left.items())]
    first_bad = next((path for path, _ in left.values()), "") or next((one.path for one in (*envs, *programs)), "")
    at = (
        evidence(first_bad, "quality.hygiene")
        if first_bad
        else licence.evidence
        if licence
        else evidence(root, "quality.hygiene")
    )
    return _indicator("hygiene", _weighted(parts), "; ".join(said), evidence(at.at, "quality.hygiene"))
