"""Which grammar and which extractor read a language: the table, by the names that language detection gives.

A language that is not listed has metrics only. Extractors are `extractors/<module>.py:<function>` and are imported
when a file of theirs turns up.
"""

from typing import NamedTuple


class Reader(NamedTuple):
    """`grammar` is the name in the grammar archive; `function` of `extractors/<module>` takes the bytes and their
    syntax tree and gives an `Extracted`. `view`, where there is one, is a function of that module which makes of the
    file's bytes those that the grammar understands, of the same length and lines."""

    grammar: str
    module: str
    function: str = "extract"
    view: str = ""


READERS: dict[str, Reader] = {
    "Python": Reader("python", "python"),
    "JavaScript": Reader("javascript", "ecmascript"),
    "TypeScript": Reader("typescript", "ecmascript"),
    "TSX": Reader("tsx", "ecmascript"),
    "JSX": Reader("javascript", "ecmascript"),
    "Vue": Reader("typescript", "ecmascript_blocks", view="scripts"),
    "Svelte": Reader("typescript", "ecmascript_blocks", view="scripts"),
    "Astro": Reader("typescript", "ecmascript_blocks", view="frontmatter_and_scripts"),
    "Rust": Reader("rust", "rust"),
    "Go": Reader("go", "go"),
    "Java": Reader("java", "java"),
    "Kotlin": Reader("kotlin", "kotlin"),
    "C": Reader("c", "c_family", "c"),
    "C++": Reader("cpp", "c_family", "cpp"),
    "C#": Reader("csharp", "csharp"),
    "Ruby": Reader("ruby", "ruby"),
    "PHP": Reader("php", "php"),
    "Swift": Reader("swift", "swift"),
    "Scala": Reader("scala", "scala"),
    "Elixir": Reader("elixir", "elixir"),
    "Lua": Reader("lua", "lua"),
    "Shell": Reader("bash", "shell"),
    "SQL": Reader("sql", "sql"),
    "HCL": Reader("hcl", "hcl"),
}

FLOW = Reader("tsx", "ecmascript_flow", view="typed")
"""JavaScript that Flow checks: TypeScript's grammar knows most of its types, JavaScript's none."""

FLOW_PRAGMA_BYTES = 2_000
"""The pragma stands in the first comment, below a licence at most."""


def is_flow(language: str, raw: bytes) -> bool:
    """Whether a file says that Flow checks it."""
    return language in ("JavaScript", "JSX") and b"@flow" in raw[:FLOW_PRAGMA_BYTES]
