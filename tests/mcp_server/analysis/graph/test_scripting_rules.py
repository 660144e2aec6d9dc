"""Import rules of nine languages over trees that are only paths, packages and manifests: what each import reaches."""

from importlib import import_module

import pytest

from plumbrule.mcp_server.analysis.graph.tree import Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.analysis.syntax.model import Import, ImportKind
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest, ManifestRule

LANGUAGES = {
    "cs": "C#",
    "ex": "Elixir",
    "tf": "HCL",
    "lua": "Lua",
    "php": "PHP",
    "rb": "Ruby",
    "scala": "Scala",
    "java": "Java",
    "sh": "Shell",
    "bash": "Shell",
    "bats": "Shell",
    "swift": "Swift",
}
MODULES = {"C#": "csharp"}


def index_of(packages: str) -> Index:
    """Facts of a file that stands in packages: `a.b:Name,Other c`."""
    raw: list[list[object]] = []
    for one in packages.split():
        target, _, names = one.partition(":")
        raw.append([target, 1, "package", names.split(",") if names else [], []])
    return Index(1, 0, 0, 0, 0, raw, [], [], [], [], [], [], [], [], 0, 0, 0, None, "")


def tree(files: dict[str, str], texts: dict[str, str] | None = None, **declared: str) -> Tree:
    """A tree of files with the packages they stand in, manifests as text, and declared packages by ecosystem."""
    languages = {path: LANGUAGES.get(path.rpartition(".")[2], "Text") for path in files}
    manifests = tuple(
        Manifest(
            "m",
            ManifestRule("m", ecosystem, "manifest"),
            tuple(Declaration("dependency", name, 1, "m", name, "runtime") for name in names.split()),
        )
        for ecosystem, names in declared.items()
    )
    raw = {path: text.encode() for path, text in (texts or {}).items()}
    return Tree(languages, {path: index_of(packages) for path, packages in files.items()}, raw, manifests)


def resolver(language: str, over: Tree) -> Resolve:
    name = MODULES.get(language, language.lower())
    made: Resolve = import_module(f"plumbrule.mcp_server.analysis.graph.resolving.{name}").resolver(over)
    return made


def reached(over: Tree, path: str, one: Import) -> str:
    """What an import reaches, in a word."""
    standing, files, package = resolver(over.languages[path], over)(path, one)
    return " ".join(files) if standing == "file" else f"{standing} {package}".strip()


def said(kind: ImportKind, target: str, names: str = "", flags: str = "") -> Import:
    return Import(target, 1, kind, tuple(names.split()), tuple(flags.split()))


def check(cases: list[tuple[str, Import, str]], over: Tree) -> None:
    assert [reached(over, path, one) for path, one, _ in cases] == [expected for _, _, expected in cases]


# S-38
def test_a_using_reaches_its_namespace_in_the_projects_that_are_referred_to() -> None:
    projects = {
        "src/Api/Api.csproj": '<ProjectReference Include="..\\Core\\Core.csproj" />',
        "src/Core/Core.csproj": "",
        "src/Other/Other.csproj": "",
    }
    files = {
        "src/Api/P.cs": "Shop.Api:P",
        "src/Core/A.cs": "Shop.Core:A",
        "src/Core/B.cs": "Shop.Core:B Shop.Core.Deep:C",
        "src/Other/X.cs": "Shop.Core:X",
        "src/Core/E.cs": "Microsoft.Extensions.DependencyInjection:Ours",
        "Shared.cs": "Shop.Core:Shared",
        **dict.fromkeys(projects, ""),
    }
    over = tree(files, projects, dotnet="Newtonsoft.Json Npgsql.EntityFrameworkCore.PostgreSQL System.CommandLine")
    path = "src/Api/P.cs"
    check(
        [
            (path, said("import", "Shop.Core"), "Shared.cs src/Core/A.cs src/Core/B.cs"),
            (path, said("import", "Shop.Core.B", "Bee", "alias"), "src/Core/B.cs"),
            (path, said("import", "Shop.Core.Deep.C.Inner", "", "static"), "src/Core/B.cs"),
            (path, said("import", "Shop.Core.Gone", "", "static"), "unknown"),
            (path, said("import", "Shop"), "builtin"),
            (path, said("import", "System.Linq"), "builtin"),
            (path, said("import", "System.CommandLine.Parsing"), "external System.CommandLine"),
            (path, said("import", "Microsoft.Extensions.DependencyInjection"), "builtin"),
            (path, said("import", "Newtonsoft.Json.Linq"), "external Newtonsoft.Json"),
            (path, said("import", "Npgsql"), "external Npgsql.EntityFrameworkCore.PostgreSQL"),
            (path, said("import", "Serilog.Core.Deep"), "external Serilog.Core"),
        ],
        over,
    )


