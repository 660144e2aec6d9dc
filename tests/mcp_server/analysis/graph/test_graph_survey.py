"""The graph sections through the whole survey: real parsing, real workers, files of several languages."""
# ruff: noqa: E501 - because a file is a row

from typing import TYPE_CHECKING

import orjson
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from plumbrule.mcp_server.analysis.aspects import Detail
    from plumbrule.mcp_server.analysis.model import RepositoryReport

    class Surveys(Protocol):
        """The fixture of the folder above."""

        async def of(self, files: Mapping[str, bytes | str], *, detail: Detail) -> RepositoryReport: ...


REPOSITORY: dict[str, bytes | str] = {
    "pyproject.toml": (
        '[project]\nname = "shop"\ndependencies = ["PyYAML>=6", "beautifulsoup4"]\n'
        '[project.scripts]\nshop = "shop.cli:main"\n[dependency-groups]\ntest = ["pytest"]\n'
    ),
    "src/shop/__init__.py": "",
    "src/shop/cli.py": "from shop.core import model\n\n\ndef main() -> None:\n    model.run()\n",
    "src/shop/core/__init__.py": "",
    "src/shop/core/model.py": "import sqlalchemy\nimport yaml\n\nfrom .cache import kept\n\n\ndef run() -> None:\n    kept()\n",
    "src/shop/core/cache/__init__.py": "def kept() -> None:\n    from shop.core import model\n\n    model.run()\n",
    "tests/test_model.py": "import pytest\n\nfrom shop.core.model import run\n",
    "web/package.json": '{"name": "web", "dependencies": {"react": "^19"}}',
    "web/tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
    "web/src/main.ts": "import React from 'react'\nimport { a } from '@/lib/a'\nimport { b } from 'lodash-es'\n\nconsole.log(a, b, React)\n",
    "web/src/App.vue": "<template><p/></template>\n<script setup lang='ts'>\nimport { f } from './lib/a'\n</script>\n",
    "web/src/lib/a.ts": "export const a = 1\nexport function f() { return a }\n",
    "app/src/main/kotlin/a/A.kt": "package a\n\nimport b.*\n\nclass A { val b = B() }\n",
    "app/src/main/kotlin/b/B.kt": "package b\n\nclass B\n",
}  # fmt: skip


@pytest.fixture
async def report(surveys: "Surveys") -> "RepositoryReport":
    return await surveys.of(REPOSITORY, detail="full")


async def test_imports_of_several_languages_are_resolved_in_one_survey(report: "RepositoryReport") -> None:
    assert report.imports is not None
    edges = {(row["path"], row["to"]) for row in map(orjson.loads, report.imports.edges.rows)}
    assert edges == {
        ("app/src/main/kotlin/a/A.kt", "app/src/main/kotlin/b/B.kt"),
        ("src/shop/cli.py", "src/shop/core/model.py"),
        ("src/shop/core/cache/__init__.py", "src/shop/core/model.py"),
        ("src/shop/core/model.py", "src/shop/core/cache/__init__.py"),
        ("tests/test_model.py", "src/shop/core/model.py"),
        ("web/src/App.vue", "web/src/lib/a.ts"),  # markup for linguist, and code all the same
        ("web/src/main.ts", "web/src/lib/a.ts"),
    }
    assert (report.imports.resolved_share, report.imports.cycles) == (1.0, ())


async def test_dependencies_have_all_their_states_in_one_survey(report: "RepositoryReport") -> None:
    assert report.dependencies is not None
    states = {one.name: one.states for one in report.dependencies.direct}
    assert states == {
        "pyyaml": ("declared", "imported"),
        "beautifulsoup4": ("declared",),
        "pytest": ("declared", "imported"),
        "react": ("declared", "imported"),
    }
    assert {(one.name, one.evidence.at) for one in report.dependencies.missing} == {
        ("sqlalchemy", "src/shop/core/model.py:1"),
        ("lodash-es", "web/src/main.ts:3"),
    }
    assert [one.name for one in report.dependencies.unused] == ["beautifulsoup4"]


async def test_the_architecture_is_drawn_in_one_survey(report: "RepositoryReport") -> None:
    assert report.architecture is not None
    assert {flow.entry for flow in report.architecture.flows} == {"shop"}
    assert report.architecture.mermaid.startswith("flowchart TB\n")
    assert "/architecture" in report.untrusted
