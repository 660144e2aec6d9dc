"""The languages fact of a report, from what detection settled and the lines that were counted."""

from typing import Literal

from plumbrule.mcp_server.analysis.aspects import Detail
from plumbrule.mcp_server.analysis.collected import Collected
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.languages.shares import Amount, tally
from plumbrule.mcp_server.analysis.model import Bulk, Languages, LanguageShare
from plumbrule.mcp_server.analysis.words import evidence


def languages_of(collected: Collected, detail: Detail) -> Languages | None:
    """Shares by lines where all counted files were read, else by bytes; None when nothing is known yet.

    At `summary` and `full` each share has its largest file as evidence, with the rule that told its language; at
    `full` also how many of its lines are code, comment and blank.
    """
    if not collected.files:
        return None
    result = tally(collected.files, collected.lines)
    largest = _largest(collected.files) if detail != "card" else {}
    kinds = _kinds_of_lines(collected) if detail == "full" and result.by_lines else {}
    counted_by: Literal["lines", "bytes"] = "lines" if result.by_lines else "bytes"
    shares = tuple(
        LanguageShare(
            name=share.name,
            percent=share.percent,
            files=share.files,
            bytes=share.bytes,
            lines=share.lines if result.by_lines else None,
            evidence=evidence(largest[share.name].path, largest[share.name].rule) if share.name in largest else None,
            **kinds.get(share.name, {}),
        )
        for share in result.shares
    )
    return Languages(
        counted_by=counted_by,
        shares=shares,
        evidence=evidence(".", f"languages.by-{counted_by}"),
        vendored=_bulk(result.vendored),
        generated=_bulk(result.generated),
        documentation=_bulk(result.documentation),
        other=_bulk(_sum(result.data_and_prose, result.binary, result.unknown)),
    )


def _kinds_of_lines(collected: Collected) -> dict[str, dict[str, int]]:
    """Lines of code, of comment and blank ones by language; without those of which some file was not looked at."""
    sums: dict[str, dict[str, int]] = {}
    unknown: set[str] = set()
    _, indexes = collected.facts(tuple(collected.known_paths()))
    for file in collected.files:
        if not file.counted or file.size == 0:
            continue
        index = indexes.get(file.path)
        if index is None:
            unknown.add(file.group)
            continue
        kinds = sums.setdefault(file.group, {"code": 0, "comment": 0, "blank": 0})
        kinds["code"] += index.code
        kinds["comment"] += index.comment
        kinds["blank"] += index.blank
    return {name: kinds for name, kinds in sums.items() if name not in unknown}


def _largest(files: list[FileLanguage]) -> dict[str, FileLanguage]:
    found: dict[str, FileLanguage] = {}
    for file in files:
        if file.counted and (file.group not in found or file.size > found[file.group].size):
            found[file.group] = file
    return found


def _bulk(amount: Amount) -> Bulk | None:
    return Bulk(amount.files, amount.bytes) if amount.files else None


def _sum(*amounts: Amount) -> Amount:
    return Amount(sum(one.files for one in amounts), sum(one.bytes for one in amounts))
