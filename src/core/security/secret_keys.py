"""Which names promise a secret, and how firmly.

Below `masking`: the names open the gate for `key = value` in text and decide about the keys of mappings. A name
is `strong` (password, secret, API key: whatever stands there is hidden unless it is plainly a placeholder, a type or
code), `firm` (token, auth) or `weak` (session, signature): there the value must also look like one. `secret_values` judges the values.
"""
# ruff: noqa: E501 - because a pattern broken over lines hides which alternatives it has

import re
from functools import cache, lru_cache
from typing import Literal

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_values import lowered

Strength = Literal["password", "strong", "firm", "weak", "vague"]
"""`firm`: as `weak`, but an id counts as a secret too (`api_token: <uuid>`), for session and trace ids it does not.
`vague`: only a long value that reads random counts, so that cache keys and ids stay readable."""


def _spellings(*names: str) -> tuple[str, ...]:
    """`api key` as apikey, api_key, api-key, api.key and with a space, plain and percent-encoded."""
    joints = ("", "_", "-", ".", " ", "%20", "+")
    return tuple(name.replace(" ", joint) for name in names for joint in (joints if " " in name else ("",)))


_GATED_VENDORS = (
    "adafruit", "airtable", "algolia", "alibaba", "artifactory", "asana", "assemblyai", "beamer", "bittrex",
    "bugsnag", "clickup", "cloudflare", "codecov", "cohere", "coinbase", "confluence", "confluent", "contentful",
    "datadog", "deepgram", "dropbox", "droneci", "etsy", "fastly", "finicity", "finnhub", "flickr", "freshbooks",
    "gitter", "gocardless", "heroku", "honeybadger", "hubspot", "intercom", "kraken", "kucoin", "launchdarkly",
    "linkedin", "looker", "mailgun", "mapbox", "mattermost", "meraki", "messagebird", "mistral", "netlify",
    "newrelic", "new_relic", "newyorktimes", "nytimes", "opsgenie", "pagerduty", "plaid", "privateai", "pubnub",
    "rapidapi", "rollbar", "sendbird", "sonar", "squarespace", "sumologic", "telegr", "travis", "trello", "twitch",
    "twitter", "typeform", "wandb", "yandex", "zendesk",
)  # fmt: skip
VENDORS = (
    *_GATED_VENDORS,
    "abstractapi", "abuseipdb", "airship", "alchemy", "amplitude", "anthropic", "appcenter", "atlassian", "auth0",
    "azure", "baremetrics", "bitbucket", "bitfinex", "bitly", "bitrise", "blockfrost", "braintree", "branch_io",
    "buildkite", "calendly", "canva", "cerebras", "chargebee", "checkly", "circleci", "cisco", "civitai", "clarifai",
    "clearbit", "clerk", "clickhouse", "cloudinary", "cloudsmith", "codacy", "codeberg", "codeclimate",
    "coinmarketcap", "contentstack", "convertkit", "crowdin", "customerio", "databricks", "deepseek", "digitalocean",
    "discord", "docker", "doppler", "drone", "duffel", "dynatrace", "easypost", "elastic", "exchangerate", "facebook",
    "figma", "firebase", "fireworks", "flutterwave", "frameio", "fullstory", "geocodio", "ghost", "gitea", "gitee",
    "github", "gitlab", "google_maps", "grafana", "groq", "harness", "helpscout", "honeycomb", "huggingface",
    "hunter_io", "infura", "instagram", "ipinfo", "ipstack", "jfrog", "jira", "jotform", "kaggle", "klaviyo",
    "langfuse", "langsmith", "laravel", "lemonsqueezy", "linear", "linode", "loggly", "lokalise", "mailchimp",
    "mailerlite", "mailjet", "mandrill", "mapquest", "maxmind", "messenger", "mixpanel", "modelscope", "monday",
    "moralis", "mux", "newsapi", "ngrok", "notion", "npm", "nvidia", "octopus", "okta", "onesignal", "openai",
    "openrouter", "openweather", "optimizely", "paddle", "paypal", "perplexity", "pinecone", "pipedrive",
    "planetscale", "polygon", "posthog", "postmark", "prefect", "pulumi", "pusher", "quicknode", "railway",
    "razorpay", "readme", "recaptcha", "replicate", "resend", "rubygems", "runpod", "salesforce", "scaleway",
    "segment", "sendgrid", "sendinblue", "sentry", "serpapi", "shippo", "shodan", "shopify", "shortcut", "signalwire",
    "slack", "snyk", "sourcegraph", "spotify", "square", "statuspage", "stripe", "supabase", "surge", "tailscale",
    "tatum", "tavily", "teamcity", "telegram", "terraform", "tmdb", "together", "trufflehog", "turnstile", "twilio",
    "unsplash", "uptimerobot", "vercel", "virustotal", "vonage", "vultr", "weatherapi", "webflow", "wistia", "workos",
    "xai", "youtube", "zapier", "zenodo", "zoho", "zoom",
)  # fmt: skip
"""Services whose name before `key` makes even an id the key: `HEROKU_KEY=<uuid>`, `snyk-key <hex>`."""

