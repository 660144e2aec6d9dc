"""Verdicts without a registry: direct requirements of several trees by each ecosystem's documented rules."""
# ruff: noqa: E501 - because a small file in a table reads best on one line

from collections.abc import Callable, Mapping

import pytest

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.dependencies.joining.join import Joined
from plumbrule.mcp_server.dependencies.joint.asks import Published, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Checked
from plumbrule.mcp_server.dependencies.joint.static.build import static_checks
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.readers import reader_of

Join = Callable[[Mapping[str, str]], Joined]
Tree = Mapping[str, str]
Ask = Callable[..., "object"]

CHECKS = {check.ecosystem: check for check in static_checks()}


def subject_of(label: str, joined: Joined) -> Subject:
    published: list[Published] = []
    for path, reading in joined.readings.items():
        row = reader_of(path)
        published += [Published(row[0], fact.name, fact.value, path, fact.line) for fact in reading.of("name") if row]
    return Subject(label, joined, (), tuple(published))


async def answer(joined: Join, ecosystem: str, *trees: Tree, wishes: Wishes | None = None) -> Checked:
    subjects = [subject_of("abcdefgh"[at], joined(tree)) for at, tree in enumerate(trees)]
    return await CHECKS[ecosystem].check(subjects, Target(), wishes or Wishes())


def cargo(*lines: str) -> Tree:
    text = "\n".join(lines)
    return {"Cargo.toml": f'[package]\nname = "own"\nversion = "1.0.0"\n[dependencies]\n{text}\n'}


def gemfile(*lines: str) -> Tree:
    return {"Gemfile": 'source "https://rubygems.org"\n' + "\n".join(lines)}


def composer(text: str) -> Tree:
    return {"composer.json": '{"name": "acme/own",\n"require": {\n' + text + "\n}}"}


def csproj(version: str, condition: str = "") -> Tree:
    when = f' Condition="{condition}"' if condition else ""
    return {
        "App.csproj": f'<Project Sdk="Microsoft.NET.Sdk">\n<ItemGroup>\n<PackageReference Include="Serilog" Version="{version}"{when} />\n</ItemGroup>\n</Project>'
    }


def pub(text: str) -> Tree:
    return {"pubspec.yaml": f"name: own\ndependencies:\n  {text}\n"}


def mix(text: str) -> Tree:
    return {
        "mix.exs": f"defmodule Own.MixProject do\n  def project do\n    [app: :own]\n  end\n  defp deps do\n    [\n      {text}\n    ]\n  end\nend\n"
    }


def swift(text: str) -> Tree:
    url = "https://github.com/vapor/vapor.git"
    return {
        "Package.swift": f'// swift-tools-version:5.9\nimport PackageDescription\nlet package = Package(name: "own", dependencies: [\n  .package(url: "{url}", {text}),\n])\n'
    }


def terraform(version: str) -> Tree:
    return {
        "main.tf": f'terraform {{\n  required_providers {{\n    aws = {{\n      source = "hashicorp/aws"\n      version = "{version}"\n    }}\n  }}\n}}\n'
    }


def conda(spec: str) -> Tree:
    return {"environment.yml": f"name: own\ndependencies:\n  - {spec}\n"}


def pom(version: str) -> Tree:
    return {
        "pom.xml": f"<project><groupId>x</groupId><artifactId>own</artifactId><version>1</version>\n<dependencies><dependency>\n<groupId>com.google.guava</groupId><artifactId>guava</artifactId>\n<version>{version}</version></dependency></dependencies></project>"
    }


def gradle(line: str) -> Tree:
    return {"build.gradle": f"dependencies {{\n  implementation {line}\n}}\n"}


