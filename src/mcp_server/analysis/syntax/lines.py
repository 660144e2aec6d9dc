"""Lines of code, comment and blank ones, by each language's comments and strings; and the text without its comments.

One pattern per language runs once over the bytes: it takes the code up to the next comment in one step, strings
included, so that a `#` in a string is no comment. Linear: every repetition is possessive. A line with code and a
comment is code. Blank is what holds white space only, inside of comments too (as cloc counts). In Python a string that
stands as a statement of its own is a comment: documentation (cloc does the same); its tree knows which, the pattern
guesses where there is none.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

_Mark = tuple[str, str]


class Syntax(NamedTuple):
    """How a language writes comments (to the end of the line; from one mark to another) and strings.

    `strings` are delimiters of strings with backslash escapes that end on their line; `raw` those of strings that may
    go over lines, as pairs, without escapes unless they begin with a backslash.
    """

    line: tuple[str, ...] = ()
    block: tuple[_Mark, ...] = ()
    strings: tuple[str, ...] = ('"', "'")
    raw: tuple[_Mark, ...] = ()
    docstrings: bool = False
    column: str = ""
    """Marks that open a comment only as the first character of a line (`C` in fixed Fortran, `*` in COBOL)."""


class Lines(NamedTuple):
    """The counts sum to the lines of the file; `stripped` is the text without comments, line for line."""

    code: int
    comment: int
    blank: int
    stripped: bytes
    bare: list[bytes] | None = None
    """The stripped text's lines without white space, where they were counted."""


_C_BLOCK = (("/*", "*/"),)
_C = Syntax(("//",), _C_BLOCK)
_C_TICK = Syntax(("//",), _C_BLOCK, raw=(("`", "`"),))
_C_TRIPLE = Syntax(("//",), _C_BLOCK, raw=(('"""', '"""'),))
_DOUBLE = ('"',)
_C_DOUBLE = Syntax(("//",), _C_BLOCK, _DOUBLE)
_HASH = Syntax(("#",))
_PY = Syntax(("#",), raw=(('\\"""', '"""'), ("\\'''", "'''")), docstrings=True)
_LISP = Syntax((";",), (("#|", "|#"),), _DOUBLE)
_ML = Syntax((), (("(*", "*)"),), _DOUBLE)
_XML = Syntax((), (("<!--", "-->"),), ())
_DASH = Syntax(("--",), _C_BLOCK)
_PERCENT = Syntax(("%",), (), ())
_HASKELL = Syntax(("--",), (("{-", "-}"),), _DOUBLE)
_SEMICOLON = Syntax((";",), (), ('"', "'"))
_ASM = Syntax(("#", ";", "//"), _C_BLOCK, _DOUBLE)

