"""Why a joint question has no answer, and what would give it one: minimal sets, smallest changes, plain sentences."""
