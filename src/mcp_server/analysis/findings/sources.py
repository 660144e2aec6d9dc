"""Where findings come from in the facts of files and manifests, and how grave each is at its place."""

import re
from collections.abc import Iterator, Mapping

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.findings.judged import AGENT_FILE, judged
from plumbrule.mcp_server.analysis.findings.place import Place
from plumbrule.mcp_server.analysis.findings.severities import CI_MESSAGES, DANGERS, lowered
from plumbrule.mcp_server.analysis.inventory import is_aside, shows_only
from plumbrule.mcp_server.analysis.model import Licence, Severity
from plumbrule.mcp_server.analysis.risk_signs import escapes, has_hidden, is_pinned, licence_risks
from plumbrule.mcp_server.dependencies.manifests.dangers import DANGER

_OFFICIAL = ("actions/", "github/")
_VERSION = re.compile(r"v?\d")
_WRAPPERS = ("gradle-wrapper.jar", "maven-wrapper.jar")
_SEVERITY: dict[str, Severity] = {"high": "high", "medium": "medium", "low": "low"}


def secrets(deep: Deep) -> Iterator[Place]:
    """Committed secrets by their kind, never by their value. The value is no part of the fingerprint either: a short
    password could be guessed from it."""
    for path, index in deep.facts.items():
        aside = shows_only(path) if index.secrets else False
        for kind, line, shown in index.secrets:
            slight = aside or bool(shown)
            where = " in a test, example or document" if slight else ""
            message = f"a committed secret ({kind}){where}"
            yield Place("secret.committed", "low" if slight else "high", message, path, _int(line), str(kind))
    for entry in deep.gathered.inventory.env_files:
        severity: Severity = "low" if is_aside(entry.path) else "medium"
        yield Place("tree.env-file", severity, "an environment file is committed", entry.path)


def dangers(deep: Deep) -> Iterator[Place]:
    """Dangerous calls that extractors saw; less grave where nothing is shipped from."""
    for path, index in deep.facts.items():
        for use in index.uses() if index.raw_uses else ():
            if use.kind == "danger" and use.rule in DANGERS:
                severity, message = DANGERS[use.rule]
                weighed = "low" if _of_others(deep, path) else lowered(severity, path)
                yield Place(use.rule, weighed, message, path, use.line, use.value)


def _of_others(deep: Deep, path: str) -> bool:
    """Whether the path or the shape says that others wrote the file. What the repository itself says about it, in
    `.gitattributes` or in a header, makes nothing less grave."""
    file = deep.languages.get(path)
    return file is not None and (file.vendored in _OTHERS or file.generated in _OTHERS)


_OTHERS = frozenset(("vendored.folder", "vendored.file", "generated.folder", "generated.minified"))


def texts(deep: Deep) -> Iterator[Place]:
    """What tries to steer a reader, as far as it means something in its file; and the files written for agents."""
    for path, index in deep.facts.items():
        for row in index.texts:
            rule, severity, message, line, places = row[:5]
            weighed = judged(str(rule), _SEVERITY[str(severity)], path)
            if weighed is not None:
                often = f" ({places} places)" if _int(places) > 1 else ""
                mark = str(row[5]) if len(row) > 5 else ""
                yield Place(str(rule), weighed, f"{message}{often}", path, _int(line), mark)
    for entry in deep.gathered.inventory.files:
        if AGENT_FILE.search(entry.path):
            yield Place("agent.file", "low", "a file that gives instructions to coding agents", entry.path)


def manifests(deep: Deep) -> Iterator[Place]:
    """What CI definitions, containers and package manifests say."""
    for manifest in deep.gathered.manifests:
        aside = manifest.path in deep.gathered.aside
        for one in manifest.declarations:
            if one.field == "fact" and one.label == DANGER and not (aside and one.scope == "low"):
                severity: Severity = "low" if aside else _SEVERITY[one.scope]
                yield Place(one.rule, severity, CI_MESSAGES[one.rule], manifest.path, one.line, one.value)
            elif one.rule == "github-workflow.uses" and not is_pinned(one):
                yield _action(manifest.path, one.line, one.label, one.value)
            elif one.field == "fact" and one.label == "install_script" and not aside:
                message = "installing runs a script"
                yield Place("package-json.install-script", "low", message, manifest.path, one.line, one.value)
            elif one.field == "fact" and one.label == "foreign_index" and not aside:
                message = "dependencies come from an index or address of the repository's own choice"
                yield Place("requirements.index", "medium", message, manifest.path, one.line, one.value)


def _action(path: str, line: int, name: str, revision: str) -> Place:
    seen = f"{name}@{revision}"
    if name.startswith(_OFFICIAL):
        return Place("ci.unpinned-official-action", "low", "an official action by a tag or branch", path, line, seen)
    if revision and not _VERSION.match(revision):
        return Place("ci.unpinned-action", "medium", "an action of others by a branch", path, line, seen)
    return Place("ci.unpinned-action", "low", "an action of others by a tag", path, line, seen)


def tree(deep: Deep, links: Mapping[str, bytes]) -> Iterator[Place]:
    """What paths and links alone tell."""
    for entry in deep.gathered.inventory.programs:
        slight = is_aside(entry.path) or entry.path.endswith(_WRAPPERS)
        yield Place("tree.program", "low" if slight else "medium", "a compiled program or archive", entry.path)
    for path, target in links.items():
        if escapes(path, target):
            grave: Severity = "medium" if is_aside(path) else "high"
            yield Place("tree.symlink-escape", grave, "a symbolic link that points outside of the repository", path)
    for entry in deep.gathered.inventory.files:
        if not entry.path.isascii() and has_hidden(entry.path):
            message = "a file name with hidden or direction-changing characters"
            yield Place("tree.hidden-name", "high", message, entry.path)


def policy(deep: Deep, licence: Licence | None) -> Iterator[Place]:
    """What is missing or contradicts itself in the whole."""
    for risk in licence_risks(deep.gathered, licence):
        path, _, line = risk.evidence.at.rpartition(":")
        where = (path, int(line)) if path and line.isdigit() else (risk.evidence.at, 0)
        yield Place(risk.evidence.rule, risk.severity, risk.message, *where)
    if all(kind != "security" for kind, _ in deep.gathered.inventory.documents):
        yield Place("policy.no-security", "low", "no file says how to report a vulnerability", ".")


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
