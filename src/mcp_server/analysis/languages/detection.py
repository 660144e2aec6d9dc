"""Languages of a repository's files in two steps, so that only files whose path does not tell need be read.

`plan` answers from paths, sizes and `.gitattributes`, and lists the files whose first bytes would change or confirm the
answer; `settle` takes those bytes and finishes. The caller reads, within its own limits: nothing here touches a file.
The order of the strategies is linguist's: attributes, modeline, file name, interpreter, extension, XML, manual page,
content. What linguist's trained classifier guesses last, we take from the repository's other files or the usual
language.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.languages.attributes import Attributes, Overrides
from plumbrule.mcp_server.analysis.languages.generated import generated_by_content
from plumbrule.mcp_server.analysis.languages.marks import interpreter, is_binary, is_xml, modeline
from plumbrule.mcp_server.analysis.languages.model import RULES, FileLanguage
from plumbrule.mcp_server.analysis.languages.paths import Flags, Paths
from plumbrule.mcp_server.analysis.languages.signs import read_sign
from plumbrule.mcp_server.analysis.languages.table import GENERIC_EXTENSIONS, Language, table
from plumbrule.mcp_server.analysis.languages.usual import usual_language
from plumbrule.mcp_server.platforms.ports.snapshot import Entry

HEAD_BYTES = 128 * 1024  # what linguist reads of a file, for a binary byte and the rules about last lines as well

_COUNTED = ("programming", "markup")
_LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
_MANPAGE = LazyPattern(r"(?i)\.(?:[1-9](?![0-9])[a-z_0-9]*|0p|n|man|mdoc)(?:\.in)?\Z")
_MACRO_LINE = LazyPattern(rb"(?m)^[.'](?:[A-Za-z]{2}\b|\\\")")
_SPOKEN_FOR = 10  # one evident file speaks for at most as many that ask: a stray match is no majority
_EVIDENT = frozenset(f"languages.{rule}" for rule in ("extension", "filename", "shebang", "modeline", "content"))


@dataclass(frozen=True, slots=True)
class Plan:
    """What the paths tell. `files` are in the order of the entries, links and submodules left out.

    `ambiguous`: the language depends on the bytes, or the file is so large, or so named, that a generator's header
    would change the shares. `suspicious`: the language is as good as known, and the bytes could
    still show a generator's header, a modeline, an interpreter or a binary. Neither holds files that the paths already
    leave out of the statistic (vendored, documentation, generated), empty ones, and known binaries.
    """

    files: Sequence[FileLanguage]
    ambiguous: Sequence[Entry]
    suspicious: Sequence[Entry]
    attributes: Attributes


def plan(entries: Iterable[Entry], attributes: Attributes | None = None) -> Plan:
    """The languages as far as the paths tell; about 5 us a file."""
    attributes = attributes or Attributes()
    paths = Paths()
    files: list[FileLanguage] = []
    ambiguous: list[Entry] = []
    suspicious: list[Entry] = []
    for entry in entries:
        if entry.kind not in ("file", "executable"):
            continue
        folder, _, name = entry.path.rpartition("/")
        said = attributes.of(entry.path)
        guess = paths.guess(name)
        flags = paths.flags(entry.path, folder, name, said)
        language, rule, detail, need, binary = guess
        if stated := _stated_language(said):
            language, rule, detail, need, binary = *stated, "confirmation", False
        elif entry.size == 0:
            language, rule, detail, need, binary = None, "languages.empty", "", "", False
        elif name.endswith(".mo") and folder.endswith("LC_MESSAGES"):
            # gettext's compiled catalogues: reading a translated project's thousand would double its survey.
            language, rule, detail, need, binary = None, "languages.binary", "LC_MESSAGES", "", True
        files.append(_file(entry.path, entry.size, language, rule, detail, flags, said, binary=binary))
        if need and not any(flags):
            required = paths.must_read(guess._replace(need=need), name, entry.size)
            (ambiguous if required else suspicious).append(entry)
    return Plan(files, ambiguous, suspicious, attributes)


def settle(planned: Plan, heads: Mapping[str, bytes]) -> list[FileLanguage]:
    """The final answers: files with bytes in `heads` (by path, up to `HEAD_BYTES` each) are decided by them as well.

    A file without bytes keeps what its path told; its rule then says that the content was not read.
    """
    settled: list[FileLanguage] = []
    open_questions: list[tuple[int, tuple[str, ...]]] = []
    for file in planned.files:
        data = heads.get(file.path)
        if data is None:
            settled.append(file)
            continue
        answer, candidates = decided(file, data, planned.attributes.of(file.path))
        if candidates:
            open_questions.append((len(settled), candidates))
        settled.append(answer)
    if open_questions:
        ask_neighbours(settled, open_questions, planned.attributes)
    return settled


def classify(
    entries: Iterable[Entry], heads: Mapping[str, bytes], attributes: Attributes | None = None
) -> list[FileLanguage]:
    """Both steps at once, for callers that have the bytes."""
    return settle(plan(entries, attributes), heads)


def explain(file: FileLanguage) -> str:
    """Why this language, in one sentence, and why the file is set apart, if it is."""
    reasons = [f"{file.language or 'no language'}: {RULES[file.rule]}" + (f" ({file.detail})" if file.detail else "")]
    reasons += [RULES[rule] for rule in (file.vendored, file.generated, file.documentation) if rule]
    if not file.counted and not any((file.vendored, file.generated, file.documentation)) and file.type:
        reasons.append(f"not counted, because its type is {file.type}")
    return "; ".join(reasons)


def _file(
    path: str,
    size: int,
    language: Language | None,
    rule: str,
    detail: str,
    flags: Flags,
    said: Overrides | None,
    *,
    binary: bool,
) -> FileLanguage:
    if language is None:
        return FileLanguage(path, size, None, "", None, *flags, binary, False, rule, detail)
    countable = language.type in _COUNTED if said is None or said.detectable is None else said.detectable
    if said is not None and said.language is not None and table().named(said.language) is None:
        countable = False  # linguist then has no language at all; the code is read as what it is
    apart = flags.vendored or flags.documentation or (flags.generated and flags.generated != "generated.declared")
    counted = countable and not apart
    return FileLanguage(path, size, language.name, language.group, language.type, *flags, binary, counted, rule, detail)


def _stated_language(said: Overrides | None) -> tuple[Language, str, str] | None:
    if said is None or said.language is None or (language := table().named(said.language)) is None:
        return None
    return language, "languages.attributes", said.language


def decided(file: FileLanguage, data: bytes, said: Overrides | None) -> tuple[FileLanguage, tuple[str, ...]]:
    """The file decided by its bytes too, and the candidates that are left when they did not decide.

    A function of the planned file, its bytes and what the attributes say: nothing else of the repository counts.
    """
    whole = 0 <= file.size <= len(data)
    flags = Flags(file.vendored, file.generated, file.documentation)
    name = file.path.rpartition("/")[2]
    candidates: tuple[str, ...] = ()
    language, rule, detail = None, "languages.empty", ""
    binary = is_binary(data)
    if stated := _stated_language(said):
        language, rule, detail = stated
        binary = False
    elif binary:
        rule = "languages.binary"
    elif data.startswith(_LFS_POINTER):
        rule, detail = "languages.pointer", ""
    elif data:
        language, rule, detail, candidates = _by_strategies(name, data, whole=whole)
    if language is not None and not flags.generated and (said is None or said.generated is None):
        dot = name.rfind(".")
        generated, saw = generated_by_content(name[dot:].lower() if dot >= 0 else "", data, whole=whole)
        del saw
        flags = flags._replace(generated=generated)
    return _file(file.path, file.size, language, rule, detail, flags, said, binary=binary), candidates


def _by_strategies(name: str, data: bytes, *, whole: bool) -> tuple[Language | None, str, str, tuple[str, ...]]:
    facts = table()
    if found := modeline(data, whole=whole, table=facts):
        return found[0], "languages.modeline", found[1], ()
    candidates = facts.by_filename.get(name, ())
    if len(candidates) == 1:
        return facts.languages[candidates[0]], "languages.filename", name, ()
    foreign = False  # whether the interpreter and the extension name no language in common: then the content decides
    if program := interpreter(data):
        runs = facts.by_interpreter.get(program, ())
        candidates = tuple(each for each in candidates if each in runs) or candidates if candidates else runs
        if len(candidates) == 1:
            return facts.languages[candidates[0]], "languages.shebang", program, ()
    extension = facts.extension_of(name)
    if extension and extension not in GENERIC_EXTENSIONS:
        shared = facts.by_extension[extension]
        foreign = bool(candidates) and not set(candidates).intersection(shared)
        candidates = tuple(each for each in candidates if each in shared) or candidates if candidates else shared
        if len(candidates) == 1:
            return facts.languages[candidates[0]], "languages.extension", extension, ()
    if not candidates and is_xml(data):
        return facts.languages["XML"], "languages.xml", "", ()
    sign = read_sign(extension or name[name.rfind(".") :].lower(), data)
    if sign is not None and (not candidates or foreign or sign.language in candidates):
        return facts.languages[sign.language], "languages.content", sign.name, ()
    if not candidates and _MANPAGE.search(name) and _MACRO_LINE.search(data, 0, 4_096):
        page = read_sign(".man", data)
        return facts.languages[page.language if page else "Roff"], "languages.manpage", name, ()
    if not candidates:
        return None, "languages.none", "", ()
    usual = usual_language(extension) if extension in facts.by_extension else candidates[0]
    chosen = usual if usual in candidates else candidates[0]
    return facts.languages[chosen], "languages.usual", extension or name, candidates


def ask_neighbours(
    settled: list[FileLanguage], open_questions: Sequence[tuple[int, tuple[str, ...]]], attributes: Attributes
) -> None:
    """Gives undecided files the candidate that most of the repository's evident files are in, where there are enough.

    `open_questions` names them by their index in `settled`, which is changed.
    """
    evident = Counter(file.language for file in settled if file.rule in _EVIDENT)
    asking = Counter(candidates for _, candidates in open_questions)
    for index, candidates in open_questions:
        file = settled[index]
        if file.type not in _COUNTED:
            continue  # usually data or prose: code of other kinds around says nothing of it
        code = (name for name in candidates if table().languages[name].type in _COUNTED)  # nor XML and read-me of code
        best = max(code, key=lambda name: evident[name])
        if evident[best] == 0 or evident[best] * _SPOKEN_FOR < asking[candidates]:
            continue
        flags = Flags(file.vendored, file.generated, file.documentation)
        said = attributes.of(file.path)
        detail = f"{evident[best]} other files"
        language = table().languages[best]
        settled[index] = _file(
            file.path, file.size, language, "languages.neighbours", detail, flags, said, binary=file.binary
        )
