"""Where the compiled grammars lie: unpacked once from the `semble-grammars` wheel to a place that only we can write.

Runs outside of the workers, which may not write. Below it lies the wheel's archive, read without importing the package
(its own loader trusts whatever lies in its cache folder). `grammar_loading` is the other end: it compares what it
loads with the wheel's manifest, so nothing here has to be believed.

Places in the order of trial: the folder beside the interpreter (`sys.prefix`, filled when an image is built), our 0700
folder below the cache folder, and, where that cannot be written or is mounted `noexec`, memory: a sealed file without a
name that workers open by this process's descriptor.
"""

import os
import stat
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from plumbrule.mcp_server.analysis.syntax.grammar_bundle import MAX_LIBRARY_BYTES, Bundle, Library, bundle, sha256_of


class Grammars:
    """Places of grammar files for workers. `folder` is ours to fill; None, or `writes=False`, keeps all in memory.

    Blocking: the first call of a language unpacks (10 to 100 ms). Safe among threads and processes. `close` gives the
    memory back; workers that have loaded a grammar keep it.
    """

    def __init__(self, folder: Path | None = None, *, writes: bool = True, prefix: Path | None = None) -> None:
        self._folder = folder
        self._writes = writes
        self._prefix = Path(sys.prefix) if prefix is None else prefix
        self._places: dict[str, str] = {}
        self._held: list[int] = []
        self._lock = threading.Lock()

    def places(self, names: Iterable[str]) -> dict[str, str]:
        """A path for each grammar of `names` that there is one for; workers check what lies there."""
        found = bundle()
        wanted = sorted(set(names))
        if found is None:
            return {}
        with self._lock:
            missing = [name for name in wanted if name not in self._places and name in found.libraries]
            if missing:
                self._places |= self._placed(found, missing)
            return {name: self._places[name] for name in wanted if name in self._places}

    def close(self) -> None:
        """Give back what is held in memory."""
        with self._lock:
            self._places.clear()
            while self._held:
                os.close(self._held.pop())

    def _placed(self, found: Bundle, names: list[str]) -> dict[str, str]:
        shared = shared_folder(self._prefix, found)
        folders = [shared] if _is_safe(shared) else []
        own = None if self._folder is None else self._folder / "grammars" / found.edition
        if own is not None and self._writes and not _make_private(own):
            own = None
        if own is not None and _is_safe(own) and own not in folders:
            folders.append(own)
        placed: dict[str, str] = {}
        for folder in folders:
            placed |= {
                name: str(folder / found.libraries[name].file)
                for name in names
                if name not in placed and _is_sound(folder / found.libraries[name].file, found.libraries[name])
            }
        missing = {found.libraries[name]: name for name in names if name not in placed}
        if not missing:
            return placed
        for library, raw in unpacked(found, missing):
            place = _kept(own, library, raw) if own is not None and self._writes and own in folders else ""
            place = place or self._in_memory(library, raw)
            if place:
                placed[missing[library]] = place
        return placed

    def _in_memory(self, library: Library, raw: bytes) -> str:
        """A sealed file without a name, by the path under which our own user's processes open it; "" without one."""
        if not hasattr(os, "memfd_create"):  # macOS: there the cache folder must do
            return ""
        import fcntl

        descriptor = os.memfd_create(library.file, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        self._held.append(descriptor)
        with open(descriptor, "wb", closefd=False) as file:
            file.write(raw)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        return f"/proc/{os.getpid()}/fd/{descriptor}"


def shared_folder(prefix: Path, found: Bundle) -> Path:
    """Where an image keeps the grammars that it unpacked when it was built."""
    return prefix / "share" / "plumbrule" / "grammars" / found.edition


def unpacked(found: Bundle, wanted: Iterable[Library]) -> list[tuple[Library, bytes]]:
    """The bytes of the wanted files of the archive, checked; one that is not what the manifest says is left out."""
    import tarfile  # 5 ms, once for each installation

    left = {library.file: library for library in wanted}
    files: list[tuple[Library, bytes]] = []
    try:
        with tarfile.open(found.archive, "r:gz") as tar:
            while left and (member := tar.next()) is not None:
                library = left.pop(member.name, None)
                source = tar.extractfile(member) if library is not None and member.isreg() else None
                if library is None or source is None or member.size > MAX_LIBRARY_BYTES:
                    continue
                raw = source.read()
                if sha256_of(raw) == library.sha256:
                    files.append((library, raw))
    except (OSError, tarfile.TarError, EOFError):
        pass  # an installation without its archive reads no syntax; the report says so for each language
    return files


def unpack_for_image(prefix: Path) -> int:
    """Fill the folder beside the interpreter with the grammars of the languages that we read; how many."""
    from plumbrule.mcp_server.analysis.syntax.readers import READERS

    found = bundle()
    if found is None:
        return 0
    folder = shared_folder(prefix, found)
    folder.mkdir(parents=True, exist_ok=True)
    names = {reader.grammar for reader in READERS.values()} & found.libraries.keys()
    files = unpacked(found, [found.libraries[name] for name in sorted(names)])
    return sum(bool(_kept(folder, library, raw, mode=0o444)) for library, raw in files)


def _make_private(folder: Path) -> bool:
    """Make the folder and the two above it with mode 0700; whether they are there."""
    try:
        for place in (folder.parent.parent, folder.parent, folder):
            place.mkdir(mode=0o700, parents=place is folder.parent.parent, exist_ok=True)
    except OSError:
        return False
    return True


def _is_safe(folder: Path) -> bool:
    """Whether only we, or root, can write into the folder and its parent, and programs may be loaded from it."""
    try:
        facts = [folder.lstat(), folder.parent.lstat()]
        flags = os.statvfs(folder).f_flag
    except OSError:
        return False
    ours = all(
        stat.S_ISDIR(one.st_mode) and not one.st_mode & 0o022 and one.st_uid in (0, os.geteuid()) for one in facts
    )
    return ours and not flags & getattr(os, "ST_NOEXEC", 8)


def _is_sound(path: Path, library: Library) -> bool:
    """Whether the file holds what the manifest says; a damaged one is then unpacked anew."""
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_mode & 0o022 or facts.st_size > MAX_LIBRARY_BYTES:
            return False
        return sha256_of(path.read_bytes()) == library.sha256
    except OSError:
        return False


def _kept(folder: Path, library: Library, raw: bytes, *, mode: int = 0o400) -> str:
    """Write the file so that others see it whole or not at all; its path, "" when the place takes none."""
    path = folder / library.file
    draft = folder / f".{library.file}.{os.getpid()}.{threading.get_ident()}"
    try:
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
        try:
            with open(descriptor, "wb") as file:
                file.write(raw)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
    except OSError:
        return ""
    return str(path)


if __name__ == "__main__":
    print(f"{unpack_for_image(Path(sys.prefix))} grammars unpacked")  # noqa: T201 - the line that an image's build shows
