"""OpenSSF Scorecard's checks that a tree alone can answer, named as theirs, scored by their rules (docs/checks.md).

A check that needs the forge's API (reviews, releases, branch protection) is not here. Where the tree shows nothing
and only the API could tell, the score is -1, inconclusive, as Scorecard says it.
"""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.findings.scorecard_pins import pinned_dependencies
from plumbrule.mcp_server.analysis.licences.spdx import spdx
from plumbrule.mcp_server.analysis.model import Licence
from plumbrule.mcp_server.analysis.sections.findings import ScorecardCheck
from plumbrule.mcp_server.analysis.words import evidence
from plumbrule.mcp_server.dependencies.manifests.scorecard_facts import SCORECARD
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest

INCONCLUSIVE = -1
_WHOLE = "."

_BINARY = frozenset(
    (
        *("crx", "deb", "dex", "dey", "elf", "o", "a", "so", "macho", "iso", "class", "jar", "bundle", "dylib", "lib"),
        *("msi", "dll", "drv", "efi", "exe", "ocx", "pyc", "pyo", "par", "rpm", "wasm", "whl"),
    )
)
_POLICY = re.compile(r"(?i)(?:\.github/|docs/|doc/)?security\.(?:md|markdown|adoc|rst)$")
_LINK = re.compile(rb"https?://[a-zA-Z0-9./?=_%:-]*")
_MAIL = re.compile(rb"\b[A-Za-z0-9._%+-]+(?:@|\\?\[at\\?\])[A-Za-z0-9.-]+\.[A-Za-z]{2,6}\b")
_HINT = re.compile(rb"(?i)\b[0-9]{1,4}\b|disclos|vuln")
_UPDATERS = frozenset(
    (
        *(".github/dependabot.yml", ".github/dependabot.yaml", "renovate.json", "renovate.json5"),
        *(".github/renovate.json", ".github/renovate.json5", ".gitlab/renovate.json", ".gitlab/renovate.json5"),
        *(".renovaterc", ".renovaterc.json", ".renovaterc.json5", ".scala-steward.conf", "scala-steward.conf"),
        *(".github/.scala-steward.conf", ".github/scala-steward.conf", ".config/.scala-steward.conf"),
        ".config/scala-steward.conf",
    )
)
_SAST = re.compile(
    r"(?:github/codeql-action/analyze|snyk/actions/.*|facebook/pysa-action|JetBrains/qodana-action|"
    r"hadolint/hadolint-action)$"
)
_FUZZ_IMPORTS = re.compile(
    r"(?:fast-check|@fast-check/(?:ava|jest|vitest)|atheris|libfuzzer_sys(?:::.*)?|FsCheck(?:\..*)?|"
    r"com\.code_intelligence\.jazzer\.api\.FuzzedDataProvider|PropCheck|ExUnitProperties)$"
)
_LICENCE_FILE = re.compile(r"(?i)(?:.*[-_.])?(?:licen[cs]e|copying|copyright)s?(?:[-_.].*)?$|LICENSES/.+$")


def scorecard_of(deep: Deep, licence: Licence | None = None) -> tuple[ScorecardCheck, ...]:
    """The checks, by name. `licence` is that of the whole."""
    return (
        _binary_artifacts(deep),
        _dangerous_workflow(deep),
        _dependency_updates(deep),
        _fuzzing(deep),
        _licence(deep, licence),
        _packaging(deep),
        pinned_dependencies(deep),
        _sast(deep),
        _security_policy(deep),
        _token_permissions(deep),
    )


def _check(name: str, score: int, reason: str, path: str = _WHOLE, line: int = 0) -> ScorecardCheck:
    return ScorecardCheck(name, score, reason, evidence(path, f"scorecard.{name.lower()}", line))


def _workflows(deep: Deep) -> list[Manifest]:
    return [one for one in deep.gathered.manifests if one.path.startswith(".github/workflows/")]


def _facts(deep: Deep, check: str) -> Iterator[tuple[Manifest, Declaration]]:
    for manifest in _workflows(deep):
        for one in manifest.declarations:
            if one.label == SCORECARD and one.rule == f"scorecard.{check}":
                yield manifest, one


def _binary_artifacts(deep: Deep) -> ScorecardCheck:
    """Ten, less one for each; text files with such an ending are none. Whether a Gradle wrapper was validated only the
    forge knows, so that it counts, as it does in Scorecard's own local runs."""
    found = [
        entry.path
        for entry in deep.gathered.inventory.files
        if entry.size and entry.path.rpartition(".")[2].lower() in _BINARY and entry.path not in deep.facts
    ]
    if not found:
        return _check("Binary-Artifacts", 10, "no binaries found")
    return _check("Binary-Artifacts", max(0, 10 - len(found)), f"{len(found)} binaries in the tree", found[0])


