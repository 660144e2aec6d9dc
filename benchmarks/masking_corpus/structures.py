"""Secrets that only the text around them gives away: DSNs, headers, cookies, keys, names, flags, files."""

import base64
import json
import random
import string
from collections.abc import Callable
from urllib.parse import quote

KEYS = (
    "password", "passwd", "pwd", "secret", "token", "api_key", "apikey", "access_key", "client_secret", "private_key", "auth_token", "credential",
    "passphrase", "session_key", "connection_string", "signing_key", "encryption_key", "webhook_secret", "DB_PASSWORD", "stripeSecretKey",
    "aws_secret_access_key", "clientSecret", "x-api-key", "spring.datasource.password", "API_TOKEN", "refreshToken", "id_token", "PGPASSWORD",
    "jwt_secret", "app-secret", "storage_account_key", "REDIS_PASS", "smtp_password", "master_key", "access-token", "secretKeyBase", "authKey", "bot_token",
)  # fmt: skip
DRESSES: dict[str, str] = {
    "env": "{k}={v}", "yaml": "{k}: {v}", "json": '{{"{k}": "{v}"}}', "python": "{k} = '{v}'", "kwargs": "connect(host='h', {k}='{v}', port=1)",
    "logfmt": 'level=info {k}={v} ok=true', "sentence": "using {k}={v}, retrying", "query": "/cb?{k}={v}&state=1", "escaped": '{{\\"{k}\\": \\"{v}\\"}}',
    "flag": "--{k} {v}", "arrow": "'{k}' => '{v}',", "semicolon": "Server=db;{k}={v};Timeout=5", "php": "$config['{k}'] = '{v}';",
    "xml": "<{k}>{v}</{k}>", "attribute": '<add key="{k}" value="{v}"/>', "k8s": "- name: {k}\n  value: {v}", "walrus": "{k} := \"{v}\"", "typed": 'self.{k}: str = "{v}"',
}  # fmt: skip
URLS = (
    "postgresql://app:{v}@db.internal:5432/main", "postgres://app:{v}@/main?host=/run", "mysql://root:{v}@127.0.0.1/x", "mariadb+pymysql://u:{v}@h/d",
    "mongodb+srv://admin:{v}@cluster0.ab1.mongodb.net/?retryWrites=true", "redis://:{v}@cache:6379/0", "rediss://default:{v}@h:6380", "amqp://guest:{v}@mq:5672/%2F",
    "amqps://u:{v}@mq/vhost", "mssql+pyodbc://sa:{v}@host/db?driver=x", "oracle+cx://scott:{v}@h:1521/x", "clickhouse://default:{v}@h:9000/d",
    "cockroachdb://u:{v}@h:26257/d", "elasticsearch://elastic:{v}@h:9200", "https://user:{v}@example.com/path?x=1", "http://user:{v}@proxy:3128",
    "ftp://user:{v}@ftp.example.com/", "sftp://u:{v}@h/d", "smtp://me%40x.org:{v}@mail:587", "ldap://cn=admin:{v}@ldap", "nats://u:{v}@n:4222", "kafka://u:{v}@k:9092",
    "mqtt://dev:{v}@broker", "snowflake://u:{v}@acct/db", "jdbc:postgresql://u:{v}@h/d", "couchdb://a:{v}@h:5984", "neo4j+s://neo4j:{v}@x.io", "s3://k:{v}@bucket/x",
    "socks5://u:{v}@h:1080", "git+https://x-access-token:{v}@github.com/a/b",
)  # fmt: skip
SHAPES: dict[str, str] = {
    "bearer": "Authorization: Bearer {v}", "bearer-lower": "authorization: bearer {v}", "token": "Authorization: Token {v}", "apikey": "Authorization: ApiKey {v}", "raw-auth": "Authorization: {v}",
    "proxy": "Proxy-Authorization: Basic {b}", "basic": "Authorization: Basic {b}", "basic-alone": "sent Basic {b} to server",
    "digest": 'Authorization: Digest username="ann", realm="x", nonce="abc", uri="/", response="{x}"', "sigv4": "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261120/eu/s3/aws4_request, SignedHeaders=host, Signature={x}",
    "sigv4-query": "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=300&X-Amz-Signature={x}", "amz-token": "https://b.s3.amazonaws.com/k?X-Amz-Security-Token={v}&X-Amz-Date=20261120T000000Z",
    "sas": "https://acct.blob.core.windows.net/c/b?sv=2024-11-04&se=2026-12-01T00%3A00%3A00Z&sr=b&sp=r&sig={q}", "gcs": "https://storage.googleapis.com/b/o?X-Goog-Signature={x}",
    "storage": "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey={q64};EndpointSuffix=core.windows.net", "servicebus": "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={q64}",
    "cookie": "Cookie: theme=dark; sessionid={v}; lang=en", "set-cookie": "Set-Cookie: sid={v}; Path=/; HttpOnly; SameSite=Lax", "cookie-dict": "{{'Cookie': 'PHPSESSID={v}'}}", "jsession": "GET /a;jsessionid={v}?x=1",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\n{p}\n-----END RSA PRIVATE KEY-----", "pem-ec": "-----BEGIN EC PRIVATE KEY-----\n{p}\n-----END EC PRIVATE KEY-----", "pem-line": '"private_key": "-----BEGIN PRIVATE KEY-----\\n{pe}\\n-----END PRIVATE KEY-----\\n"',
    "pem-cut": "-----BEGIN OPENSSH PRIVATE KEY-----\n{p}", "pem-cut-line": "key=-----BEGIN PRIVATE KEY-----\\n{pe}", "pem-encrypted": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{p}\n-----END RSA PRIVATE KEY-----",
    "pgp": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\n{p}\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----", "putty": "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 4\n{p}\nPrivate-MAC: x", "pem-indented": "key: |\n    -----BEGIN PRIVATE KEY-----\n    {pi}\n    -----END PRIVATE KEY-----",
    "curl-u": "curl -u ann:{v} https://x", "curl-user": "curl --user 'ann:{v}' https://x", "mysql-p": "mysql -h db -u root -p{v} main", "sshpass": "sshpass -p '{v}' ssh a@b", "redis-a": "redis-cli -h x -a {v} ping", "docker": "docker login -u ann -p {v} registry.example.com",
    "netrc": "machine github.com login ann password {v}", "netrc-lines": "machine github.com\n  login ann\n  password {v}\n", "npmrc": "//registry.npmjs.org/:_authToken={v}", "npmrc-auth": "_auth={b}", "npmrc-password": "//r/:_password={b}", "dockercfg": '{{"auths": {{"https://index.docker.io/v1/": {{"auth": "{b}"}}}}}}',
    "pgpass": "db.internal:5432:main:app:{v}", "htpasswd": "ann:$apr1$Qz1xYabc${h22}", "shadow": "root:$6$saltsalt${h86}:19000:0:99999:7:::", "sql": "CREATE USER ann WITH PASSWORD '{v}';", "sql-by": "ALTER USER ann IDENTIFIED BY '{v}'", "go-dsn": "app:{v}@tcp(db:3306)/main?parseTime=true", "oracle": "jdbc:oracle:thin:scott/{v}@//h:1521/x",
    "plist": "<key>password</key><string>{v}</string>", "plist-lines": "<key>API_KEY</key>\n\t<string>{v}</string>", "maven": "<server><id>x</id><password>{v}</password></server>", "quotes": 'password="{s}"', "quote-escape": 'password="{e}"', "json-escape": '{{"password": "{e}"}}', "spaces": '"passphrase": "{s}"', "yaml-quoted": "password: '{s}'",
    "punctuated": "password={o}", "punctuated-yaml": "password: {o}", "punctuated-json": '{{"password": "{o}"}}', "unicode": "password=пароль{v}", "list": "headers: [['X-Api-Key', '{v}'], ['Accept', '*']]", "go-map": "map[Accept:[*/*] X-Api-Key:[{v}]]", "header-list": "'X-Api-Key': ['{v}']", "pypirc": "[pypi]\nusername = __token__\npassword = {v}",
    "dockerfile": "ENV API_KEY {v}", "compose": "      - POSTGRES_PASSWORD={v}", "github-env": "echo \"TOKEN={v}\" >> $GITHUB_ENV", "terraform": 'password = "{v}"', "hcl": 'variable "db_password" {{ default = "{v}" }}', "properties": "spring.datasource.password={v}", "encoded-json": "%7B%22password%22%3A%22{v}%22%7D", "encoded-form": "grant_type=password&username=ann&password={v}",
    "html-json": "{{&quot;password&quot;:&quot;{v}&quot;}}", "multipart": 'Content-Disposition: form-data; name="password"\r\n\r\n{v}\r\n', "saml": "SAMLResponse={q64}{q64}", "oauth": 'Authorization: OAuth oauth_consumer_key="x", oauth_token="{v}", oauth_signature="{q}"', "hawk": 'Authorization: Hawk id="dh37", ts="1", nonce="j4h3g2", mac="{q}"', "ws": "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.{v}",
    "kube": "    client-key-data: {q64}", "kube-token": "    token: {v}", "ssh-config": "IdentityPassphrase {v}", "wpa": 'psk="{v}"', "svn": "K 8\npassword\nV 12\n{v}", "git-credential": "protocol=https\nhost=github.com\nusername=ann\npassword={v}", "gradle": "signing.password={v}", "ansible": "ansible_ssh_pass={v}", "snmp": "--snmp-passphrase={v}",
}  # fmt: skip
_ALNUM = string.ascii_letters + string.digits


