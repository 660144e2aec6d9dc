"""What the files of one tree say together: who sets a constraint, what a lock answers, what lies below, clashes."""
# ruff: noqa: E501 - because a small file in a table reads best on one line

from collections.abc import Callable, Mapping

import pytest

from plumbrule.mcp_server.dependencies.joining.clashes import clashes_in
from plumbrule.mcp_server.dependencies.joining.join import Joined

Join = Callable[[Mapping[str, str]], Joined]
Tree = dict[str, str]
Set = tuple[str, str, str]
"""Name, constraint, `path:line` of what sets it."""

PARENT = """\
<project>
  <groupId>org.acme</groupId><artifactId>parent</artifactId><version>7</version>
  <properties>
    <guava.version>31.1</guava.version>
  </properties>
  <dependencyManagement><dependencies>
    <dependency>
      <groupId>com.google.guava</groupId><artifactId>guava</artifactId>
      <version>${guava.version}</version>
    </dependency>
    <dependency>
      <groupId>org.junit</groupId><artifactId>junit</artifactId>
      <version>5.10</version><scope>test</scope>
    </dependency>
    <dependency>
      <groupId>org.acme</groupId><artifactId>bom</artifactId><version>${project.version}</version>
      <type>pom</type><scope>import</scope>
    </dependency>
  </dependencies></dependencyManagement>
</project>
"""

BOM = """\
<project>
  <groupId>org.acme</groupId><artifactId>bom</artifactId><version>7</version>
  <dependencyManagement><dependencies>
    <dependency><groupId>x</groupId><artifactId>y</artifactId>
      <version>1.1</version></dependency>
  </dependencies></dependencyManagement>
</project>
"""

CHILD = """\
<project>
  <parent><groupId>org.acme</groupId><artifactId>parent</artifactId><version>7</version></parent>
  <artifactId>child</artifactId>
  <dependencies>
    <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId></dependency>
    <dependency><groupId>org.junit</groupId><artifactId>junit</artifactId></dependency>
    <dependency><groupId>x</groupId><artifactId>y</artifactId></dependency>
    <dependency><groupId>${project.groupId}</groupId><artifactId>own</artifactId><version>${project.version}</version></dependency>
  </dependencies>
</project>
"""

OUTSIDE = """\
<project>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId><version>3</version>
  </parent>
  <artifactId>app</artifactId>
  <dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId></dependency></dependencies>
</project>
"""

CATALOG = """\
[versions]
okio = "3.9"
rich = { strictly = "[1,2[", prefer = "1.5" }
[libraries]
okio-core = { module = "com.squareup.okio:okio", version.ref = "okio" }
plain = "a.b:c:1.0"
named = { group = "d", name = "e", version.ref = "rich" }
bare = { module = "f:g" }
[bundles]
both = ["okio-core", "plain"]
"""

