"""Which paths hold other people's files, and which hold documents: linguist's conventions, stated by us.

Checked against linguist's own regular expressions on generated paths when the table is updated; see `folders`.
"""

import re

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.languages.folders import Convention, pairs, words

_SPHINX = (
    f"{docs}/{prefix}{folder}"
    for docs in ("doc", "docs")
    for prefix in ("", "_")
    for folder in ("build", "theme", "themes", "template", "templates", "static")
)
_EXTJS = (
    f"extjs/{folder}"
    for folder in words(".sencha docs builds cmd examples locale packages plugins resources src welcome")
)

_NAMES = words(
    "configure config.guess config.sub dotnet-install.ps1 dotnet-install.sh _esy run.n fabfile.py waf .osx "
    ".gitattributes .gitignore .gitmodules gradlew gradlew.bat mvnw mvnw.cmd Vagrantfile Jenkinsfile "
    ".gitpod.Dockerfile activator activator.bat proguard.pro proguard-rules.pro "
    ".DS_Store .ds_store .Ds_Store .dS_Store .DS_store"
)
_STARTS = (
    *("Realm.framework", "RealmSwift.framework", "jquery.dataTables.js"),
    *("aclocal.m4", "libtool.m4", "ltoptions.m4", "ltsugar.m4", "ltversion.m4", "lt~obsolete.m4", "cpplint.py"),
    *("erlang.mk", ".indent.pro", ".sublime-project", ".sublime-workspace", "pdf.worker.js", "fuelux.js", "bootbox.js"),
    *("jquery.fn.gantt.js", "jquery.fancybox.js", "jquery.fancybox.css", "octicons.css", "sprockets-octicons.scss"),
    *("leaflet.draw-src.js", "leaflet.draw.css", "leaflet.spin.js", "wicket-leaflet.js"),
    *("Control.FullScreen.css", "Control.FullScreen.js"),
)
WEB = (".js", ".css", ".less", ".scss", ".styl", ".sass", ".xml", ".txt", ".html", ".properties")
_ENDS = (
    *(".min.js", "-min.js", ".min.css", "-min.css", "-vsdoc.js", ".intellisense.js"),
    *("import.css", "import.less", "import.scss", "import.styl"),
)
_SHEET = r"\.(?:css|less|scss|styl)\Z"
# (a word that the path must hold, the rule about it). As in linguist, `[^.]*` may cross folders (`d3/core.js`).
_LIBRARIES: tuple[tuple[str, LazyPattern[str]], ...] = tuple(
    (word, LazyPattern(r"(?:\A|/)" + pattern))
    for word, pattern in (
        ("jquery", r"jquery[^.]*(?:\.validate(?:\.unobtrusive)?|\.unobtrusive-ajax)?\.js\Z"),
        ("jquery", r"jquery-(?:\d\.\d+(?:\.\d+)?\.js|ui(?:-\d\.\d+(?:\.\d+)?)?(?:\.\w+)?\.(?:js|css))\Z"),
        ("jquery", r"jquery\.(?:(?:ui|effects)\.[^.]*\.(?:js|css)|fileupload(?:-\w+)?\.js|dataTables\.js)\Z"),
        ("bootstrap", r"bootstrap[^/.]*(?:\..*)?\.(?:js|css|less|scss|styl)\Z"),
        ("custom.bootstrap", r"custom\.bootstrap[^\s]*(?:js|css|less|scss|styl)\Z"),
        ("font", rf"font-?awesome(?:/.*)?{_SHEET}"),
        ("fontello", r"fontello.*\.css\Z"),
        ("foundation", rf"foundation(?:{_SHEET}|(?:\..*)?\.js\Z)"),
        ("ize.", rf"(?:normalize{_SHEET}|materialize(?:{_SHEET}|\.js\Z))"),
        ("skeleton", rf"skeleton{_SHEET}"),
        ("ourbon/", rf"[Bb]ourbon/.*{_SHEET}"),
        ("animate", rf"animate{_SHEET}"),
        ("select2/", r"select2/.*\.(?:css|scss|js)\Z"),
        ("bulma", r"bulma\.(?:css|sass|scss)\Z"),
        ("slick", r"slick\.\w+.js\Z"),
        ("Leaflet", r"Leaflet\.Coordinates-\d+\.\d+\.\d+\.src\.js\Z"),
        ("prototype", r"prototype.*\.js\Z"),
        (".js", r"(?:effects|controls|dragdrop|dojo|MochiKit|ckeditor|Chart|html5shiv)\.js\Z"),
        ("mootools", r"mootools[^.]*\d+\.\d+.\d+[^.]*\.js\Z"),
        ("yahoo-", r"yahoo-[^.]*\.js\Z"),
        ("yui", r"yui[^.]*\.js\Z"),
        ("tiny_mce", r"tiny_mce[^.]*\.js\Z"),
        ("sh", r"sh(?:Brush[^.]*|Core|Legacy)\.js\Z"),
        ("angular", r"angular[^.]*\.js\Z"),
        ("d3", r"d3(?:\.v\d+)?[^.]*\.js\Z"),
        ("react", r"react(?:-[^.]*)?\.js\Z"),
        ("modernizr", r"modernizr(?:-\d\.\d+(?:\.\d+)?|\.custom\.\d+)\.js\Z"),
        ("knockout-", r"knockout-(?:\d+\.){3}(?:debug\.)?js\Z"),
        ("icrosoft", r"[Mm]icrosoft(?:[Mm]vc)?(?:[Aa]jax|[Vv]alidation)(?:\.debug)?\.js\Z"),
        ("cordova", r"cordova(?:[^.]*|-\d\.\d(?:\.\d)?)\.js\Z"),
        ("extjs/", r"extjs/.*\.js\Z"),
        ("flow-typed/", r"flow-typed/.*\.js\Z"),
    )
)
_TEXTS = (".xml", ".txt", ".html", ".properties")
"""Endings that one rule of `_LIBRARIES` alone is about."""

