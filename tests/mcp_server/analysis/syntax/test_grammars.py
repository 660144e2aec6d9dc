"""Grammars are loaded only as the wheel has them, from places that only we can write, or from memory."""

import os
from pathlib import Path

import pytest

from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.analysis.file_facts import facts_of
from plumbrule.mcp_server.analysis.syntax import grammar_loading
from plumbrule.mcp_server.analysis.syntax.facts import index_of, unpacked
from plumbrule.mcp_server.analysis.syntax.grammar_bundle import bundle
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars, shared_folder, unpack_for_image
from plumbrule.mcp_server.analysis.syntax.readers import READERS

TARGET = "plumbrule.mcp_server.analysis.file_facts:read"


async def functions(places: dict[str, str]) -> tuple[int, str]:
    """The functions that a worker with these places finds in one Python file, and its fault."""
    files = [["Python", b"def f():\n    pass\n"]]
    payload = {"files": files, "grammars": places, "file_limit_s": 5.0, "batch_limit_s": 5.0}
    async with WorkerPool() as pool:
        given = await pool.run(TARGET, payload)
    assert isinstance(given, bytes)
    index = index_of(unpacked(given[4:]))
    return index.functions, index.fault


async def test_a_grammar_is_unpacked_once_into_a_private_folder_and_read_from_there(tmp_path):
    grammars = Grammars(tmp_path / "cache", prefix=tmp_path)
    places = grammars.places(["python", "nothing"])
    assert list(places) == ["python"]
    path = Path(places["python"])
    assert path.is_relative_to(tmp_path / "cache")
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o222 == 0
    before = path.stat()
    assert Grammars(tmp_path / "cache", prefix=tmp_path).places(["python"]) == places
    assert path.stat() == before
    assert await functions(places) == (1, "")


async def test_a_planted_grammar_is_never_loaded_and_a_damaged_one_made_anew(tmp_path, monkeypatch):
    places = Grammars(tmp_path / "cache", prefix=tmp_path).places(["python"])
    path = Path(places["python"])
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(whole[:-1] + b"\1")
    # The fallback wheel would hide whether the damaged file was refused.
    monkeypatch.setattr(grammar_loading, "_from_own_wheel", lambda _: None)
    assert grammar_loading._parser("python", str(path)) is None
    assert Grammars(tmp_path / "cache", prefix=tmp_path).places(["python"]) == places
    assert path.read_bytes() == whole
    path.chmod(0o666)  # somebody else could write it between our look and our load
    assert grammar_loading._parser("python", str(path)) is None


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="needs files without a name")
async def test_without_a_place_to_write_grammars_are_held_in_memory_and_sealed(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    for grammars in (Grammars(None), Grammars(blocked / "cache"), Grammars(tmp_path / "cache", writes=False)):
        places = grammars.places(["python"])
        assert places["python"].startswith("/proc/")
        with pytest.raises(OSError, match="not permitted"):
            os.write(int(places["python"].rpartition("/")[2]), b"x")
        assert await functions(places) == (1, "")
        grammars.close()
    assert not (tmp_path / "cache").exists()


def test_a_folder_that_others_may_write_is_not_used(tmp_path):
    cache = tmp_path / "cache"
    found = bundle()
    assert found is not None
    folder = cache / "grammars" / found.edition
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    grammars = Grammars(cache, prefix=tmp_path)
    assert not grammars.places(["python"])["python"].startswith(str(tmp_path))
    assert list(folder.iterdir()) == []
    grammars.close()


def test_an_image_holds_its_grammars_beside_the_interpreter(tmp_path):
    count = unpack_for_image(tmp_path)
    found = bundle()
    assert found is not None
    assert count == len(list(shared_folder(tmp_path, found).iterdir())) > 15
    place = Grammars(None, prefix=tmp_path).places(["go"])["go"]
    assert place.startswith(str(tmp_path))


@pytest.mark.parametrize(
    ("grammar", "code"), [("python", b"x = 1"), ("javascript", b"let x = 1;"), ("rust", b"fn f() {}")]
)
def test_a_grammar_s_own_wheel_is_the_fallback(grammar, code):
    parser = grammar_loading._parser(grammar, "")
    assert parser is not None
    assert not parser.parse(code).root_node.has_error


async def test_one_worker_loads_many_grammars():
    grammars = Grammars(None)
    found: list[tuple[int, str]] = []
    async with WorkerPool() as pool:
        for language, name, raw in (
            ("Python", "python", b"def f(): pass"),
            ("Go", "go", b"package main\nfunc f() {}\n"),
            ("Rust", "rust", b"fn f() {}"),
        ):
            files = [[language, raw]]
            places = grammars.places([name])
            payload = {"files": files, "grammars": places, "file_limit_s": 5.0, "batch_limit_s": 5.0}
            given = await pool.run(TARGET, payload)
            assert isinstance(given, bytes)
            index = index_of(unpacked(given[4:]))
            found.append((index.functions, index.fault))
    grammars.close()
    assert found == [(1, "")] * 3


async def test_a_language_without_any_grammar_is_told_as_such():
    files = [["Swift", b"func f() {}\n// note\n"]]
    payload = {"files": files, "grammars": {}, "file_limit_s": 5.0, "batch_limit_s": 5.0}
    async with WorkerPool() as pool:
        given = await pool.run(TARGET, payload)
    assert isinstance(given, bytes)
    index = index_of(unpacked(given[4:]))
    assert (index.fault, index.code, index.comment) == ("no_grammar", 1, 1)


def test_one_process_loads_the_grammars_of_several_languages(grammars):
    for language, code in (("Go", "package a\nfunc F() {}\n"), ("Rust", "fn f() {}\n"), ("Lua", "function f() end\n")):
        facts = facts_of(language, code.encode(), grammars.places([READERS[language].grammar]), 20.0)
        assert (index_of(facts).fault, index_of(facts).functions) == ("", 1), language
