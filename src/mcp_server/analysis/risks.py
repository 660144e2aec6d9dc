"""What to look at before depending on it. Each rule says only what was seen, with the place; most severe first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from plumbrule.core.security.secrets import Finding, find_secrets, is_documented
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.inventory import is_aside, shows_only
from plumbrule.mcp_server.analysis.model import Licence, Risk, Severity
from plumbrule.mcp_server.analysis.risk_signs import escapes, has_hidden, is_pinned, licence_risks
from plumbrule.mcp_server.analysis.words import evidence
from plumbrule.mcp_server.dependencies.manifests.dangers import DANGER
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest

_SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
_WRAPPERS = ("/gradle-wrapper.jar", "/maven-wrapper.jar")
"""What every project that builds by Gradle or Maven carries."""
MAX_SECRET_RISKS = 200


def risks_of(
    gathered: Gathered, licence: Licence | None, secrets: Iterable[Risk], links: Mapping[str, bytes]
) -> tuple[Risk, ...]:
    """Every risk, by severity, then rule, then place. `links` holds the targets of symbolic links by path."""
    found = [
        *licence_risks(gathered, licence),
        *_gathered_secrets(secrets),
        *_ci_risks(gathered),
        *_tree_risks(gathered, links),
        *_manifest_risks(gathered),
        *_text_risks(gathered),
    ]
    return tuple(sorted(found, key=lambda one: (_SEVERITIES.index(one.severity), one.evidence.rule, one.evidence.at)))


def secrets_in(path: str, raw: bytes) -> list[Risk]:
    """The secrets in one file by rule and line; never what they are. Less severe among tests and examples."""
    text = raw.decode("utf-8", "replace")
    aside = shows_only(path)
    return [_secret(path, text, one, aside=aside or is_documented(text, one.start)) for one in find_secrets(text)]


def secrets_known(path: str, rows: Sequence[Sequence[object]]) -> list[Risk]:
    """The same from the facts of a file: [rule, line, shown] for each."""
    aside = shows_only(path)
    return [_secret_at(path, str(rule), int(str(line)), aside=aside or bool(shown)) for rule, line, shown in rows]


def _secret(path: str, text: str, one: Finding, *, aside: bool) -> Risk:
    return _secret_at(path, one.rule, text.count("\n", 0, one.start) + 1, aside=aside)


def _secret_at(path: str, rule: str, line: int, *, aside: bool) -> Risk:
    severity: Severity = "low" if aside else "high"
    where = " in a test, example or document" if aside else ""
    return Risk(severity, f"a committed secret ({rule}){where}", evidence(path, "secret.committed", line))


def _gathered_secrets(secrets: Iterable[Risk]) -> Iterator[Risk]:
    """Each grave one by itself; those among tests, examples and documents together, at the place of the first."""
    slight: list[Risk] = []
    for one in secrets:
        if one.severity == "low":
            slight.append(one)
        else:
            yield one
    if slight:
        first = min(slight, key=lambda one: one.evidence.at)
        yield replace(first, count=len(slight))


def _ci_risks(gathered: Gathered) -> Iterator[Risk]:
    """Of each kind one, at its first place: a card has room for the kinds, not for the places."""
    unpinned: list[tuple[Manifest, Declaration]] = []
    kinds: dict[str, list[tuple[Manifest, Declaration]]] = {}
    for manifest in gathered.manifests:
        if manifest.rule.kind != "ci":
            continue
        for one in manifest.declarations:
            if one.rule == "github-workflow.uses" and not is_pinned(one):
                unpinned.append((manifest, one))
            elif one.label == DANGER and one.rule in _CI_DANGERS:
                kinds.setdefault(one.rule, []).append((manifest, one))
    for rule, message in _CI_DANGERS.items():
        yield from _together(kinds.get(rule, []), rule, message)
    yield from _together(unpinned, "ci.unpinned-action", "CI actions not pinned to a full commit")


def _together(found: list[tuple[Manifest, Declaration]], rule: str, message: str) -> Iterator[Risk]:
    """One risk for all places of a kind, at the gravest."""
    if found:
        graded = [(_SEVERITIES.index(_SEVERITY.get(one.scope, "low")), place) for place, (_, one) in enumerate(found)]
        severity, place = min(graded)
        manifest, one = found[place]
        yield Risk(_SEVERITIES[severity], message, evidence(manifest.path, rule, one.line), len(found))


_SEVERITY: dict[str, Severity] = {"high": "high", "medium": "medium"}

_CI_DANGERS: dict[str, str] = {
    "ci.target-checkout": (
        "a privileged workflow checks out the pull request's code: it runs with the repository's secrets"
    ),
    "ci.script-injection": "a workflow puts words of an outsider into a shell",
    "ci.write-all": "a workflow's token may write everything",
    "ci.pull-request-target": "a workflow runs on pull_request_target, with the repository's secrets",
}
"""Those that a card has room for."""


def _tree_risks(gathered: Gathered, links: Mapping[str, bytes]) -> Iterator[Risk]:
    inventory = gathered.inventory
    own = [entry for entry in inventory.programs if not is_aside(entry.path) and not entry.path.endswith(_WRAPPERS)]
    programs = own or inventory.programs
    if programs:
        severity: Severity = "medium" if own else "low"
        place = evidence(programs[0].path, "tree.program")
        yield Risk(severity, "compiled programs or archives in the tree", place, len(inventory.programs))
    if inventory.env_files:
        own = [entry for entry in inventory.env_files if not is_aside(entry.path)]
        first = (own or inventory.env_files)[0]
        message = "an environment file is committed"
        place = evidence(first.path, "tree.env-file")
        yield Risk("medium" if own else "low", message, place, len(inventory.env_files))
    escaping = [path for path, target in links.items() if escapes(path, target)]
    if escaping:
        place = evidence(min(escaping), "tree.symlink-escape")
        yield Risk("high", "symbolic links that point outside of the repository", place, len(escaping))
    odd = [entry.path for entry in inventory.files if not entry.path.isascii() and has_hidden(entry.path)]
    if odd:
        message = "file names with hidden or direction-changing characters"
        yield Risk("high", message, evidence(odd[0], "tree.hidden-name"), len(odd))


def _manifest_risks(gathered: Gathered) -> Iterator[Risk]:
    for manifest, one in gathered.declared("fact"):
        if one.label == "install_script":
            message = f"installing runs a script ({one.value})"
            yield Risk("low", message, evidence(manifest.path, "package-json.install-script", one.line))
        elif one.label == "foreign_index":
            message = "dependencies come from an index or address of the repository's own choice"
            yield Risk("medium", message, evidence(manifest.path, one.rule, one.line))


def _text_risks(gathered: Gathered) -> Iterator[Risk]:
    inventory = gathered.inventory
    readable = [inventory.readme] if inventory.readme else []
    readable += [entry for _, entry in inventory.documents]
    for entry in readable:
        raw = gathered.texts.get(entry.path)
        if raw:
            yield from text_risks(entry.path, raw)


def text_risks(path: str, raw: bytes) -> Iterator[Risk]:
    """What a document holds that its reader would not see or should not obey; never its words."""
    from plumbrule.mcp_server.analysis.findings.judged import judged  # 10 ms that a source without documents saves
    from plumbrule.mcp_server.analysis.findings.texts import steering

    for one in steering(raw.decode("utf-8", "surrogateescape")):
        severity = judged(one.rule, one.severity, path)
        if severity is not None:
            yield Risk(severity, one.message, evidence(path, one.rule, one.line), one.places)
