"""What metadata declare becomes SPDX, or says why it cannot."""

import pytest

from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.analysis.licences.model import RULES


@pytest.mark.parametrize(
    ("declared", "expression", "rule"),
    [
        ("MIT", "MIT", "spdx"),
        ("mit", "MIT", "spdx"),
        ("GPL-3.0", "GPL-3.0-only", "spdx"),
        ("GPL-2.0+", "GPL-2.0-or-later", "spdx"),
        ("Apache-2.0 OR MIT", "Apache-2.0 OR MIT", "spdx"),
        ("(MIT OR CC0-1.0)", "MIT OR CC0-1.0", "spdx"),
        ("BSD-3-Clause AND (MIT OR Apache-2.0)", "BSD-3-Clause AND (MIT OR Apache-2.0)", "spdx"),
        ("((mit) OR (Apache-2.0 WITH LLVM-exception))", "MIT OR Apache-2.0 WITH LLVM-exception", "spdx"),
        ("(MIT OR ISC) AND (GPL-2.0 OR Zlib)", "(MIT OR ISC) AND (GPL-2.0-only OR Zlib)", "spdx"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception", "spdx"),
        ("Apache-2.0 WITH nothing-known", None, "unknown"),
        ("LicenseRef-Company", "LicenseRef-Company", "spdx"),
        ("Apache 2.0", "Apache-2.0", "alias"),
        ("The Apache Software License, Version 2.0", "Apache-2.0", "alias"),
        ("MIT License", "MIT", "alias"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0", "alias"),
        ("MIT or Apache 2.0", "MIT OR Apache-2.0", "alias"),
        ("GPLv3+", "GPL-3.0-or-later", "alias"),
        ("GPLv2", "GPL-2.0-only", "alias"),
        ("LGPLv2.1", "LGPL-2.1-only", "alias"),
        ("GNU Affero General Public License v3.0", "AGPL-3.0-only", "alias"),
        (
            "GNU General Public License, version 2, with the Classpath Exception",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "alias",
        ),
        ("Eclipse Public License - v 2.0", "EPL-2.0", "alias"),
        ("3-clause BSD", "BSD-3-Clause", "alias"),
        ("New BSD License", "BSD-3-Clause", "alias"),
        ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0", "alias"),
        ("https://opensource.org/licenses/MIT", "MIT", "alias"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0", "alias"),
        ("License :: OSI Approved :: MIT License", "MIT", "classifier"),
        ("License :: OSI Approved :: Apache Software License", "Apache-2.0", "classifier"),
        (
            "License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)",
            "GPL-3.0-or-later",
            "classifier",
        ),
        ("License :: OSI Approved :: Python Software Foundation License", "PSF-2.0", "classifier"),
        ("License :: OSI Approved :: BSD License", None, "ambiguous"),
        ("License :: OSI Approved", None, "ambiguous"),
        ("BSD", None, "ambiguous"),
        ("GPL", None, "ambiguous"),
        ("Public Domain", None, "ambiguous"),
        ("SEE LICENSE IN LICENSE.txt", None, "file"),
        ("UNLICENSED", "LicenseRef-Proprietary", "proprietary"),
        ("License :: Other/Proprietary License", "LicenseRef-Proprietary", "proprietary"),
        ("Unlicense", "Unlicense", "spdx"),
        ("MIT OR nothing-known", None, "unknown"),
        ("(((", None, "unknown"),
        ("Copyright 2020 Somebody", None, "unknown"),
        ("  ", None, "empty"),
    ],
)
def test_a_declaration_becomes_spdx_or_says_why_not(declared: str, expression: str | None, rule: str) -> None:  # S-40
    found = normalise(declared)
    assert (found.expression, found.rule) == (expression, f"declared.{rule}")
    assert found.original == declared
    assert found.rule in RULES


@pytest.mark.parametrize("unit", ["(", "MIT OR ", "a ", "/", "GPL-", "license ", "v1 "])
def test_a_hostile_declaration_is_bounded(unit: str) -> None:
    found = normalise(unit * 20_000)
    assert len(found.expression or "") < 1_000
