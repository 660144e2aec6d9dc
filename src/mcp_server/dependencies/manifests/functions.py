"""Functions that a cloud runs: services of the Serverless Framework, and Cloudflare's workers."""

import re
from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.manifests.declare import words
from plumbrule.mcp_server.dependencies.manifests.texts import json_tree, toml_tree, yaml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import Declaration, ManifestText

_SHORT = re.compile(r"\s*([A-Za-z]+|\*)\s+(\S+)\s*")
"""`GET /items`; API Gateway's HTTP events may be written as one text."""


def serverless(file: ManifestText) -> list[Declaration]:
    """The functions of a Serverless Framework service with their handlers and the requests that they answer."""
    tree = yaml_tree(file.raw)
    found = words(tree, "serverless.service", (), ("name", "service"))
    for name in tree.table("functions"):
        handler = tree.text("functions", name, "handler") or tree.text("functions", name, "image")
        line = tree.line("functions", name)
        found.append(Declaration("entry", handler, line, "serverless.function", name, "function"))
        found += _routes(tree, name)
    return found


def _routes(tree: Tree, name: str) -> Iterator[Declaration]:
    """https://www.serverless.com/framework/docs/providers/aws/events/apigateway"""
    for number in range(len(tree.items("functions", name, "events"))):
        for event in ("http", "httpApi"):
            keys = ("functions", name, "events", str(number), event)
            path, method = tree.text(*keys, "path"), tree.text(*keys, "method")
            if short := _SHORT.fullmatch(tree.text(*keys)):
                method, path = short[1], short[2]
            if path:
                method = "ALL" if method in ("*", "any", "ANY") else method.upper()
                yield Declaration("fact", "/" + path.lstrip("/"), tree.line(*keys), "serverless.http", "route", method)


def wrangler(file: ManifestText) -> list[Declaration]:
    """`wrangler.toml`, `wrangler.json` and `wrangler.jsonc`: the worker and the file that it starts with."""
    tree = toml_tree(file.raw) if file.name.endswith(".toml") else json_tree(file.raw, comments=True)
    main = tree.text("main")
    if not main:
        return []
    name = tree.text("name") or main.rpartition("/")[2]
    return [Declaration("entry", main, tree.line("main"), "wrangler.main", name, "function")]
