"""The archive of compiled grammars in the `semble-grammars` wheel: where it lies and what its manifest promises.

Read without importing the package, whose own loader trusts whatever lies in its cache folder. Above lie `grammars`,
which unpacks, and `grammar_loading`, the side of the workers, which start without pathlib (2 ms).
"""

import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import NamedTuple

MAX_LIBRARY_BYTES = 64 << 20
"""The largest grammar takes 6.5 MB; more is no grammar."""

_MACHINES = {"arm64": "arm64", "aarch64": "arm64", "x86_64": "x86_64", "amd64": "x86_64"}
_SYSTEMS = {"linux": "linux", "darwin": "macos"}


class Library(NamedTuple):
    """One grammar in the archive: its file, the symbol that gives it, and the digest of its bytes."""

    file: str
    symbol: str
    sha256: str


class Bundle(NamedTuple):
    """The wheel's archive for this platform. `edition` names it: its version and platform."""

    archive: str
    edition: str
    libraries: Mapping[str, Library]


@cache
def bundle() -> Bundle | None:
    """The archive of the installed wheel; None where there is none for this platform."""
    import json  # 3 ms that a card does not pay

    spec = find_spec("semble_grammars")
    system = _SYSTEMS.get(sys.platform)
    machine = _MACHINES.get(os.uname().machine.lower())
    if spec is None or not spec.submodule_search_locations or system is None or machine is None:
        return None
    folder = f"{next(iter(spec.submodule_search_locations))}/grammars/{system}-{machine}"
    try:
        with open(f"{folder}/manifest.json", "rb") as file:
            raw = file.read()
    except OSError:
        return None
    manifest = json.loads(raw)
    libraries = {
        name: Library(row["file"], row["symbol"], row["sha256"]) for name, row in manifest["languages"].items()
    }
    return Bundle(f"{folder}/{manifest['archive']}", f"{system}-{machine}-{sha256_of(raw)[:16]}", libraries)


def sha256_of(raw: bytes) -> str:
    """The digest in hex, as manifests write it."""
    from hashlib import sha256  # with OpenSSL's, 3 ms that a card does not pay

    return sha256(raw).hexdigest()