def _dangerous_workflow(deep: Deep) -> ScorecardCheck:
    name = "Dangerous-Workflow"
    if not _workflows(deep):
        return _check(name, INCONCLUSIVE, "no workflows found")
    found = list(_facts(deep, "dangerous-workflow"))
    if not found:
        return _check(name, 10, "no dangerous workflow patterns detected", _workflows(deep)[0].path)
    manifest, one = found[0]
    return _check(name, 0, f"{len(found)} dangerous workflow patterns, first: {one.value}", manifest.path, one.line)


def _dependency_updates(deep: Deep) -> ScorecardCheck:
    found = [entry.path for entry in deep.gathered.inventory.files if entry.path.lower() in _UPDATERS]
    if found:
        return _check("Dependency-Update-Tool", 10, "update tool detected", found[0])
    return _check("Dependency-Update-Tool", 0, "no update tool detected")


def _fuzzing(deep: Deep) -> ScorecardCheck:
    for entry in deep.gathered.inventory.files:
        if entry.path == ".clusterfuzzlite/Dockerfile":
            return _check("Fuzzing", 10, "ClusterFuzzLite is set up", entry.path)
    for path, index in deep.facts.items():
        if path.endswith("_test.go"):
            facts = deep.packed.get(path)
            if facts is not None and re.search(rb"func Fuzz\w+\s*\(\w+\s+\*testing\.F\)", facts.symbols):
                return _check("Fuzzing", 10, "Go fuzzing functions", path)
            continue
        for one in index.imports() if index.raw_imports else ():
            if _FUZZ_IMPORTS.match(one.target):
                return _check("Fuzzing", 10, "a fuzzing or property-testing library is used", path, one.line)
    return _check("Fuzzing", INCONCLUSIVE, "nothing in the tree fuzzes; OSS-Fuzz was not asked")


def _licence(deep: Deep, licence: Licence | None) -> ScorecardCheck:
    own = [entry.path for entry in deep.gathered.inventory.licences if _LICENCE_FILE.match(entry.path)]
    own = [path for path in own if "/" not in path or path.startswith("LICENSES/")]
    if not own:
        return _check("License", 0, "licence file not detected")
    known = spdx().licences
    words = re.findall(r"[\w.+-]+", licence.expression) if licence else []
    if any(word in known and known[word].osi_approved for word in words):
        return _check("License", 10, "licence file detected, approved by the OSI", own[0])
    return _check("License", 9, "licence file detected, not an approved licence", own[0])


def _packaging(deep: Deep) -> ScorecardCheck:
    for manifest, one in _facts(deep, "packaging"):
        return _check("Packaging", 10, "packaging workflow detected", manifest.path, one.line)
    return _check("Packaging", INCONCLUSIVE, "packaging workflow not detected")


def _sast(deep: Deep) -> ScorecardCheck:
    for manifest in _workflows(deep):
        for one in manifest.declarations:
            if one.rule == "github-workflow.uses" and _SAST.match(one.label):
                return _check("SAST", 10, "SAST tool detected", manifest.path, one.line)
    return _check("SAST", 0, "no SAST tool detected; checks of pull requests were not asked")


def _security_policy(deep: Deep) -> ScorecardCheck:
    name = "Security-Policy"
    path = next((one.path for one in deep.gathered.inventory.files if _POLICY.fullmatch(one.path)), "")
    if not path:
        return _check(name, 0, "security policy file not detected")
    text = deep.gathered.texts.get(path)
    if text is None:
        return _check(name, INCONCLUSIVE, "the security policy was not read", path)
    links = [*_LINK.findall(text), *_MAIL.findall(text)]
    linked = sum(map(len, links)) + 2 * len(set(links))
    score = 6 * bool(links) + 3 * (len(text) > max(1, linked)) + (len(_HINT.findall(text)) > 1)
    return _check(name, score, "security policy file detected", path)


_WEIGHTS = {"checks": 0.5, "statuses": 0.5, "deployments": 1.0, "security-events": 1.0}


def _token_permissions(deep: Deep) -> ScorecardCheck:
    """Ten, less what the workflows' own statements cost; jobs without a statement under none at the top cost all."""
    name = "Token-Permissions"
    flows = _workflows(deep)
    if not flows:
        return _check(name, INCONCLUSIVE, "no workflows found")
    score, first = 10.0, ("", 0)
    for manifest in flows:
        stated = [
            one for one in manifest.declarations if one.label == SCORECARD and one.rule == "scorecard.permissions"
        ]
        values = {one.value for one in stated}
        cost = 0.0
        for one in stated:
            where, _, scope = one.value.partition(" ")
            if where != "top":
                continue
            if scope == "undeclared":
                cost += 10 if "job undeclared" in values else 0.5
            elif scope == "write-all":
                cost += 10 if any(value.startswith("job ") for value in values) else 0.5
            else:
                cost += _WEIGHTS.get(scope, 10)
        if cost and not first[0]:
            first = (manifest.path, stated[0].line)
        score -= cost
    if score >= 10:
        return _check(name, 10, "workflow tokens follow the principle of least privilege", flows[0].path)
    return _check(name, int(max(0, score)), "workflow tokens with excessive permissions", *first)
