"""Scanning reports what is committed, and never an example."""

import base64
import string
import time
from collections.abc import Callable

import pytest

from plumbrule.core.security.secrets import find_secrets, secrets_of_file

Draw = Callable[..., str]


def test_a_token_a_private_key_and_a_url_password_are_found_with_rule_and_offsets(drawn: Draw) -> None:
    token = "ghp_" + drawn(36)
    key = (
        "-----BEGIN RSA PRIVATE KEY-----\n" + "\n".join(drawn(64) for _ in range(5)) + "\n-----END RSA PRIVATE KEY-----"
    )
    password = drawn(18)
    text = f"x = '{token}'\n{key}\nurl: postgres://app:{password}@db/x\n"
    found = find_secrets(text)
    assert [finding.rule for finding in found] == ["github", "private-key", "url-password"]
    assert text[found[0].start : found[0].end] == token
    assert text[found[2].start : found[2].end] == password


def test_an_assigned_random_literal_is_found_and_code_is_not(drawn: Draw) -> None:
    assert [f.rule for f in find_secrets(f'api_key = "{drawn(32)}"')] == ["assigned-literal"]
    assert not find_secrets('api_key = os.environ["API_KEY"]\ntoken = get_token("some-name")\npassword = "test"')


def test_the_search_key_of_a_documentation_site_is_published_by_design(drawn: Draw) -> None:
    key = f'apiKey: "{drawn(32)}"'
    assert not find_secrets(f'algolia: {{ appId: "5PZNXB7M3G", {key}, indexName: "docs" }}')
    assert find_secrets(f'algolia: {{ appId: "5PZNXB7M3G", {key} }}')


def test_examples_and_placeholders_are_no_findings() -> None:
    assert not find_secrets("AKIA" + "IOSFODNN7EXAMPLE")
    assert not find_secrets("ghp_" + "x" * 36)
    assert not find_secrets("sk-" + string.ascii_lowercase + string.digits)
    assert not find_secrets("postgres://user:password@localhost/db https://<user>:<pass>@h redis://:${PASS}@h")


def test_a_whole_file_holds_the_same_secrets_as_its_text(drawn: Draw) -> None:
    token, literal = "ghp_" + drawn(36), drawn(32, string.ascii_lowercase + string.digits)
    lines = [
        "# Schlüssel: Пароль, パスワード, password",
        f"use('{token}'); password = 'x'; secret = '{literal}'",
        f"PASSWORD = SECRET = None{' ' * 700}",
        f"api_key = '{literal}'  # and password, secret, token",
        f"amqp://app:{drawn(18)}@host https://host/a?b=c@d",
        f"pass{token} ä{token} _{token}",
    ]
    for size in range(1, len(lines) + 1):
        for text in ("\n".join(lines[:size]), "\n".join(lines[size - 1 :] + lines[:size])):
            assert secrets_of_file(text, text.encode().lower()) == find_secrets(text)
    assert {one.rule for one in find_secrets("\n".join(lines))} == {"github", "assigned-literal", "url-password"}


@pytest.mark.parametrize("glue", ["prefix_", "prefix-", "prefix.", "1_", "__"])
@pytest.mark.parametrize("literal", ["ghp_", "glpat-", "sk_live_", "AKIA", "AIza", "xoxb-", "hf_", "npm_"])
def test_a_token_is_found_behind_what_glues_it_to_a_name(literal: str, glue: str, drawn: Draw) -> None:  # S-41
    body = drawn(16).upper() if literal == "AKIA" else drawn(36)
    text = f"name = {glue}{literal}{body}\n"
    whole = secrets_of_file(text, text.encode().lower())
    assert [text[one.start : one.end] for one in whole] == [literal + body]
    assert whole == find_secrets(text)


def test_names_that_go_on_as_a_token_opens_are_none(drawn: Draw) -> None:
    words = (
        "self.key_of_the_door_and_the_other_things this.test_that_nothing_is_lost_here pub.s.someVeryLongMethodName2"
    )
    assert not find_secrets(words)
    assert not find_secrets(f"x.A3-{drawn(30)} prefix-ak-{drawn(24)} a.md-{drawn(24)}")


BARE = [
    "export DB_PASSWORD={}",
    "aws_secret_access_key = {} # why",
    "  secret_key_base: {}",
    "jwt.secret={}\r",
    "<password>{}</password>",
    "Server=x;AccountKey={}==;Endpoint=y",
    'const apiKey = `{}`;',
    '"x": "{{\\"api_key\\": \\"{}\\"}}"',
    "https://x.example/?api_key={}&page=1",
]  # fmt: skip


@pytest.mark.parametrize("line", BARE)
def test_a_random_value_without_quotes_of_its_own_is_found(line: str, drawn: Draw) -> None:  # S-41
    value = "a1B2" + drawn(36)
    text = f"é = 1\n{line.format(value)}\nend\n"
    found = secrets_of_file(text, text.encode().lower())
    assert [(one.rule, text[one.start : one.end].rstrip("=")) for one in found] == [("assigned-literal", value)]


@pytest.mark.parametrize(
    "line",
    [
        "password: ${{ secrets.DEPLOY_PASSWORD_OF_THE_SITE }}",
        "token = SomeTokenProviderFactory2Impl",
        "secret: my-very-long-secret-name-2-of-the-cluster",
        "api_key=/run/secrets/api_key_of_the_service1",
        "password = hash_password_with_argon2_and_salt",
        "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;",
    ],
)
def test_a_name_in_the_place_of_a_value_is_none(line: str) -> None:
    assert not find_secrets(line + "\n")


def test_a_known_format_says_more_than_the_name_in_front(drawn: Draw) -> None:
    assert [one.rule for one in find_secrets(f"API_KEY=ghp_{drawn(36)}\n")] == ["github"]


def test_a_cloud_key_is_found_in_base64(drawn: Draw) -> None:
    key = base64.b64encode(f"AKIA{drawn(16).upper()}:{drawn(20)}".encode()).decode()
    assert [one.rule for one in find_secrets(f"data: {key}\n")] == ["aws-key-id-base64"]


@pytest.mark.parametrize("piece", ["-sk-", "ghp_ghp_", "_AKIA", "-xoxb-1a", "password=", "api_key:aaaa"])
def test_two_megabytes_of_openings_take_a_bounded_time(piece: str) -> None:  # SECURITY 2.4
    text = piece * (2_000_000 // len(piece))
    begun = time.process_time()
    secrets_of_file(text, text.encode().lower())
    assert time.process_time() - begun < 12  # CPU of a busy machine; linear behaviour takes two seconds at the most
