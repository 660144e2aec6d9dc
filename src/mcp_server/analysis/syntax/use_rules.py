"""The rules under which extractors report what a file uses: variables, ports, routes, commands.

Dangerous calls are findings; their rules stand in `findings/catalog`. `analysis/rules` shows all of them.
"""

MOUNTED = "mounted.router"
"""A router of another file hangs here: `value` is the prefix, `detail` the framework and the module that is imported.
`mounted_routes` puts the prefix before the other file's routes; it is never shown."""

HOLE = "\N{HORIZONTAL ELLIPSIS}"
"""Stands around what a prefix takes from elsewhere: `…settings.API…/users`."""

_ROUTES = {
    "akka-http": "a path directive of Akka or Pekko HTTP",
    "aspnet": "a route attribute or `Map…` call of ASP.NET Core",
    "call": "a call that binds a path to a view, as Django, aiohttp, Starlette and Flask have",
    "decorator": "a decorator that binds a path, as Flask, FastAPI, Sanic and Litestar have",
    "django": "an entry of Django's `urlpatterns`",
    "http4s": "a request pattern of http4s",
    "jaxrs": "a `@Path` of Jakarta REST",
    "ktor": "a routing call of Ktor",
    "lapis": "a route of Lapis",
    "laravel": "a `Route::` call of Laravel",
    "nest": "a controller's decorator of NestJS",
    "net-http": "a handler that is bound to a path in Go's net/http",
    "phoenix": "a route macro of Phoenix",
    "plug": "a route macro of Plug",
    "rails": "a route of config/routes of Rails",
    "sinatra": "a route block of Sinatra",
    "slim": "a route of Slim",
    "spring": "a mapping annotation of Spring",
    "symfony": "a route attribute of Symfony",
    "vapor": "a route of Vapor",
}
_ROUTERS = (
    "actix",
    "axum",
    "chi",
    "echo",
    "elysia",
    "express",
    "fastify",
    "fiber",
    "find-my-way",
    "fresh",
    "gin",
    "gorilla-mux",
    "h3",
    "hapi",
    "hono",
    "httprouter",
    "itty-router",
    "koa",
    "oak",
    "polka",
    "restify",
    "rocket",
    "warp",
)  # fmt: skip - a list of names reads as one
_COMMANDS = (
    "argparse",
    "cac",
    "caporal",
    "citty",
    "clap",
    "click",
    "cliffy",
    "clikt",
    "cobra",
    "commander",
    "laravel",
    "mercenary",
    "mix",
    "neovim",
    "picocli",
    "rake",
    "sade",
    "spectre",
    "swift-argument-parser",
    "symfony-console",
    "system-commandline",
    "thor",
    "urfave-cli",
    "vorpal",
    "yargs",
)  # fmt: skip - a list of names reads as one

RULES: dict[str, str] = {
    "env.read": "the code reads an environment variable by a literal name",
    "port.listen": "a literal number where the code listens on a port",
    **{f"route.{name}": text for name, text in _ROUTES.items()},
    **{f"route.{name}": f"a literal path in a routing call of {name}" for name in _ROUTERS},
    **{f"command.{name}": f"a command that is declared with {name}" for name in _COMMANDS},
}
