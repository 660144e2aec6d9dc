"""What a Rust `use` or `mod` means: a module's file of this repository, a crate, or the standard library.

Paths are followed as in the Rust Reference ("Use declarations", "Modules", uniform paths of the 2018 edition) as far as
modules go: the file of the deepest module that a path names, through `pub use` of modules. What macros make is unknown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from posixpath import dirname, normpath
from posixpath import join as joined
from typing import NamedTuple

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.graph.resolving.rust_crates import Crate, crates_of, identifier, owner_of
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")
_STANDARD = frozenset(("std", "core", "alloc", "proc_macro", "test"))
_HOPS = 6
"""How many re-exports and aliases are followed for one path."""
_MODULES = 200_000
"""Modules of one tree; a `#[path]` may lead in a circle."""

Module = tuple[str, ...]


@dataclass(slots=True, eq=False)
class _Target:
    """One root file with the modules below it: what `crate` means inside."""

    crate: Crate
    root: str
    files: dict[Module, str] = field(default_factory=dict[Module, str])
    seen: dict[Module, str] = field(default_factory=dict[Module, str])
    """Modules that others may name: `public` for all, `internal` for those of the crate."""
    inline: set[Module] = field(default_factory=set[Module])
    """Modules that are written in the file of the module around them."""


class _Declared(NamedTuple):
    """A `mod x;`: as written, the module's names below the file's own, and who may name it."""

    written: str
    names: Module
    seen: str
    is_path: bool
    is_inline: bool


def _declared(one: Import) -> _Declared:
    seen = next((flag for flag in one.flags if flag in ("public", "internal")), "")
    is_path = "/" in one.target or one.target.endswith(".rs")
    is_inline = "inline" in one.flags
    names = (*one.names[1:], *one.names[:1]) if is_path else tuple(one.target.split("::"))
    return _Declared(one.target, names, seen, is_path, is_inline)


@dataclass(slots=True)
class _World:
    crates: dict[str, Crate]
    libraries: dict[str, _Target]
    """By the folder of the crate."""
    places: dict[str, list[tuple[_Target, Module]]]
    """Where each file stands: its targets and its module in each."""
    declared: dict[tuple[str, str], str]
    """(file, module as written in it) to the file that holds it."""
    taken: dict[str, dict[str, str]]
    """For each file the names that its `use` declarations bring, to the paths they stand for."""
    globs: dict[str, tuple[str, ...]]
    """For each file the paths whose names it takes all (`use super::*`)."""


def resolver(tree: Tree) -> Resolve:
    """A resolver for the Rust files of a tree."""
    world = _world(tree)
    known: dict[tuple[str, str, str], Resolution] = {}

    def resolve(path: str, one: Import) -> Resolution:
        key = (path, one.kind, one.target)
        found = known.get(key)
        if found is None:
            found = known[key] = _resolved(world, path, one)
        return found

    return resolve


def _resolved(world: _World, path: str, one: Import) -> Resolution:
    if one.kind == "module" and "inline" in one.flags:
        return _BUILTIN  # it stands here
    if one.kind == "module":
        file = world.declared.get((path, one.target))
        return Resolution("file", (file,)) if file else _UNKNOWN
    places = world.places.get(path, ())[:4]
    results = [_path(world, target, module, one.target) for target, module in places]
    named = one.kind in ("use", "export") and "::" in one.target.removeprefix("::")
    if (named or one.kind == "import") and "path" not in one.flags and not world.globs.get(path):
        results += [_undeclared(target, one.target) for target, _ in places[:1] if _UNKNOWN in results]
    for standing in ("file", "external", "builtin"):
        best = next((result for result in results if result.standing == standing), None)
        if best is not None:
            return best
    return results[0] if results else _without_crate(world, path, one.target)


def _undeclared(target: _Target, written: str) -> Resolution:
    """A crate that its manifest does not name, where the path's first word can be nothing else."""
    first = written.removeprefix("::").partition("::")[0]
    if not target.crate.is_modern or first in ("crate", "self", "super", "$crate", "") or not first.islower():
        return _UNKNOWN
    return Resolution("external", (), first)


