"""A work tree as it stands."""

import hashlib
import os
import struct
import subprocess
from pathlib import Path

import pytest

from plumbrule.core.errors import InvalidArgument, InvalidRepository, NotFound
from plumbrule.core.facts import Skipped
from plumbrule.core.security.paths import PathPolicy
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.ports.source import Sources


def skipped_of(snapshot: object) -> dict[str, int]:
    skipped: tuple[Skipped, ...] = snapshot.skipped  # type: ignore[attr-defined]
    return {each.reason: each.count for each in skipped}


async def test_a_clean_work_tree_lists_its_files_with_git_s_own_ids(repository: Path, sources: Sources, git) -> None:
    async with sources.open(str(repository)) as snapshot:
        expected = git(repository, "ls-tree", "-r", "HEAD").splitlines()
        assert [f"{entry.blob}\t{entry.path}" for entry in snapshot.entries] == [
            line.split(" ")[2] for line in expected
        ]
        assert [entry.kind for entry in snapshot.entries] == ["file", "file", "symlink", "executable"]
        assert snapshot.origin.commit == git(repository, "rev-parse", "HEAD")
        assert snapshot.origin.dirty is False
        assert snapshot.origin.ref == "main"
        assert snapshot.origin.content_id == "tree:" + git(repository, "rev-parse", "HEAD^{tree}")
        assert skipped_of(snapshot) == {}


@pytest.mark.parametrize("packed", [False, True])
async def test_a_branch_may_be_called_in_any_script(repository: Path, sources: Sources, git, packed: bool) -> None:
    git(repository, "checkout", "-q", "-b", "größe/特性")
    if packed:
        git(repository, "pack-refs", "--all")
    async with sources.open(str(repository)) as snapshot:
        assert snapshot.origin.ref == "größe/特性"
        assert snapshot.origin.commit == git(repository, "rev-parse", "HEAD")


@pytest.mark.parametrize("target", ["refs/heads/../../x", "refs/heads/a\u202eb", "refs/heads/\u200b", "refs/heads/a b"])
async def test_head_leads_only_to_names_that_are_refs(repository: Path, sources: Sources, target: str) -> None:
    (repository / ".git/HEAD").write_text(f"ref: {target}\n")
    with pytest.raises(InvalidRepository, match="points at no branch"):
        async with sources.open(str(repository)):
            pass


async def test_a_changed_file_makes_it_dirty_and_has_the_id_of_its_bytes(
    repository: Path, sources: Sources, git
) -> None:
    (repository / "a.py").write_text("print(2)\n")
    async with sources.open(str(repository)) as snapshot:
        entry = snapshot.entries[0]
        assert entry.blob == git(repository, "hash-object", "a.py")
        assert snapshot.origin.dirty is True
        assert (await snapshot.read([entry], max_bytes=100)) == {"a.py": b"print(2)\n"}


async def test_a_touched_but_equal_file_is_not_dirty(repository: Path, sources: Sources) -> None:
    os.utime(repository / "a.py", (1, 1))
    async with sources.open(str(repository)) as snapshot:
        assert snapshot.origin.dirty is False


async def test_untracked_files_are_listed_and_ignored_ones_are_not(repository: Path, sources: Sources) -> None:
    (repository / ".gitignore").write_text("*.log\n/build/\n")
    (repository / "new.txt").write_text("new")
    (repository / "noise.log").write_text("noise")
    (repository / "build").mkdir()
    (repository / "build" / "out.o").write_text("x")
    (repository / ".git" / "info" / "exclude").write_text("private.txt\n")
    (repository / "private.txt").write_text("mine")
    async with sources.open(str(repository)) as snapshot:
        assert [entry.path for entry in snapshot.entries] == [
            ".gitignore",
            "a.py",
            "docs/guide.md",
            "link",
            "new.txt",
            "run.sh",
        ]
        assert snapshot.origin.dirty is True


async def test_a_deleted_file_is_not_listed(repository: Path, sources: Sources) -> None:
    (repository / "a.py").unlink()
    async with sources.open(str(repository)) as snapshot:
        assert "a.py" not in [entry.path for entry in snapshot.entries]
        assert snapshot.origin.dirty is True


async def test_a_staged_change_is_dirty(repository: Path, sources: Sources, git) -> None:
    (repository / "a.py").write_text("print(3)\n")
    git(repository, "add", "a.py")
    async with sources.open(str(repository)) as snapshot:
        assert snapshot.origin.dirty is True


async def test_a_subfolder_is_read_as_a_part_of_its_repository(repository: Path, sources: Sources, git) -> None:
    async with sources.open(str(repository / "docs")) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["guide.md"]
        assert snapshot.origin.subpath == "docs"
        assert snapshot.origin.name == "project"
        assert snapshot.origin.dirty is False
        assert snapshot.origin.content_id == "tree:" + git(repository, "rev-parse", "HEAD:docs")
        assert await snapshot.read(snapshot.entries, max_bytes=3) == {"guide.md": b"# G"}


