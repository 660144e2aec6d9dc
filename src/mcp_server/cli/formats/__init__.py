"""Findings for other programs: SARIF, JUnit, GitHub annotations, Markdown; baselines and policies."""