VERDICTS: list[tuple[str, Tree, Tree, str]] = [
    # ecosystem, one tree, other tree, verdict. Cargo: doc.rust-lang.org/cargo/reference/resolver.html
    ("rust", cargo('serde = "1.0.100"'), cargo('serde = "1.0.200"'), "compatible"),
    ("rust", cargo('serde = "=1.0.100"'), cargo('serde = "=1.0.200"'), "incompatible"),
    ("rust", cargo('serde = "=1.0.100"'), cargo('serde = "1.0.150"'), "incompatible"),
    ("rust", cargo('rand = "0.8"'), cargo('rand = "0.9"'), "compatible"),
    ("rust", cargo('rand = "=0.8.1"'), cargo('rand = "=0.9.0"'), "compatible"),
    ("rust", cargo('rand = "=0.8.1"'), cargo('rand = "~0.8.5"'), "incompatible"),
    ("rust", cargo('x = ">=1.2, <1.5"'), cargo('x = "1.5"'), "incompatible"),
    ("rust", cargo('x = "<1.5"'), cargo('x = "1.5"'), "compatible"),
    ("rust", cargo('x-y = "=1.1.0"'), cargo('x_y = "=1.2.0"'), "incompatible"),
    ("rust", cargo('x = "=1.1.0-rc.1"'), cargo('x = "1"'), "incompatible"),
    ("rust", cargo('x = "=1.1.0-rc.1"'), cargo('x = "1.1.0-beta"'), "compatible"),
    ("rust", cargo('x = { git = "https://g.it/x" }'), cargo('x = "1"'), "compatible"),
    # guides.rubygems.org/patterns
    ("ruby", gemfile('gem "rack", "~> 2.2"'), gemfile('gem "rack", ">= 3.0"'), "incompatible"),
    ("ruby", gemfile('gem "rack", "~> 2.2"'), gemfile('gem "rack", ">= 2.0", "< 3"'), "compatible"),
    ("ruby", gemfile('gem "rack", "2.2.3"'), gemfile('gem "rack", "2.2.4"'), "incompatible"),
    ("ruby", gemfile('gem "rack"'), gemfile('gem "rack", "2.2.4"'), "compatible"),
    ("ruby", gemfile('gem "rack", "~> 2.2", platforms: :mswin'), gemfile('gem "rack", "~> 3.0"'), "compatible"),
    ("ruby", gemfile('gem "rack", "~> 2.2", group: :test'), gemfile('gem "rack", "~> 3.0"'), "compatible"),
    # getcomposer.org/doc/articles/versions.md
    ("php", composer('"monolog/monolog": "^2.0"'), composer('"Monolog/Monolog": "^3.0"'), "incompatible"),
    ("php", composer('"monolog/monolog": "^2.0 || ^3.0"'), composer('"monolog/monolog": "^3.1"'), "compatible"),
    ("php", composer('"a/b": "~1.2"'), composer('"a/b": "1.9.*"'), "compatible"),
    ("php", composer('"a/b": "~1.2.3"'), composer('"a/b": "1.9.*"'), "incompatible"),
    ("php", composer('"a/b": "1.0 - 2.0"'), composer('"a/b": ">=2.1"'), "incompatible"),
    ("php", composer('"a/b": "dev-main"'), composer('"a/b": "^1"'), "compatible"),
    # learn.microsoft.com/nuget/concepts/package-versioning
    ("dotnet", csproj("[3.0.0]"), csproj("3.1.0"), "incompatible"),
    ("dotnet", csproj("3.0.0"), csproj("3.1.0"), "compatible"),
    ("dotnet", csproj("[2.0,3.0)"), csproj("[3.0]"), "incompatible"),
    ("dotnet", csproj("[3.0.0]", "'$(OS)'=='Windows_NT'"), csproj("[4.0.0]"), "compatible"),
    # dart.dev/tools/pub/dependencies
    ("dart", pub("http: ^0.13.0"), pub("http: ^1.0.0"), "incompatible"),
    ("dart", pub("http: '>=0.13.0 <2.0.0'"), pub("http: ^1.0.0"), "compatible"),
    ("dart", pub("http: any"), pub("http: ^1.0.0"), "compatible"),
    # hexdocs.pm/elixir/Version
    ("elixir", mix('{:plug, "~> 1.14"}'), mix('{:plug, "~> 1.13.0"}'), "incompatible"),
    ("elixir", mix('{:plug, "~> 1.14 or ~> 2.0"}'), mix('{:plug, ">= 2.0.0"}'), "compatible"),
    # docs.swift.org package dependency requirements
    ("swift", swift('from: "4.0.0"'), swift('from: "5.0.0"'), "incompatible"),
    ("swift", swift('"4.0.0"..<"6.0.0"'), swift('from: "5.1.0"'), "compatible"),
    ("swift", swift('exact: "4.1.0"'), swift('.upToNextMinor(from: "4.2.0")'), "incompatible"),
    ("swift", swift('branch: "main"'), swift('from: "5.0.0"'), "compatible"),
    # developer.hashicorp.com/terraform/language/expressions/version-constraints
    ("terraform", terraform("~> 4.0"), terraform("~> 5.0"), "incompatible"),
    ("terraform", terraform(">= 4.0"), terraform("~> 5.0"), "compatible"),
    ("terraform", terraform("~> 1"), terraform(">= 2.0"), "compatible"),
    # conda's match specs
    ("conda", conda("numpy=1.20"), conda("numpy=1.21"), "incompatible"),
    ("conda", conda("numpy=1.20=py39h1"), conda("numpy>=1.20.1"), "compatible"),
    ("conda", conda("numpy 1.20.*"), conda("conda-forge::numpy <1.20"), "incompatible"),
    ("conda", conda("python=3.9|3.10"), conda("python=3.10"), "compatible"),
    # maven.apache.org "Dependency Version Requirement Specification", docs.gradle.org "Rich versions"
    ("jvm", pom("31.1-jre"), pom("33.0.0-jre"), "compatible"),
    ("jvm", pom("[31.1-jre]"), pom("[33.0.0-jre]"), "incompatible"),
    ("jvm", pom("[31.1-jre]"), pom("33.0.0-jre"), "compatible"),
    ("jvm", pom("[30,33)"), pom("[32.0.1,)"), "compatible"),
    ("jvm", gradle("'com.google.guava:guava:31.1-jre!!'"), gradle("'com.google.guava:guava:33.0.0-jre'"), "incompatible"),
    ("jvm", gradle("'com.google.guava:guava:33.0.0-jre!!'"), gradle("'com.google.guava:guava:31.1-jre'"), "compatible"),
    ("jvm", gradle("('com.google.guava:guava') { version { strictly '[30,31[' } }"), gradle("'com.google.guava:guava:33.+'"), "incompatible"),
    ("jvm", gradle("'com.google.guava:guava:[30,31['"), gradle("'com.google.guava:guava:33.0.0-jre'"), "compatible"),
]  # fmt: skip


