"""Swift, Elixir, Dart and Terraform: manifests that are programs or small languages, read by literal patterns only."""

import re

from plumbrule.mcp_server.dependencies.manifests.declare import words
from plumbrule.mcp_server.dependencies.manifests.lines import Lines
from plumbrule.mcp_server.dependencies.manifests.texts import decode, yaml_tree
from plumbrule.mcp_server.dependencies.model import DEV_SCOPE, RUNTIME_SCOPE, Declaration, ManifestText


def swift_package(file: ManifestText) -> list[Declaration]:
    """`Package.swift`: tools version, name, executable products, packages."""
    text = decode(file.raw)
    found: list[Declaration] = []
    if one := re.match(r"\s*//\s*swift-tools-version\s*:?\s*([\d.]+)", text):
        found.append(Declaration("runtime", one[1], _line(text, one.start(1)), "swift.tools-version", "swift"))
    if one := re.search(r"\bPackage\s*\(\s*name\s*:\s*\"([^\"]+)\"", text):
        found.append(Declaration("name", one[1], _line(text, one.start(1)), "swift.package"))
    for one in re.finditer(r"\.package\s*\(([^)]{0,500})\)", text):
        url = re.search(r"(?:url|path)\s*:\s*\"([^\"]+)\"", one[1])
        if url:
            label = url[1].rstrip("/").rpartition("/")[2].removesuffix(".git")
            constraint = " ".join(one[1][url.end() :].strip(" ,\n").split())
            line = _line(text, one.start())
            found.append(Declaration("dependency", constraint, line, "swift.dependencies", label, RUNTIME_SCOPE))
    for one in re.finditer(r"\.(executableTarget|executable|testTarget)\s*\(\s*name\s*:\s*\"([^\"]+)\"", text):
        line = _line(text, one.start())
        if one[1] == "testTarget":
            found.append(Declaration("framework", "XCTest or Swift Testing", line, "swift.testTarget"))
        elif not _is_example(text, one.end()):
            found.append(Declaration("entry", file.name, line, f"swift.{one[1]}", one[2], "bin"))
    return found


def _is_example(text: str, begin: int) -> bool:
    """Whether the target that begins there lies among the examples."""
    stop = text.find("arget(", begin)
    path = re.search(r"\bpath\s*:\s*\"([^\"]+)\"", text[begin : stop if stop > 0 else begin + 1000])
    return path is not None and re.match(r"(?i)(?:\./)?(?:examples?|samples?|demos?)(?:/|\Z)", path[1]) is not None


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def mix(file: ManifestText) -> list[Declaration]:
    """`mix.exs`: literal project settings and dependencies; module attributes stand for their literal."""
    found: list[Declaration] = []
    attributes: dict[str, str] = {}
    for number, line in Lines(file.raw):
        if one := re.match(r"\s*@(\w+)\s+\"([^\"]+)\"", line):
            attributes[one[1]] = one[2]
        if (one := re.match(r"\s*elixir:\s*@(\w+)", line)) and one[1] in attributes:
            found.append(Declaration("runtime", attributes[one[1]], number, "mix.elixir", "elixir"))
        if one := re.match(r"\s*app:\s*:(\w+)", line):
            found.append(Declaration("name", one[1], number, "mix.project"))
        if one := re.match(r"\s*version:\s*\"([^\"]+)\"", line):
            found.append(Declaration("version", one[1], number, "mix.project"))
        if one := re.match(r"\s*@version\s+\"([^\"]+)\"", line):
            found.append(Declaration("version", one[1], number, "mix.project"))
        if one := re.match(r"\s*elixir:\s*\"([^\"]+)\"", line):
            found.append(Declaration("runtime", one[1], number, "mix.elixir", "elixir"))
        if one := re.match(r"\s*description:\s*\"([^\"]+)\"", line):
            found.append(Declaration("description", one[1], number, "mix.project"))
        if one := re.match(r"\s*apps_path:\s*\"([^\"]+)\"", line):
            found.append(Declaration("member", f"{one[1]}/*", number, "mix.apps_path"))
        if one := re.search(r"\bmod:\s*\{\s*([\w.]+)", line):
            found.append(Declaration("entry", one[1], number, "mix.application", "application", "server"))
        if one := re.search(r"\bescript:.*main_module:\s*([\w.]+)", line):
            found.append(Declaration("entry", one[1], number, "mix.escript", "escript", "bin"))
        if one := re.search(r"\blicenses:\s*\[\s*\"([^\"]+)\"", line):
            found.append(Declaration("licence", one[1], number, "mix.package"))
        for one in re.finditer(r"\{\s*:(\w+)\s*,\s*(?:\"([^\"]+)\"|(?:git|github|path|in_umbrella):)", line):
            scope = DEV_SCOPE if re.search(r"only:\s*(?::(?:dev|test)|\[\s*:(?:dev|test))", line) else RUNTIME_SCOPE
            found.append(Declaration("dependency", one[2] or "", number, "mix.deps", one[1], scope))
    return found


def pubspec(file: ManifestText) -> list[Declaration]:
    """Dart's and Flutter's `pubspec.yaml`."""
    tree = yaml_tree(file.raw)
    found = words(tree, "pubspec", (), ("name", "name"), ("version", "version"), ("description", "description"))
    for name in tree.table("environment"):
        line = tree.line("environment", name)
        label = "dart" if name == "sdk" else name
        found.append(Declaration("runtime", tree.text("environment", name), line, "pubspec.environment", label))
    for table, scope in (("dependencies", RUNTIME_SCOPE), ("dev_dependencies", DEV_SCOPE)):
        for name in tree.table(table):
            written, line = tree.text(table, name), tree.line(table, name)
            found.append(Declaration("dependency", written, line, "pubspec", name, scope))
    for name in tree.table("executables"):
        line = tree.line("executables", name)
        found.append(Declaration("entry", tree.text("executables", name), line, "pubspec.executables", name, "bin"))
    return found


def terraform(file: ManifestText) -> list[Declaration]:
    """A `.tf` file: `required_version`, providers with source and version, module calls."""
    found: list[Declaration] = []
    stack: list[str] = []
    provider, provider_line, source, version = "", 0, "", ""
    for number, line in Lines(file.raw, comment=("#", "//")):
        text = line.strip()
        if one := re.match(r"required_version\s*=\s*\"([^\"]+)\"", text):
            found.append(Declaration("runtime", one[1], number, "terraform.required_version", "terraform"))
        opened = re.match(r"([\w-]+)\s*(?:\"([^\"]*)\"\s*)*(?:=\s*)?\{", text)
        if opened:
            if stack and stack[-1] == "required_providers":
                provider, provider_line, source, version = opened[1], number, "", ""
            elif opened[1] == "module":
                provider, provider_line, source, version = f"module.{opened[2] or ''}", number, "", ""
        if provider:
            if one := re.search(r"\bsource\s*=\s*\"([^\"]+)\"", text):
                source = one[1]
            if one := re.search(r"\bversion\s*=\s*\"([^\"]+)\"", text):
                version = one[1]
        stack += [opened[1] if opened else ""] * text.count("{")
        for _ in range(min(text.count("}"), len(stack))):
            closed = stack.pop()
            if provider and closed in (provider, "module"):
                scope = "module" if closed == "module" else "provider"
                rule = f"terraform.{scope}"
                found.append(Declaration("dependency", version, provider_line, rule, source or provider, scope))
                provider = ""
    return found
