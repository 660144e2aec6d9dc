"""Scanning reports what is committed, and never an example."""

import string
from collections.abc import Callable

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
