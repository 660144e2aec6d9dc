"""The paragraph of a README that says what the project is.

Below it: nothing but the text. Above it: `identity`, which asks for it when no manifest describes the project. Notices,
announcements, pointers elsewhere, lists, code, tables and rows of links are no introduction; among the rest a sentence
of the form "<Name> is a …" near the top speaks before a tagline.
"""

# ruff: noqa: E501 - because a pattern that lists words reads best on few lines
import re
from collections.abc import Iterable, Iterator

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass

MAX_PARAGRAPHS = 40
MIN_CHARS = 12

_UNDERLINE = LazyPattern(r"^\s*([=\-~^*#`'\"+_.:])\1{2,}\s*$")
_FENCE = LazyPattern(r"^\s*(?:```|~~~)")
_HEADING = LazyPattern(r"^\s{0,3}(?:#{1,6}\s*|={1,5}\s+(?=\w))(.*)$")
_HTML_HEADING = LazyPattern(r"(?i)^\s*<h[1-6]\b")
_HTML_HEADING_END = LazyPattern(r"(?i)</h[1-6]>")
_LIST = LazyPattern(r"^\s*(?:[-*+•]\s+|\d{1,3}[.)]\s+)")
_NO_PROSE = LazyPattern(
    r"^\s*(?:\.\. |:[\w-]+:(?:`|\s|$)|\||\[[^\]\n]{1,80}\]:\s|!\[|\[!|\[?!\[|</?(?:table|tr|td|th|pre|details|summary|ul|ol|li)\b|\+[-=+]{3})",
    re.IGNORECASE,
)
_QUOTE = LazyPattern(r"^\s{0,3}>\s?")
_QUOTE_HEADING = LazyPattern(r"^#{1,6}\s+(?=\S)")
_TAG = LazyPattern(r"<[^<>]{0,500}>")
_IMAGE = LazyPattern(r"!\[[^\[\]]*\](?:\([^()\s]*(?:\s+\"[^\"]*\")?\)|\[[^\[\]]*\])")
_LINK = LazyPattern(r"\[([^\[\]]*)\](?:\([^()\s]*(?:\s+\"[^\"]*\")?\)|\[[^\[\]]*\])|`([^`<]+?)\s*<[^>`]+>`__?")
_HTML_LINK = LazyPattern(r"(?i)<a\b[^<>]{0,500}>([^<>]*)</a>")
_EMPHASIS = LazyPattern(r"(\*\*|__|``|`|\*)(?=\S)(.+?)(?<=\S)\1|(?<![\w_])_(?=\S)([^_]+)(?<=\S)_(?![\w_])")
_SHORTCODE = LazyPattern(r"(?<!\S):[a-z0-9_+-]{2,40}:(?!\S)")
_NOTICE = LazyPattern(
    r"(?i)\W*(?:note|warning|important|attention|caution|tip|notice|announcement|announcing|deprecat|disclaimer|"
    r"we(?:'|\u2019)?(?:re| are| have|'ve)\b|see\b|please\b|check out|read\b|click|for (?:more|the|full|an?|details|documentation)\b|"
    r"this (?:readme|document|file|page|branch|section|release|version)\b|looking for|if you|thanks|thank you|join\b|"
    r"follow\b|visit\b|to learn|learn more|table of contents|contents\b|documentation\b|download|install|new[:!]|news\b|"
    r"sponsored|supported by|built with|made with|available (?:in|on)|translations?\b|english\b|copyright|licen[cs]ed?\b|"
    r"you (?:can|will|may|need|are)\b|the (?:documentation|docs|readme|following|source code|official|latest|features)\b|"
    r"it is (?:recommended|now)|in this|here\b|view\b|watch\b|star\b|website\b|home ?page\b|official\b|also\b|however\b|"
    r"maintain(?:ed|er)\b|status\b|quick ?start|run\b|use\b|usage\b|try\b|go to\b|let'?s\b|have\b|want\b|get\b|mirror of|"
    r"using\b|before\b|after\b|once\b|when\b|first,|next,|then\b|there (?:is|are)\b)"
)
_ASIDE_SECTION = LazyPattern(
    r"(?i)\b(?:install|usage|using|get(?:ting)? started|quick ?start|setup|run(?:ning)?|build|compil|develop|test|"
    r"licen|"
    r"contribut|sponsor|backer|support|faq|community|example|requirement|prerequisite|changelog|news|available|"
    r"announc|release|credit|author|acknowledg|security|migrat|upgrad|configur|deploy|document|stay in touch|help)"
)
_OTHERS_SECTION = LazyPattern(
    r"(?i)\b(?:related|similar|alternatives?|comparison|who(?:'s| is| uses)|used by|ecosystem|integrations)\b"
)
"""What stands there speaks of other projects."""
_TOP_SECTION = LazyPattern(r"(?i)\b(?:welcome|about|what|intro|introduction|overview|description|summary|why)\b")
_SAYS_WHAT = LazyPattern(
    r"(?i)^((?:(?![.!?]\s).){1,90}?)\b(?:is|are)\s+(?:an?|the|our|your|one|all|intended|designed|meant|often|\w+ly)\b"
    r"|^((?:(?![.!?]\s).){1,60}?)\bis\s+(?-i:[A-Z])"
)
_DANGLING = LazyPattern(r"(?<=[.!?])\s+[^.!?]{1,60}:$")
_SHORT_LINK = LazyPattern(r"\[([^\[\]]+)\]")
_RULE = LazyPattern(r"^\s{0,3}(?:-\s*){3,}$|^\s{0,3}(?:\*\s*){3,}$|^\s{0,3}(?:_\s*){3,}$|^\s*<hr\b")
_KIND_OF = LazyPattern(
    r"^(?:An?|The|Simple|Fast|Lightweight)\s+(?:[\w\-+#./,&']+\s+){0,8}?(?:library|framework|tool|toolkit|server|client|"
    r"utility|compiler|engine|database|package|plugin|parser|linter|formatter|manager|application|app|API|SDK|CLI|"
    r"implementation|wrapper|collection|runtime|editor|language|platform|service|generator|module|crate|gem|template)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Introduction:
    """One paragraph in plain words and the line on which it begins."""

    words: str
    line: int


@dataclass(frozen=True, slots=True)
class _Paragraph:
    words: str
    line: int
    section: str
    quoted: bool


def introduction_of(text: str, names: Iterable[str]) -> Introduction | None:
    """The paragraph that says what it is, else a title that says it, else None. `names`: what the project goes by."""
    wanted = {_letters(name.rpartition("/")[2]) for name in names} - {""}
    plain = _without_comments(text)
    best: tuple[int, int, _Paragraph] | None = None
    for number, paragraph in enumerate(_paragraphs(plain)):
        if number >= MAX_PARAGRAPHS:
            break
        rank = _rank(paragraph, wanted)
        if rank is not None and (best is None or (rank, number) < best[:2]):
            best = (rank, number, paragraph)
    return Introduction(_ended(best[2].words), best[2].line) if best else _title(plain)


def _rank(paragraph: _Paragraph, names: set[str]) -> int | None:
    """Lower is better; None for what is no introduction."""
    words = paragraph.words
    if len(words) < MIN_CHARS or " " not in words or _NOTICE.match(words) or words.endswith("?"):
        return None
    says = _SAYS_WHAT.match(words)
    named = says is not None and any(name in _letters(says[1] or says[2] or "") for name in names)
    top = not paragraph.section or _TOP_SECTION.search(paragraph.section) is not None
    if _OTHERS_SECTION.search(paragraph.section):
        return None
    if not top:
        aside = _ASIDE_SECTION.search(paragraph.section) is not None
        return (4 if aside else 3) if named and not paragraph.quoted else None
    if not paragraph.quoted and (named or _KIND_OF.match(words)):
        return 0
    return 1 if says and not paragraph.quoted else 2


def _ended(words: str) -> str:
    """Without the beginning of a list that follows: "Tokio is:"."""
    return _DANGLING.sub("", words).removesuffix(":")


def _title(text: str) -> Introduction | None:
    """The first heading, when it is more than a name: "Bash Automated Testing System"."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        following = lines[number] if number < len(lines) else ""
        heading = _HEADING.match(line)
        if heading or (line.strip() and _UNDERLINE.match(following)):
            words = _plain([heading[1] if heading else line], number, "").words
            return Introduction(words, number) if words.count(" ") >= 2 else None
    return None


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    """Paragraphs of prose in order, each with the heading that it stands under (the title counts as none)."""
    lines = text.splitlines()
    section, headings = "", 0
    block: list[str] = []
    begun = 0
    fenced = html_heading = skipping = False
    for number, line in enumerate([*lines, ""], 1):
        following = lines[number] if number < len(lines) else ""
        if _FENCE.match(line):
            fenced = not fenced
            stop = True
        elif fenced:
            continue
        else:
            html_heading = html_heading or _HTML_HEADING.match(line) is not None
            heading = _HEADING.match(line)
            titled = bool(line.strip()) and not block and _UNDERLINE.match(following) is not None
            stop = html_heading or heading is not None or titled or not line.strip() or bool(_UNDERLINE.match(line))
            if heading is not None or titled:
                headings += 1
                title = headings == 1 and (line.lstrip().startswith(("# ", "= ")) or following[:1] == "=")
                section = "" if title else heading[1] if heading else line
            if html_heading and _HTML_HEADING_END.search(line):
                html_heading = False
        prose = not stop and not _is_no_prose(line, block)
        if prose and not skipping:
            begun = begun if block else number
            block.append(line.strip())
            continue
        before = lines[number - 2] if number > 1 else ""
        if _RULE.match(line) and not before.strip():
            section = ""  # a rule across the page ends an announcement
        if block and (stop or not prose):
            yield _plain(block, begun, section)
            block = []
        skipping = not stop  # what follows a list's mark, a table's row or a directive on the next line belongs to it


def _is_no_prose(line: str, block: list[str]) -> bool:
    if _LIST.match(line) or _NO_PROSE.match(line):
        return True
    return not block and line.startswith(("    ", "\t"))


def _plain(block: list[str], line: int, section: str) -> _Paragraph:
    quoted = _QUOTE.match(block[0]) is not None
    text = " ".join(_QUOTE_HEADING.sub("", _QUOTE.sub("", one)) for one in block)[:4000]
    text = _IMAGE.sub("", text)
    linked = sum(len(one[1] or one[2] or "") for one in _LINK.finditer(text))
    linked += sum(len(one[1]) for one in _HTML_LINK.finditer(text))
    text = _TAG.sub("", _LINK.sub(lambda one: one[1] or one[2] or "", text))
    text = _SHORTCODE.sub("", text)
    marked = text.startswith("[!")
    text = _SHORT_LINK.sub(r"\1", text)
    for _ in range(2):  # emphasis nests: **`x`**
        text = _EMPHASIS.sub(lambda one: one[2] or one[3] or "", text)
    words = " ".join(text.split()).removesuffix("\\").strip()
    if marked or linked * 2 > len(words) or not any(map(str.isalpha, words)):
        words = ""
    return _Paragraph(words, line, section, quoted)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _without_comments(text: str) -> str:
    """HTML comments as their line breaks, so that lines keep their numbers."""
    parts: list[str] = []
    at = 0
    for start, end in _comments(text):
        parts += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end
    return "".join([*parts, text[at:]])


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Where HTML comments begin and end, ends exclusive. Linear: an opening without an end ends the search."""
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return
        yield start, end + 3
        start = text.find("<!--", end + 3)