def test_composer_rules_say_where_a_class_lies() -> None:
    composer = (
        """{"autoload": {"psr-4": {"App\\\\": "app/", "App\\\\Tests\\\\": ["tests/"]}, "psr-0": {"Old_": "legacy"}}}"""
    )
    lock = """{"packages": [{"name": "acme/log-bridge", "autoload": {"psr-4": {"Acme\\\\Log\\\\": "src"}}}]}"""
    files = dict.fromkeys(("app/Models/User.php", "tests/A.php", "legacy/Old/Thing.php", "app/helpers.php"), "") | {
        "app/Many.php": "App:One,Two",
        "plain/x.php": "Plain\\\\Space:X".replace("\\\\", "\\"),
    }
    over = tree(files, {"composer.json": composer, "composer.lock": lock}, php="symfony/console guzzlehttp/promises")
    path = "app/Models/User.php"
    check(
        [
            (path, said("use", "App\\Models\\User"), "app/Models/User.php"),
            (path, said("use", "App\\Tests\\A"), "tests/A.php"),
            (path, said("use", "Old_Thing"), "legacy/Old/Thing.php"),
            (path, said("use", "App\\Two"), "app/Many.php"),
            (path, said("use", "Plain\\Space"), "builtin"),
            (path, said("use", "Plain\\Space\\X"), "plain/x.php"),
            (path, said("use", "App\\Gone"), "unknown"),
            (path, said("use", "Closure"), "builtin"),
            (path, said("use", "Acme\\Log\\Writer"), "external acme/log-bridge"),
            (path, said("use", "Symfony\\Component\\Console\\Command\\Command"), "external symfony/console"),
            (path, said("use", "Symfony\\Component\\HttpKernel\\Kernel"), "external symfony/http-kernel"),
            (path, said("use", "GuzzleHttp\\Promise\\Promise"), "external guzzlehttp/promises"),
            (path, said("use", "Psr\\Http\\Message\\UriInterface"), "external psr/http-message"),
            (path, said("use", "App\\One", flags="reference"), "app/Many.php"),
            (path, said("use", "App\\MadeAtRunTime", flags="lazy reference"), "builtin"),
            (path, said("use", "Vendor\\Unheard\\Of", flags="lazy reference"), "builtin"),
            (path, said("use", "Acme\\Log\\Writer", flags="lazy reference"), "external acme/log-bridge"),
            (path, said("require", "__DIR__/../helpers.php"), "app/helpers.php"),
            (path, said("require", "__DIR__/../../vendor/autoload.php"), "builtin"),
            (path, said("include", "gone.php"), "unknown"),
        ],
        over,
    )


def test_ruby_searches_the_load_path_of_the_gem_around_first() -> None:
    texts = {"one/one.gemspec": 's.name = "one"', "two/two.gemspec": 's.require_paths = ["src"]', "Gemfile": ""}
    files = dict.fromkeys(
        (
            "one/lib/one.rb",
            "one/lib/one/x.rb",
            "one/lib/version.rb",
            "two/src/two.rb",
            "two/src/version.rb",
            "two/spec/spec_helper.rb",
            "two/spec/a_spec.rb",
        ),
        "",
    )
    over = tree(files, texts, ruby="rack-test activesupport")
    check(
        [
            ("one/lib/one.rb", said("require", "one/x"), "one/lib/one/x.rb"),
            ("one/lib/one.rb", said("require", "one/x", flags="relative"), "one/lib/one/x.rb"),
            ("one/lib/one.rb", said("require", "../gone", flags="relative"), "unknown"),
            ("one/lib/one.rb", said("require", "__dir__/one/x"), "one/lib/one/x.rb"),
            ("one/lib/one.rb", said("require", "version"), "one/lib/version.rb"),
            ("two/spec/a_spec.rb", said("require", "version"), "two/src/version.rb"),
            ("two/spec/a_spec.rb", said("require", "spec_helper"), "two/spec/spec_helper.rb"),
            ("two/spec/a_spec.rb", said("require", "one"), "one/lib/one.rb"),
            ("one/lib/one.rb", said("require", "one/compiled"), "unknown"),
            ("one/lib/one.rb", said("require", "json/ext"), "builtin"),
            ("one/lib/one.rb", said("require", "rack/test/utils"), "external rack-test"),
            ("one/lib/one.rb", said("require", "active_support/all"), "external activesupport"),
            ("one/lib/one.rb", said("require", "nokogiri"), "external nokogiri"),
        ],
        over,
    )


