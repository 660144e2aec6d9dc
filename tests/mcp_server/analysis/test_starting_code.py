"""Entry points that only the code tells."""

from typing import Any

import pytest

from plumbrule.mcp_server.analysis.starting import entry_points_of
from plumbrule.mcp_server.analysis.starting_code import with_code

from .deep_input import deep_of, facts


def _row(name: str, signature: str, kind: str = "function", *modifiers: str) -> dict[str, Any]:
    return {"kind": kind, "name": name, "line": 7, "end": 9, "signature": signature, "modifiers": list(modifiers)}


MAIN = _row("main", "func main()")
STATIC = _row("App.main", "public static void main(String[] args)", "method", "static")
IN_MAIN = {"raw_imports": [["main", 1, "package", [], []]]}


@pytest.mark.parametrize(
    ("path", "one", "expected"),
    [
        ("cmd/tool/run.go", facts(symbols=[MAIN], **IN_MAIN), ("tool", "bin", "go.main-function")),
        ("lib/run.go", facts(symbols=[MAIN]), None),
        ("src/a/App.java", facts(symbols=[STATIC]), ("App", "main", "jvm.main-function")),
        ("src/a/App.java", facts(symbols=[_row("App.main", "void main(int x)", "method")]), None),
        (
            "src/a/App.java",
            facts(symbols=[_row("App", "class App", "class", "@SpringBootApplication"), STATIC]),
            ("App", "main", "spring-boot.application"),
        ),
        ("src/Main.kt", facts(symbols=[_row("main", "fun main()")]), ("Main", "main", "jvm.main-function")),
        ("src/prog.c", facts(symbols=[_row("main", "int main(void)")]), ("prog", "main", "c.main-function")),
        ("tests/prog.c", facts(symbols=[_row("main", "int main(void)")]), None),
        (
            "backend/app/main.py",
            facts(symbols=[_row("app", "app = FastAPI(title=1)", "variable")]),
            ("backend.app.main:app", "server", "python.asgi-object"),
        ),
        (
            "src/site/wsgi.py",
            facts(symbols=[_row("application", "application = get_wsgi_application()", "variable")]),
            ("site.wsgi:application", "server", "python.wsgi-object"),
        ),
        ("app.py", facts(symbols=[_row("app", "app = make()", "variable")]), None),
    ],
)
def test_a_start_in_the_code_is_told_with_its_line(path: str, one: Any, expected: tuple[str, str, str] | None) -> None:
    deep = deep_of({path: ""}, {path: one})
    told = with_code(entry_points_of(deep.gathered), deep)
    assert [(point.name, point.kind, point.evidence.rule) for point in told] == ([expected] if expected else [])
    assert all(point.evidence.at == f"{path}:7" for point in told)


def test_what_a_file_s_name_tells_already_is_not_told_twice() -> None:
    deep = deep_of(
        {"go.mod": "module x/tool\n", "main.go": "", "other.go": ""},
        {"main.go": facts(symbols=[MAIN], **IN_MAIN), "other.go": facts(symbols=[MAIN], **IN_MAIN)},
    )
    told = with_code(entry_points_of(deep.gathered), deep)
    assert [(point.name, point.evidence.rule) for point in told] == [("tool", "go.main-file")]


SPEC = "Gem::Specification.new do |s|\n  s.name = 'gem'\n  s.executables = {}\nend\n"


@pytest.mark.parametrize(
    ("files", "runnable", "expected"),
    [
        (["tool", "install.sh", "configure"], ["tool", "install.sh", "configure"], ["tool"]),
        (["tool"], [], []),
        (["one", "two"], ["one", "two"], []),
        (["demo.sh", "other.sh"], ["demo.sh", "other.sh"], ["demo.sh"]),
        (["bin/demo", "bin/setup"], ["bin/demo", "bin/setup"], ["bin/demo"]),
    ],
)
def test_a_script_is_the_program_where_no_manifest_names_one(  # S-32
    files: list[str], runnable: list[str], expected: list[str]
) -> None:
    found = entry_points_of(deep_of(dict.fromkeys(files, "#!/bin/sh\n"), runnable=runnable).gathered)
    assert [(point.evidence.at, point.evidence.rule) for point in found] == [
        (path, "script.executable") for path in expected
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (r"s.files.map { |f| f[/^bin\/(.*)/, 1] }.compact", ["bin/vag"]),
        (r"spec.files.grep(%r{\Aexe/}) { |f| File.basename(f) }", ["exe/gx"]),
        ("`git ls-files -- bin/*`.split('\\n')", ["bin/vag"]),
        ("%w[vag]", ["vag"]),
    ],
)
def test_a_gem_that_computes_its_programs_names_a_folder(said: str, expected: list[str]) -> None:
    files = {"gem.gemspec": SPEC.format(said), "bin/vag": "", "exe/gx": "", "bin/setup": ""}
    found = entry_points_of(deep_of(files).gathered)
    assert [point.target for point in found if point.evidence.rule == "gemspec.executables"] == expected
