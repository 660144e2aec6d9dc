"""`Gemfile` and gemspecs: Ruby programs, read by literal patterns; a gem with a computed name counts as not read."""

import re

from plumbrule.mcp_server.dependencies.asked.rubytext import logical_lines
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Scope, Unread

_STRING = re.compile(r"""(['"])((?:(?!\1)[^\\\n]|\\.)*)\1""")
_PERCENT = re.compile(r"%[qQ](?:<([^<>\n]*)>|\(([^()\n]*)\)|\[([^\[\]\n]*)\]|\{([^{}\n]*)\})(?:\.freeze)?")
_GEM = re.compile(r"\s*gem\s*\(?\s*(['\"])([^'\"]+)\1(.*)$", re.DOTALL)
_OPENS = re.compile(
    r"\s*(group|path|git|github|source|platforms?|install_if|if|unless|case|begin|while|until|def|class|module)\b(.*)$",
    re.DOTALL,
)
_SYMBOL = re.compile(r":(\w+)\b(?!\s*=>)|['\"](\w+)['\"]")
_INLINE = re.compile(r"\bgroups?:\s*(\[[^\]]*\]|%i\[[^\]]*\]|:\w+|['\"]\w+['\"])|:groups?\s*=>\s*(\[[^\]]*\]|:\w+)")
_KEYWORD = re.compile(r",\s*(?:\w+:|:\w+\s*=>|['\"]\w+['\"]\s*(?:=>|:))|\s(?:if|unless)\s")
_COMPUTED = re.compile(r"\s*,\s*(?:\*|ENV\b|[A-Z@$][\w.:]*\s*(?:$|[,\[(]))")
_PLACES = ("git", "github", "gitlab", "gist", "bitbucket", "path")
_SPEC = re.compile(r"\s*\w+\.add_(runtime_|development_)?dependency\s*\(?\s*(.*)$", re.DOTALL)
_TESTS = frozenset(("test", "tests", "spec", "ci"))


def group_scope(groups: list[str]) -> Scope:
    """Bundler's default group is what runs; a group is `test` only when all its names are."""
    if not groups or "default" in groups or "production" in groups:
        return "runtime"
    if all(group in _TESTS for group in groups):
        return "test"
    return "dev"


def gemfile(file: ManifestText) -> Reading:
    """Gems with the groups, places, platforms and conditions of the blocks around them."""
    found = Reading()
    blocks: list[tuple[str, list[str], str]] = []
    for line, text in logical_lines(decode(file.raw)):
        bare = text.strip()
        if bare == "end" or bare.startswith("end "):
            if blocks:
                blocks.pop()
            continue
        if blocks and (one := re.match(r"(else|elsif|when|in)\b(.*)$", bare, re.DOTALL)):
            blocks[-1] = _other_case(blocks[-1], one[1], one[2].strip())
        if one := _GEM.match(text):
            found.asked.append(_gem(one, line, blocks))
            if _COMPUTED.match(one[3]):
                found.not_read.append(Unread(line, "ruby.computed"))
        elif re.search(r"(?:^|[{|;]\s*|\bdo\s*(?:\|[^|]*\|)?\s*)gem[\s(]+(?!['\"])[\w*#@$]", bare):
            found.not_read.append(Unread(line, "ruby.computed"))
        elif re.match(r"gemspec\b", bare):
            found.facts.append(Fact("gemspec", _option(bare, "path") or ".", "", line))
        elif one := re.match(r"eval_gemfile[\s(]+(.*)$", bare):
            name = _STRING.search(one[1])
            found.facts.append(Fact("include-gemfile", name[2] if name else "", "", line))
            found.not_read.append(Unread(line, "ruby.other-file"))
        opened = _OPENS.match(text)
        if opened and not one_liner(bare, opened[1]):
            names = [first or second for first, second in _SYMBOL.findall(opened[2])]
            blocks.append((opened[1].rstrip("s"), names, opened[2].strip()))
        elif re.search(r"\bdo\s*(?:\|[^|]*\|)?$", bare):
            blocks.append(("do", [], ""))
    if any(fact.kind == "gemspec" for fact in found.facts):  # what runs stands in the gemspec; these are for its makers
        found.asked = [one._replace(scope="dev") if one.scope == "runtime" else one for one in found.asked]
    return found