async def test_a_ref_reads_objects_and_not_the_files(repository: Path, sources: Sources) -> None:
    (repository / "a.py").write_text("print(2)\n")
    async with sources.open(f"{repository}@main") as snapshot:
        assert await snapshot.read(snapshot.entries, max_bytes=100) == {
            "a.py": b"print(1)\n",
            "docs/guide.md": b"# Guide\n",
            "link": b"a.py",
            "run.sh": b"#!/bin/sh\n",
        }
        assert snapshot.origin.ref == "main"
        assert snapshot.origin.dirty is None


async def test_a_tag_with_slashes_and_an_abbreviated_commit_are_refs(repository: Path, sources: Sources, git) -> None:
    git(repository, "tag", "-a", "release/v1.0", "-m", "x")
    head = git(repository, "rev-parse", "HEAD")
    for ref in ("release/v1.0", head, head[:10], "refs/tags/release/v1.0", "HEAD"):
        async with sources.open(f"{repository}@{ref}") as snapshot:
            assert snapshot.origin.commit == head
    with pytest.raises(NotFound):
        async with sources.open(f"{repository}@v9"):
            pass


@pytest.mark.parametrize("ref", ["--upload-pack=x", "HEAD~1", "HEAD^{/x}", "a..b", "@{upstream}", ":/text", "-x"])
async def test_options_and_revision_syntax_are_no_refs(repository: Path, sources: Sources, ref: str) -> None:
    # A54, A55
    with pytest.raises(InvalidArgument):
        async with sources.open(f"{repository}@{ref}"):
            pass


