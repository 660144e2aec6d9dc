"""The past of a repository through the port: changes of each commit, tags, and where a walk ends."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from plumbrule.core.security.paths import PathPolicy
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.analysis.history import past_of
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.platforms.git import Skeleton
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.ports.snapshot import Change, Snapshot
from plumbrule.mcp_server.platforms.ports.source import Sources

Git = Callable[..., str]


def _commit(git: Git, folder: Path, files: dict[str, str], when_s: int, **author: str) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "-A")
    moment = f"{when_s} +0000"
    environment = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    environment |= {f"GIT_AUTHOR_{name.upper()}": value for name, value in author.items()}
    git(folder, "commit", "-q", "-m", "subject\n\nbody", env=environment)


async def _log(snapshot: Snapshot, **limits: float) -> tuple[list[Change], str | None]:
    seen: list[Change] = []
    bounds = {"max_commits": 1000, "max_s": 30.0} | limits
    return seen, await snapshot.log(seen.append, max_commits=int(bounds["max_commits"]), max_s=bounds["max_s"])


async def test_each_commit_is_told_with_its_author_and_paths(repository: Path, sources: Sources, git: Git) -> None:
    odd = "d/\u00e4 b\nc.txt"
    _commit(git, repository, {"a.py": "2", odd: "x"}, 1_000_000_000, name="Bj\u00f6rn \x01 X", email="B@Example.org")
    git(repository, "commit", "-q", "--allow-empty", "-m", "nothing")
    git(repository, "checkout", "-q", "-b", "side", "HEAD~1")
    _commit(git, repository, {"side.py": "1"}, 1_000_000_100)
    git(repository, "merge", "-q", "--no-ff", "-m", "merged", "-")
    async with sources.open(str(repository)) as snapshot:
        seen, end = await _log(snapshot)
    assert end == "whole"
    told = [change for change in seen if odd in change.paths]
    assert [(one.when_s, one.name, one.mail, one.paths) for one in told] == [
        (1_000_000_000, "Bj\u00f6rn \x01 X", "b@example.org", ("a.py", odd))
    ]
    assert sum(change.merge for change in seen) == 1
    assert [change.paths for change in seen if change.merge] == [()]
    assert len(seen) == 5


async def test_of_a_subfolder_only_what_changed_it_is_told(repository: Path, sources: Sources, git: Git) -> None:
    _commit(git, repository, {"docs/guide.md": "more", "a.py": "3"}, 1_000_000_000)
    _commit(git, repository, {"a.py": "4"}, 1_000_000_100)
    async with sources.open(str(repository / "docs")) as snapshot:
        seen, _ = await _log(snapshot)
    assert [change.paths for change in seen] == [("guide.md",), ("guide.md",)]


async def test_the_walk_ends_at_the_most_commits_and_at_the_most_seconds(
    repository: Path, sources: Sources, git: Git
) -> None:
    for number in range(5):
        _commit(git, repository, {"a.py": str(number)}, 1_000_000_000 + number)
    limits = SurveyLimits()
    async with sources.open(str(repository)) as snapshot:
        assert await _log(snapshot, max_commits=6) == (await _log(snapshot))
        seen, end = await _log(snapshot, max_commits=5)
        assert (len(seen), end) == (5, "cut")
        assert (await _log(snapshot, max_s=0.000_001))[1] == "timed_out"
        cache = MemoryCache(100, 1 << 20)
        bounded = await past_of(snapshot, cache, replace(limits, max_history_commits=2))
        assert bounded is not None
        assert (bounded.commits, bounded.complete) == (2, False)
        assert await past_of(snapshot, cache, replace(limits, max_history_s=0.000_001)) is None
        whole = await past_of(snapshot, cache, limits)
        assert whole is not None
        assert (whole.commits, whole.complete) == (6, True)


async def test_a_shallow_history_is_cut(repository: Path, sources: Sources, git: Git, tmp_path: Path) -> None:
    _commit(git, repository, {"a.py": "2"}, 1_000_000_000)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    async with sources.open(str(tmp_path / "shallow")) as snapshot:
        assert (await _log(snapshot))[1] == "cut"


async def test_a_commit_of_very_many_files_comes_without_them(repository: Path, sources: Sources, git: Git) -> None:
    _commit(git, repository, {f"many/{number}.txt": "" for number in range(1_100)}, 1_000_000_000)
    async with sources.open(str(repository)) as snapshot:
        seen, _ = await _log(snapshot)
    assert [(change.many, len(change.paths)) for change in seen] == [(True, 0), (False, 4)]


@pytest.mark.parametrize("packed", [False, True])
async def test_tags_are_told_by_the_moment_of_their_commits(
    repository: Path, sources: Sources, git: Git, packed: bool
) -> None:
    _commit(git, repository, {"a.py": "1"}, 1_000_000_000)
    git(repository, "tag", "v1.0")
    _commit(git, repository, {"a.py": "2"}, 1_000_086_400)
    git(repository, "tag", "-a", "-m", "second", "part/v2.0")
    git(repository, "tag", "tree", "HEAD^{tree}")
    if packed:
        git(repository, "pack-refs", "--all")
    (repository / ".git" / "refs" / "tags" / "link").symlink_to(repository / "a.py")
    for source in (repository, f"{repository}@HEAD"):
        async with sources.open(str(source)) as snapshot:
            assert [tuple(tag) for tag in await snapshot.tags()] == [
                ("v1.0", 1_000_000_000),
                ("part/v2.0", 1_000_086_400),
            ]


async def test_without_git_there_is_no_past(sources: Sources, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.py").write_text("1")
    async with sources.open(str(tmp_path / "plain")) as snapshot:
        assert await _log(snapshot) == ([], None)
        assert not await snapshot.tags()


async def test_the_past_of_an_unchanged_repository_is_told_without_git(
    repository: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _commit(git, repository, {"a.py": "1"}, 1_000_000_000)
    git(repository, "tag", "v1.0")
    sources = build_sources(
        SourceSettings(),
        NetworkSettings(),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "kept",
        cache=MemoryCache(1000, 1_000_000),
    )
    told = []
    for _ in range(2):
        async with sources.open(str(repository)) as snapshot:
            told.append((await snapshot.activity(), await snapshot.tags()))

        async def refused(*_: object, **__: object) -> None:
            raise AssertionError("git was asked")

        monkeypatch.setattr(Skeleton, "git", refused)
    assert told[0] == told[1]
    monkeypatch.undo()
    _commit(git, repository, {"a.py": "2"}, 1_000_086_400)
    git(repository, "tag", "v1.1")
    async with sources.open(str(repository)) as snapshot:
        activity = await snapshot.activity()
        assert activity is not None
        assert activity.last_commit == "2001-09-10"
        assert [tag.name for tag in await snapshot.tags()] == ["v1.0", "v1.1"]


async def test_a_file_that_moved_as_it_was_is_told_under_both_names(
    repository: Path, sources: Sources, git: Git
) -> None:
    _commit(git, repository, {"old.txt": "one\ntwo\n"}, 1_000_000_000)
    git(repository, "mv", "old.txt", "new.txt")
    _commit(git, repository, {"other.txt": "x\n"}, 1_000_000_100)
    async with sources.open(str(repository)) as snapshot:
        seen, _ = await _log(snapshot)
    assert (seen[0].paths, seen[0].moved) == (("new.txt", "other.txt"), (("old.txt", "new.txt"),))


async def test_authors_are_called_as_the_mailmap_of_the_commit_says(
    repository: Path, sources: Sources, git: Git
) -> None:
    _commit(git, repository, {"a.txt": "1\n"}, 1_000_000_000, name="al", email="Old@example.org")
    _commit(git, repository, {".mailmap": "Alan Turing <alan@example.org> <old@example.org>\n"}, 1_000_000_100)
    async with sources.open(str(repository)) as snapshot:
        seen, _ = await _log(snapshot)
    assert (seen[1].name, seen[1].mail) == ("Alan Turing", "alan@example.org")
