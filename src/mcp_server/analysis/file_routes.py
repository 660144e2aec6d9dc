"""Routes that are files: Next.js, Nuxt, SvelteKit, Remix and their kin serve what lies in certain folders, by name.

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
_NUXT_SERVER = LazyPattern(r"(?:server/)?(api|routes)/(.+?)(?:\.(get|post|put|patch|delete|head|options))?\.[jt]s")
_ASTRO = LazyPattern(r"src/pages/(.+)\.(?:astro|mdx?|html|[jt]s)")
_FLAT = LazyPattern(r"(?:app|src)/routes/(.+)\.(?:[jt]sx?|mdx?)")
_SOLID = LazyPattern(r"src/routes/(.+)\.(?:[jt]sx?|mdx?)")
_FLAT_STEP = LazyPattern(r"(?:\[[^\]]*\]|[^.\[])+")
_ESCAPED = LazyPattern(r"\[([^\]]*)\]")
_HTTP = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


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
        if ".test." in path or ".spec." in path or path.endswith((".d.ts", ".d.mts")):
            continue
        for folder, framework in roots:
            if path.startswith(folder):
                found = _FRAMEWORKS[framework](path[len(folder) :])
                if found is not None:
                    for method in _methods(deep, path, framework, found[1]):
                        yield FileRoute(path, found[0], method, f"{framework}.file-route")
                    break


def _methods(deep: Deep, path: str, framework: str, method: str) -> Iterator[str]:
    """The methods of a file whose name says none: those of the handlers that it exports, else any."""
    facts = deep.facts.get(path)
    exports = (facts.exports or []) if facts is not None and not method else []
    if framework == "remix":  # a page or its data are read, an action is posted to
        reads = "default" in exports or "loader" in exports
        named = [*(["GET"] if reads else []), *(["POST"] if "action" in exports else [])]
    else:
        named = [one for one in _HTTP if one in exports]
    yield from named or [method]


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
    if steps and steps[-1] == "index":
        steps.pop()
    return "/" + "/".join(_PARAMETER.sub(lambda one: ("*" if one[1] else ":") + one[2], step) for step in steps)


def _next(path: str) -> tuple[str, str] | None:
    if found := _APP.fullmatch(path):
        steps = (found[1] or "").split("/")
        # What begins with a point in brackets shows another page's route in its place, `_folder` has no routes.
        if any(step.startswith(("_", "(.")) for step in steps):
            return None
        kept = "/".join(step for step in steps if not step.startswith("@"))
        return _path(kept), "GET" if found[2] == "page" else ""
    if (found := _PAGES.fullmatch(path)) and not found[1].rpartition("/")[2].startswith("_"):
        return _path(found[1]), "" if found[1].startswith("api/") else "GET"
    return None


def _svelte(path: str) -> tuple[str, str] | None:
    found = _SVELTE.fullmatch(path)
    return (_path(found[1] or ""), "GET" if found[2] == "page" else "") if found else None


def _nuxt(path: str) -> tuple[str, str] | None:
    if found := _NUXT_PAGE.fullmatch(path):
        steps = [step for step in found[1].split("/") if step != "index"]
        return _path("/".join(steps)), "GET"
    return _nitro(path) if path.startswith("server/") else None


def _nitro(path: str) -> tuple[str, str] | None:
    found = _NUXT_SERVER.fullmatch(path)
    if found is None:
        return None
    return _path(f"api/{found[2]}" if found[1] == "api" else found[2]), (found[3] or "").upper()


def _astro(path: str) -> tuple[str, str] | None:
    found = _ASTRO.fullmatch(path)
    if found is None or any(step.startswith("_") for step in found[1].split("/")):
        return None
    return _path(found[1]), "" if path.endswith((".ts", ".js")) else "GET"


def _remix(path: str) -> tuple[str, str] | None:
    """Remix' and TanStack's flat names: `users.$id.edit.tsx`; a folder holds its route in `route.tsx`.

    https://remix.run/docs/en/main/file-conventions/routes
    """
    found = _FLAT.fullmatch(path)
    if found is None or found[1].rpartition("/")[2].startswith("__"):
        return None
    folder, _, name = found[1].rpartition("/")
    whole = folder.replace("/", ".") if name == "route" else found[1].replace("/", ".")
    steps: list[str] = []
    for step in _FLAT_STEP.findall(whole):
        if step.startswith("_") or step == "index" or (step.startswith("(") and step.endswith(")") and "$" not in step):
            continue
        plain = step.strip("()").removesuffix("_")
        if plain.startswith("$"):
            plain = f":{plain[1:]}" if len(plain) > 1 else "*"
        steps.append(_ESCAPED.sub(lambda one: one[1], plain))
    return "/" + "/".join(steps), ""


def _solid(path: str) -> tuple[str, str] | None:
    found = _SOLID.fullmatch(path)
    return (_path(found[1]), "" if found[1].startswith("api/") else "GET") if found else None


_PACKAGES = {
    "next": "nextjs",
    "@sveltejs/kit": "sveltekit",
    "nuxt": "nuxt",
    "nuxt3": "nuxt",
    "astro": "astro",
    "@remix-run/react": "remix",
    "@remix-run/dev": "remix",
    "@react-router/fs-routes": "remix",
    "@tanstack/react-start": "tanstack",
    "@tanstack/solid-start": "tanstack",
    "@solidjs/start": "solidstart",
    "nitropack": "nitro",
    "nitro": "nitro",
}
_FRAMEWORKS: dict[str, Callable[[str], tuple[str, str] | None]] = {
    "nextjs": _next,
    "sveltekit": _svelte,
    "nuxt": _nuxt,
    "astro": _astro,
    "remix": _remix,
    "tanstack": _remix,
    "solidstart": _solid,
    "nitro": _nitro,
}
