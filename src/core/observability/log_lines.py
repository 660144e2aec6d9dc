"""Turns a log record into one line: JSON for machines, words for a terminal. What is secret is masked here, last.

Below `logging`, which writes the lines. A line of JSON has `timestamp` (UTC), `level`, `logger`, `message`, the
`call_id` and `tool` of the call under way, every extra field under its own name, and `exception` with the traceback
(no local variables). One record is one line whatever it holds: control characters come out as escapes.
"""

import logging
import re
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol, cast

import orjson

from plumbrule.core.context import current_call
from plumbrule.core.security.lazy_pattern import LazyPattern

MAX_MESSAGE_CHARS = 16_000
"""A longer message is cut; a log line is no place for a document."""

MAX_FIELD_CHARS = 4_000
MAX_TRACEBACK_CHARS = 24_000
MAX_USER_TEXT_CHARS = 50
"""What a log line may hold of text that a user wrote (FEATURES C-35)."""

FIELDS_KEY = "plumbrule_fields"
"""The record attribute that carries the fields of `FieldLogger`, whose names may be anything."""

TraceIds = Callable[[], Mapping[str, str]]
"""Gives `trace_id` and `span_id` of the span under way, when tracing is on."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", FIELDS_KEY}
_OURS = frozenset(("timestamp", "level", "logger", "message", "call_id", "tool", "exception", "trace_id", "span_id"))
_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_DATACLASS | orjson.OPT_APPEND_NEWLINE

_ODD = LazyPattern("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udfff]")
"""Controls, line separators and what turns the direction of text: nothing of it may act in a terminal."""


class Masks(Protocol):
    """What the lines need of `core.security.masking.Masker`."""

    def mask(self, text: str) -> str: ...

    def mask_value(self, value: object) -> object: ...


class LineFormatter(logging.Formatter, ABC):
    """The parts of a record, masked; the two formats below put them into a line."""

    def __init__(self, masker: Masks, trace_ids: TraceIds | None = None) -> None:
        super().__init__()
        self._masker = masker
        self._trace_ids = trace_ids

    def format(self, record: logging.LogRecord) -> str:
        """One line without its end. Never raises: a record that cannot be told says so itself."""
        try:
            return self.line(record)
        except Exception as error:  # a log line must not break the work that it tells of
            return self.line(_stand_in(record, error))

    @abstractmethod
    def line(self, record: logging.LogRecord) -> str:
        """The record in this format. May raise; `format` then tells of that instead."""

    def message(self, record: logging.LogRecord) -> str:
        text = record.msg if record.args is None or record.args == () else None
        if not isinstance(text, str):
            text = self._formatted(record)
        return self._masker.mask(text if len(text) <= MAX_MESSAGE_CHARS else text[:MAX_MESSAGE_CHARS] + "…")

    def _formatted(self, record: logging.LogRecord) -> str:
        message = self._masker.mask_value(record.msg) if isinstance(record.msg, BaseException) else record.msg
        if not record.args:
            return str(message)
        arguments: object = self._masker.mask_value(record.args)
        try:
            return str(message) % arguments
        except (TypeError, ValueError, KeyError):
            return f"{message} {arguments!r}"

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """The extra fields, masked by their names and their text. A name of ours gets an underscore."""
        found: dict[str, object] = {}
        for name, value in record.__dict__.items():
            if name not in _STANDARD:
                found[name + "_" if name in _OURS and name != "tool" else name] = value
        own: object = record.__dict__.get(FIELDS_KEY)
        if isinstance(own, dict):
            for name, value in cast("dict[str, object]", own).items():
                found[name + "_" if name in _OURS and name != "tool" else name] = value
        return cast("dict[str, object]", self._masker.mask_value(found)) if found else found

    def exception(self, record: logging.LogRecord) -> str | None:
        """The traceback with its causes, masked; the innermost part stays when it is too long."""
        info = record.exc_info
        if info and info[1] is not None:
            text = "".join(traceback.format_exception(*info)).rstrip("\n")
        elif record.exc_text:
            text = record.exc_text
        else:
            text = ""
        if record.stack_info:
            text = f"{text}\n{record.stack_info}" if text else record.stack_info
        if not text:
            return None
        masked = self._masker.mask(text)
        return masked if len(masked) <= MAX_TRACEBACK_CHARS else "…" + masked[-MAX_TRACEBACK_CHARS:]

    def trace(self) -> Mapping[str, str]:
        return self._trace_ids() if self._trace_ids is not None else {}


class JsonLines(LineFormatter):
    """One JSON object per line."""

    def line(self, record: logging.LogRecord) -> str:
        shown: dict[str, object] = {
            "timestamp": _utc(record.created),
            "level": record.levelname.lower(),
            "logger": self._masker.mask(record.name),
            "message": self.message(record),
        }
        call = current_call()
        if call is not None:
            shown["call_id"] = call.id
            shown["tool"] = call.tool
        if self._trace_ids is not None:
            shown.update(self._trace_ids())
        shown.update(self.fields(record))
        exception = self.exception(record) if record.exc_info or record.exc_text or record.stack_info else None
        if exception is not None:
            shown["exception"] = exception
        return _json_line(shown, self._masker)


class TextLines(LineFormatter):
    """Words for a person at a terminal: time, level, message, fields; a traceback indented below."""

    def line(self, record: logging.LogRecord) -> str:
        call = current_call()
        parts = [_utc(record.created)[11:23], f"{record.levelname.lower():<7}", escaped(self.message(record))]
        if call is not None:
            parts.append(f"call_id={call.id}")
        for name, value in {**self.trace(), **self.fields(record)}.items():
            parts.append(f"{escaped(name)}={_shown(value, self._masker)}")
        parts.append(f"({self._masker.mask(record.name)})")
        line = " ".join(parts)
        exception = self.exception(record)
        if exception is None:
            return line
        return line + "".join(f"\n    | {escaped(below)}" for below in exception.split("\n"))


def user_text(text: str) -> str:
    """As much of text that a user wrote as a log may hold."""
    return text if len(text) <= MAX_USER_TEXT_CHARS else text[: MAX_USER_TEXT_CHARS - 1] + "…"


def escaped(text: str) -> str:
    """`text` on one line, with everything that could act in a terminal as a visible escape."""
    if text.isprintable():
        return text
    return _ODD.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}" if match[0] not in "\n\t\r" else {"\n": "\\n", "\t": "\\t", "\r": "\\r"}[match[0]]


def _utc(created: float) -> str:
    second = int(created)
    return f"{_second(second)}.{int((created - second) * 1000):03d}Z"


@lru_cache(maxsize=4)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _json_line(shown: dict[str, object], masker: Masks) -> str:
    def foreign(value: object) -> object:
        return masker.mask(_safe_repr(value))

    try:
        line = orjson.dumps(shown, foreign, _OPTIONS).decode()[:-1]
    except (TypeError, ValueError):  # lone surrogates, numbers beyond 64 bits, cycles
        plain = {escaped(str(name)): _plain(value, masker) for name, value in shown.items()}
        line = orjson.dumps(plain).decode()
    if len(line) > MAX_MESSAGE_CHARS * 4:
        return _json_line({name: _plain(value, masker) for name, value in shown.items()}, masker)
    return line if line.isprintable() else _ODD.sub(_escape, line)


def _plain(value: object, masker: Masks) -> object:
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 1 << 53):
        return value
    text = value if isinstance(value, str) else masker.mask(_safe_repr(value))
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= MAX_TRACEBACK_CHARS else text[:MAX_FIELD_CHARS] + "…"


def _shown(value: object, masker: Masks) -> str:
    text = value if isinstance(value, str) else masker.mask(_safe_repr(value))
    text = escaped(text if len(text) <= MAX_FIELD_CHARS else text[:MAX_FIELD_CHARS] + "…")
    return f'"{text}"' if " " in text and isinstance(value, str) else text


def _safe_repr(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # somebody's __repr__; the line is worth more than it
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"


def _stand_in(record: logging.LogRecord, error: Exception) -> logging.LogRecord:
    return logging.LogRecord(
        record.name, record.levelno, record.pathname, record.lineno,
        f"a log record could not be rendered: {type(error).__name__}", None, None,
    )  # fmt: skip
