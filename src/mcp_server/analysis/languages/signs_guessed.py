"""Signs for shared extensions where linguist asks its trained classifier: ours are words that one of the languages has.

They come after the signs that linguist publishes for an extension, where it publishes any.
"""

from plumbrule.mcp_server.analysis.languages.sign import Sign, Signs

_XML = rb"\A\s{0,99}<(?:\?xml|!--|[A-Za-z])"
_CPP = rb"^[ \t]*(?:#[ \t]*(?:include|if|ifdef|define)\b|//|namespace\b|class\b|template\b)"

SIGNS: Signs = {
    ".ash": (
        Sign(
            "KoLmafia ASH",
            "script, notify or KoL types",
            ((rb"^[ \t]*(?:script|notify|since)\b|\$(?:item|location|skill)\["),),
        ),
        Sign("AGS Script", "import or a comment of a header", (rb"^[ \t]*(?:import|#define|struct|//)",)),
    ),
    ".as": (
        Sign(
            "AngelScript",
            "handles, arrays of types or attributes",
            ((rb"\w@[ \t>&]|\barray<|^\[\w+\]$|\bfuncdef\b|&(?:in|out)\b"),),
        ),
    ),
    ".bf": (
        Sign("Brainfuck", "a line of commands alone", (rb"^[ \t]*[-+<>\[\].,]{6,}[ \t]*$",), (rb"[@#:_|^]",)),
        Sign(
            "Befunge",
            "arrows beside #, @ or _",
            (rb"[<>^][#@:_|]|[#@:_|][<>^]",),
            (rb"^[ \t]*(?:using|namespace|class)\b",),
        ),
    ),
    ".brd": (Sign("Eagle", "XML", (_XML,)), Sign("KiCad Legacy Layout", "PCBNEW-BOARD", (rb"\APCBNEW",))),
    ".cake": (
        Sign("CoffeeScript", "->", (rb"->[ \t]*$|^[ \t]*task ['\"]",)),
        Sign("C#", "Task( or #addin", (rb"^[ \t]*(?:Task\(|#(?:addin|tool|load)\b|using\b|var\b)",)),
    ),
    ".cp": (
        Sign("Component Pascal", "MODULE …;", (rb"^[ \t]*MODULE \w[\w.]*",)),
        Sign("C++", "a C++ line", (_CPP,)),
    ),
    ".ddl": (
        Sign(
            "PLSQL",
            "Oracle's types or a closing /",
            ((rb"(?i)\bvarchar2\b|\bnumber\b|^/$|\bcreate[ \t]+or[ \t]+replace\b"),),
        ),
        Sign("SQL", "no sign of Oracle"),
    ),
    ".dsc": (
        Sign(
            "DenizenScript",
            "type: and script commands",
            ((rb"^[ \t]+type:[ \t]*(?:world|task|command|item|procedure|assignment)\b"),),
        ),
        Sign("Debian Package Control File", "Source: and Version:", (rb"^(?:Source|Package|Format|Version): ",)),
    ),
    ".fcgi": (Sign("PHP", "<?php", (rb"<\?php",)),),
    ".for": (Sign("Formatted", "columns of numbers and no statement", (rb"^[ \t]*\d+[ \t]+\S+[ \t]+\d+[ \t]+\d",)),),
    ".fx": (
        Sign("FLUX", "a signature with =>", (rb"^[ \t]*=>[ \t]*\(|^source[ \t]",)),
        Sign(
            "HLSL",
            "technique, float4 or register",
            ((rb"\b(?:technique\w*|float[234]|sampler\w*|register|cbuffer)\b"),),
        ),
    ),
    ".i": (
        Sign("SWIG", "declarations of C", (rb"^[ \t]*(?:#[ \t]*include\b|extern\b|typedef\b|//|/\*)",)),
        Sign("Assembly", "a comment or a directive", (rb"^[ \t]*;|^[ \t]*(?:\.\w+|\w+[ \t]+equ)\b",)),
    ),
    ".gs": (
        Sign("Genie", "init", (rb"^init[ \t]*$|^uses[ \t]*$",)),
        Sign("JavaScript", "function, var, let or const", (rb"^[ \t]*(?:function|var|let|const)\b",)),
    ),
    ".gst": (Sign("XML", "XML", (_XML,)), Sign("Gosu", "no XML")),
    ".inc": (
        Sign("BitBake", "upper-case assignments", (rb"^[A-Z_]+(?:[:_][\w/-]+)*[ \t]*[?:+.]{0,2}=[.+]?[ \t]*\"",)),
        Sign("HTML", "a tag", (rb"</?(?i:ul|p|a|div|table|td|tr|body|html|br|li|h[1-6])[ >]",)),
        Sign("Pawn", "#tryinclude or native", (rb"#(?:tryinclude|endinput)|\b(?:stock|native|forward)\b",)),
        Sign("C++", "a C++ line", (_CPP,)),
    ),
    ".jq": (
        Sign(
            "JSONiq",
            "module namespace, variable or for $… in",
            ((rb"\bmodule namespace\b|\bvariable \$|\b(?:for|let) \$\w+[^\n]{0,99}(?: in | := )"),),
        ),
        Sign("jq", "no sign of JSONiq"),
    ),
    ".ks": (
        Sign(
            "KerboScript",
            "lock … to or set … to",
            ((rb"(?i)^[ \t]*(?:lock|set|declare|print|wait|stage|run)\b[^\n]*\.[ \t]*(?://[^\n]*)?$"),),
        ),
        Sign(
            "Kickstart",
            "a section or an installer's command",
            ((rb"^(?:%(?:packages|post|pre|end)|bootloader|rootpw|keyboard|lang|timezone|url|part)\b"),),
        ),
    ),
    ".m": (
        Sign(
            "Objective-C",
            "declarations of C or a message",
            (rb"^#[ \t]*(?:include|import|define|pragma|ifdef)\b|\[\[?[A-Z]\w+ [a-z]\w*[\]:]|@\"|^@autoreleasepool",),
        ),
        Sign(
            "M",
            "a label or a dotted block",
            ((rb"^\w{0,31}(?:\([^)\n]*\))?[ \t]+(?:set|new|quit|do|write|kill|for|if)[ \t:][^\n]*\n"),),
            (rb"^[ \t]*(?:end|function)\b|[;{][ \t]*$",),
        ),
        Sign("Limbo", "Name: module", (rb"^\w+[ \t]*:[ \t]*module[ \t]*$",)),
    ),
    ".mo": (
        Sign(
            "Motoko",
            'actor, import "mo: or func',
            ((rb"^[ \t]*(?:shared|actor|import [^\n]*\"|public (?:shared )?func)\b|\"mo:"),),
        ),
        Sign(
            "Modelica",
            "model, package or equation",
            ((rb"^[ \t]*(?:within|package|model|block|connector|function|equation|partial)\b"),),
        ),
    ),
    ".moo": (Sign("Mercury", ":- module", (rb"^:- ",)), Sign("Moocode", "no directive")),
    ".mqh": (
        Sign("MQL5", "class, CTrade or an MQL5 header", (rb"\bclass[ \t]+C\w|MQL5|\.mqh\"|ENUM_\w",)),
        Sign("MQL4", "extern or OrderSend", (rb"\bextern\b|OrderSend\(|MQL4",)),
    ),
    ".nas": (
        Sign("Nasal", "func, props or setlistener", (rb"\bfunc\b|\bprops\.|setlistener\(|^var \w+[ \t]*=",)),
        Sign("Assembly", "mov, section or global", (rb"(?i)^[ \t]*(?:mov|push|section|global|bits|org)\b",)),
    ),
    ".nb": (
        Sign("Wolfram Language", "Notebook[ or a content comment", (rb"\bNotebook\[|\(\*|\bCell\[",)),
        Sign("Text", "no notebook"),
    ),
    ".ncl": (Sign("Nickel", "let … in or |", (rb"^let$|^in$|\(import \"",)),),
    ".pbt": (
        Sign("Protocol Buffer Text Format", "Name {", (rb"^\w+[ \t]*:?[ \t]*\{[ \t]*$",)),
        Sign("PowerBuilder", "no message"),
    ),
    ".prc": (
        Sign("PLSQL", "create or replace", (rb"(?i)\bcreate[ \t]+or[ \t]+replace\b|\bvarchar2\b|^/$",)),
        Sign("SQL", "no sign of Oracle"),
    ),
    ".reds": (
        Sign("Red", "Red/System [", (rb"\bRed/System\b|\bRed[ \t]*\[",)),
        Sign("Redscript", "func, let or @annotations", (rb"\bfunc\b|^[ \t]*@\w+\(|^[ \t]*(?:let|import|module)\b",)),
    ),
    ".pro": (
        Sign(
            "IDL",
            "a ; comment, keywords or a line that goes on at $",
            (rb"^[ \t]*;|,[ \t]*/[a-zA-Z]\w*|,[ \t]*\$[ \t]*$|(?i:^[ \t]*(?:endif|endfor|endelse)\b)",),
        ),
    ),
    ".rsc": (
        Sign(
            "RouterOS Script",
            "a menu path or a command",
            ((rb"^[ \t]*(?:/\w[\w -]*$|/\w+|:(?:local|global|foreach|if|log|put)\b|add \w+=)"),),
        ),
        Sign("Rascal", "module or import", (rb"^[ \t]*(?:@\w+|module|import|public|data|syntax)\b",)),
    ),
    ".sch": (
        Sign("KiCad Schematic", "EESchema or (kicad_sch", (rb"\A(?:EESchema|\(kicad_sch|v \d{8})",)),
        Sign("Eagle", "<eagle", (rb"<eagle\b|<!DOCTYPE eagle",)),
        Sign("XML", "XML", (_XML,)),
        Sign("Scheme", "(define", (rb"^[ \t]*\((?:define|let|lambda|module)\b|^;",)),
    ),
    ".shader": (
        Sign("ShaderLab", 'Shader "', (rb"^[ \t]*Shader[ \t]+\"",)),
        Sign("GLSL", "void main, vec3 or #version", (rb"\bvoid[ \t]+main\w*[ \t]*\(|\bvec[234]\b|^#version",)),
    ),
    ".t": (
        Sign(
            "Terra",
            "terra or local terra",
            (rb"^[ \t]*(?:local[ \t]+)?terra\b|\bterralib\.|^--\[\[|^local \w+[ \t]*=",),
        ),
    ),
    ".trigger": (
        Sign("Shell", "a shell's first line", (rb"\A#!|^[ \t]*(?:fi|done|esac)[ \t]*$",)),
        Sign(
            "Apex",
            "trigger … on, or a class",
            (rb"(?i)^[ \t]*trigger[ \t]+\w+[ \t]+on\b|^[ \t]*(?:public|global|private)\b[^\n]{0,200}\bclass\b",),
        ),
    ),
    ".vhost": (
        Sign("Nginx", "server {", (rb"^[ \t]*(?:server|location[^\n]*|upstream[^\n]*)[ \t]*\{",)),
        Sign("ApacheConf", "<VirtualHost", (rb"(?i)<VirtualHost\b",)),
    ),
    ".workflow": (Sign("XML", "XML", (_XML,)), Sign("HCL", "no XML")),
    ".x": (Sign("Logos", "set and istarget", (rb"\[istarget\b",)),),
}
