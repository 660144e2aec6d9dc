"""Names that configuration gives to places: `paths` and `baseUrl` of tsconfig.json, import maps, literal aliases.

Each configuration holds for the files below its folder. The nearest comes first, as editors and compilers have it; the
ones above are asked when it knows no answer.
"""

import re
from collections.abc import Iterator, Mapping

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_files import folders_above, joined
from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_json import as_list, as_object, as_strings, read_object

MAX_EXTENDS = 12
_PROJECTS = ("tsconfig.json", "jsconfig.json")
_MAPS = ("deno.json", "deno.jsonc", "import_map.json", "importmap.json")
_BUNDLERS = re.compile(
    r"^(?:vite|vitest|webpack|rollup|rspack|rsbuild|electron\.vite|farm|svelte|nuxt|astro|vue)\.config\."
)
_ALIAS_BLOCK = re.compile(rb"\balias(?:es)?\s*[:=]\s*([{\[])")
_ALIAS_PAIR = re.compile(
    rb"(?:['\"]([^'\"\n]{1,80})['\"]|\b([A-Za-z_$][\w$]*))\s*:\s*(?:[\w.]+\s*\(\s*)*(?:new\s+URL\s*\(\s*)?"
    rb"(?:[\w.]+(?:\([\w.]*\))?\s*,\s*)?((?:['\"][^'\"\n]{1,200}['\"]\s*,?\s*)+)"
)
_ALIAS_ENTRY = re.compile(
    rb"find\s*:\s*['\"]([^'\"\n]{1,80})['\"]\s*,\s*replacement\s*:\s*(?:[\w.]+\s*\(\s*)*(?:new\s+URL\s*\(\s*)?"
    rb"(?:[\w.]+(?:\([\w.]*\))?\s*,\s*)?((?:['\"][^'\"\n]{1,200}['\"]\s*,?\s*)+)"
)
_LITERAL = re.compile(rb"['\"]([^'\"\n]*)['\"]")


@dataclass(frozen=True, slots=True)
class Names:
    """What one configuration says. Patterns hold at most one star; the places are paths from the root."""

    exact: Mapping[str, tuple[str, ...]]
    starred: tuple[tuple[str, str, tuple[str, ...]], ...]
    """(before the star, behind it, places with a star), the longest beginning first, as TypeScript prefers."""
    base: str | None = None
    """`baseUrl`: where bare names are looked for as paths."""
    maps: bool = False
    """An import map: its places may be packages (`npm:…`) and URLs."""

    def places(self, target: str) -> Iterator[str]:
        """Where `target` may lie, in order."""
        yield from self.exact.get(target, ())
        for begin, end, places in self.starred:
            if len(target) >= len(begin) + len(end) and target.startswith(begin) and target.endswith(end):
                middle = target[len(begin) : len(target) - len(end)]
                yield from (place.replace("*", middle, 1) for place in places)
                break
        if self.base is not None:
            place = joined(self.base, target)
            if place is not None:
                yield place


