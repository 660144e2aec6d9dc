"""How each language writes comments and strings: published syntax, under linguist's names. `lines` counts with it.

A language that is not here has no comments that are known: each line of it that is not blank is code.
"""

from typing import NamedTuple

_Mark = tuple[str, str]


class Syntax(NamedTuple):
    """How a language writes comments (to the end of the line; from one mark to another) and strings.

    `strings` are delimiters of strings with backslash escapes that end on their line; `raw` those of strings that may
    go over lines, as pairs, without escapes unless they begin with a backslash.
    """

    line: tuple[str, ...] = ()
    block: tuple[_Mark, ...] = ()
    """A mark that begins with a line feed stands at the start of a line; the rest of its last line belongs to it."""
    strings: tuple[str, ...] = ('"', "'")
    raw: tuple[_Mark, ...] = ()
    docstrings: bool = False
    column: str = ""
    """Marks that open a comment only as the first character of a line (`C` in fixed Fortran, `*` in COBOL)."""
    first: tuple[str, ...] = ()
    """Marks that open a comment to the end of the line where only white space stands before them."""
    directive: str = ""
    """What makes a block comment none when it stands behind the opening mark (`{$IFDEF}` of Pascal)."""
    nested: bool = False
    """Whether block comments hold others of their kind."""
    patterns: tuple[bytes, ...] = ()
    """Comments of other shapes; each starts with a literal or with the start of a line, and repeats possessively."""


_SLASHES = (("/*", "*/"),)
_LT = ("<!--", "-->")
_DOUBLE = ('"',)
_LINE = rb"(?:\n|\A)"
_C = Syntax(("//",), _SLASHES)
_C_HASH = Syntax(("//", "#"), _SLASHES)
_C_TICK = Syntax(("//",), _SLASHES, raw=(("`", "`"),))
_C_TRIPLE = Syntax(("//",), _SLASHES, raw=(('"""', '"""'),))
_C_NESTED = Syntax(("//",), _SLASHES, raw=(('"""', '"""'),), nested=True)
_C_DOUBLE = Syntax(("//",), _SLASHES, _DOUBLE)
_HASH = Syntax(("#",))
_HASH_FIRST = Syntax(strings=(), first=("#",))
_PY = Syntax(("#",), raw=(('\\"""', '"""'), ("\\'''", "'''")), docstrings=True)
_TRIPLES = (('"""', '"""'), ("'''", "'''"))
_LISP = Syntax((";",), (("#|", "|#"),), _DOUBLE, nested=True)
_ML = Syntax((), (("(*", "*)"),), _DOUBLE, nested=True)
_XML = Syntax((), (_LT,), ())
_SQL = Syntax(("--",), _SLASHES)
_PERCENT = Syntax(("%",), (), ())
_HASKELL = Syntax(("--",), (("{-", "-}"),), _DOUBLE, directive="#", nested=True)
_LUA_LONG = tuple((f"--[{'=' * n}[", f"]{'=' * n}]") for n in range(5))
_LUA = Syntax(("--",), _LUA_LONG, raw=tuple((opening[2:], closing) for opening, closing in _LUA_LONG))
_SEMICOLON = Syntax((";",))
_INI = Syntax(strings=(), first=("#", ";"))
_BASIC = Syntax(("'",), (), _DOUBLE, first=("REM ", "Rem ", "rem "))
_PERL = Syntax(
    ("#",), patterns=(_LINE + rb"=[a-zA-Z](?:[^\n]++|\n(?!=cut))*+(?:\n=cut[^\n]*+)?", rb"\n__(?:END|DATA)__\n[\s\S]*+")
)

