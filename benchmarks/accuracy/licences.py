"""Licence ids are right for at least 98 of 100 texts, and none is wrong with a score above 0.95.

Two sets: every text of the SPDX list (npm's `spdx-license-list`), as published and changed in the ways that copies are
changed in the wild; and the licence files of unpacked packages beside what their metadata declare.

    python benchmarks/accuracy/licences.py FOLDER... [--texts FOLDER] [--show N] [--rows FILE]

The folder of `--texts` keeps what was fetched for the next run.

What counts as right. For a text: its own identifier, or one whose words are the same (a licence's text alone cannot
tell `-only` from `-or-later`). Left out are identifiers without a text of their own: deprecated ones and exceptions.
For a package: the verdict agrees with the declaration, or names one licence of the family where the declaration only
names the family ("BSD License"); packages without a licence file or a declaration are left out.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable
from email import message_from_bytes
from pathlib import Path
from typing import Any, NamedTuple

from agreement import Sheet

from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.analysis.licences.detection import detect
from plumbrule.mcp_server.analysis.licences.verdict import candidates, combine

SPDX = "spdx-license-list@6.12.0"
BAR = 0.98
SURE = 0.95
WARM_MS = 5.0

_BRITISH = (
    *(("license", "licence"), ("favor", "favour"), ("behavior", "behaviour"), ("acknowledgment", "acknowledgement")),
    *(("organization", "organisation"), ("judgment", "judgement"), ("fulfill", "fulfil"), ("labor", "labour")),
)
_NO_TEXT = re.compile(r"(?:GPL|LGPL|AGPL|GFDL)-.*(?:\+|-with-.*|\d)\Z|.*exception.*|Nunit\Z")
_YEAR = re.compile(r"(?im)^(.{0,40}copyright\s*(?:\(c\)|©)?\s*)[<\[]?(?:year|yyyy|xxxx|\d{4})[^\n]{0,80}$")
_LICENCE_FILE = re.compile(r"(?i)(?:un)?licen[cs]e|copying|.*[-_.]licen[cs]e")


def reflowed(text: str) -> str:
    return "\n\n".join(textwrap.fill(" ".join(part.split()), 60) for part in re.split(r"\n\s*\n", text))


def unwrapped(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text))


def other_owners(text: str) -> str:
    return "Copyright (c) 2019-2024 Jane Q. Public <jane@example.com>\n\n" + _YEAR.sub(r"\1 2014-2024 Acme Inc.", text)


def with_heading(text: str) -> str:
    return f"Widgets\n=======\n\nThis project is distributed under the terms below.\n\n{text}"


def british(text: str) -> str:
    for american, word in _BRITISH:
        text = text.replace(american, word).replace(american.capitalize(), word.capitalize())
    return text


def american(text: str) -> str:
    for word, british_word in _BRITISH:
        text = text.replace(british_word, word).replace(british_word.capitalize(), word.capitalize())
    return text


def without_appendix(text: str) -> str:
    at = text.upper().find("END OF TERMS AND CONDITIONS")
    return text[:at] if at > 0 else text


def commented(text: str) -> str:
    return "/*\n" + "\n".join(f" * {line}" for line in text.splitlines()) + "\n */\n"


def quoted(text: str) -> str:
    return "# Licence\n\n" + "\n".join(f"> {line}" for line in text.splitlines())


def typographic(text: str) -> str:
    return text.replace("'", "\u2019").replace("(c)", "\u00a9").replace(" - ", " \u2013 ").replace("*", "\u2022")


CHANGES: tuple[Callable[[str], str], ...] = (
    *(str, reflowed, unwrapped, other_owners, with_heading, british, american),
    *(without_appendix, commented, quoted, typographic),
)


class Tally:
    """Right and wrong answers of one set."""

    def __init__(self) -> None:
        self.right = 0
        self.wrong: list[tuple[str, str | None, float]] = []

    def note(self, name: str, right: bool, answer: str | None, score: float) -> None:
        if right:
            self.right += 1
        else:
            self.wrong.append((name, answer, score))

    @property
    def share(self) -> float:
        return self.right / max(self.right + len(self.wrong), 1)


class Package(NamedTuple):
    name: str
    declared: str
    files: dict[str, str]


def same_words(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def without_later(identifier: str | None) -> str:
    return re.sub(r"-(?:only|or-later)\Z", "", identifier or "")


def spdx_texts(folder: Path) -> dict[str, str]:
    archive = next(iter(folder.glob("spdx-license-list-*.tgz")), None)
    if archive is None:
        subprocess.run(["npm", "pack", SPDX, "--silent"], cwd=folder, check=True, capture_output=True)
        archive = next(iter(folder.glob("spdx-license-list-*.tgz")))
    texts: dict[str, str] = {}
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            if "/licenses/" in member.name and (file := opened.extractfile(member)):
                texts[Path(member.name).stem] = json.loads(file.read())["licenseText"]
    return texts


def grade_texts(texts: dict[str, str]) -> tuple[Tally, list[float]]:
    """The SPDX texts under every change, and the warm milliseconds of the texts as published."""
    equal: defaultdict[str, set[str]] = defaultdict(set)
    for identifier, text in texts.items():
        equal[same_words(text)].add(without_later(identifier))
    tally, spent = Tally(), list[float]()
    for identifier, text in sorted(texts.items()):
        if _NO_TEXT.match(identifier):
            continue
        for change in CHANGES:
            changed = change(text)
            matches = detect(changed)
            if change is str:
                started = time.process_time()
                detect(changed)
                spent.append((time.process_time() - started) * 1e3)
            verdict = combine({"LICENSE": matches})
            right = without_later(verdict.expression) in equal[same_words(text)]
            tally.note(f"{identifier} {change.__name__}", right, verdict.expression, verdict.confidence)
    return tally, spent


def unpacked(folder: Path) -> Package:
    """The licence files at the root of a package, and what its metadata declare."""
    files = {
        path.name: path.read_text("utf-8", "replace")
        for path in sorted(folder.iterdir())
        if path.is_file() and _LICENCE_FILE.match(path.name)
    }
    return Package(folder.name, next((said for read in METADATA if (said := read(folder))), ""), files)


def of_python(folder: Path) -> str:
    if not (folder / "PKG-INFO").is_file():
        return ""
    metadata = message_from_bytes((folder / "PKG-INFO").read_bytes())
    stated = str(metadata.get("License-Expression") or metadata.get("License") or "")
    if len(stated) <= 100 and normalise(stated).expression:
        return stated
    classifiers = [str(each) for each in metadata.get_all("Classifier", []) if str(each).startswith("License ::")]
    return classifiers[0] if len(classifiers) == 1 else stated[:100]


def of_json(folder: Path) -> str:
    """package.json of npm and composer.json."""
    said: Any = ""
    for name in ("package.json", "composer.json"):
        if not said and (folder / name).is_file():
            manifest = json.loads((folder / name).read_text("utf-8"))
            said = manifest.get("license") or manifest.get("licenses") or ""
    if isinstance(said, list):
        said = " OR ".join(each.get("type", "") if isinstance(each, dict) else str(each) for each in said)
    return said.get("type", "") if isinstance(said, dict) else str(said)


def of_cargo(folder: Path) -> str:
    if not (folder / "Cargo.toml").is_file():
        return ""
    package = tomllib.loads((folder / "Cargo.toml").read_text("utf-8")).get("package", {})
    return str(package.get("license", "") if isinstance(package.get("license", ""), str) else "")


METADATA = (of_python, of_json, of_cargo)


def grade_packages(packages: Iterable[Package]) -> Tally:
    tally = Tally()
    for package in packages:
        meaning = normalise(package.declared)
        if not package.files or meaning.rule in ("declared.empty", "declared.file", "declared.unknown"):
            continue
        matches = {path: detect(package.files[path]) for path in candidates(package.files)}
        verdict = combine(matches, [("metadata:1", meaning)])
        family = meaning.rule == "declared.ambiguous" and verdict.expression is not None
        right = verdict.rule == "verdict.agreed" or family or verdict.expression == meaning.expression
        tally.note(f"{package.name} ({package.declared})", right, verdict.expression, verdict.confidence)
    return tally


def shown(sheet: Sheet, name: str, tally: Tally) -> bool:
    sure = [each for each in tally.wrong if each[1] and each[2] > SURE]
    total = tally.right + len(tally.wrong)
    held = tally.share >= BAR and not sure
    print(f"{name:20} {tally.right} of {total} right ({tally.share:.2%}), {len(sure)} wrong with a score above {SURE}")
    told = [f"{name}: {answer or 'none'} ({score})" for name, answer, score in tally.wrong]
    for each in told:
        print(f"    {each}")
    counts = [tally.right, total, len(sure)]
    sheet.keep({"fact": "licences", "what": name, "counts": counts, "differs": told[:30]})
    return held


def main() -> int:
    scratch = tempfile.mkdtemp()
    texts = Path(scratch)
    if "--texts" in sys.argv:
        at = sys.argv.index("--texts")
        texts = Path(sys.argv[at + 1])
        del sys.argv[at : at + 2]
    texts.mkdir(parents=True, exist_ok=True)
    sheet = Sheet.asked()
    try:
        graded, spent = grade_texts(spdx_texts(texts))
    finally:
        shutil.rmtree(scratch)
    sheet.start(Path("all"))
    held = [shown(sheet, f"SPDX texts in {len(CHANGES)} forms", graded)]
    held.append(shown(sheet, "licence files of packages", grade_packages(map(unpacked, sheet.folders))))
    spent.sort()
    p95 = spent[int(len(spent) * 0.95)]
    print(
        f"one text, warm: median {statistics.median(spent):.2f} ms, "
        f"95th percentile {p95:.2f} ms, most {spent[-1]:.2f} ms"
    )
    return int(not all(held) or p95 > WARM_MS)


if __name__ == "__main__":
    sys.exit(main())
