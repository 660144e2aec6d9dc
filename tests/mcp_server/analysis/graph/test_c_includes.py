"""What includes of C and C++ mean in a tree."""

import pytest

from plumbrule.mcp_server.analysis.graph.resolving.c_family import resolver
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

PATHS = (
    "src/main.c",
    "src/util.h",
    "src/net/util.h",
    "src/net/tcp.c",
    "include/lib/api.h",
    "deps/lua/src/lua.h",
    "deps/lua/src/lapi.c",
    "deps/other/config.h",
    "src/config.h",
    "include/string_util.hpp",
    "src/table.def",
)


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(dict.fromkeys(PATHS, "C"), {}, {}, ())


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        ("src/main.c", '"util.h"', "src/util.h"),
        ("src/net/tcp.c", '"util.h"', "src/net/util.h"),
        ("src/net/tcp.c", '"../util.h"', "src/util.h"),
        ("src/main.c", "<lib/api.h>", "include/lib/api.h"),
        ("src/main.c", '"lib/api.h"', "include/lib/api.h"),
        ("src/main.c", "<lua.h>", "deps/lua/src/lua.h"),
        ("src/net/tcp.c", '"config.h"', "src/config.h"),
        ("src/main.c", '"table.def"', "src/table.def"),
        ("src/main.c", "<string_util.hpp>", "include/string_util.hpp"),
    ],
)
def test_headers_of_the_tree_are_found_beside_the_file_and_by_the_end_of_their_path(
    tree: Tree, path: str, target: str, expected: str
) -> None:  # S-33
    assert resolver(tree)(path, Import(target, 1, "include")) == Resolution("file", (expected,))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("<stdio.h>", Resolution("builtin")),
        ("<vector>", Resolution("builtin")),
        ("<sys/types.h>", Resolution("builtin")),
        ("<Windows.h>", Resolution("builtin")),
        ("<openssl/ssl.h>", Resolution("external", (), "openssl")),
        ("<zlib.h>", Resolution("external", (), "zlib")),
        ('"boost/any.hpp"', Resolution("external", (), "boost")),
        ('"generated.h"', Resolution("unknown")),
        ('"../missing.h"', Resolution("unknown")),
    ],
)
def test_other_headers_are_the_platforms_a_librarys_or_made_by_the_build(
    tree: Tree, target: str, expected: Resolution
) -> None:
    assert resolver(tree)("src/main.c", Import(target, 1, "include")) == expected
