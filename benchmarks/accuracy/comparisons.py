"""The comparisons: which script runs over which packages beside which reference, and what must be there for it."""

import importlib.util
import shutil
from pathlib import Path
from typing import NamedTuple

from packages import Fetched


class Comparison(NamedTuple):
    """One script. `language` chooses its packages, "" all; `needs` are programs, `module:NAME` and `npm:NAME`."""

    name: str
    script: str
    language: str
    beside: str
    needs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


COMPARISONS = (
    Comparison("languages", "linguist.py", "", "github-linguist", ("github-linguist",)),
    Comparison("python-symbols", "python_symbols.py", "python", "ast of the interpreter, griffe", ("module:griffe",)),
    Comparison(
        "python-imports", "python_imports.py", "python", "the interpreter's file finder, grimp", ("module:grimp",)
    ),
    Comparison(
        "typescript", "typescript_symbols.py", "typescript", "the TypeScript compiler", ("node", "npm:typescript")
    ),
    Comparison("go", "go.py", "go", "go/parser, go list", ("go",)),
    Comparison("rust", "rust.py", "rust", "syn", ("cargo",)),
    Comparison("java", "java.py", "java", "javac", ("java",)),
    Comparison("kotlin", "c_family.py", "kotlin", "Universal Ctags", ("ctags",), ("kotlin",)),
    Comparison("c", "c_family.py", "c", "Universal Ctags", ("ctags",), ("c",)),
    Comparison("cpp", "c_family.py", "cpp", "Universal Ctags", ("ctags",), ("cpp",)),
    Comparison("ruby", "scripting.py", "ruby", "Ripper", ("ruby",), ("ruby",)),
    Comparison("php", "scripting.py", "php", "php-parser", ("node", "npm:php-parser"), ("php",)),
    Comparison("elixir", "scripting.py", "elixir", "Elixir's parser", ("elixir",), ("elixir",)),
    Comparison("shell", "scripting.py", "shell", "shfmt", ("shfmt",), ("shell",)),
    Comparison("manifests", "dependencies.py", "", "each ecosystem's own tool"),
    Comparison("licences", "licences.py", "", "the SPDX list, the packages' metadata", ("npm",)),
)
NOT_COMPARED = (
    "Symbols and imports of C#, Lua, Scala, SQL, Swift and Terraform have no packages here beside a reference tool; "
    "`scripting.py` compares Scala and Terraform over folders of one's own."
)
NPM = ("typescript@5.9.3", "php-parser@3.2.5", "@yarnpkg/lockfile@1.1.0")
"""Reference tools that come from npm; the others are installed beside, see CONTRIBUTING."""


def absent(comparison: Comparison, modules: Path) -> list[str]:
    """What the comparison needs and this machine has not."""
    missing: list[str] = []
    for need in comparison.needs:
        kind, _, name = need.rpartition(":")
        if kind == "module":
            present = importlib.util.find_spec(name) is not None
        else:
            present = (modules / name).is_dir() if kind == "npm" else shutil.which(name) is not None
        if not present:
            missing.append(name)
    return missing


def chosen(comparison: Comparison, packages: list[Fetched]) -> list[Fetched]:
    """The packages that a comparison is about."""
    return [one for one in packages if comparison.language in ("", one.package.language)]
