"""Which files decide the licence of the whole, and what is said when metadata differ."""

import json
from pathlib import Path

import pytest

from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.analysis.licences.detection import detect
from plumbrule.mcp_server.analysis.licences.model import RULES, LicenceVerdict
from plumbrule.mcp_server.analysis.licences.verdict import candidates, combine

TEXTS: dict[str, str] = json.loads(Path(__file__).with_name("spdx_texts.json").read_text("utf-8"))


GPL_LATER = (
    "This library is free software; you can redistribute it under the terms of the GNU Lesser General Public License "
    "as published by the Free Software Foundation, either version 3, or (at your option) any later version."
)


def verdict(files: dict[str, str], declared: dict[str, str] | None = None) -> LicenceVerdict:
    paths = candidates(files)
    said = [(at, normalise(text)) for at, text in (declared or {}).items()]
    return combine({path: detect(files[path]) for path in paths}, said)


def test_candidates_are_the_root_licence_files_first() -> None:  # S-40
    paths = [
        *("src/LICENSE", "README.md", "LICENSE-MIT", "COPYING", "LICENSE", "NOTICE", "license.py", "LICENSES/MIT.txt"),
        *("UNLICENSE", "docs/README.md", "COPYRIGHT", "MIT-LICENSE.txt", "licenses.json"),
    ]
    assert candidates(paths) == [
        *("LICENSE", "UNLICENSE", "COPYING", "LICENSE-MIT", "MIT-LICENSE.txt", "COPYRIGHT", "LICENSES/MIT.txt"),
        "README.md",
    ]


def test_candidates_are_bounded() -> None:
    assert len(candidates(f"LICENSE-{n}" for n in range(100))) == 12


def test_a_licence_file_and_metadata_that_agree() -> None:  # S-40
    found = verdict({"LICENSE": TEXTS["MIT"]}, {"pyproject.toml:project.license": "MIT"})
    assert (found.expression, found.rule, found.disagreements) == ("MIT", "verdict.agreed", ())
    assert found.confidence > 0.95
    assert [each.at for each in found.evidence] == ["LICENSE:1", "pyproject.toml:project.license"]


def test_a_licence_file_is_more_precise_than_a_family() -> None:
    found = verdict({"LICENSE": TEXTS["BSD-3-Clause"]}, {"setup.cfg:license": "BSD"})
    assert (found.expression, found.rule) == ("BSD-3-Clause", "verdict.text")


def test_a_disagreement_is_told_and_the_text_stands() -> None:  # S-40
    found = verdict({"LICENSE": TEXTS["MIT"]}, {"package.json:license": "Apache-2.0"})
    assert (found.expression, found.rule) == ("MIT", "verdict.disagreed")
    assert found.disagreements == ("the licence files say MIT, package.json:license says Apache-2.0",)
    assert found.confidence < 0.7


def test_metadata_that_contradict_each_other_are_told() -> None:
    found = verdict({}, {"pyproject.toml:project.license": "MIT", "package.json:license": "ISC"})
    assert (found.expression, found.rule) == ("MIT", "verdict.declared")
    assert found.disagreements == ("pyproject.toml:project.license says MIT, package.json:license says ISC",)


def test_two_files_named_after_licences_offer_a_choice() -> None:  # S-40
    found = verdict(
        {"LICENSE-MIT": TEXTS["MIT"], "LICENSE-APACHE": TEXTS["Apache-2.0"]}, {"Cargo.toml": "MIT/Apache-2.0"}
    )
    assert (found.expression, found.rule) == ("Apache-2.0 OR MIT", "verdict.agreed")


def test_a_copying_file_that_points_to_two_texts_offers_a_choice() -> None:  # S-40
    files = {
        "COPYING": "This project is dual-licensed under the Unlicense and MIT licenses.\n",
        "LICENSE-MIT": TEXTS["MIT"],
        "UNLICENSE": TEXTS["Unlicense"],
    }
    assert verdict(files, {"Cargo.toml": "Unlicense OR MIT"}).expression == "MIT OR Unlicense"


def test_a_licence_file_that_names_two_other_files_offers_a_choice() -> None:
    files = {
        "LICENSE": "Available under the terms of *either* of the licenses\nfound in LICENSE.APACHE or LICENSE.BSD.\n",
        "LICENSE.APACHE": TEXTS["Apache-2.0"],
        "LICENSE.BSD": TEXTS["BSD-2-Clause"],
    }
    assert verdict(files).expression == "Apache-2.0 OR BSD-2-Clause"


def test_texts_of_bundled_parts_do_not_change_the_whole() -> None:
    bundled = TEXTS["MIT"] + "\n\n# Licenses of bundled dependencies\n\n## other\n\n" + TEXTS["BSD-2-Clause"]
    found = verdict({"LICENSE.md": bundled, "LICENSE.third-party": TEXTS["ISC"]}, {"package.json:license": "MIT"})
    assert (found.expression, found.rule) == ("MIT", "verdict.agreed")
    assert {each.expression for each in found.evidence} == {"MIT", "BSD-2-Clause", "ISC"}


def test_metadata_widen_the_gpl_to_later_versions() -> None:
    text = {"COPYING": TEXTS["GPL-3.0-only"]}
    assert verdict(text).expression == "GPL-3.0-only"
    assert verdict(text, {"setup.py": "GPL-3.0-or-later"}).expression == "GPL-3.0-or-later"


def test_the_lesser_gpl_beside_the_gpl_is_the_lesser() -> None:
    files = {"COPYING": TEXTS["GPL-2.0-only"], "COPYING.LESSER": TEXTS["LGPL-2.1-only"]}
    assert verdict(files).expression == "LGPL-2.1-only"


