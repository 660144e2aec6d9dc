"""The values that leave language detection, and the closed list of its rules.

Every rule has a stable id and one sentence, so that "why this language?" is answerable for any file.
"""

from typing import NamedTuple

from plumbrule.mcp_server.analysis.languages.table import LanguageType

RULES: dict[str, str] = {
    "languages.attributes": "`.gitattributes` sets linguist-language for the path",
    "languages.modeline": "a vim or emacs modeline in the first or last five lines names the language",
    "languages.filename": "the file's name belongs to one language",
    "languages.shebang": "the first line names an interpreter of the language",
    "languages.extension": "the file's extension belongs to one language",
    "languages.xml": "the first lines hold an XML declaration",
    "languages.manpage": "the extension is a manual section and the text is a manual page",
    "languages.content": "several languages share the extension and the content shows a sign of this one",
    "languages.neighbours": "several languages share the extension and most other files here are in this one",
    "languages.usual": "several languages share the extension and this is its usual one",
    "languages.path-only": "several languages share the extension, the content was not read, this is its usual one",
    "languages.binary": "the content or the extension is binary, so there is no language",
    "languages.empty": "the file is empty, so there is no language",
    "languages.pointer": "the file is a Git LFS pointer; the content lies elsewhere",
    "languages.unread": "nothing in the path names a language and the content was not read",
    "languages.none": "nothing in the path or the content names a language",
    "vendored.attributes": "`.gitattributes` sets linguist-vendored for the path",
    "vendored.folder": "the path lies in a folder that by convention holds other people's files",
    "vendored.file": "the file's name is one that is copied into projects rather than written there",
    "generated.attributes": "`.gitattributes` sets linguist-generated for the path",
    "generated.lockfile": "the file is a lock file, written by a package manager",
    "generated.folder": "the path lies in a folder that tools write",
    "generated.name": "the file's name is one that a generator writes",
    "generated.header": "the first lines say that a program wrote the file",
    "generated.declared": "a comment at the top says so in words that linguist does not know: GitHub counts the file",
    "generated.minified": "a script or style sheet whose lines average more than 110 bytes",
    "generated.source-map": "the file is a source map or ends with a reference to one",
    "generated.content": "the content has the shape that a known generator writes",
    "documentation.attributes": "`.gitattributes` sets linguist-documentation for the path",
    "documentation.folder": "the path lies in a folder that by convention holds documents, examples or samples",
    "documentation.file": "the file's name is that of a project document",
    "detectable.attributes": "`.gitattributes` sets linguist-detectable for the path",
}


_COMPONENTS = frozenset(("Vue", "Svelte", "Astro"))


class FileLanguage(NamedTuple):
    """What one file is, and by which rules. A NamedTuple because a repository has a hundred thousand of them.

    `language` is None where there is none; `type` is then None. `rule` says why the language, and `detail` what the
    rule saw (an extension, an interpreter, the sign). `vendored`, `generated` and `documentation` hold the id of the
    rule that says so, or "". `binary` is true when the bytes or the extension say so. `counted` is whether GitHub's
    statistic counts the file; `group` is the language it is counted under.
    """

    path: str
    size: int
    language: str | None
    group: str
    type: LanguageType | None
    vendored: str
    generated: str
    documentation: str
    binary: bool
    counted: bool
    rule: str
    detail: str

    @property
    def is_code(self) -> bool:
        """Whether it holds code by its nature: linguist calls components with scripts inside (Vue, Svelte) markup."""
        return self.type == "programming" or self.language in _COMPONENTS


class LanguageShare(NamedTuple):
    """One language's part of a repository. `percent` has one decimal; the shares of a repository sum to 100.0."""

    name: str
    files: int
    bytes: int
    lines: int
    percent: float
