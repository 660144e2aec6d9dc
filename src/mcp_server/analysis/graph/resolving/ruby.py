"""Ruby: `require` searches the load path, `require_relative` the file's own folder.

The load path of a file is `lib` (or the `require_paths` of the gemspec) of the gems around it, the nearest first, then
of the other gems of the tree, then folders of tests, whose runners add them. What is left belongs to a declared gem
that the path names (`rack/test` is rack-test, `active_support/all` activesupport), to Ruby, or to an outside gem.
"""

import re

from plumbrule.mcp_server.analysis.graph.resolving.names import above, declared, folder_of, joined, plain
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
"""Gemspecs and Gemfiles are manifests, which are read anyway."""

_PATHS = re.compile(rb"\brequire_paths?\s*=\s*(?:%w)?[\[({]?([^\n\])}]*)")
_NAME = re.compile(rb"\.name\s*=\s*['\"]([\w.-]+)['\"]")
_ROOT_FILES = ("Gemfile", "Rakefile", "gems.rb")
_FOLDERS = ("lib", "app", "spec", "test", "tests", "features", "")
_ENDINGS = (".rb", ".so", ".bundle", ".o", ".dll")
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")
# fmt: off
_LIBRARY = frozenset((
    "abbrev", "base64", "benchmark", "bigdecimal", "bundler", "cgi", "complex", "continuation", "coverage", "csv",
    "curses", "date", "dbm", "debug", "delegate", "did_you_mean", "digest", "drb", "e2mmap", "English",
    "enumerator", "erb", "error_highlight", "etc", "expect", "fcntl", "fiber", "fiddle", "fileutils", "find",
    "forwardable", "gdbm", "getoptlong", "io", "ipaddr", "irb", "java", "jruby", "json", "kconv", "logger",
    "mathn", "matrix", "mkmf", "monitor", "mutex_m", "net", "nkf", "objspace", "observer", "open-uri", "open3",
    "openssl", "optionparser", "optparse", "ostruct", "pathname", "pp", "prettyprint", "prime", "prism",
    "profile", "profiler", "pstore", "psych", "pty", "racc", "random", "rational", "rbconfig", "rdoc", "readline",
    "reline", "resolv", "resolv-replace", "rexml", "rinda", "ripper", "rss", "ruby-prof-flamegraph", "rubygems",
    "scanf", "sdbm", "securerandom", "set", "shell", "shellwords", "singleton", "socket", "stringio", "strscan",
    "sync", "syntax_suggest", "syslog", "tempfile", "thread", "thwait", "time", "timeout", "tmpdir", "tracer",
    "tsort", "ubygems", "un", "unicode_normalize", "uri", "weakref", "webrick", "win32", "win32ole", "xmlrpc",
    "yaml", "zlib",
))
# fmt: on
_GEMS = {
    "action_controller": "actionpack",
    "action_dispatch": "actionpack",
    "abstract_controller": "actionpack",
    "action_view": "actionview",
    "active_storage": "activestorage",
    "rubocop/rake_task": "rubocop",
    "rake": "rake",
    "zip": "rubyzip",
    "spec_helper": "",
}
"""What is required under a name that no gem has."""


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's Ruby files; building is linear in the number of files."""
    return _Resolver(tree).resolve


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._gems: dict[str, tuple[str, ...]] = {}
        """The load path of each folder that has a gemspec or a Gemfile, from the root of the tree."""
        self._packages = {plain(name): name for name in declared(tree, "ruby")}
        self._own: set[str] = set()
        for path, raw in sorted(tree.texts.items()):
            name = path.rpartition("/")[2]
            if name.endswith(".gemspec"):
                self._read_gemspec(path, raw)
            elif name in _ROOT_FILES:
                self._gems.setdefault(folder_of(path), ("lib",))
        if not self._gems:
            self._gems[""] = ("lib",)
        self._roots = [f"{folder}/{each}".strip("/") for folder in sorted(self._gems) for each in self._gems[folder]]
        self._folders = {folder_of(path) for path in tree.languages if path.endswith(".rb")}
        self._answers: dict[tuple[str, str], Resolution] = {}

    def _read_gemspec(self, path: str, raw: bytes) -> None:
        written = _PATHS.search(raw)
        folders = re.findall(r"[\w./-]+", written[1].decode("utf-8", "replace")) if written else []
        self._gems[folder_of(path)] = tuple(each.strip("./") for each in folders if each != "w") or ("lib",)
        named = _NAME.search(raw)
        stem = path.rpartition("/")[2].removesuffix(".gemspec")
        self._own.add(plain(named[1].decode("ascii", "replace") if named else stem))

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one `require` of the file at `path` means."""
        here = folder_of(path)
        target = one.target
        if "relative" in one.flags or target.startswith(("./", "../", "__dir__/")):
            own = [here] if "relative" in one.flags or target.startswith("__dir__/") else [here, ""]
            return self._beside(own, target.removeprefix("__dir__/"))
        key = (here, target)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._required(path, target, load=one.kind == "include")
        return found

    def _beside(self, folders: list[str], target: str) -> Resolution:
        for folder in folders:
            where = joined(folder, target)
            found = self._file(where) if where is not None else ""
            if found:
                return Resolution("file", (found,))
        return _UNKNOWN

    def _file(self, where: str) -> str:
        for candidate in (where + ".rb", where):
            if candidate in self._tree.languages:
                return candidate
        return ""

    def _required(self, path: str, target: str, *, load: bool) -> Resolution:
        if target.startswith(("/", "~")):
            return _UNKNOWN
        name = target
        for ending in _ENDINGS:
            name = name.removesuffix(ending)
        for root in self._path_of(path):
            if found := self._file(f"{root}/{name}".strip("/")):
                return Resolution("file", (found,))
        if load and (found := self._file(joined(folder_of(path), name) or name)):
            return Resolution("file", (found,))
        return self._outside(path, name)

    def _path_of(self, path: str) -> list[str]:
        found: dict[str, None] = {}
        for folder in above(path):
            for each in self._gems.get(folder, ()):
                found[f"{folder}/{each}".strip("/")] = None
        for root in self._roots:
            found[root] = None
        for folder in above(path):
            if folder in self._gems or not folder:
                for each in _FOLDERS:
                    found[f"{folder}/{each}".strip("/")] = None
            elif folder.rpartition("/")[2] in _FOLDERS:
                found[folder] = None
        return list(found)

    def _outside(self, path: str, name: str) -> Resolution:
        first = name.partition("/")[0]
        parts = name.split("/")
        for count in range(len(parts), 0, -1):
            package = self._packages.get(plain("".join(parts[:count])))
            if package:
                return Resolution("external", package=package)
        if any(f"{root}/{first}".strip("/") in self._folders for root in self._path_of(path)[: len(self._gems) + 1]):
            # A part of a gem of the tree that no file of the tree is: compiled, or made by a build.
            return _UNKNOWN
        if first in _LIBRARY:
            return _BUILTIN
        package = _GEMS.get(first, "-".join(parts[:2]) if f"{first}-" in self._dashed() else first)
        return Resolution("external", package=package) if package else _UNKNOWN

    def _dashed(self) -> frozenset[str]:
        return frozenset(name.partition("-")[0] + "-" for name in self._packages.values() if "-" in name)
