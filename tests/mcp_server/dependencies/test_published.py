"""A published Python package's own metadata: of a wheel always, of a source distribution where code would tell."""

import pytest

from plumbrule.mcp_server.dependencies.asked.pkg_info import core_metadata, requires_txt
from plumbrule.mcp_server.dependencies.asked.pyproject import pyproject
from plumbrule.mcp_server.dependencies.asked.setuptools import setup_py
from plumbrule.mcp_server.dependencies.joining.join import join
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Reading

COMPUTED = b"from setuptools import setup\nsetup(name='x', install_requires=open('r').read().split())\n"
PKG_INFO = b"""Metadata-Version: 2.1
Name: X.y
Version: 1.0
Requires-Python: >=3.9
Requires-Dist: numpy>=1.2,<3
Requires-Dist: colorama; sys_platform == "win32"
Requires-Dist: pytest (>=7) ; extra == 'Test_All'

Requires-Dist: not a header any more
"""


def reading(reader: object, raw: bytes) -> Reading:
    return reader(ManifestText("file", raw))  # type: ignore[operator]  # one of the readers below


def told(readings: dict[str, Reading]) -> list[tuple[str, str, str, str, str]]:
    return [
        (one.path, one.asked.name, one.asked.constraint, one.asked.marker, one.asked.group)
        for one in join(readings).direct
    ]


def test_metadata_speaks_where_code_computes_the_requirements() -> None:  # S-34
    joined = join({"PKG-INFO": reading(core_metadata, PKG_INFO), "setup.py": reading(setup_py, COMPUTED)})
    assert joined.not_read == ()
    assert [(one.asked.name, one.asked.line, one.asked.scope) for one in joined.direct] == [
        ("numpy", 5, "runtime"),
        ("colorama", 6, "runtime"),
        ("pytest", 7, "optional"),
    ]
    assert told({"PKG-INFO": reading(core_metadata, PKG_INFO), "setup.py": reading(setup_py, COMPUTED)})[2] == (
        "PKG-INFO", "pytest", ">=7", "extra == 'Test_All'", "test-all",
    )  # fmt: skip


def test_build_files_speak_where_they_can() -> None:
    raw = b'[project]\nname = "x"\ndependencies = ["numpy"]\n'
    found = told({"PKG-INFO": reading(core_metadata, PKG_INFO), "pyproject.toml": reading(pyproject, raw)})
    assert found == [("pyproject.toml", "numpy", "", "", "")]


def test_a_wheel_is_its_metadata_alone() -> None:
    inner = b'[project]\nname = "template"\ndependencies = ["django"]\n'
    found = told(
        {
            "x-1.0.dist-info/METADATA": reading(core_metadata, PKG_INFO),
            "x/templates/pyproject.toml": reading(pyproject, inner),
        }
    )
    assert {path for path, *_ in found} == {"x-1.0.dist-info/METADATA"}


def test_an_older_package_is_told_by_what_setuptools_wrote() -> None:
    bare = b"Metadata-Version: 2.1\nName: x\nVersion: 1.0\n\n"
    requires = b"numpy>=1\n\n[:sys_platform == 'win32']\ncolorama\n\n[fast]\ncython\n"
    readings = {
        "PKG-INFO": reading(core_metadata, bare),
        "setup.py": reading(setup_py, COMPUTED),
        "src/x.egg-info/requires.txt": reading(requires_txt, requires),
    }
    assert [row[1:] for row in told(readings)] == [
        ("numpy", ">=1", "", ""),
        ("colorama", "", "sys_platform == 'win32'", ""),
        ("cython", "", "", "fast"),
    ]
    assert join(readings).not_read == ()


@pytest.mark.parametrize("form", ["2.1", "2.2\nDynamic: Requires-Dist"])
def test_metadata_that_leaves_it_open_does_not_speak(form: str) -> None:
    raw = f"Metadata-Version: {form}\nName: x\nVersion: 1.0\n\n".encode()
    readings = {"PKG-INFO": reading(core_metadata, raw), "setup.py": reading(setup_py, COMPUTED)}
    assert [rule for _, _, rule in join(readings).not_read] == ["python.computed"]
    sure = b"Metadata-Version: 2.2\nName: x\nVersion: 1.0\n\n"
    assert join(readings | {"PKG-INFO": reading(core_metadata, sure)}).not_read == ()
