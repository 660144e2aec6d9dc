"""Which licences may meet, by published charts: OSADL's matrix, the FSF's GPL FAQ and licence list, the texts."""

import hashlib
import importlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.mcp_server.compatibility.package_licences import expression_of
from plumbrule.mcp_server.compatibility.report import LicenceSide, Use
from plumbrule.mcp_server.compatibility.rules import licences_kinds as kinds
from plumbrule.mcp_server.compatibility.rules.licences import judged, judged_expressions
from plumbrule.mcp_server.compatibility.rules.licences_expressions import alternatives
from plumbrule.mcp_server.compatibility.rules.licences_matrix import matrix
from plumbrule.mcp_server.compatibility.rules.licences_rules import RULES

ROOT = Path(__file__).parents[3]
ANSWERS = {"s": "Same", **dict.fromkeys("yY", "Yes"), **dict.fromkeys("nN", "No"), **dict.fromkeys("uU", "Unknown")}
SOURCE_SHA256 = "e2324647781d582f0e92ff6ea988ff5427b8f85aca16dcaa69ad66fd4d03fe82"
"""Of the source's 13,225 answers, each as `outbound|inbound|answer`, sorted: made from OSADL's file of 2024-11-04."""


def side(repository: str, expression: str | None, package: str | None = None) -> LicenceSide:
    return LicenceSide(repository, expression, None, package)


def test_the_packed_matrix_says_what_osadl_says_of_every_pair() -> None:  # S-49
    found = [
        f"{outbound}|{inbound}|{ANSWERS.get(matrix().relation(inbound, outbound) or '', 'Check dependency')}"
        for outbound in matrix().place
        for inbound in matrix().place
    ]
    assert len(found) == 115 * 115
    assert hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest() == SOURCE_SHA256
    assert "CC-BY-4.0" in matrix().source


def test_every_answer_of_the_matrix_stands_unless_a_rule_of_ours_says_why_not() -> None:
    """What is fine for OSADL is fine, what is unclear is for review; of what is not, only weak copyleft, exceptions and
    choices of a version are fine when linked."""
    for outbound in matrix().place:
        for inbound in matrix().place:
            relation, found = matrix().relation(inbound, outbound), judged_expressions(inbound, outbound, "linked")
            pair = (inbound, outbound, relation, found)
            if relation in ("s", "y", "Y", "I", "L"):
                assert found.verdict == "compatible", pair
            elif relation in ("u", "U"):
                assert found.verdict == "review", pair
            elif found.verdict == "compatible":
                weak = kinds.kind_of(inbound) in ("file", "library")
                assert weak or " WITH " in inbound or outbound.endswith("-or-later"), pair


