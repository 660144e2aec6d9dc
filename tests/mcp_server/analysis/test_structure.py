"""Variables, ports, routes, commands and the published API of a repository."""

import pytest

from plumbrule.mcp_server.analysis.structure import structure_of

from .deep_input import deep_of, facts

USES = facts(
    raw_uses=[
        ["env", "TOKEN", 3, "env.read", "hunter2"],
        ["env", "TOKEN", 9, "env.read", ""],
        ["env", "PORT", 4, "env.read", "8000"],
        ["env", "REQUEST_METHOD", 4, "env.read", ""],
        ["env", "wsgi.errors", 4, "env.read", ""],
        ["port", "8080", 5, "port.listen", ""],
        ["port", "99999", 6, "port.listen", ""],
        ["route", "/users/{id}", 7, "route.fastapi", "GET"],
        ["route", "/users/{id}", 8, "route.fastapi", "GET"],
        ["command", "run", 9, "command.click", ""],
    ]
)


def test_uses_of_the_projects_own_code_are_told_once_with_their_first_place() -> None:
    files = {"src/app.py": "", "tests/test_app.py": "", "examples/demo.py": "", "vendor/lib.py": ""}
    told = structure_of(deep_of(files, dict.fromkeys(files, USES)))
    assert [(one.name, one.evidence.at, one.places, one.default) for one in told.environment] == [
        ("PORT", "src/app.py:4", 1, "8000"),
        ("TOKEN", "src/app.py:3", 2, None),  # what stands behind a secret's name is never repeated
    ]
    assert [(one.number, one.evidence.at) for one in told.ports] == [(8080, "src/app.py:5")]
    assert [(one.path, one.method, one.evidence.at) for one in told.routes] == [("/users/{id}", "GET", "src/app.py:7")]
    assert [(one.name, one.evidence.rule) for one in told.cli_commands] == [("run", "command.click")]


def test_containers_and_examples_of_environment_files_add_ports_and_names() -> None:
    files = {
        "Dockerfile": "FROM a\nEXPOSE 3000 9090/udp\n",
        "compose.yaml": (
            "services:\n  web:\n    build: .\n    ports:\n      - 80:5000\n"
            "      - target: 5001\n      - ${P:-1}:${Q:-5002}\n"
            "  db:\n    image: postgres\n    ports: ['5432:5432']\n"
        ),
        "k8s/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  - containerPort: 7000\n",
        ".env.example": "export HOST=localhost # here\nAPI_KEY=abc\n# NOT=this\n",
        "tests/.env.example": "OTHER=1\n",
    }
    told = structure_of(deep_of(files))
    assert [(one.number, one.evidence.at) for one in told.ports] == [
        (3000, "Dockerfile:2"),
        (5000, "compose.yaml:5"),
        (5001, "compose.yaml:6"),
        (5002, "compose.yaml:7"),
        (7000, "k8s/web.yaml:4"),
        (9090, "Dockerfile:2"),
    ]
    assert [(one.name, one.default, one.evidence.at) for one in told.environment] == [
        ("API_KEY", None, ".env.example:2"),
        ("HOST", "localhost", ".env.example:1"),
    ]


