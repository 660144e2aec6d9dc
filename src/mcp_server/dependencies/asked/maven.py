"""`pom.xml`: dependencies of the project and its profiles, what it manages, its properties and its parent.

Words with `${…}` stay as written here; the joiner puts in what the poms of this tree say.
"""

from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.xml import Element, xml_root
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope

_SCOPES: dict[str, Scope] = {
    "compile": "runtime",
    "runtime": "runtime",
    "system": "runtime",
    "provided": "build",
    "test": "test",
}
MANAGED = "managed"
MANAGED_SCOPE = "managed+scope"
"""`inherits` of a dependency without a version; the second also has no scope of its own."""


def maven(file: ManifestText) -> Reading:
    """The project's own statements. Plugins are of the build tool and no dependencies."""
    root, found = xml_root(file.raw), Reading()
    if root.tag != "project":
        return found
    parent = root.child("parent")
    group = root.word("groupId") or root.word("parent", "groupId")
    version = root.word("version") or root.word("parent", "version")
    found.facts.append(Fact("name", f"{group}:{root.word('artifactId')}", version, root.line))
    if parent is not None:
        at = f"{parent.word('groupId')}:{parent.word('artifactId')}"
        relative = parent.child("relativePath")
        path = "../pom.xml" if relative is None else relative.text.strip() or "-"
        found.facts.append(Fact("parent", at, parent.word("version"), parent.line))
        found.facts.append(Fact("parent-path", path, "", parent.line))
    found.facts += _properties(root, "")
    found.asked += _dependencies(root, "")
    found.offers += _managed(root, "")
    profiles = root.child("profiles")
    for profile in profiles.children if profiles else []:
        name = profile.word("id")
        found.facts += _properties(profile, name)
        found.asked += _dependencies(profile, name)
        found.offers += _managed(profile, name)
    return found


def _properties(above: Element, profile: str) -> Iterator[Fact]:
    properties = above.child("properties")
    for one in properties.children if properties else []:
        yield Fact("profile-property" if profile else "property", one.tag, one.text.strip(), one.line)


def _dependencies(above: Element, profile: str) -> Iterator[Requirement]:
    listed = above.child("dependencies")
    for element in listed.children if listed else []:
        if element.tag == "dependency":
            one = _stated(element, "maven.dependencies", profile)
            missing = "" if one.constraint else MANAGED if element.word("scope") else MANAGED_SCOPE
            yield one._replace(inherits=missing)


def _managed(above: Element, profile: str) -> Iterator[Requirement]:
    management = above.child("dependencyManagement")
    listed = management.child("dependencies") if management else None
    for element in listed.children if listed else []:
        if element.tag == "dependency":
            one = _stated(element, "maven.dependencyManagement", profile)
            imports = element.word("scope") == "import"
            yield one._replace(group="import" if imports else element.word("scope"))


def _stated(element: Element, rule: str, profile: str) -> Requirement:
    written = element.word("scope")
    classifier = element.word("classifier")
    version = element.child("version")
    return Requirement(
        f"{element.word('groupId')}:{element.word('artifactId')}",
        element.word("version"),
        version.line if rule.endswith("Management") and version else element.line,
        rule,
        "optional" if element.word("optional") == "true" else _SCOPES.get(written, "runtime"),
        profile or ("provided" if written == "provided" else ""),
        extras=(classifier,) if classifier else (),
        reference=f"path:{element.word('systemPath')}" if element.word("systemPath") else "",
    )
