"""Licence texts are found by their words: which, how close, on which lines."""

import json
import re
from array import array
from pathlib import Path

import pytest

from plumbrule.mcp_server.analysis.licences.detection import detect
from plumbrule.mcp_server.analysis.licences.model import RULES, LicenceMatch
from plumbrule.mcp_server.analysis.licences.spdx import spdx
from plumbrule.mcp_server.analysis.licences.texts import find_texts, guarding_words
from plumbrule.mcp_server.analysis.licences.words import MAX_TEXT, Words, words_of

TEXTS: dict[str, str] = json.loads(Path(__file__).with_name("spdx_texts.json").read_text("utf-8"))
REPOSITORY = Path(__file__).parents[4]
MIT = TEXTS["MIT"]


def texts(text: str) -> list[LicenceMatch]:
    return [match for match in detect(text) if match.rule in ("licences.text", "licences.similar")]


def test_every_packed_text_is_found_as_itself() -> None:  # S-40
    packed = spdx()
    said = " ".join(guarding_words())
    for number, text in enumerate(packed.texts):
        hashes = packed.words(number)
        found = find_texts(Words(hashes, array("L", range(1, len(hashes) + 1))), said)
        assert found, text
        assert found[0].score >= 0.98, (text, found)
        if not text.partial:
            assert found[0].identifier == text.identifier, (text, found)


@pytest.mark.parametrize("identifier", sorted(TEXTS))
def test_a_published_text_is_found_with_its_lines(identifier: str) -> None:  # S-40
    [match] = texts("A project.\n\n" + TEXTS[identifier])
    assert match.expression == identifier
    assert match.score > 0.95
    assert match.start_line >= 2
    assert match.end_line <= TEXTS[identifier].count("\n") + 4


def test_the_project_itself_is_under_apache_2_0() -> None:
    [match] = texts((REPOSITORY / "LICENSE").read_text("utf-8"))
    assert (match.expression, match.rule) == ("Apache-2.0", "licences.text")


def test_apache_2_0_without_its_appendix_is_never_pixar_or_ecl() -> None:  # S-40
    text = TEXTS["Apache-2.0"]
    without = text[: text.index("END OF TERMS AND CONDITIONS")]
    for form in (without, without + "END OF TERMS AND CONDITIONS\n", without.replace("\n", "\r\n")):
        [match] = texts(form)
        assert match.expression == "Apache-2.0"
        assert match.score > 0.97


def test_a_licence_that_repeats_another_is_named_only_where_the_text_says_so() -> None:  # S-40
    text = TEXTS["Pixar"].replace("Modified Apache", "Apache").replace("Pixar", "The Studio")
    assert {match.expression for match in texts(text)} == {"Apache-2.0"}
    community = TEXTS["ECL-2.0"].replace("Educational Community License", "Apache License")
    assert {match.expression for match in texts(community)} == {"Apache-2.0"}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.upper(),
        lambda text: "\n".join(" * " + line for line in text.split("\n")),
        lambda text: "\n".join("# " + line for line in text.split("\n")),
        lambda text: " ".join(text.split()),
        lambda text: re.sub(r" (?=\w+ \w+ )", "\n", text),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(
            "<year> <copyright holders>", "(c) 1998-2026 The Example Authors. All rights reserved."
        ),
        lambda text: "Copyright 2020 A\nCopyright 2021 B\nAll rights reserved.\n\n" + text.split("\n", 3)[3],
        lambda text: text.replace('"', "``"),
    ],
)
def test_layout_case_and_copyright_lines_do_not_matter(change: object) -> None:
    assert callable(change)
    for identifier in ("MIT", "BSD-3-Clause", "ISC"):
        [match] = texts(str(change(TEXTS[identifier])))
        assert (match.expression, match.rule) == (identifier, "licences.text")


def test_each_of_several_texts_in_one_file_is_found_where_it_stands() -> None:  # S-40
    text = (
        "First part\n\n" + MIT + "\n\nSecond part, from elsewhere\n\n" + TEXTS["BSD-3-Clause"] + "\n\n" + TEXTS["Zlib"]
    )
    found = texts(text)
    assert [match.expression for match in found] == ["MIT", "BSD-3-Clause", "Zlib"]
    assert found[0].end_line < found[1].start_line
    assert found[1].end_line < found[2].start_line


def test_a_text_repeated_is_found_twice() -> None:
    assert [match.expression for match in texts(MIT + "\n\nand again:\n\n" + MIT)] == ["MIT", "MIT"]


def test_a_parameter_block_above_the_business_source_licence_does_not_hide_it() -> None:
    parameters = (
        "License: Business Source License 1.1\n\nParameters\n\nLicensor: Example, Inc.\nLicensed Work: Example 1.0\n"
    )
    [match] = texts(parameters + "Change Date: 2030-01-01\nChange License: MPL 2.0\n\n" + TEXTS["BUSL-1.1"])
    assert match.expression == "BUSL-1.1"
    assert match.score > 0.9


def test_an_edited_text_is_close_and_never_certain() -> None:
    edited = MIT.replace(
        "without restriction", "for purposes of academic research only, but not for any commercial gain"
    )
    assert all(match.score < 0.97 for match in texts(edited))


def test_prose_about_licences_is_no_licence_text() -> None:
    prose = "We compare licences. The software is provided by many people, and copyright notices differ. " * 40
    assert texts(prose) == []
    assert texts("") == []
    assert texts("\n\n\n") == []


def test_a_text_beyond_the_bound_is_not_looked_at() -> None:
    assert texts("word " * (MAX_TEXT // 5) + MIT) == []


@pytest.mark.parametrize(
    "unit", ["a ", "(", "1. ", "copyright ", "<", "license ", "either of ", "\n", " ", "mit or ", "gpl "]
)
def test_hostile_repeats_end_and_name_no_text(unit: str) -> None:
    found = detect((unit * MAX_TEXT)[:MAX_TEXT])
    assert all(match.rule in RULES and match.rule != "licences.text" for match in found)


def test_words_fold_spelling_and_drop_list_marks() -> None:
    assert words_of("1. The Licence\n(b) http://x").hashes == words_of("the license\n * HTTPS x").hashes
    assert list(words_of("a\n\nb c").lines) == [1, 3, 3]


def test_a_text_of_three_times_as_many_words_has_that_many_different_pairs() -> None:
    packed = spdx()
    for number, text in enumerate(packed.texts):
        assert text.words < 3 * 48 or len(packed.pair_counts(number)) >= 48
        assert packed.telling_pairs(number, 48) == min(48, len(packed.pair_counts(number)))