def test_a_swift_module_is_the_folder_of_its_target() -> None:
    package = """.target(name: "Shop", dependencies: [.product(name: "NIO", package: "swift-nio")]),
        .target(name: "Core", path: "Lib/Core"), .systemLibrary(name: "CZip"), .testTarget(name: "ShopTests")"""
    files = dict.fromkeys(
        (
            "Package.swift",
            "Sources/Shop/A.swift",
            "Sources/Shop/Deep/B.swift",
            "Sources/Shop/Guide.docc/Tutorials/01-step.swift",
            "Lib/Core/C.swift",
            "Tests/ShopTests/T.swift",
        ),
        "",
    )
    over = tree(files, {"Package.swift": package})
    path = "Tests/ShopTests/T.swift"
    check(
        [
            (path, said("import", "Shop", flags="testable"), "Sources/Shop/A.swift Sources/Shop/Deep/B.swift"),
            (path, said("import", "Core"), "Lib/Core/C.swift"),
            (path, said("import", "NIO"), "external swift-nio"),
            (path, said("import", "CZip"), "unknown"),
            (path, said("import", "Foundation"), "builtin"),
            (path, said("import", "Alamofire"), "external Alamofire"),
        ],
        over,
    )


def test_scala_sees_the_members_of_the_packages_around_before_all_others() -> None:
    files = {
        "src/A.scala": "a.b a.b.c:A",
        "src/B.scala": "a.b.d:B,Tool",
        "src/package.scala": "a.b:d",
        "src/C.scala": "a.b.d:C",
        "src/J.java": "a.j",
    }
    over = tree(files)
    path = "src/A.scala"
    check(
        [
            (path, said("import", "a.b.d", "Tool"), "src/B.scala"),
            (path, said("import", "a.b.d", "*"), "src/B.scala src/C.scala"),
            (path, said("import", "d", "C"), "src/C.scala"),
            (path, said("import", "a.b.d.Tool", "deep"), "src/B.scala"),
            (path, said("import", "a.b.d", "inPackageObject"), "src/package.scala"),
            (path, said("import", "a.j", "J"), "src/J.java"),
            (path, said("import", "j", "J"), "external j"),
            (path, said("import", "profile.api", "*", "local"), "builtin"),
            (path, said("import", "scala.util", "Try"), "builtin"),
            (path, said("import", "org.scalatest.flatspec", "AnyFlatSpec"), "external org.scalatest"),
            (path, said("import", "zio.http", "*"), "external zio"),
        ],
        over,
    )


def test_an_elixir_module_is_the_file_that_defines_it() -> None:
    files = {"lib/shop.ex": "Shop", "lib/shop/thing.ex": "Shop.Thing Shop.Thing.Part", "deps/x/lib/shop.ex": "Shop"}
    over = tree(files, elixir="phoenix_live_view phoenix ecto_sql")
    path = "lib/shop/thing.ex"
    check(
        [
            (path, said("import", "Shop", "Shop", "alias"), "lib/shop.ex"),
            ("lib/shop.ex", said("use", "Shop.Thing.Part"), "lib/shop/thing.ex"),
            (path, said("use", "GenServer"), "builtin"),
            (path, said("import", "Phoenix.LiveView.Helpers"), "external phoenix_live_view"),
            (path, said("import", "Phoenix.Controller"), "external phoenix"),
            (path, said("import", "Ecto.Adapters.SQL", "SQL", "alias"), "external ecto_sql"),
            (path, said("require", "TeslaMate.Http"), "external tesla_mate"),
            (path, said("import", "Shop", flags="lazy reference"), "lib/shop.ex"),
            (path, said("import", "Inner", flags="lazy reference"), "builtin"),
            (path, said("import", ":phoenix", flags="lazy reference"), "external phoenix"),
            (path, said("import", ":ets", flags="lazy reference"), "builtin"),
        ],
        over,
    )


