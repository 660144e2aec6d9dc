"""What changed between two states of one repository, and what of it can break those who depend on it."""
