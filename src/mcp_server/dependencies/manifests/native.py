"""C and C++: CMake, Meson, Autoconf, Conan and vcpkg. Build programs are read as text, by literal patterns only."""

import re

from plumbrule.mcp_server.dependencies.manifests.declare import words
from plumbrule.mcp_server.dependencies.manifests.lines import Lines
from plumbrule.mcp_server.dependencies.manifests.texts import decode, json_tree
from plumbrule.mcp_server.dependencies.model import RUNTIME_SCOPE, Declaration, ManifestText

_CALL = re.compile(r"(?im)^[ \t]*(project|cmake_minimum_required|find_package|add_executable|enable_testing|add_test|"
                   r"add_subdirectory|set)[ \t]*\(([^()]{0,2000})")  # fmt: skip
_STANDARD = re.compile(r"CMAKE_(CXX|C)_STANDARD\s+(\d+)")


def cmake(file: ManifestText) -> list[Declaration]:
    """`CMakeLists.txt`: project, minimum version, packages, executables, test switch. Variables stay as written."""
    text = re.sub(r"#[^\n]*", "", decode(file.raw))
    found: list[Declaration] = []
    tested = False
    for call in _CALL.finditer(text):
        line = text.count("\n", 0, call.start(1)) + 1
        arguments = call[2].split()
        command = call[1].lower()
        if command == "project" and arguments and "${" not in arguments[0]:
            found += _project(call[2], arguments, line)
        elif command == "cmake_minimum_required" and len(arguments) > 1:
            found.append(Declaration("runtime", arguments[1], line, "cmake.minimum", "cmake"))
        elif command == "find_package" and arguments:
            version = arguments[1] if len(arguments) > 1 and arguments[1][0].isdigit() else ""
            found.append(Declaration("dependency", version, line, "cmake.find_package", arguments[0], RUNTIME_SCOPE))
        elif command == "add_executable" and arguments and "${" not in arguments[0]:
            found.append(Declaration("entry", file.name, line, "cmake.executable", arguments[0], "bin"))
        elif command in ("enable_testing", "add_test") and not tested:
            tested = True
            found.append(Declaration("framework", "ctest", line, "cmake.testing"))
        elif command == "set" and (standard := _STANDARD.match(call[2].strip())):
            label = "c++" if standard[1] == "CXX" else "c"
            found.append(Declaration("runtime", standard[2], line, "cmake.standard", label))
    return found


def _project(inside: str, arguments: list[str], line: int) -> list[Declaration]:
    found = [Declaration("name", arguments[0].strip('"'), line, "cmake.project")]
    if one := re.search(r"\bVERSION\s+(\d[\w.]*)", inside):
        found.append(Declaration("version", one[1], line, "cmake.project"))
    if one := re.search(r'\bDESCRIPTION\s+"([^"]+)"', inside):
        found.append(Declaration("description", one[1], line, "cmake.project"))
    return found


def meson(file: ManifestText) -> list[Declaration]:
    """`meson.build`."""
    text = re.sub(r"(?m)^\s*#[^\n]*", "", decode(file.raw))
    found: list[Declaration] = []
    if project := re.search(r"\bproject\s*\(\s*'([^']+)'([^)]{0,2000})", text):
        line = text.count("\n", 0, project.start()) + 1
        found.append(Declaration("name", project[1], line, "meson.project"))
        if one := re.search(r"\bversion\s*:\s*'([^']+)'", project[2]):
            found.append(Declaration("version", one[1], line, "meson.project"))
        if one := re.search(r"\blicense\s*:\s*\[?\s*'([^']+)'", project[2]):
            found.append(Declaration("licence", one[1], line, "meson.project"))
        if one := re.search(r"\bmeson_version\s*:\s*'([^']+)'", project[2]):
            found.append(Declaration("runtime", one[1], line, "meson.project", "meson"))
    for call in re.finditer(r"\b(dependency|executable|test)\s*\(\s*'([^']+)'", text):
        line = text.count("\n", 0, call.start()) + 1
        if call[1] == "dependency":
            found.append(Declaration("dependency", "", line, "meson.dependency", call[2], RUNTIME_SCOPE))
        elif call[1] == "executable":
            found.append(Declaration("entry", file.name, line, "meson.executable", call[2], "bin"))
        else:
            found.append(Declaration("framework", "meson test", line, "meson.test"))
    return found


def autoconf(file: ManifestText) -> list[Declaration]:
    """`configure.ac`: what AC_INIT says."""
    text = decode(file.raw)
    one = re.search(r"\bAC_INIT\s*\(\s*\[?([^],)\n]+)\]?\s*(?:,\s*\[?([^],)\n]+)\]?)?", text)
    if not one or re.search(r"\.\w+$", one[1].strip()):  # of old, its argument was a file of the sources
        return []
    line = text.count("\n", 0, one.start()) + 1
    found = [Declaration("name", one[1].strip(), line, "autoconf.init")]
    if one[2] and "m4_" not in one[2]:
        found.append(Declaration("version", one[2].strip(), line, "autoconf.init"))
    return found


def conanfile(file: ManifestText) -> list[Declaration]:
    """`conanfile.txt`: its requirements."""
    found: list[Declaration] = []
    section = ""
    for number, line in Lines(file.raw):
        text = line.strip()
        if text.startswith("["):
            section = text.strip("[]")
        elif section in ("requires", "tool_requires", "build_requires") and text:
            name, _, version = text.partition("/")
            scope = RUNTIME_SCOPE if section == "requires" else "build"
            found.append(Declaration("dependency", version, number, "conanfile", name, scope))
    return found


def vcpkg(file: ManifestText) -> list[Declaration]:
    """`vcpkg.json`."""
    tree = json_tree(file.raw)
    found = words(
        tree,
        "vcpkg",
        (),
        ("name", "name"),
        ("version", "version"),
        ("version", "version-string"),
        ("version", "version-semver"),
        ("description", "description"),
        ("licence", "license"),
    )
    for index, item in enumerate(tree.items("dependencies")):
        keys = ("dependencies", str(index))
        name = item if isinstance(item, str) else tree.text(*keys, "name")
        version = tree.text(*keys, "version>=")
        found.append(Declaration("dependency", version, tree.line(*keys), "vcpkg", name, RUNTIME_SCOPE))
    return found
