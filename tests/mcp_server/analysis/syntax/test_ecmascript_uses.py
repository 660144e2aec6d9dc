"""Routes with their prefixes, ports, commands and environment variables of JavaScript and TypeScript."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript

semble_grammars = pytest.importorskip("semble_grammars")


def used(source: str, kind: str) -> list[tuple[str, str]]:
    raw = source.encode()
    found = ecmascript.extract(raw, semble_grammars.get_parser("typescript").parse(raw)).uses
    return [(one.detail, one.value) for one in found if one.kind == kind and one.rule != "mounted.router"]


EXPRESS = "const express = require('express'); const app = express(); const router = express.Router();\n"
FASTIFY = "import Fastify from 'fastify'; const app = Fastify();\n"
HONO = "import { Hono } from 'hono'; const app = new Hono();\n"
KOA = "const Router = require('@koa/router');\n"
NEST = "import { Controller, Get } from '@nestjs/common';\n"

ROUTES = [
    (EXPRESS + "router.get('/:id', h); app.use('/api', auth, router)", [("GET", "/api/:id")]),
    (
        EXPRESS + "const sub = express.Router(); sub.put('/', h); router.use('/b', sub); app.use('/a/', router)",
        [("PUT", "/a/b")],
    ),
    (EXPRESS + "router.route('/books').get(list).post(auth, create)", [("GET", "/books"), ("POST", "/books")]),
    (
        EXPRESS + "const api = Router().use(a).get('/x', h); module.exports = Router().use('/api', api)",
        [("GET", "/api/x")],
    ),
    (
        EXPRESS
        + "const all = [{ path: '/a', r: router }]; all.forEach((o) => app.use(o.path, o.r)); router.get('/b', h)",
        [("GET", "/a/b")],
    ),
    (EXPRESS + "app.get(['/x', '/y'], h)", [("GET", "/x"), ("GET", "/y")]),
    (EXPRESS + "app.get(`/t`, h); app.get(`/u/${v}`, h); app.get(/re$/, h); app.get('/alone')", [("GET", "/t")]),
    ("export default (app) => { app.post('/a', (req, res) => {}) }; axios.get('/b', () => {})", [("POST", "/a")]),
    (
        FASTIFY + "app.route({ schema: { a: { b: 1 } }, method: ['GET', 'PUT'], url: '/m' })",
        [("GET", "/m"), ("PUT", "/m")],
    ),
    (FASTIFY + "app.register(async (inner) => { inner.get('/i', h) }, { prefix: '/p' })", [("GET", "/p/i")]),
    (
        FASTIFY + "app.register(routes, { prefix: '/v1' }); function routes(api) { api.get('/r', h) }",
        [("GET", "/v1/r")],
    ),
    ("module.exports = async function (fastify) { fastify.get('/root', h) }", [("GET", "/root")]),
    (HONO + "const api = app.basePath('/v1'); api.get('/a', h).post('/b', h)", [("GET", "/v1/a"), ("POST", "/v1/b")]),
    (HONO + "const book = new Hono(); book.get('/:id', h); app.route('/book', book)", [("GET", "/book/:id")]),
    (HONO + "app.on(['PUT', 'DELETE'], '/post', h)", [("DELETE", "/post"), ("PUT", "/post")]),
    (
        KOA + "const r = new Router({ prefix: '/api' }); r.get('named', '/u', h).del('/x', h)",
        [("DELETE", "/api/x"), ("GET", "/api/u")],
    ),
    (
        NEST + "@Controller(['x', 'y']) class A { @Get(['a', 'b']) m() {} }",
        [("GET", f"/{a}/{b}") for a in "xy" for b in "ab"],
    ),
    (
        NEST + "@Controller({ path: 'dogs', version: '1' }) class A { @Get() m() {} @Get(PATH) n() {} }",
        [("GET", "/dogs")],
    ),
]


@pytest.mark.parametrize(("source", "routes"), ROUTES)
def test_routes_have_the_prefixes_of_their_routers(source, routes):  # S-32
    assert sorted(used(source, "route")) == sorted(routes)


@pytest.mark.parametrize(
    ("source", "ports"),
    [
        ("const port = parseInt(process.env.PORT || '3000', 10); app.listen(port, '0.0.0.0')", ["3000"]),
        ("const D = 3003; const port = process.env.PORT ?? D; server.listen({ host, port })", ["3003"]),
        ("app.listen({ port: Number(process.env.PORT) || 3001 })", ["3001"]),
        ("http.createServer(app).listen(+process.env.PORT || 8081)", ["8081"]),
        ("Bun.serve({ port: 3000, fetch() {} }); Deno.serve({ port: 8000 }, h)", ["3000", "8000"]),
        ("new WebSocketServer({ port: 8085 }); serve({ fetch: app.fetch, port: 3002 })", ["3002", "8085"]),
        ("export default { port: 8787, fetch: app.fetch }", ["8787"]),
        ("app.listen(config.port); emitter.listen('event'); x.listen(99999); export default { port: 1234 }", []),
    ],
)
def test_ports_are_what_servers_listen_on_or_fall_back_to(source, ports):  # S-32
    assert sorted(value for _, value in used(source, "port")) == ports


@pytest.mark.parametrize(
    ("source", "commands"),
    [
        (
            (
                "import { Command } from 'commander'; const p = new Command('a');"
                "p.addCommand(new Command('run')); p.parse()"
            ),
            ["run"],
        ),
        (
            "import yargs from 'yargs'; yargs(a).command({ command: 'obj <x>', handler }).command(['list', 'ls'], 'l')",
            ["list", "obj"],
        ),
        ("exports.command = 'serve [port]'; exports.builder = {}; exports.handler = (argv) => {}", ["serve"]),
        ("import { defineCommand } from 'citty'; export default defineCommand({ meta: { name: 'dev' } })", ["dev"]),
        (
            "import cac from 'cac'; const cli = cac('x'); cli.command('[root]', 'y'); cli.command('build [root]')",
            ["build"],
        ),
        ("editor.command('bold')", []),
    ],
)
def test_commands_are_those_of_their_frameworks(source, commands):  # S-32
    assert sorted(value for _, value in used(source, "command")) == commands


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("const env = process.env; env.HOST; env.lower; const { PORT } = env; other.env.NO", ["HOST", "PORT"]),
        ("process.env[`A`]; 'B' in process.env; delete process.env.C; delete process.env['D']", ["A", "B"]),
        ("const s = z.object({ J: z.string(), K: z.coerce.number().default(3) }); s.parse(process.env)", ["J", "3K"]),
        ("z.object({ L: z.string().url() }).safeParse(process.env); z.object({ M: z.string() }).parse(body)", ["L"]),
        ("cleanEnv(process.env, { N: str(), O: port({ default: 3000 }) })", ["N", "3000O"]),
        ("createEnv({ server: { P: z.string() }, client: { Q: z.string() }, runtimeEnv: process.env })", ["P", "Q"]),
        ("import { API_KEY, OTHER as o } from '$env/static/private'; env.NO", ["API_KEY", "OTHER"]),
        ("constructor(private c: ConfigService) {}; this.configService.get<string>('DB_URL'); m.get('X')", ["DB_URL"]),
        ("import * as env from 'env-var'; env.get('PORT').required().asPortNumber()", ["PORT"]),
        ("import convict from 'convict'; convict({ a: { b: { format: 'port', env: 'B_PORT' } } })", ["B_PORT"]),
        ("const env = loadEnv(mode, process.cwd(), ''); env.VITE_X", ["VITE_X"]),
    ],
)
def test_variables_are_read_under_other_names_and_through_schemas(source, names):  # S-32
    assert sorted(default + name for default, name in used(source, "env")) == sorted(names)


@pytest.mark.parametrize(
    "source",
    [
        HONO + "app" + ".get('/a', h)" * 20_000,
        EXPRESS + "app.use('/a', b);" * 20_000,
        FASTIFY + "app.register(r, {prefix: '/a'});" * 20_000,
        "const env = process.env;" * 20_000,
        "z.parse(process.env);" * 20_000,
        "import 'yargs';" + "x.command(a);" * 20_000,
    ],
)
def test_long_files_are_read_in_proportion_to_their_length(source):
    raw = source.encode()
    ecmascript.extract(raw, semble_grammars.get_parser("javascript").parse(raw))
