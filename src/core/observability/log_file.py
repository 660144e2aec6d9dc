"""The log file: rotated by size, so many old ones kept, readable by its owner alone. Imported only when one is set."""

import io
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path


class RotatedFile(RotatingFileHandler):
    """Appends lines; at `max_bytes` the file becomes `.1`, `.1` becomes `.2`, and what is beyond `backups` goes."""

    def __init__(self, path: Path, max_bytes: int, backups: int) -> None:
        super().__init__(path, maxBytes=max_bytes, backupCount=backups, encoding="utf-8", errors="backslashreplace")

    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(
            self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600
        )
        return open(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk must not fill standard error with unmasked records, which the standard handler prints."""