class Configured:
    """All configurations of a tree, by folder."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts
        self._names: dict[str, list[Names]] = {}
        self._projects: set[str] = set()
        self._options: dict[str, dict[str, object]] = {}
        self._chains: dict[str, tuple[tuple[Names, ...], tuple[Names, ...]]] = {}
        for path in sorted(texts):
            folder, _, name = path.rpartition("/")
            if name in _PROJECTS:
                self._projects.add(folder)
                self._add_project(folder, path)
            elif name in _MAPS:
                self._add_map(folder, path)
            elif _BUNDLERS.match(name):
                self._add(folder, _literal_aliases(folder, texts[path]))

    def above(self, folder: str) -> tuple[tuple[Names, ...], tuple[Names, ...]]:
        """The configurations that hold in `folder`, and those behind its own project; the nearest first.

        A project's names end where another project begins below it, and that is asked first. The others are for what
        nothing else explains: tests beside a project, an alias that a bundler is given elsewhere.
        """
        chain = self._chains.get(folder)
        if chain is None:
            own: list[Names] = []
            behind: list[Names] = []
            ended = False
            for one in folders_above(folder):
                for names in self._names.get(one, ()):
                    (behind if ended and not names.maps else own).append(names)
                ended = ended or one in self._projects
            chain = self._chains[folder] = (tuple(own), tuple(behind))
        return chain

    def output(self, folder: str) -> tuple[str, str] | None:
        """(`outDir`, `rootDir`) of the project right in `folder`, from the root, when it says both or has `src`."""
        path = f"{folder}/tsconfig.json" if folder else "tsconfig.json"
        options = self._options.get(path)
        if options is None:
            return None
        written, read = options.get("outDir"), options.get("rootDir", "src")
        if not isinstance(written, str) or not isinstance(read, str):
            return None
        target, source = joined(folder, written), joined(folder, read)
        return None if target is None or source is None else (target, source)

    def _add(self, folder: str, names: Names | None) -> None:
        if names is not None:
            self._names.setdefault(folder, []).append(names)

    def _add_project(self, folder: str, path: str) -> None:
        """A project and those that it only refers to (`references`), whose files may lie anywhere below it."""
        self._add(folder, self._project(path, folder))
        options = read_object(self._texts[path])
        self._options[path] = as_object(options.get("compilerOptions"))
        references = options.get("references")
        for one in as_list(references)[:50]:
            target = as_object(one).get("path")
            place = joined(folder, target) if isinstance(target, str) else None
            if place is None:
                continue
            inner = place if place in self._texts else f"{place}/tsconfig.json".lstrip("/")
            if inner in self._texts and inner != path and inner.rpartition("/")[0] == folder:
                self._add(folder, self._project(inner, folder))

    def _project(self, path: str, top: str) -> Names | None:
        """`paths` and `baseUrl` of one project with what it extends; each counts from the file that says it."""
        paths: tuple[str, dict[str, object]] | None = None
        base: str | None = None
        waiting, seen = [path], set[str]()
        while waiting and len(seen) < MAX_EXTENDS:
            at = waiting.pop(0)
            if at in seen or at not in self._texts:
                continue
            seen.add(at)
            folder = at.rpartition("/")[0]
            content = read_object(self._texts[at])
            options = as_object(content.get("compilerOptions"))
            own = options.get("baseUrl")
            if base is None and isinstance(own, str):
                base = joined(folder, own.replace("${configDir}", _from(folder, top)))
            if paths is None and isinstance(options.get("paths"), dict):
                paths = (folder if base is None else base, as_object(options["paths"]))
            parents = [_extended(folder, one, self._texts) for one in as_strings(content.get("extends"))]
            waiting.extend(one for one in reversed(parents) if one is not None)
        if paths is None and base is None:
            return None
        return _names(paths, base, top)

    def _add_map(self, folder: str, path: str) -> None:
        imports = as_object(read_object(self._texts[path]).get("imports"))
        exact: dict[str, tuple[str, ...]] = {}
        starred: list[tuple[str, str, tuple[str, ...]]] = []
        for key, place in imports.items():
            if not isinstance(place, str):
                continue
            local = joined(folder, place) if place.startswith((".", "/")) else place
            if local is None:
                continue
            if key.endswith("/"):
                starred.append((key, "", ((local.rstrip("/") + "/" if local else "") + "*",)))
            else:
                exact[key] = (local,)
        if exact or starred:
            starred.sort(key=lambda one: -len(one[0]))
            self._add(folder, Names(exact, tuple(starred), maps=True))


def _names(paths: tuple[str, dict[str, object]] | None, base: str | None, top: str) -> Names:
    exact: dict[str, tuple[str, ...]] = {}
    starred: list[tuple[str, str, tuple[str, ...]]] = []
    folder, patterns = paths if paths is not None else ("", {})
    for pattern, places in patterns.items():
        local = (joined(folder, one.replace("${configDir}", _from(folder, top))) for one in as_strings(places))
        found = tuple(one for one in local if one is not None)
        begin, star, end = pattern.partition("*")
        if star:
            starred.append((begin, end, found))
        else:
            exact[pattern] = found
    starred.sort(key=lambda one: -len(one[0]))
    return Names(exact, tuple(starred), base)


def _from(folder: str, top: str) -> str:
    """The way from `folder` to `top`."""
    depth = len([part for part in folder.split("/") if part])
    return "/".join([*[".."] * depth, top]) or "."


def _extended(folder: str, target: str, texts: Mapping[str, bytes]) -> str | None:
    """The file that `extends` means; a package's is found when the package lies in the tree under `node_modules`."""
    if not target.startswith("."):
        for above in folders_above(folder):
            inside = f"{above}/node_modules/{target}".lstrip("/")
            for one in (inside, f"{inside}.json", f"{inside}/tsconfig.json"):
                if one in texts:
                    return one
        return None
    place = joined(folder, target)
    if place is None:
        return None
    return next((one for one in (place, f"{place}.json", f"{place}/tsconfig.json".lstrip("/")) if one in texts), None)


def _literal_aliases(folder: str, raw: bytes) -> Names | None:
    """Aliases of a bundler's configuration whose places are literals: `"@": path.resolve(__dirname, "src")`."""
    found: dict[str, tuple[str, ...]] = {}
    for block in _ALIAS_BLOCK.finditer(raw[:200_000]):
        end = raw.find(b"]" if block.group(1) == b"[" else b"}", block.end())
        piece = raw[block.end() : end if end > 0 else block.end() + 2000]
        pairs = [(one.group(1) or one.group(2), one.group(3)) for one in _ALIAS_PAIR.finditer(piece)]
        entries = [(one.group(1), one.group(2)) for one in _ALIAS_ENTRY.finditer(raw, block.end(), block.end() + 4000)]
        for key, places in (*(pairs if block.group(1) == b"{" else ()), *entries):
            parts = [one.decode("utf-8", "replace") for one in _LITERAL.findall(places)]
            place = joined(folder, "/".join(parts))
            name = key.decode("utf-8", "replace")
            if place is not None and parts and (parts[0][:1] in "./" or "/" not in name):
                found.setdefault(name.rstrip("/"), (place,))
    if not found:
        return None
    starred = tuple(
        (
            key.removesuffix("*") if key.endswith("*") else key + "/",
            "",
            (place[0].removesuffix("/*").removesuffix("*") + "/*",),
        )
        for key, place in sorted(found.items(), key=lambda one: -len(one[0]))
    )
    return Names({key.removesuffix("/*"): place for key, place in found.items()}, starred)
