"""Settings: layers, faults, origins, and one answer from the plain reading and from pydantic."""

import os
import subprocess
import sys
import typing
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.core.errors import ConfigurationError
from plumbrule.core.settings import SettingField, environment_layer, gather
from plumbrule.mcp_server import settings as subject
from plumbrule.mcp_server.settings import Settings, known_settings, load, secret_values

KNOWN = known_settings()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without any settings file."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def _file(folder: Path, text: str, mode: int = 0o600, name: str = "some.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_without_any_source_the_defaults_hold() -> None:
    loaded = load({})
    assert (loaded.settings, dict(loaded.origins), loaded.file) == (Settings(), {}, None)


def test_pydantic_gives_the_same_defaults() -> None:
    assert subject.judged([], KNOWN) == Settings()


def test_each_layer_stands_above_the_one_before(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    _file(secrets, "3\n", name="plumbrule_limits__max_calls")
    _file(secrets, "other", name="another_programs_secret")
    config = _file(tmp_path, "[limits]\nmax_calls = 2\ndeadline_s = 20\n")
    environment = {"PLUMBRULE_CONFIG": str(config)}
    expected = [(2, f"file {config}")]
    assert [_max_calls(environment)] == expected
    environment["PLUMBRULE_SECRETS_DIR"] = str(secrets)
    assert _max_calls(environment) == (3, f"secret file {secrets}/plumbrule_limits__max_calls")
    environment["PLUMBRULE_LIMITS__MAX_CALLS"] = "4"
    assert _max_calls(environment) == (4, "environment PLUMBRULE_LIMITS__MAX_CALLS")
    loaded = load(environment, flags={"limits.max_calls": "5"}, flag_origins={"limits.max_calls": "flag --set"})
    assert (loaded.settings.limits.max_calls, loaded.origins["limits.max_calls"]) == (5, "flag --set")
    assert (loaded.settings.limits.deadline_s, loaded.file) == (20.0, config)


def _max_calls(environment: Mapping[str, str]) -> tuple[int, str]:
    loaded = load(environment)
    return loaded.settings.limits.max_calls, loaded.origins["limits.max_calls"]


def test_the_users_own_file_is_read_and_one_in_the_working_folder_is_not(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = home / "work"
    _file(work, "[limits]\nmax_calls = 9\n", name="plumbrule.toml")
    _file(work, "PLUMBRULE_LIMITS__MAX_CALLS=9\n", name=".env")
    monkeypatch.chdir(work)
    assert load({}).settings.limits.max_calls == 32
    if sys.platform == "linux":
        own = _file(home / "config" / "plumbrule", "[limits]\nmax_calls = 7\n", name="plumbrule.toml")
        assert (load({}).settings.limits.max_calls, load({}).file) == (7, own)


def test_every_fault_of_every_source_is_reported_at_once(tmp_path: Path) -> None:  # S-116, S-117
    config = _file(tmp_path, "[limit]\nx = 1\n[limits]\nmax_call = 1\ndeadline_s = 'soon'\n")
    with pytest.raises(ConfigurationError) as caught:
        load(
            {"PLUMBRULE_LIMITS__MAX_CALLS": "0", "PLUMBRULE_LIMITZ__MAX_CALLS": "1"},
            config=config,
            flags={"limits.max_cals": "1"},
            flag_origins={"limits.max_cals": "flag --set"},
        )
    lines = caught.value.message.splitlines()[1:]
    assert set(lines) == {
        f"  - limit (section of file {config}): no such setting; did you mean limits?",
        f"  - limits.max_call (file {config}): no such setting; did you mean limits.max_calls?",
        f"  - limits.deadline_s = 'soon' (file {config}): expected a number from 0.1 to 3600",
        "  - PLUMBRULE_LIMITZ__MAX_CALLS (environment): no such setting; did you mean PLUMBRULE_LIMITS__MAX_CALLS?",
        "  - limits.max_calls = '0' (environment PLUMBRULE_LIMITS__MAX_CALLS): expected a whole number from 1 to 1000",
        "  - limits.max_cals (flag --set): no such setting; did you mean limits.max_calls?",
    }


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("limits = 3\n", 0o600, "expected a table"),
        ("[limits\n", 0o600, "is not TOML"),
        ("[limits]\n", 0o666, "can be written by every user"),
        ("x" * 1_000_001, 0o600, "is larger than"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(tmp_path: Path, text: str, mode: int, words: str) -> None:  # A86
    with pytest.raises(ConfigurationError, match=words):
        load({}, config=_file(tmp_path, text, mode))


def test_a_secret_in_a_file_that_everybody_may_read_is_refused(tmp_path: Path) -> None:  # A86, M-46
    text = '[sources]\ntokens = ["git.example.org=s3cret-value"]\n'
    with pytest.raises(ConfigurationError, match="can be read by every user") as caught:
        load({}, config=_file(tmp_path, text, 0o644))
    assert "s3cret" not in caught.value.message
    assert "Type: chmod 600 " in caught.value.message
    assert load({}, config=_file(tmp_path, text, 0o600)).settings.sources.tokens == ("git.example.org=s3cret-value",)
    assert load({}, config=_file(tmp_path, "[limits]\nmax_calls = 2\n", 0o644)).settings.limits.max_calls == 2


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load({"PLUMBRULE_CONFIG": str(tmp_path / "none.toml")})
    with pytest.raises(ConfigurationError, match="not a regular file"):
        load({}, config=tmp_path)
    with pytest.raises(ConfigurationError, match=r"limits\.max_calls = 'x'"):  # and all else is judged too
        load({"PLUMBRULE_CONFIG": str(tmp_path / "none.toml"), "PLUMBRULE_LIMITS__MAX_CALLS": "x"})
    with pytest.raises(ConfigurationError, match="secrets directory"):
        load({"PLUMBRULE_SECRETS_DIR": str(tmp_path / "none")})


def _spelled(setting: SettingField) -> st.SearchStrategy[str]:
    plain = st.sampled_from(
        ["", "0", "1", "7", "true", "off", "YES", "1_0", " 5 ", "2.0", "-3", "1e3", "a,b", '["a"]', "{}"]
    )
    return (
        plain
        | st.sampled_from(setting.shape.choices or ("x",))
        | st.integers(0, 10**7).map(str)
        | st.text("ab.,1", max_size=9)
    )


@pytest.mark.parametrize("name", KNOWN)
def test_what_the_plain_reading_accepts_pydantic_holds_the_same(name: str) -> None:
    @settings(max_examples=15, deadline=None)
    @given(_spelled(KNOWN[name]))
    def agree(text: str) -> None:
        layers = [environment_layer({KNOWN[name].variable: text}, KNOWN)]
        plain = subject.plainly(gather(layers).values, KNOWN)
        if plain is not None:
            assert subject.judged(layers, KNOWN) == plain

    agree()


@pytest.mark.parametrize("name", KNOWN)
def test_a_setting_says_what_it_is_for_and_its_default_fits(name: str) -> None:
    setting = KNOWN[name]
    assert setting.shape.doc.endswith("."), f"{name} has no Doc sentence"
    assert not (setting.shape.secret and setting.default), f"{name} is a secret with a default"
    layers = [environment_layer({setting.variable: _as_text(setting.default)}, KNOWN)]
    if setting.default not in (None, (), {}):
        assert subject.judged(layers, KNOWN) == Settings()


def _as_text(default: object) -> str:
    return ",".join(default) if isinstance(default, tuple) else str(default)


def test_secret_settings_are_known_to_the_masker() -> None:
    secrets = [each for each in KNOWN.values() if each.shape.secret]
    for setting in secrets:
        assert secret_values(Settings()) == []
        section = typing.get_type_hints(Settings)[setting.section]
        value: object = {"host": "s3cret"} if setting.shape.kind == "mapping" else "s3cret"
        value = ("s3cret",) if setting.shape.kind == "strings" else value
        changed = Settings(**{setting.section: section(**{setting.key: value})})
        assert secret_values(changed) == ["s3cret"]


@pytest.mark.parametrize(
    ("environment", "imported"),
    [
        ({}, "[]"),
        ({"PLUMBRULE_LIMITS__MAX_CALLS": "7"}, "[]"),
        ({"PLUMBRULE_LIMITS__MAX_CALLS": "7.0"}, "['pydantic']"),
    ],
)
def test_plain_values_are_read_without_pydantic(environment: dict[str, str], imported: str, home: Path) -> None:
    script = (
        "import os, sys; from plumbrule.mcp_server.settings import load; load(dict(os.environ)); "
        "print(sorted({'pydantic', 'mcp', 'httpx2', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"HOME": str(home), "PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.strip() == imported
