"""Which files decide the licence of the whole, and what is said when metadata differ."""

import json
from pathlib import Path

import pytest

from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.analysis.licences.detection import detect
from plumbrule.mcp_server.analysis.licences.model import RULES, LicenceVerdict
from plumbrule.mcp_server.analysis.licences.verdict import candidates, combine

TEXTS: dict[str, str] = json.loads(Path(__file__).with_name("spdx_texts.json").read_text("utf-8"))


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
