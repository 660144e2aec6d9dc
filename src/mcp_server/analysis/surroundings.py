"""What stands around the code: CI and documentation."""

from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.model import Ci, Document, Workflow
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.dependencies.model import Manifest


def ci_of(gathered: Gathered, *, workflows: bool) -> tuple[Ci, ...]:
    """CI systems by their files at the places where the systems look for them; `workflows` adds names and triggers."""
    groups: dict[str, list[Manifest]] = {}
    for manifest in gathered.manifests:
        if manifest.rule.kind == "ci":
            groups.setdefault(manifest.rule.ecosystem, []).append(manifest)
    return tuple(
        Ci(
            system,
            len(group),
            evidence(group[0].path, "ci.file-name"),
            tuple(_workflow(manifest) for manifest in group) if workflows else (),
        )
        for system, group in groups.items()
    )


def _workflow(manifest: Manifest) -> Workflow:
    name = next((one for one in manifest.declarations if one.field == "name"), None)
    triggers = tuple(word(one.value, 60) for one in manifest.declarations if one.field == "trigger")
    rule = name.rule if name else "ci.file-name"
    return Workflow(
        evidence(manifest.path, rule, name.line if name else 0), word(name.value, 80) if name else None, triggers
    )


def documents_of(gathered: Gathered) -> tuple[Document, ...]:
    """README, documentation folder and generator, changelog and the other files of good order."""
    inventory = gathered.inventory
    found: list[Document] = []
    if inventory.readme is not None:
        found.append(Document("readme", evidence(inventory.readme.path, "documents.file-name")))
    if inventory.docs_folder:
        files = f"{inventory.docs_files} files"
        found.append(Document("docs", evidence(inventory.docs_folder, "documents.folder"), files))
    names = dict(reversed(inventory.generators))
    for name in sorted(names):
        found.append(Document("generator", evidence(names[name].path, "documents.generator"), name))
    found += [Document(kind, evidence(entry.path, "documents.file-name")) for kind, entry in inventory.documents]
    return tuple(found)
