"""What an answer is about: a Python or Node version and a platform; read from what callers write, shown as one word."""

from dataclasses import dataclass
from typing import Literal

Platform = Literal["linux", "macos", "windows", "universal"]


@dataclass(frozen=True, slots=True)
class Target:
    """`python` is `3.12` or `3.12.4`, `node` `20` to `20.11.1`, "" where nobody said. `machine` is `x86_64` or
    `aarch64`. `derived` names the fields that were not given but worked out."""

    python: str = ""
    node: str = ""
    platform: Platform = "linux"
    machine: str = "x86_64"
    derived: tuple[str, ...] = ()

    @property
    def universal(self) -> bool:
        return self.platform == "universal"
