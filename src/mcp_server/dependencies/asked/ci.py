"""What CI definitions and hooks pull in: actions, reusable workflows, images, orbs, hook repositories."""

import re

from plumbrule.mcp_server.dependencies.asked.docker import image
from plumbrule.mcp_server.dependencies.asked.pep508 import requirement
from plumbrule.mcp_server.dependencies.manifests.texts import yaml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement, Unread


def workflow(file: ManifestText) -> Reading:
    """A GitHub workflow: jobs' and steps' `uses`, containers, services. A local action is no dependency."""
    tree, found = yaml_tree(file.raw), Reading()
    for job in tree.table("jobs"):
        base = ("jobs", job)
        _used(found, tree, (*base, "uses"))
        for keys in ((*base, "container"), (*base, "container", "image")):
            _image(found, tree, keys, "github-workflow.image")
        for service in tree.table(*base, "services"):
            _image(found, tree, (*base, "services", service, "image"), "github-workflow.image")
        _steps(found, tree, (*base, "steps"))
    return once(found)


def once(found: Reading) -> Reading:
    """Each package and pin once, where it stands first: thirty jobs that check out ask for one action."""
    kept: dict[tuple[str, str, str], Requirement] = {}
    for one in found.asked:
        kept.setdefault((one.ecosystem, one.name, one.constraint), one)
    found.asked = sorted(kept.values(), key=lambda one: one.line)
    return found


def action(file: ManifestText) -> Reading:
    """`action.yml`: a composite action's steps, a container action's image."""
    tree, found = yaml_tree(file.raw), Reading()
    _steps(found, tree, ("runs", "steps"))
    text = tree.text("runs", "image")
    if text.startswith("docker://"):
        line = tree.line("runs", "image")
        found.asked.append(image(text[9:], line, "github-workflow.image", "ci")._replace(ecosystem="docker"))
    return once(found)


def _steps(found: Reading, tree: Tree, keys: tuple[str, ...]) -> None:
    for index in range(len(tree.items(*keys))):
        _used(found, tree, (*keys, str(index), "uses"))


def _used(found: Reading, tree: Tree, keys: tuple[str, ...]) -> None:
    text, line = tree.text(*keys), tree.line(*keys)
    if text.startswith("docker://"):
        one = image(text[9:], line, "github-workflow.image", "ci")
        found.asked.append(one._replace(ecosystem="docker"))
    elif text and not text.startswith("."):
        name, _, revision = text.partition("@")
        found.asked.append(Requirement(name, revision, line, "github-workflow.uses", "ci"))


def _image(found: Reading, tree: Tree, keys: tuple[str, ...], rule: str) -> None:
    text = tree.text(*keys)
    if text and "${{" not in text:
        one = image(text, tree.line(*keys), rule, "ci")
        found.asked.append(one._replace(ecosystem="docker"))


def gitlab_ci(file: ManifestText) -> Reading:
    """`.gitlab-ci.yml`: images and services, of all jobs and of each."""
    tree, found = yaml_tree(file.raw), Reading()
    places = [(), ("default",), *((job,) for job in tree.table() if tree.table(job))]
    for base in places:
        for keys in ((*base, "image"), (*base, "image", "name")):
            _gitlab_image(found, tree, keys)
        for index in range(len(tree.items(*base, "services"))):
            for keys in ((*base, "services", str(index)), (*base, "services", str(index), "name")):
                _gitlab_image(found, tree, keys)
    return found


def _gitlab_image(found: Reading, tree: Tree, keys: tuple[str, ...]) -> None:
    text = tree.text(*keys)
    if text:
        one = image(text, tree.line(*keys), "gitlab-ci.image", "ci")
        found.asked.append(one._replace(ecosystem="docker"))


def circleci(file: ManifestText) -> Reading:
    """`.circleci/config.yml`: orbs, and the images of jobs and executors."""
    tree, found = yaml_tree(file.raw), Reading()
    for orb in tree.table("orbs"):
        text = tree.text("orbs", orb)
        if text:
            name, _, version = text.partition("@")
            line = tree.line("orbs", orb)
            found.asked.append(Requirement(name, version, line, "circleci.orb", "ci", alias=orb))
    for kind in ("jobs", "executors"):
        for job in tree.table(kind):
            for index in range(len(tree.items(kind, job, "docker"))):
                keys = (kind, job, "docker", str(index), "image")
                if text := tree.text(*keys):
                    one = image(text, tree.line(*keys), "circleci.image", "ci")
                    found.asked.append(one._replace(ecosystem="docker"))
    return found


