"""What is dangerous in a GitHub Actions workflow: foreign code or words where secrets and write access are.

Sources of the rules: GitHub's guides "Security hardening for GitHub Actions" and "Keeping your GitHub Actions and
workflows secure" (parts 1 and 2), whose lists of untrusted contexts these are. Only what is sure from the one file.
"""

import re
from collections.abc import Iterator

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.manifests.dangers import MAX_SCRIPT_CHARS, Grade, danger, downloads, line_in
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.manifests.workflow_steps import (
    environment_files,
    evaluated_words,
    kept_token,
    written_password,
)
from plumbrule.mcp_server.dependencies.model import Declaration

_PRIVILEGED = frozenset(
    "pull_request_target workflow_run issue_comment issues discussion discussion_comment fork watch gollum".split()  # noqa: SIM905 - a list of words reads best as words
)
"""Triggers that strangers set off and that run with the repository's secrets and a token of its own."""

_PUBLIC = _PRIVILEGED | {"pull_request", "pull_request_review", "pull_request_review_comment"}

_EXPRESSION = re.compile(r"\$\{\{(.{1,2000}?)\}\}", re.DOTALL)
_UNTRUSTED = re.compile(
    r"\bgithub\s*\.\s*head_ref\b"
    r"|\bgithub\s*\.\s*event\s*\.\s*(?:"
    r"(?:issue|pull_request|discussion|comment|review|review_comment|discussion_comment)\s*\.\s*(?:title|body)\b"
    r"|pull_request\s*\.\s*head\s*\.\s*(?:ref|label|repo\s*\.\s*(?:default_branch|description|homepage))\b"
    r"|(?:head_commit|commits\S{0,20}?)\s*\.\s*(?:message|author\s*\.\s*(?:email|name)|committer\s*\.\s*(?:email|name))\b"
    r"|pages\S{0,20}?\s*\.\s*page_name\b"
    r"|workflow_run\s*\.\s*(?:head_branch|display_title|head_repository\s*\.\s*description"
    r"|head_commit\s*\.\s*(?:message|author\s*\.\s*(?:email|name)|committer\s*\.\s*(?:email|name))"
    r"|pull_requests\S{0,20}?\s*\.\s*head\s*\.\s*ref)\b"
    r"|changes\s*\.\s*\w+\s*\.\s*from\b)"
    r"|(?i:tojson)\s*\(\s*github(?:\s*\.\s*event)?\s*\)"
)
"""Words that a stranger chooses."""

_INPUT = re.compile(r"\binputs\s*\.\s*([\w-]+)")
_OF_WRITERS = re.compile(r"\bgithub\s*\.\s*(?:event\s*\.\s*client_payload|ref_name\b)")
"""What whoever may write to the repository chooses: the payload of a dispatch, the name of a branch or tag."""

_ENV = re.compile(r"\benv\s*\.\s*([\w-]+)")
_HARMLESS = re.compile(
    # What an expression only asks: a comparison, a search or a hash gives no stranger's words on.
    r"'(?:[^']|'')*'|\b(?:contains|startsWith|endsWith|hashFiles)\s*\((?:[^()]|\([^()]*\))*\)"
    r"|(?<![\w.*\[\]-])[\w.*\[\]-]+\s*(?:==|!=|<=?|>=?)\s*(?:'(?:[^']|'')*'|[\w.*\[\]-]+)"
)
_TYPED_INPUTS = frozenset(("boolean", "number", "choice", "environment"))

_HEAD = re.compile(
    r"github\.event\.pull_request\.(?:head\b|number\b|merge_commit_sha\b)|github\.head_ref|refs/pull/|github\.event\.number\b"
    r"|github\.event\.workflow_run\.(?:head_(?:sha|branch|commit|repository)|pull_requests)|github\.event\.issue\.number"
)
_FETCH_HEAD = re.compile(
    r"\bgh\s+pr\s+checkout\b|git\s+(?:fetch|pull|checkout)\b[^\n]{0,200}(?:pull/|pull_request\.head|head_ref)"
)
_OWN_ONLY = re.compile(
    r"head\.repo\.(?:full_name|fork|owner\.login)|head_repository\.(?:full_name|fork|owner\.login)"
    r"|\.merged\b|workflow_run\.event\s*==\s*'(?:push|schedule|release|workflow_dispatch|merge_group)'"
    r"|author_association|github\.event\.workflow_run\.head_branch\s*=="
)
"""Conditions of a job that keep strangers' code out."""

_GUARDED = re.compile(r"\.label|labels|labeled|author_association|permission")
_BOT = re.compile(r"github\.(?:actor|triggering_actor)\s*==\s*'[\w-]+\[bot\]'")
_SCRIPT_INPUTS = {
    "actions/github-script": "script",
    "azure/powershell": "inlineScript",
    "azure/cli": "inlineScript",
    "appleboy/ssh-action": "script",
    "amadevus/pwsh-script": "script",
    "jannekem/run-python-script-action": "script",
    "nick-fields/retry": "command",
    "addnab/docker-run-action": "run",
}
"""Inputs of well-known actions that are run as code."""