@pytest.mark.parametrize(("ecosystem", "one", "other", "verdict"), VERDICTS)
async def test_the_verdict_follows_the_rules_of_the_ecosystem(
    joined: Join, ecosystem: str, one: Tree, other: Tree, verdict: str
) -> None:
    found = await answer(joined, ecosystem, one, other)
    assert found.verdict == verdict
    assert found.basis == "declared"
    assert found.notes, "what was not known is said"
    if verdict == "incompatible":
        [conflict] = found.conflicts
        assert [member.repository for member in conflict.members] == ["a", "b"]
        assert conflict.verified
        assert conflict.kind == "static"
        assert all(member.evidence and ":" in member.evidence.at for member in conflict.members)
    backwards = await answer(joined, ecosystem, other, one)
    assert backwards.verdict == verdict
    assert [each.verdict for each in found.alone] == ["compatible", "compatible"]


async def test_a_conflict_names_file_line_and_text_and_both_ways_out(joined: Join) -> None:  # S-48
    found = await answer(joined, "ruby", gemfile('gem "rack", "~> 2.2"'), gemfile("", 'gem "rack", ">= 3.0", "< 4"'))
    [conflict] = found.conflicts
    assert conflict.sentence == "a asks for rack ~> 2.2 and b asks for rack >= 3.0, < 4: no version of rack is both."
    assert [(one.requirement, one.evidence and one.evidence.at) for one in conflict.members] == [
        ("rack ~> 2.2", "Gemfile:2"),
        ("rack >= 3.0, < 4", "Gemfile:3"),
    ]
    up, down = found.fixes
    assert [(one.repository, one.requirement, one.to) for one in up.changes] == [
        ("a", "rack ~> 2.2", "rack >= 3.0, < 4")
    ]
    assert (up.direction, up.resulting[0].version, down.direction, down.changes[0].to) == (
        "upgrade",
        "3.0.0",
        "downgrade",
        "rack ~> 2.2",
    )
    assert up.verified


