"""C and C++: Conan's `conanfile.txt` and literal `requires` of `conanfile.py`, vcpkg, CMake's and Meson's lookups."""

import re

from plumbrule.mcp_server.dependencies.manifests.lines import Lines
from plumbrule.mcp_server.dependencies.manifests.texts import decode, json_tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Reading, Requirement, Scope

_FIND = re.compile(
    r"(?im)^[ \t]*find_package[ \t]*\(\s*([\w.+-]+)(?:\s+(\d[\w.]*(?:\.\.\.<?[\w.]+)?))?([^()]{0,1000})\)"
)
_SECTIONS = r"(requires|tool_requires|build_requires|test_requires)"
_CALLS = re.compile(rf"self\.{_SECTIONS}\s*\(\s*f?[\"']([^\"']+)[\"']")
_LISTS = re.compile(rf"(?m)^[ \t]+{_SECTIONS}\s*=\s*([^=]*?)(?=\n\s*\w+\s*=|\n\s*def |\n\s*\n|\Z)")
_FETCH = re.compile(r"(?is)\b(?:FetchContent_Declare|ExternalProject_Add)\s*\(\s*([\w.+-]+)([^()]{0,2000})\)")
_MESON = re.compile(r"\bdependency\s*\(\s*'([^']+)'([^()]{0,500})\)")


def conanfile(file: ManifestText) -> Reading:
    """The sections of `conanfile.txt`."""
    found, section = Reading(), ""
    for number, line in Lines(file.raw):
        text = line.strip()
        if text.startswith("["):
            section = text.strip("[]")
        elif section in ("requires", "tool_requires", "build_requires", "test_requires") and text:
            found.asked.append(_conan(text, number, section))
    return found


def conanfile_py(file: ManifestText) -> Reading:
    """Literal arguments of `self.requires` and its sisters, and the class's own literal lists."""
    text, found = decode(file.raw), Reading()
    for one in _CALLS.finditer(text):
        found.asked.append(_conan(one[2], text.count("\n", 0, one.start()) + 1, one[1]))
    for one in _LISTS.finditer(text):
        for word in re.finditer(r"[\"']([\w.+-]+/[^\"']+)[\"']", one[2]):
            line = text.count("\n", 0, one.start(2) + word.start()) + 1
            found.asked.append(_conan(word[1], line, one[1]))
    return found


def _conan(text: str, line: int, section: str) -> Requirement:
    name, _, version = text.partition("#")[0].partition("/")
    scope: Scope = "runtime" if section == "requires" else "test" if section == "test_requires" else "build"
    return Requirement(name.strip(), version.partition("@")[0].strip(), line, "conanfile", scope, ecosystem="conan")


def vcpkg(file: ManifestText) -> Reading:
    """`vcpkg.json`: dependencies, those of features, overrides."""
    tree, found = json_tree(file.raw), Reading()
    places: list[tuple[tuple[str, ...], str]] = [(("dependencies",), "")]
    places += [(("features", name, "dependencies"), name) for name in tree.table("features")]
    for base, feature in places:
        for index, item in enumerate(tree.items(*base)):
            keys = (*base, str(index))
            name = item if isinstance(item, str) else tree.text(*keys, "name")
            least = tree.text(*keys, "version>=")
            host = tree.at(*keys, "host") is True
            found.asked.append(
                Requirement(
                    name,
                    f">={least}" if least else "",
                    tree.line(*keys),
                    "vcpkg",
                    "optional" if feature else "build" if host else "runtime",
                    feature,
                    tree.text(*keys, "platform"),
                    tuple(text for text, _ in tree.strings(*keys, "features")),
                    ecosystem="vcpkg",
                )
            )
    for index in range(len(tree.items("overrides"))):
        keys = ("overrides", str(index))
        version = next(
            (text for key in ("version", "version-string", "version-semver") if (text := tree.text(*keys, key))), ""
        )
        found.offers.append(Requirement(tree.text(*keys, "name"), version, tree.line(*keys), "vcpkg", group="override"))
    return found


def cmake(file: ManifestText) -> Reading:
    """`find_package` (optional unless REQUIRED) and literal sources of FetchContent and ExternalProject."""
    text, found = re.sub(r"#[^\n]*", lambda one: " " * len(one.group()), decode(file.raw)), Reading()
    for one in _FIND.finditer(text):
        line = text.count("\n", 0, one.start(1)) + 1
        components = re.search(r"\bCOMPONENTS\s+([\w\s]+)", one[3])
        names = tuple(word for word in components[1].split() if word not in ("REQUIRED", "QUIET")) if components else ()
        scope: Scope = "runtime" if "REQUIRED" in one[3] else "optional"
        found.asked.append(Requirement(one[1], one[2] or "", line, "cmake.find_package", scope, extras=names))
    for one in _FETCH.finditer(text):
        line = text.count("\n", 0, one.start(1)) + 1
        place = re.search(r"\b(?:GIT_REPOSITORY|URL)\s+\"?([^\s\")]+)", one[2])
        tag = re.search(r"\bGIT_TAG\s+\"?([^\s\")]+)", one[2])
        if place:
            found.asked.append(
                Requirement(one[1], tag[1] if tag else "", line, "cmake.fetch", "runtime", reference=place[1])
            )
    return found


def meson(file: ManifestText) -> Reading:
    """`dependency('…')` of a meson.build; `required: false` makes it optional."""
    text, found = re.sub(r"(?m)^[ \t]*#[^\n]*", "", decode(file.raw)), Reading()
    for one in _MESON.finditer(text):
        version = re.search(r"\bversion\s*:\s*(?:'([^']+)'|\[([^\]]+)\])", one[2])
        constraint = (version[1] or ", ".join(re.findall(r"'([^']+)'", version[2] or ""))) if version else ""
        scope: Scope = "optional" if re.search(r"\brequired\s*:\s*(?:false|get_option)", one[2]) else "runtime"
        line = text.count("\n", 0, one.start()) + 1
        found.asked.append(Requirement(one[1], constraint, line, "meson.dependency", scope))
    return found
