"""The masker hides known formats, structures and held values, leaves the rest, and takes microseconds.

Bars (issue 2, and SECURITY.md section 1 of the plan): formats >= 99.5 %, structures >= 99 %, held values >= 99.9 %,
benign lines altered <= 0.5 %, p50 <= 10 us and p99 <= 50 us per 400-byte record, any hostile 64 kB <= 50 ms of CPU,
import and construction <= 20 ms of CPU. A secret has leaked when any 8-character window of its last 60 % shows.
The corpora are drawn from seeds (`--seed`), so that anyone can grade with seeds the rules were never tuned on.
The peer is detect-secrets, where it is installed, on a part of the same records.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from masking_corpus.benign import keyword_lines, log_lines, source_lines
from masking_corpus.contexts import CONTEXTS
from masking_corpus.encodings import ENCODINGS, values
from masking_corpus.hostile import mixes, named, repeats
from masking_corpus.structures import structures
from masking_corpus.tokens import tokens

from plumbrule.core.security.masking import Masker
from plumbrule.core.security.masking_structures import READERS
from plumbrule.core.security.secret_keys import KEYWORDS as SECRET_NAMES
from plumbrule.core.security.token_formats import token_formats

SITE_PACKAGES = Path(sysconfig.get_paths()["purelib"])
RECORD_CHARS = 400
KEYWORDS = ("token", "password", "secret", "api_key", "auth", "session", "cookie", "credential")
HOSTILE_LITERALS = (
    "sk-", "ghp_", "eyj", "akia", "://", "password", "token", "secret", "_key", "api_key", "authorization", "bearer",
    "basic", "cookie", "-----begin ", " -p", " -u", "@tcp(", "input_value=", "session", "1/1", "s.", "pat", "hf_",
    "%3a%2f%2f",
)  # fmt: skip
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

Mask = Callable[[str], str]


def leaked(secret: str, shown: str) -> bool:
    """Whether a reader of `shown` learns a piece of the secret."""
    plain = _COLOUR.sub("", shown)
    tail = secret[int(len(secret) * 0.4) :]
    return any(tail[at : at + 8] in plain for at in range(max(1, len(tail) - 7)))


def format_records(seed: int) -> list[tuple[str, str]]:
    made: list[tuple[str, str]] = []
    for kind, token in tokens(seed):
        secret = token[len(token) // 2 :] if kind.endswith("-hook") and "://" in token else token
        made.extend((secret, context(token)) for context in CONTEXTS.values())
    return made


def structure_records(seed: int) -> list[tuple[str, str]]:
    return [(secret, record) for _, secret, record in structures(seed)]


def held_share(seed: int) -> tuple[int, int]:
    """Records with a held value in some encoding, and how many of them leaked."""
    held = values(seed, 60)
    masker = Masker(*held)
    total = lost = 0
    for value in held:
        for encode in ENCODINGS.values():
            total += 1
            lost += leaked(encode(value), masker.mask(f"a record with {encode(value)} in it"))
    return total, lost


def recall(mask: Mask, records: Iterable[tuple[str, str]]) -> tuple[int, int]:
    total = lost = 0
    for secret, record in records:
        total += 1
        lost += leaked(secret, mask(record))
    return total, lost


def record_times_us(mask: Mask, lines: Iterable[str]) -> list[float]:
    """Microseconds per record of 400 characters, each the best of five; the machine is not ours alone."""
    text = " ".join(lines)
    records = [text[at : at + RECORD_CHARS] for at in range(0, len(text) - RECORD_CHARS, RECORD_CHARS)]
    for record in records:
        mask(record)
    return sorted(min(_timed(mask, record) for _ in range(5)) * 1e6 for record in records)


def _timed(mask: Mask, record: str) -> float:
    started = time.perf_counter()
    mask(record)
    return time.perf_counter() - started


def known_literals() -> list[str]:
    """Every literal that opens the masker's gate, for mixes that no list by hand would have."""
    tokens = (literal for form in token_formats() for literal in form.literals)
    return sorted({*map(str.lower, tokens), *SECRET_NAMES, *READERS})


def worst_hostile(mask: Mask) -> tuple[float, str, int]:
    """CPU milliseconds of the slowest input, the best of three of it; its name; how many were tried."""
    slowest: list[tuple[float, str, str]] = []
    tried = 0
    for name, text in [*named(), *repeats(list(HOSTILE_LITERALS)), *mixes(known_literals(), 20_261_120, 300)]:
        tried += 1
        slowest.append((_cpu_ms(mask, text), name, text))
        slowest = sorted(slowest, reverse=True)[:5]
    spent, name = max((min(_cpu_ms(mask, text) for _ in range(3)), name) for _, name, text in slowest)
    return spent, name, tried


def _cpu_ms(mask: Mask, text: str) -> float:
    started = time.process_time()
    mask(text)
    return (time.process_time() - started) * 1e3


