"""What one path tells: the candidates for its language, and whether it is vendored, generated or a document.

Everything here is remembered by suffix and by folder, for one repository at a time.
"""

from typing import Literal, NamedTuple

from plumbrule.mcp_server.analysis.languages.attributes import Overrides
from plumbrule.mcp_server.analysis.languages.folders import Folders, words
from plumbrule.mcp_server.analysis.languages.generated import GENERATED_FOLDERS, SUSPECT_EXTENSIONS, generated_by_name
from plumbrule.mcp_server.analysis.languages.marks import BINARY_EXTENSIONS
from plumbrule.mcp_server.analysis.languages.table import GENERIC_EXTENSIONS, Language, table
from plumbrule.mcp_server.analysis.languages.usual import ALMOST_CERTAIN, usual_language
from plumbrule.mcp_server.analysis.languages.vendored import DOCUMENTATION, VENDORED, WEB

_COMMON = words(
    ".bash .zsh .sh .bat .cmd .ps1 .clj .cljs .coffee .cxx .hxx .c++ .jsx .vue .svelte .scss .sass .less .styl .erl "
    ".exs .hs .jl .kts .groovy .gradle .nim .zig .tf .hcl .vb .fsx .el .tex .rst .adoc .pyx .pxd .pug .haml .erb .twig "
    ".mts .cts .astro"
)
# Endings that generators choose and people rarely do: reading such a file usually moves it out of the statistic.
_GENERATORS_NAMES = (
    *(".ps", ".eps", ".pfa", ".pb.go", "_pb2.py", "_pb2.pyi", "_pb2_grpc.py", ".pb.cc", ".pb.h", ".pb.swift", "_pb.js"),
    *(
        "_generated.go",
        "_gen.go",
        ".gen.go",
        "_string.go",
        ".g.dart",
        ".freezed.dart",
        ".g.cs",
        ".generated.cs",
        ".rbi",
    ),
)
# A file of this size decides shares by itself, so a generator's header or minified lines in it must be seen.
_LARGE_BYTES = 64 * 1024
_LARGE_SCRIPT_BYTES = 16 * 1024

PATH_WORDS = ("irror/", "tiny_mce/", "ackages/", ".sqlx/", "vendor/")
"""The folders that rules of whole paths are about, but for files of the web."""

Need = Literal["", "language", "confirmation"]


class Guess(NamedTuple):
    """A language as far as the name tells, by which rule, and why the bytes would be needed ("" when they are not)."""

    language: Language | None
    rule: str
    detail: str
    need: Need
    binary: bool = False


class Flags(NamedTuple):
    """The ids of the rules that set a file apart, "" where none does."""

    vendored: str
    generated: str
    documentation: str


class Paths:
    """Answers from paths for one repository."""

    def __init__(self) -> None:
        self._folders = Folders(VENDORED, GENERATED_FOLDERS, DOCUMENTATION)
        self._by_coverage: dict[tuple[bool, ...], Flags] = {}
        self._by_suffix: dict[str, Guess] = {}
        self._by_folder: dict[str, tuple[Flags, bool]] = {}
        self._by_name: dict[tuple[Flags, str], Flags] = {}

    def guess(self, name: str) -> Guess:
        """The language of a bare file name."""
        named = table().by_filename.get(name)
        if named is not None:
            first, *others = named
            need: Need = "language" if others else "confirmation" if name.endswith(".js") else ""
            return Guess(table().languages[first], "languages.filename", name, need)
        dot = name.find(".")
        suffix = name[dot:] if dot >= 0 else ""
        guess = self._by_suffix.get(suffix)
        if guess is None:
            guess = self._by_suffix[suffix] = _guess_by_extension(name)
        return guess

    @staticmethod
    def must_read(guess: Guess, name: str, size: int) -> bool:
        """Whether the bytes of this file are needed for an answer that can be trusted."""
        if guess.need != "confirmation":
            return guess.need == "language"
        large = _LARGE_SCRIPT_BYTES if name.endswith((".js", ".css")) else _LARGE_BYTES
        return size >= large or name.startswith("zz_generated") or name.endswith(_GENERATORS_NAMES)

    def flags(self, path: str, folder: str, name: str, said: Overrides | None) -> Flags:
        """What sets the path apart; `.gitattributes` stands before every convention."""
        known = self._by_folder.get(folder)
        if known is None:
            known = self._by_folder[folder] = (self._of_folder(folder), _is_plain(folder))
        inherited, plain = known
        if not plain or said is not None or name.endswith(WEB):
            return self._flags(inherited, path, name, said)
        flags = self._by_name.get((inherited, name))  # a repository's files repeat a few thousand names
        if flags is None:
            flags = self._by_name[inherited, name] = self._flags(inherited, path, name, None)
        return flags

    @staticmethod
    def _flags(inherited: Flags, path: str, name: str, said: Overrides | None) -> Flags:
        vendored = inherited.vendored or ("vendored.file" if VENDORED.file(path, name) else "")
        generated = inherited.generated or generated_by_name(path, name)
        documentation = inherited.documentation or ("documentation.file" if DOCUMENTATION.file(path, name) else "")
        if said is None:
            return Flags(vendored, generated, documentation)
        return Flags(
            _stated(said.vendored, "vendored", vendored),
            _stated(said.generated, "generated", generated),
            _stated(said.documentation, "documentation", documentation),
        )

    def _of_folder(self, folder: str) -> Flags:
        covered = self._folders.covered(folder)
        flags = self._by_coverage.get(covered)
        if flags is None:
            vendored, generated, documentation = covered
            flags = self._by_coverage[covered] = Flags(
                "vendored.folder" if vendored else "",
                "generated.folder" if generated else "",
                "documentation.folder" if documentation else "",
            )
        return flags


def _is_plain(folder: str) -> bool:
    """Whether no rule looks at more of the paths in this folder than their names."""
    return folder != "" and not any(word in f"{folder}/" for word in PATH_WORDS)


def _stated(value: bool | None, name: str, otherwise: str) -> str:
    if value is None:
        return otherwise
    return f"{name}.attributes" if value else ""


def _guess_by_extension(name: str) -> Guess:
    facts = table()
    extension = facts.extension_of(name)
    last = name[name.rfind(".") :].lower() if "." in name else ""
    if not extension:
        if last in BINARY_EXTENSIONS:
            return Guess(None, "languages.binary", last, "", binary=True)
        return Guess(None, "languages.unread", "", "confirmation" if last else "language")
    if extension in GENERIC_EXTENSIONS:
        return Guess(None, "languages.unread", extension, "language")
    candidates = facts.by_extension[extension]
    if extension in BINARY_EXTENSIONS:
        return Guess(None, "languages.binary", extension, "language", binary=True)
    if len(candidates) == 1:
        language = facts.languages[candidates[0]]
        return Guess(language, "languages.extension", extension, _need(language, extension))
    usual = facts.languages[usual_language(extension)]
    return Guess(usual, "languages.path-only", extension, _need_of_shared(candidates, extension))


def _need(language: Language, extension: str) -> Need:
    """Files of an uncommon extension are often something else (binary textures called `.blp`), so they are read."""
    if extension in SUSPECT_EXTENSIONS or extension in _COMMON:
        return "confirmation"
    return "language" if language.type in ("programming", "markup") else ""


def _need_of_shared(candidates: tuple[str, ...], extension: str) -> Need:
    if all(table().languages[name].type in ("data", "prose") for name in candidates):
        return ""  # whichever it is, the statistic does not count it
    return "confirmation" if extension in ALMOST_CERTAIN else "language"
