"""One file per tool: typed arguments, engine, result."""
