"""Commands that are files: oclif makes one of each file below the folder that its package.json names.

https://oclif.io/docs/topics: folders are topics, `index` is the topic itself. The separator is `:` unless the package
says otherwise.
"""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.analysis.deep import Deep

_FOLDER = re.compile(rb"\"commands\"\s*:\s*\"(?:\./)?(?:dist|lib|build|src)/([\w/-]{1,80}?)/?\"")
_SPACED = re.compile(rb"\"topicSeparator\"\s*:\s*\" \"")
_SOURCE = re.compile(r"\.(?:[cm]?[jt]s|tsx)$")


def file_commands(deep: Deep) -> Iterator[tuple[str, str]]:
    """Path and command, in the order of the files."""
    homes = {
        manifest.path.rpartition("/")[0]: manifest.path
        for manifest, one in deep.gathered.declared("dependency")
        if manifest.rule.parser == "package_json" and one.label == "@oclif/core" and one.scope == "runtime"
    }
    for home, manifest in sorted(homes.items()):
        raw = deep.gathered.texts.get(manifest, b"")
        named = _FOLDER.search(raw)
        if b'"oclif"' not in raw or named is None:
            continue
        base = f"{home}/" if home else ""
        below = f"{base}src/{named[1].decode()}/"
        separator = " " if _SPACED.search(raw) else ":"
        for path in deep.facts:
            if path.startswith(below) and _SOURCE.search(path) and not path.endswith((".d.ts", ".test.ts", ".spec.ts")):
                steps = _SOURCE.sub("", path[len(below) :]).split("/")
                steps = steps[:-1] if steps[-1] == "index" else steps
                if steps:
                    yield path, separator.join(steps)
