"""What part a file plays, by its path alone."""

import pytest

from plumbrule.mcp_server.analysis.graph.roles import is_others, parts_of
from plumbrule.mcp_server.analysis.languages.model import FileLanguage

PARTS = {
    "source": (
        "src/flask/app.py django/test/client.py numpy/testing/x.py packages/vite/src/node/build.ts src/config.ts "
        "poetry/console/commands/build.py src/main/java/org/example/samples/A.java cmd/dev/main.go app/tasks.py "
        "include/gtest/gtest-death-test.h"
    ),
    "test": (
        "tests/conftest.py django/contrib/gis/tests/x.py pkg/src/__tests__/a.spec.ts okhttp/src/jvmTest/kotlin/A.kt "
        "src/test/java/x/A.java packages/a/test/b.js x/y/test/test_a.py benches/b.rs a/b_test.go spec/a_spec.rb "
        "test/spec_a.rb src/a-test.h"
    ),
    "example": "playground/x/a.ts examples/a.py packages/create/template-vue/src/main.ts docs_src/a.py",
    "tooling": "setup.py noxfile.py packages/vite/rollup.config.ts scripts/a.ts tools/gen.py .github/x.py build.rs",
    "documentation": "docs/conf.py website/src/a.ts Sources/Shop/Guide.docc/01-step.swift",
    "vendored": "vendor/x/a.go pip/_vendor/six.py third_party/a.c node_modules/a/index.js",
}


def file(path: str, vendored: str = "", generated: str = "") -> FileLanguage:
    return FileLanguage(path, 1, "x", "x", "programming", vendored, generated, "", False, True, "", "")


@pytest.mark.parametrize("part", PARTS)
def test_a_path_tells_the_part_that_a_file_plays(part: str) -> None:
    paths = PARTS[part].split()
    assert parts_of({path: file(path) for path in paths}) == dict.fromkeys(paths, part)


def test_what_linguist_only_leaves_out_of_its_statistic_may_be_the_projects_own() -> None:
    own = ("django/core/cache/base.py", "src/hatch/env/x.py", "a/types.d.ts")
    assert not any(is_others(path, "vendored.folder") for path in own)
    assert not is_others("web/react-app/src/setupProxy.js", "vendored.file")
    assert is_others("static/jquery-3.1.js", "vendored.file")
    assert is_others("a/dist/env/x.js", "vendored.folder")
    assert is_others("lib/x.c", "vendored.attributes")
    assert parts_of({"a.py": file("a.py", generated="generated.header")}) == {"a.py": "generated"}
