"""The engine behind analyze_repository: facts about one repository, each with its evidence."""
