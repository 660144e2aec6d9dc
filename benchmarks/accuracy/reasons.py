"""Why some facts differ, by the section of the page: written by hand after looking at each difference."""

REASONS: dict[str, tuple[str, ...]] = {
    "Languages": (
        "Mojolicious' tests (`.t`) are Raku or Turing for linguist 7.22; version 9 tells Perl by `->`, as we do.",
        "NASM's includes (`.ash`, `.inc`) have no sign of any language that shares the ending: both guess.",
        "`.tmpl` (Scrapy) is Go Template, `.env` (flask) Dotenv in newer tables than that of linguist 7.22.",
        "linguist reads what git stores; where `.gitattributes` asks for other line ends, files on disk are longer.",
    ),
    "What Python packages offer": (
        "griffe merges stubs into classes and functions; we name each where the definition stands.",
        "A package that griffe cannot load (aliases of another package of the same archive) has no row.",
    ),
    "TypeScript and JavaScript symbols": (
        "The grammar cannot read `export default function (): T` without a body, which zod's declarations have.",
        "In minified bundles many definitions share a line: a pair is told by kind, name and line.",
        "Functions assigned to a handler (`request.onabort = function handleAbort() {}`) are named after the handler.",
    ),
    "Symbols of other languages": (
        "Ctags counts include guards, locals of Kotlin's functions and called macros, which we leave out.",
        "C++ headers that open namespaces and classes with macros lose what the grammar cannot place.",
        "Function types of C are named after the type by ctags, after the declarator by us.",
    ),
    "Import edges": (
        "`from . import name` in a module of that name leads to itself; we show its package.",
        "Folders that a package puts on `sys.path` by code are given to the reference by hand, for three packages.",
    ),
    "Manifests and locks": (
        "What a program computes (`setup.py`) is named in the result as not read, and has no bar.",
        "Extras that name other extras of their own package are written out on both sides.",
    ),
}

OLDER: frozenset[tuple[str, str]] = frozenset({("Languages", "libmojolicious-perl")})
"""Rows below their bar because the installed reference is older than the facts it is compared with."""
