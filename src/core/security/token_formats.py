"""The token formats that platforms publish: a literal that opens the token and the characters that follow.

Below `masking` (which hides them in text) and `secrets` (which reports them in files). One row is one kind: its
name, its opening literals, the class of its body, the least length that counts, and how sure the literal alone is.
Sources: the platforms' own documentation of their token prefixes, as known in 2026; lengths are floors, because a
log may have cut the token and platforms lengthen theirs.
"""
# ruff: noqa: E501 - because one kind is one row

import base64
import re
from collections.abc import Callable
from functools import cache
from typing import Literal, NamedTuple

Body = Literal[
    "alnum", "word", "dash", "hex", "upper", "base64", "dotted", "path", "url", "crypt", "three", "numbered", "uuid", "dollars", "hexes"
]  # fmt: skip
Sure = Literal["sure", "bounded", "random"]
"""`sure`: the literal is enough. `bounded`: it must open a word. `random`: and the body must not read like words."""

_BODIES: dict[Body, str] = {
    "alnum": r"[A-Za-z0-9]++",
    "word": r"[A-Za-z0-9_]++",
    "dash": r"[A-Za-z0-9_\-]++",
    "hex": r"[0-9A-Fa-f]++",
    "upper": r"[A-Z0-9]++",
    # `+ / =` may come percent-encoded (once or twice), as \/ or as a \u escape.
    "base64": r"(?:[A-Za-z0-9+/=_\-]++|%(?:25)?(?:2[BbFf]|3[Dd])|\\+/|\\+u00(?:2[bBfF]|3[dD]))++",
    "dotted": r"[A-Za-z0-9_\-]++(?:(?:\.|%(?:25)?2[Ee])[A-Za-z0-9_\-=]++)*+",
    # A snowflake, a time and a signature; without its dots it would be any base64.
    "three": r"[A-Za-z0-9_\-]{12,}+(?:\.|%(?:25)?2[Ee])[A-Za-z0-9_\-]{4,}+(?:\.|%(?:25)?2[Ee])[A-Za-z0-9_\-]{16,}+",
    "numbered": r"[0-9]{8,}+(?:(?:/|%2[Ff])[0-9]{8,}+)?(?::|%(?:25)?3[Aa])[0-9a-f]{20,}+",
    "uuid": r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9A-Za-z])",
    "dollars": r"[A-Za-z0-9]{8,}+(?:\$|%(?:25)?24)[0-9a-f]{20,}+",
    "hexes": r"[0-9a-f]{24}\.[0-9a-f]{32}\.[0-9a-f]{32}",
    "url": r"[^\s\"'<>`\\|)\]},]++",
    "crypt": r"[A-Za-z0-9./+=$,_%\-]++",
    "path": r"(?:[A-Za-z0-9_\-./+=~:]++|%(?:25)?(?:2[BbFfEe]|3[DdAa])|\\+/)++",
}


class TokenFormat(NamedTuple):
    """One kind of token. `body_chars` is the least number of characters after the literal."""

    kind: str
    literals: tuple[str, ...]
    body: Body
    body_chars: int
    sure: Sure = "sure"


@cache
def body_matcher(body: Body) -> Callable[[str, int], re.Match[str] | None]:
    """`pattern.match` of a body class; compiled on first use, because compiling all costs more than starting."""
    return re.compile(_BODIES[body]).match


