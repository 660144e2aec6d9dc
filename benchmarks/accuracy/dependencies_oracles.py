"""The reference side of `dependencies.py`: each reads a manifest or lock by another tool than ours."""

import json
import re
import shutil
import subprocess
import tempfile
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable
from email.parser import Parser
from pathlib import Path
from typing import Any, cast

import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement

Facts = set[tuple[str, ...]]
HERE = Path(__file__).resolve().parent


class Unavailable(Exception):
    """A reference tool that is not installed."""


def _run(tool: str, *arguments: str, cwd: Path, given: bytes = b"") -> Any:
    if shutil.which(tool) is None:
        raise Unavailable(tool)
    done = subprocess.run([tool, *arguments], cwd=cwd, input=given, capture_output=True, timeout=120)
    return json.loads(done.stdout) if done.returncode == 0 else None


def cargo_toml(path: Path) -> Facts | None:
    made = _run("cargo", "metadata", "--no-deps", "--offline", "--format-version=1", cwd=path.parent)
    for package in made["packages"] if made else ():
        if Path(package["manifest_path"]) != path:
            continue
        facts: Facts = set()
        table = tomllib.loads(path.read_text())
        for one in package["dependencies"]:
            written = _as_written(table, one) or one["req"]
            facts.add((one["name"], one["kind"] or "normal", one["target"] or "", one["rename"] or "", written))
        return facts
    return None


def _as_written(table: dict[str, Any], one: dict[str, Any]) -> str | None:
    """Cargo gives `^1.0` for `1.0`; the text of the file, found under the key that cargo names."""
    kind = {"dev": "dev-dependencies", "build": "build-dependencies"}.get(one["kind"], "dependencies")
    above = table["target"][one["target"]] if one["target"] else table
    entry = above.get(kind, above.get(kind.replace("-", "_"), {})).get(one["rename"] or one["name"])
    if isinstance(entry, str):
        return entry
    return "*" if entry is not None and "version" not in entry else cast("str | None", (entry or {}).get("version"))


def go_mod(path: Path) -> Facts | None:
    # An older go refuses the version and the directives of a newer one before it reads the rest.
    text = re.sub(r"(?m)^go .*$", "go 1.17", path.read_text())
    text = re.sub(
        r"(?m)^(?:toolchain|tool|godebug|ignore) (?!\().*$|^(?:tool|godebug|ignore) \((?:.|\n)*?^\)", "", text
    )
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "go.mod").write_text(text)
        made = _run("go", "mod", "edit", "-json", cwd=Path(scratch))
    wanted = (made or {}).get("Require") or ()
    return {(one["Path"], one["Version"]) for one in wanted if not one.get("Indirect")} if made else None


RIPPER = """
require 'ripper'; require 'json'
found = []
strings = lambda do |node|
  next [] unless node.is_a?(Array)
  node[0] == :@tstring_content ? [node[1]] : node.flat_map { |n| strings.(n) }
end
walk = lambda do |node|
  next unless node.is_a?(Array)
  named = (node[0] == :command && node[1][1]) || (node[0] == :method_add_arg && node[1][0] == :fcall && node[1][1][1])
  if named == 'gem'
    args = node[0] == :command ? node[2] : node[2][1]
    list = args && args[0] == :args_add_block ? args[1] : []
    texts = (list || []).take_while { |a| a.is_a?(Array) && a[0] == :string_literal }.map { |a| strings.(a).join }
    found << texts if texts.any?
  end
  node.each { |n| walk.(n) }
end
walk.(Ripper.sexp(STDIN.read))
puts JSON.dump(found)
"""


def gemfile(path: Path) -> Facts | None:
    made = _run("ruby", "-e", RIPPER, cwd=path.parent, given=path.read_bytes())
    return {(one[0], ", ".join(one[1:])) for one in made} if made is not None else None


def package_json(path: Path) -> Facts | None:
    table = json.loads(path.read_text("utf-8-sig"))
    facts: Facts = set()
    for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        for name, text in (table.get(key) or {}).items() if isinstance(table.get(key), dict) else ():
            if key == "dependencies" and name in (table.get("optionalDependencies") or {}):
                continue
            facts.add((name, text, key))
    return facts


def package_lock(path: Path) -> Facts | None:
    script = HERE / "reference" / "arborist.cjs"
    return _edges(_run("node", str(script), str(path.parent), cwd=path.parent))


