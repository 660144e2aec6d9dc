"""A repository's languages in total, as GitHub's statistic counts them, by bytes and by lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.languages.model import FileLanguage, LanguageShare


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of files with their bytes and the lines of those that were read."""

    files: int = 0
    bytes: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """The shares, largest first, and what they leave out.

    `by_lines` tells what the percentages are of: lines when those of every counted file are known, else bytes.
    A file is left out for one reason only, in the order vendored, generated, documentation, then data and prose,
    binary, and files without a language.
    """

    shares: tuple[LanguageShare, ...]
    by_lines: bool
    vendored: Amount
    generated: Amount
    documentation: Amount
    data_and_prose: Amount
    binary: Amount
    unknown: Amount


def count_lines(data: bytes) -> int:
    """Lines as an editor counts them: by line feeds, and a last line without one counts. A lone CR ends no line."""
    lines = data.count(b"\n")
    return lines + 1 if data and not data.endswith(b"\n") else lines


def tally(files: Iterable[FileLanguage], lines: Mapping[str, int], *, by_bytes: bool = False) -> Tally:
    """The shares of the counted languages. `lines` maps paths to their number of lines, for the files that were read.

    Percentages are by lines when `lines` covers every counted file of a known size, unless `by_bytes` asks for GitHub's
    own measure. They are rounded so that they sum to exactly 100.0 (largest remainder); ties go by name.
    """
    counted: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    apart: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    all_lines_known = True
    for file in files:
        sums = counted[file.group] if file.counted else apart[reason_apart(file)]
        sums[0] += 1
        sums[1] += max(file.size, 0)
        known = lines.get(file.path)
        sums[2] += known or 0
        all_lines_known = all_lines_known and (known is not None or not file.counted or file.size == 0)
    by_lines = all_lines_known and not by_bytes and any(sums[2] for sums in counted.values())
    measure = 2 if by_lines else 1
    tenths = tenths_of_percent({name: sums[measure] for name, sums in counted.items()})
    shares = [LanguageShare(name, sums[0], sums[1], sums[2], tenths[name] / 10) for name, sums in counted.items()]
    shares.sort(key=lambda share: (-(share.lines if by_lines else share.bytes), share.name))
    amounts = {reason: Amount(*sums) for reason, sums in apart.items()}
    none = Amount()
    return Tally(
        tuple(shares),
        by_lines,
        vendored=amounts.get("vendored", none),
        generated=amounts.get("generated", none),
        documentation=amounts.get("documentation", none),
        data_and_prose=amounts.get("data_and_prose", none),
        binary=amounts.get("binary", none),
        unknown=amounts.get("unknown", none),
    )


def reason_apart(file: FileLanguage) -> str:
    """Why a file is not counted."""
    if file.vendored:
        return "vendored"
    if file.generated:
        return "generated"
    if file.documentation:
        return "documentation"
    if file.language is not None:
        return "data_and_prose"
    return "binary" if file.binary else "unknown"


def tenths_of_percent(amounts: Mapping[str, int]) -> dict[str, int]:
    """Each amount's part of 1,000, in whole numbers that sum to 1,000 (or to 0 when there is nothing to share)."""
    total = sum(amounts.values())
    if total == 0:
        return dict.fromkeys(amounts, 0)
    floors = {name: amount * 1000 // total for name, amount in amounts.items()}
    by_remainder = sorted(amounts, key=lambda name: (-(amounts[name] * 1000 % total), name))
    for name in by_remainder[: 1000 - sum(floors.values())]:
        floors[name] += 1
    return floors
