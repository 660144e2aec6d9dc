"""`plumbrule install`: other servers survive, paths are absolute, nothing is guessed."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from plumbrule.mcp_server.cli.hosts import HOSTS, config_path, is_temporary, launch_command, system

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="homes are made the POSIX way")


def _host_file(plumbrule, name: str) -> Path:
    path = config_path(HOSTS[name], system(), plumbrule.environment)
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("name", HOSTS)
def test_the_entry_starts_this_very_program_from_anywhere(plumbrule, name: str) -> None:
    path = _host_file(plumbrule, name)
    done = plumbrule("install", name, "--root", str(plumbrule.work))
    assert (done.returncode, done.stdout) == (0, f"{path}\n"), done.stderr
    entry = orjson.loads(path.read_bytes())[HOSTS[name].key]["plumbrule"]
    assert entry["args"][-5:] == ["serve", "--transport", "stdio", "--root", str(plumbrule.work.resolve())]
    start = [entry["command"], *entry["args"][:-5]]
    assert Path(start[0]).is_absolute()
    ran = subprocess.run([*start, "--version"], capture_output=True, text=True, env={}, cwd="/", timeout=30, check=True)
    assert ran.stdout.startswith("plumbrule ")


def test_other_servers_and_keys_stay_and_the_old_file_is_kept(plumbrule) -> None:
    path = _host_file(plumbrule, "cursor")
    before = b'{"theme": "\xc3\xa4", "mcpServers": {"other": {"command": "x"}}}'
    path.write_bytes(before)
    path.chmod(0o640)
    assert plumbrule("install", "cursor").returncode == 0
    after = orjson.loads(path.read_bytes())
    assert after["theme"] == "ä"
    assert list(after["mcpServers"]) == ["other", "plumbrule"]
    assert path.with_name("mcp.json.before-plumbrule").read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_second_run_changes_nothing(plumbrule) -> None:
    path = _host_file(plumbrule, "cursor")
    plumbrule("install", "cursor")
    written = path.read_bytes()
    again = plumbrule("install", "cursor")
    assert "already" in again.stderr
    assert path.read_bytes() == written
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("text", ["{ // comment\n}", "[1]", '{"mcpServers": []}', "\xff", "[" * 100_000])
def test_a_file_that_is_not_understood_is_left_as_it_is(plumbrule, text: str) -> None:
    path = _host_file(plumbrule, "cursor")
    path.write_text(text, encoding="latin-1")
    done = plumbrule("install", "cursor")
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert path.read_text(encoding="latin-1") == text
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("flag", ["--print", "--dry-run"])
def test_print_and_dry_run_write_nothing(plumbrule, flag: str) -> None:
    path = _host_file(plumbrule, "vscode")
    done = plumbrule("install", "vscode", flag)
    assert orjson.loads(done.stdout)["servers"]["plumbrule"]["type"] == "stdio"
    assert not path.exists()


def test_a_linked_file_stays_a_link(plumbrule) -> None:
    path = _host_file(plumbrule, "cursor")
    real = plumbrule.home / "dotfiles.json"
    real.write_text("{}")
    path.symlink_to(real)
    assert plumbrule("install", "cursor").returncode == 0
    assert path.is_symlink()
    assert "plumbrule" in orjson.loads(real.read_bytes())["mcpServers"]


def test_a_host_that_is_not_there_is_named_with_a_way_out(plumbrule) -> None:
    done = plumbrule("install", "claude-desktop")
    assert done.returncode == 2
    assert "--print" in done.stderr


def test_the_places_of_all_systems_are_known() -> None:
    windows = {"USERPROFILE": "C:/Users/x", "APPDATA": "C:/Users/x/AppData/Roaming"}
    claude, code = HOSTS["claude-desktop"], HOSTS["vscode"]
    assert config_path(claude, "windows", windows).as_posix().endswith("Roaming/Claude/claude_desktop_config.json")
    assert config_path(code, "macos", {"HOME": "/Users/x"}) == Path(
        "/Users/x/Library/Application Support/Code/User/mcp.json"
    )
    assert config_path(code, "linux", {"HOME": "/h"}) == Path("/h/.config/Code/User/mcp.json")


def test_without_a_console_script_the_interpreter_starts_safely(tmp_path: Path) -> None:
    assert launch_command(tmp_path / "python") == [str(tmp_path / "python"), "-P", "-m", "plumbrule"]


def test_an_environment_made_for_once_is_noticed() -> None:
    assert is_temporary(Path("/home/x/.cache/uv/archive-v0/abc/bin/python"))
    assert not is_temporary(Path("/home/x/.local/share/uv/tools/plumbrule/bin/python"))