def _edges(made: Any) -> Facts | None:
    return {(one["name"], one["version"], " ".join(sorted(set(one["asks"])))) for one in made} if made else None


def toml_lock(path: Path) -> Facts | None:
    """Cargo.lock and uv.lock: names, versions and their words for what is asked for."""
    packages = tomllib.loads(path.read_text()).get("package", [])
    for one in packages:
        one["name"] = re.sub(r"[-_.]+", "-", one["name"]).lower() if path.name != "Cargo.lock" else one["name"]
    versions: dict[str, list[str]] = {}
    for one in packages:
        versions.setdefault(one["name"], []).append(one.get("version", ""))
    facts: Facts = set()
    for one in packages:
        source = one.get("source", "registry" if path.name == "poetry.lock" else None)
        if source is None or (
            isinstance(source, dict) and set(source) & {"editable", "virtual", "directory", "workspace"}
        ):
            continue
        asks = {_locked(word, versions) for word in _words(one)}
        facts.add((one["name"], one.get("version", ""), " ".join(sorted(filter(None, asks)))))
    return facts


def _words(one: dict[str, Any]) -> Iterable[Any]:
    listed = one.get("dependencies", [])
    if isinstance(listed, dict):
        return [re.sub(r"[-_.]+", "-", name).lower() for name in listed]
    extra = one.get("optional-dependencies", {})
    return [*listed, *(word for words in extra.values() for word in words)]


def _locked(word: Any, versions: dict[str, list[str]]) -> str:
    if isinstance(word, dict):
        name, version = word["name"], word.get("version")
    else:
        name, _, version = word.partition(" ")
        version = version.partition(" ")[0]
    if name not in versions:
        return ""
    return f"{name}@{version or versions[name][0]}"


BUNDLER = """
require 'bundler'; require 'json'
made = Bundler::LockfileParser.new(STDIN.read)
own = made.sources.grep(Bundler::Source::Path).reject { |s| s.is_a?(Bundler::Source::Git) }
rows = made.specs.reject { |s| own.include?(s.source) }.group_by(&:name).map do |name, specs|
  [name, specs[0].version.to_s, specs.flat_map { |s| s.dependencies.map(&:name) }.uniq]
end
puts JSON.dump(rows)
"""


def gemfile_lock(path: Path) -> Facts | None:
    made = _run("ruby", "-e", BUNDLER, cwd=path.parent, given=path.read_bytes())
    if made is None:
        return None
    versions = {name: version for name, version, _ in made}
    text = path.read_text()
    own = {name: version for name, version in re.findall(r"(?m)^    (\S+) \(([^)]+)\)", text) if name not in versions}
    known = {**own, **versions}
    return {
        (name, version, _joined(f"{one}@{known[one]}" for one in asks if one in known)) for name, version, asks in made
    }


