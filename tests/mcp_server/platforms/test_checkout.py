"""Repositories fetched over HTTP from a real git server on the loopback."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from plumbrule.core import context
from plumbrule.core.errors import (
    AuthRequired,
    BlockedUrl,
    InvalidRepository,
    LimitExceeded,
    NotFound,
    Offline,
    PlumbruleError,
    RateLimited,
    Unavailable,
    UpstreamTimeout,
)
from plumbrule.core.security.paths import PathPolicy
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.ports.source import Sources

Make = Callable[..., Sources]


async def test_a_remote_repository_is_read_without_a_checkout(
    make_sources: Make, served: str, repository: Path, git
) -> None:
    # S-27
    sources = make_sources()
    async with sources.open(served) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["a.py", "docs/guide.md", "link", "run.sh"]
        assert (await snapshot.read(snapshot.entries[:1], max_bytes=100)) == {"a.py": b"print(1)\n"}
        assert snapshot.origin.commit == git(repository, "rev-parse", "HEAD")
        assert snapshot.origin.default_branch == "main"
        assert snapshot.origin.ref == "main"
        assert snapshot.origin.name == "project"
        assert snapshot.origin.url == served.removesuffix(".git")
        assert snapshot.origin.shallow
        assert snapshot.origin.content_id == "tree:" + git(repository, "rev-parse", "HEAD^{tree}")
        activity = await snapshot.activity()
        assert activity is not None
        assert not activity.complete


async def test_a_branch_with_slashes_and_a_folder_behind_tree_are_told_apart(
    make_sources: Make, served: str, repository: Path, world, git
) -> None:
    # S-27
    git(repository, "checkout", "-q", "-b", "feature/one")
    (repository / "docs" / "more.md").write_text("more")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "more")
    git(repository, "push", "-q", str(world.root / "project.git"), "feature/one")
    sources = make_sources()
    async with sources.open(f"{served}/tree/feature/one/docs") as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["guide.md", "more.md"]
        assert snapshot.origin.ref == "feature/one"
        assert snapshot.origin.subpath == "docs"
        assert snapshot.origin.content_id == "tree:" + git(repository, "rev-parse", "HEAD:docs")
    async with sources.open(f"{served}/tree/main") as snapshot:
        assert len(snapshot.entries) == 4
    with pytest.raises(NotFound):
        async with sources.open(f"{served}/tree/feature/two/docs"):
            pass


async def test_a_tag_and_a_full_commit_id_are_refs(
    make_sources: Make, served: str, repository: Path, world, git
) -> None:
    git(repository, "tag", "-a", "v1.0", "-m", "one")
    git(repository, "push", "-q", str(world.root / "project.git"), "v1.0")
    head = git(repository, "rev-parse", "HEAD")
    sources = make_sources()
    for ref in ("v1.0", head):
        async with sources.open(f"{served}/tree/{ref}") as snapshot:
            assert snapshot.origin.commit == head
            assert snapshot.origin.ref == ref


async def test_an_unchanged_commit_is_fetched_once_and_a_changed_remote_is_noticed(
    make_sources: Make, served: str, repository: Path, world, git
) -> None:
    # S-43
    def fetches() -> int:
        return sum(b"POST" in line.encode() for line, _ in world.requests)

    sources = make_sources()
    async with sources.open(served):
        pass
    first = fetches()
    async with sources.open(served):
        pass
    assert fetches() == first + 1  # the refs are listed again, nothing is fetched
    (repository / "a.py").write_text("print(2)\n")
    git(repository, "commit", "-qam", "second")
    git(repository, "push", "-q", str(world.root / "project.git"), "main")
    async with sources.open(served) as snapshot:
        assert (await snapshot.read(snapshot.entries[:1], max_bytes=100)) == {"a.py": b"print(2)\n"}
    world.requests.clear()
    head = git(repository, "rev-parse", "HEAD")
    async with sources.open(f"{served}/tree/{head}"):
        assert world.requests == []  # a full id needs no question


async def test_the_same_repository_asked_for_twenty_times_at_once_is_fetched_once(
    make_sources: Make, served: str, world
) -> None:
    sources = make_sources()
    opened = 0

    async def open_it() -> None:
        nonlocal opened
        async with sources.open(served) as snapshot:
            assert len(snapshot.entries) == 4
            opened += 1

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(open_it)
    assert opened == 20
    posts = sum(line.startswith("POST") for line, _ in world.requests)
    assert posts <= 20 + 2


async def test_nothing_is_kept_when_the_cache_is_off(make_sources: Make, served: str, tmp_path: Path) -> None:
    sources = make_sources(cache_max_bytes=0)
    for _ in range(2):
        async with sources.open(served) as snapshot:
            assert len(await snapshot.read(snapshot.entries, max_bytes=10)) == 4
    left = [place for place in (tmp_path / "cache").rglob("*") if place.is_file()]
    assert left == []


async def test_the_longest_unused_fetched_repository_goes_first(
    make_sources: Make, served: str, repository: Path, world, git, tmp_path: Path
) -> None:
    # A59
    (repository / "noise").write_bytes(os.urandom(700_000))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "big")
    for number in (1, 2):
        git(world.root, "clone", "-q", "--bare", str(repository), f"copy{number}.git")
    sources = make_sources(cache_max_bytes=1_500_000)
    for number in (1, 2):
        async with sources.open(f"{world.url}/git/copy{number}.git"):
            pass
    assert len(list((tmp_path / "cache" / "repositories").iterdir())) == 1


async def test_a_file_over_the_limit_is_listed_without_its_size_and_not_read(
    make_sources: Make, repository: Path, world, git
) -> None:
    # S-29
    (repository / "big.bin").write_bytes(os.urandom(5000))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "big")
    git(world.root, "clone", "-q", "--bare", str(repository), "big.git")
    sources = make_sources(clone_max_blob_bytes=1024)
    async with sources.open(f"{world.url}/git/big.git") as snapshot:
        sizes = {entry.path: entry.size for entry in snapshot.entries}
        assert sizes["big.bin"] == -1
        assert sizes["a.py"] == 9
        world.requests.clear()
        read = await snapshot.read(snapshot.entries, max_bytes=100)
        assert "big.bin" not in read
        assert "a.py" in read
        assert world.requests == []  # a missing object is never fetched later


async def test_a_token_reaches_its_origin_and_is_found_nowhere_else(
    make_sources: Make, served: str, world, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # S-29, A61
    world.token = "s3cr3t-t0ken-value"
    with pytest.raises(AuthRequired):
        async with make_sources().open(served):
            pass
    with pytest.raises(AuthRequired) as refused:
        async with make_sources(tokens=(f"{world.url}=wrong-token",)).open(served):
            pass
    assert "refused the configured token" in refused.value.message
    with pytest.raises(AuthRequired):
        async with make_sources(tokens=(f"github.com={world.token}",)).open(served):
            pass
    started: list[bytes] = []
    original = os.write

    sources = make_sources(tokens=(f"{world.url}={world.token}",))
    async with anyio.create_task_group() as group:
        group.start_soon(_watch_children, started)
        async with sources.open(served) as snapshot:
            assert len(snapshot.entries) == 4
        group.cancel_scope.cancel()
    assert started  # some git child was seen
    assert world.token.encode() not in b"".join(started)
    for place in (tmp_path / "cache").rglob("*"):
        if place.is_file():
            assert world.token.encode() not in place.read_bytes()
    assert original is os.write


async def _watch_children(found: list[bytes]) -> None:
    """Collect argv and environment of every descendant for as long as it runs."""
    while True:
        for place in Path("/proc").glob("[0-9]*"):
            try:
                if (
                    f"\nPPid:\t{os.getpid()}\n" in (place / "status").read_text()
                    or b"git" in (place / "cmdline").read_bytes()
                ):
                    found.append((place / "cmdline").read_bytes() + (place / "environ").read_bytes())
            except OSError:
                continue
        await anyio.lowlevel.checkpoint()


async def test_another_credential_does_not_get_what_one_fetched(make_sources: Make, served: str, world) -> None:
    # A35
    world.token = "first-token-value"
    async with make_sources(tokens=(f"{world.url}={world.token}",)).open(served) as snapshot:
        commit = snapshot.origin.commit
    with pytest.raises(AuthRequired):
        async with make_sources(tokens=(f"{world.url}=second-token-value",)).open(f"{served}/tree/{commit}"):
            pass
    with pytest.raises(AuthRequired):
        async with make_sources().open(f"{served}/tree/{commit}"):
            pass


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("401", AuthRequired),
        ("403", NotFound),
        ("404", NotFound),
        ("429", RateLimited),
        ("500", Unavailable),
        ("503", Unavailable),
        ("html", InvalidRepository),
        ("garbage", InvalidRepository),
        ("redirect", BlockedUrl),
        ("reset", Unavailable),
        ("stall", UpstreamTimeout),
    ],
)
async def test_each_way_a_server_fails_has_its_own_error(
    make_sources: Make, world, how: str, kind: type[PlumbruleError], tmp_path: Path
) -> None:
    # A41, A57, S-111
    sources = make_sources(clone_stall_s=1, clone_wall_s=8.0)
    with anyio.fail_after(20), pytest.raises(kind) as caught:
        async with sources.open(f"{world.url}/bad/{how}/o/n.git"):
            pass
    assert caught.value.code == kind.code
    assert "\x1b" not in caught.value.message + caught.value.hint
    assert str(tmp_path) not in caught.value.message + caught.value.hint
    assert list((tmp_path / "cache" / "tmp").iterdir()) == []


async def test_a_server_that_never_ends_its_list_of_refs_is_stopped(make_sources: Make, world) -> None:
    sources = make_sources(clone_wall_s=3.0)
    with anyio.fail_after(20), pytest.raises((UpstreamTimeout, LimitExceeded, InvalidRepository, Unavailable)):
        async with sources.open(f"{world.url}/bad/endless/o/n.git"):
            pass


@pytest.mark.parametrize(("name", "check"), [(".git", "hasDotgit"), ("..", "hasDotdot"), (".gitmodules", "gitmodules")])
async def test_objects_that_git_s_own_check_refuses_are_not_kept(
    make_sources: Make, world, repository: Path, git, tmp_path: Path, name: str, check: str
) -> None:
    # h09, h10
    (repository / "blob").write_text('[submodule "../../x"]\n\tpath = x\n\turl = -u./x\n')
    blob = git(repository, "hash-object", "-w", "blob")
    tree = subprocess.run(  # noqa: ASYNC221 - git has no other way to take a tree that it would refuse
        ["git", "-C", repository, "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        input=f"100644 {name}".encode() + b"\0" + bytes.fromhex(blob),
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    commit = git(repository, "commit-tree", "-m", "x", tree.stdout.decode().strip())
    git(repository, "update-ref", "refs/heads/main", commit)
    git(world.root, "clone", "-q", "--bare", str(repository), "evil.git")
    with pytest.raises(InvalidRepository) as caught:
        async with make_sources().open(f"{world.url}/git/evil.git"):
            pass
    assert check in caught.value.message
    assert [place for place in (tmp_path / "cache").rglob("*") if place.is_file()] == []


@pytest.mark.parametrize("how", ["progress", "gzip"])
async def test_a_server_that_floods_us_is_stopped(make_sources: Make, world, how: str) -> None:
    # A57
    sources = make_sources(clone_wall_s=4.0)
    with (
        anyio.fail_after(20),
        pytest.raises((UpstreamTimeout, LimitExceeded, InvalidRepository, Unavailable)) as caught,
    ):
        async with sources.open(f"{world.url}/bad/{how}/o/n.git"):
            pass
    assert "owned" not in caught.value.message


async def test_offline_contacts_nothing(served: str, world, tmp_path: Path) -> None:
    world.requests.clear()
    sources = build_sources(
        SourceSettings(),
        NetworkSettings(offline=True, extra_origins=(world.url,)),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
    )
    for source in (served, "owner/name", "pkg:pypi/flask", "pkg:npm/express"):
        with pytest.raises(Offline):
            async with sources.open(source):
                pass
    assert world.requests == []


async def test_a_host_that_resolves_to_a_private_address_is_refused(tmp_path: Path) -> None:
    # A39, A40
    async def resolver(host: str, port: int) -> list[str]:
        return ["140.82.121.4", "127.0.0.1"]

    sources = build_sources(
        SourceSettings(),
        NetworkSettings(),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
        resolver=resolver,
    )
    with pytest.raises(BlockedUrl):
        async with sources.open("owner/name"):
            pass


def gits_of_this_process() -> list[str]:
    """The children that are a git, or about to become one."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    names = [comm.read_text().strip() for pid in children if (comm := Path(f"/proc/{pid}/comm")).exists()]
    return [name for name in names if name.startswith(("git", "prlimit", "setpriv"))]


