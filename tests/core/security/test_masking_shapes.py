"""Values are masked in their shape, whatever it is, and their walk is bounded."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from plumbrule.core.security.masking import MASK, Masker
from plumbrule.core.security.masking_gate import build_gate, plain_gate

Draw = Callable[..., str]


class Pair(NamedTuple):
    name: str
    value: str


@pytest.fixture(scope="module")
def masker() -> Masker:
    return Masker()


def test_tuples_sets_bytes_and_named_tuples_keep_their_kind(masker: Masker, drawn: Draw) -> None:  # S-93
    text = f"password={drawn(20)}"
    assert masker.mask_value((text, 1)) == ("password=***", 1)
    assert masker.mask_value(Pair("a", text)) == Pair("a", "password=***")
    assert masker.mask_value({text}) == {"password=***"}
    assert masker.mask_value(text.encode()) == b"password=***"
    assert masker.mask_value({"token": [drawn(30), drawn(30)]}) == {"token": [MASK, MASK]}


def test_an_exception_with_a_secret_is_replaced_and_another_is_kept(masker: Masker, drawn: Draw) -> None:  # A71
    secret = drawn(24)
    clean = ValueError("no such file")
    assert masker.mask_value(clean) is clean
    assert str(masker.mask_value(KeyError(f"api_key={secret}"))) == "KeyError: 'api_key=***'"


def test_cycles_and_deep_nesting_end(masker: Masker) -> None:
    loop: list[object] = ["a"]
    loop.append(loop)
    assert masker.mask_value(loop) == ["a", MASK]
    deep: object = "x"
    for _ in range(5_000):
        deep = [deep]
    assert MASK in str(masker.mask_value(deep))


def test_ordinary_values_under_telling_keys_stay(masker: Masker) -> None:  # S-92
    value = {
        "token_count": 512,
        "password": None,
        "auth": {"method": "basic"},
        "license_key": "apache-2.0",
        "session": True,
    }
    assert masker.mask_value(value) is value


def test_without_the_automaton_libraries_the_masker_hides_the_same(
    monkeypatch: pytest.MonkeyPatch, masker: Masker, drawn: Draw
) -> None:
    text = f"password={drawn(20)} ghp_{drawn(36)} \u0130 Authorization: Bearer {drawn(30)} plain"
    text += f"\x1b[1mtoken\x1b[0m={drawn(20)}"
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    monkeypatch.setitem(sys.modules, "ahocorasick", None)
    assert build_gate(["a"]).__qualname__ == plain_gate(["a"]).__qualname__
    assert Masker().mask(text) == masker.mask(text)