def _joined(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


def pdm_lock(path: Path) -> Facts | None:
    """pdm.lock and pylock.toml: one entry for each package, those with extras apart."""
    table = tomllib.loads(path.read_text())
    packages = [one for one in table.get("package", table.get("packages", [])) if not one.get("extras")]
    versions = {re.sub(r"[-_.]+", "-", one["name"]).lower(): one.get("version", "") for one in packages}
    facts: Facts = set()
    for one in packages:
        words = (word["name"] if isinstance(word, dict) else word for word in one.get("dependencies", []))
        names = {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", word)[0]).lower() for word in words}  # type: ignore[index]  # as every requirement begins with a name
        name = re.sub(r"[-_.]+", "-", one["name"]).lower()
        asks = _joined(f"{name}@{versions[name]}" for name in names if name in versions)
        facts.add((name, one.get("version", ""), asks))
    return facts


def pipfile_lock(path: Path) -> Facts | None:
    table = json.loads(path.read_text())
    tables = [section for name, section in table.items() if name != "_meta"]
    return {
        (re.sub(r"[-_.]+", "-", name).lower(), one.get("version", "").lstrip("="), "")
        for section in reversed(tables)
        for name, one in section.items()
    }


def yarn_lock(path: Path) -> Facts | None:
    """Yarn's own parser for version 1, PyYAML for berry."""
    text = path.read_text()
    if "__metadata:" in text:
        table = {key: one for key, one in yaml.load(text, Loader=yaml.CSafeLoader).items() if key != "__metadata"}
    else:
        made = _run("node", str(HERE / "reference" / "yarn.cjs"), str(path), cwd=Path.cwd())
        if made is None:
            raise Unavailable("@yarnpkg/lockfile")
        table = made
    found: dict[str, tuple[str, str]] = {}
    asks: dict[str, list[str]] = {}
    for key, one in table.items():
        resolution = str(one.get("resolution", ""))
        for word in key.split(", "):
            at = word.index("@", 1)
            aliased = re.match(r"npm:(@?[^@]+)@", word[at + 1 :])
            name = re.match(r"@?[^@]+", resolution)[0] if resolution else aliased[1] if aliased else word[:at]  # type: ignore[index]  # as every resolution begins with a name
            own = "@workspace:" in resolution
            found[f"{word[:at]}@{word[at + 1 :].removeprefix('npm:')}"] = (name, "" if own else str(one["version"]))
        if not own:
            wanted = {
                **one.get("dependencies", {}),
                **one.get("optionalDependencies", {}),
                **one.get("peerDependencies", {}),
            }
            asks[key] = [f"{name}@{str(text).removeprefix('npm:')}" for name, text in wanted.items()]
    facts: Facts = set()
    for key, words in asks.items():
        first = key.split(", ")[0]
        at = first.index("@", 1)
        package = found[f"{first[:at]}@{first[at + 1 :].removeprefix('npm:')}"]
        facts.add((*package, _joined({"@".join(found[word]) for word in words if word in found})))
    return facts


def pnpm_lock(path: Path) -> Facts | None:
    """Names and versions of version 9, by PyYAML; what asks for what by the snapshots."""
    made = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    if str(made.get("lockfileVersion")) != "9.0":
        return None
    asks: dict[str, set[str]] = {key: set() for key in made["packages"]}
    for key, entry in (made.get("snapshots") or {}).items():
        for table in ("dependencies", "optionalDependencies"):
            for name, version in ((entry or {}).get(table) or {}).items():
                bare = str(version).partition("(")[0]
                target = bare if bare in asks else f"{name}@{bare}"
                if target in asks:
                    asks[key.partition("(")[0]].add(target)
    named = {key: _named(key, made["packages"][key]) for key in asks}
    return {(*named[key], " ".join(sorted("@".join(named[one]) for one in found))) for key, found in asks.items()}


def _split(key: str) -> tuple[str, str]:
    name, _, version = key.rpartition("@") if "@" in key[1:] else (key, "", "")
    if re.search(r"@(?:https?|file|git|link)", key):
        at = key.index("@", 1)
        return key[:at], ""
    return name, version


def _named(key: str, entry: dict[str, Any]) -> tuple[str, str]:
    name, version = _split(key.removeprefix("/"))
    return entry.get("name", name), str(entry.get("version", version))


def pom(path: Path) -> Facts | None:
    root = ElementTree.parse(path).getroot()
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    facts: Facts = set()
    for above in (root, *root.findall(f"{space}profiles/{space}profile")):
        for one in above.findall(f"{space}dependencies/{space}dependency"):
            name = ":".join((one.findtext(space + tag) or "").strip() for tag in ("groupId", "artifactId"))
            facts.add((name, (one.findtext(space + "version") or "").strip(), "maven.dependencies"))
    return facts


def msbuild(path: Path) -> Facts | None:
    facts: Facts = set()
    for one in ElementTree.parse(path).getroot().iter():
        if one.tag.rpartition("}")[2] in ("PackageReference", "GlobalPackageReference", "DotNetCliToolReference"):
            version = one.get("VersionOverride") or one.get("Version") or ""
            for child in one:
                if child.tag.rpartition("}")[2] == "Version":
                    version = version or (child.text or "").strip()
            for name in (one.get("Include") or one.get("Update") or "").split(";"):
                if name.strip():
                    facts.add((name.strip(), version.strip()))
    return facts


def workflow(path: Path) -> Facts | None:
    facts: Facts = set()
    stack: list[Any] = [yaml.load(path.read_text(), Loader=yaml.CSafeLoader)]
    jobs = (stack[0] or {}).get("jobs") or {}
    for job in jobs.values():
        for one in [job, *(job.get("steps") or [])]:
            used = one.get("uses", "")
            images = [used[9:] if used.startswith("docker://") else "", one.get("container", "")]
            images += [service.get("image", "") for service in (one.get("services") or {}).values()]
            texts = [text.get("image", "") if isinstance(text, dict) else text for text in images]
            if any(text and "${{" not in text for text in texts):
                facts.add(("image",))
            if used and not used.startswith((".", "docker://")):
                name, _, revision = used.partition("@")
                facts.add((name, revision))
    return facts


def composer(path: Path) -> Facts | None:
    table = json.loads(path.read_text())
    pairs = [*(table.get("require") or {}).items(), *(table.get("require-dev") or {}).items()]
    return {(name.lower(), text) for name, text in pairs if "/" in name}


def composer_lock(path: Path) -> Facts | None:
    table = json.loads(path.read_text())
    packages = [*table.get("packages", []), *table.get("packages-dev", [])]
    versions = {one["name"].lower(): one["version"] for one in packages}
    return {
        (
            one["name"].lower(),
            one["version"],
            " ".join(
                sorted(
                    f"{name.lower()}@{versions[name.lower()]}"
                    for name in one.get("require", {})
                    if name.lower() in versions
                )
            ),
        )
        for one in packages
    }


def requires_dist(path: Path) -> Facts | None:
    """`Requires-Dist` of a source distribution, the marker of its extra taken apart."""
    if not path.is_file():
        return None
    described = Parser().parsestr(path.read_text("utf-8", "replace"))
    lines = described.get_all("Requires-Dist") or []
    own = re.sub(r"[-_.]+", "-", described.get("Name", "")).lower()
    facts: Facts = set()
    named: dict[str, set[str]] = {}
    for line in lines:
        one = Requirement(line)
        text = str(one.marker or "")
        extra = re.search(r"extra == [\"']([^\"']+)[\"']", text)
        text = re.sub(r"\s*(?:and )?extra == [\"'][^\"']+[\"']", "", text).strip()
        text = text[1:-1] if text.startswith("(") and text.endswith(")") and "(" not in text[1:] else text
        marker = str(Marker(text)) if text else ""
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        group = re.sub(r"[-_.]+", "-", extra[1]).lower() if extra else ""
        if name == own:
            named.setdefault(group, set()).update(re.sub(r"[-_.]+", "-", each).lower() for each in one.extras)
            continue
        specifiers = ",".join(sorted(re.sub(r"(?<=[\d])(?:\.0)+$", "", part) for part in str(one.specifier).split(",")))
        facts.add((name, specifiers, "".join(sorted(one.extras)), marker.replace(" ", ""), group))
    return expanded(facts, named)


def expanded(facts: Facts, named: dict[str, set[str]]) -> Facts:
    """With the requirements of extras that an extra names of its own package: backends write these out or not."""
    for extra in sorted(named):
        reached, waiting = set[str](), [extra]
        while waiting:
            waiting += (each := named.get(waiting.pop(), set())) - reached
            reached |= each
        facts |= {(*one[:-1], extra) for one in facts if one[-1] in reached}
    return facts


ORACLES: list[tuple[str, str, Callable[[Path], Facts | None], bool]] = [
    ("Cargo.toml", "Cargo.toml", cargo_toml, False),
    ("go.mod", "go.mod", go_mod, False),
    ("Gemfile", "Gemfile", gemfile, False),
    ("package.json", "package.json", package_json, False),
    ("pom.xml", "pom.xml", pom, False),
    ("msbuild", "*.csproj", msbuild, False),
    ("workflow", ".github/workflows/*.yml", workflow, False),
    ("composer.json", "composer.json", composer, False),
    ("composer.lock", "composer.lock", composer_lock, True),
    ("package-lock.json", "package-lock.json", package_lock, True),
    ("yarn.lock", "yarn.lock", yarn_lock, True),
    ("Gemfile.lock", "Gemfile.lock", gemfile_lock, True),
    ("pdm.lock", "pdm.lock", pdm_lock, True),
    ("pylock.toml", "pylock.toml", pdm_lock, True),
    ("Pipfile.lock", "Pipfile.lock", pipfile_lock, True),
    ("pnpm-lock.yaml", "pnpm-lock.yaml", pnpm_lock, True),
    ("Cargo.lock", "Cargo.lock", toml_lock, True),
    ("uv.lock", "uv.lock", toml_lock, True),
    ("poetry.lock", "poetry.lock", toml_lock, True),
]
