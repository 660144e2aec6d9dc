"""`plumbrule mask`: the masker as a filter, so that anyone can use it and grade it.

Reads standard input and writes standard output; nothing is kept. Bytes that are no UTF-8 pass through unchanged.
"""

import io
import os
import stat
import sys
from collections.abc import Callable
from typing import BinaryIO

import click

MAX_RECORD_BYTES = 67_108_864
"""With `--json-lines` a record is masked whole, so it must fit in memory."""

_READ_BYTES = 262_144


@click.command("mask", short_help="Hide secrets in what is piped through.")
@click.option("--json-lines", is_flag=True, help="Each line in is a JSON string, and so is each line out.")
def command(json_lines: bool) -> None:
    """Copy standard input to standard output with every secret replaced by ***.

    Plain text is masked line by line as it arrives, private keys over their lines.
    With --json-lines each line is one JSON string holding one record, which may have line ends in it.
    """
    source, target = sys.stdin.buffer, sys.stdout.buffer
    work = _mask_json_lines if json_lines else _mask_lines
    try:
        work(source, target, _flusher(source, target))
        target.flush()
    except BrokenPipeError:
        # The reader has gone; what Python flushes at exit must not fail a second time.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _mask_lines(source: BinaryIO, target: BinaryIO, flush: Callable[[], None]) -> None:
    from plumbrule.core.security.masking import Masker  # here and below: `--help` needs none of it
    from plumbrule.core.security.masking_stream import MaskedStream

    stream = MaskedStream(Masker())
    while part := source.readline(_READ_BYTES):
        target.write(stream.feed(part.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape"))
        flush()
    target.write(stream.finish().encode("utf-8", "surrogateescape"))


def _mask_json_lines(source: BinaryIO, target: BinaryIO, flush: Callable[[], None]) -> None:
    from plumbrule.core.security.masking import Masker

    masker = Masker()
    number = 0
    while line := source.readline(MAX_RECORD_BYTES + 1):
        number += 1
        if len(line) > MAX_RECORD_BYTES:
            _refuse(target, number, f"is longer than {MAX_RECORD_BYTES} bytes")
        record = _json_string(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
        if record is None:
            _refuse(target, number, "is not a JSON string")
        else:
            target.write(_as_json(masker.mask(record)) + b"\n")
            flush()


def _json_string(line: bytes) -> str | None:
    import json

    import orjson

    try:
        value: object = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:  # lone surrogates, which orjson refuses and Python writes
            value = json.loads(line)
        except ValueError:
            return None
    return value if isinstance(value, str) else None


def _as_json(text: str) -> bytes:
    import json

    import orjson

    try:
        return orjson.dumps(text)
    except TypeError:
        return json.dumps(text).encode("ascii")


def _refuse(target: BinaryIO, number: int, fault: str) -> None:
    target.flush()
    click.echo(
        f"plumbrule mask: line {number} {fault}.\nGive one JSON string per line, or leave out --json-lines.", err=True
    )
    raise click.exceptions.Exit(2)


def _flusher(source: BinaryIO, target: BinaryIO) -> Callable[[], None]:
    """Flush after every line when somebody may be waiting for it; a file is copied in blocks."""
    try:
        waiting = not stat.S_ISREG(os.fstat(source.fileno()).st_mode)
    except (OSError, io.UnsupportedOperation):
        waiting = False
    return target.flush if waiting else _nothing


def _nothing() -> None:
    """A file needs no flush before its end."""
