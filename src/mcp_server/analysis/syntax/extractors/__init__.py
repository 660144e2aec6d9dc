"""One module for each language: what its syntax tree says, as the values of `syntax.model`."""
