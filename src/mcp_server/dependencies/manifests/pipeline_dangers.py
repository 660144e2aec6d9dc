"""What is dangerous in the definitions of GitLab CI, CircleCI and Azure Pipelines. Only what is sure from the one file.

Sources: GitLab's "Pipeline security", CircleCI's "Pipeline values and parameters" and "Security recommendations",
Azure's "Securely use variables and parameters in your pipeline".
"""

import re
from collections.abc import Iterator
from typing import cast

from plumbrule.mcp_server.dependencies.manifests.dangers import danger, downloads, line_in
from plumbrule.mcp_server.dependencies.manifests.tree import Path, Tree
from plumbrule.mcp_server.dependencies.model import Declaration

_SCRIPTS = frozenset(("script", "before_script", "after_script", "run", "command", "bash", "powershell", "pwsh"))
_MOST_SCRIPTS = 2000

_GITLAB_WORDS = re.compile(
    r"\b(?:eval|(?:ba|z)?sh\s+-c)\b[^\n]{0,200}\$\{?CI_(?:MERGE_REQUEST_(?:TITLE|DESCRIPTION|SOURCE_BRANCH_NAME)"
    r"|COMMIT_(?:MESSAGE|TITLE|DESCRIPTION|REF_NAME|BRANCH|TAG|AUTHOR)|EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME)\b"
)
_CIRCLE_WORDS = re.compile(
    r"<<\s*pipeline\.(?:git\.branch|git\.tag|event\.github\.(?:pull_request|head_commit|commits)[\w.]*\.(?:title|body|ref|message)|trigger_parameters\.[\w.]*(?:branch|title|message))\s*>>"
)
_AZURE_WORDS = re.compile(
    r"\$\((?:Build\.(?:SourceVersionMessage|SourceBranch|SourceBranchName|RequestedFor)|System\.PullRequest\.(?:SourceBranch|SourceRepositoryURI))\)"
)


def gitlab_dangers(tree: Tree) -> Iterator[Declaration]:
    """Includes from elsewhere, debug traces, words of strangers that a shell evaluates, downloads that are run."""
    yield from _includes(tree)
    for keys in ((), *((job,) for job in tree.table())):
        if tree.text(*keys, "variables", "CI_DEBUG_TRACE").lower() == "true":
            yield danger("ci.debug-trace", "medium", "CI_DEBUG_TRACE", tree.line(*keys, "variables", "CI_DEBUG_TRACE"))
    yield from _scripts(tree, _GITLAB_WORDS, "high")


def _includes(tree: Tree) -> Iterator[Declaration]:
    for index, item in enumerate(tree.items("include")):
        line = tree.line("include", str(index))
        if isinstance(item, str):
            if item.startswith(("http://", "https://")):
                yield danger("ci.remote-include", "medium", item, line)
        elif isinstance(item, dict):
            one = cast("dict[str, object]", item)
            if isinstance(remote := one.get("remote"), str) and "integrity" not in one:
                yield danger("ci.remote-include", "medium", remote, line)
            elif isinstance(project := one.get("project"), str) and not one.get("ref"):
                yield danger("ci.unpinned-include", "low", project, line)


def circle_dangers(tree: Tree) -> Iterator[Declaration]:
    """Orbs that move, words of strangers in commands, downloads that are run."""
    for orb in tree.table("orbs"):
        _, mark, version = tree.text("orbs", orb).partition("@")
        if mark and (version == "volatile" or version.startswith("dev:")):
            yield danger("ci.unpinned-orb", "medium", tree.text("orbs", orb), tree.line("orbs", orb))
    yield from _scripts(tree, _CIRCLE_WORDS, "medium")


def azure_dangers(tree: Tree) -> Iterator[Declaration]:
    """Words of strangers that are put into scripts before the shell sees them, downloads that are run."""
    yield from _scripts(tree, _AZURE_WORDS, "medium")


def _scripts(tree: Tree, words: re.Pattern[str], grade: str) -> Iterator[Declaration]:
    """Every shell text of the definition, wherever its keys lie."""
    for keys, script in _texts(tree.root):
        line = tree.line(*keys)
        yield from downloads(script, line, "ci.download-run")
        if found := words.search(script):
            place = line_in(script, line, found.start())
            yield danger("ci.script-injection", "high" if grade == "high" else "medium", found[0], place)


def _texts(root: object) -> Iterator[tuple[Path, str]]:
    """Scripts with their keys, in the order of the file; a stack, because depth is the file's choice."""
    stack: list[tuple[Path, object, bool]] = [((), root, False)]
    given = 0
    while stack and given < _MOST_SCRIPTS:
        keys, value, inside = stack.pop()
        if isinstance(value, dict):
            pairs = list(cast("dict[str, object]", value).items())
            stack += [((*keys, name), part, name in _SCRIPTS) for name, part in reversed(pairs)]
        elif isinstance(value, list):
            items = cast("list[object]", value)
            stack += [((*keys, str(at)), items[at], inside) for at in range(len(items) - 1, -1, -1)]
        elif inside and isinstance(value, str):
            given += 1
            yield keys, value
