"""SPDX tags in files: what they state, in which line, and what only looks like one."""

import pytest

from plumbrule.mcp_server.analysis.licences.tags import MAX_TAGS, tags_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# SPDX-License-Identifier: MIT\n", [("MIT", 1)]),
        (
            "\n/* SPDX-License-Identifier: GPL-2.0 WITH GCC-exception-2.0 */",
            [("GPL-2.0-only WITH GCC-exception-2.0", 2)],
        ),
        ("// SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause)\n", [("GPL-2.0-only OR BSD-3-Clause", 1)]),
        ("<!-- SPDX-License-Identifier: Apache-2.0 -->", [("Apache-2.0", 1)]),
        ('" SPDX-License-Identifier: MIT\n', [("MIT", 1)]),  # Vim script
        ('.\\" SPDX-License-Identifier: MIT\n', [("MIT", 1)]),  # roff
        ("#  SPDX-License-Identifier: GPL-3.0+\r\n", [("GPL-3.0-or-later", 1)]),
        ("// SPDX-License-Identifier: MIT Copyright (c) 2020 Me\n", [("MIT", 1)]),
        ("# SPDX-License-Identifier: MIT OR Apache-2.0 -- see LICENSE\n", [("MIT OR Apache-2.0", 1)]),
        (" *  SPDX-License-Identifier: MPL-2.0 AND (MIT OR ISC)  *\n", [("MPL-2.0 AND (MIT OR ISC)", 1)]),
        ("-- SPDX-License-Identifier: LicenseRef-Foo\n", [("LicenseRef-Foo", 1)]),
        ("# SPDX-License-Identifier: MIT\n# SPDX-License-Identifier: MIT\n", [("MIT", 1)]),
        ("# SPDX-License-Identifier: Something\n", []),
        ("x = 'SPDX-License-Identifier: MIT'", []),
        ('print("// SPDX-License-Identifier: MIT\\n")', []),
        ("# REUSE-IgnoreStart\n# SPDX-License-Identifier: MIT\n# REUSE-IgnoreEnd", []),
        ("# REUSE-IgnoreStart\n# REUSE-IgnoreEnd\n# SPDX-License-Identifier: ISC\n", [("ISC", 3)]),
        ("nothing of the kind", []),
    ],
)
def test_a_tag_states_its_expression_with_its_line(text: str, expected: list[tuple[str, int]]) -> None:  # S-40
    assert tags_in(text.encode()) == expected


def test_a_file_of_nothing_but_tags_is_read_up_to_a_bound() -> None:
    lines = "".join(f"# SPDX-License-Identifier: LicenseRef-{number}\n" for number in range(10 * MAX_TAGS))
    assert len(tags_in(lines.encode())) == MAX_TAGS
