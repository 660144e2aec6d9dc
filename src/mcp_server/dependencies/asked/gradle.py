"""Gradle's build files in both languages, read as text: what stands literally in `dependencies { }`; nothing is run."""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.asked.blocks import Block, blocks, code, joined_lines
from plumbrule.mcp_server.dependencies.manifests.texts import decode, toml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import STRICT, Fact, Reading, Requirement, Scope, Unread

_STATEMENT = re.compile(r"\s*(?:add\(\s*)?[\"']?([A-Za-z]\w*)[\"']?(?:\s*[(,]|\s+(?=[\"'A-Za-z\[]))")
_COORDINATES = re.compile(r"[\"']([\w.${}-]+):([\w.${}-]+)(?::([^\"'@:\s]*)(?::([\w${}-]+))?)?(?:@\w+)?[\"']")
_NAMED = re.compile(r"\b(group|name|version)\s*[:=]\s*(?:[\"']([^\"']*)[\"']|([A-Za-z_][\w.]*))")
_CATALOG = re.compile(
    r"(?<![\w.\"'])(?:(?:rootProject|project)\.)?([a-z]\w*[lL]ibs|libs|deps)"
    r"\.((?!versions\b|plugins\b|javaClass\b)[A-Za-z][\w.]*)"
)
_NPM = re.compile(r"\b(?:dev|peer|optional)?[nN]pm\s*\(\s*\"([^\"]+)\"(?:\s*,\s*(?:\"([^\"]*)\"|([\w.()]+)))?")
_PROJECT = re.compile(r"\bproject\s*\(?\s*(?:path\s*[:=]\s*)?[\"'](:[\w:.-]*)[\"']")
_TYPED = re.compile(r"\bprojects((?:\.\w+)+)")
_KOTLIN = re.compile(r"\bkotlin\s*\(\s*[\"']([\w-]+)[\"']\s*(?:,\s*[\"']([^\"']+)[\"'])?")
_FILES = re.compile(r"\b(files|fileTree)\s*\(?\s*[^\"']*[\"']([^\"']+)[\"']")
_RICH = re.compile(r"\b(strictly|require|prefer)\s*\(?\s*[\"']([^\"']+)[\"']")
_VALUE = re.compile(
    r"(?m)(?:^|[\s.{(\[,])(?:(?:def|val|var|const\s+val|String|ext\.|extra\[[\"']|set\([\"'])\s*)?([A-Za-z_]\w*)"
    r"[\"']?\s*(?:\]|,)?\s*(?::\s*String)?\s*(?:=|:|(?<=,)|(?<=by extra\())\s*[\"']([^\"'$\n]+)[\"']"
)
_WORDS = frozenset(
    (
        *("exclude", "if", "else", "for", "val", "def", "var", "because", "version", "transitive", "changing", "force"),
        *("artifact", "capabilities", "modules", "module", "attributes", "attribute", "constraints", "return", "when"),
        *(
            "resolutionStrategy",
            "while",
            "dependencies",
            "and",
            "or",
            "import",
            "isTransitive",
            "isChanging",
            "isForce",
        ),
        *("name", "type", "classifier", "group", "strictly", "require", "prefer", "reject", "rejectAll", "it"),
        *("requireCapability", "components", "println", "apply", "plugins", "throw", "try", "catch"),
    )
)
_TEST_SET = re.compile(r"(?:^t|T)est(?:$|[A-Z])")
_TEST = re.compile(r"(?i)test")
_RUNTIME = re.compile(
    r"(?:api|implementation|runtime|runtimeOnly|compile|shadow|bom|.*(?:Api|Implementation|RuntimeOnly|Compile|Runtime))$"
)
_DEV = re.compile(r"(?i)debug|development|devOnly|benchmark|lint")


def gradle(file: ManifestText) -> Reading:
    """`build.gradle` and `build.gradle.kts`: coordinates, named parts, catalog uses, platforms, projects, files."""
    text, found = code(decode(file.raw)), Reading()
    for one in _VALUE.finditer(text):
        found.facts.append(Fact("property", one[1], one[2], text.count("\n", 0, one.start(1)) + 1))
    for block in blocks(text, "dependencies"):
        if any(above in ("publishing", "pom") for above in block.above):
            continue
        managed = "constraints" in block.above or "dependencyManagement" in block.above
        for line, statement in joined_lines(block):
            made = list(_statement(found, block, line, statement))
            inside = "constraints" in statement.split("(")[0] or managed
            (found.offers if inside else found.asked).extend(made)
    return found


def scope_of(configuration: str) -> Scope:
    """What a configuration is for, by Gradle's, Android's and Kotlin's naming of them."""
    if _TEST.search(configuration):
        return "test"
    if _DEV.search(configuration):
        return "dev"
    return "runtime" if _RUNTIME.match(configuration) else "build"


def _statement(found: Reading, block: Block, line: int, text: str) -> Iterator[Requirement]:
    head = _STATEMENT.match(text)
    if not head or head[1] in _WORDS:
        return
    configuration = head[1]
    scope = scope_of(configuration)
    if "buildscript" in block.above:
        scope = "build"
    elif any(_TEST_SET.search(name) for name in block.above):
        scope = "test"
    rest, closure = _parted(text[head.start(1) + len(configuration) :])
    base = Requirement("", "", line, "gradle.dependencies", scope, configuration)
    made = list(_coordinates(base, rest))
    if not made:
        made = list(_others(base, rest))
    rich = _RICH.search(closure)
    for one in made:
        if rich and not one.constraint and one.inherits in ("", "managed"):
            rule = STRICT if rich[1] == "strictly" else one.rule
            yield one._replace(constraint=rich[2], inherits="", rule=rule)
        elif one.constraint.endswith("!!"):
            yield one._replace(constraint=one.constraint[:-2], rule=STRICT)
        else:
            yield one
    if not made and re.search(r"[\"'$]|\b(?:libs|deps)\b|^[\s(]*[A-Za-z_]\w*(?:\.\w+|\[)", rest):
        found.not_read.append(Unread(line, "gradle.computed"))