@pytest.mark.parametrize(
    ("package", "path", "expected"),
    [
        ("next", "app/(shop)/items/[id]/page.tsx", ("/items/:id", "GET")),
        ("next", "src/app/api/items/route.ts", ("/api/items", None)),
        ("next", "pages/docs/[...rest].js", ("/docs/*rest", "GET")),
        ("next", "pages/index.tsx", ("/", "GET")),
        ("next", "pages/_app.tsx", None),
        ("next", "components/page.tsx", None),
        ("@sveltejs/kit", "src/routes/blog/[slug=word]/+page.svelte", ("/blog/:slug", "GET")),
        ("@sveltejs/kit", "src/routes/+server.ts", ("/", None)),
        ("nuxt", "pages/users/[id].vue", ("/users/:id", "GET")),
        ("nuxt", "server/api/items.post.ts", ("/api/items", "POST")),
        ("astro", "src/pages/about.astro", ("/about", "GET")),
        ("express", "pages/index.tsx", None),
        ("next", "app/@modal/(.)photo/[id]/page.tsx", None),
        ("next", "app/@team/members/page.tsx", ("/members", "GET")),
        ("next", "app/_lib/page.tsx", None),
        ("nuxt", "app/pages/[[server]]/@[account]/index/following.vue", ("/:server/@:account/following", "GET")),
        ("nuxt", "server/utils/items.ts", None),
        ("@remix-run/react", "app/routes/users.$id_.edit.tsx", ("/users/:id/edit", None)),
        ("@remix-run/react", "app/routes/_auth.login/route.tsx", ("/login", None)),
        ("@remix-run/react", "app/routes/files.$.ts", ("/files/*", None)),
        ("@remix-run/react", "app/routes/_index.tsx", ("/", None)),
        ("@remix-run/react", "app/routes/sitemap[.]xml.ts", ("/sitemap.xml", None)),
        ("@solidjs/start", "src/routes/users/[id].tsx", ("/users/:id", "GET")),
        ("nitropack", "routes/hello.get.ts", ("/hello", "GET")),
        ("astro", "src/pages/_draft/a.astro", None),
    ],
)
def test_files_are_routes_where_the_framework_says_so(
    package: str, path: str, expected: tuple[str, str] | None
) -> None:
    files = {"web/package.json": f'{{"name": "web", "dependencies": {{"{package}": "1"}}}}', f"web/{path}": ""}
    told = structure_of(deep_of(files)).routes
    assert [(one.path, one.method) for one in told] == ([expected] if expected else [])


def test_routes_of_a_file_that_is_mounted_have_the_prefix_of_its_place() -> None:  # S-32
    files = {"app.ts": "", "routes/index.ts": "", "routes/users.ts": "", "lone.ts": ""}
    told = structure_of(
        deep_of(
            files,
            {
                "app.ts": facts(raw_uses=[["route", "/api", 3, "mounted.router", "express ./routes"]]),
                "routes/index.ts": facts(
                    raw_uses=[
                        ["route", "/users", 4, "mounted.router", "express ./users.js"],
                        ["route", "/x", 5, "mounted.router", "express ../outside/of/the/../../../../tree"],
                        ["route", "/ping", 6, "route.express", "GET"],
                    ]
                ),
                "routes/users.ts": facts(
                    raw_uses=[
                        ["route", "/", 1, "route.express", "GET"],
                        ["route", "/:id", 2, "route.express", "GET"],
                        ["route", "/ring", 3, "mounted.router", "express ./index"],
                    ]
                ),
                "lone.ts": facts(raw_uses=[["route", "/lone", 1, "route.express", "GET"]]),
            },
        )
    ).routes
    assert {one.evidence.at: one.path for one in told}["lone.ts:1"] == "/lone"
    assert all("mounted" not in one.evidence.rule for one in told)
    assert "/users" in {one.evidence.at: one.path for one in told}["routes/users.ts:1"]


@pytest.mark.parametrize(("mounts", "path"), [(["/api", "/users"], "/api/users/:id"), (["", "/users/"], "/users/:id")])
def test_prefixes_of_mounts_are_joined_from_the_outside_in(mounts: list[str], path: str) -> None:  # S-32
    files = {"app.js": "", "routes/index.js": "", "routes/users.js": ""}
    told = structure_of(
        deep_of(
            files,
            {
                "app.js": facts(raw_uses=[["route", mounts[0], 3, "mounted.router", "express ./routes"]]),
                "routes/index.js": facts(raw_uses=[["route", mounts[1], 4, "mounted.router", "express ./users"]]),
                "routes/users.js": facts(raw_uses=[["route", "/:id", 2, "route.express", "GET"]]),
            },
        )
    ).routes
    assert [(one.path, one.method) for one in told] == [(path, "GET")]


