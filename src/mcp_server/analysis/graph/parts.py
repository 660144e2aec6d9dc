"""The parts that a drawing of the architecture has: folders and modules at the depth that gives four to fifteen.

It begins with the folders at the top and takes apart whatever holds most of the code, until nothing outweighs the rest.
Chains of folders with nothing else in them count as one. What is left over beyond fifteen is one part, `others`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from plumbrule.core.values import dataclass

LEAST = 4
MOST = 15
HEAVY = 0.4
"""A part with more of the code than this is taken apart while there is room."""

OWN_FILES_SHARE = 0.3
"""A folder whose own files hold more of its code than this is flat: its modules are its parts."""

_SEEING_EACH_OTHER = (".go", ".java", ".kt", ".scala", ".cs", ".swift", ".tf", ".sh", ".ex", ".rb", ".php")
"""Endings of languages whose files of one folder use each other without an import: the folder is the part."""

TINY = 0.006
"""Of all the code: what is lighter is told together with others, where there are enough parts."""

_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9]*?)[0-9]*[_-]")
_SELF = frozenset(("__init__", "__main__", "index", "mod", "lib", "main", "doc"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part and the files in it. `kind` is `folder`, `module` or `others`."""

    path: str
    name: str
    kind: str
    files: frozenset[str]
    weight: int
    top: str = ""
    """The highest folder of a chain that counts as one: what lies from there to `path` has no other file."""


@dataclass(slots=True)
class _Folder:
    files: list[str] = field(default_factory=list[str])
    folders: dict[str, "_Folder"] = field(default_factory=dict[str, "_Folder"])
    weight: int = 0


def pieces_of(weights: Mapping[str, int]) -> list[Piece]:
    """Parts of the files in `weights` (path to weight, lines for example), in the order of their paths."""
    root = _Folder()
    for path, weight in weights.items():
        at = root
        at.weight += weight
        for step in path.split("/")[:-1]:
            at = at.folders.setdefault(step, _Folder())
            at.weight += weight
        at.files.append(path)
    pieces = _settled(root, weights)
    return sorted(_bounded(pieces), key=lambda piece: (piece.kind == "others", piece.path))


@dataclass(slots=True)
class _Open:
    """A folder that may be taken apart, or a module or bucket that may not."""

    piece: Piece
    folder: _Folder | None


def _settled(root: _Folder, weights: Mapping[str, int]) -> list[Piece]:
    total = root.weight or 1
    path, folder = _collapsed("", root)
    parts = list(_children(path, folder, weights))
    while True:
        parts.sort(key=lambda part: (-part.piece.weight, part.piece.path))
        heavy = next((part for part in parts if part.folder is not None and _is_worth(part, len(parts), total)), None)
        if heavy is None or heavy.folder is None:
            return [part.piece for part in parts]
        parts.remove(heavy)
        parts += _children(heavy.piece.path, heavy.folder, weights)


def _is_worth(part: _Open, count: int, total: int) -> bool:
    """Whether taking it apart tells more: it outweighs the rest, or there are too few parts to tell anything."""
    if part.folder is None or (len(part.folder.folders) + len(part.folder.files)) < 2:
        return False
    if part.piece.path.rpartition("/")[0].endswith("Sources"):
        return False  # a Swift module: all its folders see each other without an import
    return count < LEAST or (part.piece.weight > HEAVY * total and count < MOST)


def _collapsed(path: str, folder: _Folder) -> tuple[str, _Folder]:
    """Down through folders that hold nothing but one folder."""
    while not folder.files and len(folder.folders) == 1:
        ((step, folder),) = folder.folders.items()
        path = f"{path}/{step}" if path else step
    return path, folder


def _children(path: str, folder: _Folder, weights: Mapping[str, int]) -> Iterator[_Open]:
    for step, child in folder.folders.items():
        top = f"{path}/{step}" if path else step
        at, below = _collapsed(top, child)
        files = frozenset(_all_files(below))
        yield _Open(Piece(at, at.rpartition("/")[2], "folder", files, below.weight, top), below)
    own = sum(weights[file] for file in folder.files)
    flat = own > OWN_FILES_SHARE * folder.weight and len(folder.files) > 2
    heaviest = max(folder.files, key=lambda file: (weights[file], file), default="")
    if flat and not heaviest.endswith(_SEEING_EACH_OTHER):
        yield from (_Open(piece, None) for piece in _modules(path, folder.files, weights))
    elif folder.files:
        name = path.rpartition("/")[2] or "top level"
        yield _Open(Piece(path or ".", name, "folder", frozenset(folder.files), own), None)


def _modules(path: str, files: Iterable[str], weights: Mapping[str, int]) -> Iterator[Piece]:
    """One part for each module of a flat folder; files of one stem, and three stems of one prefix, belong together."""
    stems: dict[str, list[str]] = {}
    for file in files:
        stem = file.rpartition("/")[2].partition(".")[0]
        stems.setdefault("" if stem in _SELF else stem, []).append(file)
    prefixes: dict[str, list[str]] = {}
    for stem in stems:
        found = _PREFIX.match(stem)
        prefixes.setdefault(found[1] if found else stem, []).append(stem)
    for prefix, together in prefixes.items():
        if prefix and len(together) >= (2 if len(prefix) > 2 and len(stems) > MOST else 3):
            held = [file for stem in together for file in stems[stem]]
            yield Piece(f"{path}/{prefix}*".lstrip("/"), f"{prefix}*", "module", frozenset(held), _sum(held, weights))
            continue
        for stem in together:
            held = stems[stem]
            place = min(held, key=lambda file: (-weights[file], file)) if stem else path or "."
            name = stem or path.rpartition("/")[2] or "top level"
            yield Piece(place, name, "module" if stem else "folder", frozenset(held), _sum(held, weights))


def _sum(files: Iterable[str], weights: Mapping[str, int]) -> int:
    return sum(weights[file] for file in files)


def _all_files(folder: _Folder) -> Iterator[str]:
    stack = [folder]
    while stack:
        at = stack.pop()
        yield from at.files
        stack.extend(at.folders.values())


def _bounded(pieces: list[Piece]) -> list[Piece]:
    """At most `MOST`: the lightest become one."""
    ranked = sorted(pieces, key=lambda piece: (-piece.weight, piece.path))
    least = TINY * sum(piece.weight for piece in pieces)
    tiny = sum(1 for piece in ranked[2 * LEAST - 1 :] if piece.weight < least)
    left = min(tiny, len(ranked)) if len(ranked) <= MOST else max(tiny, len(ranked) - MOST + 1)
    if left < 2:
        return pieces
    rest = ranked[len(ranked) - left :]
    files = frozenset[str]().union(*(piece.files for piece in rest))
    others = Piece(_common(rest), f"{len(rest)} others", "others", files, sum(piece.weight for piece in rest))
    return [*ranked[: len(ranked) - left], others]


def _common(pieces: list[Piece]) -> str:
    """The folder above all of them."""
    paths = [piece.path.split("/")[:-1] for piece in pieces]
    shared: list[str] = []
    for steps in zip(*paths, strict=False):
        if len(set(steps)) > 1:
            break
        shared.append(steps[0])
    return "/".join(shared) or "."
