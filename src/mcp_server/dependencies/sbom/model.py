"""A bill of materials before any format: the subject, its parts, who needs whom. Both formats are written from it.

All texts are clean when they get here: `analysis/sbom_facts` puts the repository's words through its door.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import field
from hashlib import sha256
from uuid import UUID, uuid5

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.requirement import Scope

_NAMESPACE = UUID("6f1b3c1e-6f0f-5a5e-9a55-5d5c3b0c7a10")
"""Of our own documents (RFC 9562, version 5): the same content has the same identifier everywhere."""

_ALGORITHMS = {"md5": ("MD5", 32), "sha1": ("SHA-1", 40), "sha256": ("SHA-256", 64), "sha384": ("SHA-384", 96)}
_ALGORITHMS["sha512"] = ("SHA-512", 128)


@dataclass(frozen=True, slots=True)
class Part:
    """One package. `reference` names it within the document; `version` is "" when no lock and no pin says one.

    `digest` is (CycloneDX's name of the algorithm, hexadecimal digits) or None. `at` are `path:line` of statements.
    """

    reference: str
    name: str
    ecosystem: str
    version: str = ""
    purl: str = ""
    scope: Scope = "runtime"
    licence: str = ""
    digest: tuple[str, str] | None = None
    direct: bool = False
    constraint: str = ""
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """The document. `edges` go from a reference to those it needs; a part without an entry is not known to need any."""

    subject: Part
    tool_version: str
    parts: tuple[Part, ...] = ()
    edges: tuple[tuple[str, tuple[str, ...]], ...] = ()
    created: str = ""
    """ISO 8601 with `Z`; "" leaves it out where a format allows that."""
    complete: bool = True
    """False when a manifest or lock could not be read in full."""

    @property
    def identity(self) -> UUID:
        """A UUID of the content."""
        text = "\n".join((repr(self.subject), *map(repr, self.parts), *map(repr, self.edges)))
        return uuid5(_NAMESPACE, sha256(text.encode("utf-8", "surrogateescape")).hexdigest())


def digest_of(text: str) -> tuple[str, str] | None:
    """A lock's digest (`sha256:…`, or `sha512-…` in base64) as algorithm and hexadecimal digits; None for others."""
    algorithm, mark, value = text.partition(":")
    if not mark:
        algorithm, mark, value = text.partition("-")
        try:
            value = base64.b64decode(value, validate=True).hex()
        except (binascii.Error, ValueError):
            return None
    known = _ALGORITHMS.get(algorithm)
    if known is None or len(value) != known[1] or any(letter not in "0123456789abcdef" for letter in value.lower()):
        return None
    return known[0], value.lower()


@dataclass(slots=True)
class Draft:
    """Parts and edges being put together: equal packages are one part with all their places."""

    parts: dict[str, Part] = field(default_factory=dict[str, Part])
    edges: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def add(self, part: Part) -> str:
        """Put a part in, or add to the one that is there; its reference."""
        before = self.parts.get(part.reference)
        if before is None:
            self.parts[part.reference] = part
        else:
            stronger = _ORDER.index(part.scope) < _ORDER.index(before.scope)
            self.parts[part.reference] = Part(
                before.reference,
                before.name,
                before.ecosystem,
                before.version,
                before.purl,
                part.scope if stronger else before.scope,
                before.licence or part.licence,
                before.digest or part.digest,
                before.direct or part.direct,
                before.constraint or part.constraint,
                tuple(dict.fromkeys((*before.at, *part.at)))[:MAX_PLACES],
            )
        return part.reference

    def link(self, above: str, below: Iterable[str]) -> None:
        """`above` needs each of `below`."""
        self.edges.setdefault(above, set()).update(one for one in below if one != above)

    def bill(self, subject: Part, tool_version: str, created: str, *, complete: bool) -> Bill:
        """The document, in the order of references."""
        edges = tuple((above, tuple(sorted(below))) for above, below in sorted(self.edges.items()))
        parts = tuple(self.parts[reference] for reference in sorted(self.parts))
        return Bill(subject, tool_version, parts, edges, created, complete)


_ORDER: tuple[Scope, ...] = ("runtime", "optional", "peer", "build", "dev", "test", "ci")
MAX_PLACES = 20
"""Of one package: a monorepo asks for the same one in hundreds of manifests."""


def licence_expression(text: str) -> str:
    """The SPDX expression in its canonical form, "" when the text is none."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression  # 10 ms, for SBOMs alone

    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return ""
