"""Signs for the extensions that most repositories hold: C headers, Objective-C and MATLAB, Perl, SQL and so on."""

from plumbrule.mcp_server.analysis.languages.sign import Sign, Signs, either

_OBJECTIVE_C = either(
    rb"^[ \t]*@(?:interface|class|protocol|property|end|synchronised|selector|implementation)\b",
    rb"^[ \t]*#import[ \t][^\n]{1,200}\.h[\">]",
)
_CPP = either(
    rb"^[ \t]*#[ \t]*include <(?:cstdint|string|vector|map|list|array|bitset|queue|stack|forward_list|unordered_map|"
    rb"unordered_set|[io]?o?stream)>",
    rb"^[ \t]*template[ \t]*<",
    rb"^[ \t]*(?:try\b|constexpr|catch[ \t]*\()",
    rb"^[ \t]*(?:class|(?:using[ \t]+)?namespace)[ \t]+\w",
    rb"^[ \t]*(?:private|public|protected):$",
    rb"__has_cpp_attribute|__cplusplus >",
    rb"\bstd::\w",
)
# Headers that C++ alone has, unless a header of both languages includes them for C++ only.
_CPP_HEADER = (
    rb"^[ \t]*#[ \t]*include <(?:memory|functional|utility|optional|variant|tuple|algorithm|type_traits|cstd\w+)>",
)
_FOR_BOTH = (rb"\b__cplusplus\b",)
_PERL = either(
    rb"\buse[ \t]+(?:strict\b|v?5\b)",
    rb"^[ \t]*use[ \t]+(?:constant|overload)\b",
    rb"^[ \t]*(?:\*|(?:our[ \t]*)?@)EXPORT[ \t]*=",
    rb"^[ \t]*package[ \t]+[A-Za-z_]\w*(?:::\w+)*[ \t]*(?:[;{]|[ \t]v?\d)",
    rb"[\s$][A-Za-z_]\w{0,99}(?:::\w{1,99}){0,9}->[a-zA-Z_\[({]",
)
_RAKU = rb"^[ \t]*(?:use[ \t]+v6\b|\bmodule\b|\b(?:my[ \t]+)?class\b)"
_V6 = rb"^[ \t]*use[ \t]+v6\b"
_FORTRAN = rb"^(?:[cC*][^abdABD\-z\n]|      (?i:subroutine|program|end|data)[ \t]|[ \t]{0,80}!)"
_FORTH = rb"^: "
_YAML_LINE = rb"^[ \t]*(?:#|(?:[^/\"\s:{}\[\]]|/[^/*:\n])[^:\n]{0,200}:)"
_XML = rb"^[ \t]*<\?xml\b"
_68K = rb"(?i)" + either(
    rb"\bmoveq(?:\.l)?[ \t]+#(?:\$-?[0-9a-f]{1,3}|%[01]{1,8}|-?[0-9]{1,3}),[ \t]*d[0-7]\b",
    rb"^[ \t]*move(?:\.[bwl])?[ \t]+(?:sr|usp),[ \t]*\S",
    rb"^[ \t]*move\.[bwl][ \t][^\n]{0,200}\b[ad]\d",
    rb"^[ \t]*(?:movem\.[bwl]|move[mp](?:\.[wl])?|btst|dbra)\b",
)
_KEY_VALUE = rb"^[^#!;\n][^=\n]{0,500}="
_JSON = rb"\A\s*[{\[]"

