"""Plumbrule: what is true about repositories, over MCP and on the command line."""

__version__ = "0.1.0"
