"""`map_repository` shows the definition that answers a question more often than listing plus grep with equal tokens.

Forty-five questions about six well-known packages, each with the definition that answers it, written by hand before the
ranking was looked at. Both sides get the same budget, counted alike: the map as it is printed; the listing gets half of
it, the other half the lines that hold most of the question's words. A hit is the right file, and the right definition:
of definitions the map must show more, of files at least nine tenths (a listing of a small package names every file).
The packages come through pip and npm. The warm time is that of the whole process, on Django, beside aider's map where
aider is installed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

BUDGET = 1_500
WARM_BAR_S = 0.4
ROUNDS = 5
PLUMBRULE = [sys.executable, "-m", "plumbrule"]

PACKAGES = ("pypi flask==3.1.0", "pypi requests==2.32.3", "pypi click==8.1.8", "pypi django==5.2", "npm express@4.21.2")

TASKS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "flask": (
        ("how is the session cookie signed and loaded", "flask/sessions.py", "SecureCookieSessionInterface"),
        ("register a blueprint on the application", "flask/sansio/app.py", "register_blueprint"),
        ("turn a view's return value into a response", "flask/app.py", "make_response"),
        ("run the development server from the command line", "flask/cli.py", "run_command"),
        ("configuration from environment variables with a prefix", "flask/config.py", "from_prefixed_env"),
        ("stream the rendering of a template", "flask/templating.py", "stream_template"),
        ("default JSON encoding of dates and decimals", "flask/json/provider.py", "DefaultJSONProvider"),
        ("flash a message for the next request", "flask/helpers.py", "flash"),
        (
            "explain a redirect that loses form data in debug mode",
            "flask/debughelpers.py",
            "FormDataRoutingRedirect",
        ),
        ("client that simulates requests in tests", "flask/testing.py", "FlaskClient"),
        ("push an application context", "flask/ctx.py", "AppContext"),
    ),
    "requests": (
        ("strip authentication when a redirect changes host", "requests/sessions.py", "should_strip_auth"),
        ("HTTP digest authentication", "requests/auth.py", "HTTPDigestAuth"),
        ("guess the encoding from headers", "requests/utils.py", "get_encoding_from_headers"),
        ("bypass proxies for no_proxy hosts", "requests/utils.py", "should_bypass_proxies"),
        ("connection pool and retries of the transport", "requests/adapters.py", "HTTPAdapter"),
        ("encode files of a multipart upload", "requests/models.py", "_encode_files"),
        ("merge cookies into a cookie jar", "requests/cookies.py", "merge_cookies"),
        ("raise an error for a bad status", "requests/models.py", "raise_for_status"),
    ),
    "click": (
        ("shell completion for bash", "click/shell_completion.py", "BashComplete"),
        ("ask the user for a password with hidden input", "click/termui.py", "prompt"),
        ("draw a progress bar", "click/_termui_impl.py", "ProgressBar"),
        ("invoke commands in tests with isolated streams", "click/testing.py", "CliRunner"),
        ("wrap help text to the terminal's width", "click/formatting.py", "wrap_text"),
        ("option type that converts to a file path", "click/types.py", "Path"),
        ("parse clusters of short options", "click/parser.py", "OptionParser"),
    ),
    "django": (
        ("how the middleware chain is loaded", "django/core/handlers/base.py", "load_middleware"),
        ("protection against cross site request forgery", "django/middleware/csrf.py", "CsrfViewMiddleware"),
        ("hash passwords with pbkdf2", "django/contrib/auth/hashers.py", "PBKDF2PasswordHasher"),
        (
            "detect changes of models to write migrations",
            "django/db/migrations/autodetector.py",
            "MigrationAutodetector",
        ),
        ("compile a query to SQL", "django/db/models/sql/compiler.py", "SQLCompiler"),
        ("atomic transactions and savepoints", "django/db/transaction.py", "Atomic"),
        ("send mail over SMTP", "django/core/mail/backends/smtp.py", "EmailBackend"),
        ("split a list of objects into pages", "django/core/paginator.py", "Paginator"),
        ("resolve a URL path to its view", "django/urls/resolvers.py", "URLResolver"),
        ("cache backend for memcached", "django/core/cache/backends/memcached.py", "BaseMemcachedCache"),
        ("reload the server when code changes", "django/utils/autoreload.py", "StatReloader"),
        ("load gettext catalogues of translations", "django/utils/translation/trans_real.py", "DjangoTranslation"),
        ("split a template into tokens", "django/template/base.py", "Lexer"),
        ("serve static files in development", "django/contrib/staticfiles/handlers.py", "StaticFilesHandler"),
    ),
    "express": (
        ("match a request path against a route layer", "lib/router/layer.js", "match"),
        ("send a file as the response", "lib/response.js", "sendFile"),
        ("content negotiation by the accept header", "lib/request.js", "accepts"),
        ("look up a view file for its template engine", "lib/view.js", "lookup"),
        ("compile the etag setting", "lib/utils.js", "compileETag"),
    ),
}

_SMALL_WORDS = "a an and as by changes for from how in into is its of on or over that the to when with"
_SMALL = frozenset(_SMALL_WORDS.split())


def unpacked(folder: Path) -> dict[str, Path]:
    """Each package's source by its name."""
    found: dict[str, Path] = {}
    for line in PACKAGES:
        registry, requirement = line.split()
        name = re.split(r"==|@", requirement)[0]
        place = folder / name
        place.mkdir()
        if registry == "pypi":
            pip = [sys.executable, "-m", "pip"]
            if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
                pip = [shutil.which("pip") or "pip"]
            words = [*pip, "download", "--quiet", "--no-deps", "--only-binary", ":all:"]  # a wheel needs no build
            subprocess.run([*words, requirement, "--dest", str(place)], check=True, capture_output=True)
        else:
            subprocess.run(["npm", "pack", "--silent", requirement], cwd=place, check=True, capture_output=True)
        [archive] = [path for path in place.iterdir() if path.name.endswith((".whl", ".tgz"))]
        root = found[name] = place / "source"
        if archive.suffix == ".whl":
            shutil.unpack_archive(archive, root, "zip")
        else:
            with tarfile.open(archive) as opened:
                opened.extractall(place, filter="data")
            (place / "package").rename(root)
        git = ["git", "-C", str(found[name]), "-c", "user.name=b", "-c", "user.email=b@b", "-c", "safe.directory=*"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "source"]):
            subprocess.run([*git, *words], check=True, stdout=subprocess.DEVNULL)
    return found


