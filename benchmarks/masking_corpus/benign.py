"""Lines without a secret: what logs, sources and lock files are made of, traps included."""

import base64
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

TEMPLATES = (
    "{t} INFO plumbrule.calls call tool=analyze_repository code=ok duration_ms={f} call_id={h32}", "{t} DEBUG request_id={u} correlation_id={u} trace={h32} span={h16}",
    "commit {h40}\nAuthor: Ann <ann@example.org>", "HEAD is now at {h7} Fix the build", "sha256:{h64}  dist/x.whl", "Digest: sha256:{h64} pulled", "integrity sha512-{b88}",
    '      "integrity": "sha512-{b88}",', "    --hash=sha256:{h64} \\", 'checksum = "{h64}"', "data:image/png;base64,{b400}", "etag: W/\"{h32}\"", "md5 {h32} file.bin",
    "token_count={n3} max_tokens: {n4} prompt_tokens={n3}", "usage: input_tokens={n4}, output_tokens={n3}", "password: str", "password: str = Field(min_length=8)", "self.password = password", "secret_key = os.environ[\"SECRET_KEY\"]",
    "api_key = os.getenv('API_KEY', '')", "Authorization: Bearer <token>", "Authorization: Bearer ${TOKEN}", "Authorization: Bearer $TOKEN", "token = $(cat /run/token)", "PASSWORD=${DB_PASSWORD:?missing}", "password: {{ .Values.password }}", "api_key: <your-api-key>", "API_KEY=your_api_key_here",
    "password=****", "token: [REDACTED]", "secret=***", "the password field is required", "basic authentication failed for user ann", "bearer token is missing", "Invalid token at line {n3}", "unexpected token '<' in JSON at position 0", "session started for user ann", "session expired after {n3} s",
    "author: Jane Doe", "authors = [\"Jane Doe <jane@example.org>\"]", "def get_token(self, token: str | None = None) -> Token:", "if token is None: raise ValueError('token required')", "tokens = tokenizer.encode(text)", "for token in tokens:", "token = next(lexer)", "SELECT id, password FROM users WHERE email = %s", "UPDATE users SET password_hash = ? WHERE id = {n3}",
    "GET /v1/items?page={n2}&sort=asc&limit=50 HTTP/1.1\" 200 {n4}", "https://github.com/pallets/flask/tree/{h40}/src/flask", "https://files.pythonhosted.org/packages/{h2}/{h2}/{h60}/flask-3.1.0-py3-none-any.whl", "cloning https://github.com/ann/{w}-{w}.git into /tmp/{w}", "connect to postgres://localhost:5432/main", "redis://cache:6379/0 is up", "image: registry.example.com/{w}/{w}@sha256:{h64}",
    "cache_key=analysis:{h40}", "key={w}_{w} value={n4}", "x-request-id: {u}", "traceparent: 00-{h32}-{h16}-01", "If-None-Match: \"{h64}\"", "node_modules/{w}-{w}/dist/{w}.min.js?v={h8}", "version = \"{n1}.{n2}.{n1}\"", "uuid={u}", "file {w}.{h8}.chunk.js {n4} bytes", "thread-{n2} worker-{h8} pid={n4}", "ssh-rsa public key accepted", "public_key: {w}",
    "private_key_path: /etc/ssl/private/server.key", "password_file=/run/secrets/db_password", "token_url: https://auth.example.org/oauth/token", "auth_method=basic", "auth: enabled", "oauth2 client configured: scopes=read,write", "credentials: include", "cookies: accepted", "Set-Cookie header missing", "session_timeout=3600", "token_type=bearer expires_in=3600", "csrf protection enabled", "secret santa event on {t}",
    "password must be at least 8 characters", "Enter password: ", "passwords do not match", "password reset link sent to a***@example.org", "api-key rotation scheduled for 2026-12-01", "no api key configured; running offline", "AKIAIOSFODNN7 is not a key here", "sk-learn pipeline fitted in {f} s", "sk-toggleable__control", "npm_config_cache=/tmp/cache", "npm_lifecycle_event=test", "hf_hub_download(repo_id='bert-base')", "pypi-attestations==0.0.{n2}",
    "class TokenBucket(RateLimiter):", "from .secrets import SecretStr, find_secrets", "import secrets; secrets.token_hex(16)", "token: Annotated[str, Doc('x')]", "kwargs.pop('password', None)", "parser.add_argument('--password', help='x')", "--token TOKEN  access token to use", "-u USER, --user USER", "@pytest.fixture(scope='session')", "assert response.cookies['theme'] == 'dark'", "env: GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}", "const token = await getToken();", "password: process.env.DB_PASSWORD,", "let secret = String::new();", "var apiKey = config.apiKey;", "func (s *Server) authorize(token string) error {", "if (password.length < 8) return;", "private static final String TOKEN_HEADER = \"X-Auth-Token\";", "token := r.Header.Get(\"Authorization\")", "password VARCHAR(255) NOT NULL", "docker run -p 8080:80 -u 1000:1000 nginx", "mkdir -p build/out && cp -a x y", "ls -u name", "basic: true", "Basic usage of the library", "auth=None", "session=session", "session = requests.Session()", "signature=inspect.signature(f)", "signature verified: key {h16}", "<input type=\"password\" name=\"password\">", "placeholder=\"Password\"", "\"password\": \"string\"", "\"token\": null", "\"secret\": false", "{{\"max_tokens\": {n4}, \"temperature\": 0.2}}",
)  # fmt: skip
_WORDS = ("alpha", "bright", "cargo", "delta", "engine", "frame", "graph", "helper", "index", "journal", "kernel", "loader", "module", "network")


