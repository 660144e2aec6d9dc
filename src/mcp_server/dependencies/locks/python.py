"""Python's locks: uv, Poetry, PDM, pylock (PEP 751), Pipenv."""

import re

from plumbrule.mcp_server.dependencies.asked.pep508 import normal
from plumbrule.mcp_server.dependencies.locks.build import Packages, as_table, lines_of_keys, loaded, table_in
from plumbrule.mcp_server.dependencies.locks.tables import Entry, entries, pairs_of, text_of
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading

_OWN = ("editable", "virtual", "directory", "workspace")
_HASH = re.compile(r"hash\s*=\s*\"([a-z0-9]+:[0-9a-f]+)\"|sha256\s*=\s*\"([0-9a-f]+)\"")


def uv(file: ManifestText) -> Reading:
    """uv.lock: every version of every package, members of the workspace, edges with their exact target."""
    made = Packages()
    for one in entries(decode(file.raw), "package"):
        name, version = normal(one.text("name")), one.text("version")
        source = pairs_of(one.values.get("source", ""))
        own = next((source[key] for key in _OWN if key in source), None)
        place = next((f"{key}+{source[key]}" for key in ("git", "url", "path") if key in source), "")
        asks = [_uv_word(item) for item in one.items("dependencies", "optional-dependencies", "dev-dependencies")]
        package = Locked(
            name,
            version,
            one.line + 1,
            own=own is not None and not own.startswith(".."),
            place=own or "",
            reference=place or (f"path:{own}" if own is not None and own.startswith("..") else ""),
            digest=_digest(one),
        )
        made.add(package, asks, f"{name}@{version}", name)
    return made.reading()


def _uv_word(item: str) -> str:
    pairs = pairs_of(item)
    name = normal(pairs.get("name", ""))
    return f"{name}@{pairs['version']}" if "version" in pairs else name


def _digest(one: Entry) -> str:
    """The digest of the source distribution, else of the only wheel; of many wheels none speaks for the package."""
    found = _HASH.search(one.values.get("sdist", ""))
    if not found:
        files = [*one.items("files", "wheels")]
        source = [text for text in files if ".tar." in text or ".zip" in text]
        chosen = source[:1] or (files if len(files) == 1 else [])
        found = _HASH.search(chosen[0]) if chosen else None
    return (found[1] or f"sha256:{found[2]}") if found else ""


def poetry(file: ManifestText) -> Reading:
    """poetry.lock: groups (2.x) or the category (1.x) say the scope."""
    made = Packages()
    for one in entries(decode(file.raw), "package"):
        name, version = normal(one.text("name")), one.text("version")
        groups = [text_of(item) for item in one.items("groups")] or [one.text("category")]
        scope = "runtime" if "main" in groups else "dev" if any(groups) else ""
        scope = "optional" if scope == "runtime" and one.values.get("optional") == "true" else scope
        listed = [key.partition("/")[2] for key in one.lists if key.startswith("dependencies/")]
        listed += [key[13:] for key in (*one.tables, *one.lists) if key.startswith("dependencies.")]
        asks = [normal(key) for key in dict.fromkeys((*one.tables.get("dependencies", {}), *listed))]
        source = {key: text_of(value) for key, value in one.tables.get("source", {}).items()}
        reference = ""
        if source.get("type") in ("git", "url", "directory", "file"):
            pinned = source.get("resolved_reference") or source.get("reference", "")
            reference = f"{source['type']}+{source.get('url', '')}" + (f"@{pinned}" if pinned else "")
        package = Locked(name, version, one.line + 1, scope=scope, reference=reference, digest=_digest(one))
        made.add(package, asks, name)
    return made.reading()


def pdm(file: ManifestText) -> Reading:
    """pdm.lock: dependencies are requirement strings; one package may stand several times with extras."""
    made = Packages()
    for one in entries(decode(file.raw), "package"):
        name = normal(one.text("name"))
        groups = [text_of(item) for item in one.items("groups")]
        scope = "runtime" if "default" in groups else "dev" if groups else ""
        words = (re.match(r"[A-Za-z0-9._-]+", text_of(item)) for item in one.items("dependencies"))
        asks = [normal(word[0]) for word in words if word]
        place = one.text("git") or one.text("url") or one.text("path")
        extras = one.items("extras")
        if extras and name in made.keys:  # the same package with extras: what those ask for as well
            made.extend(made.keys[name], [word for word in asks if word != name])
            continue
        package = Locked(name, one.text("version"), one.line + 1, scope=scope, reference=place, digest=_digest(one))
        made.add(package, asks, name)
    return made.reading()


def pylock(file: ManifestText) -> Reading:
    """pylock.toml (PEP 751)."""
    made = Packages()
    for one in entries(decode(file.raw), "packages"):
        name = normal(one.text("name"))
        asks = [normal(pairs_of(item).get("name", "")) for item in one.items("dependencies")]
        vcs = one.tables.get("vcs", {}) or pairs_of(one.values.get("vcs", ""))
        place = text_of(vcs.get("url", "")) or vcs.get("url", "").strip('"')
        made.add(Locked(name, one.text("version"), one.line + 1, reference=place, digest=_digest(one)), asks, name)
    return made.reading()


def pipfile(file: ManifestText) -> Reading:
    """Pipfile.lock: `default` and `develop`; who asks for whom is not told."""
    root = loaded(file.raw)
    lines = iter(lines_of_keys(file.raw))
    made = Packages()
    for section in root:
        if section == "_meta":
            continue
        for name, entry in table_in(root, section).items():
            line = next((at for key, at in lines if key == name), 1)
            value = as_table(entry)
            if not value:
                continue
            version = str(value.get("version", "")).lstrip("=")
            place = str(value.get("git") or value.get("path") or value.get("file") or "")
            scope = "runtime" if section == "default" else "dev"
            word = f"{normal(name)}@{version}"
            if word not in made.keys:  # a category may lock another version than the default one
                made.add(Locked(normal(name), version, line, scope=scope, reference=place), (), word, normal(name))
    return made.reading()
