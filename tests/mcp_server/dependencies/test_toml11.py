"""TOML 1.1's inline tables, which Cargo takes, in manifests that `tomllib` alone refuses."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from plumbrule.mcp_server.dependencies.asked.rust import cargo
from plumbrule.mcp_server.dependencies.manifests.toml11 import inline_tables_joined
from plumbrule.mcp_server.dependencies.model import ManifestText

MANIFEST = """\
[package]
name = "own" # {
version = "1.0.0"
description = '''
{ not a table,
}'''
[dependencies]
tokio = {
  version = "1.2", # why
  features = ["io-std", "{,}"],
}
serde = "1"
"""


def test_an_inline_table_over_several_lines_is_read_with_its_line() -> None:
    found = cargo(ManifestText("Cargo.toml", MANIFEST.encode()))
    assert [(one.name, one.constraint, one.line, tuple(one.extras)) for one in found.asked] == [
        ("tokio", "1.2", 8, ("io-std", "{,}")),
        ("serde", "1", 12, ()),
    ]


@given(st.text(alphabet="{},#\"'\n ab=[]\\", max_size=60))
def test_what_toml_10_reads_means_the_same_afterwards(text: str) -> None:
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert tomllib.loads(inline_tables_joined(text)) == before
