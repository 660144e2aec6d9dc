"""One module for each language: which file or outside package an import means, by that language's own rules."""
