"""Token formats of the platforms that Plumbrule and its users call, as recipes: `ghp_{A36}` is 36 letters and digits."""

import random
import re
import string

ALPHABETS = {
    "A": string.ascii_letters + string.digits,
    "W": string.ascii_letters + string.digits + "_",
    "D": string.ascii_letters + string.digits + "-_",
    "B": string.ascii_letters + string.digits + "+/",
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "U": string.ascii_uppercase + string.digits,
    "T": string.ascii_uppercase + "234567",
    "l": string.ascii_lowercase + string.digits,
    "n": string.digits,
    "z": string.ascii_lowercase,
}
RECIPES = {
    "github-classic": "ghp_{A36}", "github-oauth": "gho_{A36}", "github-user": "ghu_{A36}", "github-server": "ghs_{A36}",
    "github-refresh": "ghr_{A76}", "github-fine": "github_pat_{A22}_{A59}", "gitlab-pat": "glpat-{D20}", "gitlab-deploy": "gldt-{D20}",
    "gitlab-runner": "glrt-{D20}", "gitlab-ci": "glcbt-{h2}_{D20}", "gitlab-trigger": "glptt-{h40}", "gitlab-feed": "glft-{D20}",
    "gitlab-routable": "glpat-{D27}.{l2}.{l2}{h7}", "huggingface": "hf_{A34}", "huggingface-org": "api_org_{A34}", "openai": "sk-{A20}T3BlbkFJ{A20}",
    "openai-project": "sk-proj-{D74}T3BlbkFJ{D74}", "openai-service": "sk-svcacct-{D58}T3BlbkFJ{D58}", "openai-session": "sess-{A40}",
    "anthropic": "sk-ant-api03-{D93}AA", "anthropic-admin": "sk-ant-admin01-{D93}AA", "groq": "gsk_{A52}", "xai": "xai-{A80}",
    "google-api": "AIza{D35}", "google-secret": "GOCSPX-{D28}", "google-access": "ya29.{D120}", "google-refresh": "1//0{D60}",
    "aws-id": "AKIA{T16}", "aws-temporary": "ASIA{T16}", "aws-bedrock": "ABSK{B109}", "aws-pair": "AKIA{T16}:{B40}",
    "azure-secret": "{A3}8Q~{D34}", "npm": "npm_{A36}", "pypi": "pypi-AgEIcHlwaS5vcmc{D150}", "slack-bot": "xoxb-{n12}-{n13}-{A24}",
    "slack-user": "xoxp-{n12}-{n12}-{n13}-{h32}", "slack-app": "xapp-1-A{U10}-{n13}-{h64}", "slack-hook": "https://hooks.slack.com/services/T{U8}/B{U10}/{A24}",
    "discord-bot": "MTk4{A21}.G{D5}.{D38}", "discord-hook": "https://discord.com/api/webhooks/{n18}/{D68}", "telegram": "{n10}:AA{D33}",
    "stripe": "sk_live_{A99}", "stripe-restricted": "rk_live_{A24}", "stripe-test": "sk_test_{A24}", "stripe-hook": "whsec_{A32}",
    "twilio": "SK{h32}", "sendgrid": "SG.{D22}.{D43}", "mailgun": "key-{h32}", "mailchimp": "{h32}-us12", "shopify": "shpat_{h32}",
    "shopify-secret": "shpss_{h32}", "square": "sq0atp-{D22}", "square-secret": "sq0csp-{D43}", "square-access": "EAAA{D60}",
    "digitalocean": "dop_v1_{h64}", "digitalocean-oauth": "doo_v1_{h64}", "digitalocean-refresh": "dor_v1_{h64}", "heroku": "HRKU-AA{D58}",
    "vault": "hvs.{D96}", "vault-batch": "hvb.{D140}", "vault-old": "s.{A24}", "terraform": "{A14}.atlasv1.{D67}", "databricks": "dapi{h32}",
    "doppler": "dp.pt.{A43}", "doppler-service": "dp.st.dev.{A43}", "linear": "lin_api_{A40}", "notion": "secret_{A43}", "notion-new": "ntn_{n11}{A35}",
    "figma": "figd_{D40}", "atlassian": "ATATT3xFfGF0{D176}={H8}", "bitbucket": "ATCTT3xFfGN0{D170}={H8}", "bitbucket-app": "ATBB{A32}",
    "newrelic": "NRAK-{U27}", "grafana-service": "glsa_{A32}_{h8}", "grafana-cloud": "glc_{B120}", "sentry-org": "sntrys_eyJpYXQi{B160}",
    "sentry-user": "sntryu_{h64}", "planetscale": "pscale_tkn_{D43}", "planetscale-password": "pscale_pw_{D43}", "supabase": "sbp_{h40}",
    "supabase-secret": "sb_secret_{D22}_{D8}", "postman": "PMAK-{h24}-{h34}", "rubygems": "rubygems_{h48}", "crates": "cio{A32}", "nuget": "oy2{l43}",
    "docker": "dckr_pat_{D27}", "docker-org": "dckr_oat_{D32}", "replicate": "r8_{A37}", "perplexity": "pplx-{A48}", "openrouter": "sk-or-v1-{h64}",
    "fireworks": "fw_{A24}", "langsmith": "lsv2_pt_{h32}_{h10}", "pinecone": "pcsk_{A5}_{A63}", "fly": "FlyV1 fm2_{B160}", "netlify": "nfp_{A36}",
    "airtable": "pat{A14}.{h64}", "asana": "1/{n16}:{h32}", "dropbox": "sl.{D135}", "dropbox-user": "sl.u.{D500}", "dynatrace": "dt0c01.{U24}.{U64}",
    "easypost": "EZAK{A54}", "facebook": "EAAC{A180}", "flutterwave": "FLWSECK-{h32}-X", "frameio": "fio-u-{D64}", "intercom": "dG9rO{B54}=",
    "jfrog": "AKCp{A69}", "jfrog-reference": "cmVmdGtuOj{A54}", "jwt": "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJ{D80}.{D86}", "age": "AGE-SECRET-KEY-1{U58}",
    "prefect": "pnu_{A36}", "pulumi": "pul-{h40}", "readme": "rdme_{l70}", "scalingo": "tk-us-{D48}", "brevo": "xkeysib-{h64}-{A16}",
    "shippo": "shippo_live_{h40}", "typeform": "tfp_{A44}_{A14}", "yandex": "AQVN{D35}", "yandex-iam": "t1.9eu{D180}.{D86}", "onepassword": "ops_eyJ{B250}",
    "adafruit": "aio_{A28}", "adobe": "p8e-{h32}", "alibaba": "LTAI{A20}", "clojars": "CLOJARS_{l60}", "contentful": "CFPAT-{D43}",
    "duffel": "duffel_live_{D43}", "infracost": "ico-{A32}", "lob": "live_{h35}", "nvidia": "nvapi-{D64}", "octopus": "API-{U26}",
    "plaid": "access-sandbox-{h8}-{h4}-{h4}-{h4}-{h12}", "settlemint": "sm_pat_{A16}", "sonarqube": "sqp_{h40}", "sonarqube-user": "squ_{h40}",
    "tailscale": "tskey-auth-k{A11}CNTRL-{A32}", "tencent": "AKID{A32}", "voyage": "pa-{D43}", "volcengine": "AKLT{A44}", "elevenlabs": "sk_{h48}",
    "resend": "re_{A8}_{A24}", "clerk": "sk_live_{A42}", "buildkite": "bkua_{h40}", "circleci": "CCIPAT_{A22}_{h40}", "harness": "pat.{A22}.{h24}.{A20}",
    "ngrok": "ak_{A40}", "snyk": "snyk_uat.{h8}.{D40}", "mapbox": "sk.eyJ1Ijoi{A60}.{D22}", "hubspot": "pat-na1-{h8}-{h4}-{h4}-{h4}-{h12}",
    "apify": "apify_api_{A36}", "jina": "jina_{h32}{D28}", "tavily": "tvly-dev-{A32}", "cerebras": "csk-{l48}", "razorpay": "rzp_live_{A14}",
    "bcrypt": "$2b$12${A53}", "sha-crypt": "$6${A16}${A86}", "posthog": "phx_{A43}", "honeycomb": "hcaik_01{l56}", "matrix": "syt_{A20}_{A20}_{A6}",
    "teams-hook": "https://acme.webhook.office.com/webhookb2/{h8}-{h4}-{h4}-{h4}-{h12}@{h8}-{h4}-{h4}-{h4}-{h12}/IncomingWebhook/{h32}",
}  # fmt: skip
_SLOT = re.compile(r"\{([A-Za-z])(\d+)\}")


def draw(recipe: str, rng: random.Random) -> str:
    """One token of the recipe."""

    def fill(slot: re.Match[str]) -> str:
        return "".join(rng.choices(ALPHABETS[slot[1]], k=int(slot[2])))

    return _SLOT.sub(fill, recipe)


def tokens(seed: int) -> list[tuple[str, str]]:
    """One token of every kind."""
    rng = random.Random(seed)
    return [(kind, draw(recipe, rng)) for kind, recipe in RECIPES.items()]