_GROUPS: tuple[tuple[Syntax, str], ...] = (
    (_PY, "Python|Starlark|GN|Cython|Snakemake|Xonsh"),
    (_C_TICK, "JavaScript|TypeScript|TSX|JSX|Go|V|Svelte Script|CoffeeScript Literate"),
    (
        _C,
        (
            "C|C++|Objective-C|Objective-C++|C#|ActionScript|AspectJ|Ceylon|Chapel|CUDA|Cuda|DTrace|GLSL|HLSL|Haxe|"
            "Java|Java Server Pages|JavaCC|Jsonnet|LPC|Mojo|OpenCL|OpenSCAD|PHP|Pawn|Pike|PowerBuilder|Processing|"
            "Protocol Buffer|Proto Buffer|Qt Script|QML|Squirrel|SourcePawn|Stylus|UnrealScript|Vala|Verilog|"
            "WebAssembly Interface Type|XC|ShaderLab|Metal|WGSL|Bicep|Less|SCSS|Sass|Gosu|ANTLR|Thrift|FlatBuffers|"
            "Cap'n Proto|JSON5|JSON with Comments|SystemVerilog|Apex|ReScript|Reason|Nemerle|Wren|Yacc|Bison|"
            "Lex|Move|Cairo"
        ),
    ),
    (_C_TRIPLE, "Kotlin|Scala|Swift|Groovy|Gradle|Dart"),
    (_C_DOUBLE, "Rust|Zig|D|Solidity|Odin|F*|Ballerina|Dafny|P4|Hack"),
    (
        _HASH,
        (
            "Shell|Makefile|Dockerfile|YAML|TOML|CMake|R|Ruby|Perl|Tcl|Awk|Fish|PowerShell|Nix|Just|GraphQL|Raku|Meson|"
            "Crystal|Elixir|Julia|Nim|CoffeeScript|Puppet|HCL|Terraform|Ignore List|Git Config|Git Attributes|INI|"
            "Java Properties|Desktop|Gnuplot|Euphoria|Elvish|Nushell|Ninja|SPARQL|Turtle|Procfile|systemd|BitBake|"
            "Gettext Catalog|Linux Kernel Module|OpenRC runscript|Option List|Zeek|Rez|jq|sed|"
            "Motorola 68K Assembly|Gemfile.lock"
        ),
    ),
    (_LISP, "Common Lisp|Emacs Lisp|Scheme|Racket|Clojure|Fennel|Hy|NewLisp|AutoLISP|Janet|WebAssembly"),
    (_ML, "OCaml|Standard ML|Coq|Rocq Prover|Pascal Script|Mathematica|Wolfram Language|Isabelle|AppleScript"),
    (
        _XML,
        (
            "XML|HTML|SVG|Vue|Svelte|Markdown|XSLT|Maven POM|XAML|MDX|Astro|HTML+ERB|HTML+Django|Jinja|Handlebars|"
            "Mustache|Ant Build System|XML Property List|HTML+EEX|HTML+Razor|HTML+PHP|ColdFusion|Genshi|Plist"
        ),
    ),
    (_DASH, "SQL|PLSQL|PLpgSQL|TSQL|SQLPL|HiveQL"),
    (Syntax(("--",), (("--[[", "]]"), ("--[=[", "]=]")), raw=(("[[", "]]"),)), "Lua|Luau|MoonScript"),
    (_HASKELL, "Haskell|Elm|PureScript|Idris|Agda|Lean|Literate Haskell|Dhall|Curry|Frege"),
    (Syntax(("--",), (), _DOUBLE), "Ada|VHDL|Eiffel|AsciiDoc Ada"),
    (_PERCENT, "TeX|Erlang|MATLAB|PostScript|Prolog|Logtalk|Mercury|BibTeX|LilyPond"),
    (_SEMICOLON, "AutoHotkey|AutoIt|NSIS|Inno Setup|Rebol|Red|Assembly|LLVM|NASM"),
    (Syntax(("!",), (), ('"', "'"), column="cC*"), "Fortran"),
    (Syntax(("!",), (), ('"', "'")), "Fortran Free Form"),
    (
        Syntax(("'",), (), _DOUBLE),
        "Visual Basic .NET|VBA|VBScript|Visual Basic 6.0|Classic ASP|BASIC|FreeBasic|QuickBASIC",
    ),
    (Syntax((), _C_BLOCK), "CSS|PostCSS|Linker Script|RPGLE"),
    (Syntax(("//",), (("(*", "*)"),), raw=(('"""', '"""'),), strings=_DOUBLE), "F#"),
    (Syntax(("//",), (("{", "}"), ("(*", "*)")), ("'",)), "Pascal|Delphi|Component Pascal"),
    (Syntax(('"',), (), ("'",)), "Vim Script|Vim script"),
    (Syntax((), (('"', '"'),), ("'",)), "Smalltalk"),
    (Syntax(("*>",), (), ('"', "'"), column="*/"), "COBOL"),
    (Syntax(("REM ", "rem ", "Rem ", "::", "@REM ", "@rem "), (), ()), "Batchfile"),
    (Syntax(("//",), (), ("'", '"')), "Stata|Modelica|Robot"),
    (Syntax(("#", "//"), _C_BLOCK, _DOUBLE), "HCL Template|Terraform Template|Thrift IDL"),
    (Syntax(("#", "//"), _C_BLOCK, ('"', "'")), "PHP Script"),
    (Syntax(("..",), (), ()), "reStructuredText Comments"),
    (Syntax(("#",), (("#=", "=#"),), _DOUBLE, raw=(('"""', '"""'),)), "Julia Block"),
    (_ASM, "Unix Assembly|GAS"),
    (Syntax(("--",), (("/*", "*/"),), ("'",)), "Ada SQL"),
    (Syntax(("//",), _C_BLOCK, ('"', "'"), raw=(('"""', '"""'),)), "GraphQL Code"),
)

