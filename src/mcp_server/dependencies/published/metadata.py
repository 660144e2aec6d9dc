"""What the metadata of a release declare as its licence: the words, not yet read as SPDX. Pure.

Python: core metadata (PEP 566, 639), from an index or from the archive's `PKG-INFO`; there, in a worker. npm: the
manifest of one version.
"""

import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from email.parser import HeaderParser
from typing import Any, cast

MAX_WORDS = 300
MAX_ENTRIES = 50_000
MAX_UNPACKED_BYTES = 256 << 20
MAX_METADATA_BYTES = 2 << 20
_NOTHING = frozenset(("unknown", "none", "license", "see license", "see license file", "licence"))


def licence_words(metadata: str) -> tuple[str, ...]:
    """What core metadata declare: the licence field first ("" where there is none), then the classifiers."""
    found = HeaderParser().parsestr(metadata)
    if expression := _line(found.get("License-Expression", "")):
        return (expression,)
    classifiers = [_line(one) for one in found.get_all("Classifier", ()) if str(one).startswith("License ::")]
    telling = tuple(one for one in dict.fromkeys(classifiers) if one != "License :: OSI Approved")
    field = _line(found.get("License", ""))
    said = "" if field.lower() in _NOTHING else field
    return (said, *telling) if said or telling else ()


def npm_licence(manifest: Mapping[str, object]) -> tuple[str, ...]:
    """The licence that a version's manifest declares; npm once took a list, of which any could be chosen."""
    stated = manifest.get("license", manifest.get("licence"))
    listed = manifest.get("licenses")
    several = cast("list[object]", listed) if isinstance(listed, list) else []
    words = [_word(one) for one in ([stated] if stated else several)]
    found = [one for one in words if one]
    return (" OR ".join(found),) if found and len(found) == len(words) else ()


def _word(value: object) -> str:
    if isinstance(value, dict):
        value = cast("dict[str, object]", value).get("type")
    return _line(value) if isinstance(value, str) else ""


def _line(text: object) -> str:
    """The first line that says something."""
    return next((line.strip()[:MAX_WORDS] for line in str(text).splitlines() if line.strip()), "")


def read(payload: Mapping[str, Any]) -> list[str] | None:
    """Worker's side: `raw` is a source distribution. The licence's words, or None where it holds no metadata."""
    try:
        text = _pkg_info(cast(bytes, payload["raw"]))
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError):
        return None
    return None if text is None else list(licence_words(text))


def _pkg_info(raw: bytes) -> str | None:
    """`NAME-VERSION/PKG-INFO`, read without unpacking anything else."""
    if raw[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for info in archive.infolist()[:MAX_ENTRIES]:
                if _is_pkg_info(info.filename) and info.file_size <= MAX_METADATA_BYTES:
                    return archive.read(info).decode("utf-8", "replace")
        return None
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r|*") as archive:
        for number, entry in enumerate(archive):
            if number > MAX_ENTRIES or entry.offset_data + entry.size > MAX_UNPACKED_BYTES:
                raise ValueError("too large")
            if entry.isreg() and _is_pkg_info(entry.name) and entry.size <= MAX_METADATA_BYTES:
                content = archive.extractfile(entry)
                return content.read(MAX_METADATA_BYTES).decode("utf-8", "replace") if content else None
    return None


def _is_pkg_info(name: str) -> bool:
    parts: Sequence[str] = name.removeprefix("./").split("/")
    return len(parts) == 2 and parts[1] == "PKG-INFO"
