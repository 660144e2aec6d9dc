"""What a shell script does with its surroundings: variables of the environment with a default or a demand, dangers."""

import itertools
import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.outline import captured, row, said, shown
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(expansion . (variable_name) @name) @expansion
(variable_assignment) @assigned
(for_statement variable: (variable_name) @own)
(pipeline) @pipeline
(process_substitution) @process
"""
_DEFAULT = re.compile(r"^\$\{([A-Z][A-Z0-9_]*)(:?[-?=])(.*)\}$", re.DOTALL)
_SHELL_OWN = frozenset(
    (
        *(
            "BASH_SOURCE",
            "BASH_VERSION",
            "BASH_VERSINFO",
            "BASH_REMATCH",
            "BASH_LINENO",
            "BASHPID",
            "FUNCNAME",
            "LINENO",
        ),
        *(
            "PIPESTATUS",
            "RANDOM",
            "SECONDS",
            "UID",
            "EUID",
            "PPID",
            "IFS",
            "OPTARG",
            "OPTIND",
            "REPLY",
            "OSTYPE",
            "PS4",
        ),
        *("HOSTTYPE", "MACHTYPE", "SHLVL", "DIRSTACK", "GROUPS", "ZSH_VERSION", "ZSH_EVAL_CONTEXT", "KSH_VERSION"),
    )
)
"""Variables that the shell itself sets (Bash Reference Manual 5.2): nobody configures a script by them."""
_FETCHING = re.compile(r"^\s*(?:sudo\s+(?:-\w+\s+)*)?(?:curl|wget)\b")
_SHELL = re.compile(
    r"^\s*(?:sudo\s+(?:-\w+\s+)*)?(?:env\s+(?:\w+=\S*\s+)*)?(?:/(?:usr/)?bin/)?(?:ba|z|da|k)?sh(?:\s+(?:-|\S+=|/dev/stdin).*)?\s*$",
    re.DOTALL,
)
_FETCHED = re.compile(r"\$\(\s*(?:curl|wget)\b")
_UNSAFE = frozenset(("-k", "--insecure", "--no-check-certificate"))


def uses(raw: bytes, tree: "Tree", commands: list["Node"]) -> list[Use]:
    """The uses in order of their lines."""
    found: list[Use] = []
    if b"${" in raw or b"|" in raw or b"<(" in raw:
        captures = captured(tree, _QUERY)
        _environment(raw, captures, found)
        for node in captures.get("pipeline", ()):
            parts = [said(raw, child) for child in node.named_children]
            if any(_FETCHING.match(one) and _SHELL.match(two[:300]) for one, two in itertools.pairwise(parts)):
                found.append(_danger(raw, node, "danger.shell"))
    for node in commands:
        _command(raw, node, found)
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


def _danger(raw: bytes, node: "Node", rule: str) -> Use:
    return Use("danger", shown(raw, node), row(node), rule)


def _environment(raw: bytes, captures: dict[str, list["Node"]], found: list[Use]) -> None:
    """Variables with a default or a demand that the script does not set itself, but for `X=${X:-d}`."""
    own = {said(raw, node) for node in captures.get("own", ())}
    for node in captures.get("assigned", ()):
        name, _, value = said(raw, node)[:400].partition("=")
        if not re.search(r"\$\{" + re.escape(name) + r"\b", value):
            own.add(name.rstrip("+"))
    for node in captures.get("expansion", ()):
        written = _DEFAULT.match(said(raw, node)[:400])
        if written is not None and written[1] not in own and written[1] not in _SHELL_OWN:
            default = "" if "?" in written[2] else written[3].strip("\"'")
            default = default if "$" not in default and "`" not in default else ""
            found.append(Use("env", written[1], row(node), "env.read", default[:120]))


def _command(raw: bytes, node: "Node", found: list[Use]) -> None:
    name = node.child_by_field_name("name")
    word = said(raw, name) if name is not None else ""
    arguments = node.children_by_field_name("argument") if word in _WATCHED else []
    if word == "eval":
        if arguments and _expands(arguments[0]):
            found.append(_danger(raw, node, "danger.eval"))
    elif word in ("bash", "sh", "zsh", "dash"):
        texts = [said(raw, argument) for argument in arguments[:3]]
        fetched = "-c" in texts and any(_FETCHED.search(each) for each in texts)
        if fetched or any(each.startswith(("<(curl", "<(wget")) for each in texts):
            found.append(_danger(raw, node, "danger.shell"))
    elif word in ("source", "."):
        if any(said(raw, argument).startswith(("<(curl", "<(wget")) for argument in arguments[:1]):
            found.append(_danger(raw, node, "danger.shell"))
    elif word in ("curl", "wget") and any(said(raw, argument) in _UNSAFE for argument in arguments):
        found.append(_danger(raw, node, "danger.tls-off"))


_WATCHED = frozenset(("eval", "bash", "sh", "zsh", "dash", "source", ".", "curl", "wget"))


def _expands(argument: "Node") -> bool:
    """Whether it begins with a variable: what runs is not written here. Text around a variable, and what a command
    prints (`eval "$(ssh-agent)"`), are the usual ways to assign and to define by name."""
    for _ in range(3):
        if argument.type in ("simple_expansion", "expansion"):
            return True
        if argument.type not in ("string", "concatenation") or not argument.named_children:
            return False
        first = argument.named_children[0]
        if first.start_byte > argument.start_byte + 1:
            return False
        argument = first
    return False
