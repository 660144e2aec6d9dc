"""What OpenSSF Scorecard (github.com/ossf/scorecard, docs/checks.md) counts in workflows and Dockerfiles, by its rules.

They are its rules and not ours: `workflow_dangers` sees more and excuses more. Facts have the label `scorecard`, a
rule `scorecard.<check>` and in `value` what was counted; the scores are made in analysis.
"""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.dangers import MAX_SCRIPT_CHARS, PIPED
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import Declaration

SCORECARD = "scorecard"
"""The label of such a fact."""

_UNTRUSTED = re.compile(
    r"(?:issue|pull_request|discussion)\.(?:title|body)|(?:comment|review|review_comment)\.body|pages.*\.page_name"
    r"|commits.*\.(?:message|author\.(?:email|name))|head_commit\.(?:message|author\.(?:email|name))"
    r"|blocked_user\.(?:name|email)|pull_request\.head\.(?:ref|label|repo\.default_branch)"
)
_SERIALISED = re.compile(r"(?i)tojson\s*\(\s*github(?:\.event)?\s*\)")
_EXPRESSION = re.compile(r"\$\{\{(.{0,2000}?)\}\}", re.DOTALL)
_SCOPES = frozenset(("statuses", "checks", "security-events", "deployments", "contents", "packages", "actions"))

# One job that uses all of these actions and has a line with each pair of words, in their order, publishes a package.
_PACKAGING: tuple[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], ...] = (
    (("actions/setup-node",), (("npm", "publish"),)),
    (("actions/setup-java",), (("mvn", "deploy"),)),
    (("actions/setup-java",), (("gradle", "publish"),)),
    ((), (("sbt", "ci-release"),)),
    ((), (("gem", "push"),)),
    ((), (("nuget", "push"),)),
    ((), (("docker", "push"),)),
    (("docker/build-push-action",), ()),
    (("pypa/gh-action-pypi-publish",), ()),
    (("relekang/python-semantic-release",), ()),
    (("goreleaser/goreleaser-action",), ()),
    ((), (("cargo", "publish"),)),
    (("imjasonh/setup-ko", "ko-build/setup-ko"), ()),
    ((), (("npx", "semantic-release"),)),
    (("erlef/setup-elixir",), (("hex", "publish"),)),
)
_COMMAND = re.compile(r"[^\n;&|]+")
_INSTALLS = re.compile(r"\bpip3?\s+install\b|\bnpm\s|\bgo\s+(?:get|install)\b")
_WORD = re.compile(r"""(?:[^\s"']+|"[^"]*"|'[^']*')+""")
_SEMVER = re.compile(r"v\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$|[0-9A-Fa-f]{40,}$")
_MAX_WORDS = 400


def _fact(check: str, value: str, line: int) -> Declaration:
    return Declaration("fact", value, line, f"scorecard.{check}", SCORECARD)


def workflow_facts(tree: Tree, triggers: frozenset[str]) -> list[Declaration]:
    """What counts in one workflow."""
    found = list(_permissions(tree))
    watched = bool(triggers & {"pull_request_target", "workflow_run"})
    for job in tree.table("jobs"):
        base = ("jobs", job)
        uses: list[str] = []
        runs: list[str] = []
        for index in range(len(tree.items(*base, "steps"))):
            step = (*base, "steps", str(index))
            used = tree.text(*step, "uses")
            if used:
                uses.append(used.partition("@")[0])
                if watched and "actions/checkout" in used:
                    found += _checkout(tree, step)
                continue
            script = tree.text(*step, "run")[:MAX_SCRIPT_CHARS]
            if script:
                runs.append(script)
                line = tree.line(*step, "run")
                found += _injections(script, line)
                found += commands(script, line)
        if any(_has_all(uses, runs, *wanted) for wanted in _PACKAGING):
            found.append(_fact("packaging", job, tree.line(*base)))
    return found


def _has_all(uses: list[str], runs: list[str], actions: tuple[str, ...], pairs: tuple[tuple[str, str], ...]) -> bool:
    if not all(action in uses for action in actions):
        return False
    return all(any(_stand_in(run, *pair) for run in runs) for pair in pairs)