_ROWS: tuple[tuple[str, str, Body, int, Sure], ...] = (
    # Forges and registries
    ("github", "ghp_ gho_ ghu_ ghs_ ghr_", "word", 16, "sure"),
    ("github-fine-grained", "github_pat_", "word", 20, "sure"),
    (
        "gitlab",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glagent- glimt- gloas- glffct- glwt- glrtr-",
        "dotted",
        16,
        "sure",
    ),
    ("gitlab-runner", "GR1348941", "dash", 16, "sure"),
    ("gitlab-session", "_gitlab_session=", "hex", 16, "sure"),
    ("bitbucket", "ATBB ATCTT ATATT ATSTT ATOATT", "base64", 20, "bounded"),
    ("bitbucket-server", "BBDC-", "base64", 36, "sure"),
    ("gitea", "gta_ gto_ forgejo_", "alnum", 30, "bounded"),
    ("huggingface", "hf_", "alnum", 20, "random"),
    ("huggingface-org", "api_org_", "alnum", 20, "bounded"),
    ("npm", "npm_", "alnum", 20, "random"),
    ("pypi", "pypi-AgE pypi-AgEN", "dash", 30, "sure"),
    ("docker-swarm", "SWMTKN-1- SWMKEY-1-", "dash", 30, "sure"),
    ("llama-cloud", "llx-", "dash", 40, "bounded"),
    ("akamai", "akab-", "dash", 30, "bounded"),
    ("wundergraph", "cosmo_", "hex", 30, "bounded"),
    ("ntlm", "TlRMTVNTUAAB TlRMTVNTUAAC TlRMTVNTUAAD", "base64", 20, "bounded"),
    ("pganalyze", "pgar_", "alnum", 24, "bounded"),
    ("twitter-bearer", "AAAAAAAAAAAAAAAAAAAAA", "crypt", 60, "random"),
    ("jsr", "jsrp_ jsr_", "alnum", 30, "bounded"),
    ("kaggle", "KGAT_", "hex", 28, "sure"),
    ("modelscope", "ms-", "uuid", 36, "bounded"),
    ("runpod", "rpa_", "alnum", 36, "bounded"),
    ("databento", "db-", "alnum", 29, "random"),
    ("cursor", "key_ crsr_", "hex", 60, "bounded"),
    ("rubygems", "rubygems_", "hex", 30, "sure"),
    ("crates", "cio", "alnum", 32, "random"),
    ("nuget", "oy2", "alnum", 40, "random"),
    ("clojars", "CLOJARS_", "alnum", 30, "sure"),
    ("docker", "dckr_pat_ dckr_oat_", "dash", 16, "sure"),
    ("packagist", "packagist_ort_ packagist_out_ packagist_org_ packagist_uut_", "alnum", 30, "sure"),
    ("kubernetes-websocket", "bearer.authorization.k8s.io.", "dash", 12, "sure"),
    ("jfrog", "AKCp AKCb", "alnum", 30, "random"),
    ("jfrog-reference", "cmVmd", "base64", 40, "bounded"),
    ("cloudsmith", "csm_ csa_", "alnum", 30, "random"),
    ("sonar", "sqp_ squ_ sqa_", "hex", 30, "bounded"),
    ("sourcegraph", "sgp_ sgd_ slk_", "word", 32, "bounded"),
    # Models
    ("openai", "sk-proj- sk-svcacct- sk-admin- sk-None- sk-service-", "dash", 20, "bounded"),
    ("openai-session", "sess-", "alnum", 30, "random"),
    ("anthropic", "sk-ant-", "dash", 20, "bounded"),
    ("openrouter", "sk-or-", "dash", 20, "bounded"),
    ("sk-key", "sk-", "dash", 20, "random"),
    ("groq", "gsk_", "alnum", 30, "bounded"),
    ("xai", "xai-", "alnum", 40, "bounded"),
    ("replicate", "r8_", "alnum", 30, "random"),
    ("perplexity", "pplx-", "alnum", 30, "bounded"),
    ("fireworks", "fw_ fpk_", "alnum", 20, "random"),
    ("together", "tgp_v1_", "dash", 30, "bounded"),
    ("langsmith", "lsv2_pt_ lsv2_sk_ lsv2_", "word", 32, "sure"),
    ("langfuse", "sk-lf- pk-lf-", "dash", 30, "bounded"),
    ("pinecone", "pcsk_", "word", 40, "bounded"),
    ("voyage", "pa-", "dash", 40, "random"),
    ("nvidia", "nvapi-", "dash", 40, "sure"),
    ("jina", "jina_", "dash", 40, "random"),
    ("cerebras", "csk-", "alnum", 40, "random"),
    ("tavily", "tvly-", "dash", 20, "random"),
    ("elevenlabs", "sk_", "hex", 40, "bounded"),
    ("wandb", "wandb_v1_", "word", 30, "sure"),
    ("e2b", "e2b_", "hex", 32, "bounded"),
    ("firecrawl", "fc-", "hex", 30, "bounded"),
    ("modal", "ak- as-", "alnum", 22, "random"),
    # Clouds
    ("google-api", "AIza", "dash", 30, "bounded"),
    ("google-oauth-secret", "GOCSPX-", "dash", 20, "sure"),
    ("google-access", "ya29.", "path", 20, "bounded"),
    ("google-api-new", "AQ.Ab", "dash", 40, "bounded"),
    ("google-code", "4/0 4%2F0", "dash", 50, "random"),
    ("google-hmac", "GOOG1 GOOG4", "upper", 50, "bounded"),
    ("google-refresh", "1//0 1%2F%2F0 1\\/\\/0", "dash", 30, "bounded"),
    ("aws-key-id", "AKIA ASIA ABIA ACCA A3T AROA AIDA", "upper", 12, "bounded"),
    ("aws-key-id-base64", "QUtJQ QVNJQ", "base64", 21, "bounded"),
    ("github-base64", "Z2hwX Z2hzX Z2hvX Z2l0aHViX3BhdF", "base64", 44, "bounded"),
    ("google-api-base64", "QUl6YVN5", "base64", 40, "bounded"),
    ("slack-base64", "eG94Yi eG94cC", "base64", 40, "bounded"),
    ("stripe-base64", "c2tfbGl2ZV cmtfbGl2ZV", "base64", 24, "bounded"),
    ("aws-bedrock", "ABSK", "base64", 60, "bounded"),
    ("aws-bedrock-short", "bedrock-api-key-", "base64", 20, "bounded"),
    ("aws-session", "FwoGZXIvYXdz IQoJb3JpZ2lu", "base64", 60, "bounded"),
    ("azure-devops", "AZDO", "alnum", 40, "random"),
    ("digitalocean", "dop_v1_ doo_v1_ dor_v1_", "hex", 40, "sure"),
    ("digitalocean-spaces", "DO00", "upper", 16, "random"),
    ("heroku", "HRKU-", "dash", 30, "sure"),
    ("alibaba", "LTAI", "alnum", 12, "random"),
    ("tencent", "AKID", "alnum", 28, "random"),
    ("volcengine", "AKLT AKTP", "base64", 30, "random"),
    ("yandex", "AQVN", "dash", 32, "bounded"),
    ("yandex-iam", "t1.9eu", "path", 40, "bounded"),
    ("yandex-static", "YCA", "dash", 33, "random"),
    ("yandex-oauth", "y0_ y1_ y2_", "dash", 40, "bounded"),
    ("scaleway", "SCW", "upper", 17, "random"),
    ("scalingo", "tk-us- tk-eu-", "dash", 30, "bounded"),
    ("linode", "linode_", "hex", 40, "bounded"),
    ("fly", "FlyV1", "path", 0, "bounded"),
    ("fly-macaroon", "fm1r_ fm1a_ fm2_ fo1_", "base64", 20, "bounded"),
    ("vercel", "vcp_ vci_ vca_ vcr_ vck_ vercel_blob_rw_", "dash", 20, "random"),
    ("netlify", "nfp_ nfc_ nfo_ nfu_ nfb_", "alnum", 30, "bounded"),
    ("render", "rnd_", "alnum", 24, "random"),
    ("railway", "rw_Fe26.2**", "path", 40, "bounded"),
    ("supabase", "sbp_ sb_secret_ sb_publishable_", "dash", 20, "bounded"),
    ("planet", "PLAK", "hex", 32, "bounded"),
    ("planetscale", "pscale_tkn_ pscale_pw_ pscale_oauth_", "path", 24, "sure"),
    ("neon", "napi_ npg_", "alnum", 12, "random"),
    ("upstash", "AXASA AYASA", "base64", 60, "random"),
    ("cloudflare", "v1.0-", "dash", 100, "bounded"),
    ("cloudflare-prefixed", "cfut_ cfat_ cfk_", "dash", 36, "bounded"),
    ("databricks", "dapi dose dkea", "dash", 30, "random"),
    ("snowflake", "ver:1-hint:", "path", 20, "bounded"),
    ("vault", "hvs. hvb. hvr.", "dash", 20, "sure"),
    ("vault-legacy", "s.", "alnum", 24, "random"),
    ("terraform", ".atlasv1.", "base64", 30, "sure"),
    ("pulumi", "pul-", "hex", 36, "bounded"),
    ("infracost", "ico-", "alnum", 28, "random"),
    ("infisical", "st.", "hexes", 80, "bounded"),
    ("doppler", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. dp.said.", "dotted", 30, "bounded"),
    ("onepassword", "ops_eyJ", "base64", 40, "bounded"),
    ("onepassword-key", "A3-", "dash", 28, "random"),
    ("age", "AGE-SECRET-KEY-1", "upper", 30, "sure"),
    ("openshift", "sha256~", "dash", 30, "bounded"),
    ("rancher", "kubeconfig-user-", "path", 30, "bounded"),
    ("tailscale", "tskey-api- tskey-auth- tskey-client- tskey-webhook- tskey-", "dash", 16, "sure"),
    ("ngrok", "ak_ cr_ ngrok_", "word", 40, "random"),
    ("clickhouse", "4b1d", "alnum", 38, "random"),
    ("intra42", "s-s4t2ud- s-s4t2af-", "hex", 60, "bounded"),
    ("jwt-base64", "ZXlK", "base64", 60, "bounded"),
    # Observability
    ("newrelic", "NRAK- NRBR- NRII- NRIQ- NRRA- NRJS- NRSP- NRAL-", "dash", 16, "bounded"),
    ("grafana", "glsa_ glc_", "base64", 30, "bounded"),
    ("grafana-legacy", "eyJrIjoi", "base64", 30, "bounded"),
    ("sentry", "sntrys_ sntryu_ sntrya_ sntryi_", "base64", 30, "bounded"),
    ("dynatrace", "dt0c01. dt0s01. dt0s02. dt0s16.", "dotted", 40, "sure"),
    ("honeycomb", "hcaik_ hcbik_ hcalk_ hcamk_ hcxik_ hcxlk_ hcxmk_", "alnum", 30, "bounded"),
    ("posthog", "phx_ phc_ phs_ pha_ phr_", "alnum", 30, "bounded"),
    ("logfire", "pylf_v1_ pylf_v2_", "word", 30, "bounded"),
    ("axiom", "xaat- xapt-", "dash", 30, "bounded"),
    ("pagerduty", "pdus+ pdeu+", "base64", 18, "bounded"),
    ("launchdarkly", "sdk- mob-", "dash", 36, "random"),
    # Messages and mail
    (
        "slack",
        "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxo- xoxd- xoxc- xoxe.xoxp- xoxe.xoxb- xapp-",
        "dotted",
        10,
        "sure",
    ),
    ("slack-cookie", "xoxd-", "base64", 10, "sure"),
    ("slack-config", "xwfp-", "dash", 10, "bounded"),
    (
        "slack-hook",
        "hooks.slack.com/services/ hooks.slack.com/workflows/ hooks.slack.com/triggers/",
        "path",
        20,
        "sure",
    ),
    ("slack-hook-encoded", "hooks.slack.com%2fservices%2f hooks.slack.com%2Fservices%2F", "path", 20, "sure"),
    ("slack-hook-escaped", "hooks.slack.com\\/services\\/", "path", 20, "sure"),
    ("discord-hook", "/api/webhooks/ \\/api\\/webhooks\\/ %2Fapi%2Fwebhooks%2F", "path", 60, "sure"),
    ("discord-mfa", "mfa.", "dash", 60, "bounded"),
    (
        "teams-hook",
        "webhook.office.com/ outlook.office.com/webhook/ logic.azure.com:443/workflows/ logic.azure.com/workflows/",
        "url",
        60,
        "sure",
    ),
    ("teams-hook-encoded", "webhook.office.com%2F outlook.office.com%2Fwebhook%2F", "url", 60, "sure"),
    ("zapier-hook", "hooks.zapier.com/hooks/catch/", "path", 12, "sure"),
    ("telegram", ":AA %3AAA %3aAA", "dash", 31, "sure"),
    ("sendgrid", "SG.", "path", 40, "bounded"),
    ("mailgun", "key-", "hex", 28, "bounded"),
    ("mailgun-public", "pubkey-", "hex", 28, "bounded"),
    ("mailersend", "mlsn.", "hex", 40, "bounded"),
    ("brevo", "xkeysib- xsmtpsib-", "dash", 40, "sure"),
    ("resend", "re_", "word", 20, "random"),
    ("postman", "PMAK- PMAT-", "dash", 30, "sure"),
    ("matrix", "syt_", "word", 24, "bounded"),
    ("onesignal", "os_v2_app_ os_v2_org_", "word", 30, "sure"),
    ("mandrill", "md-", "dash", 22, "random"),
    # Money and commerce
    ("stripe", "sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_ sk_org_live_ sk_org_test_", "word", 10, "random"),
    ("stripe-hook", "whsec_", "base64", 20, "bounded"),
    ("shopify", "shpat_ shpca_ shppa_ shpss_ shptka_ shpua_ shpit_", "alnum", 24, "bounded"),
    ("square", "sq0atp- sq0csp- sq0idp- sq0idb-", "dash", 18, "sure"),
    ("square-access", "EAAA", "dash", 22, "random"),
    (
        "facebook",
        "EAAB EAAC EAAD EAAE EAAF EAAG EAAH EAAI EAAJ EAAK EAAL EAAM EAAN EAAO EAAP EAAQ EAAR EAAS EAAT EAAU EAAV EAAW EAAX EAAY EAAZ",
        "alnum",
        40,
        "bounded",
    ),
    ("instagram", "IGQV IGAA IGQW", "dash", 40, "bounded"),
    ("flutterwave", "FLWSECK_TEST- FLWSECK- FLWPUBK_TEST- FLWPUBK-", "dash", 12, "sure"),
    ("flutterwave-enc", "FLWSECK_TEST", "alnum", 10, "sure"),
    ("easypost", "EZAK EZTK", "alnum", 40, "bounded"),
    ("shippo", "shippo_live_ shippo_test_", "hex", 30, "sure"),
    ("lob", "live_pub_ test_pub_ live_ test_", "hex", 30, "bounded"),
    ("duffel", "duffel_live_ duffel_test_", "path", 30, "sure"),
    ("plaid", "access-sandbox- access-development- access-production-", "dash", 30, "sure"),
    ("plaid-public", "public-sandbox- public-production- link-production- link-sandbox-", "dash", 30, "bounded"),
    ("paddle", "pdl_live_apikey_ pdl_sdbx_apikey_ pdl_ntfset_", "word", 20, "sure"),
    (
        "paypal",
        "access_token$production$ access_token$sandbox$ access_token%24production%24 access_token%24sandbox%24",
        "dollars",
        24,
        "sure",
    ),
    ("razorpay", "rzp_live_ rzp_test_", "alnum", 12, "bounded"),
    ("checkout", "sk_sbox_", "alnum", 20, "bounded"),
    ("polar", "polar_oat_ polar_pat_ polar_whs_", "alnum", 30, "sure"),
    # Work tools
    ("linear", "lin_api_ lin_oauth_ lin_wh_", "alnum", 20, "sure"),
    ("notion", "secret_", "alnum", 40, "random"),
    ("notion-new", "ntn_", "alnum", 30, "bounded"),
    ("figma", "figd_ figu_ figo_ figur_ figoh_ figor_ figuh_", "dash", 24, "bounded"),
    ("airtable", "pat", "dotted", 70, "random"),
    (
        "asana",
        "1%2F0 1%2F1 1%2F2 1%2F3 1%2F4 1%2F5 1%2F6 1%2F7 1%2F8 1%2F9 1/0 1/1 1/2 1/3 1/4 1/5 1/6 1/7 1/8 1/9 2%2F1 2%2F2 2%2F3 2%2F4 2%2F5 2%2F6 2%2F7 2%2F8 2%2F9 2/0 2/1 2/2 2/3 2/4 2/5 2/6 2/7 2/8 2/9",
        "numbered",
        30,
        "random",
    ),
    ("dropbox", "sl. sl.u.", "path", 60, "bounded"),
    ("typeform", "tfp_", "path", 30, "bounded"),
    ("contentful", "CFPAT-", "dash", 30, "bounded"),
    ("intercom", "dG9rO", "base64", 40, "bounded"),
    ("frameio", "fio-u-", "path", 40, "sure"),
    ("hubspot", "pat-na1- pat-na2- pat-na3- pat-eu1- pat-ap1- pat-", "dash", 30, "random"),
    ("clickup", "pk_", "word", 34, "random"),
    ("clerk", "sk_live_ sk_test_", "word", 20, "bounded"),
    ("readme", "rdme_", "alnum", 40, "random"),
    ("settlemint", "sm_pat_ sm_aat_ sm_sat_", "alnum", 14, "bounded"),
    ("defined", "dnkey-", "dash", 40, "bounded"),
    ("adobe", "p8e-", "alnum", 28, "random"),
    ("canva", "cnvca", "alnum", 30, "random"),
    ("adafruit", "aio_", "alnum", 24, "random"),
    ("mapbox", "sk.eyJ pk.eyJ tk.eyJ", "dotted", 30, "bounded"),
    ("expo", "ExponentPushToken[", "dash", 16, "sure"),
    ("apify", "apify_api_", "alnum", 20, "sure"),
    ("scrapfly", "scp-live- scp-test-", "alnum", 24, "bounded"),
    ("snyk", "snyk_uat. snyk_sat.", "dotted", 30, "sure"),
    ("endor", "endr+", "dash", 16, "bounded"),
    ("stackhawk", "hawk.", "dotted", 36, "bounded"),
    ("persona", "persona_production_ persona_sandbox_", "dash", 30, "sure"),
    ("ory", "ory_at_ ory_rt_ ory_st_ ory_pat_ ory_apikey_ ory_wak_", "dash", 24, "bounded"),
    ("auth0", "v1.M", "dash", 60, "random"),
    ("authress", ".acc- .acc_", "path", 40, "sure"),
    ("stytch", "secret-test- secret-live-", "dash", 30, "bounded"),
    ("liveblocks", "sk_dev_ sk_prod_", "dash", 20, "bounded"),
    # Build and release
    ("buildkite", "bkua_ bkat_ bkct_ bkpt_", "alnum", 30, "bounded"),
    ("circleci", "CCIPAT_ CCIPRJ_", "word", 30, "sure"),
    ("harness", "pat. sat.", "dotted", 40, "random"),
    ("octopus", "API-", "upper", 20, "random"),
    ("prefect", "pnu_ pnb_", "alnum", 30, "bounded"),
    ("bitrise", "bitpat_ bitwat_", "dash", 30, "bounded"),
    ("depot", "depot_project_ depot_org_ depot_user_", "hex", 30, "bounded"),
    ("nx", "nxpat_", "alnum", 30, "bounded"),
    ("deno", "ddp_ ddo_ ddw_", "alnum", 30, "bounded"),
    ("sanity", "skE skS skW", "alnum", 60, "random"),
    ("val-town", "vtwn_", "alnum", 24, "bounded"),
    ("trigger", "tr_dev_ tr_prod_ tr_pat_ tr_stg_", "alnum", 20, "bounded"),
    ("inngest", "signkey-prod- signkey-test- signkey-branch-", "hex", 30, "sure"),
    (
        "crypt",
        "$2a$ $2b$ $2y$ $apr1$ $1$ $5$ $6$ $y$ $argon2id$ $argon2i$ $scrypt$ pbkdf2_sha256$ %241%24 %245%24 %246%24 %24y%24 %242a%24 %242b%24 %242y%24 %24apr1%24 %24argon2id%24 %24argon2i%24",
        "crypt",
        8,
        "bounded",
    ),
)


def token_formats() -> tuple[TokenFormat, ...]:
    """Every known format."""
    rows = [
        TokenFormat(kind, tuple(literals.split()), body, chars, sure) for kind, literals, body, chars, sure in _ROWS
    ]
    rows.append(TokenFormat("private-key-base64", _key_openings(), "base64", 20, "bounded"))
    rows.append(TokenFormat("twilio", _twilio_openings(), "hex", 28, "bounded"))
    rows.append(TokenFormat("discord", _discord_openings(), "three", 40, "bounded"))
    return tuple(rows)


def _key_openings() -> tuple[str, ...]:
    """How a private key in PEM opens when all of it is base64; certificates open otherwise after 15 characters."""
    kinds = ("RSA PRIV", "PRIVATE", "EC PRIVA", "OPENSSH", "DSA PRIV", "ENCRYPTE", "PGP PRIV")
    return tuple(base64.b64encode(f"-----BEGIN {kind}"[:18].encode()).decode() for kind in kinds)


def _twilio_openings() -> tuple[str, ...]:
    """`SK` and `AC` with two hex digits: two letters alone would open half the words of a log."""
    digits = "0123456789abcdef"
    pairs = {pair for first in digits for second in digits for pair in (first + second, (first + second).upper())}
    return tuple(opening + pair for opening in ("SK", "AC") for pair in sorted(pairs))


def _discord_openings() -> tuple[str, ...]:
    """A bot token opens with its numeric id in base64, so with three digits as four letters."""
    return tuple(base64.b64encode(str(number).encode()).decode() for number in range(100, 1000))