@pytest.mark.parametrize(
    ("package", "path", "exports", "methods"),
    [
        ("next", "app/api/items/route.ts", ["dynamic", "GET", "POST"], ["GET", "POST"]),
        ("@sveltejs/kit", "src/routes/a/+server.ts", ["DELETE"], ["DELETE"]),
        ("@remix-run/react", "app/routes/a.tsx", ["default", "action"], ["GET", "POST"]),
        ("@remix-run/react", "app/routes/a.ts", ["action"], ["POST"]),
        ("next", "pages/api/a.ts", ["default"], [None]),
    ],
)
def test_a_file_of_handlers_answers_the_methods_that_it_exports(
    package: str, path: str, exports: list[str], methods: list[str | None]
) -> None:
    files = {"package.json": f'{{"name": "web", "dependencies": {{"{package}": "1"}}}}', path: ""}
    told = structure_of(deep_of(files, {path: facts(exports=exports)})).routes
    assert [one.method for one in told] == methods


def test_autoloaded_files_hang_under_their_folders() -> None:
    files = {"src/app.ts": "", "src/routes/users/_id/index.ts": "", "src/routes/root.ts": "", "src/plugins/a.ts": ""}
    route = ["route", "/x", 1, "route.fastify", "GET"]
    known = {path: facts(raw_uses=[route]) for path in files}
    known["src/app.ts"] = facts(raw_uses=[["route", "/v1", 3, "mounted.router", "fastify ./routes/"]])
    told = structure_of(deep_of(files, known)).routes
    assert [one.path for one in told] == ["/v1/users/:id/x", "/v1/x", "/x"]


def test_files_of_an_oclif_command_line_are_its_commands() -> None:
    raw = '{"name": "c", "dependencies": {"@oclif/core": "4"}, "oclif": {"commands": "./dist/commands"}}'
    files = {"package.json": raw, "src/commands/user/add.ts": "", "src/commands/user/index.ts": "", "src/a.ts": ""}
    told = structure_of(deep_of(files, {path: facts() for path in files if path.endswith(".ts")})).cli_commands
    assert [one.name for one in told] == ["user", "user:add"]


def _definition(kind: str, name: str, line: int = 1, **more: str) -> dict[str, object]:
    return {"kind": kind, "name": name, "line": line, "end_line": line, "signature": name, **more}


def test_python_publishes_all_or_public_names_of_public_modules() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "p"\n',
        "p/__init__.py": "",
        "p/core.py": "",
        "p/_hid.py": "",
        "setup.py": "",
    }
    hidden = facts(symbols=[_definition("function", "hidden")])
    known = {
        "p/__init__.py": facts(exports=["Thing", "make"], symbols=[_definition("function", "make", 4)]),
        "p/core.py": facts(
            symbols=[
                _definition("class", "Thing"),
                _definition("method", "Thing.go"),
                _definition("function", "_own", visibility="private"),
                _definition("constant", "LIMIT"),
            ],
        ),
        "p/_hid.py": hidden,
        "setup.py": hidden,
        "p/use.py": facts(raw_imports=[["p.core", 1, "from", ["Thing"], []]]),
    }
    (api,) = structure_of(deep_of(files | {"p/use.py": ""}, known)).api
    assert (api.component, api.names, api.functions, api.others) == (".", ("Thing", "make", "LIMIT"), 1, 2)


def test_what_a_package_passes_on_keeps_its_kind() -> None:
    files = {"pyproject.toml": '[project]\nname = "p"\n', "p/__init__.py": "", "p/_api.py": "", "p/_all.py": ""}
    known = {
        "p/__init__.py": facts(
            exports=["Client", "get", "gone"],
            raw_imports=[["._all", 1, "from", ["*"], []], ["p._api", 2, "from", ["get"], []]],
        ),
        "p/_all.py": facts(raw_imports=[["._api", 1, "from", ["Client"], []]]),
        "p/_api.py": facts(symbols=[_definition("class", "Client"), _definition("function", "get")]),
    }
    (api,) = structure_of(deep_of(files, known)).api
    assert (api.names, api.classes, api.functions, api.others) == (("Client", "get", "gone"), 1, 1, 1)


