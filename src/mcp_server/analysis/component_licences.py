"""Licences beyond the one of the whole: of each component, of files that state their own, and where statements differ.

A component's own licence file stands first, then its manifest, then the tags of its files; one that says nothing lies
under the licence of the nearest component above it, at last of the whole. Above it lies `report`; below `licences`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from plumbrule.core.facts import Evidence
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.components import components_of
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.analysis.licences.detection import detect
from plumbrule.mcp_server.analysis.licences.model import Declared, LicenceEvidence, LicenceMatch, LicenceVerdict
from plumbrule.mcp_server.analysis.licences.reuse import Annotation, annotations_of
from plumbrule.mcp_server.analysis.licences.terms import source_available_in, terms_of
from plumbrule.mcp_server.analysis.licences.verdict import candidates, combine
from plumbrule.mcp_server.analysis.model import Licence
from plumbrule.mcp_server.analysis.sections.licences import (
    ComponentLicence,
    Disagreement,
    Licences,
    LicenceTerm,
    TaggedFiles,
)
from plumbrule.mcp_server.analysis.words import evidence, word

MAX_TAGGED = 200
MOST_TAGGED = 0.5
"""From this share of a component's files on, the one expression that their tags state is the component's."""

_POINTERS = frozenset(("declared.file", "declared.empty"))


@dataclass(slots=True)
class _Tagged:
    """The files that state one expression."""

    first: Evidence
    files: int = 0
    paths: list[str] = field(default_factory=list[str])


def licences_of(deep: Deep, whole: Licence | None) -> Licences:
    """The section; `whole` is the licence of the repository."""
    tagged = _tagged(deep)
    of_file = {path: expression for expression, one in tagged.items() for path in one.paths}
    components, disagreements = _components(deep, whole, of_file)
    if whole is not None and whole.declared is not None:
        first, second = whole.evidence, whole.declared.evidence
        disagreements.insert(0, Disagreement(whole.expression, first, whole.declared.value, second))
    named = [
        *([whole.expression] if whole else []),
        *(one.expression for one in components),
        *tagged,
        *(other.value for other in (whole.others if whole else ())),
    ]
    return Licences(
        components=tuple(components),
        tagged=tuple(_ranked(tagged)),
        disagreements=tuple(disagreements),
        source_available=tuple(sorted({name for one in named for name in source_available_in(one)})),
        terms=tuple(_terms(deep)) if any("BUSL-1.1" in one for one in named) else (),
    )


def _ranked(tagged: Mapping[str, _Tagged]) -> Iterator[TaggedFiles]:
    for expression, one in sorted(tagged.items(), key=lambda pair: (-pair[1].files, pair[0]))[:MAX_TAGGED]:
        yield TaggedFiles(word(expression, 300), one.files, one.first)


def _tagged(deep: Deep) -> dict[str, _Tagged]:
    """By the tags inside the files, then by what REUSE files say of files without one (REUSE 3.3, precedence)."""
    found: dict[str, _Tagged] = {}
    own: set[str] = set()
    for path, index in deep.facts.items():
        stated = [(str(row[0]), row[1]) for row in index.licences]
        if stated and not _is_licence_text(path):
            own.update((path, path.removesuffix(".license")))
            expression = " AND ".join(_grouped(one) if len(stated) > 1 else one for one, _ in stated)
            line = stated[0][1]
            _note(found, expression, path, evidence(path, "licences.header", line if isinstance(line, int) else 0))
    annotations = _annotations(deep)
    for path in deep.languages if annotations else ():
        for at, one in annotations if path not in own and not _is_licence_text(path) else ():
            if one.covers.match(path):
                _note(found, one.expression, path, evidence(at, "licences.reuse", one.line))
                break
    return found


def _is_licence_text(path: str) -> bool:
    return path.startswith(("LICENSES/", ".reuse/")) or path.endswith("REUSE.toml")


def _grouped(expression: str) -> str:
    return f"({expression})" if " OR " in expression else expression


def _note(found: dict[str, _Tagged], expression: str, path: str, at: Evidence) -> None:
    one = found.setdefault(expression, _Tagged(at))
    one.files += 1
    one.paths.append(path)


def _annotations(deep: Deep) -> list[tuple[str, Annotation]]:
    """Of several that cover a file the last one holds, and a deeper file before a higher one: so, in reverse."""
    paths = [path for path in deep.gathered.texts if path.endswith("REUSE.toml") or path == ".reuse/dep5"]
    ordered = sorted(paths, key=lambda path: (path.count("/"), path))
    said = [(path, one) for path in ordered for one in annotations_of(path, deep.gathered.texts[path])]
    return said[::-1]


def _components(
    deep: Deep, whole: Licence | None, of_file: Mapping[str, str]
) -> tuple[list[ComponentLicence], list[Disagreement]]:
    parts = [one for one in components_of(deep.gathered) if one.kind != "package"]
    folders = {str(one.path) for one in parts}
    tags = _tags_by_component(deep, folders, of_file)
    said = _Said(deep)
    found: dict[str, ComponentLicence] = {}
    disagreements: list[Disagreement] = []
    for folder in sorted(folders):
        verdict = said.verdict(folder)
        if verdict.expression is not None:
            disagreements += _differing(verdict)
            at = _deciding(verdict)
            by_text = not verdict.rule.endswith("declared")
            found[folder] = ComponentLicence(
                folder, word(verdict.expression, 300), at, verdict.confidence if by_text else None
            )
        elif tag := tags.get(folder):
            found[folder] = ComponentLicence(folder, word(tag[0], 300), tag[1])
        elif inherited := _above(folder, found, whole):
            found[folder] = ComponentLicence(folder, inherited[0], inherited[1], inherited=True)
    return list(found.values()), disagreements


class _Said:
    """What folders themselves say, by their licence files and their manifests. Equal files are matched once."""

    def __init__(self, deep: Deep) -> None:
        self._texts = deep.gathered.texts
        self._files: dict[str, dict[str, str]] = {}
        for entry in deep.gathered.inventory.licences:
            folder, _, name = entry.path.rpartition("/")
            if entry.path in self._texts:
                self._files.setdefault(folder, {})[name] = entry.path
        self._declared: dict[str, list[tuple[str, Declared]]] = {}
        for manifest in deep.gathered.manifests:
            for one in manifest.declarations:
                if one.field == "licence" and (meaning := normalise(one.value)).rule not in _POINTERS:
                    stated = self._declared.setdefault(manifest.path.rpartition("/")[0], [])
                    stated.append((f"{manifest.path}:{one.line}", meaning))
        self._matched: dict[bytes, list[LicenceMatch]] = {}

    def verdict(self, folder: str) -> LicenceVerdict:
        """The folder's own licence; places are paths of the repository."""
        names = self._files.get(folder, {})
        files = {name: self._matches(self._texts[names[name]]) for name in candidates(names)}
        return _with_folder(combine(files, self._declared.get(folder, [])), f"{folder}/")

    def _matches(self, raw: bytes) -> list[LicenceMatch]:
        if raw not in self._matched:
            self._matched[raw] = detect(raw.decode("utf-8", "replace"))
        return self._matched[raw]


