"""The values that an extractor gives for one file. They are functions of the file's bytes and language alone.

Extractors run in worker processes; `batch` turns their values into `facts`, which is what the cache keeps. Nothing
here knows the file's path: the same bytes give the same facts wherever they lie.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

SymbolKind = Literal[
    "module",
    "namespace",
    "class",
    "interface",
    "trait",
    "protocol",
    "struct",
    "union",
    "enum",
    "object",
    "record",
    "annotation",
    "extension",
    "implementation",
    "function",
    "method",
    "constructor",
    "property",
    "field",
    "constant",
    "variable",
    "member",
    "type",
    "macro",
    "event",
    "operator",
    "table",
    "view",
    "index",
    "trigger",
    "procedure",
    "resource",
    "data",
    "output",
    "provider",
]
"""What a definition is, in one vocabulary for all languages. `member` is a value of an enum."""

Visibility = Literal["public", "protected", "internal", "private"]
"""Who may use it by the language's own rule, or its convention where the language has only one (`_name` in Python)."""

ImportKind = Literal["import", "from", "export", "require", "dynamic", "include", "use", "module", "package", "type"]
"""How it is imported. `module` declares a file of one's own (`mod x;` in Rust), `package` says where this file stands
(`package a.b;` in Java and Go, `namespace` in C# and PHP), `export` re-exports, `type` is for types only."""

UseKind = Literal["env", "port", "route", "command", "danger"]


class Symbol(NamedTuple):
    """One definition.

    `name` is qualified within the file with dots (`Class.method`, `outer.inner`). `signature` is one line as it is
    written, without body and decorators, white space folded. `doc` is the first line of its documentation.
    `complexity` is 1 plus the branches (McCabe) of a function, nested functions apart; 0 where there is no body.
    `modifiers` are words of the language (`async`, `static`, `abstract`, `override`) and decorators or annotations
    as written, with their `@` or `#[`. Lines count from 1; `end_line` is the last line of the definition.
    """

    kind: SymbolKind
    name: str
    line: int
    end_line: int
    signature: str
    visibility: Visibility = "public"
    doc: str = ""
    complexity: int = 0
    modifiers: tuple[str, ...] = ()


class Import(NamedTuple):
    """One import as it is written.

    `target` is the language's own word for what is imported: `.models` (Python, with its dots), `./util` (JS),
    `crate::a::b` (Rust), `github.com/x/y` (Go), `<stdio.h>` or `"util.h"` (C, with its marks), `a.b.C` (Java).
    `names` are the names taken from it (as they are called there, `*` for all). `flags`: `type` (erased before run
    time: TYPE_CHECKING, `import type`), `lazy` (inside a function), `optional` (inside a try that survives its
    absence), `test` (inside test code, such as `#[cfg(test)]`), `path` (followed in code without being imported,
    such as `crate::a::f()`: what it begins with may be no module), `public` and `internal` (who may name a module),
    `inline` (a module in its own file).
    """

    target: str
    line: int
    kind: ImportKind
    names: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Use(NamedTuple):
    """Something the code does that a reader wants to know of. Taken from the syntax tree: never from strings that are
    only text, never from comments.

    `env`: `value` is the variable's name, `detail` its default. `port`: the number. `route`: the path, `detail` the
    method in capitals. `command`: the name of a command-line command. `danger`: `value` is the call as written
    (`subprocess.run(..., shell=True)`), `rule` the id of the rule. `rule` is set for every kind.
    """

    kind: UseKind
    value: str
    line: int
    rule: str
    detail: str = ""
    within: str = ""
    """The router or list that a route hangs in, as the code names it; where a language's routers are followed."""


@dataclass(slots=True)
class Extracted:
    """Everything an extractor found in one file.

    `errors` are lines with a syntax error (the first of each region). `refs` counts the names that are called, read
    from elsewhere or used as a type: what connects files when definitions are looked up by name. `exports` are the
    names that the file offers to others, where the language says so (`__all__`, `export`, `pub`, capital letters);
    None where everything public is offered.
    """

    symbols: list[Symbol] = field(default_factory=list[Symbol])
    imports: list[Import] = field(default_factory=list[Import])
    uses: list[Use] = field(default_factory=list[Use])
    errors: list[int] = field(default_factory=list[int])
    refs: dict[str, int] = field(default_factory=dict[str, int])
    exports: tuple[str, ...] | None = None
    typed: int = 0
    """Functions whose parameters and result are all annotated; only counted where annotations are a choice."""
    comments: list[tuple[int, int]] | None = None
    """Spans in bytes of comments and of strings that stand as statements, ascending, none in another; None where the
    lines are to be told without a tree."""
