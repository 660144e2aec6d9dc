"""What lies on disk because a tree is large says the same as what lies in memory, to the byte (S-42)."""

import errno
import os
from typing import Any

import pytest

from plumbrule.core.security.masking import Masker
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.analysis import large_report, spill
from plumbrule.mcp_server.analysis.spill import Spill
from plumbrule.mcp_server.cli.session import print_json
from plumbrule.mcp_server.tools.analyze_repository import budgeted

FILES: dict[str, bytes | str] = {
    "pkg/__init__.py": "",
    "pkg/a.py": "from pkg import b\nimport yaml\n\n\ndef run(value):\n    return b.go(value)\n",
    "pkg/b.py": "from pkg import a\n\n\ndef go(value):\n    return value\n",
    "web/index.ts": "import { one } from './one';\nexport const two = () => one;\n",
    "web/one.ts": "export const one = 1;\n",
    "lib/a.h": "int one(void);\n",
    "lib/a.c": '#include "a.h"\nint one(void) { return 1; }\n',
    "pyproject.toml": '[project]\nname = "demo"\nversion = "1"\ndependencies = ["pyyaml"]\n',
    "package.json": '{"name": "web", "main": "web/index.ts"}',
    "bad.py": "def (:\n",
    "picture.png": b"\x89PNG\r\n\x1a\n\x00\x00",
}


@pytest.fixture
async def pool():
    async with WorkerPool() as workers:
        yield workers


async def _printed(surveyor: Any, capfdbinary: Any) -> bytes:
    masker = Masker()
    answer = await surveyor.told("./demo", detail="full", hides=masker.hide_registered, masks=masker.mask_value)
    print_json(answer)
    out: bytes = capfdbinary.readouterr().out
    return out


async def test_a_large_tree_is_told_as_if_it_were_small_cold_and_from_the_cache(  # S-42
    memory_snapshot, surveys, pool, monkeypatch, capfdbinary
) -> None:
    small = await _printed(surveys.surveyor(memory_snapshot(FILES, content_id="one")), capfdbinary)
    shown = budgeted(await surveys.of(memory_snapshot(FILES), detail="full"), max_tokens=3000, arguments={})
    monkeypatch.setattr(spill, "MANY_FILES", 2)  # a bound that a fixture can cross
    monkeypatch.setattr(spill, "WRITE_BYTES", 100)
    monkeypatch.setattr(large_report, "PIECE_BYTES", 300)
    surveys.cache = MemoryCache(10_000, 50_000_000)
    surveyor = surveys.surveyor(memory_snapshot(FILES, content_id="one"))
    assert await _printed(surveyor, capfdbinary) == small
    kept = surveys.cache.info().entries
    assert await _printed(surveyor, capfdbinary) == small
    assert surveys.cache.info().entries == kept > len(FILES)
    again = budgeted(await surveys.of(memory_snapshot(FILES), detail="full"), max_tokens=3000, arguments={})
    assert again.structured == shown.structured
    report = await surveyor.survey("./demo", detail="full")
    assert isinstance(report.files.rows, Spill)


async def test_a_large_report_of_which_a_piece_is_gone_is_made_anew(
    memory_snapshot, surveys, monkeypatch, capfdbinary
) -> None:
    monkeypatch.setattr(spill, "MANY_FILES", 2)
    surveys.cache = MemoryCache(10_000, 50_000_000)
    surveyor = surveys.surveyor(memory_snapshot(FILES, content_id="one"))
    first = await _printed(surveyor, capfdbinary)
    [key] = [name for name in surveys.cache._entries if name.startswith("report/") and name.count("/") == 1]
    surveys.cache.delete(f"{key}/0/0")
    assert await _printed(surveyor, capfdbinary) == first


@pytest.mark.parametrize("broken", ["", "no folder", "full", "full in the middle"])
def test_values_are_found_again_wherever_they_lie(broken: str, monkeypatch, tmp_path) -> None:
    values = [bytes([65 + number % 26]) * (number % 50) for number in range(3000)]
    monkeypatch.setattr(spill, "WRITE_BYTES", 1000)
    if broken == "no folder":
        import tempfile

        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    write, written = os.write, 0

    def full(fd: int, raw: Any) -> int:
        nonlocal written
        if broken == "full" or (broken and written > 20_000):
            raise OSError(errno.ENOSPC, "No space left on device")
        written += (done := write(fd, raw[:700]))
        return done

    monkeypatch.setattr(os, "write", full)
    spilled = Spill(values)
    assert list(spilled) == values
    assert (spilled[-1], spilled[17], spilled[40:43]) == (values[-1], values[17], tuple(values[40:43]))
    assert spilled.total_bytes() == sum(map(len, values))
    with pytest.raises(IndexError):
        spilled[3000]
