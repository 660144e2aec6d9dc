"""What the past tells: hot spots, coupling, people, releases."""

import pytest

from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.analysis.history import BIG_COMMIT, Walked, history_of, past_of, with_releases
from plumbrule.mcp_server.analysis.languages.attributes import parse_attributes
from plumbrule.mcp_server.analysis.languages.detection import plan
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.releases import every_days, final_releases
from plumbrule.mcp_server.analysis.sections.quality import History
from plumbrule.mcp_server.platforms.ports.snapshot import Change, Tag

from .conftest import MemorySnapshot

DAY_S = 86_400
_PATHS = ("src/app.py", "src/models.py", "src/rare.py", "package-lock.json", "vendor/lib.js", "README.md")
FILES = dict.fromkeys((*_PATHS, "tests/test_app.py", *(f"src/m{number}.py" for number in range(BIG_COMMIT + 1))), "x\n")


def _change(name: str, *paths: str, day: int = 10, mail: str = "", merge: bool = False) -> Change:
    return Change(day * DAY_S, name, mail or f"{name.lower().replace(' ', '.')}@example.org", merge, paths)


async def _walked(*changes: Change) -> tuple[Walked, MemorySnapshot]:
    snapshot = MemorySnapshot(FILES, commit="c" * 40)
    snapshot.changes = list(changes)
    found = await past_of(snapshot, MemoryCache(10, 1 << 20), SurveyLimits())
    assert found is not None
    return found, snapshot


async def _history(*changes: Change, tags: tuple[Tag, ...] = (), lines: dict[str, int] | None = None) -> History:
    found, snapshot = await _walked(*changes)
    files = {file.path: file for file in plan(snapshot.entries, parse_attributes({})).files}
    return with_releases(history_of(found, files, lines or {}, "c" * 40), tags)


async def test_hot_spots_are_the_projects_own_source_by_commits_and_size() -> None:
    often = [
        _change("Ann", "src/app.py", "package-lock.json", "vendor/lib.js", "README.md", "tests/test_app.py", "gone.py")
        for _ in range(6)
    ]
    told = await _history(
        *often, *(_change("Bob", "src/models.py") for _ in range(5)), lines={"src/app.py": 3, "src/models.py": 3000}
    )
    assert [(spot.path, spot.commits, spot.authors) for spot in told.hot_spots] == [
        ("src/models.py", 5, 1),
        ("src/app.py", 6, 1),
    ]


async def test_files_that_change_together_are_coupled_unless_commits_are_big_or_few() -> None:
    mass = [f"src/m{number}.py" for number in range(BIG_COMMIT + 1)]
    told = await _history(
        *(_change("Ann", "src/app.py", "src/models.py") for _ in range(6)),
        *(_change("Ann", "src/models.py") for _ in range(2)),
        *(_change("Ann", *mass) for _ in range(9)),
        *(_change("Ann", "src/app.py", "src/rare.py") for _ in range(4)),
    )
    assert [(one.first, one.second, one.together, one.share) for one in told.coupling] == [
        ("src/app.py", "src/models.py", 6, 0.5)
    ]


async def test_one_person_with_two_addresses_is_one_owner_and_bots_own_nothing() -> None:
    told = await _history(
        _change("Ann Lee", "a.py", mail="ann@home.example"),
        _change("ann lee", "a.py", mail="ann@work.example"),
        _change("annie", "a.py", mail="12345+ann@users.noreply.github.com"),
        _change("Annie L", "a.py", mail="ann@users.noreply.github.com"),
        _change("Bob", "a.py"),
        _change("Bob", "a.py"),
        _change("Bob", "a.py", merge=True),
        *(_change("dependabot[bot]", "a.py") for _ in range(9)),
    )
    assert [(owner.name, owner.commits, owner.share) for owner in told.owners] == [
        ("Ann Lee", 2, 0.333),
        ("Bob", 2, 0.333),
        ("annie", 2, 0.333),
    ]
    assert (told.authors, told.bus_factor, told.bot_commits, told.commits) == (3, 2, 9, 16)
    assert "@" not in repr(told)


async def test_a_kept_walk_is_the_same_as_the_first() -> None:
    snapshot = MemorySnapshot(FILES, commit="d" * 40)
    snapshot.changes = [_change("Ann", "src/app.py", "src/\udcffodd.py", day=day) for day in range(8)]
    cache = MemoryCache(10, 1 << 20)
    first = await past_of(snapshot, cache, SurveyLimits())
    snapshot.changes = []
    assert first == await past_of(snapshot, cache, SurveyLimits())


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("v1.0", "v1.1.0rc1", "v1.1.0", "nightly-2024-01-01", "latest"), ["v1.0", "v1.1.0"]),
        (("release-2.0.1", "rel_1_4_0", "1.0.0-beta.2"), ["release-2.0.1", "rel_1_4_0"]),
        (("pkg@1.2.3", "part/v0.3.0", "pkg@2.0.0-rc.1"), ["pkg@1.2.3", "part/v0.3.0"]),
        (("v0.1.0-alpha", "v0.2.0-alpha"), ["v0.1.0-alpha", "v0.2.0-alpha"]),
        (("2024.11.05", "v1.0.0.Final", "1.2.3.post1", "2.0.0.dev1"), ["2024.11.05", "v1.0.0.Final", "1.2.3.post1"]),
        (("stable", "before-refactoring", "issue-12"), []),
    ],
)
def test_releases_are_tags_that_name_final_versions(names: tuple[str, ...], expected: list[str]) -> None:
    tags = [Tag(name, number * DAY_S) for number, name in enumerate(names)]
    assert [tag.name for tag in final_releases(tags, 100 * DAY_S)] == expected


async def test_releases_come_newest_first_up_to_the_commit_with_the_median_of_days() -> None:
    tags = tuple(Tag(f"v1.{number}", day * DAY_S) for number, day in enumerate((0, 1, 3, 5, 90)))
    told = await _history(_change("Ann", "src/app.py", day=20), tags=tags)
    assert [release.name for release in told.releases] == ["v1.3", "v1.2", "v1.1", "v1.0"]
    assert (told.releases_count, told.release_every_days, told.releases[0].day) == (4, 2, "1970-01-06")
    assert every_days(tags[:2]) is None


async def test_a_file_keeps_its_commits_when_it_moves() -> None:  # S-43
    moved = _change("Ann", "src/app.py")._replace(moved=(("lib/app.py", "src/app.py"),))
    told = await _history(_change("Ann", "src/app.py"), moved, *(_change("Bob", "lib/app.py") for _ in range(3)))
    assert [(spot.path, spot.commits, spot.authors) for spot in told.hot_spots] == [("src/app.py", 5, 2)]


async def test_a_handle_is_one_person_under_several_addresses_and_a_first_name_is_not() -> None:
    told = await _history(
        *(
            _change(name, "src/app.py", mail=f"{name}{number}@example.org")
            for number in range(2)
            for name in ("MSP-Gx", "Ann")
        )
    )
    assert [(owner.name, owner.commits) for owner in told.owners] == [("MSP-Gx", 2), ("Ann", 1), ("Ann", 1)]