def _parted(text: str) -> tuple[str, str]:
    """A statement's arguments, and the closure that configures them; `${…}` in a text opens none."""
    opened = re.search(r"(?<!\$)\{", text)
    return (text[: opened.start()], text[opened.end() :]) if opened else (text, "")


def _coordinates(base: Requirement, rest: str) -> Iterator[Requirement]:
    for one in _COORDINATES.finditer(rest):
        line = base.line + rest.count("\n", 0, one.start())
        version = one[3] or ""
        platform = re.search(r"\b(?:enforcedPlatform|platform|mavenBom)\s*\(?\s*$", rest[: one.start()])
        made = base._replace(name=f"{one[1]}:{one[2]}", constraint=version, line=line)
        yield made._replace(
            extras=(one[4],) if one[4] else (),
            reference="" if not platform else "platform",
            inherits="" if version else "managed",
        )
    if "group" in rest and "name" in rest:
        parts = {one[1]: one[2] or f"${one[3]}" for one in _NAMED.finditer(rest)}
        if "group" in parts and "name" in parts:
            version = parts.get("version", "")
            name = f"{parts['group']}:{parts['name']}"
            yield base._replace(name=name, constraint=version, inherits="" if version else "managed")


def _others(base: Requirement, rest: str) -> Iterator[Requirement]:
    for one in _CATALOG.finditer(rest):
        alias = re.sub(r"\.(?:get|asProvider|orNull)\b.*$", "", one[2])
        line = base.line + rest.count("\n", 0, one.start())
        yield base._replace(name=f"{one[1]}.{alias}", line=line, rule="gradle.catalog", inherits=f"catalog:{one[1]}")
    for one in _PROJECT.finditer(rest):
        yield base._replace(name=one[1], reference=f"project({one[1]})")
    for one in _TYPED.finditer(rest):
        path = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", one[1].replace(".", ":")).lower()
        yield base._replace(name=path, reference=f"project({path})")
    for one in _KOTLIN.finditer(rest):
        made = base._replace(name=f"org.jetbrains.kotlin:kotlin-{one[1]}", constraint=one[2] or "")
        yield made._replace(inherits="" if one[2] else "managed")
    for one in _NPM.finditer(rest):
        version = one[2] or (f"${{{one[3]}}}" if one[3] else "")
        yield base._replace(name=one[1], constraint=version, ecosystem="javascript")
    for one in _FILES.finditer(rest):
        yield base._replace(name=one[2], reference=f"path:{one[2]}")


def version_catalog(file: ManifestText) -> Reading:
    """`libs.versions.toml`: what aliases of libraries and bundles mean."""
    tree, found = toml_tree(file.raw), Reading()
    for alias in tree.table("libraries"):
        keys = ("libraries", alias)
        parts = tree.text(*keys).split(":")
        module = (
            tree.text(*keys, "module") or ":".join(parts[:2]) if len(parts) > 1 or tree.text(*keys, "module") else ""
        )
        module = module or f"{tree.text(*keys, 'group')}:{tree.text(*keys, 'name')}"
        version, line = parts[2] if len(parts) > 2 else "", tree.line(*keys)
        if not version:
            version, line = _version(tree, keys, line)
        rule = STRICT if _is_strict(tree, keys) else "gradle.catalog"
        found.offers.append(Requirement(module, version, line, rule, group=dotted(alias)))
    for name in tree.table("versions"):
        version, line = _version(tree, ("versions", name), tree.line("versions", name), own=True)
        found.facts.append(Fact("version", dotted(name), version, line))
    for bundle in tree.table("bundles"):
        names = ",".join(dotted(text) for text, _ in tree.strings("bundles", bundle))
        found.facts.append(Fact("bundle", dotted(bundle), names, tree.line("bundles", bundle)))
    return found


def _version(tree: Tree, keys: tuple[str, ...], line: int, *, own: bool = False) -> tuple[str, int]:
    """The version of an entry (`own`: of `[versions]`) or the one it refers to, with the line that says it."""
    at = keys if own else (*keys, "version")
    if reference := tree.text(*at, "ref"):
        at = ("versions", reference)
        line = tree.line(*at)
    rich = (tree.text(*at, key) for key in ("strictly", "require", "prefer"))
    return tree.text(*at) or next(filter(None, rich), ""), line


def _is_strict(tree: Tree, keys: tuple[str, ...]) -> bool:
    """Whether the version of an entry, or the one it refers to, is `strictly`."""
    at = (*keys, "version")
    if reference := tree.text(*at, "ref"):
        at = ("versions", reference)
    return bool(tree.text(*at, "strictly"))


def dotted(alias: str) -> str:
    """An alias as build files write it."""
    return re.sub(r"[-_]", ".", alias)


def properties(file: ManifestText) -> Reading:
    """`gradle.properties`: values that build files may name."""
    found = Reading()
    for number, line in enumerate(decode(file.raw).splitlines(), 1):
        if one := re.match(r"\s*([\w.-]+)\s*[=:]\s*([^#\s]\S*)\s*$", line):
            found.facts.append(Fact("property", one[1], one[2], number))
    return found