INHERITED: dict[str, tuple[Tree, list[Set]]] = {
    "Cargo workspace": (
        {
            "Cargo.toml": '[workspace]\nmembers = ["a"]\n[workspace.dependencies]\nserde = "1.0.2"\nre = { package = "real", version = "2" }\n',
            "a/Cargo.toml": '[package]\nname = "a"\n[dependencies]\nserde = { workspace = true }\nre.workspace = true\n',
        },
        [("serde", "1.0.2", "Cargo.toml:4"), ("real", "2", "Cargo.toml:5")],
    ),
    "Maven": (
        {"pom.xml": PARENT, "bom/pom.xml": BOM, "child/pom.xml": CHILD},
        [
            ("com.google.guava:guava", "31.1", "pom.xml:4"),
            ("org.junit:junit", "5.10", "pom.xml:13"),
            ("x:y", "1.1", "bom/pom.xml:5"),
            ("org.acme:own", "7", "child/pom.xml:1"),
        ],
    ),
    "a parent that is not in the tree": ({"pom.xml": OUTSIDE}, [("a:b", "", "pom.xml:2")]),
    "Gradle catalog": (
        {
            "gradle/libs.versions.toml": CATALOG,
            "app/build.gradle.kts": "dependencies {\n api(libs.okio.core)\n api(libs.named)\n api(libs.bare)\n"
            " testImplementation(libs.bundles.both)\n}\n",
        },
        [
            ("com.squareup.okio:okio", "3.9", "gradle/libs.versions.toml:2"),
            ("d:e", "[1,2[", "gradle/libs.versions.toml:3"),
            ("f:g", "", "gradle/libs.versions.toml:8"),
            ("com.squareup.okio:okio", "3.9", "gradle/libs.versions.toml:2"),
            ("a.b:c", "1.0", "gradle/libs.versions.toml:6"),
        ],
    ),
    "Gradle properties": (
        {
            "gradle.properties": "guava=31.0\n",
            "build.gradle": 'ext.two = "2.0"\ndependencies {\n implementation "g:one:$guava"\n implementation "g:two:${two}"\n}\n',
        },
        [("g:one", "31.0", "gradle.properties:1"), ("g:two", "2.0", "build.gradle:1")],
    ),
    "central package management": (
        {
            "Directory.Packages.props": "<Project><PropertyGroup><V>3.1</V></PropertyGroup><ItemGroup>\n"
            '<PackageVersion Include="Serilog" Version="$(V)" />\n'
            '<PackageVersion Include="Other" Version="1" /></ItemGroup></Project>',
            "src/A.csproj": '<Project><ItemGroup><PackageReference Include="serilog" />\n'
            '<PackageReference Include="Other" VersionOverride="2" /></ItemGroup></Project>',
        },
        [("serilog", "3.1", "Directory.Packages.props:1"), ("Other", "2", "")],
    ),
    "pnpm catalog": (
        {
            "pnpm-workspace.yaml": "catalog:\n  react: ^18\ncatalogs:\n  old:\n    react: ^16\n",
            "a/package.json": '{"dependencies": {"react": "catalog:"}, "devDependencies": {"react": "catalog:old"}}',
        },
        [("react", "^18", "pnpm-workspace.yaml:2"), ("react", "^16", "pnpm-workspace.yaml:5")],
    ),
    "constraints file": (
        {"requirements.txt": "-c constraints.txt\nflask\nidna>2\n", "constraints.txt": "flask<3\nidna<4\n"},
        [("flask", "<3", "constraints.txt:1"), ("idna", ">2", "")],
    ),
    "dependency group": (
        {"pyproject.toml": '[dependency-groups]\na = ["x>1"]\nb = [{include-group = "a"}]\n'},
        [("x", ">1", ""), ("x", ">1", "pyproject.toml:2")],
    ),
    "image by argument": (
        {"Dockerfile": "ARG TAG=3.12\nFROM python:${TAG}\n"},
        [("python", "3.12", "Dockerfile:1")],
    ),
}


@pytest.mark.parametrize("case", INHERITED)
def test_a_constraint_that_another_place_sets_names_that_place(case: str, joined: Join) -> None:
    tree, expected = INHERITED[case]
    assert [(one.asked.name, one.asked.constraint, one.set_at) for one in joined(tree).direct] == expected


def test_a_managed_scope_holds_for_who_says_none(joined: Join) -> None:
    made = joined({"pom.xml": PARENT, "bom/pom.xml": BOM, "child/pom.xml": CHILD})
    assert [one.asked.scope for one in made.direct] == ["runtime", "test", "runtime", "runtime"]


NPM_LOCK = """\
{"lockfileVersion": 3, "packages": {
 "": {"dependencies": {"a": "^1"}, "devDependencies": {"d": "*"}},
 "packages/m": {"name": "m", "dependencies": {"a": "^2"}},
 "node_modules/a": {"version": "1.5.0", "dependencies": {"b": "1"}},
 "node_modules/b": {"version": "1.0.0", "dependencies": {"c": "1"}},
 "node_modules/c": {"version": "1.0.0", "dependencies": {"a": "1"}},
 "node_modules/d": {"version": "3.0.0"},
 "packages/m/node_modules/a": {"version": "2.5.0"}
}}
"""


