"""The table of manifests: which file name belongs to which ecosystem, what kind it is, which parser reads it.

A pattern without a star is a file's exact name; `*.ext` its end; `a*b` a begin and an end; one with a slash matches the
path's end and, when it begins with a slash, the path from the root. The first row that matches wins.
"""

from functools import cache

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.model import ManifestKind, ManifestRule

# fmt: off
TABLE: tuple[tuple[str, str, ManifestKind, str], ...] = (
    # pattern                      ecosystem       kind         parser ("" = presence only)
    ("pyproject.toml",             "python",       "manifest",  "pyproject"),
    ("setup.cfg",                  "python",       "manifest",  "setup_cfg"),
    ("setup.py",                   "python",       "manifest",  "setup_py"),
    ("Pipfile",                    "python",       "manifest",  "pipfile"),
    ("requirements/*.txt",         "python",       "manifest",  "requirements"),
    ("requirements*.txt",          "python",       "manifest",  "requirements"),
    ("*requirements.txt",          "python",       "manifest",  "requirements"),
    ("requirements*.in",           "python",       "manifest",  "requirements"),
    ("environment.yml",            "conda",        "manifest",  ""),
    ("environment.yaml",           "conda",        "manifest",  ""),
    ("hatch.toml",                 "python",       "task",      "hatch"),
    ("tox.ini",                    "python",       "task",      "tox"),
    ("noxfile.py",                 "python",       "task",      "nox"),
    ("pytest.ini",                 "python",       "task",      "pytest_ini"),
    ("Pipfile.lock",               "python",       "lock",      ""),
    ("poetry.lock",                "python",       "lock",      ""),
    ("pdm.lock",                   "python",       "lock",      ""),
    ("uv.lock",                    "python",       "lock",      ""),
    ("pylock.toml",                "python",       "lock",      ""),
    (".python-version",            "python",       "toolchain", "version_file"),
    ("runtime.txt",                "python",       "toolchain", "version_file"),
    ("package.json",               "javascript",   "manifest",  "package_json"),
    ("deno.json",                  "javascript",   "manifest",  "deno"),
    ("deno.jsonc",                 "javascript",   "manifest",  "deno"),
    ("bower.json",                 "javascript",   "manifest",  ""),
    ("pnpm-workspace.yaml",        "javascript",   "workspace", "pnpm_workspace"),
    ("lerna.json",                 "javascript",   "workspace", "lerna"),
    ("rush.json",                  "javascript",   "workspace", "rush"),
    ("project.json",               "javascript",   "task",      "nx_project"),
    ("nx.json",                    "javascript",   "workspace", ""),
    ("turbo.json",                 "javascript",   "workspace", ""),
    ("tsconfig.json",              "javascript",   "task",      ""),
    ("package-lock.json",          "javascript",   "lock",      ""),
    ("npm-shrinkwrap.json",        "javascript",   "lock",      ""),
    ("yarn.lock",                  "javascript",   "lock",      ""),
    ("pnpm-lock.yaml",             "javascript",   "lock",      ""),
    ("bun.lock",                   "javascript",   "lock",      ""),
    ("bun.lockb",                  "javascript",   "lock",      ""),
    ("deno.lock",                  "javascript",   "lock",      ""),
    (".nvmrc",                     "javascript",   "toolchain", "version_file"),
    (".node-version",              "javascript",   "toolchain", "version_file"),
    ("Cargo.toml",                 "rust",         "manifest",  "cargo"),
    ("Cargo.lock",                 "rust",         "lock",      ""),
    ("rust-toolchain.toml",        "rust",         "toolchain", "rust_toolchain"),
    ("rust-toolchain",             "rust",         "toolchain", "rust_toolchain"),
    ("go.mod",                     "go",           "manifest",  "go_mod"),
    ("go.work",                    "go",           "workspace", "go_work"),
    ("go.sum",                     "go",           "lock",      ""),
    ("pom.xml",                    "jvm",          "manifest",  "maven"),
    ("build.gradle",               "jvm",          "manifest",  "gradle"),
    ("build.gradle.kts",           "jvm",          "manifest",  "gradle"),
    ("settings.gradle",            "jvm",          "workspace", "gradle_settings"),
    ("settings.gradle.kts",        "jvm",          "workspace", "gradle_settings"),
    ("libs.versions.toml",         "jvm",          "manifest",  "version_catalog"),
    ("gradle.lockfile",            "jvm",          "lock",      ""),
    ("build.sbt",                  "jvm",          "manifest",  "sbt"),
    ("deps.edn",                   "jvm",          "manifest",  ""),
    ("project.clj",                "jvm",          "manifest",  ""),
    (".java-version",              "jvm",          "toolchain", "version_file"),
    ("*.csproj",                   "dotnet",       "manifest",  "msbuild"),
    ("*.fsproj",                   "dotnet",       "manifest",  "msbuild"),
    ("*.vbproj",                   "dotnet",       "manifest",  "msbuild"),
    ("*.sln",                      "dotnet",       "workspace", "solution"),
    ("*.slnx",                     "dotnet",       "workspace", "slnx"),
    ("Directory.Packages.props",   "dotnet",       "manifest",  "msbuild"),
    ("Directory.Build.props",      "dotnet",       "manifest",  "msbuild"),
    ("global.json",                "dotnet",       "toolchain", "global_json"),
    ("packages.lock.json",         "dotnet",       "lock",      ""),
    ("packages.config",            "dotnet",       "manifest",  ""),
    ("Gemfile",                    "ruby",         "manifest",  "gemfile"),
    ("*.gemspec",                  "ruby",         "manifest",  "gemspec"),
    ("Rakefile",                   "ruby",         "task",      "rakefile"),
    ("Gemfile.lock",               "ruby",         "lock",      ""),
    (".ruby-version",              "ruby",         "toolchain", "version_file"),
    ("composer.json",              "php",          "manifest",  "composer"),
    ("composer.lock",              "php",          "lock",      ""),
    (".php-version",               "php",          "toolchain", "version_file"),
    ("CMakeLists.txt",             "native",       "manifest",  "cmake"),
    ("meson.build",                "native",       "manifest",  "meson"),
    ("conanfile.txt",              "native",       "manifest",  "conanfile"),
    ("conanfile.py",               "native",       "manifest",  ""),
    ("vcpkg.json",                 "native",       "manifest",  "vcpkg"),
    ("configure.ac",               "native",       "manifest",  "autoconf"),
    ("conan.lock",                 "native",       "lock",      ""),
    ("Package.swift",              "swift",        "manifest",  "swift_package"),
    ("Package.resolved",           "swift",        "lock",      ""),
    ("*.podspec",                  "swift",        "manifest",  ""),
    ("Podfile",                    "swift",        "manifest",  ""),
    ("Podfile.lock",               "swift",        "lock",      ""),
    (".swift-version",             "swift",        "toolchain", "version_file"),
    ("mix.exs",                    "elixir",       "manifest",  "mix"),
    ("mix.lock",                   "elixir",       "lock",      ""),
    ("rebar.config",               "erlang",       "manifest",  ""),
    ("pubspec.yaml",               "dart",         "manifest",  "pubspec"),
    ("pubspec.lock",               "dart",         "lock",      ""),
    (".terraform.lock.hcl",        "terraform",    "lock",      ""),
    ("*.tf",                       "terraform",    "manifest",  "terraform"),
    ("MODULE.bazel",               "bazel",        "manifest",  ""),
    ("WORKSPACE",                  "bazel",        "workspace", ""),
    ("WORKSPACE.bazel",            "bazel",        "workspace", ""),
    (".tool-versions",             "tools",        "toolchain", "tool_versions"),
    ("mise.toml",                  "tools",        "toolchain", "mise"),
    (".mise.toml",                 "tools",        "toolchain", "mise"),
    ("Makefile",                   "make",         "task",      "makefile"),
    ("makefile",                   "make",         "task",      "makefile"),
    ("GNUmakefile",                "make",         "task",      "makefile"),
    ("justfile",                   "just",         "task",      "justfile"),
    ("Justfile",                   "just",         "task",      "justfile"),
    ("Taskfile.yml",               "task",         "task",      "taskfile"),
    ("Taskfile.yaml",              "task",         "task",      "taskfile"),
    (".pre-commit-config.yaml",    "pre-commit",   "task",      "pre_commit"),
    ("Dockerfile",                 "docker",       "container", "dockerfile"),
    ("Dockerfile.*",               "docker",       "container", "dockerfile"),
    ("*.Dockerfile",               "docker",       "container", "dockerfile"),
    ("*.dockerfile",               "docker",       "container", "dockerfile"),
    ("Containerfile",              "docker",       "container", "dockerfile"),
    ("docker-compose.yml",         "docker",       "container", "compose"),
    ("docker-compose.yaml",        "docker",       "container", "compose"),
    ("docker-compose*.yml",        "docker",       "container", "compose"),
    ("docker-compose*.yaml",       "docker",       "container", "compose"),
    ("compose.yml",                "docker",       "container", "compose"),
    ("compose.yaml",               "docker",       "container", "compose"),
    ("Procfile",                   "procfile",     "container", "procfile"),
    ("serverless.yml",             "serverless",   "container", "serverless"),
    ("serverless.yaml",            "serverless",   "container", "serverless"),
    ("wrangler.toml",              "cloudflare",   "container", "wrangler"),
    ("wrangler.json",              "cloudflare",   "container", "wrangler"),
    ("wrangler.jsonc",             "cloudflare",   "container", "wrangler"),
    ("deployment.yaml",            "kubernetes",   "container", "kubernetes"),
    ("deployment.yml",             "kubernetes",   "container", "kubernetes"),
    ("k8s/*.yaml",                 "kubernetes",   "container", "kubernetes"),
    ("k8s/*.yml",                  "kubernetes",   "container", "kubernetes"),
    ("kubernetes/*.yaml",          "kubernetes",   "container", "kubernetes"),
    ("kubernetes/*.yml",           "kubernetes",   "container", "kubernetes"),
    ("/.github/workflows/*.yml",   "github_actions", "ci",      "github_workflow"),
    ("/.github/workflows/*.yaml",  "github_actions", "ci",      "github_workflow"),
    ("action.yml",                 "github_actions", "task",    "github_action"),
    ("action.yaml",                "github_actions", "task",    "github_action"),
    ("/.gitlab-ci.yml",            "gitlab_ci",    "ci",        "gitlab_ci"),
    ("/.circleci/config.yml",      "circleci",     "ci",        "circleci"),
    ("/.travis.yml",               "travis",       "ci",        ""),
    ("/azure-pipelines.yml",       "azure_pipelines", "ci",     "azure"),
    ("/azure-pipelines.yaml",      "azure_pipelines", "ci",     "azure"),
    ("/Jenkinsfile",               "jenkins",      "ci",        ""),
    ("/appveyor.yml",              "appveyor",     "ci",        ""),
    ("/.appveyor.yml",             "appveyor",     "ci",        ""),
    ("/.drone.yml",                "drone",        "ci",        ""),
    ("/.woodpecker.yml",           "woodpecker",   "ci",        ""),
    ("/.woodpecker/*.yml",         "woodpecker",   "ci",        ""),
    ("/.woodpecker/*.yaml",        "woodpecker",   "ci",        ""),
    ("/bitbucket-pipelines.yml",   "bitbucket",    "ci",        ""),
    ("/.buildkite/*.yml",          "buildkite",    "ci",        ""),
    ("/.buildkite/*.yaml",         "buildkite",    "ci",        ""),
    ("/.cirrus.yml",               "cirrus",       "ci",        ""),
    ("/.semaphore/semaphore.yml",  "semaphore",    "ci",        ""),
    ("/.builds/*.yml",             "sourcehut",    "ci",        ""),
    ("/.gitlab-ci.yaml",           "gitlab_ci",    "ci",        "gitlab_ci"),
    ("/.circleci/config.yaml",     "circleci",     "ci",        "circleci"),
    ("/.travis.yaml",              "travis",       "ci",        ""),
    ("/.azure-pipelines/*.yml",    "azure_pipelines", "ci",     "azure"),
    ("/.azuredevops/*.yml",        "azure_pipelines", "ci",     "azure"),
    ("/.appveyor.yaml",            "appveyor",     "ci",        ""),
    ("/.drone.yaml",               "drone",        "ci",        ""),
    ("/.drone.jsonnet",            "drone",        "ci",        ""),
    ("/.woodpecker.yaml",          "woodpecker",   "ci",        ""),
    ("/bitbucket-pipelines.yaml",  "bitbucket",    "ci",        ""),
    ("/.gitea/workflows/*.yml",    "gitea_actions", "ci",       "github_workflow"),
    ("/.gitea/workflows/*.yaml",   "gitea_actions", "ci",       "github_workflow"),
    ("/.forgejo/workflows/*.yml",  "forgejo_actions", "ci",     "github_workflow"),
    ("/.forgejo/workflows/*.yaml", "forgejo_actions", "ci",     "github_workflow"),
    ("/cloudbuild.yaml",           "google_cloud_build", "ci",  ""),
    ("/cloudbuild.yml",            "google_cloud_build", "ci",  ""),
    ("/buildspec.yml",             "aws_codebuild", "ci",       ""),
    ("/codemagic.yaml",            "codemagic",    "ci",        ""),
    ("/bitrise.yml",               "bitrise",      "ci",        ""),
    ("/wercker.yml",               "wercker",      "ci",        ""),
    ("/.zuul.yaml",                "zuul",         "ci",        ""),
    ("/zuul.yaml",                 "zuul",         "ci",        ""),
    ("/.cirrus.star",              "cirrus",       "ci",        ""),
    ("/.builds/*.yaml",            "sourcehut",    "ci",        ""),
    ("/.build.yml",                "sourcehut",    "ci",        ""),
    ("/.teamcity/settings.kts",    "teamcity",     "ci",        ""),
)
# fmt: on

