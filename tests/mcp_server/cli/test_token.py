"""`plumbrule token new`: a secret shown once, and a digest to keep."""

import hashlib

import orjson


def test_the_setting_is_the_digest_of_the_token(plumbrule) -> None:
    made = orjson.loads(plumbrule("token", "new", "ci", "--json").stdout)
    assert made["setting"] == "ci:" + hashlib.sha256(made["token"].encode()).hexdigest()
    assert len(made["token"]) >= 43  # 256 bits in base64


def test_two_tokens_differ_and_nothing_is_written(plumbrule) -> None:
    first, second = plumbrule("token", "new", "ci"), plumbrule("token", "new", "ci")
    assert first.returncode == 0
    assert first.stdout != second.stdout
    assert "shown this once" in first.stderr
    assert [path for path in plumbrule.home.rglob("*") if path != plumbrule.work] == []


def test_a_name_that_would_break_the_setting_is_refused(plumbrule) -> None:
    assert plumbrule("token", "new", "a:b").returncode == 2
