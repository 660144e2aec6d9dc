"""Masking of secrets, containment of paths, the URL guard, neutral text."""
