"""Signs for extensions that few repositories hold."""

from plumbrule.mcp_server.analysis.languages.sign import Sign, Signs, either

_XML = rb"(?i)^[ \t]*(?:<\?xml|xmlns)"
_GERBER = rb"^[DGMT][0-9]{2}\*$"
_MAN_TITLE = rb"^[.'][ \t]*TH +(?:[^\"\s]+|\"[^\"\n]+\") +\"?(?:[1-9]|@[^\s@]+@)"
_MAN_HEADING = rb"^[.'][ \t]*SH +(?:[^\"\s]|\"[^\"\n])"
_MDOC = (
    rb"^[.'][ \t]*Dd +(?:[^\"\s]+|\"[^\"\n]+\")",
    rb"^[.'][ \t]*Dt +(?:[^\"\s]+|\"[^\"\n]+\") +\"?(?:[1-9]|@[^\s@]+@)",
    rb"^[.'][ \t]*Sh +(?:[^\"\s]|\"[^\"\n]+\")",
)
_MANPAGE = (
    Sign("Roff Manpage", ".Dd, .Dt and .Sh", _MDOC),
    Sign("Roff Manpage", ".TH and .SH", (_MAN_TITLE, _MAN_HEADING)),
)
_FREEBASIC = (
    rb"(?i)^[ \t]*#(?:define|endif|endmacro|ifn?def|include|lang|macro|pragma)(?:$|\s)"
    rb"|^[ \t]*dim(?: shared)? [a-z_]\w* as [a-z_]\w* ptr"
)
_BASIC_RETURN = (rb"(?i)^[ \t]*return ",), (rb"(?i)[ \t]gosub ",)
_GSC = either(
    rb"^[ \t]*#[ \t]*(?:using|insert|include|define|namespace)[ \t]+\w",
    rb"^[ \t]*(?:(?:autoexec|private)[ \t]+){0,2}function[ \t]+(?:(?:autoexec|private)[ \t]+){0,2}\w+[ \t]*\(",
    rb"\b(?:level|self)[ \t]+thread[ \t]",
)
_INI_UNIT = (
    Sign(
        "INI",
        "sections and key=value",
        (rb"^[# \t]*\[[^\]\n]+\][ \t]*$", rb"^[^#!;\n][^=\n]{0,500}="),
        (rb"^[^#;=\[\n]+[^ \r\n=]$",),
    ),
)
_ROS_FIELD = rb"(?i)^[a-z]\w*(?:/[a-z]\w*)?(?:<=\d+)?(?:\[(?:<=\d+)?\d*\])?[ \t]+\w"
_ROS_REFUSAL = rb"^[ \t]*[^\s@#\w-]"
_EUPHORIA = (
    rb"^[ \t]*(?:namespace[ \t]|(?:public[ \t]+)?include[ \t]|(?:(?:public|export"
    rb"|global)[ \t]+)?(?:atom|constant|enum|function|integer|object|procedure|sequence"
    rb"|type)[ \t])"
)
_QUICKBASIC = either(
    rb"^ *(?:CONST|DIM|REDIM|DEFINT|PRINT|DECLARE (?:SUB|FUNCTION)|FUNCTION|SUB) ",
    rb"[#$]lang:? *\"?qb\"?",
    rb"(?i)'\$INCLUDE:|^ *CLS *(?:'|:|$)|^ *OPTION _EXPLICIT|^ *PRINT \"",
)

