"""`plumbrule config` tells what is set, by whom, and what could be."""

import tomllib
from pathlib import Path

import orjson

from plumbrule.mcp_server.settings import known_settings


def test_show_prints_toml_with_the_origin_of_each_value(plumbrule) -> None:  # S-121, C-22
    config = plumbrule.home / "config" / "plumbrule" / "plumbrule.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[limits]\ndeadline_s = 20\n")
    done = plumbrule("config", "show", "--set", "limits.max_calls=9")
    assert done.returncode == 0, done.stderr
    shown = tomllib.loads(done.stdout)
    assert (shown["limits"]["max_calls"], shown["limits"]["deadline_s"]) == (9, 20.0)
    assert f"# file {config}" in done.stdout
    assert "# flag --set" in done.stdout
    assert {f"{section}.{key}" for section, table in shown.items() for key in table} <= set(known_settings())


def test_show_hides_secrets_in_both_forms(plumbrule) -> None:  # M-46
    names = [each.name for each in known_settings().values() if each.shape.secret and each.shape.kind == "strings"]
    for name in names:
        value = "ci:" + "ab" * 32
        for form in ([], ["--json"]):
            done = plumbrule("config", "show", *form, "--set", f"{name}={value}")
            assert done.returncode == 0, done.stderr
            assert "ab" * 4 not in done.stdout
            assert "(secret, set)" in done.stdout


def test_a_password_in_an_address_is_masked_too(plumbrule) -> None:
    setting = "telemetry.endpoint=https://collector:hunter2-secret-pw@otel.example.org/v1/traces"
    for form in ([], ["--json"]):
        done = plumbrule("config", "show", *form, "--set", setting)
        assert "hunter2" not in done.stdout
        assert "otel.example.org" in done.stdout


def test_bad_settings_stop_every_command_before_it_starts(plumbrule) -> None:  # S-117
    done = plumbrule("config", "show", "--json", environment={"PLUMBRULE_LIMITS__MAX_CALLS": "0"})
    assert done.returncode == 2
    error = orjson.loads(done.stdout)["error"]
    assert error["code"] == "configuration"
    assert "limits.max_calls = '0' (environment PLUMBRULE_LIMITS__MAX_CALLS)" in error["message"]
    assert "from 1 to 1000" in error["message"]


def test_path_names_the_file_that_would_be_read(plumbrule) -> None:
    assert Path(plumbrule("config", "path").stdout.strip()).name == "plumbrule.toml"
    named = plumbrule("config", "path", "--config", "/etc/some.toml")
    assert named.stdout == "/etc/some.toml\n"


def test_nothing_is_created_by_looking(plumbrule) -> None:  # S-120
    plumbrule("config", "show")
    assert [path for path in plumbrule.home.rglob("*") if path != plumbrule.work] == []


def test_the_schema_holds_every_setting(plumbrule) -> None:
    schema = orjson.loads(plumbrule("config", "schema").stdout)
    listed = {f"{s}.{key}" for s, section in schema["properties"].items() for key in section["properties"]}
    assert listed == set(known_settings())
    tables = plumbrule("config", "schema", "--markdown").stdout
    assert all(f"| `{each.key}` |" in tables for each in known_settings().values())
