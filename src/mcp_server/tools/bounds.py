"""The budgets that can be asked for, in tokens: apart from `budget`, because a command line reads its flags first."""

MOST_TOKENS = 1_000_000
"""The largest budget that can be asked for."""

LEAST_TOKENS = 200
"""Below this not even the source, the name and the way to the rest fit; smaller budgets are treated as this."""
