"""The prefixes under which whole files of routes hang: `app.use("/users", require("./routes/users"))`.

Below, extractors tell of such mounts (`use_rules.MOUNTED`); above, `structure` puts the prefix before the routes of the
file that is mounted. Only relative imports are followed; a file that hangs in two places is shown in the first.
"""

from collections.abc import Iterable, Iterator, Mapping

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_files import TYPED_IMPORTERS, Files, joined
from plumbrule.mcp_server.analysis.syntax.model import Use
from plumbrule.mcp_server.analysis.syntax.use_rules import MOUNTED

MAX_DEPTH = 8
"""Routers in routers in routers; a ring ends here too."""


def prefixes_of(deep: Deep, uses: Iterable[tuple[str, Use]]) -> Mapping[str, str]:
    """The prefix of each file whose router hangs in another file."""
    mounts = [(path, use) for path, use in uses if use.rule == MOUNTED]
    if not mounts:
        return {}
    files = Files(deep.languages)
    above: dict[str, tuple[str, str]] = {}
    for path, use in mounts:
        if use.detail.endswith("/"):
            for loaded, prefix in _loaded(deep, path, use):
                above.setdefault(loaded, (path, prefix))
            continue
        place = joined(path.rpartition("/")[0], use.detail.partition(" ")[2])
        target = files.found(place, path.endswith(TYPED_IMPORTERS)) if place else None
        if target is not None and target != path:
            above.setdefault(target, (path, use.value))
    return {path: _whole(path, above) for path in above}


def _loaded(deep: Deep, path: str, use: Use) -> Iterator[tuple[str, str]]:
    """What `@fastify/autoload` finds below a folder: folders are prefixes, `_id` is a parameter.

    https://github.com/fastify/fastify-autoload
    """
    folder = joined(path.rpartition("/")[0], use.detail.partition(" ")[2])
    for target in deep.facts if folder else ():
        if target.startswith(f"{folder}/") and target != path:
            steps = target[len(folder or "") + 1 :].split("/")[:-1]
            named = (f":{step[1:]}" if step.startswith("_") and len(step) > 1 else step for step in steps)
            yield target, use.value.rstrip("/") + "".join(f"/{step}" for step in named)


def _whole(path: str, above: Mapping[str, tuple[str, str]]) -> str:
    prefix = ""
    for _ in range(MAX_DEPTH):
        if path not in above:
            break
        path, own = above[path]
        prefix = own.rstrip("/") + prefix
    return prefix


def behind(prefix: str, path: str) -> str:
    """A route's path behind its prefix: the root of a mounted router is the prefix itself."""
    return prefix + path if path != "/" or not prefix else prefix
