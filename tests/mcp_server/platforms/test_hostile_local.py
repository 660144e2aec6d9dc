"""Local repositories that want to run, read or hang something."""

import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from plumbrule.core.errors import AccessDenied, InvalidRepository, NotFound, PlumbruleError, Unsupported
from plumbrule.core.security.paths import PathPolicy
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.ports.source import Sources

GitRun = Callable[..., str]


def confined(tmp_path: Path, *roots: Path) -> Sources:
    """As a server on stdio has them: only below `roots`."""
    return build_sources(
        SourceSettings(),
        NetworkSettings(),
        paths=PathPolicy(roots=roots, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
    )


def plant_canaries(repository: Path, canaries: Path) -> None:
    """Everything in a repository's own configuration that makes git start a program (SECURITY h11)."""
    canaries.mkdir()

    def touch(name: str) -> str:
        return f"touch {canaries}/{name}; cat"

    hooks = repository / ".git" / "evilhooks"
    hooks.mkdir()
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc", "fsmonitor-watchman"):
        (hooks / hook).write_text(f"#!/bin/sh\n{touch('hook-' + hook)}\n")
        (hooks / hook).chmod(0o755)
        (repository / ".git" / "hooks").mkdir(exist_ok=True)
        shutil.copy(hooks / hook, repository / ".git" / "hooks" / hook)
    (repository / ".git" / "more").write_text(f'[core]\n\tsshCommand = "{touch("included")}"\n')
    (repository / ".git" / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"
        f'\tfsmonitor = "{touch("fsmonitor")}"\n'
        f"\thooksPath = {hooks}\n"
        f'\tpager = "{touch("pager")}"\n'
        f'\teditor = "{touch("editor")}"\n'
        f'\talternateRefsCommand = "{touch("alternate")}"\n'
        f'\tgitProxy = "{touch("gitproxy")}"\n'
        f'\taskPass = "{touch("askpass")}"\n'
        f"\tworktree = {canaries.parent}\n"
        f"\tattributesFile = {repository}/.gitattributes\n"
        f"[include]\n\tpath = {repository}/.git/more\n"
        f'[filter "evil"]\n\tclean = "{touch("clean")}"\n\tsmudge = "{touch("smudge")}"\n'
        f'\tprocess = "{touch("process")}"\n\trequired = true\n'
        f'[diff "evil"]\n\ttextconv = "{touch("textconv")}"\n\tcommand = "{touch("extdiff")}"\n'
        f'[merge "evil"]\n\tdriver = "{touch("merge")}"\n'
        f'[diff]\n\texternal = "{touch("external")}"\n'
        f'[credential]\n\thelper = "!{touch("credential")}"\n'
        f'[remote "origin"]\n\turl = ext::sh -c "{touch("ext")}"\n\tpromisor = true\n\tpartialclonefilter = blob:none\n'
        f'\tvcs = evil\n\tuploadpack = "{touch("uploadpack")}"\n'
        f'[gpg]\n\tprogram = "{touch("gpg")}"\n[log]\n\tshowSignature = true\n'
        f'[uploadpack]\n\tpackObjectsHook = "{touch("packhook")}"\n'
        f'[alias]\n\tls-files = "!{touch("alias")}"\n\tlog = "!{touch("alias")}"\n'
        f'[trailer "x"]\n\tcommand = "{touch("trailer")}"\n'
        "[extensions]\n\tpartialClone = origin\n"
    )
    (repository / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")


async def test_a_hostile_configuration_runs_nothing(
    repository: Path, tmp_path: Path, sources: Sources, git: GitRun
) -> None:
    # A52
    git(repository, "clone", "-q", "--bare", str(repository), str(tmp_path / "bare.git"))
    canaries = tmp_path / "canaries"
    plant_canaries(repository, canaries)
    shutil.copy(repository / ".git" / "config", tmp_path / "bare.git" / "config")
    (repository / "a.py").write_text("print(9)\n")
    (repository / "new.txt").write_text("new")
    opened = 0
    for source in (repository, f"{repository}@HEAD", repository / "docs", tmp_path / "bare.git"):
        async with sources.open(str(source)) as snapshot:
            await snapshot.read(snapshot.entries, max_bytes=1000)
            await snapshot.activity()
            opened += 1
    assert opened == 4
    assert list(canaries.iterdir()) == []
    # The trap works: git itself, started there, runs it.
    subprocess.run(  # noqa: ASYNC221 - the trap, sprung on purpose
        ["git", "-C", repository, "status"], capture_output=True, env={"PATH": os.environ["PATH"]}
    )
    assert list(canaries.iterdir()) != []


async def test_nothing_is_written_into_the_repository(repository: Path, sources: Sources) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {
            str(place): (place.lstat().st_mtime_ns, place.lstat().st_size) for place in sorted(repository.rglob("*"))
        }

    os.utime(repository / "a.py", (1, 1))
    (repository / "new.txt").write_text("new")
    before = state()
    for source in (repository, f"{repository}@HEAD"):
        async with sources.open(str(source)) as snapshot:
            await snapshot.read(snapshot.entries, max_bytes=1000)
            await snapshot.activity()
    assert state() == before


async def test_the_user_s_own_git_configuration_is_not_read(
    repository: Path, tmp_path: Path, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A60
    home = tmp_path / "userhome"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[core]\n\tfsmonitor = "touch {tmp_path}/canary; false"\n\texcludesFile = {home}/ignore\n'
    )
    (home / "ignore").write_text("new.txt\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(home / "ignore"))
    (repository / "new.txt").write_text("new")
    async with sources.open(str(repository)) as snapshot:
        assert "new.txt" in [entry.path for entry in snapshot.entries]
    assert not (tmp_path / "canary").exists()


async def test_a_linked_worktree_and_a_submodule_are_read(
    repository: Path, tmp_path: Path, sources: Sources, git: GitRun
) -> None:
    git(repository, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    (tmp_path / "linked" / "a.py").write_text("print(7)\n")
    async with sources.open(str(tmp_path / "linked")) as snapshot:
        assert snapshot.origin.ref == "side"
        assert snapshot.origin.commit == git(repository, "rev-parse", "HEAD")
        assert snapshot.origin.dirty is True
        assert len(snapshot.entries) == 4
    git(tmp_path, "clone", "-q", str(repository), "outer")
    git(tmp_path / "outer", "submodule", "--quiet", "add", str(repository), "inner")
    git(tmp_path / "outer", "commit", "-qm", "with submodule")
    async with sources.open(str(tmp_path / "outer")) as snapshot:
        kinds = {entry.path: entry.kind for entry in snapshot.entries}
        assert kinds["inner"] == "submodule"
        assert "inner/a.py" not in kinds
        assert snapshot.origin.dirty is False
    async with sources.open(str(tmp_path / "outer" / "inner")) as snapshot:
        assert len(snapshot.entries) == 4
        assert snapshot.origin.dirty is False


async def test_a_git_file_that_points_at_somebody_else_s_repository_is_refused(
    repository: Path, tmp_path: Path, sources: Sources, git: GitRun
) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / ".git").write_text(f"gitdir: {repository}/.git\n")
    with pytest.raises(AccessDenied):
        async with sources.open(str(trap)):
            pass
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"))
    (trap / ".git").write_text(f"gitdir: {repository}/.git/worktrees/linked\n")
    with pytest.raises(AccessDenied):
        async with sources.open(str(trap)):
            pass
    with pytest.raises(AccessDenied):
        async with confined(tmp_path, trap).open(str(trap)):
            pass
    git(tmp_path, "clone", "-q", str(repository), "outer")
    git(tmp_path / "outer", "submodule", "--quiet", "add", str(repository), "inner")
    (tmp_path / "outer" / "trap").mkdir()
    (tmp_path / "outer" / "trap" / ".git").write_text("gitdir: ../.git/modules/inner\n")
    with pytest.raises(AccessDenied):
        async with sources.open(str(tmp_path / "outer" / "trap")):
            pass
    (trap / ".git").unlink()
    (trap / ".git").symlink_to(repository / ".git")
    with pytest.raises(InvalidRepository):
        async with sources.open(str(trap)):
            pass


async def test_objects_borrowed_from_outside_the_roots_are_refused(
    repository: Path, tmp_path: Path, git: GitRun
) -> None:
    git(tmp_path, "clone", "-q", "--shared", str(repository), "sharing")
    with pytest.raises(AccessDenied):
        async with confined(tmp_path, tmp_path / "sharing").open(str(tmp_path / "sharing")):
            pass
    async with confined(tmp_path, tmp_path).open(str(tmp_path / "sharing") + "@HEAD") as snapshot:
        assert len(await snapshot.read(snapshot.entries, max_bytes=10)) == 4


async def test_a_parent_repository_outside_the_roots_is_not_entered(repository: Path, tmp_path: Path) -> None:
    async with confined(tmp_path, repository / "docs").open(str(repository / "docs")) as snapshot:
        assert snapshot.origin.commit is None
        assert [entry.path for entry in snapshot.entries] == ["guide.md"]


async def test_links_lead_nowhere(repository: Path, tmp_path: Path, sources: Sources, git: GitRun) -> None:
    # A49
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("top secret")
    (repository / "docs" / "guide.md").unlink()
    (repository / "docs" / "guide.md").symlink_to(secret / "key")
    (repository / "folder").symlink_to(secret)
    async with sources.open(str(repository)) as snapshot:
        kinds = {entry.path: entry.kind for entry in snapshot.entries}
        assert kinds["docs/guide.md"] == "symlink"
        assert kinds["folder"] == "symlink"
        assert not any("top secret" in value.decode() for value in (await snapshot.read(
            snapshot.entries, max_bytes=100)).values())  # fmt: skip
    git(repository, "checkout", "-q", "docs")
    async with sources.open(str(repository)) as snapshot:
        wanted = [entry for entry in snapshot.entries if entry.path == "docs/guide.md"]
        shutil.rmtree(repository / "docs")
        (repository / "docs").symlink_to(secret)
        (secret / "guide.md").write_text("top secret")
        assert await snapshot.read(wanted, max_bytes=100) == {}
        await anyio.lowlevel.checkpoint()
    async with sources.open(str(repository)) as snapshot:
        assert "docs/guide.md" not in [entry.path for entry in snapshot.entries]


async def test_special_files_are_counted_and_nothing_hangs(repository: Path, sources: Sources) -> None:
    # A51
    os.mkfifo(repository / "pipe")
    (repository / "a.py").unlink()
    os.mkfifo(repository / "a.py")
    listener = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(repository)
    try:
        listener.bind("socket")
    finally:
        os.chdir(here)
    with (repository / "sparse").open("wb") as huge:
        huge.truncate(1 << 40)
    with anyio.fail_after(10):
        async with sources.open(str(repository)) as snapshot:
            sizes = {entry.path: entry.size for entry in snapshot.entries}
            assert sizes["sparse"] == 1 << 40
            assert {each.reason: each.count for each in snapshot.skipped} == {"special_file": 3}
            assert (await snapshot.read(snapshot.entries, max_bytes=10))["sparse"] == bytes(10)
    listener.close()
    os.mkfifo(repository / ".gitignore")
    with anyio.fail_after(10):
        async with sources.open(str(repository)) as snapshot:
            assert {each.reason for each in snapshot.skipped} == {"special_file", "untracked_not_listed"}
            assert snapshot.origin.dirty is None


async def test_an_ignore_pattern_that_never_ends_costs_only_the_untracked_files(
    repository: Path, tmp_path: Path
) -> None:
    (repository / ".gitignore").write_text("*a" * 60 + "b\n")
    (repository / ("a" * 200)).write_text("x")
    sources = build_sources(
        SourceSettings(git_wall_s=1.0),
        NetworkSettings(),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
    )
    started = time.monotonic()
    async with sources.open(str(repository)) as snapshot:
        assert {entry.path for entry in snapshot.entries} >= {"a.py", "docs/guide.md", "run.sh"}
    assert time.monotonic() - started < 30


async def test_names_that_are_not_utf8_and_names_that_differ_in_case_are_kept(
    repository: Path, sources: Sources, git: GitRun
) -> None:
    strange = os.fsdecode(b"caf\xe9.txt")
    (repository / strange).write_text("strange")
    (repository / "README").write_text("1")
    (repository / "readme").write_text("2")
    (repository / "new\nline").write_text("3")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "names")
    for source in (str(repository), f"{repository}@HEAD"):
        async with sources.open(source) as snapshot:
            read = await snapshot.read(snapshot.entries, max_bytes=10)
            assert (read[strange], read["README"], read["readme"], read["new\nline"]) == (b"strange", b"1", b"2", b"3")
            names = [os.fsencode(entry.path) for entry in snapshot.entries]
            assert names == sorted(names)


async def test_sha256_shallow_and_partial_repositories_are_read(
    repository: Path, tmp_path: Path, sources: Sources, git: GitRun
) -> None:
    new = tmp_path / "sha256"
    shutil.copytree(repository, new, ignore=shutil.ignore_patterns(".git"), symlinks=True)
    git(new, "init", "-q", "-b", "main", "--object-format=sha256")
    git(new, "add", "-A")
    git(new, "commit", "-qm", "x")
    for source in (str(new), f"{new}@main"):
        async with sources.open(source) as snapshot:
            assert len(snapshot.origin.commit or "") == 64
            assert len(await snapshot.read(snapshot.entries, max_bytes=10)) >= 3
            assert snapshot.origin.content_id == "tree:" + git(new, "rev-parse", "HEAD^{tree}")
    (repository / "a.py").write_text("print(2)\n")
    git(repository, "commit", "-qam", "second")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    async with sources.open(str(tmp_path / "shallow")) as snapshot:
        activity = await snapshot.activity()
        assert snapshot.origin.shallow
        assert activity is not None
        assert not activity.complete
        assert activity.first_commit is None
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{repository}", "partial.git")
    async with sources.open(str(tmp_path / "partial.git")) as snapshot:
        assert {entry.size for entry in snapshot.entries} == {-1}
        assert await snapshot.read(snapshot.entries, max_bytes=10) == {}


async def test_reftable_is_refused_by_name(repository: Path, sources: Sources) -> None:
    with (repository / ".git" / "config").open("a") as config:
        config.write("[extensions]\n\trefStorage = reftable\n")
    with pytest.raises(Unsupported) as caught:
        async with sources.open(str(repository)):
            pass
    assert "reftable" in caught.value.message


async def test_sparse_checkouts_split_indexes_and_every_index_version_are_read(
    repository: Path, tmp_path: Path, sources: Sources, git: GitRun
) -> None:
    for version in ("2", "3", "4"):
        git(repository, "update-index", "--index-version", version)
        async with sources.open(str(repository)) as snapshot:
            assert len(snapshot.entries) == 4
            assert snapshot.origin.dirty is False
    git(repository, "update-index", "--split-index")
    async with sources.open(str(repository)) as snapshot:
        assert len(snapshot.entries) == 4
        assert snapshot.origin.dirty is False
    git(repository, "update-index", "--no-split-index")
    git(repository, "sparse-checkout", "set", "--cone", "--sparse-index", "nothing")
    async with sources.open(str(repository)) as snapshot:
        assert "docs/guide.md" not in [entry.path for entry in snapshot.entries]
        assert {each.reason: each.count for each in snapshot.skipped} == {"sparse_checkout": 1}
        assert snapshot.origin.dirty is False
        assert snapshot.origin.content_id.startswith("set:")


async def test_filtered_files_keep_no_id_that_is_not_theirs(repository: Path, sources: Sources, git: GitRun) -> None:
    (repository / ".gitattributes").write_text("*.dat filter=shout\n")
    (repository / "x.dat").write_text("quiet and long")
    git(repository, "-c", "filter.shout.clean=echo short", "add", "-A")
    git(repository, "-c", "filter.shout.clean=echo short", "commit", "-qm", "filtered")
    async with sources.open(str(repository)) as snapshot:
        entry = next(entry for entry in snapshot.entries if entry.path == "x.dat")
        assert entry.blob in ("", git(repository, "hash-object", "--no-filters", "x.dat"))
        assert await snapshot.read([entry], max_bytes=100) == {"x.dat": b"quiet and long"}


def hash_tree(repository: Path, lines: list[tuple[str, str, str]]) -> str:
    """A tree object with names that git itself would refuse."""
    body = b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(blob) for mode, name, blob in lines)
    return (
        subprocess.run(
            ["git", "-C", repository, "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
            input=body,
            capture_output=True,
            check=True,
            env={"PATH": os.environ["PATH"]},
        )
        .stdout.decode()
        .strip()
    )


async def test_trees_with_hostile_names_lose_those_entries(repository: Path, sources: Sources, git: GitRun) -> None:
    blob = git(repository, "rev-parse", "HEAD:a.py")
    inner = hash_tree(repository, [("100644", "config", blob)])
    tree = hash_tree(
        repository,
        [
            ("100644", "..", blob),
            ("100644", "../../etc/x", blob),
            ("40000", ".git", inner),
            ("100644", "/abs", blob),
            ("100644", "good", blob),
            ("100644", "good", blob),
            ("160000", "sub", "1" * 40),
            ("100644", "gone", "2" * 40),
        ],
    )
    commit = git(repository, "commit-tree", "-m", "x", tree)
    async with sources.open(f"{repository}@{commit}") as snapshot:
        assert [(entry.path, entry.size) for entry in snapshot.entries] == [("gone", -1), ("good", 9), ("sub", 0)]
        skipped = {each.reason: each.count for each in snapshot.skipped}
        assert skipped == {"unsafe_path": 3, "git_folder": 1, "duplicate_path": 1}
        assert list(await snapshot.read(snapshot.entries, max_bytes=10)) == ["good"]


async def test_a_tree_that_unfolds_to_a_hundred_million_files_is_cut(
    repository: Path, tmp_path: Path, git: GitRun
) -> None:
    # h01
    blob = git(repository, "rev-parse", "HEAD:a.py")
    tree = hash_tree(repository, [("100644", f"f{number}", blob) for number in range(10)])
    for _ in range(8):
        tree = hash_tree(repository, [("40000", f"d{number}", tree) for number in range(10)])
    commit = git(repository, "commit-tree", "-m", "x", tree)
    sources = build_sources(
        SourceSettings(max_files=5000),
        NetworkSettings(),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
    )
    with anyio.fail_after(20):
        async with sources.open(f"{repository}@{commit}") as snapshot:
            assert len(snapshot.entries) == 5000
            assert any(each.reason == "file_limit" for each in snapshot.skipped)


def _damages() -> dict[str, Callable[[Path], None]]:
    def write(name: str, content: bytes) -> Callable[[Path], None]:
        return lambda git_dir: (git_dir / name).write_bytes(content) and None

    def cut(name: str) -> Callable[[Path], None]:
        return lambda git_dir: os.truncate(git_dir / name, 40)

    def remove(name: str) -> Callable[[Path], None]:
        def act(git_dir: Path) -> None:
            place = git_dir / name
            shutil.rmtree(place) if place.is_dir() else place.unlink()

        return act

    def flip_objects(git_dir: Path) -> None:
        for place in (git_dir / "objects").glob("??/*"):
            place.chmod(0o644)
            place.write_bytes(b"garbage" * 10)

    def empty_objects(git_dir: Path) -> None:
        for place in (git_dir / "objects").glob("??/*"):
            place.unlink()

    def circle(git_dir: Path) -> None:
        (git_dir / "refs/heads/main").write_text("ref: refs/heads/other\n")
        (git_dir / "refs/heads/other").write_text("ref: refs/heads/main\n")

    def fifo_head(git_dir: Path) -> None:
        (git_dir / "HEAD").unlink()
        os.mkfifo(git_dir / "HEAD")

    def fifo_index(git_dir: Path) -> None:
        (git_dir / "index").unlink()
        os.mkfifo(git_dir / "index")

    def linked_packs(git_dir: Path) -> None:
        shutil.rmtree(git_dir / "objects/pack")
        (git_dir / "objects/pack").symlink_to("/usr")

    def fifo_pack(git_dir: Path) -> None:
        for suffix in ("idx", "pack"):
            os.mkfifo(git_dir / f"objects/pack/pack-{'1' * 40}.{suffix}")

    return {
        "packs behind a link": linked_packs,
        "a FIFO as a pack": fifo_pack,
        "empty HEAD": write("HEAD", b""),
        "HEAD with garbage": write("HEAD", b"\xff\xfe garbage"),
        "HEAD to a file": write("HEAD", b"ref: ../../etc/passwd\n"),
        "HEAD to nothing": write("HEAD", b"ref: refs/heads/nothing\n"),
        "HEAD to a missing commit": write("HEAD", b"1" * 40 + b"\n"),
        "HEAD with an option": write("HEAD", b"ref: refs/heads/--upload-pack=x\n"),
        "HEAD is a FIFO": fifo_head,
        "no HEAD": remove("HEAD"),
        "no objects": remove("objects"),
        "no refs": remove("refs"),
        "empty ref": write("refs/heads/main", b""),
        "ref with garbage": write("refs/heads/main", b"not hex\n"),
        "refs in a circle": circle,
        "truncated index": cut("index"),
        "index with garbage": write("index", b"DIRC" + os.urandom(300)),
        "index of version 9": write("index", b"DIRC\0\0\0\x09\0\0\0\0" + bytes(20)),
        "empty index": write("index", b""),
        "index is a FIFO": fifo_index,
        "no index": remove("index"),
        "garbage objects": flip_objects,
        "missing objects": empty_objects,
        "shallow garbage": write("shallow", os.urandom(100)),
        "huge packed-refs": write("packed-refs", b"1" * 40 + b" refs/heads/x\n" * 200_000),
        "alternates in a circle": write("objects/info/alternates", b".\n../objects\n"),
        "alternates to /proc": write("objects/info/alternates", b"/proc/self\n"),
        "config garbage": write("config", os.urandom(2000)),
        "commondir bomb": write("commondir", b"../../../../../\n"),
    }


@pytest.mark.parametrize("name", list(_damages()))
async def test_a_damaged_repository_ends_in_a_clear_error_or_less(
    repository: Path, sources: Sources, name: str
) -> None:
    # h23, A56
    _damages()[name](repository / ".git")
    with anyio.fail_after(15):
        for source in (str(repository), f"{repository}@main"):
            try:
                async with sources.open(source) as snapshot:
                    await snapshot.read(snapshot.entries, max_bytes=100)
                    await snapshot.activity()
            except (InvalidRepository, NotFound, Unsupported, AccessDenied) as error:
                assert error.hint  # noqa: PT017 - either outcome is fine
                assert str(repository) not in error.message  # noqa: PT017 - either outcome is fine


async def test_random_damage_never_ends_in_a_fault_of_ours(repository: Path, tmp_path: Path, sources: Sources) -> None:
    chance = random.Random(11)
    places = [place for place in sorted((repository / ".git").rglob("*")) if place.is_file()]
    codes: set[str] = set()
    for turn in range(15):
        copy = tmp_path / f"copy{turn}"
        shutil.copytree(repository, copy, symlinks=True)
        for _ in range(3):
            target = copy / chance.choice(places).relative_to(repository)
            raw = bytearray(target.read_bytes())
            target.chmod(0o644)
            for _ in range(chance.randrange(1, 8)):
                if raw:
                    raw[chance.randrange(len(raw))] = chance.randrange(256)
            target.write_bytes(raw)
        for source in (str(copy), f"{copy}@main"):
            try:
                async with sources.open(source) as snapshot:
                    await snapshot.read(snapshot.entries, max_bytes=100)
                    await snapshot.activity()
            except PlumbruleError as error:
                codes.add(error.code)
        shutil.rmtree(copy)
    assert codes <= {"invalid_repository", "not_found", "unsupported", "access_denied"}


async def test_a_path_outside_the_roots_reads_like_a_missing_one(repository: Path, tmp_path: Path) -> None:
    # A48, A50
    (tmp_path / "project-evil").mkdir()
    sources = confined(tmp_path, repository)
    messages: set[str] = set()
    for source in (
        str(tmp_path / "project-evil"),
        str(tmp_path / "missing"),
        "/etc",
        f"{repository}/../cache",
        "/etc@x",
    ):
        with pytest.raises(AccessDenied) as caught:
            async with sources.open(source):
                pass
        messages.add(caught.value.message)
    assert len(messages) == 1


async def test_credential_folders_are_left_out_for_callers_with_roots(tmp_path: Path) -> None:
    home = tmp_path / "me"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id_rsa").write_text("key")
    (home / "notes.txt").write_text("x")
    async with confined(tmp_path, home).open(str(home)) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["notes.txt"]
        assert {each.reason for each in snapshot.skipped} == {"credential_place"}


async def test_stale_temporary_folders_of_dead_processes_are_swept(
    repository: Path, tmp_path: Path, sources: Sources
) -> None:
    stale = tmp_path / "cache" / "tmp" / "plumbrule-stale"
    stale.mkdir(parents=True)
    (stale / ".owner").touch()
    (stale / "big").write_text("x")
    async with sources.open(str(repository)):
        assert not stale.exists()
    assert list((tmp_path / "cache" / "tmp").iterdir()) == []