async def test_all_independent_conflicts_are_told_and_a_fix_settles_them_all(joined: Join) -> None:
    one = gemfile('gem "rack", "~> 2.2"', 'gem "puma", "~> 5.0"', 'gem "rake"')
    other = gemfile('gem "rack", "~> 3.0"', 'gem "puma", "~> 6.0"', 'gem "rake"')
    found = await answer(joined, "ruby", one, other)
    assert [conflict.packages for conflict in found.conflicts] == [("puma",), ("rack",)]
    assert {len(fix.changes) for fix in found.fixes} == {2}
    assert found.fixes[0].direction == "upgrade"
    assert {change.repository for change in found.fixes[0].changes} == {"a"}


async def test_three_repositories_give_pairs_or_the_one_set_that_only_all_three_make(joined: Join) -> None:
    pairs = await answer(
        joined, "ruby", gemfile('gem "r", "< 2"'), gemfile('gem "r", "~> 2.1"'), gemfile('gem "r", ">= 3"')
    )
    assert [[one.repository for one in conflict.members] for conflict in pairs.conflicts] == [
        ["a", "b"],
        ["a", "c"],
        ["b", "c"],
    ]
    three = await answer(
        joined, "php", composer('"a/b": "1.* || 2.*"'), composer('"a/b": "2.* || 3.*"'), composer('"a/b": "1.* || 3.*"')
    )
    assert [[one.repository for one in conflict.members] for conflict in three.conflicts] == [["a", "b", "c"]]
    assert {len(fix.changes) for fix in three.fixes} == {1}


async def test_a_repository_that_contradicts_itself_is_told_as_its_own_fault(joined: Join) -> None:
    own = {"Gemfile": 'gem "rack", "~> 2.2"\ngem "rack", "~> 3.0"\n'}
    found = await answer(joined, "ruby", own, gemfile('gem "rack", "~> 3.0"'))
    [conflict] = found.conflicts
    assert conflict.kind == "alone"
    assert {one.repository for one in conflict.members} == {"a"}
    assert "Gemfile:1" in conflict.sentence
    assert [one.verdict for one in found.alone] == ["incompatible", "compatible"]
    assert not found.fixes


async def test_separate_manifests_of_one_tree_are_choices_and_not_faults(joined: Join) -> None:
    matrix = {"Gemfile": 'gem "rails", "~> 7.0"', "gemfiles/old/Gemfile": 'gem "rails", "~> 6.1"'}
    assert (await answer(joined, "ruby", matrix, gemfile('gem "rails", "~> 6.1"'))).verdict == "compatible"
    found = await answer(joined, "ruby", matrix, gemfile('gem "rails", "~> 5.2"'))
    assert found.verdict == "incompatible"
    assert [one.evidence and one.evidence.at for one in found.conflicts[0].members] == ["Gemfile:1", "Gemfile:2"]


async def test_members_of_a_cargo_workspace_are_resolved_together(joined: Join) -> None:
    root = '[workspace]\nmembers = ["x", "y"]\n'
    tree = {
        "Cargo.toml": root,
        "x/Cargo.toml": cargo('s = "=1.1.0"')["Cargo.toml"],
        "y/Cargo.toml": cargo('s = "=1.2.0"')["Cargo.toml"],
    }
    found = await answer(joined, "rust", tree)
    assert found.conflicts[0].kind == "alone"
    apart = {path: text for path, text in tree.items() if path != "Cargo.toml"}
    assert (await answer(joined, "rust", apart)).verdict == "compatible"


