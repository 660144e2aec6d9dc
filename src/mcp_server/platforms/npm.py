"""Which file of an npm package to read, by the registry's abbreviated package document."""

import base64
import binascii
import re
from typing import Literal

from plumbrule.core.errors import InvalidRepository, NotFound
from plumbrule.core.http import Digest, Http
from plumbrule.mcp_server.platforms.release import ReleaseFile, absolute, mapping, required, text

ABBREVIATED = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8"
MAX_DOCUMENT_BYTES = 128 << 20
"""Abbreviated documents of the largest packages have tens of megabytes."""

_VERSION = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,15})(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_STRONG: tuple[tuple[Literal["sha512", "sha384", "sha256"], int], ...] = (
    ("sha512", 64),
    ("sha384", 48),
    ("sha256", 32),
)


async def find_npm_release(http: Http, registry_url: str, name: str, version: str | None) -> ReleaseFile:
    """The tarball of `version`, or of the highest final version that is not deprecated (semver 2.0.0, 11).

    Raises:
        NotFound: no such package or version, or no final one; InvalidRepository: no strong hash is published.
        Others as `Http.get`.
    """
    url = f"{registry_url.rstrip('/')}/{name}"
    try:
        answer = await http.get_json(url, max_bytes=MAX_DOCUMENT_BYTES, headers={"Accept": ABBREVIATED})
    except NotFound:
        raise NotFound(f"There is no package {name} on this registry.", hint="Check the spelling.") from None
    document = required(answer, "The npm registry")
    versions = {key: mapping(value) for key, value in mapping(document.get("versions")).items()}
    wanted = version if version is not None else _newest(versions, name)
    if wanted not in versions:
        newest = text(mapping(document.get("dist-tags")).get("latest"))[:100]
        hint = f"The newest release is {newest}." if newest else "Check the spelling."
        raise NotFound(f"{name} has no release {wanted}.", hint=hint)
    dist = mapping(versions[wanted].get("dist"))
    return ReleaseFile(
        filename=text(dist.get("tarball")).rpartition("/")[2],
        url=absolute(url, text(dist.get("tarball"))),
        version=wanted,
        digest=_digest(text(dist.get("integrity"))),
    )


def _newest(versions: dict[str, dict[str, object]], name: str) -> str:
    final = {found: key for key in versions if (found := _final(key))}
    kept = {found: key for found, key in final.items() if not versions[key].get("deprecated")}
    candidates = kept or final
    if not candidates:
        raise NotFound(
            f"{name} has no final release.", hint=f"Name one of its versions, as in pkg:npm/{name}@1.0.0-beta.1."
        )
    return candidates[max(candidates)]


def _final(version: str) -> tuple[int, int, int] | None:
    """The version's numbers, None for a pre-release and for what is no version."""
    match = _VERSION.fullmatch(version)
    return (int(match[1]), int(match[2]), int(match[3])) if match and match[4] is None else None


def _digest(integrity: str) -> Digest:
    """The strongest hash of a Subresource Integrity value."""
    given = dict(part.split("-", 1) for part in integrity.split()[:8] if "-" in part)
    for algorithm, length in _STRONG:
        try:
            raw = base64.b64decode(given.get(algorithm, "").partition("?")[0], validate=True)
        except (binascii.Error, ValueError):
            continue
        if len(raw) == length:
            return Digest(algorithm, raw.hex())
    raise InvalidRepository(
        "The registry gives no strong hash for this release, so it cannot be verified.",
        hint="Name its repository instead.",
    )
