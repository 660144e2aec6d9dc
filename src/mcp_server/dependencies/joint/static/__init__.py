"""Verdicts from manifests and locks alone, by each ecosystem's documented rules; nothing is asked of any registry."""
