"""What the Shell extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.shell import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("bash").parse(raw))


FILE = """\
#!/bin/bash
# Opens the shop.
open_shop() {
  if [ a ] && b; then x; elif y; then z; fi
  for i in 1; do :; done
  case $x in a) b;; *) c;; esac
  . ./late.sh
}
function _hidden { echo 'eval "$x"'; }
export A=1 B
export -f open_shop
declare -x D=3
source ./lib.sh
. "$(dirname "$0")/x.sh"
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/../z.sh"
source "$ELSEWHERE/y.sh"
. "$computed"
X=${SHOP:-none}; echo "${MODE:?need}" "${A:-own}" "${BASH_SOURCE:-$0}"
eval "$x"
eval "$(ssh-agent)"
curl -sSL https://example.org/x | sudo bash -s
curl -sSL https://example.org/x | jq .
curl -k https://example.org
"""

SYMBOLS = """
3-8 public function open_shop 6
9-9 private function _hidden 1
10-10 public variable A 0
10-10 public variable B 0
12-12 public variable D 0
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

IMPORTS = """
7 include ./late.sh - lazy
13 include ./lib.sh -
14 include ${BASH_SOURCE%/*}/x.sh -
16 include ${BASH_SOURCE%/*}/../z.sh -
17 include $ELSEWHERE/y.sh -
"""

USES = """
19 env.read MODE
19 env.read SHOP none
20 danger.eval eval "$x"
22 danger.shell curl -sSL https://example.org/x | sudo bash -s
24 danger.tls-off curl -k https://example.org
"""

SIGNATURES = {
    "open_shop": "open_shop()",
    "_hidden": "function _hidden",
}

DOCS = {"open_shop": "Opens the shop."}


# S-33
def test_shell_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_shell_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


def test_shell_imports_have_target_names_and_flags() -> None:
    found = [
        " ".join([str(one.line), one.kind, one.target, ",".join(one.names) or "-", *one.flags])
        for one in read(FILE).imports
    ]
    assert found == IMPORTS.strip().splitlines()


def test_shell_uses_are_found_in_code_and_not_in_text() -> None:
    found = [
        " ".join([str(one.line), one.rule, one.value, *([one.detail] if one.detail else [])]) for one in read(FILE).uses
    ]
    assert found == USES.strip().splitlines()


READ = [
    "f() {\n  echo ${a%]*} ${a#*[}\n}\ng() { :; }\n",
    'f() {\n  echo "${@:$#}" "${a[@]:$b:$c}" "${s:i++%${#s}:1}"\n}\ng() { :; }\n',
    "f() {\n  x=$((0x${y} / 2))\n}\ng() { :; }\n",
    "f() {\n  for ((r[0]; r[0]<=r[1]; r[0]++)); do :; done\n}\ng() { :; }\n",
    "f() {\ncat <<EOF >/etc/x;\nnot() { :; }\nEOF\n}\ng() { :; }\n",
]
"""What bash and the other shells read and the grammar alone does not."""


@pytest.mark.parametrize("text", READ)
def test_what_a_shell_reads_is_no_syntax_error_and_hides_no_function(text: str) -> None:
    found = read(text)
    assert (found.errors, [one.name for one in found.symbols]) == ([], ["f", "g"])


def test_errors_are_told_of_broken_scripts_and_never_of_another_shell() -> None:
    assert read("f() {\n  if x; then\n}\n").errors
    assert read("#!/bin/zsh\nf() {\n  for x (a b) { : }\n}\n").errors == []
