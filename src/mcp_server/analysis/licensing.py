"""The licence of the whole: what the licence files read, beside what the metadata declares.

The matching and the verdict are `licences`; this room only names the files, the declarations and the evidence.
"""

from collections.abc import Iterable
from dataclasses import replace

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.analysis.licences.detection import detect
from plumbrule.mcp_server.analysis.licences.model import Declared, LicenceEvidence, LicenceMatch
from plumbrule.mcp_server.analysis.licences.verdict import candidates, combine
from plumbrule.mcp_server.analysis.model import Licence, Stated
from plumbrule.mcp_server.analysis.words import evidence, place, word

_NO_LICENCE = frozenset(("declared.file", "declared.empty"))
"""Declarations that only point elsewhere: neither agreement nor disagreement."""


def licence_of(gathered: Gathered) -> Licence | None:
    """The licence with its evidence, None when neither a file nor the metadata names one."""
    inventory = gathered.inventory
    named = [entry.path for entry in inventory.licences]
    paths = candidates([*named, inventory.readme.path] if inventory.readme else named)
    texts = {path: gathered.texts[path].decode("utf-8", "replace") for path in paths if path in gathered.texts}
    declared = _declared(gathered)
    verdict = combine({path: _by_file_name(path, detect(text)) for path, text in texts.items()}, declared)
    if verdict.expression is None:
        return None
    deciding = next((one for one in verdict.evidence if one.expression == verdict.expression), None)
    deciding = deciding or (verdict.evidence[0] if verdict.evidence else None)
    if deciding is None:
        return None
    differing = [one for one in verdict.evidence if one.rule.startswith("declared.") and one != deciding]
    return Licence(
        expression=word(verdict.expression, 300),
        evidence=_evidence(deciding),
        confidence=verdict.confidence,
        declared=_stated(differing[0]) if verdict.rule == "verdict.disagreed" and differing else None,
        others=tuple(_others(verdict.evidence, verdict.expression, deciding)),
    )


def _by_file_name(path: str, matches: list[LicenceMatch]) -> list[LicenceMatch]:
    """In a REUSE folder the file's name is the identifier; the text alone cannot say "or later"."""
    folder, _, name = path.rpartition("/")
    if folder != "LICENSES" or "." not in name:
        return matches
    stem = name.rpartition(".")[0]
    if "exception" in stem.lower():
        return []
    expression = normalise(stem).expression
    return [LicenceMatch(expression, 1.0, 1, 1, "licences.text")] if expression else matches


def _declared(gathered: Gathered) -> list[tuple[str, Declared]]:
    """What the root manifests declare, each with its place."""
    found: list[tuple[str, Declared]] = []
    for manifest, one in gathered.declared("licence"):
        if "/" not in manifest.path:
            meaning = normalise(one.value)
            if meaning.rule not in _NO_LICENCE:
                found.append((place(manifest.path, one.line), meaning))
    return _offered_by_maven(found)


def _offered_by_maven(found: list[tuple[str, Declared]]) -> list[tuple[str, Declared]]:
    """Maven's reference: where a POM lists several licences, the user may select any of them."""
    listed = [(at, one) for at, one in found if at.startswith("pom.xml:")]
    names = list(dict.fromkeys(one.expression for _, one in listed if one.expression))
    if len(listed) < 2 or len(names) < 2 or len(names) != len(listed):
        return found
    joined = replace(listed[0][1], expression=" OR ".join(sorted(names)))
    return [(listed[0][0], joined), *(one for one in found if one not in listed)]


def _others(found: Iterable[LicenceEvidence], expression: str, deciding: LicenceEvidence) -> Iterable[Stated]:
    """Further licences that files name, each once."""
    seen = {expression}
    for one in found:
        if (
            one is not deciding
            and one.expression
            and one.expression not in seen
            and not one.rule.startswith("declared.")
        ):
            seen.add(one.expression)
            yield _stated(one)


def _stated(one: LicenceEvidence) -> Stated:
    return Stated(word(one.expression), _evidence(one))


def _evidence(one: LicenceEvidence) -> Evidence:
    return evidence(one.at, one.rule)
