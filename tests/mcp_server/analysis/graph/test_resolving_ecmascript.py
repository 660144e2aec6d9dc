"""How JavaScript and TypeScript find what they import: paths, tsconfig, packages of the tree, the outside."""

import json

import pytest

from plumbrule.mcp_server.analysis.graph.resolving.ecmascript import resolver
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import


def resolve(files: dict[str, object], path: str, target: str, kind: str = "import") -> Resolution:
    texts = {
        name: content if isinstance(content, bytes) else json.dumps(content).encode()
        for name, content in files.items()
        if content is not None
    }
    tree = Tree(dict.fromkeys([*files, path], "any"), {}, texts, ())
    return resolver(tree)(path, Import(target, 1, kind))  # type: ignore[arg-type] # because kinds are words here


def paths(*names: str) -> dict[str, object]:
    return dict.fromkeys(names)


RELATIVE = [
    (paths("a/b.ts", "a/b.js"), "a/x.ts", "./b", "a/b.ts"),
    (paths("a/b.ts", "a/b.js"), "a/x.ts", "./b.js", "a/b.ts"),
    (paths("a/b.ts", "a/b.js"), "a/x.js", "./b.js", "a/b.js"),
    (paths("a/b.mts"), "a/x.ts", "./b.mjs", "a/b.mts"),
    (paths("a/b.d.ts", "a/b.js"), "a/x.ts", "./b", "a/b.d.ts"),
    (paths("a/b.d.ts", "a/b.js"), "a/x.js", "./b", "a/b.js"),
    (paths("b/index.tsx"), "a/x.tsx", "../b", "b/index.tsx"),
    (paths("index.js"), "a/x.js", "..", "index.js"),
    (paths("a.js", "a/index.js"), "a/x.js", "../a/", "a/index.js"),
    (paths("a/c.vue"), "a/x.ts", "./c.vue", "a/c.vue"),
    (paths("a/c.svelte.ts"), "a/x.ts", "./c.svelte.js", "a/c.svelte.ts"),
    (paths("a/c.css"), "a/x.ts", "./c.css?inline", "a/c.css"),
    (paths("a/c.json"), "a/x.js", "./c", "a/c.json"),
    (paths("a/c.ios.tsx"), "a/x.ts", "./c", "a/c.ios.tsx"),
    (paths("a/c.txt"), "a/x.js", "!!raw-loader!./c.txt", "a/c.txt"),
    ({"lib/package.json": {"main": "./go.js"}, "lib/go.js": None}, "x.js", "./lib", "lib/go.js"),
    (paths("b.js"), "a/x.js", "../../b", None),
    (paths("b.js"), "a/x.js", "./b", None),
]


@pytest.mark.parametrize(("files", "path", "target", "goal"), RELATIVE)
def test_relative_paths_find_extensions_and_index_files(files, path, target, goal):
    answer = resolve(files, path, target)
    assert answer == (Resolution("file", (goal,)) if goal else Resolution("unknown"))


CONFIGURED = [
    (
        {
            "tsconfig.json": (
                b'{ // comment\n "compilerOptions": {"paths": {"@/*": ["./src/*"], "one": ["src/a.ts"],}, }, }'
            ),
            "src/a.ts": None,
        },
        "src/x.ts",
        {"@/a": "src/a.ts", "one": "src/a.ts", "other": "other"},
    ),
    (
        {
            "web/tsconfig.json": {"extends": "../base", "references": [{"path": "./tsconfig.app.json"}]},
            "web/tsconfig.app.json": {"compilerOptions": {"paths": {"#app/*": ["./app/*"]}}},
            "base.json": {"compilerOptions": {"baseUrl": "./shared", "paths": {"~/*": ["*"]}}},
            "shared/a.ts": None,
            "web/app/b.ts": None,
        },
        "web/x.ts",
        {"~/a": "shared/a.ts", "a": "shared/a.ts", "#app/b": "web/app/b.ts"},
    ),
    (
        {
            "deno.json": {"imports": {"@/": "./src/", "std/": "https://deno.land/std/", "chalk": "npm:chalk@5"}},
            "src/a.ts": None,
        },
        "x.ts",
        {"@/a.ts": "src/a.ts", "std/path.ts": "deno.land/std", "chalk": "chalk"},
    ),
    (
        {
            "vite.config.ts": (
                b"export default { resolve: { alias: { '@': path.resolve(__dirname, 'lib'), lib: './lib/a' } } }"
            ),
            "lib/a.ts": None,
        },
        "x.ts",
        {"@/a": "lib/a.ts", "lib": "lib/a.ts"},
    ),
    (
        {"package.json": {"name": "app"}, "src/a.ts": None},
        "src/b/x.ts",
        {"@/a": "src/a.ts", "/src/a.ts": "src/a.ts", "@/no": None},
    ),
    (
        {"package.json": {"dependencies": {"nuxt": "4"}}, "app/x.vue": None, "shared/types/index.ts": None},
        "app/x.vue",
        {"#shared/types": "shared/types/index.ts", "~/x.vue": "app/x.vue"},
    ),
    (
        {"bench/package.json": {"name": "vary", "main": "x.js", "dependencies": {"vary": "1"}}, "bench/x.js": None},
        "bench/x.js",
        {"vary": "vary"},
    ),
    (
        {
            "package.json": {
                "imports": {"#a": {"node": "./lib/a.js", "default": "./b.js"}, "#p/*": "./lib/*.js", "#dep": "left-pad"}
            },
            "lib/a.js": None,
        },
        "x.js",
        {"#a": "lib/a.js", "#p/a": "lib/a.js", "#dep": "left-pad", "#none": None},
    ),
]