def test_a_command_has_the_name_under_which_it_is_installed() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "p"\n[project.scripts]\npea = "p:main"\n',
        "p/_main.py": "",
        "q.py": "",
    }
    uses = facts(raw_uses=[["command", "main", 9, "command.click", ""], ["command", "init", 19, "command.click", ""]])
    told = structure_of(deep_of(files, {"p/_main.py": uses, "q.py": uses}))
    assert [(one.name, one.evidence.at) for one in told.cli_commands] == [
        ("init", "p/_main.py:19"),
        ("main", "q.py:9"),
        ("pea", "p/_main.py:9"),
    ]


def test_the_entry_is_what_the_package_names_where_that_is_a_source() -> None:
    files = {"package.json": '{"name": "p", "main": "./p.js"}', "p.js": "", "lib/inner.js": ""}
    known = {
        "p.js": facts(exports=["open"], symbols=[_definition("function", "open")]),
        "lib/inner.js": facts(exports=["inner"], symbols=[_definition("function", "inner")]),
    }
    (api,) = structure_of(deep_of(files, known)).api
    assert api.names == ("open",)


def test_an_entry_module_publishes_what_it_exports_and_re_exports() -> None:
    files = {"package.json": '{"name": "p"}', "src/index.ts": "", "src/a.ts": "", "src/b.ts": "", "src/inner.ts": ""}
    known = {
        "src/index.ts": facts(
            exports=["top", "picked"],
            symbols=[_definition("function", "top"), _definition("function", "own")],
            raw_imports=[["./a", 1, "export", ["*"], []], ["./b.js", 2, "export", ["picked"], []]],
        ),
        "src/a.ts": facts(exports=["Alpha"], symbols=[_definition("class", "Alpha"), _definition("class", "Inner")]),
        "src/b.ts": facts(
            exports=["picked", "other"], symbols=[_definition("function", "picked"), _definition("function", "other")]
        ),
        "src/inner.ts": facts(exports=["inner"], symbols=[_definition("function", "inner")]),
    }
    (api,) = structure_of(deep_of(files, known)).api
    assert (sorted(api.names), api.classes, api.functions, api.others) == (["Alpha", "picked", "top"], 1, 2, 0)


def test_go_publishes_nothing_of_programs_and_internal_packages() -> None:
    package = [["lib", 1, "package", [], []]]
    symbols = [_definition("function", "Open"), _definition("function", "close", visibility="private")]
    files = {"go.mod": "module x\n", "lib.go": "", "internal/i.go": "", "tool/tool.go": ""}
    known = {
        "lib.go": facts(symbols=symbols, raw_imports=package),
        "internal/i.go": facts(symbols=symbols, raw_imports=package),
        "tool/tool.go": facts(symbols=[_definition("function", "Run")], raw_imports=[["main", 1, "package", [], []]]),
    }
    (api,) = structure_of(deep_of(files, known)).api
    assert (api.names, api.functions) == (("Open",), 1)


@pytest.mark.parametrize(
    ("path", "symbols", "expected"),
    [
        (
            "lib/p.rb",
            [
                _definition("module", "P"),
                _definition("class", "P.Server"),
                _definition("method", "P.Server.start"),
                _definition("module", "P.Tool"),
                _definition("method", "P.Tool.run"),
                _definition("method", "helper"),
            ],
            ("P.Server", "P.Tool", "P.Tool.run"),
        ),
        (
            "lib/p.ex",
            [
                _definition("module", "P.Schema"),
                _definition("function", "P.Schema.run/1"),
                _definition("type", "P.Schema.t"),
            ],
            ("P.Schema", "P.Schema.run/1"),
        ),
        (
            "include/p.h",
            [
                _definition("namespace", "p"),
                _definition("namespace", "p.internal"),
                _definition("class", "p.internal.Hidden"),
                _definition("function", "p.open"),
                _definition("class", "p.Door"),
                _definition("method", "p.Door.knock"),
            ],
            ("p.Door", "p.open"),
        ),
    ],
)
def test_what_stands_in_a_namespace_is_published_under_its_full_name(
    path: str, symbols: list[dict[str, object]], expected: tuple[str, ...]
) -> None:
    beside = {"lib/p.rb": "Rakefile", "include/p.h": "src/inner.h"}.get(path, "lib/mix/empty.ex")
    known = {
        path: facts(symbols=symbols),
        beside: facts(symbols=[_definition("class", "Hidden")] * (".ex" not in path)),
    }
    (api,) = structure_of(deep_of(dict.fromkeys(known, ""), known)).api
    assert api.names == expected


