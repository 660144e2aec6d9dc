"""What goes first when a report must fit a number of tokens. `budget` applies it.

Ranked by what a reader loses: rows that other programs read first, then the length of every list, then one of each
kind of fact before a second of any. Grave risks, findings and the licence go last: a short answer must not look
harmless.
"""

from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Cut:
    """One step of shedding: leave at most `keep` items of a field. Fields of one value are kept (1) or not (0)."""

    field: str
    keep: int


def cuts(text: str) -> tuple[Cut, ...]:
    """`field keep` pairs, separated by commas."""
    words = (pair.split() for pair in text.replace("\n", " ").split(",") if pair.strip())
    return tuple(Cut(field, int(keep)) for field, keep in words)


ROWS = cuts("files 40, imports.edges 40, symbols.files 40")
"""Rows that may be a hundred thousand: cut to this before anything is weighed."""

_DEEP = cuts("""
    files 0, imports.edges 0, dependencies.transitive 40, imports.orphans 20, imports.unresolved 20,
    history.coupling 15, structure.routes 60, structure.environment 60, structure.cli_commands 60, symbols.files 12,
    findings 100, dependencies.direct 150, licences.components 30, architecture.edges 80, quality.outliers 20,
    dependencies.transitive 0, imports.orphans 5, imports.unresolved 5, history.coupling 5, structure.api 20,
    history.releases 5, history.owners 8, history.hot_spots 10, imports.test_hubs 3, imports.hubs 12, imports.cycles 8,
    structure.routes 20, structure.environment 20, structure.cli_commands 20, structure.ports 10, symbols.files 4,
    licences.tagged 5, licences.components 8, findings 50, dependencies.direct 60, dependencies.unused 20,
    dependencies.missing 20, architecture.edges 30, architecture.flows 6, quality.outliers 8, structure.api 5,
    symbols.files 0, sbom 0, imports.orphans 0, imports.unresolved 0, imports.test_hubs 0, history.coupling 0,
    history.releases 0, structure.routes 6, structure.environment 6, structure.cli_commands 6, structure.api 0,
    dependencies.direct 25, findings 25, imports.hubs 5, imports.cycles 3, licences.tagged 0, licences.components 2,
    history.hot_spots 4, history.owners 3, architecture.edges 0, quality.outliers 3, architecture.flows 2,
    symbols 0, structure 0, history 0, architecture.mermaid 0, licences 0, dependencies.direct 10, scorecard 6,
    findings 12, dependencies.unused 5, dependencies.missing 5, imports 0, scorecard 0, quality.outliers 0,
    architecture 0, dependencies 0, findings 6, quality 0
""")

_BRIEF = cuts("""
    manifests 60, components 60, ci.workflows 12, licence.others 3, coverage.examples 1, manifests 15, components 20,
    ci.workflows 4, entry_points 12, risks 15, commands 10, runtimes 8, documentation 8, manifests 6,
    languages.shares 6, coverage.examples 0, components 10, ci.workflows 2, entry_points 5, risks 8, commands 6,
    ecosystems 5, licence.others 0, manifests 3, documentation 5, tests.frameworks 3, languages.shares 4,
    ci.workflows 0, runtimes 3, entry_points 3, commands 4, risks 5, components 5, manifests 0, ecosystems 3,
    tests.frameworks 1, risks.slight 2, languages.shares 3, coverage.skipped 3, documentation 3, entry_points 2,
    ecosystems 2, risks 3, commands 3, ci 2, runtimes 2, languages.bulks 0, coverage.skipped 1, components 0,
    documentation 0, languages.shares 2, risks.slight 1, ci 1, commands 2, findings 3, risks 2, entry_points 1,
    ecosystems 1, runtimes 1, tests.frameworks 0, risks.slight 0, coverage.skipped 0, activity 0, ecosystems 0,
    findings 0, languages.shares 1, risks 1, entry_points 0, ci 0, tests 0, commands 1, runtimes 0, commands 0,
    description 0, languages 0, licence 0, risks 0
""")

ORDER = ROWS + _DEEP + _BRIEF
