"""The engine of `map_repository`: reads a repository's facts once, ranks its files for each question.

Below it: `analysis.reading` (facts of all files, from the cache where they are known), `index`, `ranking`, `choosing`.
Above it: the tool and the command line. What does not depend on the question is kept under the content's identity in
pieces, so that a warm question reads a few hundred kilobytes and not the facts of ten thousand files.
"""
