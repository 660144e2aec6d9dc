"""Locks of Cargo, Bundler, Gradle, Mix, Pub, Terraform, conda-lock: line by line."""

import re

from plumbrule.mcp_server.dependencies.locks.build import Packages
from plumbrule.mcp_server.dependencies.locks.pnpm import rows
from plumbrule.mcp_server.dependencies.locks.tables import entries, text_of
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading


def cargo(file: ManifestText) -> Reading:
    """Cargo.lock: a dependency is a name, with its version where several are locked."""
    made = Packages()
    for one in entries(decode(file.raw), "package"):
        name, version, source = one.text("name"), one.text("version"), one.text("source")
        asks = [" ".join(text_of(item).split(" ")[:2]) for item in one.items("dependencies")]
        checksum = one.text("checksum")
        package = Locked(
            name,
            version,
            one.line + 1,
            own=not source,
            reference=source if source.startswith("git+") else "",
            digest=f"sha256:{checksum}" if checksum else "",
        )
        made.add(package, asks, f"{name} {version}", name)
    return made.reading()


def gemfile(file: ManifestText) -> Reading:
    """Gemfile.lock: gems of GEM, GIT and PATH with what they ask for; DEPENDENCIES are the Gemfile's own."""
    made = Packages()
    section, remote, revision, listed = "", "", "", list[str]()
    asks: list[str] = []
    for number, line in enumerate(decode(file.raw).splitlines(), 1):
        bare = line.strip()
        if line and line[0] != " ":
            section, remote, revision = bare, "", ""
        elif section in ("GEM", "GIT", "PATH") and line.startswith("      ") and line[6:7] != " ":
            asks.append(bare.partition(" ")[0].rstrip("!"))
        elif (
            section in ("GEM", "GIT", "PATH") and line.startswith("    ") and (one := re.match(r"(\S+) \((.+)\)", bare))
        ):
            asks = []
            version = re.match(r"(\d[\w.]*?)(?:-(?!alpha|beta|rc)[A-Za-z].*)?$", one[2])
            if one[1] in made.keys and made.made[made.keys[one[1]]].version == (version[1] if version else one[2]):
                continue  # the same version for another platform
            place = "" if section == "GEM" else f"{section.lower()}:{remote}" + (f"#{revision}" if revision else "")
            own = section == "PATH"
            package = Locked(
                one[1],
                version[1] if version else one[2],
                number,
                own=own,
                place="",
                reference=place,
            )
            made.add(package, asks, one[1])
        elif bare.startswith("remote:"):
            remote = bare[7:].strip()
        elif bare.startswith("revision:"):
            revision = bare[9:].strip()
        elif section == "DEPENDENCIES" and bare:
            listed.append(bare.partition(" ")[0].rstrip("!"))
    made.add(Locked("", "", 1, own=True, place="."), listed)
    return made.reading()


def gradle(file: ManifestText) -> Reading:
    """gradle.lockfile: coordinates and the configurations that have them."""
    made = Packages()
    for number, line in enumerate(decode(file.raw).splitlines(), 1):
        one = re.match(r"([^#:=\s]+:[^:=\s]+):([^=\s]+)=(.*)$", line)
        if one:
            configurations = one[3].split(",")
            tests = all("test" in name.lower() for name in configurations)
            made.add(Locked(one[1], one[2], number, scope="test" if tests else ""), (), one[1])
    return made.reading()


_MIX = re.compile(r'\s*"(\w+)":\s*\{:(hex|git|path),\s*(?::"?(\w+)"?|"([^"]+)"),\s*"([^"]+)"(.*)$')


def mix(file: ManifestText) -> Reading:
    """mix.lock: one package a line, with the packages it asks for."""
    made = Packages()
    for number, line in enumerate(decode(file.raw).splitlines(), 1):
        if one := _MIX.match(line):
            asks = re.findall(r"\{:(\w+), \"", one[6])
            hashed = re.match(r',\s*"([0-9a-f]{64})"', one[6])
            git = one[2] == "git"
            package = Locked(
                one[3] or one[1],
                "" if git else one[5],
                number,
                reference=f"git+{one[4]}@{one[5]}" if git else "",
                digest=f"sha256:{hashed[1]}" if hashed else "",
                spec=(one[1],) if one[3] and one[3] != one[1] else (),
            )
            made.add(package, asks, one[1])
    return made.reading()


def pub(file: ManifestText) -> Reading:
    """pubspec.lock: what is direct is said, who asks for the rest is not."""
    made = Packages()
    tables: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    for path, value, number in rows(decode(file.raw)):
        if path[0] == "packages" and len(path) >= 2:
            lines.setdefault(path[1], number)
            tables.setdefault(path[1], {})["/".join(path[2:])] = value.strip("\"'")
    for name, table in tables.items():
        dependency = table.get("dependency", "")
        scope = {"direct main": "runtime", "direct dev": "dev"}.get(dependency, "")
        source = table.get("source", "hosted")
        place = "" if source == "hosted" else f"{source}:{table.get('description/url') or table.get('description', '')}"
        digest = table.get("description/sha256", "")
        package = Locked(name, table.get("version", ""), lines[name], scope=scope, reference=place)
        made.add(package._replace(digest=f"sha256:{digest}" if digest else ""), (), name)
    return made.reading()


def terraform(file: ManifestText) -> Reading:
    """.terraform.lock.hcl: providers with their versions."""
    made = Packages()
    name, line = "", 0
    for number, text in enumerate(decode(file.raw).splitlines(), 1):
        if one := re.match(r'provider "([^"]+)"', text):
            name, line = one[1].removeprefix("registry.terraform.io/"), number
        elif name and (one := re.match(r'\s+version\s*=\s*"([^"]+)"', text)):
            made.add(Locked(name, one[1], line), (), name)
            name = ""
    return made.reading()


def conda_lock(file: ManifestText) -> Reading:
    """conda-lock.yml: one entry for each platform; equal ones are one package."""
    made = Packages()
    entry: dict[str, str] = {}
    line, asks, inside = 0, list[str](), False
    for number, text in enumerate([*decode(file.raw).splitlines(), "- name: "], 1):
        if one := re.match(r"- name: (.*)$", text):
            if entry:
                _conda_put(made, entry, line, asks)
            entry, line, asks, inside = {"name": one[1].strip("'\"")}, number, [], False
        elif entry and (one := re.match(r"  ([\w-]+):\s*(.*)$", text)):
            inside = one[1] == "dependencies"
            entry[one[1]] = one[2].strip("'\"")
        elif entry and inside and (one := re.match(r"    ([\w.-]+):", text)):
            asks.append(one[1])
        elif entry and (one := re.match(r"    sha256: ([0-9a-f]+)", text)):
            entry["sha256"] = one[1]
    return made.reading()


def _conda_put(made: Packages, entry: dict[str, str], line: int, asks: list[str]) -> None:
    name, version = entry["name"], entry.get("version", "")
    if f"{name}@{version}" in made.keys:
        return
    scope = {"main": "runtime", "": ""}.get(entry.get("category", ""), "dev")
    ecosystem = "python" if entry.get("manager") == "pip" else ""
    digest = f"sha256:{entry['sha256']}" if "sha256" in entry else ""
    package = Locked(name, version, line, scope=scope, digest=digest, ecosystem=ecosystem)
    made.add(package, list(asks), f"{name}@{version}", name)