def _other_case(block: tuple[str, list[str], str], word: str, condition: str) -> tuple[str, list[str], str]:
    """The block after `else`, `elsif` or `when`: its gems are asked for under another condition than those before."""
    if block[0] == "case" or word in ("when", "in"):
        return ("if", [], f"{word} {condition}".strip())
    if block[0] in ("if", "unless"):
        return ("if", [], f"{word} {condition}".strip() if condition else f"not ({block[2]})")
    return block


def one_liner(text: str, word: str) -> bool:
    """Whether a line that begins like a block is none: a call without `do`, or a condition that ends on its line."""
    if word in ("if", "unless", "case", "begin", "while", "until", "def", "class", "module"):
        return text.endswith(" end")
    return re.search(r"\bdo\s*(?:\|[^|]*\|)?$", text) is None


def _gem(one: re.Match[str], line: int, blocks: list[tuple[str, list[str], str]]) -> Requirement:
    rest = re.sub(r"\s#\s.*$", "", one[3], flags=re.MULTILINE)
    positional = _KEYWORD.split(rest, maxsplit=1)[0]
    constraints = [found[2] for part in positional.split(",") if (found := _STRING.fullmatch(part.strip(" \n()[]")))]
    groups = [name for kind, names, _ in blocks if kind == "group" for name in names]
    if inline := _INLINE.search(rest):
        words = inline[1] or inline[2]
        groups += words[3:-1].split() if words.startswith("%i") else [a or b for a, b in _SYMBOL.findall(words)]
    places = [f"{key}:{value}" for key in _PLACES if (value := _option(rest, key))]
    places += [f"{kind}:{_first(text)}" for kind, _, text in blocks if kind in _PLACES and _first(text)]
    marks = [f"{kind} {text}" for kind, _, text in blocks if kind in ("if", "unless", "platform", "install_if")]
    condition = re.search(r"\s(if|unless)\s+(.+)$", rest)
    platforms = re.search(r"\bplatforms?:\s*(\[[^\]]*\]|:\w+|%i\[[^\]]*\])", rest)
    marks += [condition.group().strip()] if condition else []
    marks += [f"platform {platforms[1]}"] if platforms else []
    revision = next((f"#{value}" for key in ("ref", "tag", "branch") if (value := _option(rest, key))), "")
    return Requirement(
        one[2],
        ", ".join(constraints),
        line,
        "gemfile.gem",
        group_scope(groups),
        ", ".join(dict.fromkeys(groups)),
        "; ".join(re.sub(r"\s+do\s*$", "", mark) for mark in marks),
        reference=(places[0] + revision) if places else "",
    )


def _first(text: str) -> str:
    found = _STRING.search(text)
    return found[2] if found else ""


def _option(text: str, key: str) -> str:
    found = re.search(rf"\b{key}:\s*['\"]([^'\"]+)['\"]|:{key}\s*=>\s*['\"]([^'\"]+)['\"]", text)
    return (found[1] or found[2]) if found else ""


def gemspec(file: ManifestText) -> Reading:
    """`add_dependency` and its two sisters, with all their constraints."""
    found = Reading()
    for line, text in logical_lines(decode(file.raw)):
        named = re.match(r"\s*\w+\.name\s*=\s*['\"]([\w.-]+)['\"]", text)
        if named and not found.facts:
            found.facts.append(Fact("name", named[1], "", line))
        one = _SPEC.match(text)
        if not one:
            continue
        plain = _PERCENT.sub(lambda word: f'"{next(filter(None, word.groups()), "")}"', one[2])
        rest = re.split(r"\s(?:if|unless)\s", plain, maxsplit=1)
        texts = [value for _, value in _STRING.findall(rest[0])]
        if not texts or not re.match(r"\s*['\"%]", one[2]):
            found.not_read.append(Unread(line, "ruby.computed"))
            continue
        scope: Scope = "dev" if one[1] == "development_" else "runtime"
        computed = re.search(r",\s*(?!['\"\[\s>])[A-Za-z@#$]", rest[0])
        if computed or any("#{" in text for text in texts):
            found.not_read.append(Unread(line, "ruby.computed"))
        marker = re.search(r"\s((?:if|unless)\s.+)$", one[2])
        asked = Requirement(texts[0], ", ".join(texts[1:]), line, "gemspec", scope)
        found.asked.append(asked._replace(marker=marker[1].strip() if marker else ""))
    return found
