"""What the HCL extractor finds in one file."""

import pytest

from plumbrule.mcp_server.analysis.syntax.extractors.hcl import extract
from plumbrule.mcp_server.analysis.syntax.model import Extracted

pytest.importorskip("tree_sitter")
semble_grammars = pytest.importorskip("semble_grammars")


def read(text: str) -> Extracted:
    raw = text.encode()
    return extract(raw, semble_grammars.get_parser("hcl").parse(raw))


FILE = """\
# The net.
resource "aws_vpc" "this" {
  count = var.on ? 1 : 0
  cidr  = data.aws_zone.here[0].id
  tags  = local.tags
}
data "aws_zone" "here" {}
module "net" {
  source = "./modules/net"
}
module "far" { source = "terraform-aws-modules/vpc/aws" }
variable "region" {
  description = "Where it is."
  type        = string
  default     = "x"
}
output "id" { value = module.net.id }
provider "aws" { alias = "west" }
resource "google_x" "y" { provider = google-beta }
locals {
  tags = {}
}
"""

SYMBOLS = """
2-6 public resource aws_vpc.this 0
7-7 public data data.aws_zone.here 0
8-10 public module module.net 0
11-11 public module module.far 0
12-16 public variable var.region 0
17-17 public output output.id 0
18-18 public provider provider.aws.west 0
19-19 public resource google_x.y 0
21-21 private constant local.tags 0
"""
"""Lines, visibility, kind, name, complexity, modifiers."""

IMPORTS = """
2 use aws - provider
8 import ./modules/net net
11 import terraform-aws-modules/vpc/aws far
19 use google-beta - provider
"""

SIGNATURES = {
    "var.region": 'variable "region" { type = string, default = "x" }',
    "aws_vpc.this": 'resource "aws_vpc" "this"',
}

DOCS = {"aws_vpc.this": "The net.", "var.region": "Where it is."}


# S-33
def test_hcl_definitions_have_kind_name_span_visibility_complexity_and_modifiers() -> None:
    found = [
        " ".join(
            [f"{one.line}-{one.end_line}", one.visibility, one.kind, one.name, str(one.complexity), *one.modifiers]
        )
        for one in read(FILE).symbols
    ]
    assert found == SYMBOLS.strip().splitlines()


def test_hcl_signatures_and_first_lines_of_documentation_are_read_as_written() -> None:
    found = read(FILE).symbols
    assert {one.name: one.signature for one in found if one.name in SIGNATURES} == SIGNATURES
    assert {one.name: one.doc for one in found if one.doc} == DOCS


def test_hcl_imports_have_target_names_and_flags() -> None:
    found = [
        " ".join([str(one.line), one.kind, one.target, ",".join(one.names) or "-", *one.flags])
        for one in read(FILE).imports
    ]
    assert found == IMPORTS.strip().splitlines()
