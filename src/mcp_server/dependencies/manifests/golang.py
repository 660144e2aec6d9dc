"""`go.mod` and `go.work`: line-based, read by their published grammar (go.dev/ref/mod)."""

from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import RUNTIME_SCOPE, Declaration, ManifestText


def directives(raw: bytes) -> Iterator[tuple[int, str, str, str]]:
    """Line number, directive, its arguments and the comment; blocks in brackets are unfolded."""
    block = ""
    for number, line in enumerate(decode(raw).splitlines(), 1):
        text, _, comment = line.partition("//")
        text = text.strip()
        if block and text == ")":
            block = ""
        elif block and text:
            yield number, block, text, comment.strip()
        elif text.endswith("("):
            block = text[:-1].strip()
        elif text:
            word, _, rest = text.partition(" ")
            yield number, word, rest.strip(), comment.strip()


def go_mod(file: ManifestText) -> list[Declaration]:
    """The module, its language version, its direct and indirect requirements."""
    found: list[Declaration] = []
    for number, word, rest, comment in directives(file.raw):
        if word == "module":
            found.append(Declaration("name", rest.strip('"'), number, "go-mod.module"))
        elif word == "go":
            found.append(Declaration("runtime", rest, number, "go-mod.go", "go"))
        elif word == "toolchain":
            found.append(Declaration("runtime", rest, number, "go-mod.toolchain", "go toolchain"))
        elif word in ("require", "tool") and rest:
            name, _, version = rest.partition(" ")
            scope = "indirect" if comment == "indirect" else RUNTIME_SCOPE if word == "require" else "tool"
            found.append(Declaration("dependency", version.strip(), number, "go-mod.require", name.strip('"'), scope))
    return found


def go_work(file: ManifestText) -> list[Declaration]:
    """The modules that a workspace uses."""
    found: list[Declaration] = []
    for number, word, rest, _ in directives(file.raw):
        if word == "use":
            found.append(Declaration("member", rest.strip('"').removeprefix("./") or ".", number, "go-work.use"))
        elif word == "go":
            found.append(Declaration("runtime", rest, number, "go-work.go", "go"))
    return found
