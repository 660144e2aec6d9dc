"""Maven, Gradle (Groovy and Kotlin), version catalogs and sbt. Build scripts are read as text, by patterns."""

import re

from plumbrule.mcp_server.dependencies.manifests.lines import Lines
from plumbrule.mcp_server.dependencies.manifests.texts import toml_tree
from plumbrule.mcp_server.dependencies.manifests.xml import Element, xml_root
from plumbrule.mcp_server.dependencies.model import DEV_SCOPE, RUNTIME_SCOPE, Declaration, ManifestText

_JAVA_PROPERTIES = ("maven.compiler.release", "java.version", "maven.compiler.target", "maven.compiler.source")

_TEST_CONFIGURATION = re.compile(r"test|androidTest", re.IGNORECASE)
_DEPENDENCY = re.compile(
    r"\s*(api|implementation|compileOnly|runtimeOnly|compile|testImplementation|testRuntimeOnly|testCompile|kapt|ksp|"
    r"annotationProcessor|androidTestImplementation)\b\s*\(?\s*(?:platform\s*\(\s*)?[\"']([\w.-]+:[\w.-]+)(?::([^\"'@]+))?"
)
_CATALOG_USE = re.compile(
    r"\s*(\w*[iI]mplementation|api|compileOnly|runtimeOnly|testRuntimeOnly)\b\s*\(?\s*(libs\.[\w.]+)"
)
_JAVA_LEVEL = re.compile(
    r"(?:JavaLanguageVersion\.of\(\s*|jvmToolchain\(\s*|options\.release(?:\.set\(|\s*=)\s*|"
    r"(?:source|target)Compatibility\s*=?\s*(?:JavaVersion\.VERSION_)?[\"']?)(\d+(?:[._]\d+)*)"
)
_MAIN_CLASS = re.compile(r"mainClass(?:Name)?(?:\.set\(|\s*=)\s*[\"']([\w.$]+)")


def maven(file: ManifestText) -> list[Declaration]:
    """`pom.xml`. Values that hold `${…}` stay as written; inherited ones belong to the parent."""
    root, rule = xml_root(file.raw), "maven"
    if root.tag != "project":
        return []
    found: list[Declaration] = []
    name = root.word("artifactId")
    if name:
        group = root.word("groupId") or root.word("parent", "groupId")
        found.append(Declaration("name", f"{group}:{name}" if group else name, _line(root, "artifactId"), rule))
    for field, tag in (("version", "version"), ("description", "description")):
        if text := root.word(tag):
            words = " ".join(text.split())
            found.append(Declaration("version" if field == "version" else "description", words, _line(root, tag), rule))
    licences = root.child("licenses")
    for element in licences.children if licences else []:
        if licence := element.word("name"):
            found.append(Declaration("licence", licence, element.line, rule))
    properties = root.child("properties")
    found += _maven_java(root, properties)
    for module in (child for modules in root.children if modules.tag == "modules" for child in modules.children):
        found.append(Declaration("member", module.text.strip(), module.line, "maven.modules"))
    dependencies = root.child("dependencies")
    for element in dependencies.children if dependencies else []:
        scope = DEV_SCOPE if element.word("scope") == "test" else RUNTIME_SCOPE
        label = f"{element.word('groupId')}:{element.word('artifactId')}"
        found.append(
            Declaration("dependency", element.word("version"), element.line, "maven.dependencies", label, scope)
        )
    for element in root.below("mainClass"):
        if "${" in element.text:
            continue
        main = element.text.strip()
        name = main.rpartition(".")[2]
        found.append(Declaration("entry", main, element.line, "maven.mainClass", name, "main"))
        break
    build = root.child("build")
    plugins = build.child("plugins") if build else None
    for element in plugins.children if plugins else []:
        if started := _MAVEN_STARTS.get(element.word("artifactId")):
            found.append(Declaration("command", f"mvn {started}", element.line, "maven.plugin", started, "run"))
    return found


_MAVEN_STARTS = {
    "spring-boot-maven-plugin": "spring-boot:run",
    "quarkus-maven-plugin": "quarkus:dev",
    "micronaut-maven-plugin": "mn:run",
    "jetty-maven-plugin": "jetty:run",
    "javafx-maven-plugin": "javafx:run",
}
_GRADLE_STARTS = (
    (re.compile(r"[\"']org\.springframework\.boot[\"']"), "bootRun"),
    (re.compile(r"[\"']io\.quarkus[\"']"), "quarkusDev"),
    (
        re.compile(r"^\s*(?:application\s*$|id\s*\(?\s*[\"']application[\"']|apply plugin:\s*[\"']application[\"'])"),
        "run",
    ),
)


def _line(root: Element, tag: str) -> int:
    found = root.child(tag)
    return found.line if found else root.line


def _maven_java(root: Element, properties: Element | None) -> list[Declaration]:
    for key in _JAVA_PROPERTIES:
        element = properties.child(key) if properties else None
        if element is not None and element.text.strip() and "${" not in element.text:
            return [Declaration("runtime", element.text.strip(), element.line, "maven.java", "java")]
    for plugin in root.below("plugin"):
        if plugin.word("artifactId") == "maven-compiler-plugin":
            for key in ("release", "target", "source"):
                text = plugin.word("configuration", key)
                if text and "${" not in text:
                    return [Declaration("runtime", text, plugin.line, "maven.java", "java")]
    return []