async def test_places_overrides_and_unreadable_ranges_are_listed_and_not_compared(joined: Join) -> None:
    tree = {
        "pubspec.yaml": "name: own\ndependencies:\n  http: ^0.13.0\n  x:\n    git: https://g.it/x\n  y: what\ndependency_overrides:\n  http: ^1.0.0\n"
    }
    other = pub("http: ^1.0.0")
    subjects = [subject_of("a", joined(tree)), subject_of("b", joined(other))]
    listed = CHECKS["dart"].not_checked(subjects, Wishes())
    assert [(one.subject, one.reason, one.line) for one in listed] == [
        (0, "requirement.overridden", 3),
        (0, "requirement.vcs", 4),
        (0, "requirement.unreadable", 6),
    ]
    assert (await CHECKS["dart"].check(subjects, Target(), Wishes())).verdict == "compatible"


async def test_a_manifest_that_cannot_be_read_leaves_the_verdict_unknown(joined: Join) -> None:
    found = await answer(joined, "rust", cargo('x = "1"'), {"Cargo.toml": "[package\n"})
    assert (found.verdict, found.blockers) == ("unknown", ("Cargo.toml",))
    assert [one.verdict for one in found.alone] == ["compatible", "unknown"]


LOCK = 'version = 3\n\n[[package]]\nname = "own"\nversion = "1.0.0"\ndependencies = [\n "serde",\n]\n\n[[package]]\nname = "serde"\nversion = "{}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n'


async def test_locks_give_the_joint_set_and_say_where_they_differ(joined: Join) -> None:
    one = {**cargo('serde = "1.0.100"'), "Cargo.lock": LOCK.format("1.0.150")}
    other = {**cargo('serde = "1"'), "Cargo.lock": LOCK.format("1.0.200")}
    found = await answer(joined, "rust", one, other)
    assert (found.verdict, found.basis) == ("compatible", "locks")
    assert [(each.name, each.version, each.asked_by) for each in found.packages] == [
        ("serde", "1.0.150", ("a",)),
        ("serde", "1.0.200", ("b",)),
    ]
    assert any("serde (1.0.150, 1.0.200)" in note for note in found.notes)


async def test_a_lock_beside_its_manifest_that_has_moved_on_is_noted(joined: Join) -> None:
    found = await answer(joined, "rust", {**cargo('serde = "2"'), "Cargo.lock": LOCK.format("1.0.150")})
    assert found.verdict == "compatible"
    assert any("out of date" in note for note in found.notes)
    moved = {**cargo('serde = "2"'), "Cargo.lock": LOCK.format("1.0.150")}
    held = await answer(joined, "rust", moved, wishes=Wishes(locked=True))
    assert (held.verdict, held.conflicts[0].kind, held.alone[0].verdict) == ("incompatible", "lock", "incompatible")
    assert [one.evidence and one.evidence.at for one in held.conflicts[0].members] == ["Cargo.toml:5", "Cargo.lock:11"]


async def test_a_fix_names_a_locked_version_inside_the_joint_range(joined: Join) -> None:  # S-48
    one = cargo('serde = "=1.0.100"')
    other = {**cargo('serde = ">=1.0.140, <1.1"'), "Cargo.lock": LOCK.format("1.0.150")}
    found = await answer(joined, "rust", one, other)
    assert [(fix.changes[0].to, fix.resulting[0].version) for fix in found.fixes] == [
        ("serde >=1.0.140, <1.1", "1.0.150"),
        ("serde =1.0.100", "1.0.100"),
    ]


def go(*lines: str, go_line: str = "go 1.22") -> Tree:
    return {"go.mod": f"module example.com/{abs(hash(lines)) % 997}\n\n{go_line}\n\n" + "\n".join(lines) + "\n"}


async def test_go_selects_the_greatest_of_the_minimums(joined: Join) -> None:
    found = await answer(
        joined,
        "go",
        go("require golang.org/x/net v0.10.0", "require golang.org/x/text v0.9.0 // indirect"),
        go("require golang.org/x/net v0.17.0", "require example.com/m/v2 v2.1.0", "require example.com/m v1.5.0"),
    )
    assert (found.verdict, found.basis) == ("compatible", "locks")
    assert [(one.name, one.version, one.asked_by) for one in found.packages] == [
        ("example.com/m", "v1.5.0", ("b",)),
        ("example.com/m/v2", "v2.1.0", ("b",)),
        ("golang.org/x/net", "v0.17.0", ("a", "b")),
        ("golang.org/x/text", "v0.9.0", ("a",)),
    ]
    assert "Together, a gets golang.org/x/net v0.10.0 to v0.17.0." in found.notes