def test_a_reuse_folder_holds_for_the_work_together() -> None:
    files = {"LICENSES/MIT.txt": TEXTS["MIT"], "LICENSES/CC0-1.0.txt": TEXTS["CC0-1.0"]}
    assert verdict(files).expression == "CC0-1.0 AND MIT"


def test_metadata_say_how_files_named_after_licences_combine() -> None:
    files = {"LICENSE-MIT": TEXTS["MIT"], "LICENSE-MPL-2.0": TEXTS["MPL-2.0"]}
    found = verdict(files, {"License-Expression": "MPL-2.0 AND MIT"})
    assert (found.expression, found.rule, found.disagreements) == ("MPL-2.0 AND MIT", "verdict.agreed", ())


def test_metadata_that_name_one_of_two_offered_licences_do_not_contradict() -> None:
    files = {"LICENSE-MIT": TEXTS["MIT"], "LICENSE-APACHE": TEXTS["Apache-2.0"]}
    said = {"License": "MIT License", "Classifier": "License :: OSI Approved :: Apache Software License"}
    found = verdict(files, said)
    assert (found.expression, found.rule, found.disagreements) == ("Apache-2.0 OR MIT", "verdict.agreed", ())
    assert verdict({"LICENSE": TEXTS["MIT"]}, said).disagreements == ("License says MIT, Classifier says Apache-2.0",)


def test_metadata_may_add_a_part_whose_text_is_not_there() -> None:
    found = verdict({"LICENSE": TEXTS["Apache-2.0"]}, {"License-Expression": "Apache-2.0 AND BSD-2-Clause"})
    assert (found.expression, found.rule) == ("Apache-2.0 AND BSD-2-Clause", "verdict.agreed")


def test_a_readme_is_the_last_resort_and_less_certain() -> None:
    found = verdict({"README.md": "# x\n\n## License\n\nMIT\n"})
    assert found.expression == "MIT"
    assert found.confidence <= 0.8


def test_a_rider_stays_visible_in_the_whole() -> None:
    text = (
        '"Commons Clause" License Condition v1.0\n\nThe Software is provided to you under the License.\n\n'
        + TEXTS["MIT"]
    )
    assert verdict({"LICENSE": text}).expression == "MIT AND LicenseRef-Commons-Clause"


@pytest.mark.parametrize("files", [{}, {"LICENSE": ""}, {"LICENSE": "All rights are mine."}])
def test_no_licence_is_said_plainly(files: dict[str, str]) -> None:  # S-40
    found = verdict(files)
    assert (found.expression, found.confidence, found.rule) == (None, 0.0, "verdict.none")
    assert found.rule in RULES


MIT, BSD = TEXTS["MIT"], TEXTS["BSD-3-Clause"]
TAKEN_BACK = [
    MIT.replace(
        "The above copyright notice", "It may be used for non-commercial purposes only.\n\nThe above copyright notice"
    ),
    MIT.replace("without restriction", "for academic and non-commercial purposes only"),
    MIT + "\n\nThe Software shall not be used to train machine learning models.\n",
    MIT + "\n\nCommercial use requires a licence of its own.\n",
    BSD.replace("permitted provided", "permitted for academic, non-commercial use provided"),
    TEXTS["Apache-2.0"] + "\n\nAdditional terms: you may not offer the Work as a hosted service.\n",
]


@pytest.mark.parametrize("text", TAKEN_BACK)
def test_a_permissive_text_that_takes_use_back_is_not_that_licence(text: str) -> None:  # S-40
    found = verdict({"LICENSE": text})
    assert found.expression is not None
    assert found.expression.endswith(" AND LicenseRef-Additional-Restrictions")
    assert found.confidence <= 0.95


@pytest.mark.parametrize("name", ["MIT", "BSD-3-Clause", "Apache-2.0"])
def test_a_permissive_text_of_its_own_takes_nothing_back(name: str) -> None:
    assert verdict({"LICENSE": TEXTS[name]}).expression == name


def test_words_of_another_licence_below_take_nothing_from_the_one_above() -> None:
    other = TEXTS["Apache-2.0"] + "\n\n" + "\n" * 20 + "Fonts: for personal use only.\n"
    assert verdict({"LICENSE": other}).expression == "Apache-2.0"


def test_several_texts_without_a_word_on_them_leave_a_doubt() -> None:
    found = verdict({"LICENSE": MIT + "\n\n----\n\n" + TEXTS["Apache-2.0"]})
    assert (found.expression, found.confidence) == ("MIT", 0.95)


MORE = [
    ({"LICENSE": "Acme Inc. All rights reserved. This is proprietary and confidential."}, {}, "LicenseRef-Proprietary"),
    ({"LICENSE": "License: see https://www.apache.org/licenses/LICENSE-2.0"}, {}, "Apache-2.0"),
    ({"README.md": "# X\n\nIt uses foo, which is licensed under the GPL-3.0, and bar (MIT).\n"}, {}, None),
    ({"LICENSE": "You may redistribute it under the same terms as the Perl 5 programming language system itself."}, {},
     "Artistic-1.0-Perl OR GPL-1.0-or-later"),
    ({"LICENSE": GPL_LATER}, {"setup.cfg": "LGPLv3"}, "LGPL-3.0-or-later"),
    ({"LICENSES/MIT.txt": MIT, "LICENSES/Apache-2.0.txt": TEXTS["Apache-2.0"]}, {"pyproject.toml": "MIT"}, "MIT"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "declared", "expected"), MORE)
def test_what_else_files_say_of_the_whole(
    files: dict[str, str], declared: dict[str, str], expected: str | None
) -> None:  # S-40
    assert verdict(files, declared).expression == expected
