"""The encodings in which a value that the process holds may turn up."""

import base64
import html
import json
import random
import string
from collections.abc import Callable
from urllib.parse import quote

ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda v: v,
    "percent": lambda v: quote(v, safe=""),
    "double-percent": lambda v: quote(quote(v, safe=""), safe=""),
    "json": lambda v: json.dumps(v)[1:-1],
    "json-unicode": lambda v: "".join(f"\\u{ord(c):04x}" for c in v),
    "repr": lambda v: repr(v)[1:-1],
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64-shift-1": lambda v: base64.b64encode(b"a" + v.encode() + b"bc").decode(),
    "base64-shift-2": lambda v: base64.b64encode(b"ab" + v.encode() + b"c").decode(),
    "base64-url": lambda v: base64.urlsafe_b64encode(b"user:" + v.encode()).decode(),
    "hex": lambda v: v.encode().hex(),
    "hex-upper": lambda v: v.encode().hex().upper(),
    "html": html.escape,
}


def values(seed: int, count: int) -> list[str]:
    """Passwords as people and generators make them: with and without signs, blanks and letters beyond ASCII."""
    rng = random.Random(seed)
    alphabets = (
        string.ascii_letters + string.digits,
        string.ascii_letters + string.digits + string.punctuation,
        string.ascii_letters + "äöüßéñ漢字",
        string.ascii_letters + string.digits + " +/=",
    )
    return ["".join(rng.choices(alphabets[n % len(alphabets)], k=rng.choice((12, 20, 40)))) for n in range(count)]