_GROUPS: tuple[tuple[Syntax, str], ...] = (
    (_PY, "Python|Starlark|GN|Cython|Snakemake|Xonsh|Mojo|Sage|Ren'Py|GDScript"),
    (_C_TICK, "JavaScript|TypeScript|TSX|Go|V|templ|Objective-J|Glimmer JS|Glimmer TS"),
    (
        _C,
        (
            "C|C++|Objective-C|Objective-C++|ActionScript|AngelScript|AspectJ|Ceylon|Chapel|Cuda|GLSL|HLSL|Haxe|"
            "OpenCL|OpenSCAD|Pawn|Pike|Processing|Protocol Buffer|Qt Script|QML|Squirrel|SourcePawn|Stylus|"
            "UnrealScript|Vala|Verilog|WebAssembly Interface Type|XC|ShaderLab|Metal|WGSL|Less|SCSS|Sass|Gosu|"
            "ANTLR|FlatBuffers|JSON5|JSON with Comments|SystemVerilog|Apex|Nemerle|Yacc|Lex|Bison|Cairo|Circom|"
            "HolyC|Xtend|Logos|SWIG|GDShader|PEG.js|SugarSS|DM|POV-Ray SDL|MQL4|MQL5|Motoko|Sway|Tact|TypeSpec|"
            "Volt|WebIDL|YARA|YANG|nesC|ooc|eC|ZenScript|Witcher Script|Whiley|X BitMap|X PixMap|Promela|QuakeC|"
            "RenderScript|SQF|Boogie|CAP CDS|Cadence|ChucK|Cypher|DTrace|Filterscript|Fantom|Faust|"
            "Game Maker Language|Jolie|Kusto|Monkey C|NWScript|OpenQASM|Opal|Quint|Redscript|Scilab|Slice|Stan|"
            "Toit|Type Language|Typst|VCL|mupad|Beef|Bluespec|Modelica|OMNeT++ NED|OMNeT++ MSG|Yul|1C Enterprise|"
            "Reason|Cangjie"
        ),
    ),
    (
        _C,
        (
            "4D|AGS Script|AIDL|AL|Aleo|Alloy|Asymptote|BAML|C3|CQL|CameLIGO|CartoCSS|Cairo Zero|CodeQL|Cycript|"
            "Daslang|DataWeave|Dogescript|FPP|Flix|GAML|GSC|Gno|Golo|HIP|HyPhy|IL Assembly|ISPC|"
            "ImHex Pattern Language|ImageJ Macro|Ink|JASS|JFlex|Jac|Jai|Java Template Engine|Jison|KFramework|"
            "KRL|KerboScript|Kit|KoLmafia ASH|Koka|LSL|Lambdapi|Langium|LigoLANG|Lobster|LoomScript|MLIR|MiniD|"
            "MiniZinc|Mint|MoonBit|NetLinx|Nextflow|Nit|Noir|Opa|OverpassQL|Ox|Oxygene|Pan|Pkl|Portugol|"
            "Power Query|Pro*C|Q#|RAScript|RPC|Ragel|Rascal|ReasonLIGO|Rhai|SIP|Sail|Slang|Slint|SmPL|Smithy|"
            "TL-Verilog|Tea|Tolk|Unified Parallel C|Uno|Wollok|X10|XS|Zephir|ucode|Aiken|Click|LiveCode Script|"
            "PowerBuilder|StringTemplate|Untyped Plutus Core|Clue|Jison Lex"
        ),
    ),
    (_C_HASH, "PHP|Hack|Thrift|Jsonnet|Io|Boo|Ring|Sieve"),
    (_C_NESTED, "Kotlin|Scala|Swift|Dart|Wren|ReScript|Pony|Odin|SuperCollider|Clean|Carbon|Gleam|OpenEdge ABL"),
    (_C_TRIPLE, "Groovy|Gradle|Move|Ballerina"),
    (Syntax(("//",), _SLASHES, _DOUBLE, nested=True), "Rust|D|Dafny"),
    (_C_DOUBLE, "Zig|Solidity|P4|CUE|Bicep"),
    (
        _HASH,
        (
            "R|Tcl|Awk|GraphQL|Meson|Crystal|Puppet|Gnuplot|Elvish|Nushell|Ninja|SPARQL|Turtle|BitBake|"
            "Linux Kernel Module|OpenRC runscript|Zeek|Rez|jq|sed|Cap'n Proto|Limbo|AMPL|GAP|Smali|Polar|RBS|WDL|"
            "KCL|BQN|Earthly|LookML|mcfunction|Just|Tcsh|Janet|KakouneScript|Nearley|Hosts File|Praat|Nasal|"
            "Alpine Abuild|Augeas|Berry|Cooklang|Common Workflow Language|EdgeQL|Elvish Transcript|EmberScript|"
            "GDB|Gentoo Ebuild|Gentoo Eclass|Hurl|Kaitai Struct|Liquidsoap|Mirah|Nickel|Open Policy Agent|Pyret|"
            "Quake|Roc|Scenic|Talon|Verse|Vyper|Parrot Internal Representation|Parrot Assembly|Fancy|"
            "DenizenScript|RouterOS Script|E|Pic|Zimpl"
        ),
    ),
    (
        _HASH_FIRST,
        (
            "Ignore List|Git Attributes|Java Properties|Procfile|Option List|Gherkin|RAML|RobotFramework|Salt|"
            "RPM Spec|Nginx|ApacheConf|Pip Requirements|SSH Config|Singularity|Dotenv|CODEOWNERS|Browserslist|"
            "Readline Config|Wget Config|cURL Config|dircolors|nanorc|TextMate Properties|Unity3D Asset|"
            "Gettext Catalog|pkg-config|"
            "OASv2-yaml|OASv3-yaml|MiniYAML|Microsoft Visual Studio Solution|Microsoft Developer Studio Project|"
            "HAProxy|kvlang|Debian Package Control File|Protocol Buffer Text Format|Wavefront Object|"
            "Wavefront Material|desktop|QMake|YASnippet|Kickstart|Proguard|Filebench WML|Fluent|BuildStream"
        ),
    ),
    (_INI, "INI|Git Config|NPM Config|EditorConfig|Windows Registry Entries|Godot Resource|Win32 Message File"),
    (
        _LISP,
        (
            "Common Lisp|Emacs Lisp|Scheme|Racket|Clojure|Fennel|Hy|LFE|wisp|CLIPS|SMT|PDDL|Arc|Dune|Nu|Pact|"
            "Rouge|ZIL|Tree-sitter Query|Clarity|GCC Machine Description|Shen|edn|LTspice Symbol"
        ),
    ),
    (
        _ML,
        "OCaml|Standard ML|Rocq Prover|Wolfram Language|Isabelle|UrWeb|Modula-2|Modula-3|EBNF|Oberon|Component Pascal",
    ),
    (
        _XML,
        (
            "HTML|Vue|Svelte|Astro|HTML+PHP|Marko|Riot|mdsvex|Antlers|XML|SVG|Markdown|XSLT|MDX|Ant Build System|"
            "Maven POM|"
            "XML Property List|Genshi|Eagle|COLLADA|Web Ontology Language|RMarkdown|XProc|Ecmarkup|JetBrains MPS"
        ),
    ),
    (_SQL, "SQL|PLSQL|PLpgSQL|TSQL|SQLPL|HiveQL|PigLatin|MAXScript|VHDL"),
    (_LUA, "Lua|Luau|MoonScript|Terra|Teal"),
    (_HASKELL, "Haskell|Elm|PureScript|Idris|Agda|Dhall|Curry|Frege|Bluespec BH"),
    (Syntax(("--",), (("/-", "-/"),), _DOUBLE, nested=True), "Lean|Lean 4"),
    (Syntax(("--",), (), _DOUBLE), "Ada|Eiffel|ASN.1|Futhark"),
    (_PERCENT, "TeX|Erlang|PostScript|BibTeX"),
    (Syntax(("%",), _SLASHES, ()), "Prolog|Logtalk|Mercury|ECLiPSe|Turing|Oz|Answer Set Programming"),
    (Syntax(("%", "#"), (("\n%{", "\n%}"), ("\n#{", "\n#}")), ()), "MATLAB"),
    (Syntax(("%",), (("%{", "%}"),), ()), "LilyPond"),
    (_SEMICOLON, "Rebol|Red|LLVM|M|IDL|NCL|Jasmin|PureBasic|BlitzBasic|AutoIt|NewLisp"),
    (Syntax((";",), _SLASHES), "AutoHotkey|NSIS|Inno Setup|Assembly|mIRC Script|Csound|Csound Document"),
    (Syntax((";;",), (("(;", ";)"),), _DOUBLE, nested=True), "WebAssembly"),
    (Syntax(("!",), (), column="cC*"), "Fortran"),
    (Syntax(("!",)), "Fortran Free Form|Factor"),
    (_BASIC, "Visual Basic .NET|VBA|VBScript|Visual Basic 6.0|Classic ASP|BASIC|FreeBASIC|QuickBASIC|Brightscript|B4X"),
    (_BASIC, "BrighterScript|Monkey"),
    (Syntax((), _SLASHES), "CSS|PostCSS|Linker Script|REXX"),
    (Syntax(("//",), (("(*", "*)"),), _DOUBLE, (('"""', '"""'),), nested=True), "F#"),
    (Syntax(("//",), (("{", "}"), ("(*", "*)")), ("'",), directive="$"), "Pascal"),
    (Syntax(("--", "#"), (("(*", "*)"),), _DOUBLE, nested=True), "AppleScript"),
    (Syntax(('"',), (), ("'",)), "Vim script"),
    (Syntax((), (('"', '"'),), ("'",)), "Smalltalk"),
    (Syntax(("*>",), patterns=(_LINE + rb"(?:[^\n]{6})?[*/][^\n]*+",)), "COBOL"),
    (Syntax(strings=(), first=("REM", "rem", "Rem", "::", "@REM", "@rem", "@Rem")), "Batchfile"),
    (Syntax(("//",), _SLASHES, first=("*",)), "Stata"),
    (Syntax(("#", "//", ";"), _SLASHES, _DOUBLE, first=("@",)), "Unix Assembly"),
    (Syntax(("|",), _SLASHES, _DOUBLE, first=("*", ";", "#")), "Motorola 68K Assembly"),
    (Syntax(("\\ ",), (("( ", ")"),), ()), "Forth"),
    (Syntax(("⍝",), (), ("'",), first=("#",)), "APL"),
    (Syntax(("(:",)[:0], (("(:", ":)"),), nested=True), "XQuery|JSONiq"),
    (Syntax((), (("\n(*", "*)"), ("(*", "*)")), _DOUBLE, first=("\\*",)), "TLA"),
    (Syntax(strings=(), block=(("\n////", "\n////"),), first=("//",)), "AsciiDoc"),
    (
        Syntax(
            strings=(),
            patterns=(
                _LINE + rb"\.\.(?:(?=\n)| (?![\w-]++(?::[\w-]++)*+::|\[|_|\|)[^\n]*+)(?:\n[ \t]++[^\n]++|\n(?=\n))*+",
            ),
        ),
        "reStructuredText",
    ),
    (Syntax(strings=(), first=('.\\"', "'\\\"", '\\"', ".\\#")), "Roff|Roff Manpage"),
    (Syntax(strings=(), first=("dnl", "#")), "M4|M4Sugar"),
    (Syntax(strings=(), first=("::",)), "hoon"),
    (Syntax(strings=(), first=("//*",)), "JCL"),
    (Syntax(strings=(), first=("'",), block=(("/'", "'/"),)), "PlantUML"),
    (Syntax(strings=(), first=("# ", "#+BEGIN_COMMENT")), "Org"),
    (Syntax(strings=(), first=("$!", "$ !")), "DIGITAL Command Language"),
    (Syntax(("//", "&&"), _SLASHES, first=("*",)), "xBase|Harbour"),
    (Syntax(("#",), (("#{", "}#"),), _DOUBLE), "PicoLisp"),
    (Syntax(("NB.",), (), ("'",)), "J"),
    (Syntax(("//",), ()), "IGOR Pro|Go Module|Go Workspace|Jest Snapshot"),
    (Syntax(("#",), _SLASHES), "LiveScript"),
    (Syntax(strings=(), first=("/",)), "Slim|q"),
    (Syntax(strings=(), first=("-#", "/")), "Haml|Scaml"),
    (Syntax(strings=(), first=("//",)), "Pug"),
    (Syntax((), (("{#", "#}"), _LT), ()), "Jinja|Nunjucks|Twig"),
    (Syntax((), (("{{!--", "--}}"), ("{{!", "}}"), _LT), ()), "Handlebars|Mustache"),
    (Syntax((), (("{{--", "--}}"), _LT), ()), "Blade"),
    (Syntax((), (("{{/*", "*/}}"), ("{{- /*", "*/ -}}"), ("{{-/*", "*/}}"), _LT), ()), "Go Template"),
    (Syntax((), (("{*", "*}"), _LT), ()), "Smarty|Latte"),
    (Syntax((), (("{% comment %}", "{% endcomment %}"), ("{%- comment -%}", "{%- endcomment -%}"), _LT), ()), "Liquid"),
    (Syntax((), (("<#--", "-->"), _LT), ()), "FreeMarker"),
    (Syntax((), (("@*", "*@"), _LT), ()), "HTML+Razor"),
    (Syntax((), (("<%#", "%>"), ("<%!--", "--%>"), _LT), ()), "HTML+ERB|EJS|HTML+ECR|HTML+EEX"),
    (Syntax(("//",), (("<%--", "--%>"), _LT, *_SLASHES)), "Java Server Pages|Groovy Server Pages"),
    (Syntax((), (("<%--", "--%>"), _LT), ()), "ASP.NET"),
    (Syntax((), (("<!---", "--->"), _LT), ()), "ColdFusion"),
    (Syntax((), (("<%doc>", "</%doc>"), _LT), (), first=("##",)), "Mako"),
    (Syntax(("##",), (("#*", "*#"), _LT), ()), "Velocity Template Language"),
    (Syntax(strings=(), patterns=(_LINE + rb"(?!>)[^\n\r]++",)), "Literate Haskell"),
)

