"""Quality as a number with its reasons: what is measured, what it is worth, and where to look."""