async def test_replacements_that_differ_clash_in_one_workspace(joined: Join) -> None:
    one = go("require example.com/m v1.5.0", "replace example.com/m => example.com/fork v1.5.1")
    other = go("require example.com/m v1.4.0", "replace example.com/m => example.com/third v1.0.0")
    found = await answer(joined, "go", one, other)
    assert [member.requirement for member in found.conflicts[0].members] == [
        "replace example.com/m => example.com/fork v1.5.1",
        "replace example.com/m => example.com/third v1.0.0",
    ]
    assert len(found.fixes) == 2
    assert found.packages == ()
    assert (await answer(joined, "go", one, one)).verdict == "compatible"
    alone = await answer(joined, "go", one, go("require example.com/m v1.4.0"))
    assert alone.verdict == "compatible"
    assert any("the others build with it too" in note for note in alone.notes)
    assert [(each.name, each.version) for each in alone.packages] == [("example.com/m", "v1.5.0")]


async def test_an_excluded_version_that_would_be_selected_clashes(joined: Join) -> None:
    one = go("require example.com/m v1.4.0", "exclude example.com/m v1.5.0")
    found = await answer(joined, "go", one, go("require example.com/m v1.5.0"))
    assert [member.requirement for member in found.conflicts[0].members] == [
        "example.com/m v1.5.0",
        "exclude example.com/m v1.5.0",
    ]
    assert (await answer(joined, "go", one, go("require example.com/m v1.6.0"))).verdict == "compatible"


async def test_a_go_mod_from_before_117_is_known_to_be_incomplete(joined: Join) -> None:
    found = await answer(
        joined, "go", go("require example.com/m v1.4.0", go_line="go 1.16"), go("require example.com/n v1.0.0")
    )
    assert found.basis == "declared"
    assert any("before Go 1.17" in note for note in found.notes)


async def test_maven_mediation_that_may_lower_a_version_is_noted(joined: Join) -> None:
    found = await answer(joined, "jvm", pom("31.1-jre"), pom("33.0.0-jre"))
    assert any("com.google.guava:guava (a 31.1-jre, b 33.0.0-jre)" in note for note in found.notes)
    bound = await answer(joined, "jvm", pom("[31.1-jre]"), pom("33.0.0-jre"))
    assert any("a binds com.google.guava:guava to [31.1-jre]" in note for note in bound.notes)
    assert [(one.name, one.version) for one in found.packages] == [("com.google.guava:guava", "33.0.0-jre")]


async def test_a_strict_version_of_a_catalog_binds_as_one_in_the_build_file(joined: Join) -> None:
    catalog = '[versions]\nguava = { strictly = "[30,31[" }\n[libraries]\nguava = { module = "com.google.guava:guava", version.ref = "guava" }\n'
    tree = {"gradle/libs.versions.toml": catalog, "build.gradle": "dependencies {\n  implementation libs.guava\n}\n"}
    found = await answer(joined, "jvm", tree, gradle("'com.google.guava:guava:33.0.0-jre'"))
    assert [one.requirement for one in found.conflicts[0].members] == [
        "com.google.guava:guava [30,31[",
        "com.google.guava:guava 33.0.0-jre",
    ]


async def test_scopes_that_are_not_wished_take_no_part(joined: Join) -> None:
    one, other = gemfile('gem "rack", "~> 2.2", group: :test'), gemfile('gem "rack", "~> 3.0"')
    assert (await answer(joined, "ruby", one, other)).verdict == "compatible"
    both = Wishes(scopes=("runtime", "test"))
    assert (await answer(joined, "ruby", one, other, wishes=both)).verdict == "incompatible"


