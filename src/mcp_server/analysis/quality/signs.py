"""Files that tell how a project is looked after: checkers, formatters, update bots, and what should not be there.

By name alone, in one pass over the paths, and by the tables of the manifests that configure such tools inside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field

from plumbrule.core.values import dataclass

_FORMAT = frozenset(
    (
        *(
            ".prettierrc",
            ".prettierrc.json",
            ".prettierrc.js",
            ".prettierrc.cjs",
            ".prettierrc.yaml",
            ".prettierrc.yml",
        ),
        *("prettier.config.js", "prettier.config.mjs", "prettier.config.cjs", ".clang-format", "rustfmt.toml"),
        *(".rustfmt.toml", ".scalafmt.conf", ".swiftformat", ".swift-format", ".formatter.exs", "biome.json"),
        *("biome.jsonc", "dprint.json", ".dprint.json", ".style.yapf", ".php-cs-fixer.php", ".php-cs-fixer.dist.php"),
        *("pint.json", ".editorconfig", ".ktlint", "stylua.toml", ".stylua.toml", "treefmt.toml", "oxfmt.json"),
        *(".oxfmtrc.jsonc", ".oxfmtrc.json", "google-java-format.xml", ".luacheckrc"),
    )
)
_LINT = frozenset(
    (
        *(".eslintrc", ".eslintrc.js", ".eslintrc.cjs", ".eslintrc.json", ".eslintrc.yml", ".eslintrc.yaml"),
        *("eslint.config.js", "eslint.config.mjs", "eslint.config.ts", "eslint.config.cjs", "tslint.json", ".jshintrc"),
        *(".flake8", ".pylintrc", "pylintrc", "ruff.toml", ".ruff.toml", ".golangci.yml", ".golangci.yaml"),
        *(".golangci.toml", "clippy.toml", ".clippy.toml", ".clang-tidy", "checkstyle.xml", "pmd.xml", "detekt.yml"),
        *(".rubocop.yml", ".standard.yml", "phpcs.xml", "phpcs.xml.dist", ".phpcs.xml.dist", "phpstan.neon"),
        *("phpstan.neon.dist", "psalm.xml", "psalm.xml.dist", ".swiftlint.yml", ".credo.exs", ".shellcheckrc"),
        *("biome.json", "biome.jsonc", ".oxlintrc.json", "oxlint.json", ".scalafix.conf", ".luacheckrc"),
        *(".tflint.hcl", ".stylelintrc", ".stylelintrc.json", "stylelint.config.js", ".globalconfig"),
        *(".hlint.yaml", ".ansible-lint", ".yamllint", ".markdownlint.json", "detekt-config.yml", "codenarc.xml"),
    )
)
_TYPES = frozenset(
    (
        *("mypy.ini", ".mypy.ini", "pyrightconfig.json", "py.typed", "pyre.json", ".pyre_configuration"),
        *("phpstan.neon", "phpstan.neon.dist", "psalm.xml", "psalm.xml.dist", "sorbet", "Steepfile", ".flowconfig"),
    )
)
_UPDATES = frozenset(
    (
        *("dependabot.yml", "dependabot.yaml", "renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json"),
        ".scala-steward.conf",
    )
)
_HOOKS = frozenset((".pre-commit-config.yaml", "lefthook.yml", ".lintstagedrc", ".lintstagedrc.json", ".huskyrc"))
_COVERAGE = frozenset((".coveragerc", "codecov.yml", ".codecov.yml", "codecov.yaml", ".coveralls.yml", ".nycrc"))

_INSIDE: tuple[tuple[str, bytes, str], ...] = (
    ("pyproject.toml", b"[tool.black", "format"),
    ("pyproject.toml", b"[tool.ruff.format", "format"),
    ("pyproject.toml", b"[tool.ruff", "lint"),
    ("pyproject.toml", b"[tool.pylint", "lint"),
    ("pyproject.toml", b"[tool.mypy", "types"),
    ("pyproject.toml", b"[tool.pyright", "types"),
    ("pyproject.toml", b"[tool.basedpyright", "types"),
    ("pyproject.toml", b"[tool.ty", "types"),
    ("pyproject.toml", b"[tool.coverage", "coverage"),
    ("setup.cfg", b"[flake8]", "lint"),
    ("setup.cfg", b"[mypy]", "types"),
    ("tox.ini", b"[flake8]", "lint"),
    ("tox.ini", b"mypy", "types"),
    (".pre-commit-config.yaml", b"black", "format"),
    (".pre-commit-config.yaml", b"ruff-format", "format"),
    (".pre-commit-config.yaml", b"ruff", "lint"),
    (".pre-commit-config.yaml", b"flake8", "lint"),
    (".pre-commit-config.yaml", b"clang-format", "format"),
    (".pre-commit-config.yaml", b"prettier", "format"),
    (".pre-commit-config.yaml", b"mypy", "types"),
    ("package.json", b'.d.ts"', "declarations"),
    ("package.json", b'"prettier"', "format"),
    ("package.json", b'"eslint"', "lint"),
    ("package.json", b'"oxlint"', "lint"),
    ("package.json", b'"standard"', "lint"),
    ("package.json", b'"xo"', "lint"),
    ("package.json", b'"@biomejs/biome"', "format"),
    ("package.json", b'"@biomejs/biome"', "lint"),
    ("package.json", b'"husky"', "hooks"),
    ("package.json", b'"simple-git-hooks"', "hooks"),
    ("Cargo.toml", b"[workspace.lints", "lint"),
    ("Cargo.toml", b"[lints", "lint"),
    ("build.gradle", b"spotless", "format"),
    ("build.gradle.kts", b"spotless", "format"),
    ("build.gradle.kts", b"ktlint", "format"),
    ("build.gradle.kts", b"detekt", "lint"),
    ("build.gradle", b"checkstyle", "lint"),
    ("pom.xml", b"checkstyle", "lint"),
    ("pom.xml", b"spotless", "format"),
    ("pom.xml", b"formatter-maven-plugin", "format"),
    ("Directory.Build.props", b"TreatWarningsAsErrors", "lint"),
    ("Directory.Build.props", b"AnalysisLevel", "lint"),
    ("mix.exs", b":credo", "lint"),
    ("mix.exs", b":dialyxir", "types"),
    ("composer.json", b"phpstan/phpstan", "types"),
    ("composer.json", b"php-cs-fixer", "format"),
    ("composer.json", b"laravel/pint", "format"),
    ("composer.json", b"squizlabs/php_codesniffer", "lint"),
    ("Gemfile", b"rubocop", "lint"),
    ("Gemfile", b"standard", "lint"),
    ("Makefile", b"clang-format", "format"),
    ("Makefile", b"gofmt", "format"),
    ("Makefile", b"golangci-lint", "lint"),
    ("Makefile", b"cppcheck", "lint"),
    ("CMakeLists.txt", b"clang-tidy", "lint"),
)
"""A manifest, words that stand in it when the tool is set up there, and which sign that is."""

_LEFT_OVER = {
    ".DS_Store": "a folder's settings of macOS",
    "Thumbs.db": "Windows' thumbnails",
    "npm-debug.log": "a log of npm",
    "yarn-error.log": "a log of yarn",
    "desktop.ini": "a folder's settings of Windows",
}
_LEFT_OVER_ENDS = {
    ".pyc": "compiled Python",
    ".orig": "what a merge left",
    ".rej": "what a patch left",
    ".swp": "an editor's swap file",
    ".bak": "a backup",
    ".class": "compiled Java",
    ".o": "an object file",
}
_LEFT_OVER_STEPS = {
    "node_modules": "installed packages",
    "__pycache__": "compiled Python",
    ".idea": "an editor's settings",
}


@dataclass(slots=True)
class Signs:
    """The first file of each sign; for left-overs, by kind with their number."""

    first: dict[str, str] = field(default_factory=dict[str, str])
    left_over: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    strict_typescript: str = ""
    typescript_config: str = ""

    def note(self, sign: str, path: str) -> None:
        known = self.first.get(sign)
        if known is None or path.count("/") < known.count("/"):
            self.first[sign] = path


_BY_NAME: dict[str, tuple[str, ...]] = {}
for _sign, _names in (
    ("format", _FORMAT),
    ("lint", _LINT),
    ("types", _TYPES),
    ("updates", _UPDATES),
    ("hooks", _HOOKS),
    ("coverage", _COVERAGE),
    ("ignore", frozenset((".gitignore",))),
):
    for _name in _names:
        _BY_NAME[_name] = (*_BY_NAME.get(_name, ()), _sign)


def signs_of(paths: Iterable[str], texts: Mapping[str, bytes]) -> Signs:
    """The signs of a tree; 0.5 us a path."""
    found = Signs()
    for path in paths:
        folder, _, name = path.rpartition("/")
        for sign in _BY_NAME.get(name, ()):
            if folder.count("/") < 2:
                found.note(sign, path)
        if name in _LEFT_OVER:
            _leave(found, _LEFT_OVER[name], path)
        elif "." in name and (kind := _LEFT_OVER_ENDS.get(name[name.rindex(".") :])):
            _leave(found, kind, path)
        elif "node_modules" in folder or "__pycache__" in folder or ".idea" in folder:
            for step, kind in _LEFT_OVER_STEPS.items():
                if step in folder.split("/") and not _is_material(folder):
                    _leave(found, kind, path)
    for path in sorted(texts, key=lambda path: (path.count("/"), path)):
        _inside(found, path, texts[path])
    return found


def _inside(found: Signs, path: str, raw: bytes) -> None:
    folder, _, name = path.rpartition("/")
    if folder.count("/") > 1:
        return
    for manifest, words, sign in _INSIDE:
        if name == manifest and words in raw:
            found.note(sign, path)
    if name.startswith("tsconfig") and name.endswith(".json"):
        found.typescript_config = found.typescript_config or path
        if b'"strict": true' in raw or b'"strict":true' in raw:
            found.strict_typescript = found.strict_typescript or path


_MATERIAL = frozenset(("test", "tests", "fixtures", "fixture", "testdata", "playground", "spec"))
"""What lies below such folders is there to be tested with."""


def _is_material(folder: str) -> bool:
    return any(step.strip("_") in _MATERIAL for step in folder.split("/"))


def _leave(found: Signs, kind: str, path: str) -> None:
    if _is_material(path.rpartition("/")[0]):
        return
    first, count = found.left_over.get(kind, (path, 0))
    found.left_over[kind] = (first, count + 1)
