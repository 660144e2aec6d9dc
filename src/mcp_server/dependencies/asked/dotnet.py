"""MSBuild projects, central package management, shared property files, `packages.config`."""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.texts import json_tree
from plumbrule.mcp_server.dependencies.manifests.xml import Element, xml_root
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope

_TEST = re.compile(r"(?i)^(?:Microsoft\.NET\.Test\.Sdk|xunit|nunit|MSTest|TUnit)(?:\.|$)")
_TEST_NAME = re.compile(r"(?i)(?:^|\.|[a-z])(?:unit|functional|integration)?tests?\.\w+proj$")
_ITEMS = ("PackageReference", "GlobalPackageReference", "DotNetCliToolReference")


def msbuild(file: ManifestText) -> Reading:
    """A project or a shared file. `$(…)` and conditions stay as written; a test project asks for everything to test."""
    root, found = xml_root(file.raw), Reading()
    for element, _ in _inside(root, "PropertyGroup"):
        if element.text.strip() and not element.attributes.get("Condition"):
            found.facts.append(Fact("property", element.tag, element.text.strip(), element.line))
    for group in root.below("ItemGroup"):
        for element in group.children:
            condition = element.attributes.get("Condition") or group.attributes.get("Condition", "")
            if element.tag in _ITEMS:
                found.asked += _references(element, condition.strip())
            elif element.tag == "PackageVersion":
                found.offers += _references(element, condition.strip())
    words = {fact.name: fact.value.lower() for fact in found.of("property")}
    tested = any(_TEST.match(one.name) for one in found.asked) or words.get("IsTestProject") == "true"
    if (tested or _TEST_NAME.search(file.name)) and file.name.endswith("proj"):
        found.asked = [one._replace(scope="test") for one in found.asked]
    return found


def _inside(root: Element, tag: str) -> Iterator[tuple[Element, Element]]:
    for group in root.below(tag):
        if not group.attributes.get("Condition"):
            yield from ((element, group) for element in group.children)


def _references(element: Element, condition: str) -> Iterator[Requirement]:
    """`Update` changes an item that another file includes; `Include` may hold several names."""
    names = element.attributes.get("Include") or element.attributes.get("Update", "")
    version = _part(element, "VersionOverride") or _part(element, "Version")
    private = _part(element, "PrivateAssets").lower() == "all"
    development = private or element.tag != "PackageReference"
    scope: Scope = "build" if development and element.tag != "PackageVersion" else "runtime"
    for name in filter(None, (part.strip() for part in names.split(";"))):
        one = Requirement(name, version, element.line, f"msbuild.{element.tag}", scope, marker=condition)
        yield one._replace(inherits="" if version else "managed")


def _part(element: Element, name: str) -> str:
    return (element.attributes.get(name) or element.word(name)).strip()


def shared(file: ManifestText) -> Reading:
    """A `.props` or `.targets` file of any name; those of other programs (Java, Qt) are none of MSBuild's."""
    return msbuild(file) if re.search(rb"(?m)^[\s\xef\xbb\xbf]*<Project[\s>]", file.raw[:8192]) else Reading()


def nuspec(file: ManifestText) -> Reading:
    """What a package that `nuget pack` makes asks for; `$tokens$` stay as written."""
    root, found = xml_root(file.raw), Reading()
    for listed in root.below("dependencies"):
        for element in listed.children:
            framework = element.attributes.get("targetFramework", "")
            for one in element.children if element.tag == "group" else [element]:
                if one.tag == "dependency" and (name := one.attributes.get("id", "").strip()):
                    version = one.attributes.get("version", "").strip()
                    found.asked.append(Requirement(name, version, one.line, "nuspec", "runtime", marker=framework))
    return found


def packages_config(file: ManifestText) -> Reading:
    """NuGet's old `packages.config`: exact versions."""
    found = Reading()
    for element in xml_root(file.raw).below("package"):
        development = element.attributes.get("developmentDependency", "").lower() == "true"
        found.asked.append(
            Requirement(
                element.attributes.get("id", ""),
                element.attributes.get("version", ""),
                element.line,
                "packages-config",
                "dev" if development else "runtime",
                marker=element.attributes.get("targetFramework", ""),
            )
        )
    return found


def tool_manifest(file: ManifestText) -> Reading:
    """`.config/dotnet-tools.json`."""
    tree, found = json_tree(file.raw, comments=True), Reading()
    for name in tree.table("tools"):
        line = tree.line("tools", name)
        found.asked.append(Requirement(name, tree.text("tools", name, "version"), line, "dotnet-tools", "dev"))
    return found
