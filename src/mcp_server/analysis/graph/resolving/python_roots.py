"""Where Python would look: the modules of a tree by folder, and the folders that stand on `sys.path` for each file."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.graph.tree import Tree
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.dependencies.model import Manifest

_CONVENTIONS = ("src", "lib", "python", "Lib")
"""Folders of a distribution that build backends find packages in by themselves, or that people configure."""

_COMPILED = (".pyx", ".pxd", ".c", ".cc", ".cpp", ".rs", ".f90")
"""Endings of what a module is compiled from when no Python file of its name is there, in this order."""

_CARRIED = LazyPattern(r"/_?vendor(?:ed|s)?\Z")
"""Copies that a package carries inside of itself and puts on its path, as pip, setuptools and poetry-core do."""

MAX_ROOTS = 200
"""Roots that are sought for one file. A tree of a thousand small projects has each near its own files."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a dotted name leads to: a module's file, a package's folder and file, or a folder alone (PEP 420)."""

    folder: str
    """The package's folder, or the path of a module without its ending."""
    file: str
    """`__init__.py`, the module's file, or "" for a namespace."""
    is_folder: bool
    stub: str = ""
    """The `.pyi` beside it."""


@dataclass(slots=True)
class Places:
    """The tree as `import` sees it. Made once by `places_of`; all questions are look-ups."""

    modules: Mapping[str, Place]
    """By path without ending; a package by its folder."""
    declared: frozenset[str]
    """Import names that the manifests' dependencies most likely have."""
    configured: Mapping[str, tuple[str, ...]]
    """Further roots by the folder of the distribution that names them."""
    renamed: Mapping[str, tuple[tuple[str, str], ...]]
    """(package name, folder) by the root that they count from."""
    distributions: frozenset[str]
    conftests: frozenset[str]
    tops: Mapping[str, tuple[str, ...]]
    """Every root of the tree that holds a top-level name, nearest to the tree's root first."""
    _sure: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    _tops: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    _apart: dict[str, str] = field(default_factory=dict[str, str])

    def below(self, at: str, parts: list[str]) -> Place | None:
        """The module `parts` below a folder."""
        if not parts:
            return self.modules.get(at)
        tail = "/".join(parts)
        return self.modules.get(f"{at}/{tail}" if at else tail)

    def mapped(self, root: str, parts: list[str]) -> Place | None:
        """The module under a package whose folder has another name."""
        for name, folder in self.renamed.get(root, ()):
            if parts[: name.count(".") + 1] == name.split("."):
                return self.below(folder, parts[name.count(".") + 1 :])
        return None

    def is_regular(self, root: str, top: str) -> bool:
        """Whether a top-level name below a root is a package or module with a file."""
        place = self.below(root, [top]) or self.mapped(root, [top])
        return place is not None and bool(place.file)

    def _is_package(self, folder: str) -> bool:
        place = self.modules.get(folder)
        return place is not None and bool(place.file)

    def shares(self, folder: str, top: str) -> bool:
        """Whether the tree holds a part of a namespace: a bare folder where packages are configured to lie."""
        roots = (root for root in self.sure_roots(folder) if root and root not in self.distributions)
        places = (self.below(root, [top]) for root in roots)
        return any(place is not None and not place.file for place in places)

    def preferred(self, place: Place, path: str) -> str:
        """The file that stands for a module: stubs see stubs."""
        return place.stub if place.stub and (path.endswith(".pyi") or not place.file) else place.file

    def own_top(self, folder: str) -> str:
        """The top-level package that files of a folder are in, "" for scripts."""
        return self._top_of(folder)[1]

    def sure_roots(self, folder: str) -> tuple[str, ...]:
        """What stands on `sys.path` for the files of a folder, in the interpreter's order."""
        found = self._sure.get(folder)
        if found is None:
            found = self._sure[folder] = tuple(dict.fromkeys(self._gathered(folder)))
        return found

    def other_roots(self, folder: str, top: str) -> Iterator[str]:
        """Where else a top-level name lies, most likely first: other distributions of the tree, then folders above
        that are no root at all, which works only where the code edits `sys.path`."""
        apart = self._set_apart(folder)
        home, own = self._top_of(folder)
        inside = f"{home}/{own}/".lstrip("/") if own else "/"
        near = [
            root
            for root in self.tops.get(top, ())
            if self._set_apart(root) in ("", apart) or (root.startswith(inside) and _CARRIED.search(root))
        ]
        near.sort(key=lambda root: -_shared(root, folder))
        yield from near[:MAX_ROOTS]
        for above in _upwards(folder):
            place = self.modules.get(above)
            if above and place is not None and not place.file:  # no folder inside of a package
                yield above

    def _set_apart(self, folder: str) -> str:
        """The first folder on the way down that sets files apart (`tests`, `examples`), "" for the project's own."""
        known = self._apart.get(folder)
        if known is None:
            above = self._set_apart(folder.rpartition("/")[0]) if folder else ""
            known = self._apart[folder] = above or (folder if folder and is_aside(folder + "/") else "")
        return known

    def _top_of(self, folder: str) -> tuple[str, str]:
        """The folder that a file's top-level package lies in, and the package's name."""
        known = self._tops.get(folder)
        if known is not None:
            return known
        place = self.modules.get(folder)
        if not folder or place is None or not place.file:
            made = (folder, "")
        else:
            parent, _, name = folder.rpartition("/")
            above = self._top_of(parent)
            made = (above[0], above[1]) if above[1] else (parent, name)
        self._tops[folder] = made
        return made

    def _gathered(self, folder: str) -> Iterator[str]:
        base = self._top_of(folder)[0]
        above = list(_upwards(folder))
        named = [root for one in above if one in self.distributions for root in (*self.configured.get(one, ()), one)]
        # A top-level package below a configured folder without being in it itself is part of a namespace (PEP 420).
        inside = any(base.startswith(root + "/") for one in above for root in self.configured.get(one, ()))
        if not inside:
            yield base
        # pytest puts the folder above the topmost package on the path, which for these is the folder itself.
        yield from (one for one in above if one in self.conftests and not self._is_package(one))
        yield from named


