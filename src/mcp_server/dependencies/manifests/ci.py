"""CI definitions: names, triggers, and what they pull in (actions and images with their pins)."""

import re

from plumbrule.mcp_server.dependencies.manifests.pipeline_dangers import azure_dangers, circle_dangers, gitlab_dangers
from plumbrule.mcp_server.dependencies.manifests.scorecard_facts import workflow_facts
from plumbrule.mcp_server.dependencies.manifests.texts import yaml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.manifests.workflow_dangers import action_dangers, workflow_dangers
from plumbrule.mcp_server.dependencies.model import CI_SCOPE, Declaration, ManifestText

_TESTS = re.compile(
    r"(?:[A-Z][A-Z0-9_]*=[^\s$]+ |sudo |time |xvfb-run (?:-\S+ )*)*"
    r"(?:(?:uv|poetry|pdm|hatch|pipenv|rye) run (?:-\S+ )*|python3? -m )?"
    r"(?:pytest|tox|nox|hatch test|unittest|cargo (?:nextest run|test)|go test|g?make (?:-\S+ )*(?:\S*test\S*|check)|"
    r"(?:npm|yarn|pnpm|bun|deno)(?: run| task)? test\S*|ctest|meson test|bats|rspec|"
    r"bundle exec (?:rspec|rake(?: test)?)|"
    r"(?:mvn|\./mvnw|gradle|\./gradlew) (?:\S+ )*(?:test|check|verify)|dotnet test|swift test|mix test|sbt test|"
    r"composer (?:run )?test|(?:\./)?vendor/bin/(?:phpunit|pest)|\./runtest\S*|\./tests?(?:\.sh)?|just test|task test)"
    r"(?:\s[^|;&<>$`\\]*)?"
)
"""A shell line that does nothing but run tests; one with variables or pipes is no command to hand on."""

_NARROWED = re.compile(
    r"\s\./(?!\.\.\.)\S|\s(?:-p|-k|--(?:doc|package|test|bin|bins|lib|example|examples|bench|benches|manifest-path|filter|project))\b"
)
"""Options that pick some of the tests: such a line does not say how the whole is tested."""

_MAX_COMMAND_CHARS = 120

# Words of `.gitlab-ci.yml` that are settings and not jobs (docs.gitlab.com/ci/yaml).
_GITLAB_WORDS = frozenset(
    "default include stages variables workflow image services cache before_script after_script spec pages".split()  # noqa: SIM905 - a list of words reads best as words
)


def github_workflow(file: ManifestText) -> list[Declaration]:
    """A GitHub Actions workflow: name, triggers, actions as written, and the facts that the risk rules judge."""
    tree = yaml_tree(file.raw)
    found: list[Declaration] = []
    if name := tree.text("name"):
        found.append(Declaration("name", name, tree.line("name"), "github-workflow"))
    triggers = [tree.text("on")] if tree.text("on") else [text for text, _ in tree.strings("on")]
    for trigger in triggers or list(tree.table("on")):
        line = tree.line("on", trigger)
        found.append(Declaration("trigger", trigger, line, "github-workflow.on"))
    for job in tree.table("jobs"):
        found += _job(tree, job)
    events = frozenset(one.value for one in found if one.field == "trigger")
    return [*found, *workflow_dangers(tree, events), *workflow_facts(tree, events)]


def github_action(file: ManifestText) -> list[Declaration]:
    """`action.yml`: what a composite action uses, and its dangers; its name is of no component."""
    tree = yaml_tree(file.raw)
    found: list[Declaration] = []
    for index in range(len(tree.items("runs", "steps"))):
        keys = ("runs", "steps", str(index), "uses")
        if used := tree.text(*keys):
            found.append(_action(used, tree.line(*keys)))
    return [*found, *action_dangers(tree)]


def _job(tree: Tree, job: str) -> list[Declaration]:
    found: list[Declaration] = []
    base = ("jobs", job)
    if used := tree.text(*base, "uses"):
        found.append(_action(used, tree.line(*base, "uses")))
    for index in range(len(tree.items(*base, "steps"))):
        step = (*base, "steps", str(index))
        used = tree.text(*step, "uses")
        line = tree.line(*step, "uses")
        if used:
            found.append(_action(used, line))
        if tree.at(*step, "working-directory") is None:
            found += _tests(tree.text(*step, "run"), tree.line(*step, "run"))
    return found


def _tests(run: str, line: int) -> list[Declaration]:
    """The lines of a step that run tests, as commands; in a block they begin below the key."""
    below = int("\n" in run.strip("\n") or run.endswith("\n"))
    found: list[Declaration] = []
    for number, text in enumerate(run.split("\n")):
        command = text.strip()
        if len(command) <= _MAX_COMMAND_CHARS and _TESTS.fullmatch(command) and not _NARROWED.search(command):
            found.append(Declaration("command", command, line + below + number, "github-workflow.run", "", "test"))
    return found


def _action(used: str, line: int) -> Declaration:
    name, _, revision = used.partition("@")
    return Declaration("dependency", revision, line, "github-workflow.uses", name, CI_SCOPE)


def gitlab_ci(file: ManifestText) -> list[Declaration]:
    """`.gitlab-ci.yml`: its jobs."""
    tree = yaml_tree(file.raw)
    jobs = [
        Declaration("fact", job, tree.line(job), "gitlab-ci.job", "job")
        for job in tree.table()
        if job not in _GITLAB_WORDS and not job.startswith(".") and tree.table(job)
    ]
    return [*jobs, *gitlab_dangers(tree)]


def circleci(file: ManifestText) -> list[Declaration]:
    """`.circleci/config.yml`: its jobs and orbs."""
    tree = yaml_tree(file.raw)
    found = [Declaration("fact", job, tree.line("jobs", job), "circleci.job", "job") for job in tree.table("jobs")]
    for orb in tree.table("orbs"):
        name, _, version = tree.text("orbs", orb).partition("@")
        found.append(Declaration("dependency", version, tree.line("orbs", orb), "circleci.orb", name, CI_SCOPE))
    return [*found, *circle_dangers(tree)]


def azure(file: ManifestText) -> list[Declaration]:
    """`azure-pipelines.yml`: what starts it."""
    tree = yaml_tree(file.raw)
    triggers = [
        Declaration("trigger", key, tree.line(key), "azure-pipelines")
        for key in ("trigger", "pr", "schedules")
        if tree.at(key) is not None and tree.text(key) != "none"
    ]
    return [*triggers, *azure_dangers(tree)]
