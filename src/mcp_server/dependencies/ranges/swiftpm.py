"""Requirements of Swift packages as they stand in `.package(…)`, by the documentation of `Package.Dependency`."""

import re

from plumbrule.mcp_server.dependencies.ranges.intervals import Interval, Key, Ranges, floor, key_of

_VERSION = r'(?:Version\s*\(\s*)?"?([0-9][^"\s(),]*)"?'
_FROM = re.compile(rf"(?:from\s*:|\.upToNextMajor\s*\(\s*from\s*:)\s*{_VERSION}")
_MINOR = re.compile(rf"\.upToNextMinor\s*\(\s*from\s*:\s*{_VERSION}")
_EXACT = re.compile(rf"(?:exact\s*:|\.exact\s*\()\s*{_VERSION}")
_BETWEEN = re.compile(r'"([0-9][^"]*)"\s*(\.\.<|\.\.\.)\s*"([0-9][^"]*)"')
_REVISION = re.compile(r'(?:branch|revision)\s*:\s*"([^"]+)"|\.(?:branch|revision)\s*\(\s*"([^"]+)"')


def swift(text: str) -> Ranges | None:
    """The versions that a requirement allows, None for a branch, a revision or what is computed."""
    if one := _BETWEEN.search(text):
        low, high = key_of(one[1]), key_of(one[3])
        return None if low is None or high is None else (Interval(low, True, high, one[2] == "..."),)
    if one := _EXACT.search(text):
        version = key_of(one[1])
        return None if version is None else (Interval(version, True, version, True),)
    for pattern, at in ((_MINOR, 1), (_FROM, 0)):
        if one := pattern.search(text):
            version = key_of(one[1])
            return None if version is None else (Interval(version, True, _above(version, at)),)
    return None


def _above(version: Key, at: int) -> Key:
    numbers = version[0]
    return floor(*numbers[:at], numbers[at] + 1)


def revision_of(text: str) -> str:
    """The branch or revision that a requirement names, "" for none."""
    one = _REVISION.search(text)
    return (one[1] or one[2]) if one else ""