def places_of(tree: Tree) -> Places:
    """Index the tree's Python files; linear."""
    modules: dict[str, Place] = {}
    conftests: set[str] = set()
    compiled: list[tuple[str, str]] = []
    for path, language in tree.languages.items():
        stem, dot, ending = path.rpartition(".")
        if language == "Python" and ending in ("py", "pyi", "pyw"):
            _enter(modules, path, stem, ending)
            if path.endswith("conftest.py"):
                conftests.add(path.rpartition("/")[0])
        elif f"{dot}{ending}" in _COMPILED:
            compiled.append((stem, path))
    folders = {stem.rpartition("/")[0] for stem in modules}
    _enter_folders(modules)
    rank = {ending: number for number, ending in enumerate(_COMPILED)}
    compiled.sort(key=lambda pair: (pair[0], rank["." + pair[1].rpartition(".")[2]]))
    for stem, path in compiled:
        if stem not in modules and stem.rpartition("/")[0] in folders:
            modules[stem] = Place(stem, path, is_folder=False)
    return _with_roots(tree, modules, frozenset(conftests))


def _enter(modules: dict[str, Place], path: str, stem: str, ending: str) -> None:
    """One Python file: a package's beats a module's, a module's beats its stub's."""
    folder, _, name = stem.rpartition("/")
    is_package = name == "__init__"
    key = folder if is_package else stem
    before = modules.get(key)
    stub = path if ending == "pyi" else (before.stub if before else "")
    file = path if ending != "pyi" else ""
    if before is not None and (before.is_folder or not is_package):
        if before.is_folder and not is_package:
            return
        file = file or before.file
    modules[key] = Place(key, file or stub, is_package, stub)