def _without_crate(world: _World, path: str, target: str) -> Resolution:
    """A file that no crate reaches (a script, a test's input): only crates can be told."""
    first = target.removeprefix("::").partition("::")[0]
    if first in ("crate", "self", "super") or first[:1].isupper():
        return _UNKNOWN
    return _crate(world, owner_of(world.crates, path), first, ()) or Resolution("external", (), first)


def _path(world: _World, target: _Target, module: Module, written: str, *, foreign: bool = False) -> Resolution:
    """One path as a file of a target sees it; `foreign` when the file is of another crate."""
    parts: Module = tuple(written.split("::"))
    seen: set[tuple[str, ...]] = set()
    at, here = module, target
    seer: _Target | None = None if foreign else target
    seen_from = module
    for _ in range(_HOPS):
        if (here.root, *at, "::", *parts) in seen:
            break
        seen.add((here.root, *at, "::", *parts))
        start = _start(here, at, parts)
        if start is None:
            aliased = world.taken.get(here.files.get(at, ""), {}).get(parts[0])
            if aliased and aliased != "::".join(parts[: aliased.count("::") + 1]):
                parts = (*aliased.split("::"), *parts[1:])
                continue
            outside = _outside(world, here, parts)
            through_all = _by_glob(world, here, at, parts[0]) if outside is _UNKNOWN else None
            if through_all is None:
                return outside
            here, at = through_all
            parts = ("self", *parts)
            continue
        base, rest = _descended(here, start[0], start[1], here if seer is here else None, seen_from)
        file = here.files.get(base, "")
        if not file or not rest:
            return Resolution("file", (file,)) if file else _UNKNOWN
        through = world.taken.get(file, {}).get(rest[0])
        if through is None:
            other = _by_glob(world, here, base, rest[0])
            if other is None or (len(rest) == 1 and not _is_module(world, *other, rest)):
                return Resolution("file", (file,))
            here, at, parts = other[0], other[1], ("self", *rest)
            continue
        deeper = _leads_on(world, here, base, tuple(through.split("::")))
        if deeper is None or (len(rest) == 1 and not _is_module(world, *deeper)):
            return Resolution("file", (file,))
        seer, seen_from = here, base  # what is taken there is seen from there
        here, at, parts = deeper[0], deeper[1], ("self", *deeper[2], *rest[1:])
    return _UNKNOWN


def _descended(
    target: _Target, base: Module, rest: Module, home: _Target | None = None, module: Module = ()
) -> tuple[Module, Module]:
    """The deepest module that a path reaches and what is left of it. `home` and `module` are where the path is written,
    when it is in the same target: a private module is only for those in the module that declares it."""
    while rest:
        deeper = (*base, rest[0])
        if deeper not in target.files:
            break
        if deeper not in target.seen and (home is None or module[: len(base)] != base):
            break
        if home is None and target.seen.get(deeper) == "internal":
            break
        base, rest = deeper, rest[1:]
    return base, rest


def _is_module(world: _World, here: _Target, base: Module, rest: Module) -> bool:
    """Whether a path that starts in a module names a module or a crate, and no item in one."""
    for _ in range(_HOPS):
        base, rest = _descended(here, base, rest, here, base)
        if not rest:
            return True
        through = world.taken.get(here.files.get(base, ""), {}).get(rest[0])
        if through is None:
            other = _by_glob(world, here, base, rest[0])
            if other is None:
                return False
            here, base = other
            continue
        deeper = _leads_on(world, here, base, tuple(through.split("::")))
        if deeper is None:
            return False
        here, base, rest = deeper[0], deeper[1], (*deeper[2], *rest[1:])
    return False


