"""What a command line prints of a kept report is what the report says, without the report being made again (S-43)."""

from collections.abc import AsyncIterator

import orjson
import pytest

from plumbrule.core.security.masking import Masker
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.analysis.aspects import Detail
from plumbrule.mcp_server.analysis.model import wire
from plumbrule.mcp_server.platforms.ports.snapshot import Activity, Change, Tag

FILES: dict[str, bytes | str] = {
    "pkg/__init__.py": "",
    "pkg/a.py": "from pkg import b\n\n\ndef run(value):\n    return b.go(value)\n",
    "pkg/b.py": "def go(value):\n    return value\n",
    "pyproject.toml": '[project]\nname = "demo"\nversion = "1"\ndescription = "Mentions hunter2secret."\n',
    "empty.dat": "",
}
ACTIVITY = Activity("2024-05-01", 3, 1, "2023-01-01", complete=True)
DAY = 1_714_521_600  # 2024-05-01
CHANGES = [Change(DAY - n, "A", "a@b.c", merge=False, paths=("pkg/a.py",)) for n in range(3)]


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    async with WorkerPool() as workers:
        yield workers


@pytest.mark.parametrize("detail", ["card", "summary", "full"])
@pytest.mark.parametrize("tags", [[], [Tag("v1.0", DAY - 500_000), Tag("v1.1", DAY - 5_000)]])
async def test_what_is_told_is_what_the_report_says_made_anew_and_from_the_cache(
    memory_snapshot, surveys, detail: Detail, tags: list[Tag]
) -> None:
    masker = Masker()
    snapshot = memory_snapshot(FILES, content_id="one", activity=ACTIVITY, commit="c" * 40)
    snapshot.tagged, snapshot.changes = tags, CHANGES
    surveys.cache = MemoryCache(10_000, 50_000_000)
    surveyor = surveys.surveyor(snapshot)
    seen = []
    for _ in range(2):
        told = await surveyor.told("./demo", detail=detail, hides=masker.hide_registered, masks=masker.mask_value)
        seen.append(orjson.loads(orjson.dumps(told)))
    report = await surveyor.survey("./demo", detail=detail)
    assert orjson.dumps(seen[0]) == orjson.dumps(seen[1])
    assert orjson.dumps(seen[0]) == orjson.dumps(orjson.loads(orjson.dumps(wire(report))))
    assert (seen[0].get("history", {}).get("releases_count") == 2) is (detail == "full" and bool(tags))


async def test_what_the_program_knows_as_secret_is_hidden_in_a_kept_report_too(memory_snapshot, surveys) -> None:
    surveyor = surveys.surveyor(memory_snapshot(FILES | {"pkg/hunter2secret.py": "x = 1\n"}, content_id="two"))
    plain, knowing = Masker(), Masker()
    knowing.register("hunter2secret")
    first = await surveyor.told("./demo", detail="full", hides=plain.hide_registered, masks=plain.mask_value)
    assert orjson.dumps(first).count(b"hunter2secret") >= 2
    second = await surveyor.told("./demo", detail="full", hides=knowing.hide_registered, masks=knowing.mask_value)
    assert b"hunter2secret" not in orjson.dumps(second)
