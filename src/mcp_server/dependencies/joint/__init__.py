"""The joint question over several repositories: what each asks for, what was answered, why not, what would help."""