_BETTER: dict[str, Syntax] = {
    "PHP": Syntax(("//", "#"), _C_BLOCK),
    "HCL": Syntax(("#", "//"), _C_BLOCK, _DOUBLE),
    "Terraform": Syntax(("#", "//"), _C_BLOCK, _DOUBLE),
    "Ruby": Syntax(("#",), (("\n=begin", "\n=end"),)),
    "Perl": Syntax(("#",), (("\n=pod", "\n=cut"), ("\n=head", "\n=cut"))),
    "Elixir": Syntax(("#",), raw=(('"""', '"""'), ("'''", "'''"))),
    "Julia": Syntax(("#",), (("#=", "=#"),), _DOUBLE, raw=(('"""', '"""'),)),
    "Nim": Syntax(("#",), (("#[", "]#"),), _DOUBLE, raw=(('"""', '"""'),)),
    "PowerShell": Syntax(("#",), (("<#", "#>"),), ()),
    "CoffeeScript": Syntax(("#",), (("###", "###"),), raw=(('"""', '"""'), ("'''", "'''"))),
    "TOML": Syntax(("#",), raw=(('"""', '"""'), ("'''", "'''"))),
    "C#": Syntax(("//",), _C_BLOCK, raw=(('"""', '"""'), ('@"', '"'))),
    "Java": Syntax(("//",), _C_BLOCK, raw=(('"""', '"""'),)),
    "Sass": Syntax(("//",), _C_BLOCK),
    "Shell": Syntax(("#",), (), ()),
    "Makefile": Syntax(("#",), (), ()),
    "Dockerfile": Syntax(("#",), (), ()),
    "YAML": Syntax(("#",), (), ()),
}
_HASH_AT_WORD = frozenset(("Shell", "Makefile", "Dockerfile", "YAML", "Fish", "PowerShell", "Tcl", "Nix", "Awk"))
"""Where `#` opens a comment only at the start of a word: `$#`, `${x#y}`, `a#b` are none."""

_WHOLE_LINES = frozenset(("Gettext Catalog",))
"""Where comments have lines of their own and strings end on theirs: counted without a look at the strings."""

_HASH_LINE = re.compile(rb"\n[ \t]*+#")
_BLANK = re.compile(rb"\n[ \t\r\v\f]*+(?=\n)")

TABLE: dict[str, Syntax] = {name: syntax for syntax, names in _GROUPS for name in names.split("|")} | _BETTER


def lines_of(language: str, raw: bytes, comments: Sequence[tuple[int, int]] | None = None) -> Lines:
    """The counts for `raw` in `language`. Without a known comment syntax every line that is not blank is code.

    `comments` are their spans, where a tree has told them: ascending, none in another.
    """
    total = raw.count(b"\n") + (bool(raw) and not raw.endswith(b"\n"))
    filled = _filled(raw)
    if language in _WHOLE_LINES:
        whole = len(_HASH_LINE.findall(raw)) + raw.lstrip(b" \t").startswith(b"#")
        return Lines(filled - whole, whole, total - filled, raw)
    pattern = _pattern(language) if comments is None else None
    if pattern is not None:
        stripped = _without_comments(pattern, raw)
    elif comments:
        stripped = _without(comments, raw)
    else:
        return Lines(filled, 0, total - filled, raw)
    if stripped is raw:
        return Lines(filled, 0, total - filled, raw)
    bare = bare_lines(stripped)
    code = min(filled, len(bare) - bare.count(b""))
    return Lines(code, filled - code, total - filled, stripped, bare)


def bare_lines(stripped: bytes) -> list[bytes]:
    """The lines without white space."""
    return stripped.translate(None, b" \t\r\v\f").split(b"\n")


def _filled(raw: bytes) -> int:
    """Lines with something else than white space."""
    ends = raw.count(b"\n")
    if not ends:
        return int(bool(raw.strip()))
    first, last = raw[: raw.index(b"\n")], raw[raw.rindex(b"\n") + 1 :]
    return ends - 1 - len(_BLANK.findall(raw)) + bool(first.strip()) + bool(last.strip())