async def test_a_cancelled_fetch_leaves_no_folder_and_no_child(make_sources: Make, world, tmp_path: Path) -> None:
    sources = make_sources()

    async def fetch() -> None:
        async with sources.open(f"{world.url}/bad/stall/o/n.git"):
            pass

    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            group.start_soon(fetch)
            while not gits_of_this_process():
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()
        assert list((tmp_path / "cache" / "tmp").iterdir()) == []
        while gits_of_this_process():  # killed; a busy kernel may take its time to bury it
            await anyio.sleep(0.01)


async def test_fetching_tells_its_progress(make_sources: Make, repository: Path, world, git) -> None:
    # S-42
    for number in range(50):
        (repository / f"f{number}").write_bytes(os.urandom(20_000))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "many")
    git(world.root, "clone", "-q", "--bare", str(repository), "many.git")
    told: list[tuple[float, float | None, str]] = []

    async def sink(done: float, total: float | None, message: str) -> None:
        told.append((done, total, message))

    token = context.enter(context.Call("call-0001", "test", progress=sink))
    try:
        async with make_sources().open(f"{world.url}/git/many.git") as snapshot:
            assert len(snapshot.entries) == 54
    finally:
        context.leave(token)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert told
    assert told[0][2] == "Fetching from 127.0.0.1"