SIGNS: Signs = {
    **{
        f".{n}": (
            *_MANPAGE,
            Sign("Roff", "a macro line", (rb"^\.(?:[A-Za-z]{2}(?:\s|$)|\\\")",)),
            Sign("Text", "no macro line"),
        )
        for n in range(1, 10)
    },
    **{
        ext: (*_MANPAGE, Sign("Roff", "no manual page's title"))
        for ext in (".1in", ".1m", ".1x", ".3in", ".3m", ".3p", ".3pm", ".3qt", ".3x", ".man", ".mdoc")
    },
    **dict.fromkeys((".network", ".target", ".service", ".socket", ".timer", ".mount", ".container"), _INI_UNIT),
    **dict.fromkeys((".csc", ".gsc", ".gsh"), (Sign("GSC", "using, function or thread", (_GSC,)),)),
    ".al": (
        Sign(
            "AL",
            "an object declaration",
            (
                (
                    rb"(?i)^\W{0,3}[ \t]*(?:codeunit|page|pageextension|pagecustomization|enum|enumextension"
                    rb"|query|report|reportextension|table|tableextension|xmlport|profile|controladdin"
                    rb"|interface|permissionset|entitlement)\b[ \t]+(?:\d|\"|[A-Z])|^\W{0,3}[ \t]*(?:namespace"
                    rb"|using)[ \t]+[\w.]+[ \t]*;"
                ),
            ),
        ),
        Sign("Perl", "no AL object"),
    ),
    ".alg": (
        Sign(
            "ALGOL",
            "begin, comment or :=",
            (rb"(?i)^comment\b|^#[^#\n]+#$|\b(?:integer|real|boolean|string)\b[ \t]+\w+[ \t]*:=|^begin\b",),
        ),
    ),
    ".action": (Sign("ROS Interface", "typed fields and ---", (_ROS_FIELD, rb"^---[ \t]*$"), (_ROS_REFUSAL,)),),
    ".srv": (Sign("ROS Interface", "typed fields and ---", (_ROS_FIELD, rb"^---[ \t]*$"), (_ROS_REFUSAL,)),),
    ".msg": (
        Sign(
            "OMNeT++ MSG",
            "message, packet or struct",
            (
                (
                    rb"^(?:cplusplus\b|namespace[ \t]+[^\n;]*;|struct[ \t]|message[ \t]|packet[ \t]|class[ \t]"
                    rb"|enum[ \t]|import [^\n;]*;)"
                ),
            ),
        ),
        Sign("ROS Interface", "typed fields", (_ROS_FIELD,), (_ROS_REFUSAL,)),
    ),
    ".app": (Sign("Erlang", "{application, …}.", (rb"^\{[ \t]*'?application'?[ \t]*,",)),),
    ".asy": (Sign("LTspice Symbol", "SymbolType", (rb"^SymbolType[ \t]",)), Sign("Asymptote", "no SymbolType")),
    ".b": (
        Sign("B", "extrn or auto", (rb"^[ \t]*(?:extrn|auto|goto)\b",), (rb"^[ \t]*(?:implement|include|load|ref)\b",)),
        Sign("Brainfuck", ">+> or >+<", (rb">\+[><]",)),
        Sign("Limbo", "implement or module", (rb"^\w+[ \t]*:[ \t]*module[ \t]*\{|implement \w+;",)),
    ),
    ".bas": (
        Sign("B4X", "B4J=true", (rb"\A\W{0,3}(?:[^\n]*\n){0,9}[^\n]{0,20}B4[JARi]=true",)),
        Sign("FreeBASIC", "a preprocessor line", (_FREEBASIC,)),
        Sign("FreeBASIC", "return without gosub", *_BASIC_RETURN),
        Sign("BASIC", "numbered lines", (rb"\A\s*\d",)),
        Sign("QuickBASIC", "upper-case keywords", (_QUICKBASIC,)),
        Sign(
            "VBA",
            "Option Private, Excel or Worksheets",
            (
                (
                    rb"\b(?:VBA|[vV]ba)(?:\b|[0-9A-Z_])|Declare PtrSafe|Option (?:Private Module"
                    rb"|Compare Database)\b|[ (](?:Access|Excel|Outlook|PowerPoint|Visio|Word|VBIDE)\.\w|\b(?:(?:This"
                    rb"|Active)?Workbooks?|Worksheets?|Active(?:Sheet|Chart|Cell|Document|Explorer|Inspector"
                    rb"|Presentation)|WorksheetFunction|ThisDrawing|AcadObject|VBComponents?|(?:Active)?VBProjects?"
                    rb"|Application\.(?:VBE|ScreenUpdating))\b|\bSelection\.(?:Document|Find|Paragraphs|Range)\b"
                    rb"|^ *#If Win64\b|^ *(?:Dim|Const) \w* *As Long(?:Ptr|Long)\b"
                    rb"|\bRange\(\"|\bCells\(\w*, (?:\w*|\"[a-zA-Z]{1,3}\")\)"
                ),
            ),
        ),
        Sign("Visual Basic 6.0", "Attribute VB_Name", (rb"^ *Attribute VB_Name = ",)),
    ),
    ".bi": (
        Sign("FreeBASIC", "a preprocessor line", (_FREEBASIC,)),
        Sign("FreeBASIC", "return without gosub", *_BASIC_RETURN),
        Sign("QuickBASIC", "upper-case keywords", (_QUICKBASIC,)),
    ),
    ".bb": (
        Sign("BlitzBasic", "End Function", (rb"End Function",)),
        Sign("BitBake", "inherit or require", (rb"^(?:# |include|require|inherit)\b",)),
        Sign("Clojure", "(defn", (rb"\((?:def|defn|defmacro|let)\s",)),
    ),
    ".bf": (
        Sign("Beef", "using System", (rb"^[ \t]*using[ \t]+(?:System|Beefy)\b",)),
        Sign("HyPhy", "#include or fprintf", (rb"^[ \t]*#include[ \t]+\"[^\n]*\";|\sfprintf[ \t]*\(",)),
        Sign("Brainfuck", ">+> or >+<", (rb">\+[><]",)),
    ),
    ".bs": (
        Sign("Bikeshed", "<pre class=metadata", (rb"(?i)^<pre[ \t]+class[ \t]*=[ \t]*['\"]?metadata\b",)),
        Sign(
            "BrighterScript",
            "sub or function … as",
            (rb"(?i)^[ \t]*(?:sub[ \t]+\w+\(|end[ \t]sub$|function[ \t]+\w+\(|end[ \t]function$)",),
        ),
        Sign("Bluespec BH", "package … where", (rb"^package[ \t]+[A-Za-z_][\w']*(?:[ \t]*\(|[ \t]+where)",)),
    ),
    ".bst": (Sign("BibTeX Style", "ENTRY {", (rb"ENTRY\s{0,20}\{",)), Sign("BuildStream", "no ENTRY")),
    ".builds": (Sign("XML", "a project element", (rb"(?i)^[ \t]*(?:<Project|<Import|<Property|<\?xml|xmlns)",)),),
    ".cairo": (
        Sign(
            "Cairo Zero",
            "%lang, %builtins or from starkware",
            (rb"^[ \t]*%lang[ \t]|^[ \t]*%builtins|^[ \t]*from[ \t]+starkware\.|[,;][ \t]*ap\+\+;?$",),
        ),
        Sign("Cairo", "no sign of Cairo Zero"),
    ),
    ".cfg": (
        Sign(
            "HAProxy",
            "frontend, backend or defaults",
            (
                rb"^(?:global|defaults|frontend[ \t]|backend[ \t]|listen[ \t])",
                rb"^[ \t]+(?:mode|timeout|bind|server|log)[ \t]",
            ),
        ),
        Sign("INI", "no HAProxy section"),
    ),
    ".ch": (
        Sign(
            "xBase",
            "a preprocessor line",
            (
                (
                    rb"(?i)^[ \t]*#[ \t]*(?:if|ifdef|ifndef|define|command|xcommand|translate|xtranslate"
                    rb"|include|pragma|undef)\b"
                ),
            ),
        ),
    ),
    ".cl": (
        Sign("Common Lisp", "(defun or (in-package", (rb"(?i)^[ \t]*\((?:defun|in-package|defpackage) ",)),
        Sign("Cool", "class", (rb"^class",)),
        Sign("OpenCL", "a C comment or }", (rb"/\* |// |^\}",)),
    ),
    ".cmp": (Sign("Gerber Image", "D10*", (_GERBER,)),),
    ".csl": (
        Sign("XML", "an XML declaration", (_XML,)),
        Sign("Kusto", "| where", (rb"^\|[ \t]*(?:where|extend|project|limit|summarize)|^\.\w",)),
    ),
    ".cue": (
        Sign("Cue Sheet", "TRACK or FILE", (rb"^[ \t]*(?:TRACK \d+ |FILE \"[^\n]*\" |INDEX \d\d )",)),
        Sign("CUE", "no track"),
    ),
    ".dsp": (
        Sign(
            "Microsoft Developer Studio Project", "its header", (rb"# Microsoft Developer Studio Generated Build File",)
        ),
        Sign(
            "Faust",
            "process = or import(",
            (
                (
                    rb"\bprocess[ \t]*[(=]|\b(?:library|import)[ \t]*\([ \t]*\"|\bdeclare[ \t]+(?:name|version"
                    rb"|author|copyright|license)[ \t]+\""
                ),
            ),
        ),
    ),
    ".e": (
        Sign(
            "E",
            "def … :=",
            (
                (
                    rb"^[ \t]*(?:def|var)[ \t][^\n]{1,200}:=|^[ \t]*(?:def|to)[ \t]+\w+(?:\([^\n]*\))?[ \t]+\{"
                    rb"|^[ \t]*when[ \t]+\([^\n]+\)[ \t]+->"
                ),
            ),
        ),
        Sign(
            "Eiffel",
            "feature, inherit or do",
            (
                (
                    rb"^[ \t]*(?:across|deferred|elseif|ensure|feature|from|inherit|inspect|invariant|note|once"
                    rb"|require|undefine|variant|when)[ \t]*$|^[ \t]*\w+[ \t]*:[ \t]*\w+[ \t]"
                ),
            ),
        ),
        Sign("Euphoria", "a declaration", (_EUPHORIA,)),
    ),
    ".ecl": (Sign("ECLiPSe", "a clause with :-", (rb"^[^#\n]{1,400}:-",)), Sign("ECL", ":=", (rb":=",))),
    ".es": (
        Sign("Erlang", "%% or main(…) ->", (rb"^[ \t]*(?:%%|main[ \t]*\([^\n]{0,200}?\)[ \t]*->)",)),
        Sign(
            "JavaScript",
            "a comment, export default or use strict",
            (rb"//|[\"']use strict[\"']|export[ \t]+default[ \t]|/\*",),
        ),
    ),
    ".fpp": (
        Sign(
            "FPP",
            "component or module {",
            (
                (
                    rb"^[ \t]*(?:active|passive|queued)[ \t]+component[ \t]|^[ \t]*(?:module|topology|struct"
                    rb"|enum|port|interface)[ \t]+[A-Za-z_$]\w*[ \t]*\{"
                    rb"|^[ \t]*instance[ \t]+[A-Za-z_$]\w*[ \t]*:"
                ),
            ),
        ),
        Sign("Fortran", "no component"),
    ),
    ".fr": (
        Sign("Forth", ": word", (rb"^(?:: |also |new-device|previous )",)),
        Sign("Frege", "import, module or data", (rb"^[ \t]*(?:import|module|package|data|type) ",)),
        Sign("Text", "no sign of the others"),
    ),
    ".frag": (
        Sign(
            "GLSL",
            "void main or a uniform",
            (rb"\bvoid[ \t]+main\b|^[ \t]*(?:#version|uniform|varying|precision|in|out)[ \t]",),
        ),
        Sign("JavaScript", "function or var", (rb"^[ \t]*(?:function|var|\(function)\b",)),
    ),
    ".frm": (
        Sign("VBA", "VERSION and Begin {", (rb"^ *VERSION [0-9]\.[0-9]{2}", rb"^[ \t]*Begin[ \t]+\{[0-9A-Z\-]*\}")),
        Sign(
            "Visual Basic 6.0",
            "VERSION and Begin VB.Form",
            (rb"^ *VERSION [0-9]\.[0-9]{2}", rb"^[ \t]*Begin[ \t]+VB\.Form[ \t]"),
        ),
        Sign("INI", "TYPE=VIEW", (rb"\ATYPE=VIEW",)),
    ),
    ".ftl": (
        Sign(
            "FreeMarker",
            "<# or ${…}",
            (rb"^(?:<|[a-zA-Z-][a-zA-Z0-9_-]+[ \t]+\w)|\$\{\w+[^\n]{0,400}?\}|^[ \t]*[<\[]#",),
        ),
        Sign("Fluent", "name = …", (rb"^-?[a-zA-Z][a-zA-Z0-9_-]* *=|\{\$-?[a-zA-Z][-\w]*(?:\.[a-zA-Z][-\w]*)?\}",)),
    ),
    ".g": (
        Sign(
            "GAP",
            "Declare or Install",
            (rb"(?:Declare|BindGlobal|KeyDependentOperation|Install(?:Method|GlobalFunction)|SetPackageInfo)",),
        ),
        Sign("G-code", "G01", (rb"^(?:N\d+[ \t]*)?[MG][0-9]{1,3}(?:[ \t]+[A-Z]-?[0-9.]+)*[ \t]*$",)),
    ),
    ".gml": (
        Sign("XML", "an XML declaration", (_XML,)),
        Sign("Graph Modeling Language", "graph [", (rb"(?i)^[ \t]*(?:graph|node)\s{1,20}\[$",)),
        Sign("Gerber Image", "D10*", (_GERBER,)),
        Sign("Game Maker Language", "no sign of the others"),
    ),
    ".gs": (
        Sign("GLSL", "#version", (rb"^#version[ \t]+[0-9]+\b",)),
        Sign("Gosu", "uses java", (rb"^uses (?:java|gw)\.",)),
        Sign("Genie", "[indent=", (rb"^\[indent=[0-9]+\]",)),
    ),
    ".gts": (Sign("Gerber Image", "G04", (rb"^G0.",)), Sign("Glimmer TS", "no Gerber line")),
    ".i": (
        Sign(
            "Motorola 68K Assembly",
            "68000 instructions",
            (rb"(?i)^[ \t]*(?:movem\.[bwl]|move\.[bwl][ \t]|btst|dbra)\b",),
        ),
        Sign("SWIG", "%module", (rb"^[ \t]*%[a-z_]+\b|^%[{}]$",)),
        Sign("Assembly", "mov or db", (rb"(?i)mov[ \t]+\S+,|^[ \t]+i?db[ \t]+[a-z\d]",)),
    ),
    ".ice": (Sign("JSON", "starts with { or [", (rb"\A\s*[{\[]",)), Sign("Slice", "does not start as JSON")),
    ".j": (
        Sign(
            "Jasmin",
            ".class or .method",
            (rb"^[ \t]*\.(?:class|super|method|end[ \t]+method|limit|field|source|bytecode)\b",),
        ),
        Sign(
            "Objective-J",
            "@import or @implementation",
            (rb"^[ \t]*@(?:import|implementation|protocol|interface|typedef|end)\b",),
        ),
        Sign(
            "JASS",
            "takes or endfunction",
            (
                (
                    rb"^[ \t]*(?:constant[ \t]+)?(?:function|native)[ \t]+\w+[ \t]+takes\b"
                    rb"|^[ \t]*end(?:function|globals|loop)[ \t]*$|^[ \t]*(?:call|set|local|exitwhen)[ \t]+\S"
                ),
            ),
        ),
    ),
    ".k": (
        Sign("KCL", "schema or }", (rb"^schema [\w-]+|\}",)),
        Sign("KFramework", "syntax … ::=", (rb"^requires[ \t]+\"[^\"\n]+\"$|^syntax[ \t]+\w+[ \t]+::=|^endmodule$",)),
    ),
    ".lean": (
        Sign("Lean", "import lower case", (rb"^import [a-z]",)),
        Sign("Lean 4", "import upper case", (rb"^import [A-Z]",)),
    ),
    ".lp": (
        Sign(
            "Lambdapi",
            "symbol or rule",
            (
                (
                    rb"^[ \t]*(?:opaque[ \t]+symbol|symbol|rule|notation|constant|injective"
                    rb"|require(?:[ \t]+open)?|open|type|assert(?:not)?|compute)\b"
                ),
            ),
        ),
        Sign(
            "Linear Programming",
            "minimize or maximize",
            (rb"(?i)^[ \t]*(?:minimize|minimum|min|maximize|maximum|max)(?:[ \t]+multi-objectives)?[ \t]*$",),
        ),
        Sign(
            "Answer Set Programming",
            "a rule or #show",
            (
                (
                    rb"^[ \t]*#(?:include|const|program|script|show|minimize|maximize|heuristic|project|edge"
                    rb"|theory|defined)\b|:-|^[ \t]*[a-z_]\w*(?:\([^)\n]*\))?[ \t]*\.[ \t]*$"
                ),
            ),
        ),
    ),
    ".ls": (Sign("LoomScript", "package {", (rb"^[ \t]*package[\s\w./*]{0,99}\{",)), Sign("LiveScript", "no package")),
    ".mask": (Sign("Unity3D Asset", "tag:unity3d.com", (rb"tag:unity3d.com",)),),
    ".mc": (
        Sign("Win32 Message File", "MessageId=", (rb"(?i)^[ \t]*(?:/\*[ \t]*)?MessageId=|^\.$",)),
        Sign("M4", "dnl or divert", (rb"^dnl|^divert\((?:-?\d+)?\)",)),
        Sign("Monkey C", "using, class or function", (rb"\b(?:using|module|function|class|var)[ \t]+\w",)),
    ),
    ".mojo": (
        Sign("Mojo", "def, fn or import", (rb"^[ \t]*(?:alias|def|from|fn|import|struct|trait)[ \t]",)),
        Sign("XML", "an XML declaration", (rb"^[ \t]*<\?xml",)),
    ),
    ".mm": (Sign("XML", "<map", (rb"\A\s{0,99}<(?:map|\?xml)\b",)), Sign("Objective-C++", "no XML")),
    ".mps": (
        Sign("JetBrains MPS", "<persistence", (rb"<persistence",)),
        Sign("Mathematical Programming System", "ROWS or COLUMNS", (rb"(?i)^[ \t]*(?:ROWS|COLUMNS)[ \t]*$",)),
    ),
    ".n": (
        Sign("Roff", "a macro line", (rb"^[.']",)),
        Sign("Nemerle", "module or using", (rb"^(?:module|namespace|using)\s",)),
    ),
    ".ncl": (
        Sign("XML", "an XML declaration", (rb"^[ \t]*<\?xml[ \t]+version",)),
        Sign("Gerber Image", "D10*", (_GERBER,)),
        Sign(
            "Nickel",
            "let, import or std.",
            (rb"^let(?:[ \t]rec)?[ \t][a-zA-Z_]|^import[ \t]\"[^\"\n]+\"[ \t]+as[ \t]|std\.[a-zA-Z_]\w*\.",),
        ),
        Sign("Text", "THE_TITLE", (rb"THE_TITLE",)),
        Sign("NCL", "begin, load or ;", (rb"^load \"|^begin$|[0-9]\.$|^;",)),
    ),
    ".nl": (Sign("NL", "b or g segments", (rb"^[bg][0-9]+ ",)), Sign("NewLisp", "no segment")),
    ".nr": (Sign("Roff", "a macro line", (rb"^\.",)), Sign("Noir", "no macro line")),
    ".nu": (
        Sign("Nushell", "def, let or export", (rb"^[ \t]*(?:import|export|module|def|let|let-env|use) ",)),
        Sign("Nu", "no sign of Nushell"),
    ),
    ".odin": (
        Sign("Object Data Instance Notation", "name = <", (rb"(?:^|<)[ \t]*[A-Za-z0-9_]+[ \t]*=[ \t]*<",)),
        Sign(
            "Odin", "package or :: proc", (rb"package[ \t]+\w|\w[ \t]+::[ \t]*(?:proc|struct)[ \t]*\(|^[ \t]*//[ \t]",)
        ),
    ),
    ".p": (
        Sign(
            "Gnuplot",
            "plot or set term",
            (rb"^s?plot\b|^set[ \t]+(?:term|terminal|out|output|[xy]tics|[xy]label|[xy]range|style)\b",),
        ),
        Sign(
            "OpenEdge ABL",
            "DEFINE VARIABLE or END.",
            (
                (
                    rb"(?i)\bDEFINE[ \t]+(?:VARIABLE|TEMP-TABLE|BUFFER|QUERY|INPUT[ \t]+PARAMETER"
                    rb"|OUTPUT[ \t]+PARAMETER)\b|\bEND(?:[ \t]+(?:PROCEDURE|FUNCTION|DO|FOR[ \t]+EACH))?\."
                ),
            ),
        ),
    ),
    ".pc": (
        Sign("Pro*C", "EXEC SQL", (rb"^[ \t]*EXEC[ \t]+SQL[ \t]",)),
        Sign(
            "pkg-config",
            "Name, Description and Version",
            (rb"^Name:[ \t]+\S", rb"^Description:[ \t]+\S", rb"^Version:[ \t]+\S"),
        ),
    ),
    ".pkl": (
        Sign(
            "Pkl",
            "module, import or name =",
            (
                (
                    rb"^[ \t]*(?:module|import|amends|extends|local|const|fixed|abstract|open|class|typealias"
                    rb"|@\w+)\b|^[ \t]*[a-zA-Z0-9_$]+[ \t]*[={:]"
                ),
            ),
        ),
        Sign("Pickle", "no sign of Pkl"),
    ),
    ".plt": (Sign("Prolog", "a directive with :-", (rb"^[ \t]*:-",)), Sign("Gnuplot", "no directive")),
    ".pluginspec": (Sign("XML", "starts with a tag", (rb"\A\s{0,99}<[?!a-zA-Z]",)), Sign("Ruby", "no XML")),
    ".pod": (
        Sign("Pod 6", "=begin pod or =item1", (rb"^[ \t]*=(?:comment|begin pod|begin para|item\d+)",)),
        Sign("Pod", "no sign of Pod 6"),
    ),
    ".q": (
        Sign("q", "name:{ or \\l", (rb"\b[A-Za-z.][\w.]{0,60}:\{|^\\(?:cd?|d|l|p|ts?) ",)),
        Sign(
            "HiveQL",
            "SELECT … FROM or CREATE TABLE",
            (rb"(?i)SELECT\s{1,9}[\w*,]+\s{1,9}FROM|(?:CREATE|ALTER|DROP)\s(?:DATABASE|SCHEMA|TABLE)",),
        ),
    ),
    ".qs": (
        Sign("Q#", "namespace or operation", (rb"^(?:/{2,3})?[ \t]*(?:namespace|operation)\b",)),
        Sign("Qt Script", "var or prototype", (rb"\w\.prototype\.\w|===|\bvar\b",)),
    ),
    ".res": (
        Sign(
            "ReScript",
            "let, module, type or open",
            (rb"^[ \t]*(?:let|module|type)[ \t]+\w*[ \t]+=[ \t]|^[ \t]*(?:include|open)[ \t]+\w+[ \t]*$",),
        ),
        Sign("XML", "an XML declaration", (rb"\A\s{0,99}<\?xml",)),
    ),
    ".resource": (Sign("RobotFramework", "*** Keywords ***", (rb"^\*{3} (?:Settings|Variables|Keywords) \*{3}$",)),),
    ".rno": (
        Sign("RUNOFF", ".! or .end literal", (rb"(?i)^\.!|^\f|\f$|^\.end lit(?:eral)?\b|^\.c;[ \t]*\w",)),
        Sign("Roff", "a comment line", (rb"^\.\\\" ",)),
    ),
    ".rpy": (
        Sign("Python", "import, from, class or def", (rb"^(?:import|from|class|def)\s",)),
        Sign("Ren'Py", "no top-level Python"),
    ),
    ".scd": (
        Sign("SuperCollider", "SynthDef or ~name =", (rb"(?i)\^(?:this|super)\.|^[ \t]*(?:~\w+[ \t]*=\.|SynthDef\b)",)),
        Sign("Markdown", "a manual page's heading", (rb"^#+[ \t]+(?:NAME|SYNOPSIS|DESCRIPTION)",)),
    ),
    ".scm": (
        Sign(
            "Tree-sitter Query",
            "@captures or #predicates",
            (rb"\(#[\w-]+[!?]|[)\]][ \t]*[*+?](?:\s|$)|^[ \t]*\w+:[ \t]*[(\[\"]|@[\w.-]+(?:\)\s|$)",),
            (rb"\([+\-:<>/=~)]",),
        ),
        Sign(
            "Tree-sitter Query",
            "@captures after nodes and strings",
            (rb"^[ \t]*[)\]\"][^;\n]{0,99}[ \t]@[a-z][\w.-]*$|^\([a-z_]+\)[ \t]+@[a-z][\w.-]*$",),
            (rb"^[ \t]*\((?:define\*?|import|library|lambda)[ (]",),
        ),
        Sign(
            "Scheme",
            "define or a Scheme literal",
            (rb"'[(*#]|\w->\w|\.\.\.[\s)]|\([+\-:<>/=~)]|~>|[#`]\(|#:\w|^[ \t]*\((?:define\*?|import|library|lambda)",),
        ),
    ),
    ".sls": (
        Sign("Scheme", "(library or (define", (rb"^[ \t]*\((?:library|define|import)\b|^#!r6rs",)),
        Sign("Salt", "no Scheme form"),
    ),
    ".sol": (
        Sign(
            "Solidity",
            "pragma solidity or contract",
            (
                (
                    rb"\bpragma[ \t]+solidity\b"
                    rb"|\b(?:abstract[ \t]+)?contract[ \t]+[a-zA-Z$_][\w$]*(?:[ \t]+is[ \t]+[^{\n]{1,400})?\s{0,20}\{"
                ),
            ),
        ),
        Sign("Gerber Image", "D10*", (_GERBER,)),
    ),
    ".spec": (
        Sign("RPM Spec", "%description or Name:", (rb"^(?:%\w+|Name:|Version:|Summary:)",)),
        Sign("Python", "Analysis( or import", (rb"^(?:# -\*- mode: python|a = Analysis\(|import |from )",)),
        Sign("Ruby", "Gem or do |s|", (rb"\bdo \|\w+\||^require ",)),
    ),
    ".srt": (
        Sign("SubRip Text", "a time range", (rb"^\d{2}:\d{2}:\d{2},\d{3}[ \t]*-->[ \t]*\d{2}:\d{2}:\d{2},\d{3}$",)),
        Sign("SRecode Template", "no time range"),
    ),
    ".st": (
        Sign("StringTemplate", "$name$ or <!…!>", (rb"\$\w+[($]|<![^\n]{1,200}?!>|\{![^\n]{1,200}?!\}",)),
        Sign(
            "Smalltalk",
            ":= or a message",
            (
                (
                    rb"\A\s{0,200}[\[{(^\"'\w#]|[a-zA-Z_]\w*[ \t]*:=[ \t]*[a-zA-Z_]"
                    rb"|class[ \t]*>>[ \t]*[a-zA-Z_]|if(?:True|False):[ \t]*\["
                ),
            ),
        ),
    ),
    ".star": (Sign("STAR", "loop_", (rb"^loop_[ \t]*$",)), Sign("Starlark", "no loop_")),
    ".stl": (Sign("STL", "solid … endsolid", (rb"\A\s*solid(?:$|\s)",)),),
    ".svx": (Sign("Survex data", "a * or ; line first", (rb"\A(?:;|\*[^*\n]+$)",)), Sign("mdsvex", "no Survex line")),
    ".sw": (
        Sign(
            "Sway",
            "fn, impl, abi or an attribute",
            (rb"^[ \t]*(?:(?:abi|dep|fn|impl|mod|pub|trait|library|contract|script|predicate)[ \t;]|#\[)",),
        ),
        Sign("XML", "an XML declaration", (rb"^[ \t]*<\?xml[ \t]+version",)),
    ),
    ".tact": (Sign("JSON", 'starts with {"', (rb"\A\s*\{\"",)), Sign("Tact", "does not start as JSON")),
    ".tag": (
        Sign("Java Server Pages", "<%@ taglib", (rb"<%[@!=\s]?\s{0,20}(?:taglib|tag|include|attribute|variable)\s",)),
    ),
    ".tl": (
        Sign("Teal", "-- and local", (rb"--", rb"\b(?:local|function|end|record|interface|enum)\b")),
        Sign("Type Language", "no sign of Teal"),
    ),
    ".tsp": (
        Sign(
            "TypeSpec",
            "import, model or namespace",
            (rb"^(?:import|using|namespace|interface|op|model|scalar|alias|union|enum)\s",),
        ),
        Sign(
            "TSPLIB data",
            "NAME: or DIMENSION:",
            (rb"^(?:NAME|TYPE|DIMENSION|EDGE_WEIGHT_TYPE|EDGE_WEIGHT_FORMAT)[ \t]*:",),
        ),
    ),
    ".tst": (Sign("GAP", "gap>", (rb"gap> ",)), Sign("Scilab", "no gap>")),
    ".typ": (
        Sign("Typst", "#import, #let or #set", (rb"^#(?:import|show|let|set)|^=+ ",)),
        Sign("XML", "no sign of Typst"),
    ),
    ".uc": (
        Sign(
            "ucode",
            "use strict, import or let",
            (
                (
                    rb"^#![^\n]*\bucode\b|^[ \t]*['\"]use strict['\"];|^[ \t]*(?:export|import)\b|\b(?:require"
                    rb"|include)[ \t]*\([ \t]*['\"]|^[ \t]*let[ \t]+\w|\bs?printf[ \t]*\("
                ),
            ),
        ),
        Sign("UnrealScript", "no sign of ucode"),
    ),
    ".url": (Sign("INI", "[InternetShortcut]", (rb"^\[InternetShortcut\]$",)),),
    ".vba": (Sign("Vim script", "UseVimball", (rb"^UseVimball",)), Sign("VBA", "no vimball")),
    ".vcf": (
        Sign("TSV", "##fileformat=VCF", (rb"\A##fileformat=VCF",)),
        Sign("vCard", "BEGIN:VCARD", (rb"\ABEGIN:VCARD",)),
    ),
    ".w": (
        Sign("OpenEdge ABL", "&ANALYZE-SUSPEND", (rb"&ANALYZE-SUSPEND _UIB-CODE-BLOCK _CUSTOM _DEFINITIONS",)),
        Sign("CWeb", "@<", (rb"^@(?:<|\w+\.)",)),
    ),
    ".x": (
        Sign("DirectX 3D File", "xof 0303", (rb"^xof 030[23](?:txt|bin|tzip|bzip)\b",)),
        Sign(
            "RPC",
            "program or union … switch",
            (rb"\b(?:program|version)[ \t]+\w+\s{0,20}\{|\bunion[ \t]+\w+[ \t]+switch[ \t]*\(",),
        ),
        Sign("Logos", "%hook", (rb"^%(?:end|ctor|hook|group)\b",)),
        Sign("Linker Script", "SECTIONS or OUTPUT_ARCH", (rb"OUTPUT_ARCH\(|OUTPUT_FORMAT\(|SECTIONS",)),
    ),
}
