"""For which ecosystem a caller's own requirement is: `numpy<2` for Python, `npm:react@^18`, `cargo:serde@=1.0.100`, ...

The prefixes are the types of package URLs. Below: nothing. Above: the checks, `compatibility/check`.
"""

PREFIXES = {
    "pypi": "python",
    "npm": "javascript",
    "cargo": "rust",
    "gem": "ruby",
    "composer": "php",
    "nuget": "dotnet",
    "pub": "dart",
    "hex": "elixir",
    "swift": "swift",
    "terraform": "terraform",
    "conda": "conda",
}


def wished_for(text: str) -> tuple[str, str]:
    """The ecosystem and the requirement without its prefix; without a known one it is Python's."""
    prefix, colon, rest = text.strip().partition(":")
    ecosystem = PREFIXES.get(prefix.strip().lower()) if colon else None
    return (ecosystem, rest.strip()) if ecosystem else ("python", text.strip())
