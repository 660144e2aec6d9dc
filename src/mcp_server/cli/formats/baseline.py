"""A baseline: findings that somebody has looked at and accepts, by fingerprint, in a file of the user's own.

The analysed repository cannot silence anything: no file of its own is looked for, no comment of its own is read. A
fingerprint holds while lines move; when the place is gone its entry is stale and is reported, so that lists shrink.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import orjson

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.analysis.sections.findings import Finding

SCHEMA = "plumbrule.baseline/1"
MAX_BYTES = 64_000_000


class Entry(NamedTuple):
    """One accepted finding; rule and place are for the people who read the file."""

    fingerprint: str
    rule: str
    at: str


class Compared(NamedTuple):
    """Findings that the baseline does not hold, how many it does, and entries that no finding answers to any more."""

    new: tuple[Finding, ...]
    known: int
    stale: tuple[Entry, ...]


def read_baseline(path: Path) -> tuple[Entry, ...]:
    """The entries of a baseline file.

    Raises:
        InvalidArgument: it cannot be read, or is no baseline.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        document: object = orjson.loads(raw) if len(raw) <= MAX_BYTES else None
    except (OSError, orjson.JSONDecodeError) as error:
        raise InvalidArgument("The baseline cannot be read.", hint="Write one with --write-baseline.") from error
    entries = cast("dict[str, object]", document).get("findings") if isinstance(document, dict) else None
    if not isinstance(entries, list) or cast("dict[str, object]", document).get("schema") != SCHEMA:
        raise InvalidArgument(f"The baseline is no file of {SCHEMA}.", hint="Write one with --write-baseline.")
    return tuple(map(_entry, cast("list[object]", entries)))


def _entry(value: object) -> Entry:
    fields = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    texts = [fields.get(name) for name in Entry._fields]
    if not all(isinstance(text, str) for text in texts):
        raise InvalidArgument("An entry of the baseline lacks fingerprint, rule or at.")
    return Entry._make(cast("list[str]", texts))


def baseline_of(findings: Iterable[Finding]) -> bytes:
    """The file that accepts `findings`: sorted, a line for each, so that a review shows what was accepted."""
    entries = sorted((one.evidence.at, one.rule, one.fingerprint) for one in findings)
    rows = [orjson.dumps(Entry(fingerprint, rule, at)._asdict()) for at, rule, fingerprint in entries]
    body = b",\n    ".join(rows)
    inner = b"[\n    " + body + b"\n  ]" if rows else b"[]"
    return b'{\n  "schema": "%s",\n  "findings": %s\n}\n' % (SCHEMA.encode(), inner)


def write_baseline(path: Path, findings: Iterable[Finding]) -> None:
    """Put the file in place whole or not at all.

    Raises:
        InvalidArgument: the place cannot be written.
    """
    import tempfile

    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            made = Path(file.name)
            file.write(baseline_of(findings))
        made.chmod(0o644)
        made.replace(path)
    except OSError as error:
        raise InvalidArgument("The baseline cannot be written.", hint="Name a file in a folder that exists.") from error


def compared(findings: Sequence[Finding], entries: Iterable[Entry]) -> Compared:
    """What is new against the baseline and what of the baseline is stale."""
    known = {entry.fingerprint: entry for entry in entries}
    new = tuple(one for one in findings if one.fingerprint not in known)
    seen = {one.fingerprint for one in findings}
    stale = tuple(entry for entry in known.values() if entry.fingerprint not in seen)
    return Compared(new, len(findings) - len(new), stale)
