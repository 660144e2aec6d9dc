"""Which language each file is in, as GitHub's linguist would say, and why: pure functions over path, size and bytes.

Start at `detection` (`plan`, `settle`, `explain`) and `shares` (`tally`, `count_lines`).
"""
