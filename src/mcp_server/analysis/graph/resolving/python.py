"""Python's import rules, from paths alone: what `sys.path` most likely is for each file, and what lies there.

Relative imports follow folders. Absolute ones are sought where the interpreter would be looking: the folder that the
file's own top-level package lies in (for a script: its own), folders of `conftest.py` above it, what the distribution
around it configures (`python_layout`) or keeps by convention (`src`, `lib`, `python`), then other roots of the tree,
nearest first. The standard library wins over names of the tree, as `sys.path` order has it for installed code.
`from package import name` reaches the submodule when there is one, else the package.
"""

from collections.abc import Iterable

from plumbrule.mcp_server.analysis.graph.resolving.python_roots import Place, Places, places_of
from plumbrule.mcp_server.analysis.graph.resolving.python_standard import is_standard, is_weakly_standard
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
"""Layouts stand in manifests, which are read and parsed anyway."""

NAMESPACES: dict[str, int] = {
    **dict.fromkeys(
        ("google", "azure", "aws_cdk", "opentelemetry", "ruamel", "zope", "plone", "jaraco", "backports"), 2
    ),
    **dict.fromkeys(("sphinxcontrib", "mpl_toolkits", "paste", "repoze", "z3c", "collective", "flaskext", "odoo"), 2),
    **dict.fromkeys(("airflow.providers", "google.cloud", "azure.mgmt", "opentelemetry.instrumentation"), 3),
    **dict.fromkeys(("opentelemetry.exporter", "opentelemetry.semconv", "google.api", "azure.storage"), 3),
}
"""Top-level names that many distributions share, and how many parts of a name tell them apart (PEP 420 and its
forerunners): the outside package of `google.cloud.storage.blob` is `google.cloud.storage`."""

_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's Python files; building is linear in the number of its files."""
    return _Resolver(places_of(tree)).resolve


class _Resolver:
    """Looks names up and remembers: files of one folder ask for the same modules."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._answers: dict[tuple[str, str, tuple[str, ...], str], Resolution] = {}

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one import of the file at `path` means."""
        folder = path.rpartition("/")[0]
        key = (folder, one.target, tuple(one.names), path if one.names and one.target.startswith(".") else path[-4:])
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._resolved(folder, path, one)
        return found

    def _resolved(self, folder: str, path: str, one: Import) -> Resolution:
        target = one.target.strip()
        if target.startswith("."):
            module = self._relative(folder, target)
            return self._named(module, one.names, path) if module is not None else _UNKNOWN
        if not target:
            return _UNKNOWN
        known = self._absolute(folder, path, target, one.names)
        if isinstance(known, Place):
            return self._named(known, one.names, path)
        if known == "builtin":
            return _BUILTIN
        return (
            _UNKNOWN if known == "unknown" else Resolution("external", package=self._outside(folder, target, one.names))
        )

    def _relative(self, folder: str, target: str) -> Place | None:
        rest = target.lstrip(".")
        at = folder
        for _ in range(len(target) - len(rest) - 1):
            if not at:
                return None
            at = at.rpartition("/")[0]
        parts = rest.split(".") if rest else []
        return self._places.below(at, parts) or self._made_by_module(at, parts)

    def _absolute(self, folder: str, path: str, target: str, names: tuple[str, ...]) -> Place | str:
        places = self._places
        parts = target.split(".")
        top = parts[0]
        inside = places.own_top(folder) == top
        if is_standard(top) and not inside:
            return "builtin"
        weak = is_weakly_standard(top)
        regular = [root for root in places.sure_roots(folder) if places.is_regular(root, top)]
        found = self._first(places.sure_roots(folder), parts, names, "")
        if found is None and regular:
            found = next(filter(None, (self._made_by_module(root, parts) for root in regular)), None)
        if found is None and not regular and not weak and top not in places.declared:
            found = self._first(places.other_roots(folder, top), parts, names, path)
        if found is not None:
            return found
        if regular or inside:
            return "unknown"
        return "builtin" if weak else "external"

    def _first(self, roots: Iterable[str], parts: list[str], names: tuple[str, ...], but: str) -> Place | None:
        """What the first root that has it holds, `but` the importing file itself."""
        for root in roots:
            found = self._found(root, parts, names)
            if found is not None and (not but or found.file != but):
                return found
        return None

    def _found(self, root: str, parts: list[str], names: tuple[str, ...]) -> Place | None:
        mapped = self._places.mapped(root, parts)
        found = mapped if mapped is not None else self._places.below(root, parts)
        return found if found is not None and (found.file or self._reaches(found, names)) else None

    def _made_by_module(self, root: str, parts: list[str]) -> Place | None:
        """The module that makes its submodules when it runs, as `six` makes `six.moves`."""
        for length in range(len(parts) - 1, 0, -1):
            place = self._places.below(root, parts[:length])
            if place is not None:
                return place if place.file and not place.is_folder else None
        return None

    def _reaches(self, namespace: Place, names: Iterable[str]) -> bool:
        """Whether a folder without `__init__.py` is meant: one of the names is a module in it."""
        return any(self._places.below(namespace.folder, [name]) is not None for name in names if name.isidentifier())

    def _named(self, module: Place, names: tuple[str, ...], path: str) -> Resolution:
        """The files behind `from module import names`; the module's own where a name is none of its submodules."""
        if not names or not module.is_folder:
            return self._file(module, path)
        files: set[str] = set()
        own = False
        for name in names:
            place = self._places.below(module.folder, [name]) if name != "*" else None
            if place is not None and place.file and place.file != path:
                files.add(self._places.preferred(place, path))
            elif place is None or not place.is_folder:
                own = True
        if own and module.file:
            files.add(self._places.preferred(module, path))
        return Resolution("file", tuple(sorted(files))) if files else _UNKNOWN

    def _file(self, module: Place, path: str) -> Resolution:
        return Resolution("file", (self._places.preferred(module, path),)) if module.file else _UNKNOWN

    def _outside(self, folder: str, target: str, names: tuple[str, ...]) -> str:
        """The outside package's name as far as it tells distributions apart."""
        parts = target.split(".")
        shared = self._places.shares(folder, parts[0])
        if parts[0] not in NAMESPACES and not shared:
            return parts[0]
        if len(parts) == 1 and len(names) == 1 and names[0] != "*":
            parts.append(names[0])  # from google import protobuf
        wanted = NAMESPACES.get(".".join(parts[:2]), NAMESPACES.get(parts[0], 2))
        if len(parts) < wanted and len(names) == 1 and names[0] != "*":
            parts.append(names[0])  # from google.cloud import storage
        return ".".join(parts[:wanted])
