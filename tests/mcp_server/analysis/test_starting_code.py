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