_OWN: dict[str, Syntax] = {
    "HCL": Syntax(("#", "//"), _SLASHES, _DOUBLE),
    "Ruby": Syntax(("#",), (("\n=begin", "\n=end"),), patterns=(rb"\n__END__\n[\s\S]*+",)),
    "Perl": _PERL,
    "Raku": Syntax(("#",), patterns=(_LINE + rb"=begin (?:[^\n]++|\n(?!=end))*+(?:\n=end[^\n]*+)?",)),
    "Elixir": Syntax(("#",), raw=_TRIPLES),
    "Julia": Syntax(("#",), (("#=", "=#"),), _DOUBLE, raw=(('"""', '"""'),), nested=True),
    "Nim": Syntax(("#",), (("#[", "]#"),), _DOUBLE, raw=(('"""', '"""'),), nested=True),
    "PowerShell": Syntax(("#",), (("<#", "#>"),), ()),
    "CoffeeScript": Syntax(("#",), (("###", "###"),), raw=_TRIPLES),
    "Imba": Syntax(("#",), (("###", "###"),), raw=_TRIPLES),
    "TOML": Syntax(("#",), raw=_TRIPLES),
    "C#": Syntax(("//",), _SLASHES, raw=(('"""', '"""'), ('@"', '"'))),
    "Java": Syntax(("//",), _SLASHES, raw=(('"""', '"""'),)),
    "D": Syntax(("//",), (("/+", "+/"), *_SLASHES), _DOUBLE, raw=(("`", "`"),), nested=True),
    "CMake": Syntax(("#",), (("#[[", "]]"),), _DOUBLE),
    "Nix": Syntax(("#",), _SLASHES, _DOUBLE, raw=(("''", "''"),)),
    **dict.fromkeys(("Shell", "Makefile", "Dockerfile", "YAML", "fish"), Syntax(("#",), (), ())),
}

TABLE: dict[str, Syntax] = {name: syntax for syntax, names in _GROUPS for name in names.split("|")} | _OWN
