"""The literals that open tokens in files, and whether one may stand behind `_`, `-` or `.`.

Between `token_formats` (which the masker shares) and `secrets`: a report must not cry wolf where a name goes on.
"""

from typing import NamedTuple

from plumbrule.core.security.token_formats import Body, TokenFormat

MIN_BODY_CHARS = 16
"""Shorter bodies are hidden in logs but not reported: too many identifiers share such a short form."""

GLUED_BODY_CHARS = 16
"""Of a token that stands behind `_`, `-` or `.`: shorter ones are parts of names."""

LONG_BODY_CHARS = 60
"""No name goes on for so long."""


class Opening(NamedTuple):
    """A literal that opens a token of a kind, as it is written; `least` characters of its body count."""

    literal: str
    kind: str
    body: Body
    least: int
    opens_word: bool
    glued: bool
    doubtful: bool


def opening_of(form: TokenFormat, literal: str) -> Opening:
    """A format's literal with what `secrets` asks of it."""
    least = max(form.body_chars, MIN_BODY_CHARS if form.body_chars > 12 else form.body_chars)
    opens_word = literal[0].isalnum() and form.body != "url"
    glued = opens_word and _stands_out(form, literal)
    return Opening(literal, form.kind, form.body, least, opens_word, glued, form.sure == "random")


_WELL_KNOWN = frozenset(
    (
        *(
            "npm",
            "huggingface",
            "sendgrid",
            "openai",
            "sk-key",
            "anthropic",
            "openrouter",
            "groq",
            "xai",
            "databricks",
            "stripe",
        ),
        *("shopify", "figma", "supabase", "notion-new", "grafana", "sentry", "mapbox", "mailgun", "doppler", "vercel"),
        *("netlify", "replicate", "perplexity", "cloudflare-prefixed", "stripe-hook", "razorpay", "buildkite"),
    )
)


def _stands_out(form: TokenFormat, literal: str) -> bool:
    """Whether the literal tells a token also behind `_`, `-` or `.`, where words like `key_` and `test_` go on."""
    if not literal[0].isalpha():
        return False
    capitals = not literal.islower() and len(literal) >= 4
    return form.sure == "sure" or capitals or form.kind in _WELL_KNOWN or form.body_chars >= LONG_BODY_CHARS