def _enter_folders(modules: dict[str, Place]) -> None:
    """Folders above modules, down to the root, are namespaces where they hold no `__init__.py`."""
    for key in list(modules):
        folder = key.rpartition("/")[0]
        while folder not in modules:
            modules[folder] = Place(folder, "", is_folder=True)
            if not folder:
                break
            folder = folder.rpartition("/")[0]


def _with_roots(tree: Tree, modules: dict[str, Place], conftests: frozenset[str]) -> Places:
    python = [one for one in tree.manifests if one.rule.ecosystem == "python" and one.rule.kind == "manifest"]
    homes = {"", *(one.path.rpartition("/")[0] for one in python if one.rule.parser in _STANDING)}
    configured: dict[str, list[str]] = {}
    renamed: dict[str, list[tuple[str, str]]] = {}
    for manifest in python:
        _configure(manifest, configured, renamed)
    for home in sorted(homes):
        for name in _CONVENTIONS:
            folder = f"{home}/{name}" if home else name
            place = modules.get(folder)
            if place is not None and not place.file:
                configured.setdefault(home, []).append(folder)
    roots = homes.union(*configured.values(), _inferred(modules))
    return Places(
        modules,
        _declared(python),
        {home: tuple(dict.fromkeys(found)) for home, found in configured.items()},
        {home: tuple(found) for home, found in renamed.items()},
        frozenset(homes),
        conftests,
        _tops(modules, roots, renamed),
    )


def _inferred(modules: Mapping[str, Place]) -> Iterator[str]:
    """Folders that hold a top-level package."""
    for key, place in modules.items():
        if place.file and place.is_folder and key:
            parent = key.rpartition("/")[0]
            above = modules.get(parent)
            if above is None or not above.file or not parent:
                yield parent


def _tops(
    modules: Mapping[str, Place], roots: set[str], renamed: Mapping[str, list[tuple[str, str]]]
) -> dict[str, tuple[str, ...]]:
    tops: dict[str, list[str]] = {}
    for key in modules:
        parent, _, name = key.rpartition("/")
        if key and parent in roots:
            tops.setdefault(name, []).append(parent)
    for home, names in renamed.items():
        for name, _ in names:
            tops.setdefault(name.partition(".")[0], []).append(home)
    return {name: tuple(sorted(set(at), key=lambda root: (root.count("/"), root))) for name, at in tops.items()}


_STANDING = frozenset(("pyproject", "setup_cfg", "setup_py", "pipfile"))
"""Parsers of manifests that stand where a distribution (or an application's root) does; requirements lie anywhere."""


def _configure(manifest: Manifest, configured: dict[str, list[str]], renamed: dict[str, list[tuple[str, str]]]) -> None:
    home = manifest.path.rpartition("/")[0]
    for one in manifest.declarations:
        if one.field != "fact" or one.label not in ("python_path", "python_package"):
            continue
        folder = _joined(home, one.value)
        if folder is None:
            continue
        if one.label == "python_path":
            configured.setdefault(home, []).append(folder)
        else:
            renamed.setdefault(home, []).append((one.scope, folder))


def _joined(home: str, folder: str) -> str | None:
    """A folder as a manifest names it, from the tree's root; None where it leads out of it."""
    parts = home.split("/") if home else []
    for part in folder.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _declared(python: list[Manifest]) -> frozenset[str]:
    from plumbrule.mcp_server.analysis.graph.distributions import normalised, python_imports

    names = {one.label for manifest in python for one in manifest.declarations if one.field == "dependency"}
    own = {one.value for manifest in python for one in manifest.declarations if one.field == "name"}
    names -= {normalised(name) for name in own}  # a neighbour in the same tree is found there
    return frozenset(top.partition(".")[0] for name in names for top in python_imports(name))


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _shared(root: str, folder: str) -> int:
    """How many leading parts two folders share."""
    count = 0
    for one, other in zip(root.split("/"), folder.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count
