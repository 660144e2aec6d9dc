"""The quality section: the six indicators, their weighted sum and grade, the counts and what stands out.

Below lie `measures` (counts), `signs` (configuration files) and `indicators`. A pure function of what was read.
"""

from collections.abc import Iterable, Iterator

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.model import Licence
from plumbrule.mcp_server.analysis.notes import Notes
from plumbrule.mcp_server.analysis.quality.indicators import Standing, indicators_of, standing_of
from plumbrule.mcp_server.analysis.quality.measures import Bodies, Measures, Place, measured
from plumbrule.mcp_server.analysis.quality.signs import signs_of
from plumbrule.mcp_server.analysis.sections.quality import Grade, Outlier, Quality
from plumbrule.mcp_server.analysis.words import evidence, word

GRADES: tuple[tuple[float, Grade], ...] = ((0.80, "A"), (0.65, "B"), (0.50, "C"), (0.35, "D"))
"""The least score of each grade; below the last is F."""

SHOWN = 10
"""Of each kind of outlier."""

VERY_COMPLEX = 20
"""From twice McCabe's threshold on a function is shown by name."""

VERY_LONG = 120
MANY_COPIES = 2


def quality_of(deep: Deep, licence: Licence | None, notes: Notes | None = None) -> Quality:
    """The section, of the whole repository; `licence` is that of the whole."""
    bodies: Bodies = {}
    counts = measured(deep, bodies)
    standing = standing_of(deep, signs_of(deep.languages, deep.gathered.texts), licence)
    if notes is not None:
        notes.standing, notes.measures, notes.bodies = standing, counts, bodies
    return scored(standing, counts)


def scored(standing: Standing, counts: Measures) -> Quality:
    """The section from the counts and everything else."""
    indicators = indicators_of(standing, counts)
    score = round(sum(one.weight * one.score for one in indicators), 3)
    return Quality(score, grade_of(score), indicators, _counts(counts), tuple(_outliers(counts)))


def grade_of(score: float) -> Grade:
    """The letter of a score."""
    for least, grade in GRADES:
        if score >= least:
            return grade
    return "F"


def _counts(counts: Measures) -> dict[str, int]:
    return {
        "source_files": counts.source_files,
        "source_lines": counts.source_lines,
        "test_files": counts.test_files,
        "test_lines": counts.test_lines,
        "test_functions": counts.test_functions,
        "functions": counts.functions,
        "complex_functions": counts.complex_functions,
        "long_functions": counts.long_functions,
        "long_files": counts.long_files,
        "copied_lines": counts.copied_lines,
        "public": counts.public,
        "documented": counts.documented,
        "typed": counts.typed,
        "files_with_errors": counts.files_with_errors,
    }


def _outliers(counts: Measures) -> Iterator[Outlier]:
    """The most complex functions, the longest functions and files, the most often copied bodies."""
    for one in _above(counts.complex_places, VERY_COMPLEX):
        yield Outlier(word(one.name, 120), evidence(one.path, "quality.complexity", one.line), "complexity", one.value)
    for one in _above(counts.long_places, VERY_LONG):
        yield Outlier(word(one.name, 120), evidence(one.path, "quality.long-function", one.line), "lines", one.value)
    for one in _above(counts.large_places, 0):
        yield Outlier(word(one.name, 120), evidence(one.path, "quality.long-file"), "lines", one.value)
    for one in _above(counts.copied_places, MANY_COPIES):
        yield Outlier(word(one.name, 120), evidence(one.path, "quality.copies", one.line), "copies", one.value)


def _above(places: Iterable[Place], least: int) -> list[Place]:
    return [one for one in places if one.value >= least][:SHOWN]
