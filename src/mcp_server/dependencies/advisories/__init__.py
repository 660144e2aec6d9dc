"""Known vulnerabilities of pinned packages: what advisories say, judged and merged. Pure but for `asking`."""
