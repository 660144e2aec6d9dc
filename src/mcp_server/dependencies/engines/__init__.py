"""What answers joint questions: programs of our own environment, told nothing but what we wrote."""
