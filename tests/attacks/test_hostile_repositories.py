"""Each kind of hostile repository against the whole command: bounded, told, and nothing left, run or revealed."""

import sys
from typing import NamedTuple

import pytest
from driving import MIB, Ground
from hostile_repositories import KINDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a process tree uses is read from /proc")

MAX_OUTPUT_BYTES = 256_000
"""`--json` without a budget is unlimited on purpose: only the kind that is all manifests is longer."""


class Expected(NamedTuple):
    """Exit codes that are right, and reasons or an error code that must be told."""

    codes: tuple[int, ...]
    told: tuple[str, ...] = ()
    slow: bool = False
    limit_s: float = 30
    memory_mib: int = 300
    output_bytes: int = MAX_OUTPUT_BYTES


CASES = {
    "tree_bomb": Expected((4,), ("file_limit",), slow=True, limit_s=90, memory_mib=600),
    "tree_bomb_checked_out": Expected((0,), slow=True),
    "deep_tree": Expected((4,), ("too_deep",), slow=True),
    "deep_folder": Expected((4,), ("too_deep",), slow=True),
    "zero_blob": Expected((0,), ("too_large",), slow=True),
    "delta_bomb": Expected((0,), ("too_large",), slow=True),
    "small_delta_bomb": Expected((0,), ("unreadable",)),
    "medium_delta_bomb": Expected((0,), ("unreadable",), memory_mib=600),
    "tree_delta_bomb": Expected((2,), ("invalid_repository",), slow=True),
    "commit_delta_bomb": Expected((2,), ("not_found",), slow=True),
    "many_refs": Expected((0,), slow=True),
    "many_files": Expected((4,), ("file_limit",), slow=True, limit_s=90, memory_mib=600),
    "many_manifests": Expected((4,), ("over_limit",), slow=True, limit_s=90, memory_mib=600, output_bytes=10**6),
    "many_declarations": Expected((4,), ("over_limit",), slow=True, limit_s=90, memory_mib=600, output_bytes=10**6),
    "evil_names": Expected((0, 4), ("unsafe_path", "git_folder")),
    "loop_tree": Expected((2,), ("invalid_repository",), slow=True),
    "loop_delta": Expected((0,), ("unreadable",), slow=True, memory_mib=600),
    "lying_sizes": Expected((0,), ("unreadable", "too_large"), slow=True),
    "long_history": Expected((0,), slow=True, limit_s=60),
    "wide_merge": Expected((0,), slow=True),
    "ref_loops": Expected((2,), ("invalid_repository",), slow=True),
    "ref_outside": Expected((2,), ("invalid_repository",), slow=True),
    "huge_head": Expected((2,), ("invalid_repository",), slow=True),
    "pipes_in_git": Expected((2,), ("invalid_repository",), limit_s=15, slow=True),
    "pipe_objects": Expected((2,), ("invalid_repository",), limit_s=15),
    "pipe_head": Expected((2,), ("invalid_repository",), limit_s=15, slow=True),
    "pipe_index": Expected((2,), ("invalid_repository",), limit_s=15, slow=True),
    "pipe_ignore": Expected((4,), ("special_file", "untracked_not_listed"), limit_s=15),
    "pipe_ignore_below": Expected((4,), ("untracked_not_listed",), limit_s=15, slow=True),
    "pipe_pack": Expected((2,), ("invalid_repository",), limit_s=15, slow=True),
    "pipe_git_file": Expected((2,), ("invalid_repository",), limit_s=15, slow=True),
    "devices": Expected((0,), ("special_file", "symlink", "too_large"), limit_s=15),
    "index_bomb": Expected((2,), ("invalid_repository",), slow=True),
    "index_zeros": Expected((4,), ("limit_exceeded",), slow=True),
    "index_dots": Expected((0,), ("unsafe_path", "git_folder")),
    "attributes": Expected((4,), ("untracked_not_listed",), slow=True, limit_s=60),
    "deep_attributes": Expected((4,), ("attributes_not_applied",), slow=True),
}


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.attacks if case.slow else ()) for kind, case in CASES.items()]
)
def test_it_ends_in_an_answer_or_an_error_within_its_bounds(ground: Ground, kind: str) -> None:  # A51, A56, A57, A67
    expected = CASES[kind]
    done = ground.analyze(KINDS[kind](ground.base / "repository"), limit_s=expected.limit_s)
    document = done.document
    told = {one["reason"] for one in document.get("coverage", {}).get("skipped", ())} | {done.error}
    assert done.code in expected.codes, (done.code, done.stdout[:500], done.stderr[:500])
    assert told >= set(expected.told)
    assert len(done.stdout) <= expected.output_bytes
    assert done.peak_bytes <= expected.memory_mib * MIB
    assert (done.orphans, done.left) == ((), ())
    assert done.stderr == ""
    assert str(ground.base / "tmp") not in done.stdout.decode()  # S-44
    assert str(ground.base / "cache") not in done.stdout.decode()
    assert "root:" not in done.stdout.decode()  # of /etc/passwd
    assert list(ground.canaries.iterdir()) == []


def test_every_kind_is_judged() -> None:
    assert KINDS.keys() == CASES.keys()