# Ecosystems that a reader installs from; the rest (tasks, containers, CI) only help to build and run.
PACKAGE_ECOSYSTEMS = frozenset(
    (
        *("python", "conda", "javascript", "rust", "go", "jvm", "dotnet", "ruby", "php", "native", "swift"),
        *("elixir", "erlang", "dart", "terraform", "bazel"),
    )
)


@dataclass(frozen=True, slots=True)
class _Index:
    """The rows by the cheapest test that can rule a path out: a repository has a hundred thousand of them."""

    exact: dict[str, ManifestRule]
    ends: dict[str, ManifestRule]
    paths: dict[str, ManifestRule]
    folders: dict[str, list[tuple[str, ManifestRule]]]
    globs: list[tuple[str, str, ManifestRule]]
    begins: tuple[str, ...]
    finishes: tuple[str, ...]


def match(path: str) -> ManifestRule | None:
    """The row for a repository-relative POSIX path, or None. No file is read."""
    index = _index()
    head, _, name = path.rpartition("/")
    if head.startswith("."):  # `.github/workflows/deployment.yml` is a workflow, whatever its name is elsewhere
        rooted = index.folders.get("/" + head, ())
        if own := next((rule for end, rule in rooted if name.endswith(end)), None):
            return own
    found = index.exact.get(name) or index.paths.get(path)
    if found is None and "." in name:
        found = index.ends.get(name[name.rindex(".") :])
    if found is None and head:
        rows = index.folders.get("/" + head) or index.folders.get(head.rpartition("/")[2], [])
        found = next((rule for end, rule in rows if name.endswith(end)), None)
    if found is None and (name.startswith(index.begins) or name.endswith(index.finishes)):
        found = next((rule for begin, end, rule in index.globs if _fits(name, begin, end)), None)
    return found


def _fits(name: str, begin: str, end: str) -> bool:
    return name.startswith(begin) and name.endswith(end) and len(name) >= len(begin) + len(end)


@cache
def _index() -> _Index:
    exact: dict[str, ManifestRule] = {}
    ends: dict[str, ManifestRule] = {}
    paths: dict[str, ManifestRule] = {}
    folders: dict[str, list[tuple[str, ManifestRule]]] = {}
    globs: list[tuple[str, str, ManifestRule]] = []
    for pattern, ecosystem, kind, parser in TABLE:
        rule = ManifestRule(pattern, ecosystem, kind, parser)
        folder, _, last = pattern.rpartition("/")
        if folder and "*" in last:
            folders.setdefault(folder, []).append((last.removeprefix("*"), rule))
        elif pattern.startswith("/"):
            paths[pattern[1:]] = rule
        elif "*" not in pattern:
            exact[pattern] = rule
        elif pattern.startswith("*."):
            ends[pattern[1:]] = rule
        else:
            begin, _, end = pattern.partition("*")
            globs.append((begin, end, rule))
    begins = tuple(begin for begin, _, _ in globs if begin)
    return _Index(exact, ends, paths, folders, globs, begins, tuple(end for begin, end, _ in globs if not begin))
