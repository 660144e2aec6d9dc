"""What routers of Rails, Sinatra, Laravel, Slim, Symfony, Phoenix and Plug declare, as the frameworks list it.

Each case is the text of a router and every `VERB path` that it serves; a route for all verbs stands as `*`.
"""

from importlib import import_module

import pytest

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")

SEVEN = (
    "GET {0} | POST {0} | GET {0}/new | GET {0}/:id | GET {0}/:id/edit | PATCH {0}/:id | PUT {0}/:id | DELETE {0}/:id"
)
RAILS = "Rails.application.routes.draw do\n{}\nend\n"
LARAVEL = "<?php\nuse Illuminate\\Support\\Facades\\Route;\n{}\n"
SYMFONY = "<?php\nuse Symfony\\Component\\Routing\\Attribute\\Route;\n{}\n"
PHOENIX = "defmodule W.Router do\n  use W, :router\n{}\nend\n"

CASES = [
    ("ruby", RAILS.format("resources :books"), SEVEN.format("/books")),
    ("ruby", RAILS.format("resources :books, only: :index"), "GET /books"),
    ("ruby", RAILS.format("resources :a, only: %i[show]\nresources :b, :c, only: []"), "GET /a/:id"),
    ("ruby", RAILS.format("resource :profile, only: [:show, :update]"), "GET /profile | PATCH /profile | PUT /profile"),
    (
        "ruby",
        RAILS.format("resources :p, path: 'q', param: :slug, only: 'show' do\n get 'x'\n end"),
        "GET /q/:slug | GET /q/:p_slug/x",
    ),
    (
        "ruby",
        RAILS.format(
            "resources :categories, only: [] do\n resources :boxes, only: [:index, :show], shallow: true\n end"
        ),
        "GET /categories/:category_id/boxes | GET /boxes/:id",
    ),
    (
        "ruby",
        RAILS.format(
            "concern :noted do\n resources :notes, only: :index\n member do\n post :mark\n end\n end\n"
            "resources :people, only: [], concerns: :noted\nresources :men, only: [] do\n concerns :noted\n end"
        ),
        "GET /people/:person_id/notes | POST /people/:id/mark | GET /men/:man_id/notes | POST /men/:id/mark",
    ),
    (
        "ruby",
        RAILS.format("scope :admin do\n get 'x'\n end\nscope module: :v1 do\n get 'y'\n end"),
        "GET /admin/x | GET /y",
    ),
    (
        "ruby",
        RAILS.format("namespace :api, path: 'v1' do\n match 'x', via: [:get, :post]\n end"),
        "GET /v1/x | POST /v1/x",
    ),
    (
        "ruby",
        RAILS.format("match 'x', to: 'a#b', via: :all\nmount Foo => '/foo'\nget '/a' => 'b#c'"),
        "* /x | * /foo | GET /a",
    ),
    ("ruby", "namespace :api do\n  resources :tags, only: :index\nend\n", "GET /api/tags"),
    ("ruby", "class A\n  namespace :api do\n    resources :tags\n  end\nend\n", ""),
    (
        "ruby",
        "require 'sinatra'\nget %r{/a/(.+)} do\nend\nget ['/b', '/c'] do\nend\nlink('/d') { }\nget '/no'\n",
        "GET %r{/a/(.+)} | GET /b | GET /c | LINK /d",
    ),
    ("php", LARAVEL.format("Route::prefix('a')->get('b', 'C@d');"), "GET /a/b"),
    (
        "php",
        LARAVEL.format("Route::resource('photo-albums', A::class)->only(['index', 'show']);"),
        "GET /photo-albums | GET /photo-albums/{photo_album}",
    ),
    (
        "php",
        LARAVEL.format("Route::apiResource('photos.comments', A::class)->except('destroy');"),
        (
            "GET /photos/{photo}/comments | POST /photos/{photo}/comments | GET /photos/{photo}/comments/{comment}"
            " | PUT /photos/{photo}/comments/{comment} | PATCH /photos/{photo}/comments/{comment}"
        ),
    ),
    ("php", LARAVEL.format("Route::resources(['a' => A::class], ['only' => ['store']]);"), "POST /a"),
    ("php", LARAVEL.format("Route::view('/v', 'v');\nRoute::redirect('/h', '/t');"), "GET /v | * /h"),
    ("php", LARAVEL.format("Route::singleton('me', A::class);"), "GET /me | GET /me/edit | PUT /me | PATCH /me"),
    (
        "php",
        (
            "<?php\nuse Slim\\App;\nreturn function (App $web) {\n"
            " $web->group('/u', function (RouteCollectorProxy $g) {\n"
            " $g->any('/x', X::class);\n $g->map(['GET', 'PUT'], '', 'f');\n });\n};\n"
        ),
        "* /u/x | GET /u | PUT /u",
    ),
    (
        "php",
        SYMFONY.format(
            "#[Route('/blog')]\nclass B {\n #[Route('/', methods: 'GET')]\n function i() {}\n"
            " #[Route(path: ['en' => '/about', 'nl' => '/over'])]\n function a() {}\n}"
        ),
        "GET /blog/ | * /blog/about | * /blog/over",
    ),
    ("php", SYMFONY.format("#[Route('/do', methods: ['POST'])]\nclass D { function __invoke() {} }"), "POST /do"),
    (
        "php",
        (
            '<?php\n/** @Route("/old") */\nclass O {\n'
            ' /**\n  * @Route("/x/{id}", methods={"GET","POST"})\n  */\n function x() {}\n}\n'
        ),
        "GET /old/x/{id} | POST /old/x/{id}",
    ),
    ("elixir", PHOENIX.format('  resources "/books", BookController'), SEVEN.format("/books")),
    (
        "elixir",
        PHOENIX.format('  resources "/news", StoryController, only: [:show] do\n    get "/x", X, :x\n  end'),
        "GET /news/:id | GET /news/:story_id/x",
    ),
    ("elixir", PHOENIX.format('  resources "/me", MeController, singleton: true, only: [:show]'), "GET /me"),
    (
        "elixir",
        PHOENIX.format('  scope "/dev" do\n    live_dashboard "/dash"\n    match :*, "/a", A, :b\n  end'),
        "GET /dev/dash | * /dev/a",
    ),
    (
        "elixir",
        'defmodule R do\n  use Plug.Router\n  match "/m", via: [:get, :put] do\n    1\n  end\nend\n',
        "GET /m | PUT /m",
    ),
]


# S-33
@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_a_router_gives_every_path_with_its_verb(language: str, text: str, expected: str) -> None:
    raw = text.encode()
    extract = import_module(f"plumbrule.mcp_server.analysis.syntax.extractors.{language}").extract
    found = extract(raw, semble_grammars.get_parser(language).parse(raw))
    routes = sorted(f"{one.detail or '*'} {one.value}" for one in found.uses if one.kind == "route")
    assert routes == sorted(one for one in expected.split(" | ") if one)
