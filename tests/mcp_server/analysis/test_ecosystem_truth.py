"""What a reader of a Java, .NET, Ruby, PHP, Swift, Elixir, Terraform or Docker repository would notice to be wrong."""

from typing import TYPE_CHECKING

import pytest

from plumbrule.mcp_server.analysis.model import RepositoryReport

if TYPE_CHECKING:
    from .conftest import Surveys

Files = dict[str, bytes | str]

SPRING: Files = {
    "pom.xml": "<project><artifactId>clinic</artifactId><build><plugins><plugin>"
    "<artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>",
    "mvnw": "#!/bin/sh\n",
    "docker-compose.yml": "services:\n  mysql:\n    image: mysql:9\n  app:\n    build: .\n",
    "src/main/java/org/acme/samples/ClinicApplication.java": "class ClinicApplication {}\n",
}
PHOENIX: Files = {
    "mix.exs": '  @elixir_requirement "~> 1.15"\n  app: :phx,\n  elixir: @elixir_requirement,\n',
    "assets/test/a_test.js": "x\n",
    "test/a_test.exs": "x\n",
}
DOTNET: Files = {
    "Directory.Build.props": "<Project />",
    "Log.sln": 'Project("{F}") = "Log", "src\\Log\\Log.csproj", "{1}"\n',
    "src/Log/Log.csproj": '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup>'
    "<TargetFrameworks>$(TargetFrameworks);net10.0</TargetFrameworks></PropertyGroup></Project>",
    "test/Log.Tests/Log.Tests.csproj": '<Project><ItemGroup><PackageReference Include="xunit" Version="2" />'
    "</ItemGroup></Project>",
}
TERRAFORM: Files = {
    "main.tf": 'resource "a" "b" {\n}\n',
    "variables.tf": 'variable "a" {\n}\n',
    "versions.tf": 'terraform {\n  required_version = ">= 1.5"\n  required_providers {\n    aws = {\n'
    '      source = "hashicorp/aws"\n      version = ">= 6"\n    }\n  }\n}\n',
    "modules/logs/main.tf": 'resource "a" "b" {\n}\n',
    "examples/all/main.tf": 'module "a" {\n  source = "../.."\n}\n',
}
GEM: Files = {
    "sin.gemspec": "Gem::Specification.new 'sin', version do |s|\nend\n",
    "Gemfile": "gem 'rspec-mocks'\ngem 'rspec'\n",
    "Rakefile": "Minitest::TestTask.create\ntask :spec => :test\n",
    "exe/sin": "#!/usr/bin/env ruby\n",
}
SWIFT: Files = {
    "Package.swift": '// swift-tools-version:6.0\nlet p = Package(name: "args", targets: [\n'
    '.executableTarget(name: "roll", path: "Examples/roll"),\n.executableTarget(name: "tool"),\n])\n',
}
VOTING: Files = {
    "a/Dockerfile": 'FROM x\nCMD ["a"]\n',
    "b/Dockerfile": 'FROM x\nCMD ["b"]\n',
    "docker-compose.images.yml": "services:\n  a:\n    image: a\n",
    "docker-compose.yml": "services:\n  a:\n    build:\n      context: ./a\n",
}


def commands(report: RepositoryReport) -> list[tuple[str, str]]:
    return [(one.command, one.evidence.at) for one in report.commands]


def starts(report: RepositoryReport) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.name, one.target) for one in report.entry_points]


async def test_a_spring_boot_application_is_started_by_its_plugin_and_its_class(surveys: "Surveys") -> None:  # S-36
    report = await surveys.of(SPRING)
    assert ("./mvnw spring-boot:run", "pom.xml:1") in commands(report)
    assert starts(report) == [
        ("service", "app", "."),
        ("main", "ClinicApplication", None),
        ("backing_service", "mysql", "mysql:9"),
    ]


async def test_a_module_attribute_stands_for_its_text_and_every_kind_of_test_counts(surveys: "Surveys") -> None:
    report = await surveys.of(PHOENIX)
    assert [(one.name, one.constraint, one.evidence.at) for one in report.runtimes] == [
        ("elixir", "~> 1.15", "mix.exs:3")
    ]
    assert report.tests is not None
    assert [one.value for one in report.tests.frameworks] == ["ExUnit"]
    assert ("mix deps.get", "mix.exs") in commands(report)


async def test_a_solution_names_the_whole_and_its_test_projects_name_the_framework(surveys: "Surveys") -> None:
    report = await surveys.of(DOTNET)
    assert (report.name.value, report.name.evidence.at) == ("Log", "Log.sln:1")
    assert [one.constraint for one in report.runtimes] == ["net10.0"]
    assert report.tests is not None
    assert [one.value for one in report.tests.frameworks] == ["xunit"]
    assert ("dotnet test", "Log.sln") in commands(report)


async def test_a_solution_below_the_root_is_named_to_the_command(surveys: "Surveys") -> None:
    files: Files = {f"Src/{path}": raw for path, raw in DOTNET.items()}
    report = await surveys.of(files)
    assert ("dotnet test Src/Log.sln", "Src/Log.sln") in commands(report)


