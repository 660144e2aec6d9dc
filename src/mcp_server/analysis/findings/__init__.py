"""Findings: single places that somebody should look at, each by a rule with an id, and Scorecard's checks of a tree."""
