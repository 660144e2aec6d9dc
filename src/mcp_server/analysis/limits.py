"""How much a survey may look at. Reaching one of these marks the result partial; it never fails the call."""

from typing import Annotated

from typing_extensions import Doc

from plumbrule.core.interval import Interval
from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class SurveyLimits:
    """The bounds of one survey. Bytes are those of files as they stand, not as they are packed."""

    max_files: Annotated[
        int, Interval(ge=1, le=5_000_000), Doc("Files of a repository that are looked at; further ones are counted.")
    ] = 300_000
    max_source_bytes: Annotated[
        int, Interval(ge=0, le=100_000_000_000), Doc("Bytes of source files read to count lines.")
    ] = 1_000_000_000
    max_file_bytes: Annotated[
        int, Interval(ge=1024, le=1_000_000_000), Doc("A larger file is not read; its size still counts.")
    ] = 4_000_000
    max_manifests: Annotated[
        int, Interval(ge=1, le=100_000), Doc("Manifests parsed by a card; a summary parses ten times as many.")
    ] = 200
    max_manifest_bytes: Annotated[int, Interval(ge=1024, le=100_000_000), Doc("A larger manifest is skipped.")] = (
        1_000_000
    )
    max_manifest_s: Annotated[
        float, Interval(ge=0.01, le=60), Doc("Seconds of CPU that parsing one manifest may take.")
    ] = 1.0
    max_parse_s: Annotated[
        float, Interval(ge=0.01, le=60), Doc("Seconds of CPU that the syntax of one source file may take.")
    ] = 4.0
    max_history_commits: Annotated[
        int, Interval(ge=1, le=10_000_000), Doc("Commits whose changed files are looked at, newest first.")
    ] = 5_000
    max_history_s: Annotated[float, Interval(ge=0.01, le=600), Doc("Seconds that reading these commits may take.")] = (
        10.0
    )
    max_surveys: Annotated[int, Interval(ge=1, le=64), Doc("Surveys that run at once; further ones wait.")] = 4
    advisories: Annotated[
        bool, Doc("Ask sources.osv_url about locked and pinned versions in a full survey; this needs the network.")
    ] = False
