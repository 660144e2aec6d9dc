"""A stream comes out masked line for line, also where a secret spans lines or a line spans pieces."""

from collections.abc import Callable

from plumbrule.core.security.masking import Masker
from plumbrule.core.security.masking_stream import MAX_PIECE_CHARS, MaskedStream

Draw = Callable[..., str]


def through(*parts: str) -> str:
    stream = MaskedStream(Masker())
    return "".join(map(stream.feed, parts)) + stream.finish()


def test_the_lines_of_a_private_key_are_hidden_until_it_ends(drawn: Draw) -> None:
    body = [drawn(64) + "\n" for _ in range(20)]
    out = through("a\n", "-----BEGIN RSA PRIVATE KEY-----\n", *body, "-----END RSA PRIVATE KEY-----\n", "b\n")
    assert not any(line.strip() in out for line in body)
    assert out.startswith("a\n-----BEGIN RSA PRIVATE KEY-----\n***\n")
    assert out.endswith("-----END RSA PRIVATE KEY-----\nb\n")
    assert out.count("\n") == 24


def test_a_private_key_that_was_cut_hides_nothing_after_it(drawn: Draw) -> None:
    out = through("-----BEGIN PRIVATE KEY-----\n", drawn(64) + "\n", "the next line is prose.\n")
    assert out == "-----BEGIN PRIVATE KEY-----\n***\nthe next line is prose.\n"


def test_a_name_on_one_line_covers_its_value_on_the_next(drawn: Draw) -> None:
    secret = drawn(24)
    assert secret not in through("- name: DB_PASSWORD\n", f"  value: {secret}\n")


def test_a_long_line_is_let_out_in_pieces_and_no_secret_across_them_shows(drawn: Draw) -> None:
    secret = drawn(40)
    for shift in (0, 20, 66_000):
        parts = [
            "x" * (MAX_PIECE_CHARS - 65_536 - shift - 10) + " password=",
            secret,
            " " + "y" * MAX_PIECE_CHARS,
            "\n",
        ]
        out = through(*parts)
        assert secret not in out
        assert secret[20:] not in out
        assert len(out) == sum(map(len, parts)) - len(secret) + 3


def test_a_line_without_an_end_and_no_input_at_all_come_out() -> None:
    assert through("no end") == "no end"
    assert through() == ""