def _stand_in(script: str, first: str, second: str) -> bool:
    """Whether a line has both words, the second behind the first."""
    if first not in script or second not in script:
        return False
    return any(second in line.partition(first)[2] for line in script.splitlines())


def _permissions(tree: Tree) -> Iterator[Declaration]:
    """`undeclared`, `write-all` or the scopes that are written, for the whole and for jobs."""
    if "permissions" not in tree.table():
        yield _fact("permissions", "top undeclared", 1)
    yield from _written(tree, ("permissions",), "top")
    for job in tree.table("jobs"):
        if "permissions" not in tree.table("jobs", job):
            yield _fact("permissions", "job undeclared", tree.line("jobs", job))
        yield from _written(tree, ("jobs", job, "permissions"), "job")


def _written(tree: Tree, keys: tuple[str, ...], where: str) -> Iterator[Declaration]:
    if tree.text(*keys) not in ("", "read-all"):
        yield _fact("permissions", f"{where} write-all", tree.line(*keys))
    for scope in tree.table(*keys):
        if scope in _SCOPES and tree.text(*keys, scope).lower() == "write":
            yield _fact("permissions", f"{where} {scope}", tree.line(*keys, scope))


def _checkout(tree: Tree, step: tuple[str, ...]) -> Iterator[Declaration]:
    wanted = tree.text(*step, "with", "ref")
    if "github.event.pull_request" in wanted or "github.event.workflow_run" in wanted:
        yield _fact("dangerous-workflow", "untrusted checkout", tree.line(*step, "uses"))


def _injections(script: str, line: int) -> Iterator[Declaration]:
    if "${{" not in script:
        return
    for found in _EXPRESSION.finditer(script):
        variable = found[1]
        if (
            "github.head_ref" in variable
            or _SERIALISED.search(variable)
            or ("github.event." in variable and _UNTRUSTED.search(variable))
        ):
            yield _fact("dangerous-workflow", "script injection", line)


def commands(script: str, line: int) -> Iterator[Declaration]:
    """Downloads that are run, and installations by pip, npm and go: pinned by hash or not."""
    script = script[:MAX_SCRIPT_CHARS]
    if ("|" in script or "(" in script) and PIPED.search(script):
        yield _fact("pinned", "download unpinned", line)
    if not _INSTALLS.search(script):
        return
    for part in _COMMAND.findall(script.replace("\\\n", " ")):
        words = _WORD.findall(part)[:_MAX_WORDS]
        while words and (words[0] in ("sudo", "-E", "exec", "time") or re.match(r"\w+=", words[0])):
            words.pop(0)
        if len(words) > 3 and words[0].startswith("python") and words[1:3] == ["-m", "pip"]:
            words = words[2:]
        if len(words) < 2:
            continue
        program = words[0].rpartition("/")[2]
        if program in ("pip", "pip3") and words[1] == "install":
            yield _fact("pinned", f"pip {_state(_pip_is_pinned(words[2:]))}", line)
        elif program == "npm" and {"install", "i", "install-test", "update", "ci"} & set(words[1:]):
            yield _fact("pinned", f"npm {_state('ci' in words)}", line)
        elif program == "go" and len(words) > 2 and words[1] in ("get", "install"):
            yield _fact("pinned", f"go {_state(_go_is_pinned(words[2:]))}", line)


def _state(pinned: bool) -> str:
    return "pinned" if pinned else "unpinned"


def _pip_is_pinned(words: list[str]) -> bool:
    if "--require-hashes" in words:
        return True
    if "-e" in words or "--editable" in words:
        return "--no-deps" in words and not any(re.match(r"(?:git|svn|hg|bzr)", word) for word in words)
    packages = [word for word in words if not word.startswith("-")]
    return bool(packages) and all(word.endswith(".whl") for word in packages)


def _go_is_pinned(words: list[str]) -> bool:
    packages = [word for word in words if not word.startswith("-")]
    if "-insecure" in words or not packages:
        return not packages
    package, mark, version = packages[0].partition("@")
    return not re.search(r"\w+\.\w+/\w+", package) or bool(mark and (version == "none" or _SEMVER.match(version)))
