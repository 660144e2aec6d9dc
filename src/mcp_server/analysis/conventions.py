"""What an ecosystem implies without any file spelling it out. Commands from here are marked `convention`."""

from plumbrule.mcp_server.analysis.model import Purpose

CONVENTIONS: dict[str, tuple[tuple[Purpose, str, str], ...]] = {
    # Parser of the root manifest -> purpose, command, rule.
    "cargo": (("test", "cargo test", "convention.cargo"), ("build", "cargo build", "convention.cargo")),
    "go_mod": (("test", "go test ./...", "convention.go"), ("build", "go build ./...", "convention.go")),
    "maven": (("test", "mvn test", "convention.maven"), ("build", "mvn package", "convention.maven")),
    "gradle": (("test", "gradle test", "convention.gradle"), ("build", "gradle build", "convention.gradle")),
    "sbt": (("test", "sbt test", "convention.sbt"), ("build", "sbt package", "convention.sbt")),
    "solution": (("test", "dotnet test", "convention.dotnet"), ("build", "dotnet build", "convention.dotnet")),
    "slnx": (("test", "dotnet test", "convention.dotnet"), ("build", "dotnet build", "convention.dotnet")),
    "msbuild": (("test", "dotnet test", "convention.dotnet"), ("build", "dotnet build", "convention.dotnet")),
    "swift_package": (("test", "swift test", "convention.swift"), ("build", "swift build", "convention.swift")),
    "mix": (
        ("test", "mix test", "convention.mix"),
        ("build", "mix compile", "convention.mix"),
        ("install", "mix deps.get", "convention.mix"),
    ),
    "cmake": (("build", "cmake -B build && cmake --build build", "convention.cmake"),),
    "meson": (("build", "meson setup build && meson compile -C build", "convention.meson"),),
    "autoconf": (("build", "autoreconf -i && ./configure && make", "convention.autoconf"),),
    "package_json": (("install", "npm install", "convention.npm"),),
    "gemfile": (("install", "bundle install", "convention.bundler"),),
    "composer": (("install", "composer install", "convention.composer"),),
    "terraform": (
        ("install", "terraform init", "convention.terraform"),
        ("check", "terraform validate", "convention.terraform"),
    ),
}

FRAMEWORK_COMMANDS: dict[str, str] = {
    "pytest": "pytest",
    "rspec": "bundle exec rspec",
    "phpunit": "vendor/bin/phpunit",
    "pest": "vendor/bin/pest",
    "ctest": "ctest --test-dir build",
    "meson test": "meson test -C build",
    "symfony phpunit-bridge": "vendor/bin/simple-phpunit",
    "bats": "bats .",
    "terraform test": "terraform test",
}

TEST_FRAMEWORKS: dict[str, str] = {
    # A dependency's name -> the framework it is.
    **{name: name for name in ("pytest", "nose2", "behave", "robotframework", "django-nose", "testtools", "ward")},
    **{
        name: name for name in ("jest", "vitest", "mocha", "ava", "tape", "jasmine", "karma", "qunit", "cypress", "tap")
    },
    **{name: name for name in ("tap", "uvu", "playwright", "rspec", "minitest", "test-unit", "cucumber")},
    "@playwright/test": "playwright",
    "@jest/core": "jest",
    "ts-jest": "jest",
    "bun:test": "bun test",
    "rspec-rails": "rspec",
    "github.com/stretchr/testify": "testify",
    "github.com/onsi/ginkgo/v2": "ginkgo",
    "github.com/onsi/ginkgo": "ginkgo",
    "xunit": "xunit",
    "xunit.v3": "xunit",
    "NUnit": "nunit",
    "MSTest": "mstest",
    "MSTest.TestFramework": "mstest",
    "TUnit": "tunit",
    "phpunit/phpunit": "phpunit",
    "pestphp/pest": "pest",
    "symfony/phpunit-bridge": "symfony phpunit-bridge",
    "codeception/codeception": "codeception",
    "GTest": "googletest",
    "gtest": "googletest",
    "Catch2": "catch2",
    "catch2": "catch2",
    "doctest": "doctest",
    "flutter_test": "flutter_test",
    "proptest": "proptest",
    "rstest": "rstest",
}

_BY_FILE = (
    ("_test.go", "go test"),
    ("_test.exs", "ExUnit"),
    ("_spec.rb", "rspec"),
    ("Test.php", "phpunit"),
    (".bats", "bats"),
    (".tftest.hcl", "terraform test"),
    (".rs", "cargo test"),
)


def framework_of_file(path: str) -> str:
    """The framework that a test file's name alone implies, or ""."""
    return next((name for ending, name in _BY_FILE if path.endswith(ending)), "")