def start_ms() -> float:
    """CPU milliseconds to import the masker and construct one, the best of five fresh processes."""
    program = (
        "import time; t = time.process_time(); from plumbrule.core.security.masking import Masker; Masker();"
        "print((time.process_time() - t) * 1e3)"
    )
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", program]
    runs = (subprocess.run(command, capture_output=True, check=True, text=True, env=compiled) for _ in range(5))
    return min(float(run.stdout) for run in runs)


def detect_secrets_mask() -> Mask | None:
    """detect-secrets as a masker: every secret it finds in a line is blanked; None where it is not installed."""
    try:
        from detect_secrets.core.scan import scan_line
        from detect_secrets.settings import default_settings
    except ImportError:
        return None

    def mask(record: str) -> str:
        with default_settings():
            for line in record.split("\n"):
                for found in scan_line(line):
                    if found.secret_value:
                        record = record.replace(found.secret_value, "***")
        return record

    return mask


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=20_261_120)
    seed = parser.parse_args().seed
    masker = Masker()
    missed: list[str] = []

    def bar(name: str, figure: str, held: bool) -> None:
        print(f"{name:<34} {figure}{'' if held else '   MISSED'}")
        if not held:
            missed.append(name)

    def share(name: str, counted: tuple[int, int], least: float) -> None:
        total, lost = counted
        masked = 100 * (1 - lost / total)
        bar(name, f"{masked:.2f} % of {total} masked (bar {least} %)", masked >= least)

    formats, shapes = format_records(seed), structure_records(seed)
    share("formats in contexts", recall(masker.mask, formats), 99.5)
    share("structures", recall(masker.mask, shapes), 99.0)
    share("held values in 13 encodings", held_share(seed), 99.9)
    benign = [*log_lines(seed, 5_000), *source_lines(SITE_PACKAGES, 20_000, seed)]
    altered = sum(masker.mask(line) != line for line in benign)
    bar(
        "benign lines altered",
        f"{100 * altered / len(benign):.3f} % of {len(benign)} (bar 0.5 %)",
        altered * 200 <= len(benign),
    )
    naming = list(keyword_lines(SITE_PACKAGES, KEYWORDS, 10_000))
    altered = sum(masker.mask(line) != line for line in naming)
    bar(
        "source lines naming secrets",
        f"{100 * altered / len(naming):.3f} % of {len(naming)} altered (bar 0.5 %)",
        altered * 200 <= len(naming),
    )
    times = record_times_us(masker.mask, source_lines(SITE_PACKAGES, 6_000, seed))
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    speed = RECORD_CHARS / statistics.mean(times)
    bar(
        "400-byte record",
        f"p50 {p50:.1f} us (bar 10), p99 {p99:.1f} us (bar 50), {speed:.0f} MB/s",
        p50 <= 10 and p99 <= 50,
    )
    traps = record_times_us(masker.mask, log_lines(seed, 3_000))
    middle, high = traps[len(traps) // 2], traps[len(traps) * 99 // 100]
    print(f"{'record of nothing but traps':<34} p50 {middle:.1f} us, p99 {high:.1f} us (no bar)")
    spent, name, tried = worst_hostile(masker.mask)
    bar("hostile 64 kB", f"{spent:.1f} ms CPU for {name}, the worst of {tried} (bar 50)", spent <= 50)
    started = start_ms()
    bar("import and construct", f"{started:.1f} ms CPU (bar 20)", started <= 20)
    peer = detect_secrets_mask()
    if peer is None:
        print("detect-secrets is not installed: no peer in this run (pip install detect-secrets)")
    else:
        compare(peer, formats[:: max(1, len(formats) // 1500)], shapes, benign[::25], p50, seed)
    return 1 if missed else 0


def compare(
    peer: Mask, formats: list[tuple[str, str]], shapes: list[tuple[str, str]], benign: list[str], p50: float, seed: int
) -> None:
    """The same questions to detect-secrets, on a part of the records: it takes a millisecond for each."""
    total, lost = recall(peer, formats)
    print(f"{'  detect-secrets: formats':<34} {100 * (1 - lost / total):.1f} % of {total}")
    total, lost = recall(peer, shapes)
    print(f"{'  detect-secrets: structures':<34} {100 * (1 - lost / total):.1f} % of {total}")
    altered = sum(peer(line) != line for line in benign)
    print(f"{'  detect-secrets: benign altered':<34} {100 * altered / len(benign):.2f} % of {len(benign)}")
    times = record_times_us(peer, source_lines(SITE_PACKAGES, 100, seed))
    theirs = times[len(times) // 2]
    print(f"{'  detect-secrets: record':<34} p50 {theirs:.0f} us, {theirs / p50:.0f} times ours")


if __name__ == "__main__":
    sys.exit(main())