_VENDOR_WORDS = frozenset(vendor.replace("_", "") for vendor in VENDORS)
_WORD = LazyPattern(r"[a-z0-9]+")
_KEY_QUALIFIER = LazyPattern(r"(?:api|access|app|secret|auth|client)?key\Z")


def names_a_vendors_key(text: str, start: int, end: int) -> bool:
    """Whether the name around `start`, with its end at `end`, is that of a known service's key."""
    if text[end - 3 : end].lower() != "key":
        return False
    words = _WORD.findall(text[max(0, start - 24) : end].lower())[-4:]
    words[-1] = _KEY_QUALIFIER.sub("", words[-1])
    return not _VENDOR_WORDS.isdisjoint(words)


KEYWORDS: dict[str, Strength] = {
    **dict.fromkeys(
        ("password", "passwd", "passwort", "passw=", "passw:", "passphrase", "passcode", "pwd", "passkey", "contrase", "kennwort", "mot_de_passe", "senha", "identified by", "psk", "sshpass", "requirepass", "masterauth", "storepass", "keypass",
         "pswd", "paswd", "pswrd", "psswrd", "pw:", "pw=",
         "pass=", "pass:", 'pass"', "pass'", "pass>", "pass]", "pass\\", "pass&", "pass%", "pass\uff1a", "_pass ", "-pass ", ".pass ", "pass\n", "pass =", "pass :", "pass\t", "pass|", "pass`", "pass*", "pass\uff1d", "pass ->"),
        "password",
    ),
    **dict.fromkeys(
        ("secret", "credential", "hub-signature", "stripe-signature", "slack-signature", "mnemonic", "seed_phrase", "private_token", "_authtoken", "_auth",
         *_spellings("api key", "api secret", "access key", "private key", "auth key", "signing key", "sign key", "encryption key",
                     "decryption key", "encrypt key", "cipher key", "aes key", "master key", "account key", "shared access key", "shared key",
                     "storage key", "service key", "deploy key", "hmac key", "app key", "application key", "consumer key",
                     "subscription key", "session key", "server key", "admin key", "root key", "ssh key", "rsa key",
                     "connection string", "connstr", "conn str", "webhook url", "webhook key", "functions key", "bot key",
                     "integration key", "write key", "host key", "machine key", "validation key", "jwt key", "primary key value",
                     "recovery code", "backup code", "access code", "one time code", "security code", "personal access")),
        "strong",
    ),
    **dict.fromkeys(
        ("token", "auth", "bearer", "jwt", "csrf", "xsrf", "pat=", "_pat", "--pat ", "'pat'", '"pat"'),
        "firm",
    ),
    **dict.fromkeys(
        ("session", "sessid", "signature", "sig=", "sig%3d", '"sig"', "hmac=",
         "cookie", "saml", "samlresponse", "samlrequest", "assertion", "otp=", "ticket=", "dsn", "sas=", "salt=", "pepper", "cred=", "creds",
         "client_id_secret", "verifier"),
        "weak",
    ),
    **dict.fromkeys(("_key", "-key", "license key", "licensekey", "device_code", "?code=", "&code=", " key=", "key :=", 'key = "', "?key=", "&key=", "&amp;key=", "%26key%3d", "?key%3d"), "vague"),
    **dict.fromkeys(_GATED_VENDORS, "vague"),
}  # fmt: skip
"""Lower-cased fragments of key names. Found anywhere in the text, then looked at closely."""

_HARMLESS_TAIL = LazyPattern(
    r"s?(?:[_.\-]?(?:count|counts|counter|type|types|name|names|length|len|size|limit|limits|min|max|url|uri|uris|endpoint|path|file|files|"
    r"filename|dir|field|fields|policy|policies|expir\w*|expires\w*|ttl|age|lifetime|timeout|created\w*|updated\w*|issued\w*|required|enabled|disabled|"
    r"reset|hint|label|placeholder|error|errors|valid\w*|invalid\w*|budget|usage|used|use|bound|estimate\w*|izer|ized?|ization|izing|"
    r"version|algorithm|algo|alg|method|mode|scheme|scopes?|format|strength|manager|provider|service|store|storage|class|factory|handler|"
    r"generator|helper|input|prompt|rotation|rotated\w*|status|state|index|position|offset|per_\w*|rate|ratio|level|flow|info|config|"
    r"column|table|regex|pattern|header|param\w*|arg|args|var|id|ids|arn|ref|refs|less|ary|aries|ed|ing|ion|ional|or|ors|orized|orization_url|ority|entication|"
    r"enticated|entic\w*|group|owner|kind|category|source|target|server|host|port|user|username|email|date|time\w*|at|on|in|"
    r"changed\w*|change|stream|window|cost|price|total|remaining|left|matched|set|list|map|cache|pool|queue|is\w*|of|kinds?|scanner|scanning|detection|mask\w*|text_|prefix|suffix|length|builder|parser|reader|writer|field\w*|check\w*|encoder|decoder|kinds|cls|header|cookie_name|response|request|model|schema|filter|entry|entries|comment))"
    r"s?(?![a-z])"
    r"s?",
    re.IGNORECASE,
)
"""What follows the keyword in names that hold no secret: `token_count`, `password_field`, `tokenizer`."""