_EXTJS_FILE = LazyPattern(r"(?:\A|/)extjs/.*\.(?:xml|txt|html|properties)\Z")
_IN_FOLDER = LazyPattern(
    r"(?:\A|/)(?:tiny_mce/(?:langs|plugins|themes|utils)|[Cc]ode[Mm]irror/(?:\d+\.\d+/)?(?:lib|mode|theme|addon|keymap|demo))"
    r"|(?:\A|/)[Pp]ackages/.+\.\d+/"
)


def _vendored_file(path: str, name: str) -> bool:
    if name in _NAMES or name.startswith(_STARTS) or path == "rebar" or name.endswith(".d.ts"):
        return True
    if ("irror/" in path or "tiny_mce/" in path or "ackages/" in path) and _IN_FOLDER.search(path):
        return True
    if not name.endswith(WEB):
        return False
    if name.endswith(_TEXTS):  # a documentation's thousand pages
        return "extjs/" in path and _EXTJS_FILE.search(path) is not None
    return name.endswith(_ENDS) or any(word in path and rule.search(path) for word, rule in _LIBRARIES)


VENDORED = Convention(
    folders=words(
        "cache dist node_modules bower_components testdata vendor Vendor vendors extern external externals Extern "
        "External Externals admin_media env Carthage Sparkle BuddyBuildSDK.framework Crashlytics.framework "
        "Fabric.framework MathJax ace-builds bootstrap-datepicker puphpet xvba_modules "
        ".vscode .github .google_apis .obsidian .teamcity"
    ),
    pairs=pairs(
        ".yarn/releases .yarn/plugins .yarn/sdks .yarn/versions .yarn/unplugged Godeps/_workspace gradle/wrapper "
        ".mvn/wrapper inst/extdata test/fixtures tests/fixtures Test/fixtures Tests/fixtures spec/fixtures "
        "specs/fixtures Spec/fixtures Specs/fixtures " + " ".join((*_SPHINX, *_EXTJS))
    ),
    root_folders=words("dependencies Dependencies deps debian"),
    folder_name=LazyPattern(
        r"(?:3rd|[Tt]hird)[-_]?[Pp]arty\Z|\.(?:xctemplate|imageset)\Z|\A(?:" + "|".join(map(re.escape, _STARTS)) + ")"
    ),
    file=_vendored_file,
)

_DOCUMENTS = "CHANGE(?:S|LOG)?|CONTRIBUTING|COPYING|INSTALL|LICEN[CS]E|[Ll]icen[cs]e|README|[Rr]eadme"
_DOCUMENT_STARTS = frozenset("CILlRr")  # the letters that one of the names below begins with
_DOCUMENT = LazyPattern(
    rf"(?:{_DOCUMENTS})(?:\.|\Z)"
    r"|CITATION(?:\.cff|S?(?:\.(?:bib|md))?)\Z"
)


def _document_file(path: str, name: str) -> bool:
    del path  # a document is named by its file name alone
    return name[:1] in _DOCUMENT_STARTS and _DOCUMENT.match(name) is not None


DOCUMENTATION = Convention(
    folders=words("Documentation documentation Groovydoc groovydoc Javadoc javadoc"),
    pairs=pairs("inst/doc"),
    root_folders=words(
        "Doc doc Docs docs Man man Examples examples Demo demo Demos demos Sample sample Samples samples"
    ),
    folder_name=LazyPattern(rf"\A(?:{_DOCUMENTS})\."),  # `CHANGES.d/12.rst`
    file=_document_file,
)
