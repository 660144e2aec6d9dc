"""Names of Python's standard library, of every version that code is still written for."""

import sys

# fmt: off
_LEFT = frozenset((
    "_dummy_threading", "asynchat", "asyncore", "binhex", "distutils", "dummy_threading", "formatter", "imp", "macpath",
    "parser", "smtpd", "symbol", "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "mailcap", "msilib",
    "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib", "lib2to3",
    "tkinter", "turtle", "turtledemo", "idlelib", "annotationlib", "compression", "tomllib", "asyncio", "zoneinfo",
    "graphlib", "_bootlocale", "_sysconfigdata", "_frozen_importlib",
))
"""Removed by 3.13 and before (PEP 594, PEP 632), added after the oldest that we run on, or left out by some builds."""

_PYTHON_2 = frozenset((
    "__builtin__", "BaseHTTPServer", "CGIHTTPServer", "ConfigParser", "Cookie", "HTMLParser", "Queue",
    "SimpleHTTPServer", "SimpleXMLRPCServer", "DocXMLRPCServer", "SocketServer", "StringIO", "Tkinter", "UserDict",
    "UserList", "UserString", "anydbm", "cPickle", "cStringIO", "commands", "cookielib", "copy_reg", "dbhash",
    "dumbdbm", "dummy_thread", "gdbm", "hotshot", "htmlentitydefs", "httplib", "md5", "mimetools", "mimify", "new",
    "popen2", "rfc822", "robotparser", "sets", "sha", "tkMessageBox", "tkFileDialog", "tkSimpleDialog", "ttk",
    "urllib2", "urlparse", "user", "whichdb", "xmlrpclib", "exceptions", "thread", "statvfs", "compiler", "repr",
    "markupbase", "sgmllib", "_winreg", "Dialog", "ScrolledText", "future_builtins",
))
"""Python 2's, which compatibility code still tries first."""
# fmt: on

_WEAK = _PYTHON_2 | {"test", "parser", "symbol", "formatter", "imp", "chunk", "pipes", "turtle", "this", "nis"}
"""Names that projects use for modules of their own as often: theirs when the tree has them, else the library's."""

_STRONG = (sys.stdlib_module_names | _LEFT | {"__future__", "__main__"}) - _WEAK


def is_standard(name: str) -> bool:
    """Whether a top-level name is the library's whatever the tree holds."""
    return name in _STRONG


def is_weakly_standard(name: str) -> bool:
    """Whether it is the library's unless the tree has a module of that name."""
    return name in _WEAK