def test_osadls_data_are_attributed() -> None:
    """CC-BY-4.0, section 3(a): name, licence, a link, and that they were changed."""
    for name in ("NOTICE", "docs/licences.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "Open Source Automation Development Lab (OSADL) eG" in text, name
        assert "https://creativecommons.org/licenses/by/4.0/" in text, name
        assert "shortened" in text, name


# fmt: off
LINKED = [
    # the FSF's matrix of GNU licences: "use a library", then the work's own licence
    ("GPL-2.0-only",      "GPL-2.0-only",      "compatible"),
    ("GPL-2.0-only",      "GPL-2.0-or-later",  "compatible"),  # as a whole under version 2
    ("GPL-2.0-only",      "GPL-3.0-or-later",  "incompatible"),
    ("GPL-2.0-only",      "GPL-3.0-only",      "incompatible"),
    ("GPL-2.0-or-later",  "GPL-2.0-only",      "compatible"),
    ("GPL-2.0-or-later",  "GPL-3.0-only",      "compatible"),
    ("GPL-3.0-only",      "GPL-2.0-only",      "incompatible"),
    ("GPL-3.0-only",      "GPL-2.0-or-later",  "compatible"),  # as a whole under version 3
    ("GPL-3.0-or-later",  "GPL-3.0-only",      "compatible"),
    ("LGPL-2.1-only",     "GPL-2.0-only",      "compatible"),
    ("LGPL-2.1-only",     "GPL-3.0-or-later",  "compatible"),
    ("LGPL-2.1-or-later", "GPL-3.0-only",      "compatible"),
    ("LGPL-3.0-only",     "GPL-2.0-only",      "incompatible"),
    ("LGPL-3.0-only",     "GPL-2.0-or-later",  "compatible"),
    ("LGPL-3.0-only",     "GPL-3.0-only",      "compatible"),
    ("LGPL-3.0-only",     "LGPL-2.1-only",     "compatible"),
    ("AGPL-3.0-only",     "GPL-3.0-only",      "compatible"),  # section 13 of both
    ("GPL-3.0-only",      "AGPL-3.0-only",     "compatible"),
    ("AGPL-3.0-only",     "GPL-2.0-only",      "incompatible"),
    ("AGPL-3.0-only",     "MIT",               "incompatible"),
    # the FSF's list, GPL-compatible and not
    ("Apache-2.0",        "GPL-3.0-only",      "compatible"),
    ("Apache-2.0",        "GPL-2.0-only",      "incompatible"),
    ("Apache-2.0",        "GPL-2.0-or-later",  "compatible"),
    ("Apache-1.1",        "GPL-2.0-only",      "incompatible"),
    ("Apache-1.1",        "GPL-3.0-only",      "incompatible"),
    ("BSD-3-Clause",      "GPL-2.0-only",      "compatible"),
    ("BSD-4-Clause",      "GPL-2.0-only",      "incompatible"),
    ("BSD-4-Clause",      "GPL-3.0-only",      "incompatible"),
    ("CC0-1.0",           "GPL-2.0-only",      "compatible"),
    ("CC-BY-4.0",         "GPL-3.0-only",      "compatible"),
    ("CC-BY-SA-4.0",      "GPL-3.0-only",      "compatible"),
    ("CDDL-1.0",          "GPL-2.0-only",      "incompatible"),
    ("CECILL-2.1",        "GPL-2.0-only",      "compatible"),
    ("EPL-2.0",           "GPL-3.0-only",      "incompatible"),
    ("EPL-1.0",           "GPL-2.0-only",      "incompatible"),
    ("MPL-2.0",           "GPL-2.0-only",      "compatible"),
    ("MPL-1.1",           "GPL-2.0-only",      "incompatible"),
    ("OpenSSL",           "GPL-2.0-only",      "incompatible"),
    ("PHP-3.01",          "GPL-3.0-only",      "incompatible"),
    ("PSF-2.0",           "GPL-3.0-only",      "compatible"),
    ("Ruby",              "GPL-2.0-only",      "compatible"),
    ("Unlicense",         "GPL-2.0-only",      "compatible"),
    ("Zlib",              "GPL-3.0-only",      "compatible"),
    ("Python-2.0",        "GPL-3.0-only",      "review"),  # FSF and OSADL differ
    # copyleft into permissive, and the other way round
    ("GPL-3.0-only",      "MIT",               "incompatible"),
    ("MIT",               "GPL-3.0-only",      "compatible"),
    ("GPL-2.0-or-later",  "Apache-2.0",        "incompatible"),
    ("EUPL-1.2",          "MIT",               "incompatible"),
    ("LGPL-2.1-only",     "MIT",               "compatible"),
    ("LGPL-3.0-or-later", "Apache-2.0",        "compatible"),
    ("MPL-2.0",           "MIT",               "compatible"),
    ("EPL-2.0",           "Apache-2.0",        "compatible"),
    ("MIT",               "Apache-2.0",        "compatible"),
    ("MIT",               "LicenseRef-Proprietary", "compatible"),
    ("LGPL-3.0-only",     "LicenseRef-Proprietary", "compatible"),
    ("GPL-3.0-only",      "LicenseRef-Proprietary", "incompatible"),
    ("LicenseRef-Proprietary", "MIT",          "review"),
    # source-available
    ("BUSL-1.1",          "MIT",               "incompatible"),
    ("MIT",               "BUSL-1.1",          "compatible"),
    ("GPL-3.0-only",      "BUSL-1.1",          "incompatible"),
    ("BUSL-1.1",          "BUSL-1.1",          "review"),  # each licensor writes its own grant
    ("SSPL-1.0",          "AGPL-3.0-only",     "incompatible"),
    ("SSPL-1.0",          "SSPL-1.0",          "compatible"),
    ("LicenseRef-RSALv2", "Apache-2.0",        "incompatible"),
    ("Elastic-2.0",       "Apache-2.0",        "incompatible"),
    ("PolyForm-Noncommercial-1.0.0", "MIT",    "incompatible"),
    ("CC-BY-NC-4.0",      "MIT",               "incompatible"),
    ("CC-BY-ND-4.0",      "GPL-3.0-only",      "incompatible"),
    ("FSL-1.1-MIT",       "MIT",               "incompatible"),
    ("MIT AND LicenseRef-Commons-Clause", "MIT", "incompatible"),
    ("Apache-2.0 WITH Commons-Clause", "Apache-2.0", "review"),
    # OR, AND, WITH, deprecated identifiers, ways of writing
    ("GPL-2.0-only OR MIT",          "Apache-2.0",   "compatible"),
    ("MIT AND GPL-3.0-only",         "Apache-2.0",   "incompatible"),
    ("MIT AND (GPL-3.0-only OR ISC)", "Apache-2.0",  "compatible"),
    ("(MIT OR Apache-2.0) AND Unicode-3.0", "GPL-2.0-only", "compatible"),
    ("Apache-2.0",   "GPL-2.0-only OR GPL-3.0-only", "compatible"),
    ("GPL-3.0-only", "MIT AND GPL-3.0-only",         "incompatible"),
    ("GPL-2.0+",     "GPL-3.0",                      "compatible"),
    ("GPL-2.0",      "GPL-3.0",                      "incompatible"),
    ("MIT/Apache-2.0", "GPL-2.0-only",               "compatible"),
    ("mit or apache-2.0", "gpl-2.0-only",            "compatible"),
    ("EPL-1.0+",     "EPL-2.0",                      "compatible"),
    ("GPL-2.0-only WITH Classpath-exception-2.0", "Apache-2.0", "compatible"),
    ("GPL-2.0-with-classpath-exception",          "MIT",        "compatible"),
    ("GPL-3.0-or-later WITH GCC-exception-3.1", "LicenseRef-Proprietary", "compatible"),
    ("GPL-2.0-or-later WITH Bison-exception-2.2", "MIT",        "incompatible"),
    ("Apache-2.0 WITH LLVM-exception", "GPL-2.0-only", "compatible"),
    ("GPL-2.0-only", "GPL-2.0-only WITH Classpath-exception-2.0", "review"),
    ("MIT",          "GPL-2.0-only WITH Classpath-exception-2.0", "compatible"),
    ("GPL-2.0-only WITH Nobody-knows-exception", "GPL-2.0-only", "review"),
    # nothing known
    (None,            "MIT",            "review"),
    ("MIT",           None,             "review"),
    ("NOASSERTION",   "MIT",            "review"),
    ("LicenseRef-x",  "MIT",            "review"),
    ("LicenseRef-x",  "LicenseRef-x",   "review"),
    ("MIT OR (",      "MIT",            "review"),
    ("MIT AND LicenseRef-x", "MIT",     "review"),
    ("MIT OR LicenseRef-x",  "MIT",     "compatible"),
    ("GPL-3.0-only AND LicenseRef-x", "MIT", "incompatible"),
    ("BSD",           "Apache-2.0",     "compatible"),  # every member of the family
    ("BSD",           "GPL-3.0-only",   "review"),
    ("License :: OSI Approved :: BSD License", "GPL-3.0-only", "compatible"),  # BSD-4-Clause is none of OSI's
    ("GNU General Public License (GPL)", "MIT", "incompatible"),
    ("LGPL",          "MIT",            "compatible"),
    ("LGPL",          "GPL-2.0-only",   "review"),
    ("Public Domain", "GPL-2.0-only",   "compatible"),
    ("MIT",           "BSD",            "review"),
    ("Glide",         "MIT",            "review"),
    ("OFL-1.1",       "MIT",            "compatible"),
    ("CC-BY-SA-4.0",  "MIT",            "review"),
    ("GFDL-1.3-only", "GPL-3.0-only",   "review"),
]
# fmt: on


@pytest.mark.parametrize(("inbound", "outbound", "verdict"), LINKED)
def test_linked_code_is_judged_as_the_charts_say(
    inbound: str | None, outbound: str | None, verdict: str
) -> None:  # S-49
    found = judged_expressions(inbound, outbound, "linked")
    assert found.verdict == verdict, found
    assert found.rule in RULES
    assert bool(found.sentence) == (verdict != "compatible")
    assert not found.sentence or (found.sentence.endswith(".") and "{" not in found.sentence)


@pytest.mark.parametrize(
    ("inbound", "outbound", "use", "verdict"),
    [
        ("GPL-3.0-only", "MIT", "bundled", "review"),  # separate works may lie side by side; who knows that they are
        ("LGPL-3.0-only", "MIT", "bundled", "compatible"),
        ("MIT", "GPL-3.0-only", "bundled", "compatible"),
        ("BUSL-1.1", "MIT", "bundled", "review"),
        (None, "MIT", "bundled", "review"),
        ("GPL-3.0-only", "MIT", "network", "compatible"),
        ("Apache-2.0", "GPL-2.0-only", "network", "compatible"),
        ("AGPL-3.0-only", "MIT", "network", "review"),
        ("AGPL-3.0-only", "AGPL-3.0-only", "network", "compatible"),
        ("SSPL-1.0", "MIT", "network", "review"),
        ("BUSL-1.1", "MIT", "network", "review"),
        ("LicenseRef-x", "MIT", "network", "review"),
        ("Apache-2.0 WITH Commons-Clause", "MIT", "network", "review"),
    ],
)
def test_works_that_meet_less_closely_are_judged_less_strictly(
    inbound: str | None, outbound: str, use: Use, verdict: str
) -> None:  # S-49
    found = judged_expressions(inbound, outbound, use)
    assert (found.verdict, found.rule in RULES) == (verdict, True), found


def test_what_is_fine_when_linked_is_fine_in_every_other_way() -> None:
    rank = {"compatible": 0, "review": 1, "incompatible": 2}
    for inbound, outbound, _ in LINKED:
        linked, bundled, network = (
            rank[judged_expressions(inbound, outbound, use).verdict] for use in ("linked", "bundled", "network")
        )
        assert max(bundled, network) <= linked, (inbound, outbound)


def test_a_choice_is_as_good_as_its_best_and_a_conjunction_as_bad_as_its_worst() -> None:
    names = ["MIT", "Apache-2.0", "GPL-2.0-only", "GPL-3.0-or-later", "MPL-2.0", "BUSL-1.1", "LicenseRef-x"]
    rank = {"compatible": 0, "review": 1, "incompatible": 2}

    def grade(inbound: str, outbound: str) -> int:
        return rank[judged_expressions(inbound, outbound, "linked").verdict]

    for first in names:
        for second in names:
            for work in names:
                one, other = grade(first, work), grade(second, work)
                assert grade(f"{first} OR {second}", work) == min(one, other)
                assert grade(f"{first} AND {second}", work) == max(one, other)
                assert grade(work, f"{first} AND {second}") == max(grade(work, first), grade(work, second))


def test_one_way_pairs_are_told_with_the_licence_that_takes_all() -> None:  # S-49
    found = judged([side("app", "MIT"), side("lib", "GPL-3.0-only")], "linked")
    assert (found.verdict, found.checked, found.combined_under) == ("incompatible", 2, ("GPL-3.0-only",))
    (pair,) = found.pairs
    assert (pair.inbound.repository, pair.outbound.repository) == ("lib", "app")
    assert (pair.verdict, pair.basis) == ("incompatible", "licence-pair.copyleft")
    assert "GPL-3.0-only" in pair.explanation
    assert "MIT" in pair.explanation
    assert any(duty.startswith("copyleft") and "GPL-3.0-only" in duty for duty in found.obligations)


def test_packages_flow_into_the_repository_that_uses_them_however_repositories_meet() -> None:
    sides = [side("a", "MIT"), side("b", "Apache-2.0"), side("a", "GPL-3.0-only", "readline"), side("b", "MIT", "six")]
    for use in ("linked", "bundled", "network"):
        found = judged(sides, use)
        pairs = [(one.inbound.package, one.outbound.repository) for one in found.pairs]
        assert pairs == [("readline", "a")], use
        assert found.verdict == "incompatible"


def test_two_packages_that_need_different_choices_of_a_work_are_told() -> None:
    """GPL-2.0-or-later takes either in, as version 2 or as version 3, and not both."""
    sides = [side("a", "GPL-2.0-or-later"), side("a", "GPL-2.0-only", "x"), side("a", "Apache-2.0", "y")]
    found = judged(sides, "linked")
    (pair,) = found.pairs
    assert (pair.verdict, pair.basis) == ("incompatible", "licence-pair.no-common-choice")
    assert {pair.inbound.package, pair.outbound.package} == {"x", "y"}
    assert found.combined_under == ()


def test_unknown_licences_are_listed_and_never_fine() -> None:
    found = judged([side("a", None)], "linked")
    assert (found.verdict, found.checked, len(found.unknown)) == ("review", 0, 1)
    found = judged([side("a", "MIT"), side("a", "LicenseRef-x", "p"), side("a", None, "q")], "linked")
    assert found.verdict == "review"
    assert [one.package for one in found.unknown] == ["q"]
    assert [one.inbound.package for one in found.pairs] == ["p"], "what nobody knows is told once"


def test_what_a_release_declares_is_one_expression() -> None:
    osi = "License :: OSI Approved :: "
    for words, expression in (
        ((), None),
        (("MIT",), "MIT"),
        (("MIT License", f"{osi}BSD License"), "MIT"),
        (("LGPL", f"{osi}GNU Lesser General Public License v2 or later (LGPLv2+)"), "LGPL-2.0-or-later"),
        (("", f"{osi}Apache Software License", f"{osi}MIT License"), "Apache-2.0 AND MIT"),
        (("", f"{osi}BSD License"), f"{osi}BSD License"),
        (("", f"{osi}Apache Software License", f"{osi}BSD License"), f"{osi}Apache Software License; {osi}BSD License"),
        (("our own",), "our own"),
    ):
        assert expression_of(words) == expression, words


def test_the_order_of_sides_changes_nothing() -> None:
    sides = [
        *(side("a", "MIT"), side("b", "GPL-2.0-only"), side("c", "Apache-2.0"), side("a", None, "p")),
        *(side("b", "BSD-4-Clause", "q"), side("c", "MPL-2.0", "r")),
    ]
    found = judged(sides, "linked")
    again = judged(sides[::-1], "linked")
    assert (again.verdict, again.pairs, again.checked, again.obligations) == (
        found.verdict,
        found.pairs,
        found.checked,
        found.obligations,
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 5000 + "MIT" + ")" * 5000,
        " OR ".join(f"LicenseRef-{n}" for n in range(500)),
        " AND ".join("(MIT OR ISC)" for _ in range(40)),
        "MIT OR " * 80,
        "WITH WITH WITH",
        "MIT WITH (",
        "\x00\u202eMIT",
        "+",
    ],
)
def test_a_hostile_expression_is_reviewed_quickly(hostile: str) -> None:
    assert judged_expressions(hostile, "MIT", "linked").verdict == "review"
    assert judged_expressions("MIT", hostile, "linked").verdict == "review"


