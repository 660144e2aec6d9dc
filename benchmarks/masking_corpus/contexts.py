"""The places in logs where tokens turn up, as functions from a token to a record."""

import html
import json
from collections.abc import Callable
from urllib.parse import quote

Context = Callable[[str], str]

CONTEXTS: dict[str, Context] = {
    "bare": lambda t: t,
    "prose": lambda t: f"the request with {t} was refused",
    "end-of-sentence": lambda t: f"Could not authenticate using {t}.",
    "bearer-header": lambda t: f"> Authorization: Bearer {t}",
    "header-dict": lambda t: f"headers={{'Accept': '*/*', 'Authorization': 'Bearer {t}'}}",
    "header-tuple-bytes": lambda t: f"[(b'accept', b'*/*'), (b'authorization', b'Bearer {t}')]",
    "x-api-key": lambda t: f"x-api-key: {t}\r\nhost: api.example.com",
    "private-token": lambda t: f'PRIVATE-TOKEN: "{t}"',
    "userinfo": lambda t: f"fatal: unable to access 'https://oauth2:{quote(t, safe='')}@git.example.com/a/b.git/': 403",
    "userinfo-user": lambda t: f"Cloning https://{quote(t, safe='')}@github.com/a/b.git",
    "query": lambda t: f"GET https://api.example.com/v1/items?page=2&access_token={quote(t, safe='')}&sort=asc HTTP/1.1",
    "query-key": lambda t: f'"POST /v1beta/models:run?key={quote(t, safe="")} HTTP/1.1" 200',
    "json": lambda t: json.dumps({"user": "ann", "token": t, "n": 3}),
    "json-in-json": lambda t: json.dumps({"body": json.dumps({"api_key": t, "a": [1, 2]})}),
    "json-thrice": lambda t: json.dumps({"log": json.dumps({"body": json.dumps({"secret": t})})}),
    "json-array": lambda t: json.dumps(["x", t, "y"]),
    "repr": lambda t: f"Client(base_url='https://x', api_key={t!r}, timeout=30)",
    "pydantic": lambda t: f"1 validation error for Settings\napi_key\n  String should match [type=string_pattern_mismatch, input_value={t!r}, input_type=str]",
    "traceback": lambda t: f'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    connect("{t}")\nValueError: bad token: {t}',
    "argv": lambda t: f"subprocess ['curl', '-H', 'Authorization: token {t}', 'https://x']",
    "flag": lambda t: f"$ tool login --token {t} --verbose",
    "flag-equals": lambda t: f"running: tool --api-key={t} run",
    "ansi": lambda t: f"\x1b[32mINFO\x1b[0m token=\x1b[1m{t}\x1b[0m ok",
    "ansi-tight": lambda t: f"\x1b[1m{t}\x1b[0m",
    "ansi-escaped": lambda t: json.dumps(f"\x1b[31m{t}\x1b[0m"),
    "full-width": lambda t: f"令牌\uff1a{t}\u3002",
    "full-width-key": lambda t: f"password\uff1a{t}",
    "curl": lambda t: f"curl -sS -X POST -H 'X-Auth-Token: {t}' https://x/y",
    "env": lambda t: f"SERVICE_TOKEN={t}",
    "export": lambda t: f'export SERVICE_API_KEY="{t}"',
    "yaml": lambda t: f"auth:\n  token: {t}\n  user: ann",
    "toml": lambda t: f'[service]\napi_key = "{t}"\nretries = 3',
    "xml": lambda t: f"<config><token>{html.escape(t)}</token></config>",
    "logfmt": lambda t: f'level=info msg="login" token={t} user=ann',
    "markdown": lambda t: f"| key | `{t}` |",
    "percent": lambda t: quote(f"token={t}&next=/home", safe=""),
    "html": lambda t: f"<input name=&quot;token&quot; value=&quot;{html.escape(t)}&quot;>",
    "unicode-escaped": lambda t: f'{{\\u0022token\\u0022:\\u0022{t}\\u0022}}',
    "newline-escaped": lambda t: f"line one\\n{t}\\nline three",
    "tab": lambda t: f"id\tname\t{t}\t2026",
    "csv": lambda t: f"ann,{t},admin",
    "parens": lambda t: f"login({t}) failed",
    "angle": lambda t: f"<{t}>",
    "ini": lambda t: f"[default]\naws_secret_access_key = {t}\nregion = eu-west-1",
}  # fmt: skip
