"""Sentences that place a work under a licence: notices, headers, choices, exceptions, riders."""

import pytest

from plumbrule.mcp_server.analysis.licences.detection import detect


def says(text: str) -> list[tuple[str, str]]:
    return [(match.expression, match.rule.removeprefix("licences.")) for match in detect(text)]


GPL_NOTICE = """This program is free software: you can redistribute it and/or modify
it under the terms of the GNU {kind}General Public License as published by
the Free Software Foundation, either version {version} of the License, or
(at your option) any later version.
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Licensed under the Apache License, Version 2.0 (the "License");\nyou may not use this file', "Apache-2.0"),
        ("This project is licensed under the MIT license.", "MIT"),
        ("Released under the BSD 3-Clause License.", "BSD-3-Clause"),
        ("This Source Code Form is subject to the terms of the Mozilla Public\nLicense, v. 2.0.", "MPL-2.0"),
        (GPL_NOTICE.format(kind="", version=3), "GPL-3.0-or-later"),
        (GPL_NOTICE.format(kind="Lesser ", version="2.1"), "LGPL-2.1-or-later"),
        (GPL_NOTICE.format(kind="Affero ", version=3), "AGPL-3.0-or-later"),
        ("Distributed under the terms of the GNU General Public License version 2.", "GPL-2.0-only"),
        ("Code is released under GPLv3+.", "GPL-3.0-or-later"),
        ("Distributed under the Boost Software License, Version 1.0.", "BSL-1.0"),
        ("## License\n\nMIT\n", "MIT"),
        ("License\n-------\n\nApache-2.0. See LICENSE.\n", "Apache-2.0"),
        ("License: MIT", "MIT"),
        ("# Tool\n\nText.\n\n## License\n\n[MIT](LICENSE) © Someone\n", "MIT"),
        ("Like PIL, it is licensed under the open source MIT-CMU License.", "MIT-CMU"),
    ],
)
def test_a_notice_names_its_licence(text: str, expected: str) -> None:  # S-40
    assert says(text) == [(expected, "notice")]


RIPGREP = """This project is dual-licensed under the Unlicense and MIT licenses.

You may use this code under the terms of either license.
"""
CARGO = """Licensed under either of

 * Apache License, Version 2.0
   (LICENSE-APACHE)
 * MIT license (LICENSE-MIT)

at your option.
"""
IN_A_README = """## License

Licensed under either of Apache License, Version 2.0 or MIT license at your option.

## Contribution
"""
REDIS = """Redis is available under your choice of one of the following: the Redis Source Available
License 2.0 (RSALv2) or the Server Side Public License v1 (SSPLv1).
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RIPGREP, "MIT OR Unlicense"),
        (CARGO, "Apache-2.0 OR MIT"),
        (IN_A_README, "Apache-2.0 OR MIT"),
        (REDIS, "LicenseRef-RSALv2 OR SSPL-1.0"),
        ("Licensed under the MIT or Apache-2.0 license.", "Apache-2.0 OR MIT"),
    ],
)
def test_a_choice_of_licences_is_an_or(text: str, expected: str) -> None:  # S-40
    assert (expected, "choice") in says(text)
    assert all(rule in ("choice", "notice") for _, rule in says(text))


def test_a_choice_between_files_names_the_files() -> None:
    [match] = detect(
        "This software is made available under the terms of *either* of the licenses\n"
        "found in LICENSE.APACHE or LICENSE.BSD."
    )
    assert (match.expression, match.rule) == ("", "licences.choice")
    assert match.detail == "license.apache license.bsd"


def test_any_later_version_is_no_choice_of_licences() -> None:
    text = GPL_NOTICE.format(kind="", version=2) + "\nThe MIT license was considered too.\n"
    assert says(text) == [("GPL-2.0-or-later", "notice")]


def test_a_choice_for_the_documentation_is_not_one_for_the_work() -> None:
    assert (
        says(
            "Examples, recipes, and other code in the documentation are dual licensed under the PSF License Version 2\n"
            "and the Zero-Clause BSD license.\n"
        )
        == []
    )


@pytest.mark.parametrize(
    "text",
    [
        "We looked at the MIT license and at GPLv3 and chose neither.",
        "The Massachusetts Institute of Technology (MIT) published it.",
        "Permission to use the name BSD is withheld.",
        "admit, submit, limits, permits",
        "it is under the hood a GPL compatible thing",
        "The documentation is licensed under the MIT license.",
        "",
    ],
)
def test_words_about_licences_grant_nothing(text: str) -> None:
    assert says(text) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("// SPDX-License-Identifier: MIT", "MIT"),
        ("/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */", "GPL-2.0-only WITH Linux-syscall-note"),
        ("# SPDX-License-Identifier: Apache-2.0 OR MIT", "Apache-2.0 OR MIT"),
        ("<!-- SPDX-License-Identifier: CC-BY-4.0 -->", "CC-BY-4.0"),
        ("# SPDX-License-Identifier: gpl-2.0+", "GPL-2.0-or-later"),
    ],
)
def test_an_spdx_header_is_read_with_its_line(line: str, expected: str) -> None:  # S-40
    [match] = [each for each in detect(f"#!/bin/x\n{line}\ncode\n") if each.rule == "licences.header"]
    assert (match.expression, match.score, match.start_line) == (expected, 1.0, 2)


def test_an_exception_widens_the_licence_beside_it() -> None:
    text = "Licensed under the Apache License v2.0.\n\n---- LLVM Exceptions to the Apache 2.0 License ----\n"
    assert says(text)[0][0] == "Apache-2.0 WITH LLVM-exception"


def test_a_rider_that_takes_rights_back_is_told() -> None:
    assert ("LicenseRef-Commons-Clause", "rider") in says(
        '"Commons Clause" License Condition v1.0\n\nThe Software is provided…'
    )


def test_a_source_available_licence_without_an_spdx_id_is_named_by_its_title() -> None:
    assert ("LicenseRef-RSALv2", "title") in says(
        "Redis Source Available License 2.0 (RSALv2) Agreement\n\nLast Updated: 2024"
    )
