"""What others publish about a joint set: licences from locks, known vulnerabilities from a loopback database."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from osv_world import OsvWorld, record

from plumbrule.mcp_server.app import build_app
from plumbrule.mcp_server.compatibility.check import JointQuestion
from plumbrule.mcp_server.compatibility.report import CompatibilityReport
from plumbrule.mcp_server.settings import load


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture
async def osv() -> AsyncIterator[OsvWorld]:
    async with OsvWorld() as world:
        yield world


def php(folder: Path, licence: str, package: str, version: str, its_licence: str) -> Path:
    """A repository with a manifest and a lock of one package."""
    folder.mkdir()
    own = {"name": f"o/{folder.name}", "license": licence, "require": {package: f"^{version}"}}
    lock = {"packages": [{"name": package, "version": version, "license": [its_licence]}], "packages-dev": []}
    (folder / "composer.json").write_text(json.dumps(own))
    (folder / "composer.lock").write_text(json.dumps(lock))
    return folder


async def checked(osv: OsvWorld, *folders: Path, **flags: Any) -> CompatibilityReport:
    named = {"sources.osv_url": osv.url, "network.requests_per_minute": 60_000, **flags}
    app = build_app(load({}, flags=named, flag_origins=dict.fromkeys(named, "test")), "command", keep=False)
    async with app.running():
        return await app.checker.check(JointQuestion(tuple(str(folder) for folder in folders)))


async def test_a_joint_set_is_judged_by_its_licences_and_known_vulnerabilities(osv: OsvWorld, tmp_path: Path) -> None:
    """S-49: GPL into MIT is told with both sides, a copyleft package with the repository that uses it."""
    first = php(tmp_path / "a", "MIT", "v/gpl", "1.2.0", "GPL-3.0-or-later")
    second = php(tmp_path / "b", "Apache-2.0", "v/free", "2.0.0", "MIT")
    osv.knows("Packagist", "v/free", "2.0.0", record("GHSA-free", "v/free", ecosystem="Packagist"))
    report = await checked(osv, first, second)
    assert {(one.name, one.version) for one in report.packages} == {("v/gpl", "1.2.0"), ("v/free", "2.0.0")}
    assert report.licences is not None
    assert report.licences.verdict == "incompatible"
    told = {(one.inbound.package, one.outbound.repository, one.verdict) for one in report.licences.pairs}
    assert told == {("v/gpl 1.2.0", "a", "incompatible")}
    assert report.licences.unknown == ()
    assert report.vulnerabilities is not None
    assert (report.vulnerabilities.state, report.vulnerabilities.checked) == ("vulnerable", 2)
    assert [(one.id, one.package, one.version) for one in report.vulnerabilities.found] == [
        ("GHSA-free", "v/free", "2.0.0")
    ]


async def test_what_nobody_could_tell_is_no_all_clear(osv: OsvWorld, tmp_path: Path) -> None:
    first = php(tmp_path / "a", "MIT", "v/x", "1.2.0", "LicenseRef-ours")
    second = php(tmp_path / "b", "MIT", "v/y", "2.0.0", "MIT")
    report = await checked(osv, first, second, **{"network.offline": True})
    assert report.licences is not None
    assert report.vulnerabilities is not None
    assert report.licences.verdict == "review"
    assert (report.vulnerabilities.state, report.vulnerabilities.reason) == ("not checked", "offline")
    off = await checked(osv, first, second, **{"resolution.advisories": False})
    assert off.vulnerabilities is not None
    assert (off.vulnerabilities.state, off.vulnerabilities.reason) == ("not checked", "switched_off")
    assert osv.asked == []
