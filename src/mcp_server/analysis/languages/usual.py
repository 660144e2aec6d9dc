"""The usual language of extensions that several languages share: the answer when the content shows no sign.

Published facts do not rank the candidates, so this is our table, most common use on public forges first. An extension
that is not listed gets the candidate that lists it as its own first extension.
"""

from functools import cache

from plumbrule.mcp_server.analysis.languages.folders import words
from plumbrule.mcp_server.analysis.languages.table import table

USUAL: dict[str, str] = {
    extension: language
    for language, extensions in {
        "C": ".h",
        "C#": ".cs .cake",
        "C++": ".hh .cp",
        "Reason": ".re",
        "RouterOS Script": ".rsc",
        "GAP": ".g",
        "Objective-C": ".m",
        "Objective-C++": ".mm",
        "Perl": ".pl .pm .t .cgi .fcgi .al",
        "TypeScript": ".ts",
        "TSX": ".tsx",
        "Rust": ".rs",
        "Markdown": ".md",
        "SQL": ".sql .ddl .prc",
        "Verilog": ".v",
        "Apex": ".cls .trigger",
        "PHP": ".php .inc",
        "F#": ".fs",
        "Puppet": ".pp",
        "R": ".r",
        "D": ".d",
        "Lex": ".l",
        "Fortran": ".f .for .fpp",
        "Common Lisp": ".lisp .lsp",
        "QMake": ".pro",
        "Scala": ".sc",
        "GDScript": ".gd",
        "AsciiDoc": ".asc",
        "ActionScript": ".as",
        "Yacc": ".yy",
        "Modula-2": ".mod",
        "MAXScript": ".ms",
        "TeX": ".toc",
        "Text": ".txt",
        "HTML": ".html",
        "JSON": ".json",
        "YAML": ".yml .yaml",
        "Java Properties": ".properties",
        "Elixir": ".ex",
        "Unix Assembly": ".s",
        "Assembly": ".asm .nas",
        "OCaml": ".ml",
        "XML Property List": ".plist",
        "Smarty": ".tpl",
        "INI": ".cfg",
        "OpenCL": ".cl",
        "Eiffel": ".e",
        "GLSL": ".frag",
        "HLSL": ".fx",
        "JavaScript": ".gs .es",
        "SWIG": ".i",
        "jq": ".jq",
        "LiveScript": ".ls",
        "Nushell": ".nu",
        "Gnuplot": ".plt",
        "Wolfram Language": ".nb",
        "Roff": ".n .man .mdoc",
        "RPM Spec": ".spec",
        "SubRip Text": ".srt",
        "Smalltalk": ".st",
        "Starlark": ".star",
        "Scheme": ".scm",
        "Salt": ".sls",
        "ShaderLab": ".shader",
        "Visual Basic 6.0": ".bas .frm",
        "Linker Script": ".x",
        "Pickle": ".pkl",
        "vCard": ".vcf",
        "Typst": ".typ",
        "HCL": ".workflow",
        "ApacheConf": ".vhost",
        "FreeMarker": ".ftl",
        "Lean 4": ".lean",
        "JSON with Comments": ".eslintrc",
    }.items()
    for extension in extensions.split()
}

# Shared extensions whose usual language is right so often that reading each file is a second step.
ALMOST_CERTAIN = words(
    ".ts .tsx .rs .html .php .md .json .yaml .yml .cs .ex .txt .properties .cfg .plist .lisp .hh .cairo .m4 .mm"
)


@cache
def usual_language(extension: str) -> str:
    """The usual language of a known extension."""
    facts = table()
    candidates = facts.by_extension[extension]
    usual = USUAL.get(extension)
    if usual in candidates:
        return usual
    own = [name for name in candidates if _first_extension(name) == extension]
    return (own or list(candidates))[0]


@cache
def _first_extensions() -> dict[str, str]:
    first: dict[str, str] = {}
    for extension, names in table().by_extension.items():
        for name in names:
            first.setdefault(name, extension)
    return first


def _first_extension(name: str) -> str:
    return _first_extensions().get(name, "")
