"""Where Python distributions say that their packages lie, in the words of each build backend."""

import pytest

from plumbrule.mcp_server.dependencies.manifests.python import pyproject
from plumbrule.mcp_server.dependencies.manifests.python_legacy import setup_cfg, setup_py
from plumbrule.mcp_server.dependencies.model import ManifestText

CASES = {
    "setuptools": ('[tool.setuptools.package-dir]\n"" = "lib"\nreal = "src"\n', {("lib", ""), ("src", "real")}),
    "setuptools-find": ('[tool.setuptools.packages.find]\nwhere = ["source"]\n', {("source", "")}),
    "hatch-packages": ('[tool.hatch.build.targets.wheel]\npackages = ["python/pkg"]\n', {("python", "")}),
    "hatch-sources": ('[tool.hatch.build.targets.wheel.sources]\n"src" = "real/deep"\n', {("src", "real.deep")}),
    "poetry": ('[tool.poetry]\npackages = [{include = "a"}, {include = "b", from = "lib"}]\n', {("lib", "")}),
    "uv": ('[tool.uv.build-backend]\nmodule-root = "code"\n', {("code", "")}),
    "maturin": ('[tool.maturin]\npython-source = "python"\n', {("python", "")}),
    "pytest": ('[tool.pytest.ini_options]\npythonpath = ["a", "b"]\n', {("a", ""), ("b", "")}),
    "nothing": ('[tool.poetry]\npackages = 3\n[tool.hatch]\nbuild = "x"\n', set[tuple[str, str]]()),
}


@pytest.mark.parametrize("case", CASES)
def test_a_build_backends_words_say_where_packages_lie(case: str) -> None:
    text, expected = CASES[case]
    found = pyproject(ManifestText("pyproject.toml", text.encode()))
    assert {(one.value, one.scope) for one in found if one.field == "fact"} == expected


def test_setup_cfg_and_setup_py_say_it_too() -> None:
    cfg = setup_cfg(
        ManifestText("setup.cfg", b"[options]\npackage_dir =\n  = src\n[options.packages.find]\nwhere = x\n")
    )
    assert [(one.value, one.line) for one in cfg if one.field == "fact"] == [("src", 2), ("x", 5)]
    py = setup_py(ManifestText("setup.py", b"setup(\n  package_dir={'': 'src', 'a': 'b'},\n)\n"))
    assert [(one.value, one.scope) for one in py if one.field == "fact"] == [("src", ""), ("b", "a")]
