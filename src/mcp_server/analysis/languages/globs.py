"""git's path patterns (wildmatch), matched without regular expressions so that no pattern can run away.

`*` and `?` stay within one name, `**` stands for any number of folders, `[...]` is a set, a backslash quotes.
Cost: a name against a segment is at most their product; a path against a pattern is at most folders times segments.
"""

_SPECIAL = frozenset("*?[\\")


def matches_path(pattern: str, path: str) -> bool:
    """Whether an anchored pattern matches a whole path (both relative to the pattern's folder)."""
    if not _SPECIAL.intersection(pattern):
        return pattern == path
    if pattern.endswith("/**") and not _SPECIAL.intersection(pattern[:-2]):
        return len(path) > len(pattern) - 2 and path.startswith(pattern[:-2])
    parts = pattern.split("/")
    segments = [
        part for at, part in enumerate(parts) if part != "**" or parts[at - 1 : at] != ["**"]
    ]  # a run is as one
    reached = {0}  # how many segments may be used up: a set, so that many `**` stay linear
    for name in path.split("/"):
        following: set[int] = set()
        for at in _past_stars(reached, segments):
            if at == len(segments):
                continue
            if segments[at] == "**":
                following.update((at, at + 1) if at == len(segments) - 1 else (at,))
            elif matches_name(segments[at], name):
                following.add(at + 1)
        if not following:
            return False
        reached = following
    return len(segments) in reached


def matches_name(pattern: str, name: str) -> bool:
    """Whether a pattern without slashes matches one whole name. Only the last star is ever tried again."""
    if not _SPECIAL.intersection(pattern):
        return pattern == name
    if pattern[0] == "*" and not _SPECIAL.intersection(pattern[1:]):
        return name.endswith(pattern[1:])
    at, i = 0, 0
    star, resume = -1, 0
    while i < len(name):
        used = _one(pattern, at, name[i]) if at < len(pattern) and pattern[at] != "*" else 0
        if used:
            at, i = at + used, i + 1
        elif at < len(pattern) and pattern[at] == "*":
            star, resume = at, i
            at += 1
        elif star >= 0:
            resume += 1
            at, i = star + 1, resume
        else:
            return False
    return pattern[at:].strip("*") == ""


def _past_stars(reached: set[int], segments: list[str]) -> set[int]:
    """The positions reachable by letting each `**` stand for no folder at all; a last `**` wants at least one name."""
    closure: set[int] = set()
    for at in reached:
        closure.add(at)
        while at < len(segments) - 1 and segments[at] == "**":
            at += 1
            closure.add(at)
    return closure


def _one(pattern: str, at: int, char: str) -> int:
    """How many characters of the pattern match this one character; 0 when they do not."""
    wanted = pattern[at]
    if wanted == "?":
        return 1
    if wanted == "\\" and at + 1 < len(pattern):
        return 2 if pattern[at + 1] == char else 0
    if wanted == "[":
        return _one_of_set(pattern, at, char)
    return 1 if wanted == char else 0


def _one_of_set(pattern: str, at: int, char: str) -> int:
    i = at + 1
    negated = i < len(pattern) and pattern[i] in "!^"
    i += negated
    first, found = i, False
    while i < len(pattern) and (pattern[i] != "]" or i == first):
        i += pattern[i] == "\\" and i + 1 < len(pattern)
        low = high = pattern[i]
        if i + 2 < len(pattern) and pattern[i + 1] == "-" and pattern[i + 2] != "]":
            high = pattern[i + 2]
            i += 2
        found = found or low <= char <= high
        i += 1
    if i >= len(pattern):
        return 0  # an unclosed set matches nothing, as in git
    return i + 1 - at if found != negated else 0
