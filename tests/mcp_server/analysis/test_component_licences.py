"""Licences of components and of single files, and where statements differ."""

from pathlib import Path
from typing import cast

import orjson
import pytest

from plumbrule.mcp_server.analysis.component_licences import licences_of
from plumbrule.mcp_server.analysis.licences.reuse import annotations_of
from plumbrule.mcp_server.analysis.licences.terms import source_available_in, terms_of
from plumbrule.mcp_server.analysis.licensing import licence_of

from .deep_input import deep_of, facts

TEXTS = cast(dict[str, str], orjson.loads((Path(__file__).parent / "licences/spdx_texts.json").read_bytes()))
ROOT = {"package.json": '{"name": "root", "license": "MIT", "workspaces": ["packages/*"]}', "LICENSE": TEXTS["MIT"]}


def test_each_component_has_its_own_licence_or_inherits_that_of_the_whole() -> None:  # S-40
    files = ROOT | {
        "packages/text/package.json": '{"name": "text"}',
        "packages/text/LICENSE": TEXTS["Apache-2.0"],
        "packages/said/package.json": '{\n"name": "said",\n"license": "ISC"}',
        "packages/tagged/package.json": '{"name": "tagged"}',
        "packages/tagged/a.js": "",
        "packages/under/package.json": '{"name": "under"}',
        "packages/differs/package.json": '{"name": "differs", "license": "GPL-3.0-only"}',
        "packages/differs/LICENSE": TEXTS["MIT"],
    }
    deep = deep_of(files, {"packages/tagged/a.js": facts(licences=[["MPL-2.0", 2]])})
    told = licences_of(deep, licence_of(deep.gathered))
    assert [(one.component, one.expression, one.evidence.at, one.inherited) for one in told.components] == [
        ("packages/differs", "MIT", "packages/differs/LICENSE:1", None),
        ("packages/said", "ISC", "packages/said/package.json:3", None),
        ("packages/tagged", "MPL-2.0", "packages/tagged/a.js", None),
        ("packages/text", "Apache-2.0", "packages/text/LICENSE:1", None),
        ("packages/under", "MIT", "LICENSE:1", True),
    ]
    assert [(one.first, one.first_at.at, one.second, one.second_at.at) for one in told.disagreements] == [
        ("MIT", "packages/differs/LICENSE:1", "GPL-3.0-only", "packages/differs/package.json:1")
    ]
    assert [(one.expression, one.files) for one in told.tagged] == [("MPL-2.0", 1)]


def test_tags_are_counted_and_reuse_speaks_for_files_without_one() -> None:
    files = {
        "REUSE.toml": (
            'version = 1\n[[annotations]]\npath = ["img/**", "*.md"]\nSPDX-License-Identifier = "CC0-1.0"\n'
            '[[annotations]]\npath = "img/own/*"\nSPDX-License-Identifier = ["MIT", "ISC"]\n'
        ),
        **dict.fromkeys(("a.py", "b.py", "img/x/y.svg", "img/own/z.svg", "README.md", "docs/no.md"), ""),
        **dict.fromkeys(("img/own/t.svg", "img/own/t.svg.license", "LICENSES/MIT.txt"), ""),
    }
    known = {
        "a.py": facts(licences=[["MIT", 1]]),
        "b.py": facts(licences=[["MIT OR Apache-2.0", 3], ["ISC", 4]]),
        "img/own/t.svg.license": facts(licences=[["BUSL-1.1", 1]]),
        "LICENSES/MIT.txt": facts(licences=[["GPL-2.0-only", 1]]),
    }
    told = licences_of(deep_of(files, known), None)
    assert [(one.expression, one.files, one.evidence.at) for one in told.tagged] == [
        ("CC0-1.0", 2, "REUSE.toml:2"),
        ("(MIT OR Apache-2.0) AND ISC", 1, "b.py:3"),
        ("BUSL-1.1", 1, "img/own/t.svg.license:1"),
        ("MIT", 1, "a.py:1"),
        ("MIT AND ISC", 1, "REUSE.toml:5"),
    ]
    assert told.source_available == ("BUSL-1.1",)


def test_debian_copyright_files_name_the_licence_of_their_globs() -> None:
    raw = b"Format: x\n\nFiles: *\nCopyright: me\nLicense: GPL-2.0-or-later\n\nFiles: a/*.c\n b/deep/*\nLicense: MIT\n"
    first, second = annotations_of(".reuse/dep5", raw)
    assert (first.expression, first.line, bool(first.covers.match("x/y/z"))) == ("GPL-2.0-or-later", 3, True)
    assert (second.expression, second.line) == ("MIT", 7)
    assert [bool(second.covers.match(path)) for path in ("a/q.c", "b/deep/r/s.h", "c.c")] == [True, True, False]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT OR Apache-2.0", []),
        ("LicenseRef-RSALv2 OR SSPL-1.0", ["LicenseRef-RSALv2", "SSPL-1.0"]),
        ("Apache-2.0 AND LicenseRef-Commons-Clause", ["LicenseRef-Commons-Clause"]),
        ("(PolyForm-Noncommercial-1.0.0)", ["PolyForm-Noncommercial-1.0.0"]),
        ("LicenseRef-PolyForm-Shield-1.0.0", ["LicenseRef-PolyForm-Shield-1.0.0"]),
    ],
)
def test_licences_that_only_open_the_source_are_told(expression: str, expected: list[str]) -> None:
    assert source_available_in(expression) == expected


def test_a_business_source_license_is_told_with_its_parameters() -> None:
    head = (
        'License text copyright (c) 2020 MariaDB Corporation Ab.\n"Business Source License" is a trademark.\n\n'
        "Parameters\n\nLicensor:             Acme Corp.\nLicensed Work:        Widget 2.0 or later.\n"
        "                      The Licensed Work is (c) 2024.\nAdditional Use Grant: You may use it, but\n"
        "                      not sell it.\n\n                      More.\n\nChange Date:          2028-01-01\n"
        "Change License:       MPL 2.0\n\nNotice\n\n"
    )
    body = TEXTS["BUSL-1.1"]
    text = head + body[body.find("Business Source License 1.1\n") :]
    deep = deep_of({"LICENSE": text})
    whole = licence_of(deep.gathered)
    assert whole is not None
    assert whole.expression == "BUSL-1.1"
    told = licences_of(deep, whole)
    assert told.source_available == ("BUSL-1.1",)
    assert [(one.name, one.text) for one in told.terms][:5] == [
        ("Licensor", "Acme Corp."),
        ("Licensed Work", "Widget 2.0 or later. The Licensed Work is (c) 2024."),
        ("Additional Use Grant", "You may use it, but not sell it."),
        ("Change Date", "2028-01-01"),
        ("Change License", "MPL 2.0"),
    ]
    assert terms_of("MIT License") == []
