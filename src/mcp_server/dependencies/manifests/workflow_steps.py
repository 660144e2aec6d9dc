"""What single steps of a GitHub workflow give away: the checkout's token, the runner's environment, words to a shell.

Sources: GitHub's "Workflow commands" (environment files), the README of actions/checkout (`persist-credentials`), and
of actions/upload-artifact (hidden files since 4.4). Above it lies `workflow_dangers`.
"""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.dangers import MAX_SCRIPT_CHARS, Grade, danger, line_in
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import Declaration

Keys = tuple[str, ...]

_TO_FILE = re.compile(r"[^\n]{0,400}>>?\s{0,4}\"?\$(?:\{GITHUB_(?:ENV|PATH)\}|GITHUB_(?:ENV|PATH)\b|\{?env:GITHUB_)")
_FROM_FILE = re.compile(r"\b(?:cat|head|tail|jq|unzip -p)\s|\$\(<")
_VARIABLE = re.compile(r"\$(?:\{(?:env:)?|env:)?(\w+)")
_EVALUATED = re.compile(r"\b(?:eval|(?:ba|z|da)?sh\s{1,4}-c|python3?\s{1,4}-c|node\s{1,4}-e)\b[^\n]{0,300}")
_WHOLE = frozenset((".", "./", "*", "**", "**/*", "./*", "${{ github.workspace }}", "${{github.workspace}}"))
_OLD_UPLOAD = re.compile(r"v?(?:[1-3](?:\.|$)|4\.[0-3](?:\.|$))")


def environment_files(tree: Tree, step: Keys, tainted: frozenset[str], *, of_artifacts: bool) -> Iterator[Declaration]:
    """A stranger's words in GITHUB_ENV or GITHUB_PATH: they set any variable of the steps that follow.

    `of_artifacts`: the workflow runs on what another one, started by strangers, left behind.
    """
    script = tree.text(*step, "run")[:MAX_SCRIPT_CHARS]
    if "GITHUB_ENV" not in script and "GITHUB_PATH" not in script:
        return
    for found in _TO_FILE.finditer(script):
        named = any(name in tainted for name in _VARIABLE.findall(found[0]))
        if named or (of_artifacts and _FROM_FILE.search(found[0])):
            line = line_in(script, tree.line(*step, "run"), found.start())
            yield danger("ci.environment-file", "high" if named else "medium", found[0].strip(), line)
            return


def evaluated_words(tree: Tree, step: Keys, tainted: frozenset[str], grade: Grade) -> Iterator[Declaration]:
    """A variable of a stranger's words that a shell or an interpreter evaluates once more."""
    script = tree.text(*step, "run")[:MAX_SCRIPT_CHARS]
    for found in _EVALUATED.finditer(script) if tainted else ():
        if any(name in tainted for name in _VARIABLE.findall(found[0])):
            line = line_in(script, tree.line(*step, "run"), found.start())
            yield danger("ci.script-injection", grade, found[0].strip(), line)


def kept_token(tree: Tree, base: Keys) -> Iterator[Declaration]:
    """A job that uploads the folder in which the checkout left its token in `.git/config`."""
    kept = False
    for index in range(len(tree.items(*base, "steps"))):
        step = (*base, "steps", str(index))
        action, _, version = tree.text(*step, "uses").partition("@")
        if action == "actions/checkout":
            kept |= tree.text(*step, "with", "persist-credentials").lower() != "false"
        elif action == "actions/upload-artifact" and kept:
            paths = [part.strip() for part in tree.text(*step, "with", "path").split("\n")]
            hidden = tree.text(*step, "with", "include-hidden-files").lower() == "true"
            if _WHOLE.intersection(paths) and (hidden or _OLD_UPLOAD.match(version)):
                yield danger("ci.kept-token", "medium", f"{action}@{version}", tree.line(*step, "uses"))


def written_password(tree: Tree, base: Keys) -> Iterator[Declaration]:
    """A registry's password that stands in the workflow itself."""
    places = [(*base, "container"), *((*base, "services", name) for name in tree.table(*base, "services"))]
    for place in places:
        keys = (*place, "credentials", "password")
        if (text := tree.text(*keys)) and "${{" not in text:
            yield danger("ci.written-password", "high", "credentials.password", tree.line(*keys))