def _by_glob(world: _World, here: _Target, module: Module, name: str) -> tuple[_Target, Module] | None:
    """The module that gives a name to all who take everything from it: it holds or takes a module of that name."""
    while module in here.inline:
        module = module[:-1]
    for written in world.globs.get(here.files.get(module, ""), ()):
        start = _leads_on(world, here, module, tuple(written.split("::")))
        if start is None:
            continue
        target = start[0]
        base, rest = _descended(target, start[1], start[2], target, start[1])
        if rest or (target is here and base == module):
            continue
        if (*base, name) in target.files or name in world.taken.get(target.files.get(base, ""), {}):
            return target, base
    return None


def _leads_on(world: _World, here: _Target, base: Module, follow: Module) -> tuple[_Target, Module, Module] | None:
    """Where the path of a re-export starts: its target, a module there, and what is left of it."""
    while base in here.inline:
        base = base[:-1]  # paths of inline modules are kept as their file would write them
    start = _start(here, base, follow)
    if start is not None:
        return here, start[0], start[1]
    crate = _local_crate(world, here.crate, follow[0])
    return (crate, (), follow[1:]) if crate is not None else None


def _start(target: _Target, module: Module, parts: Module) -> tuple[Module, Module] | None:
    """The module that a path counts from and the rest of it; None when its first word is no module's."""
    first = parts[0]
    if first == "crate" or first == "$crate":
        return (), parts[1:]
    if first == "self":
        return module, parts[1:]
    if first == "super":
        ups = 0
        while ups < len(parts) and parts[ups] == "super":
            ups += 1
        return (module[: len(module) - ups], parts[ups:]) if ups <= len(module) else None
    if (*module, first) in target.files:
        return module, parts
    if not first:
        return None
    if (first,) in target.files and module and first not in target.crate.dependencies:
        return (), parts  # the 2015 edition counts from the root
    return (module, parts) if first[:1].isupper() else None


def _outside(world: _World, target: _Target, parts: Module) -> Resolution:
    if not parts[0]:
        parts = parts[1:] or ("",)
    return _crate(world, target.crate, parts[0], parts[1:], target) or _UNKNOWN


def _local_crate(world: _World, crate: Crate | None, name: str) -> _Target | None:
    """The library of this repository that a crate's code means by a name."""
    if crate is None:
        return None
    entry = crate.dependencies.get(name)
    if entry is not None and entry.folder is not None:
        return world.libraries.get(entry.folder)
    if entry is None and name == crate.library_name:
        return world.libraries.get(crate.folder)
    return None


def _crate(
    world: _World, crate: Crate | None, name: str, rest: Module, target: _Target | None = None
) -> Resolution | None:
    """What a crate's name means to a package; None when nothing declares it."""
    library = _local_crate(world, crate, name)
    if library is not None and (target is None or library.root != target.root):
        return _path(world, library, (), "::".join(("self", *rest)), foreign=True)
    entry = crate.dependencies.get(name) if crate is not None else None
    if entry is not None:
        return Resolution("external", (), entry.package or entry.name)
    return _BUILTIN if name in _STANDARD else None


def _world(tree: Tree) -> _World:
    crates = crates_of(tree)
    _name_libraries(crates)
    taken = {path: _taken(facts.imports()) for path, facts in tree.facts.items() if tree.languages.get(path) == "Rust"}
    globs = {
        path: tuple(one.target for one in facts.imports() if one.names[:1] == ("*",))[:_HOPS]
        for path, facts in tree.facts.items()
        if tree.languages.get(path) == "Rust"
    }
    world = _World(crates, {}, defaultdict(list), {}, taken, globs)
    modules = {
        path: [_declared(one) for one in facts.imports() if one.kind == "module"]
        for path, facts in tree.facts.items()
        if tree.languages.get(path) == "Rust"
    }
    for crate in crates.values():
        for root in crate.roots:
            target = _Target(crate, root)
            if root == crate.library:
                world.libraries[crate.folder] = target
            _grow(world, target, modules, tree.languages)
    for path in sorted(modules):
        if path not in world.places:
            _adopt(world, path, modules, tree.languages)
    return world