_PLAIN_HEADS = frozenset(("no", "is", "has", "with", "without", "use", "public", "per"))
"""What precedes even `password` or `secret` in names that hold none."""

_HARMLESS_HEADS = _PLAIN_HEADS | frozenset((
    "idempotency", "cancellation", "cancel", "request", "lock", "fencing", "resume", "correlation", "trace",
    "page", "next", "prev", "continuation", "continue", "sync", "max", "min", "num", "n", "total", "prompt",
    "completion", "input", "output", "cached", "reasoning", "public", "special", "eos", "bos", "pad", "unk",
    "mask", "sep", "cls", "no", "is", "has", "use", "with", "without", "per", "stop", "foreign", "primary",
    "cache", "sort", "partition", "dict", "hash", "lookup", "design", "jquery", "lint",
))  # fmt: skip
"""What precedes the keyword in names that hold no secret: `max_tokens`, `next_page_token`, `public_key`."""

_GLUED = LazyPattern(
    r"(?:s|id|key|keys|token|value|val|string|str|text|hash|b64|base64|hex|bytes|data|plain|plaintext|raw|accesskey|access|secret|code|pass|word|"
    r"base|seed|current|old|new|confirm\w*|env|prod|production|dev|staging|live|main|master|default)?\d{0,4}(?:[_.\-].*)?",
    re.IGNORECASE,
)
"""How a keyword may go on without a joint (`sessionid`, `secretkey`, `passwords`); `author` and `tokenizer` do not."""


def harmless_name(head: str, tail: str, strength: Strength, *, session: bool = False) -> bool:
    """Whether a name with `head` before the keyword and `tail` after it holds no secret although the keyword is in it.

    `session`: the keyword is one, whose id is the secret.
    """
    if tail and _harmless_tail(tail, head[-1:].isupper(), session):
        return True
    if strength == "vague" and tail[-3:].lower() in ("_id", ".id", "-id"):
        return True
    word = head[:-1] if head[-1:] in ("_", "-", ".") else head
    at = len(word)
    while at and word[at - 1].isalpha() and not (word[at : at + 1].isupper() and word[at - 1].islower()):
        at -= 1  # to the beginning of the word, of `Page` in nextPage too
    if word[at - 1 : at] == "\\":
        at += 1  # the letter belongs to an escape such as `\\n`, not to the name
    return word[at:].lower() in (_PLAIN_HEADS if strength in ("password", "strong") else _HARMLESS_HEADS)


@lru_cache(maxsize=4096)
def _harmless_tail(tail: str, after_capital: bool, session: bool) -> bool:
    if session and tail.lower().lstrip("_-.") == "id":
        return False
    if _HARMLESS_TAIL.match(tail):
        return True
    same_word = tail[0].islower() or (tail[0].isupper() and after_capital and tail.isupper())
    return same_word and _GLUED.fullmatch(tail) is None


@lru_cache(maxsize=2048)
def key_strength(name: str) -> Strength | None:
    """What a mapping's key named `name` promises, None for nothing. Cached, since keys repeat."""
    low = lowered(name)
    best: Strength | None = None
    for keyword, stands_alone, strength in _bare_keywords():
        at = low.rfind(keyword)
        if at < 0:
            continue
        head, tail = name[max(0, at - 24) : at], name[at + len(keyword) :]
        if stands_alone and (head[-1:].isalpha() or tail[:1].isalpha()):
            continue  # in text a separator had to follow; here the word must stand alone
        if harmless_name(head, tail, strength, session=keyword == "session"):
            continue
        if best is None or _ORDER[strength] < _ORDER[best]:
            best = strength
    return best


@cache
def _bare_keywords() -> list[tuple[str, bool, Strength]]:
    """The keywords without their separators, and whether they had one. Made once: stripping them took 0.1 ms a name."""
    bare: dict[tuple[str, bool, Strength], None] = {}
    for written, strength in KEYWORDS.items():
        keyword = (
            "pass"
            if written.lstrip("_-.").startswith("pass") and not written.lstrip("_-.")[4:5].isalpha()
            else written.strip("\"'=:?&>]\\%\uff1a \n")
        )
        if keyword not in ("key", "code"):  # which only in text say enough, with what stands around them
            bare[keyword, keyword != written, strength] = None
    return list(bare)


_ORDER: dict[Strength, int] = {"password": 0, "strong": 1, "firm": 2, "weak": 3, "vague": 4}
