"""A value that the process holds is hidden in whatever encoding it turns up."""

import base64
import html
import json
import string
from collections.abc import Callable
from urllib.parse import quote

import pytest

from plumbrule.core.security.masking import Masker
from plumbrule.core.security.masking_gate import build_gate, plain_gate

Draw = Callable[..., str]
Leaks = Callable[[str, str], bool]

ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda v: v,
    "percent": lambda v: quote(v, safe=""),
    "double percent": lambda v: quote(quote(v, safe=""), safe=""),
    "json": lambda v: json.dumps(v),
    "json in json": lambda v: json.dumps(json.dumps(v)),
    "json unicode": lambda v: "".join(f"\\u{ord(c):04x}" for c in v),
    "repr": repr,
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 shifted by one": lambda v: base64.b64encode(b"x" + v.encode() + b"yz").decode(),
    "base64 shifted by two": lambda v: base64.b64encode(b"xy" + v.encode() + b"z").decode(),
    "base64 for URLs": lambda v: base64.urlsafe_b64encode(b"user:" + v.encode()).decode(),
    "hex": lambda v: v.encode().hex(),
    "hex in capitals": lambda v: v.encode().hex().upper(),
    "html": html.escape,
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("extra", ["", "!@#$%^&*()", "\"'\\/<>&;", "äöü漢字\u20ac", "+/= \t"])
def test_a_registered_value_is_hidden_in_every_encoding(
    drawn: Draw, leaks: Leaks, encoding: str, extra: str
) -> None:  # A70
    value = drawn(16, string.ascii_letters + "0123456789") + extra + drawn(8)
    encode = ENCODINGS[encoding]
    out = Masker(value).mask(f"a record with {encode(value)} in it, and more")
    assert not leaks(encode(value).strip("\"'"), out)
    assert out.startswith("a record with ")
    assert out.endswith(" in it, and more")


def test_values_are_registered_later_and_short_ones_blank_nothing(drawn: Draw) -> None:
    masker = Masker()
    value = drawn(12)
    assert masker.mask(f"x {value}") == f"x {value}"
    masker.register(value, "abc", "")
    assert masker.mask(f"x {value} abc") == "x *** abc"
    assert masker.mask_value({value: 1, "k": value.encode()}) == {"***": 1, "k": b"***"}


def test_every_gate_gives_the_same_hits() -> None:
    literals = ["token", "oken", "ken", "sk-", "\u0131\u20ac", "to"]
    text = "tokentoken sk-sk- \u0131\u20ac\U0001f600token \ud800 ken"
    found = [sorted(gate(text)) for gate in (build_gate(literals), plain_gate(literals))]
    assert found[0] == found[1]


def test_length_changing_lower_case_shifts_nothing(drawn: Draw) -> None:
    secret = drawn(24)
    assert Masker().mask(f"\u0130\u0130\u0130 password={secret} \u0130") == "\u0130\u0130\u0130 password=*** \u0130"