@pytest.mark.parametrize(("files", "path", "goals"), CONFIGURED)
def test_configured_names_lead_to_their_places(files, path, goals):
    for target, goal in goals.items():
        answer = resolve(files, path, target)
        assert (answer.files[0] if answer.files else answer.package or None) == goal, target


MEMBERS = {
    "package.json": {"workspaces": ["packages/*", "!packages/hidden"]},
    "packages/a/package.json": {
        "name": "@x/a",
        "exports": {
            ".": {"types": "./dist/index.d.ts", "import": "./dist/index.js"},
            "./deep/*": "./dist/deep/*.js",
            "./req": {"import": "./i.js", "require": "./r.js"},
        },
    },
    "packages/a/src/index.ts": None,
    "packages/a/src/deep/one.ts": None,
    "packages/a/i.js": None,
    "packages/a/r.js": None,
    "packages/b/package.json": {"name": "b", "main": "lib/main.js", "dependencies": {"linked": "link:../../elsewhere"}},
    "packages/b/tsconfig.json": {"compilerOptions": {"outDir": "lib", "rootDir": "code"}},
    "packages/b/code/main.ts": None,
    "packages/b/util.ts": None,
    "packages/hidden/package.json": {"name": "hidden"},
    "packages/hidden/index.js": None,
    "packages/a/src/node/cli.ts": None,
    "elsewhere/package.json": {"name": "linked"},
    "elsewhere/index.js": None,
}


@pytest.mark.parametrize(
    ("target", "kind", "answer"),
    [
        ("@x/a", "import", Resolution("file", ("packages/a/src/index.ts",))),
        ("@x/a/deep/one", "import", Resolution("file", ("packages/a/src/deep/one.ts",))),
        ("@x/a/req", "import", Resolution("file", ("packages/a/i.js",))),
        ("@x/a/req", "require", Resolution("file", ("packages/a/r.js",))),
        ("@x/a/none", "import", Resolution("unknown")),
        ("b", "import", Resolution("file", ("packages/b/code/main.ts",))),
        ("b/util", "import", Resolution("file", ("packages/b/util.ts",))),
        ("../../a/dist/node/cli.js", "import", Resolution("file", ("packages/a/src/node/cli.ts",))),
        ("../../a/dist/none.js", "import", Resolution("unknown")),
        ("./logo.png", "import", Resolution("builtin")),
        ("linked", "import", Resolution("file", ("elsewhere/index.js",))),
        ("hidden", "import", Resolution("external", package="hidden")),
    ],
)
def test_packages_of_the_tree_lead_to_their_sources_before_any_build(target, kind, answer):
    assert resolve(MEMBERS, "packages/b/code/x.ts", target, kind) == answer


def test_a_deno_member_stands_for_its_registry_name():
    files = {
        "deno.json": {"workspace": ["./p"], "imports": {"@x/p": "jsr:@x/p@^1.0.0", "@x/p/": "jsr:/@x/p@^1/"}},
        "p/deno.json": {"name": "@x/p", "exports": {".": "./mod.ts", "./deep": "./a.ts"}},
        "p/mod.ts": None,
        "p/a.ts": None,
    }
    assert resolve(files, "x.ts", "@x/p") == Resolution("file", ("p/mod.ts",))
    assert resolve(files, "x.ts", "@x/p/deep") == Resolution("file", ("p/a.ts",))


def test_members_of_pnpm_and_lerna_are_found():
    for name, content in (
        ("pnpm-workspace.yaml", b"packages:\n  # all\n  - 'p/**'\n"),
        ("lerna.json", {"packages": ["p/*"]}),
    ):
        files = {"package.json": {}, name: content, "p/a/package.json": {"name": "a"}, "p/a/index.js": None}
        assert resolve(files, "p/b/x.js", "a") == Resolution("file", ("p/a/index.js",))


OUTSIDE = [
    ("node:fs", Resolution("builtin")),
    ("fs/promises", Resolution("builtin")),
    ("bun:test", Resolution("builtin")),
    ("lodash/fp", Resolution("external", package="lodash")),
    ("@scope/name/deep", Resolution("external", package="@scope/name")),
    ("npm:chalk@5/x", Resolution("external", package="chalk")),
    ("jsr:@std/path@1/posix", Resolution("external", package="@std/path")),
    ("https://esm.sh/react@18", Resolution("external", package="react")),
    ("https://deno.land/x/oak@v1/mod.ts", Resolution("external", package="deno.land/x/oak")),
    ("virtual:pwa", Resolution("unknown")),
    ("$app/stores", Resolution("external", package="@sveltejs/kit")),
    ("", Resolution("unknown")),
]


@pytest.mark.parametrize(("target", "answer"), OUTSIDE)
def test_what_lies_outside_is_named_as_the_registry_names_it(target, answer):
    assert resolve({}, "x.ts", target) == answer


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"compilerOptions": 1, "extends": "./tsconfig.json", "references": {}}',
        b"[" * 100_000,
        b'{"exports": {"*": [[["*"]]]}}',
    ],
)
def test_broken_configuration_configures_nothing(content):
    files = {"tsconfig.json": content, "package.json": content, "deno.json": content, "vite.config.ts": content}
    assert resolve(files, "x.ts", "a") == Resolution("external", package="a")
