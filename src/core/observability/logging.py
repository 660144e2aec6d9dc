"""Sets up logging: one stream of masked lines on standard error, and a file with rotation when one is set.

Above `log_lines`, which makes the lines. Called by `app` and the command line once at the start; nothing else of the
package configures logging. Never touches standard output, which belongs to the protocol or to the answer.
"""

import logging
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Annotated, Literal, TextIO

from typing_extensions import Doc

from plumbrule.core.errors import ConfigurationError
from plumbrule.core.interval import Interval
from plumbrule.core.observability.log_lines import FIELDS_KEY, JsonLines, LineFormatter, Masks, TextLines, TraceIds
from plumbrule.core.values import dataclass

Format = Literal["auto", "text", "json"]
Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Where log lines go and what they look like."""

    level: Annotated[Level, Doc("The least severe level that is written.")] = "info"
    format: Annotated[Format, Doc("`json`, `text`, or `auto`: text on a terminal and JSON elsewhere.")] = "auto"
    file: Annotated[Path | None, Doc("Also write the lines, as JSON, to this file; it is rotated by size.")] = None
    max_bytes: Annotated[int, Interval(ge=10_000, le=10_000_000_000), Doc("Size at which the file is rotated.")] = (
        10_000_000
    )
    backups: Annotated[
        int, Interval(ge=1, le=1000), Doc("How many rotated files are kept; older ones are deleted.")
    ] = 5
    mask: Annotated[bool, Doc("Hide secrets in log lines. Results and errors are masked whatever this says.")] = True


class LogPipe:
    """The logging that `configure` set up: its level can change, and it can be taken down again."""

    def __init__(self, handlers: list[logging.Handler]) -> None:
        self._handlers = handlers
        self._level_before = logging.getLogger().level

    def set_level(self, level: Level) -> None:
        """Write from `level` on. Other libraries' chatter below WARNING shows only at `debug`."""
        logging.getLogger("plumbrule").setLevel(level.upper())
        logging.getLogger().setLevel(logging.DEBUG if level == "debug" else max(logging.WARNING, _number(level)))

    def close(self) -> None:
        """Detach and close what `configure` attached."""
        root = logging.getLogger()
        for handler in self._handlers:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(self._level_before)
        logging.getLogger("plumbrule").setLevel(logging.NOTSET)
        logging.captureWarnings(False)


def configure(
    masker: Masks,
    format: Format = "auto",
    level: Level = "info",
    stream: TextIO | None = None,
    file: Path | None = None,
    max_bytes: int = 10_000_000,
    backups: int = 5,
    mask: bool = True,
    trace_ids: TraceIds | None = None,
) -> LogPipe:
    """Send everything logged to `stream` (standard error when None) and to `file`, masked.

    `mask=False` leaves secrets in the lines. `trace_ids` adds the ids of the span under way.

    Raises:
        ConfigurationError: the file cannot be opened for writing.
    """
    masks = masker if mask else _Unmasked()
    target = sys.stderr if stream is None else stream
    handlers: list[logging.Handler] = [_StreamLines(target, _formatter(format, target, masks, trace_ids))]
    if file is not None:
        handlers.append(_file_handler(file, max_bytes, backups, JsonLines(masks, trace_ids)))
    pipe = LogPipe(handlers)
    root = logging.getLogger()
    for handler in handlers:
        root.addHandler(handler)
    pipe.set_level(level)
    logging.captureWarnings(True)
    return pipe


class FieldLogger:
    """A logger whose fields may have any name: `log.info("fetched", name="x", args=3, msg="y")`."""

    def __init__(self, name: str, /) -> None:
        self._log = logging.getLogger(name)

    def debug(self, message: str, /, **fields: object) -> None:
        self._write(logging.DEBUG, message, None, fields)

    def info(self, message: str, /, **fields: object) -> None:
        self._write(logging.INFO, message, None, fields)

    def warning(self, message: str, /, **fields: object) -> None:
        self._write(logging.WARNING, message, None, fields)

    def error(self, message: str, /, **fields: object) -> None:
        self._write(logging.ERROR, message, None, fields)

    def failure(self, message: str, error: BaseException, /, **fields: object) -> None:
        """An error with its exception, whose traceback goes into the line."""
        self._write(logging.ERROR, message, error, fields)

    def _write(self, level: int, message: str, error: BaseException | None, fields: dict[str, object]) -> None:
        # `message` goes in as an argument: a percent sign in it must not be taken for a place to fill.
        if self._log.isEnabledFor(level):
            self._log.log(level, "%s", message, exc_info=error, extra={FIELDS_KEY: fields}, stacklevel=3)


@contextmanager
def crashes_reported(log: logging.Logger) -> Generator[None]:
    """Send what nobody caught, in the main thread, in others or in finalisers, through `log`: masked like the rest."""

    def main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("ended by an error nobody caught", exc_info=(kind, error, trace))

    def thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            log.error("a thread ended by an error nobody caught", exc_info=args.exc_value)

    def finaliser(args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            log.warning("an error where none can be raised", exc_info=args.exc_value)

    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook, threading.excepthook, sys.unraisablehook = main, thread, finaliser
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before


class _StreamLines(logging.StreamHandler[TextIO]):
    """Lines to a stream; a stream that is gone loses its lines quietly, since there is nowhere left to tell."""

    def __init__(self, stream: TextIO, formatter: LineFormatter) -> None:
        super().__init__(stream)
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.stream.write(self.format(record) + "\n")
            self.stream.flush()
        except (OSError, ValueError):
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """The standard one prints the record, unmasked, to standard error."""


class _Unmasked:
    """What stands in for the masker when the operator switched masking off for the log."""

    def mask(self, text: str) -> str:
        return text

    def mask_value(self, value: object) -> object:
        return value


def _formatter(format: Format, stream: TextIO, masks: Masks, trace_ids: TraceIds | None) -> LineFormatter:
    as_text = format == "text" or (format == "auto" and stream.isatty())
    return TextLines(masks, trace_ids) if as_text else JsonLines(masks, trace_ids)


def _file_handler(file: Path, max_bytes: int, backups: int, formatter: LineFormatter) -> logging.Handler:
    from plumbrule.core.observability.log_file import RotatedFile  # its standard-library base costs 6 ms of imports

    try:
        handler = RotatedFile(file, max_bytes, backups)
    except OSError as error:
        raise ConfigurationError(
            f"The log file {file} cannot be written: {error.strerror}.",
            hint="Set log.file to a path in an existing folder that this user may write to, or leave it out.",
        ) from error
    handler.setFormatter(formatter)
    return handler


def _number(level: Level) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
