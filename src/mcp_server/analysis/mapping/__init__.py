"""The engine behind map_repository: which files and definitions matter most for a question, within a budget."""