def log_lines(seed: int, count: int) -> Iterator[str]:
    """`count` lines from the templates with fresh ids, digests and figures."""
    rng = random.Random(seed)
    for number in range(count):
        yield _filled(TEMPLATES[number % len(TEMPLATES)], rng)


def source_lines(root: Path, count: int, seed: int) -> Iterator[str]:
    """Lines of the sources below `root`, evenly drawn from files in a random order."""
    rng = random.Random(seed)
    files = sorted(path for path in root.rglob("*") if path.suffix in (".py", ".pyi", ".txt", ".md", ".json", ".toml", ".js", ".h", ".rst", ".html"))
    rng.shuffle(files)
    left = count
    for path in files:
        lines = [line for line in path.read_text("utf-8", "replace").split("\n") if line.strip() and len(line) < 2000]
        for line in rng.sample(lines, min(len(lines), 40)):
            yield line
            left -= 1
            if left == 0:
                return


def keyword_lines(root: Path, words: tuple[str, ...], limit: int) -> Iterator[str]:
    """Source lines that name secrets without having one: the hardest for precision."""
    found = 0
    for path in sorted(root.rglob("*.py")):
        for line in path.read_text("utf-8", "replace").split("\n"):
            low = line.lower()
            if any(word in low for word in words) and len(line) < 400:
                yield line
                found += 1
                if found == limit:
                    return


def _filled(template: str, rng: random.Random) -> str:
    out: list[str] = []
    rest = template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, closed, after = rest.partition("}")
        out.append(before)
        made = _slot(name, rng) if closed else None
        if made is None:
            out.append("{")
        else:
            out.append(made)
            rest = after
    return "".join(out) + rest


def _slot(name: str, rng: random.Random) -> str | None:
    kind, size = name[:1], int(name[1:]) if name[1:].isdigit() else 0
    if kind == "h" and size:
        return "".join(rng.choices("0123456789abcdef", k=size))
    if kind == "n" and size:
        return str(rng.randrange(10 ** (size - 1), 10**size))
    if kind == "b" and size:
        return base64.b64encode(rng.randbytes(size * 3 // 4)).decode()
    if name == "t":
        return f"2026-11-{rng.randrange(10, 29)}T0{rng.randrange(10)}:21:{rng.randrange(10, 60)}.{rng.randrange(100, 999)}Z"
    if name == "u":
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    if name == "f":
        return f"{rng.random() * 100:.3f}"
    return rng.choice(_WORDS) if name == "w" else None
