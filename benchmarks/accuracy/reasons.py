"""Why some facts differ, by the section of the page: written by hand after looking at each difference."""

REASONS: dict[str, tuple[str, ...]] = {}
