"""Values that look like secrets, made at run time: none stands in the tree (L-16)."""

import random
import string
from collections.abc import Callable

import pytest


@pytest.fixture
def drawn() -> Callable[..., str]:
    """Draws `count` characters from an alphabet, the same ones each run."""
    rng = random.Random(20_261_120)

    def draw(count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
        while True:
            value = "".join(rng.choices(alphabet, k=count))
            if any(map(str.isdigit, value)) or not set(alphabet) & set(string.digits):
                return value

    return draw


@pytest.fixture
def leaks() -> Callable[[str, str], bool]:
    """Whether any 8-character window of the last 60 % of a secret is in a text."""

    def check(secret: str, text: str) -> bool:
        tail = secret[int(len(secret) * 0.4) :]
        size = min(8, len(tail))
        return any(tail[at : at + size] in text for at in range(len(tail) - size + 1))

    return check