def structures(seed: int) -> list[tuple[str, str, str]]:
    """Kind, secret and record, one of each shape, URL and key (each key in three dresses)."""
    rng = random.Random(seed)
    made: list[tuple[str, str, str]] = []
    for shape, template in SHAPES.items():
        made.append((shape, *_filled(template, rng)))
    for template in URLS:
        made.append((template.partition(":")[0] + "-url", *_filled(template, rng)))
    dresses = list(DRESSES.items())
    for number, key in enumerate(KEYS):
        for step in range(6):
            dress, template = dresses[(number * 5 + step * 7 + seed) % len(dresses)]
            secret = _drawn(rng, rng.choice((16, 20, 24, 32, 40)))
            made.append((f"{key}/{dress}", secret, template.format(k=key, v=secret)))
    return made


def _filled(template: str, rng: random.Random) -> tuple[str, str]:
    makers: dict[str, Callable[[], str]] = {
        "v": lambda: _drawn(rng, 24),
        "b": lambda: base64.b64encode(f"ann:{_drawn(rng, 20)}".encode()).decode(),
        "x": lambda: "".join(rng.choices("0123456789abcdef", k=64)),
        "q": lambda: quote(base64.b64encode(rng.randbytes(32)).decode(), safe=""),
        "q64": lambda: base64.b64encode(rng.randbytes(64)).decode(),
        "h22": lambda: _drawn(rng, 22),
        "h86": lambda: _drawn(rng, 86),
        "p": lambda: "\n".join(_b64(rng, 64) for _ in range(6)) + "\n" + _b64(rng, 30),
        "pe": lambda: "\\n".join(_b64(rng, 64) for _ in range(6)),
        "pi": lambda: "\n    ".join(_b64(rng, 64) for _ in range(6)),
        "s": lambda: " ".join(_drawn(rng, 7) for _ in range(4)),
        "e": lambda: json.dumps(_drawn(rng, 8) + '"' + _drawn(rng, 8) + "\\" + _drawn(rng, 8))[1:-1],
        "o": lambda: "".join(rng.choice(_ALNUM + "!#%^*@-_=+.~?/") for _ in range(22)) + _drawn(rng, 2),
    }  # fmt: skip
    used = [name for name in makers if "{" + name + "}" in template]
    values = {name: makers[name]() for name in used}
    return values[used[0]], template.format(**values)


def _drawn(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(_ALNUM, k=count))


def _b64(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(_ALNUM + "+/", k=count))
