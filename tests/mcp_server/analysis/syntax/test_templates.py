"""Which files with syntax errors are templates of programs."""

import pytest

from plumbrule.mcp_server.analysis.syntax.templates import is_template


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vagrant.configure do |c|\n  <% if a %>\n  x\n  <% end %>\nend\n", True),
        ("{% if x %}\nimport a\n{% endif %}\n", True),
        ("import a\nx = {{ cookiecutter.name }}\n", True),
        ("import a\nPREFIX=@prefix@\n", True),
        ("import a\ndef f(:\n", False),
        ("x = '{{ a }}'\ndef f(:\n", False),
    ],
)
def test_what_a_template_language_marks_is_no_broken_program(text: str, expected: bool) -> None:  # S-33
    assert is_template(text.encode(), [2]) is expected