def test_a_lock_answers_each_member_with_its_own_version(joined: Join) -> None:  # S-34, S-35
    made = joined(
        {
            "package.json": '{"dependencies": {"a": "^1"}, "devDependencies": {"d": "*"}}',
            "packages/m/package.json": '{"name": "m", "dependencies": {"a": "^2"}}',
            "package-lock.json": NPM_LOCK,
        }
    )
    assert [one.locked.version if one.locked else None for one in made.direct] == ["1.5.0", "3.0.0", "2.5.0"]


def test_packages_below_have_their_depth_and_one_that_asks(joined: Join) -> None:  # S-36
    made = joined({"package.json": '{"dependencies": {"a": "^1"}}', "package-lock.json": NPM_LOCK})
    found = {
        one.package.name: (one.depth, one.lock.packages[one.parent].name if one.parent is not None else None, one.scope)
        for one in made.below
        if one.package.version != "2.5.0"
    }
    assert found == {"b": (1, "a", "runtime"), "c": (2, "b", "runtime"), "d": (0, None, "runtime")}


def test_a_lock_of_another_ecosystem_answers_nothing(joined: Join) -> None:
    tree = {
        "package.json": '{"dependencies": {"log": "*"}}',
        "Cargo.lock": '[[package]]\nname = "log"\nversion = "1"\nsource = "x"\n',
    }
    assert joined(tree).direct[0].locked is None


def test_a_compiled_requirements_file_is_the_lock_of_its_source(joined: Join) -> None:
    compiled = (
        "# autogenerated by pip-compile\nasgiref==3\n    # via django\ndjango==4.2\n    # via -r requirements/base.in\n"
    )
    made = joined({"requirements/base.in": "django\n", "requirements/base.txt": compiled})
    assert [(one.path, one.locked.version if one.locked else "") for one in made.direct] == [
        ("requirements/base.in", "4.2")
    ]
    assert [(one.package.name, one.depth) for one in made.below] == [("asgiref", 1)]


def test_a_path_to_a_project_of_the_tree_has_that_project_s_name(joined: Join) -> None:
    tree = {
        "requirements.txt": "-e .[dev]\n./libs/x\n-e ../outside\n",
        "pyproject.toml": '[project]\nname = "Own_App"\n',
        "libs/x/setup.cfg": "[metadata]\nname = x-lib\n",
    }
    found = [(one.asked.name, one.asked.reference, list(one.asked.extras)) for one in joined(tree).direct]
    assert found == [("own-app", ".[dev]", ["dev"]), ("x-lib", "./libs/x", []), ("../outside", "../outside", [])]


def test_includes_are_followed_inside_the_tree_only(joined: Join) -> None:  # SECURITY 2.4
    lines = (
        "-r deps/more.pip\n-r /etc/passwd\n-r ../../etc/passwd\n-r https://example.org/x.txt\n-r ${HOME}/x\n-r no.txt\n"
    )
    made = joined({"requirements.txt": lines, "deps/more.pip": "flask\n-r ../requirements.txt\n"})
    assert [(one.path, one.asked.name) for one in made.direct] == [("deps/more.pip", "flask")]
    assert [(line, rule) for _, line, rule in made.not_read] == [
        (line, "requirements.not-followed") for line in (2, 3, 4, 5, 6)
    ]


def python(first: str, second: str) -> Tree:
    return {"requirements.txt": first + "\n", "requirements-dev.txt": second + "\n"}


def npm(first: str, second: str) -> Tree:
    return {"package.json": f'{{"dependencies": {{"x": "{first}"}}, "devDependencies": {{"x": "{second}"}}}}'}


def cargo(first: str, second: str) -> Tree:
    return {"Cargo.toml": f'[dependencies]\nx = "{first}"\n[dev-dependencies]\nx = "{second}"\n'}


