"""MSBuild projects and property files, solutions, `global.json`."""

import re

from plumbrule.mcp_server.dependencies.manifests.lines import Lines
from plumbrule.mcp_server.dependencies.manifests.texts import json_tree
from plumbrule.mcp_server.dependencies.manifests.xml import xml_root
from plumbrule.mcp_server.dependencies.model import DEV_SCOPE, RUNTIME_SCOPE, Declaration, Field, ManifestText

_WORDS: dict[str, Field] = {
    "PackageId": "name",
    "Version": "version",
    "Description": "description",
    "PackageLicenseExpression": "licence",
}
_TEST_PACKAGES = re.compile(r"Microsoft\.NET\.Test\.Sdk|xunit|NUnit|MSTest|coverlet", re.IGNORECASE)


def msbuild(file: ManifestText) -> list[Declaration]:
    """A project or a shared property file; conditions and properties are not evaluated."""
    root = xml_root(file.raw)
    found: list[Declaration] = []
    for group in root.below("PropertyGroup"):
        for element in group.children:
            text = element.text.strip()
            if not text:
                continue
            if element.tag in _WORDS and "$(" not in text:
                found.append(Declaration(_WORDS[element.tag], " ".join(text.split()), element.line, "msbuild"))
            elif element.tag in ("TargetFramework", "TargetFrameworks", "TargetFrameworkVersion"):
                literal = ";".join(part for part in text.split(";") if part.strip() and "$(" not in part)
                if literal:
                    found.append(Declaration("runtime", literal, element.line, "msbuild.TargetFramework", "dotnet"))
            elif element.tag == "OutputType" and text.lower() in ("exe", "winexe"):
                name = file.name.rpartition(".")[0]
                found.append(Declaration("entry", file.name, element.line, "msbuild.OutputType", name, "bin"))
    if root.attributes.get("Sdk", "").endswith(".Web"):
        name = file.name.rpartition(".")[0]
        found.append(Declaration("entry", file.name, root.line, "msbuild.Sdk", name, "server"))
    for tag in ("PackageReference", "PackageVersion"):
        for element in root.below(tag):
            label = element.attributes.get("Include") or element.attributes.get("Update", "")
            version = element.attributes.get("Version") or element.word("Version")
            scope = "central" if tag == "PackageVersion" else _scope(label)
            found.append(Declaration("dependency", version, element.line, f"msbuild.{tag}", label, scope))
    return found


def _scope(name: str) -> str:
    return DEV_SCOPE if _TEST_PACKAGES.match(name) else RUNTIME_SCOPE


def solution(file: ManifestText) -> list[Declaration]:
    """The projects of a `.sln`; the file's name is the solution's."""
    found = [Declaration("name", file.name.rpartition(".")[0], 1, "solution.name")]
    for number, line in Lines(file.raw):
        one = re.match(r'Project\("[^"]+"\)\s*=\s*"([^"]+)",\s*"([^"]+\.\w+proj)"', line)
        if one:
            found.append(Declaration("member", one[2].replace("\\", "/"), number, "solution", one[1]))
    return found


def slnx(file: ManifestText) -> list[Declaration]:
    """The projects of a `.slnx`; the file's name is the solution's."""
    named = Declaration("name", file.name.rpartition(".")[0], 1, "solution.name")
    return [named] + [
        Declaration("member", element.attributes["Path"].replace("\\", "/"), element.line, "solution")
        for element in xml_root(file.raw).below("Project")
        if "Path" in element.attributes
    ]


def global_json(file: ManifestText) -> list[Declaration]:
    """The SDK's version."""
    tree = json_tree(file.raw, comments=True)
    version = tree.text("sdk", "version")
    line = tree.line("sdk", "version")
    return [Declaration("runtime", version, line, "global-json", "dotnet sdk")] if version else []
