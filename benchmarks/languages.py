"""The languages of 7,000 paths take at most 60 ms of CPU, and a licence file at most 30 ms.

The floor for paths splits each into folder and name and looks its extension up in a dictionary, in the same process;
the paths are those of a made-up repository of 1,000 folders. For licences the floor takes the text apart into words;
the texts are the project's own licence and the published ones that the tests keep. Loading the tables counts apart:
at most 5 ms for languages and 30 ms for licences.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from plumbrule.mcp_server.analysis.languages.detection import plan
from plumbrule.mcp_server.analysis.languages.table import table
from plumbrule.mcp_server.analysis.licences.detection import detect
from plumbrule.mcp_server.analysis.licences.spdx import spdx
from plumbrule.mcp_server.analysis.licences.words import words_of
from plumbrule.mcp_server.platforms.ports.snapshot import Entry

ROOT = Path(__file__).parents[1]
ROUNDS = 5
SUFFIXES = (".py", ".py", ".py", ".js", ".css", ".html", ".po", ".mo", ".txt", ".json", ".c", ".h", ".min.js", ".rst")
FOLDERS = ("src", "tests", "docs", "vendor", "locale", "static", "core", "api")


def best_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least CPU time of several rounds, in milliseconds."""
    times: list[float] = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times) * 1e3


def made_up_entries() -> list[Entry]:
    return [
        Entry(f"{FOLDERS[n % 8]}/part{n % 125}/module_{n}{SUFFIXES[n % len(SUFFIXES)]}", 2_000, "file", "")
        for n in range(7_000)
    ]


def split_only(entries: list[Entry], known: dict[str, tuple[str, ...]]) -> list[object]:
    found: list[object] = []
    for entry in entries:
        folder, _, name = entry.path.rpartition("/")
        found.append((entry.path, folder, known.get(name[name.rfind(".") :].lower())))
    return found


def shown(name: str, spent_ms: float, floor_ms: float, bar_ms: float) -> bool:
    held = spent_ms <= bar_ms
    ratio = f"{spent_ms / floor_ms:6.1f} x the floor of {floor_ms:.2f} ms" if floor_ms else ""
    print(f"{name:38} {spent_ms:8.2f} ms   bar {bar_ms:5.0f} ms   {ratio}   {'held' if held else 'MISSED'}")
    return held


def main() -> int:
    held = [
        shown("loading the facts of languages", best_ms(table, 1), 0, 5),
        shown("loading the index of licences", best_ms(lambda: spdx().rare_pairs(), 1), 0, 30),
    ]
    entries = made_up_entries()
    floor = best_ms(lambda: split_only(entries, table().by_extension))
    held.append(shown("languages of 7,000 paths", best_ms(lambda: plan(entries)), floor, 60))
    texts = json.loads((ROOT / "tests/mcp_server/analysis/licences/spdx_texts.json").read_text("utf-8"))
    texts["the project's LICENSE"] = (ROOT / "LICENSE").read_text("utf-8")
    slowest = max(texts, key=lambda name: best_ms(lambda: detect(texts[name]), 2))
    for name in ("MIT", "the project's LICENSE", slowest):
        spent, floor = best_ms(partial(detect, texts[name])), best_ms(partial(words_of, texts[name]))
        held.append(shown(f"licence of {name}", spent, floor, 30))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
