"""What is built holds the package and nothing else, and works where nothing of ours lies around."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from plumbrule import __version__

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    build(root, folder, "--sdist", "--wheel")
    return folder


def build(source: Path, target: Path, *kinds: str) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", *kinds, "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_only_top_level_entry_of_the_wheel_is_the_package(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = contents(wheel)
    tops = {name.split("/")[0] for name in names}
    assert tops == {"plumbrule", f"plumbrule-{__version__}.dist-info"}
    assert "plumbrule/py.typed" in names
    assert {Path(name).name for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert not [name for name in names if name.endswith((".pyc", ".db"))]


def test_the_wheel_holds_every_file_of_the_package(built: Path, root: Path, tracked: list[Path]) -> None:
    (wheel,) = built.glob("*.whl")
    expected = {
        "plumbrule/" + path.relative_to(root / "src").as_posix()
        for path in tracked
        if path.is_relative_to(root / "src")
    }
    assert expected <= set(contents(wheel))


def test_the_source_distribution_builds_the_same_wheel(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    build(source, tmp_path / "again", "--wheel")
    (first,) = built.glob("*.whl")
    (second,) = (tmp_path / "again").glob("*.whl")
    assert contents(first) == contents(second)


def test_it_installs_into_a_clean_environment_and_says_its_version(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True, timeout=600)
    install = [tmp_path / "env/bin/python", "-m", "pip", "install", "--quiet", "--no-compile", wheel]
    done = subprocess.run(install, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    (tmp_path / "empty").mkdir()
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    for command in (
        [tmp_path / "env/bin/plumbrule", "--version"],
        [tmp_path / "env/bin/python", "-m", "plumbrule", "--version"],
    ):
        ran = subprocess.run(command, cwd=tmp_path / "empty", env=outside, capture_output=True, text=True, timeout=600)
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout.split()[-1] == __version__
        assert not list((tmp_path / "empty").iterdir())