CLASHES: list[tuple[Tree, bool]] = [
    (python("numpy<1.20", "numpy>=2.0"), True),
    (python("numpy<2", "numpy>=1.20"), False),
    (python("x==1.0", "x==1.0.0"), False),
    (python("x~=1.4", "x>=2"), True),
    (python("x==1.*", "x!=1.5,>=1.5"), False),
    (python("x<1; python_version<'3.9'", "x>=2; python_version>='3.9'"), False),
    (python("x<1; python_version<'3.9'", "x>=2; sys_platform=='linux'"), True),
    (python("x<1 ; sys_platform == 'win32'", "x>1 ; sys_platform == 'linux'"), False),
    (npm("^17.0.0", "^18.0.0"), True),
    (npm("^17.0.0 || ^18.2.0", "~18.2.1"), False),
    (npm("1.x", ">=1.5 <1.6"), False),
    (npm("1.2 - 1.4", ">1.4"), True),
    (npm("latest", "^1"), False),
    (npm("^0.2.3", "^0.3.0"), True),
    (npm(">=1.0.0-rc.1", "1.0.0-rc.2"), False),
    (cargo("1.2", "1.9"), False),
    (cargo("0.9", "1"), True),
    (cargo("=1.2.3", "~1.2.4"), True),
    ({"composer.json": '{"require": {"a/b": "~1.2"}, "require-dev": {"a/b": "^1.9"}}'}, False),
    ({"composer.json": '{"require": {"a/b": "~1.2.0"}, "require-dev": {"a/b": "^1.9"}}'}, True),
    ({"Gemfile": 'gem "x", "~> 1.2"\n', "y.gemspec": 's.add_dependency "x", ">= 2"\n'}, True),
    ({"Gemfile": 'gem "x", "~> 1.2"\n', "y.gemspec": 's.add_dependency "x", ">= 1.5"\n'}, False),
    ({"a.csproj": '<P><I><ItemGroup><PackageReference Include="X" Version="[1.0]"/></ItemGroup></I></P>',
      "b.csproj": '<P><ItemGroup><PackageReference Include="x" Version="[2.0,)"/></ItemGroup></P>'}, True),
    ({"requirements.txt": "x<1\n", "package.json": '{"dependencies": {"x": "2"}}'}, False),
    ({"pyproject.toml": '[tool.poetry.dependencies]\nx = "^1.2"\n[tool.poetry.group.a.dependencies]\nx = "~2.0"\n'}, True),
    ({"pyproject.toml": '[tool.poetry.dependencies]\nx = "^1.2 || ^2"\n[tool.poetry.group.a.dependencies]\nx = "~2.0"\n'}, False),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "expected"), CLASHES)
def test_two_statements_clash_exactly_when_no_version_satisfies_both(  # S-37, S-46
    tree: Tree, expected: bool, joined: Join
) -> None:
    assert bool(clashes_in(joined(tree))) is expected


def test_a_clash_has_both_places(joined: Join) -> None:  # S-37
    [pair] = clashes_in(joined(python("numpy<1.20", "a\nnumpy>=2.0")))
    assert pair.second is not None
    assert (pair.first.path, pair.first.asked.line) == ("requirements.txt", 1)
    assert (pair.second.path, pair.second.asked.line) == ("requirements-dev.txt", 2)


def test_a_lock_that_does_not_fit_its_manifest_is_a_clash_unless_it_was_overridden(joined: Join) -> None:  # S-37
    lock = '{"lockfileVersion": 3, "packages": {"": {"dependencies": {"x": "^2"}}, "node_modules/x": {"version": "1.0.0"}}}'
    manifest = '{"dependencies": {"x": "^2"}}'
    [pair] = clashes_in(joined({"package.json": manifest, "package-lock.json": lock}))
    assert pair.second is None
    overridden = '{"dependencies": {"x": "^2"}, "overrides": {"x": "1.0.0"}}'
    assert clashes_in(joined({"package.json": overridden, "package-lock.json": lock})) == []
