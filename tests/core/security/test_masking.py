"""The masker hides secrets in any dress and leaves everything else byte for byte."""
# ruff: noqa: E501 - because a table of contexts reads better dense

from collections.abc import Callable

import pytest

from plumbrule.core.security.masking import MASK, Masker

Draw = Callable[..., str]
Leaks = Callable[[str, str], bool]


@pytest.fixture(scope="module")
def masker() -> Masker:
    return Masker()


@pytest.mark.parametrize(
    "opening",
    [
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "sk-proj-",
        "sk-ant-",
        "hf_",
        "gsk_",
        "xai-",
        "AIza",
        "glpat-",
        "xoxb-",
        "npm_",
        "pypi-AgE",
    ],
)
def test_a_token_with_a_published_prefix_leaves_nothing_of_its_body(
    masker: Masker, drawn: Draw, leaks: Leaks, opening: str
) -> None:  # S-91
    token = opening + drawn(48)
    for context in (
        "{}",
        "token is {} now",
        "\x1b[1m{}\x1b[0m",
        "https://x/?t={}&b=1",
        '{{"a": "\\"{}\\""}}',
        "%3D{}",
        "a\\n{}",
    ):
        assert not leaks(token, masker.mask(context.format(token))), context


@pytest.mark.parametrize(
    "context",
    [
        "password={}", "DB_PASSWORD: {}", '"stripeSecretKey": "{}"', "api-key\uff1a{}", "--password {}", "--token={}",
        "Authorization: Bearer {}", "authorization: Basic {}", "postgres://user:{}@host/db", "Cookie: sid={}; Path=/",
        "<password>{}</password>", '<add key="Password" value="{}"/>', "{{\\\"client_secret\\\": \\\"{}\\\"}}", "&quot;token&quot;: &quot;{}&quot;",
        "%22password%22%3A%22{}%22", "machine h login u password {}", "//registry/:_authToken={}", "['--api-key', '{}']",
        "password\n  Input should be shorter [type=x, input_value='{}', input_type=str]", "mysql -p{} -h db", "curl -u user:{} url",
        "a\\npassword={}", "a\\ttoken={}", "\\r\\nx-api-key: {}", "\\nsecret: {}\\n", "Server=x;User Id=sa;Password={};Encrypt=true", "name: DB_PASSWORD\n  value: {}", "pass\x1b[0mword\x1b[33m={}",
    ],
)  # fmt: skip
def test_a_value_under_a_secrets_name_is_hidden(
    masker: Masker, drawn: Draw, leaks: Leaks, context: str
) -> None:  # S-91
    secret = drawn(32)
    masked = masker.mask(context.format(secret))
    assert not leaks(secret, masked)
    assert MASK in masked


@pytest.mark.parametrize(
    "line",
    [
        "call_id=0123456789abcdef0123456789abcdef code=ok", "commit 3b18e52f2bb0a1c55bb8ee2ef1d4ad7c9d0a1b2c", "token_count=512",
        "max_tokens: 4096", "password: str", 'secret_key = os.environ["SECRET_KEY"]', "Authorization: Bearer <token>",
        "Authorization: Bearer ${TOKEN}", "the password field is required", "basic authentication failed", "password=****",
        "id 123e4567-e89b-12d3-a456-426614174000", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://github.com/pallets/flask/tree/main?tab=readme", "def authenticate(token: str | None = None) -> bool:",
        "self.token = token", "password=password, user=user", "tokens = tokenizer.encode(text)", "author = Jane Doe",
    ],
)  # fmt: skip
def test_what_is_no_secret_stays_byte_for_byte(masker: Masker, line: str) -> None:  # S-92
    assert masker.mask(line) == line


def test_masking_twice_changes_nothing(masker: Masker, drawn: Draw) -> None:
    once = masker.mask(
        f"password={drawn(20)} token: {drawn(20)} postgres://u:{drawn(12)}@h Authorization: Bearer {drawn(30)}"
    )
    assert masker.mask(once) == once


def test_values_are_masked_by_their_keys_and_keep_their_shape(masker: Masker, drawn: Draw) -> None:  # S-93
    secret = drawn(24)
    value = {"user": "ann", "password": secret, "nested": [{"api_key": secret}, (1, None, f"token={secret}")], "n": 3}
    masked = masker.mask_value(value)
    assert secret not in repr(masked)
    assert isinstance(masked, dict)
    assert masked["user"] == "ann"
    assert masked["n"] == 3
    assert value["password"] == secret


def test_a_value_with_nothing_to_hide_is_the_same_object(masker: Masker) -> None:
    value = {"name": "flask", "files": [1, 2, {"a": "b"}], "raw": b"bytes"}
    assert masker.mask_value(value) is value


def test_ready_json_loses_registered_values_alone_and_stays_json():
    import json

    masker = Masker('sek"ret-value-7')
    rows = b'{"a": "sek\\"RET-value-7 ghp_0123456789abcdefghijABCDEFGHIJ012345"}'
    assert json.loads(masker.hide_registered(rows))["a"] == "*** ghp_0123456789abcdefghijABCDEFGHIJ012345"
    assert Masker().hide_registered(rows) is rows