MAX_CONDITION_CHARS = 4000


@dataclass(frozen=True, slots=True)
class _Workflow:
    tree: Tree
    triggers: frozenset[str]
    inputs: frozenset[str]
    """Inputs whose text the caller may choose freely."""
    tainted: frozenset[str]
    """Variables of the workflow that hold a stranger's words."""

    def grade_of_words(self) -> Grade:
        """How grave a stranger's words in a script are: only some triggers run with more than a reader's rights."""
        if self.triggers & _PRIVILEGED:
            return "high"
        return "medium"


def workflow_dangers(tree: Tree, triggers: frozenset[str]) -> list[Declaration]:
    """The dangers of one workflow, top to bottom."""
    flow = _Workflow(tree, triggers, _free_inputs(tree, triggers), _tainted(tree, ()))
    found = list(_permissions(flow))
    found += _insecure_commands(tree, ())
    for trigger in ("pull_request_target", "workflow_run"):
        if trigger in triggers:
            grade: Grade = "medium" if trigger == "pull_request_target" else "low"
            rule = f"ci.{trigger.replace('_', '-')}"
            found.append(danger(rule, grade, trigger, tree.line("on", trigger)))
    told: set[str] = set()
    for job in tree.table("jobs"):
        for one in _job(flow, job):
            if one.rule != "ci.input-in-script" or one.value not in told:  # the same input in every job says no more
                found.append(one)
            told.add(one.value)
    return found


def _insecure_commands(tree: Tree, keys: tuple[str, ...]) -> list[Declaration]:
    at = (*keys, "env", "ACTIONS_ALLOW_UNSECURE_COMMANDS")
    if tree.text(*at).lower() not in ("true", "1"):
        return []
    return [danger("ci.insecure-commands", "medium", "ACTIONS_ALLOW_UNSECURE_COMMANDS", tree.line(*at))]


def action_dangers(tree: Tree) -> list[Declaration]:
    """The dangers of a composite action: every input is a text of the caller's choice."""
    flow = _Workflow(tree, frozenset(), frozenset(tree.table("inputs")), frozenset())
    found: list[Declaration] = []
    for index in range(len(tree.items("runs", "steps"))):
        step = ("runs", "steps", str(index))
        found += _scripts(flow, step, _tainted(tree, step))
        found += _insecure_commands(tree, step)
    return found


def _free_inputs(tree: Tree, triggers: frozenset[str]) -> frozenset[str]:
    free: set[str] = set()
    for trigger in ("workflow_dispatch", "workflow_call"):
        if trigger in triggers:
            for name in tree.table("on", trigger, "inputs"):
                if tree.text("on", trigger, "inputs", name, "type") not in _TYPED_INPUTS:
                    free.add(name)
    return frozenset(free)


def _tainted(tree: Tree, keys: tuple[str, ...]) -> frozenset[str]:
    names = tree.table(*keys, "env")
    return frozenset(name for name in names if _words_of_strangers(tree.text(*keys, "env", name)))


def _words_of_strangers(text: str) -> str:
    """The first expression of `text` that gives a stranger's words on, "" when there is none."""
    if "${{" not in text:
        return ""
    for found in _EXPRESSION.finditer(text[:MAX_SCRIPT_CHARS]):
        if _UNTRUSTED.search(_HARMLESS.sub("''", found[1])):
            return found[0]
    return ""


def _permissions(flow: _Workflow) -> Iterator[Declaration]:
    tree = flow.tree
    jobs = tree.table("jobs")
    if tree.text("permissions") == "write-all":
        yield danger("ci.write-all", "medium", "write-all", tree.line("permissions"))
    elif tree.at("permissions") is None and "permissions" not in tree.table():
        silent = [job for job in jobs if "permissions" not in tree.table("jobs", job)]
        if silent and flow.triggers != frozenset(("workflow_call",)):
            yield danger("ci.default-permissions", "low", "no permissions", tree.line("jobs", silent[0]))
    elif len(jobs) > 1:
        for scope in tree.table("permissions"):
            if tree.text("permissions", scope) == "write" and scope in _TELLING_SCOPES:
                line = tree.line("permissions", scope)
                yield danger("ci.broad-permissions", "low", f"{scope}: write", line)
    for job in jobs:
        if tree.text("jobs", job, "permissions") == "write-all":
            yield danger("ci.write-all", "medium", f"{job}: write-all", tree.line("jobs", job, "permissions"))


_TELLING_SCOPES = frozenset(("contents", "packages", "actions", "deployments", "id-token", "attestations"))


