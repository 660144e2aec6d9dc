"""A full survey of nearly the same tree: the kept report with what the few changed files change of it."""
