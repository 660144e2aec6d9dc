"""Facts are cached under the code that found them: changed extractors never serve facts of before."""

import shutil
from pathlib import Path
from typing import Any

import pytest

import plumbrule
from plumbrule.mcp_server.analysis import survey
from plumbrule.mcp_server.analysis.edition import DECIDING, digest_of, edition, libraries_in

PACKAGE = Path(plumbrule.__file__).parent


@pytest.mark.parametrize(
    "changed",
    [
        "mcp_server/analysis/introduction.py",
        "mcp_server/analysis/licences/spdx.bin",
        "mcp_server/dependencies/manifests/python.py",
        "mcp_server/platforms/local.py",
        "core/security/secrets.py",
        "core/facts.py",
    ],
)
def test_a_changed_extractor_is_another_edition(tmp_path: Path, changed: str) -> None:
    for name in DECIDING:
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        source = PACKAGE / name
        if source.is_dir():
            shutil.copytree(source, place)
        else:
            shutil.copy(source, place)
    before = digest_of(tmp_path)
    with (tmp_path / changed).open("ab") as file:
        file.write(b"#")
    assert digest_of(tmp_path) != before


def test_bytecode_does_not_make_another_edition(tmp_path: Path) -> None:
    for name in DECIDING:
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".py"):
            place.touch()
        else:
            place.mkdir()
    before = digest_of(tmp_path)
    (tmp_path / "mcp_server/analysis/__pycache__").mkdir()
    (tmp_path / "mcp_server/analysis/__pycache__/x.pyc").touch()
    assert digest_of(tmp_path) == before


async def test_what_another_edition_kept_is_not_read(
    surveys: Any, memory_snapshot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = memory_snapshot({"pyproject.toml": '[project]\nname = "one"\n'}, content_id="tree:1")
    await surveys.of(snapshot)
    once = len(snapshot.read_paths)
    await surveys.of(snapshot)
    assert len(snapshot.read_paths) == once
    # The edition is a digest of the installed code: another one cannot be had without changing that code.
    monkeypatch.setattr(survey, "edition", lambda: "another")
    await surveys.of(snapshot)
    assert len(snapshot.read_paths) == 2 * once
    assert edition().startswith(plumbrule.__version__)


def test_another_version_of_a_library_that_reads_is_another_edition(tmp_path: Path) -> None:
    for name in (
        "tree_sitter-0.26.1.dist-info",
        "semble_grammars-0.1.2.dist-info",
        "PyYAML-6.0.dist-info",
        "rich-14.0.dist-info",
    ):
        (tmp_path / name).mkdir()
    before = libraries_in([tmp_path])
    assert before == ["PyYAML-6.0.dist-info", "semble_grammars-0.1.2.dist-info", "tree_sitter-0.26.1.dist-info"]
    (tmp_path / "semble_grammars-0.1.2.dist-info").rename(tmp_path / "semble_grammars-0.1.3.dist-info")
    assert digest_of(PACKAGE, libraries_in([tmp_path])) != digest_of(PACKAGE, before)