def _job(flow: _Workflow, job: str) -> Iterator[Declaration]:
    tree, base = flow.tree, ("jobs", job)
    condition = tree.text(*base, "if")[:MAX_CONDITION_CHARS]
    yield from _runner(flow, base)
    for image in (
        ("container",),
        ("container", "image"),
        *(("services", s, "image") for s in tree.table(*base, "services")),
    ):
        named = tree.text(*base, *image)
        if named and "@sha256:" not in named and "${{" not in named:
            yield danger("ci.unpinned-image", "low", named, tree.line(*base, *image))
    if tree.text(*base, "secrets") == "inherit" and not tree.text(*base, "uses").startswith(("./", "$/")):
        yield danger("ci.secrets-inherit", "medium", tree.text(*base, "uses"), tree.line(*base, "secrets"))
    yield from written_password(tree, base)
    yield from kept_token(tree, base)
    yield from _insecure_commands(tree, base)
    tainted = flow.tainted | _tainted(tree, base)
    checkouts: list[Declaration] = []
    cached = 0
    for index in range(len(tree.items(*base, "steps"))):
        step = (*base, "steps", str(index))
        both = f"{condition} {tree.text(*step, 'if')[:MAX_CONDITION_CHARS]}"
        inside = tainted | _tainted(tree, step)
        yield from _scripts(flow, step, inside)
        yield from _insecure_commands(tree, step)
        yield from evaluated_words(tree, step, inside, flow.grade_of_words())
        if flow.triggers & _PRIVILEGED:
            yield from environment_files(tree, step, inside, of_artifacts="workflow_run" in flow.triggers)
        checkouts += _foreign_checkout(flow, step, both)
        used = tree.text(*step, "uses")
        if checkouts and (used.startswith("actions/cache") or tree.text(*step, "with", "cache") not in ("", "false")):
            cached = cached or tree.line(*step, "uses")
        if flow.triggers & _PRIVILEGED and (bot := _BOT.search(both)):
            yield danger("ci.spoofable-actor", "medium", bot[0], tree.line(*step))
            condition = _BOT.sub("", condition)  # once a job
        text = " ".join((tree.text(*step, "run"), *(tree.text(*step, "env", one) for one in tree.table(*step, "env"))))
        if re.search(r"(?i)tojson\s*\(\s*secrets\s*\)", text):
            yield danger("ci.all-secrets", "medium", "toJSON(secrets)", tree.line(*step))
    yield from checkouts
    if cached and checkouts and checkouts[0].scope == "high":
        yield danger("ci.cache-poisoning", "high", f"cache in {job}", cached)


def _runner(flow: _Workflow, base: tuple[str, ...]) -> Iterator[Declaration]:
    labels = [flow.tree.text(*base, "runs-on"), *(text for text, _ in flow.tree.strings(*base, "runs-on"))]
    labels += [text for text, _ in flow.tree.strings(*base, "runs-on", "labels")]
    if "self-hosted" in labels and flow.triggers & _PUBLIC:
        yield danger("ci.self-hosted-runner", "medium", " ".join(labels), flow.tree.line(*base, "runs-on"))


def _foreign_checkout(flow: _Workflow, step: tuple[str, ...], condition: str) -> list[Declaration]:
    """A step that brings a stranger's code beside the repository's secrets."""
    tree = flow.tree
    if not flow.triggers & {"pull_request_target", "workflow_run", "issue_comment"} or _OWN_ONLY.search(condition):
        return []
    used, seen, line = tree.text(*step, "uses"), "", tree.line(*step, "uses")
    if used.partition("@")[0].endswith("checkout"):
        wanted = f"{tree.text(*step, 'with', 'ref')} {tree.text(*step, 'with', 'repository')}"
        seen = wanted if _HEAD.search(wanted) else ""
    elif fetched := _FETCH_HEAD.search(tree.text(*step, "run")):
        seen, line = fetched[0], line_in(tree.text(*step, "run"), tree.line(*step, "run"), fetched.start())
    if not seen:
        return []
    guarded = _GUARDED.search(condition) or tree.at(*step[:2], "environment") is not None
    guarded = guarded or "labeled" in [text for text, _ in tree.strings("on", "pull_request_target", "types")]
    only_comments = "issue_comment" in flow.triggers and not flow.triggers & {"pull_request_target", "workflow_run"}
    return [danger("ci.target-checkout", "medium" if guarded or only_comments else "high", seen.strip(), line)]


def _scripts(flow: _Workflow, step: tuple[str, ...], tainted: frozenset[str]) -> Iterator[Declaration]:
    tree = flow.tree
    action = tree.text(*step, "uses").partition("@")[0].lower()
    keys = (*step, "with", _SCRIPT_INPUTS[action]) if action in _SCRIPT_INPUTS else (*step, "run")
    script = tree.text(*keys)
    if not script:
        return
    line = tree.line(*keys)
    yield from downloads(script, line, "ci.download-run")
    if "${{" not in script:
        return
    told: set[str] = set()
    for found in _EXPRESSION.finditer(script[:MAX_SCRIPT_CHARS]):
        seen = " ".join(found[1].split())
        asked = _HARMLESS.sub("''", found[1])
        if seen in told:
            continue
        told.add(seen)
        place = line_in(script, line, found.start())
        if _UNTRUSTED.search(asked) or any(name in tainted for name in _ENV.findall(asked)):
            yield danger("ci.script-injection", flow.grade_of_words(), seen, place)
        elif any(name in flow.inputs for name in _INPUT.findall(asked)) or _OF_WRITERS.search(asked):
            yield danger("ci.input-in-script", "low", seen, place)
