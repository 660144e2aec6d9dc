"""One file of a published release, as a registry names it, and safe reading of what registries answer."""

from typing import cast
from urllib.parse import urljoin

from plumbrule.core.errors import Unavailable
from plumbrule.core.http import Digest
from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """`size` in bytes, None when the registry does not say. `digest` is what the file must hash to."""

    filename: str
    url: str
    version: str
    digest: Digest
    size: int | None = None


def mapping(value: object) -> dict[str, object]:
    """`value` as a JSON object; empty when it is none."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def sequence(value: object) -> list[object]:
    """`value` as a JSON array; empty when it is none."""
    return cast("list[object]", value) if isinstance(value, list) else []


def text(value: object) -> str:
    """`value` as a string; empty when it is none."""
    return value if isinstance(value, str) else ""


def required(document: object, registry: str) -> dict[str, object]:
    """The JSON object that a registry answered.

    Raises:
        Unavailable: it answered something else.
    """
    found = mapping(document)
    if not found:
        raise Unavailable(f"{registry} answered something that is no package document.", hint="Try again later.")
    return found


def absolute(base: str, url: str) -> str:
    """`url` as the document at `base` means it, without its fragment; the URL guard judges it afterwards."""
    return urljoin(base, url).partition("#")[0]