SIGNS: Signs = {
    ".h": (
        Sign("Objective-C", "@interface, @end or #import of a header", (_OBJECTIVE_C,)),
        Sign("C++", "class, namespace, template, std:: or a C++ header", (_CPP,)),
        Sign("C++", "a header that only C++ has", _CPP_HEADER, _FOR_BOTH),
        Sign("C", "no sign of C++ or Objective-C"),
    ),
    ".m": (
        Sign("Objective-C", "@interface, @end or #import of a header", (_OBJECTIVE_C,)),
        Sign("Mercury", ":- module", (rb":- module",)),
        Sign("MUF", "a line that begins with `: `", (_FORTH,)),
        Sign("M", "a line that begins with `;`", (rb"^[ \t]*;",)),
        Sign("Wolfram Language", "(* a comment *)", (rb"\(\*", rb"\*\)$")),
        Sign("MATLAB", "a line that begins with `%`", (rb"^[ \t]*%",)),
        Sign("Limbo", "name: module {", (rb"^\w{1,99}[ \t]*:[ \t]*module[ \t]*\{",)),
        Sign("MATLAB", "function … = …(", (rb"^[ \t]*(?:function\b|classdef\b|end[ \t]*$)",)),
    ),
    ".pl": (
        Sign("Prolog", "a clause with :-", (rb"^[^#\n]{0,400}:-",)),
        Sign("Perl", "use strict, package or ->", (_PERL,), (_V6,)),
        Sign("Raku", "use v6, module or class", (_RAKU,)),
    ),
    ".pm": (
        Sign("Perl", "use strict, package or ->", (_PERL,), (_V6,)),
        Sign("Raku", "use v6, module or class", (_RAKU,)),
        Sign("X PixMap", "/* XPM */", (rb"^[ \t]*/\* XPM \*/",)),
    ),
    ".t": (
        Sign("Perl", "use strict, package or ->", (_PERL,), (_V6,)),
        Sign("Raku", "use v6, module or my class", (rb"^[ \t]*(?:use[ \t]+v6\b|\bmodule\b|\bmy[ \t]+class\b)",)),
        Sign(
            "Turing",
            "% comment or var … :=",
            (rb"^[ \t]*%[ \t]|^[ \t]*var[ \t]+\w+(?:[ \t]*:[ \t]*\w+)?[ \t]*:=[ \t]*\w",),
        ),
    ),
    ".ts": (Sign("XML", "<TS", (rb"<TS\b",)), Sign("TypeScript", "no <TS element")),
    ".tsx": (Sign("XML", "an XML declaration", (rb"(?i)^[ \t]*<\?xml\s+version",)), Sign("TSX", "no XML declaration")),
    ".rs": (
        Sign("Rust", "use, fn, mod, pub, impl or an attribute", (rb"^(?:use |fn |mod |pub |macro_rules|impl|#!?\[)",)),
        Sign("RenderScript", "#include or #pragma rs", (rb"#include|#pragma[ \t]+(?:rs|version)|__attribute__",)),
        Sign("XML", "an XML declaration", (_XML,)),
    ),
    ".md": (
        Sign("Markdown", "a line of Markdown", (rb"^[-A-Za-z0-9=#!*\[|>]|</|\A\Z",)),
        Sign("GCC Machine Description", ";; or (define_", (rb"^(?:;;|\(define_)",)),
        Sign("Markdown", "no sign of a machine description"),
    ),
    ".sql": (
        Sign(
            "PLpgSQL",
            "AS $$, LANGUAGE plpgsql, \\i or BEGIN;",
            (rb"(?i)^\\i\b|AS\s{1,20}\$\$|LANGUAGE\s{1,20}'?plpgsql'?|BEGIN(?:\s{1,20}WORK)?\s{0,20};",),
        ),
        Sign(
            "SQLPL",
            "DB2's ALTER MODULE, SYSCAT or END!",
            (
                (
                    rb"(?i)ALTER\s{1,20}MODULE|MODE\s{1,20}DB2SQL|\bSYS(?:CAT|PROC)\."
                    rb"|ASSOCIATE\s{1,20}RESULT\s{1,20}SET|\bEND!\s{0,20}$"
                ),
            ),
        ),
        Sign(
            "PLSQL",
            "Oracle's XMLTYPE, systimestamp, .nextval or CONNECT BY",
            (
                (
                    rb"(?i)\$\$PLSQL_|XMLTYPE|systimestamp|\.nextval|CONNECT\s{1,20}BY|AUTHID\s{1,20}(?:DEFINER"
                    rb"|CURRENT_USER)"
                    rb"|constructor\W{1,20}function"
                ),
            ),
        ),
        Sign(
            "TSQL",
            "GO, BEGIN TRY, DECLARE @ or [dbo]",
            (rb"(?i)^[ \t]*GO\b|BEGIN\s{1,20}(?:TRY|CATCH)|OUTPUT\s{1,20}INSERTED|DECLARE\s{1,20}@|\[dbo\]",),
        ),
        Sign("SQL", "no sign of a dialect"),
    ),
    ".v": (
        Sign(
            "Rocq Prover",
            "Proof., Qed. or Require Import",
            (rb"(?:^|\s)(?:Proof|Qed)\.(?:$|\s)|(?:^|\s)Require[ \t]{1,20}(?:Import|Export)\s",),
        ),
        Sign(
            "Verilog",
            "module …(, `define, always @ or initial begin",
            (
                (
                    rb"^[ \t]*module[ \t]+[^\s()]+[ \t\n]{0,99}#?\(|^[ \t]*`(?:define|ifdef|ifndef|include"
                    rb"|timescale|pragma)"
                    rb"|^[ \t]*always[ \t]*@|^[ \t]*initial[ \t]*(?:begin|@)"
                ),
            ),
        ),
        Sign(
            "V",
            "fn, for { or $if",
            (rb"\$(?:if|else)[ \t]|^[ \t]*(?:pub[ \t]+)?fn[ \t]+[^\s()]+\(|^[ \t]*for[ \t]*\{",),
        ),
    ),
    ".cls": (
        Sign(
            "Visual Basic 6.0",
            "VERSION … CLASS with MultiUse and Persistable",
            (
                rb"^ *VERSION [0-9]\.[0-9] CLASS",
                rb"^[ \t]*BEGIN\n[ \t]*MultiUse[ \t]*=[^\n]*\n[ \t]*Persistable[ \t]*=",
            ),
        ),
        Sign("VBA", "VERSION … CLASS", (rb"^ *VERSION [0-9]\.[0-9] CLASS",)),
        Sign("TeX", "\\ProvidesClass", (rb"^[ \t]*\\(?:NeedsTeXFormat|ProvidesClass)\{",)),
        Sign("ObjectScript", "Class …", (rb"^Class\s",)),
        Sign(
            "OpenEdge ABL",
            "end class. or class …:",
            (rb"(?i)^[ \t]*(?:end[ \t]+(?:class|interface)\.|(?:class|interface)[ \t]+[a-z_][a-z0-9_#$%&-]*:)",),
        ),
        Sign(
            "Apex",
            "a class with sharing or a visibility",
            (rb"(?i)^[ \t]*(?:@\w+|(?:public|global|private)\b[^\n]{0,200}\b(?:class|interface|enum)\b)",),
        ),
    ),
    ".inc": (
        Sign("Motorola 68K Assembly", "68000 instructions", (_68K,)),
        Sign("PHP", "<?php", (rb"^<\?(?:php)?",)),
        Sign(
            "SourcePawn",
            "methodmap or SharedPlugin",
            (
                (
                    rb"^public[ \t]+(?:SharedPlugin|(?:void[ \t]+)?__pl_\w+_SetNTVOptional)"
                    rb"|^methodmap[ \t]+\w+[ \t]+<|^[ \t]*MarkNativeAsOptional[ \t]*\("
                ),
            ),
        ),
        Sign(
            "NASL",
            "local_var or include of .inc",
            (
                (
                    rb"^[ \t]*include[ \t]*\([ \t]*[\"'][\\/\w\-.: ]{1,200}\.(?:nasl"
                    rb"|inc)[ \t]*[\"'][ \t]*\)[ \t]*;|^[ \t]*(?:global|local)_var[ \t]+\w"
                ),
            ),
        ),
        Sign("POV-Ray SDL", "#declare or #macro", (rb"^[ \t]*#(?:declare|local|macro|while)[ \t]",)),
        Sign(
            "Pascal",
            "{$mode or end.",
            (rb"(?i)^[ \t]*\{\$(?:mode|ifdef|undef|define) +[a-z0-9_]+\}|^[ \t]*end[.;][ \t]*$",),
        ),
        Sign("BitBake", "inherit …", (rb"^inherit(?:[ \t]+[\w.-]+)+[ \t]*$",)),
        Sign("C++", "class, namespace, template or std::", (_CPP,)),
        Sign("Assembly", "mov or db", (rb"(?i)^[^\"m\n]{0,200}mov[ \t]+\S+,|^[ \t]+db[ \t]+[a-z\d]",)),
        Sign("HTML", "starts with a tag", (rb"\A\s{0,200}<[!a-zA-Z]",)),
        Sign("SQL", "CREATE, INSERT or SELECT", (rb"(?i)^[ \t]*(?:create[ \t]+table|insert[ \t]+into|select[ \t])",)),
        Sign("Pawn", "stock or native", (rb"^[ \t]*(?:stock|native|forward)[ \t]+\w",)),
    ),
    ".fs": (
        Sign("Forth", ": word", (rb"^(?:: |new-device)",)),
        Sign(
            "F#", "let, module, namespace, open or type", (rb"^[ \t]*(?:#light|import|let|module|namespace|open|type)",)
        ),
        Sign("GLSL", "#version, uniform or vec3", (rb"^[ \t]*(?:#version|precision|uniform|varying|vec[234])",)),
        Sign("Filterscript", "#include or #pragma rs", (rb"#include|#pragma[ \t]+(?:rs|version)|__attribute__",)),
    ),
    ".pp": (
        Sign("Pascal", "end.", (rb"^[ \t]*end[.;]",)),
        Sign(
            "Puppet",
            "key => value, class, node, function or $name =",
            (
                (
                    rb"^[ \t]+\w+[ \t]+=>[ \t]|^[ \t]*(?:class|node|define|include|contain|plan|type)[ \t]+[\w:'\"]"
                    rb"|^function[ \t]+\w+::\w|^[ \t]*\$[a-z_]\w*[ \t]+=[ \t]|^(?:hiera_include|notice|fail|notify)\b"
                ),
            ),
        ),
    ),
    ".r": (
        Sign("Rebol", "REBOL", (rb"(?i)\bRebol\b",)),
        Sign(
            "Rez",
            "resource 'XXXX'",
            (
                (
                    rb"#include[ \t]+[\"<](?:Types\.r|Carbon/Carbon\.r)[\">]|(?:resource|data"
                    rb"|type)[ \t]+'[A-Za-z0-9]{4}'[ \t]+(?:\([^\n)]{0,200}\)[ \t]+)?\{"
                ),
            ),
        ),
        Sign("R", "<- or a comment", (rb"<-|^[ \t]*#",)),
    ),
    ".d": (
        Sign(
            "D",
            "module, import or a function",
            (
                (
                    rb"^module[ \t]+[\w.]*[ \t]*;|import[ \t]+[\w\s,.:]{1,400};"
                    rb"|\w[ \t]+\w+[ \t]*\([^\n]{0,200}\)\s{0,20}\{[^}]{0,2000}\}"
                    rb"|unittest[ \t]*(?:\([^\n]{0,200}\))?\s{0,20}\{"
                ),
            ),
        ),
        Sign(
            "DTrace",
            "a probe",
            (
                (
                    rb"^(?:\w+:\w*:\w*:\w*|BEGIN|END|provider[ \t]+|(?:tick|profile)-\w+[ \t]+\{"
                    rb"|#pragma[ \t]+D[ \t]+(?:option|attributes|depends_on)[ \t]|#pragma[ \t]+ident[ \t])"
                ),
            ),
        ),
        Sign(
            "Makefile",
            "a dependency rule",
            (
                (
                    rb"[/\\][^\n:]{0,100}:[ \t]+[^\n]{0,100}[ \t]\\$|: \\$|^[ %]:"
                    rb"|^[\w \t/\\.]{1,100}\.\w+[ \t]*:[ \t]+[\w \t/\\.]{1,100}\.\w"
                ),
            ),
        ),
    ),
    ".l": (
        Sign("Common Lisp", "(defun", (rb"\(def(?:un|macro)\s",)),
        Sign("Lex", "%{ or %x", (rb"^(?:%[%{}]|%[xs][ \t]|<[^\n]{0,99}>)",)),
        Sign("Roff", "a macro line", (rb"^\.[A-Za-z]{2}(?:\s|$)",)),
        Sign("PicoLisp", "(de", (rb"^\((?:de|class|rel|code|data|must)\s",)),
    ),
    ".f": (
        Sign("Forth", ": word", (_FORTH,)),
        Sign("Filebench WML", "flowop", (rb"flowop",)),
        Sign("Fortran", "a fixed-form line", (_FORTRAN,)),
    ),
    ".for": (Sign("Forth", ": word", (_FORTH,)), Sign("Fortran", "a fixed-form line", (_FORTRAN,))),
    ".cs": (
        Sign("Smalltalk", "methodsFor:", (rb"![\w \t]{1,200}methodsFor: ",)),
        Sign(
            "C#",
            "using, namespace or //",
            (rb"^[ \t]*(?:using[ \t]+[A-Z][\w \t.]+;|namespace[ \t]*[\w.]+[ \t]*(?:\{|;|$)|//)",),
        ),
    ),
    ".lsp": (
        Sign("Common Lisp", "(defun or (in-package", (rb"(?i)^[ \t]*\((?:defun|in-package|defpackage) ",)),
        Sign("NewLisp", "(define", (rb"^[ \t]*\(define ",)),
    ),
    ".lisp": (
        Sign("Common Lisp", "(defun or (in-package", (rb"(?i)^[ \t]*\((?:defun|in-package|defpackage) ",)),
        Sign("NewLisp", "(define", (rb"^[ \t]*\(define ",)),
    ),
    ".pro": (
        Sign(
            "Proguard",
            "-keep or -include",
            (rb"^-(?:include\b[^\n]{0,200}\.pro$|keep\b|keepclassmembers\b|keepattributes\b)",),
        ),
        Sign("Prolog", "a clause with :-", (rb"^[^\[#\n]{1,400}:-",)),
        Sign("INI", "last_client=", (rb"last_client=",)),
        Sign("QMake", "HEADERS and SOURCES", (rb"HEADERS", rb"SOURCES")),
        Sign("IDL", "pro or function", (rb"(?i)^[ \t]*(?:function|pro|compile_opt) \w[ \w,:]*$",)),
        Sign(
            "QMake",
            "TEMPLATE, TARGET, QT or SUBDIRS",
            (rb"^[ \t]*(?:TEMPLATE|TARGET|QT|SUBDIRS|CONFIG|SOURCES|HEADERS)[ \t]*[+\-]?=",),
        ),
    ),
    ".sc": (
        Sign("SuperCollider", "^this. or ~name =", (rb"(?i)\^(?:this|super)\.|^[ \t]*~\w+[ \t]*=\.",)),
        Sign(
            "Scala",
            "import scala or class",
            (rb"^[ \t]*import[ \t]+(?:scala|java|\$)|^[ \t]*(?:case[ \t]+)?(?:class|object|def|trait)\b",),
        ),
    ),
    ".gd": (
        Sign("GAP", "Declare", (rb"\s(?:Declare|BindGlobal|KeyDependentOperation)|\A(?:Declare|BindGlobal)",)),
        Sign(
            "GDScript",
            "extends, var, func or signal",
            (rb"(?:extends|var|const|enum|func|class|signal|tool|yield|assert|onready)",),
        ),
    ),
    ".asc": (
        Sign("Public Key", "a key block", (rb"^(?:----[- ]BEGIN|ssh-(?:rsa|dss)) ",)),
        Sign("AsciiDoc", "a title line", (rb"^[=-]+\s|\{\{[A-Za-z]",)),
        Sign(
            "AGS Script",
            "function or import",
            (rb"^(?://[^\n]+|(?:(?:import|export)[ \t]+)?(?:function|int|float|char)[ \t]+\w+[ \t]*[;(])",),
        ),
    ),
    ".as": (
        Sign(
            "ActionScript",
            "package, import or a typed var",
            (
                (
                    rb"^[ \t]*(?:package(?:[ \t]+[\w.]+)?[ \t]*(?:\{|$)|import[ \t]+[\w.*]+[ \t]*;"
                    rb"|intrinsic[ \t]+class[ \t]|(?:(?:public|protected|private|static)[ \t]+){0,4}(?:(?:var"
                    rb"|const|local)[ \t]+\w+[ \t]*:[ \t]*[\w<>.]+|function[ \t]+\w+[ \t]*\())"
                ),
            ),
        ),
    ),
    ".yy": (Sign("JSON", "starts with { or [", (_JSON,)), Sign("Yacc", "does not start as JSON")),
    ".mod": (
        Sign("XML", "<!ENTITY", (rb"<!ENTITY ",)),
        Sign("NMODL", "NEURON or UNITS", (rb"\b(?:NEURON|INITIAL|UNITS)\b",)),
        Sign("Modula-2", "MODULE …;", (rb"(?i)^[ \t]*(?:MODULE|END) [\w.]+;",)),
        Sign(
            "AMPL",
            "var, param, set or subject to",
            (rb"(?i)^[ \t]*(?:param|set|var|minimize|maximize|subject to)[ \t]+\w",),
        ),
        Sign("Linux Kernel Module", "a list of objects", (rb"\.ko?$",)),
    ),
    ".ms": (
        Sign("Roff", "a macro line", (rb"^[.'][A-Za-z]{2}(?:\s|$)",)),
        Sign(
            "Unix Assembly",
            "a directive",
            (rb"^[ \t]*\.(?:include[ \t]|globa?l[ \t]|[A-Za-z][_A-Za-z0-9]*:)",),
            (rb"/\*",),
        ),
        Sign("MiniScript", "end function", (rb"^[ \t]*end (?:function|while|if|for)\b|\sisa\s",)),
        Sign("MAXScript", "no sign of the others"),
    ),
    ".toc": (
        Sign("World of Warcraft Addon Data", "## …", (rb"^## |@no-lib-strip@",)),
        Sign("TeX", "\\contentsline", (rb"^\\(?:contentsline|defcounter|beamer|boolfalse)",)),
    ),
    ".txt": (
        Sign(
            "Vim Help File",
            "a modeline of type help",
            (
                rb"=help",  # first, because it is found in a twentieth of the time that the line takes
                rb"(?:^|[ \t])(?:vim?|ex):[^\n]{0,200}(?:filetype|ft|syntax)[ \t]*=help(?:$|[\s:])",
            ),
        ),
        Sign("Adblock Filter List", "[Adblock …]", (rb"\A\[(?i:adblock|ublock|adguard)[^\]\n]{0,99}\]",)),
        Sign("Text", "no sign of the others"),
    ),
    ".html": (
        Sign(
            "Ecmarkup",
            "<emu-…>",
            (
                (
                    rb"<emu-(?:alg|annex|biblio|clause|eqn|example|figure|gann|gmod|gprose|grammar|intro"
                    rb"|not-ref|note|nt|prodref|production|rhs|table|t|xref)(?:$|\s|>)"
                ),
            ),
        ),
        Sign("HTML", "no element of Ecmarkup"),
    ),
    ".php": (Sign("Hack", "<?hh", (rb"<\?hh",)), Sign("PHP", "<?php", (rb"<\?[^h]",))),
    ".json": (
        Sign("OASv2-json", '"swagger": "2', (rb'"swagger":[ \t]?"2\.[0-9.]+"',)),
        Sign("OASv3-json", '"openapi": "3', (rb'"openapi":[ \t]?"3\.[0-9.]+"',)),
        Sign("JSON", "no OpenAPI version"),
    ),
    **dict.fromkeys(
        (".yaml", ".yml"),
        (
            Sign("MiniYAML", "lines indented by tabs", (rb"^\t{1,40}[^\s:][^\n]{0,200}:",), (rb"---",)),
            Sign("OASv2-yaml", "swagger: 2", (rb"swagger:[ \t]?'?\"?2\.[0-9.]+'?\"?",)),
            Sign("OASv3-yaml", "openapi: 3", (rb"openapi:[ \t]?'?\"?3\.[0-9.]+'?\"?",)),
            Sign("YAML", "no OpenAPI version"),
        ),
    ),
    ".properties": (
        Sign("INI", "a section or a ; comment", (_KEY_VALUE, rb"^[;\[]")),
        Sign("Java Properties", "a # or ! comment", (_KEY_VALUE, rb"^[#!]")),
        Sign("INI", "key=value", (_KEY_VALUE,)),
        Sign("Java Properties", "no section and no =", (), (rb"^\[",)),
    ),
    ".ex": (
        Sign(
            "Elixir",
            "defmodule, def or import",
            (
                (
                    rb"^[ \t]*@moduledoc[ \t]|^[ \t]*(?:cond|import|quote|unless)[ \t]|^[ \t]*def(?:exception"
                    rb"|impl|macro|module|protocol)[( \t]"
                ),
            ),
        ),
        Sign(
            "Euphoria",
            "a declaration",
            (
                (
                    rb"^[ \t]*(?:namespace[ \t]|(?:public[ \t]+)?include[ \t]|(?:(?:public|export"
                    rb"|global)[ \t]+)?(?:atom|constant|enum|function|integer|object|procedure|sequence"
                    rb"|type)[ \t])"
                ),
            ),
        ),
    ),
    ".s": (
        Sign("Unix Assembly", "movl %… or mov $…", (rb"(?i)mov[lq]?[ \t]+[%$]",)),
        Sign("Assembly", "mov a, b", (rb"(?i)mov[ \t]+[^\s%]{2,},",)),
        Sign("Motorola 68K Assembly", "68000 instructions", (_68K,)),
        Sign(
            "Unix Assembly", ".globl, .text or .section", (rb"^[ \t]*\.(?:globa?l|text|section|align|p2align|file)\b",)
        ),
    ),
    ".asm": (
        Sign("Assembly", "mov a,", (rb"(?i)mov[ \t]+\S{2,},",)),
        Sign("Motorola 68K Assembly", "68000 instructions", (_68K,)),
    ),
    ".ml": (
        Sign(
            "OCaml", "module, let rec or match … with", (rb"^[ \t]*module|let rec |match[ \t]+(?:\S+[ \t]+){1,20}with",)
        ),
        Sign("Standard ML", "=> or case … of", (rb"=> |case[ \t]+(?:\S+[ \t]){1,20}of",)),
    ),
    ".plist": (
        Sign(
            "XML Property List", "an XML declaration or <plist", (rb"^[ \t]*(?:<\?xml\s|<!DOCTYPE\s+plist|<plist\b)",)
        ),
        Sign("OpenStep Property List", "no XML"),
    ),
    ".tpl": (
        Sign("Go Template", "{{ … }}", (rb"\{\{-?\s{0,9}(?:`?\"\\?\"?|/\*\s|\w*)\b",)),
        Sign("Smarty", "{$name}", (rb"(?<!\{)\{(?:\*\s|\$|/)?\w*\b",)),
    ),
    ".hh": (Sign("Hack", "<?hh", (rb"<\?hh",)),),
    ".re": (
        Sign(
            "Reason",
            "module type, open …; or let module",
            (
                (
                    rb"^[ \t]*module[ \t]+type[ \t]|^[ \t]*(?:include|open)[ \t]+\w+[ \t]*;[ \t]*$"
                    rb"|^[ \t]*let[ \t]+(?:module[ \t]\w+[ \t]*=[ \t]*\{|\w+:[ \t]+[^\n]*=[^\n]*;[ \t]*$)"
                ),
            ),
        ),
        Sign(
            "C++",
            "#include < or template <",
            (rb"^[ \t]*#(?:(?:if|ifdef|define|pragma)[ \t]+\w|[ \t]*include[ \t]+<[^>\n]+>)|^[ \t]*template[ \t]*<",),
        ),
        Sign("C++", "a block of re2c", (rb"/\*!re2c\b|^%\{$",)),
        Sign("Reason", "let, type, open or a component", (rb"^[ \t]*(?:let|type|open|external|module)[ \t]+[\w(]",)),
    ),
    ".jq": (),
    ".eslintrc": (Sign("YAML", "key: value", (_YAML_LINE,)), Sign("JSON with Comments", "no YAML line")),
    ".releaserc": (Sign("YAML", "key: value", (_YAML_LINE,)), Sign("JSON", "no YAML line")),
    ".m4": (
        Sign("M4Sugar", "AC_INIT or m4_", (rb"AC_DEFUN|AC_PREREQ|AC_INIT|^_?m4_",)),
        Sign("M4", "no autoconf macro"),
    ),
}
del SIGNS[".jq"]