async def test_a_terraform_module_is_a_folder_and_not_each_of_its_files(surveys: "Surveys") -> None:  # S-34
    report = await surveys.of(TERRAFORM)
    assert [(one.name, one.manifests, one.evidence.at) for one in report.ecosystems] == [
        ("terraform", 2, "versions.tf")
    ]
    assert [(one.evidence.at, one.runtime_dependencies) for one in report.manifests] == [
        ("versions.tf", 1),
        ("modules/logs/main.tf", 0),
        ("examples/all/main.tf", 1),
    ]
    assert [(one.name, one.path) for one in report.components] == [("logs", "modules/logs")]


async def test_a_gem_is_tested_by_its_task_and_started_from_its_folder_of_programs(surveys: "Surveys") -> None:
    report = await surveys.of(GEM)
    assert report.name.value == "sin"
    assert [command for command, _ in commands(report)] == ["bundle exec rake test", "bundle install"]
    assert starts(report) == [("bin", "sin", None)]


async def test_a_package_s_examples_are_not_where_it_starts(surveys: "Surveys") -> None:
    assert [name for _, name, _ in starts(await surveys.of(SWIFT))] == ["tool"]


async def test_every_dockerfile_and_the_usual_compose_file_speak(surveys: "Surveys") -> None:
    report = await surveys.of(VOTING)
    assert starts(report) == [("container", "CMD", '["a"]'), ("container", "CMD", '["b"]'), ("service", "a", "./a")]
    assert commands(report)[0] == ("docker compose up", "docker-compose.yml:1")
    assert "docker compose -f docker-compose.images.yml up" in dict(commands(report))


async def test_what_lies_in_others_folders_says_nothing_about_the_whole(surveys: "Surveys") -> None:
    report = await surveys.of(
        {
            "deps/lib/CMakeLists.txt": "project(lib)\nenable_testing()\n",
            ".codespell/requirements.txt": "codespell\n",
            "deps/lib/test_a.c": "x\n",
            "Makefile": "x:\n",
        }
    )
    assert report.components == ()
    assert report.commands == ()
    assert report.tests is None


async def test_a_nested_settings_file_does_not_hide_the_projects_of_the_root(surveys: "Surveys") -> None:
    files: Files = {
        "settings.gradle.kts": 'rootProject.name = "k"\nprojects { +"a" }\n',
        "a/build.gradle.kts": "\n",
        "logic/settings.gradle.kts": 'include("b")\n',
        "logic/b/build.gradle.kts": "\n",
    }
    assert [one.path for one in (await surveys.of(files)).components] == ["a", "logic/b"]


LICENCES: dict[str, tuple[Files, str]] = {
    "a REUSE file's name says or later": (
        {"LICENSES/GPL-3.0-or-later.txt": "Some words.\n"},
        "GPL-3.0-or-later",
    ),
    "several licences of a POM are offered": (
        {
            "pom.xml": "<project><licenses><license><name>EPL-2.0</name></license>"
            "<license><name>MIT</name></license></licenses></project>"
        },
        "EPL-2.0 OR MIT",
    ),
    "a change licence is no licence of today": (
        {"LICENSE": "Parameters\n\nChange License:       MPL 2.0\n\nBusiness Source License 1.1\n\nTerms\n"},
        "BUSL-1.1",
    ),
    "a title says which": ({"LICENSE": "Elastic License 2.0\n\nURL: x\n"}, "Elastic-2.0"),
    "secondary licences are offered with their exception": (
        {
            "LICENSE": "This program is made available under the terms of the Eclipse Public License v. 2.0. It may "
            "also be made available under the following Secondary Licenses: GNU General Public License, version 2 "
            "with the GNU Classpath Exception.\n"
        },
        "EPL-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0",
    ),
}


@pytest.mark.parametrize("what", LICENCES)
async def test_a_licence_is_what_its_form_says(surveys: "Surveys", what: str) -> None:  # S-32
    files, expression = LICENCES[what]
    licence = (await surveys.of(files)).licence
    assert licence is not None
    assert licence.expression == expression


@pytest.mark.parametrize(
    ("path", "system"),
    [
        (".gitlab-ci.yml", "gitlab_ci"),
        (".travis.yml", "travis"),
        (".circleci/config.yml", "circleci"),
        ("azure-pipelines.yml", "azure_pipelines"),
        ("Jenkinsfile", "jenkins"),
        (".drone.yml", "drone"),
        (".forgejo/workflows/a.yml", "forgejo_actions"),
        ("cloudbuild.yaml", "google_cloud_build"),
        ("bitbucket-pipelines.yml", "bitbucket"),
        (".buildkite/pipeline.yml", "buildkite"),
        (".cirrus.yml", "cirrus"),
        (".build.yml", "sourcehut"),
    ],
)
async def test_a_system_of_ci_is_known_by_its_file(surveys: "Surveys", path: str, system: str) -> None:  # S-38
    report = await surveys.of({path: "x: 1\n"}, detail="card")
    assert [(one.system, one.evidence.at) for one in report.ci] == [(system, path)]
