"""Which licence a text, a file or a declaration names, as SPDX expressions with score and lines: pure functions.

Start at `detection` (`detect`), `declared` (`normalise`) and `verdict` (`candidates`, `combine`).
"""