def test_a_service_at_the_root_publishes_no_names() -> None:
    build = "plugins { id 'org.springframework.boot' version '3.2.0' }\ndependencies {\n"
    build += "  implementation 'org.springframework.boot:spring-boot-starter-web'\n}\n"
    files = {"build.gradle": build, "src/main/java/a/App.java": ""}
    known = {"src/main/java/a/App.java": facts(symbols=[_definition("class", "App")])}
    assert structure_of(deep_of(files, known)).api == ()
    assert structure_of(deep_of({**files, "build.gradle": "apply plugin: 'java'\n"}, known)).api != ()


def test_configuration_says_which_routes_and_ports_are_served() -> None:  # S-31
    told = structure_of(
        deep_of(
            {
                "web/conf/routes": (
                    "# GET /no x.y\nGET  /  controllers.Home.index()\n+ nocsrf\n"
                    'POST /items/:id  controllers.Home.item(id: Long, q ?= "")\n-> /admin admin.Routes\n'
                ),
                "web/conf/admin.routes": "GET / controllers.Admin.index\nGET /x/$id<[0-9]+> @controllers.Admin.x(id)\n",
                "a/src/main/resources/application.yml": (
                    "server:\n  # port: 1\n  port: ${PORT:9090}\nspring:\n  datasource:\n    port: 2\n"
                    "    password: ${DB_PASSWORD:hunter2}\nmanagement:\n  server:\n    port: 9091 # why\n"
                ),
                "b/src/main/resources/application-dev.properties": "server.port=7070\n%dev.quarkus.http.port = 7071\n",
                "c/src/main/resources/application.conf": (
                    "ktor {\n  deployment {\n    port = 8181\n    port = ${?KPORT}\n  }\n}\n"
                ),
                "d/Properties/launchSettings.json": (
                    '{"iisSettings": {"applicationUrl": "http://localhost:1"},\n"profiles": {"d": {\n'
                    '"applicationUrl": "https://localhost:7001;http://localhost:5001"}}}'
                ),
                "d/appsettings.json": '{"Kestrel": {"Endpoints": {"Http": {"Url": "http://*:5002"}}}}',
                "src/test/resources/application.yml": "server:\n  port: 3\n",
            }
        )
    )
    assert [(one.method, one.path, one.evidence.at) for one in told.routes] == [
        ("GET", "/", "web/conf/routes:2"),
        ("GET", "/admin", "web/conf/admin.routes:1"),
        ("GET", "/admin/x/$id<[0-9]+>", "web/conf/admin.routes:2"),
        ("POST", "/items/:id", "web/conf/routes:4"),
    ]
    assert [(one.number, one.evidence.at.rpartition("/")[2]) for one in told.ports] == [
        (5001, "launchSettings.json:3"),
        (5002, "appsettings.json:1"),
        (7001, "launchSettings.json:3"),
        (7070, "application-dev.properties:1"),
        (7071, "application-dev.properties:2"),
        (8181, "application.conf:3"),
        (9090, "application.yml:3"),
        (9091, "application.yml:10"),
    ]
    assert [(one.name, one.default) for one in told.environment] == [
        ("DB_PASSWORD", None),
        ("KPORT", None),
        ("PORT", "9090"),
    ]


def test_laravel_serves_its_api_file_below_api() -> None:
    one = facts(raw_uses=[["route", "/users", 3, "route.laravel", "GET"], ["route", "/", 4, "route.laravel", "GET"]])
    told = structure_of(
        deep_of({"routes/api.php": "", "routes/web.php": ""}, {"routes/api.php": one, "routes/web.php": one})
    )
    assert [route.path for route in told.routes] == ["/", "/api", "/api/users", "/users"]
