"""Packages of metadata alone, written for an engine: one for each party, and for releases that offer no wheel.

Three files in a zip: name, version, what it requires. A wheel lies in a folder named by its content, because uv
remembers local wheels by path and time. Above: `uv`, `shims`.
"""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.joint.question import Party

_WHEEL = "Wheel-Version: 1.0\nGenerator: plumbrule\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


class Metadata(NamedTuple):
    """What a wheel of ours says of itself. `requires` are PEP 508 lines without URLs."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    requires_python: str = ""
    extras: tuple[str, ...] = ()

    @property
    def filename(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version.replace('-', '_')}-py3-none-any.whl"


def party_name(number: int, party: Party) -> str:
    """A name that no repository can ask for: it is made of a hash of what the repository asks for."""
    digest = hashlib.sha256("\n".join((str(number), *party.requires)).encode()).hexdigest()
    return f"zz-party-{number}-{digest[:16]}"


def written(folder: Path, metadata: Metadata) -> Path:
    """The wheel's place below `folder`; written when it is not there yet."""
    text = _text(metadata)
    place = folder / hashlib.sha256(text.encode()).hexdigest()[:32] / metadata.filename
    if not _touched(place):
        put(place, text, metadata)
    return place


def written_together(folder: Path, all_metadata: Sequence[Metadata]) -> Path:
    """A folder with one wheel for each, named by all of their contents: what `--find-links` takes."""
    texts = [_text(one) for one in all_metadata]
    place = folder / hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
    if not _touched(place / "whole"):
        for one, text in zip(all_metadata, texts, strict=True):
            put(place / one.filename, text, one)
        (place / "whole").touch(mode=0o600)
    return place


def put(place: Path, text: str, metadata: Metadata) -> None:
    """Write one wheel, whole or not at all: another process may be about the same."""
    import zipfile  # 8 ms, when an engine is asked

    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{metadata.name.replace('-', '_')}-{metadata.version.replace('-', '_')}.dist-info"
    descriptor, temporary = tempfile.mkstemp(dir=place.parent, suffix=".part")
    with os.fdopen(descriptor, "wb") as sink, zipfile.ZipFile(sink, "w") as archive:
        for name, content in (("METADATA", text), ("WHEEL", _WHEEL), ("RECORD", "")):
            archive.writestr(zipfile.ZipInfo(f"{stem}/{name}"), content)
    Path(temporary).replace(place)


def _touched(place: Path) -> bool:
    """Whether it is there. The folder's time is renewed, so that what is in use is not forgotten; not the wheel's."""
    if not place.exists():
        return False
    os.utime(place.parent)
    return True


def _text(metadata: Metadata) -> str:
    lines = ["Metadata-Version: 2.1", f"Name: {metadata.name}", f"Version: {metadata.version}"]
    if metadata.requires_python:
        lines.append(f"Requires-Python: {metadata.requires_python}")
    lines += [f"Provides-Extra: {extra}" for extra in metadata.extras]
    lines += [f"Requires-Dist: {line}" for line in metadata.requires]
    return "\n".join(lines) + "\n"
