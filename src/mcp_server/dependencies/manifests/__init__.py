"""Parsers of manifests, one file per ecosystem: bytes in, declarations out. They run in worker processes only."""