def _name_libraries(crates: Mapping[str, Crate]) -> None:
    """A path dependency is called by the library's own name, unless the entry renames it."""
    for crate in crates.values():
        for key, entry in list(crate.dependencies.items()):
            other = crates.get(entry.folder) if entry.folder is not None else None
            if other is not None and not entry.package and other.library_name and other.library_name != key:
                crate.dependencies.setdefault(other.library_name, entry)


def _grow(world: _World, target: _Target, modules: Mapping[str, list[_Declared]], languages: Mapping[str, str]) -> None:
    """Follows `mod` declarations from a root through the files."""
    waiting: list[tuple[str, Module, str]] = [(target.root, (), dirname(target.root))]
    while waiting and len(target.files) < _MODULES:
        path, module, folder = waiting.pop()
        if (target, module) in world.places[path]:
            continue
        target.files[module] = path
        world.places[path].append((target, module))
        for one in modules.get(path, ()):
            declared = (*module, *one.names)
            found = path if one.is_inline else _module_file(path, folder, one, languages)
            if found is None:
                continue
            if one.seen and target.seen.get(declared) != "public":
                target.seen[declared] = one.seen
            if one.is_inline:
                if declared not in target.files:
                    target.files[declared] = path
                    target.inline.add(declared)
                continue
            world.declared[path, one.written] = found
            below = dirname(found) if one.is_path or found.endswith("/mod.rs") else found.removesuffix(".rs")
            waiting.append((found, declared, below))


def _module_file(path: str, folder: str, one: _Declared, languages: Mapping[str, str]) -> str | None:
    """The file of `mod x;`: beside or below the declaring file, or where `#[path]` says: from the file's own folder, or
    within inline modules from theirs."""
    if one.is_path:
        inline = one.names[:-1]
        named = normpath(joined(folder, *inline, one.written) if inline else joined(dirname(path), one.written))
        return named if named in languages else None
    base = joined(folder, *(step.removeprefix("r#") for step in one.names))
    return next((each for each in (f"{base}.rs", f"{base}/mod.rs") if each in languages), None)


def _adopt(world: _World, path: str, modules: Mapping[str, list[_Declared]], languages: Mapping[str, str]) -> None:
    """A file that no `mod` leads to (a macro declares it) stands where its path says, if its crate has a library."""
    crate = owner_of(world.crates, path)
    target = world.libraries.get(crate.folder) if crate is not None else None
    near = (f"{dirname(path)}/main.rs", f"{dirname(path)}/mod.rs")
    root = next((each for each in near if each in world.places), None)
    if root is not None and root != path:  # beside the root of a test: `automod::dir!`
        beside, above = world.places[root][0]
        name = path.rpartition("/")[2].removesuffix(".rs")
        beside.files.setdefault((*above, name), path)
        world.places[path].append((beside, (*above, name)))
        return
    if crate is None or target is None or not path.startswith(dirname(target.root) + "/"):
        lone = _Target(crate or Crate(dirname(path)), path)
        _grow(world, lone, modules, languages)
        return
    inside = path[len(dirname(target.root)) + 1 :].removesuffix(".rs").removesuffix("/mod")
    module = tuple(inside.split("/"))
    target.files.setdefault(module, path)
    world.places[path].append((target, module))
    for one in modules.get(path, ()):
        if one.is_inline:
            continue
        folder = dirname(path) if path.endswith("/mod.rs") else path.removesuffix(".rs")
        found = _module_file(path, folder, one, languages)
        if found is not None:
            world.declared[path, one.written] = found


def _taken(imports: Iterable[Import]) -> dict[str, str]:
    """Name to path of what `use` brings into a file, wildcards apart."""
    names: dict[str, str] = {}
    for one in imports:
        if one.kind in ("use", "export") and one.names and one.names[0] != "*":
            names.setdefault(one.names[0], one.target)
        elif one.kind == "import":
            names.setdefault(one.names[0] if one.names else identifier(one.target), one.target)
    return names