def _without(comments: Sequence[tuple[int, int]], raw: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    for start, end in comments:
        parts.append(raw[at:start])
        if lines := raw.count(b"\n", start, end):
            parts.append(b"\n" * lines)
        at = end
    parts.append(raw[at:])
    return b"".join(parts)


def _without_comments(pattern: re.Pattern[bytes], raw: bytes) -> bytes:
    parts: list[bytes] = []
    end = 0
    for found in pattern.finditer(raw):
        code, comment = found.span(1)[1], found.group(2)
        parts.append(raw[found.start() : code])
        if b"\n" in comment:
            parts.append(b"\n" * comment.count(b"\n"))
        end = found.end()
    if not parts:
        return raw
    parts.append(raw[end:])
    return b"".join(parts)


@cache
def _pattern(language: str) -> re.Pattern[bytes] | None:
    """Group 1 is the code before a comment, group 2 the comment; None where the language has no known comments."""
    syntax = TABLE.get(language)
    if syntax is None:
        return None
    comments = [*_blocks(syntax), *_line_comments(language, syntax)]
    strings = [*_raw_strings(syntax.raw), *_strings(syntax.strings)]
    if syntax.docstrings:
        # At the start of a line after indentation alone, and ending its line: a statement of its own.
        comments[:0] = [
            (
                rb"(?:\n|\A)[ \t]*+(?:[rRuUbB]{0,2}(?:"
                rb'"""(?:[^"\\]++|\\[\s\S]|"(?!""))*+"""|'
                rb"'''(?:[^'\\]++|\\[\s\S]|'(?!''))*+'''"
                rb'|(?<=[ \t])"(?!"")(?:[^"\\\n]++|\\.)*+")(?=[ \t]*(?:[#\n\r]|\Z)))'
            ),
        ]
    comment = b"|".join(comments)
    first = _starts(syntax)
    plain = rb"[^" + first + rb"]++"
    if syntax.docstrings:  # lines that begin with no string, and short strings, at once
        plain += rb"|\n\s*+(?![rRuUbB]{0,2}[\"'])" + rb'|"(?!"")[^"\\\n]*+"' + rb"|'(?!'')[^'\\\n]*+'"
    other = b"|".join([*strings, rb"[\s\S]"])
    code = plain + rb"|(?!" + comment + rb")(?:" + other + rb")"
    # With the end as an alternative no attempt fails: a failure would be tried again from every later byte.
    return re.compile(rb"((?:" + code + rb")*+)(" + comment + rb"|\Z)")


def _starts(syntax: Syntax) -> bytes:
    """Characters at which something other than plain code may begin, as the inside of a class."""
    marks: set[str] = {mark[0] for mark in (*syntax.line, *syntax.strings)}
    marks |= {opening.lstrip("\\")[0] for opening, _ in (*syntax.block, *syntax.raw)}
    if syntax.docstrings or syntax.column:
        marks.add("\n")
    return b"".join(re.escape(mark).encode() for mark in sorted(marks))


def _line_comments(language: str, syntax: Syntax) -> Iterable[bytes]:
    for mark in syntax.line:
        before = rb"(?<![^\s;&|(){}])" if mark == "#" and language in _HASH_AT_WORD else b""
        before = rb"(?<!\\)" if mark == "%" else before
        yield before + re.escape(mark).encode() + rb"[^\n]*+"
    if syntax.column:
        yield rb"(?:\n|\A)[" + re.escape(syntax.column).encode() + rb"][^\n]*+"


def _blocks(syntax: Syntax) -> Iterable[bytes]:
    for opening, closing in syntax.block:
        yield _until(opening, closing)


def _until(opening: str, closing: str) -> bytes:
    """From one mark to the next other one, or to the end."""
    last = re.escape(closing[0]).encode()
    end = re.escape(closing).encode()
    body = rb"(?:[^" + last + rb"]++|(?!" + end + rb")" + last + rb")*+"
    return re.escape(opening).encode() + body + rb"(?:" + end + rb"|\Z)"


def _raw_strings(pairs: tuple[_Mark, ...]) -> Iterable[bytes]:
    for opening, closing in pairs:
        if not opening.startswith("\\"):
            yield _until(opening, closing)
            continue
        quote = re.escape(closing[0]).encode()
        end = re.escape(closing).encode()
        body = rb"(?:[^" + quote + rb"\\]++|\\[\s\S]|(?!" + end + rb")" + quote + rb")*+"
        yield end + body + rb"(?:" + end + rb"|\Z)"


def _strings(marks: tuple[str, ...]) -> Iterable[bytes]:
    """Strings that end on their line, closed or not: an attempt that may fail would be made again at every quote."""
    for mark in marks:
        quote = re.escape(mark).encode()
        yield quote + rb"(?:[^" + quote + rb"\\\n]++|\\[\s\S])*+(?:" + quote + rb"|(?=\n)|\Z)"
