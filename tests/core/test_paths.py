"""Path arguments and reading below a root, under hostile hands."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbrule.core.errors import AccessDenied, InvalidArgument, NotFound
from plumbrule.core.security.beneath import MAX_DEPTH, BeneathReader
from plumbrule.core.security.paths import PathPolicy, admit, is_credential_path, open_folder

SECRET = b"outside"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """`allowed/` beside `allowed-evil/` and `outside/`, with links between them."""
    allowed = tmp_path / "allowed"
    (allowed / "project" / "sub").mkdir(parents=True)
    (allowed / "project" / "readme").write_bytes(b"inside")
    (allowed / ".ssh").mkdir()
    (allowed / ".config" / "gcloud").mkdir(parents=True)
    (tmp_path / "allowed-evil").mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "readme").write_bytes(SECRET)
    (allowed / "escape").symlink_to(outside)
    (allowed / "loop").symlink_to("loop")
    (allowed / "inner").symlink_to("project")
    return tmp_path


@pytest.fixture
def policy(world: Path) -> PathPolicy:
    return PathPolicy(roots=(world / "allowed",), home=world / "allowed", cwd=world / "allowed")


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "a\0b", "/etc/passwd\0.py", "a\nb", "a\x1bb", "a\x9bb", "~root", "~root/.ssh", "~1", "//host/share",
        "\\\\host\\share", "C:\\x", "C:/x", "c:", "file:///etc/passwd", "file:/etc/passwd", "FILE://x", "..\\..\\x",
        "a\\..\\b", "%2e%2e/x", "..%2fx", "%252e%252e/x", "x%00", "..%5cx", "$HOME/x", "${HOME}/x", "%USERPROFILE%/x",
        "a" * 4097, "\ud800", "https://github.com/a/b", "\u2028x",
    ],
)  # fmt: skip
def test_what_is_no_plain_path_is_refused_before_the_disk_is_touched(  # S-94 S-95
    text: str, policy: PathPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "lstat", None)
    with pytest.raises(InvalidArgument):
        admit(text, policy)


@pytest.mark.parametrize(
    "text",
    [
        "../outside", "..", "escape", "escape/readme", "loop", "../allowed-evil", "missing", "project/missing",
        "project/../../outside", ".ssh", ".SSH", ".config/gcloud", "/etc", "/", "/proc/self", "/dev", "/sys",
        "PROGRA~1", "project/readme/x", "....//....//etc", "a" * 300,
    ],
)  # fmt: skip
def test_missing_and_forbidden_paths_get_one_text(text: str, policy: PathPolicy) -> None:  # S-95 A48 A49 A50
    with pytest.raises(AccessDenied) as caught:
        admit(text, policy)
    assert caught.value.message == "This path does not exist or is not allowed."
    assert "allowed-evil" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "text", [".", "project", "./project", "project/sub/..", "~/project", "~", "inner", "~//project"]
)
def test_paths_below_a_root_are_admitted_in_canonical_form(text: str, policy: PathPolicy, world: Path) -> None:
    real = admit(text, policy)
    assert real in (world / "allowed", world / "allowed" / "project")
    os.close(open_folder(real))


def test_without_roots_everything_readable_is_admitted_and_missing_is_said(world: Path) -> None:
    anything = PathPolicy(roots=None, home=world, cwd=world / "allowed")
    assert admit("../outside", anything) == world / "outside"
    with pytest.raises(NotFound):
        admit("../nowhere", anything)
    with pytest.raises(AccessDenied):
        admit("/proc/self", anything)


def test_by_default_nothing_is_allowed(world: Path) -> None:
    with pytest.raises(AccessDenied):
        admit(str(world / "allowed"), PathPolicy())
    for text in ("x", "~", "~/x"):
        with pytest.raises(InvalidArgument):
            admit(text, PathPolicy())


def test_a_root_that_is_itself_a_link_means_its_target(world: Path) -> None:
    (world / "alias").symlink_to("allowed")
    through = PathPolicy(roots=(world / "alias",))
    assert admit(str(world / "alias" / "project"), through) == world / "allowed" / "project"


def test_a_folder_swapped_for_a_link_after_admission_is_not_opened(policy: PathPolicy, world: Path) -> None:  # A49
    real = admit("project/sub", policy)
    (world / "allowed" / "project").rename(world / "allowed" / "gone")
    (world / "allowed" / "project").symlink_to(world / "outside")
    with pytest.raises(AccessDenied):
        open_folder(real)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("home", "u", ".ssh", "id"), True),
        (("home", "u", ".Config", "GCloud"), True),
        (("home", "u", ".config"), False),
        (("home", "u", "Library", "Keychains", "x"), True),
        (("home", "u", "ssh"), False),
        ((".netrc",), True),
    ],
)
def test_credential_places_are_known_by_component(parts: tuple[str, ...], expected: bool) -> None:
    assert is_credential_path(parts) is expected


@pytest.fixture
def reader(world: Path) -> Iterator[BeneathReader]:
    fd = os.open(world / "allowed", os.O_RDONLY)
    with BeneathReader(fd) as opened:
        yield opened
    os.close(fd)


def test_files_are_read_up_to_the_cap_in_any_order(reader: BeneathReader, world: Path) -> None:
    (world / "allowed" / "project" / "sub" / "deep").write_bytes(b"x" * 1000)
    (world / "allowed" / "empty").touch()
    assert reader.read("project/readme", 100) == b"inside"
    assert reader.read("project/sub/deep", 10) == b"x" * 10
    assert reader.read("project/readme", 3) == b"ins"
    assert reader.read("empty", 10) == b""
    assert reader.read("project/readme", 0) == b""


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../outside/readme", "outside"), ("project/../../outside/readme", "outside"), ("/etc/passwd", "outside"),
        ("", "outside"), (".", "outside"), ("project//readme", "outside"), ("project/", "outside"),
        ("a\0b", "outside"), ("a\0b/c", "outside"), ("escape/readme", "symlink"), ("escape", "symlink"),
        ("loop", "symlink"), ("inner/readme", "symlink"), ("missing", "missing"), ("missing/x", "missing"),
        ("project/readme/x", "missing"), ("project", "special"), ("x" * 300, "missing"),
        ("/".join(["d"] * (MAX_DEPTH + 2)), "too_deep"),
    ],
)  # fmt: skip
def test_what_is_not_a_plain_file_below_the_root_is_refused_by_name(
    reader: BeneathReader, path: str, reason: str
) -> None:
    assert reader.read(path, 100) == reason


def test_special_files_are_refused_without_hanging(reader: BeneathReader, world: Path) -> None:  # A51
    os.mkfifo(world / "allowed" / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(world / "allowed" / "sock"))
        assert reader.read("fifo", 100) == "special"
        assert reader.read("sock", 100) == "special"
    root = os.open("/", os.O_RDONLY)
    with BeneathReader(root) as everything:
        assert everything.read("dev/zero", 100) == "special"
        assert everything.read("proc/self/environ", 100) == "special"
        assert everything.folder("proc") == "special"
    os.close(root)


def test_a_sparse_terabyte_is_read_up_to_the_cap(reader: BeneathReader, world: Path) -> None:  # A51
    with (world / "allowed" / "sparse").open("wb") as sparse:
        sparse.truncate(1 << 40)
    assert reader.read("sparse", 4096) == bytes(4096)


def test_a_folder_can_be_listed_through_its_descriptor(reader: BeneathReader) -> None:
    folder = reader.folder("project")
    assert isinstance(folder, int)
    with os.scandir(folder) as entries:
        assert sorted(entry.name for entry in entries) == ["readme", "sub"]
    assert reader.folder("escape") == "symlink"
    assert isinstance(reader.folder(""), int)


def test_descriptors_do_not_pile_up(reader: BeneathReader) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        for path in ("project/readme", "escape/x", "project/sub/x", "missing", "loop"):
            reader.read(path, 10)
    reader.close()
    assert len(os.listdir("/proc/self/fd")) <= before


@pytest.mark.parametrize("fresh", [True, False], ids=["folders-reopened", "folders-kept"])
def test_no_byte_from_outside_is_read_while_a_thread_swaps_links(world: Path, fresh: bool) -> None:  # A49 S-95
    allowed = world / "allowed"
    (allowed / "swap").mkdir()
    (allowed / "swap" / "readme").write_bytes(b"inside")
    (allowed / "decoy").symlink_to(world / "outside")
    (allowed / "file").write_bytes(b"inside")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            os.rename(allowed / "swap", allowed / "away")
            os.rename(allowed / "decoy", allowed / "swap")
            os.rename(allowed / "swap", allowed / "decoy")
            os.rename(allowed / "away", allowed / "swap")
            os.unlink(allowed / "file")
            os.symlink(world / "outside" / "readme", allowed / "file")
            os.unlink(allowed / "file")
            (allowed / "file").write_bytes(b"inside")

    thread = threading.Thread(target=swap)
    thread.start()
    seen: set[object] = set()
    root = os.open(allowed, os.O_RDONLY)
    try:
        with BeneathReader(root) as racing:
            for _ in range(5000):
                seen.add(racing.read("swap/readme", 100))
                seen.add(racing.read("file", 100))
                if fresh:
                    racing.close()
    finally:
        stop.set()
        thread.join(10)
        os.close(root)
    assert SECRET not in seen
    assert b"inside" in seen
    assert seen <= {b"inside", b"", "symlink", "missing"}
