"""What the Go extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.go import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("go").parse(raw))


FILE = """\
// Copyright.

// Package shop sells.
package shop

import (
	"fmt"
	web "net/http"
	. "strings"
	_ "embed"
)

// Limit is how many.
const Limit = 3

const (
	// A is first.
	A, b = iota, iota
)

var ErrGone, _ = fmt.Errorf("gone"), 1

//go:generate stringer
// Shop is a place.
// It has walls.
type Shop[T any] struct {
	Name, city string `json:"if"`
	fmt.Stringer
}

type (
	// Seller sells.
	Seller interface {
		// Sell sells one.
		Sell(n int) error
		fmt.Stringer
	}
	Price = int64
)

func (s *Shop[T]) Sell(n int) (err error) {
	// if for case && are words here, "if" too
	for i := range n {
		if i > 0 && n < 3 || true {
			switch n {
			case 1, 2:
			default:
			}
		}
	}
	f := func() { if true { web.Get("if") } }
	return helper(f)
}

/*
Helper helps.
*/
func helper(
	f func(),
) error {
	return nil
}
"""


def test_definitions_have_kind_name_lines_visibility_and_the_first_line_of_their_comment() -> None:  # S-33
    found = [(s.kind, s.name, s.line, s.end_line, s.visibility, s.doc) for s in read(FILE).symbols]
    assert found == [
        ("constant", "Limit", 14, 14, "public", "Limit is how many."),
        ("constant", "A", 18, 18, "public", "A is first."),
        ("constant", "b", 18, 18, "private", "A is first."),
        ("variable", "ErrGone", 21, 21, "public", ""),
        ("struct", "Shop", 26, 29, "public", "Shop is a place."),
        ("field", "Shop.Name", 27, 27, "public", ""),
        ("field", "Shop.city", 27, 27, "private", ""),
        ("interface", "Seller", 33, 37, "public", "Seller sells."),
        ("method", "Seller.Sell", 35, 35, "public", "Sell sells one."),
        ("type", "Price", 38, 38, "public", ""),
        ("method", "Shop.Sell", 41, 53, "public", ""),
        ("function", "helper", 58, 62, "private", "Helper helps."),
    ]


def test_signatures_are_one_line_without_the_body() -> None:  # S-33
    signatures = {s.name: s.signature for s in read(FILE).symbols}
    assert signatures["Shop.Sell"] == "func (s *Shop[T]) Sell(n int) (err error)"
    assert signatures["helper"] == "func helper( f func(), ) error"
    assert signatures["Shop"] == "type Shop[T any] struct"
    assert signatures["Limit"] == "const Limit = 3"


def test_complexity_counts_branches_of_code_and_closures_but_no_words_in_comments_or_strings() -> None:
    assert {s.name: s.complexity for s in read(FILE).symbols if s.complexity} == {"Shop.Sell": 7, "helper": 1}


def test_imports_keep_their_names_and_lines() -> None:  # S-33
    found = [(i.target, i.line, i.kind, i.names) for i in read(FILE).imports]
    assert found == [
        ("shop", 4, "package", ()),
        ("fmt", 7, "import", ()),
        ("net/http", 8, "import", ("web",)),
        ("strings", 9, "import", ("*",)),
        ("embed", 10, "import", ()),
    ]


def test_references_are_names_that_are_called_or_selected_and_no_definitions() -> None:
    refs = read(FILE).refs
    assert refs["helper"] == 1
    assert refs["Errorf"] == 1
    assert "Price" not in refs
    assert "if" not in refs


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('import "os"\nvar d = os.Getenv("HOME_URL")', ("env", "HOME_URL", "env.read", "")),
        ('import "os"\nconst Verify = "APP_VERIFY"\nvar d = os.Getenv(Verify)', ("env", "APP_VERIFY", "env.read", "")),
        ('import "os"\nfunc f() { v, ok := os.LookupEnv("X") }', ("env", "X", "env.read", "")),
        ('import "net/http"\nfunc f() { http.ListenAndServe(":8080", nil) }', ("port", "8080", "port.listen", "")),
        (
            'import "net/http"\nvar s = &http.Server{Addr: "0.0.0.0:9000"}',
            ("port", "9000", "port.listen", ""),
        ),
        (
            'import "net/http"\nfunc f() { http.HandleFunc("GET /a/{id}", h) }',
            ("route", "/a/{id}", "route.net-http", "GET"),
        ),
        (
            'import "github.com/gin-gonic/gin"\nfunc f() {\nv := r.Group("/v1")\nv.POST("/a", h) }',
            ("route", "/v1/a", "route.gin", "POST"),
        ),
        (
            'import "github.com/go-chi/chi/v5"\nfunc f() { r.Route("/v1", func(r chi.Router) { r.Get("/a", h) }) }',
            ("route", "/v1/a", "route.chi", "GET"),
        ),
        ('import "github.com/gofiber/fiber/v2"\nfunc f() { app.Get("/", h) }', ("route", "/", "route.fiber", "GET")),
        (
            'import "github.com/spf13/cobra"\nvar c = &cobra.Command{Use: "serve [flags]"}',
            ("command", "serve", "command.cobra", ""),
        ),
        (
            'import "os/exec"\nfunc f(x string) { exec.Command("sh", "-c", x) }',
            ("danger", 'exec.Command("sh", "-c", x)', "danger.shell", ""),
        ),
        (
            'import "crypto/tls"\nvar c = tls.Config{InsecureSkipVerify: true}',
            ("danger", "InsecureSkipVerify: true", "danger.tls-off", ""),
        ),
        (
            'func f() { db.Query("SELECT a FROM b WHERE c = " + x) }',
            ("danger", 'db.Query("SELECT a FROM b WHERE c = " + x)', "danger.sql", ""),
        ),
        (
            'import "crypto/md5"\nfunc f() { md5.Sum([]byte(password)) }',
            ("danger", "md5.Sum([]byte(password))", "danger.weak-hash", ""),
        ),
    ],
)
def test_uses_are_told_with_their_rule(body: str, expected: tuple[str, str, str, str]) -> None:
    found = [(use.kind, use.value, use.rule, use.detail) for use in read(f"package p\n{body}\n").uses]
    assert found == [expected]


@pytest.mark.parametrize(
    "body",
    [
        'import "os/exec"\nfunc f() { exec.Command("sh", "-c", "ls -l") }',
        'import "os/exec"\nfunc f() { exec.Command("git", "-c", x) }',
        "var c = tls.Config{InsecureSkipVerify: false}",
        'func f() { db.Query("SELECT a FROM b WHERE c = ?", x) }',
        '// os.Getenv("A")\nvar s = "os.Getenv(\\"A\\")"',
        'func f() { m.Get("/cache/key", 1) }',
        "func f() { os.Getenv(name) }",
    ],
)
def test_what_a_reviewer_would_call_noise_is_no_use(body: str) -> None:
    assert read(f"package p\n{body}\n").uses == []


def test_damaged_files_keep_what_can_be_read_and_name_the_lines() -> None:
    found = read("package p\n\nfunc A() {}\n\nfunc ) {\n\nfunc B() {}\n")
    assert "A" in {s.name for s in found.symbols}
    assert found.errors


def test_deep_nesting_is_read_in_bounded_time() -> None:
    deep = "package p\nfunc f() {" + "{" * 20_000 + 'os.Getenv("X")' + "}" * 20_000 + "}\nfunc g() {}\n"
    assert [s.name for s in read(deep).symbols] == ["f", "g"]


GROUPS = [
    (
        (
            'import "github.com/gorilla/mux"\nfunc f() {\n s := m.PathPrefix("/v1").Subrouter()\n'
            ' s.HandleFunc("/t/{k}", h).Methods("GET", http.MethodPut)\n m.HandleFunc("/", h)\n}'
        ),
        ["/v1/t/{k} GET", "/v1/t/{k} PUT", "/"],
    ),
    (
        (
            'import "github.com/gin-gonic/gin"\nfunc f() {\n'
            ' a := r.Group("/api", m)\n v := a.Group("v2")\n v.GET("x", h) }'
        ),
        ["/api/v2/x GET"],
    ),
    (
        (
            'import "github.com/go-chi/chi/v5"\nfunc f() { c.Mount("/debug", g()); c.Method("PATCH", "/m", h) }\n'
            'func g() http.Handler { r := chi.NewRouter(); r.Get("/vars", h); return r }'
        ),
        ["/m PATCH", "/debug/vars GET"],
    ),
    (
        (
            'import "github.com/urfave/cli/v2"\nvar a = &cli.App{Commands: []*cli.Command{{Name: "add", '
            'Flags: []cli.Flag{&cli.StringFlag{Name: "x", EnvVars: []string{"APP_X"}}}}}}'
        ),
        ["add", "APP_X"],
    ),
    (
        'import "github.com/caarlos0/env/v11"\ntype C struct {\n P int `json:"p" env:"PORT,required"`\n}',
        ["PORT"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), GROUPS)
def test_groups_subrouters_mounts_and_lists_give_whole_names(text: str, expected: list[str]) -> None:  # S-38
    uses = read("package p\n" + text + "\n").uses
    assert [f"{use.value} {use.detail}".strip() for use in uses] == expected