def _with_folder(verdict: LicenceVerdict, inside: str) -> LicenceVerdict:
    """The places of the licence files as paths of the repository; those of manifests are already."""
    placed = tuple(
        one
        if one.rule.startswith("declared.")
        else LicenceEvidence(inside + one.at, one.expression, one.rule, one.score)
        for one in verdict.evidence
    )
    return LicenceVerdict(verdict.expression, verdict.confidence, verdict.rule, placed, verdict.disagreements)


def _deciding(verdict: LicenceVerdict) -> Evidence:
    same = [one for one in verdict.evidence if one.expression == verdict.expression]
    one = (same or list(verdict.evidence))[0]
    return evidence(one.at, one.rule)


def _differing(verdict: LicenceVerdict) -> Iterable[Disagreement]:
    if verdict.rule != "verdict.disagreed":
        return
    text = next((one for one in verdict.evidence if not one.rule.startswith("declared.") and one.expression), None)
    said = next((one for one in verdict.evidence if one.rule.startswith("declared.")), None)
    if text and said:
        first, second = evidence(text.at, text.rule), evidence(said.at, said.rule)
        yield Disagreement(word(verdict.expression or "", 300), first, word(said.expression, 300), second)


def _tags_by_component(deep: Deep, folders: set[str], of_file: Mapping[str, str]) -> dict[str, tuple[str, Evidence]]:
    """The expression that most files of a component state, where nearly all that state one state the same."""
    if not of_file:
        return {}
    counts: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    first: dict[tuple[str, str], str] = {}
    for path, file in deep.languages.items():
        folder = _component_of(path, folders)
        if not folder or file.type != "programming":
            continue
        totals[folder] = totals.get(folder, 0) + 1
        expression = of_file.get(path)
        if expression:
            row = counts.setdefault(folder, {})
            row[expression] = row.get(expression, 0) + 1
            first.setdefault((folder, expression), path)
    found: dict[str, tuple[str, Evidence]] = {}
    for folder, row in counts.items():
        expression, most = max(row.items(), key=lambda one: (one[1], one[0]))
        if most >= MOST_TAGGED * totals[folder]:
            found[folder] = (expression, evidence(first[folder, expression], "licences.header"))
    return found


def _component_of(path: str, folders: set[str]) -> str:
    folder = path.rpartition("/")[0]
    while folder and folder not in folders:
        folder = folder.rpartition("/")[0]
    return folder


def _above(folder: str, found: Mapping[str, ComponentLicence], whole: Licence | None) -> tuple[str, Evidence] | None:
    above = folder.rpartition("/")[0]
    while above:
        if above in found:
            return found[above].expression, found[above].evidence
        above = above.rpartition("/")[0]
    return (whole.expression, whole.evidence) if whole else None


def _terms(deep: Deep) -> Iterator[LicenceTerm]:
    for entry in deep.gathered.inventory.licences:
        raw = deep.gathered.texts.get(entry.path, b"")
        if b"Change Date" in raw:
            for term in terms_of(raw.decode("utf-8", "replace")):
                yield LicenceTerm(term.name, word(term.text, 400), evidence(entry.path, "licences.term", term.line))
            return
