# ruff: noqa: E501 - because the lines of the small files below are read best as they are
"""The whole paths of Python's routes: what the extractor reads of each file, joined over the files."""

import pytest
from semble_grammars import get_parser  # pyright: ignore[reportMissingTypeStubs]  # it ships none

from plumbrule.mcp_server.analysis.structure import structure_of
from plumbrule.mcp_server.analysis.syntax.extractors.python import extract
from plumbrule.mcp_server.analysis.syntax.facts import Index

from .deep_input import deep_of, facts


def told(files: dict[str, str]) -> list[str]:
    """Method and path of each route of these files."""
    known: dict[str, tuple[Index, bytes]] = {}
    for path, text in files.items():
        if path.endswith(".py"):
            found = extract(text.encode(), get_parser("python").parse(text.encode()))
            rows = [one._asdict() for one in found.symbols]
            uses, imports = [list(one) for one in found.uses], [list(one) for one in found.imports]
            known[path] = facts(symbols=rows, raw_uses=uses, raw_imports=imports)
    return [f"{one.method or '*'} {one.path}" for one in structure_of(deep_of(files, known)).routes]


FASTAPI = {
    "app/__init__.py": "",
    "app/main.py": (
        "from fastapi import FastAPI\nfrom app.api import api_router\nfrom app.core import settings\n"
        "from .pages import router as pages_router\n"
        "app = FastAPI()\napp.include_router(api_router, prefix=settings.API)\n"
        "app.include_router(pages_router)\napp.include_router(pages_router, prefix='/again')\n"
        "app.include_router(made(), prefix=computed())\n"
    ),
    "app/core.py": 'class Settings:\n    API: str = "/api/v1"\nsettings = Settings()\n',
    "app/api/__init__.py": (
        'from fastapi import APIRouter\nfrom . import users, items\nAREA = "/area"\napi_router = APIRouter(prefix="/{tenant}")\n'
        'api_router.include_router(users.router, prefix="/users")\napi_router.include_router(items.admin, prefix=AREA)\n'
        'api_router.include_router(items.public, prefix=f"{AREA}/open")\n'
    ),
    "app/api/users.py": (
        'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("")\ndef a(): ...\n@router.post("/{id}")\ndef b(): ...\n'
    ),
    "app/api/items.py": (
        "from fastapi import APIRouter\nadmin = APIRouter()\npublic = APIRouter()\n"
        '@admin.get("/x")\ndef a(): ...\n@public.get("/y")\ndef b(): ...\n'
    ),
    "app/pages.py": 'from fastapi import APIRouter\nrouter = APIRouter(prefix="/p")\n@router.get("/")\ndef a(): ...\n',
}
DJANGO = {
    "site/urls.py": (
        "from django.urls import include, path, re_path\nfrom rest_framework import routers\nfrom shop import urls as shop_urls\n"
        'router = routers.DefaultRouter()\nrouter.register(r"units", views.UnitSet)\nsub = "deep/"\n'
        'extra = [path("one/", views.one)]\nurlpatterns = [\n    path("", include("blog.urls")),\n'
        '    re_path(r"^api/", include(router.urls)),\n    path("extra/<int:n>/", include(extra)),\n'
        '    path("in/", include([path("a/", views.a), path(sub, include([path("b", views.b)]))])),\n'
        '    path("shop/", include(shop_urls)),\n    path("lost/", include(settings.URLS)),\n]\n'
    ),
    "blog/__init__.py": "",
    "blog/urls.py": 'from django.urls import path\nurlpatterns = [path("", index), path("<slug:s>/", post)]\n',
    "shop/__init__.py": "",
    "shop/urls.py": 'from django.urls import path\nurlpatterns = [path("buy/", buy)]\n',
    "manage.py": "",
}
FLASK = {
    "web/__init__.py": (
        "from flask import Flask\nfrom web import pages\nfrom web.admin import bp as admin_bp\n\n\ndef create_app():\n"
        "    app = Flask(__name__)\n    app.register_blueprint(pages.bp)\n"
        '    app.register_blueprint(admin_bp, url_prefix="/admin")\n    return app\n'
    ),
    "web/pages.py": (
        'from flask import Blueprint\nbp = Blueprint("p", __name__, url_prefix="/p")\n@bp.route("/q", methods=["POST"])\ndef q(): ...\n'
    ),
    "web/admin.py": 'from flask import Blueprint\nbp = Blueprint("a", __name__)\n@bp.get("/")\ndef a(): ...\n',
}
STARLETTE = {
    "main.py": (
        "from starlette.routing import Mount, Route\nfrom parts import routes as part_routes\n"
        'routes = [Route("/", home), Mount("/u", routes=[Route("/{id}", user, methods=["GET"])]),\n'
        '          Mount("/parts", routes=part_routes)]\n'
    ),
    "parts.py": 'from starlette.routing import Route\nroutes = [Route("/x", x)]\n',
}
AIOHTTP = {
    "main.py": (
        'from aiohttp import web\napp = web.Application()\napp.add_routes([web.get("/a", a), web.view("/v", V)])\n'
        'admin = web.Application()\nadmin.router.add_route("POST", "/b", b)\napp.add_subapp("/admin/", admin)\n'
    ),
}
LITESTAR = {
    "main.py": (
        'from litestar import Controller, get\n@get("/")\ndef a(): ...\nclass C(Controller):\n    path = "/c"\n    @get()\n'
        '    def b(self): ...\n    @get("/{id:int}")\n    def d(self): ...\n'
    ),
}
TORNADO = {
    "main.py": (
        'import tornado.web\n# (r"/no", NoHandler)\nApplication([(r"/", MainHandler), url(r"/s/([0-9]+)$", app.StoryHandler)])\n'
    ),
}


@pytest.mark.parametrize(
    ("files", "routes"),
    [
        (
            FASTAPI,
            [
                "GET /again/p/",
                "GET /api/v1/{tenant}/area/open/y",
                "GET /api/v1/{tenant}/area/x",
                "GET /api/v1/{tenant}/users",
                "POST /api/v1/{tenant}/users/{id}",
                "GET /p/",
            ],
        ),
        (
            DJANGO,
            [
                "* /",
                "* /<slug:s>/",
                "* /api/units/",
                "* /extra/<int:n>/one/",
                "* /in/a/",
                "* /in/deep/b",
                "* /shop/buy/",
            ],
        ),
        (FLASK, ["GET /admin/", "POST /p/q"]),
        (STARLETTE, ["* /", "* /parts/x", "GET /u/{id}"]),
        (AIOHTTP, ["GET /a", "POST /admin/b", "* /v"]),
        (LITESTAR, ["GET /", "GET /c", "GET /c/{id:int}"]),
        (TORNADO, ["* /", "* /s/([0-9]+)"]),
    ],
)
def test_routes_of_python_have_the_prefixes_of_all_that_they_hang_in(files: dict[str, str], routes: list[str]) -> None:
    assert told(files) == routes  # S-32


def test_a_prefix_that_nobody_can_know_is_an_ellipsis_and_a_ring_ends() -> None:
    files = {
        "a.py": (
            "from fastapi import APIRouter\nimport b\nrouter = APIRouter()\nrouter.include_router(b.router, prefix=choose())\n"
        ),
        "b.py": (
            "from fastapi import APIRouter\nimport a\nrouter = APIRouter()\n@router.get('/x')\ndef x(): ...\n"
            "router.include_router(a.router, prefix='/r')\n"
        ),
    }
    found = told(files)
    assert found
    assert all(route.endswith("/x") and ("…" in route or "/r" in route) for route in found)