MAX_CONTAINERS = 200
"""Of the resources of one pipeline."""


def azure(file: ManifestText) -> Reading:
    """`azure-pipelines.yml`: container resources, containers of jobs at any depth of stages."""
    tree, found = yaml_tree(file.raw), Reading()
    for index in range(len(tree.items("resources", "containers"))):
        _image(found, tree, ("resources", "containers", str(index), "image"), "azure-pipelines.image")
    named = {tree.text("resources", "containers", str(at), "container") for at in range(MAX_CONTAINERS)}
    jobs: list[tuple[str, ...]] = [()]
    jobs += [("jobs", str(at)) for at in range(len(tree.items("jobs")))]
    for stage in range(len(tree.items("stages"))):
        base = ("stages", str(stage), "jobs")
        jobs += [(*base, str(at)) for at in range(len(tree.items(*base)))]
    for job in jobs:
        for keys in ((*job, "container"), (*job, "container", "image")):
            if tree.text(*keys) not in named:
                _image(found, tree, keys, "azure-pipelines.image")
    return once(found)


def bitbucket(file: ManifestText) -> Reading:
    """`bitbucket-pipelines.yml`: the images of all steps and services, and the pipes, which are images too."""
    tree, found = yaml_tree(file.raw), Reading()
    for keys in [keys for keys in tree.lines if keys[-1:] in (("image",), ("pipe",))]:
        text = tree.text(*keys) or tree.text(*keys, "name")
        if text and "$" not in text:
            rule = f"bitbucket-pipelines.{keys[-1]}"
            one = image(text.removeprefix("docker://"), tree.line(*keys), rule, "ci")
            found.asked.append(one._replace(ecosystem="docker"))
    return once(found)


def pre_commit(file: ManifestText) -> Reading:
    """The repositories of hooks; what hooks bring further is of no known ecosystem unless the hook says so."""
    tree, found = yaml_tree(file.raw), Reading()
    for index in range(len(tree.items("repos"))):
        keys = ("repos", str(index))
        name = tree.text(*keys, "repo")
        if name and name not in ("local", "meta", "builtin"):
            line = tree.line(*keys, "repo")
            constraint = tree.text(*keys, "rev") or tree.text(*keys, "sha")
            found.asked.append(Requirement(re.sub(r"\.git/?$", "", name), constraint, line, "pre-commit.repo", "ci"))
        for hook in range(len(tree.items(*keys, "hooks"))):
            _additional(found, tree, (*keys, "hooks", str(hook)))
    return found


_NODE = re.compile(r"(@[\w.-]+/[\w.-]+|[a-z][\w.-]*)@([\w.^~*+-]+)$")


def _additional(found: Reading, tree: Tree, hook: tuple[str, ...]) -> None:
    """`additional_dependencies`: by the hook's language, else by how they are written, all of a hook alike.

    A bare name without a language stays unread: pip and npm both have it.
    """
    listed = list(tree.strings(*hook, "additional_dependencies"))
    language = tree.text(*hook, "language")
    texts = [text for text, _ in listed]
    node = language == "node" or any(_NODE.match(text) or text.startswith("@") for text in texts)
    python = language == "python" or any(re.search(r"[=<>~!]=|[<>\[]", text) for text in texts)
    for text, line in listed:
        if node and not language.startswith("python"):
            split = _NODE.match(text)
            name, version = (split[1], split[2]) if split else (text, "")
            one = Requirement(name, version, line, "pre-commit.additional", "ci", ecosystem="javascript")
        elif python and (read := requirement(text, line, "pre-commit.additional", "ci")):
            one = read._replace(ecosystem="python")
        else:
            found.not_read.append(Unread(line, "pre-commit.no-language"))
            continue
        found.asked.append(one)
