"""Routes that are files: Next.js, Nuxt, SvelteKit and Astro serve what lies in certain folders, by the files' names.

The folders count only below a manifest that depends on the framework. Groups `(name)` are no part of a route;
`[name]` is a parameter and shows as `:name`, `[...name]` takes the rest and shows as `*name`.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.inventory import is_aside

_PARAMETER = LazyPattern(r"\[\[?(\.\.\.)?([^\]=]+)(?:=[^\]]*)?\]\]?")
_PAGES = LazyPattern(r"(?:src/)?pages/(.+)\.(?:[jt]sx?|mdx?)")
_APP = LazyPattern(r"(?:src/)?app/(?:(.+)/)?(page|route)\.(?:[jt]sx?|mdx?)")
_SVELTE = LazyPattern(r"src/routes/(?:(.+)/)?\+(page|server)(?:@[^.]*)?\.(?:svelte|[jt]s)")
_NUXT_PAGE = LazyPattern(r"(?:app/)?pages/(.+)\.vue")
_NUXT_SERVER = LazyPattern(r"server/(api|routes)/(.+?)(?:\.(get|post|put|patch|delete|head|options))?\.[jt]s")
_ASTRO = LazyPattern(r"src/pages/(.+)\.(?:astro|mdx?|html|[jt]s)")


class FileRoute(NamedTuple):
    """A file, the path that it answers, the method where the file's name says one, and the rule."""

    file: str
    path: str
    method: str
    rule: str


def file_routes(deep: Deep) -> Iterator[FileRoute]:
    """In the order of the files."""
    roots = _roots(deep)
    if not roots:
        return
    for path in deep.languages:
        if ".test." in path or ".spec." in path:
            continue
        for folder, framework in roots:
            if path.startswith(folder):
                found = _FRAMEWORKS[framework](path[len(folder) :])
                if found is not None:
                    yield FileRoute(path, found[0], found[1], f"{framework}.file-route")
                    break


def _roots(deep: Deep) -> list[tuple[str, str]]:
    """Folders with a package that depends on a framework, the deepest first."""
    found: set[tuple[str, str]] = set()
    for manifest, one in deep.gathered.declared("dependency"):
        if manifest.rule.parser == "package_json" and one.label in _PACKAGES:
            folder = manifest.path.rpartition("/")[0]
            if is_aside(f"{folder}/"):
                continue
            found.add((f"{folder}/" if folder else "", _PACKAGES[one.label]))
    return sorted(found, key=lambda one: (-one[0].count("/"), one))


def _path(text: str) -> str:
    """The route of a path below the routes' folder."""
    steps = [step for step in text.split("/") if step and not (step.startswith("(") and step.endswith(")"))]
    steps = [step for step in steps if not step.startswith("@")]
    if steps and steps[-1] == "index":
        steps.pop()
    return "/" + "/".join(_PARAMETER.sub(lambda one: ("*" if one[1] else ":") + one[2], step) for step in steps)


def _next(path: str) -> tuple[str, str] | None:
    if found := _APP.fullmatch(path):
        return _path(found[1] or ""), "GET" if found[2] == "page" else ""
    if (found := _PAGES.fullmatch(path)) and not found[1].rpartition("/")[2].startswith("_"):
        return _path(found[1]), "" if found[1].startswith("api/") else "GET"
    return None


def _svelte(path: str) -> tuple[str, str] | None:
    found = _SVELTE.fullmatch(path)
    return (_path(found[1] or ""), "GET" if found[2] == "page" else "") if found else None


def _nuxt(path: str) -> tuple[str, str] | None:
    if found := _NUXT_PAGE.fullmatch(path):
        return _path(found[1]), "GET"
    if found := _NUXT_SERVER.fullmatch(path):
        return _path(f"api/{found[2]}" if found[1] == "api" else found[2]), (found[3] or "").upper()
    return None


def _astro(path: str) -> tuple[str, str] | None:
    found = _ASTRO.fullmatch(path)
    return (_path(found[1]), "GET") if found and not found[1].rpartition("/")[2].startswith("_") else None


_PACKAGES = {"next": "nextjs", "@sveltejs/kit": "sveltekit", "nuxt": "nuxt", "nuxt3": "nuxt", "astro": "astro"}
_FRAMEWORKS: dict[str, Callable[[str], tuple[str, str] | None]] = {
    "nextjs": _next,
    "sveltekit": _svelte,
    "nuxt": _nuxt,
    "astro": _astro,
}
