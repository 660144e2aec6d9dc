"""What stands in a source file: symbols, imports and uses, by syntax trees that are built in worker processes."""
