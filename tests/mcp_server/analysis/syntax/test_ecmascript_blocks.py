"""The scripts of Vue and Svelte components are read where they stand."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript_blocks
from plumbrule.mcp_server.analysis.syntax.model import Extracted

semble_grammars = pytest.importorskip("semble_grammars")


def read(raw: bytes) -> Extracted:
    seen = ecmascript_blocks.scripts(raw)
    assert len(seen) == len(raw)
    assert seen.count(b"\n") == raw.count(b"\n")
    return ecmascript_blocks.extract(seen, semble_grammars.get_parser("typescript").parse(seen))


def test_a_component_is_its_scripts_at_their_own_lines():
    found = read(
        b"""<template><p :a="b > 1">import 'no'</p></template>
<!-- <script>import 'commented'</script> -->
<script lang="ts">
export const shared = 1
</script>
<script setup lang="ts" generic="T extends Array<string>">
import { a } from './a'
const run = () => a()
</script>
<style>import 'style'</style>
<script type="application/json">{ "import": 1 }</script><SCRIPT src="./x.js"></SCRIPT>
<script type="module">import './b'</script>
"""
    )
    assert [(one.target, one.line) for one in found.imports] == [("./a", 7), ("./x.js", 11), ("./b", 12)]
    assert [(one.name, one.line, one.visibility) for one in found.symbols] == [
        ("shared", 4, "public"),
        ("run", 8, "internal"),
    ]
    assert found.exports == ("default", "shared")
    assert found.errors == []


def test_an_astro_file_is_its_frontmatter_and_its_scripts():  # S-32
    seen = ecmascript_blocks.frontmatter_and_scripts(
        b"""---
import Layout from '../layouts/Layout.astro'
const { title } = Astro.props
if (!title) return Astro.redirect('/')
---
<Layout title={title}><p>import 'no'</p></Layout>
<script>import './menu'</script>
"""
    )
    found = ecmascript_blocks.extract(seen, semble_grammars.get_parser("typescript").parse(seen))
    assert [(one.target, one.line) for one in found.imports] == [("../layouts/Layout.astro", 2), ("./menu", 7)]
    assert [(one.name, one.line) for one in found.symbols] == [("title", 3)]
    assert (found.exports, found.errors) == (("default",), [])


@pytest.mark.parametrize(
    "raw", [b"---\n" * 100_000, b"<!--" * 100_000, b"<!-- -->" * 50_000, b"---\n" + b"-" * 300_000]
)
def test_unclosed_frontmatter_costs_no_more_than_its_length(raw):
    assert len(ecmascript_blocks.frontmatter_and_scripts(raw)) == len(raw)


@pytest.mark.parametrize(
    "raw", [b"<script " * 100_000, b"<script>" * 100_000, b"<!--" * 100_000, b"<script a='" * 50_000]
)
def test_unclosed_scripts_cost_no_more_than_their_length(raw):
    assert len(ecmascript_blocks.scripts(raw)) == len(raw)
