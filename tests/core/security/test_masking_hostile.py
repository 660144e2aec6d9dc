"""Text made to slow the masker is answered in bounded work, and nothing hides among it."""

from collections.abc import Callable

import pytest

from plumbrule.core.security.masking import MASK, Masker

Draw = Callable[..., str]


REPEATED = [
    "sk-", "key=", "://", "eyJ", "Bearer ", 'password="', "-----BEGIN RSA PRIVATE KEY-----", "token|", "Cookie: a=b;",
]  # fmt: skip


@pytest.mark.parametrize("unit", REPEATED)
def test_a_secret_within_and_after_dense_repeats_is_hidden(drawn: Draw, unit: str) -> None:  # A73
    secret = drawn(32)
    text = unit * 2_000 + f" password={secret} " + unit * 2_000 + f"\npassword={secret}\n"
    assert secret not in Masker().mask(text)


def test_a_dense_run_is_hidden_as_one() -> None:
    assert Masker().mask("before " + "sk-" * 10_000).startswith("before " + MASK)


def test_records_beyond_any_limit_are_masked_to_their_end(drawn: Draw) -> None:
    secret = drawn(40)
    filler = "an ordinary line of a log\n" * 10_000
    masked = Masker().mask(f"{filler}token={secret}\n{filler}Authorization: Bearer {secret}")
    assert secret not in masked
    assert masked.count("\n") == 20_001


def test_a_secret_longer_than_what_is_judged_is_hidden_whole(drawn: Draw) -> None:
    secret = drawn(5_000)
    for context in ("password={}", 'password="{}"', "ghp_{}", "Authorization: Bearer {}", "postgres://u:{}@h/d"):
        masked = Masker().mask(context.format(secret))
        assert not any(secret[at : at + 8] in masked for at in range(2_000, 4_992)), context