def test_a_lua_module_hangs_from_a_root_near_the_file() -> None:
    texts = {"x.rockspec": 'modules = { ["rock.core"] = "odd/place.lua" }'}
    files = dict.fromkeys(
        (
            "lua/a/b.lua",
            "lua/a/init.lua",
            "other/lua/a/b.lua",
            "other/x.lua",
            "lua/main.lua",
            "deep/in/util.lua",
            "odd/place.lua",
        ),
        "",
    )
    over = tree(files, texts)
    path = "lua/main.lua"
    check(
        [
            (path, said("require", "a.b"), "lua/a/b.lua"),
            (path, said("require", "a"), "lua/a/init.lua"),
            ("other/x.lua", said("require", "a.b"), "other/lua/a/b.lua"),
            (path, said("require", "util"), "external util"),
            (path, said("require", "rock.core"), "odd/place.lua"),
            (path, said("require", "table.new"), "builtin"),
            (path, said("require", "resty.http.headers"), "external lua-resty-http"),
            (path, said("require", "cjson.safe"), "external lua-cjson"),
            (path, said("include", "a/b.lua"), "lua/a/b.lua"),
        ],
        over,
    )


def test_a_sourced_path_starts_at_the_script_or_where_scripts_start() -> None:
    files = dict.fromkeys(
        ("bin/run.sh", "bin/lib.sh", "lib/one/deep.sh", "setup.sh", "test/a.bats", "test/helper.bash", "x/y/only.sh"),
        "",
    )
    over = tree(files)
    path = "bin/run.sh"
    check(
        [
            (path, said("include", "${BASH_SOURCE%/*}/lib.sh"), "bin/lib.sh"),
            (path, said("include", "${BASH_SOURCE%/*}/../setup.sh"), "setup.sh"),
            (path, said("include", "./setup.sh"), "setup.sh"),
            (path, said("include", "$ROOT/$LIB/one/deep.sh"), "lib/one/deep.sh"),
            (path, said("include", "$ROOT/setup.sh"), "setup.sh"),
            (path, said("include", "$ROOT/only.sh"), "unknown"),
            (path, said("include", "$OTHER/elsewhere.sh"), "builtin"),
            (path, said("include", "/etc/profile"), "builtin"),
            (path, said("include", "./gone.sh"), "unknown"),
            ("test/a.bats", said("include", "helper", flags="relative"), "test/helper.bash"),
        ],
        over,
    )


def test_a_local_terraform_module_is_the_files_of_its_folder() -> None:
    texts = {
        "main.tf": 'terraform { required_providers { big = { source = "Acme/big" version = "~> 1" }\n aws = {} } }'
    }
    files = dict.fromkeys(("main.tf", "net/main.tf", "net/vars.tf", "net/deep/x.tf"), "")
    over = tree(files, texts)
    check(
        [
            ("main.tf", said("import", "./net", "net"), "net/main.tf net/vars.tf"),
            ("net/deep/x.tf", said("import", "../..", "up"), "main.tf"),
            ("main.tf", said("import", "./gone", "g"), "unknown"),
            ("main.tf", said("import", "acme/net/aws//modules/x", "n"), "external acme/net/aws"),
            ("main.tf", said("import", "git::https://example.org/a/b.git//m?ref=v1", "n"), "external example.org/a/b"),
            ("main.tf", said("use", "big", flags="provider"), "external acme/big"),
            ("main.tf", said("use", "random", flags="provider"), "external hashicorp/random"),
            ("main.tf", said("use", "terraform", flags="provider"), "builtin"),
        ],
        over,
    )


@pytest.mark.parametrize("language", sorted(set(LANGUAGES.values()) - {"Java"}))
def test_where_a_file_stands_is_no_import(language: str) -> None:
    suffix = next(suffix for suffix, name in LANGUAGES.items() if name == language)
    if language in ("C#", "PHP", "Scala", "Elixir"):
        assert reached(tree({f"a.{suffix}": "X:Y"}), f"a.{suffix}", said("package", "X")) == "builtin"
