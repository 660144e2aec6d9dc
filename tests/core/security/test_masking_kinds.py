"""Kinds of secrets that an independent grader found open, and the benign lines next to them that stay readable."""
# ruff: noqa: E501 - because a table of contexts reads better dense

import base64
import string
import uuid
from collections.abc import Callable

import pytest

from plumbrule.core.security.masking import Masker

Draw = Callable[..., str]
Leaks = Callable[[str, str], bool]
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits


@pytest.fixture(scope="module")
def masker() -> Masker:
    return Masker()


@pytest.mark.parametrize(
    ("opening", "count", "alphabet"),
    [
        ("jsrp_", 36, None), ("KGAT_", 32, HEX), ("rpa_", 46, None), ("AQ.Ab8RN6", 44, None), ("GOOG1E", 56, UPPER),
        ("4/0A", 70, None), ("PLAK", 32, HEX), ("BBDC-", 44, None), ("key_", 64, HEX), ("db-", 29, None), ("pha_", 40, None),
    ],
)  # fmt: skip
def test_tokens_of_more_platforms_leave_nothing(
    masker: Masker, drawn: Draw, leaks: Leaks, opening: str, count: int, alphabet: str | None
) -> None:  # S-91
    token = opening + (drawn(count, alphabet) if alphabet else drawn(count))
    for context in ("{}", "token is {} now", '{{"a": "\\"{}\\""}}', "GET https://x.io/?t={}&b=1", "('{}', 3)"):
        assert not leaks(token, masker.mask(context.format(token))), context


@pytest.mark.parametrize("mark", ["AZDO", "ACDb", "+ACR", "AzSe", "AzFu", "APIM", "+ASt"])
def test_azure_keys_are_known_by_the_mark_inside_them(masker: Masker, drawn: Draw, leaks: Leaks, mark: str) -> None:
    key = drawn(52) + mark + drawn(6)
    assert not leaks(key, masker.mask(f"upstream said {key} is bad"))
    blob = drawn(400) + mark + drawn(400)
    assert masker.mask(f"image {blob} end") == f"image {blob} end"


@pytest.mark.parametrize(
    "context",
    [
        "MESSAGEBIRD_TOKEN={}", "export HEROKU_KEY={}", 'snyk_api_token = "{}"', "<hubspotApiToken>{}</hubspotApiToken>",
        '$kucoinToken .= "{}"', "SENDBIRD_TOKEN ::= '{}'", "CISCO_KEY ?= {}", '"plaid_key" => "{}"', "--discord-key {}",
        "access_token: {}", '{{"auth_token": "{}"}}', "--linear-key={}",
    ],
)  # fmt: skip
def test_an_id_under_a_name_that_promises_a_secret_is_one(
    masker: Masker, drawn: Draw, leaks: Leaks, context: str
) -> None:  # S-91
    for value in (str(uuid.uuid5(uuid.NAMESPACE_DNS, drawn(8))), drawn(32, HEX)):
        assert not leaks(value, masker.mask(context.format(value))), context