def test_every_licence_of_our_tables_is_one_that_spdx_lists_or_that_detection_names() -> None:
    listed = set(importlib.import_module("plumbrule.mcp_server.analysis.licences.spdx").spdx().licences)
    exceptions = {one["id"] for one in importlib.import_module("packaging.licenses._spdx").EXCEPTIONS.values()}
    named = {*kinds.LIKE, *kinds.LIKE.values(), *kinds.SAME_FOR_ALL, *kinds.SERVICE}
    assert {one for one in named if not one.startswith("LicenseRef-")} <= listed
    assert not set(kinds.LIKE) & set(matrix().place), "the matrix answers for itself"
    assert set(kinds.LIKE.values()) <= set(matrix().place)
    assert exceptions == kinds.EXCEPTIONS


def test_every_pair_of_spdx_licences_has_an_answer_with_a_known_rule() -> None:
    """A survey of all kinds: each identifier under a permissive, a weak, a strong and a closed work, and back."""
    listed = importlib.import_module("plumbrule.mcp_server.analysis.licences.spdx").spdx().licences
    works = ("MIT", "MPL-2.0", "LGPL-2.1-only", "GPL-2.0-only", "GPL-3.0-or-later", "LicenseRef-Proprietary")
    for licence in listed:
        assert alternatives(licence), licence
        for work in works:
            for pair in ((licence, work), (work, licence)):
                found = judged_expressions(*pair, "linked")
                assert found.rule in RULES, pair
                assert bool(found.sentence) == (found.verdict != "compatible"), (pair, found)