def tokens(text: str) -> float:
    """One measure for both sides: four characters a token."""
    return len(text) / 4


def mapped(root: Path, question: str, home: str) -> str:
    """What the command prints for the question, as an agent would get it."""
    words = [*PLUMBRULE, "map", str(root), question, "--json"]
    done = subprocess.run(words, env=environment(home), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    lines: list[str] = []
    for file in found["files"]:
        lines += [file["path"], *(f"  {row}" for row in file.get("symbols", []))]
    lines += found.get("others", [])
    return cut(lines, BUDGET)


def environment(home: str) -> dict[str, str]:
    return {**os.environ, "HOME": home, "XDG_CACHE_HOME": f"{home}/cache", "XDG_CONFIG_HOME": f"{home}/config"}


def cut(lines: list[str], budget: float) -> str:
    kept: list[str] = []
    for line in lines:
        budget -= tokens(line + "\n")
        if budget < 0:
            break
        kept.append(line)
    return "\n".join(kept)


def listed_and_grepped(root: Path, question: str) -> str:
    """Half of the budget for the tree, shallow files first; half for the lines with most of the question's words."""
    wanted = [word for word in re.findall(r"\w+", question.lower()) if word not in _SMALL]
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True, check=True)
    paths = listed.stdout.split("\n")
    listing = cut(sorted(filter(None, paths), key=lambda path: (path.count("/"), path)), BUDGET / 2)
    grep = ["git", "-C", str(root), "grep", "-n", "-i", "-I", *(part for word in wanted for part in ("-e", word))]
    hits = subprocess.run(grep, capture_output=True, check=False).stdout.decode("utf-8", "replace").splitlines()
    ranked = sorted(hits, key=lambda hit: -sum(word in hit.lower() for word in wanted))
    return listing + "\n" + cut([hit[:200] for hit in ranked], BUDGET / 2)


def hits(text: str, path: str, name: str) -> tuple[bool, bool]:
    """Whether the file is there, and whether one of its lines defines or shows the name."""
    here = False
    for line in text.splitlines():
        if line == path or line.startswith(f"{path}:"):
            here = True
        elif not line.startswith("  "):
            here = False
        if (here or line.startswith(f"{path}:")) and re.search(rf"\b{re.escape(name)}\b", line.removeprefix(path)):
            return True, True
    return path in text, False


def cpu_s(words: list[str], env: dict[str, str]) -> float:
    before = os.times()
    subprocess.run(words, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def warm_s(root: Path, home: str) -> float:
    words = [*PLUMBRULE, "map", str(root), "where are passwords hashed", "--json"]
    cpu_s(words, environment(home))
    return min(cpu_s(words, environment(home)) for _ in range(ROUNDS))


def aider_s(root: Path) -> float | None:
    """aider's repository map, cold as it has to be the first time; None where it is not installed."""
    aider = shutil.which("aider")
    if aider is None:
        return None
    started = time.process_time()
    words = [aider, "--show-repo-map", "--map-tokens", str(BUDGET), "--no-check-update", "--analytics-disable", "--yes"]
    spent = cpu_s([*words, "--model", "gpt-4o", str(root)], {**os.environ, "OPENAI_API_KEY": "none"})
    return spent + time.process_time() - started


def rows(roots: dict[str, Path], home: str) -> Iterator[tuple[str, tuple[bool, bool], tuple[bool, bool]]]:
    for package, tasks in TASKS.items():
        for question, path, name in tasks:
            ours = hits(mapped(roots[package], question, home), path, name)
            theirs = hits(listed_and_grepped(roots[package], question), path, name)
            yield f"{package}: {question}", ours, theirs


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home:
        roots = unpacked(Path(folder))
        found = list(rows(roots, home))
        for question, ours, _ in found:
            if not all(ours):
                print(f"  not found: {question}" + (" (the file is there)" if ours[0] else ""))
        count = len(found)
        ours = [sum(one[1][part] for one in found) for part in (0, 1)]
        theirs = [sum(one[2][part] for one in found) for part in (0, 1)]
        print(f"{count} questions, {BUDGET} tokens each")
        for part, name in enumerate(("file", "definition")):
            ratio = ours[part] / max(theirs[part], 1)
            print(f"  right {name:12} map {ours[part]:3d}   listing and grep {theirs[part]:3d}   {ratio:.1f}x")
        spent = warm_s(roots["django"], home)
        peer = aider_s(roots["django"])
        told = "not installed" if peer is None else f"{peer:.1f} s"
        print(f"  warm, Django       {spent:.3f} s CPU (bar {WARM_BAR_S})   aider {told}")
    return int(ours[0] < 0.9 * theirs[0] or ours[1] <= theirs[1] or spent > WARM_BAR_S)


if __name__ == "__main__":
    sys.exit(main())