async def test_what_a_package_forbids_counts_where_somebody_asks_for_it(joined: Join) -> None:
    forbids = {"composer.json": '{"name": "acme/a",\n"conflict": {\n"x/y": "<2.0"\n}}'}
    found = await answer(joined, "php", forbids, composer('"x/y": "^1.5"'))
    assert found.conflicts[0].members[0].requirement == "x/y not <2.0"
    assert found.conflicts[0].members[0].evidence == Evidence("composer.json:3", "composer.conflict")
    assert not found.fixes
    assert (await answer(joined, "php", forbids, composer('"x/y": "^1.5 || ^2.0"'))).verdict == "compatible"
    assert (await answer(joined, "php", forbids, composer('"x/z": "^1.5"'))).verdict == "compatible"


async def test_a_package_that_stands_in_for_another_is_not_compared(joined: Join) -> None:
    stands_in = {
        "composer.json": '{"name": "acme/all",\n"replace": {"acme/part": "self.version"},\n"require": {"acme/part": "^9"}}'
    }
    other = composer('"acme/part": "^1"')
    subjects = [subject_of("a", joined(stands_in)), subject_of("b", joined(other))]
    assert [(one.subject, one.reason) for one in CHECKS["php"].not_checked(subjects, Wishes())] == [
        (1, "requirement.replaced")
    ]
    assert (await CHECKS["php"].check(subjects, Target(), Wishes())).verdict == "compatible"


def crate(name: str, links: str) -> Tree:
    return {"Cargo.toml": f'[package]\nname = "{name}"\nversion = "1.0.0"\nlinks = "{links}"\n'}


async def test_two_packages_that_link_one_native_library_clash(joined: Join) -> None:
    found = await answer(joined, "rust", crate("z-sys", "z"), crate("libz", "z"))
    assert found.conflicts[0].sentence.startswith("a (z-sys) and b (libz) link the native library z:")
    assert (await answer(joined, "rust", crate("z-sys", "z"), crate("y-sys", "y"))).verdict == "compatible"


ONE_PLACE: list[tuple[str, Tree, Tree, str]] = [
    ("dart", {"pubspec.yaml": "name: own\ndependencies:\n  http:\n    git: https://g.it/http\n"}, pub("http: ^1.0.0"), "incompatible"),
    ("ruby", gemfile('gem "rack", git: "https://g.it/rack"'), gemfile('gem "rack"'), "incompatible"),
    ("ruby", gemfile('gem "rack", git: "https://g.it/rack"'), gemfile('gem "rack", git: "https://g.it/rack"'), "compatible"),
    ("elixir", mix('{:plug, github: "x/plug"}'), mix('{:plug, "~> 1.0"}'), "incompatible"),
    ("swift", swift('branch: "main"'), swift('branch: "develop"'), "incompatible"),
    ("swift", swift('branch: "main"'), swift('branch: "main"'), "compatible"),
    ("php", composer('"a/b": "dev-main"'), composer('"a/b": "dev-next"'), "incompatible"),
    ("rust", cargo('x = { git = "https://g.it/x" }'), cargo('x = { git = "https://g.it/y" }'), "compatible"),
]  # fmt: skip


@pytest.mark.parametrize(("ecosystem", "one", "other", "verdict"), ONE_PLACE)
async def test_a_package_comes_from_one_place_where_its_tool_wants_that(
    joined: Join, ecosystem: str, one: Tree, other: Tree, verdict: str
) -> None:
    found = await answer(joined, ecosystem, one, other)
    assert found.verdict == verdict
    assert not found.fixes


async def test_nuget_takes_the_lowest_version_that_all_allow(joined: Join) -> None:
    found = await answer(joined, "dotnet", csproj("3.0.0"), csproj("[3.1.0, 4.0)"))
    assert [(one.name, one.version, one.asked_by) for one in found.packages] == [("Serilog", "3.1.0", ("a", "b"))]