def sides_of(count: int) -> Sequence[LicenceSide]:
    licences = ["MIT", "Apache-2.0", "BSD-3-Clause", "MPL-2.0", "ISC", "PSF-2.0", "LGPL-2.1-or-later", None]
    repositories = [side(name, "Apache-2.0") for name in ("a", "b", "c")]
    return [*repositories, *(side("abc"[n % 3], licences[n % 8], f"p{n}") for n in range(count))]


def test_the_largest_question_is_judged_in_linear_time() -> None:
    """16 repositories and 2,000 packages, each of which stands against each: 32,000 pairs, of which 200 are listed."""
    repositories = [side(f"r{n}", "MIT") for n in range(16)]
    packages = [side(f"r{n % 16}", "GPL-3.0-only", f"p{n}") for n in range(2000)]
    found = judged([*repositories, *packages], "linked")
    assert (found.verdict, found.checked, len(found.pairs)) == ("incompatible", 16 * 15 + 16 * 2000, 200)
    assert {one.inbound.repository == one.outbound.repository for one in found.pairs} == {True}


def test_a_joint_set_of_hundreds_lists_what_is_not_fine_and_counts_all() -> None:
    found = judged(sides_of(260), "linked")
    assert found.checked == 3 * 2 + 260 * 3
    assert (found.verdict, found.pairs, len(found.unknown)) == ("review", (), 32)


def test_the_page_lists_every_rule_as_the_code_has_it() -> None:
    page = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
    assert [f"| `{rule}` | {text} |" for rule, text in RULES.items()] == [
        line for line in page.splitlines() if line.startswith("| `licence-pair.")
    ]


WORDS = [
    "MIT",
    "GPL-2.0+",
    "Apache-2.0",
    "(",
    ")",
    "AND",
    "OR",
    "WITH",
    "Classpath-exception-2.0",
    "LicenseRef-x",
    "+",
    "/",
    "BSD",
]


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join) | st.text(max_size=60))
def test_any_text_is_judged_and_what_is_no_licence_is_never_fine(text: str) -> None:
    for pair in ((text, "MIT"), ("MIT", text), (text, text)):
        found = judged_expressions(*pair, "linked")
        assert found.rule in RULES
        assert bool(found.sentence) == (found.verdict != "compatible")
    if not any(char.isalpha() for char in text):
        assert judged_expressions(text, "MIT", "linked").verdict == "review"