def gradle(file: ManifestText) -> list[Declaration]:
    """`build.gradle` and `build.gradle.kts`: literal coordinates, Java level, main class."""
    lines = Lines(file.raw, comment="//")
    found: list[Declaration] = []
    for number, line in lines:
        if one := _DEPENDENCY.match(line):
            scope = DEV_SCOPE if _TEST_CONFIGURATION.match(one[1]) else RUNTIME_SCOPE
            found.append(Declaration("dependency", one[3] or "", number, "gradle.dependencies", one[2], scope))
        elif one := _CATALOG_USE.match(line):
            scope = DEV_SCOPE if _TEST_CONFIGURATION.match(one[1]) else RUNTIME_SCOPE
            found.append(Declaration("dependency", "", number, "gradle.catalog", one[2], scope))
        elif one := re.match(r"\s*version\s*=?\s*[\"']([^\"'$]+)[\"']\s*$", line):
            found.append(Declaration("version", one[1], number, "gradle"))
        elif one := re.match(r"\s*description\s*=?\s*[\"']([^\"'$]+)[\"']\s*$", line):
            found.append(Declaration("description", one[1], number, "gradle"))
        if one := _JAVA_LEVEL.search(line):
            found.append(Declaration("runtime", one[1].replace("_", "."), number, "gradle.java", "java"))
        if one := _MAIN_CLASS.search(line):
            name = one[1].rpartition(".")[2].removesuffix("Kt")  # Kotlin's class of a file
            found.append(Declaration("entry", one[1], number, "gradle.mainClass", name, "main"))
        if re.search(r"\buseJUnitPlatform\s*\(", line):
            found.append(Declaration("framework", "junit5", number, "gradle.junit"))
        if re.search(r"\bkotlin\s*\(\s*[\"']test(?:-junit5?)?[\"']|\bkotlin\.test\b", line):
            found.append(Declaration("framework", "kotlin.test", number, "gradle.kotlin-test"))
        for pattern, task in _GRADLE_STARTS:
            if pattern.search(line) and not re.search(r"\bapply\s*\(?\s*false", line):
                found.append(Declaration("command", f"gradle {task}", number, "gradle.plugin", task, "run"))
    return found


def gradle_settings(file: ManifestText) -> list[Declaration]:
    """`settings.gradle`: the build's name and its included projects."""
    found: list[Declaration] = []
    for number, line in Lines(file.raw, comment="//"):
        if one := re.search(r"rootProject\.name\s*=\s*[\"']([^\"']+)", line):
            found.append(Declaration("name", one[1], number, "gradle.settings"))
        if re.match(r"\s*(?:include\b|[\"']:?[\w:.-]+[\"']\s*,?\s*\)?\s*$)", line) and "includeBuild" not in line:
            for project in re.findall(r"[\"']:?([\w:.-]+)[\"']", line):
                found.append(Declaration("member", project.replace(":", "/"), number, "gradle.settings"))
    return found


def version_catalog(file: ManifestText) -> list[Declaration]:
    """Gradle's `libs.versions.toml`: its libraries as written; what uses them is in the build files."""
    tree = toml_tree(file.raw)
    found: list[Declaration] = []
    for alias in tree.table("libraries"):
        keys = ("libraries", alias)
        written = tree.text(*keys)
        group, _, rest = written.partition(":")
        name = tree.text(*keys, "module") or (f"{group}:{rest.partition(':')[0]}" if rest else "")
        name = name or f"{tree.text(*keys, 'group')}:{tree.text(*keys, 'name')}"
        version = (
            rest.partition(":")[2] or tree.text(*keys, "version") or _referenced(tree.text(*keys, "version", "ref"))
        )
        found.append(Declaration("dependency", version, tree.line(*keys), "gradle.catalog", name, "catalog"))
    return found


def _referenced(name: str) -> str:
    return f"ref:{name}" if name else ""


def sbt(file: ManifestText) -> list[Declaration]:
    """`build.sbt`: literal settings and dependencies."""
    found: list[Declaration] = []
    for number, line in Lines(file.raw, comment="//"):
        if one := re.search(r"\bname\s*:=\s*\"([^\"]+)", line):
            found.append(Declaration("name", one[1], number, "sbt"))
        if one := re.search(r"\bscalaVersion\s*:=\s*\"([^\"]+)", line):
            found.append(Declaration("runtime", one[1], number, "sbt", "scala"))
        for one in re.finditer(r"\"([\w.-]+)\"\s*%%?%?\s*\"([\w.-]+)\"\s*%\s*\"([^\"]+)\"(\s*%\s*\"?[Tt]est)?", line):
            scope = DEV_SCOPE if one[4] else RUNTIME_SCOPE
            found.append(Declaration("dependency", one[3], number, "sbt", f"{one[1]}:{one[2]}", scope))
    return found