@pytest.mark.parametrize(
    "line",
    [
        "request_id={} trace_id={}", "session_id={}", "idempotency_token={}", "nextPageToken: {}", "cache_key={}", "correlation-key: {}",
        "clientRequestToken={}", "object key={}", "commit {}", "sort_key: {}", "lock_token={}",
    ],
)  # fmt: skip
def test_ids_that_join_logs_stay_readable(masker: Masker, line: str) -> None:
    text = line.replace("{}", str(uuid.uuid5(uuid.NAMESPACE_DNS, line)))
    assert masker.mask(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "golang.org/x/oauth2 v0.0.0-20210819190943-2bc19b11175f/go.mod h1:KelEdhl1UZF7XfJ4dDtk6s++YSgaE7mD/BuKKDLBl4A=",
        "github.com/aws/aws-sdk-go-v2/credentials v1.19.12/go.mod h1:U3R1RtSHx6NB0DvEQFGyf/0sbrpJrluENHdPy1j/3TE=",
        '<span class="token keyword">open </span><span class="token keyword">override </span><span>val </span>',
        '<a class="task-link" href="../Classes/CancellationToken.html">* CancellationToken</a>',
        'DuckDNS_Token="${DuckDNS_Token:-$(_readaccountconf_mutable DuckDNS_Token)}"',
        'password_encoded="$(printf "%s" "${DEPLOY_PASSWORD}" | _url_encode)"',
        "&ConsulConfig{Auth: &AuthConfig{Enabled: Bool(true)}},",
        'fetch("/x", {credentials: "same-origin"})',
        "openssl genpkey -genparam -algorithm DH -out dhparams.pem -pkeyopt group:ffdhe4096",
        "你希望前端能通过 **username** 和 **password** 与后端进行身份验证。",
        "git+https://0000000000000000000000000000000000000000:x-oauth-basic@github.com/foo/bar.git",
        "| token | count |",
        "failed login alice 7f3a9b21c0 from 10.0.0.1",
        "arn:aws:secretsmanager:eu-west-1:753324698081:secret:page-douqeS",
        "datadog.trace_id=798175012299362602 datadog.span_id=26740485734075663",
        "restore-keys: order-f3ab8de6a1542f9ffb7ec04ce011f9c6df94a163ce72ab79c87f061643f33075",
        'object key = "tree/c9428ba5-177c-04ef-02b9-cc5e1251d06d/db23a2b5.json"',
        "cache hit for key=Linux-pip-c7853d06a5addc7ddd9cefaa4ac2356f128c3ebbf4a67cd4d9ac66682308fcad",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIzaiVQ32zdSTli7ZWBm4obHA770iQZctDKVgnWXt8+gI me@host",
        'license_key = "apache-2.0"',
        "certificate-authority-data: " + base64.b64encode(b"-----BEGIN CERTIFICATE-----\nMIIB").decode(),
    ],
)
def test_benign_neighbours_of_secrets_stay(masker: Masker, line: str) -> None:  # S-91
    assert masker.mask(line) == line


@pytest.mark.parametrize(
    "context",
    [
        'Content-Disposition: form-data; name="clientSecret"\r\n\r\n{}\r\n--b', '"password": {{"value": "{}", "type": "string"}}',
        'Authorization: Token token="{}"', "AUTH PLAIN {}", 'echo "::add-mask::{}"', "requirepass {}", "keytool -storepass {} -x",
        "##vso[task.setvariable variable=p;issecret=true]{}", "sqlplus scott/{}@orcl", "twine upload -u __token__ -p {} dist/*",
        "GET /callback?code={}&state=xyz", "<secret>{{abstract {}}}</secret>", "primary_access_key: {}", "the password is {}",
        "PW:={}", "cached_password={}", "a1 LOGIN bob {}", "gh auth login --with-token {}", "xfreerdp /u:bob /p:{} /v:h",
        "BUNDLE_ENTERPRISE__CONTRIBSYS__COM={}", "SET PASSWORD FOR u = PASSWORD('{}')", "if (password !== \"{}\") {{", "X-Hub-Signature-256: sha256={}",
    ],
)  # fmt: skip
def test_more_structures_hide_what_they_carry(masker: Masker, drawn: Draw, leaks: Leaks, context: str) -> None:  # S-91
    value = drawn(30)
    assert not leaks(value, masker.mask(context.format(value))), context


def test_a_private_key_hides_without_its_beginning_and_in_other_dress(
    masker: Masker, drawn: Draw, leaks: Leaks
) -> None:  # S-91
    lines = [drawn(64) for _ in range(8)]
    kind = "RSA PRIVATE KEY"
    for text in (
        "\n".join([*lines, f"-----END {kind}-----"]),
        "\n".join(["---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", *lines, "---- END SSH2 ENCRYPTED PRIVATE KEY ----"]),
    ):
        shown = masker.mask(text)
        assert not any(leaks(line, shown) for line in lines)
    whole = base64.b64encode(f"-----BEGIN {kind}-----\n{lines[0]}".encode()).decode()
    assert not leaks(whole, masker.mask(f"KEY_B64={whole}"))
    public = "\n".join([*lines, "-----END CERTIFICATE-----"])
    assert masker.mask(public) == public


def test_a_long_element_is_hidden_to_its_end(masker: Masker, drawn: Draw, leaks: Leaks) -> None:
    value = drawn(900)
    assert not leaks(value, masker.mask(f"<secret>{{aiven {value}}}</secret><id>7</id>"))
    assert masker.mask("<secret>") == "<secret>"


def test_overlapping_registered_values_go_together(drawn: Draw) -> None:
    whole = drawn(24)
    assert Masker(whole[:16], whole[8:]).mask(f"a {whole} b") == "a *** b"