async def test_git_connects_to_the_address_that_was_checked_and_asks_no_resolver(
    served: str, world, tmp_path: Path
) -> None:
    # A40
    port = world.server_address[1]
    asked: list[tuple[str, int]] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    sources = build_sources(
        SourceSettings(),
        NetworkSettings(extra_origins=(f"http://git.name.invalid:{port}",)),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
        resolver=resolver,
    )
    async with sources.open(f"http://git.name.invalid:{port}/git/project.git") as snapshot:
        assert len(snapshot.entries) == 4
    assert set(asked) == {("git.name.invalid", port)}
    assert {headers["Host"] for _, headers in world.requests} == {f"git.name.invalid:{port}"}


async def test_an_empty_repository_says_so(make_sources: Make, world, git) -> None:
    git(world.root, "init", "-q", "--bare", "empty.git")
    for source in (f"{world.url}/git/empty.git", f"{world.url}/git/empty.git/tree/main"):
        with pytest.raises(InvalidRepository):
            async with make_sources().open(source):
                pass
    with pytest.raises(NotFound):
        async with make_sources().open(f"{world.url}/git/missing.git"):
            pass


async def test_a_sha256_repository_is_fetched(make_sources: Make, repository: Path, world, git, tmp_path: Path) -> None:
    new = tmp_path / "sha256"
    new.mkdir()
    git(new, "init", "-q", "-b", "main", "--object-format=sha256")
    (new / "a.txt").write_text("a")
    git(new, "add", "-A")
    git(new, "commit", "-qm", "x")
    git(world.root, "clone", "-q", "--bare", str(new), "sha256.git")
    async with make_sources().open(f"{world.url}/git/sha256.git") as snapshot:
        assert len(snapshot.origin.commit or "") == 64
        assert await snapshot.read(snapshot.entries, max_bytes=10) == {"a.txt": b"a"}
