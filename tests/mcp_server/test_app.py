"""The composition root: what is put together is what the settings say, and nothing happens before it runs."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from plumbrule.core.calls import guarded
from plumbrule.core.errors import AccessDenied, ConfigurationError, InvalidArgument, Overloaded
from plumbrule.mcp_server.app import App, Purpose, build_app
from plumbrule.mcp_server.settings import load


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with an empty home."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name, value in {"HOME": "", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}.items():
        monkeypatch.setenv(name, str(folder / value))
    return folder


@pytest.fixture
def built() -> Iterator[Any]:
    """Builds programs from flags, and gives the log back at the end."""
    apps: list[App] = []

    def build(purpose: Purpose = "command", *, keep: bool = True, **flags: Any) -> App:
        named = {name.replace("__", "."): value for name, value in flags.items()}
        loaded = load({}, flags=named, flag_origins=dict.fromkeys(named, "flag --set"))
        apps.append(build_app(loaded, purpose, keep=keep))
        return apps[-1]

    yield build
    for app in apps:
        app.logs.close()


def test_building_writes_and_opens_nothing(built: Any, home: Path) -> None:  # S-120
    for purpose in ("command", "stdio", "http", "sse"):
        built(purpose)
    assert list(home.iterdir()) == []


async def test_the_limits_on_calls_are_those_of_the_settings(built: Any) -> None:
    app = built("stdio", limits__max_calls=1, limits__deadline_s=0.1)
    app.runtime.admission.enter()
    with pytest.raises(Overloaded):
        app.runtime.admission.enter()
    app.runtime.admission.leave()
    outcome = await guarded(app.runtime, "wait", anyio.sleep_forever)
    assert outcome.error is not None
    assert outcome.error.code == "deadline_exceeded"


@pytest.mark.parametrize(("purpose", "codes"), [("http", ["ok", "ok", "rate_limited"]), ("stdio", ["ok"] * 3)])
async def test_each_client_of_a_network_server_is_held_to_its_rate(  # S-97
    built: Any, purpose: Purpose, codes: list[str]
) -> None:
    app = built(purpose, limits__calls_per_minute=20)
    outcomes = [await guarded(app.runtime, "x", anyio.lowlevel.checkpoint, principal="one") for _ in range(3)]
    assert [outcome.error.code if outcome.error else "ok" for outcome in outcomes] == codes
    other = await guarded(app.runtime, "x", anyio.lowlevel.checkpoint, principal="other")
    assert other.error is None


def test_a_command_has_no_deadline(built: Any) -> None:
    assert built("command", limits__deadline_s=0.1).runtime.deadline_s is None


def test_secrets_of_the_settings_never_leave(built: Any) -> None:  # M-46
    app = built(sources__tokens="git.example.org=zq-private-93751")
    assert "zq-private-93751" not in app.runtime.mask("it was zq-private-93751, they said")


def _folder(place: Path) -> Path:
    place.mkdir()
    (place / "main.py").write_text("print(1)\n")
    return place


async def _refusal(app: App, source: str) -> type[Exception] | None:
    async with app.running():
        try:
            await app.surveyor.survey(source)
        except (AccessDenied, InvalidArgument) as error:
            return type(error)
    return None


@pytest.mark.parametrize(
    ("purpose", "roots", "refusal"),
    [
        ("command", None, None),
        ("stdio", None, AccessDenied),
        ("stdio", "outside", None),
        ("http", None, AccessDenied),
        ("http", "outside", None),
    ],
)
async def test_which_folders_may_be_read_depends_on_who_asks(
    built: Any, tmp_path: Path, purpose: Purpose, roots: str | None, refusal: type[Exception] | None
) -> None:
    outside = _folder(tmp_path / "outside")
    flags = {} if roots is None else {"sources__roots": str(tmp_path / roots)}
    assert await _refusal(built(purpose, **flags), str(outside)) is refusal


async def test_stdio_reads_the_home_folder_and_http_reads_none_that_nobody_named(built: Any, home: Path) -> None:
    inside = str(_folder(home / "project"))
    assert await _refusal(built("stdio"), inside) is None
    assert await _refusal(built("http"), inside) is AccessDenied


def test_a_root_that_depends_on_the_working_folder_stops_the_start(built: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"sources\.roots: 'here' is not an absolute path \(flag --set\)"):
        built("stdio", sources__roots="here")


async def test_over_http_neither_home_nor_relative_paths_mean_anything(built: Any, tmp_path: Path) -> None:
    for source in ("~/project", "./project"):
        assert await _refusal(built("http", sources__roots=str(tmp_path)), source) is InvalidArgument


def test_a_command_logs_warnings_only_unless_somebody_asks(built: Any) -> None:
    built("command")
    assert not logging.getLogger("plumbrule.calls").isEnabledFor(logging.INFO)
    built("command", log__level="info")
    assert logging.getLogger("plumbrule.calls").isEnabledFor(logging.INFO)
    built("stdio")
    assert logging.getLogger("plumbrule.calls").isEnabledFor(logging.INFO)


async def test_what_is_not_to_be_kept_is_not(built: Any, home: Path) -> None:
    source = str(_folder(home / "project"))
    app = built(keep=False)
    async with app.running():
        await app.surveyor.survey(source)
    assert not (home / "cache" / "plumbrule" / "answers.db").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="user databases")
async def test_a_user_without_a_home_reads_and_writes_nothing_in_the_working_folder(
    built: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pwd

    def nobody(number: int) -> None:
        raise KeyError(number)

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    work = tmp_path / "work"
    planted = work / "~" / ".config" / "plumbrule" / "plumbrule.toml"
    planted.parent.mkdir(parents=True)
    planted.write_text("[limits]\nmax_calls = 3\n")
    monkeypatch.chdir(work)
    source = str(_folder(tmp_path / "project"))
    app = built("command")
    assert app.settings.limits.max_calls != 3
    async with app.running():
        assert (await app.surveyor.survey(source)).size.files == 1
    assert [path for path in work.rglob("*") if path.is_file()] == [planted]
    assert await _refusal(built("stdio"), source) is AccessDenied
    assert await _refusal(built("stdio", sources__roots=source), source) is None
