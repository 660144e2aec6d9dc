"""Rules that need no resolver: runtimes, licences, interfaces. Each takes values and gives facts of the report."""
