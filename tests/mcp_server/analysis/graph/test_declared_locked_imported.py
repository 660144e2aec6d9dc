"""The third state of dependencies, and what is missing and unused, on small trees."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.graph.dependencies import with_imports
from plumbrule.mcp_server.analysis.graph.distributions import python_distributions, python_imports
from plumbrule.mcp_server.analysis.graph.links import links_of
from plumbrule.mcp_server.analysis.sections.dependencies import Dependencies, Dependency
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest, ManifestRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.mcp_server.analysis.deep import Deep

    Made = Callable[..., Deep]


def declared(name: str, at: str = "pyproject.toml:3", scope: Any = "runtime", **more: Any) -> Dependency:
    return Dependency(name, "python", scope, Evidence(at, "pyproject.dependencies"), states=("declared",), **more)


def judged(made: "Made", files: dict[str, list[str]], *direct: Dependency, **more: Any) -> Dependencies:
    deep = made(files, **more)
    return with_imports(Dependencies(direct), deep, links_of(deep))


FILES = {
    "src/app/__init__.py": [],
    "src/app/a.py": ["import yaml", "import os", "from google.cloud import storage"],
    "src/app/b.py": [
        "from yaml import load",
        "import sqlalchemy.orm",
        "import ujson # optional",
        "import torch # lazy",
    ],
    "src/app/c.py": ["import attrs # type", "from app import a"],
    "tests/test_a.py": ["import pytest", "import app.a", "import respx"],
    "docs/conf.py": ["import sphinx"],
}


def test_a_dependency_is_imported_under_the_name_that_its_code_has(made: "Made") -> None:
    found = judged(made, FILES, declared("PyYAML"), declared("google-cloud-storage"), declared("pytest", scope="test"))
    yaml, storage, pytest_ = found.direct
    assert (yaml.states, yaml.used_by, yaml.first_use) == (("declared", "imported"), 2, "src/app/a.py:1")
    assert (storage.used_by, storage.first_use) == (1, "src/app/a.py:3")
    assert pytest_.first_use == "tests/test_a.py:1"


def test_missing_names_what_no_manifest_declares_and_survives_no_doubt(made: "Made") -> None:
    found = judged(made, FILES, declared("PyYAML"), declared("google-cloud-storage"), declared("pytest", scope="test"))
    assert [(one.name, one.scope, one.evidence.at, one.guess) for one in found.missing] == [
        ("respx", "test", "tests/test_a.py:3", True),
        ("sqlalchemy", "runtime", "src/app/b.py:2", True),
    ]


def test_nothing_is_missing_in_test_input_of_a_neighbour_of_another_language(made: "Made") -> None:
    files = {
        **FILES,
        "crates/js/tests/specs/__init__.py": [],
        "crates/js/tests/specs/test_a.py": ["import angular_core"],
    }
    own = (declared("PyYAML"), declared("pytest", scope="test"))
    crate = replace(declared("serde", at="crates/js/Cargo.toml:3"), ecosystem="rust")
    told = [{one.name for one in judged(made, files, *direct).missing} for direct in (own, (*own, crate))]
    assert told[0] - told[1] == {"angular-core"}


@pytest.mark.parametrize(
    "direct",
    [
        (),
        (declared("PyYAML", at="other/pyproject.toml:1"),),
    ],
    ids=["nothing declared", "declared elsewhere"],
)
def test_where_no_manifest_reaches_nothing_is_missing(made: "Made", direct: tuple[Dependency, ...]) -> None:
    assert judged(made, FILES, *direct).missing == ()


def test_a_manifest_that_is_computed_makes_nothing_missing(made: "Made") -> None:
    deep = made(FILES)
    unread = Dependencies((declared("x"),), not_read=(Evidence("setup.py:4", "python.computed"),))
    assert with_imports(unread, deep, links_of(deep)).missing == ()


def test_unused_names_runtime_dependencies_that_no_file_imports(made: "Made") -> None:
    files = {"app/__init__.py": ["import yaml"], "tests/test_a.py": ["import yaml"]}
    direct = (
        declared("pyyaml"),
        declared("beautifulsoup4"),
        declared("gunicorn"),
        declared("pytest-cov", scope="test"),
        declared("tomli", marker="python_version < '3.11'"),
        declared("attrs"),
    )
    found = judged(made, files, *direct, texts={"Dockerfile": b"RUN pip install attrs"})
    assert [one.name for one in found.unused] == ["beautifulsoup4"]
    assert judged(made, files, *direct[1:]).unused == (), "no import proves that the code is what the manifest is for"


def test_a_workspace_member_is_imported_where_its_files_are(made: "Made") -> None:
    def manifest(folder: str, name: str) -> Manifest:
        rule = ManifestRule("pyproject.toml", "python", "manifest", "pyproject")
        return Manifest(f"{folder}/pyproject.toml", rule, (Declaration("name", name, 1, "r"),))

    files = {"libs/a/src/a_/__init__.py": [], "libs/b/src/b_/__init__.py": [], "libs/b/src/b_/x.py": ["import a_"]}
    direct = (declared("my-a", at="libs/b/pyproject.toml:3"), declared("my-b", at="libs/a/pyproject.toml:3"))
    found = judged(made, files, *direct, manifests=(manifest("libs/a", "my-a"), manifest("libs/b", "my_b")))
    assert [(one.states, one.used_by, one.first_use) for one in found.direct] == [
        (("declared", "imported"), 1, "libs/b/src/b_/x.py:1"),
        (("declared",), None, None),
    ]


def test_a_distribution_that_nothing_imports_may_be_what_is_imported(made: "Made") -> None:
    files = {"app/__init__.py": ["import base91", "import yaml"]}
    assert judged(made, files, declared("pyyaml"), declared("pybase91")).missing == ()
    assert [one.name for one in judged(made, files, declared("pyyaml")).missing] == ["base91"]


def test_names_of_imports_and_distributions_meet() -> None:
    for imported, distribution in (
        ("PIL", "pillow"),
        ("cv2", "opencv-python-headless"),
        ("dateutil", "python-dateutil"),
        ("google.cloud.storage", "google-cloud-storage"),
        ("requests", "requests"),
        ("typing_extensions", "typing-extensions"),
    ):
        assert distribution in python_distributions(imported)
        assert imported in python_imports(distribution)
    assert python_imports("types-PyYAML") == python_imports("pyyaml")


def npm(name: str, scope: Any = "runtime") -> Dependency:
    return replace(declared(name, "package.json:3", scope), ecosystem="javascript")


def test_types_and_frameworks_give_packages_that_nobody_declares(made: "Made") -> None:  # S-35
    files = {"src/a.ts": ["import estree", "import h3", "import lodash", "import nope"], "src/b.js": ["import estree"]}
    found = judged(made, files, npm("@types/estree"), npm("nuxt"), npm("lodash"))
    assert [(one.name, one.evidence.at) for one in found.missing] == [("estree", "src/b.js:1"), ("nope", "src/a.ts:4")]


def test_nothing_is_unused_where_most_code_is_a_build_that_is_not_read(made: "Made") -> None:  # S-35
    source = {"src/a.ts": ["import used"], "src/b.ts": ["import used"]}
    direct = (npm("used"), npm("left"), npm("events"), npm("reflect-metadata"))
    assert [one.name for one in judged(made, source, *direct).unused] == ["left"]
    deep = made({"types/a.d.ts": ["import used"], "dist/a.js": ["import left"], "dist/b.js": ["import left"]})
    for path in ("dist/a.js", "dist/b.js"):
        deep.languages[path] = deep.languages[path]._replace(vendored="vendored.folder")
    assert with_imports(Dependencies(direct), deep, links_of(deep)).unused == ()


def test_crates_are_missing_and_unused_where_nothing_else_bears_their_name(made: "Made") -> None:  # S-35
    files = {
        "src/lib.rs": ["use serde::Serialize", "use rand::Rng", "use helper", "use libcst_native::parse", "module own"],
        "src/own.rs": ["use super::x", "use path_only # path"],
        "tests/t.rs": ["use inner::Made"],
    }
    names = ("serde", "unused-crate", "libz-sys", "libcst")
    direct = [replace(declared(name, at=f"Cargo.toml:{n}"), ecosystem="rust") for n, name in enumerate(names, 5)]
    for edition, missing in (("2021", ["rand"]), ("2015", [])):
        text = f'[package]\nname = "a"\nedition = "{edition}"\n[dependencies]\nserde = "1"\n'.encode()
        found = judged(made, files, *direct, texts={"Cargo.toml": text})
        assert [one.name for one in found.missing] == missing
        assert [one.name for one in found.unused] == ["unused-crate", "libcst"]


def test_what_tests_read_but_do_not_run_misses_nothing(made: "Made") -> None:  # S-33
    files = {
        "src/app/__init__.py": ["from tlz import valmap"],
        "tests/test_a.py": ["from . import shared", "import respx"],
        "tests/__init__.py": [],
        "tests/shared.py": ["import vcr"],
        "tests/functional/u/unused_import.py": ["import nowhere"],
    }
    found = judged(made, files, declared("toolz"), declared("pytest", scope="test"))
    assert [one.name for one in found.missing] == ["respx", "vcrpy"]
