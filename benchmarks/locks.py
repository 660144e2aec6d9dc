"""Joint locks of real packages install with pip and uv as they stand, and are the same bytes from a cold cache.

Sets of requirements as several repositories have them, against the public index and with a cut-off date. Each lock is
made twice, with an empty cache and with a full one, compared, and installed into an empty folder: `pylock.toml` by uv,
hashed `requirements.txt` by pip and by uv. What is installed is compared with what the lock says. The times beside are
of the whole process; beneath them uv's own resolution of the same requirements, warm, which is our floor.
"""

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

from uv import find_uv_bin

CUT_OFF = "2026-06-01"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PLUMBRULE = [sys.executable, "-m", "plumbrule"]

SETS: dict[str, tuple[tuple[str, ...], ...]] = {
    "web": (
        ("flask>=3", "requests>=2.31", "click<8.3"),
        ("fastapi>=0.110", "uvicorn[standard]>=0.29", "pydantic>=2.6"),
    ),
    "three": (
        ("django>=5,<5.3", "djangorestframework>=3.15", "celery>=5.3"),
        ("boto3>=1.34", "requests", "pyyaml>=6"),
        ("sqlalchemy>=2", "alembic>=1.13", "rich", "httpx[http2]"),
    ),
    "bounded": (("attrs<24", "jinja2<3.1.5", "urllib3<2"), ("botocore>=1.34", "werkzeug<3.1", "aiohttp>=3.9")),
}


def run(argv: Sequence[str], home: Path, cwd: Path) -> str:
    known = ("PATH", "SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
    env = {name: os.environ[name] for name in known if name in os.environ}
    env |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_CONFIG_HOME": str(home / "config")}
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(argv[:6])}: {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def resolved(folder: Path, home: Path, labels: Sequence[str], output: str) -> tuple[str, float]:
    began = time.perf_counter()
    options = ["--python", PYTHON, "--exclude-newer", CUT_OFF, "--output-format", output]
    text = run([*PLUMBRULE, "-q", "resolve", *(f"./{label}" for label in labels), *options], home, folder)
    return text, time.perf_counter() - began


def installed(site: Path) -> dict[str, str]:
    return {one.metadata["Name"].lower().replace("_", "-").replace(".", "-"): one.version
            for one in distributions(path=[str(site)])}  # fmt: skip


def uv_alone_s(folder: Path, home: Path, sets: Sequence[Sequence[str]]) -> float:
    """uv's own time for the same requirements in one file, its cache warm."""
    (folder / "all.in").write_text("".join(f"{line}\n" for each in sets for line in each))
    argv = [find_uv_bin(), "pip", "compile", "all.in", "-q", "--exclude-newer", CUT_OFF, "--only-binary", ":all:",
            "--python", sys.executable, "--generate-hashes", "--no-config"]  # fmt: skip
    run(argv, home, folder)
    began = time.perf_counter()
    run(argv, home, folder)
    return time.perf_counter() - began


def measured(name: str, sets: Sequence[Sequence[str]], folder: Path) -> bool:
    labels = [f"repo-{number}" for number in range(1, len(sets) + 1)]
    for label, lines in zip(labels, sets, strict=True):
        (folder / label).mkdir()
        (folder / label / "requirements.txt").write_text("".join(f"{line}\n" for line in lines))
    cold, cold_s = resolved(folder, folder / "home-1", labels, "pylock.toml")
    warm, warm_s = resolved(folder, folder / "home-1", labels, "pylock.toml")
    other, _ = resolved(folder, folder / "home-2", labels, "pylock.toml")
    hashed, _ = resolved(folder, folder / "home-1", labels, "requirements.txt")
    (folder / "pylock.toml").write_text(cold)
    (folder / "requirements.txt").write_text(hashed)
    locked = {one["name"]: one["version"] for one in tomllib.loads(cold)["packages"]}
    uv = [
        find_uv_bin(),
        "pip",
        "install",
        "-q",
        "--no-config",
        "--python",
        sys.executable,
        "--preview-features",
        "pylock",
    ]
    ways = {
        "uv pylock": [*uv, "-r", "pylock.toml", "--target"],
        "uv hashes": [*uv, "--require-hashes", "-r", "requirements.txt", "--target"],
        "pip hashes": [sys.executable, "-m", "pip", "-q", "install", "--require-hashes", "--no-deps", "-r",
                       "requirements.txt", "--target"],
    }  # fmt: skip
    right: list[str] = []
    for way, argv in ways.items():
        site = folder / way.replace(" ", "-")
        run([*argv, str(site)], folder / "home-1", folder)
        if installed(site) == locked:
            right.append(way)
    floor_s = uv_alone_s(folder, folder / "home-3", sets)
    same = cold == warm == other
    word = "same bytes" if same else "DIFFERENT BYTES"
    print(
        f"{name:8} {len(labels)} repositories, {len(locked)} packages: {word}, "
        f"installed by {', '.join(right) or 'NOBODY'}; cold {cold_s:.2f} s, warm {warm_s:.2f} s, "
        f"uv alone {floor_s:.2f} s"
    )
    return same and len(right) == len(ways)


def main() -> int:
    held = True
    for name, sets in SETS.items():
        with tempfile.TemporaryDirectory(prefix="plumbrule-locks-") as folder:
            held = measured(name, sets, Path(folder)) and held
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
