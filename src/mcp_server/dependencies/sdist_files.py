"""The few small files that somebody wants of a source distribution, read from its bytes; nothing is unpacked to disk.

For workers: the bytes are foreign. Above: `engines/sdists` (requirements), `published/metadata` (licences).
"""

import io
import re
import tarfile
import zipfile
from collections.abc import Iterator

MAX_ENTRIES = 50_000
MAX_UNPACKED_BYTES = 512 << 20
MAX_FILE_BYTES = 2 << 20

UNREADABLE = (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError)
"""What a broken archive makes the standard library raise; `NotImplementedError` is a zip's unknown compression."""


def small_files(raw: bytes, wanted: re.Pattern[str]) -> Iterator[tuple[str, bytes]]:
    """The files whose whole path is `wanted`, by their path below the archive's folder, in the archive's order.

    Raises:
        one of `UNREADABLE`.
    """
    if raw[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for info in archive.infolist()[:MAX_ENTRIES]:
                name = info.filename.removeprefix("./")
                if wanted.fullmatch(name) and info.file_size <= MAX_FILE_BYTES:
                    yield name.partition("/")[2], archive.read(info)
        return
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r|*") as archive:
        for number, entry in enumerate(archive):
            if number > MAX_ENTRIES or entry.offset_data + entry.size > MAX_UNPACKED_BYTES:
                raise ValueError("too large")  # before it is unpacked, piece by piece, on the way to the next
            name = entry.name.removeprefix("./")
            if entry.isreg() and entry.size <= MAX_FILE_BYTES and wanted.fullmatch(name):
                content = archive.extractfile(entry)
                if content is not None:
                    yield name.partition("/")[2], content.read(MAX_FILE_BYTES)
