"""The licences of releases, as loopback registries declare them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from npm_registry import LoopbackRegistry, npm_registry
from python_index import LONG_AGO, LoopbackIndex, Published, python_index, sdist_bytes, wheel_bytes

from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerLimits, WorkerPool
from plumbrule.mcp_server.dependencies.advisories.findings import Pinned
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings
from plumbrule.mcp_server.dependencies.published.build import build_licences
from plumbrule.mcp_server.dependencies.published.metadata import licence_words, npm_licence, read

CLASSIFIED = "Classifier: License :: OSI Approved :: MIT License\n"
HEAD = "Metadata-Version: 2.4\nName: x\nVersion: 1.0\n"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("License-Expression: MIT OR Apache-2.0\n", ("MIT OR Apache-2.0",)),
        ("License-Expression: MIT\nLicense: something else\n", ("MIT",)),
        (f"License: BSD-3-Clause\n{CLASSIFIED}", ("BSD-3-Clause", "License :: OSI Approved :: MIT License")),
        (f"License: UNKNOWN\n{CLASSIFIED}", ("", "License :: OSI Approved :: MIT License",)),
        ("License: MIT License\n  Copyright (c) somebody\n", ("MIT License",)),
        ("License: Long\n" + "  words\n" * 200 + CLASSIFIED, ("Long", "License :: OSI Approved :: MIT License",)),
        ("Classifier: License :: OSI Approved\nClassifier: Topic :: X\n", ()),
        (
            f"{CLASSIFIED}Classifier: License :: OSI Approved :: BSD License\n",
            ("", "License :: OSI Approved :: MIT License", "License :: OSI Approved :: BSD License"),
        ),
        ("", ()),
        ("License:\n", ()),
    ],
)  # fmt: skip
def test_core_metadata_declare_a_licence(fields: str, words: tuple[str, ...]) -> None:
    assert licence_words(HEAD + fields) == words


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ({"license": "MIT"}, ("MIT",)),
        ({"license": {"type": "ISC", "url": "x"}}, ("ISC",)),
        ({"licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}]}, ("MIT OR GPL-2.0",)),
        ({"licenses": [{"type": "MIT"}, 5]}, ()),
        ({"license": ["MIT"]}, ()),
        ({"license": None}, ()),
        ({"license": ""}, ()),
        ({}, ()),
    ],
)
def test_an_npm_manifest_declares_a_licence(manifest: dict[str, object], words: tuple[str, ...]) -> None:
    assert npm_licence(manifest) == words


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"\x1f\x8b" + b"\0" * 100, b"x" * 1000])
def test_what_is_no_archive_holds_no_metadata(raw: bytes) -> None:
    assert read({"raw": raw}) is None


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    with python_index() as served:
        yield served


@pytest.fixture
def registry() -> Iterator[LoopbackRegistry]:
    with npm_registry() as served:
        yield served


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    started = WorkerPool(WorkerLimits())
    yield started
    await started.aclose()


def offered(index: LoopbackIndex, name: str, licence: str, *, sdist: bool = False) -> None:
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nLicense: {licence}\n"
    content = sdist_bytes(name, "1.0", metadata, "raise SystemExit") if sdist else wheel_bytes(name, "1.0", metadata)
    filename = f"{name}-1.0.tar.gz" if sdist else f"{name}-1.0-py3-none-any.whl"
    index._offer(name, Published(filename, content, None if sdist else metadata, "", LONG_AGO, False))


async def test_licences_come_from_metadata_small_archives_and_manifests_and_are_kept(
    index: LoopbackIndex, registry: LoopbackRegistry, pool: WorkerPool, tmp_path: Path
) -> None:
    offered(index, "wheeled", "MIT")
    offered(index, "packed", "Apache-2.0", sdist=True)
    registry.package("left", "1.0.0", license="ISC")
    registry.package("@s/right", "2.0.0", licenses=[{"type": "MIT"}])
    network = NetworkSettings(extra_origins=(index.origin, registry.url), requests_per_minute=60_000)
    cache = MemoryCache(1000, 1 << 20)
    licences = build_licences(ResolutionSettings(), network, index.url, registry.url, cache, pool)
    pins = [
        *(Pinned("python", name, "1.0") for name in ("wheeled", "packed", "missing")),
        *(Pinned("javascript", "left", "1.0.0"), Pinned("javascript", "@s/right", "2.0.0")),
        *(Pinned("javascript", "left", "9.0.0"), Pinned("rust", "serde", "1.0.0")),
    ]
    found = await licences.of(pins)
    assert found.silence is None
    assert {one.name: words for one, words in found.words.items()} == {
        "wheeled": ("MIT",),
        "packed": ("Apache-2.0",),
        "left": ("ISC",),
        "@s/right": ("MIT",),
    }
    asked = len(index.requests) + len(registry.requests)
    assert await licences.of(pins) == found
    assert len(index.requests) + len(registry.requests) == asked


async def test_a_registry_that_does_not_answer_leaves_its_packages_unknown(
    index: LoopbackIndex, registry: LoopbackRegistry
) -> None:
    registry.package("left", "1.0.0", license="ISC")
    index.broken = True
    for offline in (False, True):
        network = NetworkSettings(
            extra_origins=(index.origin, registry.url), requests_per_minute=60_000, offline=offline
        )
        licences = build_licences(ResolutionSettings(), network, index.url, registry.url, MemoryCache(1000, 1 << 20))
        found = await licences.of([Pinned("python", "a", "1.0"), Pinned("javascript", "left", "1.0.0")])
        assert {one.name for one in found.words} == (set() if offline else {"left"})
        assert found.silence == ("offline" if offline else "unreachable")