async def test_packages_of_the_tree_itself_are_nobodys_concern(joined: Join) -> None:
    root = '[workspace]\nmembers = ["x", "y"]\n[patch.crates-io]\nx = { path = "x" }\n'
    tree = {
        "Cargo.toml": root,
        "x/Cargo.toml": '[package]\nname = "x"\nversion = "1.0.0"\n',
        "y/Cargo.toml": cargo('x = "0.9"', 'z = { path = "../z" }')["Cargo.toml"],
    }
    subjects = [subject_of("a", joined(tree)), subject_of("b", joined(cargo('x = "=1.0.0"')))]
    assert CHECKS["rust"].not_checked(subjects, Wishes()) == ()


async def test_what_the_caller_adds_takes_part_on_a_side_of_its_own(joined: Join) -> None:
    found = await answer(
        joined, "rust", cargo('serde = "1.0.150"'), wishes=Wishes(added=("cargo:serde@=1.0.100", "numpy<2"))
    )
    [conflict] = found.conflicts
    assert [(one.repository, one.requirement, one.evidence is None) for one in conflict.members] == [
        ("your request", "serde =1.0.100", True),
        ("a", "serde 1.0.150", False),
    ]
    assert {fix.changes[0].repository for fix in found.fixes} == {"your request", "a"}
    bound = Wishes(constraints=("cargo:serde@<1.0.120", "cargo:other@=9"))
    assert (await answer(joined, "rust", cargo('serde = "1.0.150"'), wishes=bound)).verdict == "compatible"
    bound = Wishes(constraints=("cargo:serde@>=1, <1.0.120",))
    assert (await answer(joined, "rust", cargo('serde = "1.0.150"'), wishes=bound)).verdict == "incompatible"
    with pytest.raises(InvalidArgument):
        await answer(joined, "rust", cargo('serde = "1"'), wishes=Wishes(added=("cargo:serde@what",)))


GEM_LOCK = "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack ({})\n    rack-test (2.1.0)\n      rack (>= 1.3)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rack-test\n"


async def test_held_to_their_locks_repositories_clash_over_what_they_lock(joined: Join) -> None:
    one, other = (
        {**gemfile('gem "rack-test"'), "Gemfile.lock": GEM_LOCK.format(version)} for version in ("2.2.8", "3.0.1")
    )
    assert (await answer(joined, "ruby", one, other)).verdict == "compatible"
    found = await answer(joined, "ruby", one, other, wishes=Wishes(locked=True))
    [conflict] = found.conflicts
    assert conflict.sentence == "a locks rack = 2.2.8 and b locks rack = 3.0.1: no version of rack is both."
    assert [one.evidence for one in conflict.members] == [Evidence("Gemfile.lock:4", "lock.package")] * 2
    assert {fix.changes[0].to for fix in found.fixes} == {"rack = 3.0.1", "rack = 2.2.8"}
    lines = {"1.0.150": "1", "2.0.0": "2"}
    crates = ({**cargo(f'serde = "{asked}"'), "Cargo.lock": LOCK.format(held)} for held, asked in lines.items())
    assert (await answer(joined, "rust", *crates, wishes=Wishes(locked=True))).verdict == "compatible"


async def test_versions_set_outside_of_the_tree_are_counted_in_a_note(joined: Join) -> None:
    managed = {
        "pom.xml": "<project><parent><groupId>o</groupId><artifactId>p</artifactId><version>1</version></parent><artifactId>x</artifactId><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId></dependency></dependencies></project>"
    }
    found = await answer(joined, "jvm", managed, pom("1.0"))
    assert "a: a parent or BOM outside of the tree sets versions, of 1 in all." in found.notes


async def test_hostile_ranges_are_compared_in_bounded_work(joined: Join) -> None:
    many = " || ".join(f"{number}.0.0" for number in range(150))
    trees = [composer(",\n".join(f'"a/p{at}": "{many}"' for at in range(100))) for _ in range(3)]
    other = composer(",\n".join(f'"a/p{at}": ">=500"' for at in range(100)))
    found = await answer(joined, "php", *trees, other)
    assert found.verdict == "incompatible"
    assert len(found.conflicts) <= 60
    assert "static.conflicts" in found.limits_hit
    deep = composer(f'"a/b": "{"(" * 1900}"')
    assert (await answer(joined, "php", deep, deep)).verdict == "compatible"