async def test_the_year_of_activity_ends_with_the_last_commit(repository: Path, sources: Sources, git) -> None:
    for day in ("2012-06-01", "2013-01-10", "2013-09-01"):
        (repository / "a.py").write_text(f"# {day}\n")
        when = f"{day}T12:00:00+0000"
        git(repository, "commit", "-qam", day, env={"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when})
    async with sources.open(str(repository)) as snapshot:
        activity = await snapshot.activity()
    assert activity is not None
    assert (activity.last_commit, activity.commits_last_year) == ("2013-09-01", 3)  # two of the year, and one of today


async def test_activity_counts_people_by_mail_address_without_case(repository: Path, sources: Sources, git) -> None:
    for number, mail in enumerate(("ANN@example.org", "bob@example.org")):
        (repository / "a.py").write_text(f"print({number + 10})\n")
        git(repository, "commit", "-qam", "x", env={"GIT_AUTHOR_EMAIL": mail})
    async with sources.open(str(repository)) as snapshot:
        activity = await snapshot.activity()
    assert activity is not None
    assert activity.commits_last_year == 3
    assert activity.contributors_last_year == 2
    assert activity.complete
    assert activity.first_commit == activity.last_commit


async def test_a_bare_repository_is_read_at_its_head(repository: Path, tmp_path: Path, sources: Sources, git) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    async with sources.open(str(tmp_path / "bare.git")) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["a.py", "docs/guide.md", "link", "run.sh"]
        assert snapshot.origin.name == "bare"
        assert snapshot.origin.default_branch == "main"


async def test_a_folder_without_git_is_read_whole(tmp_path: Path, sources: Sources) -> None:
    folder = tmp_path / "plain"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "x.txt").write_text("x")
    (folder / ".gitignore").write_text("*.txt\n")
    os.mkfifo(folder / "pipe")
    (folder / "out").symlink_to("/etc/passwd")
    async with sources.open(str(folder)) as snapshot:
        assert [(entry.path, entry.kind) for entry in snapshot.entries] == [
            (".gitignore", "file"),
            ("out", "symlink"),
            ("sub/x.txt", "file"),
        ]
        assert skipped_of(snapshot) == {"special_file": 1, "ignore_rules_not_applied": 1}
        assert snapshot.origin.commit is None
        assert snapshot.origin.dirty is None
        assert await snapshot.read(snapshot.entries, max_bytes=10) == {
            ".gitignore": b"*.txt\n",
            "out": b"/etc/passwd",  # where it points to, and nothing of what lies there
            "sub/x.txt": b"x",
        }


async def test_a_name_that_could_be_a_folder_or_a_forge_s_repository_is_refused(
    tmp_path: Path, sources: Sources
) -> None:
    (tmp_path / "owner" / "name").mkdir(parents=True)
    with pytest.raises(InvalidArgument) as caught:
        async with sources.open("owner/name"):
            pass
    assert "./owner/name" in caught.value.hint
    assert "https://github.com/owner/name" in caught.value.hint


async def test_a_folder_that_its_repository_ignores_is_read_as_one_without_git(
    repository: Path, sources: Sources
) -> None:
    (repository / ".gitignore").write_text("node_modules/\n")
    (repository / "node_modules" / "express").mkdir(parents=True)
    (repository / "node_modules" / "express" / "index.js").write_text("x")
    async with sources.open(str(repository / "node_modules" / "express")) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["index.js"]
        assert snapshot.origin.commit is None
        assert snapshot.origin.name == "express"


async def test_a_repository_before_its_first_commit_shows_its_files(tmp_path: Path, sources: Sources, git) -> None:
    new = tmp_path / "new"
    new.mkdir()
    git(new, "init", "-q", "-b", "main")
    (new / "a.txt").write_text("a")
    for _ in range(2):
        async with sources.open(str(new)) as snapshot:
            assert [entry.path for entry in snapshot.entries] == ["a.txt"]
            assert snapshot.origin.commit is None
            assert snapshot.origin.dirty is True
            assert await snapshot.activity() is None
        git(new, "add", "-A")


async def test_a_nested_repository_is_counted_and_not_entered(repository: Path, sources: Sources, git) -> None:
    (repository / "nested").mkdir()
    (repository / "nested" / "x.txt").write_text("x")
    git(repository / "nested", "init", "-q")
    git(repository / "nested", "add", "-A")
    git(repository / "nested", "commit", "-qm", "x")
    async with sources.open(str(repository)) as snapshot:
        assert not any(entry.path.startswith("nested") for entry in snapshot.entries)
        assert skipped_of(snapshot) == {"nested_repository": 1}


async def test_a_change_that_hides_its_size_and_time_is_seen(repository: Path, sources: Sources, git) -> None:
    before = (repository / "a.py").stat()
    (repository / "a.py").write_text("print(8)\n")
    os.utime(repository / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    os.utime(repository / ".git" / "index")
    async with sources.open(str(repository)) as snapshot:
        assert snapshot.entries[0].blob == git(repository, "hash-object", "a.py")
        assert snapshot.origin.dirty is True


async def test_a_file_as_young_as_the_index_is_read_before_it_is_believed(
    repository: Path, sources: Sources, git
) -> None:
    (repository / "a.py").write_text("print(8)\n")
    index = repository / ".git" / "index"
    now = (repository / "a.py").stat()
    raw = bytearray(index.read_bytes()[:-20])
    # The first entry (a.py) as if it had been added in the same moment in which it was changed: racy git.
    times = [part for time_ns in (now.st_ctime_ns, now.st_mtime_ns) for part in divmod(time_ns, 1_000_000_000)]
    struct.pack_into(">IIII", raw, 12, *times)
    index.write_bytes(raw + hashlib.sha1(raw).digest())
    os.utime(index, ns=(now.st_mtime_ns, now.st_mtime_ns))
    async with sources.open(str(repository)) as snapshot:
        assert snapshot.entries[0].path == "a.py"
        assert snapshot.entries[0].blob == git(repository, "hash-object", "a.py")
        assert snapshot.origin.dirty is True


async def test_an_untracked_folder_that_git_cannot_enter_is_counted(repository: Path, sources: Sources) -> None:
    here = Path.cwd()
    try:
        os.chdir(repository)
        for _ in range(2100):  # past PATH_MAX, where git gives up
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(here)
    try:
        async with sources.open(str(repository)) as snapshot:
            assert len(snapshot.entries) == 4
            assert skipped_of(snapshot) == {"unreadable_folder": 1}
    finally:  # pytest's own cleaning recurses
        subprocess.run(["rm", "-rf", repository / "d"], check=True)  # noqa: ASYNC221 - nothing else runs here


async def test_the_tree_of_a_commit_is_asked_of_git_once_and_for_one_repository_only(
    repository: Path, tmp_path: Path, git
) -> None:
    """What the cache says is shown by taking the commit away: no other repository profits from it."""
    sources = build_sources(
        SourceSettings(),
        NetworkSettings(),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
        cache=MemoryCache(10, 10_000, None),
    )
    async with sources.open(str(repository)) as snapshot:
        assert snapshot.origin.dirty is False
    commit = git(repository, "rev-parse", "HEAD")
    (repository / ".git" / "objects" / commit[:2] / commit[2:]).unlink()
    async with sources.open(str(repository)) as snapshot:
        assert snapshot.origin.dirty is False
    (repository / "a.py").write_text("print(2)\n")
    async with sources.open(str(repository)) as snapshot:
        assert snapshot.origin.dirty is True
    copy = repository.rename(tmp_path / "elsewhere")
    async with sources.open(str(copy)) as snapshot:
        assert snapshot.origin.dirty is None
        assert "unreadable_tree" in skipped_of(snapshot)
