"""The forms in which a secret that the process holds can turn up in text: every encoding a log or a reply may use."""

import base64
from collections.abc import Iterator

MIN_VALUE_CHARS = 4
"""A shorter value would blank ordinary words; it is not registered."""

_MIN_FORM_CHARS = 6
"""An encoded fragment shorter than this says nothing about where it came from."""


def encoded_forms(value: str) -> frozenset[str]:
    """`value` raw, percent (once and twice), as JSON, JSON-unicode, repr, base64, hex and HTML, all lower-cased.

    Base64 comes in its three alignments (the characters that depend on the neighbours cut off), in the standard
    and the URL alphabet. Lower case, because the gate is asked with lower-cased text: a value is masked in any case.
    """
    if len(value) < MIN_VALUE_CHARS:
        return frozenset()
    forms = {value}
    forms.update(form for form in _encodings(value) if len(form) >= _MIN_FORM_CHARS)
    return frozenset(lowered(form) for form in forms if form)


def lowered(text: str) -> str:
    """Lower case with every character at its old offset (U+0130 alone would become two)."""
    low = text.lower()
    return low if len(low) == len(text) else text.replace("\u0130", "i").lower()


def _encodings(value: str) -> Iterator[str]:
    import json  # here and below: start-up without a registered value pays for none of these
    from urllib.parse import quote, quote_plus

    raw = value.encode("utf-8", "surrogatepass")
    for percent in (quote(raw, safe=""), quote(raw), quote_plus(raw), _percent_all(raw)):
        yield percent
        yield quote(percent, safe="")
    for ascii_only in (False, True):
        dumped = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield dumped
        yield dumped.replace("/", "\\/")
        yield json.dumps(dumped, ensure_ascii=ascii_only)[1:-1]
    yield _json_unicode(value)
    yield "".join(f"\\u{ord(c):04x}" for c in value if ord(c) < 0x10000)
    yield "".join(f"\\x{b:02x}" for b in raw)
    yield repr(value)[1:-1]
    yield ascii(value)[1:-1]
    yield repr(raw)[2:-1]
    yield repr(repr(value)[1:-1])[1:-1]
    yield raw.hex()
    yield raw.hex(":")
    yield raw.hex(" ")
    yield from _html_forms(value)
    yield from _base64_forms(raw)
    if "\n" in value:
        yield value.replace("\n", "\r\n")
        yield from (line for line in value.splitlines() if len(line) >= 16)


def _percent_all(raw: bytes) -> str:
    return "".join(f"%{b:02X}" for b in raw)


def _json_unicode(value: str) -> str:
    """JSON with everything but letters and digits as unicode escapes, as .NET and Go's HTML-safe writers do."""
    import json

    return "".join(
        c
        if c.isascii() and (c.isalnum() or c in "_-.")
        else json.dumps(c)[1:-1]
        if ord(c) > 0x7F
        else f"\\u{ord(c):04x}"
        for c in value
    )


def _html_forms(value: str) -> Iterator[str]:
    import html

    yield html.escape(value)
    yield html.escape(value, quote=False)
    yield html.escape(value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    yield html.escape(value).replace("&#x27;", "&apos;")
    yield html.escape(html.escape(value))
    yield "".join(c if c.isascii() and c.isalnum() else f"&#{ord(c)};" for c in value)
    yield "".join(c if c.isascii() and c.isalnum() else f"&#x{ord(c):x};" for c in value)
    yield "".join(f"&#{ord(c)};" for c in value)


def _base64_forms(raw: bytes) -> Iterator[str]:
    from urllib.parse import quote

    for shift in range(3):
        padded = base64.b64encode(b"\0" * shift + raw).decode("ascii").rstrip("=")
        # The first characters mix in the bytes before, the last one the bytes after.
        start = (0, 2, 3)[shift]
        end = len(padded) - (1 if (len(raw) + shift) % 3 else 0)
        core = padded[start:end]
        for form in (core, core.replace("+", "-").replace("/", "_")):
            yield form
            yield quote(form, safe="")
